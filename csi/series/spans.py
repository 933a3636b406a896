"""Spans of time in periods: which outages touch a period, which cases are open at its end."""

from __future__ import annotations

import numpy as np

from csi.series.axis import Axis
from csi.series.contributions import Contribution
from csi.series.periods import LATEST, MISSING


def ended(rows: Contribution, open_until: int) -> np.ndarray:
    """The end of each span; of one that has none the moment given, or its beginning where that is later."""
    latest = np.maximum(rows.at, open_until)
    return latest if rows.end is None else np.where(rows.end == MISSING, latest, rows.end)


def counted_at(axis: Axis) -> np.ndarray:
    """When a stock is counted: at each period's end, or just after the newest moment known where that comes first."""
    return np.minimum(axis.edges[1:], max(axis.as_of, int(axis.edges[0])) + 1)


def reach(measure: str, rows: Contribution, axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last period that each span counts in; the last lies before the first where there is none.

    Half-open: an outage does not touch the period that begins as it ends; a case that ends at the very moment a
    period does is still open in it.
    """
    if measure == "availability":
        first = np.searchsorted(axis.edges[1:], rows.at, side="right")
        return first, np.searchsorted(axis.edges[:-1], ended(rows, axis.as_of), side="left") - 1
    moments = counted_at(axis)
    first = np.searchsorted(moments, rows.at, side="right")
    return first, np.searchsorted(moments, ended(rows, LATEST), side="right") - 1
