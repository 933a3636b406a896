"""Of a file without moments: why it has none, and the column that comes nearest to holding some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from csi.definition import SourceDefinition
from csi.reading.causes import Cause, told
from csi.reading.cells import text_cells
from csi.reading.kinds import says_when
from csi.reading.moments import Moments, read_moments
from csi.reading.wide import period_headers
from csi.study.drafting.looked import Looked, first_rows
from csi.study.gathering import may_part

_ROWS = 2_000  # looked at; ours
_SHOWN = 40  # names of columns in one message; ours
_SOME = 0.2  # of a column's cells that are moments, for it to be one of moments that is spoilt; ours
_HELPFUL = {Cause.CLOCK_ONLY, Cause.NO_YEAR, Cause.NO_SUCH_DAY, Cause.UNKNOWN_WORD}
_ORDERS = ("iso", "day_first", "month_first", "year_first")
# What no number, version or length of time looks like: a moment was meant, whatever the column is called.
_SURE = {
    Cause.BUDDHIST_YEAR,
    Cause.OTHER_CALENDAR,
    Cause.ERA,
    Cause.AMBIGUOUS_ZONE,
    Cause.AMBIGUOUS_MONTH,
    Cause.SHORT_BUDDHIST_YEAR,
    Cause.SHORT_YEARS_APART,
    Cause.NO_SUCH_WEEK,
    Cause.WEEK_OR_HALF_YEAR,
}


@dataclass(frozen=True, slots=True)
class Nearest:
    """A column that may have been meant: how many of its cells are moments, and the first that is none, with why."""

    column: str
    readable: int
    filled: int
    example: str
    cause: Cause


def nearest(frame: pd.DataFrame, source: SourceDefinition) -> Nearest | None:
    """The column of some rows that comes nearest to holding moments; None where nothing hints at one."""
    return max(_hinted(frame.head(_ROWS), source), key=_rank, default=None)


def _rank(one: Nearest) -> tuple[float, bool, bool]:
    """The more cells are moments the nearer; of those with none, what is surely a date before what only a name says."""
    return one.readable / one.filled, one.cause in _SURE, says_when(one.column)


def _hinted(frame: pd.DataFrame, source: SourceDefinition) -> Iterator[Nearest]:
    for name in map(str, frame.columns):
        cells = text_cells(frame[name])
        filled = len(cells) - cells.null_count
        found = _of_column(name, cells, source) if filled else None
        if found and (found.readable >= _SOME * filled or found.cause in _SURE or says_when(name)):
            yield found


def _of_column(name: str, cells: pa.ChunkedArray, source: SourceDefinition) -> Nearest | None:
    """The column in the order that reads most of it, of several the one that says why it does not read the rest."""
    tried = [read_moments(cells, order, source.zone_of(name)) for order in _ORDERS]
    best = max(tried, key=lambda read: (-int(read.unreadable.sum()), read.likely in _SURE, read.likely in _HELPFUL))
    places = best.unreadable.nonzero()[0]
    if not len(places):
        return None
    filled = len(cells) - cells.null_count
    first = next((place for place in places if _is_likely(best, int(place))), places[0])
    return Nearest(name, filled - len(places), filled, str(cells[int(first)].as_py()).strip(), best.likely)


def _is_likely(read: Moments, place: int) -> bool:
    return bool(read.causes[place] == read.likely)


def said_of(found: Nearest) -> str:
    """Which column comes nearest and why it is none, for people."""
    why = f": {told(found.cause)}" if found.cause in _SURE | _HELPFUL else ""
    if found.readable:
        counted = f"{found.readable:,} of {found.filled:,} cells are moments, others are such as"
        return f"{found.column} comes nearest: {counted} ‘{found.example}’{why}"
    return f"{found.column} comes nearest, but its cells are such as ‘{found.example}’{why}"


def yearless(months: Sequence[str]) -> str:
    """That columns are months of nobody knows which year, for people."""
    first, last = months[0], months[-1]
    expected = f"expected it in the headers, such as ‘{first} 2025’, or in a column"
    return f"its columns {first} to {last} are months, and nothing says of which year; {expected}"


def why_undated(file: Looked) -> str:
    """Why no column of a file says when its rows happened, for people."""
    names = file.layout.names
    if len(names) == 1 and (signs := may_part(names[0])):
        return f"reads as one column; expected a comma, semicolon, tab or | between cells, not {signs[0]!r}"
    headers = period_headers(names)
    if headers.names and not headers.with_year:
        return yearless(headers.names)
    near = nearest(first_rows(file), file.source)
    if near is not None:
        return f"no column holds moments; {said_of(near)}"
    return f"no column holds moments; expected one that says when a row happened among {', '.join(names[:_SHOWN])}"
