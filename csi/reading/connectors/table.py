"""Rows as a CSV file, so that a collected delivery is read like a dropped one: same rows, same bytes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.bounds import DEFAULT, Bounds, check_columns, megabytes
from csi.reading.columns import usable_names

# How the files written here are to be read; nothing is left to detect.
_FORM: dict[str, Any] = {"encoding": "utf-8", "delimiter": ",", "decimal": ".", "header_row": 1, "sheet": None}
# How a value is written, by its kind; the first that fits (a moment is a date, too).
_SHOWN: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _: ""),
    (bool, lambda value: "true" if value else "false"),
    (Decimal, lambda value: format(value, "f")),
    (datetime, lambda value: value.isoformat(sep=" ")),
    (date | time, lambda value: value.isoformat()),
    (bytes | bytearray | memoryview, lambda value: bytes(value).hex()),
)


def as_delivered(source: SourceDefinition) -> SourceDefinition:
    """How a collected delivery is read: queries and Prometheus give files of the form written here."""
    if source.prometheus:
        return replace(source, dates="iso", **_FORM)
    return replace(source, **_FORM) if source.sql else source


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]], bounds: Bounds = DEFAULT) -> int:
    """Write rows to a file; gives how many there were.

    Raises:
        InvalidInput: there are more columns, rows or bytes than are read.
    """
    check_columns("The answer", len(columns), bounds)
    with path.open("w", encoding="utf-8", newline="") as stream:
        counted = _Counted(stream, bounds)
        writer = csv.writer(counted, lineterminator="\n")
        writer.writerow(usable_names(columns))
        number = 0
        for number, row in enumerate(rows, start=1):
            if number > bounds.rows:
                raise InvalidInput("rows", f"There are more than {bounds.rows:,} rows. Ask for less at a time.")
            writer.writerow([cell(value) for value in row])
    return number


class _Counted:
    """A stream that takes no more than a delivery may hold."""

    def __init__(self, stream: TextIO, bounds: Bounds) -> None:
        self._stream = stream
        self._most = bounds.file_bytes
        self._seen = 0

    def write(self, text: str) -> int:
        """Write on, within the bound; characters are counted, which are bytes but for rare ones."""
        self._seen += len(text)
        if self._seen > self._most:
            raise InvalidInput("rows", f"There are more than {megabytes(self._most)}. Ask for less at a time.")
        return self._stream.write(text)


def cell(value: Any) -> str:
    """One value as text; nothing for null."""
    for kind, shown in _SHOWN:
        if isinstance(value, kind):
            return shown(value)
    return str(value).replace("\x00", "")
