"""Ratings told from the values a file has: words in eight languages, numbers, stars, per cent; never guessed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from csi.reading.rating_words import FILE, Answer, answer_of, best_is_lowest, plain
from csi.reading.ratings import Scale, ScaleKind, good_of, scale_of_values, where_of
from csi.series.expression import columns_of
from csi.series.masks import mask

S, N, D, X = Answer.SATISFIED, Answer.NEUTRAL, Answer.DISSATISFIED, Answer.NONE


def scale(*cells: Any, header: str = "") -> Scale:
    found = scale_of_values(pd.Series(list(cells)), header)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Good", S),
        ("Bad", D),
        ("Offered", X),
        ("Unoffered", X),
        ("good_with_comment", S),
        ("goodwithcomment", S),
        ("Extremely likely", S),
        ("Neither likely nor unlikely", N),
        ("Unlikely", D),
        ("Don't know", X),
        ("Don’t know", X),
        ("  VERY   satisfied ", S),
        ("5 - Very satisfied", S),
        ("1) Very dissatisfied", D),
        ("Very satisfied (5)", S),
        ("3. Neutral", N),
        ("Rather dissatified", D),
        ("very\u00a0satisfied", S),
        ("Sehr zufrieden", S),
        ("weder noch", N),
        ("eher unzufrieden", D),
        ("keine Angabe", X),
        ("Très satisfait", S),
        ("Plutôt satisfait(e)", S),
        ("Pas du tout satisfait", D),
        ("D’accord", S),
        ("Muy satisfecho", S),
        ("Regular", N),
        ("Muy malo", D),
        ("No sabe", X),
        ("Muito satisfeito", S),
        ("Péssimo", D),
        ("Não sei", X),
        ("Ótimo", S),
        ("o\u0301timo", S),
        ("Molto soddisfatto", S),
        ("Né soddisfatto né insoddisfatto", N),
        ("Per niente soddisfatto", D),
        ("Zeer tevreden", S),
        ("Neutraal", N),
        ("Ontevreden", D),
        ("Weet niet", X),
        ("Bardzo zadowolony", S),
        ("Średni", N),
        ("Raczej niezadowolona", D),
        ("Trudno powiedzieć", X),
        ("👍", S),
        ("👍🏽", S),
        ("👎", D),
        ("☹️", D),
        ("😐", N),
        ("Escalated", None),
        ("goodness", None),
        ("", None),
        ("42", None),
    ],
)
def test_a_wording_says_what_it_says_however_it_is_spelled(text: str, answer: Answer | None) -> None:
    assert answer_of(text) is answer


@pytest.mark.parametrize(
    ("cells", "top", "satisfied"),
    [
        (("9/10", "8/10", "7/10", "10/10"), 10, ("9/10", "8/10", "10/10")),
        (("80/100", "79/100", "5/100"), 100, ("80/100",)),
        (("8 out of 10", "3 out of 10"), 10, ("8 out of 10",)),
        (("4.5/5", "3/5", "0/5"), 5, ("4.5/5", "3/5")),
        (("4.5/5", "3/5", "1/5"), 5, ("4.5/5",)),
        (("4 von 5", "5 von 5", "2 von 5"), 5, ("4 von 5", "5 von 5")),
        (("5 из 5", "2 из 5"), 5, ("5 из 5",)),
        (("Good (4/5)", "Bad (1/5)"), 5, ("Good (4/5)",)),
        (("4点", "5点", "2点"), 5, ("4点", "5点")),
        (("5つ星", "2つ星"), 5, ("5つ星",)),
        (("★★★★★", "★★☆☆☆"), 5, ("★★★★★",)),
    ],
)
def test_numbers_out_of_a_top_are_ratings(cells: tuple[str, ...], top: int, satisfied: tuple[str, ...]) -> None:
    found = scale(*cells)
    assert found.top == top
    assert found.values(S) == satisfied


@pytest.mark.parametrize("cells", [("9/10", "9/12"), ("5/3", "2/3"), ("3/4/5", "4/4/5"), ("4/5 2", "3/5 1")])
def test_other_fractions_are_none(cells: tuple[str, ...]) -> None:
    assert scale_of_values(pd.Series(cells)) is None


def test_no_wording_says_two_things_in_any_language() -> None:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    said: dict[str, set[str]] = {}
    for answer in Answer:
        assert all(len(language) == 2 or language == "any" for language in found[answer])
        for words in found[answer].values():
            assert all(isinstance(word, str) for word in words)
            for word in words:
                said.setdefault(plain(word), set()).add(answer)
    assert [word for word, answers in said.items() if len(answers) > 1] == []


def test_every_language_has_all_four() -> None:
    found = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for language in ("en", "de", "fr", "es", "pt", "it", "nl", "pl"):
        assert all(len(found[answer][language]) >= 6 for answer in Answer), language


def test_the_conditions_hold_the_files_own_values() -> None:
    """As Zendesk gives them: what was only offered is neither good nor among the answers."""
    found = scale("Good", "Good", "Bad", "Offered", "Unoffered", None, "Good")
    assert found.kind is ScaleKind.WORDS
    assert good_of(found, "Satisfaction Score") == '`Satisfaction Score` in ("Good")'
    assert where_of(found, "Satisfaction Score") == '`Satisfaction Score` in ("Good", "Bad")'
    assert found.unknown == ()


@pytest.mark.parametrize(
    ("cells", "header", "good", "where"),
    [
        ([1, 2, 3, 4, 5], "", "score >= 4", "not score is missing"),
        (["1", "5", "4.0"], "", "score >= 4", "not score is missing"),
        ([1.0, None, 5.0], "", "score >= 4", "not score is missing"),
        (["5", "3", "Don't know"], "", "score >= 4", "score >= 3"),
        (list(range(1, 11)), "", "score >= 8", "not score is missing"),
        (list(range(11)), "", "score >= 8", "not score is missing"),
        ([1, 2, 5], "1 = very satisfied, 5 = very dissatisfied", "score <= 2", "not score is missing"),
        ([1, 2, 5], "Rating (1 = best)", "score <= 2", "not score is missing"),
        ([1, 2, 5], "Zufriedenheit (Schulnote)", "score <= 2", "not score is missing"),
        (["5/5", "2/5", "4/5"], "", 'score in ("5/5", "4/5")', 'score in ("5/5", "2/5", "4/5")'),
        (["9 / 10", "7 / 10"], "", 'score in ("9 / 10")', 'score in ("9 / 10", "7 / 10")'),
        (["3 von 5", "4 von 5"], "", 'score in ("4 von 5")', 'score in ("3 von 5", "4 von 5")'),
        (["★★★★☆", "★★☆☆☆"], "", 'score in ("★★★★☆")', 'score in ("★★★★☆", "★★☆☆☆")'),
        (["⭐⭐⭐⭐⭐", "⭐"], "", 'score in ("⭐⭐⭐⭐⭐")', 'score in ("⭐⭐⭐⭐⭐", "⭐")'),
        (["4 stars", "1 star"], "", 'score in ("4 stars")', 'score in ("4 stars", "1 star")'),
        (["5 Sterne", "2 Sterne"], "", 'score in ("5 Sterne")', 'score in ("5 Sterne", "2 Sterne")'),
        (["100 %", "80%", "79%"], "", 'score in ("100 %", "80%")', 'score in ("100 %", "80%", "79%")'),
    ],
)
def test_numbers_stars_and_per_cent(cells: list[Any], header: str, good: str, where: str) -> None:
    found = scale(*cells, header=header)
    assert set(good_of(found, "score").split('"')) == set(good.split('"'))
    assert (good_of(found, "score"), where_of(found, "score")) == (good, where)


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        ([1, 2, 3, 4, 5], {1: D, 2: D, 3: N, 4: S, 5: S}),
        ([4, 5, 7, 8, 10], {4: D, 5: D, 7: N, 8: S, 10: S}),
        ([0, 4, 5, 7, 8, 10], {0: D, 4: D, 5: N, 7: N, 8: S}),
        ([1, 5, 6, 7], {1: D, 5: N, 6: S, 7: S}),
    ],
)
def test_which_numbers_are_satisfied(cells: list[int], answers: dict[int, Answer]) -> None:
    found = scale(*cells).answers
    assert {number: found[str(number)] for number in answers} == answers


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("How satisfied were you? (1 = very satisfied, 5 = very dissatisfied)", True),
        ("How satisfied were you? (1 = very dissatisfied, 5 = very satisfied)", False),
        ("1 (best) to 5 (worst)", True),
        ("Note 1: sehr gut – 6: ungenügend", True),
        ("Note (5 – très satisfait)", False),
        ("Rating 10 = worst", True),
        ("Calificación (1: muy malo)", False),
        ("Schulnote", True),
        ("Rating", None),
        ("1 = Lisbon, 2 = Porto", None),
    ],
)
def test_a_header_may_say_which_end_is_the_best(header: str, said: bool | None) -> None:
    assert best_is_lowest(header) is said


def test_a_scale_of_bare_numbers_says_that_nobody_named_its_best_end() -> None:
    assert not scale(1, 2, 5).direction_said
    assert scale(1, 2, 5, header="1 = best").direction_said
    assert scale("Good", "Bad").direction_said
    assert scale("4/5", "1/5").direction_said
    turned = scale(1, 2, 5, header="1 = best")
    assert turned.lowest_is_best
    assert turned.answers["1"] is S


def test_whole_numbers_up_to_ten_may_be_a_net_promoter_score() -> None:
    assert scale(*range(11)).may_be_nps
    assert scale(9, 10, 7).may_be_nps
    assert not scale(1, 4, 5).may_be_nps
    assert not scale("4/10", "9/10").may_be_nps


def test_what_nobody_has_explained_is_named_and_is_no_good_answer() -> None:
    found = scale("Satisfied", "Dissatisfied", "Satisfied", "Call me back")
    assert found.unknown == ("Call me back",)
    assert where_of(found, "r") == 'r in ("Satisfied", "Dissatisfied", "Call me back")'
    assert good_of(found, "r") == 'r in ("Satisfied")'


@pytest.mark.parametrize(
    "cells",
    [
        [],
        [None, None],
        ["Open", "Closed", "Pending"],
        ["Good", "Open", "Closed"],
        ["Neutral", "Don't know"],  # nothing that could be good or bad
        ["Offered", "Unoffered"],
        [0, 1],  # yes and no
        [0, 1, 5],
        [1, 2, 11],
        [4.5, 3.2],  # averages
        [-1, 1, 5],
        ["4/5", "9/10"],  # two scales in one column
        ["6/5"],
        ["Group 1", "Group 2"],
        [f"INC{number}" for number in range(500)],
    ],
)
def test_what_is_no_rating_is_none(cells: list[Any]) -> None:
    assert scale_of_values(pd.Series(cells, dtype=object)) is None


@pytest.mark.parametrize("column", ["rating", "Satisfaction Score", "in", "¿Qué tal?"])
@pytest.mark.parametrize("cells", [["Good", 'so "good"', "Bad", "Very \\ bad"], ["1", "3", "5"]])
def test_the_conditions_are_in_the_language_and_name_the_column(column: str, cells: list[str]) -> None:
    found = scale(*cells, "Good") if not cells[0].isdigit() else scale(*map(int, cells))
    for text in (good_of(found, column), where_of(found, column)):
        assert columns_of(text) == (column,)


def test_the_conditions_find_the_answers_of_a_survey(shared: Path) -> None:
    """3,517 of 3,863 answers are satisfied, of 3,882 rows; a row that says Don't know is no answer."""
    frame = pd.read_csv(shared / "data" / "gp_friends_family_ratings.csv", dtype="str")
    found = scale_of_values(frame["rating"], "rating")
    assert found is not None
    assert found.answers == {
        "Extremely likely": S,
        "Likely": S,
        "Neither likely nor unlikely": N,
        "Unlikely": D,
        "Extremely unlikely": D,
        "Don't know": X,
    }
    where = mask(where_of(found, "rating"), frame, "UTC")
    good = mask(good_of(found, "rating"), frame, "UTC") & where
    assert (int(good.sum()), int(where.sum())) == (3_517, 3_863)
    counted = Counter(found.answers[cell] for cell in frame["rating"])
    assert counted[D] == 165
    assert round(100 * good.sum() / where.sum(), 4) == 91.0432


@pytest.mark.parametrize(
    ("answers", "satisfied"),
    [
        (["非常に満足", "満足", "どちらでもない", "不満", "非常に不満"], 2),
        (["Mycket nöjd", "Nöjd", "Varken eller", "Missnöjd", "Mycket missnöjd"], 2),
        (["Meget tilfreds", "Tilfreds", "Hverken eller", "Utilfreds"], 2),
        (["Erittäin tyytyväinen", "Tyytyväinen", "Tyytymätön"], 2),
        (["非常满意", "满意", "一般", "不满意"], 2),
        (["매우 만족", "만족", "보통", "불만족"], 2),
        (["Полностью доволен", "Доволен", "Нейтрально", "Недоволен"], 2),
        (["Çok memnunum", "Memnunum", "Kararsızım", "Memnun değilim"], 2),
        (["1 - sehr gut", "2 - gut", "4 - ausreichend", "5 - mangelhaft"], 2),
        (["Stimme voll zu", "Stimme zu", "Stimme gar nicht zu"], 2),
    ],
)
def test_answers_in_further_languages(answers: list[str], satisfied: int) -> None:
    found = scale_of_values(pd.Series(answers))
    assert found is not None
    assert (found.unknown, len(found.values(Answer.SATISFIED))) == ((), satisfied)
