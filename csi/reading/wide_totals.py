"""Lines of totals in a table of periods side by side: told by the sums of the lines above, below or all around.

A word says so (Subtotal, Σ, All), or that the line has no name; else nothing but the sums of many periods does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from csi.reading.dated_totals import says_all
from csi.reading.subtotals import Line
from csi.reading.totals import decimals_of, phrase_of

MOST = 5_000  # lines of a table that is printed for people; these and what follows: ours
_PERIODS = 2  # in so many a line with a word is the sum
_PERIODS_OF_ALL, _PERIODS_NAMED = 3, 4  # All, or nothing, may be a name; any other is one
_LINES, _LINES_NAMED = 2, 3  # of so many others
_ROUNDING = 1e-9

Cells = Mapping[str, Sequence[str | None]]


def wide_totals(kept: Cells, periods: Cells, numbers: np.ndarray) -> list[Line]:
    """The lines that sum up others in all their periods, in the order of the table.

    Args:
        kept: the columns that name a line.
        periods: the columns side by side, as written.
        numbers: of each line (first axis) the numbers of ``periods``, NaN where there is none.
    """
    table = _Table(kept, periods, numbers)
    marked = np.array([table.is_marked(place) for place in range(len(numbers))], dtype=bool)
    found = [line for place in np.flatnonzero(marked).tolist() if (line := table.of_marked(place, ~marked)) is not None]
    named = table.by_sums(~marked) if not marked.any() else None
    return [named] if named else found


class _Table:
    """A table of periods side by side."""

    def __init__(self, kept: Cells, periods: Cells, numbers: np.ndarray) -> None:
        self._kept, self._periods, self._numbers = kept, periods, numbers
        self._names = list(periods)
        self._digits = 0.5 * 10.0 ** -np.array([self._decimals(place) for place in range(len(numbers))])

    def _decimals(self, place: int) -> int:
        return max((decimals_of(cells[place] or "") for cells in self._periods.values()), default=0)

    def _words(self, place: int) -> dict[str, str]:
        return {name: text for name, cells in self._kept.items() if (text := (cells[place] or "").strip())}

    def is_marked(self, place: int) -> bool:
        """Whether a line says that it holds totals, or of what it holds none of the others does: nothing."""
        words = self._words(place)
        return not words or bool(phrase_of(words)) or any(says_all(text) for text in words.values())

    def of_marked(self, place: int, plain: np.ndarray) -> Line | None:
        """The line at a place, where it is the sum of some lines without a word."""
        periods = _PERIODS if phrase_of(self._words(place)) else _PERIODS_OF_ALL
        for rows in _groups(place, plain):
            if rows.sum() >= _LINES and (line := self._line(place, rows, periods)) is not None:
                return line
        return None

    def by_sums(self, plain: np.ndarray) -> Line | None:
        """The last or the first line, where it is the sum of all others and above each of them in many periods."""
        size = len(plain)
        for place in (size - 1, 0) if size > _LINES_NAMED else ():
            rows = plain.copy()
            rows[place] = False
            above = np.abs(np.nan_to_num(self._numbers[rows])).max(axis=0)
            own = np.nan_to_num(self._numbers[place])
            if (np.abs(own) > above)[own != 0].all() and (line := self._line(place, rows, _PERIODS_NAMED)) is not None:
                return line
        return None

    def _line(self, place: int, rows: np.ndarray, periods: int) -> Line | None:
        own, others = self._numbers[place], self._numbers[rows]
        counted = (~np.isnan(others)).sum(axis=0)
        sums = np.nan_to_num(others).sum(axis=0)
        for told, is_mean in ((sums, False), (sums / np.maximum(1, counted), True)):
            near = np.abs(own - told) <= self._digits[place] * (1 + _ROUNDING) + _ROUNDING * np.abs(told)
            clear = near & (own != 0) & (counted >= _LINES)
            if (np.isnan(own) | near).all() and clear.sum() >= periods:
                name = self._names[int(np.flatnonzero(clear)[0])]
                line = Line(place, name, (self._periods[name][place] or "").strip(), int(rows.sum()))
                return replace(line, is_mean=True) if is_mean else line
        return None


def _groups(place: int, plain: np.ndarray) -> Iterator[np.ndarray]:
    """The lines that one of totals may sum up: those right above it or below it up to the next, all above, all."""
    places, marked = np.arange(len(plain)), np.flatnonzero(~plain)
    before = marked[marked < place].max(initial=-1)
    behind = marked[marked > place].min(initial=len(plain))
    yield plain & (places < place) & (places > before)
    yield plain & (places > place) & (places < behind)
    yield plain & (places < place)
    yield plain & (places > place)
    yield plain.copy()
