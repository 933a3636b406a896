"""The rows of one source that count: deliveries joined, duplicates resolved, impossible rows set aside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from csi.definition import Duration, SourceDefinition, StudyDefinition
from csi.step3_gather.moments import read_moments
from csi.step3_gather.numbers import read_numbers
from csi.step3_gather.reading import QUARANTINE_COLUMNS, Reading
from csi.step4_process.columns import columns_read
from csi.step4_process.duplicates import Resolved, resolve
from csi.step4_process.periods import microseconds

_SAMPLE = 1_000  # cells that decide whether versions are numbers or moments
QUARANTINE = ("batch", *QUARANTINE_COLUMNS)


@dataclass(frozen=True, slots=True)
class SourceRows:
    """The rows of one source after duplicates.

    Attributes:
        frame: rows that count, in delivery order.
        batch, line: of each row of ``frame``: which delivery (0-based), which line of it.
        resolved: how the duplicates were told apart.
        quarantine: columns ``batch, line, column, value, reason, expected``: unreadable, conflicting, impossible.
        rows_read, unreadable, impossible: how many rows.
        doubtful: per moment column, ambiguous and non-existent local times.
        sha256: of the delivery, or of the list of deliveries.
    """

    source: SourceDefinition
    frame: pd.DataFrame
    batch: np.ndarray
    line: np.ndarray
    resolved: Resolved
    quarantine: pd.DataFrame
    rows_read: int = 0
    unreadable: int = 0
    impossible: int = 0
    doubtful: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sha256: str = ""

    @property
    def quarantined(self) -> int:
        """Rows that could not be read or cannot be true; conflicts are counted apart."""
        return self.unreadable + self.impossible


def source_rows(study: StudyDefinition, source: str, readings: Sequence[Reading]) -> SourceRows:
    """Join the deliveries of a source and settle which rows count. The same bytes delivered again change nothing.

    A row's content is what the study reads of it: rows that differ elsewhere are copies of each other here, whatever
    else a query or a file brings along.
    """
    definition = study.sources[source]
    fresh = _fresh(readings)
    frame, batch, line = _joined(fresh)
    resolved = resolve(frame, definition.key, version_of(frame, definition), columns_read(study, source))
    kept = resolved.kept
    impossible, pairs = _impossible(frame, kept, _durations(study, source))
    quarantine = [_unreadable(fresh)]
    quarantine.append(_conflicts(frame, batch, line, resolved, definition))
    quarantine += [_backward(frame, batch, line, rows, pair) for rows, pair in pairs]
    if impossible.any():
        kept = kept[~impossible]
    whole = len(kept) == len(frame)
    return SourceRows(
        source=definition,
        frame=frame if whole else frame.iloc[kept],
        batch=batch if whole else batch[kept],
        line=line if whole else line[kept],
        resolved=resolved,
        quarantine=_in_order(quarantine),
        rows_read=sum(reading.rows_read for reading in fresh),
        unreadable=sum(reading.rows_read - len(reading.frame) for reading in fresh),
        impossible=int(impossible.sum()),
        doubtful=_doubtful(fresh),
        sha256=_sha256(fresh),
    )


def _fresh(readings: Sequence[Reading]) -> list[Reading]:
    """The deliveries, without those whose bytes were seen before (V3.2)."""
    seen: set[str] = set()
    fresh = []
    for reading in readings:
        if not reading.sha256 or reading.sha256 not in seen:
            fresh.append(reading)
        seen.add(reading.sha256)
    return fresh


def _joined(readings: Sequence[Reading]) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    frames = [reading.frame for reading in readings]
    if not frames:
        return pd.DataFrame(), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int64)
    lengths = [len(frame) for frame in frames]
    batch = np.repeat(np.arange(len(frames), dtype=np.int32), lengths)
    line = np.concatenate([frame.index.to_numpy(dtype=np.int64) for frame in frames])
    return frames[0] if len(frames) == 1 else pd.concat(frames), batch, line


def version_of(frame: pd.DataFrame, source: SourceDefinition) -> np.ndarray | None:
    """One comparable number per row from the ``latest_by`` column (missing or unreadable: lowest); None without."""
    if not source.latest_by or source.latest_by not in frame.columns:
        return None
    column = frame[source.latest_by]
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.DatetimeTZDtype):
        return microseconds(column)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return np.nan_to_num(column.to_numpy(dtype=float), nan=-np.inf)
    return _of_text(column, source)


def _of_text(column: pd.Series, source: SourceDefinition) -> np.ndarray:
    cells = pa.chunked_array([pa.array(column.astype("str"), type=pa.string(), from_pandas=True)])
    sample = cells.drop_null()[:_SAMPLE]
    _, unreadable = read_numbers(sample, source.decimal or ".", ())
    if not unreadable.any():
        numbers, _ = read_numbers(cells, source.decimal or ".", ())
        return np.nan_to_num(numbers.to_numpy(dtype=float), nan=-np.inf)
    order = source.column_dates.get(source.latest_by, source.dates)
    return microseconds(read_moments(cells, order, source.timezone).instants)


def _durations(study: StudyDefinition, source: str) -> list[Duration]:
    values = [kpi.value for kpi in study.kpis.values() if kpi.source == source]
    return list(dict.fromkeys(value for value in values if isinstance(value, Duration)))


def _impossible(
    frame: pd.DataFrame, kept: np.ndarray, durations: list[Duration]
) -> tuple[np.ndarray, list[tuple[np.ndarray, Duration]]]:
    """Which kept rows end before they begin, and by which pair of columns."""
    wrong = np.zeros(len(kept), dtype=bool)
    pairs = []
    for duration in dict.fromkeys(Duration(d.start, d.end) for d in durations):
        if not {duration.start, duration.end} <= set(frame.columns):
            continue
        backward = (frame[duration.end] < frame[duration.start]).to_numpy()[kept] & ~wrong
        if backward.any():
            pairs.append((kept[backward], duration))
            wrong |= backward
    return wrong, pairs


def _unreadable(readings: Sequence[Reading]) -> pd.DataFrame:
    frames = [reading.quarantine.assign(batch=batch) for batch, reading in enumerate(readings)]
    return pd.concat(frames) if frames else pd.DataFrame(columns=list(QUARANTINE))


def _conflicts(
    frame: pd.DataFrame, batch: np.ndarray, line: np.ndarray, resolved: Resolved, source: SourceDefinition
) -> pd.DataFrame:
    rows = resolved.conflicts
    return _quarantined(
        batch[rows],
        line[rows],
        column=source.key,
        value=frame[source.key].iloc[rows] if len(rows) else [],
        reason=f"same {source.key} and {source.latest_by} as a later row, but other content",
        expected="one content per version",
    )


def _backward(
    frame: pd.DataFrame, batch: np.ndarray, line: np.ndarray, rows: np.ndarray, pair: Duration
) -> pd.DataFrame:
    return _quarantined(
        batch[rows],
        line[rows],
        column=pair.end,
        value=frame[pair.end].iloc[rows].astype("str"),
        reason=f"{pair.end} lies before {pair.start}",
        expected=f"a moment not before {pair.start}",
    )


def _quarantined(batch: np.ndarray, line: np.ndarray, *, column: str, **cells: object) -> pd.DataFrame:
    frame = pd.DataFrame({"batch": batch, "line": line}).assign(column=column)
    for name, values in cells.items():
        frame[name] = values if isinstance(values, str) else np.asarray(values, dtype=object)
    return frame


def _in_order(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if not filled:
        return pd.DataFrame(columns=list(QUARANTINE))
    joined = pd.concat([frame[list(QUARANTINE)].astype(object) for frame in filled])
    return joined.sort_values(["batch", "line"], kind="stable", ignore_index=True)


def _doubtful(readings: Sequence[Reading]) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    for reading in readings:
        for column, counts in reading.moments.items():
            known = sums.setdefault(column, {})
            for kind, count in counts.items():
                known[kind] = known.get(kind, 0) + count
    return sums


def _sha256(readings: Sequence[Reading]) -> str:
    if len(readings) == 1:
        return readings[0].sha256
    return hashlib.sha256("\n".join(reading.sha256 for reading in readings).encode()).hexdigest()
