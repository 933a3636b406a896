"""Step 4 over partitions, whatever runs them: each function takes one partition, or merges the results of all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from csi.definition import KpiDefinition, SourceDefinition, StudyDefinition
from csi.errors import InvalidInput
from csi.reading.content import Content
from csi.reading.mending import mended_of, without_escapes
from csi.reading.placeholders import Placeholders
from csi.reading.placeholders import together as all_placeholders
from csi.reading.readers import in_some_encoding, stream
from csi.reading.reading import Reading
from csi.reading.repeats import Repeats, repeats_of
from csi.series import further_moments, portion
from csi.series.axis import Axis
from csi.series.column_kinds import flag_columns
from csi.series.columns import columns_wanted
from csi.series.duplicates import Resolved
from csi.series.found_units import Found, found_in, together
from csi.series.further_moments import Further, further_of
from csi.series.ground import Ground, Span, Time, joined, moments_of, over, spans_of
from csi.series.links import Pairs
from csi.series.pipeline import each, portion_of
from csi.series.portion import Portion
from csi.series.quantiles import quantile
from csi.series.rows import (
    Delivered,
    SourceRows,
    added_up,
    cells_beside,
    in_order,
    lost_lines,
    settle,
    sha256_of,
    unreadable_of,
)
from csi.series.strata import distinct, names_of
from csi.series.stray import End, ends_of
from csi.series.swapped import added
from csi.series.truths import Words, united
from csi.series.versions import order_of, version_of
from csi.series.written import words_of_columns

BATCH, LINE = "__batch__", "__line__"
GROUP, VALUE = "group", "value"


@dataclass(frozen=True, slots=True)
class Task:
    """One delivery to be read: its file, how, and which columns are moments and numbers; is it one among others?"""

    path: Path
    source: SourceDefinition
    moments: tuple[str, ...]
    numbers: tuple[str, ...]
    among_others: bool = False

    @property
    def told(self) -> str:
        """The file as an error names it: as the study does, or the one that fits its pattern; of several its sheet."""
        said = self.source.file
        file = said if not said or said.endswith(self.path.name) else self.path.name
        return f"{file}, sheet {self.source.sheet}" if self._is_of_several_sheets() else file

    def digest(self, sha256: str) -> str:
        """What tells this delivery from others, by the hash of its file: of a workbook's sheets each is one."""
        own = f"{sha256}\n{self.source.sheet}"
        return hashlib.sha256(own.encode()).hexdigest() if self._is_of_several_sheets() else sha256

    def _is_of_several_sheets(self) -> bool:
        return bool(self.source.options.get("sheets"))


def require_rows(source: SourceDefinition, rows_read: Sequence[int]) -> None:
    """A file without a row is a period without events, where others of its set hold some.

    Raises:
        InvalidInput: none does.
    """
    if len(rows_read) > 1 and not any(rows_read):
        reason = f"none of its {len(rows_read)} files holds a row below its header. Expected at least one."
        raise InvalidInput(source.file, reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spilled:
    """A delivery read in parts of bounded size, typed rows kept as files; or why it could not be read.

    ``lost`` are the lines refused as a whole, ``no_rows`` of them no rows of the table; ``mends`` says which lines of
    which deliveries it puts right, ``mended`` which of its own a later one does.
    """

    parts: tuple[Path, ...] = ()
    rows_read: int = 0
    lost: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    no_rows: int = 0
    quarantine: pd.DataFrame | None = None
    doubtful: Mapping[str, Mapping[str, int]] | None = None
    placeholders: Placeholders | None = None
    sha256: str = ""
    order: str = ""
    mends: Mapping[str, Sequence[int]] = field(default_factory=dict)
    mended: frozenset[int] = frozenset()
    failure: tuple[str, str] | None = None
    found: Found = field(default_factory=Found)
    repeats: Repeats | None = None


def spill(task: Task, study: StudyDefinition, folder: Path, batch: int) -> Spilled:
    """Read one delivery into files of typed rows, a bounded part at a time."""
    try:
        return in_some_encoding(task.source, lambda tried: _spilled(task, tried, study, folder, batch))
    except InvalidInput as error:  # told as a value: an error of two arguments does not survive the way back
        return Spilled(failure=(error.field, error.reason))


def _spilled(task: Task, source: SourceDefinition, study: StudyDefinition, folder: Path, batch: int) -> Spilled:
    columns = columns_wanted(study, source.id)
    parts, readings, lost, mends, found = [], [], [], [], []
    order = ""
    content, form = without_escapes(task.path, source)
    given = stream(
        content,
        form,
        moments=task.moments,
        numbers=task.numbers,
        filename=task.told,
        columns=columns,
        may_be_empty=task.among_others,
        further=further_moments.read_besides(study, source.id),
    )
    for number, reading in enumerate(given):
        if not order and _has_text_version(reading.frame, source):
            order = order_of(reading.frame, source)
        path = folder / f"{batch:06}-{number:06}.parquet"
        frame = reading.frame.reset_index(names=LINE)
        frame[BATCH] = np.int32(batch)
        frame.to_parquet(path, index=False)
        parts.append(path)
        lost.append(lost_lines(reading))
        mends.append(mended_of(reading))
        found.append(found_in(reading.units, reading.frame, study, source.id))
        readings.append(replace(reading, frame=reading.frame.iloc[:0]))
    return Spilled(
        parts=tuple(parts),
        rows_read=sum(reading.rows_read for reading in readings),
        lost=np.concatenate(lost),
        no_rows=sum(reading.no_rows for reading in readings),
        mends={short: [line for one in mends for line in one.get(short, ())] for one in mends for short in one},
        quarantine=pd.concat([reading.quarantine for reading in readings], ignore_index=True),
        doubtful=added_up([reading.moments for reading in readings]),
        placeholders=all_placeholders(reading.placeholders for reading in readings),
        sha256=task.digest(Content(task.path).sha256()),
        order=order,
        found=together(found),
        repeats=repeats_of([prints for reading in readings for prints in reading.prints]),
    )


def without_mended(read: Sequence[Spilled]) -> list[Spilled]:
    """Deliveries with the lines that a later one brings back mended noted and out of quarantine."""
    return [_without(one, read[place + 1 :]) for place, one in enumerate(read)]


def _without(one: Spilled, later: Sequence[Spilled]) -> Spilled:
    mended = frozenset(line for other in later for line in other.mends.get(one.sha256[:12], ()))
    if not mended or one.quarantine is None:
        return one
    gone = sorted(mended)
    rest = one.quarantine[~one.quarantine["line"].isin(gone)]
    return replace(one, mended=mended, lost=one.lost[~np.isin(one.lost, gone)], quarantine=rest)


def _has_text_version(frame: pd.DataFrame, source: SourceDefinition) -> bool:
    name = source.latest_by
    return (
        bool(name and source.key) and isinstance(frame[name].dtype, pd.StringDtype) and bool(frame[name].notna().any())
    )


def part(path: Path) -> pd.DataFrame:
    """One part's rows."""
    return pd.read_parquet(path)


def columns_of_all(paths: Sequence[Path]) -> pd.DataFrame:
    """No row of all columns that any part has, in the order in which they first come."""
    alike = {tuple(pq.read_schema(path).names): path for path in reversed(paths)}
    return pd.concat([part(path).iloc[:0] for path in reversed(alike.values())])


@dataclass(frozen=True, slots=True)
class Settled:
    """One partition: the rows that count, and what is known of them."""

    rows: SourceRows
    spans: Mapping[str, Span]
    strata: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Words]


def further_of_all(study: StudyDefinition, source: str, read: Sequence[Spilled]) -> Further:
    """The further moments of a source, by the first rows of its first delivery that holds any."""
    parts = next((one.parts for one in read if one.rows_read > len(one.lost)), ())
    rows_read = sum(one.rows_read for one in read)
    return further_of(study, source, (part(path).drop(columns=LINE) for path in parts), rows_read)


def settled(frame: pd.DataFrame, study: StudyDefinition, source: str, order: str, further: Further) -> Settled:
    """Settle the rows of one partition; no row outside it shares a key with one inside."""
    ordered = frame.sort_values([BATCH, LINE], kind="stable")
    bare = ordered.drop(columns=[BATCH, LINE])
    rows = Delivered(bare, ordered[BATCH].to_numpy(dtype=np.int32), ordered[LINE].to_numpy(dtype=np.int64))
    return _seen(settle(study, source, rows, version_of(bare, study.sources[source], order), further), study, source)


def _seen(rows: SourceRows, study: StudyDefinition, source: str) -> Settled:
    """What is known of some rows; of a linked source before its columns are there, of its own."""
    columns = {kpi.strata for kpi in study.kpis.values() if kpi.source == source and kpi.strata in rows.frame}
    strata = {name: distinct(rows.frame[name]) for name in columns}
    words = words_of_columns(rows.frame, flag_columns(study, source))
    return Settled(rows, spans_of(rows.frame, moments_of(study, source)), strata, words)


def in_table(one: Settled, columns: tuple[str, str]) -> pd.DataFrame:
    """The pairs in one partition of a link's table, with where each was delivered."""
    return one.rows.frame[list(dict.fromkeys(columns))].assign(**{BATCH: one.rows.batch, LINE: one.rows.line})


def table_of(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """A link's table from its partitions, in delivery order."""
    return pd.concat(parts).sort_values([BATCH, LINE], kind="stable")


def picked(one: Settled, there: Settled, pairs: Pairs) -> pd.DataFrame:
    """The rows in a partition of the other source that those of this partition lead to."""
    return pairs.found(one.rows.frame, there.rows.frame)


def beside(one: Settled, study: StudyDefinition, source: str, pairs: Pairs, found: Sequence[pd.DataFrame]) -> Settled:
    """One partition of a linked source with the other's columns; ``found`` is what each of its partitions holds."""
    frame = pairs.joined(one.rows.frame, pd.concat(found))
    return _seen(replace(one.rows, frame=frame), study, source)


def ends(one: Settled, kpi: KpiDefinition) -> list[End]:
    """Where the first and the last moment of a KPI in one partition stand."""
    return ends_of(one.rows, kpi)


def summary(one: Settled) -> Settled:
    """A partition without its rows: small enough to travel."""
    nothing = np.empty(0, dtype=np.int64)
    resolved = replace(one.rows.resolved, kept=nothing)
    rows = replace(
        one.rows,
        frame=one.rows.frame.iloc[:0],
        batch=nothing,
        line=nothing,
        resolved=resolved,
        sampled=nothing,
        further=dict.fromkeys(one.rows.further, nothing),
        groups=one.rows.groups.iloc[:0],
    )
    return replace(one, rows=rows)


def whole_source(study: StudyDefinition, source: str, parts: Sequence[Settled], read: Sequence[Spilled]) -> SourceRows:
    """What became of all rows of a source, from its partitions and its deliveries; without the rows."""
    rows = [one.rows for one in parts]
    unread = [
        Reading(frame=pd.DataFrame(), quarantine=one.quarantine, rows_read=one.rows_read)
        for one in read
        if one.quarantine is not None
    ]
    return replace(
        rows[0],
        source=study.sources[source],
        rows_kept=sum(one.rows_kept for one in rows),
        resolved=_resolved([one.resolved for one in rows], sum(len(one.mended) for one in read)),
        quarantine=in_order([unreadable_of(unread)]),
        conflicts=in_order([one.conflicts for one in rows]),
        rows_read=sum(one.rows_read for one in read),
        unreadable=sum(len(one.lost) for one in read),
        no_rows=sum(one.no_rows for one in read),
        refused_cells=sum(cells_beside(one.quarantine, one.lost) for one in read if one.quarantine is not None),
        doubtful=added_up([one.doubtful or {} for one in read]),
        placeholders=all_placeholders(one.placeholders or {} for one in read),
        sha256=sha256_of([one.sha256 for one in read]),
        backward=added(one.backward for one in rows),
        repeats=tuple(one.repeats for one in read if one.repeats is not None),
    )


def _resolved(parts: Sequence[Resolved], mended: int) -> Resolved:
    names = ("repeated", "superseded", "keys", "backwards", "unkeyed", "discarded")
    sums = {name: sum(getattr(one, name) for one in parts) for name in names}
    sums["superseded"] += mended
    conflicts = np.concatenate([one.conflicts for one in parts])
    return Resolved(kept=np.empty(0, dtype=np.intp), conflicts=conflicts, **sums)


def spans_of_all(parts: Sequence[Settled]) -> dict[str, Span]:
    """First and last moment per column over all partitions."""
    return {name: joined(one.spans[name] for one in parts) for name in parts[0].spans}


def words_of_all(parts: Sequence[Settled]) -> dict[str, Words]:
    """The different values per column that may hold yes and no, over all partitions."""
    names = dict.fromkeys(name for one in parts for name in one.words)
    return {name: united(one.words[name] for one in parts if name in one.words) for name in names}


def strata_of_all(parts: Sequence[Settled], column: str) -> tuple[str, ...]:
    """The strata of a column over all partitions; none when there are too many."""
    return names_of([name for one in parts for name in one.strata.get(column, ())])


@dataclass(frozen=True, slots=True)
class Wanted:
    """One KPI (or one stratum of it) over its periods; ``offset`` numbers its periods among those of all."""

    kpi: KpiDefinition
    axis: Axis
    offset: int


@dataclass(frozen=True, slots=True)
class Given:
    """What one partition gives: a portion per wanted KPI, and the raw values of those that need all of them."""

    portions: tuple[Portion, ...]
    raw: pd.DataFrame


def given(one: Settled, study: StudyDefinition, source: str, wanted: Sequence[Wanted], time: Time) -> Given:
    """What the rows of one partition give to every KPI of its source."""
    base: Ground = over(study, {source: one.rows}, time)
    made = each((str(want.offset), partial(portion_of, base, want.kpi, want.axis)) for want in wanted)
    portions, frames = [], [_raw(0, np.empty(0, dtype=np.int64), np.empty(0))]
    for want, (kept, portion_) in zip(wanted, made.values(), strict=True):
        portions.append(portion_)
        places, values = kept.raw(want.kpi)
        if len(values):
            frames.append(_raw(want.offset, places, values))
    return Given(tuple(portions), pd.concat(frames, ignore_index=True))


def _raw(offset: int, places: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({GROUP: places.astype(np.int64) + offset, VALUE: values})


def group_quantiles(frame: pd.DataFrame, levels: np.ndarray) -> pd.DataFrame:
    """The quantile of every group that lies in this partition whole; ``levels`` says of each group which."""
    ordered = frame.sort_values(GROUP, kind="stable")
    groups, starts = np.unique(ordered[GROUP].to_numpy(), return_index=True)
    pieces = np.split(ordered[VALUE].to_numpy(), starts[1:]) if len(groups) else []
    found = [quantile(piece, float(levels[group])) for piece, group in zip(pieces, groups, strict=True)]
    return pd.DataFrame({GROUP: groups.astype(np.int64), VALUE: np.array(found, dtype=float)})


def merged(parts: Sequence[Given]) -> tuple[Portion, ...]:
    """Per wanted KPI the portion of all rows."""
    return tuple(portion.merged(portions) for portions in zip(*(one.portions for one in parts), strict=True))
