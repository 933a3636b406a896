"""Texts into local times: the digits of each spelling as numbers, the numbers as a day and a time that exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading import zone_words
from csi.reading.calendar_words import Meaning, words
from csi.reading.causes import Cause
from csi.reading.day_parts import in_hours
from csi.reading.digits import Shaped, shaped
from csi.reading.grain import Grain, grain_of
from csi.reading.half_years import Beside, told_by
from csi.reading.intervals import intervals
from csi.reading.local_times import localised
from csi.reading.spelling import SA, Spelling, spelling

_PARTS = ("year", "month", "day", "hour", "minute", "second", "week", "weekday", "quarter", "semester", "millis")
_DEFAULTS = {"year": 1970, "month": 1, "day": 1, "week": -1, "weekday": 1, "quarter": -1, "semester": -1}
# No date of the Gregorian calendar that a program writes lies there; years of other calendars do.
_BUDDHIST, _PERSIAN = (2400, 2700), (1300, 1500)
# The Gregorian calendar begins in 1582: an earlier year is a slip (0025), but for the first, which says nothing.
_GREGORIAN, _NOTHING_YEAR = 1582, 1
# Two digits from 50 on are 2550 and later in Thailand, which is 2007 and later.
_THAILAND, _SHORT_BUDDHIST = "Asia/Bangkok", 50
# POSIX: two-digit years 69-99 are 1969-1999, 00-68 are 2000-2068.
PIVOT, _BESIDE_PIVOT = 69, 10
_HALVES = 2  # of a year
_LAST_WEEK = 53  # ISO 8601: which not every year has
_FURTHEST, _LAST_MINUTE = 14 * 60, 59  # minutes: no zone is further from UTC
_DATE = ("year", "month", "day")
# From the first to the last day of a day, week, month, quarter, half-year, or to the next.
_SPAN_DAYS = (0, 7, 31, 92, 184)
_MONTHS_BEHIND_DOT, _TWO_DIGITS = ("0000.00", "0000.0"), 10


@dataclass(frozen=True, slots=True)
class Parsed:
    """What some texts say, in their order.

    Attributes:
        local: the time as written (``datetime64[us]``), NaT where there is none.
        offsets: minutes east of UTC, NaN where the text names none.
        readable: whether the text is a date.
        causes: why it is none (``Cause``), as int8.
        nothing: whether it is blank, or a date of zeros only, which says that there is none.
        grains: how long the period is that it names (``Grain``), as int8; empty where none is longer than a day.
    """

    local: np.ndarray
    offsets: np.ndarray
    readable: np.ndarray
    causes: np.ndarray
    nothing: np.ndarray
    grains: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int8))

    @classmethod
    def of(cls, texts: pa.StringArray, local: np.ndarray, offsets: np.ndarray, readable: np.ndarray) -> Parsed:
        """What was read another way: what is not readable is no date."""
        blank = pc.equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False)
        causes = np.where(readable | blank, Cause.NONE, Cause.NO_DATE).astype(np.int8)
        local = np.where(readable, local, np.datetime64("NaT", "us"))
        return cls(local, offsets, readable, causes, blank)


def parsed(texts: pa.StringArray, order: str, zone: ZoneInfo, header: str = "") -> Parsed:
    """Read texts in an order (``iso``, ``day_first``, ``month_first``, ``year_first``).

    Args:
        texts: none of them null.
        order: which of day and month stands first.
        zone: says what an abbreviation means that means several.
        header: of their column, which says whether S1 is a week; empty where it is not known.
    """
    found = shaped(texts)
    spellings = [spelling(shape.strip(), order) for shape in found.shapes]
    months = _months(spellings)
    numbers, own = _Numbers.of(len(texts)), zone_words.of_zone(zone)
    numbers.causes[:] = np.array([one.cause for one in spellings], dtype=np.int8)[found.codes]
    for one, rows in zip(spellings, found.rows(), strict=True):
        if one.cause is Cause.NONE:
            numbers.fill(found, one, rows, months.get(one.month, 0), own.get(one.zone))
    blank = np.array([not shape.strip() for shape in found.shapes], dtype=bool)[found.codes]
    _settle_mornings(numbers, spellings, found)
    _settle_half_years(numbers, spellings, found, header)
    for rows in intervals(numbers.parts, spellings, found):
        numbers.offsets[rows], numbers.causes[rows] = np.nan, Cause.NONE
    _refuse_lost_zeros(numbers, found)
    is_thai = zone.key == _THAILAND or any(one.is_thai for one in spellings)
    read = replace(numbers.parsed(order, blank, buddhist=is_thai), grains=_grains(numbers, spellings, found, months))
    return _in_places(read, spellings, found)


def _grains(numbers: _Numbers, spellings: Sequence[Spelling], found: Shaped, months: Mapping[str, int]) -> np.ndarray:
    """Of each text how long the period is that it names; empty where none is longer than a day."""
    own = np.array([grain_of(one) for one in spellings], dtype=np.int8)
    spans = [one.until is not None for one in spellings]
    if not len(own) or (own.max() <= Grain.DAY and not any(spans)):
        return np.empty(0, dtype=np.int8)
    grains = own[found.codes]
    for one, rows in zip(spellings, found.rows(), strict=True):
        if one.until is not None:
            last = {name: found.number(rows, *place) for name, place in one.until.digits.items()}
            month = last.get("month", np.full(len(rows), months.get(one.until.month, 0)))
            days = _days(last["year"], month, last["day"])[0] - _days(*(numbers.parts[name][rows] for name in _DATE))[0]
            grains[rows] = np.searchsorted(_SPAN_DAYS, days.astype("int64")) + Grain.DAY
    grains[(grains == Grain.HALF_YEAR) & (numbers.parts["week"] >= 0)] = Grain.WEEK  # S1 that was settled to be one
    return grains


def _settle_mornings(numbers: _Numbers, spellings: Sequence[Spelling], found: Shaped) -> None:
    """``SA`` is before noon in Vietnamese, and Saturday in English and German.

    It is a day where all of them are Saturdays and no other half of the day is told, or where a clock of 24 hours is.
    """
    if not any(one.half == SA for one in spellings):
        return
    doubtful = np.array([one.half == SA for one in spellings], dtype=bool)[found.codes]
    year, month, day = (numbers.parts[name][doubtful] for name in ("year", "month", "day"))
    days, fits = _days(year + np.where(numbers.short_year[doubtful], 2000, 0), month, day)
    saturdays = (days.astype("int64") + 3) % 7 == 5
    whole_day = (numbers.parts["hour"][doubtful] > 12).any()
    is_day = whole_day or (bool((saturdays & fits).all()) and not any(one.half == "P" for one in spellings))
    numbers.half[doubtful] = 0 if is_day else 1


def _settle_half_years(numbers: _Numbers, spellings: Sequence[Spelling], found: Shaped, header: str) -> None:
    """``S1`` and ``S2`` are weeks where there is an S3 or their header says so, half-years if it does; else asked."""
    doubtful = np.array([one.may_be_half for one in spellings], dtype=bool)[found.codes]
    weeks = numbers.parts["week"]
    if not doubtful.any() or (weeks > _HALVES).any() or (told := told_by(header)) is Beside.WEEKS:
        return
    if told is Beside.NOTHING:
        numbers.causes[doubtful] = Cause.WEEK_OR_HALF_YEAR
        return
    numbers.parts["semester"][doubtful] = weeks[doubtful]
    weeks[doubtful] = -1


def _refuse_lost_zeros(numbers: _Numbers, found: Shaped) -> None:
    """``2024.1`` beside ``2024.01`` is ``2024.10``, which a workbook took for a number."""
    shapes = [shape.strip() for shape in found.shapes]
    whole, cut = (np.array([shape == one for shape in shapes], dtype=bool)[found.codes] for one in _MONTHS_BEHIND_DOT)
    if cut.any() and (numbers.parts["month"][whole] < _TWO_DIGITS).any():
        numbers.causes[cut] = Cause.LOST_ZERO


def _in_places(read: Parsed, spellings: Sequence[Spelling], found: Shaped) -> Parsed:
    """The offsets of moments that name their zone: Europe/Berlin."""
    if not any(one.place for one in spellings):
        return read
    offsets = read.offsets.copy()
    for one, rows in zip(spellings, found.rows(), strict=True):
        if one.place:
            local = pd.DatetimeIndex(read.local[rows])
            instants = localised(local, one.place).tz_convert("UTC").tz_localize(None)
            offsets[rows] = (local - instants).total_seconds().to_numpy() / 60
    return replace(read, offsets=offsets)


def _months(spellings: Sequence[Spelling]) -> dict[str, int]:
    """The month each word means; 0 where it stays open.

    A word that means different months in different languages is decided by the languages that know all the words.
    """
    told: Mapping[str, Meaning] = {one.month: one.meaning for one in spellings if one.month}
    if all(len(meaning) == 1 for meaning in told.values()):
        return {word: next(iter(meaning)) for word, meaning in told.items()}
    every = {word: words().month(word) or meaning for word, meaning in told.items()}
    common = frozenset.intersection(*(frozenset().union(*meaning.values()) for meaning in every.values()))
    found = {}
    for word, meaning in every.items():
        likely = [month for month, languages in meaning.items() if languages & common] or [*meaning]
        found[word] = likely[0] if len(likely) == 1 else 0
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """The parts of every text as numbers; what a spelling lacks has its default."""

    parts: Mapping[str, np.ndarray]
    offsets: np.ndarray
    fraction: np.ndarray
    half: np.ndarray
    hours: np.ndarray
    short_year: np.ndarray
    causes: np.ndarray

    @classmethod
    def of(cls, size: int) -> _Numbers:
        parts = {name: np.full(size, _DEFAULTS.get(name, 0), dtype=np.int64) for name in _PARTS}
        zeros = np.zeros(size, dtype=np.int64)
        return cls(
            parts=parts,
            offsets=np.full(size, np.nan),
            fraction=zeros,
            half=np.zeros(size, dtype=np.int8),
            hours=np.zeros(size, dtype=np.int64),
            short_year=np.zeros(size, dtype=bool),
            causes=np.zeros(size, dtype=np.int8),
        )

    def fill(self, found: Shaped, one: Spelling, rows: np.ndarray, month: int, own_zone: int | None) -> None:
        """Take the parts of the texts of one shape."""
        if one.month and not month:
            self.causes[rows] = Cause.AMBIGUOUS_MONTH
        if one.zone and own_zone is None:
            self.causes[rows] = Cause.AMBIGUOUS_ZONE
        for name, (first, last) in one.digits.items():
            if name in self.parts:
                self.parts[name][rows] = found.number(rows, first, last)
        if one.month:
            self.parts["month"][rows] = month
        self._fill_rest(found, one, rows)
        self._set_offset(found, one, rows, own_zone)

    def _fill_rest(self, found: Shaped, one: Spelling, rows: np.ndarray) -> None:
        """What only some spellings have."""
        if one.half_year:
            self.parts["semester"][rows] = one.half_year
        if one.quarter:
            self.parts["quarter"][rows] = one.quarter
        if "year" in one.digits:
            self.short_year[rows] = one.digits["year"][1] - one.digits["year"][0] == 2
        if "fraction" in one.digits:
            first, last = one.digits["fraction"]
            self.fraction[rows] = found.number(rows, first, min(last, first + 6)) * 10 ** max(0, 6 - (last - first))
        if "millis" in one.digits:
            self.parts["millis"][rows] *= one.sign
        self.half[rows] = {"A": 1, "P": 2, SA: 1}.get(one.half, 0)
        if one.hours:
            self.hours[rows] = one.hours

    def _set_offset(self, found: Shaped, one: Spelling, rows: np.ndarray, own_zone: int | None) -> None:
        base = 0 if "millis" in one.digits else own_zone if one.zone else one.offset
        if "offset_hour" in one.digits:
            minutes = found.number(rows, *one.digits["offset_hour"]) * 60
            if "offset_minute" in one.digits:
                beyond = found.number(rows, *one.digits["offset_minute"])
                minutes += beyond
                self.causes[rows[beyond > _LAST_MINUTE]] = Cause.NO_SUCH_DAY
            minutes *= one.sign
            self.causes[rows[np.abs(minutes) > _FURTHEST]] = Cause.NO_SUCH_DAY
            if base:  # CEST+0200 says one thing twice; where it says two, nobody knows
                self.causes[rows[minutes != base]] = Cause.AMBIGUOUS_ZONE
            self.offsets[rows] = minutes
        elif base is not None:
            self.offsets[rows] = base

    def _refuse_short(self, year: np.ndarray, *, buddhist: bool) -> None:
        """Two-digit years that may be of another century, or of another calendar."""
        known = self.short_year & (self.causes == Cause.NONE)
        before, after = (known & (np.abs(year - edge) < _BESIDE_PIVOT) for edge in (PIVOT - 1, PIVOT))
        before, after = before & (year < PIVOT), after & (year >= PIVOT)
        if buddhist:
            self.causes[known & (year >= _SHORT_BUDDHIST)] = Cause.SHORT_BUDDHIST_YEAR
        elif before.any() and after.any():
            self.causes[before | after] = Cause.SHORT_YEARS_APART

    def parsed(self, order: str, blank: np.ndarray, *, buddhist: bool = False) -> Parsed:
        """The moments the numbers say, where there are such."""
        year, month, day = self.parts["year"].copy(), self.parts["month"], self.parts["day"]
        year += np.where(self.short_year, np.where(year < PIVOT, 2000, 1900), 0)
        if self.short_year.any():
            self._refuse_short(self.parts["year"], buddhist=buddhist)
        half_year = self.parts["semester"]
        if (half_year >= 0).any():
            month = np.where(half_year >= 0, half_year * 6 - 5, month)
        seconds, clock_fits = self._seconds()
        days, day_fits = _days(year, month, day)
        by_period = (self.parts["week"] >= 0) | (self.parts["quarter"] >= 0)
        if by_period.any():
            first, period_fits = self._period_days(year)
            days, day_fits = np.where(by_period, first, days), np.where(by_period, period_fits, day_fits)
        local = days.astype("datetime64[us]") + (seconds * 1_000_000 + self.fraction).astype("timedelta64[us]")
        local += (self.parts["millis"] * 1_000).astype("timedelta64[us]")
        nothing = self._nothing(year) | blank
        causes = self._causes(order, year, day_fits, clock_fits)
        readable = (causes == Cause.NONE) & ~nothing
        causes[nothing] = Cause.NONE
        return Parsed(np.where(readable, local, np.datetime64("NaT", "us")), self.offsets, readable, causes, nothing)

    def _causes(self, order: str, year: np.ndarray, day_fits: np.ndarray, clock_fits: np.ndarray) -> np.ndarray:
        causes = self.causes.copy()
        whole = (causes == Cause.NONE) & ~self.short_year
        causes[whole & (year >= _BUDDHIST[0]) & (year < _BUDDHIST[1])] = Cause.BUDDHIST_YEAR
        causes[whole & (year >= _PERSIAN[0]) & (year < _PERSIAN[1])] = Cause.OTHER_CALENDAR
        bad = (causes == Cause.NONE) & ~(day_fits & clock_fits & ((year >= _GREGORIAN) | (year == _NOTHING_YEAR)))
        causes[bad] = np.where(self.parts["week"][bad] == _LAST_WEEK, Cause.NO_SUCH_WEEK, Cause.NO_SUCH_DAY)
        other = {"day_first": Cause.MONTH_FIRST, "month_first": Cause.DAY_FIRST}.get(order)
        if other is not None and bad.any():
            swapped = _days(year, self.parts["day"], self.parts["month"])[1]
            causes[bad & clock_fits & swapped & (self.parts["month"] > 12)] = other
        return causes

    def _nothing(self, year: np.ndarray) -> np.ndarray:
        """0000-00-00 (MySQL), and day 0 of January 1900 (a workbook's 0)."""
        zeros = (self.parts["year"] == 0) & (self.parts["month"] == 0) & (self.parts["day"] == 0)
        day_zero = (year == 1900) & (self.parts["month"] == 1) & (self.parts["day"] == 0)
        return (zeros | day_zero) & (self.causes == Cause.NONE)

    def _seconds(self) -> tuple[np.ndarray, np.ndarray]:
        """Seconds of the day, from 24 h or 12 h (Japanese halves begin with 0), and whether they can be."""
        hour, minute, second = (self.parts[name] for name in ("hour", "minute", "second"))
        halved = self.half > 0
        fits = np.where(halved, (hour >= 0) & (hour <= 12), hour <= 24) & (minute < 60) & (second < 60)
        fits &= (hour < 24) | ((minute == 0) & (second == 0) & (self.fraction == 0))  # ISO 8601: 24:00 ends the day
        hours = np.where(halved, hour % 12 + np.where(self.half == 2, 12, 0), hour)
        if self.hours.any():
            found, only = in_hours(hour, self.hours)
            in_part = self.hours > 0
            hours, fits = np.where(in_part, found, hours), np.where(in_part, fits & only, fits)
        return hours * 3_600 + minute * 60 + second, fits

    def _period_days(self, year: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The first days of ISO weeks (or the day of it that is named) and of quarters, and whether there are such."""
        week, weekday, quarter = (self.parts[name] for name in ("week", "weekday", "quarter"))
        # ISO 8601: week 1 holds 4 January; the last week holds 28 December.
        mondays = _week_of(year, 1, 4) + ((week - 1) * 7).astype("timedelta64[D]")
        fits = (week >= 1) & (mondays <= _week_of(year, 12, 28)) & (weekday >= 1) & (weekday <= 7)
        weeks = mondays + (weekday - 1).astype("timedelta64[D]")
        quarters = ((year - 1970) * 12 + (quarter - 1) * 3).astype("datetime64[M]").astype("datetime64[D]")
        return np.where(week >= 0, weeks, quarters), np.where(week >= 0, fits, (quarter >= 1) & (quarter <= 4))


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dates, and whether there are such."""
    fits = (month >= 1) & (month <= 12)
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    length = ((months + np.timedelta64(1, "M")).astype("datetime64[D]") - first).astype("int64")
    return first + (day - 1).astype("timedelta64[D]"), fits & (day >= 1) & (day <= length)


def _week_of(year: np.ndarray, month: int, day: int) -> np.ndarray:
    """The Monday of the week a day of each year lies in."""
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]").astype("datetime64[D]")
    first = months + np.timedelta64(day - 1, "D")
    return first - ((first.astype("int64") + 3) % 7).astype("timedelta64[D]")
