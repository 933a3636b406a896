"""The business says yes to the tree: submitted to the approvers, approved or sent back with a reason."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from csi import approvers, audit, roles
from csi.errors import Conflict, InvalidInput, Place, Way
from csi.models import Cycle, Decision
from csi.states import CycleState
from csi.step1_should_measure.tree import agreed, decisions, tree
from csi.storage import hold
from csi.terms import Role, Step

_TREE = Way(Place.SHOULD_MEASURE)


def submit_tree(session: Session, cycle: Cycle, *, actor: str, now: datetime) -> list[str]:
    """Ask the business's approvers about the tree as it is now; returns them.

    Raises:
        Conflict: this version was approved, or sent back, already.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "submit the tree")
    _hold(session, cycle)
    here = tree(session, cycle)
    if not here.kpis:
        raise InvalidInput("", "There is no KPI to approve yet; add one first.", ways=[_TREE])
    if here.sent_back:
        raise Conflict(f"{sent_back(session, here.sent_back)} Change the tree, then ask again.", ways=[_TREE])
    if here.agreed:
        raise Conflict("The business has approved this tree already: go on to the next step.", ways=[Way(Place.NEXT)])
    asked = approvers.of_tree(session, cycle)
    if not asked and (measuring := roles.holders(session, cycle.team_id, cycle.service_id, Role.APPROVER)):
        named = " and ".join(roles.name_of(session, cycle.team_id, one) for one in measuring[:3])
        said = f"{named} may approve but also measure, and whoever measures cannot answer for the business."
        raise InvalidInput("", f"{said} Name another approver first.", ways=[Way(Place.ROLES)])
    if not asked:
        raise InvalidInput("", "Nobody from the business is named as approver yet.", ways=[Way(Place.ROLES)])
    if not decisions(session, cycle, "tree_submitted"):
        _decide(session, cycle, "tree_submitted", actor=actor, choice="submit", role="", reason="", now=now)
    return asked


def decide_tree(
    session: Session, cycle: Cycle, *, actor: str, choice: str, version: int, now: datetime, reason: str = ""
) -> Decision:
    """An approver's yes or no to one version of the tree; a second click changes nothing.

    Raises:
        Conflict: the tree has changed since it was shown. NotAllowed: not an approver of the business.
    """
    role = roles.require(
        session, cycle, actor, {Role.APPROVER}, "approve what is measured", but=_measuring(session, cycle)
    )
    _hold(session, cycle)
    if version != cycle.tree_version:
        raise Conflict("The tree has changed since this was shown; look at it again.", ways=[_TREE])
    answers = decisions(session, cycle, "tree")
    given = next((one for one in answers if one.user_id == actor), None)
    if given is not None:
        return given
    _require_open(session, cycle, answers)
    approvers.require_answer(choice, reason)
    return _decide(session, cycle, "tree", actor=actor, choice=choice, role=role.value, reason=reason.strip(), now=now)


def sent_back(session: Session, answer: Decision) -> str:
    """Who sent the tree back and why, as a sentence."""
    return f"{roles.name_of(session, answer.team_id, answer.user_id)} sent this tree back: “{answer.reason}”."


def _measuring(session: Session, cycle: Cycle) -> list[str]:
    """Who measures, and is not to be asked in the business's place."""
    return roles.holders(session, cycle.team_id, cycle.service_id, *roles.MEASURERS)


def _require_open(session: Session, cycle: Cycle, answers: list[Decision]) -> None:
    """The question is closed by a no, and by a yes that counts; of two who press at once the second hears of it."""
    no = next((one for one in answers if one.choice == "reject"), None)
    if no is not None:
        raise Conflict(f"{sent_back(session, no)} It is asked again once it is changed.")
    if agreed(session, cycle):
        raise Conflict("Somebody was first: this tree is approved already.")


def _hold(session: Session, cycle: Cycle) -> None:
    hold(session, cycle, f"tree:{cycle.team_id}:{cycle.id}")
    if cycle.state != CycleState.OPEN or cycle.step != Step.SHOULD_MEASURE:
        raise Conflict(f"The tree is approved in step 1; this cycle is in step {cycle.step}.")


def _decide(
    session: Session, cycle: Cycle, subject: str, *, actor: str, choice: str, role: str, reason: str, now: datetime
) -> Decision:
    made = Decision(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        subject=subject,
        subject_id=cycle.id,
        version=cycle.tree_version,
        user_id=actor,
        role=role,
        choice=choice,
        reason=reason,
        at=now,
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what=f"{choice} tree",
        subject=("cycle", cycle.id),
        new={"version": cycle.tree_version, "role": role, "reason": reason},
    )
    return made
