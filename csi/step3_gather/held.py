"""What is held of a source, as the later steps read it: the rows of each delivery that counts."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from csi.measurement import deliveries
from csi.models import Batch, Source
from csi.reading import mending
from csi.reading.column_headers import unit_in
from csi.reading.content import Content
from csi.reading.files import FileStore, is_held_to_its_hash
from csi.reading.readers import read
from csi.reading.reading import RULES, Reading
from csi.step3_gather import measured, sources
from csi.step3_gather.intake import Stored, stored_reading


def reading(
    files: FileStore,
    batch: Batch,
    key: str,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    columns: Collection[str] | None = None,
) -> Reading:
    """The rows of one delivery: as stored where these columns were typed, else from its bytes."""
    typed = (set(batch.counts.get("moments", [])), set(batch.counts.get("numbers", [])))
    is_as_wanted = typed == (set(moments), set(numbers)) and batch.counts.get("rules") == RULES
    if is_as_wanted and is_held_to_its_hash(batch.rows_key):
        return stored_reading(files, stored(batch), _wanted(batch, moments, numbers, columns))
    with files.local(batch.raw_key) as path:
        is_mended = mending.is_mended(batch.counts.get("columns", []))
        source = sources.definition(key, batch.mapping)
        return read(
            mending.mended_bytes(Content(path, batch.filename), source.encoding or "utf-8-sig") if is_mended else path,
            source,
            moments=moments,
            numbers=numbers,
            columns=columns,
            filename=batch.filename,
        )


def stored(batch: Batch) -> Stored:
    """Where a delivery's rows lie."""
    return Stored(
        batch.rows_key,
        str(batch.counts.get("quarantine_key", "")),
        batch.rows_read,
        batch.sha256,
        _units(batch),
        int(batch.counts.get("no_rows", 0)),
    )


def _units(batch: Batch) -> dict[str, str]:
    """The units found when a delivery was taken in; of one from before they were looked for, what its headers say."""
    if "units" in batch.counts:
        return dict(batch.counts["units"])
    renamed = batch.mapping.get("columns") or {}
    names = {renamed.get(name, name): name for name in batch.counts.get("columns", [])}
    numbers = batch.counts.get("numbers", [])
    return {name: unit for name in numbers if (unit := unit_in(names.get(name, name)))}


def _wanted(
    batch: Batch, moments: Collection[str], numbers: Collection[str], columns: Collection[str] | None
) -> frozenset[str] | None:
    """Every column a reading must hold: what is asked for, and what tells a case's rows apart."""
    if columns is None:
        return None
    own = (str(batch.mapping.get("key", "")), str(batch.mapping.get("latest_by", "")))
    marks = mending.MARKS[:2] if mending.is_mended(batch.counts.get("columns", [])) else ()
    return frozenset((*columns, *moments, *numbers, *marks, *filter(None, own)))


def readings(
    session: Session,
    source: Source,
    files: FileStore,
    *,
    moments: Collection[str],
    numbers: Collection[str],
    columns: Collection[str] | None = None,
) -> list[Reading]:
    """The rows of every delivery of a source that counts, in the order they came; typed numbers are one delivery."""
    if source.kind in measured.KINDS:
        return [measured.reading(session, source)]
    return [
        reading(files, batch, source.key, moments=moments, numbers=numbers, columns=columns)
        for batch in deliveries.current(session, source)
    ]
