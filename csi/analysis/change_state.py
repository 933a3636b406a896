"""Improved, worse, or not: the difference held against the smallest one that matters."""

from __future__ import annotations

from dataclasses import dataclass

from csi.analysis.aim import CONCERN, Aim
from csi.terms import Direction

IMPROVED, WORSE = "improved", "worse"
NOT_DETECTED, NOT_MEANINGFUL = "no detectable change", "no meaningful change"
STATES = (IMPROVED, WORSE, NOT_DETECTED, NOT_MEANINGFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """After less before with its interval, the levels, and what matters; ``stands`` says that a change stands beyond
    what the baseline was already moving by."""

    difference: float
    lower: float
    upper: float
    level_before: float
    level_after: float
    matters: float
    stands: bool = True


def change_state(aim: Aim, change: Difference, sustained: str = "") -> str:
    """The state of a change.

    An interval that excludes zero around a difference smaller than what matters is "no meaningful change": it was
    detected, so "no detectable change" would be untrue.

    Args:
        aim: which way is better.
        change: the difference and the minimum important difference.
        sustained: ``improvement`` or ``concern`` where a shift of at least the minimum important difference against the
            frozen limits still holds at the latest point: it decides, one way as the other.

    Source: docs/verdicts.md, The verdict
    """
    way = _way(aim, change)
    apart = change.lower > 0 or change.upper < 0
    matters = abs(change.difference) >= change.matters
    if sustained and change.stands:
        return WORSE if sustained == CONCERN else IMPROVED
    if apart and matters and way and change.stands:
        return WORSE if way < 0 else IMPROVED
    inside = -change.matters <= change.lower and change.upper <= change.matters
    return NOT_MEANINGFUL if inside or (apart and change.stands) else NOT_DETECTED


def _way(aim: Aim, change: Difference) -> float:
    """Positive when the difference is for the better."""
    if aim.direction is not Direction.WITHIN:
        return aim.side(0.0) * change.difference
    return aim.distance(change.level_before) - aim.distance(change.level_after)
