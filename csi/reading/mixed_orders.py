"""Dates with the day first and dates with the month first in one column: nothing tells in which order ``04/03`` is.

Two cells that can only be in one order and some that can only be in the other show it; and so does the calendar, where
each day up to 12 was swapped with its month: what is read as dates of all months of a year lies, swapped back, between
the days that cannot have been swapped. Of files of years, in any order, two things tell: months that hold days up to 12
only, and days up to 12 on weekdays on which hardly any later day lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.errors import DatesSwapped

_SLASHED = r"(?:^|[\s,])(?P<first>\d{1,2})\s?[-/.]\s?(?P<second>\d{1,2})\s?[-/.]\s?(?P<year>\d{4}|\d{2})(?:$|[^\d/.-])"
_DAY_FIRST = ("day_first", "month_first")  # orders in which the first two numbers stand
_MONTHS, _DAYS = 12, 31
_SAMPLE = 2_000  # cells looked at, from all over the column, where all can be read
_SEVERAL = 3  # cells of each kind: fewer are slips of the keyboard. Ours
_MANY = 8  # different days that were swapped, for the calendar to show it; ours
_WITHIN, _OUTSIDE = 0.95, 0.7  # of them lie among the others once swapped back, and no more do so as they stand; ours
_CALMER = 0.5  # times the way from cell to cell once they are swapped back; ours
_REACH = 12  # days before and after the others: of one month the days up to 12
_LONE = 5  # cells of a month that are all of days up to 12: by chance one month in a hundred; two such. Ours
_FEWEST = 60  # different days up to 12, and later ones, for their weekdays to be compared; this and what follows: ours
_QUIET = 0.5  # times the share that each weekday would have: fewer later days lie on it
_TWICE, _SURE = 2, 5  # times as large is the share of the others on these weekdays, and so many standard errors larger
_CROWDED = 3  # times the median of a day: what lies on it beyond is one import
_NEXT = "Expected one order in the whole column: the column as its program exported it"
_MIXED = (
    "{own:,} cells can only have the {order} first (such as {one}, line {line:,}), {others:,} only the {other} (such "
    "as {two}, line {second:,}), and {either:,} may be either. "
    + _NEXT
    + ", or list the column under meant if the {order} "
    "is first in all that may be either"
)
_SWAPPED = (
    "read with the {order} first, the {either:,} cells whose day and month may be either (such as {one}, line "
    "{line:,}) lie all over the year, and swapped they lie among the other {own:,} (such as {two}, line {second:,}): a "
    "spreadsheet has swapped day and month of days up to 12. "
    + _NEXT
    + ", or list the column under meant if every date is right"
)
_LONELY = (
    "read with the {order} first, {months} months hold no day after the 12th, while {own:,} cells of other months do "
    "(such as {two}, line {second:,}): a spreadsheet has swapped day and month of days up to 12 (such as {one}, line "
    "{line:,}). " + _NEXT + ", or list the column under meant if every date is right"
)
_WEEKDAYS = (
    "read with the {order} first, {share:.0f} % of the {either:,} cells whose day and month may be either (such as "
    "{one}, line {line:,}) lie on weekdays on which {usual:.0f} % of the other {own:,} do (such as {two}, line "
    "{second:,}): a spreadsheet has swapped day and month in all of them or in a part. "
    + _NEXT
    + ", or list the column under meant if every date is right"
)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The first two numbers and the year of each cell that is written so, with the row it stands in."""

    rows: np.ndarray
    first: np.ndarray
    second: np.ndarray
    years: np.ndarray

    @classmethod
    def of(cls, cells: pa.ChunkedArray) -> _Numbers:
        found = pc.extract_regex(cells.combine_chunks(), _SLASHED)
        parts = [pc.cast(pc.struct_field(found, name), pa.int64()) for name in ("first", "second", "year")]
        rows = np.flatnonzero(found.is_valid().to_numpy(zero_copy_only=False))
        return cls(rows, *(part.take(pa.array(rows)).to_numpy() for part in parts))

    def days(self, order: str, kept: np.ndarray) -> np.ndarray:
        """Days since 1970 of some cells in an order."""
        day, month = (self.first, self.second) if order == "day_first" else (self.second, self.first)
        months = ((self.years[kept] - 1970) * 12 + month[kept] - 1).astype("datetime64[M]")
        return months.astype("datetime64[D]").astype("int64") + day[kept] - 1


def check_one_order(
    column: str, cells: pa.ChunkedArray, lines: np.ndarray, order: str, *, is_read: bool = False
) -> None:
    """Refuse a column whose dates are in two orders.

    Args:
        column: its name.
        cells: as text, null where missing; a column of typed moments is not looked at.
        lines: of each cell.
        order: in which they are read; any but day first and month first says how a date is written.
        is_read: whether every cell is a date in this order, so that some of them tell whether a closer look is due.

    Raises:
        DatesSwapped: with how many cells are in which order, and one of each with its line.
    """
    if order not in _DAY_FIRST or not pa.types.is_string(cells.type) or not len(cells):
        return
    if is_read and len(cells) > _SAMPLE:
        places = pa.array(np.linspace(0, len(cells) - 1, _SAMPLE).astype("int64"))
        if not _refusal(cells.take(places), lines, order):
            return
    if reason := _refusal(cells, lines, order):
        raise DatesSwapped(column, reason)


def _refusal(cells: pa.ChunkedArray, lines: np.ndarray, order: str) -> str:
    """Why a column's dates cannot be read in an order; empty where they can."""
    numbers = _Numbers.of(cells)
    lead, rest = (numbers.first, numbers.second) if order == "day_first" else (numbers.second, numbers.first)
    fits = (np.minimum(lead, rest) >= 1) & (np.maximum(lead, rest) <= _DAYS)
    own, others = fits & (lead > _MONTHS) & (rest <= _MONTHS), fits & (rest > _MONTHS) & (lead <= _MONTHS)
    either = fits & (lead <= _MONTHS) & (rest <= _MONTHS) & (lead != rest)
    if others.sum() >= _SEVERAL <= own.sum():
        shown = {"own": own, "others": others, "either": either}
        return _told(_MIXED, cells, lines, order, numbers, kinds=shown, first="own")
    if others.any() or not own.any() or not either.any():
        return ""
    kinds = {"own": own, "others": own, "either": either}
    if _is_swapped(numbers, own, either, order):
        return _told(_SWAPPED, cells, lines, order, numbers, kinds=kinds)
    if (months := _lonely(numbers, own, either, order)) > 1:
        return _told(_LONELY.replace("{months}", str(months)), cells, lines, order, numbers, kinds=kinds)
    if (shares := _on_quiet_days(numbers.days(order, either), numbers.days(order, own))) is not None:
        usual, share = (f"{100 * one:.0f}" for one in shares)
        text = _WEEKDAYS.replace("{share:.0f}", share).replace("{usual:.0f}", usual)
        return _told(text, cells, lines, order, numbers, kinds=kinds)
    return ""


def _lonely(numbers: _Numbers, own: np.ndarray, either: np.ndarray, order: str) -> int:
    """How many months hold several days up to 12 and none after; the last may end there."""
    month = numbers.second if order == "day_first" else numbers.first
    months = numbers.years * 12 + month - 1
    last = months[own | either].max()
    early, times = np.unique(months[either], return_counts=True)
    return int(((times >= _LONE) & (early != last) & ~np.isin(early, months[own])).sum())


def _on_quiet_days(early: np.ndarray, later: np.ndarray) -> tuple[float, float] | None:
    """The share of later and of earlier days on weekdays on which few later ones lie; None where it is alike.

    The calendar gives no reason why days up to 12 should lie on other weekdays than later ones.
    """
    if len(np.unique(early)) < _FEWEST or len(np.unique(later)) < _FEWEST:
        return None
    early, later = _uncrowded(early), _uncrowded(later)
    usual, seen = (np.bincount((days + 3) % 7, minlength=7) / len(days) for days in (later, early))
    quiet = usual < _QUIET / 7
    expected, found = float(usual[quiet].sum()), float(seen[quiet].sum())
    pooled = (expected * len(later) + found * len(early)) / (len(later) + len(early))
    error = np.sqrt(pooled * (1 - pooled) * (1 / len(later) + 1 / len(early)))
    is_other = found >= _TWICE * expected and found - expected > _SURE * error
    return (expected, found) if is_other else None


def _uncrowded(days: np.ndarray) -> np.ndarray:
    """The days, each no more often than a few times the usual number of rows a day."""
    known, times = np.unique(days, return_counts=True)
    most = int(_CROWDED * np.median(times)) if len(times) else 0
    return np.repeat(known, np.minimum(times, most))


def _told(
    text: str,
    cells: pa.ChunkedArray,
    lines: np.ndarray,
    order: str,
    numbers: _Numbers,
    *,
    kinds: Mapping[str, np.ndarray],
    first: str = "either",
) -> str:
    """What was found, for people: how many cells of each kind, and one of two kinds with its line."""
    one, two = (int(numbers.rows[kinds[kind].argmax()]) for kind in (first, "others"))
    lead, other = ("day", "month") if order == "day_first" else ("month", "day")
    counts = {name: int(kind.sum()) for name, kind in kinds.items()}
    texts = {"one": str(cells[one].as_py()).strip(), "two": str(cells[two].as_py()).strip()}
    return text.format(order=lead, other=other, line=int(lines[one]), second=int(lines[two]), **counts, **texts)


def _is_swapped(numbers: _Numbers, own: np.ndarray, either: np.ndarray, order: str) -> bool:
    """Whether the days up to 12 lie among the later ones, or in their rows between them, only once swapped back."""
    back = "month_first" if order == "day_first" else "day_first"
    stands, swapped, later = numbers.days(order, either), numbers.days(back, either), numbers.days(order, own)
    if len(np.unique(stands)) < _MANY or len(np.unique(later)) < _SEVERAL:
        return False
    low, high = later.min() - _REACH, later.max() + _REACH
    within, before = (((one >= low) & (one <= high)).mean() for one in (swapped, stands))
    return bool(within >= _WITHIN and before <= _OUTSIDE) or _is_calmer(numbers, own | either, either, order, back)


def _is_calmer(numbers: _Numbers, kept: np.ndarray, either: np.ndarray, order: str, back: str) -> bool:
    """Whether a file in the order of its days goes from row to row in far smaller steps once they are swapped back."""
    stands = numbers.days(order, kept)
    swapped = np.where(either[kept], numbers.days(back, kept), stands)
    way, other = (float(np.abs(np.diff(one)).sum()) for one in (stands, swapped))
    return other < _CALMER * way
