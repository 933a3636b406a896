"""The gap analysis: what should be measured and cannot, and what is decided about it."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from csi import audit, register
from csi.errors import InvalidInput, InvalidInputs
from csi.models import Cycle, Gap, Kpi
from csi.step1_should_measure import growing
from csi.step2_can_measure.assessing import begin_change
from csi.storage import row, rows

DECISIONS = ("close", "accept", "drop")


def decide_gap(
    session: Session,
    cycle: Cycle,
    gap_id: int,
    *,
    decision: str,
    owner: str,
    due_on: date | None,
    actor: str,
    now: datetime,
    cost: str = "",
    reason: str = "",
) -> Gap:
    """Close, accept or drop a gap, with owner and due date; closing opens an opportunity in the register, with cost."""
    begin_change(session, cycle, actor)
    gap: Gap = growing.of_cycle(session, cycle, Gap, gap_id)
    _check(decision, owner, due_on, cost, reason)
    values = {"decision": decision, "owner": owner, "due_on": due_on, "cost": cost, "reason": reason.strip()}
    old, new = audit.changes(gap, values)
    if not new:
        return gap
    for name, value in new.items():
        setattr(gap, name, value)
    gap.decided_by, gap.decided_at = actor, now
    if decision == "close" and gap.opportunity_id is None:
        gap.opportunity_id = _opportunity(session, cycle, gap, actor, now)
    session.add(gap)
    growing.log(session, cycle, gap, actor=actor, now=now, what="decided", old=old, new=new)
    return gap


def of_cycle(session: Session, cycle: Cycle) -> list[Gap]:
    """The gaps of a cycle, the oldest first."""
    return rows(session, Gap, cycle.team_id, cycle_id=cycle.id, order="opened_at")


def missing_decision(gap: Gap) -> list[str]:
    """What V2.3 asks of a gap and it does not say."""
    said = {"decision": gap.decision, "owner": gap.owner, "due date": gap.due_on}
    return [name for name, there in said.items() if not there]


def _check(decision: str, owner: str, due_on: date | None, cost: str, reason: str) -> None:
    errors = []
    if decision not in DECISIONS:
        errors.append(InvalidInput("decision", f"expected one of {', '.join(DECISIONS)}"))
    if not owner:
        errors.append(InvalidInput("owner", "who sees to it?"))
    if due_on is None:
        errors.append(InvalidInput("due_on", "by when?"))
    if decision == "close" and not cost.strip():
        errors.append(InvalidInput("cost", "what does closing it cost? A rough class is enough"))
    if decision == "drop" and not reason.strip():
        errors.append(InvalidInput("reason", "please say why you drop it"))
    if errors:
        raise InvalidInputs(errors)


def _opportunity(session: Session, cycle: Cycle, gap: Gap, actor: str, now: datetime) -> int:
    kpi = row(session, Kpi, cycle.team_id, id=gap.kpi_id) if gap.kpi_id else None
    entry = register.Entry(
        title=f"Close the gap: {gap.text}"[:200],
        description=gap.reason,
        kpi_key=kpi.key if kpi else "",
        justification="What is not measured cannot be improved, nor promised.",
        actioned_by=gap.owner,
        required_by=gap.due_on,
        cost=gap.cost,
        origin=f"gap {gap.id} of cycle {cycle.number}",
    )
    return register.raise_opportunity(session, cycle, entry, actor=actor, now=now).id
