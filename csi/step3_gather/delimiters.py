"""The first rows of a delimited text: its encoding, its delimiter, its cells."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

from csi.definition import SourceDefinition
from csi.step3_gather.bounds import MEGABYTE, refuse
from csi.step3_gather.content import Content
from csi.step3_gather.encoding import encoding_of
from csi.step3_gather.grid import Grid

_CANDIDATES = (",", ";", "\t", "|")
_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class TextSample:
    """What the first megabyte of a delimited text shows."""

    encoding: str
    delimiter: str
    grid: Grid


def sample(content: Content, source: SourceDefinition) -> TextSample:
    """Decode the head of a text and split it into cells.

    Raises:
        InvalidInput: a line is endless, or the encoding stated does not fit.
    """
    head = content.head(content.bounds.line_bytes + MEGABYTE)
    encoding = encoding_of(source.encoding, head)
    text = _decoded(head, encoding)
    text = text.removeprefix("\ufeff")
    _check_line(content, head, text)
    delimiter = source.delimiter or _guess_delimiter(text)
    return TextSample(encoding, delimiter, _grid(text, delimiter))


def _decoded(head: bytes, encoding: str) -> str:
    """The head as text; a character cut in half at its end is left out."""
    try:
        return head.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4:
            return head[: error.start].decode(encoding)
        return head.decode(encoding, errors="replace")


def _check_line(content: Content, head: bytes, text: str) -> None:
    first = min((place for mark in "\r\n" if (place := text.find(mark)) >= 0), default=len(text))
    if first == len(text) and len(head) > content.bounds.line_bytes:
        raise refuse(content.filename, "has a first line that does not end within 1 MB. Is this a table?")


def _guess_delimiter(text: str) -> str:
    """The candidate that splits most lines into the same number of cells, above one."""
    lines = text[:200_000]
    scores = {candidate: _score(lines, candidate) for candidate in _CANDIDATES}
    best = max(scores, key=lambda candidate: scores[candidate])
    return best if scores[best] > 0 else ","


def _score(text: str, delimiter: str) -> float:
    rows = _cells(text, delimiter, limit=300).rows
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return 0
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (count / sum(widths.values())) * (1 + width / 1000) if width > 1 else 0


def _grid(text: str, delimiter: str) -> Grid:
    return _cells(text, delimiter, limit=_ROWS)


def _cells(text: str, delimiter: str, limit: int) -> Grid:
    """Rows of cells; a last line that may be cut in half is left out when there are others."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    start = 1
    try:
        for row in reader:
            rows.append(row)
            lines.append(start)
            start = reader.line_num + 1
            if len(rows) > limit:
                break
    except csv.Error:
        # A cell above the parser's limit: what came before is enough to see the layout.
        return Grid(rows, lines)
    if len(rows) > 1 and len(text) > MEGABYTE:
        rows, lines = rows[:-1], lines[:-1]
    return Grid(rows, lines)
