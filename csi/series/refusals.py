"""Which rows one KPI cannot use, and why: the row goes on counting for the others.

A KPI refuses a row where a cell it needs could not be read, where what it computes from the row cannot be (ended before
it began), or where the unit of the row is not known. What its condition leaves out anyway is not refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, RatioValue
from csi.reading.reading import REFUSED, refused_cells
from csi.series.columns import LINKED, OF_VALUE, moment_of_row
from csi.series.expression import columns_of

SET_ASIDE = ("batch", "line", "column", "value", "reason", "expected", "disorder")


def nothing_aside() -> pd.DataFrame:
    """No row, with the columns of ``SET_ASIDE``."""
    return pd.DataFrame(columns=list(SET_ASIDE))


@dataclass(frozen=True, slots=True)
class SetAside:
    """Rows of a source that a KPI refuses for one reason; each entry of ``reasons`` and ``expected`` is a row's.

    ``disorder`` is True where moments of a row do not follow each other: a flaw of consistency. ``values`` are moments
    (``datetime64[us, UTC]``) until it is said in which zone they are told (``told_in``).
    """

    rows: np.ndarray
    column: str
    values: Sequence[object] | pd.Series
    reasons: Sequence[str] | str
    expected: Sequence[str] | str
    disorder: bool = False

    def told_in(self, zone: str) -> SetAside:
        """The same with its moments as text, in the zone of the column they stand in, as people see them there."""
        if not isinstance(self.values, pd.Series):
            return self
        return replace(self, values=self.values.dt.tz_convert(zone).astype("str").tolist())

    def frame(self, batch: np.ndarray, line: np.ndarray) -> pd.DataFrame:
        """Columns as of ``SET_ASIDE``, by where each row of the source was delivered."""
        cells = {"value": self.values, "reason": self.reasons, "expected": self.expected}
        frame = pd.DataFrame({"batch": batch[self.rows], "line": line[self.rows]}).assign(column=self.column)
        for name, told in cells.items():
            frame[name] = told if isinstance(told, str) else np.asarray(told, dtype=object)
        return frame.assign(disorder=self.disorder)


@dataclass(frozen=True, slots=True)
class Refusals:
    """What one KPI refuses.

    Attributes:
        rows: per row of the source, whether it is refused.
        unread: how many of these for a cell that could not be read: they stand in quarantine already.
        set_aside: the others, each row once.
    """

    rows: np.ndarray
    unread: int = 0
    set_aside: tuple[SetAside, ...] = ()

    @property
    def disorder(self) -> int:
        """How many rows have moments that do not follow each other."""
        return sum(len(one.rows) for one in self.set_aside if one.disorder)


def columns_needed_by(kpi: KpiDefinition) -> frozenset[str]:
    """The columns of a row without which a KPI cannot use it."""
    value = kpi.value
    if isinstance(value, RatioValue):
        own = {value.numerator, value.denominator}
    elif isinstance(value, Duration):
        own = {value.start, value.end, *value.pause_moments, *value.pause_lengths}
    else:
        own = {value or ""}
    conditions = {name for text in (kpi.where, kpi.good) for name in columns_of(text) if name != OF_VALUE}
    return frozenset({moment_of_row(kpi), *own, *conditions} - {""})


def marks_of(frame: pd.DataFrame) -> list[str]:
    """The columns that say what is odd about a row's cells: of the source's own, and of a linked one."""
    names = map(str, frame.columns)
    return [name for name in names if name == REFUSED or name.endswith(f"{LINKED}{REFUSED}")]


def unread_cells(frame: pd.DataFrame, columns: Iterable[str]) -> np.ndarray | None:
    """Rows in which a cell of one of the columns could not be read; None where every cell of the source could."""
    marks = marks_of(frame)
    if not marks:
        return None
    found = np.zeros(len(frame), dtype=bool)
    for mark in marks:
        prefix = mark.removesuffix(REFUSED)
        for column in (one for one in columns if one.startswith(prefix)):
            found |= refused_cells(frame[mark], column.removeprefix(prefix))
    return found


def backward(frame: pd.DataFrame, duration: Duration) -> Iterator[SetAside]:
    """Rows that end before they begin."""
    if not {duration.start, duration.end} <= set(frame.columns):
        return
    ends = frame[duration.end]
    rows = np.flatnonzero((ends < frame[duration.start]).to_numpy())
    if len(rows):
        yield SetAside(
            rows,
            duration.end,
            ends.iloc[rows],
            f"{duration.end} lies before {duration.start}",
            f"a moment not before {duration.start}, each in its own time zone",
            disorder=True,
        )


def refusals(
    size: int, unread: np.ndarray | None, others: Iterable[SetAside], meant: Callable[[], np.ndarray]
) -> Refusals | None:
    """What a KPI refuses of the rows that it means; None where that is nothing.

    Args:
        size: rows of the source.
        unread: rows in which a cell it needs could not be read.
        others: further reasons, the first that holds of a row is told.
        meant: which rows its condition may mean, asked only where something is to be refused.
    """
    found = list(others)
    if not found and (unread is None or not unread.any()):
        return None
    scope = meant()
    rows = scope & (unread if unread is not None else np.zeros(size, dtype=bool))
    count, told = int(rows.sum()), []
    for one in found:
        fresh = scope[one.rows] & ~rows[one.rows]
        if fresh.any():
            told.append(_some(one, fresh))
            rows[one.rows[fresh]] = True
    return Refusals(rows, count, tuple(told)) if rows.any() else None


def _some(one: SetAside, which: np.ndarray) -> SetAside:
    """Some of its rows."""

    def taken(told: Sequence[str] | str) -> Sequence[str] | str:
        return told if isinstance(told, str) else np.asarray(told, dtype=object)[which].tolist()

    values = np.asarray(one.values, dtype=object)[which].tolist()
    return SetAside(one.rows[which], one.column, values, taken(one.reasons), taken(one.expected), one.disorder)
