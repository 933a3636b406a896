"""What stops the clock of a duration: pauses by their two moments, or as lengths whose clock is that of the duration.

Pauses by moments are clipped to the duration, united, and measured on its clock: sixteen hours on hold over night are
no business hours. A pause that cannot be what it says, longer than all of the time too, refuses its row for the KPI;
nothing is cut off at zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from csi.definition import Duration, Pause, PausedFor
from csi.series.calendar import OpenTime
from csi.series.periods import MISSING

_LONGEST = 1e17  # microseconds: three thousand years


class Fault(StrEnum):
    """Why a row's pause cannot be subtracted."""

    UNNAMED_CLOCK = "unnamed_clock"  # a length under agreed hours: does it count nights?
    OTHER_CLOCK = "other_clock"  # a length on one clock says nothing on the other
    BACKWARD = "backward"  # it ends before it begins
    NO_BEGINNING = "no_beginning"
    NEGATIVE = "negative"
    LONGER = "longer"  # than the whole duration


@dataclass(frozen=True, slots=True)
class Spoilt:
    """The rows (bool per row of the source) that a pause spoils for a duration, and how; ``cells`` hold it."""

    fault: Fault
    pause: Pause | PausedFor
    rows: np.ndarray
    cells: np.ndarray

    def of(self, rows: np.ndarray) -> Spoilt:
        """The same among some of the rows only."""
        return Spoilt(self.fault, self.pause, self.rows & rows, self.cells)


def any_of(masks: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Which rows any of several masks names."""
    return np.logical_or.reduce(masks) if masks else np.zeros(size, dtype=bool)


@dataclass(frozen=True, slots=True)
class Stops:
    """The pauses of every row of a source.

    Attributes:
        spans: begin and end of each pause by moments (int64 us); MISSING where there is none, or no end yet.
        lengths: what the others add up to (int64 us).
        spoilt: rows that none of this may be believed of, each once.
        of_lengths: a pause given as a length, to name where they are longer than the whole, and its
            column's numbers; None without one.
    """

    spans: tuple[tuple[np.ndarray, np.ndarray], ...]
    lengths: np.ndarray
    spoilt: tuple[Spoilt, ...] = ()
    of_lengths: PausedFor | None = None
    cells: np.ndarray | None = None

    @property
    def bad(self) -> np.ndarray:
        """Which rows are spoilt."""
        return any_of([one.rows for one in self.spoilt], len(self.lengths))

    def pieces(self, first: np.ndarray, last: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Per row the pauses between two moments, ascending and disjoint, one of each row at a time.

        A row with fewer of them has empty ones; one that has not ended lasts until ``last``.
        """
        if not self.spans:
            return
        starts = np.stack([np.where(start == MISSING, last, np.clip(start, first, last)) for start, _ in self.spans])
        ends = np.stack([np.where(end == MISSING, last, np.clip(end, first, last)) for _, end in self.spans])
        order = np.argsort(starts, axis=0, kind="stable")
        reach = first
        for start, end in zip(*(np.take_along_axis(one, order, axis=0) for one in (starts, ends)), strict=True):
            begin = np.maximum(start, reach)
            reach = np.maximum(end, begin)
            yield begin, reach

    def between(self, first: np.ndarray, last: np.ndarray, clock: OpenTime) -> np.ndarray:
        """Microseconds on the clock that the pauses of each row take of the time between two moments."""
        paused = self.lengths.copy()
        for begin, end in self.pieces(first, last):
            paused += clock.between(begin, end)
        return paused

    def chosen(self, rows: np.ndarray) -> Stops:
        """Those of some rows."""
        spans = tuple((start[rows], end[rows]) for start, end in self.spans)
        spoilt = tuple(Spoilt(one.fault, one.pause, one.rows[rows], one.cells[rows]) for one in self.spoilt)
        return Stops(spans, self.lengths[rows], spoilt)


def stops_of(
    value: Duration,
    size: int,
    *,
    moments: Callable[[str], np.ndarray],
    lengths: Callable[[PausedFor], tuple[np.ndarray, float]],
    one_clock: bool,
) -> Stops:
    """The pauses of every row.

    Args:
        value: the duration.
        size: how many rows there are.
        moments: a column as microseconds.
        lengths: a column's numbers, NaN where there is no pause, and how many microseconds one of them is.
        one_clock: whether wall and agreed hours are the same (24x7).
    """
    spans, whole = [], np.zeros(size, dtype=np.int64)
    spoilt: list[Spoilt] = []
    named, shown = None, None
    for pause in value.pauses:
        if isinstance(pause, Pause):
            span = moments(pause.start), moments(pause.end)
            found = _faults_of_span(pause, *span)
            spans.append(span)
        else:
            cells, size_of_one = lengths(pause)
            found = _faults_of_length(pause, cells, "" if one_clock else value.clock)
            whole += np.rint(np.clip(np.nan_to_num(cells) * size_of_one, -_LONGEST, _LONGEST)).astype(np.int64)
            if named is None:
                named, shown = pause, cells
        spoilt += _once(found, spoilt, size)
    return Stops(tuple(spans), whole, tuple(spoilt), named, shown)


def _once(found: Sequence[Spoilt], before: Sequence[Spoilt], size: int) -> Iterator[Spoilt]:
    """What is found of rows that are not spoilt yet."""
    taken = any_of([one.rows for one in before], size)
    for one in found:
        rows = one.rows & ~taken
        taken = taken | rows
        if rows.any():
            yield Spoilt(one.fault, one.pause, rows, one.cells)


def _faults_of_span(pause: Pause, start: np.ndarray, end: np.ndarray) -> list[Spoilt]:
    ended = end != MISSING
    return [
        Spoilt(Fault.NO_BEGINNING, pause, ended & (start == MISSING), end),
        Spoilt(Fault.BACKWARD, pause, ended & (end < start), end),
    ]


def _faults_of_length(pause: PausedFor, cells: np.ndarray, clock: str) -> list[Spoilt]:
    """``clock`` is the duration's; empty where both are the same."""
    every = np.ones(len(cells), dtype=bool)
    if clock and pause.clock and pause.clock != clock:
        return [Spoilt(Fault.OTHER_CLOCK, pause, every, cells)]
    if clock == "business" and not pause.clock:
        return [Spoilt(Fault.UNNAMED_CLOCK, pause, every, cells)]
    return [Spoilt(Fault.NEGATIVE, pause, cells < 0, cells)]


def longer(
    stops: Stops, value: Duration, clock: OpenTime, *, time: tuple[np.ndarray, np.ndarray], known: np.ndarray
) -> tuple[Spoilt, ...]:
    """The rows in which a pause that holds all of the time lasts longer, or lengths add up to more.

    Args:
        stops, value: the pauses and the duration they belong to.
        clock: of the duration.
        time: begin and end of each row's duration (int64 us).
        known: rows whose time is known.

    A pause that only overlaps is clipped: what of it lies outside says nothing against what lies inside.
    """
    first, last = time
    elapsed = clock.between(first, last)
    by_moments = [pause for pause in value.pauses if isinstance(pause, Pause)]
    found = [
        Spoilt(Fault.LONGER, pause, holds_all & (clock.between(start, end) > elapsed), end)
        for pause, (start, end) in zip(by_moments, stops.spans, strict=True)
        if (holds_all := (start <= first) & (end >= last) & (end != MISSING)).any()
    ]
    if stops.of_lengths is not None and stops.cells is not None:
        beyond = stops.between(first, last, clock) > elapsed
        found.append(Spoilt(Fault.LONGER, stops.of_lengths, beyond, stops.cells))
    sound = known & ~stops.bad
    return tuple(_once([one.of(sound) for one in found], (), len(elapsed)))
