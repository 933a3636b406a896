"""Deliveries that are written otherwise than the last one: said, never read the wrong way round."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.as_written import differences, fitted
from csi.reading.kinds import guess_decimal
from csi.reading.layout import guess
from csi.reading.readers import read

DAY_FIRST = SourceDefinition(id="s", dates="day_first", decimal=",")


def _file(day: str, number: str) -> bytes:
    return f"at;n\n{day};{number}\n{day};{number}\n".encode()


@pytest.mark.parametrize(
    ("day", "number", "dates", "said"),
    [
        ("13/2/2024", "2,5", "day_first", ()),
        ("2/3/2024", "2,5", "day_first", ()),  # no day above 12: nothing speaks against what was said
        ("2024-02-13", "2,5", "day_first", ()),  # a year in front is read the same
        ("13 Feb 2024", "7", "day_first", ()),
        ("2/13/2024", "2,5", "day_first", ("‘at’ was written day first, and is month first now",)),
        ("13/2/2024", "2,5", "iso", ("‘at’ was written year first, and is day first now",)),
        ("2024-02-13", "2,5", "epoch", ("‘at’ was written seconds since 1970, and is year first now",)),
        ("13/2/2024", "2,5", "%d/%m/%Y", ()),
        ("2/13/2024", "2,5", "%d/%m/%Y", ("‘at’ was written %d/%m/%Y, and is month first now",)),
        ("13/2/2024", "2.5", "day_first", ("numbers had a comma before their decimals, and have a point now",)),
        ("13/2/2024", "1.234", "day_first", ()),  # thousands or thousandths: nobody can tell
        ("13/2/2024", "1.234.567", "day_first", ()),
        ("13/2/2024", "1234", "day_first", ()),
    ],
)
def test_what_is_written_otherwise_is_said(day: str, number: str, dates: str, said: tuple[str, ...]):
    mapping = SourceDefinition(id="s", dates=dates, decimal=",")
    assert differences(guess(_file(day, number)), mapping, ["at"]) == said


def test_a_workbook_holds_numbers_and_no_decimal_signs():
    layout = guess(b'[{"at": "2024-02-13", "n": 2.5}]')
    assert differences(layout, SourceDefinition(id="s", decimal=","), ["at"]) == ()


def test_two_columns_of_one_moment_are_looked_at_by_their_own_names():
    joined = SourceDefinition(id="s", dates="day_first", options={"join": {"day hour": ["day", "hour"]}})
    layout = guess(b"day,hour,n\n2/13/2024,10:15,1\n2/14/2024,10:30,2\n")
    assert differences(layout, joined, ["day hour"]) == ("‘day’ was written day first, and is month first now",)


def test_a_delivery_is_read_as_it_is_written_where_the_mapping_has_moved_on():
    earlier = _file("13/2/2024", "2,5")
    wanted = SourceDefinition(id="s", dates="month_first", decimal=".", key="n")
    own = fitted(guess(earlier), wanted, DAY_FIRST, ["at"])
    assert (own.dates, own.decimal, own.key) == ("day_first", ",", "n")
    reading = read(earlier, own, moments=["at"], numbers=["n"])
    assert [stamp.day for stamp in reading.frame["at"]] == [13, 13]
    assert list(reading.frame["n"]) == [2.5, 2.5]


def test_an_ambiguous_delivery_is_read_again_as_was_said_now():
    wanted = SourceDefinition(id="s", dates="month_first", decimal=",")
    assert fitted(guess(_file("2/3/2024", "2,5")), wanted, DAY_FIRST, ["at"]) == wanted


@pytest.mark.parametrize(
    ("cells", "delimiter", "decimal"),
    [
        (["1,234", "12,345"], ",", "."),
        (["1,234", "12,345"], ";", ","),
        (["1,234", "0,5"], ",", ","),
        (["1,234", "1,234.5"], ",", "."),
        (["1.234", "12.345"], ";", "."),
        (["1.234", "7,5"], ";", ","),
        (["1.234.567"], ";", ","),
        (["192.168.100.200"], ";", "."),
        (["1\u00a0234,5"], ";", ","),
        (["7"], ";", "."),
    ],
)
def test_the_decimal_sign_is_guessed_from_cells_that_tell_it(cells: list[str], delimiter: str, decimal: str):
    assert guess_decimal({"n": cells}, delimiter) == decimal


def test_only_the_column_that_may_hold_thousands_is_asked_about() -> None:
    text = b"d,v,time (s)\n2025-01-01,1.234,1.234\n2025-01-02,2.500,2.500\n2025-01-03,87,9.125\n"
    found = read(text, SourceDefinition(id="s", file="s.csv"), moments=["d"], numbers=["v", "time (s)"])
    assert found.frame["time (s)"].tolist() == [1.234, 2.5, 9.125]
    assert found.frame["v"].fillna(0).tolist() == [0, 0, 87]
    assert [one.startswith("either decimal: '.' or decimal: ','") for one in found.quarantine["expected"]] == [True] * 2
    said = SourceDefinition(id="s", file="s.csv", decimal=",")
    assert read(text, said, moments=["d"], numbers=["v"]).frame["v"].tolist() == [1234, 2500, 87]
