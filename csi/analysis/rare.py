"""Rare events: where a period has none or one, the time between them tells more than their number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd

from csi.analysis.analysis import Between, KpiInput
from csi.analysis.limits import FEWEST, TRIAL_BELOW, Floats, t
from csi.analysis.windows import Row
from csi.measures import measure_of
from csi.words import wording

RARE = 2.0  # events a period in the baseline. Source: docs/verdicts.md, Limits
_DAY = 86_400.0  # seconds
LONGER, SHORTER = "longer than chance would make it", "shorter than chance would make it"


@dataclass(frozen=True, slots=True)
class _Gaps:
    """Days between neighbouring events, the second of each pair, and the days since the last one."""

    days: Floats
    ends: list[datetime]
    since: float


def is_rare(row: Row) -> bool:
    """Whether a count has fewer than two events a period: in its baseline, else in all."""
    if not measure_of(row.item.definition.measure).is_counting:
        return False
    values = row.values[row.before if row.before.any() else row.used]
    return bool(len(values)) and float(values.mean()) < RARE


def between(row: Row) -> Between | None:
    """The t chart of the time between rare events, frozen on the baseline; None where they are not rare or too few.

    Source: Nelson, J. Quality Technology 26 (1994) 239; docs/verdicts.md, Limits.
    """
    if not is_rare(row):
        return None
    gaps = _gaps(row)
    if gaps is None or len(gaps.days) < FEWEST:
        return None
    fit = _baseline(row.item, gaps)
    lines = t(gaps.days, fit=fit if fit.sum() >= FEWEST else None)
    lower, upper, n = float(lines.lower[0]), float(lines.upper[0]), int(lines.n)
    latest = float(gaps.days[-1])
    state = LONGER if max(latest, gaps.since) > upper else SHORTER if latest < lower else ""
    return Between(
        centre=float(lines.centre),
        lower=lower,
        upper=upper,
        n=n,
        trial=n < TRIAL_BELOW,
        latest=latest,
        since=gaps.since,
        state=state,
    )


def said(row: Row) -> str:
    """The footnote of a KPI that counts rare events; empty for any other."""
    if not is_rare(row):
        return ""
    found = between(row)
    why = "Fewer than 2 events a period: the time between events tells more than their number"
    return f"{why}. {told(found)}" if found else f"{why}, once there are {FEWEST + 1} events."


def told(found: Between) -> str:
    """What the t chart says, in days."""
    centre, upper, latest, since = (_days(one) for one in (found.centre, found.upper, found.latest, found.since))
    trial = ", in trial" if found.trial else ""
    usual = f"Between two events lie {centre} days as a rule, at most {upper} by chance (t chart, n = {found.n}{trial})"
    newest = f"the latest two lay {latest} apart, and none came in the {since} days since"
    return f"{usual}; {newest}{f': {found.state}' if found.state else ''}."


def _days(value: float) -> str:
    return wording.number(value, 1)


def _gaps(row: Row) -> _Gaps | None:
    """Gaps between the events up to the end of the last period used."""
    places = np.flatnonzero(row.used)
    if not places.size or "end" not in row.item.series:
        return None
    last = pd.Timestamp(row.item.series["end"].iloc[int(places[-1])]).timestamp()
    events = sorted(event for event in row.item.events if event.timestamp() <= last)
    if len(events) < 2:
        return None
    moments = np.array([event.timestamp() for event in events])
    return _Gaps(np.diff(moments) / _DAY, events[1:], (last - float(moments[-1])) / _DAY)


def _baseline(item: KpiInput, gaps: _Gaps) -> np.ndarray:
    """Which gaps ended in the baseline or before it."""
    end = item.baseline.end if item.baseline else date.max
    zone = pd.DatetimeIndex(item.series.index).tz
    local = [moment.astimezone(zone) if zone is not None and moment.tzinfo else moment for moment in gaps.ends]
    return np.array([moment.date() < end for moment in local], dtype=bool)
