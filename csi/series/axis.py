"""The periods of one KPI's series, with what holds for all its points: agreed time, spans left out, newest moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import StudyDefinition
from csi.series import exclusions
from csi.series.calendar import ALWAYS, OpenTime
from csi.series.periods import LATEST, edges, from_microseconds, microseconds, moment_of

_NO_EDGES = np.zeros(1, dtype=np.int64)
Spans = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Axis:
    """n + 1 edges (int64 us) for n periods; agreed time; spans left out (disjoint, ascending); the newest moment."""

    edges: np.ndarray
    calendar: OpenTime
    as_of: int
    without: Spans

    @property
    def size(self) -> int:
        """How many periods."""
        return len(self.edges) - 1

    def starts(self, timezone: str) -> pd.DatetimeIndex:
        """The periods' beginnings in a zone."""
        return from_microseconds(self.edges[:-1], timezone)

    def agreed(self) -> np.ndarray:
        """Agreed microseconds of each period."""
        return self.calendar.between(self.edges[:-1], self.edges[1:])

    def left_out(self) -> np.ndarray:
        """Microseconds of each period that lie in spans left out, open or not."""
        return within(self.edges, self.without, ALWAYS)


def axis_of(study: StudyDefinition, kpi: str, span: tuple[int, int], calendar: OpenTime, as_of: int) -> Axis:
    """The periods from the first to the last sign of life, or from the windows' ends where these are wider.

    Of a study that says up to when its data is complete none begins after that moment.
    """
    bounds = [] if span[0] == LATEST else list(from_microseconds(np.array(span), study.timezone))
    for opening, closing in windows(study):
        bounds += [opening, closing - pd.Timedelta(microseconds=1)]
    spans = exclusions.spans(exclusions.of_kpi(study, kpi), study.timezone)
    if study.as_of is not None:
        latest = from_microseconds(np.array([as_of]), study.timezone)[0]
        bounds = [min(one, latest) for one in bounds] if min(bounds, default=latest) <= latest else []
    if not bounds:
        return Axis(_NO_EDGES, calendar, as_of, spans)
    return Axis(microseconds(edges(min(bounds), max(bounds), study.period, study.timezone)), calendar, as_of, spans)


def windows(study: StudyDefinition) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Baseline and evaluation window as moments in the reporting zone, where there are any."""
    found = [window for window in (study.baseline, study.evaluation) if window is not None]
    return [(moment_of(one.start, study.timezone), moment_of(one.end, study.timezone)) for one in found]


def within(edges_: np.ndarray, spans: Spans, clock: OpenTime) -> np.ndarray:
    """Open microseconds of each period that lie in disjoint ascending spans."""
    starts, ends = spans
    if not len(starts):
        return np.zeros(len(edges_) - 1, dtype=np.int64)
    lengths = clock.between(starts, ends)
    before = np.cumsum(lengths) - lengths
    place = np.searchsorted(starts, edges_, side="right") - 1
    reached = clock.between(starts[place], np.clip(edges_, starts[place], ends[place]))
    return np.diff(np.where(place < 0, 0, before[place] + reached))
