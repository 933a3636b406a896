"""Text into moments: dates in a stated order, in a stated zone, as UTC instants.

Nothing is guessed here: a stamp that does not fit the order stated is left to quarantine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.errors import InvalidInput
from csi.reading.causes import Cause, told
from csi.reading.day_halves import with_english_halves
from csi.reading.grain import Grain, grain_of_pattern
from csi.reading.local_times import existing, shifted
from csi.reading.parsing import Parsed, parsed
from csi.reading.serials import SERIALS, epoch, is_stamp, serial

_BY_SIGHT = ("iso", "day_first", "month_first", "year_first")
ORDERS = (*_BY_SIGHT, "epoch", *SERIALS)
# Where most of so many cells differ, finding those that do not costs more than it saves.
_SAMPLE, _MOSTLY = 2_000, 0.5
EXAMPLES = {
    "iso": "2016-02-29 01:16",
    "day_first": "29/2/2016 01:16 (day first)",
    "month_first": "2/29/2016 01:16 (month first)",
    "year_first": "16/2/29 01:16 (year first, in two digits)",
    "epoch": "1456708560 (seconds since 1970)",
    "excel": "42429.0528 (days since 1900, as workbooks count)",
    "excel1904": "40967.0528 (days since 1904, as workbooks of a Mac count)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """Typed moments of one column.

    Attributes:
        instants: ``datetime64[us, UTC]``, NaT where missing or unreadable.
        unreadable: True where there is text that is no moment in the order stated.
        ambiguous: how many local times occur twice (clock set back); the first is taken.
        nonexistent: how many local times do not occur (clock set forward); shifted to the next that does.
        causes: per row why it is unreadable (``Cause``), as int8.
        local: per row the time as written (``datetime64[us]``), NaT as above.
        stated: per row whether the text says its own offset.
        grains: per row how long the period is that the text names (``Grain``), as int8; empty where none is longer
            than a day.
    """

    instants: pd.Series
    unreadable: np.ndarray
    ambiguous: int
    nonexistent: int
    causes: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int8))
    local: np.ndarray = field(default_factory=lambda: np.empty(0, dtype="datetime64[us]"))
    stated: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=bool))
    grains: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int8))

    @property
    def clocks(self) -> dict[str, int]:
        """How many moments there are by what places them: ``stated`` by their own offset, ``local`` by a zone."""
        known = self.instants.notna().to_numpy()
        stated = int(np.count_nonzero(self.stated & known)) if len(self.stated) else 0
        return {"stated": stated, "local": int(np.count_nonzero(known)) - stated}

    @property
    def likely(self) -> Cause:
        """Why most unreadable cells of the column are so, where most are so for one reason."""
        bad = self.causes[self.unreadable] if len(self.causes) else self.causes
        counts = np.bincount(bad, minlength=1)
        return Cause(int(counts.argmax())) if counts.max() * 2 > len(bad) > 0 else Cause.NONE


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


def expected(order: str, cause: Cause = Cause.NONE) -> str:
    """What a stamp in this order looks like, and what was found instead, for people."""
    stamp = f"a moment such as {EXAMPLES[order]}" if order in EXAMPLES else f"a moment written {order}"
    return f"{stamp}; {told(cause)}" if told(cause) else stamp


def read_moments(cells: pa.ChunkedArray, order: str, timezone: str, header: str = "") -> Moments:
    """Type one column of text; equal texts are read once.

    Args:
        cells: text, null where missing.
        order: one of ``ORDERS`` or a strptime pattern.
        timezone: IANA zone for stamps without an offset.
        header: of the column, where it is known: it tells weeks from half-years.
    """
    check_order(order)
    if pa.types.is_timestamp(cells.type):
        return _typed(cells, timezone)
    texts, codes = _distinct(cells)
    source = zone(timezone)
    read = _parse(texts, order, source, header)
    instants, doubtful = _to_utc(read.local, read.offsets, source)
    every = (instants, doubtful, ~read.readable & ~read.nothing, read.causes, read.local, ~np.isnan(read.offsets))
    instants, doubtful, unreadable, causes, local, stated = every if codes is None else (one[codes] for one in every)
    return Moments(
        instants=pd.Series(instants).dt.tz_localize("UTC"),
        unreadable=unreadable,
        ambiguous=int((doubtful == _AMBIGUOUS).sum()),
        nonexistent=int((doubtful == _NONEXISTENT).sum()),
        causes=causes,
        local=local,
        stated=stated,
        grains=read.grains if codes is None or not len(read.grains) else read.grains[codes],
    )


def _distinct(cells: pa.ChunkedArray) -> tuple[pa.StringArray, np.ndarray | None]:
    """Each different text once, and per cell its place; all texts, and None, where most differ anyway."""
    filled = pc.fill_null(cells.cast(pa.string()), "")
    first = filled.slice(0, _SAMPLE)
    if not len(first) or pc.count_distinct(first).as_py() > len(first) * _MOSTLY:
        return _one_array(filled), None
    encoded = _one_array(filled.dictionary_encode())
    return encoded.dictionary, encoded.indices.to_numpy(zero_copy_only=False)


def _one_array(cells: pa.ChunkedArray) -> Any:
    whole = cells.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        return whole.chunk(0) if whole.num_chunks else pa.array([], cells.type)
    return whole


def _typed(cells: pa.ChunkedArray, timezone: str) -> Moments:
    """Moments that were stored as moments; those without a zone are local to the source."""
    local = pc.cast(cells, pa.timestamp("us", tz=cells.type.tz), safe=False)
    stamps = pc.cast(local, pa.timestamp("us", tz=None)).to_numpy()
    offsets = np.full(len(stamps), 0.0 if cells.type.tz else np.nan)
    instants, doubtful = _to_utc(stamps, offsets, zone(timezone))
    twice, skipped = (int((doubtful == kind).sum()) for kind in (_AMBIGUOUS, _NONEXISTENT))
    none = np.zeros(len(stamps), dtype=np.int8)
    every = pd.Series(instants).dt.tz_localize("UTC")
    return Moments(
        instants=every,
        unreadable=none.astype(bool),
        ambiguous=twice,
        nonexistent=skipped,
        causes=none,
        local=stamps,
        stated=np.full(len(stamps), bool(cells.type.tz)),
    )


def _parse(texts: pa.StringArray, order: str, source: ZoneInfo, header: str = "") -> Parsed:
    if order in _BY_SIGHT:
        return parsed(texts, order, source, header)
    texts = pc.utf8_trim_whitespace(texts)
    if order == "epoch":
        return _unless_stamps(texts, Parsed.of(texts, *epoch(texts)))
    if order in SERIALS:
        return Parsed.of(texts, *serial(texts, order))
    read, grain = Parsed.of(texts, *_strptime(texts, order)), grain_of_pattern(order)
    return read if grain <= Grain.DAY else replace(read, grains=np.full(len(texts), grain, dtype=np.int8))


def _unless_stamps(texts: pa.StringArray, read: Parsed) -> Parsed:
    """Why digits of dates are no seconds."""
    if read.readable.all():
        return read
    return replace(read, causes=np.where(is_stamp(texts) & ~read.readable, Cause.STAMP, read.causes).astype(np.int8))


# A week alone is its first day: by ISO 8601, and as those that count from the year's first Monday or Sunday.
_WEEKS = {"%V": "%u1", "%W": "%w1", "%U": "%w0"}
_WEEKDAY = re.compile("%[uwaA]")


def _strptime(texts: pa.StringArray, pattern: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if "%p" in pattern:
        texts = with_english_halves(texts)
    has_offset = "%z" in pattern or "%Z" in pattern
    if day := next((day for week, day in _WEEKS.items() if week in pattern and not _WEEKDAY.search(pattern)), ""):
        texts, pattern = pc.binary_join_element_wise(texts, day[-1], " "), f"{pattern} {day[:2]}"
    try:
        stamps = pd.to_datetime(pd.Series(texts.to_pandas(), dtype="object"), format=pattern, errors="coerce", utc=True)
    except (ValueError, re.error) as error:  # the latter where a part is named twice
        raise InvalidInput("dates", f"‘{pattern}’ is no date pattern: {error}.") from error
    local = stamps.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    offsets = np.full(len(local), 0.0 if has_offset else np.nan)
    return local, offsets, ~np.isnat(local)


_AMBIGUOUS, _NONEXISTENT = 1, 2
_FIRST, _LAST = np.datetime64("0001-01-03"), np.datetime64("9999-12-29")


def _to_utc(local: np.ndarray, offsets: np.ndarray, source: ZoneInfo) -> tuple[np.ndarray, np.ndarray]:
    """UTC instants (naive ``datetime64[us]``) and which of them were doubtful in the source's zone."""
    # At the ends of all calendars no zone is known, and none is needed: no clock was set there.
    at_end = (local < _FIRST) | (local > _LAST)
    offsets = np.where(np.isnan(offsets) & at_end, 0.0, offsets)
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
