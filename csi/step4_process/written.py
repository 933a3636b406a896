"""Two columns of text put in order, row by row: as numbers where both cells are numbers, as moments where both are.

Nothing in a study says what such columns hold, and words are not put in order by the alphabet: a row in which neither
fits satisfies no order. Each row speaks for itself, so that it does not matter which rows lie beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.definition import SourceDefinition
from csi.step3_gather.moments import read_moments
from csi.step3_gather.numbers import read_numbers
from csi.step4_process.periods import MISSING, microseconds


class Form(NamedTuple):
    """How the cells of a column are written."""

    dates: str = "iso"
    timezone: str = "UTC"
    decimals: tuple[str, ...] = (".", ",")


Forms = Callable[[str], Form]


def plain_form(_name: str) -> Form:
    """Of a column nothing is known of."""
    return Form()


def form_of(source: SourceDefinition, column: str) -> Form:
    """As a source declares it."""
    decimals = (source.decimal,) if source.decimal else (".", ",")
    return Form(source.column_dates.get(column, source.dates), source.zone_of(column), decimals)


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
