"""What the last cycle left open, and what becomes of it: adopt, defer or drop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, register, roles
from csi.errors import InvalidInput
from csi.models import Action, CarryOver, Cycle, Gap, Kpi, Opportunity
from csi.step1_should_measure import growing
from csi.step1_should_measure.growing import of_cycle
from csi.storage import lock, row, rows
from csi.terms import Direction

DISPOSITIONS = ("adopt", "defer", "drop")
CHOICES = ("tighten", "hold", "retire")  # for a target that is met and stable


def open_items(session: Session, cycle: Cycle) -> list[CarryOver]:
    """Items nobody has decided about yet, by step."""
    return rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, disposition="", order="step")


def allowed(item: CarryOver) -> tuple[str, ...]:
    """The dispositions one item may get."""
    return CHOICES if item.kind == "choice" else DISPOSITIONS


def dispose(
    session: Session, cycle: Cycle, item_id: int, *, disposition: str, reason: str, actor: str, now: datetime
) -> CarryOver:
    """Decide what becomes of an item; deferring, dropping and retiring need a reason.

    An adopted gap stands in step 2 with its age; an adopted action goes on in this cycle.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "decide about what was carried over")
    lock(session, f"tree:{cycle.team_id}:{cycle.id}")
    item: CarryOver = of_cycle(session, cycle, CarryOver, item_id)
    if disposition not in allowed(item):
        raise InvalidInput("disposition", f"expected one of {', '.join(allowed(item))}")
    if disposition in ("defer", "drop", "retire") and not reason.strip():
        raise InvalidInput("reason", f"please say why you {disposition} it")
    if item.disposition == disposition and item.reason == reason.strip():
        return item
    old = {"disposition": item.disposition, "reason": item.reason}
    item.disposition, item.reason, item.decided_by, item.decided_at = disposition, reason.strip(), actor, now
    session.add(item)
    _follow(session, cycle, item, actor, now)
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="decided carried over",
        subject=("carry_over", item.id),
        old=old,
        new={"disposition": disposition, "reason": item.reason, "text": item.text},
    )
    return item


def taken_up(session: Session, cycle: Cycle, step: int) -> list[CarryOver]:
    """What was adopted for one step, the oldest first: it is looked at there."""
    adopted = rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, disposition="adopt", step=step, order="since")
    return [one for one in adopted if one.kind != "verdict"]


def not_tightened(session: Session, cycle: Cycle) -> list[Kpi]:
    """KPIs whose target was to be tightened and asks for no more than in the cycle before."""
    chosen = rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, kind="choice", disposition="tighten")
    found = []
    for item in chosen:
        now_wanted = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=item.kpi_key)
        before = row(session, Kpi, cycle.team_id, cycle_id=item.from_cycle_id, key=item.kpi_key)
        if now_wanted is not None and before is not None and not _tighter(now_wanted, before):
            found.append(now_wanted)
    return found


def _tighter(kpi: Kpi, before: Kpi) -> bool:
    """Whether a KPI asks for more than it did; where that cannot be compared it is taken to."""
    if kpi.direction == Direction.WITHIN:
        ends = (kpi.band_low, kpi.band_high, before.band_low, before.band_high)
        low, high, low_before, high_before = (one if one is not None else 0.0 for one in ends)
        return None in ends or high - low < high_before - low_before
    if kpi.target is None or before.target is None or kpi.direction != before.direction:
        return True
    return kpi.target > before.target if kpi.direction == Direction.HIGHER else kpi.target < before.target


def held_keys(session: Session, cycle: Cycle) -> set[str]:
    """Keys of KPIs whose met and stable target is kept on purpose."""
    kept = rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, kind="choice", disposition="hold")
    return {item.kpi_key for item in kept}


def _follow(session: Session, cycle: Cycle, item: CarryOver, actor: str, now: datetime) -> None:
    if item.disposition == "retire":
        kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=item.kpi_key)
        if kpi is not None:
            growing.remove(session, cycle, kpi, actor=actor, now=now)
    if item.subject_id is None:
        return
    if item.subject == "action":
        _follow_action(session, cycle, item)
    if item.subject == "opportunity":
        _follow_idea(session, cycle, item, actor, now)
    if item.subject == "gap" and item.disposition == "adopt":
        _take_up_gap(session, cycle, item)


def _follow_action(session: Session, cycle: Cycle, item: CarryOver) -> None:
    action = row(session, Action, cycle.team_id, id=item.subject_id)
    if action is not None and item.disposition == "adopt":
        take_up_action(session, cycle, action)
    if action is not None and item.disposition == "drop":
        action.disposition, action.disposition_reason = "drop", item.reason
        session.add(action)


def _follow_idea(session: Session, cycle: Cycle, item: CarryOver, actor: str, now: datetime) -> None:
    """A parked idea that is adopted is open again, in this cycle; one that is dropped is dropped."""
    idea = row(session, Opportunity, cycle.team_id, id=item.subject_id)
    states = {"adopt": "open", "drop": "dropped"}
    if idea is None or item.disposition not in states:
        return
    register.set_state(session, idea, state=states[item.disposition], reason=item.reason, actor=actor, now=now)
    if item.disposition == "adopt":
        idea.cycle_id = cycle.id
        session.add(idea)


def take_up_action(session: Session, cycle: Cycle, action: Action) -> None:
    """Let an action go on in this cycle, moving this cycle's KPI of the same key."""
    kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=action.kpi_key)
    action.cycle_id, action.disposition, action.disposition_reason = cycle.id, "", ""
    action.kpi_id = kpi.id if kpi else None
    session.add(action)


def _take_up_gap(session: Session, cycle: Cycle, item: CarryOver) -> None:
    before = row(session, Gap, cycle.team_id, id=item.subject_id)
    known = {gap.text for gap in rows(session, Gap, cycle.team_id, cycle_id=cycle.id)}
    kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=item.kpi_key) if item.kpi_key else None
    if before is not None and before.text not in known:
        taken: dict[str, Any] = {"opened_at": before.opened_at, "owner": before.owner, "cost": before.cost}
        taken |= {"kpi_id": kpi.id if kpi else None, "opportunity_id": before.opportunity_id}
        session.add(Gap(team_id=cycle.team_id, cycle_id=cycle.id, text=before.text, **taken))
