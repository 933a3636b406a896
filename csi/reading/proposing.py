"""From a layout to a mapping: what is proposed for a file, and which columns a mapping cannot do without."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import combinations
from typing import Any

import pyarrow as pa

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading import exports, mending
from csi.reading.column_headers import says_duration
from csi.reading.exports import Export, Meaning
from csi.reading.layout import Layout
from csi.reading.moments import read_moments
from csi.reading.period_parts import joined_parts, says_part
from csi.reading.times_of_day import has_clock, time_of_day
from csi.reading.wide import period_headers, shape_of

_YEAR = re.compile(r"(?:19|20)\d{2}")


def proposed(layout: Layout, timezone: str) -> SourceDefinition:
    """The mapping a layout suggests, for a person to confirm: by the program that wrote it, else by its columns."""
    known = None if wide_columns(layout) else exports.of_layout(layout)
    by_roles = _by_roles(layout, timezone)
    return by_roles if known is None else _of_export(known, layout, by_roles)


def _of_export(known: Export, layout: Layout, by_roles: SourceDefinition) -> SourceDefinition:
    """What a known program's columns mean, where the sample bears it out; what it does not say is left as guessed."""
    key = known.column(Meaning.KEY) or ("" if by_roles.key in known.spoken_for else by_roles.key)
    options = _dated(known, layout, by_roles.options)
    if known.units:
        options["units"] = {**(by_roles.options.get("units") or {}), **known.units}
    epochs = {told.column: told.order for told in known.columns.values() if told.order}
    return replace(
        by_roles,
        column_dates={**by_roles.column_dates, **epochs},
        zones=known.zones,
        missing=tuple(dict.fromkeys((*by_roles.missing, *known.missing))),
        key=key,
        latest_by=(known.column(Meaning.VERSION) or known.column(Meaning.UPDATED)) if key else "",
        options=options,
    )


def _dated(known: Export, layout: Layout, guessed: Mapping[str, Any]) -> dict[str, Any]:
    """The options with the moment that dates a row: never a deadline or an update, though it comes first."""
    moment = next((column for one in exports.DATES_A_ROW if (column := known.column(one))), "")
    if not moment:
        refused = known.spoken_for & set(guessed["moments"])
        return {**guessed, "moments": []} if refused else dict(guessed)
    time = time_beside(layout, moment)
    others = {name: value for name, value in guessed.items() if name != "join"}
    return {**others, **(joined(moment, time) if time else {"moments": [moment]})}


def _by_roles(layout: Layout, timezone: str) -> SourceDefinition:
    """The mapping by what the columns hold and are called."""
    roles = {column.role: column.name for column in layout.columns if column.role}
    orders = {column.name: column.dates for column in layout.columns if column.dates and not column.ambiguous}
    keep = wide_columns(layout)
    moment = roles.get("moment", "")
    options: dict[str, object] = {"moments": [moment] if moment else []}
    if (time := time_beside(layout, moment)) and not keep:
        options = joined(moment, time)
    elif not moment and (parts := parts_of_date(layout)):
        options = joined(*parts)
    if keep:
        options = {"melt": {"keep": list(keep), "name": "period", "value": "value"}, "moments": ["period"]}
        if not period_headers(layout.names).with_year:
            options |= {"join": {"month": [year_column(layout), "period"]}, "moments": ["month"]}
    dated = {name for names in shape_of(options).join.values() for name in names}
    key = "" if keep or roles.get("id") in dated else roles.get("id", "")  # a week's number names no case
    return SourceDefinition(
        id="",
        timezone=timezone,
        dates=layout.dates,
        column_dates={name: order for name, order in orders.items() if order != layout.dates},
        missing=layout.missing,
        key=key,
        latest_by=roles.get("updated", "") if key else "",
        decimal=layout.decimal,
        options=options,
    )


def time_beside(layout: Layout, date: str) -> str:
    """The column that holds the time of day of a date that stands without one; empty where there is none."""
    cells = {
        column.name: [row[place] for row in layout.examples if place < len(row) and row[place].strip()]
        for place, column in enumerate(layout.columns)
        if column.kind != "number"
    }
    if not cells.get(date) or has_clock(cells[date]):
        return ""
    times = [name for name, told in cells.items() if told and time_of_day(name, told) == len(told)]
    return next((name for name in times if name != date and not says_duration(name)), "")


def parts_of_date(layout: Layout) -> tuple[str, ...]:
    """A column of years with those of its weeks, months or quarters, or months and days, by their headers or cells.

    They are tried on the sampled rows: empty where these give no moments.
    """
    year = year_column(layout)
    cells = {
        column.name: pa.chunked_array([pa.array([row[place].strip() or None for row in layout.examples], pa.string())])
        for place, column in enumerate(layout.columns)
        if column.kind != "empty" and all(place < len(row) for row in layout.examples)
    }
    if year not in cells:
        return ()
    said = [name for name, texts in cells.items() if name != year and says_part(name, texts)]
    likely = [*combinations(said, 2), *((name,) for name in said)]
    return next(((year, *parts) for parts in likely if _dates({name: cells[name] for name in (year, *parts)})), ())


def _dates(columns: Mapping[str, pa.ChunkedArray]) -> bool:
    """Whether the cells of some columns are moments together."""
    try:
        texts = joined_parts(columns)
    except InvalidInput:
        return False
    return texts is not None and not read_moments(texts, "iso", "UTC").unreadable.any()


def joined(*columns: str) -> dict[str, object]:
    """The options of a mapping whose moments stand in some columns."""
    name = " ".join(columns)
    return {"join": {name: list(columns)}, "moments": [name]}


def wide_columns(layout: Layout) -> tuple[str, ...]:
    """Columns to keep when the others are periods side by side; empty when they are not, or nothing tells the year."""
    periods = period_headers(layout.names)
    if not periods.names or not (periods.with_year or year_column(layout)):
        return ()
    return tuple(c.name for c in layout.columns if c.name not in periods.names and c.kind != "empty")


def months_without_year(layout: Layout) -> tuple[str, ...]:
    """The headers that are months side by side of a table where nothing can date a row: neither they nor a column tell
    the year, and no other sheet could be meant. However it is mapped, it cannot be measured by; none where it may be.
    """
    periods = period_headers(layout.names)
    is_dated = periods.with_year or year_column(layout) or any(one.kind == "moment" for one in layout.columns)
    return () if is_dated or len(layout.sheets) > 1 else periods.names


def year_column(layout: Layout) -> str:
    """The column whose cells are years; empty where there is none."""
    return next((one.name for one in layout.columns if one.examples and all(map(_YEAR.fullmatch, one.examples))), "")


def compare(before: Sequence[str], names: Sequence[str], used: Collection[str] = ()) -> tuple[float, tuple[str, ...]]:
    """The share of columns two deliveries have in common, and a sentence for each one that differs."""
    own = [name for name in names if name not in mending.MARKS]
    old = [name for name in before if name not in mending.MARKS]
    new, gone = [name for name in own if name not in old], [name for name in old if name not in own]
    said = []
    for name in gone:
        near = get_close_matches(name, new, n=1, cutoff=0.7)
        hint = f"; ‘{near[0]}’ is new and looks like it" if near else ""
        said.append(f"‘{name}’ is gone{', and it is used' if name in used else ''}{hint}")
    said += [f"‘{name}’ is new" for name in new if not get_close_matches(name, gone, n=1, cutoff=0.7)]
    if not said and own != old:
        said.append("the same columns stand in another order")
    shared = len(set(own) & set(old)) / max(1, len(set(own) | set(old)))
    return shared, tuple(said)


def columns_used(definition: SourceDefinition) -> tuple[str, ...]:
    """Columns of the file a mapping cannot do without, by the file's own names."""
    shape = shape_of(definition.options)
    made = {*shape.join, *((shape.name, shape.value) if shape.keep else ())}
    back = {new: old for old, new in definition.columns.items()}
    wanted = [
        *definition.options.get("moments", ()),
        *definition.options.get("numbers", ()),
        definition.key,
        definition.latest_by,
        *shape.keep,
        *(part for parts in shape.join.values() for part in parts),
        *back,
    ]
    return tuple(dict.fromkeys(back.get(name, name) for name in wanted if name and name not in made))


def missing_columns(definition: SourceDefinition, names: Sequence[str]) -> tuple[str, ...]:
    """Columns a mapping needs and a delivery does not have."""
    return tuple(name for name in columns_used(definition) if name not in names)


def with_columns(definition: SourceDefinition, moments: Sequence[str], numbers: Sequence[str]) -> SourceDefinition:
    """The mapping with the columns that are typed when a delivery is taken in."""
    options = {**definition.options, "moments": list(dict.fromkeys(moments)), "numbers": list(dict.fromkeys(numbers))}
    return replace(definition, options=options)
