"""The rules of step 6, present the information: V6.1 to V6.7. Told in docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from csi.errors import Breach
from csi.models import AnalysisResult, Cycle, Kpi, Report, SlaClause
from csi.rules import Rule
from csi.states import ClauseState
from csi.step6_present import reports
from csi.step6_present.reports import MET
from csi.storage import row, rows
from csi.terms import Direction
from csi.words import wording

SILENCE = timedelta(days=2)  # how long readers may stay silent before somebody asks (V6.6)
AGAIN = "Present again"


def every_number_has_its_point(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.1: each figure of a report is a point of the series now held."""
    series = {kpi.key: _values(session, cycle, kpi) for kpi in _kpis(session, cycle)}
    for report in reports.newest(session, cycle):
        wrong = [
            one for one in _figures(report.content) if series.get(one["kpi"], {}).get(one["start"]) != one["value"]
        ]
        if wrong:
            names = ", ".join(sorted({one["name"] for one in wrong})[:3])
            yield _breach(
                "V6.1",
                f"The report for {report.audience} shows figures of {names} that the data now held does not have.",
                AGAIN,
            )


def nothing_missed_is_left_out(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.2: everything missed or inconclusive was presented."""
    results = {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}
    measured = [kpi for kpi in _kpis(session, cycle) if kpi.id in results]
    newest = reports.newest(session, cycle)
    if not newest:
        missed = [kpi.name for kpi in measured if results[kpi.id].verdict not in MET]
        said = f" {_named(missed)} would stay unsaid." if missed else ""
        yield _breach("V6.2", f"Nothing has been presented yet.{said}", "Present")
    for report in newest:
        told = {one["kpi"] for one in report.content.get("verdicts", ())}
        left = [kpi.name for kpi in measured if kpi.key not in told and results[kpi.id].verdict not in MET]
        if left:
            yield _breach("V6.2", f"The report for {report.audience} leaves out {_named(left)}.", AGAIN)


def few_items_and_one_ask(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.3: at most five items, and an ask or "for information"."""
    return _faults(session, cycle, "V6.3")


def charts_carry_what_they_need(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.4: target, baseline, unit, period, n, source, exclusions and alt text stand with every chart."""
    return _faults(session, cycle, "V6.4")


def green_is_not_all(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.5: every clause is met while satisfaction falls, warns."""
    kpis = {kpi.key: kpi for kpi in _kpis(session, cycle)}
    clauses = rows(session, SlaClause, cycle.team_id, service_id=cycle.service_id, state=ClauseState.ACTIVE)
    met = [_clause_met(session, cycle, clause, kpis) for clause in clauses]
    if not met or not all(met):
        return
    for kpi in kpis.values():
        if kpi.kind == "satisfaction" and _falls(session, cycle, kpi):
            sentence = f"Every SLA clause is green while {kpi.name} falls: the clauses may measure the wrong things."
            yield _breach("V6.5", sentence, "Look", blocks=False)


def readers_have_answered(session: Session, cycle: Cycle, now: datetime) -> Iterator[Breach]:
    """V6.6: a report that nobody answers for two days warns."""
    for report in reports.newest(session, cycle):
        if report.sent_at and now - report.sent_at > SILENCE and not _answered(session, report):
            day = wording.day_in(report.sent_at, cycle.timezone)
            sentence = f"Nobody has acknowledged the report for {report.audience} since {day}."
            yield _breach("V6.6", sentence, AGAIN, blocks=False)


def nobody_is_singled_out(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V6.7: no figure about fewer than five cases."""
    return _faults(session, cycle, "V6.7")


def _answered(session: Session, report: Report) -> bool:
    return any(click.user_id != report.made_by for click in reports.clicks(session, report))


def _faults(session: Session, cycle: Cycle, rule: str) -> Iterator[Breach]:
    for report in reports.newest(session, cycle):
        found = reports.faults(report.content, reports.wish_of(report))
        yield from (breach for breach in found if breach.rule == rule)


def _figures(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every figure of a report, with the KPI and the start of the period it stands for."""
    for line in content.get("verdicts", ()):
        if line["latest"]:
            yield {"kpi": line["kpi"], "name": line["name"], **line["latest"]}
    for item in content.get("items", ()):
        yield from ({"kpi": item["kpi"], "name": item["name"], **one} for one in item["points"])


def _values(session: Session, cycle: Cycle, kpi: Kpi) -> dict[str, float | None]:
    """The series now held: start → value; empty when the analysis is stale."""
    result = _result(session, cycle, kpi)
    if result is None or result.stale:
        return {}
    return {one["start"]: one["value"] for one in result.result.get("series", ())}


def _result(session: Session, cycle: Cycle, kpi: Kpi) -> AnalysisResult | None:
    return row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)


def _clause_met(session: Session, cycle: Cycle, clause: SlaClause, kpis: Mapping[str, Kpi]) -> bool:
    """Whether the newest finished period is on the good side of the clause's target."""
    kpi = kpis.get(clause.kpi_key)
    result = _result(session, cycle, kpi) if kpi else None
    if kpi is None or result is None or clause.target is None:
        return False
    series = [one for one in result.result.get("series", ()) if not one["partial"] and one["value"] is not None]
    if not series:
        return False
    value = float(series[-1]["value"])
    return value >= clause.target if kpi.direction == Direction.HIGHER else value <= clause.target


def _falls(session: Session, cycle: Cycle, kpi: Kpi) -> bool:
    """Whether it got worse than its baseline, or drifts the wrong way."""
    result = _result(session, cycle, kpi)
    if result is None:
        return False
    change, trend = result.result.get("change") or {}, result.result.get("trend") or {}
    return change.get("state") == "worse" or _drifts(kpi, trend)


def _drifts(kpi: Kpi, trend: Mapping[str, Any]) -> bool:
    lower, upper = trend.get("slope_lower"), trend.get("slope_upper")
    if not trend.get("judged") or lower is None or upper is None:
        return False
    return bool(upper < 0) if kpi.direction == Direction.HIGHER else bool(lower > 0)


def _kpis(session: Session, cycle: Cycle) -> list[Kpi]:
    return rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)


def _named(names: list[str]) -> str:
    return f"{', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"


def _breach(rule: str, sentence: str, label: str, *, blocks: bool = True) -> Breach:
    return Breach(
        rule=rule, sentence=sentence, blocks=blocks, mend="cycle.open", mend_label=label, mend_value="present"
    )


Check = Callable[[Session, Cycle, datetime], Iterable[Breach]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("V6.1", every_number_has_its_point),
    ("V6.2", nothing_missed_is_left_out),
    ("V6.3", few_items_and_one_ask),
    ("V6.4", charts_carry_what_they_need),
    ("V6.5", green_is_not_all),
    ("V6.6", readers_have_answered),
    ("V6.7", nobody_is_singled_out),
)
RULES: tuple[Rule, ...] = tuple(Rule(id, 6, check) for id, check in CHECKS)
