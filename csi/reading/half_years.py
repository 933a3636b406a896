"""Half-years by their words, in the languages exports come in, and what tells them from weeks: ``S1`` may be either."""

from __future__ import annotations

import re
from enum import Enum

from csi.reading.period_parts import calls_week

# CLDR has no half-years; these are the words of the languages whose weeks and quarters it has.
HALF_YEARS = frozenset(
    {
        "semestre",
        "semestres",
        "semester",
        "semestr",
        "halbjahr",
        "hj",
        "halfyear",
        "half",
        "halvår",
        "halvar",
        "halfjaar",
        "puolivuosi",
        "pololetí",
        "pololeti",
        "polrok",
        "półrocze",
        "polrocze",
        "félév",
        "felev",
        "semestru",
        "poolaasta",
        "yarıyıl",
        "yariyil",
        "полугодие",
        "полугодия",
        "півріччя",
        "семестр",
        "εξάμηνο",
    }
)
HALF_SIGNS = "\ue101\ue102"
_SIGNED = tuple(
    (re.compile(words), sign)
    for words, sign in zip(
        ("年?度?(?:上半期|上半年|上期)|\\s?상반기", "年?度?(?:下半期|下半年|下期)|\\s?하반기"), HALF_SIGNS, strict=True
    )
)
ALSO_WEEKS = frozenset({"s", "sem"})  # semana, semaine; and semestre


class Beside(Enum):
    """What a column's header says of its S1 and S2."""

    WEEKS = "weeks"
    HALF_YEARS = "half-years"
    NOTHING = ""


def is_half_year(word: str) -> bool:
    """Whether a word, as those of dates are compared, is one for a half of a year."""
    return word in HALF_YEARS


def with_half_signs(text: str) -> str:
    """A text with a sign for words that say which half of the year it is: 2024年上半期."""
    for pattern, sign in _SIGNED:
        text = pattern.sub(sign, text)
    return text


def told_by(header: str) -> Beside:
    """What a header says of S1 and S2 in its cells; a short word such as ``sem`` says nothing."""
    told = [word.casefold() for word in re.findall(r"[^\W\d_]+", header)]
    if any(is_half_year(word) and word not in ALSO_WEEKS for word in told):
        return Beside.HALF_YEARS
    return Beside.WEEKS if calls_week(header) else Beside.NOTHING
