"""One file looked at for a study: how it is laid out, and what each of its columns holds when it is read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from math import inf
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.definition import SourceDefinition
from csi.reading.cells import text_cells
from csi.reading.exports import quoting
from csi.reading.far_dates import Beside, Far, far_dates, newest_days, without_far
from csi.reading.layout import Layout
from csi.reading.mixed_currencies import mixture
from csi.reading.mixed_orders import check_one_order
from csi.reading.moments import Moments, read_moments
from csi.reading.name_words import says_measure, says_unit
from csi.reading.placeholders import without_placeholders
from csi.reading.proposing import proposed
from csi.reading.quantities import PLAIN, Written, read_quantities, written
from csi.reading.ratings import MOST as MOST_VALUES
from csi.reading.readers import in_some_encoding, stream
from csi.reading.swapped import check_swapped
from csi.reading.wide import shape_of
from csi.study.drafting.ordered import Ordered, ordered
from csi.study.drafting.parts import Part, merged

Said = Callable[[SourceDefinition], SourceDefinition]
MOST_ROWS = 200_000  # rows looked at; ours. The study reads all of them
_TOLD = 3  # numbers told of a column; ours
_SERIES = 40  # of a table of periods; ours
_NEARLY_ALL = 0.98  # of the rows, for a date and the time beside it to be one moment; ours
_MOST_READABLE = 0.5  # of a column's cells, for it to be proposed as one of moments


@dataclass(frozen=True, slots=True)
class Held:
    """What a column holds: typed values, how many cells hold something, and how many of these could be read.

    ``mixed``: of amounts in several currencies, which and where.
    """

    values: np.ndarray
    filled: int
    readable: int
    mixed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file and what it shows.

    Attributes:
        id: the source's name in the study.
        path: the file, or the first of several of one layout: ``parts`` are all that is read, with their sheets.
        layout, source: how it is laid out, and the mapping that this suggests.
        rows: how many rows were looked at; ``whole``: whether that is all of them.
        lengths: how many of these are of each part.
        repeats: how many rows are those of another to the letter.
        series: of a table of periods, in which rows are figures of several things, the cells (column → cell) that tell
            each from the others.
        split: whether the key tells the rows of each part apart, but not those of all of them.
        distinct: how many different values each column holds, of those looked at.
        filled: how many cells of each column hold something.
        values: what columns of few different texts hold, the most frequent first.
        moments, numbers: columns that read as such.
        open: columns of dates that read in several orders: ``orders``.
        far: per column of moments the dates far from all others that rows share.
        nothing: per column of moments the dates that databases write for "not yet", by their text, and in how many
            rows each stands.
        units_beside: of each series (its cells) what a column called unit says in all of its rows.
        forms: how the numbers of each column are written, of melted ones too.
        zeros: columns of whole numbers of which some begin with a zero.
    """

    id: str
    path: Path
    layout: Layout
    source: SourceDefinition
    rows: int
    whole: bool
    distinct: Mapping[str, int]
    filled: Mapping[str, int]
    moments: Mapping[str, Held]
    numbers: Mapping[str, Held]
    open: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    far: Mapping[str, Sequence[Far]] = field(default_factory=dict)
    nothing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    forms: Mapping[str, Written] = field(default_factory=dict)
    zeros: frozenset[str] = frozenset()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    lengths: tuple[int, ...] = ()
    repeats: int = 0
    split: bool = False
    series: tuple[Mapping[str, str], ...] = ()
    units_beside: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The column proposed as the natural id, where its values bear it out."""
        return self.source.key if self.is_key(self.source.key) else ""

    def values_of(self, name: str) -> tuple[str, ...]:
        """The different numbers of a column, as people write them, the first few."""
        known = np.unique(self.numbers[name].values)
        return tuple(f"{one:g}" for one in known[~np.isnan(known)][:_TOLD])

    def is_key(self, name: str) -> bool:
        """Whether every row has a value of its own in a column, or several rows of one are told apart in time."""
        if not name or self.filled.get(name, 0) < self.rows:
            return False
        return self.distinct[name] == self.rows - self.repeats or bool(
            self.source.latest_by and self.source.latest_by in self.moments
        )


def looked(parts: Sequence[Part], id: str, timezone: str, said: Said = lambda guessed: guessed) -> Looked:
    """Look at a file, or at several files or sheets of one layout; ``said`` is what a person says of the mapping that
    suggests itself.

    Raises:
        InvalidInput: one is no table, or holds no row.
    """
    layout = merged([part.layout for part in parts])
    source = said(replace(proposed(layout, timezone), id=id, file=parts[0].path.name))
    told = _ordered(parts, layout, source)
    found = _looked(parts, layout, told)
    alone = _unjoined(told.source)
    return found if alone is None or _joins(found) else _looked(parts, layout, replace(told, source=alone))


def _ordered(parts: Sequence[Part], layout: Layout, source: SourceDefinition) -> Ordered:
    """The mapping with the order of dates that the first rows leave open, by all rows of these columns."""
    if not layout.ambiguous:
        return Ordered(source)
    bare = replace(source, options={})
    frame = pd.concat([_first(part, bare, columns=layout.ambiguous) for part in parts])
    return ordered(layout, source, {name: text_cells(frame[name]) for name in layout.ambiguous if name in frame})


def _joins(found: Looked) -> bool:
    """Whether a date and what looks like a time of day beside it are moments in nearly all rows."""
    held = [found.moments.get(name) for name in found.source.options["join"]]
    return all(one is not None and one.readable >= _NEARLY_ALL * one.filled for one in held)


def _unjoined(source: SourceDefinition) -> SourceDefinition | None:
    """The source with its dates alone; None where nothing, or columns that became rows, are joined."""
    joined = source.options.get("join")
    if not joined or "melt" in source.options:
        return None
    options = {key: value for key, value in source.options.items() if key != "join"}
    dates = [parts[0] for parts in joined.values()]
    kept = [name for name in options.get("moments", ()) if name not in joined]
    return replace(source, options={**options, "moments": [*dates, *kept]})


def _looked(parts: Sequence[Part], layout: Layout, told: Ordered) -> Looked:
    """What the columns hold when files are read by a mapping."""
    source = told.source
    frames, whole = _rows(parts, source)
    frame = pd.concat(frames)
    columns = [str(name) for name in frame.columns]
    cells = {name: text_cells(frame[name]) for name in columns}
    dated = _dated(layout, source, columns)
    moments = {name: _moments(cells[name], frame.index.to_numpy(), source, name) for name in dated}
    moments = {name: held for name, held in moments.items() if held.readable > _MOST_READABLE * held.filled}
    melted = shape_of(source.options)
    kinds = [column.name for column in layout.columns if column.kind == "number"]
    joined = {name for names in melted.join.values() for name in names}
    counted = [name for name in ([melted.value] if melted.keep else kinds) if name in cells and name not in joined]
    forms = {column.name: column.written for column in layout.columns}
    for name, unit in (source.options.get("units") or {}).items():
        if name in cells and name in counted:
            forms[name] = written(name, cells[name].combine_chunks(), source.decimal or ".", unit)
    if melted.keep and melted.value in cells:
        forms[melted.value] = written(melted.value, cells[melted.value].combine_chunks(), source.decimal or ".")
    lines = frame.index.to_numpy()
    undated = [name for name in counted if name not in moments]
    numbers = {name: _numbers(cells[name], lines, source, forms.get(name, PLAIN)) for name in undated}
    distinct = {name: int(frame[name].nunique()) for name in columns}
    few = [name for name in columns if 1 < distinct[name] <= MOST_VALUES]
    series = _series(frame, source, few, list(moments), list(numbers))
    return Looked(
        id=source.id,
        path=parts[0].path,
        layout=layout,
        source=source,
        rows=len(frame),
        whole=whole,
        distinct=distinct,
        filled={name: int(frame[name].notna().sum()) for name in columns},
        moments=moments,
        numbers=numbers,
        open=told.open,
        orders=told.orders,
        far=_far({name: cells[name] for name in moments}, source),
        nothing={name: held for name in moments if (held := _nothing(cells[name], source, name))},
        forms=forms,
        zeros=frozenset(name for name in numbers if _begins_with_zero(cells[name])),
        values={name: tuple(map(str, frame[name].value_counts().index)) for name in few},
        parts=tuple(parts),
        lengths=tuple(map(len, frames)),
        repeats=int(frame.duplicated().sum()),
        split=_is_split(frames, frame, source.key),
        series=series,
        units_beside=_units_beside(frame, series),
    )


def _series(
    frame: pd.DataFrame, source: SourceDefinition, few: Sequence[str], dated: Sequence[str], numbers: Sequence[str]
) -> tuple[Mapping[str, str], ...]:
    """What tells the series of a table of periods apart: the labels of rows whose periods stand side by side, or the
    one column that names measures, with one figure of each a period."""
    shape = shape_of(source.options)
    parts = {part for names in shape.join.values() for part in names}
    labels = [name for name in shape.keep if name not in parts and name not in dated and quoting.is_sayable(name)]
    labels = _needed(labels, frame, dated)
    if not shape.keep and len(numbers) == 1 and len(dated) == 1:
        named = [name for name in few if says_measure(name) and quoting.is_sayable(name)]
        labels = [name for name in named if not frame.duplicated([name, *dated]).any()][:1]
    if not labels:
        return ()
    different = frame[labels].dropna().drop_duplicates()
    return tuple(dict(zip(labels, map(str, cells), strict=True)) for cells in different.iloc[:_SERIES].to_numpy())


def _units_beside(frame: pd.DataFrame, series: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], str]:
    """Of each series, by its cells, the one text that a column called unit holds in its rows."""
    column = next((str(name) for name in frame.columns if says_unit(str(name))), "")
    found = {}
    for cells in series if column else ():
        rows = (frame[list(cells)] == pd.Series(cells)).all(axis=1)
        told = frame.loc[rows, column].dropna().unique()
        if len(told) == 1:
            found[tuple(cells.values())] = str(told[0]).strip()
    return found


def _needed(labels: Sequence[str], frame: pd.DataFrame, dated: Sequence[str]) -> list[str]:
    """The labels without those that hold figures (totals, targets, numbers of lines) and tell no two series apart that
    the others leave alike: the next delivery has other figures."""
    kept = list(labels)
    for label in labels:
        others = [name for name in kept if name != label]
        if others and _are_figures(frame[label].dropna()) and not frame.duplicated([*others, *dated]).any():
            kept = others
    return kept


def _are_figures(cells: pd.Series) -> bool:
    return bool(len(cells)) and all(
        any(map(str.isdigit, text)) and not any(map(str.isalpha, text)) for text in map(str, cells.unique())
    )


def first_rows(file: Looked) -> pd.DataFrame:
    """The first rows of a file as text."""
    return _first(file.parts[0], file.source, 1)


def _rows(parts: Sequence[Part], source: SourceDefinition) -> tuple[list[pd.DataFrame], bool]:
    """The first rows of each part as text, and whether these are all."""
    most = MOST_ROWS // len(parts)
    frames = [_first(part, source, most) for part in parts]
    return [frame.iloc[:most] for frame in frames], all(len(frame) < most for frame in frames)


def _first(
    part: Part, source: SourceDefinition, most: float = inf, columns: Collection[str] | None = None
) -> pd.DataFrame:
    def read(tried: SourceDefinition) -> list[pd.DataFrame]:
        found: list[pd.DataFrame] = []
        given = stream(part.path, tried, moments=(), numbers=(), filename=part.path.name, columns=columns)
        for one in takewhile(lambda _: sum(map(len, found)) < most, given):
            found.append(one.frame)
        return found

    return pd.concat(in_some_encoding(replace(source, sheet=part.sheet or None), read))


def _is_split(frames: Sequence[pd.DataFrame], whole: pd.DataFrame, key: str) -> bool:
    """Whether each part has a key of its own that names other cases in the next."""
    if len(frames) < 2 or key not in whole:
        return False
    own = [frame.drop_duplicates() for frame in frames]
    is_keyed = all(frame[key].nunique() == len(frame) for frame in own)
    return is_keyed and whole[key].nunique() < len(whole.drop_duplicates())


def _dated(layout: Layout, source: SourceDefinition, columns: Sequence[str]) -> list[str]:
    """The columns that may hold moments: the mapping's own first, then what looks like one."""
    shape = shape_of(source.options)
    parts = {part for names in shape.join.values() for part in names}
    kinds = [column.name for column in layout.columns if column.kind == "moment"]
    wanted = [*source.options.get("moments", ()), *(name for name in kinds if name not in parts)]
    return [name for name in dict.fromkeys(wanted) if name in columns]


def _read(cells: pa.ChunkedArray, source: SourceDefinition, name: str) -> Moments:
    return read_moments(cells, source.order_of(name), source.zone_of(name))


def _far(cells: Mapping[str, pa.ChunkedArray], source: SourceDefinition) -> dict[str, tuple[Far, ...]]:
    """Per column of moments that has any its far dates that rows share: of one in a single row nothing is asked."""
    reads = {
        name: without_placeholders(one, _read(one, source, name), np.arange(len(one)))[0]
        for name, one in cells.items()
        if not source.is_meant(name)
    }
    newest = newest_days(reads)
    found = {name: far_dates(cells[name], read, Beside(name, newest[name])) for name, read in reads.items()}
    shared = {name: tuple(one for one in every if one.count > 1) for name, every in found.items()}
    return {name: every for name, every in shared.items() if every}


def _nothing(cells: pa.ChunkedArray, source: SourceDefinition, name: str) -> dict[str, int]:
    """The dates of a column that are taken for "not yet", unless a person says that they are real."""
    if source.is_meant(name):
        return {}
    told = without_placeholders(cells, _read(cells, source, name), np.arange(len(cells)))[1]
    return {text: one.count for text, one in told.items()}


def _moments(cells: pa.ChunkedArray, lines: np.ndarray, source: SourceDefinition, name: str) -> Held:
    if not source.is_meant(name):
        check_swapped(name, cells)
        check_one_order(name, cells, lines, source.order_of(name))
    read = _happened(cells, lines, source, name)
    instants = read.instants.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    filled = len(cells) - cells.null_count
    return Held(instants, filled, filled - int(read.unreadable.sum()))


def _happened(cells: pa.ChunkedArray, lines: np.ndarray, source: SourceDefinition, name: str) -> Moments:
    """The moments of a column without the dates that stand for "not yet" or may do so."""
    read = _read(cells, source, name)
    if source.is_meant(name):
        return read
    return without_far(cells, without_placeholders(cells, read, lines)[0])[0]


def every_moment(file: Looked, name: str) -> np.ndarray:
    """The moments of a column in all rows of its file, not only in those that were looked at (datetime64, UTC)."""
    if file.whole:
        return file.moments[name].values
    shape = shape_of(file.source.options)
    is_plain = name in file.layout.names and name not in shape.join and not shape.keep
    source = replace(file.source, options={}) if is_plain else file.source
    columns = [name] if is_plain else None
    cells = text_cells(pd.concat([_first(part, source, columns=columns)[name] for part in file.parts]))
    read = _happened(cells, np.arange(len(cells)), file.source, name)
    return read.instants.dt.tz_localize(None).to_numpy()


def _numbers(cells: pa.ChunkedArray, lines: np.ndarray, source: SourceDefinition, form: Written) -> Held:
    decimal = source.decimal or "."
    values, unreadable = read_quantities(cells, decimal, source.missing, form)
    filled = len(cells) - cells.null_count
    mixed = mixture(cells, lines, unreadable, decimal, form)
    return Held(values.to_numpy(dtype=float), filled, filled - int(unreadable.sum()), mixed)


def _begins_with_zero(cells: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, r"^\s*0[0-9]+\s*$")).as_py())
