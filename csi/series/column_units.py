"""To which unit the numbers of a KPI's columns are brought: of its one column, or of both of a ratio."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from csi.definition import KpiDefinition, RatioValue, StudyDefinition
from csi.errors import NotComparable
from csi.measures import measure_of
from csi.reading.column_headers import unit_in
from csi.reading.scales import scaled
from csi.series import units
from csi.series.columns import LINKED, is_ratio_of_kpis, link_of, unit_columns, units_of
from csi.series.expression import Literal, comparisons
from csi.series.money import NO_RATES, Rates, is_money, rates_of

_PER = re.compile(r"\s*/\s*|\s+per\s+")
_ONE_ONLY = ("count", "work")
_BARE = ("ratio", "count")  # dimensions that say nothing of what was divided


@dataclass(frozen=True, slots=True)
class Known:
    """The units declared for whole columns, the columns whose unit stands in each row, and the rates of money."""

    of_columns: Mapping[str, str]
    of_rows: Mapping[str, str]
    rates: Rates = NO_RATES


UNSAID = Known({}, {})


def known_of(study: StudyDefinition, source: str) -> Known:
    """What a study says of the units of a source's columns, and of those it is linked to."""
    link = link_of(study.sources[source])
    there = link.source if link and link.source in study.sources else ""
    prefixes = {"": source} | ({f"{there}{LINKED}": there} if there else {})
    columns: dict[str, str] = {}
    by_row: dict[str, str] = {}
    for prefix, name in prefixes.items():
        columns |= {f"{prefix}{column}": unit for column, unit in units_of(study, name).items()}
        said = unit_columns(study.sources[name])
        by_row |= {f"{prefix}{column}": f"{prefix}{unit}" for column, unit in said.items()}
    return Known(columns, by_row, rates_of(study))


def wanted_units(kpi: KpiDefinition, known: Known) -> tuple[tuple[str, str], ...]:
    """Each column whose numbers a KPI reads, with the unit they are brought to; empty: they stay as they are.

    Of a ratio the unit it names decides (``EUR`` or ``EUR/ticket`` for the numerator, ``kB/s`` for both); where it
    names none (``%``) both are brought to one: that declared for a column, else the currency the rates lead to.
    """
    if isinstance(kpi.value, str):
        return () if measure_of(kpi.measure).is_net else ((kpi.value, kpi.unit),)
    if not isinstance(kpi.value, RatioValue):
        return ()
    above, below = named(kpi.unit)
    sides = (kpi.value.numerator, kpi.value.denominator)
    said = (above, below, known.of_columns.get(sides[1], ""), known.of_columns.get(sides[0], ""))
    return tuple(
        (name, _wanted(name, [one for one in (own, *said[2:]) if says_something(one)], known))
        for name, own in zip(sides, said[:2], strict=True)
    )


def taken_unsaid(study: StudyDefinition, kpi: KpiDefinition) -> str:
    """The column whose numbers a KPI takes to be in its own unit while nobody says so; empty where there is none.

    Of units that others measure the same in: of ``points`` there is one only. A line of a table that is taken by its
    name may say it there: ``Lösungszeit (Std.)``.
    """
    unit = units.find(kpi.unit)
    if not isinstance(kpi.value, str) or not measure_of(kpi.measure).has_units or kpi.source not in study.sources:
        return ""
    if unit is None or unit.dimension in _ONE_ONLY:
        return ""
    known = known_of(study, kpi.source)
    is_said = kpi.value in known.of_columns or kpi.value in known.of_rows or _in_names(kpi) == unit.name
    return "" if is_said else kpi.value


def _in_names(kpi: KpiDefinition) -> str:
    """The unit that the texts of its condition name; empty where none does, or several."""
    texts = [
        side.value
        for one in comparisons(kpi.where)
        if one.sign == "=="
        for side in (one.left, one.right)
        if isinstance(side, Literal) and isinstance(side.value, str)
    ]
    named = {unit_in(text) for text in texts} - {""}
    return named.pop() if len(named) == 1 else ""


def named(unit: str) -> tuple[str, str]:
    """What a unit names for both sides of a ratio: ``EUR/ticket`` is EUR over ticket; empty where it has one side."""
    above, _, below = _PER.sub("\n", unit, count=1).partition("\n")
    return above, below


def _wanted(name: str, candidates: list[str], known: Known) -> str:
    """The first unit that a column can be brought to."""
    if name in known.of_rows:
        currencies = [wanted for _, wanted in known.rates.pairs]
        return next(iter([*candidates, *currencies]), "")
    own = known.of_columns.get(name, "")
    counted = units.find(own)
    whole = "count" if counted and counted.dimension == "count" and counted.factor > 1 else ""  # in thousands
    return next((one for one in candidates if own and alike(own, one)), whole)


def says_something(unit: str) -> bool:
    """Whether a unit tells what is measured: ``h`` and ``EUR`` do, ``%``, ``count`` and ``points`` do not."""
    found = units.find(unit) if unit else None
    return _is_amount(unit) if found is None else found.dimension not in _BARE


def alike(first: str, second: str) -> bool:
    """Whether two units measure the same."""
    return _kind(first) == _kind(second)


def _kind(unit: str) -> str:
    found = units.find(unit)
    return found.dimension if found else "money" if _is_amount(unit) else unit


def _is_amount(unit: str) -> bool:
    """Whether a unit is a currency, or thousands or cents of one."""
    counted = scaled(unit)
    return is_money(counted.of or next(iter(counted.among), "") if counted else unit)


def unconvertible(study: StudyDefinition) -> tuple[tuple[str, str], ...]:
    """KPI and what is wrong, for every column of a declared unit that cannot be brought to the one wanted."""
    found = []
    for kpi in study.kpis.values():
        if not measure_of(kpi.measure).has_units or kpi.source not in study.sources:
            continue
        known = known_of(study, kpi.source)
        for name, wanted in wanted_units(kpi, known):
            own = known.of_columns.get(name, "")
            if own and wanted and own != wanted and not known.rates.has(own, wanted):
                found += [(kpi.id, f"{name!r}: {reason}") for reason in _reason(own, wanted)]
    return tuple(found)


def _reason(own: str, wanted: str) -> tuple[str, ...]:
    try:
        units.factor(own, wanted)
    except NotComparable as error:
        return error.differences
    return ()


def undecided(study: StudyDefinition) -> tuple[tuple[str, str], ...]:
    """KPI and column of every ratio that adds up rows of several units, while nothing says to which."""
    found = []
    for kpi in study.kpis.values():
        if not isinstance(kpi.value, RatioValue) or kpi.source not in study.sources:
            continue
        if is_ratio_of_kpis(kpi, frozenset(study.kpis)):
            continue
        known = known_of(study, kpi.source)
        found += [(kpi.id, name) for name, unit in wanted_units(kpi, known) if name in known.of_rows and not unit]
    return tuple(found)
