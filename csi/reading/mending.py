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
from csi.errors import InvalidInput
from csi.reading.content import Content
from csi.reading.encoding import encoding_of, first_text, guess_encoding
from csi.reading.reading import Reading

# Columns added in front of a delivery's own; a file that has them is a mended quarantine.
MARKS = ("csi_batch", "csi_line", "csi_column", "csi_value", "csi_reason", "csi_expected")
_DELIMITER = ","
_FIRST_MARKS = re.compile(rf'\ufeff?"?{MARKS[0]}"?(?P<sign>[^"\w])"?{MARKS[1]}\b')
_FIRST_BYTES = 400  # enough for the first marks in any encoding
_WIDTHS = ("ascii", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
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


def encoding_of_mended(content: Content, stated: str | None) -> str:
    """What a quarantine that comes back as text is written in; empty where a delivery is none.

    The program that saved it may have taken another encoding than ours or the source's: by its own mark, as stated
    for the source, or as its letters tell, in this order.
    """
    head = content.head()
    if not any(MARKS[0].encode(encoding) in head[:_FIRST_BYTES] for encoding in _WIDTHS):
        return ""
    marked = guess_encoding(head[:4]) if head.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) else None
    for encoding in filter(None, (marked, stated, guess_encoding(head))):
        if _FIRST_MARKS.match(first_text(head[:_FIRST_BYTES], encoding_of(encoding, head))):
            return encoding
    return ""


def as_mended(source: SourceDefinition, encoding: str) -> SourceDefinition:
    """How a mended quarantine of this source is read: our own layout, the source's meaning."""
    return SourceDefinition(
        id=source.id,
        timezone=source.timezone,
        dates=source.dates,
        column_dates=source.column_dates,
        zones=source.zones,
        missing=source.missing,
        key=source.key,
        latest_by=source.latest_by,
        encoding=encoding,
        delimiter=_DELIMITER,
        decimal=source.decimal,
        header_row=1,
        columns=source.columns,
        options=source.options,
    )


def mended_bytes(content: Content, encoding: str) -> bytes:
    """A mended quarantine without the escapes, each row once; rows whose own cells are still empty are left out.

    Args:
        content: the file as it came back, parted by any sign that its first two marks stand around.
        encoding: what it is written in, and what is given back is.

    Raises:
        InvalidInput: it is a workbook, is too large, or holds bytes that are no text in its encoding.
    """
    if not encoding:
        reason = (
            "is a quarantine saved as a workbook. Expected it as CSV, as it was given out: save it so, then drop it."
        )
        raise InvalidInput("file", f"{content.filename} {reason}")
    text = _decoded(content, encoding).removeprefix("\ufeff")
    told = _FIRST_MARKS.match(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=told["sign"] if told else _DELIMITER)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=_DELIMITER, lineterminator="\n")
    seen: set[tuple[str, ...]] = set()
    marks = 0  # columns that are none of the delivery's own: the first two of the marks are enough
    for row in rows:
        cells = [unescaped(cell) for cell in row]
        marks = marks or sum(cell in MARKS for cell in cells)
        own = (*cells[:2], *cells[marks:])
        if own not in seen and any(cell.strip() for cell in own[2:]):
            seen.add(own)
            writer.writerow(cells)
    return out.getvalue().encode(encoding)


def _decoded(content: Content, encoding: str) -> str:
    whole = content.whole(content.bounds.json_array_bytes, "a mended quarantine")
    try:
        return whole.decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        reason = (
            f"line {line}: holds bytes that are no {encoding}. Expected the whole file in one encoding, such as UTF-8."
        )
        raise InvalidInput("encoding", f"{content.filename} {reason}") from error


def without_escapes(path: Path, source: SourceDefinition) -> tuple[bytes | Path, SourceDefinition]:
    """A file and how it is read; of a mended quarantine its rows as they were before they were written."""
    opened = Content(path)
    encoding = encoding_of_mended(opened, source.encoding)
    return (mended_bytes(opened, encoding), as_mended(source, encoding)) if encoding else (path, source)


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
