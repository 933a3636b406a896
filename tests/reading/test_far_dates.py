"""A far date that several rows share is asked about, and no real batch of equal days is."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.far_dates import Beside, Far, far_dates, newest_days
from csi.reading.moments import Moments, read_moments
from csi.reading.readers import read

_DATES = ["2025-01-03", "2025-01-09", "2025-02-01"]


def _far(*texts: str | None) -> tuple[Far, ...]:
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    return far_dates(cells, read_moments(cells, "iso", "UTC"))


@pytest.mark.parametrize("text", ["2222-02-22", "2500-12-31 00:00:00", "1800-01-01", "2035-03-01"])
def test_a_far_date_of_several_rows_is_found(text: str) -> None:
    [one] = _far(*_DATES, text, None, text)
    assert (one.text, one.count, one.rows.tolist()) == (text, 2, [False] * 3 + [True, False, True])


@pytest.mark.parametrize(
    "texts",
    [
        [*_DATES, "2222-02-22"],  # one row: perhaps a slip of the keyboard
        [*_DATES, "2035-01-30", "2035-01-30"],  # within ten years
        [*_DATES, *_DATES, "2024-12-31", "2024-12-31"],
        [*_DATES, "2222-02-22", "2222-02-22", "2222-02-23"],  # not alone
        ["1995-01-01", "2025-01-01", "2025-01-02", "1960-01-01", "1960-01-01"],  # within twice the span of the others
        ["1990-01-01", "1990-01-01", "2025-01-01", "2025-01-01"],  # which of them is usual?
        ["2025-01-01", "2025-01-01"],
        [],
    ],
)
def test_any_other_date_is_a_date(texts: list[str]) -> None:
    assert _far(*texts) == ()


def test_two_of_them_are_asked_about_each() -> None:
    found = _far(*_DATES, "2222-02-22", "1800-01-01", "1800-01-01", "2222-02-22")
    assert [(one.text, one.count, one.distance) for one in found] == [
        ("1800-01-01", 2, "225 years"),
        ("2222-02-22", 2, "197 years"),
    ]


def test_years_of_another_calendar_are_no_far_dates() -> None:
    assert _far("2568-01-03", "2568-01-04", "2568-01-03", "2025-01-03") == ()
    assert _far("2568-01-03", "2568-01-03") == ()


def test_it_is_refused_until_it_is_listed_and_then_missing() -> None:
    rows = "id,closed\n1,2025-01-03\n2,2222-02-22\n3,2025-01-09\n4,2222-02-22\n"
    reading = read(rows.encode(), SourceDefinition(id="t"), moments=["closed"], numbers=[])
    assert reading.quarantine[["line", "column", "value", "reason"]].to_numpy().tolist() == [
        [3, "closed", "2222-02-22", "a date far from all others"],
        [5, "closed", "2222-02-22", "a date far from all others"],
    ]
    assert "2 rows share this one, 197 years from the next; list it under missing" in reading.quarantine["expected"][0]
    listed = read(rows.encode(), SourceDefinition(id="t", missing=("2222-02-22",)), moments=["closed"], numbers=[])
    assert listed.quarantine.empty
    assert listed.frame["closed"].isna().tolist() == [False, True, False, True]


@pytest.mark.parametrize("meant", [["closed"], ["Day"]])
def test_real_dates_are_said_by_their_column(meant: list[str]) -> None:
    rows = "id,Day,Time\n1,2025-01-03,10:00\n2,2222-02-22,10:00\n3,9999-12-31,00:00\n4,2222-02-22,10:00\n"
    joined = {"join": {"closed": ["Day", "Time"]}}
    told = SourceDefinition(id="t", options={**joined, "meant": meant})
    reading = read(rows.encode(), told, moments=["closed"], numbers=[])
    assert reading.quarantine.empty
    assert reading.frame["closed"].dt.year.tolist() == [2025, 2222, 9999, 2222]
    assert reading.placeholders == {}
    other = SourceDefinition(id="t", options={**joined, "meant": ["id"]})
    untold = read(rows.encode(), other, moments=["closed"], numbers=[])
    assert untold.quarantine["value"].tolist() == ["2222-02-22 10:00", "2222-02-22 10:00"]
    assert untold.frame["closed"].isna().sum() == 1  # the rows in quarantine have no other moment


_CLOCKS = ["2026-01-05 08:10", "2026-01-19 09:30", "2026-02-02 17:45", "2026-02-09 11:00", "2026-02-20 10:20"]


def _ahead(
    texts: Sequence[str | None], name: str = "resolved", opened: str = "2026-03-01"
) -> list[tuple[str, int, int]]:
    """Text, rows and days of each far date beside a column of openings."""
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    reads = {name: read_moments(cells, "iso", "UTC"), "opened": _moments("2026-01-01", opened)}
    found = far_dates(cells, reads[name], Beside(name, newest_days(reads)[name]))
    return [(one.text, one.count, one.days) for one in found]


def _moments(*texts: str) -> Moments:
    return read_moments(pa.chunked_array([pa.array(texts, pa.string())]), "iso", "UTC")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2027-12-31", 670),
        ("2030-01-01 00:00", 1402),
        ("2035-12-31 23:59:59", 3592),
        ("2026-12-31 23:59", 305),
        ("2029-09-09 00:00", 1288),
    ],
)
def test_a_day_to_come_that_rows_share_is_found(text: str, days: int) -> None:
    assert _ahead([*_CLOCKS, text, None, text]) == [(text, 2, days)]


@pytest.mark.parametrize(
    "texts",
    [
        [*_CLOCKS, "2027-12-31"],  # one row, and few others
        [*_CLOCKS, "2029-09-09 10:00", "2029-09-09 10:00"],  # neither an edge of a year nor of a day
        [*_CLOCKS, "2027-12-31 10:00", "2027-12-31 11:00"],  # at two times
        [*_DATES, "2029-09-09", "2029-09-09"],  # all of them are days
        ["2026-12-01 10:00", *_CLOCKS, "2026-12-31", "2026-12-31"],  # near the others
        ["2024-12-01 10:00", *_CLOCKS, "2027-12-31", "2027-12-31"],  # no longer than nothing happened before
        ["2026-01-05", "2027-12-31", "2027-12-31"],  # which of them is usual?
    ],
)
def test_a_day_to_come_that_may_have_come_is_a_day(texts: list[str]) -> None:
    assert _ahead(texts) == []


def test_a_deadline_may_lie_ahead_of_all_else() -> None:
    marks = [*_CLOCKS, "2027-12-31", "2027-12-31"]
    assert _ahead(marks, "Due date") == []
    assert _ahead(marks, opened="2027-11-30 10:00") == []  # the file goes on
    assert _ahead(marks, opened="2027-11-29 10:00") == [("2027-12-31", 2, 32)]
    due = {"closed": _moments(*_CLOCKS), "Due date": _moments(*_CLOCKS, "2028-05-05 10:00")}
    assert newest_days(due)["closed"] is None


def test_marks_of_another_column_hide_none() -> None:
    marks = [*_CLOCKS, "2030-01-01", "2030-01-01"]
    both = {"resolved": _moments(*marks), "closed": _moments(*marks)}
    assert newest_days(both) == dict.fromkeys(
        both, newest_days({"a": _moments(*_CLOCKS), "b": _moments("2020-02-02")})["b"]
    )


_MANY = [f"2026-01-{day:02} 10:00" for day in range(5, 16)]


def test_one_row_far_ahead_of_many_is_found() -> None:
    assert _ahead([*_MANY, "2029-07-04 10:00"]) == [("2029-07-04 10:00", 1, 1221)]
    assert _ahead([*_MANY[:9], "2029-07-04 10:00"]) == []
    assert len(_ahead([*_MANY[:10], "2029-07-04 10:00"])) == 1
    assert _ahead([*_MANY, "2027-03-01 10:00"]) == []  # within a year
    assert _ahead([*_MANY, "2027-03-02 10:00"]) == [("2027-03-02 10:00", 1, 366)]
    assert _ahead(["2025-08-01 10:00", *_MANY, "2029-07-04 10:00"]) == []  # ten times half a year
    assert _ahead([*_MANY, "2029-07-04 10:00", "2029-07-04 10:00"]) == []


def test_of_a_part_of_a_file_only_marks_a_year_ahead_are_told() -> None:
    part = Beside("resolved", None, is_whole=False)
    for texts, right in (
        ([*_MANY, "2029-07-04 10:00"], 0),
        ([*_MANY, *["2026-12-31"] * 2], 0),
        ([*_MANY, *["2027-12-31"] * 2], 1),
    ):
        cells = pa.chunked_array([pa.array(texts, pa.string())])
        assert len(far_dates(cells, read_moments(cells, "iso", "UTC"), part)) == right


def test_what_one_row_alone_says_names_its_line() -> None:
    rows = "id,closed\n" + "".join(f"{n},{text}\n" for n, text in enumerate([*_MANY, "2029-07-04 10:00"]))
    [told] = read(rows.encode(), SourceDefinition(id="t"), moments=["closed"], numbers=[]).quarantine.to_dict("records")
    assert (told["line"], told["column"], told["value"]) == (13, "closed", "2029-07-04 10:00")
    assert "nothing else happens for 3 years before it" in told["expected"]
    meant = SourceDefinition(id="t", options={"meant": ("closed",)})
    assert len(read(rows.encode(), meant, moments=["closed"], numbers=[]).quarantine) == 0
