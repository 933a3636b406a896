"""Shaping before typing: two columns joined into one moment, months as columns melted into rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.step3_gather.chunk import Chunk
from csi.step3_gather.columns import require


@dataclass(frozen=True, slots=True)
class Shape:
    """How columns are rearranged.

    Attributes:
        join: new column -> columns whose cells are joined by a blank (a date and its time).
        keep: columns repeated on every melted row; empty: nothing is melted.
        name: column that receives the names of the melted columns.
        value: column that receives their cells.
    """

    join: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] = ()
    name: str = "period"
    value: str = "value"

    @property
    def is_active(self) -> bool:
        """Whether anything is rearranged."""
        return bool(self.join or self.keep)

    def names(self, columns: Sequence[str], filename: str = "") -> tuple[str, ...]:
        """Names of the columns after shaping; a column that is not there is an error."""
        for parts in self.join.values():
            for part in parts:
                require(part, columns, field="join", filename=filename)
        columns = (*columns, *(new for new in self.join if new not in columns))
        if not self.keep:
            return columns
        for kept in self.keep:
            require(kept, columns, field="melt", filename=filename)
        return (*self.keep, self.name, self.value)

    def apply(self, chunk: Chunk) -> Chunk:
        """The chunk with this shape; melted rows stay in file order, each under its record's line."""
        table = chunk.table
        for new, parts in self.join.items():
            table = table.append_column(new, _joined([table.column(part) for part in parts]))
        return (
            self._melted(Chunk(table, chunk.lines, chunk.rejected))
            if self.keep
            else Chunk(table, chunk.lines, chunk.rejected)
        )

    def _melted(self, chunk: Chunk) -> Chunk:
        table = chunk.table
        wide = [name for name in table.column_names if name not in self.keep]
        rows, width = table.num_rows, len(wide)
        repeat = np.repeat(np.arange(rows), width)
        columns = {name: table.column(name).take(pa.array(repeat)) for name in self.keep}
        stacked = pa.chunked_array([chunk for name in wide for chunk in table.column(name).chunks], pa.string())
        by_record = np.arange(rows * width).reshape(width, rows).T.ravel()
        columns[self.name] = pa.array(np.tile(np.array(wide, dtype=object), rows), pa.string())
        columns[self.value] = stacked.take(pa.array(by_record))
        return Chunk(pa.table(columns), chunk.lines[repeat], chunk.rejected)


def shape_of(options: Mapping[str, Any]) -> Shape:
    """The shape a source's options state: ``join: {at: [Date, Time]}``, ``melt: {keep: [...], name, value}``."""
    melt = options.get("melt") or {}
    join = {new: tuple(parts) for new, parts in (options.get("join") or {}).items()}
    return Shape(join, tuple(melt.get("keep", ())), melt.get("name", "period"), melt.get("value", "value"))


def _joined(columns: Sequence[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The cells side by side; a date whose time is missing stands alone, a time without a date is nothing."""
    texts = pc.binary_join_element_wise(*columns, " ", null_handling="skip")
    return pc.if_else(columns[0].is_valid(), texts, pa.scalar(None, pa.string()))
