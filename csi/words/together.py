"""Numbers printed together, rounded together: as they are read they add up, and keep the side they are on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import floor, inf, isfinite, log10

from csi.terms import Period
from csi.words.messages import said
from csi.words.wording import (
    HUGE,
    MILLION,
    MOST_PLACES,
    TINY,
    decimals,
    decimals_of,
    each,
    fixed,
    hidden,
    in_power,
    number,
    of_gap,
    of_unit,
    order,
    power_of,
)

MOST_OF_MILLIONS = 3  # decimals: what needs more is written out
SPARE = 4  # decimals that may be added so that nothing that is read is untrue
Sides = tuple[float, ...]  # the lower and the upper end of an interval, or nothing


def reach(ends: Sequence[str]) -> str:
    """``−7.1 to −2.4``; nothing without ends."""
    return said("{low} to {high}", low=ends[0], high=ends[1]) if len(ends) == 2 else "".join(ends)


@dataclass(frozen=True, slots=True)
class Scale:
    """How numbers printed together are written: their unit, their decimals, and the power of ten they are told in."""

    unit: str
    places: int
    power: int = 0

    def rounded(self, value: float) -> float:
        """The number as it is read, in that power of ten."""
        return round(value / 10.0**self.power, self.places)

    def digits(self, value: float, *, signed: bool = False) -> str:
        """The number without its unit."""
        return self.written(self.rounded(value), signed=signed)

    def level(self, value: float) -> str:
        """``24.6 h``."""
        return self.digits(value) + of_unit(self.unit)

    def gap(self, value: float) -> str:
        """``−4.8 h``; percentages differ by points."""
        return self.digits(value, signed=True) + of_gap(self.unit)

    def size(self, value: float) -> str:
        """How large a difference is, without a sign: ``2.0 h``, ``1.4 points``."""
        return self.digits(value) + of_gap(self.unit)

    def likely(self, sides: Sides) -> str:
        """``−7.1 to −2.4``."""
        return reach([self.digits(side, signed=True) for side in sides])

    def showing(self, value: float) -> Scale:
        """The scale with at least one figure of a value."""
        places = decimals(0.0, value / 10.0**self.power)
        return self if places <= self.places else replace(self, places=places)

    def written(self, rounded: float, *, signed: bool = False) -> str:
        """What was rounded, as it is read."""
        if not isfinite(rounded) or (not self.power and abs(rounded) >= HUGE):
            return number(rounded, self.places, signed=signed)
        text = fixed(rounded, self.places, signed=signed)
        return in_power(text, self.power) if rounded else text


@dataclass(frozen=True, slots=True)
class Moved:
    """A level before and after, their difference and its interval, as they are read beside each other."""

    scale: Scale
    before: str
    after: str
    difference: str
    sides: tuple[str, ...]
    stayed: bool

    @property
    def likely(self) -> str:
        """``−7.1 to −2.4``; empty without an interval."""
        return reach(self.sides)


@dataclass(frozen=True, slots=True)
class _Rounded:
    before: float
    after: float
    difference: float
    sides: Sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What moved.

    Attributes:
        before, after: the levels.
        difference: theirs, or one that allows for more than the levels show.
        sides: the difference's interval, or nothing.
        unit: what all are in.
        aims: the target, or the ends of the band.
        matters: the smallest difference that matters; 0: any does.
        least: decimals that what is read beside it has.
    """

    before: float
    after: float
    difference: float
    sides: Sides = ()
    unit: str = ""
    aims: Sides = ()
    matters: float = 0.0
    least: int = 0


def moved(move: Move) -> Moved:
    """A move from one level to another in the fewest decimals in which nothing that is read is untrue.

    As printed, ``after`` less ``before`` is the difference, where it is theirs; the interval holds the difference and
    excludes zero if it does; the levels lie on their sides of the target, and the difference on its side of what
    matters.
    """
    return _written(move, of_gap(move.unit), number(inf, 0))


@lru_cache(maxsize=1024)  # of one KPI it is asked for in every gate and sentence
def _written(move: Move, of_difference: str, _beyond: str) -> Moved:
    """The same in the language in which a unit of differences and what is beyond measure are said so."""
    scale = _fitting(move)
    read, unit = _rounded(scale, move), move.unit
    return Moved(
        scale,
        scale.written(read.before) + of_unit(unit),
        scale.written(read.after) + of_unit(unit),
        scale.written(read.difference, signed=True) + of_difference,
        tuple(scale.written(side, signed=True) for side in read.sides),
        read.before == read.after,
    )


@lru_cache(maxsize=1024)  # of one KPI they are asked for in every gate and sentence
def _fitting(move: Move) -> Scale:
    scale = _holding(_scale(move), move)
    in_full = scale.power == 6 and scale.places > MOST_OF_MILLIONS
    return _holding(_scale(move, words_from=HUGE), move) if in_full else scale


def _holding(scale: Scale, move: Move) -> Scale:
    """The scale with so many more decimals that what is read is true."""
    most = max(MOST_PLACES, scale.places + SPARE)
    while scale.places < most and not _holds(scale, move):
        scale = replace(scale, places=scale.places + 1)
    return scale


def _scale(move: Move, words_from: float = MILLION) -> Scale:
    """Three figures of the levels and one of their difference; in millions where they are huge."""
    levels, gaps = (move.before, move.after), move.sides or (move.difference,)
    largest = max((abs(one) for one in (*levels, *gaps) if isfinite(one)), default=0.0)
    power = power_of(largest, words_from=words_from)
    if power:
        scaled = [one / 10.0**power for one in (*levels, *gaps) if isfinite(one)]
        return Scale(move.unit, max(0, 2 - floor(log10(max(map(abs, scaled))))), power)
    if 0 < largest < TINY:
        return Scale(move.unit, 2 - floor(log10(largest)))
    return Scale(move.unit, max(move.least, decimals_of(levels, max(map(abs, gaps)), move.unit)))


@lru_cache(maxsize=1024)  # as above
def _rounded(scale: Scale, move: Move) -> _Rounded:
    """The numbers as they are read: the difference is that of the levels, the interval reaches as far as it."""
    before, after, gap = (scale.rounded(one) for one in (move.before, move.after, move.difference))
    between = round(after - before, scale.places)
    if abs(between - gap) < 1.5 * 10.0**-scale.places and between * move.difference >= 0:
        gap = between
    sides = tuple(scale.rounded(side) for side in move.sides)
    slack = 1e-12 * max(abs(move.before), abs(move.after))  # what subtracting the levels may have lost
    if sides and move.sides[0] - slack <= move.difference <= move.sides[1] + slack:
        sides = min(sides[0], gap), max(sides[1], gap)
    return _Rounded(before, after, gap, sides)


def _holds(scale: Scale, move: Move) -> bool:
    """Whether what is read keeps to the sides of zero, the target and what matters on which it is."""
    read = _rounded(scale, move)
    if any(_touches(side, end, way) for side, end, way in zip(move.sides, read.sides, (1, -1), strict=False)):
        return False
    levels = (move.before, move.after)
    told_in = 10.0**scale.power
    if any(hidden(level / told_in, aim / told_in, scale.places) for level in levels for aim in move.aims):
        return False
    size, least = abs(read.difference), scale.rounded(move.matters)
    return not move.matters or order(abs(move.difference), move.matters) == order(size, least)


def _touches(side: float, end: float, way: int) -> bool:
    """Whether an end of an interval lies off zero, and does not as it is read."""
    return way * side > 0 and not way * end > 0


def keeping(scale: Scale, value: float, sides: Sides = (), marks: Sides = ()) -> Scale:
    """The scale, with the decimals in which a value keeps its side of some marks and its interval that of zero."""

    def untrue(one: Scale) -> bool:
        ends = zip(sides, (1, -1), strict=False)
        beyond = any(_touches(side, one.rounded(side), way) for side, way in ends)
        return beyond or (not one.power and any(hidden(value, mark, one.places) for mark in marks))

    while scale.places < MOST_PLACES and untrue(scale):
        scale = replace(scale, places=scale.places + 1)
    return scale


def slope(value: float, sides: Sides, unit: str, period: Period) -> str:
    """A slope a period with its likely interval, in digits that show it: what rises or falls never does so by 0."""
    if 0 < abs(value) < TINY:
        likely = reach([number(side, 4, signed=True) for side in sides])
        least = each(Scale(unit, 4).size(TINY), period)
        return said("slowly, by less than {least} (likely {likely})", least=least, likely=likely)
    smallest = abs(value) or max(map(abs, sides), default=0.0)
    two_figures = 1 - floor(log10(smallest)) if smallest >= TINY and isfinite(smallest) else 1
    scale = keeping(Scale(unit, max(0, min(MOST_PLACES, two_figures))), value, sides)
    moves = each(scale.gap(value), period)
    return said("{moves} (likely {likely})", moves=moves, likely=scale.likely(sides)) if sides else moves


def share(value: float, sides: Sides = ()) -> tuple[str, str]:
    """A part of one in per cent with its interval: what is not nothing or all never reads as it."""
    scale = keeping(Scale("%", 0), 100 * value, tuple(100 * side for side in sides), (0.0, 100.0))
    return scale.level(100 * value), reach([scale.level(100 * side) for side in sides])
