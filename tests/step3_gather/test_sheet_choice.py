"""The sheet with the table is found, whatever else a workbook holds."""

from __future__ import annotations

import pytest

from csi.reading.layout import guess
from tests.reading.workbooks import sheet_xml, xlsx

DATA = [["Ticket", "Opened", "Minutes"], *([f"T{n}", (45352 + n,), 10 + n] for n in range(30))]
UNREADABLE = [["Ticket", "Opened", "Minutes"], *([f"T{n}", f"Tag {n} um drei", 10 + n] for n in range(30))]
DASHBOARD = [["KPI board"], [], *([None, None, None, None, "MTTR", n] + [None] * 6 for n in range(200)), ["x"] * 12]
READ_ME = [
    ["Sheet", "What it is"],
    *([f"S{n}", "A long sentence that tells what all of this is about. " * 3] for n in range(60)),
]
PIVOT = [["Row Labels", "Count of Ticket"], *([(45352 + n,), n] for n in range(50)), ["Grand Total", 1225]]
LOOKUP = [["City", "Country"], *([f"city {n}", f"country {n % 5}"] for n in range(60))]
ONE_COLUMN = [[f"line {n}"] for n in range(400)]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("data", [DATA, UNREADABLE])
@pytest.mark.parametrize("other", [DASHBOARD, READ_ME, PIVOT, ONE_COLUMN, []])
def test_the_table_is_found_beside(first: bool, data: list, other: list) -> None:
    sheets = {"Main Data": sheet_xml(data), "Other": sheet_xml(other)}
    ordered = dict(sorted(sheets.items(), reverse=not first))
    assert guess(xlsx(**ordered), "w.xlsx").sheet == "Main Data"


def test_a_longer_list_without_dates_gives_way_to_the_rows_with_dates() -> None:
    assert guess(xlsx(Cities=sheet_xml(LOOKUP), Tickets=sheet_xml(DATA)), "w.xlsx").sheet == "Tickets"


def titled(rows: list) -> list:
    return [["Tickets of the desk"], ["printed on Monday"], [], *rows]


def words(rows: int) -> list:
    return [["Word", "Meaning"], *([f"word {n}", f"what {n} is"] for n in range(rows))]


def test_a_long_list_of_words_gives_way_to_a_dated_table_whose_names_stand_in_row_four() -> None:
    book = xlsx(Words=sheet_xml(words(2_000)), Tickets=sheet_xml(titled(DATA)))
    found = guess(book, "w.xlsx")
    assert (found.sheet, found.header_row) == ("Tickets", 4)


def test_months_side_by_side_are_dated_too() -> None:
    months = [["Team", *((45292 + 31 * n,) for n in range(12))], *([f"Team {n}", *range(12)] for n in range(5))]
    assert guess(xlsx(Words=sheet_xml(words(2_000)), Months=sheet_xml(months)), "w.xlsx").sheet == "Months"
    numbers = [["Code", "Limit"], *([n, n * 3] for n in range(400))]
    assert guess(xlsx(Limits=sheet_xml(numbers), Months=sheet_xml(months)), "w.xlsx").sheet == "Months"


@pytest.mark.parametrize(("rows", "found"), [(9, "Rows"), (10, "History")])
def test_a_short_history_of_the_workbook_is_not_its_table(rows: int, found: str) -> None:
    history = [["When", "Who", "What"], *([(45352 + n,), "me", f"change {n}"] for n in range(rows))]
    undated = [["Ticket", "Opened", "Minutes"], *([f"T{n}", f"Tag {n} um drei", 10 + n] for n in range(60))]
    assert guess(xlsx(History=sheet_xml(history), Rows=sheet_xml(undated)), "w.xlsx").sheet == found


def test_numbers_go_before_words_alone() -> None:
    assert guess(xlsx(Words=sheet_xml(words(200)), Rows=sheet_xml(UNREADABLE)), "w.xlsx").sheet == "Rows"


def test_of_two_tables_alike_the_longer_is_taken_then_the_first() -> None:
    assert guess(xlsx(A=sheet_xml(DATA[:20]), B=sheet_xml(DATA)), "w.xlsx").sheet == "B"
    assert guess(xlsx(B=sheet_xml(DATA), A=sheet_xml(DATA)), "w.xlsx").sheet == "B"


def test_a_hidden_sheet_comes_last() -> None:
    assert guess(xlsx(hidden=["A"], A=sheet_xml(DATA), B=sheet_xml(DASHBOARD)), "w.xlsx").sheet == "B"
    assert guess(xlsx(hidden=["A"], A=sheet_xml(DATA), B=sheet_xml([])), "w.xlsx").sheet == "A"
