"""Where a KPI stands by the data there are: its newest quarter, its best and its worst, and what they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from csi.series import Processed, units
from csi.series.doubts import is_far
from csi.terms import Direction, Period

QUARTER = {Period.HOUR: 91 * 24, Period.DAY: 91, Period.WEEK: 13, Period.MONTH: 3, Period.QUARTER: 1}
ENOUGH = 0.5  # of a quarter's periods that must hold a value for its level to be told; ours
_SEVERAL = 4  # periods that met a target already, for that to be told of it; ours
MOST_VALUES = 400  # periods whose values are kept, the newest; ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the data give for a KPI, in its unit.

    Attributes:
        now: the level of the newest quarter, or of all there is where that is less.
        recent: periods with a value that ``now`` rests on, of ``periods`` in all.
        best, worst: levels of the best and the worst quarter so far; None where there are fewer than two.
        usable: rows that count for it, of ``rows`` that were read.
        newest: the newest moment of the data.
        values: of its periods, the oldest first.
    """

    now: float
    recent: int
    periods: int
    usable: int
    rows: int
    newest: datetime | None = None
    best: float | None = None
    worst: float | None = None
    values: tuple[float, ...] = ()

    def times(self, factor: float) -> Standing:
        """The same in another unit, of which ``factor`` make one of this."""
        best, worst = (None if one is None else one * factor for one in (self.best, self.worst))
        values = tuple(one * factor for one in self.values)
        return replace(self, now=self.now * factor, best=best, worst=worst, values=values)


def standing(processed: Processed, direction: Direction | None) -> Standing | None:
    """Where a KPI stands; None where no whole period holds a value.

    Quarters are counted back from the newest whole period. ``direction``: which way is better; None: nobody knows, so
    that no quarter is the best.
    """
    series = processed.series
    told = series["value"].where(~(series["partial"] | series["missing"]))
    places = np.flatnonzero(told.notna().to_numpy())
    if not len(places):
        return None
    series = series.iloc[: places[-1] + 1].assign(value=told.iloc[: places[-1] + 1])
    quarters = _quarters(series, QUARTER[processed.period])
    whole = [level(one) for one in quarters if one["value"].notna().sum() >= ENOUGH * QUARTER[processed.period]]
    ordered = sorted(whole, reverse=direction is Direction.HIGHER)
    is_told = len(whole) > 1 and direction in (Direction.HIGHER, Direction.LOWER)
    counts = processed.counts[processed.kpi.source]
    return Standing(
        now=level(quarters[0]),
        recent=int(quarters[0]["value"].notna().sum()),
        periods=len(places),
        usable=int(series["n"].sum()),
        rows=counts.rows_read,
        newest=counts.last_at,
        best=ordered[0] if is_told else None,
        worst=ordered[-1] if is_told else None,
        values=tuple(float(value) for value in series["value"].dropna().iloc[-MOST_VALUES:]),
    )


def far_from(aims: Sequence[float | None], values: Sequence[float], unit: str) -> float | None:
    """The first of some targets that lies far from every value, as step 5 tells it; zero and all of it never do."""
    if not values:
        return None
    reached = (0, units.whole(unit))
    return next(
        (one for one in aims if one is not None and one not in reached and is_far(one, min(values), max(values))), None
    )


def are_fractions(values: Sequence[float], unit: str) -> bool:
    """Whether numbers that are said to be per cent, or per mille, may be parts of one: none is below 0 or beyond 1."""
    of = units.whole(unit)
    return of is not None and of > 1 and bool(values) and min(values) >= 0 and 0 < max(values) <= 1


def is_met(
    target: float | None, band: tuple[float, float] | None, direction: Direction, values: Sequence[float]
) -> bool:
    """Whether every one of several values meets a target already."""
    if len(values) < _SEVERAL:
        return False
    if band is not None:
        return band[0] <= min(values) and max(values) <= band[1]
    if target is None or direction is Direction.WITHIN:
        return False
    return min(values) >= target if direction is Direction.HIGHER else max(values) <= target


def _quarters(series: pd.DataFrame, length: int) -> list[pd.DataFrame]:
    """The series cut into quarters from its end, the newest first; the oldest may be short."""
    told = series[["value", "denominator"]]
    return [told.iloc[max(0, end - length) : end] for end in range(len(told), 0, -length)]


def level(series: pd.DataFrame) -> float:
    """The level of some periods, as step 5 states it: numerators over denominators where they are kept (V4.2), else the
    mean of the periods."""
    values, weights = series["value"].to_numpy(float), series["denominator"].to_numpy(float)
    known = ~np.isnan(values)
    values, weights = values[known], weights[known]
    if np.isfinite(weights).all() and weights.sum() > 0:
        return float((values * weights).sum() / weights.sum())
    return float(values.mean())
