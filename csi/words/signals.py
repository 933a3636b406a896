"""The signal rules: one row each, in order of precedence, with the words they are told by.

What each finds is said in ``csi/analysis/signals.py``. A rule without words fails as this module is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from csi.words.messages import mark, said


class SignalRule(StrEnum):
    """Which pattern a point belongs to; of several the first. Source: docs/verdicts.md, Signals."""

    OUTSIDE = "outside"
    TREND = "trend"
    TWO_OF_THREE = "two_of_three"
    SHIFT = "shift"

    @property
    def rank(self) -> int:
        """Its place in the order of precedence, from 1; 0 is no signal."""
        return tuple(SignalRule).index(self) + 1

    @property
    def told(self) -> str:
        """What is said of a point, behind "Special cause at the latest point:"."""
        return said(_WORDS[self].told)

    @property
    def marked(self) -> str:
        """The same beside a chart, where there is little room."""
        return said(_WORDS[self].marked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    told: str
    marked: str


_WORDS = {
    SignalRule.OUTSIDE: _Words(told=mark("outside the limits"), marked=mark("outside the limits")),
    SignalRule.TREND: _Words(told=mark("in a run of 7 rising or falling"), marked=mark("7 rising or falling")),
    SignalRule.TWO_OF_THREE: _Words(told=mark("in the outer third, 2 of 3"), marked=mark("2 of 3 near a limit")),
    SignalRule.SHIFT: _Words(told=mark("in a run of 7 on one side"), marked=mark("7 on one side of the centre")),
}
if set(_WORDS) != set(SignalRule):
    raise LookupError(*sorted(set(SignalRule) - set(_WORDS)))  # a rule without words
