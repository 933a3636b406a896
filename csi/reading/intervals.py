"""Intervals of a day that look like a time with its offset: ``06:00-07:00`` is an hour of a call centre, not UTC-07:00.

An offset is the same at whatever time of day, an interval ends after it began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from csi.reading.digits import Shaped
from csi.reading.spelling import Spelling

_DAY = 24 * 60  # minutes
_FEWEST = 3  # different beginnings, each with an end of its own; of equally long ones two. Ours
_EQUALLY = 2


def intervals(parts: Mapping[str, np.ndarray], spellings: Sequence[Spelling], found: Shaped) -> list[np.ndarray]:
    """The texts of a column, by spelling, whose offset is the end of an interval; none where it may be an offset."""
    every, begins, ends = [], [], []
    for one, rows in zip(spellings, found.rows(), strict=True):
        if _may_be(one) and len(rows):
            every.append(rows)
            begins.append(parts["hour"][rows] * 60 + parts["minute"][rows])
            hours, minutes = (found.number(rows, *one.digits[name]) for name in ("offset_hour", "offset_minute"))
            ends.append(hours * 60 + minutes)
    if not every:
        return []
    return every if are_intervals(np.concatenate(begins), np.concatenate(ends)) else []


def _may_be(one: Spelling) -> bool:
    """Whether a spelling has a time in hours and minutes, a minus and another such time."""
    named = one.zone or one.place or one.half or one.offset is not None
    return one.sign == -1 and not named and {"minute", "offset_minute"} <= {*one.digits} and "second" not in one.digits


def are_intervals(begins: np.ndarray, ends: np.ndarray) -> bool:
    """Whether times of day (minutes) and what follows them are intervals, rather than times and their offsets."""
    lengths = (ends - begins) % _DAY  # one may end at midnight
    if not ((lengths > 0) & (lengths <= _DAY // 2) & (ends <= _DAY)).all():
        return False
    starts = len(np.unique(begins))
    if len(np.unique(lengths)) == 1:
        return starts >= _EQUALLY
    return starts >= _FEWEST and len(np.unique(np.column_stack([begins, ends]), axis=0)) == starts == len(
        np.unique(ends)
    )
