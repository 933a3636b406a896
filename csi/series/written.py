"""Two columns of text put in order, row by row: as numbers where both cells are numbers, as moments where both are.

Nothing in a study says what such columns hold, and words are not put in order by the alphabet: a row in which neither
fits satisfies no order. Each row speaks for itself, so that it does not matter which rows lie beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.definition import SourceDefinition
from csi.reading.moments import read_moments
from csi.reading.numbers import read_numbers
from csi.series.periods import MISSING, microseconds
from csi.series.truths import MOST, Words, folded, words_of

_SAMPLE = 1_000  # cells that show, mostly, that a column has many values
_BLANK, _BEYOND_ASCII = 32, 128  # bytes


class Form(NamedTuple):
    """How the cells of a column are written; ``words`` are its few different values, None where nobody looked."""

    dates: str = "iso"
    timezone: str = "UTC"
    decimals: tuple[str, ...] = (".", ",")
    words: Words | None = None


Forms = Callable[[str], Form]


def plain_form(_name: str) -> Form:
    """Of a column nothing is known of."""
    return Form()


def form_of(source: SourceDefinition, column: str, words: Words | None = None) -> Form:
    """As a source declares it."""
    decimals = (source.decimal,) if source.decimal else (".", ",")
    return Form(source.order_of(column), source.zone_of(column), decimals, words)


def tidy(column: pd.Series) -> pa.Array:
    """The cells of a column of text without blanks at either end and in Unicode's composed form (NFC)."""
    plain = column if isinstance(column.dtype, pd.StringDtype) else column.astype("str")
    cells = pa.array(plain, type=pa.string(), from_pandas=True)
    cells = cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
    return cells if _is_tidy(cells) else pc.utf8_normalize(pc.utf8_trim_whitespace(cells), "NFC")


def _is_tidy(cells: pa.StringArray) -> bool:
    """Whether cells are ASCII and none begins or ends with a blank, told by their bytes: most columns are."""
    _, offsets, data = cells.buffers()
    if data is None or not len(cells):
        return True
    edges = np.frombuffer(offsets, dtype=np.int32)[cells.offset : cells.offset + len(cells) + 1]
    held = np.frombuffer(data, dtype=np.uint8)[edges[0] : edges[-1]]
    if not held.size or int(held.max()) >= _BEYOND_ASCII:
        return not held.size
    if int(held.min()) > _BLANK:
        return True
    filled = edges[1:] > edges[:-1]
    first, last = held[edges[:-1][filled] - edges[0]], held[edges[1:][filled] - edges[0] - 1]
    return bool(first.min() > _BLANK and last.min() > _BLANK)


def words_of_columns(frame: pd.DataFrame, names: Iterable[str]) -> dict[str, Words]:
    """Of each of some columns that is there its different values, folded; of moments none."""
    there = [name for name in names if name in frame.columns and frame[name].dtype.kind != "M"]
    return {name: words_in(frame[name]) for name in there}


def words_in(column: pd.Series) -> Words:
    """The different values of a column, folded: all while they are few, else enough to know that they are many."""
    if column.dtype.kind == "b" or column.dtype == "boolean":
        return words_of(map(str, column.dropna().unique()))
    if pd.api.types.is_numeric_dtype(column.dtype):
        return words_of(f"{value:.15g}" for value in column.dropna().unique()[: MOST + 1])
    if len(column) > _SAMPLE and len(first := words_in(column.iloc[:_SAMPLE])) > MOST:
        return first
    found: set[str] = set()
    for value in pc.unique(tidy(column)):
        if value.is_valid and (word := folded(value.as_py())):
            found.add(word)
        if len(found) > MOST:
            break
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Written:
    """The cells of a column read as numbers (NaN: none) and as moments (int64 us)."""

    numbers: np.ndarray
    moments: np.ndarray

    @classmethod
    def of(cls, column: pd.Series, form: Form) -> Written:
        """Every cell read both ways; each distinct text once."""
        places, distinct = pd.factorize(column.astype("str"))
        cells = pa.chunked_array([pa.array(distinct, type=pa.string(), from_pandas=True)])
        read = [read_numbers(cells, decimal, ())[0].to_numpy(dtype=float) for decimal in form.decimals]
        numbers = read[0] if len(read) == 1 else np.where(np.isnan(read[0]), read[1], read[0])
        moments = microseconds(read_moments(cells, form.dates, form.timezone).instants)
        return cls(np.append(numbers, np.nan)[places], np.append(moments, MISSING)[places])


def in_order(left: Written, right: Written, sign: Callable[[Any, Any], Any]) -> np.ndarray:
    """In which rows the order holds."""
    numbers = sign(left.numbers, right.numbers)  # false where either is NaN
    moments = (left.moments != MISSING) & (right.moments != MISSING) & sign(left.moments, right.moments)
    both = ~np.isnan(left.numbers) & ~np.isnan(right.numbers)
    return np.where(both, numbers, moments)
