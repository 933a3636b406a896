"""Files that nobody went on with: what was kept of them is deleted after a while."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from bot.context import Kit
from csi.models import Batch
from csi.storage import row

KEPT = timedelta(days=30)  # a form that nobody sent by then is not coming


def forget(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: delete drops, looks and tries of long ago, and the bytes of files that were never read into a source.

    A file that was read keeps its drop, so that it can be mapped differently for as long as it is there.
    """
    team_id, folder = str(payload["team_id"]), f"{payload['team_id']}/drops"
    old = [key for key in kit.files.older(folder, kit.now() - KEPT) if not _is_read(kit, team_id, key)]
    bytes_of = {raw for key in old if (raw := _raw_key(kit, key))}
    for key in old:
        kit.files.delete(key)
    there = {raw for key in kit.files.keys(folder) if (raw := _raw_key(kit, key))}
    for raw in bytes_of - there:
        if not _counts(kit, team_id, raw):
            _forget_bytes(kit, team_id, raw)


def _raw_key(kit: Kit, key: str) -> str:
    """Where the bytes of a drop lie; empty for what is no drop."""
    is_drop = key.endswith(".json") and not key.endswith(".try.json")
    return str(json.loads(kit.files.read(key)).get("raw_key") or "") if is_drop else ""


def _is_read(kit: Kit, team_id: str, key: str) -> bool:
    """Whether a dropped file is one that was read; looks at a source's kept delivery begin anew each time."""
    is_look_at_source = PurePosixPath(key).name.startswith("source")
    return not is_look_at_source and _counts(kit, team_id, _raw_key(kit, key))


def _counts(kit: Kit, team_id: str, raw: str) -> bool:
    """Whether these bytes belong to a delivery."""
    with kit.sessions.reading() as session:
        return bool(raw) and row(session, Batch, team_id, raw_key=raw) is not None


def _forget_bytes(kit: Kit, team_id: str, raw: str) -> None:
    """Delete a file's bytes, and what tries made of them."""
    name = PurePosixPath(raw).name
    made = [key for part in ("rows", "quarantine") for key in kit.files.keys(f"{team_id}/{part}")]
    for key in (raw, *(key for key in made if PurePosixPath(key).name.startswith(f"{name}-"))):
        kit.files.delete(key)
