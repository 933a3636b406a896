"""Local times as moments, by one stated policy: of two the first, of none the next that is.

Where the clock goes forward, pandas' own ``shift_forward`` misses the next moment in zones whose clocks do not change
by a whole hour at a whole hour of UTC (Lord Howe, Chatham), or skip a day (Apia): it is looked for here.
"""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
import pandas as pd

_SECOND = 1_000_000  # microseconds
# No zone is further behind UTC than 12 hours or further ahead than 14, so that a local time lies between these.
_EARLIEST, _LATEST = -15 * 3_600, 13 * 3_600


def localised(naive: pd.DatetimeIndex, zone: str | tzinfo, *, first: bool = True) -> pd.DatetimeIndex:
    """Local times as moments in their zone; NaT stays.

    Args:
        naive: local times.
        zone: an IANA name or a zone.
        first: of a time the clock shows twice the first is meant, else the second.
    """
    return shifted(naive, zone, existing(naive, zone, first=first))


def existing(naive: pd.DatetimeIndex, zone: str | tzinfo, *, first: bool = True) -> pd.DatetimeIndex:
    """Local times as moments; NaT where the clock skips them."""
    return naive.as_unit("us").tz_localize(zone, ambiguous=np.full(len(naive), first), nonexistent="NaT")


def shifted(naive: pd.DatetimeIndex, zone: str | tzinfo, known: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The moments of ``existing``, with the next that is in place of those the clock skips."""
    skipped = np.asarray(known.isna()) & ~np.asarray(naive.isna())
    if not skipped.any():
        return known
    distinct, places = np.unique(naive.as_unit("us").asi8[skipped], return_inverse=True)
    utc = known.tz_convert("UTC").asi8.copy()
    utc[skipped] = _next(distinct, zone)[places]
    return pd.DatetimeIndex(utc.astype("datetime64[us]"), tz="UTC").tz_convert(zone)


def _next(local: np.ndarray, zone: str | tzinfo) -> np.ndarray:
    """The first moment (us, UTC) at which the clock shows more than each local time (us); clocks change on a second."""
    low, high = local // _SECOND + _EARLIEST, local // _SECOND + _LATEST
    while (high - low > 1).any():
        middle = (low + high) // 2
        after = _shown(middle * _SECOND, zone) > local
        low, high = np.where(after, low, middle), np.where(after, middle, high)
    return high * _SECOND


def _shown(utc: np.ndarray, zone: str | tzinfo) -> np.ndarray:
    """What the clock shows at each moment, both as microseconds."""
    return pd.DatetimeIndex(utc.astype("datetime64[us]"), tz="UTC").tz_convert(zone).tz_localize(None).asi8
