"""Years of two digits in headers that are periods side by side: ``Jan 26``, ``sty.25``, ``KW 05/26``, ``1T26``.

One such header may as well be a day (26 January). Which it is, the whole row says: taken as periods they follow each
other, taken as days they do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from csi.reading.digits import shaped
from csi.reading.grain import Grain, grain_of
from csi.reading.moments import read_moments
from csi.reading.parsing import PIVOT
from csi.reading.spelling import spelling

_TWO_DIGITS = re.compile(r"\s*['’‘`´]?(?<!\d)(\d\d)(?!\d)")
_LONG_YEAR = re.compile(r"\d{4}")
_SEVERAL = 3  # headers: two months may be anything
_LAST_MONTH = 12
# Ours: how many periods there may be from one header to the next; a few may be left out. In days, the longest.
_LONGEST_MONTH = 31
_STEPS = {Grain.WEEK: 4 * 7, Grain.MONTH: 3 * _LONGEST_MONTH, Grain.QUARTER: 2 * 92, Grain.HALF_YEAR: 2 * 184}


def with_long_years(names: Sequence[str]) -> dict[str, str]:
    """The headers whose two digits are a year by all the row shows, each with its year in four digits.

    Behind a month's name the digits are a year where the months follow each other. Where the digits come first, or the
    month is a number as well, the year must change among them, or be no month and no day's order either.
    """
    for place in (-1, 0):
        spelt = {name: long for name in names if (long := _spelt(name, place))}
        if len(spelt) >= _SEVERAL and (found := _following(spelt, place)):
            return found
    return {}


def day_lists(names: Sequence[str]) -> frozenset[str]:
    """The headers that read as a month and its two-digit year, and do not follow each other: ``Jan-01``, ``Jan-02``."""
    long = with_long_years(names)
    spelt = {name: text for name in names if name not in long and (text := _spelt(name, -1))}
    return frozenset(
        name for name, grain in zip(spelt, _grains(list(spelt.values())), strict=True) if grain == Grain.MONTH
    )


def _spelt(name: str, place: int) -> str:
    """A header with its last (-1) or first (0) two digits as a year of four; empty where it has a long number."""
    found = list(_TWO_DIGITS.finditer(name))
    if not found or _LONG_YEAR.search(name):
        return ""
    match = found[place]
    if place == -1 and match.end() < len(name) and not any(map(str.isdigit, name[: match.start()])):
        return ""  # 26-Jan begins with its only number
    short = int(match[1])
    gap = " " if match.start(1) > match.start() or name[: match.start()][-1:].isalpha() else ""
    return f"{name[: match.start()]}{gap}{short + (2000 if short < PIVOT else 1900)}{name[match.end() :]}".strip()


def _following(spelt: Mapping[str, str], place: int) -> dict[str, str]:
    """Those of some headers that are periods which follow each other; none where one length of them does not."""
    texts = list(spelt.values())
    read, grains = read_moments(_column(texts), "iso", "UTC"), _grains(texts)
    days = read.instants.dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    fits = np.zeros(len(texts), dtype=bool)
    for grain, step in _STEPS.items():
        rows = (grains == grain) & ~np.isnat(days)
        if rows.any() and _is_row(days[rows], step):
            fits |= rows
    names = [name for name, is_one in zip(spelt, fits.tolist(), strict=True) if is_one]
    dated = days[fits]
    if len(names) < _SEVERAL or not _is_said(names, dated, place, is_month=bool((grains[fits] == Grain.MONTH).any())):
        return {}
    return {name: spelt[name] for name in names}


def _is_row(days: np.ndarray, step: int) -> bool:
    """Whether periods stand once each and, in order, none is far from the one before, or each year has the same."""
    steps = np.diff(np.sort(days)).astype("int64")
    if not (steps > 0).all():
        return False
    years = days.astype("datetime64[Y]")
    months = days.astype("datetime64[M]").astype("int64") % _LAST_MONTH
    by_year = [tuple(sorted(months[years == year].tolist())) for year in np.unique(years)]
    if len(by_year) > 1 and len(set(by_year)) == 1 and len(own := by_year[0]) >= _SEVERAL:
        return bool((np.diff(own) * _LONGEST_MONTH <= step).all())
    return bool((steps <= step).all())


def _is_said(names: Sequence[str], days: np.ndarray, place: int, *, is_month: bool) -> bool:
    """Whether months' numbers can be nothing but years: by a word before them, by a new year, by their size."""
    if not is_month:
        return True
    has_word = all(any(map(str.isalpha, name)) for name in names)
    if place == -1 and has_word:
        return True
    years = days.astype("datetime64[Y]").astype("int64") + 1970
    return len(set(years.tolist())) > 1 or (place == -1 and bool((years % 100 > _LAST_MONTH).all()))


def _grains(texts: Sequence[str]) -> np.ndarray:
    found = shaped(pa.array(texts, pa.string()))
    own = np.array([_grain(shape.strip()) for shape in found.shapes], dtype=np.int8)
    return own[found.codes] if len(own) else np.zeros(len(texts), dtype=np.int8)


def _grain(shape: str) -> Grain:
    """Of a year in the calendar we know: a short one of Thailand may be of another."""
    one = spelling(shape, "iso")
    return Grain.NONE if one.is_thai else grain_of(one)


def _column(texts: Sequence[str]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts, pa.string())])
