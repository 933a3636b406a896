r"""Cells whose quotes are written ``\"``: read as they were meant, and nothing else is touched."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.reading.escaped_quotes import DoubledQuotes, are_escaped
from csi.reading.readers import read


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (rb"a,b" + b"\n" + rb'1,"he said \"no, never\", ok"', True),
        (rb'"\"hi\" there";2', True),
        (rb'1,"C:\temp\",ok', False),  # the cell ends with a backslash
        (rb'1,"C:\temp\"' + b"\n", False),
        (rb'1,"C:\temp\""" is it"', False),  # doubled behind a backslash
        (rb"1,12\" pipe", False),  # no quote opens the cell
        (rb'{"a": "he said \"no\" twice"}', False),
        (rb'1,"no backslash"', False),
    ],
)
def test_escapes_are_told_by_what_follows_them(head: bytes, expected: bool):
    assert are_escaped(head) is expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, -1])
def test_quotes_are_doubled_wherever_a_block_ends(size: int):
    stream, given = DoubledQuotes(io.BytesIO(rb'"a \"b\" c:\\","\\\"d"')), b""
    while block := stream.read(size):
        given += block
    assert given == rb'"a ""b"" c:\\","\\""d"'


def test_a_file_with_escaped_quotes_keeps_rows_and_lines(tmp_path: Path):
    path = tmp_path / "t.csv"
    rows = [rf'T{number},2025-01-{number:02},"he said \"no, never\", ok"' for number in range(1, 10)]
    path.write_text("\n".join(["No,Opened,Text", *rows, 'T10,soon,"a \\"b\\", c"']), encoding="utf-8")
    found = read(path, SourceDefinition(id="s"), moments=["Opened"], numbers=[])
    assert (len(found.frame), found.frame["Text"].iloc[0]) == (9, 'he said "no, never", ok')
    assert found.quarantine["line"].tolist() == [11]
