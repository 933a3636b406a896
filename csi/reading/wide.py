"""Shaping before typing: columns joined into one moment, periods as columns melted into rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.calendar_words import plain, words
from csi.reading.chunk import Chunk
from csi.reading.columns import require
from csi.reading.grains import coarser
from csi.reading.moments import read_moments
from csi.reading.period_parts import joined_parts
from csi.reading.short_years import day_lists, with_long_years

_MANY = 3  # two columns called by a month may be anything


@dataclass(frozen=True, slots=True)
class Shape:
    """How columns are rearranged.

    Attributes:
        join: new column -> columns whose cells are joined: the parts of a date (a year and its week), else by a blank
            (a date and its time). One of them may be the column that melting gives.
        keep: columns repeated on every melted row; empty: nothing is melted.
        name: column that receives the names of the melted columns.
        value: column that receives their cells.
        coarse: columns that are not melted, as they name a period of which others are parts.
        plain: new columns that are joined by a blank whatever they hold, as a pattern says how they are read.
    """

    join: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    name: str = "period"
    value: str = "value"
    coarse: tuple[str, ...] = ()
    plain: frozenset[str] = frozenset()

    @property
    def is_active(self) -> bool:
        """Whether anything is rearranged."""
        return bool(self.join or self.keep)

    def names(self, columns: Sequence[str], filename: str = "") -> tuple[str, ...]:
        """Names of the columns after shaping; a column that is not there is an error."""
        columns = self._with_joined(columns, self._joins(after=False), filename)
        if not self.keep:
            return columns
        for kept in self.keep:
            require(kept, columns, field="melt", filename=filename)
        return self._with_joined((*self.keep, self.name, self.value), self._joins(after=True), filename)

    def _joins(self, *, after: bool) -> dict[str, tuple[str, ...]]:
        """What is joined before melting, or after it: a year that is kept, with the months that were headers."""
        made = {self.name, self.value} if self.keep else set()
        return {new: parts for new, parts in self.join.items() if bool(made & set(parts)) == after}

    def _with_joined(self, columns: Sequence[str], join: Mapping[str, Sequence[str]], filename: str) -> tuple[str, ...]:
        for parts in join.values():
            for part in parts:
                require(part, columns, field="join", filename=filename)
        return (*columns, *(new for new in join if new not in columns))

    def read_as(self, orders: Mapping[str, str]) -> Shape:
        """The same for columns read in some orders: under a strptime pattern cells are joined as they stand."""
        return replace(self, plain=frozenset(name for name, order in orders.items() if "%" in order))

    def without_coarse(self, columns: Sequence[str], orders: Mapping[str, str]) -> Shape:
        """The same without the totals among columns that are periods, which are in an order as the melted name is."""
        named = [new for new, parts in self.join.items() if self.name in parts]
        order = next((orders[one] for one in (self.name, *named) if one in orders), "iso")
        wide = [one for one in columns if one not in self.keep]
        long = self._long(wide)
        totals = frozenset(coarser([long.get(one, one) for one in wide], order))
        return replace(self, coarse=tuple(one for one in wide if long.get(one, one) in totals))

    def _long(self, wide: Sequence[str]) -> dict[str, str]:
        """The headers whose year has two digits, with four; none where a pattern says how they are read."""
        return {} if self.name in self.plain else with_long_years(wide)

    def apply(self, chunk: Chunk) -> Chunk:
        """The chunk with this shape; melted rows stay in file order, each under its record's line."""
        shaped = self._joined(chunk, self._joins(after=False))
        return self._joined(self._melted(shaped), self._joins(after=True)) if self.keep else shaped

    def _joined(self, chunk: Chunk, join: Mapping[str, Sequence[str]]) -> Chunk:
        table = chunk.table
        for new, parts in join.items():
            columns = {part: table.column(part) for part in parts}
            dated = None if new in self.plain else joined_parts(columns)
            table = table.append_column(new, _joined(list(columns.values())) if dated is None else dated)
        return Chunk(table, chunk.lines, chunk.rejected)

    def _melted(self, chunk: Chunk) -> Chunk:
        table = chunk.table
        wide = [name for name in table.column_names if name not in (*self.keep, *self.coarse)]
        rows, width = table.num_rows, len(wide)
        repeat = np.repeat(np.arange(rows), width)
        columns = {name: table.column(name).take(pa.array(repeat)) for name in self.keep}
        stacked = pa.chunked_array([chunk for name in wide for chunk in table.column(name).chunks], pa.string())
        by_record = np.arange(rows * width).reshape(width, rows).T.ravel()
        long = self._long(wide)
        named = np.array([long.get(name, name) for name in wide], dtype=object)
        columns[self.name] = pa.array(np.tile(named, rows), pa.string())
        columns[self.value] = stacked.take(pa.array(by_record))
        return Chunk(pa.table(columns), chunk.lines[repeat], chunk.rejected)


@dataclass(frozen=True, slots=True)
class PeriodHeaders:
    """Headers that name periods, and whether they name their year as well (``Jan 2025``; ``Jan`` does not)."""

    names: tuple[str, ...] = ()
    with_year: bool = True


def period_headers(names: Sequence[str]) -> PeriodHeaders:
    """The columns that are periods side by side: months, weeks, quarters or days by any name; none of a few."""
    read = read_moments(pa.chunked_array([pa.array(names, pa.string())]), "iso", "UTC")
    long, days = with_long_years(names), day_lists(names)
    periods = [
        name in long or (is_read and name not in days)
        for name, is_read in zip(names, read.instants.notna(), strict=True)
    ]
    dated = tuple(name for name, is_period in zip(names, periods, strict=True) if is_period)
    if len(dated) >= _MANY:
        return PeriodHeaders(dated)
    months = tuple(name for name in names if words().month(plain(name)))
    return PeriodHeaders(months, with_year=False) if len(months) >= _MANY else PeriodHeaders()


def shape_of(options: Mapping[str, Any]) -> Shape:
    """The shape a source's options state: ``join: {at: [Date, Time]}``, ``melt: {keep: [...], name, value}``."""
    melt = options.get("melt") or {}
    join = {new: tuple(parts) for new, parts in (options.get("join") or {}).items()}
    return Shape(join, tuple(melt.get("keep", ())), melt.get("name", "period"), melt.get("value", "value"))


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The cells side by side; a date whose time is missing stands alone, a time without a date is nothing."""
    texts = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
    return pc.if_else(columns[0].is_valid(), texts, pa.scalar(None, pa.string()))
