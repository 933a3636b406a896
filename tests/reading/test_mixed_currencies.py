"""Amounts in two currencies are refused with both and a line of each; in one, however written, they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.layout import guess
from csi.reading.readers import read
from csi.study.drafting.drafted import drafted


def _content(cells: list[str], name: str = "Cost", times: int = 3) -> bytes:
    rows = "".join(f"{n};2025-01-{n % 28 + 1:02};{cell}\n" for n, cell in enumerate(cells * times))
    return f"id;at;{name}\n{rows}".encode()


def _told(content: bytes, name: str = "Cost") -> str:
    try:
        read(content, SourceDefinition(id="s", decimal="."), moments=["at"], numbers=[name])
    except InvalidInput as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["12 €", "14 $", "20 €"], "6 cells are in EUR (such as 12 €, line 2) and 3 in $ (such as 14 $, line 3)."),
        (["12 EUR", "20 EUR", "3 USD"], "6 cells are in EUR (such as 12 EUR, line 2) and 3 in USD (such as 3 USD"),
        (["12", "14 USD", "20 EUR"], "3 cells are in USD (such as 14 USD, line 3) and 3 in EUR (such as 20 EUR"),
        (["12 zł", "12 zł", "12 Kč"], "6 cells are in PLN (such as 12 zł, line 2) and 3 in CZK (such as 12 Kč"),
    ],
)
def test_two_currencies_are_refused_with_a_line_of_each(cells: list[str], told: str) -> None:
    assert _told(_content(cells)).startswith(told)


def test_the_headers_currency_counts_for_bare_numbers() -> None:
    told = _told(_content(["12", "13", "9 USD"], "Cost EUR"), "Cost EUR")
    assert told.startswith("6 cells are in EUR (such as 12, line 2) and 3 in USD (such as 9 USD, line 4)")


@pytest.mark.parametrize(
    ("cells", "name"),
    [
        (["12 €", "14 EUR", "20 euros"], "Cost"),
        (["12 kr", "14 SEK", "20 kr"], "Cost"),
        (["12 h", "14 min", "20 h"], "Time"),
        (["12 €", "n/a", "20 €"], "Cost"),
        (["2 h", "3 h", "14 $"], "Time"),
    ],
)
def test_what_is_in_one_currency_or_none_is_no_mixture(cells: list[str], name: str) -> None:
    assert _told(_content(cells, name), name) == ""


@pytest.mark.parametrize(("slips", "is_refused"), [(2, False), (3, True)])
def test_a_few_slips_among_many_are_cells_to_mend(slips: int, is_refused: bool) -> None:
    assert bool(_told(_content(["12 €"] * 97 + ["3 USD"] * slips, times=1))) is is_refused


@pytest.mark.parametrize(("rows", "is_refused"), [(20, True), (21, False)])
def test_of_few_rows_one_in_twenty_is_a_mixture(rows: int, is_refused: bool) -> None:
    assert bool(_told(_content(["12 €"] * (rows - 1) + ["3 USD"], times=1))) is is_refused


def test_a_draft_offers_no_sum_of_them_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(_content(["12 €", "14 $", "20 €"], times=20))
    text = drafted([tmp_path / "t.csv"], tmp_path, "UTC").text
    assert "# Cost: no KPI, as 40 cells are in EUR (such as 12 €, line 2) and 20 in $" in text
    assert guess(tmp_path / "t.csv").columns[2].kind == "number"
