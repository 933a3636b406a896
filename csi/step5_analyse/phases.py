"""Limits begun anew: only with a recorded reason and a sustained run, and in trial until there are twelve points."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from csi.errors import InvalidInput
from csi.step5_analyse.analysis import Analysis, KpiInput, Rebase
from csi.step5_analyse.limits import Flags


def phase_masks(item: KpiInput) -> list[Flags]:
    """Which periods belong to each phase, the first before any rebase."""
    index = pd.DatetimeIndex(item.series.index)
    starts = [_midnight(rebase, index) for rebase in sorted(item.rebases, key=lambda one: one.start)]
    phase: NDArray[np.int64] = sum(
        ((index >= start).astype(np.int64) for start in starts), np.zeros(len(index), np.int64)
    )
    return [np.asarray(phase == number) for number in range(len(starts) + 1)]


def check(rebase: Rebase, analysis: Analysis) -> None:
    """Refuse a rebase without a reason, or without a sustained run at or after its start.

    Raises:
        InvalidInput: it names what is lacking.

    Source: ANALYSIS.md, Limits.
    """
    if not rebase.reason.strip():
        raise InvalidInput("reason", "limits begin anew only with a reason that is kept")
    runs = [signal for signal in analysis.signals if signal.rule == "shift" and signal.start.date() >= rebase.start]
    if not runs:
        raise InvalidInput("start", "no sustained run of 7 points lies after this day; a new level is not shown yet")


def _midnight(rebase: Rebase, index: pd.DatetimeIndex) -> pd.Timestamp:
    return pd.Timestamp(rebase.start, tz=index.tz)
