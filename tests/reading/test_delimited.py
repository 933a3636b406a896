"""Delimited text: lines, broken rows, encodings, dialects."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.bounds import Bounds
from csi.reading.layout import guess
from csi.reading.readers import read
from csi.reading.reading import Reading


def _read(text: str | bytes, source: SourceDefinition | None = None, **typed: list[str]) -> Reading:
    content = text.encode() if isinstance(text, str) else text
    moments, numbers = typed.get("moments", []), typed.get("numbers", [])
    return read(content, source or SourceDefinition(id="s"), moments=moments, numbers=numbers, filename="f.csv")


def _bad(reading: Reading) -> list[tuple[int, str, str]]:
    columns = ["line", "column", "reason"]
    return [tuple(row) for row in reading.quarantine[columns].itertuples(index=False)]


def test_lines_are_physical_lines_even_past_quoted_line_ends_and_blank_lines() -> None:
    text = 'at,note\n2024-01-01,"two\nlines"\n\n2024-01-02,x\r\n2024-01-03,"three\r\nmore\nlines"\n2024-01-04,y\n'
    reading = _read(text, moments=["at"])
    assert list(reading.frame.index) == [2, 5, 6, 9]
    assert reading.rows_read == 4


def test_rows_with_too_few_or_too_many_cells_are_kept_apart_with_their_line() -> None:
    reading = _read("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12,\n13,14,15\n")
    assert list(reading.frame.index) == [2, 5, 6]
    assert list(reading.frame["a"]) == ["1", "10", "13"]
    assert _bad(reading) == [(3, "", "2 cells"), (4, "", "4 cells")]
    assert reading.quarantine["expected"].iloc[0] == "3 cells, as in the header"
    assert reading.rows_read == 5


def test_a_quote_that_never_closes_costs_one_line_only() -> None:
    reading = _read('a,b,c\n1,2,3\n4,"open,6\n7,8,9\n10,11,12\n')
    assert list(reading.frame["a"]) == ["1", "7", "10"]
    assert list(reading.frame.index) == [2, 4, 5]
    assert _bad(reading) == [(3, "", "a quote opens here and does not close")]


def test_a_quote_inside_a_cell_is_only_a_character() -> None:
    reading = _read('a,b\n5" disk,1\n6" disk,2\n')
    assert list(reading.frame["a"]) == ['5" disk', '6" disk']


@pytest.mark.parametrize("place", [0, 10, 9_000, 19_999])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_unclosed_quote_longer_than_a_block_loses_one_line_wherever_it_stands(place: int, end: str) -> None:
    rows = [f"{n},value {n},x" for n in range(20_000)]
    rows[15_000] = '15000,"two\nlines",x'
    rows.insert(place, '1,"open,3')
    bounds = Bounds(block_bytes=50_000)
    content = (end.join(["a,b,c", *rows]) + end).encode()
    reading = read(content, SourceDefinition(id="s"), moments=[], numbers=["a"], bounds=bounds)
    assert list(reading.frame["a"]) == list(range(20_000))
    assert _bad(reading) == [(place + 2 + (place > 15_000), "", "a quote opens here and does not close")]
    assert reading.rows_read == 20_001
    assert reading.frame.index.is_unique
    assert reading.frame["b"].iloc[15_000].split() == ["two", "lines"]


@pytest.mark.parametrize("place", [0, 400, 999])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_an_unclosed_quote_in_the_last_column_swallows_no_row_below_it(place: int, end: str, last: str) -> None:
    rows = [f"{n},x" for n in range(1_000)]
    rows.insert(place, '1000,"open')
    reading = _read(end.join(["a,b", *rows]) + end * (not last), numbers=["a"])
    assert list(reading.frame["a"]) == list(range(1_000))
    assert _bad(reading) == [(place + 2, "", "a quote opens here and does not close")]
    assert reading.rows_read == 1_001


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_a_last_record_of_several_lines_is_one_record(end: str) -> None:
    reading = _read('a,b\n1,x\n2,"two\nlines"' + end, numbers=["a"])
    assert list(reading.frame["b"]) == ["x", "two\nlines"]
    assert reading.quarantine.empty


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_ending(end: str) -> None:
    reading = _read(end.join(["a,b", "1,2", "3,4", ""]), numbers=["a"])
    assert list(reading.frame.index) == [2, 3]
    assert list(reading.frame["a"]) == [1, 3]


def test_mixed_line_endings() -> None:
    reading = _read(b"a,b\r\n1,2\n3,4\r5,6\r\n", numbers=["a"])
    assert list(reading.frame["a"]) == [1, 3, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_are_detected(encoding: str, packed: bool) -> None:
    text = "numéro,ville\n" + "1,São Paulo\n2,Zürich\n3,Málaga\n" * 3
    content = text.encode(encoding)
    reading = _read(gzip.compress(content) if packed else content, numbers=["numéro"])
    assert list(reading.frame["ville"].unique()) == ["São Paulo", "Zürich", "Málaga"]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("1,“smart” €5\n2,it’s\n", "cp1252"),
        ("1,São João; ação e correções\n", "cp1252"),
        ("1,Прошу починить принтер\n2,Не работает почта\n" * 5, "cp1251"),
        ("1,印刷机坏了 请尽快处理\n2,邮件无法打开\n" * 5, "gb18030"),
        ("1,プリンターが動きません\n2,メールが届かない\n" * 5, "cp932"),
    ],
)
def test_code_pages_are_told_apart_by_little_text(text: str, encoding: str) -> None:
    content = ("n,note\n" + text).encode(encoding)
    assert guess(content).encoding == encoding
    assert _read(content).frame["note"].iloc[0] == text.split("\n", maxsplit=1)[0].split(",")[1]


def test_an_accent_far_behind_plain_text_still_reads() -> None:
    content = b"a,b\n" + b"1,x\n" * 800_000 + "2,é\n".encode("latin-1")
    reading = _read(content)
    assert reading.frame["b"].iloc[-1] == "é"


@pytest.mark.parametrize(
    "encoding", ["nonsense", "idna", "UTF7", "undefined", "base64", "rot13", "punycode", "unicode_escape", "a\0b"]
)
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b'{"a": 1}\n', b'[{"a": 1}]'])
def test_what_no_file_is_written_in_is_refused_as_an_encoding(encoding: str, content: bytes) -> None:
    with pytest.raises(InvalidInput, match="is no known encoding"):
        _read(content, SourceDefinition(id="s", encoding=encoding))


def test_an_encoding_that_was_stated_and_does_not_fit_is_an_error_with_its_line() -> None:
    with pytest.raises(InvalidInput, match="is not utf-8: the byte 0xe9 near line"):
        _read("a,b\n1,é\n".encode("latin-1"), SourceDefinition(id="s", encoding="utf-8"))


def test_duplicate_empty_and_padded_names() -> None:
    reading = _read("id , id,,x\n1,2,3,4\n")
    assert list(reading.frame.columns) == ["id", "id_2", "column_3", "x"]


def test_trailing_delimiters_leave_no_column_but_never_hide_a_cell() -> None:
    lines = ["a;b;;"] + ["1;2;;"] * 2_500 + ["3;4;;lost"]
    reading = _read("\n".join(lines), numbers=["a"])
    assert list(reading.frame.columns) == ["a", "b"]
    assert _bad(reading) == [(2502, "column_4", "a cell beyond the last named column")]


def test_rows_one_delimiter_longer_than_the_header() -> None:
    reading = _read("a,b\n1,2,\n3,4,\n", numbers=["b"])
    assert list(reading.frame["b"]) == [2, 4]
    assert reading.quarantine.empty


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_detected(delimiter: str) -> None:
    rows = [["at", "note", "n"], ["2024-01-01", "hello; there, you", "1"], ["2024-01-02", "x", "2"]]
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows)
    assert guess(text.encode()).delimiter == delimiter


def test_titles_above_the_header_are_skipped() -> None:
    text = "Report of incidents\nprinted 2024-02-01\n\nat,n\n2024-01-01,1\n2024-01-02,2\n2024-01-03,4\n"
    layout = guess(text.encode())
    assert (layout.header_row, layout.first_line) == (4, 5)
    assert list(_read(text, moments=["at"]).frame.index) == [5, 6, 7]


def test_a_table_without_header_keeps_its_first_row() -> None:
    reading = _read("2024-01-01,1\n2024-01-02,2\n2024-01-03,3\n", moments=["column_1"], numbers=["column_2"])
    assert list(reading.frame["column_2"]) == [1, 2, 3]
    assert list(reading.frame.index) == [1, 2, 3]


def test_a_missing_marker_is_missing_quoted_or_not() -> None:
    reading = _read('a,b\n?,"?"\n1,\n', SourceDefinition(id="s", missing=("?",)), numbers=["a", "b"])
    assert reading.frame["a"].isna().tolist() == [False]
    assert reading.rows_read == 1


def test_a_column_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(
        InvalidInput, match=r"f.csv has no column ‘opened’. Did you mean ‘opened_at’\? It has: opened_at, n"
    ):
        _read("opened_at,n\n2024-01-01,1\n", moments=["opened"])


def test_renamed_columns() -> None:
    reading = _read(
        "Opened,n\n2024-01-01,1\n", SourceDefinition(id="s", columns={"Opened": "opened_at"}), moments=["opened_at"]
    )
    assert "opened_at" in reading.frame


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(_CELL, _CELL), min_size=1, max_size=30))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["anchor", "a", "b"])
    writer.writerows(["x", *row] for row in rows)
    source = SourceDefinition(id="s", delimiter=",", header_row=1, encoding="utf-8")
    reading = _read(out.getvalue(), source)
    assert reading.quarantine.empty
    assert list(reading.frame["a"].fillna("")) == [a for a, _ in rows]
    assert list(reading.frame["b"].fillna("")) == [b for _, b in rows]
    starts = [2]
    for a, b in rows[:-1]:
        text = f'"x","{a}","{b}"'
        starts.append(starts[-1] + 1 + text.count("\n") + text.count("\r") - text.count("\r\n"))
    assert list(reading.frame.index) == starts


def test_too_many_broken_rows_ask_for_the_delimiter() -> None:
    text = "a,b\n" + "1,2\n" * 50 + "1,2,3\n" * 30
    with pytest.raises(InvalidInput, match="more than 20 rows with a wrong number of cells"):
        read(text.encode(), SourceDefinition(id="s"), moments=[], numbers=[], bounds=Bounds(quarantined_rows=20))


@pytest.mark.parametrize("mark", ["::", "&&", "|~|"])
def test_several_signs_between_cells_are_refused_and_named(mark: str) -> None:
    lines = [mark.join(["id", "at", "kind"]), *(mark.join([f"I{n}", f"2025-01-{n} 10:30", "x"]) for n in range(10, 20))]
    if mark == "|~|":  # one of its signs parts the lines as well
        assert guess("\n".join(lines).encode()).delimiter == "|"
        return
    with pytest.raises(InvalidInput, match=f"has '{mark}' between its cells, and one sign is expected"):
        guess("\n".join(lines).encode())


def test_a_table_of_hive_is_parted_by_its_control_character() -> None:
    text = "\n".join("\x01".join([f"I{n}", f"2025-01-{n} 10:30", f"{n}"]) for n in range(10, 40))
    content = ("id\x01at\x01n\n" + text).encode()
    assert guess(content).delimiter == "\x01"
    assert list(_read(content, numbers=["n"]).frame["n"]) == list(range(10, 40))


def test_prose_with_a_few_colons_is_one_column() -> None:
    assert guess(b"note\nab::cd\nplain\nand more\nlast one\n").delimiter == ","
