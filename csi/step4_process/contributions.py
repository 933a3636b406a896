"""What each row gives to a KPI: its moment, its value, whether it is good. One row in, one entry out; no period yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, RatioValue
from csi.errors import InvalidInput
from csi.step4_process import units
from csi.step4_process.calendar import ALWAYS, OpenTime
from csi.step4_process.column_units import UNCOUNTED, UNSAID, Known, wanted_units
from csi.step4_process.columns import OF_VALUE, moment_of_row
from csi.step4_process.expression import ExpressionError, columns_of
from csi.step4_process.late import deadline_of
from csi.step4_process.masks import mask, may_satisfy
from csi.step4_process.odd_units import odd_units
from csi.step4_process.periods import MISSING, microseconds
from csi.step4_process.refusals import Refusals, SetAside, backward, columns_needed_by, refusals, unread_cells
from csi.step4_process.written import Forms, plain_form

_MINUTE = 60_000_000


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
        refused: the rows it cannot use; None: there is none.
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
    refused: Refusals | None = None


@dataclass
class Looking:
    """One source's rows with what several KPIs ask of them, each computed once."""

    frame: pd.DataFrame
    timezone: str
    calendar: OpenTime = ALWAYS
    as_of: int = MISSING  # microseconds
    known: Known = UNSAID
    used_units: tuple[str, ...] = ()
    forms: Forms = plain_form
    _moments: dict[str, np.ndarray] = field(default_factory=dict)
    _durations: dict[Duration, np.ndarray] = field(default_factory=dict)
    _masks: dict[str, np.ndarray] = field(default_factory=dict)
    _dated: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _refused: dict[KpiDefinition, Refusals | None] = field(default_factory=dict)

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
        if value not in self._durations:
            starts = self.moments(value.start, kpi, "value.from")
            ends = self.moments(value.end, kpi, "value.to")
            self._durations[value] = self._elapsed(value, kpi, starts, ends)
        return self._durations[value]

    def _elapsed(self, value: Duration, kpi: KpiDefinition, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        clock = self.calendar if value.clock == "business" else ALWAYS
        elapsed = clock.between(starts, ends).astype(float)
        if value.pauses:
            pauses = np.nan_to_num(self.column(value.pauses, kpi, "value.pauses").to_numpy(dtype=float))
            elapsed = np.maximum(elapsed - pauses * _MINUTE, 0.0)
        elapsed[(starts == MISSING) | (ends == MISSING) | (elapsed < 0)] = np.nan  # only a linked row can be backward
        # Divided, not multiplied by a reciprocal: 90 minutes are 1.5 hours to the last digit.
        elapsed /= units.factor(value.unit, "us")
        return elapsed

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

    def refused(self, kpi: KpiDefinition) -> Refusals | None:
        """The rows that a KPI cannot use; None where it can use them all."""
        if kpi not in self._refused:
            unread = unread_cells(self.frame, columns_needed_by(kpi))
            meant = lambda: self._may_mean(kpi, unread)  # noqa: E731 asked only where something is refused
            self._refused[kpi] = refusals(len(self.frame), unread, self._set_aside(kpi), meant)
        return self._refused[kpi]

    def _set_aside(self, kpi: KpiDefinition) -> Iterator[SetAside]:
        if isinstance(kpi.value, Duration):
            yield from backward(self.frame, kpi.value)
        if kpi.measure not in UNCOUNTED:
            yield from odd_units(kpi, self.known, self.frame, self.used_units)

    def _may_mean(self, kpi: KpiDefinition, unread: np.ndarray | None) -> np.ndarray:
        """Rows that ``where`` holds of, as far as their cells could be read."""
        if unread is None or not unread.any() or OF_VALUE in columns_of(kpi.where):
            return self.satisfied(kpi.where, kpi, "where") | (unread if unread is not None else False)
        return may_satisfy(kpi.where, self.frame, self.timezone, self.forms, unread_cells)

    def _satisfied(self, text: str, kpi: KpiDefinition) -> np.ndarray:
        own = isinstance(kpi.value, Duration) and OF_VALUE in columns_of(text) and OF_VALUE not in self.frame.columns
        if own and isinstance(kpi.value, Duration):
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
    refused = looking.refused(kpi)
    if refused is not None:
        where = where & ~refused.rows
        usable = where[rows]
        rows, moments = rows[usable], moments[usable]
    return replace(_given(kpi, looking, (rows, moments), at, where), refused=refused)


def _given(
    kpi: KpiDefinition, looking: Looking, dated: tuple[np.ndarray, np.ndarray], at: np.ndarray, where: np.ndarray
) -> Contribution:
    """What the rows that a KPI can use give."""
    rows, moments = dated
    if kpi.measure == "share":
        return _share(kpi, looking, rows, at, where)
    if kpi.measure in ("count", "distinct"):
        return _named(kpi, looking, rows, at) if kpi.value else Contribution(rows, moments)
    if isinstance(kpi.value, RatioValue):
        sides = [_in_unit(kpi, looking, *side)[rows] for side in wanted_units(kpi, looking.known)]
        return Contribution(rows, moments, value=sides[0], denominator=sides[1])
    if kpi.measure in ("availability", "backlog") and isinstance(kpi.value, Duration):
        return _span(kpi.value, kpi, looking, where)
    return Contribution(rows, moments, value=_values(kpi, looking)[rows])


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
    column = looking.column(name, kpi, "value")
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise InvalidInput(f"kpis.{kpi.id}.value", f"{name!r} does not hold numbers; expected a column of numbers")
    return column.to_numpy(dtype=float)


def _span(value: Duration, kpi: KpiDefinition, looking: Looking, where: np.ndarray) -> Contribution:
    starts = looking.moments(value.start, kpi, "value.from")
    ends = looking.moments(value.end, kpi, "value.to")
    rows = np.flatnonzero(where & (starts != MISSING))
    return Contribution(rows, starts[rows], end=ends[rows])


def _share(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, at: np.ndarray, where: np.ndarray) -> Contribution:
    """Good among all; a row still open past its target counts as a breach, in the period in which it became late."""
    good = looking.satisfied(kpi.good, kpi, "good")
    deadlines = deadline_of(kpi, looking.frame, looking.calendar)
    if deadlines is None:
        return Contribution(rows, at[rows], good=good[rows])
    # What is refused is not in ``where``: a resolution that could not be read is no open case.
    late = np.flatnonzero(where & (at == MISSING) & (deadlines != MISSING) & (deadlines < looking.as_of))
    return Contribution(
        np.concatenate([rows, late]),
        np.concatenate([at[rows], deadlines[late]]),
        good=np.concatenate([good[rows], np.zeros(len(late), dtype=bool)]),
        late=len(late),
    )
