"""Words that fill a column of dates or numbers where there is none mean nothing; among words they are words."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.reading.filler_words import says_nothing
from csi.reading.kinds import guess_missing
from csi.study.drafting.drafted import drafted

_SAID = (
    "brak",
    "Nicht zugewiesen",
    "keine",
    "sin asignar",
    "não informado",
    "Non renseigné",
    "n.v.t.",
    "未設定",
    "暂无",
    "없음",
    "ไม่มี",
    "không có",
    "لا يوجد",
    "не указано",
    "nincs",
    "yok",
    "[none]",
    "(offen)",
    "<Unassigned>",
    "—",
    "N/D",
)


def _columns(word: str, *, numbers: int = 9, times: int = 3) -> dict[str, list[str]]:
    return {"Wait": [word] * times + [f"{n}.5" for n in range(numbers)], "Prio": ["P1", "P2"] * 6}


@pytest.mark.parametrize("word", _SAID)
def test_what_says_nothing_in_some_language_is_a_marker(word: str) -> None:
    assert guess_missing(_columns(word, numbers=3), ".") == (word,)


@pytest.mark.parametrize("word", _SAID[:-1])
def test_where_it_fills_a_column_of_dates(word: str) -> None:
    cells = [f"2025-02-{n:02} 10:00" for n in range(10, 20)]
    assert guess_missing({"Closed": [*cells, word, word, ""]}, ".") == (word,)


@pytest.mark.parametrize(
    ("word", "numbers", "times", "is_marker"),
    [
        ("brak", 3, 2, True),
        ("brak", 2, 2, False),  # too few numbers for a column of numbers
        ("brak", 9, 1, False),  # a slip
        ("in Arbeit", 13, 2, True),
        ("in Arbeit", 12, 2, False),  # may be a kind among a few others
        ("in Arbeit", 20, 1, False),
        ("x" * 30, 13, 2, True),
        ("x" * 31, 13, 2, False),
    ],
)
def test_a_word_is_told_by_what_stands_beside_it(word: str, numbers: int, times: int, is_marker: bool) -> None:
    assert guess_missing(_columns(word, numbers=numbers, times=times), ".") == ((word,) if is_marker else ())


@pytest.mark.parametrize(
    "cells",
    [
        ["High", "Low"] * 6,
        ["brak"] * 3 + ["Sieć", "Drukarki", "Konto"] * 3,
        ["low", "mid", "high"] * 2 + [str(n) for n in range(20)],  # three words are words
        ["INC"] * 2 + [f"INC{n}" for n in range(20)],  # ids, no numbers
    ],
)
def test_words_among_words_stay(cells: list[str]) -> None:
    assert guess_missing({"Kind": cells}, ".") == ()


def test_a_word_that_is_an_answer_elsewhere_is_no_marker() -> None:
    columns = _columns("brak") | {"Wpływ": ["brak", "duży", "mały"] * 4}
    assert guess_missing(columns, ".") == ()


@pytest.mark.parametrize("word", ["", "Sieć", "open door", "N1"])
def test_other_words_say_something(word: str) -> None:
    assert says_nothing(word) is (word == "")


def test_a_draft_counts_the_cells_and_asks_about_a_word_it_does_not_know(tmp_path: Path) -> None:
    for word, asked in (("brak", False), ("w toku", True)):
        rows = "".join(f"I{n};2025-01-{n % 28 + 1:02};{word if n % 4 == 0 else n * 3.5}\n" for n in range(60))
        (tmp_path / "t.csv").write_text(f"id;at;Czas [min]\n{rows}", encoding="utf-8")
        found = drafted([tmp_path / "t.csv"], tmp_path, "UTC")
        (line,) = (line for line in found.text.splitlines() if line.startswith("    missing: "))
        assert line.endswith(f"nothing here: {word} in 15 of Czas [min]")
        assert ("# ? cells" in line) is asked
        assert ("sources.t.missing" in found.guessed) is asked
