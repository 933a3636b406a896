"""The slow way through a delimited text, for one whose quotes do not close: each line is looked at by itself."""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice

import numpy as np

from csi.reading.chunk import Chunk, Rejected, cells_told, text_table
from csi.reading.content import Content
from csi.reading.dialect import Dialect
from csi.reading.no_observation import is_no_record
from csi.reading.utf8_lines import Utf8Lines

_ROWS_AT_ONCE = 50_000
_BLOCK = 1024 * 1024
_LINE_END = re.compile(r"\r\n|\r|\n")
# A cell of more lines than this is taken for a quote that was opened by mistake; after many mistakes sooner.
_LINES_IN_A_CELL = 100
_PATIENCE = 500
Line = tuple[int, str]


def chunks(content: Content, dialect: Dialect, from_line: int) -> Iterator[Chunk]:
    """The records from a physical line on, in file order."""
    with content.open() as raw:
        stream = Utf8Lines(raw, content, dialect.encoding)
        lines = (line for line in _physical(stream) if line[0] >= from_line)
        records = _records(lines, dialect.delimiter)
        while block := list(islice(records, _ROWS_AT_ONCE)):
            yield _chunk(block, dialect)


def is_open(content: Content, dialect: Dialect, from_line: int) -> bool:
    """Whether the record that begins on a line, the last one, has a quote that never closes."""
    with content.open() as raw:
        stream = Utf8Lines(raw, content, dialect.encoding)
        text = "\n".join(text for number, text in _physical(stream) if number >= from_line)
    return _is_open(text, dialect.delimiter)


def _physical(stream: Utf8Lines) -> Iterator[Line]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest, number = "", 1
    while block := stream.read(_BLOCK):
        text = rest + decoder.decode(block)
        # a \r at the end may be half of \r\n
        cut = len(text) - 1 if text.endswith("\r") else len(text)
        *whole, last = _LINE_END.split(text[:cut])
        for line in whole:
            yield number, line
            number += 1
        rest = last + text[cut:]
    if rest:
        yield from enumerate(_LINE_END.split(rest.removesuffix("\r")), start=number)


def _records(lines: Iterator[Line], delimiter: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Line, cells (None: a quote opens and does not close) and text of each record."""
    waiting: deque[Line] = deque()
    mistakes = 0
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        number, text = line
        if '"' not in text:
            yield number, text.split(delimiter), text
            continue
        most = _LINES_IN_A_CELL if mistakes < _PATIENCE else 2
        taken = _to_its_end(line, waiting, lines, delimiter, most)
        joined = "\n".join(one for _, one in taken)
        if _is_open(joined, delimiter):
            mistakes += 1
            waiting.extendleft(reversed(taken[1:]))
            yield number, None, text
        else:
            yield number, next(csv.reader(joined.splitlines(keepends=True), delimiter=delimiter), []), joined


def _to_its_end(first: Line, waiting: deque[Line], lines: Iterator[Line], delimiter: str, most: int) -> list[Line]:
    """The lines of one record, as far as its open quote reaches."""
    taken, joined = [first], first[1]
    while len(taken) < most and _is_open(joined, delimiter):
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        joined += "\n" + following[1]
    return taken


def _is_open(text: str, delimiter: str) -> bool:
    """Whether a quote that opened a cell is still open at the end."""
    try:
        list(csv.reader(text.split("\n"), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False


def _chunk(block: list[tuple[int, list[str] | None, str]], dialect: Dialect) -> Chunk:
    width = len(dialect.names)
    kept: list[tuple[int, list[str]]] = []
    rejected: list[Rejected] = []
    expected = f"{cells_told(width)}, as in the header"
    for line, cells, text in block:
        if cells is None:
            rejected.append(Rejected(line, "", text, "a quote opens here and does not close", expected))
        elif not any(cell.strip() for cell in cells):
            continue
        elif len(cells) >= width and not any(cell.strip() for cell in cells[width:]):
            kept.append((line, cells[:width]))
        else:
            is_row = not is_no_record(cells, width)
            rejected.append(Rejected(line, "", text, cells_told(len(cells)), expected, is_row))
    columns = {name: [cells[place] for _, cells in kept] for place, name in enumerate(dialect.names)}
    lines = np.array([line for line, _ in kept], dtype="int64")
    return Chunk(text_table(columns, dialect.missing), lines, rejected)
