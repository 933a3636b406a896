r"""Cells whose quotes are written ``\"``, or ``="…"``: read as they were meant, and nothing else is touched."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.reading.readers import read
from csi.reading.spelt_quotes import DoubledQuotes, PlainTexts, are_escaped, respelt


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


def test_a_file_with_spelt_quotes_keeps_rows_and_lines(tmp_path: Path):
    path = tmp_path / "t.csv"
    rows = [rf'T{number},2025-01-{number:02},"he said \"no, never\", ok"' for number in range(1, 10)]
    path.write_text("\n".join(["No,Opened,Text", *rows, 'T10,soon,"a \\"b\\", c"']), encoding="utf-8")
    found = read(path, SourceDefinition(id="s"), moments=["Opened"], numbers=[])
    assert (len(found.frame), found.frame["Text"].iloc[0]) == (9, 'he said "no, never", ok')
    assert found.quarantine["line"].tolist() == [11]


@pytest.mark.parametrize(
    ("head", "given"),
    [
        (b'="0042",1\n2,="7"\r\n', b'"0042",1\n2,"7"\r\n'),
        (b'"=""0042""";"=""a, b"""\n', b'"0042";"a, b"\n'),
        (b'a=="x",1\n', b'a=="x",1\n'),
        (b'="x"y,1\n', b'="x"y,1\n'),
        (b'="",3', b'"",3'),
        (b'=A2&"x",3\n', b'=A2&"x",3\n'),
    ],
)
@pytest.mark.parametrize("size", [1, 5, -1])
def test_a_formula_that_is_a_text_is_the_text(head: bytes, given: bytes, size: int):
    stream, found = PlainTexts(io.BytesIO(head)), b""
    while block := stream.read(size):
        found += block
    assert found == given
    assert respelt(head) is (PlainTexts if given != head else None)


def test_numbers_and_keys_kept_as_text_for_a_spreadsheet_are_read(tmp_path: Path):
    rows = [f'"=""00{number:02}""",2025-01-{number:02},="1{number:02}.5",\'{number}\n' for number in range(1, 10)]
    (path := tmp_path / "t.csv").write_text("No,Opened,Calls,Apart\n" + "".join(rows), encoding="utf-8")
    found = read(path, SourceDefinition(id="s"), moments=["Opened"], numbers=["Calls", "Apart"])
    assert found.frame["No"].tolist()[0] == "0001"
    assert (found.frame["Calls"].sum(), found.frame["Apart"].sum()) == (949.5, 45)
    assert found.quarantine.empty
