"""Cases still open past their target: slow ones that no figure of ended cases shows (survivorship)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.measures import measure_of
from csi.series import units
from csi.series.axis import windows
from csi.series.columns import OF_VALUE
from csi.series.contributions import Looking
from csi.series.expression import columns_of
from csi.series.masks import mask
from csi.series.periods import MISSING, from_microseconds, microseconds
from csi.terms import Direction

Look = tuple[int, int, int]  # first start, end of the starts, the moment it is looked at (us)


def still_open(kpi: KpiDefinition, study: StudyDefinition, looking: Looking) -> np.ndarray | None:
    """Per window (before, after) how many cases were open past the target, and how many had started.

    None where it is not asked: the value is no duration, there is no target, or more is better. The clock and the
    pauses are the KPI's own. Counts of portions add up.
    """
    value = kpi.value
    if not isinstance(value, Duration) or kpi.target is None or kpi.direction is not Direction.LOWER:
        return None
    if not measure_of(kpi.measure).is_of_amounts:
        return None
    looks = _looks(study, looking.as_of)
    wanted = meant(kpi, value, looking) if looks else np.empty(0, dtype=bool)
    if looks and (refused := looking.refused(kpi)) is not None:
        wanted = wanted & ~refused.rows  # what was found before is shared with other KPIs
    return np.array([_counted(kpi, value, looking, wanted, look) for look in looks], dtype=np.int64) if looks else None


def shares(counts: np.ndarray | None) -> tuple[float, float] | None:
    """The part that was open past the target before and after; None where no case started."""
    if counts is None or not counts[:, 1].all():
        return None
    before, after = counts[:, 0] / counts[:, 1]
    return float(before), float(after)


def _looks(study: StudyDefinition, as_of: int) -> list[Look]:
    """The same length of both windows, looked at equally long after their end.

    Were the baseline looked at today, its cases would have had longer to end, and the share would seem to grow.
    """
    spans = [microseconds(pd.DatetimeIndex(one).tz_convert("UTC")) for one in windows(study)]
    if len(spans) < 2 or as_of == MISSING:
        return []
    length = min(int(end - start) for start, end in spans)
    later = as_of - int(spans[-1][1])
    return [(int(end) - length, int(end), int(end) + later) for _, end in spans]


def meant(kpi: KpiDefinition, value: Duration, looking: Looking) -> np.ndarray:
    """Which rows the KPI means once they have ended: ``where`` often asks for an end, which an open case lacks."""
    names = columns_of(kpi.where)
    if value.end not in names or (OF_VALUE in names and OF_VALUE not in looking.frame.columns):
        return looking.satisfied(kpi.where, kpi, "where")
    ends = looking.column(value.end, kpi, "value.to")
    now = from_microseconds(np.array([looking.as_of]), looking.timezone)[0]
    frame = looking.frame.assign(**{value.end: ends.fillna(now)})
    return mask(kpi.where, frame, looking.timezone, looking.forms)


def _counted(kpi: KpiDefinition, value: Duration, looking: Looking, meant: np.ndarray, look: Look) -> tuple[int, int]:
    first, last, then = look
    starts, ends = looking.moments(value.start, kpi, "value.from"), looking.moments(value.end, kpi, "value.to")
    started = meant & (starts >= first) & (starts < min(last, then))
    if value.pauses:
        started &= ~looking.stops(value, kpi).bad
    waiting = np.flatnonzero(started & ((ends == MISSING) | (ends > then)))
    clock, until = looking.clock(value), np.full(len(waiting), then)
    waited = clock.between(starts[waiting], until)
    if value.pauses:
        waited = waited - looking.stops(value, kpi).chosen(waiting).between(starts[waiting], until, clock)
    late = waited > (kpi.target or 0.0) * units.factor(kpi.unit, "us")
    return int(late.sum()), int(started.sum())
