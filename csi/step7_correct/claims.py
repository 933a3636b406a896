"""What an action was said to bring, read from its proposer's words: only where they leave no doubt."""

from __future__ import annotations

import re

from csi.reading import unit_table

_MOVES = (
    "less",
    "fewer",
    "lower",
    "shorter",
    "faster",
    "quicker",
    "sooner",
    "more",
    "higher",
    "longer",
    "better",
    "by",
    "down",
    "up",
    "minus",
    "plus",
)
_FIGURE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(%|[^\W\d_]+)?")
_MOVE = re.compile(rf"\b(?:{'|'.join(_MOVES)})\b|^\s*[-−+]")
_ARRIVES = re.compile(r"(?:\b(?:to|below|under|above|over|at most|at least|within)|[<>≤≥])\s*$")
_BETWEEN = re.compile(r"→|->|\bto\b")
_NO_UNIT = frozenset({*_MOVES, "to", "per", "a", "an", "each", "every", "or", "and", "in", "of", "on"})
_POINTS = frozenset({"point", "points", "pp"})  # of a percentage


def claim_of(expected: str, was: float, unit: str) -> float | None:
    """How much was claimed, without a sign and in the KPI's unit; None where it cannot be told.

    ``2 h less`` is 2, ``from 30 to 20 h`` 10, ``20 % less`` a fifth of what it was, ``to 20 h`` what is missing to it.

    Args:
        expected: what was claimed.
        was: the level before.
        unit: the KPI's.
    """
    text = expected.casefold()
    found = list(_FIGURE.finditer(text))
    named = [one[2] if one[2] and one[2] not in _NO_UNIT else "" for one in found]
    if len(found) == 2 and _BETWEEN.search(text, found[0].end(1), found[1].start()):
        ends = [_in_unit(one[1], name or named[1], unit) for one, name in zip(found, named, strict=True)]
        return abs(ends[1] - ends[0]) if ends[0] is not None and ends[1] is not None else None
    if len(found) != 1:
        return None
    size = _in_unit(found[0][1], named[0], unit)
    if _MOVE.search(text):
        is_part = named[0] == "%" and unit != "%"
        return _number(found[0][1]) / 100 * abs(was) if is_part else size
    return abs(size - was) if size is not None and _ARRIVES.search(text[: found[0].start()]) else None


def _in_unit(figure: str, name: str, unit: str) -> float | None:
    """A figure in the KPI's unit; None where its own unit is another that does not convert."""
    if not name or (name in _POINTS and unit == "%"):
        return _number(figure)
    parts = unit_table.scale(name, unit)
    return None if parts is None else _number(figure) * parts[0] / parts[1]


def _number(text: str) -> float:
    return float(text.replace(",", "."))
