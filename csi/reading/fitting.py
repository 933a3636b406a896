"""What a guessed column gives: how many of its cells are what a name is wanted for, counted before it is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa
import pyarrow.compute as pc

from csi.definition import SourceDefinition
from csi.reading.moments import read_moments
from csi.reading.naming import guesses
from csi.reading.numbers import read_numbers

# A column of which fewer cells fit is not offered: it is another one, or written as cannot be read yet.
_OFFERED = 0.5
_ORDERS = ("iso", "day_first", "month_first", "year_first")


class Need(StrEnum):
    """What a KPI takes the cells of a column for."""

    MOMENT = "moment"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may be meant by a name.

    Attributes:
        column: the file's own name of it.
        need: what the name is wanted for.
        fit: how many of its cells are that.
        filled: how many of its cells hold something.
    """

    column: str
    need: Need
    fit: int
    filled: int

    @property
    def is_offered(self) -> bool:
        """Whether so many of its cells fit that it may be meant."""
        return self.filled > 0 and self.fit >= _OFFERED * self.filled


def tried(column: str, need: Need, cells: Sequence[str], source: SourceDefinition) -> Guess:
    """A column tried on the cells of a sample.

    Args:
        column: its name.
        need: what it is wanted for.
        cells: its cells as text; blank where missing.
        source: how its text is read: order of dates, decimal sign, missing markers; an order that is not said for this
            column is the one in which most of its cells can be read.
    """
    texts = pa.chunked_array([pa.array([cell.strip() for cell in cells], pa.string())])
    hidden = pa.array(["", *source.missing], pa.string())
    filled = pc.filter(texts, pc.invert(pc.is_in(texts, value_set=hidden)))
    return Guess(column, need, _fit(column, need, filled, source), len(filled))


def _fit(column: str, need: Need, filled: pa.ChunkedArray, source: SourceDefinition) -> int:
    if need is Need.TEXT or not len(filled):
        return len(filled)
    if need is Need.NUMBER:
        return int((~read_numbers(filled, source.decimal or ".", source.missing)[1]).sum())
    said = source.said_order(column)
    orders = (said,) if said else _ORDERS
    return max(int((~read_moments(filled, order, source.zone_of(column)).unreadable).sum()) for order in orders)


def fitting(
    wanted: Mapping[str, Need], cells: Mapping[str, Sequence[str]], source: SourceDefinition
) -> dict[str, Guess]:
    """Per name the column that is probably meant and holds what it is wanted for, with what it gives.

    Args:
        wanted: the names KPIs use, and what for.
        cells: the columns that may be meant, by the file's own names, with the cells of a sample.
        source: how their text is read.
    """
    known: dict[tuple[str, Need], Guess] = {}

    def fits(name: str, column: str) -> bool:
        need = wanted[name]
        if (column, need) not in known:
            known[column, need] = tried(column, need, cells[column], source)
        return known[column, need].is_offered

    found = guesses(list(wanted), list(cells), fits)
    return {name: known[column, wanted[name]] for name, column in found.items()}
