"""The quarantine as a CSV people mend and drop in again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from csi.definition import SourceDefinition
from csi.reading.content import Content
from csi.reading.encoding import guess_encoding
from csi.reading.reading import Reading

# Columns added in front of a delivery's own; a file that has them is a mended quarantine.
MARKS = ("csi_batch", "csi_line", "csi_column", "csi_value", "csi_reason", "csi_expected")
_HEAD = 64  # bytes that tell a quarantine from other files
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")
_NUMBER = re.compile(r"^[+-]?[\d.,]+([eE][+-]?\d+)?%?$")
_ESCAPED = re.compile(r"^'(?='*[=+\-@\t\r])")


def escaped(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; plain numbers stay as they are.

    What looks escaped already is escaped once more, so that ``unescaped`` gives back any cell as it was.
    """
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.match(cell) else cell


def unescaped(cell: str) -> str:
    """What ``escaped`` was given."""
    return _ESCAPED.sub("", cell)


def quarantine_csv(sha256: str, parts: Iterable[Reading], columns: Sequence[str]) -> Iterable[bytes]:
    """The quarantine in blocks of CSV (UTF-8 with mark, so that spreadsheets read it): one line per cell.

    A row's own cells follow the marks, so that the file can be mended and dropped in again.
    """
    yield "\ufeff".encode() + _line([*MARKS, *columns])
    for part in parts:
        own = {line: [_text(cell) for cell in row] for line, *row in part.spoiled.itertuples(name=None)}
        empty = [""] * len(columns)
        for cell in part.quarantine.itertuples(index=False, name=None):
            yield _line([sha256[:12], *(_text(value) for value in cell), *own.get(cell[0], empty)])


def is_mended(names: Sequence[str]) -> bool:
    """Whether a delivery is a quarantine CSV that comes back."""
    return set(MARKS[:2]) <= set(names)


def as_mended(source: SourceDefinition) -> SourceDefinition:
    """How a mended quarantine of this source is read: our own layout, the source's meaning."""
    return SourceDefinition(
        source.id,
        timezone=source.timezone,
        dates=source.dates,
        column_dates=source.column_dates,
        zones=source.zones,
        missing=source.missing,
        key=source.key,
        latest_by=source.latest_by,
        encoding="utf-8-sig",
        delimiter=None,
        decimal=source.decimal,
        header_row=1,
        columns=source.columns,
        options=source.options,
    )


def mended_bytes(content: bytes) -> bytes:
    """A mended quarantine without the escapes, each row once; rows whose own cells are still empty are left out."""
    text = content.decode(guess_encoding(content[: 1 << 20]), errors="replace").removeprefix("\ufeff")
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        cells = [unescaped(cell) for cell in row]
        own = (*cells[:2], *cells[len(MARKS) :])
        if own not in seen and any(cell.strip() for cell in own[2:]):
            seen.add(own)
            writer.writerow(cells)
    return out.getvalue().encode()


def without_escapes(path: Path, source: SourceDefinition) -> tuple[bytes | Path, SourceDefinition]:
    """A file and how it is read; of a mended quarantine its rows as they were before they were written."""
    opened = Content(path)
    first = opened.head(_HEAD).lstrip(b'\xef\xbb\xbf"')
    if not first.startswith(MARKS[0].encode()):
        return path, source
    content = opened.whole(opened.bounds.json_array_bytes, "a mended quarantine")
    return mended_bytes(content), as_mended(source)


def mended_lines(frame: pd.DataFrame) -> list[tuple[str, int]]:
    """Which lines of which deliveries (by the first 12 characters of their hash) a mended file puts right."""
    marks = frame[list(MARKS[:2])].dropna()
    marks = marks[marks[MARKS[1]].str.fullmatch(r"\d{1,9}")]
    pairs = zip(marks[MARKS[0]], marks[MARKS[1]], strict=True)
    return list(dict.fromkeys((str(batch), int(line)) for batch, line in pairs))


def _text(value: Any) -> str:
    return "" if pd.isna(value) else str(value)


def _line(cells: Sequence[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([escaped(cell) for cell in cells])
    return out.getvalue().encode()


def without_mended(readings: Sequence[Reading]) -> list[Reading]:
    """Deliveries without the rows that a later one brings back mended: these stand in for them."""
    told = [mended_of(one) for one in readings]
    every = {short for pairs in told for short in pairs}
    return [
        _without(one, [lines for pairs in told[place + 1 :] if (lines := pairs.get(one.sha256[:12])) is not None])
        if one.sha256[:12] in every
        else one
        for place, one in enumerate(readings)
    ]


def mended_of(reading: Reading) -> dict[str, list[int]]:
    """Which lines, by the beginning of the hash of the delivery they stand in, a reading puts right."""
    if not is_mended(reading.frame.columns.astype(str).tolist()):
        return {}
    found: dict[str, list[int]] = {}
    for short, line in mended_lines(reading.frame):
        found.setdefault(short, []).append(line)
    return found


def _without(reading: Reading, lines: Sequence[Sequence[int]]) -> Reading:
    gone = sorted({line for some in lines for line in some})
    frame = reading.frame[~reading.frame.index.isin(gone)]
    quarantine = reading.quarantine[~reading.quarantine["line"].isin(gone)]
    return replace(reading, frame=frame, quarantine=quarantine, mended=reading.mended + len(gone))
