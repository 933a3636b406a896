"""Quarters and half-years among months: columns and rows of longer periods are totals of the others, and are told."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.grains import coarser
from csi.reading.readers import read
from csi.reading.reading import Reading


@pytest.mark.parametrize(
    ("names", "totals"),
    [
        ("2023-01 2023-02 2023-03 2023-Q1", "2023-Q1"),
        ("Jan Feb Mar Q1 Apr", "Q1"),
        ("Jan-24 Feb-24 Q1-24", "Q1-24"),
        ("2024-01 2024-H1 2024-H2", "2024-H1 2024-H2"),
        ("Janvier Février T1 S1", "T1 S1"),
        ("2024M01 2024Q1", "2024Q1"),
        ("2024-01-01 2024-01-02 2024-W01", "2024-W01"),
        ("W1/2024 W2/2024 2024-01", "2024-01"),
        ("2022-Q1 2022-Q2 2023-01 2023-02", ""),
        ("2022-Q1 2023-01 2023-Q1", "2022-Q1 2023-Q1"),
        ("Q1 Q2 Q3 Q4", ""),
        ("2024-01 2024-02", ""),
        ("S1/2024 S2/2024 S3/2024", ""),
        ("Team Owner", ""),
    ],
)
def test_columns_of_longer_periods_are_told_from_their_parts(names: str, totals: str) -> None:
    assert coarser(names.split(), "iso") == totals.split()


def test_a_wide_table_has_no_rows_of_its_totals() -> None:
    text = "Team,2024-01,2024-02,2024-03,2024-Q1,H1 2024\na,1,2,3,6,6\nb,4,5,6,15,15\n"
    source = SourceDefinition(id="s", options={"melt": {"keep": ["Team"], "name": "at", "value": "n"}})
    found = read(text.encode(), source, moments=["at"], numbers=["n"], filename="f.csv")
    assert found.frame["n"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found.quarantine[["line", "column", "value"]].to_numpy().tolist() == [[1, "2024-Q1", "2024-Q1, H1 2024"]]
    assert found.no_rows == 1


def _long(*rows: str) -> Reading:
    text = "\n".join(["Monat;Team;n", *rows]) + "\n"
    return read(
        text.encode(), SourceDefinition(id="s", delimiter=";"), moments=["Monat"], numbers=["n"], filename="f.csv"
    )


MONTHS = [(f"2024-{month:02d}", team, 7 * month + n) for month in range(1, 7) for n, team in enumerate("ab")]
ROWS = [";".join(map(str, row)) for row in MONTHS]
OF_A, OF_B = (sum(n for _, team, n in MONTHS if team == one) for one in "ab")


@pytest.mark.parametrize(
    "word", ["H1 2024", "1er semestre 2024", "1. Halbjahr 2024", "1 полугодие 2024", "2024年上半期"]
)
@pytest.mark.parametrize(
    "lines", [[f"{OF_A + OF_B}"], [f"a;{OF_A}", f"b;{OF_B}"], [f"{(OF_A + OF_B) / 12:.4f}"]], ids=str
)
def test_a_half_year_among_months_is_their_total(word: str, lines: list[str]) -> None:
    found = _long(*ROWS, *(f"{word};{line}" if ";" in line else f"{word};;{line}" for line in lines))
    assert len(found.frame) == len(ROWS)
    assert found.no_rows == len(lines)
    kind = "mean" if "." in lines[0] else "sum"
    assert f"is the {kind} of the {12 // len(lines)} rows" in found.quarantine["reason"][0]


def test_a_row_whose_date_is_known_no_better_stays() -> None:
    found = _long(*ROWS, f"H1 2024;c;{OF_A + 1}")
    assert len(found.frame) == len(ROWS) + 1


def test_half_years_are_summed_of_the_shortest_periods_alone() -> None:
    quarters = [(f"2024-Q{q}", sum(n for day, _, n in MONTHS if (int(day[-2:]) + 2) // 3 == q)) for q in (1, 2)]
    found = _long(*ROWS, *(f"{day};;{n}" for day, n in quarters), f"H1 2024;;{OF_A + OF_B}")
    assert len(found.frame) == len(ROWS)
