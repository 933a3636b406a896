"""Lines below a table that are none of its rows: totals, told by their sums, and notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.numbers import read_numbers

# How many lines at the end of a file may be none of its rows, and how many above them show what a row looks like.
MOST, SHOWN = 6, 12
_CELLS_OF_A_ROW = 3  # a line with one text below rows of so many cells may be a note
# Ours: a value that is the sum of so many others, and above each of them, is no chance.
_ROWS_WITHOUT_A_WORD = 10
_ROWS_WITH_A_GAP = 4
_ROWS_OF_A_PERIOD = 4
_PERIODS_TOGETHER = 2
_FAR = 3
_PLAIN = 16  # digits that a float holds exactly
_ROUNDING = 1e-9
WORD = (
    r"^(?:(?:grand|sub|over-?all|genel)[\s-]*)?"
    r"(?:totals?|totaa?l|totale[sn]?|totali|totaux|totalt|(?:gesamt|zwischen|end)?summen?|gesamt(?:ergebnis|betrag)?"
    r"|insgesamt|summa|alla|ø|sommes?|somma|soma|suma|sum|razem|ogółem|łącznie|celkem|spolu|összesen|yhteensä"
    r"|i alt|toplam"
    r"|итого|всего|сумма|разом|общо|σύνολο|المجموع|الإجمالي|合計|総計|小計|总计|合计|小计|總計|합계|총계|소계|รวม"
    r"|averages?|avg\.?|mean|mittelwert|durchschnitt|moyennes?|promedio|média|media|gemiddeld[e]?|średnia|среднее"
    r"|maximum|max\.?|minimum|min\.?|máximo|mínimo|massimo|minimo|maksimum|maksymalna|minimalna|median|médiane?"
    r"|mediana|std\.?\s?dev\.?|standardabweichung|écart-type|максимум|минимум|медиана|最大値?|最小値?|최대|최소"
    r"|subtotaal|subtotale|subtotais|sous-total|teilsumme|deelsom|mezisoučet|részösszeg|välisumma|delsumma?|ara toplam"
    r"|промежуточный итог|平均|평균)"
)
_WORDS = re.compile(WORD + r"(?:$|[\s:.=(]+[\w.,%€$]*[\s:.=)]*$)", re.IGNORECASE)
_AVERAGES = re.compile(
    r"averages?|avg|mean|mittelwert|durchschnitt|moyenne|promedio|m[ée]dia|gemiddeld|średnia|среднее|平均|평균|ø",
    re.IGNORECASE,
)
_PHRASES = re.compile(WORD + r"(?!\w).{0,40}$", re.IGNORECASE)  # Durchschnitt April 2026: where its numbers bear it out
_CODES = "EUR|USD|GBP|CHF|JPY|BRL|PLN"
_BESIDE_NUMBER = rf"^(?:\pL{{0,3}}\p{{Sc}}|{_CODES})\s*|\s*(?:\pL{{0,3}}\p{{Sc}}|\pL+\.?)$"
_MAY_STAND_BESIDE = r"[A-Za-z$]|[^\x00-\x7f]"
# The same in Python's spelling, for texts without numerals that are no digits (½), which it takes for letters.
_SIGN = r"[$¢-¥֏؋߾߿৲৳৻૱௹฿៛₠-\u20c0꠸﷼﹩＄￠￡￥￦\U00011fdd-\U00011fe0\U0001e2ff\U0001ecb0]"
_BLANK, _LETTER = r"[\t\n\f\r ]*", r"[^\W\d_]"
_BESIDE_ONE = re.compile(
    rf"\A(?:{_LETTER}{{0,3}}{_SIGN}|{_CODES}){_BLANK}|{_BLANK}(?:{_LETTER}{{0,3}}{_SIGN}|{_LETTER}+\.?)\Z"
)
_NOTE = re.compile(r":|：|^[©*¹†]|(?:\S+\s+){3}")


class Why(StrEnum):
    """What tells that a line is no row."""

    SUM = "sum"
    MEAN = "mean"
    END = "end"
    WORD = "word"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class NoRow:
    """A line below the table.

    Attributes:
        place: among the rows looked at.
        why: what tells it.
        column: which cell tells it.
        value: that cell as written.
        rows: how many rows above it have a value there.
    """

    place: int
    why: Why
    column: str
    value: str
    rows: int = 0

    @property
    def told(self) -> str:
        """The reason, for people."""
        if self.why is Why.NOTE:
            return "a note below the table"
        if self.why is Why.WORD:
            return f"a line of totals: it says ‘{self.value[:40]}’"
        kind = {Why.SUM: "sum", Why.MEAN: "mean", Why.END: "least or the most"}[self.why]
        return f"a line of totals: {self.value} is the {kind} of the {self.rows:,} rows above"


@dataclass(frozen=True, slots=True)
class Sum:
    """The values of a column seen so far: their sum, how many are not zero, and the largest without its sign."""

    total: float = 0.0
    filled: int = 0
    counted: int = 0
    largest: float = 0.0
    ends: tuple[float, float] = (np.inf, -np.inf)

    def plus(self, values: np.ndarray) -> Sum:
        """Once these values (NaN: missing) are seen, too."""
        known = values[np.isfinite(values)]
        if not len(known):
            return self
        return Sum(
            self.total + float(known.sum()),
            self.filled + len(known),
            self.counted + int(np.count_nonzero(known)),
            max(self.largest, float(np.abs(known).max())),
            (min(self.ends[0], float(known.min())), max(self.ends[1], float(known.max()))),
        )

    def is_told_by(self, value: float, decimals: int) -> bool:
        """Whether a value, written with so many decimals, is the sum: that of several rows, and not of nothing."""
        near = 0.5 * 10.0**-decimals + _ROUNDING * abs(self.total)
        return self.counted > 1 and value != 0 and abs(value - self.total) < near

    def is_mean(self, value: float, decimals: int) -> bool:
        """Whether a value is the mean, as rounded."""
        return self.filled > 1 and abs(value - self.total / self.filled) <= 0.5 * 10.0**-decimals * (1 + _ROUNDING)

    def sums_up(self, value: float, decimals: int) -> bool:
        """Whether a value is the mean, the least or the most: below a sum it says so without a word."""
        return self.is_mean(value, decimals) or value in self.ends


@dataclass(slots=True)
class Sums:
    """Running sums of the number columns that are read."""

    names: Sequence[str]
    of: dict[str, Sum] = field(default_factory=dict)

    def add(self, frame: pd.DataFrame) -> None:
        """The next rows."""
        for name in self.names:
            self.of[name] = self.of.get(name, Sum()).plus(frame[name].to_numpy(dtype=float))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The last rows of a table as text, in file order, none of them typed.

    Attributes:
        cells: per column the cells, None where missing; all columns as long.
        lines: the line of each row.
        above: per number column what the rows above these say, by the name it has in ``cells``.
        key: the column that names a case; empty where none does.
        moments: the columns that are read as moments.
        decimal: the decimal sign.
        wide: columns that are periods side by side.
    """

    cells: Mapping[str, Sequence[str | None]]
    lines: Sequence[int]
    above: Mapping[str, Sum]
    key: str
    moments: Sequence[str]
    decimal: str
    wide: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.lines)

    def row(self, place: int) -> dict[str, str]:
        """The filled cells of a row."""
        return {name: text for name, cells in self.cells.items() if (text := (cells[place] or "").strip())}


def decimals_of(text: str, decimal: str = ".,") -> int:
    """With how many decimals a number is written, behind the last sign of those that may part them."""
    place = max(text.rfind(sign) for sign in decimal)
    return len(re.findall(r"\d", text[place + 1 :])) if place >= 0 else 0


def no_rows(ending: Ending) -> list[NoRow]:
    """The lines at the end that are none of the table's rows: all below the first of them are none, too."""
    for first in range(max(0, ending.size - MOST), ending.size):
        known: list[NoRow] = []
        for place in range(first, ending.size):
            told = _judged(ending, place, first) or (_summed_up(ending, place, first) if _has_sum(known) else None)
            if told is None:
                break
            known.append(told)
        if len(known) == ending.size - first:
            return known
    return []


def _has_sum(known: Sequence[NoRow]) -> bool:
    return any(one.why is Why.SUM for one in known)


def _summed_up(ending: Ending, place: int, first: int) -> NoRow | None:
    """A line below a sum that holds nothing but means, or the least and the most, of the rows above."""
    row = ending.row(place)
    sums = {name: _sum_above(ending, name, first) for name in ending.above}
    numbers = {name: number for name in sums if name in row and (number := number_of(row[name], ending.decimal))}
    if not numbers or ending.key in row or not all(sums[name].sums_up(*number) for name, number in numbers.items()):
        return None
    name = next(iter(numbers))
    return NoRow(place, Why.MEAN if sums[name].is_mean(*numbers[name]) else Why.END, name, row[name], sums[name].filled)


def may_hold_totals(ending: Ending, names: Sequence[str]) -> bool:
    """Whether the last lines are worth a closer look: a word, one text alone, or a number above all before it."""
    rows = [ending.row(place) for place in range(ending.size)]
    for place in range(max(0, ending.size - MOST), ending.size):
        row, above = rows[place], rows[:place]
        if phrase_of(row) or len(row) == 1 < len(ending.cells):
            return True
        if any(name in row and _is_far_above(row[name], above, name, ending.decimal, 1) for name in names):
            return True
    return bool(suspects(ending))


def word_of(row: Mapping[str, str]) -> str:
    """The column of a row that says that it holds totals; empty where none does."""
    return next((name for name, text in row.items() if _WORDS.match(text)), "")


def phrase_of(row: Mapping[str, str]) -> str:
    """The column of a row that begins with such a word, and may go on: Average for April 2026."""
    return next((name for name, text in row.items() if _PHRASES.match(text)), "")


def suspects(ending: Ending) -> list[str]:
    """Columns whose sums are not known and would tell whether the last row is one of totals.

    Those in which a row has a number that says ‘Total’, or that leaves out what rows have and is far above theirs.
    """
    if ending.size < 2:
        return []
    row, above = ending.row(ending.size - 1), [ending.row(place) for place in range(ending.size - 1)]
    unknown = {name: text for name, text in row.items() if name not in (ending.key, *ending.moments, *ending.above)}
    if word_of(row):
        return [name for name, text in unknown.items() if number_of(text, ending.decimal)]
    if large := [
        one for one in unknown if one in ending.wide and _is_far_above(row[one], above, one, ending.decimal, 1)
    ]:
        return [name for name in unknown if name in ending.wide] if len(large) > 1 else []
    if all(name in row for name in ending.cells if all(name in one for one in above)):
        return []
    return [name for name, text in unknown.items() if _is_far_above(text, above, name, ending.decimal)]


def _is_far_above(text: str, above: Sequence[Mapping[str, str]], name: str, decimal: str, times: float = _FAR) -> bool:
    number = number_of(text, decimal)
    others = [abs(other[0]) for one in above if name in one and (other := number_of(one[name], decimal))]
    return number is not None and bool(others) and abs(number[0]) > times * max(others)


@lru_cache(maxsize=10_000)
def number_of(text: str, decimal: str) -> tuple[float, int] | None:
    """A cell's number, whatever unit stands beside it, and how many decimals it is written with."""
    if not any(map(str.isnumeric, text)):  # words need none of arrow's patterns, which are compiled for every cell
        return None
    if len(text) < _PLAIN and text.isascii() and text.isdigit():
        return float(text), 0
    values = _numbers(pa.chunked_array([pa.array([_without_beside(text)], pa.string())]), decimal)
    if np.isnan(values[0]):
        return None
    behind = text.rpartition(decimal)[2] if decimal in text else ""
    return float(values[0]), len(re.findall(r"\d", behind))


def numbers_of(cells: pa.ChunkedArray, decimal: str) -> np.ndarray:
    """The numbers of text cells, whatever unit stands beside them; NaN where there is none."""
    if pc.any(pc.match_substring_regex(cells, _MAY_STAND_BESIDE)).as_py():
        cells = pc.replace_substring_regex(cells, _BESIDE_NUMBER, "")
    return _numbers(cells, decimal)


def _numbers(cells: pa.ChunkedArray, decimal: str) -> np.ndarray:
    return read_numbers(cells, decimal, ())[0].to_numpy(dtype=float)


def _without_beside(text: str) -> str:
    """One cell without what stands beside its number: arrow would compile its pattern for it, in ten milliseconds."""
    if any(sign.isnumeric() and not (sign.isdecimal() or sign.isalpha()) for sign in text):
        return str(pc.replace_substring_regex(pa.scalar(text), _BESIDE_NUMBER, "").as_py())
    return _BESIDE_ONE.sub("", text)


def _judged(ending: Ending, place: int, first: int) -> NoRow | None:
    row = ending.row(place)
    if not row:
        return None
    above = [ending.row(one) for one in range(max(0, first - SHOWN), first)]
    return _total(ending, row, above, place, first) or _note(ending, row, above, place)


def _total(
    ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], place: int, first: int
) -> NoRow | None:
    word = word_of(row)
    sums = {name: _sum_above(ending, name, first) for name in ending.above}
    numbers = {name: number for name in sums if name in row and (number := number_of(row[name], ending.decimal))}
    nothing = [name for name, (value, _) in numbers.items() if name in ending.wide and value == sums[name].total == 0]
    numbers = {name: number for name, number in numbers.items() if name not in nothing}
    told = [name for name, number in numbers.items() if sums[name].is_told_by(*number)]
    means = [name for name, number in numbers.items() if name not in told and sums[name].is_mean(*number)]
    others = len(numbers) - len(told) - len(means)
    found = [sums[name] for name in told]
    if (
        told
        and not others
        and (phrase_of(row) or _is_wide_total(ending, row, above, found) or _is_no_chance(ending, row, above, found[0]))
    ):
        return NoRow(place, Why.SUM, told[0], row[told[0]], sums[told[0]].filled)
    if phrase_of(row) and means and not others:
        return NoRow(place, Why.MEAN, means[0], row[means[0]], sums[means[0]].filled)
    if word and _leaves_out(ending, row, above, word):
        return NoRow(place, Why.WORD, word, row[word])
    return None


def _sum_above(ending: Ending, name: str, first: int) -> Sum:
    """What all rows above the last ones say, those of the ending among them."""
    values = [number_of(cell, ending.decimal) if cell else None for cell in ending.cells[name][:first]]
    return ending.above[name].plus(np.array([np.nan if one is None else one[0] for one in values], dtype=float))


def _is_no_chance(ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], found: Sum) -> bool:
    """Whether a value that is the sum of those above is meant as such, though no word says so.

    It takes many rows, a value above each of theirs, and a name that is not one more of its kind.
    """
    if abs(found.total) <= found.largest or any(_is_one_more(ending, row, above, name) for name in row):
        return False
    gap = any(name and name not in row for name in (ending.key, *ending.moments))
    return found.counted >= (_ROWS_WITH_A_GAP if gap else _ROWS_WITHOUT_A_WORD)


def _is_wide_total(
    ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], found: Sequence[Sum]
) -> bool:
    """Whether several periods side by side are the sums of all above them, each above every one of these."""
    if any(_is_one_more(ending, row, above, name) for name in row.keys() - ending.wide):
        return False
    clear = [one for one in found if one.counted >= _ROWS_OF_A_PERIOD and abs(one.total) > one.largest]
    return len(clear) >= _PERIODS_TOGETHER


def _is_one_more(ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], name: str) -> bool:
    """Whether a cell is one more of its column's kind: an id counted on, or a word that rows above have, too."""
    if name in ending.moments or name in ending.above:
        return False
    others = [one[name] for one in above if name in one]
    if name != ending.key and all(number_of(text, ending.decimal) for text in others):
        return False
    return row[name] in others or _is_counted_on(row[name], others)


def _is_counted_on(text: str, others: Sequence[str]) -> bool:
    """Whether a text holds digits and is written as others are."""
    return bool(re.search(r"\d", text)) and _shape(text) in map(_shape, others)


def _shape(text: str) -> str:
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", text))


def _leaves_out(ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], word: str) -> bool:
    """Whether a row that says ‘Total’ has the shape of one: next to the word nothing but numbers, and a gap.

    The word itself may stand where rows have a date or a number; an average's own date makes no row of it there.
    """
    is_average = _AVERAGES.match(row[word]) is not None
    dated = [name for name in row if is_average and name in ending.moments and name != word]
    others = [text for name, text in row.items() if name != word and name not in dated]
    if not above or any(number_of(text, ending.decimal) is None for text in others):
        return False
    usual = [name for name in ending.cells if all(name in one for one in above)]
    is_gap = not dated and any(name not in row for name in usual)
    in_place = word in usual and all(re.search(r"\d", one[word]) for one in above)
    return is_gap or in_place


def _note(ending: Ending, row: Mapping[str, str], above: Sequence[Mapping[str, str]], place: int) -> NoRow | None:
    """A line with one text, where rows have several cells, set off by an empty line or worded as notes are."""
    if len(row) != 1 or not above or min(map(len, above)) < _CELLS_OF_A_ROW:
        return None
    (name, text), *_ = row.items()
    is_apart = place > 0 and ending.lines[place] - ending.lines[place - 1] > 1
    others = [one[name] for one in above if name in one]
    if not (is_apart or _NOTE.search(text)) or text in others or _is_counted_on(text, others):
        return None
    return NoRow(place, Why.NOTE, name, text)
