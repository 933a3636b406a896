"""Can the target be relied on, given how the process varies?"""

from __future__ import annotations

from functools import lru_cache

from csi.step5_analyse.aim import Aim
from csi.step5_analyse.analysis import Assurance
from csi.step5_analyse.limits import Floats
from csi.step5_analyse.shares import wilson

MET, MISSED, VARIES = "consistently met", "consistently missed", "hit or miss"
UNSTABLE = "not stable enough to promise"

RELIABLY, ON_AVERAGE, LAST_ONLY, NOT_MET = "reliably met", "met on average", "only the last point", "not met"


def against(aim: Aim, lower: Floats, upper: Floats) -> str:
    """Where the target lies: limits clear of it on the good side, on the bad side, or around it.

    Source: NHSRplotthedots, ``ptd_calculate_assurance_type``: the limits of the last phase decide, equality is neither.
    """
    if aim.clear(lower, upper):
        return MET
    return MISSED if aim.beyond(lower, upper) else VARIES


def assure(aim: Aim, values: Floats, limits: tuple[Floats, Floats] | None, *, stable: bool) -> Assurance:
    """The assurance of one phase.

    Args:
        aim: the KPI's target.
        values: the phase's points, without gaps.
        limits: lower and upper limits at these points; None: there are none.
        stable: the limits are not trial limits and the phase holds no signal.
    """
    if not aim.exists or not len(values):
        return Assurance()
    met = int(aim.met(values).sum())
    state = against(aim, *limits) if stable and limits is not None else UNSTABLE
    return Assurance(state, met / len(values), *_likely(met, len(values)))


@lru_cache(maxsize=1024)  # KPIs of a cycle have the same few numbers of periods
def _likely(met: int, periods: int) -> tuple[float, float]:
    low, high = wilson(met, periods)
    return float(low), float(high)


def target_state(aim: Aim, assurance: Assurance, level: float, values: Floats) -> str | None:
    """Reliably met, met on average, only the last point, or not met; None without a target or points.

    Source: docs/verdicts.md, The verdict
    """
    if assurance.state is None or not len(values):
        return None
    if assurance.state == MET:
        return RELIABLY
    if aim.meets(level):
        return ON_AVERAGE
    return LAST_ONLY if bool(aim.met(values[-1:])[0]) else NOT_MET
