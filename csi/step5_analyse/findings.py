"""Findings: drafted from the results, read and confirmed by a person, stale as soon as data or definition change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.analysis.finding import NOT_MEASURED, draft, impact_range, priced
from csi.analysis.impact import UnitCost
from csi.errors import Conflict, InvalidInput
from csi.measurement import mapping as measurement
from csi.models import AnalysisResult, Cycle, Finding, Kpi
from csi.states import CycleState, FindingState
from csi.storage import lock, need, row, rows
from csi.terms import CauseState, Claim, Period, Role

DRAFT, CONFIRMED, STALE = FindingState
CONFIRMERS = frozenset({Role.ANALYST, Role.PROCESS_OWNER, Role.SERVICE_OWNER, Role.CSI_MANAGER})
PARTS = ("against_target", "against_baseline", "variation", "cause", "impact")  # Source: V5.2
MOVING = ("rising", "falling")
_OWN_WORDS = ("cause", "impact", "impact_amount", "impact_unit")  # a person's words outlive new data
TEXT_LIMIT = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding as a person confirms it; with a unit cost, what it costs is worked out and said."""

    against_target: str
    against_baseline: str
    variation: str
    cause: str
    impact: str
    impact_amount: float
    impact_unit: str
    claim: Claim
    unit_cost: UnitCost | None = None
    cause_state: CauseState = CauseState.HYPOTHESIS
    cause_evidence: str = ""


def of_cycle(session: Session, cycle: Cycle) -> dict[int, Finding]:
    """The findings of a cycle by their KPI's number."""
    return {one.kpi_id: one for one in rows(session, Finding, cycle.team_id, cycle_id=cycle.id)}


def redraft(session: Session, cycle: Cycle, *, actor: str, now: datetime) -> list[Finding]:
    """Draft a finding for every KPI that has none of its present result; the drafts made are returned.

    A KPI without a result gets "no finding, because" for a person to confirm or to mend.
    """
    lock(session, f"findings:{cycle.team_id}:{cycle.id}")
    known = of_cycle(session, cycle)
    results = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    kpis = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    made = [_drafted(session, cycle, kpi, (known.get(kpi.id), results.get(kpi.id)), now) for kpi in kpis]
    fresh = [one for one in made if one is not None]
    if fresh:
        subject = {"findings": len(fresh)}
        audit.record(
            session,
            team_id=cycle.team_id,
            actor=actor,
            at=now,
            what="drafted findings",
            subject=("cycle", cycle.id),
            new=subject,
        )
    return fresh


def _drafted(
    session: Session, cycle: Cycle, kpi: Kpi, held: tuple[Finding | None, AnalysisResult | None], now: datetime
) -> Finding | None:
    """The new draft of one KPI, or None where nothing is to be drafted."""
    known, result = held
    if result is not None and result.stale:
        return None
    digest = result.input_hash if result else ""
    if known is not None and known.state != STALE and known.input_hash == digest:
        return None
    made = known or Finding(team_id=cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id, drafted_at=now)
    words = _words(cycle, kpi, result)
    kept = {name: getattr(made, name) for name in _OWN_WORDS if made.confirmed_by and getattr(made, name)}
    if CauseState(made.cause_state).is_settled:
        kept["cause"] = made.cause  # with its evidence, for good
    elif not kept.get("cause") and words["cause"] in _refuted(session, cycle, kpi):
        words["cause"] = ""  # a settled cause does not come back
    values = {**words, **kept, "input_hash": digest, "state": DRAFT, "drafted_at": now}
    values |= {"confirmed_by": "", "confirmed_at": None, "disposition": "", "disposition_reason": ""}
    return _put(session, made, values)


def _refuted(session: Session, cycle: Cycle, kpi: Kpi) -> set[str]:
    """The causes of a KPI that earlier cycles have refuted."""
    cycles = tuple(one.id for one in rows(session, Cycle, cycle.team_id, service_id=cycle.service_id))
    same = tuple(one.id for one in rows(session, Kpi, cycle.team_id, cycle_id=cycles, key=kpi.key))
    found = rows(session, Finding, cycle.team_id, kpi_id=same, cause_state=CauseState.REFUTED.value)
    return {one.cause for one in found}


def _words(cycle: Cycle, kpi: Kpi, result: AnalysisResult | None) -> dict[str, Any]:
    if result is None:
        return {"none_because": NOT_MEASURED, **dict.fromkeys(("verdict", "sentence", "claim", *PARTS), "")}
    words = asdict(draft(kpi.name, Period(cycle.period), result.result))
    return {**words, "claim": shown(result.result), "none_because": ""}


def shown(result: Mapping[str, Any]) -> Claim:
    """What the numbers show of a series: the claim that a draft begins with."""
    is_special = bool(result.get("signals"))
    if (result.get("detail") or {}).get("trend_now") not in MOVING:
        return Claim.SIGNAL if is_special else Claim.NEITHER
    return Claim.BOTH if is_special else Claim.TREND


def confirm(session: Session, cycle: Cycle, kpi_id: int, said: Said, *, actor: str, now: datetime) -> Finding:
    """A person stands by a finding.

    Raises:
        InvalidInput: a part that V5.2 asks for is empty.
        Conflict: the data or the definition changed since it was drafted.
        NotAllowed: the person has no role that analyses.
    """
    finding = _open(session, cycle, kpi_id, actor, "confirm a finding")
    for name in PARTS:
        if not getattr(said, name).strip():
            raise InvalidInput(name, "please say it in a few words")
    if not said.impact_unit.strip():
        raise InvalidInput("impact_unit", "please say of what: users, minutes, hours, money, cases or a risk class")
    if said.cause_state.is_settled and not said.cause_evidence.strip():
        raise InvalidInput("cause_evidence", f"please say what shows that the cause is {said.cause_state}")
    words = {**asdict(said), "cause_is_hypothesis": not said.cause_state.is_settled}
    if words.pop("unit_cost"):
        words["impact"] = f"{said.impact.strip()} {_cost(session, cycle, kpi_id, said)}"
    values = {**words, "none_because": "", "state": CONFIRMED, "confirmed_by": actor, "confirmed_at": now}
    return _changed(session, finding, values, "confirmed finding", now)


def _cost(session: Session, cycle: Cycle, kpi_id: int, said: Said) -> str:
    """The cost of the impact with its range, from the effect's interval and the cost's."""
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id)
    spread = impact_range(Period(cycle.period), result.result) if result else None
    return priced(said.impact_amount, spread, said.unit_cost) if said.unit_cost else ""


def as_drafted(finding: Finding, cause: str) -> Said | None:
    """A draft as a person confirms it with nothing but its cause said; None where it leaves more to be said."""
    if finding.impact_amount is None or not finding.claim:
        return None
    parts = {name: str(getattr(finding, name)) for name in (*PARTS, "impact_unit", "cause_evidence")}
    if not all(parts[name].strip() for name in parts if name not in ("cause", "cause_evidence")):
        return None
    state = CauseState(finding.cause_state) if finding.cause_state else CauseState.HYPOTHESIS
    return Said(
        against_target=parts["against_target"],
        against_baseline=parts["against_baseline"],
        variation=parts["variation"],
        cause=cause.strip(),
        impact=parts["impact"],
        impact_amount=finding.impact_amount,
        impact_unit=parts["impact_unit"],
        claim=Claim(finding.claim),
        unit_cost=None,
        cause_state=state,
        cause_evidence=parts["cause_evidence"],
    )


def none(session: Session, cycle: Cycle, kpi_id: int, because: str, *, actor: str, now: datetime) -> Finding:
    """A person says why a KPI has no finding.

    Raises:
        InvalidInput: no reason.
        NotAllowed: the person has no role that analyses.
    """
    if not because.strip():
        raise InvalidInput("none_because", "please say why there is no finding")
    finding = _open(session, cycle, kpi_id, actor, "leave a KPI without a finding")
    values = {"none_because": because.strip(), "state": CONFIRMED, "confirmed_by": actor, "confirmed_at": now}
    return _changed(session, finding, values, "no finding", now)


def _open(session: Session, cycle: Cycle, kpi_id: int, actor: str, doing: str) -> Finding:
    """The finding to change, where the person may and the data have not moved on."""
    roles.require(session, cycle, actor, CONFIRMERS, doing)
    if cycle.state != CycleState.OPEN:
        raise Conflict(f"Cycle {cycle.number} is closed; its findings stay as they are.")
    lock(session, f"findings:{cycle.team_id}:{cycle.id}")
    need(session, Kpi, cycle.team_id, kpi_id)
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id)
    finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi_id)
    moved = finding is None or finding.state == STALE or finding.input_hash != (result.input_hash if result else "")
    if finding is None or moved or not measurement.fresh(session, cycle).get(kpi_id, True):
        raise Conflict("The data or the definition changed since this was drafted. Please analyse again.")
    return finding


def _changed(session: Session, finding: Finding, values: Mapping[str, Any], what: str, now: datetime) -> Finding:
    old, new = audit.changes(finding, values)
    actor = str(values["confirmed_by"])
    _put(session, finding, values)
    audit.record(
        session,
        team_id=finding.team_id,
        actor=actor,
        at=now,
        what=what,
        subject=("finding", finding.id),
        old=old,
        new=new,
    )
    return finding


def _put(session: Session, finding: Finding, values: Mapping[str, Any]) -> Finding:
    for name, value in values.items():
        setattr(finding, name, value)
    session.add(finding)
    session.flush()
    return finding
