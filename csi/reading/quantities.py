"""Numbers with their unit beside them, lengths of time among them, brought to the one unit of their column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.column_headers import short_clock_in, unit_in
from csi.reading.currencies import currency, fits
from csi.reading.durations import ShortClock, lengths
from csi.reading.numbers import NO_CENTS, read_numbers, to_numbers
from csi.reading.other_digits import as_ascii
from csi.reading.scales import ratio, scaled
from csi.reading.unit_table import find, scale
from csi.reading.unit_words import folded, percent_words, time_unit

_SECONDS, _PERCENT = "s", "%"
_MOST_DIGITS = 60  # characters of a number with its unit; ours
# What stands before and behind a number: no digit, and little.
_AFFIXED = r"^(?P<lead>[^\d]{0,12}?)(?P<number>[.,]?\d(?:[\d.,'’\x{a0}\x{2009}\x{202f} ]*\d)?)(?P<tail>[^\d]{0,24})$"
_SIGNS = "-−+"
_WHOLE_AMOUNT = re.compile(rf"^{NO_CENTS}")
_PERCENT_SIGNS = "%٪％"
# Share of the cells that must name a unit for the others to be in it.
_MOST = 0.5

# An answer with its words: 10 - Extremely likely, 0 = Not at all, 5 (neutral); and the same for Arrow.
_ANSWER = re.compile(r"(?P<answer>[0-9]{1,2})(?:\s*[-–—=:(]\s*(?P<words>[^\W\d_][^\d]*))?")
_LABELLED = r"^\s*([0-9]{1,2})\s*[-–—=:(]\s*\pL[^0-9]*$"
_HIGHEST_ANSWER = 10
# What dashboards write behind a number that they shorten; and what such a number is in where nothing names a unit.
_SHORTENED = {"k": 10**3, "K": 10**3, "M": 10**6}
_NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Written:
    """How the numbers of one column are written: the same for every part of a delivery.

    Attributes:
        unit: what they are brought to; empty where nothing says.
        bare: whether a number without a unit beside it is in that unit.
        short: what ``3:02`` is.
        asks: whether there is a ``3:02`` that nothing tells.
        either: the sign in ``1.234`` where nothing tells whether it parts thousands or decimals; else empty.
        labelled: whether answers of a scale have its words behind them: ``10 - Extremely likely``.
    """

    unit: str = ""
    bare: bool = True
    short: ShortClock = ShortClock.UNTOLD
    asks: bool = False
    either: str = ""
    labelled: bool = False


PLAIN = Written()


@dataclass(frozen=True, slots=True)
class Quantities:
    """Texts as numbers, NaN where one is none, each in the unit it names (empty: none); and which have colons."""

    values: np.ndarray
    units: np.ndarray
    is_clock: np.ndarray
    is_short: np.ndarray


def quantities(
    texts: pa.Array, decimal: str, short: ShortClock = ShortClock.UNTOLD, *, lasts: bool = False
) -> Quantities:
    """What texts that are no bare numbers say: a number and its unit, or a length of time in seconds.

    ``lasts``: whether they stand among such as ``2 h 5 m``, so that ``5 m`` is one, too.
    """
    plain = as_ascii(texts, decimal)
    values, units = _affixed(plain, decimal)
    rest = np.flatnonzero(np.isnan(values))
    is_clock, is_short = (np.zeros(len(values), dtype=bool) for _ in range(2))
    if len(rest):
        found = lengths(plain.take(pa.array(rest)), short, lone=lasts)
        values[rest], is_clock[rest], is_short[rest] = found.seconds, found.is_clock, found.is_short
        units[rest[~np.isnan(found.seconds)]] = _SECONDS
    return Quantities(values, units, is_clock, is_short)


def _affixed(texts: pa.Array, decimal: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers with a unit in front or behind, and the units; NaN and empty where a text is not that."""
    found = pc.extract_regex(pc.utf8_trim_whitespace(texts), _AFFIXED)
    lead, number, tail = (pc.struct_field(found, name) for name in ("lead", "number", "tail"))
    pairs = pc.dictionary_encode(pc.binary_join_element_wise(lead, tail, "\n"))
    beside = [_beside(*text.split("\n", 1)) for text in pairs.dictionary.to_pylist()]
    places = pc.fill_null(pairs.indices, len(beside)).to_numpy(zero_copy_only=False)
    signs = np.array([*(sign for sign, _ in beside), np.nan])[places]
    values = to_numbers(number, decimal) * signs
    units = np.array([*(unit for _, unit in beside), ""], dtype=object)[places]
    units[np.isnan(values)] = ""
    return values, units


@cache
def _beside(lead: str, tail: str) -> tuple[float, str]:
    """Sign and unit of what stands before and behind a number; NaN where it is neither."""
    nothing = np.nan, ""
    tail = _WHOLE_AMOUNT.sub("", tail)
    is_bracketed = tail.endswith(")") and (lead.startswith("(") or lead.endswith("("))  # ($5), $(5)
    if is_bracketed:
        lead, tail = lead.removeprefix("(") if lead.startswith("(") else lead[:-1], tail[:-1]
    before, behind = lead.strip(" \u00a0\u202f"), tail.strip(" \u00a0\u202f")
    signs = [before[:1], before[-1:] if len(before) > 1 else "", behind[-1:]]
    told = [sign for sign in signs if sign and sign in _SIGNS]
    before, behind = before.strip(_SIGNS).strip(), behind.rstrip(_SIGNS).strip()
    size, unit = _shortened(before, behind)
    if not unit and bool(before) != bool(behind):
        unit = _unit_before(before) if before else _unit_behind(behind, glued=tail[:1] == behind[:1])
    is_open = tail.rstrip().endswith("+")  # 2h+ is more than that
    if len(told) > 1 or is_open or (told and is_bracketed) or not unit:
        return nothing
    return (-size if is_bracketed or (told and told[0] != "+") else size), unit


def _shortened(before: str, behind: str) -> tuple[float, str]:
    """How many a shortened number counts and in what (3.5k, 1,2 Mio. €, $3M); 1 and empty where it is none."""
    plain, of = float(_SHORTENED.get(behind, 0)), ""
    is_unit = find(behind) is not None or bool(time_unit(folded(behind)))
    if not plain and not is_unit and (size := scaled(behind)) and size.below == 1:
        plain, of = float(size.above), size.of
    unit = "" if not plain or (before and of) else _unit_before(before) if before else of or _NUMBER
    return (plain, unit) if unit else (1.0, "")


def _unit_before(text: str) -> str:
    return _PERCENT if text == _PERCENT else currency(text)


def _unit_behind(text: str, *, glued: bool) -> str:
    """The unit behind a number; a letter alone may be anything, unless it is glued on as programs write time."""
    word = folded(text)
    if word in percent_words():
        return _PERCENT
    known = find(text) if text and not text.isdecimal() else None
    if known is not None and known.dimension != "time":
        return known.name
    if sign := currency(text):
        return sign
    if unit := time_unit(word):
        is_small = text[:1].islower() or word == "h"  # 1.5M are millions
        return unit if len(word) > 1 or not word.isascii() or (is_small and (word in "hsdj" or glued)) else ""
    return ""


def is_quantity(cells: pa.ChunkedArray, decimal: str, missing: Sequence[str]) -> np.ndarray:
    """Which cells hold a number, with or without a unit, or a length of time."""
    fits: np.ndarray = ~read_numbers(cells, decimal, missing)[1]
    rows = np.flatnonzero(~fits)
    distinct = pc.dictionary_encode(cells.take(pa.array(rows)).combine_chunks())
    found = quantities(distinct.dictionary, decimal)
    if _compound(distinct.dictionary, found, decimal):
        found = quantities(distinct.dictionary, decimal, lasts=True)
    fits[rows] = (~np.isnan(found.values) | found.is_short)[distinct.indices.to_numpy()]
    return fits


def written(name: str, cells: Sequence[str] | pa.Array, decimal: str, declared: str = "") -> Written:
    """How a column's numbers are written, from a person's word, its header and a sample of its cells, in this order."""
    texts = pa.array(cells, pa.string()) if not isinstance(cells, pa.Array) else cells
    texts = texts.filter(pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), False))
    if declared in set(ShortClock) - {""}:
        return Written(_SECONDS, bare=False, short=ShortClock(declared))
    header = "" if declared else unit_in(name)
    seen = _Seen.of(texts, decimal)
    short = seen.short(short_clock_in(name, declared or header))
    asks = seen.shorts > 0 and short is ShortClock.UNTOLD
    if declared or (header and not seen.contradicts(header)):
        known = find(declared or header)
        return Written(known.name if known else declared or header, short=short, asks=asks)
    if short.counts_days:
        return Written(_SECONDS, bare=False, short=short)
    unit, bare = seen.unit(short)
    return Written(unit, bare, short, asks, labelled=not unit and _are_labelled(texts))


def _are_labelled(texts: pa.Array) -> bool:
    """Whether all cells are answers of one scale, some with words: each number has its own, and the same throughout."""
    found = [_ANSWER.fullmatch(text) for text in pc.unique(pc.utf8_trim_whitespace(texts)).to_pylist()]
    told = [one for one in found if one is not None and int(one["answer"]) <= _HIGHEST_ANSWER]
    pairs = {(int(one["answer"]), " ".join(one["words"].casefold().split())) for one in told if one["words"]}
    numbers, words = {number for number, _ in pairs}, {word for _, word in pairs}
    are_units = any(time_unit(folded(word.strip(" )"))) for word in words)
    return len(told) == len(found) and 0 < len(pairs) == len(numbers) == len(words) and not are_units


def unit_of(name: str, cells: Sequence[str] | pa.Array, decimal: str) -> str:
    """The unit of a column by its header, else by its cells; empty where neither says."""
    return written(name, cells, decimal).unit


def _compound(texts: pa.Array, found: Quantities, decimal: str) -> bool:
    """Whether some of the texts are lengths of time of several parts."""
    single, _ = _affixed(as_ascii(texts, decimal), decimal)
    return bool((np.isnan(single) & ~np.isnan(found.values)).any())


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a sample of a column's cells shows: how often each unit is named, how many numbers are bare."""

    units: Counter[str]
    bare: int
    compound: bool
    shorts: int
    zero_hours: bool
    whole_minutes: bool

    @classmethod
    def of(cls, texts: pa.Array, decimal: str) -> _Seen:
        chunked = pa.chunked_array([texts], pa.string())
        numbers, no_number = read_numbers(chunked, decimal, ())
        percent = (
            pc.fill_null(pc.match_substring_regex(texts, f"[{_PERCENT_SIGNS}]"), False).to_numpy(zero_copy_only=False)
            & ~no_number
        )
        units: Counter[str] = Counter({_PERCENT: int(percent.sum())} if percent.any() else {})
        bare = int((~no_number & ~percent & (numbers.to_numpy() != 0)).sum())
        left = texts.take(pa.array(np.flatnonzero(no_number)))
        if not len(left):
            return cls(units, bare, compound=False, shorts=0, zero_hours=False, whole_minutes=False)
        found = quantities(left, decimal)
        units.update(str(unit) for unit in found.units if unit not in ("", _NUMBER))
        bare += int((found.units == _NUMBER).sum())
        compound = _compound(left, found, decimal) or bool(found.is_short.any())
        longs = left.filter(pa.array(found.is_clock & ~found.is_short))
        return cls(
            units,
            bare,
            compound=compound,
            shorts=int(found.is_short.sum()),
            zero_hours=_any(longs, r"^\D*0+:"),
            whole_minutes=_any(longs, r":00(?:[.,]0+)?$"),
        )

    def short(self, said: ShortClock) -> ShortClock:
        """What ``3:02`` is: as the header says, else as the clocks with three numbers tell.

        Beside ``0:03:02`` it cannot be minutes and seconds, for these keep their hours; beside ``1:03:00`` it cannot
        be hours and minutes, for these keep their seconds.
        """
        if said or self.zero_hours == self.whole_minutes:
            return said
        return ShortClock.HOURS if self.zero_hours else ShortClock.MINUTES

    def contradicts(self, unit: str) -> bool:
        """Whether most cells name a unit that is not the header's, nor converts into it."""
        others = sum(count for name, count in self.units.items() if into(name, unit) is None)
        return others > _MOST * max(1, self.units.total() + self.bare)

    def unit(self, short: ShortClock) -> tuple[str, bool]:
        """The unit most cells name, the smallest of those that convert; and whether bare numbers are in it."""
        named = self.units.copy()
        if short:
            named[_SECONDS] += self.shorts
        most = max(named, key=lambda name: (named[name], name), default="")
        alike = [name for name in named if into(name, most) is not None]
        count = sum(named[name] for name in alike)
        if not count or count < _MOST * (named.total() + self.bare):
            return "", True
        if self.compound and (known := find(most)) is not None and known.dimension == "time":
            return _SECONDS, False
        smallest = min(alike, key=_size)
        known = find(smallest)  # 90 beside 1 h may be anything, beside 5 € it is money
        return smallest, known is None or known.dimension == "count"


def _any(texts: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())


def _size(unit: str) -> tuple[float, str]:
    known = find(unit)
    return (known.factor if known else 0.0), unit


def into(unit: str, wanted: str) -> tuple[float, float] | None:
    """What a number is multiplied and then divided by to be in another unit, a currency's sign being that currency."""
    if fits(unit, wanted) or fits(wanted, unit):
        return 1.0, 1.0
    return ratio(unit, wanted) or scale(unit, wanted)


def read_quantities(
    cells: pa.ChunkedArray, decimal: str, missing: Sequence[str], form: Written
) -> tuple[pd.Series, np.ndarray]:
    """Type one column of text as numbers in one unit.

    Args:
        cells: text, null where missing; or numbers.
        decimal: ``.`` or ``,``.
        missing: markers; see ``read_numbers``.
        form: how the column is written, as ``written`` tells once for all parts of a delivery.

    Returns:
        ``float64`` numbers in ``form.unit`` (NaN: missing or unreadable), and True where there is text that is no
        number, or one in a unit that does not convert into the column's.
    """
    if form.labelled and pa.types.is_string(cells.type):
        cells = pc.replace_substring_regex(cells, _LABELLED, r"\1")
    values, unreadable = read_numbers(cells, decimal, missing)
    if not pa.types.is_string(cells.type):
        return values, unreadable
    numbers = values.to_numpy().copy()
    if form.either:
        texts = pc.utf8_trim_whitespace(cells)
        untold = pc.fill_null(
            pc.match_substring_regex(texts, rf"^\D*[1-9]\d{{0,2}}{re.escape(form.either)}\d{{3}}\D*$"), False
        )
        held = read_quantities(pc.if_else(untold, None, texts), decimal, missing, replace(form, either=""))
        return held[0], held[1] | untold.to_numpy()
    signed = _percent(cells, numbers, form)
    apart = unreadable | signed if form.unit != _PERCENT else unreadable.copy()
    if not form.bare:
        unreadable |= ~apart & ~signed & (np.nan_to_num(numbers) != 0)
    if apart.any():
        rows = np.flatnonzero(apart)
        distinct = pc.dictionary_encode(cells.take(pa.array(rows)).combine_chunks())
        lasts = form.unit == _SECONDS and not form.bare
        found = quantities(distinct.dictionary, decimal, form.short, lasts=lasts)
        own = _brought(found, form)[distinct.indices.to_numpy()]
        numbers[rows], unreadable[rows] = own, np.isnan(own)
    numbers[unreadable] = np.nan
    return pd.Series(numbers), unreadable


def _percent(cells: pa.ChunkedArray, numbers: np.ndarray, form: Written) -> np.ndarray:
    """Which cells say that they are per cent, where that makes a difference."""
    if (form.unit == _PERCENT and form.bare) or not any(map(_holds_percent, cells.chunks)):
        return np.zeros(len(numbers), dtype=bool)
    told = pc.fill_null(pc.match_substring_regex(cells, f"[{_PERCENT_SIGNS}]"), False).to_numpy()
    return told & ~np.isnan(numbers)


def _holds_percent(cells: pa.Array) -> bool:
    """Whether a percent sign is anywhere in some texts; looked for in their bytes, which costs next to nothing."""
    held = cells.buffers()[2]
    text = held.to_pybytes() if held is not None else b""
    return any(sign.encode() in text for sign in _PERCENT_SIGNS)


def _brought(found: Quantities, form: Written) -> np.ndarray:
    """Numbers in the unit of their column; NaN where they measure something else."""
    made = np.full(len(found.values), np.nan)
    for unit in set(found.units.tolist()) - {""}:
        if parts := (1.0, 1.0) if unit == _NUMBER and form.bare else into(unit, form.unit):
            mine = found.units == unit
            made[mine] = found.values[mine] * parts[0] / parts[1]
    return made


def other_unit(cells: pa.ChunkedArray, unread: np.ndarray, name: str, decimal: str, form: Written) -> str:
    """What to do where the first cell that cannot be read is a number in another unit than the column's; else empty."""
    rows = np.flatnonzero(unread)
    first = str(cells[int(rows[0])].as_py() or "").strip() if len(rows) else ""
    own = written("", [first], decimal) if first else PLAIN
    if not own.unit or own.bare or own.unit == form.unit:
        return ""
    apart = f"units: {{{name}: {{column: …}}}}"
    return f"where cells of {name} are in several units, put these into a column of its own: {apart}"


def expected(decimal: str, name: str, form: Written) -> str:
    """What a cell of a column should look like, for people."""
    if form.either:
        written = f"1{form.either}234"
        return f"either decimal: '.' or decimal: ',' at the source, for {written} may be 1234 or little more than 1"
    if form.asks:
        return f'in units either {{{name}: "h:mm"}} or {{{name}: "min:s"}}, for 3:02 may be hours or minutes'
    number = f"a number such as 1234{decimal}5"
    if form.bare:
        return f"{number}, in {form.unit}" if form.unit else number
    if form.unit == _SECONDS:
        return "a length of time such as 4h 30m"
    return f"a number with its unit, such as 12 {form.unit}"
