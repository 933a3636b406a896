"""Readings that were tried and not kept, until somebody says yes: what their job was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from csi.errors import NotFound
from csi.reading.files import FileStore


def keep(files: FileStore, team_id: str, name: str, payload: Mapping[str, Any]) -> None:
    """Remember what a job was told; a later try under that name takes its place."""
    files.write(_key(team_id, name), json.dumps(dict(payload)).encode())


def find(files: FileStore, team_id: str, name: str) -> dict[str, Any]:
    """What that job was told.

    Raises:
        NotFound: nobody tried.
    """
    try:
        return dict(json.loads(files.read(_key(team_id, name))))
    except NotFound as error:
        raise NotFound("I do not have this try any more. Please map its columns again.") from error


def meant(payload: Mapping[str, Any], mapping: Mapping[str, Any], column: str) -> dict[str, Any]:
    """The same job, told that the dates of a column are right as they are; ``mapping`` is how it read the file."""
    return {**payload, "mapping": with_meant(mapping, column), "stamp": f"{payload.get('stamp', '')}.{column}"}


def with_meant(mapping: Mapping[str, Any], column: str) -> dict[str, Any]:
    """A mapping in which the dates of a column are right as they are."""
    options = dict(mapping.get("options") or {})
    said = dict.fromkeys([*(options.get("meant") or ()), column])
    return {**mapping, "options": {**options, "meant": list(said)}}


def _key(team_id: str, name: str) -> str:
    return f"{team_id}/drops/{name}.try.json"
