"""When an open row becomes late: read from a ``good`` that says "not later than".

A ticket nobody resolves would otherwise never count, and the share would flatter (K09: survivorship).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition
from csi.series import units
from csi.series.calendar import ALWAYS, OpenTime
from csi.series.columns import OF_VALUE
from csi.series.expression import Both, Column, Compare, Literal, Node, parse
from csi.series.pauses import Stops
from csi.series.periods import MISSING, microseconds

_LONGEST = 1e17  # microseconds: three thousand years, which no deadline lies beyond
_MIRRORED = {">": "<", ">=": "<="}


def deadline_of(
    kpi: KpiDefinition,
    frame: pd.DataFrame,
    calendar: OpenTime = ALWAYS,
    stops: Stops | None = None,
    as_of: int = MISSING,
) -> np.ndarray | None:
    """Per row the moment after which it is late if still open (int64 us, smallest: none); None when `good` sets none.

    Understood, alone or joined by ``and``: ``resolved_at <= due_at`` where ``resolved_at`` is the KPI's ``at``, and
    ``value <= 8`` or ``value <= allowed_hours`` where the KPI's value is the time up to its ``at``. Of that value
    ``stops`` are the pauses; one that has not ended lasts until ``as_of`` (us).
    """
    if not kpi.good.strip():
        return None
    for left, right in _upper_bounds(parse(kpi.good)):
        if isinstance(right, Column) and left.name == kpi.at and _is_moment(frame, right.name):
            return microseconds(frame[right.name])
        limit = _limit(right, frame) if left.name == OF_VALUE else None
        if limit is not None:
            return _after_start(kpi, limit, frame, calendar, stops=stops, as_of=as_of)
    return None


def not_yet_due(
    kpi: KpiDefinition, frame: pd.DataFrame, calendar: OpenTime, stops: Stops | None, as_of: int
) -> np.ndarray | None:
    """Rows of a share by their beginning that have not ended and may still be in time; None where that is not asked.

    Neither good nor bad yet: counted as bad, the newest periods of every desk would look late.
    """
    if not kpi.good.strip() or as_of == MISSING:
        return None
    bounds = list(_upper_bounds(parse(kpi.good)))
    ends = [left.name for left, right in bounds if isinstance(right, Column) and _is_moment(frame, left.name)]
    if isinstance(kpi.value, Duration):
        ends.append(kpi.value.end)
    for end in dict.fromkeys(one for one in ends if one != kpi.at and _is_moment(frame, one)):
        deadlines = deadline_of(replace(kpi, at=end), frame, calendar, stops, as_of)
        if deadlines is not None:
            ended = microseconds(frame[end])
            return np.asarray(((ended == MISSING) | (ended > as_of)) & (deadlines >= as_of))
    return None


def _limit(side: Column | Literal, frame: pd.DataFrame) -> np.ndarray | None:
    """Per row the number that a value must not exceed; None when the side is no number."""
    if isinstance(side, Literal):
        return np.full(len(frame), side.value) if isinstance(side.value, float) else None
    there = side.name in frame.columns and pd.api.types.is_numeric_dtype(frame[side.name].dtype)
    return frame[side.name].to_numpy(dtype=float) if there else None


def _upper_bounds(node: Node) -> Iterator[tuple[Column, Column | Literal]]:
    """The sides of every ``<`` and ``<=`` that must hold, the smaller first."""
    parts = node.parts if isinstance(node, Both) else (node,)
    for part in parts:
        if not isinstance(part, Compare):
            continue
        left, right = (part.right, part.left) if part.sign in _MIRRORED else (part.left, part.right)
        if part.sign in ("<", "<=", ">", ">=") and isinstance(left, Column):
            yield left, right


def _is_moment(frame: pd.DataFrame, name: str) -> bool:
    return name in frame.columns and isinstance(frame[name].dtype, pd.DatetimeTZDtype)


def _after_start(
    kpi: KpiDefinition, limit: np.ndarray, frame: pd.DataFrame, calendar: OpenTime, *, stops: Stops | None, as_of: int
) -> np.ndarray | None:
    value = kpi.value
    if not isinstance(value, Duration) or value.end != kpi.at or OF_VALUE in frame.columns:
        return None
    starts = microseconds(frame[value.start])
    clock = calendar if value.clock == "business" else ALWAYS
    known = (starts != MISSING) & np.isfinite(limit)
    if stops is not None:
        known &= ~stops.bad
    size = units.factor(value.unit, "us")
    allowed = np.clip(np.where(known, limit, 0.0), -_LONGEST / size, _LONGEST / size) * size
    allowed = np.rint(allowed).astype(np.int64)[known]
    if stops is not None:
        allowed += _stopped(stops.chosen(known), starts[known], allowed, clock, as_of)
    deadlines = np.full(len(starts), MISSING)
    deadlines[known] = clock.after(starts[known], allowed)
    return deadlines


def _stopped(stops: Stops, starts: np.ndarray, allowed: np.ndarray, clock: OpenTime, as_of: int) -> np.ndarray:
    """How long the clock of each row stands still before its time is up; a pause after that moment changes nothing."""
    paused = stops.lengths.copy()
    for begin, end in stops.pieces(starts, np.maximum(starts, as_of)):
        in_time = clock.between(starts, begin) - paused <= allowed
        paused += np.where(in_time, clock.between(begin, end), 0)
    return paused
