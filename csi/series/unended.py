"""Cases that have not ended, where durations are put into periods by their beginning: the newest hold the quick alone.

An open case lasts longer than it has so far (right-censored). Counted so, a quantile has a lower and an upper bound;
where the two are one the value is exact, elsewhere it is not known yet.

Source: E. L. Kaplan and P. Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958), 457–481.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csi.definition import Duration, KpiDefinition
from csi.measures import measure_of
from csi.series import exclusions, units
from csi.series.axis import Axis
from csi.series.contributions import Looking
from csi.series.periods import MISSING, codes
from csi.series.still_open import meant

OPEN = 0.05  # of a period's cases, more than usual, that its value stands without: V4.3's share of what may be lacking
_CHANCE = 2.0  # standard errors of a share; ours


@dataclass(frozen=True, slots=True)
class Unended:
    """Per period how many cases have not ended, and how long the youngest has lasted (KPI's unit; none: infinite)."""

    rows: np.ndarray
    youngest: np.ndarray


def unended(kpi: KpiDefinition, looking: Looking, axis: Axis) -> Unended | None:
    """The open cases of a KPI; None where it is no duration by its beginning, or of a measure that needs no end."""
    value = kpi.value
    if not isinstance(value, Duration) or kpi.at != value.start or not _asks_for_ends(kpi):
        return None
    starts, ends = looking.moments(value.start, kpi, "value.from"), looking.moments(value.end, kpi, "value.to")
    now = axis.as_of
    open_ = (starts != MISSING) & (starts <= now) & ((ends == MISSING) | (ends > now))
    if not open_.any():
        return None
    open_ &= meant(kpi, value, looking)
    if (refused := looking.refused(kpi)) is not None:
        open_ &= ~refused.rows
    places = codes(starts, axis.edges)
    rows = np.flatnonzero(open_ & (places >= 0) & ~exclusions.inside(starts, axis.without))
    until = np.full(len(rows), now)
    lasted = looking.clock(value).between(starts[rows], until)
    if value.pauses:
        lasted = lasted - looking.stops(value, kpi).chosen(rows).between(starts[rows], until, looking.clock(value))
    youngest = np.full(axis.size, np.inf)
    np.minimum.at(youngest, places[rows], lasted / units.factor(kpi.unit, "us"))
    return Unended(np.bincount(places[rows], minlength=axis.size), youngest)


def _asks_for_ends(kpi: KpiDefinition) -> bool:
    measure = measure_of(kpi.measure)
    return measure.is_of_amounts and measure.is_of_cases


def merged(parts: Sequence[Unended | None]) -> Unended | None:
    """Of all rows, from what portions of them hold."""
    known = [one for one in parts if one is not None]
    if not known:
        return None
    rows = np.sum([one.rows for one in known], axis=0)
    return Unended(rows, np.min([one.youngest for one in known], axis=0))


def lacking(found: Unended | None, ended: np.ndarray) -> np.ndarray:
    """How many cases the newest periods lack, for they have not ended, beyond those of which nobody ever notes an end.

    Args:
        found: the open cases.
        ended: those with a duration, per period.
    """
    nothing = np.zeros(len(ended), dtype=np.int64)
    if found is None:
        return nothing
    every = found.rows + ended
    filled = np.flatnonzero(every)
    share = found.rows / np.maximum(every, 1)
    # The older half of the periods had the time to end: what lacks an end there lacks it for good.
    usual = float(np.median(share[filled[: max(1, len(filled) // 2)]])) if len(filled) else 0.0
    chance = _CHANCE * np.sqrt(usual * (1 - usual) / np.maximum(every, 1))
    many = (share - usual > np.maximum(OPEN, chance)) | (every == 0)
    newest = np.logical_and.accumulate(many[::-1])[::-1] & (every > 0)
    return np.where(newest, np.maximum(1, found.rows - np.rint(usual * every).astype(np.int64)), nothing)


def levels(kpi: KpiDefinition, found: Unended | None, ended: np.ndarray) -> np.ndarray:
    """Per period the quantile to take of the cases that have ended, so that it is that of all; NaN for no quantile.

    Those that are lacking lie above: the place of the quantile among all is a higher one among those that ended.
    """
    wanted = measure_of(kpi.measure).probability
    if wanted is None:
        return np.full(len(ended), np.nan)
    open_ = lacking(found, ended)
    place = (ended + open_ - 1) * wanted / np.maximum(1, ended - 1)
    return np.where(open_ > 0, np.minimum(1.0, place), wanted)


def unsettled(kpi: KpiDefinition, found: Unended | None, ended: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The periods whose value cannot be known yet: open cases may come to lie on either side of it.

    Args:
        kpi: says the measure.
        found: the open cases.
        ended: those with a duration, per period.
        values: the value per period, by ``levels``.
    """
    open_ = lacking(found, ended)
    wanted = measure_of(kpi.measure).probability
    if wanted is None or found is None:
        return open_ > 0
    inside = (ended + open_ - 1) * wanted <= ended - 1
    return (open_ > 0) & ~(inside & (found.youngest >= values))


def footnote(kpi: KpiDefinition, found: Unended | None, ended: np.ndarray, unknown: np.ndarray) -> list[str]:
    """What open cases do to the newest periods."""
    open_ = lacking(found, ended)
    near, still = open_ > 0, int(unknown.sum())
    if not near.any():
        return []
    every = int((ended + open_)[near].sum())
    told = [f"{int(open_.sum()):,} of {every:,} cases of the newest periods are still open."]
    if still:
        told.append(f"The {kpi.measure} of {still:,} of these {int(near.sum()):,} periods cannot be known yet.")
    if still < near.sum():
        told.append("Elsewhere they count as lasting longer than that." if still else "They count as lasting longer.")
    return [" ".join(told)]
