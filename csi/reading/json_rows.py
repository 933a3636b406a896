"""JSON lines and JSON arrays as text cells: nested objects become dotted columns."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading import json_paths
from csi.reading.bounds import refuse
from csi.reading.chunk import Chunk, Rejected, text_table
from csi.reading.content import Content, Format
from csi.reading.encoding import encoding_of
from csi.reading.json_tables import table_in
from csi.reading.utf8_lines import Utf8Lines

_ROWS_AT_ONCE = 20_000
_DEPTH = 4
_SHOWN = 8
_EXPECTED_LINE = "one JSON object a line"
_EXPECTED_ITEM = "an object with a name for each value"
Record = tuple[int, Any, str]


def sample(content: Content, kind: Format, rows: int, source: SourceDefinition) -> Mapping[str, list[str]]:
    """The first records by column, as text; the columns are those of every record, as many leave out what is null."""
    flat: list[dict[str, str | None]] = []
    columns: dict[str, None] = {}
    for _, record, bad in _records(content, kind, source):
        if not bad and len(flat) < rows:
            flat.append(flatten(record))
            columns |= dict.fromkeys(flat[-1])
        elif not bad:
            columns |= dict.fromkeys(_names(record))
        if len(columns) > content.bounds.columns:
            break
    if not columns:
        raise refuse(
            content.filename, f"holds no record with a value. Expected {_EXPECTED_LINE}, or an array of objects."
        )
    return {name: [record.get(name) or "" for record in flat] for name in columns}


def chunks(content: Content, kind: Format, columns: Sequence[str], source: SourceDefinition) -> Iterator[Chunk]:
    """The records in order; ``line`` is the line of a JSON line, the number of an array's item."""
    records = _records(content, kind, source)
    expected = _EXPECTED_LINE if kind is Format.JSON_LINES else _EXPECTED_ITEM
    while block := list(islice(records, _ROWS_AT_ONCE)):
        rejected = [Rejected(line, "", _shown(record), bad, expected) for line, record, bad in block if bad]
        flat = [(line, flatten(record)) for line, record, bad in block if not bad]
        text = {name: [record.get(name) for _, record in flat] for name in columns}
        lines = np.array([line for line, _ in flat], dtype="int64")
        yield Chunk(text_table(text, source.missing), lines, rejected).without_spacers()


def not_json(error: ValueError | RecursionError) -> str:
    """Why a text is not read as JSON, in words of its own where Python's tell of Python."""
    if isinstance(error, json.JSONDecodeError | UnicodeError):
        return str(error)
    return "it is nested too deeply" if isinstance(error, RecursionError) else "a number in it is too long"


def flatten(record: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> dict[str, str | None]:
    """One record as dotted names and text: ``{"a": {"b": 1}}`` gives ``{"a.b": "1"}``."""
    cells: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, Mapping) and depth > 1:
            cells |= flatten(value, f"{prefix}{name}.", depth - 1)
        else:
            cells[f"{prefix}{name}"] = _cell(value)
    return cells


def _names(record: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> Iterator[str]:
    """The dotted names ``flatten`` gives."""
    for name, value in record.items():
        if isinstance(value, Mapping) and depth > 1:
            yield from _names(value, f"{prefix}{name}.", depth - 1)
        else:
            yield f"{prefix}{name}"


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _shown(record: Any) -> str:
    return record if isinstance(record, str) else json.dumps(record, ensure_ascii=False)


def _records(content: Content, kind: Format, source: SourceDefinition) -> Iterator[Record]:
    """Line or number, record, and what is wrong with it (empty: nothing)."""
    if kind is Format.JSON_LINES:
        yield from _json_lines(content, source)
        return
    for number, item in enumerate(rows_in(_document(content, source), source.options.get("rows", "")), start=1):
        yield number, item, "" if isinstance(item, Mapping) else "not an object"


def _json_lines(content: Content, source: SourceDefinition) -> Iterator[Record]:
    encoding = encoding_of(source.encoding, content.head())
    with content.open() as raw:
        stream = Utf8Lines(raw, content, encoding)
        rest = b""
        line = 0
        while block := stream.read(1 << 20):
            *whole, rest = (rest + block).split(b"\n")
            for text in whole:
                line += 1
                yield from _one_line(line, text)
        yield from _one_line(line + 1, rest)


def _one_line(line: int, text: bytes) -> Iterator[Record]:
    bare = text.strip()
    if not bare:
        return
    try:
        record = _loaded(bare)
    except (ValueError, RecursionError) as error:
        yield line, bare.decode("utf-8", "replace"), f"not JSON{_where(error)}"
        return
    yield line, record, "" if isinstance(record, Mapping) else "not an object"


def _loaded(text: bytes) -> Any:
    """JSON as values; half a surrogate pair, which is no character, becomes a question mark."""
    found = json.loads(text)
    if b"\\ud" in text.lower():
        found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    return found


def _document(content: Content, source: SourceDefinition) -> Any:
    text = content.whole(content.bounds.json_array_bytes, "one JSON document; write one object a line instead")
    encoding = encoding_of(source.encoding, text)
    try:
        return _loaded(text.decode(encoding).removeprefix("\ufeff").encode())
    except (ValueError, RecursionError) as error:
        reason = f"is not JSON{_where(error)}. Expected an array of objects, or one object a line."
        raise refuse(content.filename, reason) from error


def _where(error: Exception) -> str:
    """The place of a mistake, as people count."""
    if isinstance(error, json.JSONDecodeError):
        return f": {error.msg.lower()} at character {error.colno}" + (f" of line {error.lineno}" * (error.lineno > 1))
    return ": it is nested too deeply" if isinstance(error, RecursionError) else f": {error}"


def rows_in(document: Any, path: str) -> list[Any]:
    """The list of records in a document: at a JMESPath, else the document itself or its only list of objects.

    Raises:
        InvalidInput: there is no list there, or several could be meant.
    """
    if path:
        found = json_paths.find(path, document, "rows")
    else:
        found = _of_object(document) if isinstance(document, Mapping) else document
    if not isinstance(found, list):
        where = f"at ‘{path}’" if path else "in the document"
        reason = f"There is no list of records {where}. Expected a JMESPath to it, such as data.items."
        raise InvalidInput("rows", reason)
    return found


def _of_object(document: Mapping[str, Any]) -> list[Any] | None:
    """The rows of a table that is written by column, by row or as names and lists; else the only list."""
    rows = table_in(document)
    return _only_list(document) if rows is None else rows


def _only_list(document: Mapping[str, Any]) -> list[Any] | None:
    """The only list of a document, of several the one that holds objects; without any, the document is the record.

    Lists on top come before those below.
    """
    on_top = {name: value for name, value in document.items() if isinstance(value, list)}
    lists = on_top or dict(_lists(document))
    records = {path: items for path, items in lists.items() if any(isinstance(item, Mapping) for item in items)}
    if len(records) > 1:
        names = ", ".join(sorted(records)[:_SHOWN])
        raise InvalidInput("rows", f"There are several lists of records: {names}. Expected one of them alone.")
    if records or len(on_top) == 1:
        return next(iter((records or on_top).values()))
    is_empty = len(lists) == 1 and not any(lists.values())
    return None if on_top else [] if is_empty else [document]


def _lists(value: Mapping[str, Any], prefix: str = "", depth: int = _DEPTH) -> Iterator[tuple[str, list[Any]]]:
    """Every list below an object, under its dotted path; what lies inside lists is not looked into."""
    for name, inner in value.items():
        if isinstance(inner, list):
            yield f"{prefix}{name}", inner
        elif isinstance(inner, Mapping) and depth > 1:
            yield from _lists(inner, f"{prefix}{name}.", depth - 1)
