"""Whether a delivery is written as its mapping says: another date order or decimal sign would give wrong numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from csi.definition import SourceDefinition
from csi.reading.layout import Column, Layout
from csi.reading.moments import read_moments
from csi.reading.naming import as_in_file, called
from csi.reading.wide import shape_of

_SIGNS = {".": "a point", ",": "a comma"}
_BY_ORDER = {"day_first", "month_first", "year_first"}
_WRITTEN = {
    "iso": "year first",
    "day_first": "day first",
    "month_first": "month first",
    "year_first": "year first, in two digits",
    "epoch": "seconds since 1970",
    "excel": "a workbook's days since 1900",
    "excel1904": "a workbook's days since 1904",
}


def differences(layout: Layout, definition: SourceDefinition, moments: Sequence[str]) -> tuple[str, ...]:
    """A sentence for each column that is clearly written otherwise than the mapping says; ``moments`` are its dates."""
    said = [
        f"‘{column.name}’ was written {_name(order)}, and is {_WRITTEN[column.dates]} now"
        for column, order in _dated(layout, definition, moments)
        if _is_other(column, order)
    ]
    if _has_other_sign(layout, definition):
        now = _SIGNS[layout.decimal]
        said.append(f"numbers had {_SIGNS[str(definition.decimal)]} before their decimals, and have {now} now")
    return tuple(said)


def read_otherwise(layout: Layout, definition: SourceDefinition, moments: Sequence[str]) -> tuple[str, ...]:
    """The same of a first delivery: a sentence for each column that is not written as a study says."""
    said = [
        f"‘{column.name}’ would be read {_name(order)}, and is written {_WRITTEN[column.dates]}"
        for column, order in _dated(layout, definition, moments)
        if _is_other(column, order)
    ]
    if _has_other_sign(layout, definition):
        before, now = _SIGNS[str(definition.decimal)], _SIGNS[layout.decimal]
        said.append(f"numbers would be read with {before} before their decimals, and have {now}")
    return tuple(said)


def on_its_sheet(definition: SourceDefinition, layout: Layout) -> SourceDefinition:
    """The mapping for a workbook in which the sheet is called otherwise (a sheet a month): that of the layout."""
    is_there = not definition.sheet or not layout.sheet or definition.sheet in layout.sheets
    return definition if is_there else replace(definition, sheet=layout.sheet)


def fitted(
    layout: Layout, wanted: SourceDefinition, before: SourceDefinition, moments: Sequence[str]
) -> SourceDefinition:
    """A new mapping for an earlier delivery: where it is clearly written otherwise, date orders and signs stay."""
    if not differences(layout, wanted, moments):
        return wanted
    before = called(as_in_file(before), wanted.columns)  # columns may have been named since
    return replace(wanted, dates=before.dates, column_dates=before.column_dates, decimal=before.decimal)


def _dated(layout: Layout, definition: SourceDefinition, moments: Sequence[str]) -> list[tuple[Column, str]]:
    """The file's columns that are read as dates, with the order the mapping reads each in."""
    by_name = {column.name: column for column in layout.columns}
    back = {new: old for old, new in definition.columns.items()}
    join = shape_of(definition.options).join
    return [
        (by_name[part], definition.order_of(name))
        for name in dict.fromkeys(moments)
        for part in join.get(name, (back.get(name, name),))
        if part in by_name and not (name in join and "%" in definition.order_of(name))
    ]


def _is_other(column: Column, order: str) -> bool:
    """Whether a column's cells cannot be in the order said."""
    if column.kind != "moment" or column.ambiguous or column.dates == order:
        return False
    if {column.dates, order} <= _BY_ORDER:
        return True
    examples = pa.chunked_array([pa.array(column.examples, pa.string())])
    return bool(read_moments(examples, order, "UTC").unreadable.all())


def _has_other_sign(layout: Layout, definition: SourceDefinition) -> bool:
    return layout.tells_decimal and definition.decimal is not None and layout.decimal != definition.decimal


def _name(order: str) -> str:
    return _WRITTEN.get(order, order)
