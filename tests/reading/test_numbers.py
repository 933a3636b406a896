"""Numbers: decimal marks, grouping, sentinels."""

from __future__ import annotations

import math

import pyarrow as pa
import pytest

from csi.definition import SourceDefinition
from csi.reading.kinds import told_decimal, undecided
from csi.reading.numbers import read_numbers
from csi.reading.readers import read


def _read(text: str, decimal: str = ".", missing: tuple[str, ...] = ()) -> tuple[float, bool]:
    values, unreadable = read_numbers(pa.chunked_array([pa.array([text])]), decimal, missing)
    return values[0], bool(unreadable[0])


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("12", ".", 12),
        (" -1.5e3 ", ".", -1500),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1 234 567,8", ",", 1234567.8),
        ("1'234.5", ".", 1234.5),
        ("2,6", ",", 2.6),
        (".5", ".", 0.5),
        ("+7", ".", 7),
        ("−7", ".", -7),
        ("87.5 %", ".", 87.5),
        ("45.751999999999995", ".", 45.751999999999995),
        ("1\u00a0234,56", ",", 1234.56),
        ("12\u202f345,00", ",", 12345),
        ("12’345.5", ".", 12345.5),
        ("(1,234.5)", ".", -1234.5),
        ("12,5-", ",", -12.5),
        ("(5 %)", ".", -5),
        ("3\u00a0%", ".", 3),
        ("1,23,456.78", ".", 123456.78),  # lakhs and crores
        ("12,34,56,789", ".", 123456789),
        ("-1,23,456", ".", -123456),
        ("12.-", ".", 12),  # Swiss: no cents
        ("12.-", ",", 12),
        ("12,--", ",", 12),
        ("12,–", ",", 12),
        ("-12.-", ".", -12),
        ("1'200.-", ".", 1200),
        ("1.200,-", ",", 1200),
        ("12-", ".", -12),
        ("12.5-", ".", -12.5),
    ],
)
def test_numbers(text: str, decimal: str, expected: float) -> None:
    assert _read(text, decimal) == (expected, False)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("abc", "."),
        ("1,23,4", "."),
        ("1,23,45", "."),
        ("123,45,678", "."),
        ("1.23.456", ","),
        ("2,6", "."),
        ("1.2.3", "."),
        ("NaN", "."),
        ("inf", "."),
        ("1.5", ","),
        ("1e400", "."),
        ("(-5)", "."),
        ("(5", "."),
        ("-5-", "."),
        ("5.---", "."),
        ("12.5.-", "."),
        ("5 €", "."),
        ("$5", "."),
    ],
)
def test_what_is_no_number(text: str, decimal: str) -> None:
    value, unreadable = _read(text, decimal)
    assert math.isnan(value)
    assert unreadable


def test_a_numeric_marker_hides_that_number_however_written() -> None:
    for text in ("-200", "-200,0", "-2e2"):
        value, unreadable = _read(text, ",", ("-200",))
        assert math.isnan(value)
        assert not unreadable


def test_blank_is_missing() -> None:
    value, unreadable = _read("  ")
    assert math.isnan(value)
    assert not unreadable


def test_thousands_beside_a_unit_are_no_decimals() -> None:
    told = {"Time": ["1,234 min", "2,000 min", "12.5 min"]}
    assert told_decimal(told) == "."
    assert told_decimal({"Cost": ["1,234 EUR", "2,000 EUR"]}) == ""
    assert told_decimal({"Cost": ["1,2 h", "2,000 h"]}) == ","


@pytest.mark.parametrize(
    ("delimiter", "cells", "decimal", "right"),
    [
        (",", ["1.234", "2.345"], None, [None, None]),
        (",", ["1.234", "2.34"], None, [1.234, 2.34]),
        (";", ["1,234", "2,345"], None, [None, None]),
        (";", ["1,203", "900"], None, [None, 900]),
        (";", ["1,234", "0,345"], None, [1.234, 0.345]),
        (";", ["1,234", "2,5"], None, [1.234, 2.5]),
        (";", ["1,234", "2,345"], ",", [1.234, 2.345]),
        (";", ["1.234", "15"], None, [None, 15]),
        ("\t", ["1.234", "15"], None, [None, 15]),
        ("\t", ["1,234", "2,345"], None, [None, None]),
        (";", ["1.234 €", "15 €"], None, [None, 15]),
        (";", ["1.234", "15"], ".", [1.234, 15]),
        (";", ["1.234", "15"], ",", [1234, 15]),
        (";", ["1.234", "0.345"], None, [1.234, 0.345]),  # nobody writes 0.345 for 345
        (";", ["1.234", "1.234.567"], None, [1234, 1234567]),
        (";", ["1.234", "2,5"], None, [1234, 2.5]),
        (";", ["1.234", "1234.5"], None, [1.234, 1234.5]),
        (";", ["1234", "12345"], None, [1234, 12345]),
    ],
)
def test_thousands_or_decimals_are_asked_where_nothing_tells(
    delimiter: str, cells: list[str], decimal: str | None, right: list[float | None]
) -> None:
    text = f"id{delimiter}x\n" + "".join(f"{n}{delimiter}{cell}\n" for n, cell in enumerate(cells))
    reading = read(text.encode(), SourceDefinition(id="s", decimal=decimal), moments=[], numbers=["x"])
    assert [None if math.isnan(one) else one for one in reading.frame["x"]] == right
    if None in right:
        sign = "," if "," in cells[0] else "."
        expected = (
            f"either decimal: '.' or decimal: ',' at the source, for 1{sign}234 may be 1234 or little more than 1"
        )
        assert set(reading.quarantine["expected"]) == {expected}


@pytest.mark.parametrize(
    ("name", "cells", "sign"),
    [
        ("V", ["1.234", "2.500", "12.750"], "."),
        ("V", ["1.234", "999", "2.500", ""], "."),
        ("V", ["1.234", "2.500", "1000"], ""),  # a thousand without a point
        ("V", ["1.234", "2.50"], ""),
        ("V", ["1.234", "0.500"], ""),  # thousands do not begin with zero
        ("V", ["1.234", "1.234"], ""),  # one number alone
        ("Time (s)", ["1.234", "2.500"], ""),
        ("V", ["1.234 ms", "2.500 ms"], ""),
        ("V", ["98.302%", "97.635%"], ""),
        ("V", ["1,234", "2,500"], ""),  # thousands, as a comma parts cells
    ],
)
def test_in_a_text_that_commas_part_three_digits_alone_may_be_thousands(name: str, cells: list[str], sign: str) -> None:
    assert undecided({name: cells}, ",") == sign
    assert undecided({name: cells, "b": ["1.5"]}, ",") == ""
    assert undecided({"b": ["x"], name: cells}, ",") == sign


@pytest.mark.parametrize(
    ("name", "cells", "sign"),
    [
        ("a", ["98,302 %", "97,635 %"], ","),
        ("a", ["98.302%", "100%", "7.635%"], "."),
        ("a (%)", ["98,302", "100,000", "97,635"], ","),
        ("a", ["98,302", "97,635"], ""),
        ("a", ["98,302 %", "101,635 %"], ""),
        ("a", ["98,302 %", "1.234 EUR"], ""),
    ],
)
def test_percentages_of_three_digits_are_parts_of_a_hundred(name: str, cells: list[str], sign: str) -> None:
    assert told_decimal({name: cells}) == sign
