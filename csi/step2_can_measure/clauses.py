"""SLA clauses: drafted, made active only on what is measured, flagged as soon as it no longer is (V2.2)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Breach, Conflict, GateRefused, InvalidInput
from csi.models import Batch, Cycle, Kpi, SlaClause
from csi.states import ClauseState
from csi.step1_should_measure.growing import checked_text
from csi.step2_can_measure import history
from csi.storage import lock, need, row, rows


def draft_clause(
    session: Session, cycle: Cycle, *, kpi_id: int, text: str, target: float | None, actor: str, now: datetime
) -> SlaClause:
    """Write a clause on a KPI of this cycle; it promises nothing until it is made active.

    One in the same words that was retired is drafted anew, with its past on record.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "draft an SLA clause")
    kpi = row(session, Kpi, cycle.team_id, id=kpi_id, cycle_id=cycle.id)
    if kpi is None:
        raise InvalidInput("kpi_id", "this KPI is not in this cycle")
    words = checked_text("text", text)
    lock(session, f"sla:{cycle.team_id}:{cycle.service_id}")
    known = row(session, SlaClause, cycle.team_id, service_id=cycle.service_id, kpi_key=kpi.key, text=words)
    if known is not None and known.state != ClauseState.RETIRED:
        return known
    clause = known or SlaClause(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        cycle_id=cycle.id,
        kpi_key=kpi.key,
        text=words,
        proposed_by=actor,
        proposed_at=now,
    )
    clause.cycle_id, clause.target = cycle.id, kpi.target if target is None else target
    clause.proposed_by, clause.proposed_at = actor, now
    clause.state, clause.refused, clause.activated_by, clause.activated_at = "draft", "", "", None
    session.add(clause)
    session.flush()
    _log(session, clause, actor, now, "drafted")
    return clause


def activate_clause(session: Session, cycle: Cycle, clause_id: int, *, actor: str, now: datetime) -> SlaClause:
    """Make a clause binding, if its KPI is measured.

    Raises:
        GateRefused: V2.2; if it cannot be measured it does not belong in an SLA. What was tried is kept by
            ``refusal``, in a transaction of its own.
    """
    roles.require(session, cycle, actor, roles.APPROVERS, "make an SLA clause active")
    lock(session, f"sla:{cycle.team_id}:{cycle.service_id}")
    clause = of_service_one(session, cycle, clause_id)
    if clause.state == ClauseState.ACTIVE:
        return clause
    if why := refusal(session, cycle, clause):
        raise GateRefused(
            [
                Breach(
                    rule="V2.2",
                    sentence=why,
                    mend="assess.kpi",
                    mend_label="See how it is measured",
                    mend_value=str(_kpi_id(session, cycle, clause)),
                )
            ]
        )
    clause.state, clause.refused, clause.activated_by, clause.activated_at = "active", "", actor, now
    session.add(clause)
    _log(session, clause, actor, now, "activated")
    return clause


def note_refusal(session: Session, cycle: Cycle, clause_id: int, *, actor: str, now: datetime) -> SlaClause:
    """Keep on the clause, and in the log, that it would be refused and why (before ``activate_clause`` says so)."""
    roles.require(session, cycle, actor, roles.APPROVERS, "make an SLA clause active")
    clause = of_service_one(session, cycle, clause_id)
    why = refusal(session, cycle, clause)
    if why and clause.refused != why:
        clause.refused = why
        session.add(clause)
        _log(session, clause, actor, now, "refused")
    return clause


def retire_clause(session: Session, cycle: Cycle, clause_id: int, *, actor: str, now: datetime) -> SlaClause:
    """Take a clause out of force; it stays on record."""
    roles.require(session, cycle, actor, roles.APPROVERS, "retire an SLA clause")
    clause = of_service_one(session, cycle, clause_id)
    if clause.state != ClauseState.RETIRED:
        clause.state = ClauseState.RETIRED
        session.add(clause)
        _log(session, clause, actor, now, "retired")
    return clause


def flag_unmeasured(session: Session, cycle: Cycle, *, actor: str, now: datetime) -> list[SlaClause]:
    """Flag every active clause whose KPI is no longer measured; returns those newly flagged."""
    flagged = unmeasured(session, cycle)
    for clause, why in flagged:
        clause.state, clause.refused = "flagged", why
        session.add(clause)
        _log(session, clause, actor, now, "flagged")
    return [clause for clause, _ in flagged]


def unmeasured(session: Session, cycle: Cycle) -> list[tuple[SlaClause, str]]:
    """Every active clause whose KPI is no longer measured, each with the reason."""
    active = rows(session, SlaClause, cycle.team_id, service_id=cycle.service_id, state=ClauseState.ACTIVE)
    return [(clause, why) for clause in active if (why := refusal(session, cycle, clause))]


def refusal(session: Session, cycle: Cycle, clause: SlaClause) -> str:
    """Why a clause may not be active, as a sentence; empty when it may."""
    kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=clause.kpi_key)
    why = history.why_not_measured(session, cycle, kpi)
    return f"“{clause.text}” does not belong in an SLA: {why}." if why else ""


def of_service(session: Session, cycle: Cycle) -> list[SlaClause]:
    """The service's clauses that are not retired."""
    states = ("draft", "active", "flagged")
    return rows(session, SlaClause, cycle.team_id, service_id=cycle.service_id, state=states)


def of_service_one(session: Session, cycle: Cycle, clause_id: int) -> SlaClause:
    """One clause of the cycle's service."""
    clause = need(session, SlaClause, cycle.team_id, clause_id)
    if clause.service_id != cycle.service_id:
        raise Conflict("That clause belongs to another service.")
    return clause


def deliveries(session: Session, cycle: Cycle, kpi: Kpi) -> list[Batch]:
    """The batches a KPI's source has delivered."""
    return history.deliveries(session, cycle, kpi)


def _kpi_id(session: Session, cycle: Cycle, clause: SlaClause) -> int | str:
    kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=clause.kpi_key)
    return kpi.id if kpi else ""


def _log(session: Session, clause: SlaClause, actor: str, now: datetime, what: str) -> None:
    audit.record(
        session,
        team_id=clause.team_id,
        actor=actor,
        at=now,
        what=f"{what} SLA clause",
        subject=("sla_clause", clause.id),
        new={"text": clause.text, "kpi_key": clause.kpi_key, "state": clause.state, "refused": clause.refused},
    )
