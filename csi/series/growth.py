"""A column of totals so far: ordered by their moments its numbers never fall, and end far above where they began.

What portions of the rows show merges exactly: one in which a number falls settles it, of the others the numbers are
kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from csi.definition import KpiDefinition
from csi.measures import measure_of
from csi.series import units

FEWEST = 12  # different numbers; ours: a service may get better as many months in a row
_RISING = 0.8  # of the steps from moment to moment that are rises; ours
_TIMES = 2.0  # the last is at least so many times the first; ours


@dataclass(frozen=True, slots=True)
class Growth:
    """Numbers and their moments (int64 microseconds), in order; ``falls``: one is below the number before it."""

    at: np.ndarray
    value: np.ndarray
    falls: bool = False

    @property
    def is_total(self) -> bool:
        """Whether these are totals so far."""
        if self.falls or len(self.value) < FEWEST or len(np.unique(self.at)) < FEWEST:
            return False
        first, last = float(self.value[0]), float(self.value[-1])
        rises = np.diff(self.value) > 0
        return first >= 0 and last > 0 and last >= _TIMES * first and bool(rises.mean() >= _RISING)


def growth(kpi: KpiDefinition, at: np.ndarray, value: np.ndarray | None) -> Growth | None:
    """How a KPI's numbers go from moment to moment; None where it adds none up, or they are parts of a whole.

    Args:
        kpi: the definition.
        at: int64 microseconds of each row.
        value: of each row, NaN where missing; None where it has none.
    """
    is_summed = measure_of(kpi.measure).is_averaging
    if value is None or not isinstance(kpi.value, str) or not is_summed or units.whole(kpi.unit) is not None:
        return None
    known = ~np.isnan(value)
    return _ordered(at[known], value[known])


def _ordered(at: np.ndarray, value: np.ndarray) -> Growth:
    order = np.lexsort((value, at))
    at, value = at[order], value[order]
    if bool((np.diff(value) < 0).any()):
        return Growth(at[:0], value[:0], falls=True)
    return Growth(at, value)


def together(parts: Sequence[Growth | None]) -> Growth | None:
    """That of all rows, from what portions of them show."""
    known = [one for one in parts if one is not None]
    if not known:
        return None
    if fallen := next((one for one in known if one.falls), None):
        return fallen
    return _ordered(np.concatenate([one.at for one in known]), np.concatenate([one.value for one in known]))
