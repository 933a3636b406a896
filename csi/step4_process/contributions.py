"""What each row gives to a KPI: its moment, its value, whether it is good. One row in, one entry out; no period yet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, PausedFor, RatioValue
from csi.errors import InvalidInput
from csi.step4_process import units
from csi.step4_process.calendar import ALWAYS, OpenTime
from csi.step4_process.column_units import UNSAID, Known, wanted_units
from csi.step4_process.columns import OF_VALUE, moment_of_row
from csi.step4_process.expression import ExpressionError, columns_of
from csi.step4_process.late import deadline_of
from csi.step4_process.masks import mask
from csi.step4_process.net_promoter import is_answer
from csi.step4_process.pauses import Stops, longer, stops_of
from csi.step4_process.periods import MISSING, microseconds
from csi.step4_process.refusals import Fault, Refused, any_of
from csi.step4_process.written import Forms, plain_form


@dataclass(frozen=True, slots=True)
class Contribution:
    """The rows that satisfy ``where`` and have a moment.

    Attributes:
        rows: position in the source's rows.
        at: int64 microseconds (UTC): what puts the row into a period.
        value: float, NaN where missing; in the KPI's unit.
        denominator: float; a ratio's second column.
        good: bool; of a share.
        end: int64 microseconds; a span's end.
        text: cells to tell apart (distinct), as codes into ``names``.
        late: how many of the rows are still open past their target.
        refused: which of the source's rows, of those meant, the KPI cannot use, and why.
        dropped: how many of these are not among ``rows``; the others are there without a value.
    """

    rows: np.ndarray
    at: np.ndarray
    value: np.ndarray | None = None
    denominator: np.ndarray | None = None
    good: np.ndarray | None = None
    end: np.ndarray | None = None
    text: np.ndarray | None = None
    names: pd.Index | None = None
    late: int = 0
    refused: tuple[Refused, ...] = ()
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time between two moments of each row of a source.

    Attributes:
        values: in the value's unit; NaN where a moment is missing, or a pause spoils the row.
        refused: which rows a pause spoils, and how; no row twice.
    """

    values: np.ndarray
    refused: tuple[Refused, ...] = ()


@dataclass
class Looking:
    """One source's rows with what several KPIs ask of them, each computed once."""

    frame: pd.DataFrame
    timezone: str
    calendar: OpenTime = ALWAYS
    as_of: int = MISSING  # microseconds
    known: Known = UNSAID
    forms: Forms = plain_form
    _moments: dict[str, np.ndarray] = field(default_factory=dict)
    _durations: dict[Duration, Elapsed] = field(default_factory=dict)
    _stops: dict[Duration, Stops] = field(default_factory=dict)
    _masks: dict[str, np.ndarray] = field(default_factory=dict)
    _dated: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def column(self, name: str, kpi: KpiDefinition, key: str) -> pd.Series:
        """A column; a KPI that names one that is not there is told so."""
        if name not in self.frame.columns:
            known = ", ".join(map(str, list(self.frame.columns)[:40]))
            raise InvalidInput(f"kpis.{kpi.id}.{key}", f"{kpi.source} has no column {name!r}; it has {known}")
        return self.frame[name]

    def moments(self, name: str, kpi: KpiDefinition, key: str) -> np.ndarray:
        """A moment column as microseconds."""
        if name not in self._moments:
            self._moments[name] = microseconds(self.column(name, kpi, key))
        return self._moments[name]

    def duration(self, value: Duration, kpi: KpiDefinition) -> np.ndarray:
        """Time between two moments of each row, in the value's unit; NaN where either is missing."""
        return self.elapsed(value, kpi).values

    def duration_refused(self, value: Duration, kpi: KpiDefinition) -> np.ndarray:
        """Which rows a pause spoils for a duration."""
        return any_of([one.rows for one in self.elapsed(value, kpi).refused], len(self.frame))

    def elapsed(self, value: Duration, kpi: KpiDefinition) -> Elapsed:
        """Time between two moments of each row, and the rows of which it cannot be known."""
        if value not in self._durations:
            starts = self.moments(value.start, kpi, "value.from")
            ends = self.moments(value.end, kpi, "value.to")
            self._durations[value] = self._elapsed(value, kpi, starts, ends)
        return self._durations[value]

    def _elapsed(self, value: Duration, kpi: KpiDefinition, starts: np.ndarray, ends: np.ndarray) -> Elapsed:
        clock = self.clock(value)
        elapsed = clock.between(starts, ends)
        known = (starts != MISSING) & (ends != MISSING) & (elapsed >= 0)  # only a linked row can be backward
        refused: tuple[Refused, ...] = ()
        if value.pauses:
            stops = self.stops(value, kpi)
            paused = stops.between(starts, ends, clock)
            refused = tuple(one.of(known) for one in (*stops.refused, *longer(stops, paused, elapsed, known)))
            elapsed = elapsed - paused
        values = elapsed.astype(float)
        values[~known | any_of([one.rows for one in refused], len(values))] = np.nan
        # Divided, not multiplied by a reciprocal: 90 minutes are 1.5 hours to the last digit.
        values /= units.factor(value.unit, "us")
        return Elapsed(values, refused)

    def clock(self, value: Duration) -> OpenTime:
        """The clock a duration is measured on."""
        return self.calendar if value.clock == "business" else ALWAYS

    def stops(self, value: Duration, kpi: KpiDefinition) -> Stops:
        """The pauses of a duration."""
        key = replace(value, unit="h")
        if key not in self._stops:
            self._stops[key] = stops_of(
                value,
                len(self.frame),
                moments=lambda name: self.moments(name, kpi, "value.pauses"),
                lengths=lambda pause: self._length(pause, kpi),
                one_clock=self.calendar.always,
            )
        return self._stops[key]

    def _length(self, pause: PausedFor, kpi: KpiDefinition) -> tuple[np.ndarray, float]:
        """How long each row was paused, and how many microseconds one of that is."""
        unit = pause.unit or self.known.of_columns.get(pause.column, "min")
        cells = numbers(self.column(pause.column, kpi, "value.pauses"), kpi, "value.pauses")
        return cells, units.factor(unit, "us")

    def satisfied(self, text: str, kpi: KpiDefinition, key: str) -> np.ndarray:
        """Which rows satisfy a condition; ``value`` in it is the KPI's own duration."""
        try:
            return self._satisfied(text, kpi)
        except ExpressionError as error:
            raise error.at(f"kpis.{kpi.id}.{key}") from error

    def dated(self, kpi: KpiDefinition, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The rows that satisfy ``where`` and have a moment, and these moments."""
        key = kpi.where, moment_of_row(kpi)
        if key in self._dated:
            return self._dated[key]
        at = self.moments(moment_of_row(kpi), kpi, "at")
        rows = np.flatnonzero(where & (at != MISSING))
        if where is self._masks.get(kpi.where):  # not where `value` is a KPI's own
            self._dated[key] = rows, at[rows]
        return rows, at[rows]

    def asks_for_duration(self, kpi: KpiDefinition, text: str) -> bool:
        """Whether ``value`` in a condition is the KPI's own duration."""
        of_value = OF_VALUE not in self.frame.columns and OF_VALUE in columns_of(text)
        return of_value and isinstance(kpi.value, Duration)

    def _satisfied(self, text: str, kpi: KpiDefinition) -> np.ndarray:
        if isinstance(kpi.value, Duration) and self.asks_for_duration(kpi, text):
            frame = self.frame.assign(**{OF_VALUE: self.duration(kpi.value, kpi)})
            return mask(text, frame, self.timezone, self.forms)
        if text not in self._masks:
            self._masks[text] = mask(text, self.frame, self.timezone, self.forms)
        return self._masks[text]


def contribution(kpi: KpiDefinition, looking: Looking) -> Contribution:
    """The rows of a KPI and what each gives.

    Raises:
        InvalidInput: a column or a unit is not there; a condition is not in the language.
    """
    at = looking.moments(moment_of_row(kpi), kpi, "at")
    where = looking.satisfied(kpi.where, kpi, "where")
    rows, moments = looking.dated(kpi, where)
    if kpi.measure == "share":
        return _share(kpi, looking, rows, at, where)
    if kpi.measure in ("count", "distinct"):
        return _named(kpi, looking, rows, at) if kpi.value else Contribution(rows, moments)
    if isinstance(kpi.value, RatioValue):
        sides = [_in_unit(kpi, looking, *side)[rows] for side in wanted_units(kpi, looking.known)]
        return Contribution(rows, moments, value=sides[0], denominator=sides[1])
    if kpi.measure in ("availability", "backlog") and isinstance(kpi.value, Duration):
        return _span(kpi.value, kpi, looking, where)
    if kpi.measure == "nps":
        return _answers(kpi, looking, rows, moments)
    refused = _refused(kpi, looking, rows, kpi.unit)
    return Contribution(
        rows, moments, value=_values(kpi, looking)[rows], refused=refused, dropped=_outside(refused, rows)
    )


def _refused(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, unit: str) -> tuple[Refused, ...]:
    """Which rows the KPI's duration cannot be known of: among its own, and where its condition asks for the duration
    among all that have a moment."""
    if not isinstance(kpi.value, Duration) or not kpi.value.pauses:
        return ()
    meant = np.zeros(len(looking.frame), dtype=bool)
    meant[rows] = True
    if looking.asks_for_duration(kpi, kpi.where):
        meant = looking.moments(moment_of_row(kpi), kpi, "at") != MISSING
    found = [one.of(meant) for one in looking.elapsed(replace(kpi.value, unit=unit), kpi).refused]
    return tuple(one for one in found if one.rows.any())


def _answers(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, moments: np.ndarray) -> Contribution:
    """Answers from 0 to 10; what nobody can have answered (11, 7.5, -1) has no value."""
    cells = _numbers(kpi, looking, str(kpi.value))
    odd = np.zeros(len(cells), dtype=bool)
    given = cells[rows]
    odd[rows] = ~np.isnan(given) & ~is_answer(given)
    refused = (Refused(Fault.NO_ANSWER, str(kpi.value), odd, cells),) if odd.any() else ()
    return Contribution(rows, moments, value=np.where(odd[rows], np.nan, given), refused=refused)


def _outside(refused: tuple[Refused, ...], rows: np.ndarray) -> int:
    """How many refused rows are not among some."""
    return sum(int(one.rows.sum()) - int(one.rows[rows].sum()) for one in refused)


def _named(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, at: np.ndarray) -> Contribution:
    text, names = pd.factorize(looking.column(str(kpi.value), kpi, "value"))
    return Contribution(rows, at[rows], text=text[rows], names=pd.Index(names))


def _values(kpi: KpiDefinition, looking: Looking) -> np.ndarray:
    """One number per row in the KPI's unit."""
    if not isinstance(kpi.value, Duration):
        return _in_unit(kpi, looking, str(kpi.value), kpi.unit)
    return looking.duration(replace(kpi.value, unit=kpi.unit), kpi)


def _in_unit(kpi: KpiDefinition, looking: Looking, name: str, wanted: str) -> np.ndarray:
    """A column's numbers brought to a unit (empty: as they are); money by the rate in force at the row's moment."""
    values, known = _numbers(kpi, looking, name), looking.known
    if not wanted:
        return values
    at = looking.moments(moment_of_row(kpi), kpi, "at")
    if name in known.of_rows:
        names = looking.column(known.of_rows[name], kpi, "value")
        return known.rates.exchanged(values, names, wanted, at)
    unit = known.of_columns.get(name, wanted)
    if known.rates.has(unit, wanted):
        return values * known.rates.at(unit, wanted, at)
    return units.scaled(values, unit, wanted)


def _numbers(kpi: KpiDefinition, looking: Looking, name: str) -> np.ndarray:
    return numbers(looking.column(name, kpi, "value"), kpi, "value")


def numbers(column: pd.Series, kpi: KpiDefinition, key: str) -> np.ndarray:
    """A column's numbers; a KPI that takes them from one of text is told so."""
    if not pd.api.types.is_numeric_dtype(column.dtype):
        reason = f"{column.name!r} does not hold numbers; expected a column of numbers"
        raise InvalidInput(f"kpis.{kpi.id}.{key}", reason)
    return column.to_numpy(dtype=float)


def _span(value: Duration, kpi: KpiDefinition, looking: Looking, where: np.ndarray) -> Contribution:
    starts = looking.moments(value.start, kpi, "value.from")
    ends = looking.moments(value.end, kpi, "value.to")
    rows = np.flatnonzero(where & (starts != MISSING))
    return Contribution(rows, starts[rows], end=ends[rows])


def _share(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, at: np.ndarray, where: np.ndarray) -> Contribution:
    """Good among all; a row still open past its target counts as a breach, in the period in which it became late.

    A row whose duration is refused is neither good nor bad.
    """
    good = looking.satisfied(kpi.good, kpi, "good")
    refused = _refused_of_share(kpi, looking, rows)
    usable = ~any_of([one.rows for one in refused], len(good))[rows]
    kept = rows if usable.all() else rows[usable]
    deadlines = _deadlines(kpi, looking)
    late = np.empty(0, dtype=np.intp)
    if deadlines is not None:
        late = np.flatnonzero(where & (at == MISSING) & (deadlines != MISSING) & (deadlines < looking.as_of))
    return Contribution(
        np.concatenate([kept, late]),
        np.concatenate([at[kept], at[late] if deadlines is None else deadlines[late]]),
        good=np.concatenate([good[kept], np.zeros(len(late), dtype=bool)]),
        late=len(late),
        refused=refused,
        dropped=_outside(refused, kept),
    )


def _refused_of_share(kpi: KpiDefinition, looking: Looking, rows: np.ndarray) -> tuple[Refused, ...]:
    """The rows a share cannot judge: those of a refused duration, where its conditions ask for that."""
    asked = any(looking.asks_for_duration(kpi, text) for text in (kpi.good, kpi.where))
    return _refused(kpi, looking, rows, kpi.value.unit) if asked and isinstance(kpi.value, Duration) else ()


def _deadlines(kpi: KpiDefinition, looking: Looking) -> np.ndarray | None:
    stops = looking.stops(kpi.value, kpi) if isinstance(kpi.value, Duration) and kpi.value.pauses else None
    return deadline_of(kpi, looking.frame, looking.calendar, stops, looking.as_of)
