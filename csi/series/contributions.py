"""What each row gives to a KPI: its moment, its value, whether it is good. One row in, one entry out; no period yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, PausedFor, RatioValue
from csi.errors import InvalidInput, key_of_kpi
from csi.measures import Takes, measure_of
from csi.series import units
from csi.series.calendar import ALWAYS, OpenTime
from csi.series.column_units import UNSAID, Known, wanted_units
from csi.series.columns import OF_VALUE, moment_of_row
from csi.series.expression import Column, ExpressionError, Missing, columns_of, comparisons, parse, walk
from csi.series.late import deadline_of, not_yet_due
from csi.series.longer import longer_rows
from csi.series.masks import mask, may_satisfy
from csi.series.net_promoter import not_answers
from csi.series.odd_units import below_zero, odd_units
from csi.series.pause_reasons import told
from csi.series.pauses import Spoilt, Stops, any_of, longer, stops_of
from csi.series.periods import MISSING, microseconds
from csi.series.refusals import Refusals, SetAside, backward, columns_needed_by, refusals, unread_cells
from csi.series.truths import is_box
from csi.series.undated import Undated
from csi.series.written import Forms, plain_form
from csi.terms import Period


@dataclass(frozen=True, slots=True, kw_only=True)
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
        blank: how many rows of a share hold nothing where it looks; they are not among ``rows``.
        waiting: rows of a share that have not ended and may still be in time; nor are they.
        undated: those that satisfy ``where`` and have no moment; none of them counts.
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
    blank: int = 0
    waiting: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    undated: Undated = field(default_factory=Undated)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The time between two moments of each row of a source.

    Attributes:
        values: in the value's unit; NaN where a moment is missing, or a pause spoils the row.
        spoilt: which rows a pause spoils, and how; no row twice.
    """

    values: np.ndarray
    spoilt: tuple[Spoilt, ...] = ()


@dataclass(kw_only=True)
class Looking:
    """One source's rows with what several KPIs ask of them, each computed once."""

    frame: pd.DataFrame
    timezone: str
    calendar: OpenTime = ALWAYS
    as_of: int = MISSING  # microseconds
    known: Known = UNSAID
    used_units: tuple[str, ...] = ()
    forms: Forms = plain_form
    period: Period | None = None  # of the series
    zones: Callable[[str], str] | None = None  # of a column's dates; None: the reporting zone
    _moments: dict[str, np.ndarray] = field(default_factory=dict)
    _durations: dict[Duration, Elapsed] = field(default_factory=dict)
    _stops: dict[Duration, Stops] = field(default_factory=dict)
    _masks: dict[str, np.ndarray] = field(default_factory=dict)
    _dated: dict[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    _refused: dict[KpiDefinition, Refusals | None] = field(default_factory=dict)

    def column(self, name: str, kpi: KpiDefinition, key: str) -> pd.Series:
        """A column; a KPI that names one that is not there is told so."""
        if name not in self.frame.columns:
            known = ", ".join(map(str, list(self.frame.columns)[:40]))
            raise InvalidInput(key_of_kpi(kpi.id, key), f"{kpi.source} has no column {name!r}; it has {known}")
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
        return any_of([one.rows for one in self.elapsed(value, kpi).spoilt], len(self.frame))

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
        spoilt: tuple[Spoilt, ...] = ()
        if value.pauses:
            stops = self.stops(value, kpi)
            paused = stops.between(starts, ends, clock)
            beyond = longer(stops, value, clock, time=(starts, ends), known=known)
            spoilt = tuple(one.of(known) for one in (*stops.spoilt, *beyond))
            elapsed = elapsed - paused
        values = elapsed.astype(float)
        values[~known | any_of([one.rows for one in spoilt], len(values))] = np.nan
        # Divided, not multiplied by a reciprocal: 90 minutes are 1.5 hours to the last digit.
        values /= units.factor(value.unit, "us")
        return Elapsed(values, spoilt)

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
            raise error.at(key_of_kpi(kpi.id, key)) from error

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
            self._refused[kpi] = refusals(len(self.frame), unread, self._told(kpi), meant)
        return self._refused[kpi]

    def _told(self, kpi: KpiDefinition) -> Iterator[SetAside]:
        zones = self.zones or (lambda _: self.timezone)
        yield from (one.told_in(zones(one.column)) for one in self._set_aside(kpi))

    def _set_aside(self, kpi: KpiDefinition) -> Iterator[SetAside]:
        if self.period is not None:
            yield from longer_rows(kpi, self.frame, self.period, self.zones or (lambda _: self.timezone))
        if isinstance(kpi.value, Duration):
            yield from backward(self.frame, kpi.value)
            yield from self._paused_wrongly(kpi, kpi.value)
        if isinstance(kpi.value, str) and measure_of(kpi.measure).has_units:
            yield from below_zero(kpi, _numbers(kpi, self, kpi.value), self.known.of_columns.get(kpi.value, ""))
        if measure_of(kpi.measure).has_units:
            yield from odd_units(kpi, self.known, self.frame, self.used_units)
        if measure_of(kpi.measure).takes is Takes.ANSWERS:
            yield from not_answers(_numbers(kpi, self, str(kpi.value)), str(kpi.value))

    def _paused_wrongly(self, kpi: KpiDefinition, value: Duration) -> Iterator[SetAside]:
        """Rows whose pauses cannot be, for a KPI that asks for its duration."""
        is_condition = measure_of(kpi.measure).takes is Takes.CONDITION
        asked = not is_condition or any(self.asks_for_duration(kpi, text) for text in (kpi.good, kpi.where))
        if value.pauses and asked:
            yield from (told(one, value) for one in self.elapsed(value, kpi).spoilt)

    def _may_mean(self, kpi: KpiDefinition, unread: np.ndarray | None) -> np.ndarray:
        """Rows that ``where`` holds of, as far as their cells could be read."""
        if isinstance(kpi.value, Duration) and self.asks_for_duration(kpi, kpi.where):
            spoilt = self.duration_refused(kpi.value, kpi)
            return self.satisfied(kpi.where, kpi, "where") | spoilt | (unread if unread is not None else False)
        if unread is None or not unread.any() or OF_VALUE in columns_of(kpi.where):
            return self.satisfied(kpi.where, kpi, "where") | (unread if unread is not None else False)
        return may_satisfy(kpi.where, self.frame, self.timezone, self.forms, unread_cells)

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
    refused = looking.refused(kpi)
    if refused is not None:
        where = where & ~refused.rows
        usable = where[rows]
        rows, moments = rows[usable], moments[usable]
    made = _given(kpi, looking, (rows, moments), at, where)
    return replace(made, refused=refused, undated=_undated(made, where, at))


def _undated(made: Contribution, where: np.ndarray, at: np.ndarray) -> Undated:
    """The rows without a moment, less those that count as late all the same."""
    late = int((at[made.rows] == MISSING).sum()) if made.late else 0
    return Undated(int((where & (at == MISSING)).sum()) - late, int(where.sum()))


def _given(
    kpi: KpiDefinition, looking: Looking, dated: tuple[np.ndarray, np.ndarray], at: np.ndarray, where: np.ndarray
) -> Contribution:
    """What the rows that a KPI can use give."""
    rows, moments = dated
    if measure_of(kpi.measure).takes is Takes.CONDITION:
        return _share(kpi, looking, rows, at, where)
    if measure_of(kpi.measure).is_counting:
        return _named(kpi, looking, rows, at) if kpi.value else Contribution(rows=rows, at=moments)
    if isinstance(kpi.value, RatioValue):
        sides = [_in_unit(kpi, looking, *side)[rows] for side in wanted_units(kpi, looking.known)]
        return Contribution(rows=rows, at=moments, value=sides[0], denominator=sides[1])
    if measure_of(kpi.measure).is_of_spans and isinstance(kpi.value, Duration):
        return _span(kpi.value, kpi, looking, where)
    return Contribution(rows=rows, at=moments, value=_values(kpi, looking)[rows])


def _named(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, at: np.ndarray) -> Contribution:
    text, names = pd.factorize(looking.column(str(kpi.value), kpi, "value"))
    return Contribution(rows=rows, at=at[rows], text=text[rows], names=pd.Index(names))


def _values(kpi: KpiDefinition, looking: Looking) -> np.ndarray:
    """One number per row in the KPI's unit."""
    if measure_of(kpi.measure).takes is Takes.ANSWERS:
        return _numbers(kpi, looking, str(kpi.value))
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
        raise InvalidInput(key_of_kpi(kpi.id, key), reason)
    return column.to_numpy(dtype=float)


def _span(value: Duration, kpi: KpiDefinition, looking: Looking, where: np.ndarray) -> Contribution:
    starts = looking.moments(value.start, kpi, "value.from")
    ends = looking.moments(value.end, kpi, "value.to")
    rows = np.flatnonzero(where & (starts != MISSING))
    return Contribution(rows=rows, at=starts[rows], end=ends[rows])


def _share(kpi: KpiDefinition, looking: Looking, rows: np.ndarray, at: np.ndarray, where: np.ndarray) -> Contribution:
    """Good among all; a row still open past its target counts as a breach, in the period in which it became late."""
    good = looking.satisfied(kpi.good, kpi, "good")
    stops = looking.stops(kpi.value, kpi) if isinstance(kpi.value, Duration) and kpi.value.pauses else None
    unanswered = _unanswered(kpi, looking) & ~good
    waiting = not_yet_due(kpi, looking.frame, looking.calendar, stops, looking.as_of)
    open_rows = np.empty(0, dtype=np.int64)
    if waiting is not None:
        waiting = waiting & ~good
        open_rows, unanswered = rows[waiting[rows]], unanswered & ~waiting
        rows = rows[~waiting[rows]]
    blank = int(unanswered[rows].sum())
    rows = rows[~unanswered[rows]] if blank else rows
    deadlines = deadline_of(kpi, looking.frame, looking.calendar, stops, looking.as_of)
    if deadlines is None:
        return Contribution(rows=rows, at=at[rows], good=good[rows], blank=blank, waiting=open_rows)
    # What is refused is not in ``where``: a resolution that could not be read is no open case.
    open_ = (at == MISSING) | (at > looking.as_of)  # what is resolved later was open at that moment
    late = np.flatnonzero(where & open_ & (deadlines != MISSING) & (deadlines < looking.as_of))
    return Contribution(
        rows=np.concatenate([rows, late]),
        at=np.concatenate([at[rows], deadlines[late]]),
        good=np.concatenate([good[rows], np.zeros(len(late), dtype=bool)]),
        late=len(late),
        blank=blank,
        waiting=open_rows,
    )


def _unanswered(kpi: KpiDefinition, looking: Looking) -> np.ndarray:
    """Rows with nothing in a cell that ``good`` compares: neither good nor bad is known of them.

    Moments that are still to come are another matter (see ``not_yet_due``), and so are a cell that may be missing and a
    box that is not ticked.
    """
    found = np.zeros(len(looking.frame), dtype=bool)
    asked = {node.column.name for node in walk(parse(kpi.good)) if isinstance(node, Missing)}
    sides = [side for one in comparisons(kpi.good) for side in (one.left, one.right) if isinstance(side, Column)]
    for name in dict.fromkeys(side.name for side in sides):
        if name in asked or is_box(looking.forms(name).words):
            continue
        if name in looking.frame.columns and looking.frame[name].dtype.kind != "M":
            found |= looking.frame[name].isna().to_numpy(dtype=bool)
        elif name == OF_VALUE and isinstance(kpi.value, Duration):
            ended = looking.moments(kpi.value.end, kpi, "value.to") != MISSING
            found |= np.isnan(looking.duration(kpi.value, kpi)) & ended
    return found
