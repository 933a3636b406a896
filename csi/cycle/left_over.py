"""What a cycle leaves to the next one, each item for the step that must take it up, with its origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from csi.models import (
    Action,
    AnalysisResult,
    Baseline,
    Batch,
    CarryOver,
    Cycle,
    Exclusion,
    Finding,
    Gap,
    Kpi,
    Opportunity,
    Report,
    ReportClick,
    Row,
    Source,
)
from csi.states import ActionState, BatchState, EntryState, ProposalState
from csi.step3_gather import batches
from csi.storage import need, row, rows
from csi.terms import Step, Verdict
from csi.words.heading import ruled
from csi.words.standing import baseline_scale


def origins(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    """What a cycle leaves to the next, each item with where it comes from (not written yet)."""
    yield from (
        *_verdicts(session, cycle),
        *_gaps(session, cycle),
        *_quarantine(session, cycle),
        *_exclusions(session, cycle),
        *_causes(session, cycle),
        *_reports(session, cycle),
        *_actions(session, cycle),
        *_ideas(session, cycle),
        *_deferred(session, cycle),
    )


def _item(cycle: Cycle, step: Step, kind: str, text: str, source: Row | None = None, **more: Any) -> CarryOver:
    return CarryOver(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        from_cycle_id=cycle.id,
        step=step,
        kind=kind,
        text=text,
        subject=str(source.__tablename__) if source else "",
        subject_id=source.id if source else None,
        **more,
    )


def _verdicts(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    """Where are we now: every verdict with the baseline; a target met and stable forces a choice."""
    for result in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id):
        kpi = row(session, Kpi, cycle.team_id, id=result.kpi_id)
        if kpi is None:
            continue
        baseline = row(
            session, Baseline, cycle.team_id, cycle_id=cycle.id, kpi_key=kpi.key, state=ProposalState.APPROVED
        )
        level = f", new baseline {_level(baseline)}" if baseline and baseline.centre is not None else ""
        yield _item(
            cycle,
            Step.SHOULD_MEASURE,
            "verdict",
            f"{kpi.name}: {result.both}{level}",
            result,
            kpi_key=kpi.key,
            disposition="adopt",
            reason="where we are now",
            decided_by=cycle.closed_by,
            decided_at=cycle.closed_at,
        )
        if result.verdict == Verdict.ACHIEVED:
            text = f"{kpi.name} meets its target and is stable: tighten it, hold it, or retire the KPI?"
            yield _item(cycle, Step.SHOULD_MEASURE, "choice", text, result, kpi_key=kpi.key, since=cycle.closed_at)


def _level(baseline: Baseline) -> str:
    """The level of a baseline, as it stands wherever it is told."""
    scale = baseline_scale(baseline.centre, (baseline.lower, baseline.upper), baseline.unit)
    return scale.level(baseline.centre or 0.0)


def _gaps(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for gap in rows(session, Gap, cycle.team_id, cycle_id=cycle.id, order="opened_at"):
        if gap.decision in ("", "close") and gap.disposition != "drop":
            kpi = row(session, Kpi, cycle.team_id, id=gap.kpi_id) if gap.kpi_id else None
            yield _item(
                cycle,
                Step.CAN_MEASURE,
                "gap",
                f"Gap: {gap.text}",
                gap,
                since=gap.opened_at,
                kpi_key=kpi.key if kpi else "",
            )


def _quarantine(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for batch in rows(session, Batch, cycle.team_id, cycle_id=cycle.id, state=(BatchState.CURRENT, BatchState.WAITING)):
        source = need(session, Source, cycle.team_id, batch.source_id)
        count = batches.open_rows(session, source, batch)
        if count:
            text = f"{count:,} {'row' if count == 1 else 'rows'} of {batch.filename} in quarantine"
            yield _item(
                cycle, Step.GATHER, "quarantine", text, batch, since=batch.delivered_at, permalink=batch.permalink
            )


def _exclusions(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    """An exclusion made for the same reason as one of the cycle before: the process needs changing, not the data."""
    if cycle.previous_id is None:
        return
    before = {one.reason.lower() for one in rows(session, Exclusion, cycle.team_id, cycle_id=cycle.previous_id)}
    for one in rows(session, Exclusion, cycle.team_id, cycle_id=cycle.id, state=ProposalState.APPROVED):
        if one.reason.lower() in before:
            text = f"Excluded in two cycles running: {one.reason}"
            yield _item(cycle, Step.PROCESS, "exclusion", text, one, since=one.proposed_at)


def _causes(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for one in rows(session, Finding, cycle.team_id, cycle_id=cycle.id):
        kpi = row(session, Kpi, cycle.team_id, id=one.kpi_id)
        key = kpi.key if kpi else ""
        if one.cause and one.cause_is_hypothesis and one.disposition != "drop":
            text = f"Cause not proven{_of(kpi)}: {one.cause}"
            yield _item(cycle, Step.ANALYSE, "cause", text, one, kpi_key=key, since=one.drafted_at)
        elif one.disposition == "carry":
            text = f"Finding to look into{_of(kpi)}: {_found(session, one)}"
            yield _item(cycle, Step.ANALYSE, "finding", text, one, kpi_key=key, since=one.drafted_at)


def _found(session: Session, finding: Finding) -> str:
    """What was found, in few words."""
    about = {"cycle_id": finding.cycle_id, "kpi_id": finding.kpi_id}
    result = row(session, AnalysisResult, finding.team_id, **about)
    if result is None or not result.summary:
        return finding.sentence or finding.verdict
    return ruled(result.label, result.summary)


def _of(kpi: Kpi | None) -> str:
    return f" ({kpi.name})" if kpi else ""


def _reports(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for one in rows(session, Report, cycle.team_id, cycle_id=cycle.id):
        if one.sent_at and row(session, ReportClick, cycle.team_id, report_id=one.id) is None:
            text = f"Nobody acknowledged the report for {one.audience}"
            yield _item(cycle, Step.PRESENT, "report", text, one, since=one.sent_at)


def _actions(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for one in rows(session, Action, cycle.team_id, cycle_id=cycle.id, order="number"):
        if one.disposition == "carry":
            failed = one.state in (ActionState.REVIEWED, ActionState.CLOSED)
            what = f"Benefit of action {one.number} not verified" if failed else f"Action {one.number} is {one.state}"
            yield _item(
                cycle,
                Step.CORRECT,
                "benefit" if failed else "action",
                f"{what}: {one.title}",
                one,
                kpi_key=one.kpi_key,
                since=one.proposed_at,
                permalink=one.announced,
            )


def _deferred(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    """What this cycle put off is asked again by the next one, with its origin and its age."""
    kept = ("from_cycle_id", "kpi_key", "subject", "subject_id", "permalink", "since")
    for one in rows(session, CarryOver, cycle.team_id, cycle_id=cycle.id, disposition="defer"):
        again = _item(cycle, Step(one.step), one.kind, one.text)
        for name in kept:
            setattr(again, name, getattr(one, name))
        yield again


def _ideas(session: Session, cycle: Cycle) -> Iterator[CarryOver]:
    for one in rows(
        session, Opportunity, cycle.team_id, cycle_id=cycle.id, state=EntryState.PARKED, disposition="carry"
    ):
        text = f"Parked idea {one.number}: {one.title}"
        yield _item(cycle, Step.CORRECT, "opportunity", text, one, kpi_key=one.kpi_key)
