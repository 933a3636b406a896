"""What a sample of the file shows of a column, so that a name alone is never believed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pyarrow as pa

from csi.reading.exports.folding import folded
from csi.reading.exports.meanings import Meaning, Shape
from csi.reading.exports.profile import NO_WORDS, Known, Words
from csi.reading.kinds import KNOWN_MARKERS, Kind, guess_decimal, guess_kinds, guess_missing
from csi.reading.layout import EXAMPLE_ROWS, Column
from csi.reading.moments import read_moments
from csi.reading.quantities import unit_of

_ORDERS = ("iso", "day_first", "month_first", "year_first")
# A length of time as text: a sign, then figures with colons, ISO 8601, or figures each followed by a word.
_DURATION = re.compile(
    r"[-−]?(?:\d+(?::[0-5]?\d){1,2}(?:[.,]\d+)?|P[\dDTHMSW.,]+|(?:\d+(?:[.,]\d+)?\s*[^\W\d_]+\.?,?\s*)+)"
)


class Doubt(StrEnum):
    """Why a column's name is not believed."""

    EMPTY = "empty"  # nothing in it, so nothing is known
    NO_MOMENT = "no_moment"
    NO_NUMBER = "no_number"
    NO_DURATION = "no_duration"
    REPEATS = "repeats"  # several rows share it, and no column says which is the latest
    UNKNOWN_WORDS = "unknown_words"
    UNSAYABLE = "unsayable"  # its name has a backtick, which no condition can quote
    REVERSED = "reversed"  # it ends before it begins


@dataclass(frozen=True, slots=True)
class Sample:
    """Columns as a layout describes them, and some rows as they stand in the file."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, names: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[Column] = ()) -> Sample:
        """A sample of rows; what a layout found in a larger one is taken where it is given."""
        whole = tuple(tuple(str(cell) for cell in (*row, *[""] * len(names)))[: len(names)] for row in rows)
        return cls(_filled(columns, whole) if columns else _described(names, whole), whole)

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def cells(self, name: str) -> tuple[str, ...]:
        """Its cells in the sampled rows, empty ones too."""
        place = next(place for place, column in enumerate(self.columns) if column.name == name)
        return tuple(row[place].strip() for row in self.rows)

    def values(self, name: str, missing: Collection[str] = ()) -> tuple[str, ...]:
        """The different cells seen, without markers for nothing."""
        hidden = {"", *missing, *KNOWN_MARKERS}
        seen = (*self.column(name).examples, *self.cells(name))
        return tuple(dict.fromkeys(cell.strip() for cell in seen if cell.strip() not in hidden))


def _described(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    cells = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    decimal = guess_decimal(cells, ",")
    kinds = guess_kinds(cells, decimal, guess_missing(cells, decimal)) if rows else {}
    columns = [
        _column(name, kinds[name], cells[name], decimal) if rows else Column(name=name, kind="empty") for name in names
    ]
    return _filled(columns, rows)


def _column(name: str, kind: Kind, cells: Sequence[str], decimal: str) -> Column:
    unit = unit_of(name, cells, decimal) if kind.name == "number" else ""
    return Column(name=name, kind=kind.name, dates=kind.dates, ambiguous=kind.ambiguous, unit=unit)


def _filled(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> tuple[Column, ...]:
    """Columns with how much of them is filled and different, where their layout does not say."""
    made = []
    for place, column in enumerate(columns):
        seen = [row[place].strip() for row in rows if place < len(row) and row[place].strip()]
        own = column.examples or tuple(dict.fromkeys(seen))[:EXAMPLE_ROWS]
        told = column if column.filled else replace(column, filled=len(seen), distinct=len(set(seen)))
        made.append(replace(told, examples=own))
    return tuple(made)


def doubt_of(known: Known, name: str, sample: Sample, missing: Collection[str]) -> Doubt | None:
    """Why the cells do not bear out what the name says; None where they do."""
    column, values = sample.column(name), sample.values(name, missing)
    if column.kind == "empty" or not values:
        return Doubt.EMPTY
    fits, doubt = _TESTS.get(known.means.shape, (_anything, None))
    return None if fits(known, column, values) else doubt


def repeats(name: str, sample: Sample) -> bool:
    """Whether several rows of the sample share one value of a column."""
    column = sample.column(name)
    return column.distinct < column.filled


def _is_moment(known: Known, column: Column, values: Sequence[str]) -> bool:
    if column.kind == "moment":
        return True
    if column.kind == "number":
        return known.epoch
    if not {cell.strip() for cell in column.examples} - set(values):
        return False
    # Markers for nothing made most of the column unreadable; what is left decides.
    texts = pa.chunked_array([pa.array(list(values), pa.string())])
    return any(not read_moments(texts, order, "UTC").unreadable.any() for order in _ORDERS)


def _is_duration(known: Known, column: Column, values: Sequence[str]) -> bool:
    """Numbers only where their unit is known; text that says its unit itself."""
    if column.kind in ("number", "duration"):
        return bool(known.unit or column.unit or column.kind == "duration")
    return column.kind != "moment" and all(_DURATION.fullmatch(value) for value in values)


def _is_number(_known: Known, column: Column, _values: Sequence[str]) -> bool:
    return column.kind == "number"


def _orders_rows(_known: Known, column: Column, _values: Sequence[str]) -> bool:
    return column.kind in ("number", "moment")


def _has_words(known: Known, _column: Column, values: Sequence[str]) -> bool:
    return words_seen(known, values) != NO_WORDS


def _rates(known: Known, column: Column, values: Sequence[str]) -> bool:
    """Words that are known, or whole numbers of a scale of one to five: ``8`` is of another scale."""
    return _has_words(known, column, values) or all(_ONE_TO_FIVE.fullmatch(value) for value in values)


def _anything(_known: Known, _column: Column, _values: Sequence[str]) -> bool:
    return True


_ONE_TO_FIVE = re.compile(r"[1-5](?:[.,]0+)?")
_Test = Callable[[Known, Column, Sequence[str]], bool]
_TESTS: Mapping[Shape, tuple[_Test, Doubt]] = {
    Shape.MOMENT: (_is_moment, Doubt.NO_MOMENT),
    Shape.NUMBER: (_is_number, Doubt.NO_NUMBER),
    Shape.VERSION: (_orders_rows, Doubt.NO_NUMBER),
    Shape.DURATION: (_is_duration, Doubt.NO_DURATION),
    Shape.FLAG: (_has_words, Doubt.UNKNOWN_WORDS),
    Shape.RATING: (_rates, Doubt.UNKNOWN_WORDS),
}

# What programs write for yes and no in the languages known here; Source: GLPI, iTop, ServiceNow.
_YES = ("yes", "true", "1", "sim", "sí", "si", "oui", "ja", "tak")
_NO = ("no", "false", "0", "não", "non", "nein", "nee", "nie")


def words_seen(known: Known, values: Sequence[str]) -> Words:
    """The words for yes and for no that a column holds, as it writes them."""
    is_flag = known.means.shape is Shape.FLAG
    yes = {folded(word) for word in known.words.yes or (_YES if is_flag else ())}
    no = {folded(word) for word in known.words.no or (_NO if is_flag else ())}
    return Words(
        tuple(value for value in values if folded(value) in yes),
        tuple(value for value in values if folded(value) in no),
    )


def order_of(means: Meaning, known: Known, column: Column) -> str:
    """The order a column of moments is read in, where it is not told by the rest of the file."""
    counted = column.kind == "number" or column.dates == "epoch"
    is_epoch = means.shape is Shape.MOMENT and known.epoch and counted
    return "epoch" if is_epoch else ""
