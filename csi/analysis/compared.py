"""What before and after are compared on: a KPI's own series, or the one at the baseline's mix where the mix moved."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from csi.analysis import limits
from csi.analysis.limits import Flags, Floats
from csi.analysis.mix import Standardised, is_mixed, standardise, table_of
from csi.analysis.panel import Panel, starts_of

_PARTS = ("numerator", "denominator", "decided")


@dataclass(frozen=True, slots=True)
class Compared:
    """The panel that the change is judged on.

    Attributes:
        panel: with the series at the baseline's mix in place of a KPI's own where ``held``.
        mixes: per KPI its series at the baseline's mix; None without strata.
        held: KPIs of which the change at the baseline's mix counts.
        centre: of the frozen limits; where held of the baseline at its own mix.
    """

    panel: Panel
    mixes: tuple[Standardised | None, ...]
    held: Flags
    centre: Floats


def mixes_of(panel: Panel, matters: Floats) -> tuple[Standardised | None, ...]:
    """Each KPI at the baseline's mix, where it comes split; ``matters`` is the minimum important difference."""
    return tuple(_mix(panel, row, float(matters[row])) for row in range(len(panel.inputs)))


def compared(panel: Panel, mixes: tuple[Standardised | None, ...], held: Flags, centre: Floats) -> Compared:
    """The panel with some KPIs held at the baseline's mix; ``centre`` is that of the frozen limits."""
    if not held.any():
        return Compared(panel, mixes, held, centre)
    values = panel.values.copy()
    for row, one in enumerate(mixes):
        if one is not None and held[row]:
            values[row, : len(one.values)] = np.where(panel.used[row, : len(one.values)], one.values, np.nan)
    above, below, decided = (np.where(held[:, None], np.nan, getattr(panel, name)) for name in _PARTS)
    made = replace(
        panel,
        values=values,
        numerator=above,
        denominator=below,
        decided=decided,
        family=np.where(held, "number", panel.family),
        scale=np.where(held, 1.0, panel.scale),
    )
    own = limits.mean(np.where(panel.before, values, np.nan))
    return Compared(made, mixes, held, np.where(held, own, centre))


def _mix(panel: Panel, row: int, matters: float) -> Standardised | None:
    item = panel.inputs[row]
    windows = panel.before[row, : len(item.series)], panel.after[row, : len(item.series)]
    if item.strata is None or not is_mixed(item.definition.measure) or not all(window.any() for window in windows):
        return None
    return standardise(table_of(item.strata, starts_of(item.series)), windows, matters)
