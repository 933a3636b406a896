"""The first rows of a delimited text: its encoding, its delimiter, its cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from csi.definition import SourceDefinition
from csi.reading.bounds import MEGABYTE, refuse
from csi.reading.content import Content
from csi.reading.encoding import HIVE, encoding_of, first_text
from csi.reading.grid import Grid

_COMMON = (",", ";", "\t", "|")
# Seen in exports, and in prose: taken only where they part nearly every line alike.
_SELDOM = ("^", "~", "¤", "§", "¦", "\x1f", HIVE)
# Two or three signs between names.
_SEVERAL = re.compile(r"(?<=[\w\")])([^\w\s\"'()\[\]]{2,3})(?=[\w\"(])")
_PLAIN = 0.9
_ALIGNED = re.compile(r"\S {2,}(?=\S)")
_LETTER = re.compile(r"[^\W\d_]")
_ROWS = 2_000
# The first line with which Excel is told the delimiter.
_SAID = re.compile(r'"?sep=(.)"?[,;\t]*(?:\r\n|\r|\n)', re.IGNORECASE)


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
    encoding = encoding_of(source.encoding, head, source.delimiter)
    text = first_text(head, encoding)
    _check_line(content, head, text)
    said = _SAID.match(text)
    delimiter = source.delimiter or (said[1] if said else _guess_delimiter(content, text))
    grid = _cells(text, delimiter, limit=_ROWS)
    return TextSample(encoding, delimiter, Grid(grid.rows[1:], grid.lines[1:]) if said else grid)


def _check_line(content: Content, head: bytes, text: str) -> None:
    first = min((place for mark in "\r\n" if (place := text.find(mark)) >= 0), default=len(text))
    if first == len(text) and len(head) > content.bounds.line_bytes:
        raise refuse(content.filename, "has a first line that does not end within 1 MB. Is this a table?")


def _guess_delimiter(content: Content, text: str) -> str:
    """The candidate that splits most lines into the same number of cells, above one."""
    lines = text[:200_000]
    scores = {candidate: _score(lines, candidate) for candidate in (*_COMMON, *_SELDOM)}
    best = max(scores, key=lambda candidate: scores[candidate] * (candidate in _COMMON or scores[candidate] > _PLAIN))
    if scores[best] > _PLAIN:
        return best
    if _is_parted(lines, ":"):
        return ":"
    if several := _several(lines):
        told = f"has {several!r} between its cells, and one sign is expected. Save it with a comma or a tab there."
        raise refuse(content.filename, told)
    if _is_aligned(lines):
        reason = "has its columns aligned by blanks, with no delimiter. Save it as CSV, a comma or tab between cells."
        raise refuse(content.filename, reason)
    return best if scores[best] > 0 and best in _COMMON else ","


def _is_parted(text: str, delimiter: str) -> bool:
    """Whether a character that also stands in times and addresses parts every line, and names in the first."""
    rows = [row for row in _cells(text, delimiter, limit=300).rows if any(row)]
    widths = {len(row) for row in rows}
    return len(rows) > 1 and len(widths) == 1 and widths != {1} and all(map(_LETTER.search, rows[0]))


def _several(text: str) -> str:
    """The two or three signs that part nearly every line into as many cells as the first; empty: none do."""
    lines = [line for line in text.splitlines()[:300] if line.strip()]
    marks = set(_SEVERAL.findall(lines[0])) if len(lines) > 2 else set()
    mark = marks.pop() if len(marks) == 1 else ""
    counts = [line.count(mark) for line in lines] if mark else []
    return mark if counts and sum(count == counts[0] for count in counts) >= _PLAIN * len(counts) else ""


def _is_aligned(text: str) -> bool:
    """Whether runs of blanks stand where a delimiter would, in nearly every line and as many in each."""
    lines = [line for line in text.splitlines()[:300] if line.strip()]
    gaps = Counter(len(_ALIGNED.findall(line.strip())) for line in lines)
    most, count = max(gaps.items(), key=lambda item: item[1], default=(0, 0))
    return len(lines) > 2 and most > 0 and count >= _PLAIN * len(lines)


def _score(text: str, delimiter: str) -> float:
    rows = _cells(text, delimiter, limit=300).rows
    widths = Counter(len(row) for row in rows if any(row))
    if not widths:
        return 0
    width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    return (count / sum(widths.values())) * (1 + width / 1000) if width > 1 else 0


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
