"""How long the period is that a date names: a day, a week, a month, a quarter, a half-year or a year."""

from __future__ import annotations

import re
from enum import IntEnum

from csi.reading.spelling import Spelling


class Grain(IntEnum):
    """The length of a period; ``NONE``: the text names none."""

    NONE = 0
    DAY = 1
    WEEK = 2
    MONTH = 3
    QUARTER = 4
    HALF_YEAR = 5
    YEAR = 6

    @property
    def word(self) -> str:
        """As people call it."""
        return self.name.lower().replace("_", "-")


_DAY = re.compile(r"%(?:[djaAuwcxDFsenv+])")
_WEEK, _MONTH = re.compile(r"%[VUW]"), re.compile(r"%[mbBh]")


def grain_of(one: Spelling) -> Grain:
    """Of a text spelt so; a moment with a time of day is of a day, ``S1`` of a half-year."""
    if "semester" in one.digits or one.half_year or one.may_be_half:
        return Grain.HALF_YEAR
    if "quarter" in one.digits or one.quarter:
        return Grain.QUARTER
    if one.of_week:
        return Grain.WEEK
    if "week" in one.digits:
        return Grain.DAY if "weekday" in one.digits else Grain.WEEK
    if "day" in one.digits or "millis" in one.digits:
        return Grain.DAY
    return Grain.MONTH if "year" in one.digits and ("month" in one.digits or one.month) else Grain.NONE


def grain_of_pattern(pattern: str) -> Grain:
    """Of a text written by a strptime pattern: ``%m/%Y`` names months, ``%Y`` years."""
    plain = pattern.replace("%%", "")
    if _DAY.search(plain) or not re.search(r"%[yYG]", plain):
        return Grain.DAY
    if _WEEK.search(plain):
        return Grain.WEEK
    return Grain.MONTH if _MONTH.search(plain) else Grain.YEAR
