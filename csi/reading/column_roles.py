"""Which columns name a case, date it, order its versions, measure it: proven by the cells, then by the names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.reading.kinds import Kind
from csi.reading.moments import read_moments
from csi.reading.name_words import says_key, says_not_its_own, says_opened, says_updated
from csi.reading.numbers import read_numbers

# Of so many cells nearly all are filled, or differ: exports hold some junk.
_NEARLY_ALL = 0.999
_IN_ORDER = 0.95
_COMPARED = 30  # columns of moments held against each other; the one that dates a row stands among the first
_LONGEST, _MOST_WORDS = 40, 3
# In fewer rows than this anything may differ by chance: there a key has to be called one.
_TELLING = 20
_VERSIONS = 24  # rows of a key on average; beyond, its values sort rows rather than name cases; ours
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"(?<!\S)[^\W\d_]{3,}(?!\S)")  # of an id at most one stands alone: Ticket 17, PRN-A 17
_WHOLE = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.,]?\d{3})*|\d+")


_CLOCKS = frozenset({"9:9", "9:9:9", "9.9.9"})  # shapes that tell a time, or how long


@dataclass(frozen=True, slots=True)
class Cells:
    """What the cells of one column show: ``values`` where filled, None elsewhere; one per sampled row."""

    name: str
    kind: Kind
    values: tuple[str | None, ...]

    @classmethod
    def of(cls, name: str, kind: Kind, cells: Sequence[str], missing: Sequence[str]) -> Cells:
        """A column of a sample, without the markers of what is missing."""
        hidden = {"", *missing}
        bare = (cell.strip() for cell in cells)
        return cls(name, kind, tuple(None if cell in hidden else cell for cell in bare))

    @property
    def filled(self) -> list[str]:
        """The cells that hold something."""
        return [value for value in self.values if value is not None]

    @property
    def distinct(self) -> int:
        """How many of these differ."""
        return len(set(self.filled))

    def could_be_key(self, rows: int) -> bool:
        """Whether every row has a value of its own that is no moment, no measure and no sentence."""
        filled = self.filled
        if not filled or len(filled) < _NEARLY_ALL * rows or self.distinct < _NEARLY_ALL * len(filled):
            return False
        return self.is_short()

    def is_short(self) -> bool:
        """Whether its cells are of the kind that names something: whole numbers or short texts."""
        filled = self.filled
        if self.kind.name == "number":
            return all(map(_WHOLE.fullmatch, filled))
        lengths, words = sum(map(len, filled)), sum(len(text.split()) for text in filled)
        is_brief = lengths <= _LONGEST * len(filled) and words <= _MOST_WORDS * len(filled)
        return self.kind.name == "text" and bool(filled) and is_brief

    def is_counted_on(self) -> bool:
        """Whether its texts hold digits and are alike but for these, as ids are."""
        shapes = {_DIGITS.sub("9", text) for text in self.filled}
        if shapes <= _CLOCKS:
            return False
        return self.kind.name == "text" and len(shapes) <= 3 and all(_DIGITS.search(text) for text in self.filled)

    def is_prose(self) -> bool:
        """Whether its texts say what something is about: most have two words or more of letters side by side."""
        several = sum(len(_WORDS.findall(text)) > 1 for text in self.filled)
        return self.kind.name == "text" and 2 * several > len(self.filled)

    def is_running(self) -> bool:
        """Whether it only numbers the rows: each one more, or one less, than the one above."""
        filled = self.filled
        if not all(text.isascii() and text.isdigit() for text in filled):
            return False
        steps = {int(below[:18]) - int(above[:18]) for above, below in pairwise(filled)}
        return steps <= {1} or steps <= {-1}


def key_of(columns: Sequence[Cells], rows: int) -> str:
    """The column with one value a row that best names a case; empty where none is proven to.

    A column called as other people's ids are is none, one that only numbers the rows is taken where nothing else would
    do, and what reads as a subject (``Laptop 17 broken``) after that.
    """
    ranked = []
    for place, column in enumerate(columns):
        said = says_key(column.name)
        if said >= 0 and column.could_be_key(rows) and (said > 0 or (rows >= _TELLING and column.is_counted_on())):
            is_id = (not column.is_prose(), not column.is_running())
            ranked.append((*is_id, said, column.is_counted_on(), -place, column.name))
    return max(ranked)[-1] if ranked else ""


def log_of(columns: Sequence[Cells], rows: int, decimal: str) -> tuple[str, str]:
    """The key of a log with several rows a case, and the column that orders the rows of each; empty where none does."""
    versions = [column for column in columns if says_updated(column.name) and column.kind.name in ("moment", "number")]
    opened = [column for column in columns if says_opened(column.name) and column.kind.name == "moment"]
    keys = [column for column in columns if says_key(column.name) > 0 and column.is_short()]
    for key in sorted(keys, key=lambda column: (-says_key(column.name), -column.distinct)):
        if len(key.filled) >= _NEARLY_ALL * rows and _names_cases(key, opened):
            any_order = _begun_once(key, opened)
            shares = [(_in_order(key, version, decimal, any_order=any_order), version.name) for version in versions]
            best, name = max(shares, key=lambda one: one[0], default=(0.0, ""))
            if best >= _IN_ORDER:
                return key.name, name
    return "", ""


def _names_cases(key: Cells, opened: Sequence[Cells]) -> bool:
    """Whether rows of one value can be versions of one case: it was opened once, and its versions are not all there is.

    Yes and no, kinds and grades repeat for other reasons: they have fewer values than rows of each, or dozens of these.
    """
    distinct, filled = key.distinct, len(key.filled)
    if not 1 < distinct < filled or filled > _VERSIONS * distinct or filled > distinct * distinct:
        return False
    return all(_share_opened(key, one) >= _IN_ORDER for one in opened)


def _share_opened(key: Cells, opened: Cells) -> float:
    """The share of keys whose rows were all opened at one moment."""
    frame = pd.DataFrame({"key": key.values, "opened": opened.values}).dropna()
    return float((frame.groupby("key")["opened"].nunique() == 1).mean()) if len(frame) else 1.0


def _begun_once(key: Cells, opened: Sequence[Cells]) -> bool:
    """Whether rows that share a key share the moment it was opened, too, and others were opened at others: then they
    are versions of a case in whichever order they stand."""
    for one in opened:
        frame = pd.DataFrame({"key": key.values, "opened": one.values}).dropna()
        several = frame[frame["key"].duplicated(keep=False)]
        moments = several.groupby("key")["opened"].nunique()
        if several["opened"].nunique() > 1 and float((moments == 1).mean()) >= _IN_ORDER:
            return True
    return False


def _in_order(key: Cells, version: Cells, decimal: str, *, any_order: bool = False) -> float:
    """The share of neighbouring rows of a key of which the later in the file is the later version, or the earlier.

    ``any_order``: whatever their lines are in: the share of versions that are not those of another row of the key.
    """
    numbers = _ordered(version, decimal)
    frame = pd.DataFrame({"key": key.values, "version": numbers}).dropna()
    if any_order:
        frame = frame.sort_values("version")
    steps = frame.groupby("key", sort=False)["version"].diff().dropna()
    if not len(steps):
        return 0.0
    return max(float((steps > 0).mean()), float((steps < 0).mean()))


def _ordered(column: Cells, decimal: str) -> np.ndarray:
    """The cells as numbers that can be compared; NaN where missing."""
    texts = pa.chunked_array([pa.array(column.values, pa.string())])
    if column.kind.name == "number":
        return read_numbers(texts, decimal, ())[0].to_numpy(dtype=float)
    instants = pd.Series(read_moments(texts, column.kind.dates, "UTC").instants)
    return np.where(instants.isna(), np.nan, instants.astype("int64").to_numpy(dtype=float))


def moment_of(columns: Sequence[Cells], updated: str) -> str:
    """The moment that dates a row: called the beginning, else the one before most of the others; empty where none is.

    A moment to come (due, valid until) or of something else (a birthday, when it was viewed) dates no row.
    """
    own = [
        one for one in columns if one.kind.name == "moment" and not says_not_its_own(one.name) and one.name != updated
    ]
    begun = [one for one in own if says_opened(one.name)]
    if begun or len(own) < 2:
        return next((one.name for one in begun or own), "")
    own = own[:_COMPARED]
    instants = {one.name: _ordered(one, ".") for one in own}
    return max(own, key=lambda one: _before_others(one.name, instants)).name


def _before_others(name: str, instants: Mapping[str, np.ndarray]) -> float:
    """The mean share of rows in which a moment lies before, less that in which it lies behind another."""
    mine = instants[name]
    shares = [
        float((mine < other).sum() - (mine > other).sum()) / max(1, int((~np.isnan(mine) & ~np.isnan(other)).sum()))
        for other in (values for one, values in instants.items() if one != name)
    ]
    return float(np.mean(shares))


def roles_of(columns: Sequence[Cells], rows: int, decimal: str) -> dict[str, str]:
    """Per column the role it most likely has, each role once at most: id, updated, moment, value."""
    log, version = "", ""
    key = key_of(columns, rows)
    if not key:
        log, version = log_of(columns, rows, decimal)
    updated = version or next((c.name for c in columns if c.kind.name == "moment" and says_updated(c.name)), "")
    moment = moment_of(columns, updated)
    value = next((c.name for c in columns if _measures(c) and c.name not in (key, log, updated)), "")
    found = {moment: "moment", updated: "updated", key or log: "id", value: "value"}
    return {name: role for name, role in found.items() if name}


def _measures(column: Cells) -> bool:
    """Whether a number is a measure: no id, by its name, and not the same in all rows."""
    return column.kind.name == "number" and says_key(column.name) == 0 and not says_updated(column.name)
