"""Which sheets of a workbook a source is read from: the one that is said, several, or the one that has its columns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, key_of_source
from csi.reading import sheets
from csi.reading.columns import renamed
from csi.reading.content import Content, format_of
from csi.reading.layout import tables
from csi.reading.wide import shape_of
from csi.series.columns import named_columns
from csi.words.wording import listed

SHEETS = "sheets"  # of a source's options: several sheets, in order


def sheets_of(study: StudyDefinition, source: SourceDefinition, path: Path) -> list[SourceDefinition]:
    """The source once for each sheet of a file that is read.

    Raises:
        InvalidInput: nothing says which sheet, and several that are shown have all the columns the study names.
    """
    said: Sequence[str] = source.options.get(SHEETS, ())
    if said:
        return [replace(source, sheet=name) for name in said]
    if source.sheet is None and _is_workbook(path, source) and len(fit := _fitting(study, source, path)) > 1:
        names = listed([repr(name) for name in fit])
        reason = (
            f"is not said, and {len(fit)} sheets have all the columns that are named: {names}; "
            f"expected one of them, or several as a list, such as [{fit[0]}, {fit[1]}]"
        )
        raise InvalidInput(key_of_source(source.id, "sheet"), reason)
    return [source]


def in_each(source: SourceDefinition, paths: Sequence[Path]) -> list[SourceDefinition]:
    """The source for each of its files: of several sheets those that this file has, such as one a month.

    A sheet that no file has, and a file that has none of them, are left for the reader to refuse.
    """
    said: Sequence[str] = source.options.get(SHEETS, ())
    if not said or len(paths) < 2:
        return [source] * len(paths)
    there = [sheets_in(path) for path in paths]
    if not {*said} <= {name for names in there for name in names}:
        return [source] * len(paths)
    own = [[name for name in said if name in names] or said for names in there]
    return [replace(source, options={**source.options, SHEETS: tuple(names)}) for names in own]


def sheets_in(content: bytes | Path) -> tuple[str, ...]:
    """The sheets of a workbook; none of what is no workbook, or one that the reader will refuse."""
    opened = Content(content)
    with suppress(InvalidInput):
        kind = format_of(opened)
        return sheets.names(opened, kind) if kind.has_sheets else ()
    return ()


def _is_workbook(path: Path, source: SourceDefinition) -> bool:
    """Whether a file is one; False where the reader will refuse it, in its turn."""
    try:
        return format_of(Content(path), source.encoding).has_sheets
    except InvalidInput:
        return False


def _fitting(study: StudyDefinition, source: SourceDefinition, path: Path) -> list[str]:
    """The sheets that have every column the study names, once renamed, joined and melted as it says."""
    named = {name for _, name in named_columns(study, source.id)}
    found = []
    with suppress(InvalidInput):  # a workbook that the reader will refuse
        for sheet, names in tables(Content(path), source).items():
            with suppress(InvalidInput):  # a sheet without a column that is renamed or joined
                if named <= {*shape_of(source.options).names(renamed(names, source.columns))}:
                    found.append(sheet)
    return found
