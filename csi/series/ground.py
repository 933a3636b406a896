"""What all KPIs of a study share: rows per source, the newest moment, the calendar's table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.measures import measure_of
from csi.reading.reading import Reading
from csi.series.axis import Axis, windows
from csi.series.calendar import ALWAYS, OpenTime, is_always, open_time
from csi.series.column_kinds import event_columns, flag_columns
from csi.series.column_units import known_of
from csi.series.columns import home_of, moment_of_row
from csi.series.contributions import Contribution, Looking, contribution
from csi.series.coverage import Pairs, is_end, other_moment
from csi.series.exposure import Pulse, pulse
from csi.series.found_units import found_in, with_found_units
from csi.series.links import linked
from csi.series.periods import LATEST, MISSING, codes, from_microseconds, microseconds, moment_of
from csi.series.rows import SourceRows, source_rows
from csi.series.strata import distinct, names_of
from csi.series.truths import Words
from csi.series.written import Form, form_of, words_of_columns

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Time:
    """What is known of all rows before any period is cut or any condition looked at.

    Attributes:
        spans: per source and moment column its first and last moment (int64 us).
        as_of: stated, or the newest moment in the sources.
        calendar: agreed hours over all of it.
        words: per source and column that may hold yes and no its different values, folded.
    """

    spans: Mapping[str, Mapping[str, Span]]
    as_of: int
    calendar: OpenTime
    words: Mapping[str, Mapping[str, Words]] = field(default_factory=dict)

    def of_source(self, source: str) -> Span:
        """First and last moment of a source."""
        return joined(self.spans[source].values())

    def of_kpi(self, kpi: KpiDefinition) -> Span:
        """First and last sign of life of the columns a KPI is put into periods by."""
        spans = self.spans[kpi.source]
        return joined(spans[name] for name in life_columns(kpi) if name in spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The rows of every source of a study, or of a portion of one, and what is known about time."""

    study: StudyDefinition
    rows: Mapping[str, SourceRows]
    looking: Mapping[str, Looking]
    time: Time
    places: dict[tuple[str, bytes], np.ndarray] = field(default_factory=dict)
    pulses: dict[tuple[str, bytes], Pulse] = field(default_factory=dict)
    pairs: dict[tuple[str, str], tuple[Pairs, ...]] = field(default_factory=dict)

    def of(self, kpi: KpiDefinition) -> Contribution:
        """The rows of a KPI and what each gives."""
        return contribution(kpi, self.looking[kpi.source])

    def strata_of(self, kpi: KpiDefinition) -> tuple[str, ...]:
        """The values of the column that splits a KPI; none without one."""
        if not kpi.strata:
            return ()
        return names_of(distinct(self.looking[kpi.source].column(kpi.strata, kpi, "strata")))

    def signs_of_life(self, kpi: KpiDefinition) -> np.ndarray:
        """Every moment that shows the KPI's source alive, whatever ``where`` says."""
        looking = self.looking[kpi.source]
        return np.concatenate([looking.moments(name, kpi, "at") for name in life_columns(kpi)])

    def periods_of(self, kpi: KpiDefinition, axis: Axis) -> np.ndarray:
        """The period of every row of the KPI's source by its moment; computed once per column and axis."""
        column = f"{kpi.source}.{moment_of_row(kpi)}"
        key = (column, axis.edges.tobytes())
        if key not in self.places:
            looking = self.looking[kpi.source]
            self.places[key] = codes(looking.moments(moment_of_row(kpi), kpi, "at"), axis.edges)
        return self.places[key]

    def pairs_of(self, kpi: KpiDefinition) -> tuple[Pairs, ...]:
        """The moments that tell what the export of a KPI covers, beside its own: the one the study names, else all.

        None of a KPI that is not asked.
        """
        if measure_of(kpi.measure).is_of_spans or "coverage" in kpi.meant or self.study.kpis.get(kpi.id) != kpi:
            return ()
        named = other_moment(self.study, kpi)
        key = f"{kpi.source}.{moment_of_row(kpi)}", named
        if key not in self.pairs:
            rows, looking = self.rows[kpi.source], self.looking[kpi.source]
            own = looking.moments(moment_of_row(kpi), kpi, "at")[rows.sampled]
            others = {named: looking.moments(named, kpi, "value")[rows.sampled]} if named else rows.further
            as_of = self.time.as_of if self.study.as_of is not None else LATEST
            ends = is_end(self.study, kpi)
            every = (Pairs(name, own, other, bool(named), ends) for name, other in others.items())
            self.pairs[key] = tuple(one.until(as_of) for one in every)
        return self.pairs[key]

    def pulse_of(self, kpi: KpiDefinition, axis: Axis) -> Pulse:
        """The source's signs of life per period; computed once per columns and axis."""
        if measure_of(kpi.measure).is_of_spans:
            signs = self.signs_of_life(kpi)
            return pulse(signs, codes(signs, axis.edges), axis.size)
        key = (f"{kpi.source}.{moment_of_row(kpi)}", axis.edges.tobytes())
        if key not in self.pulses:
            self.pulses[key] = pulse(self.signs_of_life(kpi), self.periods_of(kpi, axis), axis.size)
        return self.pulses[key]


def ground(study: StudyDefinition, readings: Mapping[str, Sequence[Reading]]) -> Ground:
    """Join, de-duplicate and look over the rows of every source, in the units that are declared or were found."""
    found = {name: [found_in(one.units, one.frame, study, name) for one in every] for name, every in readings.items()}
    study = with_found_units(study, found)
    alone = {name: source_rows(study, name, readings.get(name, ())) for name in study.sources}
    frames = {name: one.frame for name, one in alone.items()}
    rows = {name: replace(one, frame=linked(study, name, frames)) for name, one in alone.items()}
    spans = {name: spans_of(one.frame, moments_of(study, name)) for name, one in rows.items()}
    words = {name: words_of_columns(one.frame, flag_columns(study, name)) for name, one in rows.items()}
    return over(study, rows, time_of(study, spans, words))


def moments_of(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """The moment columns of a source, with those its KPIs read of a linked source."""
    own = dict.fromkeys(event_columns(study, source))
    kpis = [kpi for kpi in study.kpis.values() if kpi.source == source]
    return tuple(own | dict.fromkeys(name for kpi in kpis for name in life_columns(kpi)))


def over(study: StudyDefinition, rows: Mapping[str, SourceRows], time: Time) -> Ground:
    """The ground of some rows, with what is known about time."""
    looking = {
        name: Looking(
            frame=one.frame,
            timezone=study.timezone,
            calendar=time.calendar,
            as_of=time.as_of,
            known=known_of(study, name),
            used_units=tuple(dict.fromkeys(kpi.unit for kpi in study.kpis.values() if kpi.source == name)),
            forms=partial(_form, study, name, time.words.get(name, {})),
            period=study.period,
            zones=partial(_zone, study, name),
        )
        for name, one in rows.items()
    }
    return Ground(study=study, rows=rows, looking=looking, time=time)


def _form(study: StudyDefinition, source: str, words: Mapping[str, Words], column: str) -> Form:
    """How the cells of a column are written: its own, or that of the linked source it comes from."""
    home, name = home_of(study, source, column)
    known = words.get(column)
    return form_of(study.sources[home], name, known) if home in study.sources else Form(words=known)


def _zone(study: StudyDefinition, source: str, column: str) -> str:
    """The zone a column's dates are read in: that of its own source, or of the linked one."""
    home, name = home_of(study, source, column)
    return study.sources[home].zone_of(name) if home in study.sources else study.timezone


def time_of(
    study: StudyDefinition, spans: Mapping[str, Mapping[str, Span]], words: Mapping[str, Mapping[str, Words]]
) -> Time:
    """What is known from the spans and the words of all sources."""
    whole = [joined(one.values()) for one in spans.values()]
    as_of = newest(study, [last for _, last in whole])
    return Time(spans, as_of, calendar_of(study, [first for first, _ in whole], as_of), words)


def joined(spans: Iterable[Span]) -> Span:
    """The span from the first beginning to the last end; (LATEST, MISSING) of none."""
    every = list(spans)
    return min((one[0] for one in every), default=LATEST), max((one[1] for one in every), default=MISSING)


def spans_of(frame: pd.DataFrame, moments: Sequence[str]) -> dict[str, Span]:
    """First and last moment of each moment column; (LATEST, MISSING) where there is none."""
    return {name: _span(microseconds(frame[name])) for name in moments if name in frame.columns}


def _span(numbers: np.ndarray) -> Span:
    known = numbers[numbers != MISSING]
    return int(known.min(initial=LATEST)), int(known.max(initial=MISSING))


def life_columns(kpi: KpiDefinition) -> tuple[str, ...]:
    """The columns whose moments show a KPI's source alive: its moment; of spans the end, too."""
    end = kpi.value.end if measure_of(kpi.measure).is_of_spans and isinstance(kpi.value, Duration) else ""
    return tuple(name for name in (moment_of_row(kpi), end) if name)


def newest(study: StudyDefinition, lasts: Sequence[int]) -> int:
    """The moment up to which data is complete."""
    if study.as_of is not None:
        return int(microseconds(pd.DatetimeIndex([moment_of(study.as_of, study.timezone)]))[0])
    return max(lasts, default=MISSING)


def calendar_of(study: StudyDefinition, firsts: Sequence[int], as_of: int) -> OpenTime:
    """The calendar's table over all moments and windows of a study."""
    if is_always(study.calendar):
        return ALWAYS
    bounds = [moment for moment in (*firsts, as_of) if moment not in (LATEST, MISSING)]
    moments = [from_microseconds(np.array([moment]), study.timezone)[0] for moment in bounds]
    studies = (study, *(study.of_kpi(kpi) for kpi in study.kpis.values()))
    moments += [moment for one in studies for window in windows(one) for moment in window]
    if not moments:
        return ALWAYS
    # A season to spare: the last quarter may end, and a deadline may fall, after the newest row.
    return open_time(study.calendar, min(moments), max(moments) + pd.Timedelta(days=100), study.timezone)
