"""Rows that one KPI cannot use, though others can: which, how many, where the first stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from csi.definition import Duration, KpiDefinition, Pause, PausedFor

By = Pause | PausedFor | str  # what refuses a row: a pause, or a column of answers


class Fault(StrEnum):
    """Why a row cannot be used."""

    UNNAMED_CLOCK = "unnamed_clock"  # a pause's length under agreed hours: does it count nights?
    OTHER_CLOCK = "other_clock"  # a pause's length on one clock says nothing on the other
    BACKWARD = "backward"  # a pause that ends before it begins
    NO_BEGINNING = "no_beginning"  # a pause with an end alone
    NEGATIVE = "negative"  # a pause of less than nothing
    LONGER = "longer"  # a pause longer than the whole duration
    NO_ANSWER = "no_answer"  # a number that nobody can have answered


@dataclass(frozen=True, slots=True)
class Refused:
    """The rows (bool per row of the source) that are refused, by what and why; ``cells`` are the column's numbers."""

    fault: Fault
    by: By
    rows: np.ndarray
    cells: np.ndarray | None = None

    def of(self, rows: np.ndarray) -> Refused:
        """The same among some of the rows only."""
        return Refused(self.fault, self.by, self.rows & rows, self.cells)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row was delivered (deliveries from 0), and the number that stands there."""

    batch: int
    line: int
    value: float | None = None

    def __str__(self) -> str:
        where = f"delivery {self.batch + 1}, line {self.line}" if self.batch else f"line {self.line}"
        return where if self.value is None or np.isnan(self.value) else f"{self.value:.10g} in {where}"


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """How many rows are refused by one thing for one reason, and the first of them."""

    fault: Fault
    by: By
    count: int
    first: Place


def any_of(masks: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Which rows any of several masks names."""
    return np.logical_or.reduce(masks) if masks else np.zeros(size, dtype=bool)


def counted(refused: Sequence[Refused], batch: np.ndarray, line: np.ndarray) -> tuple[RefusedRows, ...]:
    """Masks as counts; ``batch`` and ``line`` say where each row of the source was delivered."""
    return merged([[RefusedRows(one.fault, one.by, int(one.rows.sum()), _first(one, batch, line)) for one in refused]])


def _first(refused: Refused, batch: np.ndarray, line: np.ndarray) -> Place:
    rows = np.flatnonzero(refused.rows)
    row = rows[np.lexsort((line[rows], batch[rows]))[0]]
    return Place(int(batch[row]), int(line[row]), None if refused.cells is None else float(refused.cells[row]))


def merged(parts: Iterable[Sequence[RefusedRows]]) -> tuple[RefusedRows, ...]:
    """The counts of all rows from those of partitions, in any order."""
    sums: dict[tuple[Fault, By], RefusedRows] = {}
    for one in (one for part in parts for one in part):
        known = sums.get((one.fault, one.by))
        sums[one.fault, one.by] = one if known is None else _both(known, one)
    order = list(Fault)
    return tuple(sorted(sums.values(), key=lambda one: (order.index(one.fault), repr(one.by))))


def _both(one: RefusedRows, other: RefusedRows) -> RefusedRows:
    first = min(one.first, other.first, key=lambda place: (place.batch, place.line))
    return RefusedRows(one.fault, one.by, one.count + other.count, first)


def note(refused: RefusedRows, kpi: KpiDefinition, rows: int) -> str:
    """One sentence; ``rows`` is how many the KPI means."""
    said = f"{refused.count:,} of {rows:,} row{'' if rows == 1 else 's'} refused (first: {refused.first})"
    return f"{said}: {_reason(refused, kpi)}."


def _reason(refused: RefusedRows, kpi: KpiDefinition) -> str:
    if isinstance(refused.by, Pause):
        start, end = refused.by.start, refused.by.end
        return f"{end} lies before {start}" if refused.fault is Fault.BACKWARD else f"{end} is there, but not {start}"
    if isinstance(refused.by, PausedFor) and isinstance(kpi.value, Duration):
        return _of_length(refused.fault, refused.by, kpi.value)
    return f"{refused.by} holds what is no answer; expected whole numbers from 0 to 10"


def _of_length(fault: Fault, pause: PausedFor, value: Duration) -> str:
    time = f"the time from {value.start} to {value.end}"
    if fault is Fault.NEGATIVE:
        return f"{pause.column} is below 0; expected how long the pause was"
    if fault is Fault.OTHER_CLOCK:
        reason = f"{pause.column} counts {_HOURS[pause.clock]} and {time} counts {_HOURS[value.clock]}"
        return f"{reason}; expected the pause by its two moments (from, to)"
    if fault is Fault.UNNAMED_CLOCK:
        reason = f"{pause.column} does not say whether it counts nights, while {time} counts agreed hours only"
        return f"{reason}; name its clock (wall or business), or give the pause by its two moments (from, to)"
    hint = "" if pause.clock else "; name its clock, or give its two moments"
    return f"the pause ({pause.column}) is longer than {time}{hint}"


_HOURS = {"wall": "all hours", "business": "agreed hours"}
