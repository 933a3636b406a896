"""Deliveries made to hurt, or by mistake: refused in seconds with a sentence."""

from __future__ import annotations

import gzip
import io
import re
import time
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.bounds import Bounds, megabytes
from csi.reading.content import Content
from csi.reading.extent import Extent
from csi.reading.layout import guess
from csi.reading.readers import read, stream
from tests.reading.workbooks import ods, sheet_xml, xlsx

_SOURCE = SourceDefinition(id="s")
_SECONDS = 8


@contextmanager
def refused(match: str) -> Iterator[None]:
    started = time.perf_counter()
    with pytest.raises(InvalidInput, match=match):
        yield
    assert time.perf_counter() - started < _SECONDS


_CELL = '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def _read(content: bytes | Path, **more: object) -> object:
    return read(content, _SOURCE, moments=[], numbers=[], filename="drop.csv", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "drop.csv is empty. Expected a header row"),
        (b"  \n \n", "holds nothing but blanks"),
        (b"%PDF-1.7 ...", "drop.csv is a PDF. Expected CSV, TSV, XLSX"),
        (b"\x89PNG\r\n\x1a\n....", "is a picture"),
        (b"\xd0\xcf\x11\xe0....", "old Excel workbook"),
        (b"\xd0\xcf\x11\xe0...." + b"." * 1_500_000 + _LOCKED, "protected by a password; save it without one"),
        (b"<!DOCTYPE html><html>", "is a web page or XML"),
        (b"\n<table><tr><td>a</td><td>b</td></tr></table>", "is a web page or XML"),
        (b"\xef\xbb\xbf", "holds nothing but blanks"),
        (gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0), "is gzipped twice; unpack it once"),
        (b"BZh91AY....", "packed by bzip2"),
        (b"\xfd7zXZ\x00....", "packed by xz"),
        (xlsx(Data=sheet_xml([])), "holds nothing in its sheet ‘Data’. Expected a header row"),
        (bytes(range(256)) * 8, "no text in any encoding tried. Is it a table"),
        (b"\x1f\x8bnot really gzip", "broken gzip"),
        (gzip.compress(b"a,b\n1,2\n" * 1000, mtime=0)[:40], "broken gzip"),
        (b"PK\x03\x04 broken", "broken workbook or zip"),
        (b"PAR1 nothing", "broken Parquet"),
        (b'{"a": 1', "is not JSON"),
        (b"[1, 2", "is not JSON"),
        (b"[]", "holds no record"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_table_is_said(content: bytes, says: str) -> None:
    with refused(says):
        _read(content)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        ("table.csv", "is a zip archive; drop the table inside"),
        ("word/document.xml", "is a Word document. Expected CSV"),
        ("xl/workbook.bin", "binary Excel workbook .* save it as .xlsx"),
        ("Index/Document.iwa", "is an Apple document; export it"),
    ],
)
def test_a_zip_of_something_else_is_refused(part: str, says: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "a,b\n1,2\n")
    with refused(says):
        _read(out.getvalue())


def test_a_file_above_the_limit_names_the_limit() -> None:
    with refused("has 2 MB; at most 1 MB are read"):
        _read(b"a,b\n" + b"1,2\n" * 500_000, bounds=Bounds(file_bytes=1_000_000))


def _zeros(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"0,0\n" * (1 << 18)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


def test_a_gzip_that_never_ends_is_refused() -> None:
    bomb = _zeros(100)
    with refused("unfolds more than 200-fold"):
        _read(bomb)
    with refused("unfolds to more than 20 MB"):
        _read(bomb, bounds=Bounds(ratio=10**6, unpacked_bytes=20_000_000))


def test_gzip_members_chained_without_end_are_refused() -> None:
    bomb = gzip.compress(b"1,2\n" * 200_000) * 900
    with refused("unfolds more than 200-fold"):
        _read(bomb)


def test_a_line_of_100_megabytes_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as out:
        out.write(b"a,b\n1,2\n3,")
        for _ in range(100):
            out.write(b"x" * (1 << 20))
        out.write(b"\n")
    with refused("a line of more than 1 MB at line 3"):
        _read(path)


def test_a_first_line_of_100_megabytes_is_refused() -> None:
    with refused("first line that does not end"):
        _read(b"x" * (100 << 20))


def test_ten_thousand_columns_are_refused() -> None:
    header = ",".join(f"c{n}" for n in range(10_000))
    row = ",".join("1" for _ in range(10_000))
    with refused("has 10,000 columns; at most 1,000"):
        _read(f"{header}\n{row}\n".encode())


def test_a_workbook_that_unfolds_without_end_is_refused() -> None:
    bomb = xlsx(Data=sheet_xml([["a", "b"], [1, "x" * (40 << 20)]]))
    with refused("unfolds to more than 32 MB"):
        _read(bomb, bounds=Bounds(sheet_bytes=32_000_000))


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    book = bytearray(xlsx(Data=sheet_xml([["a", "b"], [1, "x" * 1_000_000]])))
    honest = len(sheet_xml([["a", "b"], [1, "x" * 1_000_000]])).to_bytes(4, "little")
    assert book.count(honest) >= 1
    lying = bytes(book).replace(honest, (100).to_bytes(4, "little"))
    with refused("broken or encrypted workbook"):
        _read(lying)


def test_a_sheet_with_a_million_empty_rows_is_refused() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(3, 1_000_001))
    sheet = sheet_xml([["a", "b"], [1, 2]]).replace("</sheetData>", rows + "</sheetData>")
    with refused("a sheet of .* rows, empty ones included; at most 300,000"):
        _read(xlsx(Data=sheet))


def test_a_sheet_with_one_cell_in_its_last_corner_is_refused() -> None:
    sheet = sheet_xml([["a", "b"], [1, 2]]).replace(
        "</sheetData>", '<row r="3"><c r="XFD3"><v>1</v></c></row></sheetData>'
    )
    with refused("has a cell in column 16,384"):
        _read(xlsx(Data=sheet))
    rowless = sheet_xml([["a", "b"], [1, 2]]).replace(
        "</sheetData>", '<row><c r="B1048576"><v>1</v></c></row></sheetData>'
    )
    with refused("1,048,576 rows"):
        _read(xlsx(Data=rowless))


@pytest.mark.parametrize("place", ["ALL99000", "all99000", "CV299999"])
def test_a_sheet_of_two_cells_that_spans_millions_is_refused(place: str) -> None:
    """The library makes a cell of every place between them, and ends the process where memory does not suffice."""
    far = f"</row><row><c  r ='{place}'><v>1</v></c></row></sheetData>"
    sheet = sheet_xml([["a", "b"], [1, 2]]).replace("</row></sheetData>", far)
    with refused("rows by .* columns, empty ones included; at most 6,000,000 cells"):
        _read(xlsx(Data=sheet))


def test_a_far_cell_across_two_pieces_of_a_sheet_is_seen() -> None:
    start = sheet_xml([["a", "b"], [1, 2]]).removesuffix("</sheetData></worksheet>")
    for gap in range(6):
        filler = f"<!--{'x' * ((1 << 20) - len(start) - 24 - gap)}-->"
        cell = '<row r="3"><c r="ALL99000"><v>1</v></c></row></sheetData></worksheet>'
        with refused("99,000 rows by 1,000 columns"):
            _read(xlsx(Data=start + filler + cell))


def test_a_sheet_of_as_many_rows_as_are_read_is_counted_once() -> None:
    rows = [["at", "n"], *(["2026-01-01", n] for n in range(30_000))]
    bounds = Bounds(sheet_rows=30_001, sheet_cells=60_002)
    assert len(_read(xlsx(Data=sheet_xml(rows)), bounds=bounds).frame) == 30_000


def using(places: Sequence[int]) -> str:
    """A sheet of two columns: a number, and one of the shared texts."""
    rows = (
        f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="B{row}" t="s"><v>{place}</v></c></row>'
        for row, place in enumerate(places, 2)
    )
    return sheet_xml([["n", "text"]]).replace("</sheetData>", "".join(rows) + "</sheetData>")


@pytest.mark.parametrize("text", ["x" * 1_000_000, "x" * 500_000 + "<!-- <si> -->" + "x" * 500_000])
def test_a_text_shared_by_thousands_of_cells_is_counted_as_often_as_it_is_used(text: str) -> None:
    """The library writes it out in every cell, and ends the process where memory does not suffice."""
    with refused("holds 5,000 MB of repeated texts; at most 256 MB are read"):
        _read(xlsx(texts=["short", text], Data=using([1] * 5_000)))


def test_a_long_text_used_once_among_many_short_ones_is_read() -> None:
    found = _read(xlsx(texts=["short", "x" * 32_000], Data=using([0, 1, *[0] * 10_000])))
    assert (len(found.frame), found.frame["text"].str.len().max()) == (10_002, 32_000)


def test_an_ods_cell_repeated_a_million_times_is_refused() -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1"><text:p>1</text:p></table:table-cell>'
    wide = cell.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16000"')
    with refused("repeats a cell 16,000 times"):
        _read(ods(f"<table:table-row>{wide}</table:table-row>"))
    with refused("1,000,000 rows"):
        _read(ods(f'<table:table-row table:number-rows-repeated="1000000">{cell}{cell}</table:table-row>'))


@pytest.mark.parametrize(
    ("place", "says"),
    [("ALL299999", "299,999 rows by 1,000 columns"), ("ZZ90000", "90,000 rows by 702"), ("AB299999", "by 28 columns")],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_sheet_of_few_cells_that_spans_millions_is_refused(place: str, says: str, named: bool) -> None:
    number = "".join(sign for sign in place if sign.isdigit())
    row = f'<row r="{number}">' if named else "<row>"
    sheet = sheet_xml([["a", "b"], [1, 2]]).replace(
        "</sheetData>", f'{row}<c r="{place}"><v>1</v></c></row></sheetData>'
    )
    with refused(f"{says}.* at most 6,000,000 cells"):
        _read(xlsx(Data=sheet))


def test_a_sheet_whose_xml_is_broken_is_refused() -> None:
    with refused("is a broken workbook. Expected one that a spreadsheet program opens"):
        _read(xlsx(Data=sheet_xml([["a", "b"], [1, 2]]).replace("<t>a", "<t>&nobody;")))


def test_a_cell_of_endless_lines_is_refused() -> None:
    with refused("more than 1,000 rows that cannot be read, as line .*: ‘x’ – 1 cell; expected 2 cells"):
        _read(b'a,b\n1,"' + b"x\n" * 5_000_000, bounds=Bounds(unreadable_rows=1_000))


def test_a_wrong_mapping_of_a_large_file_is_refused_with_an_example() -> None:
    text = b"a,b\n" + b"1,soon\n" * 5_000
    with refused("more than 1,000 rows that cannot be read, as line .*, b: ‘soon’ – not a moment; expected a moment"):
        read(text, _SOURCE, moments=["b"], numbers=[], filename="d.csv", bounds=Bounds(unreadable_rows=1_000))


def test_short_rows_are_typed_in_parts_and_none_is_lost() -> None:
    lines = ["1,2,3" if number % 1_000 == 7 else f"{number},x" for number in range(450_000)]
    parts = list(stream(("a,b\n" + "\n".join(lines)).encode(), _SOURCE, moments=[], numbers=["a"]))
    assert max(len(part.frame) for part in parts) <= 200_000
    assert sum(part.rows_read for part in parts) == 450_000
    kept = [line for part in parts for line in part.frame.index]
    bad = [line for part in parts for line in part.quarantine["line"]]
    assert sorted(kept + bad) == list(range(2, 450_002))
    assert bad == list(range(9, 450_002, 1_000))


def test_an_honest_sheet_of_many_blocks_spans_what_it_holds() -> None:
    bare = "<row>" + "".join(f"<c><v>{n}</v></c>" for n in range(28)) + "</row>"
    content = sheet_xml([[f"c{n}" for n in range(28)]]).replace("</sheetData>", bare * 30_000 + "</sheetData>").encode()
    for size in (1 << 20, 999_983, 7_919):
        extent = Extent(Content(b"x"))
        for start in range(0, len(content), size):
            extent.add(content[start : start + size])
        assert (extent.rows, extent.columns) == (30_001, 28)


def test_cells_without_a_place_are_counted_row_by_row() -> None:
    wide = "<row>" + "<c><v>1</v></c>" * 900 + "</row>"
    sheet = sheet_xml([["a", "b"], [1, 2]]).replace("</sheetData>", wide + "<row/>" * 9_000 + "</sheetData>")
    with refused("by 900 columns"):
        _read(xlsx(Data=sheet))


@pytest.mark.parametrize(
    "rows",
    [
        f'<table:table-row table:number-rows-repeated="100000">{_CELL * 3}</table:table-row>' * 3
        + f"<table:table-row>{_CELL * 30}</table:table-row>",
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell/></table:table-row>'
        f"<table:table-row>{_CELL}</table:table-row>",
        f'<table:table-row table:style-name="{"x" * 900}" table:number-rows-repeated="1000000">'
        f'<table:table-cell table:style-name="{"y" * 900}"/>{_CELL}</table:table-row>',
    ],
)
def test_an_ods_sheet_of_few_rows_that_are_repeated_is_refused(rows: str) -> None:
    with refused("empty ones included"):
        _read(ods(rows))


def test_an_ods_row_that_does_not_end_is_refused() -> None:
    with refused("has a cell in column 1,001; at most 1,000 are read"):
        _read(ods(f"<table:table-row>{_CELL * 200_000}</table:table-row>"))


@pytest.mark.parametrize(
    "attributes",
    [
        "table:number-rows-repeated='900000'",
        'table:number-rows-repeated = "900000"',
        'table:style-name="a>b" table:number-rows-repeated="900000"',
        'table:number-rows-repeated="&#57;00000"',
        'table:number-rows-repeated="+900000" ',
    ],
)
@pytest.mark.parametrize("text", ["text", "x"])
def test_an_ods_row_repeated_in_any_spelling_is_refused(attributes: str, text: str) -> None:
    """The library reads texts under any prefix, and attributes however they are written."""
    cells = (_CELL * 2).replace("text:p", f"{text}:p")
    row = f'<table:table-row xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0" {attributes}>{cells}'
    with refused("900,000 rows"):
        _read(ods(f"{row}</table:table-row >"))


@pytest.mark.parametrize(
    "row",
    [
        '<table:table-cell office:time-value="PT1H"/><table:table-cell office:string-value="x"/>',
        f"{_CELL}<table:table-cell><table:table><table:table-row/></table:table></table:table-cell>{_CELL}",
    ],
)
def test_whatever_an_ods_cell_holds_counts(row: str) -> None:
    with refused("900,00[01] rows"):
        _read(ods(f'<table:table-row table:number-rows-repeated="900000">{row}</table:table-row>'))


def test_an_ods_document_of_other_prefixes_is_told_in_a_sentence() -> None:
    content = io.BytesIO(ods(f"<table:table-row>{_CELL}</table:table-row>"))
    other = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(other, "w") as new:
        for part in old.infolist():
            new.writestr(part, re.sub(rb"([< /:])table([:=])(?!1)", rb"\1t\2", old.read(part)))
    with refused("has no sheet that can be read. Save it again with a spreadsheet program"):
        _read(other.getvalue())


def test_more_rows_than_the_limit_are_refused() -> None:
    with refused("more than 1,000 rows"):
        _read(b"a,b\n" + b"1,2\n" * 2_000, bounds=Bounds(rows=1_000))


def test_a_table_of_one_column_of_prose_offers_no_moment() -> None:
    layout = guess(b"Dear all,\nplease find below\nwhat I meant to say.\n")
    assert not any(column.kind == "moment" for column in layout.columns)


def repeated(text: str, rows: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [text])


@pytest.mark.parametrize("inside", ["a column", "lists", "a fixed width", "very many columns"])
def test_a_small_parquet_file_that_unfolds_without_end_is_refused(inside: str, tmp_path: Path) -> None:
    rows, path = 100_000, tmp_path / "log.parquet"
    texts = repeated("y" * 900_000, rows)
    columns = {
        "a column": {"x": texts},
        "lists": {"x": pa.ListArray.from_arrays(pa.array(range(rows + 1), pa.int32()), texts)},
        "a fixed width": {"x": pa.array([b"y" * 900_000], pa.binary(900_000)).take([0] * 600)},
        "very many columns": {f"x{place}": pa.nulls(1_000_000, pa.int8()) for place in range(201)},
    }[inside]
    pq.write_table(pa.table(columns), path, store_schema=False)
    with pytest.raises(InvalidInput, match="unfolds to"):
        guess(path, "log.parquet")
    with pytest.raises(InvalidInput, match="unfolds to"):
        read(path, SourceDefinition(id="s"), moments=(), numbers=(), filename="log.parquet")


def test_texts_repeated_within_bounds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({"at": ["2026-01-01"] * 50_000, "x": repeated("y" * 1_000, 50_000)}), path)
    found = read(path, SourceDefinition(id="s"), moments=("at",), numbers=(), filename="log.parquet").frame
    assert (len(found), set(found["x"])) == (50_000, {"y" * 1_000})


def test_a_small_file_is_not_of_no_size() -> None:
    assert [megabytes(size) for size in (0, 1, 24, 999, 1000, 817_900, 12_000_000)] == [
        "0 bytes",
        "1 byte",
        "24 bytes",
        "999 bytes",
        "1 kB",
        "817.9 kB",
        "12 MB",
    ]
