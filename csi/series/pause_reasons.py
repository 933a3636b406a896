"""What is said of rows whose pauses cannot be: why, and what would mend it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csi.definition import Duration, Pause, PausedFor
from csi.series.pauses import Fault, Spoilt
from csi.series.periods import from_microseconds
from csi.series.refusals import SetAside
from csi.words.wording import plainly

_HOURS = {"wall": "all hours", "business": "agreed hours"}
_MOMENTS = "the pause by its two moments (from, to)"


def told(spoilt: Spoilt, value: Duration) -> SetAside:
    """The rows as a KPI sets them aside, with the cell that the pause stands in."""
    rows, pause = np.flatnonzero(spoilt.rows), spoilt.pause
    cells = spoilt.cells[rows]
    if isinstance(pause, Pause):
        reason, expected = _of_moments(spoilt.fault, pause, value)
        moments = pd.Series(from_microseconds(cells, "UTC"))
        return SetAside(rows, pause.end, moments, reason, expected, disorder=True)
    reason, expected = _of_length(spoilt.fault, pause, value)
    return SetAside(rows, pause.column, ["" if np.isnan(one) else plainly(one) for one in cells], reason, expected)


def _of_moments(fault: Fault, pause: Pause, value: Duration) -> tuple[str, str]:
    if fault is Fault.LONGER:
        reason = f"the pause ({pause.start} to {pause.end}) is longer than the time from {value.start} to {value.end}"
        return reason, "a pause no longer than that"
    if fault is Fault.BACKWARD:
        return f"{pause.end} lies before {pause.start}", f"a moment not before {pause.start}"
    return f"{pause.end} is there, but not {pause.start}", "both moments of a pause, or its beginning alone"


def _of_length(fault: Fault, pause: PausedFor, value: Duration) -> tuple[str, str]:
    time = f"the time from {value.start} to {value.end}"
    if fault is Fault.NEGATIVE:
        return f"{pause.column} is below 0", "how long the pause was"
    if fault is Fault.OTHER_CLOCK:
        return f"{pause.column} counts {_HOURS[pause.clock]} and {time} counts {_HOURS[value.clock]}", _MOMENTS
    if fault is Fault.UNNAMED_CLOCK:
        reason = f"{pause.column} does not say whether it counts nights, while {time} counts agreed hours only"
        return reason, f"its clock (wall or business) named, or {_MOMENTS}"
    expected = "a pause no longer than that" if pause.clock else f"its clock (wall or business) named, or {_MOMENTS}"
    return f"the pause ({pause.column}) is longer than {time}", expected
