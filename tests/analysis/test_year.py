"""A season of the year in weeks: taken out where the history is long enough, else said to be possible."""

from __future__ import annotations

import numpy as np
import pytest

from csi.analysis import season
from tests.analysis.series import analyse, autoregressive, frame, noise

PLACE = np.arange(130)
FIRST = PLACE[None] < 104
LENGTH, HISTORY = np.array([season.YEAR[season.Period.WEEK]]), np.array([65])


def found(values: np.ndarray, last: int = 130) -> np.ndarray:
    """Which of many series have a season."""
    some = [np.broadcast_to(part & (last > PLACE), values.shape) for part in (FIRST, ~FIRST)]
    return season.yearly(values, *some, LENGTH.repeat(len(values)), HISTORY.repeat(len(values))).any(axis=(1, 2))


@pytest.mark.parametrize(("phi", "most"), [(0.0, 0.08), (0.3, 0.12), (0.6, 0.12)])
def test_a_season_is_seldom_seen_where_there_is_none(phi: float, most: float):
    values = autoregressive(400, 130, phi=phi, seed=1)
    assert found(values).mean() <= most
    assert found(values + 1.5 * np.sin(2 * np.pi * PLACE / 52.18)).mean() >= 0.9


def test_fifteen_months_are_needed():
    values = noise(130)[None] + 10 * np.sin(2 * np.pi * PLACE / 52.18)
    before, after = FIRST & (PLACE >= 60), ~FIRST & (PLACE < 125)
    for start, seen in ((60, True), (61, False)):
        windows = (before & (start <= PLACE), after)
        assert season.yearly(values, *windows, LENGTH, HISTORY).any() == seen


def test_a_season_is_neither_a_change_nor_hides_one():
    sine = 4 * np.sin(2 * np.pi * PLACE / 52.18 + 1)
    quiet = analyse(noise(130) + sine, before=104)
    assert quiet.change.state not in ("improved", "worse")
    values = noise(130) + sine
    values[104:] -= 3.0
    moved = analyse(values, before=104)
    assert moved.change.state == "improved"
    assert moved.change.lower < -3.0 < moved.change.upper
    assert "allowing for the season of the year, likely" in moved.sentence
    assert "harmonic of the year" in moved.detail.method


@pytest.mark.parametrize(("periods", "said"), [(64, True), (65, False)])
def test_with_less_history_a_season_is_said_to_be_possible_and_from_when_it_can_be_told(periods: int, said: bool):
    warned = [text for text in analyse(noise(periods), before=periods - 12).warnings if "yearly season" in text]
    assert bool(warned) is said
    if said:
        last = frame(np.zeros(65))["end"].iloc[-1]
        assert warned[0].startswith("A yearly season cannot be excluded yet: 64 of 65 weeks")
        assert warned[0].endswith(f"complete with data up to {last.day} {last:%b} {last.year}.")
