"""Dates that stand for "not yet": missing and counted, but never real days near the rest of the column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.moments import read_moments
from csi.reading.placeholders import Placeholder, together, without_placeholders
from csi.reading.readers import read

_DATES = ["2024-01-03", "2024-01-09", "2024-02-01"]


def _without(*texts: str | None, order: str = "iso", zone: str = "UTC"):
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    return without_placeholders(cells, read_moments(cells, order, zone), np.arange(2, len(texts) + 2))


@pytest.mark.parametrize(
    ("text", "order", "zone"),
    [
        ("9999-12-31", "iso", "UTC"),
        ("9999-12-31 23:59:59", "iso", "America/New_York"),
        ("9999-12-31T23:59:59.997", "iso", "UTC"),
        ("31.12.2999", "day_first", "UTC"),
        ("12/31/2099 12:00:00 AM", "month_first", "UTC"),
        ("2099年12月31日", "iso", "Asia/Tokyo"),
        ("1970-01-01 00:00:00", "iso", "Europe/Berlin"),
        ("1970-01-01T01:00:00+01:00", "iso", "UTC"),
        ("0", "epoch", "Europe/Berlin"),
        ("01 Jan 1900", "iso", "UTC"),
        ("1899-12-30", "iso", "UTC"),
        ("1899-12-31 00:00", "iso", "UTC"),
        ("1753-01-01", "iso", "UTC"),
        ("01.01.0001", "day_first", "UTC"),
        ("0000-00-00 00:00:00", "iso", "UTC"),
        ("00/00/0000", "day_first", "UTC"),
        ("00.01.1900", "day_first", "UTC"),
        ("0", "excel", "UTC"),
    ],
)
def test_a_date_that_stands_for_nothing_is_missing_and_counted(text: str, order: str, zone: str) -> None:
    others = {"epoch": ["1704240000"], "excel": ["45293"]}.get(order, ["2024-01-03"])
    moments, found = _without(*others, text, text, order=order, zone=zone)
    assert moments.instants.isna().tolist() == [False, True, True]
    assert not moments.unreadable.any()
    assert found == {text: Placeholder(2, 3)}


@pytest.mark.parametrize(
    "text", ["9999-12-30", "2099-12-31 10:00:00", "1970-01-01 00:00:01", "1970-01-02", "2100-12-31", "1900-01-02"]
)
def test_any_other_far_date_is_a_date(text: str) -> None:
    moments, found = _without(*_DATES, text)
    assert not moments.instants.isna().any()
    assert not found


@pytest.mark.parametrize(
    ("near", "is_real"), [("1970-01-20", True), ("1970-02-01", True), ("1970-02-02", False), ("1969-12-01", True)]
)
def test_a_month_is_near(near: str, is_real: bool) -> None:
    moments, found = _without("1970-01-01", near)
    assert moments.instants.notna()[0] == is_real
    assert bool(found) != is_real


def test_the_first_of_many_years_is_a_year() -> None:
    years = [f"{year}-01-01" for year in (1900, *range(1901, 1930))]
    assert not _without(*years)[1]
    quarters = [f"{year}-{month:02}-01" for year in (1970, 1971) for month in (1, 4, 7, 10)]
    assert not _without(*quarters)[1]


def test_blank_and_unreadable_cells_are_not_counted() -> None:
    moments, found = _without(None, " ", "soon", "2024-01-01")
    assert not found
    assert moments.unreadable.tolist() == [False, False, True, False]


def test_a_reading_says_where_the_first_stands() -> None:
    rows = "id,closed\n1,2024-01-03\n2,9999-12-31\n3,2099-12-31\n4,9999-12-31\n"
    reading = read(rows.encode(), SourceDefinition(id="t"), moments=["closed"], numbers=[])
    assert reading.placeholders == {"closed": {"9999-12-31": Placeholder(2, 3), "2099-12-31": Placeholder(1, 4)}}
    assert reading.frame["closed"].isna().tolist() == [False, True, True, True]
    assert reading.quarantine.empty


def test_what_is_declared_missing_is_not_told() -> None:
    rows = "id,closed\n1,2024-01-03\n2,9999-12-31\n"
    source = SourceDefinition(id="t", missing=("9999-12-31",))
    assert read(rows.encode(), source, moments=["closed"], numbers=[]).placeholders == {"closed": {}}


def test_parts_add_up_and_the_first_line_stays() -> None:
    parts = [{"a": {"x": Placeholder(2, 9)}}, {"a": {"x": Placeholder(1, 3), "y": Placeholder(1, 4)}}]
    assert together(parts) == {"a": {"x": Placeholder(3, 9), "y": Placeholder(1, 4)}}
