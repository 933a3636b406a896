"""A new baseline (V7.4): proposed from the analysed series, approved by somebody else, kept for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from csi import approvers, audit, roles
from csi.errors import Breach, Conflict, GateRefused, InvalidInput, NotAllowed
from csi.measurement import windows
from csi.measurement.mapping import definition_hash
from csi.models import AnalysisResult, Baseline, Cycle, Decision, Kpi
from csi.rules import threshold
from csi.states import CycleState, ProposalState
from csi.step1_should_measure.growing import of_cycle
from csi.step7_correct.standing import Standing, series_of, standing
from csi.storage import change_if, hold, lock, need, next_number, row, rows
from csi.terms import Direction, Step
from csi.words.wording import percent


@dataclass(frozen=True, slots=True)
class Vote:
    """What a click on a proposed baseline did."""

    baseline: Baseline
    decision: Decision
    changed: bool
    settled: bool
    yes: int
    needed: int


def propose_baseline(
    session: Session,
    cycle: Cycle,
    kpi_id: int,
    *,
    window_from: date,
    window_to: date,
    reason: str,
    actor: str,
    now: datetime,
) -> Baseline:
    """Propose a window of the analysed series as the KPI's new baseline.

    Raises:
        GateRefused: V7.4, with everything that is missing.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "propose a baseline")
    if cycle.state != CycleState.OPEN or cycle.step != Step.CORRECT:
        raise Conflict(f"A new baseline is set in step 7; this cycle is in step {cycle.step}.")
    kpi: Kpi = of_cycle(session, cycle, Kpi, kpi_id)
    lock(session, f"baseline:{cycle.team_id}:{kpi.key}")
    if window_from >= window_to:
        raise InvalidInput("window_to", "the window must end after it begins")
    waiting = row(session, Baseline, cycle.team_id, cycle_id=cycle.id, kpi_key=kpi.key, state=ProposalState.PROPOSED)
    if waiting is not None:
        raise Conflict(f"A baseline of {kpi.name} is waiting for approval already.")
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    stands = standing(kpi, series_of(result), window_from, window_to, cycle.timezone)
    if broken := list(shortcomings(session, cycle, kpi, result, stands)):
        raise GateRefused(broken)
    made = Baseline(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        cycle_id=cycle.id,
        kpi_id=kpi.id,
        kpi_key=kpi.key,
        number=next_number(session, Baseline, cycle.team_id, "number", kpi_key=kpi.key, service_id=cycle.service_id),
        window_from=window_from,
        window_to=window_to,
        unit=kpi.unit,
        centre=stands.centre,
        lower=stands.lower,
        upper=stands.upper,
        points=stands.points,
        coverage=stands.coverage,
        limits=stands.frozen,
        definition_hash=definition_hash(cycle, kpi),
        reason=" ".join(reason.split()),
        turns_miss_into_hit=easier(session, cycle, kpi, result, stands),
        proposed_by=actor,
        proposed_at=now,
    )
    session.add(made)
    session.flush()
    made.post_key = f"baseline:{made.id}"
    _log(session, made, actor, now, "proposed")
    return made


def decide_baseline(
    session: Session, *, team_id: str, baseline_id: int, actor: str, choice: str, now: datetime, reason: str = ""
) -> Vote:
    """One approver's yes or no; where a new baseline would only turn a miss into a hit two are needed."""
    baseline = need(session, Baseline, team_id, baseline_id)
    hold(session, baseline, f"baseline:{team_id}:{baseline.kpi_key}")
    given = next((one for one in decisions(session, baseline) if one.user_id == actor), None)
    if given is not None:
        return _vote(session, baseline, given, changed=False, settled=False)
    if actor == baseline.proposed_by:
        raise NotAllowed("You proposed this baseline; somebody else must approve it (V7.4).")
    cycle = need(session, Cycle, team_id, baseline.cycle_id)
    role = roles.require(session, cycle, actor, roles.APPROVERS, "approve a baseline", but={baseline.proposed_by})
    if baseline.state != ProposalState.PROPOSED:
        raise Conflict(f"This baseline is {baseline.state} already.")
    approvers.require_answer(choice, reason)
    made = Decision(
        team_id=team_id,
        cycle_id=baseline.cycle_id,
        subject="baseline",
        subject_id=baseline.id,
        user_id=actor,
        role=role.value,
        choice=choice,
        reason=reason.strip(),
        at=now,
    )
    session.add(made)
    session.flush()
    _log(session, baseline, actor, now, choice)
    return _settle(session, baseline, made, now)


def shortcomings(
    session: Session, cycle: Cycle, kpi: Kpi, result: AnalysisResult | None, stands: Standing
) -> Sequence[Breach]:
    """Everything V7.4 misses in a window."""
    fewest = int(threshold(session, cycle.team_id, "baseline_points"))
    least = threshold(session, cycle.team_id, "coverage_least")
    said = []
    if result is None or result.stale:
        said.append("there is no analysis of the data now held")
    if stands.points < fewest:
        said.append(f"the window has {stands.points} points; at least {fewest} are needed")
    if stands.coverage < least:
        said.append(f"only {percent(stands.coverage)} of its periods have data; at least {percent(least)} are needed")
    if not kpi.definition.get("measure"):
        said.append("the KPI has no definition")
    return [
        Breach(
            rule="V7.4",
            sentence=f"{kpi.name}: {one}.",
            mend="act.baseline",
            mend_label="Choose a window",
            mend_value=str(kpi.id),
        )
        for one in said
    ]


def easier(session: Session, cycle: Cycle, kpi: Kpi, result: AnalysisResult | None, stands: Standing) -> bool:
    """Whether the new baseline is worse than the one before: measured from it, a miss may look like a hit."""
    before = _centre_before(session, cycle, kpi, result)
    if before is None or stands.centre is None:
        return False
    if kpi.direction == Direction.HIGHER:
        return stands.centre < before
    return kpi.direction == Direction.LOWER and stands.centre > before


def suggested_window(cycle: Cycle, kpi: Kpi | None = None) -> tuple[date, date] | None:
    """The window a new baseline most likely has: what was just evaluated, else the one before."""
    fixed = windows.of_kpi(cycle, kpi)
    found = fixed.evaluation or fixed.baseline
    return (found.start, found.end) if found else None


def decisions(session: Session, baseline: Baseline) -> list[Decision]:
    """The decisions on a baseline."""
    return rows(session, Decision, baseline.team_id, subject="baseline", subject_id=baseline.id)


def of(session: Session, cycle: Cycle) -> list[Baseline]:
    """The baselines proposed in a cycle."""
    return rows(session, Baseline, cycle.team_id, cycle_id=cycle.id)


def newest(session: Session, cycle: Cycle, kpi_key: str) -> Baseline | None:
    """The newest approved baseline of a KPI of the cycle's service."""
    own: dict[str, Any] = {"service_id": cycle.service_id, "kpi_key": kpi_key, "state": "approved"}
    return next(iter(rows(session, Baseline, cycle.team_id, order="-number", **own)), None)


def needed(baseline: Baseline) -> int:
    """How many approvers a baseline needs."""
    return 2 if baseline.turns_miss_into_hit else 1


def _settle(session: Session, baseline: Baseline, made: Decision, now: datetime) -> Vote:
    yes = sum(one.choice == "approve" for one in decisions(session, baseline))
    state = "rejected" if made.choice == "reject" else "approved" if yes >= needed(baseline) else ""
    values = {"state": state, "approved_at": now if state == "approved" else None}
    settled = bool(state) and change_if(session, baseline, {"state": "proposed"}, values)
    return _vote(session, baseline, made, changed=True, settled=settled)


def _vote(session: Session, baseline: Baseline, made: Decision, *, changed: bool, settled: bool) -> Vote:
    yes = sum(one.choice == "approve" for one in decisions(session, baseline))
    return Vote(baseline, made, changed=changed, settled=settled, yes=yes, needed=needed(baseline))


def _centre_before(session: Session, cycle: Cycle, kpi: Kpi, result: AnalysisResult | None) -> float | None:
    approved = newest(session, cycle, kpi.key)
    if approved is not None:
        return approved.centre
    before = windows.of_kpi(cycle, kpi).baseline
    return standing(kpi, series_of(result), before.start, before.end, cycle.timezone).centre if before else None


def _log(session: Session, baseline: Baseline, actor: str, now: datetime, what: str) -> None:
    new = {"kpi_key": baseline.kpi_key, "from": baseline.window_from, "to": baseline.window_to}
    audit.record(
        session,
        team_id=baseline.team_id,
        actor=actor,
        at=now,
        what=f"{what} baseline",
        subject=("baseline", baseline.id),
        new={**new, "centre": baseline.centre},
    )
