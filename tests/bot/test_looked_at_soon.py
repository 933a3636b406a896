"""Of which files it is said at once that they are looked at."""

from __future__ import annotations

import pytest

from bot.listeners.step3_gather.drops import takes_long


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("tickets.csv", 100_001, True),
        ("tickets.csv", 100_000, False),
        ("Tickets.CSV.gz", 100_001, True),
        ("workbook.xlsx", 2_000_000, True),
        ("study.yml", 2_000_000, False),  # nobody's business, unless it is a study
        ("holiday.mp4", 2_000_000, False),
        ("tickets.csv", None, False),
    ],
)
def test_who_would_wonder_is_told_at_once(name: str, size: int | None, told: bool) -> None:
    assert takes_long({"name": name, "size": size}) is told
