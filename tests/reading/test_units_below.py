"""A row of units below the header, filled for some columns only, says what their numbers are in."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.reading.readers import read

_KINDS = {
    "Ticket;At;Time;Prio;SLA\n;;h;;%\n": {"Time": "h", "SLA": "%"},
    "Ticket;At;Dauer;Gruppe;Kosten\nNr.;Datum;Std.;;EUR\n": {"Dauer": "h", "Kosten": "EUR"},
    "番号;完了日;対応時間;部署;費用\n;;（分）;;円\n": {"対応時間": "min", "費用": "JPY"},
    "Ticket;At;Temps;Groupe;Coût\n;;[minutes];;€\n": {"Temps": "min", "Coût": "EUR"},
    "Ticket;At;Time;Prio;SLA\n;;how long;;points\n": {"Time": "", "SLA": ""},
}


@pytest.mark.parametrize(("head", "units"), _KINDS.items())
def test_a_row_of_units_is_told_and_is_no_row(head: str, units: dict[str, str]) -> None:
    rows = "".join(f"INC{n};2025-01-{n:02};{n}5;P{n % 2};{n}.25\n" for n in range(10, 16))
    content = (head + rows).encode()
    layout = guess(content)
    found = {column.name: column.unit for column in layout.columns}
    assert {name: found[name] for name in units} == units
    assert layout.first_line == 3
    reading = read(content, SourceDefinition(id="s", decimal="."), moments=[], numbers=list(units))
    assert reading.units == units
    assert reading.frame[next(iter(units))].tolist() == [n * 10 + 5 for n in range(10, 16)]


def test_a_clock_below_the_header_says_what_two_numbers_are() -> None:
    rows = "".join(f"INC{n};2025-01-{n:02};2:{n};P{n % 2}\n" for n in range(10, 16))
    content = f"Ticket;At;Time;Prio\n;;hh:mm;\n{rows}".encode()
    reading = read(content, SourceDefinition(id="s"), moments=[], numbers=["Time"])
    assert (reading.frame["Time"] / 60).tolist() == [120 + n for n in range(10, 16)]
