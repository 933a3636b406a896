"""Lines that sum up the rows of their date: of its day, week, month, quarter or year, wherever in the table they stand.

A word says so, or nothing but the sums: every span but the first and the last has one such line, above each of the
rows that it sums up. What has a name of its own, as ‘opened’ beside ‘closed’ and ‘open’, is no line of totals.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csi.reading.grains import overlapping, spans
from csi.reading.subtotals import LEAST, Line
from csi.reading.totals import decimals_of, word_of

_ROUNDING = 1e-9
_GROUPS = 2  # of two rows or more that a word sums up; these and what follows: ours
_FEW, _OF_MANY = 2, 10  # so many spans of so many rows, without a word
_MORE, _OF_FEW = 4, 3  # or more spans of fewer rows
_SPANS = ("D", "W-SUN", "W-SAT", "M", "Q", "Y")
_NEARLY = 0.9  # of the lines with a word are sums
_PARTS = 50  # a column with more values parts no totals
_ALL = re.compile(
    r"^(?:all(?: \w+)?|both|alle|beide|tous|toutes|tout|todos|todas|tutti|tutte|wszystkie|wszystko|vše|все|всі|全部"
    r"|すべて|전체|ensemble|global|alles|allt|kaikki|összes|toate|hepsi|tümü|όλα|Σ|∑|\*)$",
    re.IGNORECASE,
)

Cells = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True, slots=True)
class Dated:
    """The rows of a table with the day of each.

    Attributes:
        cells: per column the cells; the moments are left out.
        names: the columns that are summed up.
        numbers: of each row (first axis) the numbers of ``names``, NaN where there is none.
        days: the day of each row in the zone of its source; NaT where there is none.
        grains: of each row how long the period is that its date names (``Grain``); empty where nothing says.
    """

    cells: Cells
    names: Sequence[str]
    numbers: np.ndarray
    days: pd.DatetimeIndex
    grains: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int8))

    @property
    def parts(self) -> list[str]:
        """The columns that are not summed up."""
        return [name for name in self.cells if name not in self.names]

    def line(self, place: int, rows: int) -> Line:
        """The line at a place, of so many rows."""
        row = np.nan_to_num(self.numbers[place])
        column = next(name for name, one in zip(self.names, row, strict=True) if one)
        return Line(place, column, (self.cells[column][place] or "").strip(), rows)

    def is_sum(self, place: int, sums: np.ndarray) -> bool:
        """Whether each number of a row, one of them not zero, is the sum, as exactly as it is written."""
        row = self.numbers[place]
        digits = np.array([decimals_of(self.cells[name][place] or "") for name in self.names])
        near = np.abs(row - sums) < 0.5 * 10.0**-digits + _ROUNDING * np.abs(sums)
        return bool((np.isnan(row) | near).all() and (np.nan_to_num(row) != 0).any())

    def is_large(self, place: int) -> bool:
        """Whether no number of a row is so small that it is a sum by chance."""
        row = np.nan_to_num(self.numbers[place])
        digits = np.array([decimals_of(self.cells[name][place] or "") for name in self.names])
        return bool(((row == 0) | (np.abs(row) * 10.0**digits >= LEAST)).all())


def says_all(text: str) -> bool:
    """Whether a cell says that its line is of all there is of something: All, Alle, Σ."""
    return _ALL.match(text) is not None


def dated_lines(table: Dated) -> list[Line]:
    """The lines that sum up the rows of their date, in the order of the table; none where it shows none."""
    words = _words(table)
    found = _by_word(table, words) if any(words) else {}
    if not found and (longer := _by_length(table)):
        return longer
    if not found:
        found = next(filter(None, (_by_sum(table, _codes(table.days, span)) for span in _SPANS)), {})
    return [table.line(place, rows) for place, rows in sorted(found.items())]


def _by_length(table: Dated) -> list[Line]:
    """The rows of a longer period than others (H1 2024 among months) that are the sums, or the means, of these.

    Nearly all of them are, of all rows or of those with the same cell in one column; else they may be rows of a date
    that is known no better.
    """
    longer = overlapping(table.days, table.grains) if len(table.grains) else np.zeros(0, dtype=bool)
    if not longer.any():
        return []
    alone = np.zeros(len(longer), dtype=np.int64)
    parts = (pd.factorize(np.array([one or "" for one in table.cells[name]], dtype=object))[0] for name in table.parts)
    for codes in (alone, *parts):
        told = [_of_period(table, place, codes == codes[place]) for place in np.flatnonzero(longer).tolist()]
        found = [line for line in told if line is not None]
        if len(found) >= _NEARLY * len(told):
            return found
    return []


def _of_period(table: Dated, place: int, beside: np.ndarray) -> Line | None:
    """The line at a place, where it is the sum or the mean of the shortest periods in its own, among some rows."""
    days, ends = table.days.to_numpy().astype("datetime64[D]"), spans(table.days, table.grains)
    own = table.grains[place]
    rows = beside & (days >= days[place]) & (days < ends[place]) & (table.grains > 0) & (table.grains < own)
    rows &= table.grains == table.grains[rows].min(initial=own)
    if not rows.any():
        return None
    numbers, line = table.numbers[rows], table.line
    sums = np.nan_to_num(numbers).sum(axis=0)
    if table.is_sum(place, sums):
        return line(place, int(rows.sum()))
    means = sums / np.maximum(1, (~np.isnan(numbers)).sum(axis=0))
    return replace(line(place, int(rows.sum())), is_mean=True) if table.is_sum(place, means) else None


def _codes(days: pd.DatetimeIndex, span: str) -> np.ndarray:
    """Per row which span it lies in, counted in the order of time; -1 without a day."""
    return np.asarray(pd.factorize(days.to_period(span), sort=True)[0])


def _words(table: Dated) -> list[str]:
    """Per row the cell, after the name of its column, that says that it holds totals, or all of something."""
    words = [""] * len(table.numbers)
    for name in table.parts:
        texts = [(cell or "").strip() for cell in table.cells[name]]
        known = {one for one in set(texts) if word_of({name: one}) or _ALL.match(one)}
        if known:
            words = [word or (f"{name} {one}" if one in known else "") for word, one in zip(words, texts, strict=True)]
    return words


def _by_word(table: Dated, words: Sequence[str]) -> dict[int, int]:
    """The rows among those with a word that are sums of rows without one, with how many these are.

    Of those with the same word nearly all are: one of them may have been corrected by hand.
    """
    worded = np.array([bool(word) for word in words])
    found: dict[int, int] = {}
    for codes in _groupings(table):
        rows = ~worded & (codes >= 0)
        size = int(codes.max(initial=-1)) + 1
        sums, counts = _sums(table.numbers[rows], codes[rows], size), np.bincount(codes[rows], minlength=size)
        places = [place for place in np.flatnonzero(worded & (codes >= 0)).tolist() if counts[codes[place]]]
        told = {
            place: int(counts[codes[place]])
            for place in places
            if place not in found and table.is_sum(place, sums[codes[place]])
        }
        if len({codes[place] for place, of in told.items() if of >= _GROUPS}) >= _GROUPS:
            found |= told
    every = np.nan_to_num(table.numbers[~worded]).sum(axis=0)
    rest = [place for place in np.flatnonzero(worded).tolist() if found and place not in found]
    found |= {place: int((~worded).sum()) for place in rest if table.is_sum(place, every)}
    told_of, all_of = Counter(words[place] for place in found), Counter(words)
    return {place: of for place, of in found.items() if told_of[words[place]] >= _NEARLY * all_of[words[place]]}


def _groupings(table: Dated) -> Iterator[np.ndarray]:
    """Which group each row belongs to: of its span, or of its span and one of its parts."""
    spans = [_codes(table.days, span) for span in _SPANS]
    yield from spans
    for name in table.parts:
        parts, values = pd.factorize(np.array([cell or "" for cell in table.cells[name]], dtype=object))
        if 1 < len(values) <= _PARTS:
            for span in spans:
                yield np.where(span >= 0, span * len(values) + parts, -1)


def _by_sum(table: Dated, codes: np.ndarray) -> dict[int, int]:
    """The rows that sum up all others of their span, by nothing but that."""
    size = int(codes.max(initial=-1)) + 1
    dated = codes >= 0
    if size < _FEW or np.bincount(codes[dated], minlength=size)[1:-1].min(initial=_OF_MANY) <= _OF_FEW:
        return {}
    filled = np.nan_to_num(table.numbers)
    others = _sums(filled[dated], codes[dated], size)[codes] - filled
    near = np.abs(filled - others) < 0.5 + _ROUNDING * np.abs(others)
    places = np.flatnonzero(dated & (np.isnan(table.numbers) | near).all(axis=1) & (filled != 0).any(axis=1)).tolist()
    found: dict[int, int] = {}
    for place in places:
        rows = dated & (codes == codes[place])
        rows[place] = False
        if _is_clear(table, place, rows) and table.is_sum(place, others[place]):
            found[place] = int(rows.sum())
    told = [int(codes[place]) for place in found]
    lacking = set(range(size)) - set(told)
    is_enough = len(found) >= _MORE or (len(found) >= _FEW and min(found.values()) >= _OF_MANY)
    if not is_enough or len(told) != len(set(told)) or not lacking <= {0, size - 1} or _is_named(table, list(found)):
        return {}
    for place in places:  # the first and the last span may have few days, or one
        if int(codes[place]) in lacking and table.is_sum(place, others[place]):
            found = {one: of for one, of in found.items() if codes[one] != codes[place]}
            found[place] = int((codes == codes[place]).sum()) - 1
    return found


def _is_clear(table: Dated, place: int, rows: np.ndarray) -> bool:
    """Whether a row lies above each of several that are not zero, and its numbers are no small ones."""
    row, above = np.nan_to_num(table.numbers[place]), np.abs(np.nan_to_num(table.numbers[rows]))
    known = row != 0
    counted = (above[:, known] > 0).sum(axis=0) >= _OF_FEW
    return bool((np.abs(row) > above.max(axis=0, initial=0.0))[known].all() and counted.all() and table.is_large(place))


def _is_named(table: Dated, places: Sequence[int]) -> bool:
    """Whether a column has a name for these rows that no other row has: they are one kind beside others."""
    for name in table.parts:
        cells = table.cells[name]
        values = {(cells[place] or "").strip() for place in places}
        if len(values) == 1 and values != {""}:
            value = values.pop()
            if sum((cell or "").strip() == value for cell in cells) == len(places):
                return True
    return False


def _sums(numbers: np.ndarray, codes: np.ndarray, size: int) -> np.ndarray:
    """Per group (first axis) the sums of some rows' numbers."""
    return np.column_stack([np.bincount(codes, weights=column, minlength=size) for column in np.nan_to_num(numbers).T])
