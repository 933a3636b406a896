"""Which cells of a column equal a literal: as text, as a number, and as yes or no where the column holds these.

Texts are compared as they look: case counts, blanks at either end and Unicode's forms do not. In a column of truths
(see ``truths``) every way to write yes is equal to every other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.numbers import read_numbers
from csi.series.truths import Pair, folded, may_be_truth, meaning, pair_of, tidied
from csi.series.written import Form, tidy, words_in

Value = str | float | bool


def equal(column: pd.Series, values: Sequence[Value], form: Form) -> np.ndarray:
    """Which cells of a column of texts, numbers or truths equal one of some literals; a missing cell equals none."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        words = words_in(pd.Series(column.cat.categories)) if form.words is None else form.words
        answers = equal(pd.Series(column.cat.categories), values, form._replace(words=words))
        return np.append(answers, False)[column.cat.codes.to_numpy()]  # the last stands for missing
    pair = _pair_of(column, values, form)
    if column.dtype.kind == "b" or column.dtype == "boolean":
        return _of_numbers(column.astype("float64"), [float(side) for side in _sides(values, pair)])
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _of_numbers(column, [number for value in values if (number := _number(value, pair)) is not None])
    return _Cells(tidy(column)).equal(values, pair, form)


def _pair_of(column: pd.Series, values: Sequence[Value], form: Form) -> Pair | None:
    """The pair that the column holds, where one of the literals could be of one."""
    if not any(map(may_be_truth, values)):
        return None
    return pair_of(words_in(column) if form.words is None else form.words)


def _sides(values: Sequence[Value], pair: Pair | None) -> set[bool]:
    if pair is None:
        return set()
    return {side for value in values if (side := meaning(value, pair)) is not None}


def _of_numbers(column: pd.Series, wanted: Sequence[float]) -> np.ndarray:
    cells = column.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(cells == wanted[0] if len(wanted) == 1 else np.isin(cells, wanted), dtype=bool)


def _number(value: Value, pair: Pair | None) -> float | None:
    """A literal as a number; a word for yes or no is one where the numbers are all 1 and 0."""
    try:
        return float(value)
    except ValueError:
        side = None if pair is None else meaning(value, pair)
        return None if side is None else float(side)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of a column of text, tidied."""

    cells: pa.Array

    def equal(self, values: Sequence[Value], pair: Pair | None, form: Form) -> np.ndarray:
        sides = _sides(values, pair)
        rest = [value for value in values if pair is None or meaning(value, pair) is None]
        wanted = [as_text(value) for value in rest]
        if pair is not None and sides:
            wanted += self.that(lambda word: pair.side(folded(word)) in sides)
        if bare := {as_text(value) for value in rest if isinstance(value, bool)}:
            wanted += self.that(lambda word: folded(word) in bare)
        if flags := [float(value) for value in rest if isinstance(value, float) and value in (0, 1)]:
            wanted += self.written_as(flags, form)
        return self.among(wanted)

    def that(self, fits: Callable[[str], bool]) -> list[str]:
        """The different cells that fit."""
        return [word for one in pc.unique(self.cells) if one.is_valid and fits(word := one.as_py())]

    def written_as(self, flags: Sequence[float], form: Form) -> list[str]:
        """The different cells that write 1 or 0, whichever is asked for, with whatever zeros about it."""
        others = pc.match_substring_regex(self.cells, "[2-9]")  # telling cells apart and reading numbers is dear
        distinct = pc.unique(self.cells.filter(pc.invert(others))).drop_null()
        held = pa.chunked_array([distinct])
        found = np.zeros(len(distinct), dtype=bool)
        for decimal in form.decimals:
            found |= np.isin(read_numbers(held, decimal, ())[0].to_numpy(dtype=float), flags)
        return list(distinct.filter(pa.array(found)).to_pylist())

    def among(self, wanted: Sequence[str]) -> np.ndarray:
        every = pa.array(list(dict.fromkeys(wanted)), type=pa.string())
        found = pc.equal(self.cells, every[0]) if len(every) == 1 else pc.is_in(self.cells, value_set=every)
        return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)


def as_text(value: Value) -> str:
    """A literal as a cell of text would hold it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return tidied(value)
