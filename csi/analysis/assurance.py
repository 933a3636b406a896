"""Can the target be relied on, given how the process varies?"""

from __future__ import annotations

from functools import lru_cache

from csi.analysis.aim import Aim
from csi.analysis.analysis import Assurance
from csi.analysis.limits import Floats
from csi.analysis.shares import wilson

MET, MISSED, VARIES = "consistently met", "consistently missed", "hit or miss"
RELIABLY, ON_AVERAGE, TOO_CLOSE, NOT_MET = "reliably met", "met on average", "too close to call", "not met"
STATES = (RELIABLY, ON_AVERAGE, TOO_CLOSE, NOT_MET)
# Why a target that is met cannot be relied on: the one that decided.
VARIATION, TOO_FEW, REPETITIVE = "variation", "too few periods", "repetitive"
_ONE_SIDED = 0.05


def against(aim: Aim, lower: Floats, upper: Floats) -> str:
    """Where the target lies: limits clear of it on the good side, on the bad side, or around it.

    Source: NHSRplotthedots, ``ptd_calculate_assurance_type``: the limits of the last phase decide, equality is neither.
    """
    if aim.clear(lower, upper):
        return MET
    return MISSED if aim.beyond(lower, upper) else VARIES


def assure(aim: Aim, values: Floats, state: str, reason: str = "", misses: float | None = None) -> Assurance:
    """The assurance of a stretch, with the share of its periods that were on target.

    Args:
        aim: the KPI's target.
        values: the stretch's points, without gaps.
        state: what its limits say.
        reason: why it cannot be relied on, where it cannot.
        misses: share of misses that is not excluded yet, where there was none at all.
    """
    if not aim.exists or not len(values):
        return Assurance()
    met = int(aim.met(values).sum())
    return Assurance(state, met / len(values), *_likely(met, len(values)), reason, misses)


def not_excluded(cases: float) -> float:
    """The share of misses that so many cases without one do not exclude: the exact one-sided 95 % bound.

    Source: Hanley and Lippman-Hand, JAMA 249 (1983) 1743.
    """
    return float(1 - _ONE_SIDED ** (1 / max(cases, 1.0)))


@lru_cache(maxsize=1024)  # KPIs of a cycle have the same few numbers of periods
def _likely(met: int, periods: int) -> tuple[float, float]:
    low, high = wilson(met, periods)
    return float(low), float(high)


def target_state(aim: Aim, assurance: Assurance, lower: float, upper: float) -> str | None:
    """Reliably met, met on average, too close to call or not met; None without a target or points.

    Args:
        aim: the KPI's target.
        assurance: of the evaluation.
        lower, upper: the 95 % interval of its level.

    Source: docs/verdicts.md, The verdict
    """
    if assurance.state is None:
        return None
    if assurance.state == MET:
        return RELIABLY
    low, high = aim.span()
    if lower >= low and upper <= high:
        return ON_AVERAGE
    return NOT_MET if upper < low or lower > high else TOO_CLOSE
