"""The rules of step 4, process the data: what keeps a cycle from leaving it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.errors import Breach
from csi.measures import Takes, measure_in
from csi.models import AnalysisResult, Cycle, Exclusion, Kpi, Source
from csi.rules import Rule, threshold
from csi.states import ProposalState
from csi.step3_gather.gate import breach, columns_lacking
from csi.storage import rows
from csi.terms import Measurability, Step
from csi.words import wording
from csi.words.wording import percent

RATIOS = ("%", "ratio", "ppm", "‰")


def comparable(session: Session, cycle: Cycle, now: datetime) -> Iterable[Breach]:
    """V4.1: a KPI is compared with a baseline that was made on other terms."""
    del now
    for kpi, result in _with_results(session, cycle):
        different = (result.result if result else {}).get("differences") or ()
        if different:
            sentence = f"{kpi.name} must not be compared with its approved baseline: {'; '.join(different)}."
            yield Breach(
                rule="V4.1",
                sentence=sentence,
                mend="process.rebase",
                mend_label="Compare afresh",
                mend_value=str(kpi.id),
            )


def added_up(session: Session, cycle: Cycle, now: datetime) -> Iterable[Breach]:
    """V4.2: ratios and percentiles are not averaged; their numerator and denominator are."""
    del now
    kpis = {kpi.key: kpi for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)}
    for kpi in kpis.values():
        if why := averaged(kpi, kpis):
            yield _edit("V4.2", kpi, why)


def averaged(kpi: Kpi, kpis: dict[str, Kpi]) -> str:
    """What of a KPI's definition would average ratios or percentiles; empty when nothing does."""
    known: dict[str, Any] = kpi.definition
    measure, value = measure_in(known), known.get("value")
    column = isinstance(value, str) and value
    if column and kpi.unit in RATIOS and measure.is_averaging:
        return (
            f"takes the {measure.name} of percentages; say what is counted above and below, and the ratio is added up."
        )
    if measure.takes is Takes.SIDES and isinstance(value, dict):
        sides = [kpis[name] for name in (value.get("numerator"), value.get("denominator")) if name in kpis]
        wrong = [side.name for side in sides if not measure_in(side.definition).is_additive]
        if wrong:
            return f"divides {' and '.join(wrong)}, which cannot be added up; expected counts or sums."
    return ""


def covered(session: Session, cycle: Cycle, now: datetime) -> Iterable[Breach]:
    """V4.3: every measured KPI has a series of the data now held; poor coverage is said."""
    del now
    warn = threshold(session, cycle.team_id, "coverage_warn")
    least = threshold(session, cycle.team_id, "coverage_least")
    lacking = list(columns_lacking(session, cycle))
    for kpi, result in _with_results(session, cycle):
        if kpi.measurability == Measurability.NOT_MEASURABLE:
            continue
        if result is None or result.stale:
            yield _without_column(kpi, lacking) or _unprocessed(kpi, result)
        else:
            yield from _poor(kpi, result, warn, least)


def _without_column(kpi: Kpi, lacking: Iterable[tuple[Source, Mapping[str, Collection[str]]]]) -> Breach | None:
    """Processing again is of no use to a KPI whose column is not there."""
    for source, columns in lacking:
        if mine := [column for column, names in columns.items() if kpi.name in names]:
            return breach("V4.3", kpi.name, source, mine)
    return None


def _unprocessed(kpi: Kpi, result: AnalysisResult | None) -> Breach:
    if result is None and not kpi.definition.get("measure"):
        return _edit("V4.3", kpi, "cannot be processed: nobody has said yet what is counted.")
    what = "has not been processed yet" if result is None else "was processed before something changed"
    return Breach(rule="V4.3", sentence=f"{kpi.name} {what}.", mend="process.run", mend_label="Process the data")


def _edit(rule: str, kpi: Kpi, why: str) -> Breach:
    sentence = f"{kpi.name} {why}"
    return Breach(
        rule=rule, sentence=sentence, mend="measure.edit_kpi", mend_label="Edit the KPI", mend_value=str(kpi.id)
    )


def _poor(kpi: Kpi, result: AnalysisResult, warn: float, least: float) -> Iterator[Breach]:
    quality = result.result.get("quality") or {}
    overall, coverage = quality.get("overall"), result.result.get("coverage")
    held = min((float(one) for one in (overall, coverage) if one is not None), default=None)
    if held is None:
        yield _thin(f"{kpi.name}: there is no data to judge its coverage by.")
    elif held < least:
        yield _thin(
            f"{kpi.name}: coverage and quality are {percent(held, 1)}, below {percent(least)}: there can be no verdict."
        )
    elif held < warn:
        yield _thin(f"{kpi.name}: coverage and quality are {percent(held, 1)}, below {percent(warn)}.")


def _thin(sentence: str) -> Breach:
    return Breach(
        rule="V4.3",
        sentence=sentence,
        blocks=False,
        mend="cycle.open",
        mend_label="Gather more data",
        mend_value="gather",
    )


def excluded(session: Session, cycle: Cycle, now: datetime) -> Iterable[Breach]:
    """V4.4: nothing is left out without reason and approver."""
    del now
    for one in rows(
        session, Exclusion, cycle.team_id, cycle_id=cycle.id, state=(ProposalState.PROPOSED, ProposalState.APPROVED)
    ):
        span = " to ".join(wording.day_in(moment, cycle.timezone) for moment in (one.start_at, one.end_at))
        if one.state == ProposalState.PROPOSED or not one.reason.strip() or not one.approved_by:
            lacking = "a reason" if not one.reason.strip() else "an approver"
            sentence = f"Leaving out {span} ({one.reason or 'no reason'}) lacks {lacking}."
            mend = "process.exclusion"
            yield Breach(
                rule="V4.4", sentence=sentence, mend=mend, mend_label="Approve or reject", mend_value=str(one.id)
            )


def _with_results(session: Session, cycle: Cycle) -> list[tuple[Kpi, AnalysisResult | None]]:
    results = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    return [(kpi, results.get(kpi.id)) for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)]


RULES: tuple[Rule, ...] = (
    Rule("V4.1", Step.PROCESS, comparable),
    Rule("V4.2", Step.PROCESS, added_up),
    Rule("V4.3", Step.PROCESS, covered),
    Rule("V4.4", Step.PROCESS, excluded),
)
