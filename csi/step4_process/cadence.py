"""How often the rows of a source are due, where that is declared: ``day``, ``week``, ``1 h``, ``5 min``."""

from __future__ import annotations

import re
from math import isfinite

from csi.errors import InvalidInput
from csi.step4_process import units

# Ours: a job that runs every day does not run at the same minute, and the clock may go back by an hour.
SLACK = 1.10
# The longest each may last, in days.
_DAYS = {"month": 31, "months": 31, "quarter": 92, "quarters": 92, "year": 366, "years": 366}
_EXPECTED = "expected how often rows are due, such as day, week, 1 h or 5 min"
_FORM = re.compile(r"(?:(\d{1,6}(?:\.\d{1,6})?)\s*)?([^\W\d]+)")
_LONGEST_YEARS = 10


def longest_silence(cadence: str) -> int:
    """The longest silence (us) that is no gap; 0 where no cadence is declared.

    Raises:
        InvalidInput: it is no length of time.
    """
    if not cadence:
        return 0
    found = _FORM.fullmatch(cadence.strip())
    each = _microseconds(found[2]) if found else 0.0
    length = float(found[1] or 1) * each if found else 0.0
    if not isfinite(length) or not 0 < length <= _LONGEST_YEARS * _microseconds("year"):
        raise InvalidInput("cadence", f"{cadence!r} is not understood; {_EXPECTED}")
    return round(length * SLACK)


def _microseconds(word: str) -> float:
    """One of a unit of time; 0 for any other word."""
    if word.lower() in _DAYS:
        return _DAYS[word.lower()] * units.factor("d", "us")
    found = units.find(word)
    return found.factor if found and found.dimension == "time" else 0.0
