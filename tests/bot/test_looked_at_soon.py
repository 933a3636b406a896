"""Of which files it is said at once that they are looked at."""

from __future__ import annotations

import pytest

from bot.listeners.step3_gather.drops import is_told_of


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("tickets.csv", True),
        ("Tickets.CSV.gz", True),
        ("workbook.xlsx", True),
        ("old.xls", True),
        ("study.yml", False),  # nobody's business, unless it is a study
        ("holiday.mp4", False),
        ("", False),
    ],
)
def test_of_a_table_it_is_said_at_once_that_it_is_looked_at(name: str, told: bool) -> None:
    assert is_told_of({"name": name}) is told
