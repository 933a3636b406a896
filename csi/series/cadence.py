"""How often the rows of a source are due: as declared (``day``, ``1 h``, ``every period``), else its median step."""

from __future__ import annotations

import re
from math import isfinite

import numpy as np

from csi.errors import InvalidInput
from csi.series import units
from csi.series.exposure import ROWS_EXPECTED, Pulse

# Ours: a job that runs every day does not run at the same minute, and the clock may go back by an hour.
SLACK = 1.10
# The longest each may last, in days.
_DAYS = {"month": 31, "months": 31, "quarter": 92, "quarters": 92, "year": 366, "years": 366}
_EXPECTED = "expected how often rows are due, such as day, week, 1 h, 5 min or every period"
_FORM = re.compile(r"(?:(\d{1,6}(?:\.\d{1,6})?)\s*)?([^\W\d]+)")
_LONGEST_YEARS = 10
EVERY_PERIOD = "every period"  # each KPI has a number of its own in every period: one that lacks is no data
# Ours: of rows that come by chance one step in fourteen is the median step give or take a tenth (2^-.9 - 2^-1.1).
STEADY = 2 / 3
FEWEST_STEPS = 5


def longest_silence(cadence: str) -> int:
    """The longest silence (us) that is no gap; 0 where no length of time is declared.

    Raises:
        InvalidInput: it is no length of time.
    """
    if not cadence or cadence == EVERY_PERIOD:
        return 0
    found = _FORM.fullmatch(cadence.strip())
    each = _microseconds(found[2]) if found else 0.0
    length = float(found[1] or 1) * each if found else 0.0
    if not isfinite(length) or not 0 < length <= _LONGEST_YEARS * _microseconds("year"):
        raise InvalidInput("cadence", f"{cadence!r} is not understood; {_EXPECTED}")
    return round(length * SLACK)


def usual_silence(beat: Pulse) -> int:
    """The longest silence (us) that is no gap by the median step of a source's own rows; 0 where it has no steady one.

    Looked at are the steps from the last row of a period to the first row of the next that has any. Where rows come
    by chance (tickets) or many in a period, what is usual of like periods says more than a median of minutes.
    """
    filled = np.flatnonzero(beat.rows)
    if len(filled) <= FEWEST_STEPS or np.median(beat.rows[filled]) >= ROWS_EXPECTED:
        return 0
    steps = beat.first[filled[1:]] - beat.last[filled[:-1]]
    step = float(np.median(steps))
    near = np.abs(steps - step) <= (SLACK - 1) * step
    return round(step * SLACK) if near.mean() >= STEADY else 0


def _microseconds(word: str) -> float:
    """One of a unit of time; 0 for any other word."""
    if word.lower() in _DAYS:
        return _DAYS[word.lower()] * units.factor("d", "us")
    found = units.find(word)
    return units.factor(found.name, "us") if found and found.dimension == "time" else 0.0
