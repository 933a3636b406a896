"""From contributions to one number per period, each from raw rows; numerator and denominator always kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.definition import KpiDefinition
from csi.errors import InvalidInput
from csi.step4_process.axis import Axis, within
from csi.step4_process.calendar import union
from csi.step4_process.columns import is_quantile
from csi.step4_process.contributions import Contribution
from csi.step4_process.exact import ExactSums, exact_sums
from csi.step4_process.periods import LATEST, MISSING
from csi.step4_process.quantiles import quantiles

MEASURES = (
    "count",
    "distinct",
    "sum",
    "mean",
    "median",
    "min",
    "max",
    "last",
    "share",
    "ratio",
    "availability",
    "backlog",
)
ADDITIVE = ("count", "distinct", "sum")  # a shorter exposure gives a smaller number
_SCALES = {"%": 100.0, "ratio": 1.0, "ppm": 1e6, "‰": 1e3}
_MINUTE = 60_000_000


def is_measure(name: str) -> bool:
    """Whether a measure of this name exists; ``pNN`` is one for 0 … 100."""
    return name in MEASURES or (is_quantile(name) and 0 <= float(name[1:]) <= 100)


@dataclass(frozen=True, slots=True)
class Points:
    """One entry per period: the value (NaN: none), the rows behind it, and both sides of a share or ratio."""

    value: np.ndarray
    n: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray


def measured(kpi: KpiDefinition, rows: Contribution, codes: np.ndarray, axis: Axis) -> Points:
    """One number per period.

    Args:
        kpi: says the measure and the unit.
        rows: what each row gives.
        codes: the period of each row, none negative (spans have none).
        axis: the periods.
    """
    if kpi.measure == "availability":
        return availability(rows, axis, scale_of(kpi.unit))
    if kpi.measure == "backlog":
        return backlog(rows, axis)
    if kpi.measure in ("count", "distinct"):
        return _count(rows, codes, axis.size)
    if kpi.measure == "share" and rows.good is not None:
        return _share(codes, rows.good, axis.size, scale_of(kpi.unit))
    if kpi.measure == "ratio" and rows.value is not None and rows.denominator is not None:
        return _ratio(codes, rows.value, rows.denominator, axis.size, scale_of(kpi.unit))
    if rows.value is None:
        raise InvalidInput(f"kpis.{kpi.id}.value", f"{kpi.measure} needs a value; expected a column or a duration")
    return _of_values(kpi.measure, rows.at, rows.value, codes, axis.size)


def scale_of(unit: str) -> float:
    """What a ratio is multiplied by to be in the unit; anything but % and its like keeps the plain ratio."""
    return _SCALES.get(unit, 1.0)


def points(value: np.ndarray, n: np.ndarray) -> Points:
    """Points that are not a ratio."""
    nothing = np.full(len(value), np.nan)
    return Points(value, n.astype(np.int64), nothing, nothing)


def divided(numerator: np.ndarray, denominator: np.ndarray, scale: float) -> np.ndarray:
    """A ratio; what is divided by zero is missing, neither 0 nor 100 %."""
    safe = np.where(denominator == 0, np.nan, denominator)
    return scale * numerator / safe


def _count(rows: Contribution, codes: np.ndarray, size: int) -> Points:
    n = np.bincount(codes, minlength=size)
    if rows.text is None:
        return points(n.astype(float), n)
    named = rows.text >= 0
    width = int(rows.text.max(initial=0)) + 1
    pairs = np.unique(codes[named].astype(np.int64) * width + rows.text[named])
    return points(np.bincount(pairs // width, minlength=size).astype(float), n)


def _share(codes: np.ndarray, good: np.ndarray, size: int, scale: float) -> Points:
    n = np.bincount(codes, minlength=size)
    numerator = np.bincount(codes[good], minlength=size).astype(float)
    return Points(divided(numerator, n, scale), n, numerator, n.astype(float))


def _ratio(codes: np.ndarray, above: np.ndarray, below: np.ndarray, size: int, scale: float) -> Points:
    """Sums of both columns over the rows that have both."""
    both = np.isfinite(above) & np.isfinite(below)
    codes = codes[both]
    numerator = exact_sums(codes, above[both], size).rounded(size)
    denominator = exact_sums(codes, below[both], size).rounded(size)
    return Points(divided(numerator, denominator, scale), np.bincount(codes, minlength=size), numerator, denominator)


def _of_values(measure: str, at: np.ndarray, values: np.ndarray, codes: np.ndarray, size: int) -> Points:
    known = ~np.isnan(values)
    if not known.all():
        at, values, codes = at[known], values[known], codes[known]
    n = np.bincount(codes, minlength=size)
    if measure in ("sum", "mean"):
        return points(summed(measure, exact_sums(codes, values, size), n), n)
    if measure in ("min", "max", "last"):
        return points(_extreme(measure, at, values, codes, size), n)
    probability = 0.5 if measure == "median" else float(measure[1:]) / 100
    return points(quantiles(codes, values, size, probability), n)


def summed(measure: str, sums: ExactSums, n: np.ndarray) -> np.ndarray:
    """Sum or mean per period. The sum of no rows is 0; their mean is missing."""
    return sums.rounded(len(n), n if measure == "mean" else None)


def _extreme(measure: str, at: np.ndarray, values: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """Smallest, largest or latest value per period; of values at the same moment the larger is the latest."""
    keys = {"min": (-values,), "max": (values,), "last": (values, at)}[measure]
    order = np.lexsort((*keys, codes))
    found = np.full(size, np.nan)
    found[codes[order]] = values[order]  # the last assignment wins
    return found


def availability(rows: Contribution, axis: Axis, scale: float) -> Points:
    """Agreed time minus the union of outages, over agreed time; overlaps count once. Both sides in minutes.

    An outage that has not ended lasts until the newest moment known. Excluded spans leave both sides.
    """
    starts, ends = rows.at, _ended(rows, axis.as_of)
    down = union(starts, ends)
    without = within(axis.edges, axis.without, axis.calendar)
    agreed = axis.agreed() - without
    both = union(np.concatenate([down[0], axis.without[0]]), np.concatenate([down[1], axis.without[1]]))
    lost = within(axis.edges, both, axis.calendar) - without
    numerator, denominator = (agreed - lost) / _MINUTE, agreed / _MINUTE
    return Points(divided(numerator, denominator, scale), _touching(starts, ends, axis), numerator, denominator)


def _ended(rows: Contribution, as_of: int) -> np.ndarray:
    assert rows.end is not None  # noqa: S101 spans have ends
    return np.where(rows.end == MISSING, as_of, rows.end)


def _touching(starts: np.ndarray, ends: np.ndarray, axis: Axis) -> np.ndarray:
    """How many spans touch each period."""
    begun = np.searchsorted(np.sort(starts), axis.edges[1:], side="left")
    over = np.searchsorted(np.sort(ends), axis.edges[:-1], side="right")
    return begun - over


def backlog(rows: Contribution, axis: Axis) -> Points:
    """Open at each period's end, or at the newest moment known where that comes first."""
    moments = np.minimum(axis.edges[1:], max(axis.as_of, int(axis.edges[0])) + 1)
    ended = np.sort(_ended(rows, LATEST))
    begun = np.searchsorted(np.sort(rows.at), moments, side="left")
    # Half-open: what ends at the very moment is still open in the period before it.
    still = begun - np.searchsorted(ended, moments, side="left")
    return points(still.astype(float), still)
