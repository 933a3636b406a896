"""Windows over the data's span: whole periods, two thirds of them before and one third after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from csi.analysis.verdict import FEWEST_AFTER, FEWEST_BEFORE, parted
from csi.definition import Window
from csi.series.periods import edges
from csi.terms import Period

FEWEST = FEWEST_BEFORE + FEWEST_AFTER
_MOST_WEEKS = 260  # beyond five years months tell as much; ours
_WEEK, _DAILY = pd.Timedelta(days=7), pd.Timedelta(days=4)
_MONTHLY, _QUARTERLY = pd.Timedelta(days=20), pd.Timedelta(days=60)
ENOUGH_CASES = 5  # a period, usually; Source: docs/rules.md (V6.7), no figure about fewer
_FEW_CASES = 2  # a week, below which its median is a case; ours
_CODES = {Period.DAY: "D", Period.WEEK: "W-SUN", Period.MONTH: "M"}
_EDGE = 0.1  # of a period that may lack at the edge of the data for it to count as whole; ours


@dataclass(frozen=True, slots=True)
class Span:
    """The period a study is cut into, how many whole ones there are, and the windows; none where these are too few."""

    period: Period
    first: pd.Timestamp
    last: pd.Timestamp
    whole: int
    baseline: Window | None = None
    evaluation: Window | None = None


def span_of(columns: Sequence[np.ndarray], timezone: str, period: Period | None = None) -> Span | None:
    """The span that several columns of moments (datetime64, UTC) share; None where one holds none.

    It is cut into ``period``, else into the one that leaves most whole ones, or enough.
    """
    known = [column[~np.isnat(column)] for column in columns]
    if not known or not all(map(len, known)):
        return None
    first, last = max(column.min() for column in known), min(column.max() for column in known)
    if last <= first:  # they share nothing: each has its own time
        first, last = min(column.min() for column in known), max(column.max() for column in known)
    begin, end = (pd.Timestamp(one).tz_localize("UTC").tz_convert(timezone) for one in (first, last))
    step = max(_step(column) for column in known)
    found = [_cut(begin, end, step, one, timezone) for one in _tried(period, step, end - begin)]
    return next((one for one in found if one.baseline), max(found, key=lambda one: one.whole))


def with_enough(moments: np.ndarray, period: Period, timezone: str) -> Period:
    """The period itself, or the next longer one that holds enough cases for a median, or a share, of them.

    Of days with too few cases each says what one case was like. Weeks become months where these are still enough to
    tell a change, or where a week has hardly a case.

    Args:
        moments: of cases (datetime64, UTC), one each.
        period: the one that their number of periods suggests.
        timezone: of the periods.
    """
    known = pd.Series(pd.DatetimeIndex(moments[~np.isnat(moments)], tz="UTC").tz_convert(timezone).tz_localize(None))
    per = {one: known.dt.to_period(code).value_counts() for one, code in _CODES.items()}
    if period is Period.DAY and per[Period.DAY].median() < ENOUGH_CASES:
        period = Period.WEEK
    rows = per[Period.WEEK].median()
    is_told_by_month = len(per[Period.MONTH]) >= FEWEST or (rows < _FEW_CASES and len(per[Period.MONTH]) > 1)
    return Period.MONTH if period is Period.WEEK and rows < ENOUGH_CASES and is_told_by_month else period


def _step(moments: np.ndarray) -> pd.Timedelta:
    """How far apart rows usually lie: what stands on Mondays only covers the week that follows the last."""
    gaps = np.diff(np.unique(moments)).astype("timedelta64[us]").astype(float)
    return pd.Timedelta(microseconds=float(np.median(gaps))) if len(gaps) else pd.Timedelta(0)


def _tried(period: Period | None, step: pd.Timedelta, length: pd.Timedelta) -> tuple[Period, ...]:
    return (period,) if period else _periods(step, length)


def _periods(step: pd.Timedelta, length: pd.Timedelta) -> tuple[Period, ...]:
    """The periods that suit: none shorter than rows usually lie apart, and no more of them than anybody looks at."""
    if step > _QUARTERLY:
        return (Period.QUARTER,)
    if step > _MONTHLY or length / _WEEK > _MOST_WEEKS:
        return (Period.MONTH,)
    return (Period.WEEK,) if step > _DAILY else (Period.WEEK, Period.DAY)


def _cut(first: pd.Timestamp, last: pd.Timestamp, step: pd.Timedelta, period: Period, timezone: str) -> Span:
    cuts = edges(first, last, period, timezone)
    slack = [(end - start) * _EDGE for start, end in pairwise(cuts)]
    begun = int(first > cuts[0] + slack[0])
    ended = len(cuts) - int(last + step < cuts[-1] - slack[-1])
    days = [edge.date() for edge in cuts[begun:ended]]
    whole = max(0, len(days) - 1)
    if whole < FEWEST:
        return Span(period, first, last, whole)
    middle = parted(whole)
    return Span(period, first, last, whole, Window(days[0], days[middle]), Window(days[middle], days[-1]))
