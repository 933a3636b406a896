"""Which answers of a rating count as good: the menu, and the conditions it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bot.blocks.step1_should_measure import answers_field, define_form, place_of
from bot.listeners.step1_should_measure.answering import answers_of, with_answers
from csi.models import Kpi
from csi.reading.ratings import good_of, scale_of_values, where_of
from csi.reading.trying import scales_held

WORDS = scale_of_values(pd.Series(["Good", "Good", "Bad", "Offered", "Meh"]), "Score")
NUMBERS = scale_of_values(pd.Series([5, 4, 3, 1, 5]), "Score")
USUAL = 'Score in ("Good")'


def say(*chosen: str, good: str = "", where: str = "", known: str = "", scale: Any = WORDS) -> dict[str, Any]:
    form = {"answers": [place_of(one) for one in chosen], "good": good, "where": where}
    return with_answers(form, {"good": known}, "Score", scale)


def test_what_is_good_is_chosen_from_the_values_and_what_is_no_answer_does_not_count() -> None:
    field = answers_field(answers_of("Score", WORDS, ""))
    there = [one["text"]["text"] for one in field["element"]["options"]]
    assert there == ["Good", "Bad", "Meh"]
    assert [one["text"]["text"] for one in field["element"]["initial_options"]] == ["Good"]
    assert "I do not know “Meh”" in field["hint"]["text"]
    assert say("Good") == {"good": good_of(WORDS, "Score"), "where": where_of(WORDS, "Score")}
    assert good_of(WORDS, "Score") == USUAL


def test_a_value_that_somebody_explains_counts_as_an_answer() -> None:
    assert say("Good", "Meh") == {"good": 'Score in ("Good", "Meh")', "where": 'Score in ("Good", "Bad", "Meh")'}


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"good": 'Score == "Bad"'}, {}),  # typed: goes first
        ({"good": USUAL, "known": USUAL}, {}),  # left as it was
        ({"where": "team == 1"}, {"good": USUAL}),
    ],
)
def test_a_typed_condition_goes_first(said: dict[str, str], made: dict[str, str]) -> None:
    assert say("Good", **said) == made


def test_another_choice_changes_a_condition_that_stands_and_none_changes_nothing() -> None:
    assert say("Bad", good=USUAL, known=USUAL)["good"] == 'Score in ("Bad")'
    assert say() == {}


def test_numbers_are_compared_as_numbers_where_the_choice_is_the_usual_one() -> None:
    assert say("5", "4", scale=NUMBERS)["good"] == "Score >= 4"
    assert answers_of("Score", NUMBERS, "Score >= 4").good == ("5", "4")
    assert say("5", scale=NUMBERS)["good"] == "Score in (5)"
    assert answers_of("Score", NUMBERS, "Score in (5)").good == ("5",)


def test_the_form_has_the_menu_where_there_are_ratings() -> None:
    kpi = Kpi(id=1, team_id="T", cycle_id=1, key="k", name="k", unit="%", definition={"measure": "share"})
    for answers, there in ((answers_of("Score", WORDS, ""), True), (None, False)):
        fields = [
            one["block_id"] for one in define_form(kpi, "{}", answers=answers)["blocks"] if one["type"] == "input"
        ]
        assert ("answers" in fields) is there


def test_columns_of_ratings_are_found_in_stored_rows(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "line": [1, 2, 3],
            "Score": ["Good", "Bad", None],
            "Ticket": ["T1", "T2", "T3"],
            "at": pd.to_datetime(["2026-01-01"] * 3),
        }
    )
    frame.to_parquet(tmp_path / "rows.parquet")
    assert list(scales_held(tmp_path / "rows.parquet")) == ["Score"]
