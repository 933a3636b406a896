"""Seven guards against fooling oneself; each gives its sentence when it fires, else an empty text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from csi.analysis.aim import Aim
from csi.analysis.effect import mean_change
from csi.analysis.limits import Floats
from csi.analysis.mix import Standardised
from csi.terms import Period
from csi.words import wording
from csi.words.wording import number

_HISTORY = 6  # points before the baseline that make a history
_BUNCH = 20  # cases near the limit that make a pattern
_SHRINK = 0.25  # part of the cases whose loss is worth a line
_POINTS = 0.02  # two points more open or reopened cases


@dataclass(frozen=True, slots=True)
class Moved:
    """What is said of an evaluation window moved by so many ``periods``: the state of the change, and whether the
    level meets the target."""

    periods: int
    state: str
    met: bool


def spike(aim: Aim, windows: tuple[Floats, Floats, Floats], matters: float, unit: str, period: Period) -> str:
    """The baseline was picked at a bad moment: what came after is mostly a return to what was usual.

    Args:
        aim: which way is better.
        windows: points before the baseline, in it and after it, without gaps; with fewer than six before it, the
            baseline's own worst point is tried.
        matters: the minimum important difference.
        unit, period: what the numbers are in, and the length of one point.

    Source: Barnett, van der Pols and Dobson, Int. J. Epidemiology 34 (2005) 215: regression to the mean.
    """
    earlier, before, after = windows
    if len(before) < 2 or not len(after):
        return ""
    gain = aim.distance(float(before.mean())) - aim.distance(float(after.mean()))
    if gain < matters or gain <= 0:
        return ""
    if len(earlier) < _HISTORY:
        return _one_point(aim, before, after, matters, unit)
    worse = aim.distance(float(before.mean())) - aim.distance(float(earlier.mean()))
    beyond = aim.distance(float(earlier.mean())) - aim.distance(float(after.mean()))
    picked = mean_change(earlier[None], before[None])
    if worse > 0 and float(picked.p[0]) < 0.05 and beyond < matters:
        return (
            f"The baseline lies at a bad moment: over the {wording.periods(len(earlier), period)} before it the level "
            f"was {_level(float(earlier.mean()), unit)}, so much of the gain may be a return to what was usual."
        )
    return ""


def _level(value: float, unit: str) -> str:
    return wording.quantity(value, unit, wording.decimals_of((value,), 0.0, unit))


def _one_point(aim: Aim, before: Floats, after: Floats, matters: float, unit: str) -> str:
    costs = aim.distances(before)
    rest = np.delete(before, int(costs.argmax()))
    gain = aim.distance(float(rest.mean())) - aim.distance(float(after.mean()))
    if gain >= matters:
        return ""
    worst = float(before[int(costs.argmax())])
    return (
        f"One period of the baseline ({_level(worst, unit)}) carries the difference: without it the gain would be too "
        "small to matter."
    )


def bunched(cases: Floats | None, target: float | None, unit: str) -> str:
    """Many cases end just under the limit and few just over it.

    Just under is a tenth of the limit, or less where nearly all cases lie that close to it.

    Source: after McCrary, J. Econometrics 142 (2008) 698: the density has no reason to jump at the limit.
    """
    if cases is None or not target or target <= 0:
        return ""
    known = cases[np.isfinite(cases)]
    spread = float(np.subtract(*np.percentile(known, [95, 5]))) if len(known) else 0.0
    width = min(target / 10, spread / 8)
    if not width > 0:
        return ""
    steps = np.diff(np.unique(known))
    width = max(1.0, np.floor(width / steps.min())) * float(steps.min())  # as many written values in each bin
    edges = width * (np.array([-1.0, 0.0, 1.0, 2.0]) - 1e-6) - target  # mirrored: a case on the limit is within it
    over, under, further = np.histogram(-known, bins=edges)[0]
    expected = (further + over) / 2
    excess = 1 - float(special.pdtr(under - 1, expected)) if expected > 0 and under > 0 else 0.0
    if under + over < _BUNCH or under < 1.5 * expected or (expected > 0 and excess >= 0.01):
        return ""
    near = wording.quantity(width, unit, wording.decimals(0.0, width / 10))
    return (
        f"{under} cases end within {near} below the limit and {over} within {near} above it: look whether they are "
        "closed to meet the target."
    )


def reclassified(standardised: Standardised | None, column: str, changes: tuple[str, str]) -> str:
    """The mix of a column (priorities) moved, so that the change as it is and the one at constant mix differ.

    Args:
        standardised: the KPI at the baseline's mix.
        column: what it is split by.
        changes: the change as it is, and at the baseline's mix, in words.
    """
    if standardised is None or not standardised.differs:
        return ""
    return f"The mix of {column} moved: the change is {changes[0]} as counted and {changes[1]} at the baseline's mix."


def mix_found(column: str, explained: float, held: str) -> str:
    """The mix of a column that nobody named moved, and explains a change.

    Args:
        column: found among those of the source.
        explained: the part of the change that goes at its mix before.
        held: what is left of the change, in words.
    """
    part = wording.share(min(explained, 1.0))
    return f"The mix of {column} moved, which explains {part} of the change: at its mix before it is {held}."


def left_open(shares: tuple[float, float] | None) -> str:
    """More cases are still open past their target than before, and do not show in what was resolved."""
    if shares is None or shares[1] - shares[0] < _POINTS:
        return ""
    return (
        f"{_from_to(shares)} of the cases are still open past their target: slow ones may be missing from the figure."
    )


def reopened(shares: tuple[float, float] | None) -> str:
    """More cases come back soon after closing."""
    if shares is None or shares[1] - shares[0] < _POINTS:
        return ""
    return f"{_from_to(shares)} of the cases were reopened soon after closing: some may have been closed too early."


def shrinking(before: Floats, after: Floats, period: Period) -> str:
    """Fewer cases are counted than before: what was left out may be what was bad."""
    first, second = before[np.isfinite(before)], after[np.isfinite(after)]
    if len(first) < 2 or len(second) < 2 or first.mean() <= 0:
        return ""
    lost = 1 - float(second.mean() / first.mean())
    if lost < _SHRINK or not float(mean_change(first[None], second[None]).p[0]) < 0.05:
        return ""
    was, now = float(first.mean()), float(second.mean())
    return (
        f"Fewer cases are counted: {number(was, wording.decimals(was))} a {period.value} before and "
        f"{number(now, wording.decimals(now))} after (−{wording.share(lost)}); ask what is left out."
    )


def fragile(moved: Sequence[Moved], as_fixed: Moved, target: str, period: Period) -> str:
    """Moving the evaluation window by up to two periods changes what is said.

    Args:
        moved: what would be said.
        as_fixed: what is said.
        target: the target or the band in words; empty where there is none to meet or the verdict does not ask for it.
        period: the length of one point.
    """
    other = [one for one in moved if one.state != as_fixed.state]
    missed = [one for one in moved if target and one.met != as_fixed.met]
    if not other and not missed:
        return ""
    if other:
        one, would = other[0], f"it would be “{other[0].state}” instead of “{as_fixed.state}”"
    else:
        one, would = missed[0], f"{target} would {'' if missed[0].met else 'not '}be met on average"
    which = "earlier" if one.periods < 0 else "later"
    return f"The result hangs on the window: moved {wording.periods(abs(one.periods), period)} {which} {would}."


def _from_to(shares: tuple[float, float]) -> str:
    return f"{wording.share(shares[1])} (before: {wording.share(shares[0])})"
