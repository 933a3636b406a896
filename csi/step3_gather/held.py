"""What is held of a source, as the later steps read it: the rows of each delivery that counts."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from csi.models import Batch, Source
from csi.step3_gather import batches, measured, mending, sources
from csi.step3_gather.files import FileStore
from csi.step3_gather.intake import Stored, stored_reading
from csi.step3_gather.readers import read
from csi.step3_gather.reading import RULES, Reading


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
    if typed == (set(moments), set(numbers)) and batch.counts.get("rules") == RULES:
        spoiled_key = str(batch.counts.get("quarantine_key", ""))
        stored = Stored(batch.rows_key, spoiled_key, batch.rows_read, batch.sha256)
        return stored_reading(files, stored, _wanted(batch, moments, numbers, columns))
    with files.local(batch.raw_key) as path:
        is_mended = mending.is_mended(batch.counts.get("columns", []))
        return read(
            mending.mended_bytes(path.read_bytes()) if is_mended else path,
            sources.definition(key, batch.mapping),
            moments=moments,
            numbers=numbers,
            columns=columns,
            filename=batch.filename,
        )


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
        for batch in batches.current(session, source)
    ]
