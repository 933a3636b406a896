"""Lines of totals in tables of periods side by side, by their sums: at the end, at the beginning, or between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from csi.definition import SourceDefinition
from csi.reading.readers import read
from csi.reading.wide_totals import wide_totals

Row = tuple[str, list[float]]
MAIL, NETZ, SAP = ("Mail", [703, 823, 120, 826]), ("Netz", [666, 356, 980, 148]), ("SAP", [613, 467, 217, 140])


def _sum(name: str, *rows: Row, off: float = 0.0) -> Row:
    values = [sum(column) for column in zip(*(values for _, values in rows), strict=True)]
    return name, [values[0] + off, *values[1:]]


def _found(*rows: Row) -> list[int]:
    periods = {f"2025-{month:02d}": [f"{row[1][month]:g}" for row in rows] for month in range(len(rows[0][1]))}
    numbers = np.array([values for _, values in rows], dtype=float)
    return [one.place for one in wide_totals({"Service": [name or None for name, _ in rows]}, periods, numbers)]


WORDS = ["", "Total", "Subtotal", "Σ", "Ensemble", "All", "Alle", "Zwischensumme", "小計", "Total general"]


@pytest.mark.parametrize("word", WORDS)
def test_what_says_so_is_the_sum_of_what_is_above_or_below(word: str) -> None:
    assert _found(MAIL, NETZ, SAP, _sum(word, MAIL, NETZ, SAP)) == [3]
    assert _found(_sum(word, MAIL, NETZ, SAP), MAIL, NETZ, SAP) == [0]
    assert _found(MAIL, NETZ, _sum(word, MAIL, NETZ), SAP) == [2]
    assert _found(SAP, _sum(word, MAIL, NETZ), MAIL, NETZ) == [1]
    assert _found(MAIL, NETZ, SAP, _sum(word, MAIL, NETZ, SAP, off=1)) == []


def test_totals_of_groups_and_of_all() -> None:
    first, second = _sum("Subtotal", MAIL, NETZ), _sum("Subtotal", SAP, NETZ)
    assert _found(MAIL, NETZ, first, SAP, NETZ, second, _sum("Total", MAIL, NETZ, SAP, NETZ)) == [2, 5, 6]


def test_an_average_between_is_no_row() -> None:
    name, values = _sum("Average", MAIL, NETZ)
    assert _found(MAIL, NETZ, (name, [value / 2 for value in values]), SAP) == [2]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([MAIL, NETZ, SAP, _sum("Overall IT", MAIL, NETZ, SAP)], [3]),
        ([_sum("Overall IT", MAIL, NETZ, SAP), MAIL, NETZ, SAP], [0]),
        ([MAIL, NETZ, _sum("Opened", MAIL, NETZ)], []),  # two may be parts of a third that is measured
        ([MAIL, NETZ, SAP, _sum("Overall IT", MAIL, NETZ, SAP, off=1)], []),
        ([(name, values[:3]) for name, values in (MAIL, NETZ, SAP, _sum("Overall IT", MAIL, NETZ, SAP))], []),
    ],
)
def test_many_periods_tell_without_a_word(rows: Sequence[Row], told: list[int]) -> None:
    assert _found(*rows) == told


@pytest.mark.parametrize(
    ("word", "periods", "told"),
    [("Total", 1, False), ("Total", 2, True), ("", 2, False), ("", 3, True), ("All", 2, False), ("All", 3, True)],
)
def test_so_many_periods_tell(word: str, periods: int, told: bool) -> None:
    rows = [MAIL, NETZ, _sum(word, MAIL, NETZ)]
    assert bool(_found(*[(name, values[:periods]) for name, values in rows])) is told


def test_a_line_of_totals_is_told_and_no_row() -> None:
    rows = [MAIL, NETZ, SAP, _sum("", MAIL, NETZ, SAP)]
    text = "\n".join(
        [
            ";".join(map(str, [name, *values]))
            for name, values in [("S", ["2025-01", "2025-02", "2025-03", "2025-04"]), *rows]
        ]
    )
    source = SourceDefinition(id="s", options={"melt": {"keep": ["S"], "name": "at", "value": "n"}})
    found = read(text.encode(), source, moments=["at"], numbers=["n"], filename="f.csv")
    assert found.frame["n"].sum() == sum(sum(values) for _, values in rows[:3])
    assert (found.no_rows, found.quarantine["line"].tolist()) == (1, [5])
    assert "is the sum of the 3 rows" in found.quarantine["reason"][0]
