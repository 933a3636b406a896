"""Units that reading found, beside those a study declares: each is held against what the KPIs are in.

What a person declares holds; a found unit fills what is left open. A number whose unit nobody knows is taken to be in
the KPI's, and that is told; where its size speaks against that (0.95 under a KPI in %, hours that last longer than all
that their rows tell), where two KPIs take it to be in different ones, and of a pause, it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, PausedFor, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, UnitUnclear, key_of_kpi, key_of_source
from csi.measures import measure_of
from csi.reading.column_headers import may_be_length
from csi.reading.layout import Column
from csi.reading.period_parts import names_period
from csi.reading.quantities import into
from csi.reading.scales import SCALES
from csi.series.column_units import Known, known_of, named, says_something, wanted_units
from csi.series.columns import home_of, units_of
from csi.series.proven_units import longer_than_all, proven
from csi.series.units import find
from csi.words.wording import amount

_MORE_THAN_ALL = 1.5  # ours; a share of 1.05 is an overshoot, one of 1.5 and more is in another unit


@dataclass(frozen=True, slots=True)
class Spread:
    """How large the numbers of a column are that name no unit; ``between`` tells whether some lie between 0 and 1."""

    low: float
    high: float
    between: bool

    def with_(self, other: Spread) -> Spread:
        """Of both."""
        return Spread(min(self.low, other.low), max(self.high, other.high), self.between or other.between)


@dataclass(frozen=True, slots=True)
class Found:
    """What one delivery says of its number columns: their units (empty: none is named), and the size of the others.

    ``proven`` are the units of lengths of time that no header and no cell names, and the moments of their rows show;
    ``beyond`` says per column and unit in how many rows such a length is more than the moments of the row span, of how
    many.
    """

    units: Mapping[str, str] = field(default_factory=dict)
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    proven: Mapping[str, str] = field(default_factory=dict)
    beyond: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)


def found_in(units: Mapping[str, str], frame: pd.DataFrame, study: StudyDefinition, source: str) -> Found:
    """What a delivery of a source, or a part of one, says."""
    bare: dict[str, set[str]] = {}
    for _, column, unit in bare_lengths(study, source):
        bare.setdefault(column, set()).add(unit)
    spreads, shown, beyond = {}, {}, {}
    for name in (one for one, unit in units.items() if not unit and one in frame.columns):
        numbers = frame[name].to_numpy(dtype=float)
        known = numbers[~np.isnan(numbers)]
        if len(known):
            between = bool(((known > 0) & (known < 1)).any())
            spreads[name] = Spread(float(known.min()), float(known.max()), between)
            if name in bare and (unit := proven(frame, name, study.sources[source])):
                shown[name] = unit
            for unit in bare.get(name, ()):
                beyond[name, unit] = longer_than_all(frame, name, unit, study.sources[source])
    return Found(units, spreads, shown, beyond)


def unsaid_lengths(study: StudyDefinition, source: str) -> list[tuple[KpiDefinition, str]]:
    """Each KPI in a unit of time, with the column of a source that it takes for one and whose unit nobody says.

    Only columns whose header is of a length of time: that its writer knew one and left it out is plain. A number called
    ``value`` is in the unit of the one KPI made of it while nothing speaks against that, and so is the number of a
    table of periods, which is a KPI as
    somebody worked it out: taken as it stands (``last``), or dated by a year and its week, month or quarter.
    """
    return [(kpi, column) for kpi, column, _ in bare_lengths(study, source) if _says_length(study, source, column)]


def bare_lengths(study: StudyDefinition, source: str) -> list[tuple[KpiDefinition, str, str]]:
    """Each KPI with the column of a source that it takes for lengths of time, and in which unit, while nobody says so.

    A number of a table of periods is none: see ``unsaid_lengths``.
    """
    if source not in study.sources:
        return []
    return [
        (kpi, column, wanted)
        for kpi in study.kpis.values()
        if measure_of(kpi.measure).has_units
        and kpi.measure != "last"
        and kpi.source in study.sources
        and not _is_of_periods(study, kpi)
        for name, wanted in _needed_of_columns(kpi, known_of(study, kpi.source))
        for home, column in [home_of(study, kpi.source, name)]
        if home == source and _is_of_time(wanted) and not _is_declared(study, source, column)
    ]


def _is_of_periods(study: StudyDefinition, kpi: KpiDefinition) -> bool:
    """Whether a KPI's rows are dated by the parts of a period, such as a year and its week."""
    return names_period(study.sources[kpi.source].options.get("join", {}).get(kpi.at, ()))


def _is_of_time(unit: str) -> bool:
    known = find(unit)
    return known is not None and known.dimension == "time"


def _is_declared(study: StudyDefinition, source: str, column: str) -> bool:
    known = known_of(study, source)
    return column in known.of_columns or column in known.of_rows


def _says_length(study: StudyDefinition, source: str, column: str) -> bool:
    """Whether a header is of a length of time, in the file or as the study calls it."""
    renamed = study.sources[source].columns
    return any(map(may_be_length, (column, *(old for old, new in renamed.items() if new == column))))


def together(parts: Iterable[Found]) -> Found:
    """What the parts of one delivery, which are all read alike, say together."""
    units: dict[str, str] = {}
    spreads: dict[str, Spread] = {}
    shown: dict[str, str] = {}
    beyond: dict[tuple[str, str], tuple[int, int]] = {}
    for part in parts:
        units |= part.units
        shown = {**part.proven, **shown}  # the first part that shows one
        for name, one in part.spreads.items():
            spreads[name] = one.with_(spreads[name]) if name in spreads else one
        for pair, (longer, rows) in part.beyond.items():
            known = beyond.get(pair, (0, 0))
            beyond[pair] = known[0] + longer, known[1] + rows
    return Found(units, spreads, shown, beyond)


def with_found_units(study: StudyDefinition, found: Mapping[str, Sequence[Found]]) -> StudyDefinition:
    """The study with the units that reading found where it declares none.

    Args:
        study: the definition; its hash is of what it declares, not of this.
        found: per source what each of its deliveries says.

    Raises:
        InvalidInputs: deliveries of one source differ, a KPI's unit and its column's do not convert, or numbers are of
            a size that speaks against their being in the KPI's unit.
    """
    sources, errors = dict(study.sources), []
    for name, source in study.sources.items():
        said = source.options.get("units") or {}
        open_ = {column: units for column, units in _by_column(found.get(name, ())).items() if column not in said}
        errors += [_differ(name, column, units) for column, units in open_.items() if len(units) > 1]
        errors += _read_before(name, units_of(study, name), found.get(name, ()))
        units = {column: units[0] or _proven(column, found.get(name, ())) for column, units in open_.items()}
        units = {column: unit for column, unit in units.items() if unit}
        if units:
            sources[name] = replace(source, options={**source.options, "units": {**said, **units}})
    filled = replace(study, sources=sources)
    errors += [*_unconvertible(study, filled), *_of_odd_size(filled, found), *_unsaid(filled, found)]
    errors += [*_against(filled, found), *_unsaid_pauses(filled, found)]
    if errors:
        raise InvalidInputs(errors) if len(errors) > 1 else errors[0]
    return filled


def _by_column(found: Sequence[Found]) -> dict[str, list[str]]:
    """Per column every unit that deliveries name, each once; empty where one names none."""
    units: dict[str, list[str]] = {}
    for one in found:
        for column, unit in one.units.items():
            known = units.setdefault(column, [])
            if unit not in known:
                known.append(unit)
    return units


def _proven(column: str, found: Sequence[Found]) -> str:
    """The unit that the moments beside a column show, where no delivery shows another."""
    shown = {one.proven[column] for one in found if column in one.proven}
    return shown.pop() if len(shown) == 1 else ""


def _differ(source: str, column: str, units: Sequence[str]) -> InvalidInput:
    said = " and ".join(f"in {unit}" if unit else "without a unit" for unit in units)
    found = f"the numbers of {column!r} are {said} in its files"
    wanted = f"one unit, as units: {{{column}: {_first(units)}}}"
    return UnitUnclear(key_of_source(source, "units"), found, expected=wanted, source=source)


def _read_before(source: str, declared: Mapping[str, str], found: Sequence[Found]) -> Iterator[InvalidInput]:
    """Every column that a kept delivery was read in another unit than is stated by now."""
    for column, unit in declared.items():
        own = {one.units[column] for one in found if one.units.get(column)}
        if other := next((one for one in sorted(own) if _canonical(one) != _canonical(unit)), ""):
            reason = f"the numbers of {column!r} were read in {other}, and units says {unit}"
            yield InvalidInput(key_of_source(source, "units"), f"{reason}; expected the file to be read again")


def _canonical(unit: str) -> str:
    known = find(unit)
    return known.name if known else unit


def _first(units: Sequence[str]) -> str:
    return next(unit for unit in units if unit)


def _unconvertible(declared: StudyDefinition, filled: StudyDefinition) -> Iterator[InvalidInput]:
    """Every column of a found unit that a KPI needs in one of another kind."""
    for kpi in filled.kpis.values():
        if not measure_of(kpi.measure).has_units or kpi.source not in filled.sources:
            continue
        known, said = known_of(filled, kpi.source), known_of(declared, kpi.source)
        for name, wanted in _needed(kpi, known):
            own = known.of_columns.get(name, "")
            if not own or name in said.of_columns or not wanted or known.rates.has(own, wanted):
                continue
            if into(own, wanted) is None:
                yield _refused(kpi, name, own, wanted, home_of(filled, kpi.source, name)[0])


def _needed(kpi: KpiDefinition, known: Known) -> Iterator[tuple[str, str]]:
    """Each column a KPI takes numbers from, and the unit it needs them in."""
    pauses = kpi.value.pauses if isinstance(kpi.value, Duration) else ()
    yield from ((one.column, one.unit or "min") for one in pauses if isinstance(one, PausedFor))
    yield from _needed_of_columns(kpi, known)


def _needed_of_columns(kpi: KpiDefinition, known: Known) -> Iterator[tuple[str, str]]:
    sides = named(kpi.unit)
    for place, (name, wanted) in enumerate(wanted_units(kpi, known)):
        asked = "" if isinstance(kpi.value, str) else sides[place]
        yield name, asked if says_something(asked) else wanted


def _refused(kpi: KpiDefinition, column: str, own: str, wanted: str, source: str) -> InvalidInput:
    is_sign = not own.replace(" ", "").isalnum() and find(own) is None
    means = f"the currency that {own} is here" if is_sign else f"{wanted}, if that is what they are in"
    if own in SCALES:
        means = f"{own} {wanted}, or {means}"
    reason = f"the numbers of {column!r} are in {own}, which does not convert into {wanted}"
    expected = f"{own} here, or units: {{{column}: …}} with {means}"
    return UnitUnclear(key_of_kpi(kpi.id, "unit"), reason, expected=expected, source=source)


def _of_odd_size(study: StudyDefinition, found: Mapping[str, Sequence[Found]]) -> Iterator[InvalidInput]:
    """Every column without a unit whose numbers are shares of 1 under a KPI in %, or of 100 under one in ratio."""
    for kpi in study.kpis.values():
        unit = find(kpi.unit)
        is_level = measure_of(kpi.measure).is_level
        if not isinstance(kpi.value, str) or not is_level or unit is None or kpi.source not in study.sources:
            continue
        home, column = home_of(study, kpi.source, kpi.value)
        known = known_of(study, home) if home in study.sources else None
        spread = together(found.get(home, ())).spreads.get(column)
        if spread is None or known is None or column in known.of_columns or column in known.of_rows:
            continue
        if unit.name == "%" and spread.low >= 0 and 0 < spread.high <= 1:  # 0 and 1 alone are flags, or shares of 1
            yield _asked(kpi, home, column, spread)
        if unit.name == "ratio" and spread.high > _MORE_THAN_ALL:
            yield _asked(kpi, home, column, spread)


def _asked(kpi: KpiDefinition, home: str, column: str, spread: Spread) -> InvalidInput:
    seen = f"the numbers of {column!r} go from {amount(spread.low)} to {amount(spread.high)} and name no unit"
    choice = f'units: {{{column}: ratio}} where 1 is all, or {{{column}: "%"}} where 100 is'
    found = f"{seen}, the KPI is in {kpi.unit}"
    return UnitUnclear(key_of_kpi(kpi.id, "unit"), found, expected=choice, source=home)


def _unsaid(study: StudyDefinition, found: Mapping[str, Sequence[Found]]) -> Iterator[InvalidInput]:
    """Every column of lengths of time whose unit neither header, cells, moments nor the study says."""
    for source in study.sources:
        spreads = together(found.get(source, ())).spreads
        for kpi, column in unsaid_lengths(study, source):
            if (spread := spreads.get(column)) is not None:
                seen = (
                    f"the header of {column!r} names a length of time and no unit, and its numbers go {_ends(spread)}"
                )
                yield UnitUnclear(key_of_kpi(kpi.id, "unit"), seen, expected=_choice(column, source), source=source)


def _ends(spread: Spread) -> str:
    return f"from {amount(spread.low)} to {amount(spread.high)}"


def _choice(column: str, source: str) -> str:
    return f"units: {{{column}: …}} under sources.{source}, with what they are in: s, min, h or d"


def _against(study: StudyDefinition, found: Mapping[str, Sequence[Found]]) -> Iterator[InvalidInput]:
    """Every column whose header says nothing, where the unit of its KPI cannot be that of its numbers.

    Two KPIs take them to be in different ones, or most last longer than all that the moments of their rows span.
    """
    for source in study.sources:
        whole = together(found.get(source, ()))
        first: dict[str, tuple[KpiDefinition, str]] = {}
        for kpi, column, unit in bare_lengths(study, source):
            if column not in whole.spreads or _says_length(study, source, column):
                continue
            seen = f"{column!r} names no unit, and its numbers go {_ends(whole.spreads[column])}"
            other, before = first.setdefault(column, (kpi, unit))
            longer, rows = whole.beyond.get((column, unit), (0, 0))
            if _canonical(before) != _canonical(unit):
                why = f"{seen}: kpis.{other.id} takes them to be in {before}, this one in {unit}"
            elif 2 * longer > rows:
                why = f"{seen}: in {unit}, {longer:,} of {rows:,} would last longer than all moments of their rows span"
            else:
                continue
            yield UnitUnclear(key_of_kpi(kpi.id, "unit"), why, expected=_choice(column, source), source=source)


def _unsaid_pauses(study: StudyDefinition, found: Mapping[str, Sequence[Found]]) -> Iterator[InvalidInput]:
    """Every pause given as a length whose unit neither the study nor its column says."""
    for kpi in study.kpis.values():
        pauses = kpi.value.pauses if isinstance(kpi.value, Duration) else ()
        for pause in (one for one in pauses if isinstance(one, PausedFor) and not one.unit):
            home, column = home_of(study, kpi.source, pause.column)
            spread = together(found.get(home, ())).spreads.get(column)
            if spread is not None and pause.column not in known_of(study, kpi.source).of_columns:
                seen = f"the pauses in {pause.column!r} name no unit, and go {_ends(spread)}"
                wanted = f"{{column: {pause.column}, unit: …}} with what they are in: s, min, h or d"
                yield UnitUnclear(key_of_kpi(kpi.id, "value.pauses"), seen, expected=wanted, source=home)


class Fit(StrEnum):
    """How the unit of a column and that of a KPI go together."""

    SAME = "same"
    CONVERTED = "converted"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UnitQuestion:
    """Whether a person must say what unit a column is in, before a KPI can take its numbers."""

    fit: Fit
    column_unit: str
    kpi_unit: str
    is_clock: bool = False  # 3:02 may be h:mm or min:s


def unit_question(column: Column, kpi_unit: str) -> UnitQuestion:
    """What is to be asked of a column as guessed, for a KPI in a unit; a plain count asks nothing."""
    own, wanted = column.unit, find(kpi_unit)
    if column.written.asks or (not own and not (wanted and wanted.dimension == "count")):
        fit = Fit.ASKED
    elif not own or into(own, kpi_unit) == (1.0, 1.0):
        fit = Fit.SAME
    else:
        fit = Fit.CONVERTED if into(own, kpi_unit) else Fit.REFUSED
    return UnitQuestion(fit, own, kpi_unit, column.written.asks)
