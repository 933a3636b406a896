"""Whether day or month stands first, where the first rows of a file do not tell: asked of all of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from csi.definition import SourceDefinition
from csi.reading.kinds import Kind, guess_kinds
from csi.reading.layout import Layout
from csi.reading.moments import read_moments

ORDERS = ("day_first", "month_first", "year_first")


@dataclass(frozen=True, slots=True)
class Ordered:
    """A mapping with the order that its dates tell; ``orders`` are several where they do not tell, in these columns."""

    source: SourceDefinition
    open: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()


def ordered(layout: Layout, source: SourceDefinition, cells: Mapping[str, pa.ChunkedArray]) -> Ordered:
    """The order of the columns that the first rows leave open, by all the cells given.

    Args:
        layout: of the file; its ``ambiguous`` columns are looked at.
        source: the mapping that the layout suggests.
        cells: of these columns, by name.
    """
    unsure = [name for name in layout.ambiguous if name in cells]
    if not unsure:
        return Ordered(source)
    kinds = [_kind(cells[name]) for name in unsure]
    told = list(dict.fromkeys(kind.dates for kind in kinds if kind.dates and not kind.ambiguous))
    orders = tuple(told) or _fitting([cells[name] for name in unsure])
    dates = source.dates if source.dates in orders else orders[0]
    own = {one.name: one.dates for one in layout.columns if one.dates and one.name not in unsure and one.dates != dates}
    found = replace(source, dates=dates, column_dates={**own, **source.column_dates})
    if len(told) == 1:
        return Ordered(found)
    if len(told) > 1:  # each tells its own
        apart = {name: kind.dates for name, kind in zip(unsure, kinds, strict=True) if kind.dates != dates}
        return Ordered(replace(found, column_dates={**found.column_dates, **apart}))
    return Ordered(found, tuple(unsure), orders)


def _kind(cells: pa.ChunkedArray) -> Kind:
    """What a column holds by its different texts."""
    texts = pc.unique(cells.drop_null()).to_pylist()
    return guess_kinds({"": texts}, ".", ())[""]


def _fitting(columns: Sequence[pa.ChunkedArray]) -> tuple[str, ...]:
    """The orders in which as many cells can be read as in any."""
    read = {order: sum(int((~read_moments(one, order, "UTC").unreadable).sum()) for one in columns) for order in ORDERS}
    return tuple(order for order, count in read.items() if count == max(read.values()))
