"""Which of a column's values say that somebody is satisfied: told from the values, to be confirmed by a person.

The conditions it proposes are built from the file's own values. What is not known is named, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from csi.reading.rating_words import Answer, answer_of, best_is_lowest

MOST = 120  # distinct values of a column that may be a scale; ours: 0 to 100 and a few that are no answer
SATISFIED_FROM = 0.8  # of scales of more than five steps, and of per cent; ours: 4 of 5 is .8
_FEW_STEPS = 5  # up to here satisfied is what lies above the middle. Source: K16 of the catalogue (4 and 5 of 5)
_WHOLE = re.compile(r"(\d{1,2})(?:[.,]0+)?")
_OUT_OF = re.compile(
    r"(?P<number>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:/|out of|of|von|sur|de|su|van|na|z|ze|av|af|od|из|з|от|में से)\s*"
    r"(?P<top>\d{1,3})(?:[.,]0+)?\s*(?:点|點|점|points?|pts?\.?|punkten?|stars?|sterne[n]?|★|⭐)?"
)
_POINTS = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:点|點|점|points?|pts?\.?|punkte?|puntos?|pontos?|punti|баллов|балла?)"
)
_STARS = re.compile(r"([★⭐]+)\ufe0f?([☆✩]*)")
_STARS_NAMED = re.compile(
    r"(\d)\s*(?:stars?|sterne?|étoiles?|estrellas?|estrelas?|stell[ae]|sterren|ster|gwiazd\w*|звезд\w*|つ?星|颗星|顆星|별|★|⭐)",
    re.I,
)
_PERCENT = re.compile(r"(\d{1,3})(?:[.,]\d+)?\s*%")
_TOPS = (5, 7, 10)  # highest numbers of scales in use; ours
_SIMPLE = re.compile(r"[^\W\d]\w*")
_KEYWORDS = frozenset({"in", "is", "and", "or", "not", "missing", "true", "false", "value"})


class ScaleKind(StrEnum):
    """How answers are written."""

    WORDS = "words"
    NUMBERS = "numbers"
    OUT_OF = "out_of"  # 4/5
    STARS = "stars"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a column's values say.

    Attributes:
        kind: how they are written.
        answers: every value that is understood, as the file writes it, the most frequent first.
        unknown: values nobody has explained yet: a person is to say what they are.
        top: the highest number of the scale; None for words.
        lowest_is_best: whether 1 is the best answer; ``direction_said``: the header says so, or the values are words.
        may_be_nps: whole numbers within 0 to 10 that reach beyond 5: also what a net promoter score is made from.
    """

    kind: ScaleKind
    answers: Mapping[str, Answer]
    unknown: tuple[str, ...] = ()
    top: int | None = None
    lowest_is_best: bool = False
    direction_said: bool = True
    may_be_nps: bool = False

    def values(self, *said: Answer) -> tuple[str, ...]:
        """The file's values that say one of several things."""
        return tuple(value for value, answer in self.answers.items() if answer in said)


def scale_of_values(values: pd.Series, header: str = "") -> Scale | None:
    """The scale a column's values are on; None where they are no ratings.

    Args:
        values: the cells, as text or as numbers; empty ones are left aside.
        header: the column's name, which may say which end of the scale is the best.
    """
    counts = values.dropna().value_counts(sort=True)
    cells = [text for one in counts.index if (text := _text(one))]
    if not cells or len(cells) > MOST:
        return None
    return _numbered(cells, header) or _worded(cells)


def _text(cell: object) -> str:
    """A cell as text; a whole number without its decimals."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _worded(cells: Sequence[str]) -> Scale | None:
    """Answers in words: at least half of the wordings that are answers must be known."""
    told = {cell: answer for cell in cells if (answer := answer_of(cell)) is not None}
    unknown = tuple(cell for cell in cells if cell not in told)
    known = [answer for answer in told.values() if answer is not Answer.NONE]
    if not {Answer.SATISFIED, Answer.DISSATISFIED} & set(known) or len(unknown) > len(known):
        return None
    return Scale(kind=ScaleKind.WORDS, answers=told, unknown=unknown)


def _numbered(cells: Sequence[str], header: str) -> Scale | None:
    """Answers as numbers, however written; what is no answer may stand among them."""
    said = {cell: answer_of(cell) for cell in cells}
    rated = [cell for cell in cells if said[cell] is not Answer.NONE]
    for kind, read in _READERS.items():
        found = [read(cell) for cell in rated]
        numbers = [one for one in found if one is not None]
        if numbers and len(numbers) == len(rated):
            return _of_numbers(kind, cells, dict(zip(rated, numbers, strict=True)), header)
    return None


def _of_numbers(
    kind: ScaleKind, cells: Sequence[str], numbers: Mapping[str, tuple[float, int | None]], header: str
) -> Scale | None:
    tops = {top for _, top in numbers.values() if top is not None}
    highest = max(number for number, _ in numbers.values())
    lowest = min(number for number, _ in numbers.values())
    top = tops.pop() if len(tops) == 1 else _usual_top(highest)
    if tops or top is None or highest > top or (kind is ScaleKind.NUMBERS and lowest == 0 and top <= _FEW_STEPS):
        return None  # several scales in one column, beyond any, or a yes and no of 1 and 0
    backwards = best_is_lowest(header)
    first = 0 if kind is ScaleKind.PERCENT or lowest == 0 else 1
    answers = {
        cell: _of_number(numbers[cell][0], first, top, backwards=bool(backwards)) if cell in numbers else Answer.NONE
        for cell in cells
    }
    nps = kind is ScaleKind.NUMBERS and top > _FEW_STEPS
    return Scale(
        kind=kind,
        answers=answers,
        unknown=(),
        top=top,
        lowest_is_best=bool(backwards),
        direction_said=backwards is not None or kind is not ScaleKind.NUMBERS,
        may_be_nps=nps,
    )


def _usual_top(highest: float) -> int | None:
    """The shortest scale in use that holds a number; None beyond all of them."""
    return next((top for top in _TOPS if top >= highest), None)


def _of_number(number: float, first: int, top: int, *, backwards: bool) -> Answer:
    number = first + top - number if backwards else number
    middle = (first + top) / 2
    if top <= _FEW_STEPS:
        side = number - middle
        return Answer.SATISFIED if side > 0 else Answer.NEUTRAL if side == 0 else Answer.DISSATISFIED
    if number >= SATISFIED_FROM * top:
        return Answer.SATISFIED
    return Answer.NEUTRAL if number >= middle else Answer.DISSATISFIED


def _whole(cell: str) -> tuple[int, int | None] | None:
    found = _WHOLE.fullmatch(cell)
    return (int(found[1]), None) if found else None


def _out_of(cell: str) -> tuple[float, int | None] | None:
    """4/5, 8 out of 10, Good (4/5); 4点 and 4 points of as many as the others show."""
    folded = cell.casefold()
    if found := _POINTS.fullmatch(folded):
        return float(found[1].replace(",", ".")), None
    found = _OUT_OF.search(folded)
    if not found or any(sign.isdigit() for sign in folded[: found.start()] + folded[found.end() :]):
        return None
    return float(found["number"].replace(",", ".")), int(found["top"])


def _stars(cell: str) -> tuple[int, int | None] | None:
    if found := _STARS_NAMED.fullmatch(cell):
        return int(found[1]), 5
    found = _STARS.fullmatch(cell.replace("\ufe0f", ""))
    return (len(found[1]), len(found[1]) + len(found[2]) if found[2] else 5) if found else None


def _percent(cell: str) -> tuple[int, int | None] | None:
    found = _PERCENT.fullmatch(cell)
    return (int(found[1]), 100) if found else None


_READERS = {
    ScaleKind.NUMBERS: _whole,
    ScaleKind.OUT_OF: _out_of,
    ScaleKind.STARS: _stars,
    ScaleKind.PERCENT: _percent,
}


def good_of(scale: Scale, column: str) -> str:
    """The condition that satisfied answers meet, from the file's own values."""
    if scale.kind is ScaleKind.NUMBERS:
        edge = _edge(scale)
        return f"{_name(column)} {'<=' if scale.lowest_is_best else '>='} {edge}"
    return _among(column, scale.values(Answer.SATISFIED))


def where_of(scale: Scale, column: str) -> str:
    """The condition that every answer meets, also one that nobody has explained: left out it could only flatter."""
    if scale.kind is ScaleKind.NUMBERS and not scale.values(Answer.NONE):
        return f"not {_name(column)} is missing"
    if scale.kind is ScaleKind.NUMBERS:
        lowest = min(int(value) for value in scale.answers if _WHOLE.fullmatch(value))
        return f"{_name(column)} >= {lowest}"
    return _among(column, (*scale.values(Answer.SATISFIED, Answer.NEUTRAL, Answer.DISSATISFIED), *scale.unknown))


def _edge(scale: Scale) -> int:
    """The least satisfied number that still is, whether the file has it or not."""
    top = scale.top or _FEW_STEPS
    first = 0 if any(_WHOLE.fullmatch(value) and int(value.split(".")[0]) == 0 for value in scale.answers) else 1
    numbers = range(first, top + 1)
    good = [one for one in numbers if _of_number(one, first, top, backwards=scale.lowest_is_best) is Answer.SATISFIED]
    return max(good) if scale.lowest_is_best else min(good)


def those(scale: Scale, column: str, values: Sequence[str]) -> str:
    """The condition that some values of a scale meet; empty where there are none."""
    if scale.kind is ScaleKind.NUMBERS and all(map(_WHOLE.fullmatch, values)):
        return f"{_name(column)} in ({', '.join(values)})" if values else ""
    return _among(column, values)


def are_in(scale: Scale, condition: str) -> tuple[str, ...]:
    """The values of a scale that a condition names."""
    number = scale.kind is ScaleKind.NUMBERS
    return tuple(
        value
        for value in (*scale.answers, *scale.unknown)
        if _quoted(value) in condition or (number and re.search(rf"(?<![\w.]){re.escape(value)}(?![\w.])", condition))
    )


def _among(column: str, values: Sequence[str]) -> str:
    return f"{_name(column)} in ({', '.join(map(_quoted, values))})" if values else ""


def _name(column: str) -> str:
    return column if _SIMPLE.fullmatch(column) and column.lower() not in _KEYWORDS else f"`{column}`"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
