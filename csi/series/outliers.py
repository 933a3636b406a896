"""Unusual values: told and kept, with what the KPI would be without them. Impossible ones never come this far.

Source: J. W. Tukey, Exploratory Data Analysis, 1977, section 2D: *far out* is what lies beyond the outer fences,
three interquartile ranges below the first or above the third quartile. Quartiles are of type 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import floor, isfinite, log10

import numpy as np

from csi.definition import KpiDefinition
from csi.measures import measure_of
from csi.series.quantiles import quantile

FENCE = 3.0  # interquartile ranges; Source: Tukey 1977, outer fences
FEWEST = 12  # ours: quartiles of fewer rows say little
_DIGITS = 3
_PLAIN: dict[str, Callable[[np.ndarray], float]] = {
    "sum": lambda values: float(values.sum()),
    "mean": lambda values: float(values.mean()),
    "min": lambda values: float(values[0]),
    "max": lambda values: float(values[-1]),
}
Row = tuple[float, int, int]  # a value, its delivery (from 0) and its line


@dataclass(frozen=True, slots=True)
class Ends:
    """The rows of the smallest and of the largest value; of equal ones the first delivered. Mergeable."""

    low: Row
    high: Row


def has_unusual(measure: str) -> bool:
    """Whether rows of this measure carry a value that may be unusual."""
    return measure in _PLAIN or measure_of(measure).probability is not None


def ends_of(values: np.ndarray, batch: np.ndarray, line: np.ndarray) -> Ends | None:
    """The rows at both ends; None where there is no row."""
    if not len(values):
        return None
    rows = (np.flatnonzero(values == end) for end in (values.min(), values.max()))
    first = [alike[np.lexsort((line[alike], batch[alike]))[0]] for alike in rows]
    return Ends(*((float(values[row]), int(batch[row]), int(line[row])) for row in first))


def merged(parts: Iterable[Ends | None]) -> Ends | None:
    """The ends of all rows from those of partitions, in any order."""
    known = [one for one in parts if one is not None]
    if not known:
        return None
    low = min(one.low for one in known)
    high = min((one.high for one in known), key=lambda row: (-row[0], *row[1:]))
    return Ends(low, high)


def fences(values: np.ndarray) -> tuple[float, float] | None:
    """Between which values nothing is unusual; None when the rows cannot say: too few, or half of them alike."""
    if len(values) < FEWEST:
        return None
    first, third = quantile(values, 0.25), quantile(values, 0.75)
    reach = FENCE * (third - first)
    return (first - reach, third + reach) if isfinite(reach) and reach > 0 else None


def footnote(kpi: KpiDefinition, values: np.ndarray, ends: Ends | None, where: str = "") -> str:
    """How many rows are unusual, one of them, and the KPI over all rows with and without them; empty for none.

    Args:
        kpi: says measure and unit.
        values: of the rows looked at, ascending, none missing.
        ends: the rows at both ends of these.
        where: which rows these are, in words.
    """
    bounds = fences(values)
    if bounds is None or ends is None:
        return ""
    usual = values[(values >= bounds[0]) & (values <= bounds[1])]
    count = len(values) - len(usual)
    if not count:
        return ""
    example = ends.high if ends.high[0] > bounds[1] else ends.low
    unit = "" if kpi.unit == "count" else f" {kpi.unit}"
    told = [f"{_shown(_over(kpi.measure, some))}{unit}" for some in (values, usual)]
    verb, these = ("is", "it") if count == 1 else ("are", "them")
    said = f"{count:,} of {len(values):,} rows{where} {verb} unusual (such as {_place(example)}) and kept"
    return f"{said}: {kpi.measure} over all rows {told[0]} with {these}, {told[1]} without."


def _over(measure: str, values: np.ndarray) -> float:
    """The measure over all rows at once."""
    probability = measure_of(measure).probability
    return _PLAIN[measure](values) if probability is None else quantile(values, probability)


def _place(row: Row) -> str:
    _, batch, line = row
    return f"delivery {batch + 1}, line {line}" if batch else f"line {line}"


def _shown(value: float) -> str:
    """Three digits, and every whole one."""
    if value == 0 or not isfinite(value):
        return f"{value:g}"
    places = max(0, _DIGITS - 1 - floor(log10(abs(value))))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")
