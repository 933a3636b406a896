"""Rows that stand for whole weeks: their dates are all of one weekday, seven days apart.

Whether such a date is the first or the last day of its week the file does not say, and a week that lies in two months
counts in one of them. What portions of the rows show merges exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csi.reading.date_spans import says_first_of_week
from csi.series.periods import from_microseconds
from csi.terms import Period

_FEWEST = 6  # dates; ours
_MOST = 2_000  # different moments, as of weeks of 38 years; ours
_NEARLY = 0.8  # of the steps from date to date are as long as most of them; ours
_STEPS = (1, 2, 4)  # weeks
_WEEK_US = 7 * 86_400_000_000
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGER = (Period.MONTH, Period.QUARTER)


@dataclass(frozen=True, slots=True)
class Dates:
    """The different moments of a column (int64 microseconds, ascending), none where there are too many."""

    column: str
    zone: str
    at: np.ndarray
    is_many: bool = False

    @property
    def step(self) -> int:
        """So many days, one, two or four weeks, lie between these dates, all of one weekday; 0: it is not so."""
        if len(self.at) < _FEWEST:
            return 0
        local = from_microseconds(self.at, self.zone).tz_localize(None).as_unit("us").asi8
        gaps = Counter(np.diff(local).tolist())
        step, often = gaps.most_common(1)[0]
        is_steady = often >= _NEARLY * gaps.total() and not any(gap % _WEEK_US for gap in gaps)
        return step // _WEEK_US * 7 if is_steady and step // _WEEK_US in _STEPS else 0

    @property
    def weekday(self) -> int:
        """That of the first, 0 for Monday."""
        return int(from_microseconds(self.at[:1], self.zone)[0].weekday())


def dates_of(column: str, at: np.ndarray, zone: str) -> Dates:
    """The different moments of some rows, in the zone of their column."""
    head = at[: 2 * _MOST]
    if len(pd.unique(head)) > _MOST:
        return Dates(column, zone, at[:0], is_many=True)
    return _bounded(Dates(column, zone, np.sort(pd.unique(at))))


def _bounded(found: Dates) -> Dates:
    return replace(found, at=found.at[:0], is_many=True) if len(found.at) > _MOST else found


def together(parts: Sequence[Dates | None]) -> Dates | None:
    """Those of all rows, from those of portions."""
    known = [one for one in parts if one is not None]
    if not known or any(one.is_many for one in known):
        return next((one for one in known if one.is_many), None)
    return _bounded(replace(known[0], at=np.unique(np.concatenate([one.at for one in known]))))


def footnotes(dates: Dates | None, period: Period) -> list[str]:
    """What is to be said of rows that stand for weeks; nothing where each lies in one period as it stands."""
    step = 0 if dates is None else dates.step
    if dates is None or not step:
        return []
    day = _DAYS[dates.weekday]
    told = f"{dates.column}: each of {len(dates.at):,} dates is a {day}, {step} days apart."
    if period in _LONGER:
        whole = "a week" if step == 7 else f"{step} days"
        return [f"{told} A row that stands for {whole} counts wholly in the {period} of its date, however it lies."]
    if period is not Period.WEEK or step != 7 or not dates.weekday:
        return []
    if dates.weekday == len(_DAYS) - 1 and says_first_of_week(dates.column):
        early = "By its name weeks begin on them, and weeks run from Monday here: each value stands a week early."
        return [f"{told} {early} Add a day to each date."]
    if dates.weekday == len(_DAYS) - 1:
        ends = "weeks run from Monday here, so these dates are taken for the last days of theirs"
        first = (
            "If they are the first ones (weeks from Sunday), each value stands a week early: add a day to each date."
        )
        return [f"{told} {ends[0].upper()}{ends[1:]}. {first}"]
    held = f"Weeks run from Monday here, and each row counts in the one that holds its {day}"
    return [f"{told} {held}, though a week that begins or ends on it lies in two of these."]
