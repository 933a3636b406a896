"""A moment from its parts in several columns: a year and its week, month or quarter; a year, a month and a day.

What a part is, its header says (``Woche``, ``Mois``), and its cells must agree; or the cells alone, where they can
mean one thing only. Otherwise it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import pyarrow as pa
import pyarrow.compute as pc

from csi.errors import InvalidInput
from csi.reading.calendar_words import plain, words

_MOST = 0.9  # share of a column's cells that say what it is; exports hold totals and junk
_SHORT = 3  # letters; shorter words are found in too many others
_NUMBER = r"^\s*0*(\d{1,2})(?:[.,]0+)?\s*$"
_YEAR = r"^\s*(?:19|20)\d{2}(?:[.,]0+)?\s*$"
_GERMAN_WEEK = "KW"  # in capitals; the Polish kw. is a quarter


class Part(Enum):
    """A part of a date, with the largest number it can be."""

    QUARTER = 4
    MONTH = 12
    DAY = 31
    WEEK = 53

    @property
    def word(self) -> str:
        """As CLDR and people call it."""
        return self.name.lower()


# The whole header of a part: Y M D, J M T, A M J.
_LETTERS = {"M": Part.MONTH, "D": Part.DAY, "T": Part.DAY, "J": Part.DAY}


@dataclass(frozen=True, slots=True)
class _Column:
    """One of the columns: its texts, the share that are bare numbers, and the largest of these."""

    name: str
    texts: pa.ChunkedArray
    bare: float
    largest: int

    @classmethod
    def of(cls, name: str, texts: pa.ChunkedArray) -> _Column:
        filled = texts.drop_null().unique()
        numbers = pc.struct_field(pc.extract_regex(filled, _NUMBER.replace("(", "(?P<n>", 1)), "n").drop_null()
        largest = pc.max(pc.cast(numbers, pa.int64())).as_py() or 0
        return cls(name, texts, len(numbers) / max(1, len(filled)), int(largest))

    def named(self) -> list[Part]:
        """What the header says it is."""
        return _named(self.name)

    def fitting(self) -> list[Part]:
        """What its numbers can be."""
        return [part for part in Part if self.largest <= part.value]


def _named(name: str) -> list[Part]:
    if name.strip() in _LETTERS:
        return [_LETTERS[name.strip()]]
    spelt = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    if _GERMAN_WEEK in spelt:
        return [Part.WEEK]
    told = [plain(word) for word in spelt]
    return [part for part in Part if any(_calls(word, words().units[part.word]) for word in told)]


def names_period(columns: Collection[str]) -> bool:
    """Whether headers that are joined are of a week, month or quarter, and of no day in it."""
    told = {part for name in columns for part in _named(name)}
    return bool(told) and Part.DAY not in told


def calls_week(header: str) -> bool:
    """Whether a header has a word for a week, and no short one."""
    spelt = [word for word in re.findall(r"[^\W\d_]+", header) if len(word) > _SHORT or not word.isascii()]
    return Part.WEEK in _named(" ".join(spelt))


def says_week(header: str) -> bool:
    """Whether a header says that its numbers are weeks, be it by a short word (KW)."""
    return Part.WEEK in _named(header)


def _calls(word: str, known: frozenset[str]) -> bool:
    """Whether a header's word is one of some: alone, compounded (``Kalenderwoche``) or with its number (``WeekNr``)."""
    bare = re.sub(r"(?:no|nr|num|number|nummer|name)$", "", word)
    return word in known or bare in known or any(len(one) > _SHORT and word.endswith(one) for one in known)


def says_part(name: str, texts: pa.ChunkedArray) -> bool:
    """Whether a header says that its column is a part of a date, or its cells do (``März``, ``KW 5``)."""
    column = _Column.of(name, texts)
    return bool(column.named()) if column.bare >= _MOST else _speaks(column)


def joined_parts(columns: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray | None:
    """One text per row that names the moment (``2025-W05``); None where the columns are no parts of a date.

    Raises:
        InvalidInput: they are, but nothing says which.
    """
    years = [name for name, texts in columns.items() if _is_year(texts)]
    rest = [_Column.of(name, texts) for name, texts in columns.items() if name not in years]
    if len(years) != 1 or not 1 <= len(rest) <= 2:
        return None
    year = pc.utf8_slice_codeunits(pc.utf8_trim_whitespace(columns[years[0]]), 0, 4)
    if len(rest) == 2:
        return _day_of(year, rest)
    return _period_of(year, years[0], rest[0])


def _is_year(texts: pa.ChunkedArray) -> bool:
    filled = texts.drop_null().unique()
    matching = pc.sum(pc.match_substring_regex(filled, _YEAR)).as_py() or 0
    return matching >= _MOST * len(filled) > 0


def _period_of(year: pa.ChunkedArray, year_name: str, column: _Column) -> pa.ChunkedArray | None:
    if column.bare < _MOST:  # the cells name themselves: März, KW 5, 1er trimestre
        return _beside(year, column.texts) if _speaks(column) else None
    return _numbered(year, column, _one(year_name, column))


def _one(year_name: str, column: _Column) -> Part:
    """What the numbers beside a year are: the part that the header names, or the only one that they can be."""
    fitting = [part for part in column.fitting() if part is not Part.DAY]
    told = [part for part in column.named() if part in fitting]
    likely = told or fitting
    if len(likely) == 1:
        return likely[0]
    if not likely:
        reason = f"‘{column.name}’ beside ‘{year_name}’ holds {column.largest}; expected a week, month or quarter"
        raise InvalidInput("join", reason)
    could = " or ".join(f"{part.word}s" for part in likely)
    reason = (
        f"‘{column.name}’ beside ‘{year_name}’ holds numbers up to {column.largest}, which can be {could}; "
        f"expected a column called so, such as {likely[-1].word}: rename it under columns"
    )
    raise InvalidInput("join", reason)


def _speaks(column: _Column) -> bool:
    """Whether most cells hold the name of a month, or a week's or quarter's with its number."""
    known = words()
    periods = known.units["week"] | known.units["quarter"]
    filled = column.texts.drop_null().unique().to_pylist()[:200]
    told = [[plain(word) for word in re.findall(r"[^\W\d_]+", plain(text))] for text in filled]
    fits = [any(known.month(word) or word in periods for word in one) for one in told]
    return sum(fits) >= _MOST * len(fits) > 0


def _day_of(year: pa.ChunkedArray, rest: Sequence[_Column]) -> pa.ChunkedArray | None:
    """A year, a month (by number or name) and a day, in any order of the columns."""
    for month, day in (rest, rest[::-1]):
        is_day = Part.DAY in day.named() or (day.bare >= _MOST and day.largest > Part.MONTH.value)
        if not is_day or day.bare < _MOST or day.largest > Part.DAY.value:
            continue
        if month.bare < _MOST and _speaks(month):
            return _text(day.texts, " ", month.texts, " ", year)
        if month.bare >= _MOST and month.largest <= Part.MONTH.value and Part.WEEK not in month.named():
            return _text(year, "-", _two(month.texts), "-", _two(day.texts))
    return None


def _numbered(year: pa.ChunkedArray, column: _Column, part: Part) -> pa.ChunkedArray:
    sign = {Part.WEEK: "-W", Part.MONTH: "-", Part.QUARTER: "-Q"}[part]
    number = _two(column.texts) if part is not Part.QUARTER else _bare(column.texts)
    dated = _text(pc.fill_null(year, ""), sign, number)  # a week without its year is no moment, and is told
    return pc.if_else(_is_bare(column.texts), dated, _beside(year, column.texts))


def _beside(year: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """``März 2025``; a part without the other stands alone, and is no moment."""
    return pc.binary_join_element_wise(texts, year, " ", null_handling="skip").cast(pa.string())


def _is_bare(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.match_substring_regex(texts, _NUMBER), False)


def _bare(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.replace_substring_regex(texts, _NUMBER, r"\1")


def _two(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lpad(_bare(texts), 2, "0")


def _text(*pieces: pa.ChunkedArray | str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(*pieces, "")
