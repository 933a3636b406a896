"""A far date that several rows share is asked about, and no real batch of equal days is."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.far_dates import far_dates
from csi.reading.moments import read_moments
from csi.reading.readers import read

_DATES = ["2025-01-03", "2025-01-09", "2025-02-01"]


def _far(*texts: str | None):
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
    assert [(one.text, one.count, one.years) for one in found] == [("1800-01-01", 2, 225), ("2222-02-22", 2, 197)]


def test_years_of_another_calendar_are_no_far_dates() -> None:
    assert _far("2568-01-03", "2568-01-04", "2568-01-03", "2025-01-03") == ()
    assert _far("2568-01-03", "2568-01-03") == ()


def test_it_is_refused_until_it_is_listed_and_then_missing() -> None:
    rows = "id,closed\n1,2025-01-03\n2,2222-02-22\n3,2025-01-09\n4,2222-02-22\n"
    reading = read(rows.encode(), SourceDefinition("t"), moments=["closed"], numbers=[])
    assert reading.quarantine[["line", "column", "value", "reason"]].to_numpy().tolist() == [
        [3, "closed", "2222-02-22", "a date far from all others"],
        [5, "closed", "2222-02-22", "a date far from all others"],
    ]
    assert "2 rows share this one, 197 years from the next; list it under missing" in reading.quarantine["expected"][0]
    listed = read(rows.encode(), SourceDefinition("t", missing=("2222-02-22",)), moments=["closed"], numbers=[])
    assert listed.quarantine.empty
    assert listed.frame["closed"].isna().tolist() == [False, True, False, True]


@pytest.mark.parametrize("meant", [["closed"], ["Day"]])
def test_real_dates_are_said_by_their_column(meant: list[str]) -> None:
    rows = "id,Day,Time\n1,2025-01-03,10:00\n2,2222-02-22,10:00\n3,9999-12-31,00:00\n4,2222-02-22,10:00\n"
    joined = {"join": {"closed": ["Day", "Time"]}}
    told = SourceDefinition("t", options={**joined, "meant": meant})
    reading = read(rows.encode(), told, moments=["closed"], numbers=[])
    assert reading.quarantine.empty
    assert reading.frame["closed"].dt.year.tolist() == [2025, 2222, 9999, 2222]
    assert reading.placeholders == {}
    other = SourceDefinition("t", options={**joined, "meant": ["id"]})
    untold = read(rows.encode(), other, moments=["closed"], numbers=[])
    assert untold.quarantine["value"].tolist() == ["2222-02-22 10:00", "2222-02-22 10:00"]
    assert untold.frame["closed"].isna().sum() == 1  # the rows in quarantine have no other moment
