"""Years of two digits in headers: the whole row says whether ``Jan 26`` is a month or a day."""

from __future__ import annotations

import pytest
from babel import Locale

from csi.definition import SourceDefinition
from csi.reading.calendar_words import LANGUAGES
from csi.reading.layout import guess
from csi.reading.proposing import proposed
from csi.reading.readers import read
from csi.reading.short_years import day_lists, with_long_years
from csi.reading.wide import period_headers


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ("Jan 26;Feb 26;Mrz 26", "Jan 2026"),
        ("sty.25;lut.25;mar.25", "sty.2025"),
        ("Oca.25;Şub.25;Mar.25", "Oca.2025"),
        ("Jan-26;Feb-26;Mar-26", "Jan-2026"),
        ("janv. 26;févr. 26;mars 26", "janv. 2026"),
        ("janv26;févr26;mars26", "janv 2026"),
        ("Jan '26;Feb '26;Mar '26", "Jan 2026"),
        ("Jan’26;Feb’26;Mar’26", "Jan 2026"),
        ("Jan/26;Feb/26;Mar/26", "Jan/2026"),
        ("Jan_26;Feb_26;Mar_26", None),  # as no cell is written
        ("Nov 25;Dec 25;Jan 26", "Nov 2025"),
        ("Mar 26;Feb 26;Jan 26", "Mar 2026"),
        ("Jan 26;Apr 26;Jul 26", "Jan 2026"),
        ("Jan 26;Jan 25;Feb 26;Feb 25", None),  # the 25th and 26th
        ("Jan 26;Jan 25;Feb 26;Feb 25;Mar 26;Mar 25", "Jan 2026"),  # beside the year before
        ("Jan 26;Jan 25;Feb 26;Feb 25;Mar 26;Apr 25", None),
        ("Nov 98;Dec 98;Jan 99", "Nov 1998"),
        ("Nov 99;Dec 99;Jan 00", "Nov 1999"),
        ("01/26;02/26;03/26", "01/2026"),
        ("01.26;02.26;03.26", "01.2026"),
        ("10/11;11/11;12/11;01/12", "10/2011"),
        ("01/10;02/10;03/10", None),  # the first three days of October
        ("01/12;02/12;03/12", None),
        ("01/13;02/13;03/13", "01/2013"),
        ("24-Nov;24-Dez;25-Jan", "2024-Nov"),
        ("26-Jan;26-Feb;26-Mar", None),  # a day of each month, as workbooks write it
        ("25-11;25-12;26-01", "2025-11"),
        ("26-01;26-02;26-03", None),
        ("KW 05/26;KW 06/26;KW 07/26", "KW 05/2026"),
        ("W51-25;W52-25;W01-26", "W51-2025"),
        ("26W01;26W02;26W03", "2026W01"),
        ("KW 05-06;KW 07-08;KW 09-10", None),  # two weeks each
        ("Q1 26;Q2 26;Q3 26", "Q1 2026"),
        ("T1 26;T2 26;T3 26", "T1 2026"),
        ("1T26;2T26;3T26", "1T 2026"),
        ("26Q1;26Q2;26Q3", "2026Q1"),
        ("Jan 01;Jan 02;Jan 03", None),
        ("Jan 29;Jan 30;Jan 31;Feb 01", None),
        ("Jan 05;Jan 12;Jan 19;Jan 26;Feb 02", None),
        ("Jan 31;Feb 28;Mar 31", None),
        ("Dec 15;Jan 15;Feb 15", None),  # the middle of each month, over the year
        ("Jan 26;Feb 26", None),
        ("ม.ค. 67;ก.พ. 67;มี.ค. 67", None),  # of the Buddhist calendar: 2024
        ("Jan 2026;Feb 2026;Mar 2026", None),  # whole as it is
        ("P50;P90;P95", None),
    ],
)
def test_the_row_says_what_two_digits_are(row: str, first: str | None) -> None:
    names = ["Team", *row.split(";")]
    found = with_long_years(names)
    assert list(found)[:1] == ([names[1]] if first else [])
    assert list(found.values())[:1] == ([first] if first else [])
    assert set(found) in (set(), set(names[1:]))


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "th"])
def test_the_months_of_every_language_are_read(language: str) -> None:
    short = Locale.parse(language).months["format"]["abbreviated"]
    if not any(any(map(str.isdigit, one)) for one in short.values()):  # 1月, tháng 1
        for sign in (" ", "."):
            names = [f"{short[month]}{sign}26" for month in range(1, 13)]
            assert period_headers(["x", *names]).names == tuple(names)


@pytest.mark.parametrize(
    ("row", "days"),
    [("Jan-01;Jan-02;Jan-03", 3), ("Jan-31;Feb-01;Feb-02", 3), ("Jan-26;Feb-26;Mar-26", 0), ("a;b-1;c-22", 0)],
)
def test_a_list_of_days_is_no_row_of_months(row: str, days: int) -> None:
    assert len(day_lists(row.split(";"))) == days
    assert len(period_headers(row.split(";")).names) == (3 if "26" in row else 0)


def test_totals_are_told_and_a_pattern_is_kept() -> None:
    text = "Team;Jan 26;Feb 26;Mrz 26;Q1 26\na;1;2;3;6\nb;4;5;6;15\n"
    mapping = proposed(guess(text.encode()), "UTC")
    assert mapping.options["melt"]["keep"] == ["Team"]
    found = read(text.encode(), mapping, moments=["period"], numbers=["value"])
    assert found.frame["value"].tolist() == [1, 2, 3, 4, 5, 6]
    assert found.frame["period"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-01", "2026-02-01", "2026-03-01"] * 2
    assert found.quarantine["column"].tolist() == ["Q1 26"]


def test_under_a_pattern_headers_are_read_as_they_stand() -> None:
    source = SourceDefinition(
        id="s", dates="%b %d", options={"melt": {"keep": ["x"], "name": "at", "value": "v"}}, delimiter=";"
    )
    found = read(b"x;Jan 26;Feb 26;Mar 26\na;1;2;3\n", source, moments=["at"], numbers=["v"])
    assert found.frame["at"].dt.strftime("%m-%d").tolist() == ["01-26", "02-26", "03-26"]
