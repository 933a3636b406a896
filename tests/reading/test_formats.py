"""XLSX, ODS, JSON lines, JSON arrays, Parquet: the same table reads the same from each."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.content import Content
from csi.reading.error_cells import error_cells
from csi.reading.json_rows import rows_in
from csi.reading.layout import guess
from csi.reading.readers import read
from csi.reading.reading import REFUSED, refused_cells
from csi.reading.uncalculated import uncalculated
from tests.reading.workbooks import Formula, Wrong, ods, sheet_xml, xlsx

_ROWS = [
    ("INC1", "2024-03-01 08:00:00", 1.5, "São"),
    ("INC2", "2024-03-02 09:30:00", None, "b"),
    ("INC3", None, 2, "c"),
]
_NAMES = ("id", "at", "hours", "note")
_EXCEL = {"2024-03-01 08:00:00": 45352 + 8 / 24, "2024-03-02 09:30:00": 45353 + 9.5 / 24}


def _csv() -> bytes:
    lines = [",".join(_NAMES)] + [",".join("" if c is None else str(c) for c in row) for row in _ROWS]
    return "\n".join(lines).encode()


def _xlsx() -> bytes:
    rows = [_NAMES] + [[(_EXCEL[c],) if c in _EXCEL else c for c in row] for row in _ROWS]
    return xlsx(Cover=sheet_xml([["see the next sheet"]]), Data=sheet_xml(rows))


def _json(lines: bool) -> bytes:
    records = [dict(zip(_NAMES, row, strict=True)) for row in _ROWS]
    dumped = json.dumps({"data": records}, ensure_ascii=False)
    return "\n".join(map(json.dumps, records)).encode() if lines else dumped.encode()


def _parquet() -> bytes:
    frame = pd.DataFrame(_ROWS, columns=list(_NAMES))
    frame["at"] = pd.to_datetime(frame["at"])
    frame["note"] = frame["note"].astype("category")
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


_FILES = {
    "csv": _csv(),
    "tsv": _csv().replace(b",", b"\t"),
    "xlsx": _xlsx(),
    "jsonl": _json(lines=True),
    "json": _json(lines=False),
    "parquet": _parquet(),
}


@pytest.mark.parametrize("name", _FILES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_rows(name: str, packed: bool) -> None:
    content = gzip.compress(_FILES[name]) if packed else _FILES[name]
    reading = read(content, SourceDefinition(id="s", timezone="Europe/Lisbon"), moments=["at"], numbers=["hours"])
    assert list(reading.frame["id"]) == ["INC1", "INC2", "INC3"]
    assert list(reading.frame["note"]) == ["São", "b", "c"]
    assert reading.frame["hours"].tolist()[::2] == [1.5, 2]
    assert reading.frame["hours"].isna().tolist() == [False, True, False]
    assert reading.frame["at"].iloc[0] == pd.Timestamp("2024-03-01 08:00", tz="UTC")
    assert reading.frame["at"].isna().tolist() == [False, False, True]
    first = {"csv": 2, "tsv": 2, "xlsx": 2}.get(name, 1)
    assert list(reading.frame.index) == [first, first + 1, first + 2]
    assert reading.quarantine.empty


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_json_in_any_encoding(lines: bool, encoding: str) -> None:
    content = _json(lines).decode().encode(encoding)
    reading = read(content, SourceDefinition(id="s"), moments=["at"], numbers=["hours"])
    assert list(reading.frame["note"]) == ["São", "b", "c"]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"data": {"items": [{"n": 1}, {"n": 2}]}, "total": 2}, [{"n": 1}, {"n": 2}]),
        ({"tags": ["a"], "items": [{"n": 1}]}, [{"n": 1}]),
        ({"items": [], "total": 0}, []),
        ({"data": {"items": []}, "total": 0}, []),
        ({"n": 1, "who": {"name": "x"}}, [{"n": 1, "who": {"name": "x"}}]),
        ([{"n": 1}], [{"n": 1}]),
    ],
)
def test_the_list_of_records_is_found_in_a_document(document: object, expected: list) -> None:
    assert rows_in(document, "") == expected


@pytest.mark.parametrize("lines", [True, False])
def test_what_only_late_records_hold_is_a_column(lines: bool) -> None:
    records = [{"id": n} for n in range(5_000)] + [{"id": 5_000, "closed": {"at": "2024-02-01"}}]
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    assert guess(text.encode()).names == ("id", "closed.at")
    frame = read(text.encode(), SourceDefinition(id="s"), moments=["closed.at"], numbers=["id"]).frame
    assert frame["closed.at"].notna().sum() == 1


def test_several_lists_of_records_are_named() -> None:
    document = {"all": {"open": [{"n": 1}], "old": {"closed": [{"n": 2}]}}}
    with pytest.raises(
        InvalidInput, match=r"several lists of records: all\.old\.closed, all\.open\. Expected one of them"
    ):
        rows_in(document, "")


def test_a_hidden_sheet_is_taken_only_where_nothing_else_holds_a_row() -> None:
    sheets = {"Data": sheet_xml([["id", "n"], ["a", 1]]), "Old": sheet_xml([["k", "m"]] + [["b", 1]] * 9)}
    assert guess(xlsx(hidden=("Old",), **sheets)).sheet == "Data"
    assert guess(xlsx(hidden=("Data", "Old"), **sheets)).sheet == "Old"
    empty = {"Data": sheet_xml([]), "Old": sheets["Old"]}
    assert guess(xlsx(hidden=("Old",), **empty)).sheet == "Old"


def test_the_fullest_sheet_is_guessed_and_another_can_be_named() -> None:
    layout = guess(_FILES["xlsx"])
    assert (layout.sheet, layout.sheets) == ("Data", ("Cover", "Data"))
    with pytest.raises(InvalidInput, match=r"has no sheet ‘Nope’\. It has: Cover, Data"):
        guess(_FILES["xlsx"], "b.xlsx", SourceDefinition(id="s", sheet="Nope"))


def test_booleans_and_whole_numbers_of_a_sheet_read_as_people_write_them() -> None:
    book = xlsx(Data=sheet_xml([["ok", "n", "x"], [True, 3, "a"], [False, 4.25, "b"]]))
    reading = read(book, SourceDefinition(id="s"), moments=[], numbers=[])
    assert list(reading.frame["ok"]) == ["true", "false"]
    assert list(reading.frame["n"]) == ["3", "4.25"]


def test_a_date_whose_time_is_missing_is_the_day_and_a_time_without_a_date_is_nothing() -> None:
    text = "day,hour,n\n13/2/2024,10:15,1\n14/2/2024,NULL,2\n,11:00,3\n"
    source = SourceDefinition(id="s", dates="day_first", missing=("NULL",), options={"join": {"at": ["day", "hour"]}})
    reading = read(text.encode(), source, moments=["at"], numbers=["n"])
    assert reading.quarantine.empty
    assert reading.frame["at"].dt.strftime("%d %H:%M").fillna("-").tolist() == ["13 10:15", "14 00:00", "-"]


def test_spacer_rows_of_a_sheet_are_no_records() -> None:
    book = xlsx(Data=sheet_xml([["id", "n"], ["a", 1], [None, None], ["b", 2]]))
    reading = read(book, SourceDefinition(id="s"), moments=[], numbers=["n"])
    assert list(reading.frame.index) == [2, 4]
    assert reading.rows_read == 2


def test_ods_with_the_usual_million_empty_rows_below() -> None:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    table = [("id", "n"), ("x", "1"), ("y", "2")]
    rows = "".join(f"<table:table-row>{cell(a)}{cell(b)}</table:table-row>" for a, b in table)
    tail = (
        '<table:table-row table:number-rows-repeated="1048573">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    reading = read(ods(rows + tail), SourceDefinition(id="s"), moments=[], numbers=["n"])
    assert list(reading.frame["n"]) == [1, 2]


def test_json_lines_that_are_broken_are_kept_apart_with_their_line() -> None:
    text = '{"a": 1, "b": {"c": "x"}}\n\n{"a": 2\n[3]\n{"a": "four", "b": {"c": null}, "d": [1, 2]}\n{"a": 5}'
    reading = read(text.encode(), SourceDefinition(id="s"), moments=[], numbers=["a"])
    assert list(reading.frame.index) == [1, 5, 6]  # line 5 has one cell that cannot be read
    assert list(reading.frame["b.c"].fillna("-")) == ["x", "-", "-"]
    bad = reading.quarantine
    assert list(bad["line"]) == [3, 4, 5]
    assert bad["reason"].iloc[0].startswith("not JSON")
    assert list(bad["reason"].iloc[1:]) == ["not an object", "not a number"]
    assert bad["value"].iloc[2] == "four"
    assert reading.rows_read == 5


@pytest.mark.parametrize(
    "text", ['{"n": 1, "t": "\\ud800x"}\n{"n": 2, "t": "\\ud83d\\ude00"}\n', '[{"n": 1, "t": "\\uDFFF"}]']
)
def test_half_a_character_in_json_harms_nothing(text: str) -> None:
    reading = read(text.encode(), SourceDefinition(id="s"), moments=[], numbers=["n"])
    assert reading.frame["n"].iloc[0] == 1
    assert "?" in reading.frame["t"].iloc[0]
    assert reading.frame["t"].iloc[-1] in ("?", "\N{GRINNING FACE}")


def test_rows_of_a_json_document_by_path() -> None:
    document = json.dumps({"meta": [1], "data": {"items": [{"n": 1}, {"n": 2}]}}).encode()
    source = SourceDefinition(id="s", options={"rows": "data.items"})
    assert list(read(document, source, moments=[], numbers=["n"]).frame["n"]) == [1, 2]
    for path in ("data", "[", ""):
        with pytest.raises(InvalidInput, match=r"no list of records|no JMESPath|holds no record"):
            read(document, SourceDefinition(id="s", options={"rows": path}), moments=[], numbers=["n"])


def test_a_parquet_moment_with_a_zone_is_that_instant_and_one_without_is_local() -> None:
    frame = pd.DataFrame(
        {
            "aware": pd.to_datetime(["2024-07-01 12:00"]).tz_localize("Asia/Tokyo"),
            "naive": pd.to_datetime(["2024-07-01 12:00"]),
        }
    )
    out = io.BytesIO()
    frame.to_parquet(out)
    reading = read(
        out.getvalue(), SourceDefinition(id="s", timezone="Europe/Berlin"), moments=["aware", "naive"], numbers=[]
    )
    assert reading.frame["aware"].iloc[0] == pd.Timestamp("2024-07-01 03:00", tz="UTC")
    assert reading.frame["naive"].iloc[0] == pd.Timestamp("2024-07-01 10:00", tz="UTC")
    untyped = read(out.getvalue(), SourceDefinition(id="s"), moments=[], numbers=[]).frame
    assert untyped["aware"].iloc[0] == "2024-07-01T03:00:00.000000Z"


def test_only_the_columns_wanted_are_read_but_lines_stay_right() -> None:
    text = 'at,note,n\n2024-01-01,"two\nlines",1\n2024-01-02,x,2\n'
    reading = read(text.encode(), SourceDefinition(id="s"), moments=["at"], numbers=[], columns=["n"])
    assert list(reading.frame.columns) == ["at", "n"]
    assert list(reading.frame.index) == [2, 4]


def test_melted_rows_stay_in_file_order_under_their_line() -> None:
    source = SourceDefinition(id="s", options={"melt": {"keep": ["kpi"], "name": "month", "value": "v"}})
    reading = read(b"kpi,2024-01,2024-02\na,1,2\nb,3,x\n", source, moments=["month"], numbers=["v"])
    assert list(reading.frame["v"].fillna(-1)) == [1, 2, 3, -1]
    assert list(reading.frame.index) == [2, 2, 3, 3]
    assert [list(refused_cells(reading.frame[REFUSED], name)) for name in ("month", "v")] == [
        [False] * 4,
        [False] * 3 + [True],
    ]
    assert reading.spoiled.to_dict("index") == {3: {"kpi": "b", "2024-01": "3", "2024-02": "x"}}
    assert reading.quarantine.iloc[0].to_dict() == {
        "line": 3,
        "column": "v",
        "value": "x",
        "reason": "not a number",
        "expected": "a number such as 1234.5",
    }


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [("03/04/2024,1\n05/06/2024,2", ("at",)), ("03/04/2024,1\n25/06/2024,2", ()), ("03/04/2024,1\n05/26/2024,2", ())],
)
def test_a_date_order_that_nothing_settles_is_to_be_asked(text: str, ambiguous: tuple[str, ...]) -> None:
    layout = guess(f"at,n\n{text}\n".encode())
    assert layout.ambiguous == ambiguous
    if not ambiguous:
        assert layout.dates == ("day_first" if "25/06" in text else "month_first")


def test_three_example_rows_are_shown() -> None:
    layout = guess(_FILES["csv"])
    assert layout.examples == (
        ("INC1", "2024-03-01 08:00:00", "1.5", "São"),
        ("INC2", "2024-03-02 09:30:00", "", "b"),
        ("INC3", "", "2", "c"),
    )


_WRONG = sheet_xml(
    [
        ("id", "hours", "team"),
        ("a", 1, "x"),
        ("b", Wrong("#DIV/0!"), "y"),
        ("c", 3, Wrong("#N/A")),
        (None, Wrong("#REF!"), None),
    ]
)


def test_an_error_cell_of_a_workbook_is_read_as_in_its_csv() -> None:
    content = xlsx(**{"Other": sheet_xml([["a", "b"]]), "Q&amp;A": _WRONG})
    source = SourceDefinition(id="s", sheet="Q&A")
    reading = read(content, source, moments=[], numbers=["hours"])
    assert reading.frame["team"].tolist() == ["x", "y", "#N/A"]
    [bad] = reading.quarantine.to_dict("records")
    assert (bad["line"], bad["column"], bad["value"], bad["reason"]) == (3, "hours", "#DIV/0!", "not a number")
    told = read(content, replace(source, missing=("#DIV/0!", "#N/A")), moments=[], numbers=["hours"])
    assert (len(told.frame), len(told.quarantine), told.frame["team"].isna().sum()) == (3, 0, 1)
    assert guess(content, "d.xlsx", source).examples[1] == ("b", "#DIV/0!", "y")


_NEVER = [("id", "hours", "days")] + [(f"a{n}", Formula(f"C{n}&lt;B{n}"), n) for n in range(2, 6)]


@pytest.mark.parametrize("size", [1, 7, 300, 5_000])
def test_a_formula_never_calculated_says_so_in_place_of_being_empty(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csi.reading.uncalculated._BLOCK", size)
    content = Content(xlsx(Data=sheet_xml(_NEVER)))
    assert uncalculated(content, "Data") == {(n - 1, 1): f"=C{n}<B{n}" for n in range(2, 6)}
    assert uncalculated(content, "None") == {}
    reading = read(xlsx(Data=sheet_xml(_NEVER)), SourceDefinition(id="s"), moments=[], numbers=["hours", "days"])
    assert reading.frame["days"].tolist() == [2, 3, 4, 5]
    assert reading.quarantine["value"].tolist() == [f"=C{n}<B{n}" for n in range(2, 6)]
    assert reading.quarantine["expected"].iloc[0].startswith("the result of a formula, which was never calculated: ")


@pytest.mark.parametrize(
    ("results", "is_due", "found"),
    [
        (["0", "0", "0"], True, 3),
        (["0", "0", "0"], False, 0),
        (["0", "0"], True, 0),
        (["0", "0", "0", "1"], True, 0),
        (["0", "0", "0", ""], True, 4),
        (["0", "0", "1", ""], True, 1),
    ],
)
def test_results_that_are_all_nought_are_none_where_all_is_to_be_calculated(
    results: list[str], is_due: bool, found: int
) -> None:
    rows = [("id", "n"), *((f"a{n}", Formula("A1", one)) for n, one in enumerate(results))]
    assert len(uncalculated(Content(xlsx(is_due=is_due, Data=sheet_xml(rows))), "Data")) == found


def test_a_formula_tells_no_cases_apart() -> None:
    rows = [("n", "id"), *((n % 2, Formula(f"C{n}")) for n in range(2, 30))]
    assert guess(xlsx(Data=sheet_xml(rows)), "t.xlsx").columns[1].role == ""


def test_formulas_drawn_down_beyond_the_table_are_no_rows() -> None:
    rows = [*_NEVER, (None, Formula("C9"), None), (None, Formula("C10"), None)]
    assert read(xlsx(Data=sheet_xml(rows)), SourceDefinition(id="s"), moments=[], numbers=["days"]).rows_read == 4


@pytest.mark.parametrize("size", [1, 7, 300, 5_000])
def test_an_error_cell_is_found_wherever_a_block_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csi.reading.error_cells._BLOCK", size)
    content = Content(xlsx(Data=_WRONG))
    assert error_cells(content, "Data") == {2: [(1, "#DIV/0!")], 3: [(2, "#N/A")], 4: [(1, "#REF!")]}
    assert error_cells(content, "None") == {}


def test_an_error_cell_of_an_ods_sheet_is_read_as_its_text() -> None:
    def cells(*texts: str) -> str:
        return "".join(_error(text) if text.startswith("#") else _text(text) for text in texts)

    def _text(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    def _error(text: str) -> str:
        kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
        return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"

    blank = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    rows = [cells("id", "hours", "team"), cells("a", "1", "x"), cells("b", "#DIV/0!", "y"), cells("c", "3", "#N/A")]
    content = ods(blank + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows))
    reading = read(content, SourceDefinition(id="s"), moments=[], numbers=["hours"])
    assert reading.frame["team"].tolist() == ["x", "y", "#N/A"]
    assert reading.quarantine["value"].tolist() == ["#DIV/0!"]
    assert reading.quarantine["line"].tolist() == [5]


def _merged(rows: list[list[object]], *spans: str) -> pd.DataFrame:
    """What is read of a sheet with merged cells, without its lines."""
    cells = "".join(f'<mergeCell ref="{span}"/>' for span in spans)
    sheet = sheet_xml(rows).replace("</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>")
    found = read(xlsx(S=sheet), SourceDefinition(id="s", file="s.xlsx"), moments=(), numbers=())
    return found.frame.reset_index(drop=True)


def test_a_name_merged_down_a_column_holds_for_its_rows_and_an_amount_does_not() -> None:
    rows: list[list[object]] = [
        ["Team", "Year", "Month", "Cost"],
        ["Mail", 2024, "Jan", 900],
        [None, None, "Feb", None],
        ["Net", 2025, "Jan", 300],
        [None, None, "Feb", None],
    ]
    spans = [f"{column}{first}:{column}{first + 1}" for column in "ABD" for first in (2, 4)]
    found = _merged(rows, *spans)
    assert found["Team"].tolist() == ["Mail", "Mail", "Net", "Net"]
    assert found["Year"].tolist() == ["2024", "2024", "2025", "2025"]
    assert found["Cost"].fillna("").tolist() == ["900", "", "300", ""]
    assert _merged(rows)["Team"].fillna("").tolist() == ["Mail", "", "Net", ""]


@pytest.mark.parametrize(("first", "held"), [(1990, "1990"), (2100, "2100"), (1989, ""), (2101, ""), (2024.5, "")])
def test_a_number_merged_down_is_a_year_or_an_amount(first: float, held: str) -> None:
    found = _merged([["Year", "n"], [first, 1], [None, 2], [None, 3]], "A2:A4")
    assert found["Year"].fillna("").tolist()[1:] == [held, held]


def test_two_rows_merged_once_are_a_header() -> None:
    rows: list[list[object]] = [["Team", "n", "m"], [None, "of all", "open"], ["A", 1, 2], ["B", 3, 4], ["C", 5, 6]]
    assert next(iter(_merged(rows, "A1:A2").columns)) == "Team"
    one = _merged([["Team", "n"], ["A", 1], [None, 2], ["B", 3]], "A2:A3")
    assert one["Team"].tolist() == ["A", "A", "B"]
    named = _merged([["Team", "Who"], ["A", "x"], [None, "y"], ["B", "z"]], "A2:A3")
    assert named["Team"].fillna("").tolist() == ["A", "", "B"]
