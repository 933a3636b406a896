"""Lines between the rows of a table that sum up the group above them, as reports with groups have them.

Whether a delivery has short groups is told by its first rows: by a word (‘Subtotal’), by a column that is empty in
these lines and in no other, or by sums alone that leave no row over. By chance a row is the sum of a few before it;
that all lines without a date are sums, or that one row in so many ends a group as long as the last, is no chance.
Groups longer than the first rows are looked for in all rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from csi.reading.totals import decimals_of, word_of

HEAD = 1_000  # rows at the beginning that tell whether there are groups; this and what follows: ours
_GROUPS = 2  # that a word or a gap ends
_GROUPS_WITHOUT = 4  # that nothing but a sum ends, each of so many rows or more:
_ROWS_WITHOUT = 3
# Of groups longer than those first rows one line is enough, where it sums up so many rows; once one is known, so many.
_LATE, _LATE_MARKED, _NEXT, _NEXT_GAP, _NEXT_WORD = HEAD, 100, 10, 4, 2
LEAST = 20.0  # a sum below so many of its last digit comes by chance
_ROUNDING = 1e-9

Cells = Mapping[str, Sequence[str | None]]


class Mark(StrEnum):
    """What tells a line that sums up a group, beside its sums."""

    WORD = "word"
    GAP = "gap"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that sums up the ``rows`` above it, or is their mean; ``value`` is one of its cells, in ``column``."""

    place: int
    column: str
    value: str
    rows: int
    is_mean: bool = False

    @property
    def told(self) -> str:
        """The reason, for people."""
        kind = "mean" if self.is_mean else "sum"
        return f"a line of totals: {self.value} is the {kind} of the {self.rows:,} rows of its group"


@dataclass(slots=True)
class Groups:
    """How lines that sum up groups are told, and what is known of the group that is being read.

    Attributes:
        names: the columns that are summed up.
        mark: what tells such a line; ``column`` is the one that is empty there.
        sums: of the rows of the group so far, per name; how many ``rows`` they are.
        largest: of these the largest value without its sign, per name.
    """

    names: Sequence[str]
    mark: Mark
    column: str = ""
    sums: np.ndarray | None = None
    largest: np.ndarray | None = None
    rows: int = 0

    def lines(self, cells: Cells, numbers: np.ndarray) -> Iterator[Line]:
        """The lines among the next rows that sum up their group.

        Args:
            cells: per column the cells.
            numbers: of each row (first axis) the numbers of ``names``, NaN where there is none.
        """
        marked = marked_rows(cells, self.mark, self.column, len(numbers))
        filled = np.nan_to_num(numbers)
        for place, is_marked in enumerate(marked.tolist()):
            if is_marked and self.rows and (told := self._told(cells, numbers[place], place)) is not None:
                yield told
            elif not (is_marked and self.mark is Mark.WORD):
                self._add(filled[place])
                continue
            self.sums, self.largest, self.rows = None, None, 0

    def _add(self, row: np.ndarray) -> None:
        self.sums = row if self.sums is None else self.sums + row
        self.largest = np.abs(row) if self.largest is None else np.maximum(self.largest, np.abs(row))
        self.rows += 1

    def _told(self, cells: Cells, row: np.ndarray, place: int) -> Line | None:
        """The line at a place, where each of its numbers is the sum of those above in its group."""
        known = np.flatnonzero(~np.isnan(row) & (row != 0))
        if not len(known) or self.sums is None or self.largest is None:
            return None
        texts = {name: (cells[name][place] or "").strip() for name in self.names}
        digits = np.array([decimals_of(texts[name]) for name in self.names])
        near = 0.5 * 10.0**-digits + _ROUNDING * np.abs(self.sums)
        if not (np.isnan(row) | (np.abs(row - self.sums) < near)).all():
            return None
        clear = np.abs(row) > self.largest
        large = np.abs(row) * 10.0**digits >= LEAST
        if self.mark is Mark.SUM and (self.rows < _ROWS_WITHOUT or not (clear & large)[known].all()):
            return None
        name = self.names[known[0]]
        return Line(place, name, texts[name], self.rows)


@dataclass(slots=True)
class LateGroups:
    """Groups that the first rows do not show, being longer: a line is told by what it sums up alone.

    That a value is the sum of a thousand rows above it, or of a hundred where a word or a gap says so, is no chance.

    Attributes:
        names: the columns that are summed up.
        usual: columns that every row has: the key, and what places it in time.
        sums: of the rows of the group so far, per name; how many ``rows`` they are.
        largest: of these the largest value without its sign, per name.
        is_known: whether a line was told before.
    """

    names: Sequence[str]
    usual: Sequence[str]
    sums: np.ndarray
    largest: np.ndarray
    rows: int = 0
    is_known: bool = False

    @classmethod
    def of(cls, names: Sequence[str], usual: Sequence[str]) -> LateGroups:
        """Before the first row."""
        return cls(names, usual, np.zeros(len(names)), np.zeros(len(names)))

    def lines(self, numbers: np.ndarray, row: Callable[[int], Mapping[str, str]]) -> Iterator[Line]:
        """The lines among the next rows that sum up their group.

        Args:
            numbers: of each row (first axis) the numbers of ``names``, NaN where there is none.
            row: the filled cells of a row.
        """
        start = 0
        while (told := self._next(numbers[start:], start, row)) is not None:
            yield told
            start, self.is_known = told.place + 1, True
            self.sums, self.largest, self.rows = np.zeros(len(self.names)), np.zeros(len(self.names)), 0
        filled = np.nan_to_num(numbers[start:])
        self.sums = self.sums + filled.sum(axis=0)
        self.largest = np.maximum(self.largest, np.abs(filled).max(axis=0, initial=0.0))
        self.rows += len(filled)

    def _next(self, numbers: np.ndarray, start: int, row: Callable[[int], Mapping[str, str]]) -> Line | None:
        """The first line that sums up all rows above it since the last one."""
        filled = np.nan_to_num(numbers)
        above = np.cumsum(filled, axis=0) - filled + self.sums
        tops = np.maximum.accumulate(np.vstack([self.largest, np.abs(filled)]), axis=0)[:-1]
        near = np.isnan(numbers) | (np.abs(filled - above) < 0.5 + _ROUNDING * np.abs(above))
        clear = np.isnan(numbers) | (filled == 0) | (np.abs(filled) > tops)
        for place in np.flatnonzero((near & clear).all(axis=1) & (filled != 0).any(axis=1)).tolist():
            cells = row(start + place)
            rows = self.rows + place
            if rows >= self._least(cells) and self._is_sum(cells, numbers[place], above[place]):
                name = next(name for name, value in zip(self.names, filled[place], strict=True) if value)
                return Line(start + place, name, cells[name], rows)
        return None

    def _least(self, cells: Mapping[str, str]) -> int:
        """Of how many rows a line must be the sum."""
        has_word, has_gap = bool(word_of(cells)), any(name not in cells for name in self.usual)
        if not self.is_known:
            return _LATE_MARKED if has_word or has_gap else _LATE
        return _NEXT_WORD if has_word else _NEXT_GAP if has_gap else _NEXT

    def _is_sum(self, cells: Mapping[str, str], numbers: np.ndarray, above: np.ndarray) -> bool:
        """Whether each number is the sum, as exactly as it is written, and none so small that it comes by chance."""
        digits = np.array([decimals_of(cells.get(name, "")) for name in self.names])
        near = np.abs(numbers - above) < 0.5 * 10.0**-digits + _ROUNDING * np.abs(above)
        large = np.abs(numbers) * 10.0**digits >= LEAST
        return bool((np.isnan(numbers) | (near & (large | (numbers == 0)))).all())


def marked_rows(cells: Cells, mark: Mark, column: str, size: int) -> np.ndarray:
    """Which rows may sum up a group."""
    if mark is Mark.SUM:
        return np.ones(size, dtype=bool)
    if mark is Mark.GAP:
        return np.array([not (cell or "").strip() for cell in cells[column]], dtype=bool)
    filled = ({name: text for name in cells if (text := (cells[name][place] or "").strip())} for place in range(size))
    return np.array([bool(word_of(row)) for row in filled], dtype=bool)


def groups_of(cells: Cells, numbers: np.ndarray, names: Sequence[str]) -> Groups | None:
    """How lines that sum up groups are told, by the first rows of a table; None where these show no groups."""
    if len(_found(Groups(names, Mark.WORD), cells, numbers)) >= _GROUPS:
        return Groups(names, Mark.WORD)
    for column in (one for one in cells if one not in names):
        empty = marked_rows(cells, Mark.GAP, column, len(numbers))
        ending = empty & ~np.concatenate([[False], empty[:-1]])  # a line below one that ends a group ends none
        if _GROUPS <= ending.sum() <= len(numbers) / 2:
            found = _found(Groups(names, Mark.GAP, column), cells, numbers)
            if [one.place for one in found] == np.flatnonzero(ending).tolist():
                return Groups(names, Mark.GAP, column)
    found = _found(Groups(names, Mark.SUM), cells, numbers)
    if len(found) < _GROUPS_WITHOUT or len(numbers) - 1 - found[-1].place > max(one.rows for one in found):
        return None
    return Groups(names, Mark.SUM)


def _found(groups: Groups, cells: Cells, numbers: np.ndarray) -> list[Line]:
    return list(groups.lines(cells, numbers))
