"""Rows of one key told apart: repeat, superseded, conflict; which one counts is settled to the last tie.

Key = natural id within the source. The row with the highest version (or update moment) counts, then the one
delivered last. Of the others, an exact copy is a *repeat*; one with the winner's very version but other content
is a *conflict* and goes to quarantine; the rest are *superseded*.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.series.alike import maybe_repeated, scattered

_NONE = np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Positions of the rows that count (in row order) and of the conflicts; how many of each other sort.

    ``discarded`` of the superseded differ from a later row of the same delivery, and no column says which is newer.
    """

    kept: np.ndarray
    conflicts: np.ndarray
    repeated: int = 0
    superseded: int = 0
    keys: int = 0
    backwards: int = 0  # keys that a later delivery has in earlier versions only
    unkeyed: int = 0
    discarded: int = 0


def resolve(frame: pd.DataFrame, key: str, version: np.ndarray | None, batch: np.ndarray | None = None) -> Resolved:
    """Which row of each key counts.

    Args:
        frame: rows in delivery order.
        key: the column with the natural id; empty: every row is one observation. A row without an id stays.
        version: one comparable number per row (higher counts, missing lowest), or None: delivery order alone.
        batch: the delivery of each row; None: all came at once.
    """
    if not key:
        return Resolved(kept=np.arange(len(frame)), conflicts=_NONE)
    column = frame[key]
    several = maybe_repeated(column)
    ids, names = pd.factorize(column if len(several) == len(column) else column.iloc[several])
    counts = np.bincount(ids[ids >= 0], minlength=len(names))
    unkeyed = int(column.isna().sum())
    keys = len(frame) - unkeyed - int(counts.sum()) + len(names)
    if counts.max(initial=0) <= 1:
        return Resolved(kept=np.arange(len(frame)), conflicts=_NONE, keys=keys, unkeyed=unkeyed)
    repeated = (ids >= 0) & (np.append(counts, 0)[ids] > 1)
    shared = several[repeated]  # the only rows to be looked at
    whence = np.zeros(len(shared), dtype=np.int64) if batch is None else batch[shared].astype(np.int64)
    told = _told_apart(ids[repeated], frame.iloc[shared], None if version is None else version[shared], whence)
    alone = np.ones(len(frame), dtype=bool)
    alone[shared[told.losers]] = False
    return Resolved(
        kept=np.flatnonzero(alone),
        conflicts=shared[told.conflicts],
        repeated=told.repeated,
        superseded=len(told.losers) - told.repeated - len(told.conflicts),
        keys=keys,
        backwards=told.backwards,
        unkeyed=unkeyed,
        discarded=told.discarded,
    )


@dataclass(frozen=True, slots=True)
class _Told:
    losers: np.ndarray
    conflicts: np.ndarray
    repeated: int
    backwards: int
    discarded: int


def _told_apart(ids: np.ndarray, content: pd.DataFrame, version: np.ndarray | None, batch: np.ndarray) -> _Told:
    """Rows that share their key with others, told apart; positions among these rows."""
    ids, names = pd.factorize(ids)
    winners = _winners(ids, len(names), version)
    losers = np.setdiff1d(np.arange(len(ids)), winners, assume_unique=True)
    repeated = _copies(_content(content, ids), winners, losers)
    others = losers[~repeated]
    clash = _same_version(ids, version, winners, others)
    discarded = _discarded(ids, batch, others) if version is None else 0
    return _Told(losers, others[clash], int(repeated.sum()), _backwards(ids, version, batch), discarded)


def _discarded(ids: np.ndarray, batch: np.ndarray, others: np.ndarray) -> int:
    """How many of some losers are followed by another row of their key in the same delivery."""
    pairs, _ = pd.factorize(ids * (int(batch.max(initial=0)) + 1) + batch)
    last = np.zeros(int(pairs.max(initial=-1)) + 1, dtype=np.intp)
    last[pairs] = np.arange(len(pairs))  # later assignments win: numpy assigns in order
    return int((last[pairs[others]] != others).sum())


def _winners(ids: np.ndarray, count: int, version: np.ndarray | None) -> np.ndarray:
    """The position of each key's winner, by key: of equal versions the one delivered last."""
    winners = np.empty(count, dtype=np.intp)
    order = np.arange(len(ids)) if version is None else np.argsort(version, kind="stable")
    winners[ids[order]] = order  # later assignments win: numpy assigns in order
    return winners


def _content(frame: pd.DataFrame, ids: np.ndarray) -> np.ndarray:
    """One number per row, equal where key and all cells are equal (by chance elsewhere: n² / 2^65)."""
    mixed = scattered(ids)
    for name in frame.columns:
        cells, _ = pd.factorize(frame[name])
        mixed = scattered(mixed + scattered(cells))
    return mixed


def _copies(content: np.ndarray, winners: np.ndarray, losers: np.ndarray) -> np.ndarray:
    """Which losers are copies of a row that comes before them, the winners first."""
    both = pd.Series(np.concatenate([content[winners], content[losers]]))
    return both.duplicated().to_numpy()[len(winners) :]


def _same_version(ids: np.ndarray, version: np.ndarray | None, winners: np.ndarray, others: np.ndarray) -> np.ndarray:
    if version is None:
        return np.zeros(len(others), dtype=bool)
    return version[others] == version[winners[ids[others]]]


def _backwards(ids: np.ndarray, version: np.ndarray | None, batch: np.ndarray) -> int:
    """How often a delivery brings a key in earlier versions only than one before it did.

    The order of the rows within a delivery says nothing: exports are sorted newest first, or by something else.
    """
    if version is None or not batch.any():
        return 0
    newest = pd.Series(version).groupby([ids, batch]).max()
    before = newest.groupby(level=0).cummax().groupby(level=0).shift()
    return int((newest < before).sum())
