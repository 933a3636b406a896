"""A finding drafted in plain words from one KPI's result; a person reads, changes and confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from csi.analysis import rare
from csi.analysis.analysis import Between
from csi.analysis.assurance import MET, MISSED, TOO_FEW
from csi.analysis.change_state import IMPROVED, WORSE
from csi.analysis.impact import Range, UnitCost, gap_cost
from csi.analysis.limits import FEWEST
from csi.terms import Period
from csi.words import wording
from csi.words.signals import SignalRule
from csi.words.together import Move, Scale, keeping, moved
from csi.words.together import slope as told_slope

Plain = Mapping[str, Any]

HYPOTHESIS = "Hypothesis: "
NOT_MEASURED = "it is not measured yet"
_HOURS = {"s": 1 / 3600, "min": 1 / 60, "h": 1.0, "d": 24.0, "day": 24.0, "days": 24.0}
_STATES = {
    MET: "It is met in nearly every period, as far as the present variation goes.",
    MISSED: "It will keep being missed unless the process changes.",
}


_VARIES = "Whether it is met varies from period to period."
_TOO_FEW = "It was met every time, but the periods are too few yet to promise it."
_ALWAYS = "It was met every time, but the usual variation reaches as far as the target."


@dataclass(frozen=True, slots=True, kw_only=True)
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
        verdict=str(result.get("verdict") or ""),
        sentence=str(result.get("sentence") or ""),
        against_target=_against_target(seen),
        against_baseline=_against_baseline(seen),
        variation=" ".join(part for part in (_variation(seen), _trend(seen), _between(seen)) if part),
        cause=_cause(seen),
        impact=impact,
        impact_amount=amount,
        impact_unit=unit,
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

    def level(self, value: float) -> str:
        """A level in three figures, or in as many as tell it from the target."""
        scale = Scale(self.unit, wording.decimals_of((value,), 0.0, self.unit))
        return keeping(scale, value, marks=self.aims).level(value)

    @property
    def aims(self) -> tuple[float, ...]:
        """The target, or the ends of the band."""
        target = _target(self)
        return _band(self) or (() if target is None else (target,))


def _target(seen: _Seen) -> float | None:
    target = seen.result.get("target")
    return float(target) if isinstance(target, int | float) else None


def _against_target(seen: _Seen) -> str:
    state, target = seen.result.get("target_state"), _target(seen)
    level, after = seen.window("after").get("level"), seen.window("after")
    if state is None or level is None:
        return _so_far(seen)
    met, periods = int(after.get("met") or 0), int(after.get("periods") or 0)
    hits = f"{met} of {wording.periods(periods, seen.period)} met it"
    few = seen.part("assurance").get("reason") == TOO_FEW
    varies = _VARIES if met < periods else _TOO_FEW if few else _ALWAYS
    promise = _STATES.get(str(seen.part("assurance").get("state")), varies)
    return f"{_aimed(seen, target)} is {state}: the level is {seen.level(level)}, {hits}. {promise}"


def _so_far(seen: _Seen) -> str:
    """How the whole series stands to the target where no window was judged: where are we now?"""
    values = [float(one["value"]) for one in seen.result.get("series") or () if _whole(one)]
    aimed = _band(seen) is not None or _target(seen) is not None
    if not values or not aimed:
        return "No target was judged."
    met = sum(_off(seen, value) <= 0 for value in values)
    hits = f"{met} of {wording.periods(len(values), seen.period)} met it"
    centre = seen.part("limits").get("centre")
    level = f", the level is {seen.level(float(centre))}" if centre is not None else ""
    return f"{_aimed(seen, _target(seen))} so far: {hits}{level}."


def _whole(point: Plain) -> bool:
    return point.get("value") is not None and not point.get("partial")


def _aimed(seen: _Seen, target: float | None) -> str:
    band = _band(seen)
    if target is None and band:
        low, high = (wording.exact(side, seen.unit) for side in band)
        return f"The band of {low} to {high}"
    if target is None:
        return "The band"
    return f"The target of {wording.exact(target, seen.unit)}"


def _band(seen: _Seen) -> tuple[float, float] | None:
    said = seen.result.get("direction")
    return (float(said[0]), float(said[1])) if isinstance(said, list | tuple) and len(said) == 2 else None


def _against_baseline(seen: _Seen) -> str:
    change, was = seen.part("change"), seen.window("before").get("level")
    now, unit = seen.window("after").get("level"), seen.unit
    if change.get("difference") is None or was is None or now is None:
        return " ".join(seen.result.get("reasons") or ["No change was judged: no windows are fixed."])
    read = moved(
        Move(
            before=was,
            after=now,
            difference=change["difference"],
            sides=_sides(change),
            unit=unit,
            aims=seen.aims,
            matters=_matters(seen),
        )
    )
    there, gap = f"{read.before} before, {read.after} after", read.difference
    percent = change.get("percent")
    of_base = "" if percent is None or unit == "%" else f", {wording.number(percent, 0, signed=True)} % of the baseline"
    if change.get("state") is None:
        return f"{there} ({gap}{of_base}); too few periods to judge a change."
    return f"{there} ({gap}{of_base}, likely {read.likely}): {change['state']}; {_strength(seen)}."


def _sides(change: Plain) -> tuple[float, ...]:
    sides = (change.get("lower"), change.get("upper"))
    return tuple(float(side) for side in sides if side is not None) if None not in sides else ()


def _matters(seen: _Seen) -> float:
    return float(seen.detail.get("minimum_important_difference") or 0.0)


def _strength(seen: _Seen) -> str:
    """The evidence is for a change, also where none is said."""
    evidence = seen.result.get("evidence")
    if seen.part("change").get("state") in (IMPROVED, WORSE):
        return "nothing can be concluded from it yet" if evidence == "none" else f"the evidence is {evidence}"
    return "there is no evidence for one" if evidence == "none" else f"the evidence for one is {evidence}"


def _variation(seen: _Seen) -> str:
    limits, signals = seen.part("limits"), seen.result.get("signals") or ()
    if limits.get("centre") is None:
        missing = FEWEST - int(limits.get("n") or 0)
        if missing <= 0:
            return f"No limits: gaps leave too few neighbouring {seen.period.value}s to compare."
        return f"Too few points for limits: {wording.periods(missing, seen.period)} more needed."
    trial = " (trial limits)" if limits.get("trial") else ""
    latest = [signal for signal in signals if signal["latest"]]
    if latest:
        rule, way = SignalRule(latest[0]["rule"]).told, latest[0]["direction"]
        return f"Special cause at the latest point{trial}: {rule}, {way}."
    if signals:
        many = len(signals)
        earlier = "1 earlier point shows a special cause" if many == 1 else f"{many} earlier points show special causes"
        return f"Common cause at the latest point{trial}; {earlier}."
    return f"Common cause only{trial}: the points vary as they always did."


def _between(seen: _Seen) -> str:
    """The time between rare events, where the KPI counts some."""
    found = seen.detail.get("between")
    return rare.told(Between(**found)) if found else ""


def _trend(seen: _Seen) -> str:
    trend, now = seen.part("trend"), seen.detail.get("trend_now")
    if not trend.get("judged"):
        reason = str(trend.get("reason") or "not enough data to judge a trend")
        return f"{reason[:1].upper()}{reason[1:]}."
    if now not in ("rising", "falling"):
        return "No trend is shown."
    slope = float(trend["slope"])
    sides = tuple(float(trend[side]) for side in ("slope_lower", "slope_upper"))
    return f"The series is {now}: {told_slope(slope, sides, seen.unit, seen.period)}."


def _cause(seen: _Seen) -> str:
    """A hypothesis to start from: a date where the level moved, or common causes."""
    at, state = seen.detail.get("change_point"), seen.part("change").get("state")
    if at and state in (IMPROVED, WORSE):
        return f"{HYPOTHESIS}something changed around {wording.day(datetime.fromisoformat(at))}."
    if state in (IMPROVED, WORSE):
        return f"{HYPOTHESIS}what was done between the two windows."
    latest = next((one for one in seen.result.get("signals") or () if one["latest"]), None)
    if latest:
        what = f"the {seen.period.value} of {wording.day(datetime.fromisoformat(latest['start']))}"
        return f"{HYPOTHESIS}something special up to {what}; what was different then?"
    return f"{HYPOTHESIS}common causes, built into the way the work is done."


def impact_range(period: Period, result: Plain) -> Range | None:
    """The quantified term from the effect's interval: low, central, high; None where the data give none."""
    seen = _Seen("", period, str(result.get("unit") or ""), result, result.get("detail") or {})
    gap = _gap(seen)
    if gap is None:
        return None
    was, change = seen.window("before").get("level"), seen.part("change")
    sides = [gap[0]]
    if was is not None and change.get("lower") is not None and change.get("upper") is not None:
        sides += [_off(seen, was + change[side]) for side in ("lower", "upper")]
    worth = _worth(seen)
    low, high = max(0.0, min(sides)) * worth.size, max(0.0, *sides) * worth.size
    return Range(low, max(0.0, gap[0]) * worth.size, high)


def priced(amount: float, spread: Range | None, cost: UnitCost) -> str:
    """What the impact costs, low to high, with the formula, and who answers for the unit cost."""
    scale = amount / spread.central if spread and spread.central > 0 else 0.0
    low, high = (spread.low * scale, spread.high * scale) if spread and scale > 0 else (amount, amount)
    found = gap_cost(Range(min(low, amount), amount, max(high, amount)), 1.0, cost)
    cents = min(2, wording.shortest(round(found.cost.central, 2)))  # a product that is read is that of its factors
    least, usual, most = (wording.number(side, cents) for side in (found.cost.low, found.cost.central, found.cost.high))
    price = f"{wording.exact(cost.amount.central)} {cost.currency}"
    return (
        f"Cost incurred: about {usual} {cost.currency} ({least} to {most}) = {wording.exact(amount)} {cost.per} × "
        f"{price}; unit cost by {cost.owner}, {wording.day(cost.set_on)}."
    )


def _impact(seen: _Seen) -> tuple[str, float | None, str]:
    """The one quantified term that the data themselves give: hours, cases, or the gap itself."""
    gap = _gap(seen)
    if gap is None:
        return "", None, ""
    size, against = gap
    window = wording.periods(int(seen.window("after").get("periods") or 0), seen.period)
    if size <= 0:
        return f"No gap: nothing was lost {against} in {window}.", 0.0, "cases"
    worth = _worth(seen)
    shown = wording.quantity(size, seen.unit, wording.decimals(size))
    spread = impact_range(seen.period, seen.result)
    sides = (wording.number(spread.low, 0), wording.number(spread.high, 0)) if spread else ("", "")
    sure = f" ({sides[0]} to {sides[1]})" if sides[0] != sides[1] else ""
    amount = size * worth.size
    if not worth.volume:
        return f"{shown} {against}, in {window}.", float(f"{amount:.4g}"), worth.unit
    text = f"About {wording.number(amount, 0)} {worth.words}{sure}: {shown} {against} × {worth.volume}."
    return text, float(round(amount)), worth.unit


@dataclass(frozen=True, slots=True)
class _Worth:
    """What one unit of the gap is worth: how much, of what, and the volume it is multiplied by in words."""

    size: float
    unit: str
    words: str = ""
    volume: str = ""


def _worth(seen: _Seen) -> _Worth:
    cases, count = seen.window("after").get("cases"), int(seen.window("after").get("periods") or 0)
    window = wording.periods(count, seen.period)
    volume = f"{wording.number(cases or 0.0, 0)} cases in {window}"
    if seen.unit in _HOURS and cases:
        return _Worth(_HOURS[seen.unit] * cases, "hours", "hours of waiting", volume)
    if seen.unit == "%" and cases:
        return _Worth(cases / 100, "cases", "cases", volume)
    if seen.unit in ("", "count"):
        return _Worth(float(count), "cases", "cases", window)
    return _Worth(1.0, seen.unit)


def _gap(seen: _Seen) -> tuple[float, str] | None:
    """How far the level is on the wrong side of the target, or of the baseline where there is no target."""
    level = seen.window("after").get("level")
    if level is None:
        return None
    if _band(seen):
        return _off(seen, level), "outside the band"
    if _aim(seen) is None or seen.result.get("direction") not in ("lower", "higher"):
        return None
    return _off(seen, level), "off the target" if _target(seen) is not None else "worse than the baseline"


def _aim(seen: _Seen) -> float | None:
    target = _target(seen)
    return target if target is not None else seen.window("before").get("level")


def _off(seen: _Seen, level: float) -> float:
    band, aim = _band(seen), _aim(seen) or 0.0
    if band:
        return max(band[0] - level, level - band[1])
    return level - aim if seen.result.get("direction") == "lower" else aim - level
