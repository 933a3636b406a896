"""A column of totals so far: ordered by their moments its numbers never fall, and end far above where they began; or
they never fall within a year, a month and so on, and begin anew with each.

What portions of the rows show merges exactly: of few moments all numbers are kept; of many, one in which a number
falls where no total begins anew settles it, of the others the numbers are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy.special import gammaln

from csi.definition import KpiDefinition
from csi.measures import measure_of
from csi.series import units
from csi.series.periods import from_microseconds

FEWEST = 12  # different numbers; ours: a service may get better as many months in a row
_RISING = 0.8  # of the steps from moment to moment that are rises; ours
_GROWING = 0.5  # of the steps within a year, a month and so on; nothing may be added on most weekdays. Ours
_TIMES = 2.0  # the last is at least so many times the first; ours
_MOST = 20_000  # moments of which all numbers are kept; ours
_BEGUN = 0.8  # of the turns of the year, the month and so on at which the numbers fall; ours
_FEW_ROWS = 3  # numbers from which on it shows how they grow; ours
_FIRST = 3.0  # a first number is at most so many times what is added later on; ours
_UNLIKELY = 1e-6  # how seldom numbers in any order look like totals by chance; ours
_ROUNDING = 1e-9
_DAY_US = 86_400_000_000


class Anew(StrEnum):
    """With what a total begins anew; ``NEVER``: it is one over all rows."""

    NEVER = ""
    YEAR = "year"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


_SHORTEST_FIRST = (Anew.DAY, Anew.WEEK, Anew.MONTH, Anew.QUARTER, Anew.YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Numbers by their moments.

    Attributes:
        at: int64 microseconds, ascending, each once.
        low, high, total: the smallest and the largest number of each, and the sum of all of them.
        rows: how many there are of each.
        zone: in which a year, a month and so on begins.
        falls: there are many, and one falls where no total begins anew: none of them is kept.
    """

    at: np.ndarray
    low: np.ndarray
    high: np.ndarray
    total: np.ndarray
    rows: np.ndarray
    zone: str = "UTC"
    falls: bool = False

    @property
    def value(self) -> np.ndarray:
        """One number a moment: where each has as many rows as the others, as of several teams, their sum."""
        is_panel = len(self.rows) > 0 and self.rows[0] > 1 and bool((self.rows == self.rows[0]).all())
        return self.total if is_panel else self.high

    @property
    def anew(self) -> Anew | None:
        """With what these totals begin anew; None: they are no totals so far."""
        if self.falls or len(self.at) < FEWEST or self.value.min() < 0 or len(np.unique(self.value)) < 2:
            return None
        falls = self._fallen()
        if not len(falls):
            return Anew.NEVER if self._is_total() else None
        turns = (one for one in _SHORTEST_FIRST if _all_apart(self.at, falls, one, self.zone))
        return next((one for one in turns if self._begins_with(one, falls)), None)

    @property
    def begun(self) -> int:
        """How often they begin anew."""
        return len(self._fallen())

    def _fallen(self) -> np.ndarray:
        """The places of the numbers that are below the one before."""
        if self.value is self.total:
            return np.flatnonzero(self.total[1:] < self.total[:-1] * (1 - _ROUNDING)) + 1
        return np.flatnonzero(self.low[1:] < self.high[:-1]) + 1

    def _is_total(self) -> bool:
        value = self.value
        first, last = float(value[0]), float(value[-1])
        rises = np.diff(value) > 0
        return last > 0 and last >= _TIMES * first and bool(rises.mean() >= _RISING)

    def _begins_with(self, anew: Anew, falls: np.ndarray) -> bool:
        """Whether the numbers fall at nearly each turn, begin there with about what is added later on, and would
        hardly ever stand in this order by chance."""
        turns = np.flatnonzero(np.diff(_codes(self.at, anew, self.zone, falls[0]))) + 1
        if len(falls) < _BEGUN * len(turns):
            return False
        runs = np.split(self.value, turns)
        rises = np.concatenate([np.diff(run) for run in runs]) > 0
        if not len(rises) or rises.mean() < _GROWING:
            return False
        odds = sum(float(gammaln(len(np.unique(run)) + 1)) for run in runs)
        telling = [run for run in runs[1:] if len(run) >= _FEW_ROWS]
        fits = [float(run[0]) <= _FIRST * float(run[-1] - run[0]) / (len(run) - 1) for run in telling]
        return odds >= -np.log(_UNLIKELY) and bool(fits) and sum(fits) >= _BEGUN * len(fits)


def _all_apart(at: np.ndarray, falls: np.ndarray, anew: Anew, zone: str) -> bool:
    """Whether each fall lies at a turn."""
    codes = _codes(at[np.concatenate([falls, falls - 1])], anew, zone, 0) if len(falls) else falls
    return bool((codes[: len(falls)] != codes[len(falls) :]).all())


def _codes(at: np.ndarray, anew: Anew, zone: str, first: int) -> np.ndarray:
    """A number per moment, the same within a year, a month and so on.

    A year begins with the month, and a week with the day, in which the ``first`` of these moments that falls lies.
    """
    local = from_microseconds(at, zone).tz_localize(None)
    months = np.asarray(local.year) * 12 + np.asarray(local.month) - 1
    days = local.normalize().as_unit("us").asi8 // _DAY_US
    if anew is Anew.YEAR:
        return (months - months[first] % 12) // 12
    if anew is Anew.QUARTER:
        return months // 3
    if anew is Anew.MONTH:
        return months
    return (days - days[first] % 7) // 7 if anew is Anew.WEEK else days


def growth(kpi: KpiDefinition, at: np.ndarray, value: np.ndarray | None, zone: str = "UTC") -> Growth | None:
    """How a KPI's numbers go from moment to moment; None where it adds none up, or they are parts of a whole.

    Args:
        kpi: the definition.
        at: int64 microseconds of each row.
        value: of each row, NaN where missing; None where it has none.
        zone: in which a year, a month and so on begins.
    """
    is_summed = measure_of(kpi.measure).is_averaging
    if value is None or not isinstance(kpi.value, str) or not is_summed or units.whole(kpi.unit) is not None:
        return None
    known = ~np.isnan(value)
    at, value = at[known], value[known]
    rows = np.ones(len(at), dtype=np.int64)
    return _ordered(Growth(at=at, low=value, high=value, total=value, rows=rows, zone=zone))


def _ordered(given: Growth) -> Growth:
    """Numbers of moments in any order, some of them several times."""
    if not len(given.at):
        return given
    order = np.argsort(given.at, kind="stable")
    moments = given.at[order]
    starts = np.flatnonzero(np.r_[True, moments[1:] != moments[:-1]])
    found = replace(
        given,
        at=moments[starts],
        low=np.minimum.reduceat(given.low[order], starts),
        high=np.maximum.reduceat(given.high[order], starts),
        total=np.add.reduceat(given.total[order], starts),
        rows=np.add.reduceat(given.rows[order], starts),
    )
    return _without_fallen(found) if len(starts) > _MOST else found


def _without_fallen(found: Growth) -> Growth:
    """Of many numbers none where one falls within a day: no total begins anew there."""
    falls = np.flatnonzero(found.low[1:] < found.high[:-1]) + 1
    days = (found.at[-1] - found.at[0]) // _DAY_US + 2  # as many turns of the day at most
    if len(falls) <= days and _all_apart(found.at, falls, Anew.DAY, found.zone):
        return found
    none = found.at[:0]
    return replace(found, at=none, low=none, high=none, total=none, rows=none, falls=True)


def together(parts: Sequence[Growth | None]) -> Growth | None:
    """That of all rows, from what portions of them show."""
    known = [one for one in parts if one is not None]
    if not known:
        return None
    if fallen := next((one for one in known if one.falls), None):
        return fallen
    at, low, high, total, rows = (
        np.concatenate([getattr(one, name) for one in known]) for name in ("at", "low", "high", "total", "rows")
    )
    return _ordered(replace(known[0], at=at, low=low, high=high, total=total, rows=rows))
