"""The slow part of a delivery: bytes kept, read in bounded memory, typed rows and quarantine stored.

Nothing here touches the database: a delivery counts only once ``batches.record`` has written its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csi.definition import SourceDefinition
from csi.reading import layout as layouts
from csi.reading import mending, repeats, spans
from csi.reading.bounds import DEFAULT, Bounds
from csi.reading.content import Content
from csi.reading.files import FileStore, sha256_of
from csi.reading.key_counts import Keys, counted
from csi.reading.placeholders import Placeholders, together
from csi.reading.readers import in_some_encoding, stream
from csi.reading.reading import QUARANTINE_COLUMNS, REFUSED, Reading
from csi.step3_gather import sources

# Quarantined cells also kept as rows of the database, for people to look at; all of them are in the CSV.
SHOWN_CELLS = 500
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A delivery that was read and stored, ready to be recorded.

    ``cells_read`` says per typed column how many filled cells could be read, and how many could not.
    """

    filename: str
    size: int
    sha256: str
    raw_key: str
    rows_key: str
    spoiled_key: str
    mapping: Mapping[str, Any]
    moments: tuple[str, ...]
    numbers: tuple[str, ...]
    columns: tuple[str, ...]
    rows_read: int
    rows_kept: int
    spoiled_rows: int
    first_at: datetime | None
    last_at: datetime | None
    doubtful: Mapping[str, Mapping[str, int]]
    days: Mapping[str, Mapping[str, int]]
    cells: tuple[tuple[int, str, str, str, str], ...]
    cells_total: int
    mended: tuple[tuple[str, int], ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    cells_read: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    keys: Keys = field(default_factory=Keys)
    placeholders: Placeholders = field(default_factory=dict)
    no_rows: int = 0

    @property
    def left_out(self) -> int:
        """Rows that the key would leave out although they differ, with nothing to say which one is the latest."""
        return self.keys.left_out

    @property
    def lost_rows(self) -> int:
        """Rows in quarantine, without lines that are no rows of the table, as totals and notes."""
        return self.spoiled_rows - self.no_rows

    @property
    def share_spoiled(self) -> float:
        """The share of rows that is in quarantine."""
        of = self.rows_read - self.no_rows
        return self.lost_rows / of if of else 0.0


@dataclass(kw_only=True)
class _Tally:
    """What is counted while a delivery is read."""

    moments: tuple[str, ...]
    numbers: tuple[str, ...]
    zone: str
    rows_read: int = 0
    rows_kept: int = 0
    spoiled_rows: int = 0
    no_rows: int = 0
    cells_total: int = 0
    first_at: pd.Timestamp | None = None
    last_at: pd.Timestamp | None = None
    doubtful: dict[str, dict[str, int]] = field(default_factory=dict)
    days: dict[str, dict[str, int]] = field(default_factory=dict)
    cells: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    mended: list[tuple[str, int]] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    cells_read: dict[str, tuple[int, int]] = field(default_factory=dict)
    placeholders: Placeholders = field(default_factory=dict)

    def add(self, part: Reading) -> None:
        self.rows_read += part.rows_read
        self.rows_kept += len(part.frame)
        self.spoiled_rows += part.quarantine["line"].nunique()
        self.no_rows += part.no_rows
        self.cells_total += len(part.quarantine)
        self.units |= part.units
        self.placeholders = together((self.placeholders, part.placeholders))
        room = SHOWN_CELLS - len(self.cells)
        self.cells += list(part.quarantine.head(room).itertuples(index=False, name=None))
        for name, counts in part.moments.items():
            known = self.doubtful.setdefault(name, dict.fromkeys(counts, 0))
            self.doubtful[name] = {kind: known[kind] + count for kind, count in counts.items()}
        self._range(part)
        self._cells(part)
        if mending.is_mended(part.frame.columns.astype(str).tolist()):
            self.mended += mending.mended_lines(part.frame)

    def _cells(self, part: Reading) -> None:
        """Per typed column the filled cells that could be read, and those that could not."""
        refused = part.quarantine["column"].value_counts()
        for name in (*self.moments, *self.numbers):
            read, lost = self.cells_read.get(name, (0, 0))
            self.cells_read[name] = (read + int(part.frame[name].count()), lost + int(refused.get(name, 0)))

    def _range(self, part: Reading) -> None:
        for name in self.moments:
            self.days[name] = spans.added(self.days.get(name, {}), spans.days_of(part.frame[name], self.zone))
        if not self.moments or not len(part.frame):
            return
        moments = part.frame[self.moments[0]]
        ends = [moments.min(), moments.max(), self.first_at, self.last_at]
        known = [end for end in ends if end is not None and not pd.isna(end)]
        self.first_at, self.last_at = (min(known), max(known)) if known else (None, None)


def take_in(
    files: FileStore,
    team_id: str,
    content: bytes | Path,
    source: SourceDefinition,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    filename: str = "",
    bounds: Bounds = DEFAULT,
    progress: Progress | None = None,
) -> Intake:
    """Keep a delivery's bytes, read it, and store its typed rows and its quarantine.

    Args:
        files: where all of it lies.
        team_id: the workspace.
        content: the bytes as delivered, or the file that holds them.
        source: how it is to be read.
        moments: columns typed as moments; the first one dates the rows.
        numbers: columns typed as numbers.
        filename: the name it came with.
        bounds: limits beyond which it is refused.
        progress: called with the rows read so far, now and then.

    Raises:
        InvalidInput: it is no table, too large, or lacks a column.
    """
    opened = Content(content, filename, bounds)
    sha256 = opened.sha256()
    own = mending.encoding_of_mended(opened, source.encoding)
    if own or mending.is_mended(layouts.form_of(opened, source).names):
        content, source = mending.mended_bytes(opened, own), mending.as_mended(source, own)
    layout = layouts.form_of(Content(content, filename, bounds), source)
    mapping = sources.mapping_of(source)
    typed = {"moments": tuple(dict.fromkeys(moments)), "numbers": tuple(dict.fromkeys(numbers))}
    key = f"{sha256}-{sources.mapping_hash({**mapping, **typed})[:16]}"
    read = _Taking(files, team_id, key, filename, bounds, progress or _silent)
    with TemporaryDirectory(prefix="csi-intake-") as folder:
        tally = in_some_encoding(
            source, lambda tried: read.write(Path(folder), (content, tried), sha256, layout.names, **typed)
        )
        keys = counted(Path(folder) / "rows.parquet", source.key, source.latest_by)
        rows_key, spoiled_key = read.keep(Path(folder))
    raw_key = files.keep(team_id, opened.source)
    return Intake(
        filename=filename,
        size=opened.size,
        sha256=sha256,
        raw_key=raw_key,
        rows_key=rows_key,
        spoiled_key=spoiled_key if tally.cells_total else "",
        mapping=mapping,
        columns=layout.names,
        rows_read=tally.rows_read,
        rows_kept=tally.rows_kept,
        spoiled_rows=tally.spoiled_rows,
        first_at=_moment(tally.first_at),
        last_at=_moment(tally.last_at),
        doubtful=tally.doubtful,
        days=tally.days,
        cells=tuple(tally.cells),
        cells_total=tally.cells_total,
        mended=tuple(tally.mended),
        units=tally.units,
        cells_read=tally.cells_read,
        keys=keys,
        placeholders=tally.placeholders,
        no_rows=tally.no_rows,
        **typed,
    )


@dataclass(frozen=True, slots=True)
class _Taking:
    """Where the parts of one delivery are written."""

    files: FileStore
    team_id: str
    key: str
    filename: str
    bounds: Bounds
    progress: Progress

    def write(
        self,
        folder: Path,
        content: tuple[bytes | Path, SourceDefinition],
        sha256: str,
        names: tuple[str, ...],
        *,
        moments: tuple[str, ...],
        numbers: tuple[str, ...],
    ) -> _Tally:
        """Read in parts; good rows go to Parquet, the others to CSV, counts to the tally."""
        delivered, source = content
        tally = _Tally(moments=moments, numbers=numbers, zone=source.timezone)
        parts = stream(delivered, source, moments=moments, numbers=numbers, filename=self.filename, bounds=self.bounds)
        with (folder / "quarantine.csv").open("wb") as spoiled:
            rows = self._written(parts, folder / "rows.parquet", tally)
            for block in mending.quarantine_csv(sha256, rows, names):
                spoiled.write(block)
        return tally

    def _written(self, parts: Iterator[Reading], path: Path, tally: _Tally) -> Iterator[Reading]:
        writer: pq.ParquetWriter | None = None
        try:
            for part in parts:
                tally.add(part)
                table = rows_table(part.frame)
                writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
                writer.write_table(table)
                self.progress(tally.rows_read)
                yield part
        finally:
            if writer is not None:
                writer.close()

    def keep(self, folder: Path) -> tuple[str, str]:
        """Move rows and quarantine to the store, each file whole; gives their keys, which end with their hash."""
        return self._kept("rows", folder / "rows.parquet"), self._kept("quarantine", folder / "quarantine.csv")

    def _kept(self, kind: str, path: Path) -> str:
        key = f"{self.team_id}/{kind}/{self.key}.{sha256_of(path)}{path.suffix}"
        self.files.write(key, path)
        return key


def is_same_reading(one: str, other: str) -> bool:
    """Whether two keys of stored rows are of the same bytes read in the same way, by whatever version."""
    return one.partition(".")[0] == other.partition(".")[0]


def rows_table(frame: pd.DataFrame) -> pa.Table:
    """Typed rows as they are stored: ``line`` first, no metadata, so the same rows are the same bytes."""
    columns = {"line": pa.array(frame.index, pa.int64())}
    columns |= {str(name): _array(frame[name]) for name in frame.columns}
    # Every part of a delivery has the same columns, also where the first has no refused cell.
    columns.setdefault(REFUSED, pa.nulls(len(frame), pa.string()))
    return pa.table(columns)


def _array(column: pd.Series) -> pa.Array:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return pa.array(column, pa.timestamp("us", tz="UTC"), from_pandas=True)
    kind = pa.float64() if column.dtype == "float64" else pa.string()
    return pa.array(column, kind, from_pandas=True)


def stored_reading(files: FileStore, intake: Stored, columns: Collection[str] | None = None) -> Reading:
    """The rows of a delivery as they were stored; of ``columns`` those that are there, all when None."""
    with files.open(intake.rows_key) as stored:
        table = pq.ParquetFile(pa.PythonFile(stored))
        own = {*(columns or ()), "line", REFUSED}
        wanted = [name for name in table.schema_arrow.names if columns is None or name in own]
        frame = table.read(columns=wanted).to_pandas(types_mapper=_text_dtype).set_index("line")
        prints = _prints(table) if columns is not None and intake.rows_read <= repeats.MOST else ()
    if REFUSED in frame and frame[REFUSED].isna().all():
        frame = frame.drop(columns=REFUSED)
    quarantine = _stored_quarantine(files, intake.spoiled_key)
    return Reading(
        frame=frame,
        quarantine=quarantine,
        rows_read=intake.rows_read,
        sha256=intake.sha256,
        units=intake.units,
        no_rows=intake.no_rows,
        prints=prints,
    )


def _prints(table: pq.ParquetFile) -> tuple[pd.Series, ...]:
    """A hash of each row as it was stored: all of its cells tell whether it repeats another."""
    rows = table.read()
    return (repeats.prints_of(rows.drop_columns(["line"]), rows.column("line").to_numpy()),)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a delivery's rows and quarantine lie."""

    rows_key: str
    spoiled_key: str
    rows_read: int
    sha256: str
    units: Mapping[str, str] = field(default_factory=dict)
    no_rows: int = 0


def stored_by(intake: Intake) -> Stored:
    """Where the rows of a delivery lie that was just taken in."""
    return Stored(
        intake.rows_key, intake.spoiled_key, intake.rows_read, intake.sha256, dict(intake.units), intake.no_rows
    )


def _stored_quarantine(files: FileStore, key: str) -> pd.DataFrame:
    if not key:
        frame = pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
    else:
        with files.open(key) as stored:
            marks = pd.read_csv(stored, usecols=list(mending.MARKS[1:]), dtype=str, keep_default_na=False)
        frame = marks.set_axis(list(QUARANTINE_COLUMNS), axis=1).map(mending.unescaped)
    kinds = {"line": "int64"} | dict.fromkeys(QUARANTINE_COLUMNS[1:], "str")
    return frame.astype(kinds)


def _text_dtype(kind: pa.DataType) -> Any:
    return pd.StringDtype(na_value=float("nan")) if pa.types.is_string(kind) else None


def _moment(stamp: pd.Timestamp | None) -> datetime | None:
    return None if stamp is None else stamp.to_pydatetime()


def _silent(_: int) -> None:
    """Nobody watches."""
