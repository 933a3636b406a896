"""From tallies to one number per period; numerator and denominator always kept, nothing divided by zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from csi.definition import KpiDefinition
from csi.possible import WHOLES
from csi.series import net_promoter
from csi.series.axis import Axis, within
from csi.series.calendar import union
from csi.series.tally import Tally

_MINUTE = 60_000_000


@dataclass(frozen=True, slots=True)
class Points:
    """One entry per period: the value (NaN: none), the rows behind it, and both sides of a share or ratio.

    ``sides`` holds promoters and detractors of a net promoter score, whose numerator is their difference.
    """

    value: np.ndarray
    n: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    sides: Mapping[str, np.ndarray] | None = None


def scale_of(unit: str) -> float:
    """What a ratio is multiplied by to be in the unit; anything but % and its like keeps the plain ratio."""
    return WHOLES.get(unit, 1.0)


def divided(numerator: np.ndarray, denominator: np.ndarray, scale: float) -> np.ndarray:
    """A ratio; what is divided by zero is missing, neither 0 nor 100 %."""
    safe = np.where(denominator == 0, np.nan, denominator)
    return scale * numerator / safe


def points_of(kpi: KpiDefinition, found: Tally, axis: Axis, quantiles: np.ndarray | None = None) -> Points:
    """One number per period.

    Args:
        kpi: says measure and unit.
        found: the tally of all its rows.
        axis: the periods.
        quantiles: of all raw values per period, where the measure is one.
    """
    scale = scale_of(kpi.unit)
    if found.down is not None:
        return _availability(found, found.down, axis, scale)
    if found.good is not None:
        return _over(found.good.astype(float), found.n.astype(float), found.n, scale)
    if found.promoters is not None and found.detractors is not None:
        return _net(found.promoters.astype(float), found.detractors.astype(float), found.n)
    if found.above is not None and found.below is not None:
        sides = [side.rounded(axis.size) for side in (found.above, found.below)]
        return _over(sides[0], sides[1], found.n, scale)
    value = quantiles if quantiles is not None else _plain(kpi.measure, found)
    nothing = np.full(axis.size, np.nan)
    return Points(value, found.n.astype(np.int64), nothing, nothing)


def _over(numerator: np.ndarray, denominator: np.ndarray, n: np.ndarray, scale: float) -> Points:
    return Points(divided(numerator, denominator, scale), n.astype(np.int64), numerator, denominator)


def _net(promoters: np.ndarray, detractors: np.ndarray, n: np.ndarray) -> Points:
    points = _over(promoters - detractors, n.astype(float), n, net_promoter.SCALE)
    return replace(points, sides=dict(zip(net_promoter.SIDES, (promoters, detractors), strict=True)))


def _plain(measure: str, found: Tally) -> np.ndarray:
    """The value of a measure that is no ratio. The sum of no rows is 0, of rows without any value it is missing."""
    if found.above is not None:
        made = found.above.rounded(len(found.n), found.n if measure == "mean" else None)
        return made if found.blank is None else np.where((found.n == 0) & (found.blank > 0), np.nan, made)
    if found.named is not None:
        return np.bincount(found.named.get_level_values(0).to_numpy(dtype=np.int64), minlength=len(found.n)).astype(
            float
        )
    for extreme in (found.low, found.high, found.latest):
        if extreme is not None:
            return extreme
    return found.n.astype(float)


def _availability(found: Tally, down: tuple[np.ndarray, np.ndarray], axis: Axis, scale: float) -> Points:
    """Agreed time minus the union of outages, over agreed time; overlaps count once. Both sides in minutes.

    Excluded spans leave both sides.
    """
    without = within(axis.edges, axis.without, axis.calendar)
    agreed = axis.agreed() - without
    both = union(np.concatenate([down[0], axis.without[0]]), np.concatenate([down[1], axis.without[1]]))
    lost = within(axis.edges, both, axis.calendar) - without
    return _over((agreed - lost) / _MINUTE, agreed / _MINUTE, found.n, scale)
