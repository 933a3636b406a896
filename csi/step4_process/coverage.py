"""What an export covers: a file cut by one moment and judged by another holds only the survivors beyond the cut.

Tickets opened in January, judged by when they were resolved: those resolved in March are the slow ones of January. It
shows in the file, where the moments it was cut by end while those it is judged by go on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.step4_process.exposure import ROWS_EXPECTED, Pulse, partial
from csi.step4_process.periods import from_microseconds

THIN = 0.75  # of the usual rows a period; ours: of a cut beginning only what took long is left
USUAL = 0.95  # of the silences between periods with rows; ours


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an export ends by another moment than the one a KPI is judged by.

    Attributes:
        column: the moments it was cut by.
        judged_by: those that put its rows into periods.
        moment: the last one there (the first, of a file cut at its beginning), in the reporting zone.
        periods: True for each period that holds survivors only.
        at_end: whether the end of the file is cut, else its beginning.
    """

    column: str
    judged_by: str
    moment: pd.Timestamp
    periods: np.ndarray
    at_end: bool = True


def other_moment(study: StudyDefinition, kpi: KpiDefinition) -> str:
    """The column whose moments tell what a KPI's export covers: the other end of what it measures; empty for none.

    Of a KPI that is no duration, the beginning of one that ends where this KPI is put into periods.
    """
    every = [kpi, *(one for one in study.kpis.values() if one.source == kpi.source)]
    spans = [one.value for one in every if isinstance(one.value, Duration)]
    if isinstance(kpi.value, Duration) and kpi.at == kpi.value.start:
        return kpi.value.end
    return next((span.start for span in spans if span.end == kpi.at and span.start != kpi.at), "")


def cut_of(
    kpi: KpiDefinition, column: str, pulses: tuple[Pulse, Pulse], edges: np.ndarray, timezone: str
) -> Cut | None:
    """Where the export of a KPI is cut; None where it covers what it is judged by.

    The file is cut where the other moments stop for longer than they ever did before, while the KPI's own go on, and
    where at their usual pace five or more would have been there (chance of none: e⁻⁵).

    Args:
        kpi: says which moment puts its rows into periods.
        column: the other moment (see ``other_moment``).
        pulses: the other moments per period, and the KPI's own.
        edges: n + 1 edges.
        timezone: of the moment told.
    """
    ends, beat = pulses
    is_start = not (isinstance(kpi.value, Duration) and column == kpi.value.end)
    if is_start:
        first = _cut_from(ends.rows, beat.rows)
        if first is None:
            return None
        short = partial(ends, edges, None)
        periods = np.arange(len(ends.rows)) >= first
        periods[first - 1] = short[first - 1]
        moment = int(ends.last.max())
    else:
        last = _cut_from(ends.rows[::-1], beat.rows[::-1])
        if last is None or not _is_thin(beat.rows, len(beat.rows) - last):
            return None
        periods = np.arange(len(ends.rows)) < len(ends.rows) - last
        moment = int(ends.first.min())
    told = from_microseconds(np.array([moment]), timezone)[0]
    return Cut(column, kpi.at, told, periods, at_end=is_start)


def _is_thin(own: np.ndarray, before: int) -> bool:
    """Whether the first periods hold fewer rows than the others: those of a whole export are as full, only slow."""
    filled = np.flatnonzero(own)
    return bool(own[filled[0] : before].mean() < THIN * np.median(own[before:]))


def _cut_from(others: np.ndarray, own: np.ndarray) -> int | None:
    """The first period after the last of the other moments where that is a cut; None where it is none."""
    filled, going_on = np.flatnonzero(others), np.flatnonzero(own)
    if not len(filled) or not len(going_on):
        return None
    last = int(filled[-1])
    silent = int(going_on[-1]) - last - 1  # the last period may not be over: it is not counted
    # One closure in a year is no habit: the longest of nearly all silences counts, weekends among them.
    longest = int(np.quantile(np.diff(filled), USUAL, method="lower")) - 1 if len(filled) > 1 else 0
    pace = others[filled[0] : last + 1].mean()
    is_cut = silent > longest and silent * pace >= ROWS_EXPECTED and own[last + 1 :].sum() >= ROWS_EXPECTED
    return last + 1 if is_cut else None
