"""Service level and error budget: what was promised, what is used up, how fast it burns."""

from __future__ import annotations

from dataclasses import dataclass

from csi.analysis.shares import wilson
from csi.errors import InvalidInput
from csi.words import wording

FEWEST_EXPECTED_BAD = 5.0  # bad events, no alarm below. Source: docs/verdicts.md, Service level and error budget
_EXACT = 9  # decimals: 1 - 0.9 is a little less than 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Attainment with Wilson's interval, the bad events allowed and had, and the burn rate (1 uses exactly all).

    ``alarm`` is True, False, or None when too few bad events are expected to tell.
    """

    attainment: float
    lower: float
    upper: float
    allowed: float
    bad: float
    consumed: float
    burn: float
    alarm: bool | None


def budget(good: float, valid: float, target: float, *, alarm_from: float = 1.0) -> Budget | None:
    """The error budget of a window of cases; None when there are no valid cases.

    Args:
        good, valid: cases; valid is what the clause counts.
        target: share promised, between 0 and 1.
        alarm_from: burn rate from which to alarm.

    Source: Google, The Site Reliability Workbook, ch. 5; docs/verdicts.md, Service level and error budget.
    """
    if not 0 < target < 1:
        raise InvalidInput("target", "an error budget needs a target between 0 and 100 %, both left out")
    if valid <= 0:
        return None
    bad, allowed = valid - good, (1 - target) * valid
    burn = (bad / valid) / (1 - target)
    lower, upper = wilson(good, valid)
    enough = round(allowed, _EXACT) >= FEWEST_EXPECTED_BAD
    alarm = round(burn, _EXACT) > alarm_from if enough else None
    return Budget(
        attainment=good / valid,
        lower=float(lower),
        upper=float(upper),
        allowed=allowed,
        bad=bad,
        consumed=bad / allowed,
        burn=burn,
        alarm=alarm,
    )


def told(consumed: float, burn: float, alarm: bool | None) -> str:
    """What is left of an error budget, in words."""
    pace = f"it burned at {wording.number(burn, 2)} times the rate that would use exactly all"
    if alarm is None:
        return f"Error budget of the evaluation: {wording.share(consumed)} used; too few failures are due for an alarm."
    warning = ", which is an alarm" if alarm else ""
    return f"Error budget of the evaluation: {wording.share(consumed)} used; {pace}{warning}."
