"""Whether the target is met consistently, now and from here on; and if it cannot be said, why not."""

from __future__ import annotations

import numpy as np

from csi.analysis import assurance as assured
from csi.analysis.against import MOST_REPETITIVE
from csi.analysis.analysis import Assurance
from csi.analysis.assurance import MET, REPETITIVE, TOO_FEW, VARIATION, VARIES
from csi.analysis.limits import TRIAL_BELOW, Flags, Floats
from csi.analysis.net_scores import adjusted_wald
from csi.analysis.seen import Seen
from csi.analysis.shares import wilson
from csi.analysis.verdict import FEWEST_AFTER
from csi.terms import Direction


def promise(seen: Seen) -> Assurance:
    """Whether the target can be relied on: by prediction limits of the evaluation, over the whole series where there
    is none by its limits."""
    row, ahead, number = seen.row, seen.measured.ahead, seen.number
    if row.item.evaluation is None:
        return _of_all(seen)
    window = row.after
    values = row.values[window]
    if _bound_kept(seen, values):
        return assured.assure(seen.aim, values, MET, misses=assured.not_excluded(_cases(seen, window)))
    limits, plain = (
        _with_width(seen, window, *(np.asarray(part[number])[: len(window)][window] for part in pair))
        for pair in ((ahead.lower, ahead.upper), (ahead.plain_lower, ahead.plain_upper))
    )
    state = _against(seen, limits)
    if state != VARIES:
        return assured.assure(seen.aim, values, state)
    return assured.assure(seen.aim, values, state, _reason(seen, plain))


def _reason(seen: Seen, plain: tuple[Floats, Floats]) -> str:
    """What decided that a target is not relied on: variation, unless limits of many periods would lie clear of it."""
    if _against(seen, plain) != MET:
        return VARIATION
    return REPETITIVE if float(seen.measured.phi[seen.number]) > MOST_REPETITIVE else TOO_FEW


def _of_all(seen: Seen) -> Assurance:
    row, lines, number = seen.row, seen.measured.lines, seen.number
    values = row.values[row.used]
    if lines.n[number] < TRIAL_BELOW:
        return assured.assure(seen.aim, values, VARIES, TOO_FEW)
    limits = (np.asarray(part[number])[: len(row.used)][row.used] for part in (lines.lower, lines.upper))
    return assured.assure(seen.aim, values, _against(seen, _with_width(seen, row.used, *limits)))


def _against(seen: Seen, limits: tuple[Floats, Floats]) -> str:
    there = all(part.size and not np.isnan(part).any() for part in limits)
    return assured.against(seen.aim, *limits) if there else VARIES


def _bound_kept(seen: Seen, values: Floats) -> bool:
    """Whether the target is what the KPI cannot go beyond (100 %, zero), and every period met it."""
    bounds = {Direction.HIGHER: seen.panel.ceiling, Direction.LOWER: seen.panel.floor}
    bound = bounds.get(seen.aim.direction)
    if bound is None or seen.aim.target != float(bound[seen.number]):
        return False
    return len(values) >= FEWEST_AFTER and bool(seen.aim.met(values).all())


def _cases(seen: Seen, window: Flags) -> float:
    """What could have missed: cases of a share, else periods."""
    sizes = seen.panel.denominator[seen.number][: len(window)][window]
    return float(np.nansum(sizes)) if seen.panel.family[seen.number] == "share" else float(window.sum())


def _with_width(seen: Seen, window: Flags, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Limits of shares that never varied have no width; what the cases allow to be said has: Wilson's interval, and of
    a net promoter score the adjusted Wald's."""
    panel, number = seen.panel, seen.number
    family = panel.family[number]
    if family not in ("share", "net") or not lower.size or (lower < upper).any():
        return lower, upper
    parts = (panel.numerator, panel.denominator, panel.decided)
    good, valid, decided = (float(part[number][: len(window)][window].sum()) for part in parts)
    low, high = wilson(good, valid) if family == "share" else adjusted_wald(good, valid, decided)
    return lower * 0 + low * panel.scale[number], upper * 0 + high * panel.scale[number]
