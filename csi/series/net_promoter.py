"""The net promoter score: per cent of answers of 9 and 10 less per cent of 0 to 6, from -100 to 100.

Kept as promoters, detractors and all answers, so that several periods add up and none is averaged.

Source: Reichheld, Harvard Business Review 81 (2003), no. 12, 46.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np

from csi.measures import POINTS
from csi.series.refusals import SetAside
from csi.words.wording import plainly

UNIT: Final = POINTS
SCALE: Final = 100.0  # from promoters less detractors over answers to points
MOST: Final = 10  # the highest answer
PROMOTER_FROM: Final = 9
DETRACTOR_TO: Final = 6
SIDES: Final = ("promoters", "detractors")  # columns of a series, beside numerator and denominator


def is_answer(cells: np.ndarray) -> np.ndarray:
    """Which numbers are whole ones from 0 to 10."""
    return (cells >= 0) & (cells <= MOST) & (cells == np.floor(cells))


def shows_scale(answers: Collection[int]) -> bool:
    """Whether answers show that up to 10 could be given: scales of five or seven have none of 8 or 10.

    A 9 alone far above all others may stand for "no answer" on a shorter scale.
    """
    return bool({8, MOST} & {*answers}) or (PROMOTER_FROM in answers and bool({6, 7} & {*answers}))


def not_answers(cells: np.ndarray, column: str) -> Iterator[SetAside]:
    """Rows with a number that nobody can have answered (11, 7.5, -1)."""
    rows = np.flatnonzero(~np.isnan(cells) & ~is_answer(cells))
    if len(rows):
        shown = [plainly(cell) for cell in cells[rows]]
        yield SetAside(rows, column, shown, f"{column} holds what is no answer", "a whole number from 0 to 10")


def promoters(answers: np.ndarray) -> np.ndarray:
    """Which answers are 9 or 10."""
    return answers >= PROMOTER_FROM


def detractors(answers: np.ndarray) -> np.ndarray:
    """Which answers are 0 to 6; 7 and 8 are neither."""
    return answers <= DETRACTOR_TO
