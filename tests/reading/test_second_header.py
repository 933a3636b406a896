"""Two rows of names: the lower one where it names all, else both; a survey's questions as they are."""

from __future__ import annotations

import pytest

from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.reading.readers import read

ROWS = "".join(f"2025-01-{day:02d};{200 + day};{150 + day};00:0{day % 9}:45\n" for day in range(1, 9))


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Datum;Calls;;Times\n;Offered;Answered;AHT\n", "Datum;Calls Offered;Calls Answered;Times AHT"),
        ("Ticket;Zeit;;Info\nNo;Opened;Closed;Prio\n", "No;Opened;Closed;Prio"),
        ("Ticket;Zeit;;Info\nNo;Opened;Opened;Prio\n", "Ticket No;Zeit Opened;Zeit Opened_2;Info Prio"),
        ("Date;Calls;;How was it?\n;In;Out;Response\n", "Date;Calls In;Calls Out;How was it?"),
        ("Datum;2024;;\n;Jan;Feb;Mar\n", "Datum;2024 Jan;2024 Feb;2024 Mar"),
        (";2024;;\nDatum;Jan;Feb;Mar\n", "Datum;2024 Jan;2024 Feb;2024 Mar"),
        ("2024;;;\nDatum;Jan;Feb;Mar\n", "Datum;Jan;Feb;Mar"),
        (";All;;\nDatum;Jan;Feb;Mar\n", "Datum;Jan;Feb;Mar"),
        ("Datum;;2024;\n;Jan;Feb;Mar\n", "Datum;Jan;2024 Feb;2024 Mar"),
        ("Datum;Calls;Out;Times\n", "Datum;Calls;Out;Times"),
        ("A report;;;\nDatum;Calls;Out;Times\n", "Datum;Calls;Out;Times"),
    ],
)
def test_names_of_two_rows(header: str, names: str) -> None:
    text = (header + ROWS).encode()
    found = guess(text, "t.csv").names
    assert list(found) == names.split(";")
    source = SourceDefinition(id="s", delimiter=";")
    assert len(read(text, source, moments=[found[0]], numbers=[found[1]], filename="t.csv").frame) == 8


def test_two_rows_below_years_are_enough() -> None:
    text = "Service;2024;;2025;\n;Nov;Dec;Jan;Feb\nMail;1;2;3;4\nNetz;5;6;7;8\n"
    source = SourceDefinition(id="s", options={"melt": {"keep": ["Service"], "name": "at", "value": "n"}})
    found = read(text.encode(), source, moments=["at"], numbers=["n"], filename="t.csv").frame
    assert found["at"].dt.strftime("%Y-%m").tolist() == ["2024-11", "2024-12", "2025-01", "2025-02"] * 2
