"""Moments written as one number: seconds since 1970, their thousandths, ticks, and the days that workbooks count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

# Seconds, milliseconds, microseconds and nanoseconds of our times differ by three digits each.
_EPOCH_UNITS = ((1e11, 1_000_000), (1e14, 1_000), (1e17, 1))
# Counts from other years, by the numbers that are moments of about 1950 to 2110 in them, which as counts from 1970 are
# of 1973 to 1991 or 2350 on: (least, below, microseconds each, first day). Source: the reference of .NET's
# DateTime.Ticks, of the Windows FILETIME (Active Directory), and of the Web browsers' history (microseconds).
_OTHER_COUNTS = (
    (6.15e17, 6.66e17, 0.1, np.datetime64("0001-01-01", "us")),
    (1.10e17, 1.61e17, 0.1, np.datetime64("1601-01-01", "us")),
    (1.10e16, 1.61e16, 1.0, np.datetime64("1601-01-01", "us")),
)
_DAY = 86_400_000  # milliseconds: a day's fraction in a workbook is no more exact
# Source: ECMA-376 part 1, 18.17.4.1: day 1 is 1 January 1900, and 29 February 1900 is counted though it never was.
_FIRST = {"excel": np.datetime64("1899-12-30"), "excel1904": np.datetime64("1904-01-01")}
_LEAP = 60
_LAST = 2_958_465  # 31 December 9999
SERIALS = tuple(_FIRST)

_STAMP = r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)?$"

Parsed = tuple[np.ndarray, np.ndarray, np.ndarray]


def epoch(texts: pa.StringArray) -> Parsed:
    """Instants (us), offsets in minutes (0) and whether each text is a number of seconds, their parts, or ticks."""
    numbers = _numbers(texts)
    readable = np.isfinite(numbers) & (np.abs(numbers) < 1e19) & ~is_stamp(texts)
    numbers = np.where(readable, numbers, 0)
    scale = np.full(len(numbers), 0.001)
    for limit, factor in reversed(_EPOCH_UNITS):
        scale = np.where(np.abs(numbers) < limit, factor, scale)
    local = np.round(numbers * scale).astype("int64").astype("datetime64[us]")
    for least, below, each, first in _OTHER_COUNTS:
        counted = (numbers >= least) & (numbers < below)
        since = np.round(np.where(counted, numbers, 0) * each).astype("int64").astype("timedelta64[us]")
        local = np.where(counted, first + since, local)
    return local, np.zeros(len(numbers)), readable


def is_stamp(texts: pa.StringArray) -> np.ndarray:
    """Which texts are the digits of a date (20250405, 20250405101500), not a number of seconds or days.

    As numbers of seconds they would lie in 1970 or 2611.
    """
    return pc.match_substring_regex(texts, _STAMP).to_numpy(zero_copy_only=False)


def serial(texts: pa.StringArray, order: str) -> Parsed:
    """Local times (us), no offsets (NaN) and whether each text is a day that a workbook can count."""
    numbers = _numbers(pc.replace_substring(texts, ",", "."))
    readable = np.isfinite(numbers) & (numbers >= 0) & (numbers < _LAST + 1)
    if order == "excel":
        readable &= np.floor(numbers) != _LEAP
        numbers = np.where((numbers >= 1) & (numbers < _LEAP), numbers + 1, numbers)
    millis = np.round(np.where(readable, numbers, 0) * _DAY).astype("int64")
    local = _FIRST[order].astype("datetime64[us]") + (millis * 1_000).astype("timedelta64[us]")
    return local, np.full(len(local), np.nan), readable


def _numbers(texts: pa.StringArray) -> np.ndarray:
    return pd.to_numeric(pd.Series(texts.to_pandas(), dtype="object"), errors="coerce").to_numpy(dtype="float64")
