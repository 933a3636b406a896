"""The sentences, word for word: every verdict × evidence × side effect, and every other thing they say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from csi.terms import Evidence, Period, Verdict
from csi.words import wording
from tests.analysis.told import OUTCOMES, lines, told, variants

GOLDEN = Path(__file__).with_name("sentences.txt")


def test_every_sentence_is_word_for_word_as_agreed():
    assert lines() + variants() == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_the_sentence_of_the_specification():
    assert told(Verdict.ACHIEVED_UNSTABLE, Evidence.NONE, ()) == (
        "Median time to resolve fell from 24.6 h to 19.8 h (−4.8 h, likely −7.1 to −2.4); the target of 20 h is met on "
        "average, not yet reliably: 4 of 6 weeks."
    )


@pytest.mark.parametrize("verdict", OUTCOMES)
def test_no_sentence_names_a_p_value(verdict: Verdict):
    assert not re.search(r"\bp\s*[=<>]|signific", told(verdict, Evidence.STRONG, ()))


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (24.63, 1, "24.6"),
        (-0.04, 1, "0.0"),
        (1928.4, 0, "1,928"),
        (-4.8, 1, "−4.8"),
        (999_999_999.0, 0, "999,999,999"),
        (1e9, 0, "1.00 billion"),
        (-1.5e12, 0, "−1.50 trillion"),
        (1.5e15, 0, "1.50 × 10^15"),
        (3e-7, 2, "0.000000300"),
        (3e-10, 2, "3.00 × 10^−10"),
        (float("nan"), 1, "beyond measure"),
        (float("inf"), 1, "beyond measure"),
    ],
)
def test_numbers_are_written_as_people_read_them(value: float, places: int, shown: str):
    assert wording.number(value, places) == shown


@pytest.mark.parametrize(("level", "reach", "places"), [(24.6, 7.1, 1), (1928, 280, 0), (0.5, 0.02, 3), (0, 0, 0)])
def test_decimals_show_three_figures(level: float, reach: float, places: int):
    assert wording.decimals(level, reach) == places


@pytest.mark.parametrize(
    ("period", "count", "day"),
    [
        (Period.WEEK, 2, "20 Jan 2025"),
        (Period.MONTH, 12, "1 Jan 2026"),
        (Period.QUARTER, 1, "1 Apr 2025"),
        (Period.DAY, 3, "9 Jan 2025"),
        (Period.HOUR, 30, "8 Jan 2025"),
    ],
)
def test_missing_periods_are_complete_on_a_day(period: Period, count: int, day: str):
    assert wording.day(wording.later(date(2025, 1, 6), count, period)) == day
