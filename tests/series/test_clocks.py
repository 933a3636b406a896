"""What moments say of their own zone is told where it speaks against the one they are read in; nothing is guessed."""

from __future__ import annotations

import pytest

from csi.reading.readers import read
from csi.reading.reading import Reading
from csi.series.processed import Processed
from tests.series.studies import RESOLVE, kpi, made, study

ZONED = {"zones": {"resolved_at": "Europe/Berlin"}}
MTTR = kpi("k", "median", at="resolved_at", value=RESOLVE, unit="h")


def _read(*rows: str, **how: object) -> Reading:
    source = study(MTTR, source=how).sources["tickets"]
    text = "opened_at,resolved_at\n" + "".join(f"{row}\n" for row in rows)
    return read(text.encode(), source, moments=["opened_at", "resolved_at"], numbers=[], filename="t.csv")


def _notes(*rows: str, **how: object) -> list[str]:
    found: Processed = made(study(MTTR, source=how), _read(*rows, **how))["k"]
    return [note for note in found.notes if "offset" in note or "zone" in note]


def test_an_offset_beside_moments_that_say_none_is_told() -> None:
    rows = ["2026-07-01T10:00+02:00,2026-07-01 13:00", "2026-07-02T10:00+02:00,2026-07-02 14:00"]
    assert _notes(*rows) == [
        "resolved_at says no offset and is read in UTC, while opened_at says its own: is that its zone?"
    ]
    assert "read in Europe/Berlin" in _notes(*rows, **ZONED)[0]


@pytest.mark.parametrize(
    "row", ["2026-07-01 10:00,2026-07-01 13:00", "2026-07-01T10:00Z,2026-07-01T13:00Z", "2026-07-01T10:00+02:00,"]
)
def test_moments_of_one_kind_say_nothing_against_their_zone(row: str) -> None:
    assert _notes(row) == []


def test_a_column_with_both_is_told_with_how_many() -> None:
    rows = ["2026-07-01 10:00,2026-07-01 13:00", "2026-07-02T10:00+02:00,2026-07-02 14:00", "2026-07-03 10:00,"]
    assert _notes(*rows) == ["opened_at: 2 of 3 moments say no offset and are read in UTC."]


def test_a_date_for_not_yet_says_nothing() -> None:
    rows = [f"2026-07-0{day}T10:00+02:00,2026-07-0{day}T13:00+02:00" for day in range(1, 8)]
    assert _notes(*rows, "2026-07-08T10:00+02:00,9999-12-31", "2026-07-09T10:00+02:00,9999-12-31") == []


def test_times_that_the_clock_skips_speak_for_another_zone() -> None:
    rows = ["2026-03-28 01:30,2026-03-29 02:30", "2026-03-28 01:30,2026-03-30 02:30"]
    assert _notes(*rows, **ZONED) == [
        "resolved_at: 1 local time the clock skips; moved forward. That speaks for another zone than Europe/Berlin."
    ]


def test_every_part_of_a_delivery_is_counted() -> None:
    counts = _read("2026-07-01 10:00,2026-07-01T13:00Z", ",2026-07-02T13:00Z").moments
    assert counts["opened_at"] == {"ambiguous": 0, "nonexistent": 0, "stated": 0, "local": 1}
    assert counts["resolved_at"] == {"ambiguous": 0, "nonexistent": 0, "stated": 2, "local": 0}
