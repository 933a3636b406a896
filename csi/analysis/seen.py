"""One KPI among those measured at once, and which of its points tell something."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.analysis.aim import Aim
from csi.analysis.lasting import LOPSIDED
from csi.analysis.limits import Flags
from csi.analysis.measured import Measured
from csi.analysis.panel import Panel
from csi.analysis.rare import is_rare
from csi.analysis.signals import Found
from csi.analysis.windows import Row
from csi.words.signals import SignalRule


@dataclass(frozen=True, slots=True)
class Seen:
    """One KPI's row with everything measured, and its place among the KPIs."""

    row: Row
    aim: Aim
    panel: Panel
    measured: Measured
    number: int


def telling(seen: Seen, found: Found) -> Flags:
    """Which points break a rule; where one value is the rule (zeros of rare events, 100 % of a share) none but those
    outside the limits, as that value in a row is no run."""
    rule = found.rule[seen.number][: len(seen.row.values)]
    lopsided = float(seen.measured.usual[seen.number]) > LOPSIDED
    return rule == SignalRule.OUTSIDE.rank if lopsided or is_rare(seen.row) or seldom(seen) else rule > 0


def seldom(seen: Seen) -> bool:
    """Whether a period of a share has less than one case of the rarer kind: periods without one are the rule.

    Of 2 % in five cases nine periods in ten are 0 %: seven of them in a row made 37 % of unchanged series regress.
    """
    row, number = seen.row, seen.number
    if seen.panel.family[number] != "share":
        return False
    centre, scale = float(seen.measured.lines.centre[number]), float(seen.panel.scale[number])
    sizes = seen.panel.denominator[number][: len(row.values)][row.used]
    if not np.isfinite(centre) or not len(sizes):
        return False
    share = centre / scale
    return float(np.nanmean(sizes)) * min(share, 1 - share) < 1
