"""A cycle as a study anybody can run: ``study.yml`` and the deliveries exactly as they came, in one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from sqlmodel import Session

from csi.errors import Conflict
from csi.measurement.of_cycle import TYPED, batches_behind, definition
from csi.models import Batch, Cycle, Source
from csi.reading.files import FileStore
from csi.reading.mending import escaped
from csi.reading.reading import Reading
from csi.step4_process.computing import readings
from csi.storage import rows
from csi.study.of_sheets import SHEETS, sheets_in
from csi.study.writing import study_yaml
from csi.words.wording import listed

_ODD = re.compile(r"[^\w.-]+")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the archive says nothing of when it was made: same content, same bytes


def study_zip(session: Session, cycle: Cycle, files: FileStore) -> tuple[bytes, str]:
    """The archive and its name. Unpacked, ``python -m csi run study.yml`` gives the same figures.

    Raises:
        Conflict: a study cannot say from which of its sheets a delivery was read.
    """
    study = definition(session, cycle)
    kinds = {one.key: one.kind for one in rows(session, Source, cycle.team_id, service_id=cycle.service_id)}
    typed = {key: source for key, source in study.sources.items() if kinds[key] in TYPED}
    held = readings(session, cycle, files, replace(study, sources=typed))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "study.yml", study_yaml(study).encode())
        for key in study.sources:
            if key in typed:
                for number, reading in enumerate(held[key], start=1):
                    _add(archive, f"data/{key}-{number:04}-typed.csv", _csv(reading))
                continue
            for batch in batches_behind(session, cycle, key):
                name = _ODD.sub("_", batch.filename) or "delivery"
                delivered = files.read(batch.raw_key)
                _check_sheets(batch, delivered, study.sources[key].options.get(SHEETS, ()))
                _add(archive, f"data/{key}-{batch.ordinal:04}-{name}", delivered)
    return content.getvalue(), f"{_ODD.sub('_', study.service).lower()}-cycle-{cycle.number}.zip"


def _check_sheets(batch: Batch, delivered: bytes, sheets: Sequence[str]) -> None:
    """Refuse a workbook that was read from one sheet, and has another from which another delivery was read."""
    others = [name for name in sheets_in(delivered) if name in sheets and name != batch.mapping.get("sheet")]
    if others:
        own = batch.mapping.get("sheet")
        raise Conflict(
            f"{batch.filename} was read from its sheet {own}, and has {listed(others)}, from which another delivery "
            "was read, too: a study cannot tell the two apart. Take one of the deliveries out first."
        )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _csv(reading: Reading) -> bytes:
    """Typed numbers as a file; moments in ISO 8601 with offset, and no unit that a spreadsheet takes for a formula."""
    frame = reading.frame.copy()
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            frame[name] = [None if pd.isna(moment) else moment.isoformat() for moment in frame[name]]
        elif not pd.api.types.is_numeric_dtype(frame[name].dtype):
            frame[name] = [escaped(text) if isinstance(text, str) else text for text in frame[name]]
    return frame.to_csv(index=False, lineterminator="\n").encode()
