"""Moments of a source that its study does not name: its file may have been cut by one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from csi.definition import SourceDefinition, StudyDefinition
from csi.measures import measure_of
from csi.reading.cells import text_cells
from csi.reading.kinds import FIRST_ROWS, dated_columns
from csi.reading.moments import read_moments
from csi.series.columns import columns_read
from csi.series.coverage import other_moment
from csi.series.grouping import grouping, may_split
from csi.series.periods import MISSING, microseconds

ROWS = 20_000  # of a source, about, by which it is told whether its file was cut; ours
_BY_ORDER = ("day_first", "month_first")


@dataclass(frozen=True, slots=True)
class Further:
    """Which columns of a source hold further moments, with the order of their dates; one row in how many counts; and
    which columns split the rows into a few groups."""

    orders: Mapping[str, str] = field(default_factory=dict)
    every: int = 1
    groups: tuple[str, ...] = ()

    def sampled(self, lines: np.ndarray) -> np.ndarray:
        """The positions of the rows that are looked at, by their lines: the same from memory and from partitions."""
        return np.flatnonzero(lines % self.every == 0)

    def moments(self, frame: pd.DataFrame, rows: np.ndarray, source: SourceDefinition) -> dict[str, np.ndarray]:
        """Per column the moments of some rows (int64 us; what is none is missing)."""
        return {name: _moments(frame, name, rows, order, source) for name, order in self.orders.items()}


def read_besides(study: StudyDefinition, source: str) -> bool:
    """Whether columns that the study does not name are to be read, too: further moments, or groups."""
    return wanted(study, source) or may_split(study, source)


def wanted(study: StudyDefinition, source: str) -> bool:
    """Whether a KPI of a source has to look at them: the study names no moment that tells what its export covers."""
    return any(
        not other_moment(study, kpi) and not measure_of(kpi.measure).is_of_spans and "coverage" not in kpi.meant
        for kpi in study.kpis.values()
        if kpi.source == source
    )


def further_of(study: StudyDefinition, source: str, heads: Iterable[pd.DataFrame], rows_read: int) -> Further:
    """The further moments of a source.

    Args:
        study: the definition.
        source: its id.
        heads: the first rows of its first delivery that holds any, in one part or several.
        rows_read: how many rows all its deliveries hold.
    """
    every = max(1, rows_read // ROWS)
    if not read_besides(study, source):
        return Further(every=every)
    head = _head(heads)
    groups = grouping(head) if may_split(study, source) else ()
    if not wanted(study, source):
        return Further(every=every, groups=groups)
    read = set(columns_read(study, source))
    texts = {
        str(name): head[name].dropna().tolist()
        for name in head.columns
        if name not in read and isinstance(head[name].dtype, pd.StringDtype)
    }
    definition = study.sources[source]
    kinds = dated_columns(texts, definition.missing)
    orders = {name: _order(definition, name, kind.dates, kind.ambiguous) for name, kind in kinds.items()}
    return Further(orders, every, tuple(name for name in groups if name not in orders))


def moments_in(head: pd.DataFrame, source: SourceDefinition) -> dict[str, np.ndarray]:
    """The moments of every column of some rows that holds any, whether the study names it or not (int64 us)."""
    texts = {
        str(name): head[name].dropna().tolist() for name in head.columns if isinstance(head[name].dtype, pd.StringDtype)
    }
    typed = {str(name): "" for name in head.columns if isinstance(head[name].dtype, pd.DatetimeTZDtype)}
    orders = {
        name: _order(source, name, kind.dates, kind.ambiguous)
        for name, kind in dated_columns(texts, source.missing).items()
    }
    return Further({**typed, **orders}).moments(head, np.arange(len(head)), source)


def _head(heads: Iterable[pd.DataFrame]) -> pd.DataFrame:
    found: list[pd.DataFrame] = []
    for one in heads:
        found.append(one.iloc[:FIRST_ROWS])
        if sum(map(len, found)) >= FIRST_ROWS:
            break
    return pd.concat(found).iloc[:FIRST_ROWS] if found else pd.DataFrame()


def _order(source: SourceDefinition, name: str, seen: str, ambiguous: bool) -> str:
    """The order a column's dates are in: declared, else as its cells show, else as the source's are."""
    if said := source.said_order(name):
        return said
    return source.dates if ambiguous and source.dates in _BY_ORDER else seen


def _moments(frame: pd.DataFrame, name: str, rows: np.ndarray, order: str, source: SourceDefinition) -> np.ndarray:
    if name not in frame.columns:
        return np.full(len(rows), MISSING)
    column = frame[name].iloc[rows]
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return microseconds(column)
    cells = text_cells(column)
    return microseconds(read_moments(cells, order, source.zone_of(name)).instants)
