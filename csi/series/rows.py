"""The rows of one source that count: deliveries joined, duplicates resolved; what a KPI cannot use it says itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.definition import Duration, SourceDefinition, StudyDefinition
from csi.reading.mending import without_mended
from csi.reading.placeholders import Placeholders, together
from csi.reading.reading import QUARANTINE_COLUMNS, REFUSED, Reading
from csi.reading.repeats import Repeats, repeats_of
from csi.series.column_kinds import columns_needed
from csi.series.columns import columns_kept, columns_read, moment_of_row
from csi.series.duplicates import Resolved, resolve
from csi.series.further_moments import Further, further_of
from csi.series.grouping import held_of
from csi.series.overlapping import Delivery, InMemory, Shared, shared_rows
from csi.series.swapped import backward_rows
from csi.series.versions import is_unread, version_of

QUARANTINE = ("batch", *QUARANTINE_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRows:
    """The rows of one source after duplicates.

    Attributes:
        frame: rows that count, in delivery order.
        rows_kept: how many they are.
        batch, line: of each row of ``frame``: which delivery (0-based), which line of it.
        resolved: how the duplicates were told apart.
        quarantine: columns ``batch, line, column, value, reason, expected``: rows and cells that could not be read.
        conflicts: the same, of rows that share key and version with another but not the content.
        rows_read, unreadable: how many rows; of the latter those refused as a whole.
        no_rows: how many of these are no rows of the table, as totals and notes.
        refused_cells: how many cells could not be read of the others.
        doubtful: per moment column, ambiguous and non-existent local times.
        backward: per pair of moments a value lies between, rows that end before they begin, of how many with both.
        placeholders: per moment column, the dates that stand for "not yet" and are missing.
        sha256: of the delivery, or of the list of deliveries.
        sampled: the rows of ``frame`` (by position) that tell what the file covers.
        further: per column that the study does not name the moments of these rows (int64 us; missing: none).
        shared: rows that stand alike in two deliveries; looked for where no column names a case.
        repeats: per delivery that has some its rows that repeat earlier ones; looked for where no column names a case.
        groups: of these rows the columns that split them into a few groups, by their position in ``frame``.
        every: one row in how many these are.
    """

    source: SourceDefinition
    frame: pd.DataFrame
    rows_kept: int
    batch: np.ndarray
    line: np.ndarray
    resolved: Resolved
    quarantine: pd.DataFrame
    conflicts: pd.DataFrame
    rows_read: int = 0
    unreadable: int = 0
    no_rows: int = 0
    refused_cells: int = 0
    doubtful: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    placeholders: Placeholders = field(default_factory=dict)
    sha256: str = ""
    backward: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    sampled: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    further: Mapping[str, np.ndarray] = field(default_factory=dict)
    groups: pd.DataFrame = field(default_factory=pd.DataFrame)
    every: int = 1
    shared: tuple[Shared, ...] = ()
    repeats: tuple[Repeats, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """Rows as delivered, in their order, with delivery (0-based) and line of each."""

    frame: pd.DataFrame
    batch: np.ndarray
    line: np.ndarray


def source_rows(study: StudyDefinition, source: str, readings: Sequence[Reading]) -> SourceRows:
    """Join the deliveries of a source and settle which rows count. The same bytes delivered again change nothing."""
    once = _fresh(readings)
    head = next((one.frame for one in once if len(one.frame)), None)
    further = further_of(study, source, () if head is None else (head,), sum(one.rows_read for one in once))
    fresh = without_mended(once)
    delivered = _joined(fresh) if fresh else _nothing(study, source)
    settled = settle(study, source, delivered, version_of(delivered.frame, study.sources[source]), further)
    return replace(
        settled,
        resolved=replace(settled.resolved, superseded=settled.resolved.superseded + sum(one.mended for one in fresh)),
        quarantine=in_order([unreadable_of(fresh)]),
        rows_read=sum(reading.rows_read for reading in fresh),
        unreadable=sum(map(unreadable_rows, fresh)),
        no_rows=sum(one.no_rows for one in fresh),
        refused_cells=sum(cells_beside(one.quarantine, lost_lines(one)) for one in fresh),
        doubtful=added_up([reading.moments for reading in fresh]),
        placeholders=together(reading.placeholders for reading in fresh),
        sha256=sha256_of([reading.sha256 for reading in fresh]),
        shared=shared_of(study, source, [InMemory(one.frame) for one in fresh]),
        repeats=tuple(found for one in fresh if (found := repeats_of(one.prints)) is not None),
    )


def shared_of(study: StudyDefinition, source: str, deliveries: Sequence[Delivery]) -> tuple[Shared, ...]:
    """The rows that two deliveries share, by the moment that puts rows into periods; of a source with a key none."""
    moments = [moment_of_row(kpi) for kpi in study.kpis.values() if kpi.source == source]
    is_told = bool(study.sources[source].key) or len(deliveries) < 2 or not moments
    return () if is_told else shared_rows(deliveries, moments[0])


def settle(
    study: StudyDefinition, source: str, rows: Delivered, version: np.ndarray | None, further: Further
) -> SourceRows:
    """Which of some delivered rows count: all of a source's, or all that share their keys with no row elsewhere.

    All cells of a row are compared; what is kept of it are the columns the study reads.
    """
    definition = study.sources[source]
    give_back()
    resolved = resolve(rows.frame, definition.key, version, rows.batch)
    give_back()
    kept = resolved.kept
    used = {*columns_kept(study, source), *({REFUSED} & {*rows.frame.columns})}
    there = [name for name in rows.frame.columns if name in used]
    # Where a column is not there the error names all those that are.
    read = rows.frame[there] if len(there) == len(used) else rows.frame
    counts = np.zeros(len(read), dtype=bool)
    counts[kept] = True
    frame = read if len(kept) == len(read) else read[counts]
    sampled = further.sampled(rows.line[kept])
    return SourceRows(
        source=definition,
        frame=frame,
        rows_kept=len(kept),
        batch=rows.batch[kept],
        line=rows.line[kept],
        resolved=resolved,
        quarantine=in_order([]),
        conflicts=in_order([_conflicts(rows, resolved, definition, version)]),
        backward={(one.start, one.end): backward_rows(rows.frame, kept, one) for one in _durations(study, source)},
        sampled=sampled,
        further=further.moments(rows.frame, kept[sampled], definition),
        groups=held_of(rows.frame, kept, sampled, further.groups),
        every=further.every,
    )


def give_back() -> None:
    """Let go of memory that reading rows and telling keys apart left behind: together more than the rows hold."""
    pa.default_memory_pool().release_unused()


def _nothing(study: StudyDefinition, source: str) -> Delivered:
    """A source that has not delivered yet: no row of any of its columns."""
    moments, numbers = columns_needed(study, source)
    kinds = dict.fromkeys(columns_read(study, source), "str")
    kinds |= dict.fromkeys(moments, "datetime64[us, UTC]") | dict.fromkeys(numbers, "float64")
    frame = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
    return Delivered(frame, np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64))


def _fresh(readings: Sequence[Reading]) -> list[Reading]:
    """The deliveries, without those whose bytes were seen before (V3.2)."""
    seen: set[str] = set()
    fresh = []
    for reading in readings:
        if not reading.sha256 or reading.sha256 not in seen:
            fresh.append(reading)
        seen.add(reading.sha256)
    return fresh


def _joined(readings: Sequence[Reading]) -> Delivered:
    frames = [reading.frame for reading in readings]
    batch = np.repeat(np.arange(len(frames), dtype=np.int32), [len(frame) for frame in frames])
    whole = frames[0] if len(frames) == 1 else pd.concat(frames)
    return Delivered(whole, batch, whole.index.to_numpy(dtype=np.int64))


def _durations(study: StudyDefinition, source: str) -> list[Duration]:
    """Durations between two columns of the source itself."""
    values = [kpi.value for kpi in study.kpis.values() if kpi.source == source]
    return list(dict.fromkeys(value for value in values if isinstance(value, Duration)))


def unreadable_rows(reading: Reading) -> int:
    """How many rows of a delivery were refused as a whole; of one with a single unread cell the others count."""
    return len(lost_lines(reading))


def lost_lines(reading: Reading) -> np.ndarray:
    """The lines of a delivery that were refused as a whole."""
    lines = reading.quarantine["line"].unique()
    return np.asarray(lines[~np.isin(lines, reading.frame.index)], dtype=np.int64)


def cells_beside(quarantine: pd.DataFrame, lost: np.ndarray) -> int:
    """How many cells were refused of rows that were not refused as a whole."""
    return int((~quarantine["line"].isin(lost)).sum())


def unreadable_of(readings: Sequence[Reading]) -> pd.DataFrame:
    """What could not be read of several deliveries."""
    frames = [reading.quarantine.assign(batch=batch) for batch, reading in enumerate(readings)]
    return pd.concat(frames) if frames else pd.DataFrame(columns=list(QUARANTINE))


def _conflicts(
    rows: Delivered, resolved: Resolved, source: SourceDefinition, version: np.ndarray | None
) -> pd.DataFrame:
    bad = resolved.conflicts
    unread = is_unread(version[bad]) if version is not None else np.zeros(len(bad), dtype=bool)
    same = f"same {source.key} and {source.latest_by} as a later row, but other content"
    none = f"same {source.key} as a later row, but other content, and no {source.latest_by} to tell which is newer"
    return _quarantined(
        rows.batch[bad],
        rows.line[bad],
        column=source.key,
        value=rows.frame[source.key].iloc[bad] if len(bad) else [],
        reason=np.where(unread, none, same),
        expected="one content per version",
    )


def _quarantined(batch: np.ndarray, line: np.ndarray, *, column: str, **cells: object) -> pd.DataFrame:
    frame = pd.DataFrame({"batch": batch, "line": line}).assign(column=column)
    for name, values in cells.items():
        frame[name] = values if isinstance(values, str) else np.asarray(values, dtype=object)
    return frame


def in_order(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Quarantined rows by delivery and line."""
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame(columns=list(QUARANTINE))
    joined = pd.concat([frame[list(QUARANTINE)].astype(object) for frame in filled])
    return joined.sort_values(["batch", "line"], kind="stable", ignore_index=True)


def added_up(doubtful: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, dict[str, int]]:
    """Doubtful local times per column over several deliveries."""
    sums: dict[str, dict[str, int]] = {}
    for one in doubtful:
        for column, counts in one.items():
            known = sums.setdefault(column, {})
            for kind, count in counts.items():
                known[kind] = known.get(kind, 0) + count
    return sums


def sha256_of(digests: Sequence[str]) -> str:
    """Of one delivery its own; of several that of the list."""
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()
