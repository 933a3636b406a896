"""How many rows a KPI refuses for their pauses, where the first of them stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from csi.definition import Duration, Pause, PausedFor
from csi.step4_process.pauses import PauseFault, Refused

_ORDER = tuple(PauseFault)


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """How many rows one pause spoils in one way; ``first`` is the delivery (from 0) and line of the first."""

    fault: PauseFault
    pause: Pause | PausedFor
    count: int
    first: tuple[int, int]


def counted(refused: Sequence[Refused], batch: np.ndarray, line: np.ndarray) -> tuple[RefusedRows, ...]:
    """Masks as counts; ``batch`` and ``line`` say where each row of the source was delivered."""
    found = []
    for one in refused:
        rows = np.flatnonzero(one.rows)
        first = min(zip(batch[rows].tolist(), line[rows].tolist(), strict=True))
        found.append(RefusedRows(one.fault, one.pause, len(rows), first))
    return merged([found])


def merged(parts: Iterable[Sequence[RefusedRows]]) -> tuple[RefusedRows, ...]:
    """The counts of all rows from those of partitions, in any order."""
    sums: dict[tuple[PauseFault, Pause | PausedFor], RefusedRows] = {}
    for one in (one for part in parts for one in part):
        known = sums.get((one.fault, one.pause))
        count, first = (one.count, one.first) if known is None else (known.count + one.count,
                                                                     min(known.first, one.first))  # fmt: skip
        sums[one.fault, one.pause] = RefusedRows(one.fault, one.pause, count, first)
    return tuple(sorted(sums.values(), key=lambda one: (_ORDER.index(one.fault), repr(one.pause))))


def note(refused: RefusedRows, value: Duration, rows: int) -> str:
    """One sentence; ``rows`` is how many the KPI means."""
    batch, line = refused.first
    place = f"delivery {batch + 1}, line {line}" if batch else f"line {line}"
    said = f"{refused.count:,} of {rows:,} row{'' if rows == 1 else 's'} refused (first: {place})"
    return f"{said}: {_reason(refused.fault, refused.pause, value)}."


def _reason(fault: PauseFault, pause: Pause | PausedFor, value: Duration) -> str:
    time = f"the time from {value.start} to {value.end}"
    if isinstance(pause, Pause):
        if fault is PauseFault.BACKWARD:
            return f"{pause.end} lies before {pause.start}"
        return f"{pause.end} is there, but not {pause.start}"
    if fault is PauseFault.NEGATIVE:
        return f"{pause.column} is below 0; expected how long the pause was"
    if fault is PauseFault.OTHER_CLOCK:
        reason = f"{pause.column} counts {_HOURS[pause.clock]} and {time} counts {_HOURS[value.clock]}"
        return f"{reason}; expected the pause by its two moments (from, to)"
    if fault is PauseFault.UNNAMED_CLOCK:
        reason = f"{pause.column} does not say whether it counts nights, while {time} counts agreed hours only"
        return f"{reason}; name its clock (wall or business), or give the pause by its two moments (from, to)"
    hint = "" if pause.clock else "; name its clock, or give its two moments"
    return f"the pause ({pause.column}) is longer than {time}{hint}"


_HOURS = {"wall": "all hours", "business": "agreed hours"}
