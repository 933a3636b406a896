"""The rules of step 5, analyse the data: V5.1 to V5.6. Told in docs/rules.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi.analysis.analysis import Remark
from csi.errors import Breach
from csi.measurement import mapping as measurement
from csi.models import AnalysisResult, Cycle, Finding, Kpi
from csi.rules import Rule
from csi.step5_analyse import findings
from csi.step5_analyse.findings import CONFIRMED, PARTS, STALE
from csi.storage import rows
from csi.terms import Claim

_NAMES = {
    "against_target": "how it stands against the target",
    "against_baseline": "how it stands against the baseline",
    "variation": "variation and trend",
    "cause": "the likely cause",
    "impact": "the business impact",
}


def every_kpi_has_a_finding(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.1: each KPI has a finding of the data and definition now held, or a written "no finding, because …"."""
    known, fresh = findings.of_cycle(session, cycle), measurement.fresh(session, cycle)
    earlier = measurement.of_earlier_versions(session, cycle)
    not_computed = {kpi.id for kpi in measurement.not_computed(session, cycle)}
    for kpi in _kpis(session, cycle):
        finding = known.get(kpi.id)
        if kpi.id not in fresh and (finding is None or kpi.id not in not_computed):
            yield _breach("V5.1", f"{kpi.name} is not analysed yet.", "Analyse")
        elif kpi.id in earlier:
            yield _breach("V5.1", f"{kpi.name} was analysed by an earlier version of this bot.", "Analyse again")
        elif not fresh.get(kpi.id, True) or finding is None or finding.state == STALE:
            yield _breach("V5.1", f"{kpi.name} has no finding of the data and definition now held.", "Analyse again")


def findings_are_whole_and_confirmed(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.2: a named person stands by every finding, and it answers all that a finding must."""
    names = {kpi.id: kpi.name for kpi in _kpis(session, cycle)}
    for kpi_id, finding in findings.of_cycle(session, cycle).items():
        name = names.get(kpi_id, "")
        if finding.state not in (CONFIRMED, STALE):
            yield _of("V5.2", f"Nobody has confirmed the finding on {name} yet.", "Read and confirm", kpi_id)
        elif finding.state == CONFIRMED and not finding.none_because and (lacking := _lacking(finding)):
            yield _of("V5.2", f"The finding on {name} does not say {', '.join(lacking)}.", "Complete it", kpi_id)


def nothing_is_claimed_from_too_few_points(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.3: no trend below 12 points, no signal below 6, in the result and by the person who confirms the finding."""
    known = findings.of_cycle(session, cycle)
    names = {kpi.id: kpi.name for kpi in _kpis(session, cycle)}
    for kpi_id, result in _results(session, cycle).items():
        if _claims_too_much(result.result, known.get(kpi_id)):
            sentence = f"The finding on {names.get(kpi_id, '')} claims a trend or signal from too few points."
            yield _of("V5.3", sentence, "Correct it", kpi_id)


def drift_against_the_verdict(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.4: met but falling, missed but improving, warns."""
    for remark in (Remark.BREACH_AHEAD, Remark.IMPROVING):
        yield from _noted(session, cycle, "V5.4", remark)


def counter_metrics_hold(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.5: a guard that got worse makes an improvement suspect; warns."""
    kpis = {kpi.key: kpi.name for kpi in _kpis(session, cycle)}
    names = {kpi.id: kpi.name for kpi in _kpis(session, cycle)}
    for kpi_id, result in _results(session, cycle).items():
        worse = [kpis.get(key, key) for key in result.result.get("side_effects") or ()]
        if worse:
            sentence = f"{', '.join(worse)} got worse: the result of {names.get(kpi_id, '')} is suspect."
            yield _why("V5.5", sentence, kpi_id)


def mix_is_constant(session: Session, cycle: Cycle, _now: datetime) -> Iterator[Breach]:
    """V5.6: the mix shifted and the sign flips at constant mix; warns."""
    return _noted(session, cycle, "V5.6", Remark.MIX_FLIPS)


def _noted(session: Session, cycle: Cycle, rule: str, remark: Remark) -> Iterator[Breach]:
    names = {kpi.id: kpi.name for kpi in _kpis(session, cycle)}
    for kpi_id, result in _results(session, cycle).items():
        for note in (result.result.get("detail") or {}).get("notes") or ():
            if note["remark"] == remark:
                yield _why(rule, f"{names.get(kpi_id, '')}: {note['text']}", kpi_id)


def _lacking(finding: Finding) -> list[str]:
    lacking = [_NAMES[name] for name in PARTS if not getattr(finding, name).strip()]
    quantified = finding.impact_amount is not None and finding.impact_unit
    return lacking if quantified else [*lacking, "one figure of the business impact"]


def _claims_too_much(result: Mapping[str, Any], finding: Finding | None) -> bool:
    has_limits = (result.get("limits") or {}).get("centre") is not None
    has_trend = bool((result.get("trend") or {}).get("judged"))
    if result.get("signals") and not has_limits and not has_trend:
        return True
    stands = finding is not None and finding.state == CONFIRMED and not finding.none_because and finding.claim
    claim = Claim(finding.claim) if finding is not None and stands else Claim.NEITHER
    return (claim.of_a_signal and not has_limits) or (claim.of_a_trend and not has_trend)


def _kpis(session: Session, cycle: Cycle) -> list[Kpi]:
    return rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)


def _results(session: Session, cycle: Cycle) -> dict[int, AnalysisResult]:
    return {one.kpi_id: one for one in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id)}


def _breach(rule: str, sentence: str, label: str) -> Breach:
    """What all of step 5 mends."""
    return Breach(rule=rule, sentence=sentence, mend="cycle.open", mend_label=label, mend_value="analyse")


def _of(rule: str, sentence: str, label: str, kpi_id: int) -> Breach:
    """What the finding on one KPI mends: it is opened, not the list of all."""
    return Breach(rule=rule, sentence=sentence, mend="analyse.finding", mend_label=label, mend_value=str(kpi_id))


def _why(rule: str, sentence: str, kpi_id: int) -> Breach:
    """What is to be looked at in one KPI's verdict."""
    return Breach(
        rule=rule, sentence=sentence, blocks=False, mend="analyse.why", mend_label="Look", mend_value=str(kpi_id)
    )


Check = Callable[[Session, Cycle, datetime], Iterable[Breach]]
CHECKS: tuple[tuple[str, Check], ...] = (
    ("V5.1", every_kpi_has_a_finding),
    ("V5.2", findings_are_whole_and_confirmed),
    ("V5.3", nothing_is_claimed_from_too_few_points),
    ("V5.4", drift_against_the_verdict),
    ("V5.5", counter_metrics_hold),
    ("V5.6", mix_is_constant),
)
RULES: tuple[Rule, ...] = tuple(Rule(id, 5, check) for id, check in CHECKS)
