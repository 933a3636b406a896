"""What the columns of a sample hold: moments in which order, numbers, markers for missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.causes import Cause
from csi.reading.column_headers import unit_in
from csi.reading.digits import in_our_digits
from csi.reading.filler_words import fillers, says_nothing
from csi.reading.moments import read_moments
from csi.reading.name_words import says_key
from csi.reading.numbers import read_numbers
from csi.reading.period_parts import says_week
from csi.reading.quantities import is_quantity
from csi.reading.unseen import without_unseen

# Words met in exports for "nothing here"; a marker is guessed only when a sample holds it more than once.
_WORDS = (
    "NULL",
    "null",
    "(null)",
    "<null>",
    "\\N",
    "nil",
    "N/A",
    "n/a",
    "NA",
    "n.a.",
    "N.A.",
    "#N/A",
    "<NA>",
    "None",
    "none",
    "NaN",
    "nan",
    "k.A.",
    "k. A.",
    "N/D",
    "n/d",
    "s/d",
    "b.d.",
    "(blank)",
    "(empty)",
    "(leer)",
    "なし",
    "无",
    "(vide)",
    "(vacío)",
    "(vazio)",
    "(vuoto)",
    "(пусто)",
    "н/д",
    "нет данных",
    "해당 없음",
    "keine Angabe",
    "b/d",
    "sin datos",
    "sem dados",
    "brak danych",
    "#NV",
    "#N/D",
    "#NA",
)
KNOWN_MARKERS = ("?", *_WORDS, "-", "--", "–", "—", "***", "****", "*****")
# Of these the ones that are an answer, too, among other words: an impact of none, a region of NA (North America).
_ANSWERS = frozenset({"None", "none", "NA", "nil"})
_FEW_ANSWERS = 20  # different words; ours
_FIGURES = re.compile(r"\d\d|\d[.,:]\d")  # Mar 2024, EUR 1.5: no word of an answer
_TRUTHS = frozenset({"true", "false"})  # beside these None is what a program writes for nothing
_SENTINELS = (-99.0, -200.0, -999.0, -9999.0)
# A column is of a kind when this share of its cells fits: exports hold some junk.
FITS = 0.9
# Prose is known by its first cells: where not this share of so many are moments, the others are not looked at.
_FIRST_CELLS, _SOME = 100, 0.5
# Names of columns of dates in the languages exports come in, and what programs call them.
_DATE_NAME = re.compile(
    r"(?:^|[^a-z])(?:date|datum|dato|fecha|data|päivä\w*|datetime|timestamp|created|opened|closed|resolved|updated)"
    r"(?:$|[^a-z])|(?:date|datum|time|[a-z]At|_at|_on)$|дата|日期|日付|日時|날짜",
    re.I,
)
# What else programs call a column of seconds since 1970.
_CLOCK_NAME = re.compile(
    r"(?:^|[^a-z])(?:ts|epoch|unix\w*|time|start\w*|begin\w*|end|ended|finish\w*|stop\w*|seen|first|last|zeit|beginn"
    r"|ende|début|fin|inicio|início|fim|inizio|fine)(?:$|[^a-z])|time|zeit|hora\b|last_?set|last_?log[io]n|logon|expires",
    re.I,
)
_THREE_PARTS = r"(?:^|[\s\x{a0}\x{202f}])\d+[-/.]\s?\d+[-/.]\s?\d"
_DECADES = (2000, 2050)
FIRST_ROWS = 200  # of a table, by which its columns of moments are told where nobody names them; ours
_ORDERS = ("iso", "day_first", "month_first", "year_first")
# Of two orders that read every cell the one that gives far nearer days is meant: it is the year that hardly changes.
_NEARER = 4
_YEAR_FIRST_SCRIPTS = r"[\x{3040}-\x{30ff}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}]"
_STAMP = r"^(?:19|20)\d{6}(?:\d{4}(?:\d{2}(?:\d{3}|\d{6})?)?)?$"
_LONG_STAMP = r"^(?:19|20)\d{10}(?:\d{2}(?:\d{3}|\d{6})?)?$"
_YEAR_MONTH = r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])$"
_YEAR_WEEK = r"^(?:19|20)\d{2}(?:0[1-9]|[1-4]\d|5[0-3])$"
_DECIMAL = r"^\d+\.\d+$"  # 2024.01 and 01.2024 are months, 2203.01 and 10.4711 are not
_SINCE_1970 = r"^\d{10}(?:\.\d+)?$|^\d{13}$|^\d{16,19}$"


_FEWEST_MONTHS, _MONTHS_APART = 3, 12


@dataclass(frozen=True, slots=True)
class Kind:
    """What one column holds: ``moment``, ``number``, ``text`` or ``empty``.

    ``dates`` is the order of its moments; with ``ambiguous`` others of day, month and year first fit as many cells,
    so that a person has to say.
    """

    name: str
    dates: str = ""
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """The filled cells of many columns in one array, so that each question is asked once for all of them."""

    texts: pa.ChunkedArray
    column: np.ndarray
    width: int

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[str]], missing: Sequence[str] = ()) -> Sample:
        """The cells that hold something, and the place of the column each stands in."""
        hidden = {"", *missing}
        filled = [
            (text, place)
            for place, cells in enumerate(columns.values())
            for cell in cells
            if (text := without_unseen(cell).strip()) not in hidden
        ]
        texts = pa.chunked_array([in_our_digits(pa.array([text for text, _ in filled], pa.string()))])
        return cls(texts, np.array([place for _, place in filled], dtype="int64"), len(columns))

    def only(self, kept: np.ndarray) -> Sample:
        """Some of the cells."""
        return Sample(self.texts.filter(pa.array(kept)), self.column[kept], self.width)

    def first(self, cells: int) -> Sample:
        """The first so many cells of each column; they lie column by column."""
        starts = np.searchsorted(self.column, np.arange(self.width))
        return self.only(np.arange(len(self.column)) - starts[self.column] < cells)

    def cells(self, place: int) -> pa.ChunkedArray:
        """The cells of one column."""
        return self.texts.filter(pa.array(self.column == place))

    def share(self, fits: np.ndarray) -> np.ndarray:
        """Per column the share of cells that fit; 0 for an empty column."""
        counted = np.bincount(self.column, minlength=self.width)
        return np.bincount(self.column, weights=fits, minlength=self.width) / np.maximum(1, counted)

    def matching(self, pattern: str) -> np.ndarray:
        """Per column the share of cells that match a pattern."""
        return self.share(pc.match_substring_regex(self.texts, pattern).to_numpy())


def guess_missing(columns: Mapping[str, Sequence[str]], decimal: str) -> tuple[str, ...]:
    """Markers for missing in a sample: known words, and sentinels below every other number of a column."""
    words = Counter(cell.strip() for cells in columns.values() for cell in cells)
    found = [marker for marker in KNOWN_MARKERS if words[marker] > 1]
    found = [one for one in found if one not in _ANSWERS or not any(_is_answer(one, own) for own in columns.values())]
    sample = Sample.of(columns, found)
    numbers, unreadable = read_numbers(sample.texts, decimal, ())
    numeric = np.flatnonzero(sample.share(~unreadable) >= FITS)
    low = np.flatnonzero(np.isin(numbers, _SENTINELS))
    suspects = np.intersect1d(numeric, sample.column[low])
    values = numbers.to_numpy()
    found += sorted({mark for place in suspects for mark in _sentinel(values[sample.column == place])})
    return (*found, *_fillers(columns, decimal, found))


def is_known(marker: str) -> bool:
    """Whether a marker is known to say that there is nothing, or is a number far below all others."""
    return marker in KNOWN_MARKERS or says_nothing(marker) or marker in {f"{one:g}" for one in _SENTINELS}


def _fillers(columns: Mapping[str, Sequence[str]], decimal: str, known: Sequence[str]) -> tuple[str, ...]:
    """Words that fill the cells of columns of dates or numbers where there is none, and are no answer elsewhere."""
    suspects = fillers(columns, known)
    rest = {name: [cell for cell in columns[name] if cell.strip() not in words] for name, words in suspects.items()}
    if not rest:
        return ()
    sample = Sample.of(rest, known)
    typed = np.max([sample.share(is_quantity(sample.texts, decimal, known)), *_moment_fits(sample).values()], axis=0)
    words = {word for place, said in enumerate(suspects.values()) if typed[place] >= FITS for word in said}
    return tuple(sorted(word for word in words if not any(_is_answer(word, own) for own in columns.values())))


def _is_answer(marker: str, cells: Sequence[str]) -> bool:
    """Whether a word stands in a column of few words that are said again and again: then it is one of them."""
    counts = Counter(text for cell in cells if (text := cell.strip()))
    if not counts.pop(marker, 0) or not 0 < len(counts) <= _FEW_ANSWERS or counts.total() == len(counts):
        return False
    is_typed = any(_FIGURES.search(text) for text in counts) or {text.casefold() for text in counts} <= _TRUTHS
    return not is_typed and all(text[0].isalpha() for text in counts)


def _sentinel(numbers: np.ndarray) -> tuple[str, ...]:
    """The lowest number of a column where it repeats, is known as a marker, and lies far below the rest."""
    lowest = np.nanmin(numbers)
    others = numbers[numbers != lowest]
    if lowest not in _SENTINELS or (numbers == lowest).sum() < 2 or not len(others) or np.nanmin(others) < lowest / 2:
        return ()
    return (f"{lowest:g}",)


def guess_kinds(columns: Mapping[str, Sequence[str]], decimal: str, missing: Sequence[str]) -> dict[str, Kind]:
    """The kind of each column by the cells of a sample."""
    sample = Sample.of(columns, missing)
    counted = np.bincount(sample.column, minlength=sample.width)
    # Bare numbers are numbers: 20160229 or 1456708560 are moments only when a person says so.
    marked, dated = sample.matching(r"[-/.:]|\pL"), sample.matching(_THREE_PARTS)
    fits = _moment_fits(sample)
    numeric = sample.share(is_quantity(sample.texts, decimal, missing))
    kinds = {}
    for place, name in enumerate(columns):
        moment = _moment_kind({order: float(share[place]) for order, share in fits.items()}, bool(dated[place] >= FITS))
        if moment and fits["year_first"][place] > 0 and moment.dates != "iso":
            moment = _with_year_first(moment, sample.cells(place), {one: float(fits[one][place]) for one in fits})
        if moment and _all_match(cells := sample.cells(place), _DECIMAL) and not _in_decades(cells, moment.dates):
            moment = None
        if not counted[place]:
            kinds[name] = Kind("empty")
        elif moment and marked[place] >= FITS:
            kinds[name] = moment
        elif numeric[place] >= FITS:
            counted_from = _counted_from(name, sample.cells(place))
            kinds[name] = Kind("moment", counted_from) if counted_from else Kind("number")
        else:
            kinds[name] = Kind("text")
    return kinds


def dated_columns(columns: Mapping[str, Sequence[str]], missing: Sequence[str] = ()) -> dict[str, Kind]:
    """The columns that hold moments written out, by the first cells of each."""
    sample = Sample.of({name: cells[:FIRST_ROWS] for name, cells in columns.items()}, missing)
    marked, dated = sample.matching(r"[-/.:]|\pL"), sample.matching(r"^\d+[-/.]\d+[-/.]\d")
    fits = _moment_fits(sample)
    found = {}
    for place, name in enumerate(columns):
        kind = _moment_kind({order: float(share[place]) for order, share in fits.items()}, bool(dated[place] >= FITS))
        if kind and marked[place] >= FITS:
            found[name] = kind
    return found


def _moment_fits(sample: Sample) -> dict[str, np.ndarray]:
    """Per order the share of each column's cells that are moments; 0 where few of its first cells are in any order."""
    first = sample.first(_FIRST_CELLS)
    likely = np.zeros(sample.width, dtype=bool)
    for order in _ORDERS:
        likely |= first.share(_may_be(first.texts, order)) >= _SOME
    rest = sample.only(likely[sample.column])
    shares = {order: rest.share(_may_be(rest.texts, order)) for order in _ORDERS}
    return {order: np.where(likely, share, 0.0) for order, share in shares.items()}


def _may_be(texts: pa.ChunkedArray, order: str) -> np.ndarray:
    """Which texts are moments, with those that lack nothing but a zone whose name means one alone."""
    read = read_moments(texts, order, "UTC")
    return ~read.unreadable | np.isin(read.causes, (Cause.AMBIGUOUS_ZONE, Cause.WEEK_OR_HALF_YEAR))


def _counted_from(name: str, cells: pa.ChunkedArray) -> str:
    """The order in which numbers are moments of these decades, as their header or their length says; empty: none.

    Stamps of twelve digits and more are told by their digits alone, unless they name a case.
    """
    if _all_match(cells, _LONG_STAMP) and says_key(name) <= 0 and _in_decades(cells, "iso"):
        return "iso"
    is_date = _DATE_NAME.search(name) is not None
    if says_week(name) and _all_match(cells, _YEAR_WEEK) and _in_decades(cells, "%G%V"):
        return "%G%V"
    if says_key(name) <= 0 and _all_match(cells, _YEAR_MONTH) and _in_decades(cells, "%Y%m") and _are_months(cells):
        return "%Y%m"
    if is_date and _all_match(cells, _STAMP) and _in_decades(cells, "iso"):
        return "iso"
    if (is_date or _CLOCK_NAME.search(name)) and _all_match(cells, _SINCE_1970) and _in_decades(cells, "epoch"):
        return "epoch"
    return "excel" if is_date and _in_decades(cells, "excel") else ""


def _are_months(cells: pa.ChunkedArray) -> bool:
    """Whether at least three different ones follow each other without a large gap, as months of a report do."""
    months = read_moments(cells, "%Y%m", "UTC").instants.dt.tz_localize(None).dt.to_period("M").drop_duplicates()
    places = np.sort(months.map(lambda one: one.ordinal).to_numpy())
    return len(places) >= _FEWEST_MONTHS and bool((np.diff(places) <= _MONTHS_APART).all())


def says_when(name: str) -> bool:
    """Whether a column is called as columns of moments are."""
    return bool(_DATE_NAME.search(name) or _CLOCK_NAME.search(name))


def _all_match(cells: pa.ChunkedArray, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(pc.utf8_trim_whitespace(cells), pattern)).as_py())


def _in_decades(cells: pa.ChunkedArray, order: str) -> bool:
    read = read_moments(cells, order, "UTC")
    return bool(not read.unreadable.any() and read.instants.dt.year.between(*_DECADES).all())


def _moment_kind(fits: Mapping[str, float], dated: bool) -> Kind | None:
    """The order in which the most cells can be read; ``dated``: they have three parts, as ``1.2`` is no date."""
    if fits["iso"] >= FITS:
        return Kind("moment", "iso")
    best = max(fits["day_first"], fits["month_first"], fits["year_first"])
    if best < FITS or not dated:
        return None
    if max(fits["day_first"], fits["month_first"]) < FITS:
        return Kind("moment", "year_first")
    order = "day_first" if fits["day_first"] >= fits["month_first"] else "month_first"
    return Kind("moment", order, ambiguous=fits["day_first"] == fits["month_first"])


def _with_year_first(kind: Kind, cells: pa.ChunkedArray, fits: Mapping[str, float]) -> Kind:
    """The kind of a column whose years of two digits may stand first; where its cells do not tell, a person has to."""
    if fits["year_first"] != fits[kind.dates] or kind.dates == "year_first":
        return Kind("moment", "year_first") if fits["year_first"] > fits[kind.dates] else kind
    if pc.any(pc.match_substring_regex(cells, _YEAR_FIRST_SCRIPTS)).as_py():
        return Kind("moment", "year_first")  # no language in these scripts has it elsewhere
    others = [order for order in ("day_first", "month_first") if fits[order] == fits[kind.dates]]
    years, days = _spread(cells, "year_first"), min(_spread(cells, order) for order in others)
    if days > _NEARER * years:
        return Kind("moment", "year_first")
    return kind if years > _NEARER * days else Kind("moment", kind.dates, ambiguous=True)


def _spread(cells: pa.ChunkedArray, order: str) -> float:
    """Days between the earlier and the later cells of a column, its far ends left out; one at least."""
    instants = read_moments(cells, order, "UTC").instants.dropna()
    days = np.sort(instants.dt.tz_localize(None).to_numpy().astype("datetime64[D]").astype("int64"))
    edge = len(days) // 20
    return max(1.0, float(days[-1 - edge] - days[edge]))


def guess_decimal(columns: Mapping[str, Sequence[str]], delimiter: str) -> str:
    """The decimal sign most cells show.

    Where all that is seen is ``1,234``, it parts thousands in a text whose cells a comma parts, else decimals.
    """
    told = told_decimal(columns)
    if told or delimiter == ",":
        return told or "."
    return "," if _matching(_signed(columns), _EITHER[","]) else "."


def undecided(columns: Mapping[str, Sequence[str]], delimiter: str) -> str:
    """The sign in ``1.234`` that may part thousands or decimals, for nothing in the text decides; empty: it is known.

    Cells that a comma parts write a point before decimals, unless each of a column without a unit holds three digits
    behind it, or is a whole number below a thousand.
    """
    if told_decimal(columns):
        return ""
    if delimiter == ",":
        return "." if any(_may_be_thousands(name, cells) for name, cells in columns.items()) else ""
    cells = _signed(columns)
    return next((sign for sign in ".," if _matching(cells, _EITHER[sign])), "")


def _may_be_thousands(name: str, cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    signed = {cell for cell in filled if "." in cell}
    if len(signed) < _FEWEST_SIGNED or unit_in(name) or not all(map(_EITHER["."].match, signed)):
        return False
    return not any(map(_UNIT_BEHIND.search, signed)) and all(
        cell in signed or _BELOW_THOUSAND.fullmatch(cell) for cell in filled
    )


def told_decimal(columns: Mapping[str, Sequence[str]]) -> str:
    """The decimal sign most cells show beyond doubt; empty where none does.

    A percentage of three digits behind the sign is below a hundred, and none of thousands.
    """
    cells = _signed(columns)
    comma, point = (_matching(cells, _WRITTEN[sign]) - _matching(cells, _EITHER[sign]) for sign in ",.")
    for name, held in columns.items():
        parts = [cell.strip() for cell in held if "%" in cell or "," in cell or "." in cell]
        if parts and (any("%" in cell for cell in parts) or unit_in(name) == "%"):
            shares = [_SHARE.fullmatch(cell) for cell in parts]
            if all(shares):
                comma += sum(one is not None and one["sign"] == "," for one in shares)
                point += sum(one is not None and one["sign"] == "." for one in shares)
    return "," if comma > point else "." if point else ""


_FEWEST_SIGNED = 2  # different numbers; ours
_UNIT_BEHIND = re.compile(r"[^\W\d_]\W*$|%$")
_BELOW_THOUSAND = re.compile(r"[+-]?\d{1,3}", re.ASCII)
_SHARE = re.compile(r"[+-]?(?:100|\d{1,2}(?P<sign>[.,])\d{3})(?:[.,]0+)?\s*%?", re.ASCII)


def _signed(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """The cells of a sample that hold a point or a comma: no other tells of decimals."""
    return [cell.strip() for cells in columns.values() for cell in cells if "," in cell or "." in cell]


def _matching(cells: Sequence[str], pattern: re.Pattern[str]) -> int:
    return sum(pattern.match(cell) is not None for cell in cells)


_LEAD = r"\(?[+-]?(?:[^\d\s.,]{1,4}\s?)?[+-]?"  # a currency's sign
_TAIL = r"(?:\s?(?u:[^\W\d_]){3,12})?\D{0,4}"  # a unit


def _either(sign: str) -> str:
    """Thousands or thousandths: no cell of this shape tells."""
    return rf"{_LEAD}[1-9]\d{{0,2}}{re.escape(sign)}\d{{3}}{_TAIL}\Z"


def _written(decimal: str) -> str:
    """What fits numbers with this decimal sign: the sign itself, or the other one twice between thousands."""
    point, group = re.escape(decimal), re.escape("." if decimal == "," else ",")
    blank = " \u00a0\u2009\u202f'\u2019"
    whole = rf"(?:\d+|\d{{1,3}}(?:[{group}{blank}]\d{{3}})+)"
    indian = rf"|{_LEAD}\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?{_TAIL}\Z" if decimal == "." else ""
    return (
        rf"{_LEAD}{whole}{point}(?:\d+|[-−–—]{{1,2}}){_TAIL}\Z|{_LEAD}\d{{1,3}}(?:{group}\d{{3}}){{2}}{_TAIL}\Z{indian}"
    )


# Compiled once: arrow would compile them at every call, which takes longer than a sample takes to match.
_EITHER = {sign: re.compile(_either(sign), re.ASCII) for sign in ",."}
_WRITTEN = {sign: re.compile(_written(sign), re.ASCII) for sign in ",."}
