"""The sheet with the table is found, whatever else a workbook holds."""

from __future__ import annotations

import pytest

from csi.step3_gather.layout import guess
from tests.step3_gather.workbooks import sheet_xml, xlsx

DATA = [["Ticket", "Opened", "Minutes"], *([f"T{n}", (45352 + n,), 10 + n] for n in range(30))]
UNREADABLE = [["Ticket", "Opened", "Minutes"], *([f"T{n}", f"Tag {n} um drei", 10 + n] for n in range(30))]
DASHBOARD = [["KPI board"], [], *([None, None, None, None, "MTTR", n] + [None] * 6 for n in range(200)), ["x"] * 12]
READ_ME = [["Sheet", "What it is"], *([f"S{n}", "A long sentence that tells what all of this is about. " * 3]
                                      for n in range(60))]  # fmt: skip
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


def test_of_two_tables_alike_the_longer_is_taken_then_the_first() -> None:
    assert guess(xlsx(A=sheet_xml(DATA[:20]), B=sheet_xml(DATA)), "w.xlsx").sheet == "B"
    assert guess(xlsx(B=sheet_xml(DATA), A=sheet_xml(DATA)), "w.xlsx").sheet == "B"


def test_a_hidden_sheet_comes_last() -> None:
    assert guess(xlsx(hidden=["A"], A=sheet_xml(DATA), B=sheet_xml(DASHBOARD)), "w.xlsx").sheet == "B"
    assert guess(xlsx(hidden=["A"], A=sheet_xml(DATA), B=sheet_xml([])), "w.xlsx").sheet == "A"
