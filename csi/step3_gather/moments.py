"""Text into moments: dates in a stated order, in a stated zone, as UTC instants.

Nothing is guessed here: a stamp that does not fit the order stated is left to quarantine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.errors import InvalidInput
from csi.step3_gather.local_times import existing, shifted
from csi.step3_gather.month_names import month_numbers

ORDERS = ("iso", "day_first", "month_first", "epoch")
EXAMPLES = {
    "iso": "2016-02-29 01:16",
    "day_first": "29/2/2016 01:16 (day first)",
    "month_first": "2/29/2016 01:16 (month first)",
    "epoch": "1456708560 (seconds since 1970)",
}

_TIME = (
    r"(?:(?:[T,]\s*|\s+)(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?)?"
    r"\s*(?P<offset>Z|z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$"
)
_YEAR_FIRST = r"^(?P<year>\d{4})(?:[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?)" + _TIME
_COMPACT = r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME
# ISO 8601 also without its signs: 20160229T0116, 20160229T011600Z.
_BASIC = (
    r"^(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})[Tt](?P<hour>\d{2})"
    r"(?:(?P<minute>\d{2})(?:(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?)?(?P<half>)"
    r"(?P<offset>Z|z|[+-]\d{2}(?::?\d{2})?)?$"
)
_DAY_FIRST = r"^(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _TIME
_MONTH_FIRST = r"^(?P<month>\d{1,2})[-/.](?P<day>\d{1,2})[-/.](?P<year>\d{4}|\d{2})" + _TIME
_WEEKDAY = r"^(?:\pL{2,12}\.?,?\s+)?"
_NAMED = (
    _WEEKDAY + r"(?P<day>\d{1,2})(?:[-/]|\.?\s*)(?P<word>\pL{3,12})(?:[-/]|\.?,?\s*)(?P<year>\d{4}|\d{2})" + _TIME,
    _WEEKDAY + r"(?P<word>\pL{3,12})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year>\d{4})" + _TIME,
    r"^(?P<year>\d{4})[-/ ](?P<word>\pL{3,12})[-/ ](?P<day>\d{1,2})" + _TIME,
)
_WEEK_OR_QUARTER = r"^(?P<year>\d{4})-?(?P<kind>[WQ])(?P<number>\d{1,2})$"
_PATTERNS = {
    # A year of four digits in front, and a month by its name, are read the same under any order.
    "iso": (_YEAR_FIRST, _COMPACT, _BASIC, *_NAMED),
    "day_first": (_DAY_FIRST, _YEAR_FIRST, *_NAMED),
    "month_first": (_MONTH_FIRST, _YEAR_FIRST, *_NAMED),
}
# Seconds, milliseconds, microseconds and nanoseconds of our times differ by three digits each.
_EPOCH_UNITS = ((1e11, 1_000_000), (1e14, 1_000), (1e17, 1))


@dataclass(frozen=True, slots=True)
class Moments:
    """Typed moments of one column.

    Attributes:
        instants: ``datetime64[us, UTC]``, NaT where missing or unreadable.
        unreadable: True where there is text that is no moment in the order stated.
        ambiguous: how many local times occur twice (clock set back); the first is taken.
        nonexistent: how many local times do not occur (clock set forward); shifted to the next that does.
    """

    instants: pd.Series
    unreadable: np.ndarray
    ambiguous: int
    nonexistent: int


def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput("timezone", f"‘{name}’ is no time zone. Expected a name such as Europe/Lisbon.") from error


def check_order(order: str) -> None:
    """Refuse an order that is neither named nor a strptime pattern."""
    if order not in ORDERS and "%" not in order:
        known = ", ".join(ORDERS)
        reason = f"‘{order}’ is no date order. Expected {known} or a pattern such as %d-%b-%Y %H:%M."
        raise InvalidInput("dates", reason)


def expected(order: str) -> str:
    """What a stamp in this order looks like, for people."""
    return f"a moment such as {EXAMPLES[order]}" if order in EXAMPLES else f"a moment written {order}"


def read_moments(cells: pa.ChunkedArray, order: str, timezone: str) -> Moments:
    """Type one column of text; equal texts are read once.

    Args:
        cells: text, null where missing.
        order: one of ``ORDERS`` or a strptime pattern.
        timezone: IANA zone for stamps without an offset.
    """
    check_order(order)
    if pa.types.is_timestamp(cells.type):
        return _typed(cells, timezone)
    encoded = pc.dictionary_encode(cells).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0) if encoded.num_chunks else pa.array([], pa.string()).dictionary_encode()
    texts = pc.utf8_trim_whitespace(encoded.dictionary)
    local, offsets, readable = _parse(texts, order)
    local = np.where(readable, local, np.datetime64("NaT", "us"))
    instants, doubtful = _to_utc(local, offsets, zone(timezone))
    codes = pc.fill_null(encoded.indices, len(texts)).to_numpy(zero_copy_only=False)
    blank = np.append(pc.equal(texts, "").to_numpy(zero_copy_only=False), True)
    unreadable = np.append(~readable, False) & ~blank
    stamps = np.append(instants, np.datetime64("NaT", "us"))[codes]
    kinds = np.append(doubtful, 0)[codes]
    return Moments(
        pd.Series(stamps).dt.tz_localize("UTC"),
        unreadable[codes],
        int((kinds == _AMBIGUOUS).sum()),
        int((kinds == _NONEXISTENT).sum()),
    )


def _typed(cells: pa.ChunkedArray, timezone: str) -> Moments:
    """Moments that were stored as moments; those without a zone are local to the source."""
    local = pc.cast(cells, pa.timestamp("us", tz=cells.type.tz), safe=False)
    stamps = pc.cast(local, pa.timestamp("us", tz=None)).to_numpy()
    offsets = np.full(len(stamps), 0.0 if cells.type.tz else np.nan)
    instants, doubtful = _to_utc(stamps, offsets, zone(timezone))
    counts = [int((doubtful == kind).sum()) for kind in (_AMBIGUOUS, _NONEXISTENT)]
    return Moments(pd.Series(instants).dt.tz_localize("UTC"), np.zeros(len(stamps), dtype=bool), *counts)


def _parse(texts: pa.StringArray, order: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Local times (us), offsets in minutes (NaN: none) and whether each could be read."""
    if order == "epoch":
        return _epoch(texts)
    if order not in ORDERS:
        return _strptime(texts, order)
    local = np.full(len(texts), np.datetime64("NaT", "us"))
    offsets, readable = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    for pattern in (*_PATTERNS[order], _WEEK_OR_QUARTER):
        left = np.flatnonzero(~readable)
        if not len(left):
            break
        read = _by_week if pattern is _WEEK_OR_QUARTER else partial(_by_pattern, pattern=pattern)
        local[left], offsets[left], readable[left] = read(texts.take(pa.array(left)))
    return local, offsets, readable


def _by_pattern(texts: pa.StringArray, pattern: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = pc.extract_regex(texts, pattern)
    matched = parts.is_valid().to_numpy(zero_copy_only=False)
    year = _whole(parts, "year", 1970)
    # POSIX: two-digit years 69–99 are 1969–1999, 00–68 are 2000–2068.
    short = pc.fill_null(pc.less(pc.binary_length(pc.struct_field(parts, "year")), 4), False)
    year += np.where(short.to_numpy(zero_copy_only=False), np.where(year < 69, 2000, 1900), 0)
    month, day = _month(parts), _whole(parts, "day", 1)
    hour, hour_fits = _hour(parts)
    minute, second, fraction = _whole(parts, "minute", 0), _whole(parts, "second", 0), _micros(parts)
    hour_fits &= (hour < 24) | ((minute == 0) & (second == 0) & (fraction == 0))  # ISO 8601: 24:00 ends the day
    fits = (year >= 1) & (month >= 1) & (month <= 12) & hour_fits & (minute < 60) & (second < 60)
    month = np.clip(month, 1, 12)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    following = months + np.timedelta64(1, "M")
    length = (following.astype("datetime64[D]") - months.astype("datetime64[D]")).astype("int64")
    fits &= (day >= 1) & (day <= length)
    seconds = (day - 1) * 86_400 + hour * 3_600 + minute * 60 + second
    micros = seconds * 1_000_000 + fraction
    local = months.astype("datetime64[us]") + micros.astype("timedelta64[us]")
    return local, _offset_minutes(parts), matched & fits


def _month(parts: pa.StructArray) -> np.ndarray:
    """Months as numbers, also where they are words; 0 for a word that is none."""
    if parts.type.get_field_index("word") < 0:
        return _whole(parts, "month", 1)
    return month_numbers(pc.struct_field(parts, "word")).to_numpy(zero_copy_only=False)


def _by_week(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """ISO weeks (``2016-W09``: its Monday) and quarters (``2016-Q1``): the first day of the period named."""
    parts = pc.extract_regex(texts, _WEEK_OR_QUARTER)
    matched = parts.is_valid().to_numpy(zero_copy_only=False)
    year, number = _whole(parts, "year", 1970), _whole(parts, "number", 1)
    is_week = pc.fill_null(pc.equal(pc.struct_field(parts, "kind"), "W"), False).to_numpy(zero_copy_only=False)
    # ISO 8601: week 1 holds 4 January; the last week holds 28 December.
    weeks = _week_of(year, 1, 4) + (number - 1).astype("timedelta64[W]").astype("timedelta64[D]")
    quarters = ((year - 1970) * 12 + (number - 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
    fits = np.where(is_week, weeks <= _week_of(year, 12, 28), number <= 4) & (number >= 1)
    local = np.where(is_week, weeks, quarters).astype("datetime64[us]")
    return local, np.full(len(local), np.nan), matched & fits


def _week_of(year: np.ndarray, month: int, day: int) -> np.ndarray:
    """The Monday of the week a day of each year lies in."""
    first = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]") + np.timedelta64(
        day - 1, "D"
    )
    return first - ((first.astype("int64") + 3) % 7).astype("timedelta64[D]")


def _whole(parts: pa.StructArray, name: str, default: int) -> np.ndarray:
    text = pc.struct_field(parts, name)
    text = pc.if_else(pc.equal(text, ""), None, text)
    return pc.fill_null(pc.cast(text, pa.int64()), default).to_numpy(zero_copy_only=False).copy()


def _hour(parts: pa.StructArray) -> tuple[np.ndarray, np.ndarray]:
    """Hours of the day, from 24 h or AM/PM, and whether they can be."""
    hour = _whole(parts, "hour", 0)
    half = pc.fill_null(pc.utf8_lower(pc.utf8_slice_codeunits(pc.struct_field(parts, "half"), 0, 1)), "")
    half = half.to_numpy(zero_copy_only=False)
    is_half = (half == "a") | (half == "p")
    fits = np.where(is_half, (hour >= 1) & (hour <= 12), hour <= 24)
    return np.where(is_half, hour % 12 + np.where(half == "p", 12, 0), hour), fits


def _micros(parts: pa.StructArray) -> np.ndarray:
    text = pc.fill_null(pc.struct_field(parts, "fraction"), "")
    padded = pc.utf8_slice_codeunits(pc.binary_join_element_wise(text, "000000", ""), 0, 6)
    return pc.cast(padded, pa.int64()).to_numpy(zero_copy_only=False)


def _offset_minutes(parts: pa.StructArray) -> np.ndarray:
    """Offsets as minutes east of UTC; NaN where the text carries none."""
    text = pc.fill_null(pc.struct_field(parts, "offset"), "")
    digits = pc.replace_substring(text, ":", "")
    is_zero = pc.is_in(pc.utf8_upper(text), value_set=pa.array(["Z", "UTC", "GMT"])).to_numpy(zero_copy_only=False)
    signed = pc.match_substring_regex(text, "^[+-]").to_numpy(zero_copy_only=False)
    number = pc.if_else(pa.array(signed), pc.utf8_slice_codeunits(digits, 1, 5), "0")
    value = pc.cast(number, pa.int64()).to_numpy(zero_copy_only=False)
    with_minutes = pc.equal(pc.binary_length(digits), 5).to_numpy(zero_copy_only=False)
    minutes = np.where(with_minutes, value // 100 * 60 + value % 100, value * 60).astype("float64")
    minutes[pc.starts_with(text, "-").to_numpy(zero_copy_only=False)] *= -1
    return np.where(signed | is_zero, minutes, np.nan)


def _epoch(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    numbers = pd.to_numeric(pd.Series(texts.to_pandas(), dtype="object"), errors="coerce").to_numpy(dtype="float64")
    readable = np.isfinite(numbers) & (np.abs(numbers) < 1e19)
    numbers = np.where(readable, numbers, 0)
    scale = np.full(len(numbers), 0.001)
    for limit, factor in reversed(_EPOCH_UNITS):
        scale = np.where(np.abs(numbers) < limit, factor, scale)
    local = np.round(numbers * scale).astype("int64").astype("datetime64[us]")
    return local, np.zeros(len(numbers)), readable


def _strptime(texts: pa.StringArray, pattern: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    has_offset = "%z" in pattern or "%Z" in pattern
    try:
        stamps = pd.to_datetime(pd.Series(texts.to_pandas(), dtype="object"), format=pattern, errors="coerce", utc=True)
    except (ValueError, re.error) as error:  # the latter where a part is named twice
        raise InvalidInput("dates", f"‘{pattern}’ is no date pattern: {error}.") from error
    local = stamps.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    offsets = np.full(len(local), 0.0 if has_offset else np.nan)
    return local, offsets, ~np.isnat(local)


_AMBIGUOUS, _NONEXISTENT = 1, 2


def _to_utc(local: np.ndarray, offsets: np.ndarray, source: ZoneInfo) -> tuple[np.ndarray, np.ndarray]:
    """UTC instants (naive ``datetime64[us]``) and which of them were doubtful in the source's zone."""
    has_offset = ~np.isnan(offsets)
    shift = (np.where(has_offset, offsets, 0) * 60_000_000).astype("int64").astype("timedelta64[us]")
    instants = local - shift
    doubtful = np.zeros(len(local), dtype="int8")
    if source.key == "UTC" or has_offset.all():
        return instants, doubtful
    bare = pd.DatetimeIndex(local[~has_offset])
    exists = existing(bare, source)
    only_once = bare.tz_localize(source, ambiguous="NaT", nonexistent="NaT")
    is_moment = ~np.isnat(local[~has_offset])
    skipped = np.asarray(exists.isna()) & is_moment
    twice = np.asarray(only_once.isna()) & is_moment & ~skipped
    moments = shifted(bare, source, exists)
    instants[~has_offset] = moments.tz_convert("UTC").tz_localize(None).to_numpy().astype("datetime64[us]")
    doubtful[~has_offset] = np.where(skipped, _NONEXISTENT, np.where(twice, _AMBIGUOUS, 0))
    return instants, doubtful
