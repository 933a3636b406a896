"""The signal rules: one row each, in order of precedence, with the words they are told by.

What each finds is said in ``csi/analysis/signals.py``, which refuses a rule that it has no way for.
"""

from __future__ import annotations

from enum import StrEnum


class SignalRule(StrEnum):
    """Which pattern a point belongs to; of several the first. Source: docs/verdicts.md, Signals.

    Attributes:
        told: what is said of a point, behind "Special cause at the latest point:".
        marked: the same beside a chart, where there is little room.
    """

    told: str
    marked: str

    def __new__(cls, name: str, told: str, marked: str) -> SignalRule:
        """A rule is its name."""
        self = str.__new__(cls, name)
        self._value_, self.told, self.marked = name, told, marked
        return self

    OUTSIDE = "outside", "outside the limits", "outside the limits"
    TREND = "trend", "in a run of 7 rising or falling", "7 rising or falling"
    TWO_OF_THREE = "two_of_three", "in the outer third, 2 of 3", "2 of 3 near a limit"
    SHIFT = "shift", "in a run of 7 on one side", "7 on one side of the centre"

    @property
    def rank(self) -> int:
        """Its place in the order of precedence, from 1; 0 is no signal."""
        return tuple(SignalRule).index(self) + 1
