"""The table of docs/calibration.md in CI's size: few series a cell, so that only what is far off is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from tests.benchmarks import verdicts
from tests.benchmarks.verdicts import Cell

FEW = 25


def near(cell: Cell) -> bool:
    """Whether a cell is as wanted, but for three errors of so few series."""
    sign, bound = cell.wanted.split()
    limit = float(bound)
    slack = 3 * np.sqrt(limit * (1 - limit) / FEW)
    return bool(cell.measured <= limit + slack if sign == "<=" else cell.measured >= limit - slack)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["_seen", "_target", "_shapes", "_signals", "_mix", "_spread", "_cut"])
def test_what_is_wanted_is_near_in_a_few_series(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "SERIES", FEW)
    made: Callable[[], Iterator[Cell]] = getattr(verdicts, part)
    assert [verdicts.shown(cell) for cell in made() if not near(cell)] == []


@pytest.mark.parametrize(
    ("measured", "wanted", "fine"),
    [
        (0.06, "<= 0.06", True),
        (0.20, "<= 0.06", True),
        (0.21, "<= 0.06", False),
        (0.01, "<= 0", False),
        (0.67, ">= 0.87", True),
        (0.66, ">= 0.87", False),
        (0.99, ">= 1", False),
    ],
)
def test_near_is_three_errors(measured: float, wanted: str, fine: bool) -> None:
    assert near(Cell("", lambda: measured, wanted)) is fine
