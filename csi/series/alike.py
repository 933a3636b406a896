"""Texts that may stand more than once, found without comparing texts: most ids of an export stand alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

_WORD = np.dtype("<u8")
_BYTES = _WORD.itemsize
_ODD = np.uint64(0x9E3779B97F4A7C15)  # Source: 2^64 / golden ratio, as in splitmix64
_MARKED = np.uint64(44)  # the upper bits that are left number 2^20 marks


def maybe_repeated(column: pd.Series) -> np.ndarray:
    """Positions, in order, of all cells of a column that equal another one, and of a few that do not.

    Told by the length and the first and last eight bytes of a text; of what is no text, all positions.
    """
    if column.empty or not isinstance(column.dtype, pd.StringDtype):
        return np.arange(len(column))
    cells = pa.array(column)
    stretches = cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]
    prints = np.concatenate([_prints(stretch) for stretch in stretches if len(stretch)])
    ordered = np.sort(prints)
    marks = np.zeros(1 << (64 - int(_MARKED)), dtype=bool)
    marks[ordered[1:][ordered[1:] == ordered[:-1]] >> _MARKED] = True
    return np.flatnonzero(marks[prints >> _MARKED])


def _prints(cells: pa.Array) -> np.ndarray:
    """A number per text (uint64), equal where the texts are and seldom elsewhere."""
    _, places, data = cells.buffers()
    kind = np.int64 if pa.types.is_large_string(cells.type) else np.int32
    bounds = np.frombuffer(places, dtype=kind)[cells.offset :][: len(cells) + 1]
    starts, ends = bounds[:-1] - bounds[0], bounds[1:] - bounds[0]
    room = np.zeros(int(ends[-1]) + 2 * _BYTES, dtype=np.uint8)
    room[_BYTES:-_BYTES] = np.frombuffer(data or b"", dtype=np.uint8)[bounds[0] : bounds[-1]]
    # The eight bytes from every place on as one number, wherever a processor would have words begin.
    words = np.lib.stride_tricks.as_strided(room[:_BYTES].view(_WORD), (len(room) - _BYTES + 1,), (1,))
    sizes = (ends - starts).astype(_WORD)
    foreign = np.uint64(64) - np.uint64(8) * np.minimum(sizes, np.uint64(_BYTES))  # bits of a text's neighbours
    first, last = words[starts + _BYTES] << foreign, words[ends] >> foreign
    return scattered(scattered(first + sizes) + last)


def scattered(numbers: np.ndarray) -> np.ndarray:
    """Whole numbers mixed so that neighbours lie far apart (uint64).

    Source: splitmix64, G. L. Steele, D. Lea and C. H. Flood, Fast splittable pseudorandom number generators, 2014.
    """
    mixed = numbers.astype(np.uint64) + _ODD
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
