"""A finding drafted in plain words from one KPI's result; a person reads, changes and confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csi.step5_analyse import wording
from csi.step5_analyse.assurance import MET, MISSED, UNSTABLE
from csi.step5_analyse.change_state import IMPROVED, WORSE
from csi.terms import Period

Plain = Mapping[str, Any]

HYPOTHESIS = "Hypothesis: "
NOT_MEASURED = "it is not measured yet"
_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "day": 24.0, "days": 24.0}
_RULES = {
    "outside": "outside the limits",
    "trend": "in a run of 7 rising or falling",
    "two_of_three": "in the outer third, 2 of 3",
    "shift": "in a run of 7 on one side",
}
_STATES = {
    MET: "It is met in nearly every period, as far as the present variation goes.",
    MISSED: "It will keep being missed unless the process changes.",
    UNSTABLE: "The process is not stable enough to promise it.",
}


@dataclass(frozen=True, slots=True)
class FindingDraft:
    """What V5.2 asks of a finding, in words; ``impact_amount`` with its unit is the one quantified term."""

    verdict: str
    sentence: str
    against_target: str
    against_baseline: str
    variation: str
    cause: str
    impact: str
    impact_amount: float | None
    impact_unit: str


def draft(name: str, period: Period, result: Plain) -> FindingDraft:
    """A finding from a result as report.json and its detail hold it.

    Args:
        name: the KPI's name.
        period: the length of one point.
        result: ``Analysis.as_plain()`` with unit, direction and target, and ``detail``.
    """
    seen = _Seen(name, period, str(result.get("unit") or ""), result, result.get("detail") or {})
    impact, amount, unit = _impact(seen)
    return FindingDraft(
        str(result.get("verdict") or ""),
        str(result.get("sentence") or ""),
        _against_target(seen),
        _against_baseline(seen),
        f"{_variation(seen)} {_trend(seen)}",
        _cause(seen),
        impact,
        amount,
        unit,
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    period: Period
    unit: str
    result: Plain
    detail: Plain

    def part(self, name: str) -> Plain:
        return self.result.get(name) or {}

    def window(self, name: str) -> Plain:
        return self.detail.get(name) or {}

    def quantity(self, value: float, beside: float = 0.0) -> str:
        return wording.quantity(value, self.unit, wording.decimals(max(abs(value), abs(beside))))


def _target(seen: _Seen) -> float | None:
    target = seen.result.get("target")
    return float(target) if isinstance(target, int | float) else None


def _against_target(seen: _Seen) -> str:
    state, target = seen.result.get("target_state"), _target(seen)
    level, after = seen.window("after").get("level"), seen.window("after")
    if state is None or level is None:
        return "No target was judged."
    aim = (
        "The band"
        if target is None
        else f"The target of {wording.quantity(target, seen.unit, wording.shortest(target))}"
    )
    hits = f"{after.get('met')} of {wording.periods(int(after.get('periods') or 0), seen.period)} met it"
    promise = _STATES.get(str(seen.part("assurance").get("state")), "Whether it is met varies from period to period.")
    return f"{aim} is {state}: the level is {seen.quantity(level)}, {hits}. {promise}"


def _against_baseline(seen: _Seen) -> str:
    change, was = seen.part("change"), seen.window("before").get("level")
    now, unit = seen.window("after").get("level"), seen.unit
    if change.get("difference") is None or was is None or now is None:
        return "No change was judged: " + " ".join(seen.result.get("reasons") or ["no windows are fixed."])
    places = wording.decimals(max(abs(was), abs(now)), abs(change["difference"]))
    there = f"{wording.quantity(was, unit, places)} before, {wording.quantity(now, unit, places)} after"
    gap = wording.gap(change["difference"], unit, places)
    percent = change.get("percent")
    of_base = "" if percent is None or unit == "%" else f", {wording.number(percent, 0, signed=True)} % of the baseline"
    if change.get("state") is None:
        return f"{there} ({gap}{of_base}); too few periods to judge a change."
    low, high = (wording.number(change[side] or 0.0, places, signed=True) for side in ("lower", "upper"))
    strength = f"evidence {seen.result.get('evidence')}"
    return f"{there} ({gap}{of_base}, likely {low} to {high}): {change['state']}, {strength}."


def _variation(seen: _Seen) -> str:
    limits, signals = seen.part("limits"), seen.result.get("signals") or ()
    if limits.get("centre") is None:
        missing = max(0, 6 - int(limits.get("n") or 0))
        return f"Too few points for limits: {wording.periods(missing, seen.period)} more needed."
    trial = " (trial limits)" if limits.get("trial") else ""
    latest = [signal for signal in signals if signal["latest"]]
    if latest:
        rule, way = _RULES.get(latest[0]["rule"], latest[0]["rule"]), latest[0]["direction"]
        return f"Special cause at the latest point{trial}: {rule}, {way}."
    if signals:
        return f"Common cause at the latest point{trial}; {len(signals)} earlier points show special causes."
    return f"Common cause only{trial}: the points vary as they always did."


def _trend(seen: _Seen) -> str:
    trend, now = seen.part("trend"), seen.detail.get("trend_now")
    if not trend.get("judged"):
        return str(trend.get("reason") or "not enough data to judge a trend").capitalize() + "."
    if now not in ("rising", "falling"):
        return "No trend is shown."
    slope = float(trend["slope"])
    places = wording.decimals(0.0, slope)
    sides = [wording.number(float(trend[side]), places, signed=True) for side in ("slope_lower", "slope_upper")]
    per = f"{wording.gap(slope, seen.unit, places)} a {seen.period.value}"
    return f"The series is {now} by {per} (likely {sides[0]} to {sides[1]})."


def _cause(seen: _Seen) -> str:
    """A hypothesis to start from: a date where the level moved, or common causes."""
    at, state = seen.detail.get("change_point"), seen.part("change").get("state")
    if at and state in (IMPROVED, WORSE):
        return f"{HYPOTHESIS}something changed around {wording.day(datetime.fromisoformat(at))}."
    if state in (IMPROVED, WORSE):
        return f"{HYPOTHESIS}what was done between the two windows."
    return f"{HYPOTHESIS}common causes, built into the way the work is done."


def _impact(seen: _Seen) -> tuple[str, float | None, str]:
    """The one quantified term that the data themselves give: hours, cases, or the gap itself."""
    after = seen.window("after")
    gap = _gap(seen)
    if gap is None:
        return "", None, ""
    size, against = gap
    window = wording.periods(int(after.get("periods") or 0), seen.period)
    if size <= 0:
        return f"No gap: nothing was lost {against} in {window}.", 0.0, "cases"
    return _worth(seen, size, against, window)


def _worth(seen: _Seen, gap: float, against: str, window: str) -> tuple[str, float | None, str]:
    cases, count = seen.window("after").get("cases"), int(seen.window("after").get("periods") or 0)
    volume = wording.number(cases or 0.0, 0)
    shown = wording.quantity(gap, seen.unit, wording.decimals(gap))
    if seen.unit in _HOURS and cases:
        hours = gap * _HOURS[seen.unit] * cases
        text = f"About {wording.number(hours, 0)} hours of waiting: {shown} {against} × {volume} cases in {window}."
        return text, float(round(hours)), "hours"
    if seen.unit == "%" and cases:
        missed = gap / 100 * cases
        text = f"About {wording.number(missed, 0)} cases: {shown} {against} × {volume} cases in {window}."
        return text, float(round(missed)), "cases"
    if seen.unit in ("", "count"):
        text = f"About {wording.number(gap * count, 0)} cases: {shown} {against} × {window}."
        return text, float(round(gap * count)), "cases"
    return f"{shown} {against}, in {window}.", float(f"{gap:.4g}"), seen.unit


def _gap(seen: _Seen) -> tuple[float, str] | None:
    """How far the level is on the wrong side of the target, or of the baseline where there is no target."""
    level, was, target = seen.window("after").get("level"), seen.window("before").get("level"), _target(seen)
    direction = seen.result.get("direction")
    if level is None or direction not in ("lower", "higher"):
        return None
    aim, against = (target, "off the target") if target is not None else (was, "worse than the baseline")
    if aim is None:
        return None
    return (level - aim if direction == "lower" else aim - level), against
