"""Leaving a span out of the figures (V4.4): proposed with a reason, counted once somebody else has approved it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Conflict, InvalidInput, NotAllowed
from csi.models import Baseline, Cycle, Decision, Exclusion, Kpi
from csi.passages import mark_stale
from csi.series.periods import moment_of
from csi.states import CycleState, ProposalState
from csi.storage import change_if, lock, need, row, rows
from csi.terms import Step

REASON_LIMIT = 500
SUBJECT = "exclusion"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open days ``[start, end)`` of one KPI (its number), or of all."""

    start: date
    end: date
    kpi_id: int | None = None


def propose(session: Session, cycle: Cycle, span: Span, *, reason: str, actor: str, now: datetime) -> Exclusion:
    """Propose to leave a span out; nothing is left out before it is approved.

    Raises:
        InvalidInput: no reason, or a span that ends before it begins.
        Conflict: the result has been presented already.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "leave something out")
    if cycle.state != CycleState.OPEN or cycle.step > Step.ANALYSE:
        raise Conflict(f"Data is left out in steps 3 to 5; this cycle is in step {cycle.step}.")
    said = " ".join(reason.split())
    if not said or len(said) > REASON_LIMIT:
        raise InvalidInput("reason", f"expected why, in 1 to {REASON_LIMIT} characters: it stands on every chart")
    if span.end <= span.start:
        raise InvalidInput("end_on", f"expected a day after {span.start}: the first day that counts again")
    made = Exclusion(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        kpi_id=_of_cycle(session, cycle, span.kpi_id),
        start_at=moment_of(span.start, cycle.timezone).to_pydatetime().astimezone(UTC),
        end_at=moment_of(span.end, cycle.timezone).to_pydatetime().astimezone(UTC),
        reason=said,
        proposed_by=actor,
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    _log(session, made, actor, now, "proposed exclusion")
    return made


def decide(
    session: Session, *, team_id: str, exclusion_id: int, actor: str, choice: str, now: datetime
) -> tuple[Exclusion, bool]:
    """An approver's yes or no, once; the second value says whether something changed.

    Raises:
        NotAllowed: it is one's own proposal, or one is no approver.
    """
    exclusion = need(session, Exclusion, team_id, exclusion_id)
    lock(session, f"exclusion:{team_id}:{exclusion_id}")
    session.refresh(exclusion)
    if exclusion.state != ProposalState.PROPOSED:
        return exclusion, False
    if actor == exclusion.proposed_by:
        raise NotAllowed("You proposed to leave this out; somebody else must approve it (V4.4).")
    if choice not in ("approved", "rejected"):
        raise InvalidInput("choice", "expected approved or rejected")
    cycle = need(session, Cycle, team_id, exclusion.cycle_id)
    own = {exclusion.proposed_by}
    role = roles.require(session, cycle, actor, roles.APPROVERS, "approve what is left out", but=own)
    if choice == "approved" and (cycle.state != CycleState.OPEN or cycle.step > Step.ANALYSE):
        where = f"is in step {cycle.step}" if cycle.state == CycleState.OPEN else "is closed"
        raise Conflict(f"Data is left out in steps 3 to 5; this cycle {where}.")
    values = {"state": choice, "approved_by": actor if choice == "approved" else "", "approved_at": now}
    changed = change_if(session, exclusion, {"state": "proposed"}, values)
    if changed:
        _settled(session, cycle, exclusion, Decision(**_decision(exclusion), user_id=actor, role=role.value, at=now))
    return exclusion, changed


def of_cycle(session: Session, cycle: Cycle) -> list[Exclusion]:
    """What was proposed to be left out, oldest first."""
    return rows(session, Exclusion, cycle.team_id, cycle_id=cycle.id)


def _of_cycle(session: Session, cycle: Cycle, kpi_id: int | None) -> int | None:
    if kpi_id is not None and row(session, Kpi, cycle.team_id, id=kpi_id, cycle_id=cycle.id) is None:
        raise InvalidInput("kpi_id", "expected a KPI of this cycle, or all")
    return kpi_id


def _decision(exclusion: Exclusion) -> dict[str, Any]:
    return {
        "team_id": exclusion.team_id,
        "cycle_id": exclusion.cycle_id,
        "subject": SUBJECT,
        "subject_id": exclusion.id,
        "choice": exclusion.state,
    }


def _settled(session: Session, cycle: Cycle, exclusion: Exclusion, decision: Decision) -> None:
    session.add(decision)
    if exclusion.state == ProposalState.APPROVED:
        mark_stale(session, cycle, after=Step.GATHER)
    _log(session, exclusion, decision.user_id, decision.at, f"{exclusion.state} exclusion")


def _log(session: Session, exclusion: Exclusion, actor: str, now: datetime, what: str) -> None:
    new = {
        "start_at": exclusion.start_at,
        "end_at": exclusion.end_at,
        "kpi_id": exclusion.kpi_id,
        "reason": exclusion.reason,
        "state": exclusion.state,
    }
    subject = (SUBJECT, exclusion.id)
    audit.record(session, team_id=exclusion.team_id, actor=actor, at=now, what=what, subject=subject, new=new)


def retire_baseline(session: Session, cycle: Cycle, kpi_id: int, *, reason: str, actor: str, now: datetime) -> int:
    """Stop comparing a KPI with baselines approved on other terms (V4.1); they stay in the log. How many there were.

    Raises:
        InvalidInput: no reason.
        Conflict: there is none, or no longer any.
    """
    roles.require(session, cycle, actor, roles.STEERERS, "compare afresh")
    if cycle.state != CycleState.OPEN:
        raise Conflict(f"Cycle {cycle.number} is closed; what it compared stays.")
    if not reason.strip():
        raise InvalidInput("reason", "expected why the terms changed")
    kpi = need(session, Kpi, cycle.team_id, kpi_id)
    if kpi.cycle_id != cycle.id:
        raise Conflict("That KPI belongs to another cycle.")
    retired = rows(
        session, Baseline, cycle.team_id, service_id=cycle.service_id, kpi_key=kpi.key, state=ProposalState.APPROVED
    )
    if not retired:
        raise Conflict(f"{kpi.name} is compared with no baseline from before.")
    for one in retired:
        one.state = ProposalState.RETIRED
        session.add(one)
    mark_stale(session, cycle, after=Step.GATHER)
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="retired baselines",
        subject=("kpi", kpi.id),
        new={"reason": reason.strip(), "baselines": [one.id for one in retired]},
    )
    return len(retired)
