"""One KPI of a study, checked against its measure, its unit, its source and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csi.definition import MEANT, Duration, EarlierTarget, KpiDefinition, RatioValue, SourceDefinition
from csi.errors import InvalidInput, NotFound
from csi.kpi_catalogue import fill
from csi.measures import MEASURES, Takes, is_measure, measure_of
from csi.possible import impossible
from csi.series import units
from csi.series.expression import parse
from csi.series.net_promoter import UNIT
from csi.study.keys import Keys, finite, shown, window_of
from csi.study.pause_reading import CLOCKS, pauses_of
from csi.terms import Direction
from csi.words.nearest import nearest

_RATIO_UNITS = ("%", "ratio", "ppm", "‰")
_VALUES = {
    Takes.SPANS: Duration,
    Takes.SIDES: RatioValue,
    Takes.NAMES: str,
    Takes.ANSWERS: str,
    Takes.AMOUNTS: str | Duration,
}
_LONGEST_UNIT = 60  # characters of a unit; ours


def kpi_of(name: str, keys: Keys, sources: Mapping[str, SourceDefinition], kpis: set[str]) -> KpiDefinition | None:
    """One entry under ``kpis``; None when it cannot be understood at all. What is wrong is noted."""
    keys = _filled(keys)
    measure = _measure(keys)
    source = keys.text("source")
    if sources:  # of a study without any that is told where they would stand
        source = keys.choice("source", tuple(sources), needed=_needs_source(keys, kpis))
    value = _value(keys, measure)
    direction, band = _direction(keys)
    kpi = KpiDefinition(
        id=name,
        name=keys.text("name", name),
        source=source,
        at=keys.text("at"),
        measure=measure,
        value=value,
        where=_condition(keys, "where"),
        good=_condition(keys, "good"),
        unit=_unit(keys, measure),
        direction=direction,
        band=band,
        target=keys.number("target"),
        target_date=keys.day("target_date"),
        minimum_important_difference=keys.size("minimum_important_difference"),
        guards=keys.texts("guards"),
        catalogue=keys.text("kpi"),
        strata=keys.text("strata"),
        comparator=keys.text("comparator"),
        baseline=window_of(keys, "baseline"),
        evaluation=window_of(keys, "evaluation"),
        meant=_meant(keys),
        earlier_targets=_earlier(keys, banded=band is not None),
    )
    keys.end()
    _check(kpi, keys, kpis)
    return kpi


def _earlier(keys: Keys, *, banded: bool) -> tuple[EarlierTarget, ...]:
    """What was promised before, the oldest first: a number until a day, or a band where the KPI has one."""
    found = []
    for below in keys.items("earlier_targets"):
        until, target = below.day("until", needed=True), _promised(below, banded=banded)
        below.end()
        if until is not None and target:
            found.append(EarlierTarget(until, target))
            if len(found) > 1 and found[-2].until >= until:
                below.wrong("until", f"{until} is not after {found[-2].until}; expected the oldest first")
    return tuple(found)


def _promised(keys: Keys, *, banded: bool) -> tuple[float, ...]:
    """One target, or the two ends of a band; empty where it is wrong, which is noted."""
    value: Any = keys.get("target")
    ends = [finite(one) for one in value] if isinstance(value, list) else [finite(value)]
    numbers = tuple(one for one in ends if one is not None)
    if len(numbers) != len(ends) or len(ends) != (2 if banded else 1) or (banded and numbers[0] >= numbers[1]):
        expected = "a band [low, high] with low below high, as the KPI has" if banded else "a number"
        keys.wrong("target", f"expected {expected}, not {shown(value)}")
        return ()
    return numbers


def _meant(keys: Keys) -> tuple[str, ...]:
    """The keys that look odd beside the data and are meant so, in one order."""
    said = keys.texts("meant")
    for word in said:
        if word not in MEANT:
            near = nearest(word, MEANT)
            hint = f"; did you mean {near!r}?" if near else ""
            keys.wrong("meant", f"{word!r} is nothing that is asked about; expected some of {', '.join(MEANT)}{hint}")
    return tuple(word for word in MEANT if word in said)


def _filled(keys: Keys) -> Keys:
    """What the entry leaves out, from the catalogue."""
    if keys.mapping.get("kpi") is None:
        return keys
    try:
        return Keys(fill(keys.mapping), keys.path, keys.notes)
    except NotFound as error:
        keys.wrong("kpi", str(error))
        return keys


def _needs_source(keys: Keys, kpis: set[str]) -> bool:
    """Every KPI but a ratio of two others."""
    value = keys.mapping.get("value")
    sides = [str(value.get(side)) for side in ("numerator", "denominator")] if isinstance(value, Mapping) else [""]
    return not kpis.issuperset(sides)


def _measure(keys: Keys) -> str:
    measure = keys.text("measure", needed=f"one of {', '.join(MEASURES)} or a percentile such as p90")
    if measure and not is_measure(measure):
        expected = f"expected one of {', '.join(MEASURES)} or a percentile such as p90"
        keys.wrong("measure", f"{measure!r} is not known; {expected}")
        return ""
    return measure


def _unit(keys: Keys, measure: str) -> str:
    unit = keys.text("unit", _usual_unit(measure))
    if len(unit) > _LONGEST_UNIT:
        keys.wrong("unit", f"expected at most {_LONGEST_UNIT} characters, not {len(unit):,}")
        return _usual_unit(measure)
    return unit


def _usual_unit(measure: str) -> str:
    return measure_of(measure).unit


def _value(keys: Keys, measure: str) -> str | Duration | RatioValue | None:
    value = keys.get("value")
    if value is None or not isinstance(value, Mapping):
        return keys.text("value") or None
    below = keys.keys("value")
    if "numerator" in value or "denominator" in value:
        sides = [below.text(side, needed="a column or a KPI id") for side in ("numerator", "denominator")]
        below.end()
        return RatioValue(*sides)
    return _duration(below, measure)


def _duration(keys: Keys, measure: str) -> Duration:
    start = keys.text("from", needed="the column of the first moment")
    end = keys.text("to", needed="the column of the second moment")
    unit = keys.text("unit", "min" if measure_of(measure).is_of_spans else "h")
    found = units.find(unit)
    if found is None or found.dimension != "time":
        keys.wrong("unit", f"{unit!r} is not a unit of time; expected us, ms, s, min, h, d or wk")
    clock = keys.choice("clock", CLOCKS, "wall")
    pauses = pauses_of(keys)
    if pauses and measure_of(measure).is_of_spans:
        keys.wrong("pauses", f"{measure} knows no pauses; expected a duration without them")
    keys.end()
    return Duration(start, end, found.name if found else unit, clock, pauses)


def _direction(keys: Keys) -> tuple[Direction, tuple[float, float] | None]:
    value: Any = keys.get("direction")
    if isinstance(value, list):
        numbers = [number for item in value if (number := finite(item)) is not None]
        if len(numbers) == len(value) == 2 and numbers[0] < numbers[1]:
            return Direction.WITHIN, (numbers[0], numbers[1])
        keys.wrong("direction", f"expected a band [low, high] with low below high, not {shown(value)}")
        return Direction.WITHIN, None
    word = keys.choice("direction", (Direction.HIGHER, Direction.LOWER), needed=True, other=" or a band [low, high]")
    return Direction(word or Direction.LOWER), None


def _condition(keys: Keys, key: str) -> str:
    text = keys.text(key)
    if text:
        try:
            parse(text)
        except InvalidInput as error:
            keys.wrong(key, error.reason)
    return text


def _check(kpi: KpiDefinition, keys: Keys, kpis: set[str]) -> None:
    """What the keys must be together."""
    of_kpis = isinstance(kpi.value, RatioValue) and {kpi.value.numerator, kpi.value.denominator} <= kpis
    if not kpi.at and not measure_of(kpi.measure).is_of_spans and not of_kpis:
        keys.wrong("at", "is missing; expected the column of the moment that puts a row into a period")
    _tell_unknown(kpi, keys, kpis)
    for guard in kpi.guards:
        if guard not in kpis - {kpi.id}:
            said = "is the KPI itself" if guard == kpi.id else f"there is no KPI {guard!r}"
            keys.wrong("guards", f"{said}; {_others(kpi, kpis)}")
    if kpi.comparator and kpi.comparator not in kpis - {kpi.id}:
        keys.wrong("comparator", f"there is no other KPI {kpi.comparator!r}; {_others(kpi, kpis)}")
    if kpi.measure:
        _check_value(kpi, keys)
        _check_unit(kpi, keys)
        _check_unused(kpi, keys, of_kpis=of_kpis)
        _check_aim(kpi, keys)


def _others(kpi: KpiDefinition, kpis: set[str]) -> str:
    """What may be named beside a KPI."""
    others = ", ".join(sorted(kpis - {kpi.id}))
    return f"expected one of {others}" if others else "there is no other KPI to name here"


def _tell_unknown(kpi: KpiDefinition, keys: Keys, kpis: set[str]) -> None:
    """Without a source both sides of a ratio are KPIs; which of them is not one."""
    if not isinstance(kpi.value, RatioValue) or kpi.source:
        return
    for side, name in (("numerator", kpi.value.numerator), ("denominator", kpi.value.denominator)):
        if name and name not in kpis:
            near = nearest(name, sorted(kpis))
            hint = f"did you mean {near!r}? " if near else ""
            expected = "expected KPI ids on both sides, or a source that has both columns"
            keys.wrong(f"value.{side}", f"there is no KPI {name!r}; {hint}{expected}")


def _check_value(kpi: KpiDefinition, keys: Keys) -> None:
    if kpi.measure == "share" and not kpi.good:
        keys.wrong("good", "is missing; a share needs the condition that good rows satisfy")
    expected = _unused_value(kpi) or _expected_value(kpi)
    if expected:
        keys.wrong("value", f"expected {expected} for {kpi.measure}")


def _unused_value(kpi: KpiDefinition) -> str:
    """What was expected where a measure does not look at the value that is there; empty where it does."""
    if kpi.measure == "count" and kpi.value is not None:
        return "nothing (`where: not column is missing` counts the rows that have one, measure distinct its values)"
    if kpi.measure == "share" and kpi.value is not None and not isinstance(kpi.value, Duration):
        return Takes.CONDITION.value
    return ""


def _expected_value(kpi: KpiDefinition) -> str:
    """What is lacking in the value for this measure; empty when nothing is."""
    takes = measure_of(kpi.measure).takes
    return "" if takes not in _VALUES or isinstance(kpi.value, _VALUES[takes]) else takes.value


def _check_unit(kpi: KpiDefinition, keys: Keys) -> None:
    measure = measure_of(kpi.measure)
    if measure.is_part and kpi.unit not in _RATIO_UNITS:
        keys.wrong("unit", f"{kpi.unit!r} is not a unit of {measure.spoken}; expected one of {', '.join(_RATIO_UNITS)}")
    found = units.find(kpi.unit)
    if measure_of(kpi.measure).is_number_of_things and found is not None and found.dimension != "count":
        expected = "count, or the name of what is counted"
        keys.wrong("unit", f"{kpi.unit!r} is not a unit of {kpi.measure}; expected {expected}")
    if kpi.measure == "nps" and kpi.unit != UNIT:
        keys.wrong("unit", f"{kpi.unit!r} is not a unit of nps; expected {UNIT}")
    of_time = isinstance(kpi.value, Duration) and measure_of(kpi.measure).is_of_amounts
    if of_time and (found is None or found.dimension != "time"):
        keys.wrong("unit", f"{kpi.unit!r} is not a unit of time; expected us, ms, s, min, h, d or wk")


def _check_unused(kpi: KpiDefinition, keys: Keys, *, of_kpis: bool) -> None:
    """Keys that a measure does not look at: whoever wrote one expects it to count."""
    if kpi.good and kpi.measure != "share":
        keys.wrong("good", f"is not looked at by {kpi.measure}; expected it with measure share only, or `where` here")
    for key in ("where", "strata") if of_kpis else ():
        if getattr(kpi, key):
            keys.wrong(key, "is not looked at by a ratio of two KPIs; expected it at these two")
    if kpi.band is not None and kpi.target is not None:
        keys.wrong("target", "is not looked at beside a band; expected the band alone, in direction")


def _check_aim(kpi: KpiDefinition, keys: Keys) -> None:
    """A target, or an edge of the band, that nothing can reach."""
    key, edges = ("direction", kpi.band) if kpi.band is not None else ("target", (kpi.target,))
    known = units.find(kpi.unit)
    lasting = isinstance(kpi.value, Duration) or (known is not None and known.dimension == "time")
    unit = known.name if known is not None else kpi.unit
    for edge in edges:
        if edge is not None and (reason := impossible(edge, kpi.measure, unit, lasting=lasting)):
            keys.wrong(key, reason)
