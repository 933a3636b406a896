"""Rows of a longer period than one of the series: a month cannot be split into its weeks, nor a day into its hours.

Each would count once, in the first of the periods it spans, and the others would have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition
from csi.measures import measure_of
from csi.reading.grain import Grain
from csi.reading.reading import longer
from csi.series.columns import moment_of_row
from csi.series.refusals import SetAside, columns_needed_by, marks_of, unread_cells
from csi.terms import Period

_OF_PERIOD = {
    Period.HOUR: Grain.NONE,
    Period.DAY: Grain.DAY,
    Period.WEEK: Grain.WEEK,
    Period.MONTH: Grain.MONTH,
    Period.QUARTER: Grain.QUARTER,
}
_DAY_US = 86_400_000_000
_FEW = 3  # different days, from which on dates without an hour are days; ours


def longer_rows(
    kpi: KpiDefinition, frame: pd.DataFrame, period: Period, zones: Callable[[str], str]
) -> Iterator[SetAside]:
    """The rows that name a longer period than the series has, one column and length after the other.

    Args:
        kpi: says which column puts a row into a period; of a span both its ends do.
        frame: the rows of its source.
        period: of the series.
        zones: of each column; the midnight of a day is there.
    """
    for column in _placing(kpi, frame):
        told = False
        for grain in (one for one in _lengths(frame) if one > _OF_PERIOD[period]):
            rows = unread_cells(frame, [longer(column, grain)])
            if rows is not None and rows.any():
                yield _aside(frame[column].dt.tz_convert(zones(column)), np.flatnonzero(rows), grain, period)
                told = True
        if period is Period.HOUR and not told:
            local = frame[column].dt.tz_convert(zones(column))
            if len(rows := _days(local)):
                yield _aside(local, rows, Grain.DAY, period)


def _lengths(frame: pd.DataFrame) -> list[Grain]:
    """The lengths that some cell of the frame names."""
    texts = {text for mark in marks_of(frame) for text in frame[mark].dropna().unique()}
    return [grain for grain in Grain if any(longer("", grain) in text for text in texts)]


def _placing(kpi: KpiDefinition, frame: pd.DataFrame) -> list[str]:
    columns = columns_needed_by(kpi) if measure_of(kpi.measure).is_of_spans else {moment_of_row(kpi)}
    return [name for name in sorted(columns) if name in frame.columns and frame[name].dtype.kind == "M"]


def _days(local: pd.Series) -> np.ndarray:
    """The rows with a moment, where each of several days is at midnight: nothing tells their hours."""
    known = np.flatnonzero(local.notna())
    moments = pd.DatetimeIndex(local.iloc[known]).tz_localize(None).as_unit("us")
    is_midnight = bool((moments.asi8 % _DAY_US == 0).all()) and moments.nunique() >= _FEW
    return known if is_midnight else known[:0]


def _aside(local: pd.Series, rows: np.ndarray, grain: Grain, period: Period) -> SetAside:
    reason = f"is a whole {grain.word}, which cannot be split into {period}s"
    expected = f"a date that names its {period}"
    if grain in _OF_PERIOD.values():
        expected += f", or a series with one value a {grain.word} or longer"
    return SetAside(rows, str(local.name), [_named(start, grain) for start in local.iloc[rows]], reason, expected)


def _named(start: pd.Timestamp, grain: Grain) -> str:
    """A period as people name it, by its first moment: ``2016-W09``, ``2016-03``, ``2016-Q1``, ``2016-H1``."""
    if grain is Grain.WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if grain is Grain.MONTH:
        return f"{start:%Y-%m}"
    if grain is Grain.QUARTER:
        return f"{start.year}-Q{start.quarter}"
    if grain is Grain.HALF_YEAR:
        return f"{start.year}-H{(start.month + 5) // 6}"
    return str(start.year) if grain is Grain.YEAR else f"{start:%Y-%m-%d}"
