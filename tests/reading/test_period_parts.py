"""Moments from parts in several columns, and periods as headers."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput
from csi.reading.layout import guess
from csi.reading.moments import read_moments
from csi.reading.period_parts import joined_parts
from csi.reading.proposing import parts_of_date, proposed
from csi.reading.readers import read
from csi.reading.wide import PeriodHeaders, period_headers


def _joined(**columns: Sequence[str | None]) -> list[str | None] | None:
    texts = {name: pa.chunked_array([pa.array(cells, pa.string())]) for name, cells in columns.items()}
    made = joined_parts(texts)
    return None if made is None else made.to_pylist()


def _moments(text: str, join: Sequence[str], dates: str = "iso") -> list[str]:
    source = SourceDefinition(id="t", dates=dates, options={"join": {"at": list(join)}})
    reading = read(text.encode(), source, moments=["at"], numbers=[])
    assert reading.quarantine.empty
    return [str(moment.date()) for moment in reading.frame["at"]]


@pytest.mark.parametrize(
    ("header", "cells", "days"),
    [
        ("Week", ["51", "1"], ["2024-12-16", "2024-01-01"]),
        ("N°_Semaine", ["5", "05"], ["2024-01-29", "2024-01-29"]),
        ("Kalenderwoche", ["5", "6"], ["2024-01-29", "2024-02-05"]),
        ("WeekNr", ["5", "6.0"], ["2024-01-29", "2024-02-05"]),
        ("Semana", ["1", "2"], ["2024-01-01", "2024-01-08"]),
        ("Settimana", ["1", "2"], ["2024-01-01", "2024-01-08"]),
        ("Tydzień", ["1", "2"], ["2024-01-01", "2024-01-08"]),
        ("x", ["1", "13"], ["2024-01-01", "2024-03-25"]),
        ("x", ["W05", "W06"], ["2024-01-29", "2024-02-05"]),
        ("x", ["KW 5", "KW 6"], ["2024-01-29", "2024-02-05"]),
        ("Month", ["1", "12"], ["2024-01-01", "2024-12-01"]),
        ("Mois", ["1", "2"], ["2024-01-01", "2024-02-01"]),
        ("Mês", ["01", "02"], ["2024-01-01", "2024-02-01"]),
        ("x", ["März", "Mai"], ["2024-03-01", "2024-05-01"]),
        ("Quarter", ["1", "4"], ["2024-01-01", "2024-10-01"]),
        ("x", ["Q1", "Q3"], ["2024-01-01", "2024-07-01"]),
        ("x", ["1er trimestre", "2e trimestre"], ["2024-01-01", "2024-04-01"]),
    ],
)
def test_a_year_and_its_part_in_either_order(header: str, cells: list[str], days: list[str]) -> None:
    rows = [f"2024;{cell};{number}" for number, cell in enumerate(cells)]
    text = "\n".join([f"Année;{header};v", *rows]) + "\n"
    assert _moments(text, ["Année", header]) == days
    assert _moments(text, [header, "Année"], "day_first") == days


@pytest.mark.parametrize(
    "second",
    ["2º tri", "2° trim.", "2e kwartaal", "K2", "Ç2", "2ème trimestre", "Qu 2", "Quartal II", "2. kvartal", "T2"],
)
def test_a_quarter_as_people_write_it(second: str) -> None:
    assert _moments(f"Year;Part;v\n2024;{second};1\n", ["Year", "Part"]) == ["2024-04-01"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2º tri/24", 1), ("2. Quartal 24", 1), ("2Q24", 1), ("5. Quartal 24", 0), ("2. Quart 4", 0)],
)
def test_a_quarter_of_a_year_of_two_digits(text: str, expected: int) -> None:
    read = read_moments(pa.chunked_array([[text]]), "iso", "UTC")
    assert read.instants.notna().sum() == expected


def test_a_year_a_month_and_a_day() -> None:
    text = "Tag;Monat;Jahr;v\n31;1;2024;1\n5;Feb;2024;2\n"
    assert _joined(Jahr=["2024"], Monat=["1"], Tag=["31"]) == ["2024-01-31"]
    assert _joined(Tag=["3"], Monat=["März"], Jahr=["2024"]) == ["3 März 2024"]
    assert _moments(text.replace("Feb", "2"), ["Jahr", "Monat", "Tag"]) == ["2024-01-31", "2024-02-05"]


@pytest.mark.parametrize(
    ("header", "cells", "could"),
    [
        ("x", ["1", "4"], "quarters or months or weeks"),
        ("x", ["1", "5"], "months or weeks"),
        ("x", ["1", "12"], "months or weeks"),
        ("x", ["54"], "expected a week, month or quarter"),
    ],
)
def test_what_nothing_tells_is_asked(header: str, cells: list[str], could: str) -> None:
    with pytest.raises(InvalidInput, match=could):
        _joined(Year=["2024"] * len(cells), **{header: cells})


def test_other_columns_are_no_parts() -> None:
    assert _joined(Date=["2024-01-01"], Time=["10:00"]) is None
    assert _joined(Year=["2024"], Time=["10:00"]) is None
    assert _joined(a=["2024"], b=["2025"]) is None
    assert _joined(a=[], b=[]) is None


def test_a_row_without_its_week_is_told() -> None:
    text = "Year;Week;v\n2024;51;1\n2024;;2\n;52;3\n"
    source = SourceDefinition(id="t", options={"join": {"at": ["Year", "Week"]}})
    reading = read(text.encode(), source, moments=["at"], numbers=[])
    assert reading.quarantine["line"].tolist() == [3, 4]


def test_a_pattern_reads_the_parts_as_they_stand() -> None:
    assert _moments("Year;Month;v\n2024;5;1\n", ["Year", "Month"], "%Y %m") == ["2024-05-01"]


@pytest.mark.parametrize(
    ("headers", "with_year"),
    [
        (["Jan 2025", "Feb 2025", "Mrz 2025"], True),
        (["2025-01", "2025-02", "2025-03"], True),
        (["KW 05/2025", "KW 06/2025", "KW 07/2025"], True),
        (["Q1 2025", "Q2 2025", "Q3 2025"], True),
        (["Jan-25", "Feb-25", "Mar-25"], True),
        (["Januar", "Februar", "März"], False),
    ],
)
def test_headers_that_are_periods(headers: list[str], with_year: bool) -> None:
    assert period_headers(["Region", *headers]) == PeriodHeaders(tuple(headers), with_year)


@pytest.mark.parametrize("headers", [["May", "June"], ["id", "opened", "closed"], ["Jan 2025", "Feb 2025"]])
def test_headers_that_are_none(headers: list[str]) -> None:
    assert period_headers(headers).names == ()


def test_months_as_headers_beside_a_year_are_proposed_and_read() -> None:
    text = "Jahr;Region;Januar;Februar;März\n2024;Nord;1;2;3\n2025;Nord;4;5;6\n"
    mapping = proposed(guess(text.encode()), "UTC")
    assert mapping.options["melt"]["keep"] == ["Jahr", "Region"]
    reading = read(text.encode(), mapping, moments=mapping.options["moments"], numbers=["value"])
    assert [str(one.date()) for one in reading.frame["month"]] == [
        "2024-01-01",
        "2024-02-01",
        "2024-03-01",
        "2025-01-01",
        "2025-02-01",
        "2025-03-01",
    ]
    assert reading.frame["value"].tolist() == [1, 2, 3, 4, 5, 6]


def test_months_as_headers_without_any_year_are_not_proposed() -> None:
    mapping = proposed(guess(b"Region;Januar;Februar;M\xc3\xa4rz\nNord;1;2;3\n"), "UTC")
    assert "melt" not in mapping.options


def test_weeks_as_headers_are_proposed_and_read() -> None:
    text = "Region;KW 01/2025;KW 02/2025;KW 03/2025\nNord;1;2;3\n"
    mapping = proposed(guess(text.encode()), "UTC")
    reading = read(text.encode(), mapping, moments=mapping.options["moments"], numbers=["value"])
    assert [str(one.date()) for one in reading.frame["period"]] == ["2024-12-30", "2025-01-06", "2025-01-13"]


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"Year": ["2024", "2025"], "Week": ["51", "1"], "Delay": ["30", "31"]}, ("Year", "Week")),
        ({"Delay": ["30", "31"], "Mes": ["11", "1"], "Ano": ["2024", "2025"]}, ("Ano", "Mes")),
        ({"Jahr": ["2024", "2025"], "Monat": ["11", "1"], "Tag": ["30", "31"]}, ("Jahr", "Monat", "Tag")),
        ({"Year": ["2024", "2025"], "Quarter": ["4", "1"]}, ("Year", "Quarter")),
        ({"Year": ["2024", "2025"], "Calls": ["4", "1"]}, ()),  # nothing says that these are periods
        ({"Year": ["24", "25"], "Week": ["51", "1"]}, ()),
        ({"Year": ["2024", "2025"], "Week": ["51", "99"]}, ()),
        ({"Year": [], "Week": []}, ()),
    ],
)
def test_the_parts_of_a_date_are_known_by_their_headers_and_cells(
    columns: dict[str, list[str]], found: tuple[str, ...]
) -> None:
    rows = zip(*columns.values(), strict=True)
    text = "\n".join(";".join(row) for row in (tuple(columns), *rows)) + "\n"
    assert parts_of_date(guess(text.encode(), "f.csv")) == found


@pytest.mark.parametrize(("name", "told"), [("KW", "2024-W03"), ("kw", None)])
def test_kw_in_capitals_is_a_german_week_whatever_its_numbers(name: str, told: str | None) -> None:
    """The first rows of a year may all be below 5, and the Polish ``kw.`` is a quarter."""
    columns = {"Jahr": pa.chunked_array([["2024"]]), name: pa.chunked_array([["3"]])}
    if told is None:
        with pytest.raises(InvalidInput, match="quarters or weeks"):
            joined_parts(columns)
    else:
        assert joined_parts(columns).to_pylist() == [told]
