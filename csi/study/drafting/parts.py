"""Files and sheets of one layout: which belong together, and what they show together of it."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import digits

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.content import Content, Format
from csi.reading.layout import Layout, guess, tables
from csi.study.earlier import is_of_report

_SAID = 2  # letters that a pattern begins with, for it to mean these files rather than any; ours
_TAIL = re.compile(r"[\W\d_]+$")


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or one sheet of it, with its layout; ``sheet`` is empty where a file has one only."""

    path: Path
    layout: Layout
    sheet: str = ""


def part_of(path: Path) -> Part:
    """A file as it is laid out.

    Raises:
        InvalidInput: it is no table.
    """
    layout = guess(path, path.name)
    return Part(path, layout, layout.sheet if len(layout.sheets) > 1 else "")


def grouped(parts: Sequence[Part]) -> list[list[Part]]:
    """Those of one layout together, in the order of the first of each."""
    groups: list[list[Part]] = []
    for part in parts:
        group = next((one for one in groups if _are_alike(part, one[0]) and all(_agree(part, of) for of in one)), None)
        if group is None:
            groups.append([part])
        else:
            group.append(part)
    return groups


def sheets_alike(part: Part) -> list[Part]:
    """The sheets of a workbook that are shown and have the columns of the one that is read, in their order."""
    if not part.sheet:
        return []
    names = tables(Content(part.path), SourceDefinition(id=""))
    alike = [sheet for sheet, columns in names.items() if {*columns} == {*part.layout.names}]
    try:
        found = [Part(part.path, _layout(part.path, sheet), sheet) for sheet in alike]
    except InvalidInput:
        return []
    return found if len(found) > 1 and all(_agree(one, of) for one in found for of in found) else []


def _layout(path: Path, sheet: str) -> Layout:
    return guess(path, path.name, SourceDefinition(id="", sheet=sheet))


def _are_alike(one: Part, other: Part) -> bool:
    """Whether two have the same columns in the same form, each in the only sheet or in one of that name."""
    same = one.layout.format is other.layout.format and {*one.layout.names} == {*other.layout.names}
    return same and one.sheet == other.sheet


def _agree(one: Part, other: Part) -> bool:
    """Whether no order of dates and no decimal sign that one tells is another's."""
    first, second = one.layout, other.layout
    is_told = first.format is Format.DELIMITED and first.tells_decimal and second.tells_decimal
    if is_told and first.decimal != second.decimal:
        return False
    orders = [{c.name: c.dates for c in of.columns if c.dates and not c.ambiguous} for of in (first, second)]
    return all(orders[0][name] == orders[1][name] for name in {*orders[0]} & {*orders[1]})


def merged(layouts: Sequence[Layout]) -> Layout:
    """What several layouts of the same columns show together: of each column the one that shows most of it."""
    first, *others = layouts
    if not others:
        return first
    told = next((one for one in layouts if one.tells_decimal), first)
    columns = []
    for column in first.columns:
        seen = [one for layout in layouts for one in layout.columns if one.name == column.name]
        filled = [one for one in seen if one.kind != "empty"] or seen
        columns.append(next((one for one in filled if not one.ambiguous), filled[0]))
    roles = next((one for one in layouts if any(column.role == "id" for column in one.columns)), first)
    by_role = {column.name: column.role for column in roles.columns}
    columns = [replace(column, role=by_role[column.name]) for column in columns]
    missing = tuple(dict.fromkeys(mark for layout in layouts for mark in layout.missing))
    return replace(
        first,
        columns=tuple(columns),
        missing=missing,
        decimal=told.decimal,
        tells_decimal=told.tells_decimal,
    )


def name_of(paths: Sequence[Path]) -> str:
    """What some files are called together: what their names begin with, without a number at the end."""
    names = [path.name.partition(".")[0] for path in paths]
    if len(names) == 1:
        return names[0]
    return _TAIL.sub("", _common(names)) or names[0]


def _common(texts: Sequence[str]) -> str:
    """What all begin with."""
    first, last = min(texts), max(texts)
    return first[: next((place for place, sign in enumerate(first) if last[place : place + 1] != sign), len(first))]


def file_key(paths: Sequence[Path], folder: Path) -> str | list[str]:
    """How a study in a folder names some files: one by its path, several by a pattern that fits no other, or a list."""
    paths = list(dict.fromkeys(paths))
    named = [_from(path, folder) for path in paths]
    return named[0] if len(named) == 1 else _pattern(paths, folder) or named


def _pattern(paths: Sequence[Path], folder: Path) -> str:
    """The pattern that fits exactly these files; empty where none does."""
    names, above = [path.name for path in paths], {path.parent.resolve() for path in paths}
    begin, end = _common(names), _common([name[::-1] for name in names])[::-1]
    end = end[max(0, len(begin) + len(end) - min(map(len, names))) :]
    if len(above) > 1 or len(begin) < _SAID:
        return ""
    (place,) = above
    likely = [f"{glob.escape(one)}*{glob.escape(end)}" for one in (begin.rstrip(digits), begin) if len(one) >= _SAID]
    wanted, before = {path.resolve() for path in paths}, _from(place, folder)
    pattern = next((one for one in likely if _fitting(place, one) == wanted), "")
    return f"{glob.escape(before)}/{pattern}" if pattern and before != "." else pattern


def _fitting(place: Path, pattern: str) -> set[Path]:
    return {one.resolve() for one in place.glob(pattern) if one.is_file() and not is_of_report(one)}


def _from(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
