"""Going on to the next step, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.cycle import gates
from csi.errors import Conflict, GateRefused, InvalidInput, Place, Way
from csi.measurement import promises
from csi.models import Cycle
from csi.passages import accountable, enter, mark_stale, passage
from csi.states import CycleState
from csi.storage import change_if
from csi.terms import Step


def next_step(
    session: Session,
    cycle: Cycle,
    *,
    actor: str,
    now: datetime,
    reasons: Mapping[str, str] | None = None,
    leaving: int | None = None,
) -> Cycle:
    """Leave the cycle's step for the next one.

    Args:
        session: the caller's.
        cycle: an open cycle; of two people who press at once one gets Conflict.
        actor: who asks; must be accountable for the step, CSI manager or service owner.
        now: the moment.
        reasons: WARN rule → why it is passed; kept.
        leaving: the step the person saw when pressing; an older button changes nothing.

    Raises:
        GateRefused: rules fail. Conflict: somebody was first. NotAllowed: not theirs to decide.
    """
    _require_open(cycle, leaving)
    if cycle.step == Step.CORRECT:
        raise Conflict("Step 7 is the last one; closing this cycle drafts the next.", ways=[Way(Place.CLOSE)])
    _require_mover(session, cycle, actor)
    given = {**passage(session, cycle, cycle.step).reasons, **(reasons or {})}
    found = gates.breaches(session, cycle, now)
    if standing := gates.standing(found, given):
        raise GateRefused(standing)
    kept = {breach.rule: given[breach.rule] for breach in found if not breach.note}
    _move(session, cycle, cycle.step + 1)
    left = passage(session, cycle, cycle.step - 1)
    left.left_at, left.left_by, left.stale, left.reasons = now, actor, False, kept
    if left.step == Step.SHOULD_MEASURE:
        promises.promise(session, cycle, now)
    enter(session, cycle, now)
    old, new = {"step": cycle.step - 1}, {"step": cycle.step, "reasons": kept}
    _log(session, cycle, actor=actor, now=now, what="next step", old=old, new=new)
    return cycle


def back(session: Session, cycle: Cycle, *, to: int, actor: str, now: datetime, reason: str = "") -> Cycle:
    """Return to an earlier step; what later steps found is stale until it is made again."""
    _require_open(cycle, None)
    if not 1 <= to < cycle.step:
        raise InvalidInput(
            "step",
            f"expected a step before this one, 1 to {cycle.step - 1}" if cycle.step > 1 else "step 1 is the first one",
        )
    _require_mover(session, cycle, actor)
    was = cycle.step
    _move(session, cycle, to)
    enter(session, cycle, now)
    mark_stale(session, cycle, after=to)
    old, new = {"step": was}, {"step": to, "reason": reason}
    _log(session, cycle, actor=actor, now=now, what="back to step", old=old, new=new)
    return cycle


def _require_open(cycle: Cycle, leaving: int | None) -> None:
    if cycle.state != CycleState.OPEN:
        raise Conflict(f"Cycle {cycle.number} is closed.")
    if leaving is not None and leaving != cycle.step:
        raise Conflict(f"Step {leaving} has been left already; this cycle is in step {cycle.step}.")


def _require_mover(session: Session, cycle: Cycle, actor: str) -> None:
    if actor != accountable(session, cycle, cycle.step):
        roles.require(session, cycle, actor, roles.STEERERS, "leave this step")


def _move(session: Session, cycle: Cycle, to: int) -> None:
    seen = {"version": cycle.version, "step": cycle.step, "state": "open"}
    if not change_if(session, cycle, seen, {"step": to, "version": cycle.version + 1}):
        raise Conflict(f"Somebody was first: this cycle is in step {cycle.step} now.")


def _log(
    session: Session,
    cycle: Cycle,
    *,
    actor: str,
    now: datetime,
    what: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> None:
    subject = ("cycle", cycle.id)
    audit.record(session, team_id=cycle.team_id, actor=actor, at=now, what=what, subject=subject, old=old, new=new)
