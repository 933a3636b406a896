"""The measures: one row each, with everything that is decided by which one it is.

A row without one of its keys is no row: it fails as this module is imported. How a period's rows are joined is the
one thing told elsewhere, in ``csi/series/tally.py``, which has a way for each of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from csi.errors import InvalidInput

POINTS: Final = "points"  # the unit of a net promoter score
_QUANTILE = re.compile(r"p(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_MOST_REMEMBERED = 256


class Takes(StrEnum):
    """What a measure takes as its ``value``; the words are those that a study is told when it has another."""

    NOTHING = ""
    CONDITION = "nothing, or the {from, to, unit, clock} that `good` compares as `value`,"
    NAMES = "a column"
    AMOUNTS = "a column or {from, to, unit, clock}"
    ANSWERS = "the column of the answers from 0 to 10"
    SIDES = "{numerator: column or KPI id, denominator: column or KPI id}"
    SPANS = "{from: column, to: column}"


class Bounds(StrEnum):
    """Between what the results of a measure lie, whatever its unit."""

    NONE = "none"
    FROM_ZERO = "a number of things, not below zero"
    WHOLE = "from none to all of a whole"
    SCORE = "from minus to plus a hundred points"


class Family(StrEnum):
    """What kind of number it is where its parts are known: which limits hold, and which interval."""

    COUNT = "count"
    SHARE = "share"
    RATE = "rate"
    NET = "net"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How a KPI's number comes from its rows.

    Attributes:
        name: in a study.
        spoken: with its article.
        takes: what it takes as its value.
        bounds: between what its results lie.
        family: which limits hold, where its parts are known.
        unit: where a study names none.
        shape: measures of one shape take the same value, so that a catalogue's stays when another one is asked for.
        is_additive: whether a shorter time gives a smaller number.
        is_level: whether its result is of the size of the numbers it takes.
        is_averaging: whether it adds up or averages its numbers, which percentages and running totals do not bear.
        is_of_cases: whether it tells of cases, so that a mix of their kinds can move it.
        has_sides: whether a numerator and a denominator are kept.
        tells_of_people: whether its result can tell of a single person where each row is one.
        probability: of the quantile it takes; None when it takes none.
    """

    name: str
    spoken: str
    takes: Takes
    bounds: Bounds
    family: Family
    unit: str
    shape: str
    is_additive: bool
    is_level: bool
    is_averaging: bool
    is_of_cases: bool
    has_sides: bool
    tells_of_people: bool
    probability: float | None

    @property
    def is_counting(self) -> bool:
        """Whether it counts rows, or things that they name."""
        return self.family is Family.COUNT

    @property
    def is_split(self) -> bool:
        """Whether its rows can be told apart by groups, and joined again: cases, rows that are counted, and rates."""
        rows_counted = self.is_counting and self.takes is Takes.NOTHING
        return self.is_of_cases or rows_counted or self.takes is Takes.SIDES

    @property
    def is_of_spans(self) -> bool:
        """Whether its value is a span of time that lies across periods."""
        return self.takes is Takes.SPANS

    @property
    def has_value_of_nothing(self) -> bool:
        """Whether no row at all is a result, as of a count, and not none, as of a median."""
        return self.is_additive or self.is_of_spans

    @property
    def is_of_amounts(self) -> bool:
        """Whether it takes one number or length of time of every row."""
        return self.takes is Takes.AMOUNTS

    @property
    def reads_numbers(self) -> bool:
        """Whether a column it takes holds numbers."""
        return self.takes in (Takes.AMOUNTS, Takes.ANSWERS)

    @property
    def needs_column(self) -> bool:
        """Whether it can be had of nothing but a column that someone names."""
        return self.takes in (Takes.AMOUNTS, Takes.NAMES)

    @property
    def has_units(self) -> bool:
        """Whether the numbers it takes have a unit."""
        return self.takes in (Takes.AMOUNTS, Takes.SIDES)

    @property
    def is_number_of_things(self) -> bool:
        """Whether its result is so many of something."""
        return self.bounds is Bounds.FROM_ZERO

    @property
    def is_part(self) -> bool:
        """Whether its result is a part of a whole, at most all of it."""
        return self.bounds is Bounds.WHOLE

    @property
    def is_net(self) -> bool:
        """Whether it is a difference of two shares, which may lie below zero."""
        return self.family is Family.NET

    @property
    def is_never_negative(self) -> bool:
        """Whether its result cannot lie below zero, whatever it takes."""
        return self.bounds in (Bounds.FROM_ZERO, Bounds.WHOLE)


_MEAN = Measure(
    name="mean",
    spoken="a mean",
    takes=Takes.AMOUNTS,
    bounds=Bounds.NONE,
    family=Family.NUMBER,
    unit="count",
    shape="number",
    is_additive=False,
    is_level=True,
    is_averaging=True,
    is_of_cases=True,
    has_sides=False,
    tells_of_people=True,
    probability=None,
)
_COUNT = Measure(
    name="count",
    spoken="a count",
    takes=Takes.NOTHING,
    bounds=Bounds.FROM_ZERO,
    family=Family.COUNT,
    unit="count",
    shape="count",
    is_additive=True,
    is_level=False,
    is_averaging=False,
    is_of_cases=False,
    has_sides=False,
    tells_of_people=False,
    probability=None,
)
_SHARE = Measure(
    name="share",
    spoken="a share",
    takes=Takes.CONDITION,
    bounds=Bounds.WHOLE,
    family=Family.SHARE,
    unit="%",
    shape="share",
    is_additive=False,
    is_level=False,
    is_averaging=False,
    is_of_cases=True,
    has_sides=True,
    tells_of_people=True,
    probability=None,
)
_OF_ONE = replace(_MEAN, is_averaging=False, is_of_cases=False)  # the number of a single row
_ALL = (
    _COUNT,
    replace(_COUNT, name="distinct", spoken="a distinct", takes=Takes.NAMES, shape="distinct"),
    replace(
        _MEAN,
        name="sum",
        spoken="a sum",
        is_additive=True,
        is_level=False,
        is_of_cases=False,
        tells_of_people=False,
    ),
    _MEAN,
    replace(_MEAN, name="median", spoken="a median", probability=0.5),
    replace(_OF_ONE, name="min", spoken="a min"),
    replace(_OF_ONE, name="max", spoken="a max"),
    replace(_OF_ONE, name="last", spoken="a last", shape="last", tells_of_people=False),
    _SHARE,
    replace(
        _SHARE,
        name="ratio",
        spoken="a ratio",
        takes=Takes.SIDES,
        bounds=Bounds.NONE,
        family=Family.RATE,
        shape="ratio",
        is_of_cases=False,
    ),
    replace(
        _SHARE,
        name="nps",
        spoken="an nps",
        takes=Takes.ANSWERS,
        bounds=Bounds.SCORE,
        family=Family.NET,
        unit=POINTS,
        shape="nps",
    ),
    replace(
        _SHARE,
        name="availability",
        spoken="an availability",
        takes=Takes.SPANS,
        family=Family.NUMBER,
        shape="availability",
        is_of_cases=False,
        tells_of_people=False,
    ),
    replace(
        _COUNT, name="backlog", spoken="a backlog", takes=Takes.SPANS, family=Family.NUMBER, shape="backlog",
        is_additive=False,
    ),
)  # fmt: skip
BY_NAME: Final = {one.name: one for one in _ALL}
MEASURES: Final = tuple(BY_NAME)  # all but the quantiles, of which there is one for every pNN
_UNSAID = replace(
    _COUNT, name="", spoken="", bounds=Bounds.NONE, family=Family.NUMBER, shape="", is_additive=False,
    tells_of_people=True,
)  # fmt: skip


def is_measure(name: str) -> bool:
    """Whether a measure of this name exists; ``pNN`` is one for 0 … 100."""
    return name in BY_NAME or (_QUANTILE.fullmatch(name) is not None and float(name[1:]) <= 100)


@lru_cache(_MOST_REMEMBERED)
def measure_of(name: str | None) -> Measure:
    """The measure of this name; one that decides nothing where none was said yet.

    Raises:
        InvalidInput: there is none of this name.
    """
    if not name:
        return _UNSAID
    if name in BY_NAME:
        return BY_NAME[name]
    if not is_measure(name):
        known = ", ".join(MEASURES)
        raise InvalidInput("measure", f"{name!r} is not known; expected one of {known} or a percentile such as p90")
    return replace(_MEAN, name=name, spoken=f"a {name}", probability=float(name[1:]) / 100)


def measure_in(definition: Mapping[str, Any]) -> Measure:
    """The measure that a definition in the tables names; one that decides nothing where it names none there is.

    Such a KPI is refused by name when it is computed; until then it is looked at with the others.
    """
    name = str(definition.get("measure") or "")
    return measure_of(name) if is_measure(name) else _UNSAID
