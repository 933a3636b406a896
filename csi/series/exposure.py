"""Which periods can speak: partial at either end, silent in between ("nothing happened" is not "no data")."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.series.periods import LATEST, MISSING

# Ours: with five or more rows expected, a silent period is no accident (Poisson: e^-5 = .007).
ROWS_EXPECTED = 5
# Ours: an edge may be silent a tenth of a period longer than the periods between usually are.
TOLERANCE = 0.10
# Ours: like periods that have rows less than half as often as the fullest are not due: a lone Sunday makes none so.
SELDOM = 0.5


@dataclass(frozen=True, slots=True)
class Pulse:
    """The signs of life of a source, per period: how many rows, the first and the last moment (int64 us).

    Mergeable: the pulses of partitions add up.
    """

    rows: np.ndarray
    first: np.ndarray
    last: np.ndarray


def pulse(moments: np.ndarray, codes: np.ndarray, size: int) -> Pulse:
    """The pulse of rows with these moments, each in its period (negative: none)."""
    inside = codes >= 0
    if not inside.all():
        moments, codes = moments[inside], codes[inside]
    first, last = np.full(size, LATEST), np.full(size, MISSING)
    np.minimum.at(first, codes, moments)
    np.maximum.at(last, codes, moments)
    return Pulse(np.bincount(codes, minlength=size), first, last)


def merged(pulses: list[Pulse]) -> Pulse:
    """The pulse of several partitions."""
    return Pulse(
        np.sum([one.rows for one in pulses], axis=0),
        np.min([one.first for one in pulses], axis=0),
        np.max([one.last for one in pulses], axis=0),
    )


def alive(beat: Pulse, edges: np.ndarray, phases: np.ndarray, closed: np.ndarray, as_of: int) -> np.ndarray:
    """In which periods the source was alive.

    A period without rows is a true zero when its nearest like neighbours hold so few rows that chance explains it,
    or when it is closed by the calendar; else there is no data. Before the first row nothing is known.

    Args:
        beat: the source's rows per period.
        edges: n + 1 edges.
        phases: which periods are alike.
        closed: periods without agreed time.
        as_of: moment up to which data is complete.
    """
    filled = np.flatnonzero(beat.rows)
    if not len(filled):
        return np.zeros(len(beat.rows), dtype=bool)
    known = np.arange(len(beat.rows)) >= filled[0]
    known &= edges[:-1] <= as_of
    quiet = np.zeros(len(beat.rows), dtype=bool)
    for phase in np.unique(phases):
        places = np.flatnonzero(phases == phase)
        quiet[places] = _neighbours(beat.rows[places]) < ROWS_EXPECTED
    return (beat.rows > 0) | (known & (quiet | closed))


def alive_by_cadence(beat: Pulse, edges: np.ndarray, closed: np.ndarray, as_of: int, longest: int) -> np.ndarray:
    """In which periods the source was alive, by how often its rows are due.

    A period without rows is a true zero within a silence that is due, or when it is closed by the calendar; within
    a longer silence there is no data. Before the first row nothing is known.

    Args:
        beat: the source's rows per period.
        edges: n + 1 edges.
        closed: periods without agreed time.
        as_of: moment up to which data is complete.
        longest: the longest silence that is due (us).
    """
    filled = np.flatnonzero(beat.rows)
    if not len(filled):
        return np.zeros(len(beat.rows), dtype=bool)
    before = np.append(beat.last[filled], LATEST)
    after = np.append(beat.first[filled], max(as_of, int(before[-2])))
    following = np.searchsorted(filled, np.arange(len(beat.rows)))
    known = (following > 0) & (edges[:-1] <= as_of)
    due = after[following] - before[following - 1] <= longest
    return (beat.rows > 0) | (known & (due | closed))


def seldom(beat: Pulse, phases: np.ndarray) -> np.ndarray:
    """Which periods are like those in which the source hardly ever has rows, such as weekends of an office."""
    _, phase = np.unique(phases, return_inverse=True)
    share = np.bincount(phase, weights=beat.rows > 0) / np.bincount(phase)
    return np.asarray(share < SELDOM * share.max(initial=0.0))[phase]


def _neighbours(rows: np.ndarray) -> np.ndarray:
    """The smaller of the nearest non-empty periods before and after each; one side alone where the other is bare."""
    filled = np.flatnonzero(rows)
    if not len(filled):
        return np.zeros(len(rows))
    padded = np.concatenate([[np.inf], rows[filled], [np.inf]])
    after = np.searchsorted(filled, np.arange(len(rows)))
    return np.minimum(padded[after], padded[after + 1])


def partial(beat: Pulse, edges: np.ndarray, as_of: int | None) -> np.ndarray:
    """Which periods have a short exposure: at most the first and the last with rows.

    Args:
        beat: the source's rows per period.
        edges: n + 1 edges.
        as_of: the stated moment up to which data is complete; None: judged by the silence at the end.
    """
    short = np.zeros(len(beat.rows), dtype=bool)
    filled = np.flatnonzero(beat.rows)
    if not len(filled):
        return short
    before = beat.first[filled] - edges[filled]
    after = edges[filled + 1] - beat.last[filled]
    lengths = edges[filled + 1] - edges[filled]
    short[filled[0]] = before[0] > _usual(before) + TOLERANCE * lengths[0]
    if as_of is None:
        short[filled[-1]] |= after[-1] > _usual(after) + TOLERANCE * lengths[-1]
    else:
        short |= (edges[:-1] <= as_of) & (as_of < edges[1:])
    return short


def _usual(silences: np.ndarray) -> float:
    """The median silence of the periods between first and last."""
    between = silences[1:-1]
    return float(np.median(between)) if len(between) else 0.0
