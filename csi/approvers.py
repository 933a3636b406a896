"""Whose yes counts for what: the same rule names those who are asked and checks who clicks.

Of the tree: approvers who do not measure. Of an action, a baseline, a span that is left out: approvers and service
owners but those whose own it is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlmodel import Session

from csi import roles
from csi.errors import InvalidInput
from csi.models import Action, Baseline, Cycle, Decision
from csi.storage import rows
from csi.terms import Role

YES, NO = CHOICES = ("approve", "reject")
PROPOSED = "action proposal"  # the subject under which it is kept who proposed a version of an action


def require_answer(choice: str, reason: str) -> None:
    """Refuse what is neither a yes nor a no, and a no without its reason.

    Raises:
        InvalidInput: of the field that is wrong.
    """
    if choice not in CHOICES:
        raise InvalidInput("choice", f"expected {' or '.join(CHOICES)}")
    if choice == NO and not reason.strip():
        raise InvalidInput("reason", "please say why, so that it can be mended")


def of_tree(session: Session, cycle: Cycle) -> list[str]:
    """Those of the business whose yes counts: approvers who do not measure."""
    able = roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER)
    measurers = roles.holders(session, cycle.team_id, cycle.service_id, *roles.MEASURERS)
    return roles.here(session, cycle.team_id, [one for one in able if one not in measurers])


def of_action(session: Session, cycle: Cycle, action: Action) -> list[str]:
    """Who may say yes to an action: none who proposed it or a version of it before, nor its owner."""
    return but(session, cycle, {*proposers(session, action), action.owner})


def of_baseline(session: Session, cycle: Cycle, baseline: Baseline) -> list[str]:
    """Who may say yes to a new baseline: not its proposer."""
    return but(session, cycle, {baseline.proposed_by})


def but(session: Session, cycle: Cycle, own: Collection[str]) -> list[str]:
    """Approvers and service owners, but those whose ``own`` it is."""
    holders = roles.holders(session, cycle.team_id, cycle.service_id, *roles.APPROVERS)
    return roles.here(session, cycle.team_id, [one for one in holders if one not in own])


def proposers(session: Session, action: Action) -> set[str]:
    """Who proposed this action or an earlier version of it, whoever proposed the last."""
    asked: dict[str, Any] = {"subject": PROPOSED, "subject_id": action.id}
    return {action.proposer, *(one.user_id for one in rows(session, Decision, action.team_id, **asked))}
