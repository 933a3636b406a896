"""Limits begun anew: only with a recorded reason and a sustained run, and in trial until there are twelve points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isfinite

import numpy as np

from csi.analysis.limits import Floats
from csi.analysis.signals import RUN
from csi.definition import Rebase
from csi.errors import InvalidInput

LEAD = 3  # points of the old kind that may lie before the run: a change takes hold; ours


@dataclass(frozen=True, slots=True)
class Run:
    """Seven or more points in a row on one side of a centre: from position ``first`` on, ``side`` is +1 above."""

    first: int
    length: int
    side: int


@dataclass(frozen=True, slots=True)
class Shift:
    """A level that moved: ``start`` is the day suggested for new limits, ``periods`` the length of the latest run,
    ``side`` +1 where it lies above the ``centre`` in force."""

    start: date
    periods: int
    side: int
    centre: float


def runs(values: Floats, centre: float) -> list[Run]:
    """The sustained runs of a series, oldest first; a gap or a point on the centre ends one.

    Source: NHS England, Making Data Count.
    """
    side = np.sign(np.nan_to_num(values - centre)) if isfinite(centre) else np.zeros(len(values))
    edges = [0, *(np.flatnonzero(np.diff(side)) + 1).tolist(), len(side)]
    found = [Run(a, b - a, int(side[a])) for a, b in pairwise(edges) if b > a]
    return [one for one in found if one.side and one.length >= RUN]


def check(rebase: Rebase, days: Sequence[date], values: Floats, centre: float) -> None:
    """Refuse a rebase without a reason, or without a sustained run at or after its start.

    Args:
        rebase: what somebody wants.
        days: first day of each period.
        values: the series, gaps NaN.
        centre: of the limits in force.

    Raises:
        InvalidInput: it names what is lacking.

    Source: docs/verdicts.md, Limits.
    """
    if not rebase.reason.strip():
        raise InvalidInput("reason", "limits begin anew only with a reason that is kept")
    first = first_from(days, rebase.start)
    found = runs(values[first:], centre)
    if not found:
        raise InvalidInput(
            "start_on", f"no sustained run of {RUN} points lies after this day; a new level is not shown yet"
        )
    if found[0].first > LEAD:
        begins = days[first + found[0].first]
        raise InvalidInput("start_on", f"the sustained run begins on {begins}; expected that day, or one close to it")


def stands(values: Floats, centre: float) -> bool:
    """Whether new limits may begin with these values: a sustained run begins with them, or soon after."""
    found = runs(values, centre)
    return bool(found) and found[0].first <= LEAD


def shift(days: Sequence[date], values: Floats, centre: float, split: date | None) -> Shift | None:
    """The latest sustained run, with the day on which new limits most likely begin: its first, or the change point.

    Seven points of the run have to follow that day. None where there is no sustained run.
    """
    found = runs(values, centre)
    if not found:
        return None
    run = found[-1]
    inside = days[run.first : run.first + run.length - RUN + 1]
    start = split if split is not None and inside[0] <= split <= inside[-1] else inside[0]
    return Shift(start, run.length, run.side, centre)


def first_from(days: Sequence[date], start: date) -> int:
    """Position of the first period that begins on a day or later."""
    return sum(day < start for day in days)
