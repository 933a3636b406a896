"""Workbooks: what a cell's number format says is read, whatever the KPI is in."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest
import xlsxwriter

from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.reading.number_formats import as_clock, as_percent, format_of_code
from csi.reading.readers import read
from csi.reading.reading import Reading
from tests.reading.workbooks import ods

_HOUR = 1 / 24


def _workbook(columns: Mapping[str, tuple[str, Sequence[float | str]]], *, since_1904: bool = False) -> bytes:
    """One sheet: per column its number format and its cells, behind an id and a moment."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": None, "date_1904": since_1904})
    sheet = book.add_worksheet("Data")
    sheet.write_row(0, 0, ["id", "at", *columns])
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    height = max(len(cells) for _, cells in columns.values())
    for row in range(height):
        sheet.write_string(row + 1, 0, f"T{row}")
        sheet.write_datetime(row + 1, 1, datetime(2025, 3, 3, 10 + row), moments)
    for place, (code, cells) in enumerate(columns.values(), 2):
        form = book.add_format({"num_format": code})
        for row, cell in enumerate(cells, 1):
            sheet.write(row, place, cell, form)
    book.close()
    return out.getvalue()


def _read(content: bytes, *numbers: str, **fields: object) -> Reading:
    return read(content, SourceDefinition(id="s", **fields), moments=[], numbers=numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "code", ["[h]:mm:ss", "hh:mm:ss", "h:mm", "mm:ss", "[mm]:ss", "[ss]", "mm:ss.0", "[$-F800]hh:mm:ss;@", 'hh"h"mm']
)
@pytest.mark.parametrize("since_1904", [False, True])
def test_a_duration_cell_is_a_duration(code: str, since_1904: bool) -> None:
    cells = [2 * _HOUR, (25 + 20 / 60) * _HOUR, 1.0, 61.25, 0, 90 / 86_400]
    reading = _read(_workbook({"dur": (code, cells)}, since_1904=since_1904), "dur")
    assert reading.quarantine.empty
    assert reading.units == {"dur": "s"}
    assert reading.frame["dur"].tolist() == [7_200, 91_200, 86_400, 5_292_000, 0, 90]


def test_a_duration_is_shown_as_one() -> None:
    content = _workbook({"dur": ("hh:mm:ss", [2 * _HOUR, (25 + 20 / 60) * _HOUR])})
    column = guess(content).columns[-1]
    assert (column.kind, column.unit, column.examples) == ("number", "s", ("02:00:00", "25:20:00"))


@pytest.mark.parametrize("code", ["0%", "0.0%", "0.00%", "0.0 %;[Red]-0.0 %"])
def test_a_percentage_cell_is_in_per_cent(code: str) -> None:
    reading = _read(_workbook({"rate": (code, [0.953, 0.07, 1, 0, -0.5])}), "rate")
    assert (reading.units, reading.frame["rate"].tolist()) == ({"rate": "%"}, [95.3, 7, 100, 0, -50])


@pytest.mark.parametrize(
    ("code", "unit"),
    [
        ("#,##0.00 €", "EUR"),
        ("[$€-407] #,##0.00", "EUR"),
        ("[$R$-416] #,##0.00", "BRL"),
        ('"$"#,##0.00', "$"),
        ('_-* #,##0.00 "€"_-;-* #,##0.00 "€"_-', "EUR"),
        ('0.0" min"', "min"),
        ("0.0\\ \\h", "h"),
        ("0.00", ""),
        ("General", ""),
        ('"Q"0', ""),
    ],
)
def test_the_unit_a_format_writes_beside_a_number(code: str, unit: str) -> None:
    reading = _read(_workbook({"n": (code, [1406.32, 7])}), "n")
    assert (reading.units, reading.frame["n"].tolist()) == ({"n": unit}, [1406.32, 7])


@pytest.mark.parametrize(
    "code",
    [
        "yyyy-mm-dd",
        "dd/mm/yyyy hh:mm",
        "d/m h:mm",
        "m/d",
        "mmm yy",
        "h:mm AM/PM",
        "General",
        "@",
        "0.00E+00",
        "Standard",
        "[>=1]0;0",
        "#,##0_);[Red](#,##0)",
    ],
)
def test_formats_of_moments_and_plain_numbers_say_nothing(code: str) -> None:
    assert format_of_code(code) is None


def test_text_under_a_format_stays_text() -> None:
    reading = _read(_workbook({"rate": ("0%", [0.95, "n/a", "97%"])}), "rate", missing=("n/a",))
    assert reading.frame["rate"].tolist()[::2] == [95, 97]
    assert reading.frame["rate"].isna().tolist() == [False, True, False]


def test_a_time_of_day_beside_a_date_still_joins_it() -> None:
    content = _workbook({"Day": ("yyyy-mm-dd", [45719, 45720]), "Time": ("hh:mm:ss", [8.5 * _HOUR, 0])})
    source = SourceDefinition(id="s", options={"join": {"when": ["Day", "Time"]}})
    reading = read(content, source, moments=["when"], numbers=[])
    assert [str(one) for one in reading.frame["when"]] == ["2025-03-03 08:30:00+00:00", "2025-03-04 00:00:00+00:00"]


def test_a_declared_unit_is_what_a_duration_is_brought_to() -> None:
    content = _workbook({"dur": ("[h]:mm:ss", [2 * _HOUR, 25.5 * _HOUR])})
    assert _read(content, "dur", options={"units": {"dur": "h"}}).frame["dur"].tolist() == [2, 25.5]


def test_a_header_in_minutes_over_clocks_is_in_minutes() -> None:
    reading = _read(_workbook({"Dauer [min]": ("hh:mm:ss", [2 * _HOUR, 0.5 * _HOUR])}), "Dauer [min]")
    assert (reading.units, reading.frame["Dauer [min]"].tolist()) == ({"Dauer [min]": "min"}, [120, 30])


_CELL = "<table:table-cell %s><text:p>%s</text:p></table:table-cell>"


def _ods_row(*cells: tuple[str, str]) -> str:
    return f"<table:table-row>{''.join(_CELL % cell for cell in cells)}</table:table-row>"


def test_an_open_document_says_the_same() -> None:
    names = _ods_row(*((' office:value-type="string"', name) for name in ("dur", "rate", "cost")))
    rows = [
        (
            f'office:value-type="time" office:time-value="{time}"',
            f'office:value-type="percentage" office:value="{rate}"',
            f'office:value-type="currency" office:currency="EUR" office:value="{cost}"',
        )
        for time, rate, cost in (("PT25H20M00S", 0.953, 1406.32), ("PT08H30M00S", 0.07, 7), ("PT00H00M01S", 1, -7))
    ]
    table = names + "".join(_ods_row(*((cell, "as shown") for cell in row)) for row in rows)
    reading = _read(ods(table), "dur", "rate", "cost")
    assert reading.units == {"dur": "s", "rate": "%", "cost": "EUR"}
    assert reading.frame["dur"].tolist() == [91_200, 30_600, 1]
    assert reading.frame["rate"].tolist() == [95.3, 7, 100]
    assert reading.frame["cost"].tolist() == [1406.32, 7, -7]


def test_repeated_cells_of_an_open_document_are_all_percentages() -> None:
    head = _ods_row((' office:value-type="string"', "a"), (' office:value-type="string"', "b"))
    cell = '<table:table-cell table:number-columns-repeated="2" office:value-type="percentage" office:value="0.5"/>'
    rows = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row>'
    reading = _read(ods(head + rows), "a", "b")
    assert reading.frame.to_numpy().tolist() == [[50, 50]] * 3


def test_a_number_is_shown_to_its_last_digit() -> None:
    assert [as_percent(share) for share in (0.953, 0.07, 0.29, 1.0, 1e-7)] == ["95.3%", "7%", "29%", "100%", "0.00001%"]
    assert [as_clock(days) for days in (0.0, _HOUR, -_HOUR, 1 / 172_800, 61.25)] == [
        "00:00:00",
        "01:00:00",
        "-01:00:00",
        "00:00:00.500",
        "1470:00:00",
    ]
