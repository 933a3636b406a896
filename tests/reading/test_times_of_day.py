"""Columns of clocks beside dates: told from lengths of time, and joined to their date."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.reading.column_headers import says_duration
from csi.reading.layout import guess
from csi.reading.proposing import time_beside
from csi.reading.times_of_day import has_clock, tells_when, time_of_day


@pytest.mark.parametrize(
    ("header", "cell", "is_told"),
    [
        ("Time", "14:05", True),
        ("Time", "2:05 PM", True),
        ("Time", "23:59:59", True),
        ("Time", "18.00.00", True),
        ("Time", "24:00", False),
        ("Started", "14:65", False),
        ("Hora Alta", "14h05", True),
        ("Heure", "9 H 05", True),
        ("Hora de atendimento", "14h05", True),  # a clock's word beside one of a length
        ("Durée", "14h05", False),
        ("Durée", "14:05", True),  # as before: beside a date its hours decide
        ("Time", "9:14a", True),
        ("Time", "9:14 P", True),
        ("Time", "2p", True),
        ("Time", "2 p.m.", True),
        ("Time", "2 p", False),  # pages, pieces, points
        ("시간", "오후 2:05", True),
        ("Óra", "du. 2:05", True),
        ("Час", "2:05 сл.об.", True),
        ("Uhrzeit", "14:05 Uhr", True),
        ("Amount", "5.03 p", False),
        ("Amount", "12 kg", False),
        ("Duration", "2:05 h", False),
        ("Duration", "2:05 min", False),
        ("Hora", "14h", False),
        ("Hora", "24h05", False),
        ("Hora", "1405", False),
    ],
)
def test_a_cell_that_can_be_a_time_of_day(header: str, cell: str, is_told: bool) -> None:
    assert time_of_day(header, [f" {cell} "]) == is_told


@pytest.mark.parametrize(
    ("cell", "stands"),
    [("03/03/25", False), ("3 Mar 2025", False), ("03/03/25 14h05", True), ("2025-03-03T9:00", True)],
)
def test_a_date_with_its_clock(cell: str, stands: bool) -> None:
    assert has_clock(["03/03/25", cell]) is stands


@pytest.mark.parametrize(
    ("header", "is_told"),
    [("Durée", True), ("Gesprächsdauer", True), ("Call duration", True), ("Call time", False), ("Durable", False)],
)
def test_the_word_for_how_long_is_no_clock_whatever_its_cells_are(header: str, is_told: bool) -> None:
    assert says_duration(header) is is_told
    assert tells_when(header, ["9:35", "8:40"]) is not is_told
    rows = "".join(f"A{n};{n:02d}/05/2026;{n % 9 + 1}:05\n" for n in range(1, 31))
    assert time_beside(guess(f"Appel;Date;{header}\n{rows}".encode()), "Date") == ("" if is_told else header)


def test_hours_with_a_letter_join_their_date_and_are_no_length(tmp_path: Path) -> None:
    file = tmp_path / "hospital.csv"
    rows = "".join(f"{n};{n:02d}/03/25;{n:02d}h05;{n}h30\n" for n in range(1, 24))
    file.write_text("Episódio;Data Alta;Hora Alta;Duração\n" + rows, encoding="utf-8")
    layout = guess(file)
    kinds = {column.name: column.kind for column in layout.columns}
    assert kinds["Hora Alta"] == "text"
    assert kinds["Duração"] == "number"
    assert time_beside(layout, "Data Alta") == "Hora Alta"
