"""A dropped file between its arrival and its reading: kept beside the data, so that a restart loses nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.context import Kit
from csi.definition import SourceDefinition, hash_of
from csi.errors import NotFound
from csi.reading.content import Format
from csi.reading.durations import ShortClock
from csi.reading.files import FileStore
from csi.reading.layout import Column, Layout, guess
from csi.reading.quantities import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """One file: where it lies, where it was dropped and by whom, and how it is laid out.

    ``stated`` is what a person said of its form (sheet, header row, delimiter, encoding); the rest of the layout is
    guessed. ``source_id`` is that of a source whose kept delivery is looked at again (0: the file was dropped),
    ``post`` the key in the outbox of what is said of that.
    """

    file_id: str
    filename: str
    size: int
    sha256: str
    raw_key: str
    cycle_id: int
    channel: str
    thread_ts: str
    user: str
    permalink: str
    layout: Layout
    stated: Mapping[str, Any] = field(default_factory=dict)
    source_id: int = 0
    post: str = ""

    @property
    def look(self) -> str:
        """Identifies as what the file was looked at: a form of another look knows other columns."""
        return hash_of(dict(self.stated))[:8]

    @property
    def handle(self) -> str:
        """Under which it is found as it was looked at: a look that leads to nothing leaves the file as it came."""
        return f"{self.file_id}.{self.look}" if self.stated else self.file_id

    @property
    def post_key(self) -> str:
        """Under which the answer to this file is found in the outbox."""
        return self.post or post_key(self.file_id)


def post_key(handle: str) -> str:
    """The key in the outbox of the answer to a file, by any of its handles."""
    return f"gather:{handle.partition('.')[0]}"


def keep(files: FileStore, team_id: str, drop: Drop) -> None:
    """Remember a drop as it was looked at."""
    files.write(_key(team_id, drop.handle), json.dumps(asdict(drop)).encode())


def find(kit: Kit, team_id: str, handle: str) -> Drop:
    """The drop of a file, as it was looked at.

    Raises:
        NotFound: it is not known here.
    """
    try:
        kept: dict[str, Any] = json.loads(kit.files.read(_key(team_id, handle)))
    except NotFound as error:
        raise NotFound("I do not have this file any more. Drop it into the channel again.") from error
    return Drop(**{**kept, "layout": _layout(kept["layout"])})


def again(kit: Kit, team_id: str, drop: Drop, stated: Mapping[str, Any]) -> Drop:
    """The drop looked at again, with what a person said of its form; how it came is remembered beside it."""
    with kit.files.local(drop.raw_key) as path:
        layout = guess(path, drop.filename, SourceDefinition(id="", **stated))
    seen = replace(drop, layout=layout, stated=dict(stated))
    keep(kit.files, team_id, seen)
    return seen


def _key(team_id: str, handle: str) -> str:
    return f"{team_id}/drops/{handle}.json"


def _column(kept: dict[str, Any]) -> Column:
    written = Written(**{**kept["written"], "short": ShortClock(kept["written"]["short"])})
    return Column(**{**kept, "examples": tuple(kept["examples"]), "written": written})


def _layout(kept: dict[str, Any]) -> Layout:
    columns = tuple(map(_column, kept["columns"]))
    lists = {name: tuple(kept.get(name, ())) for name in ("sheets", "missing", "undecided")}
    examples = tuple(tuple(row) for row in kept["examples"])
    return Layout(**{**kept, **lists, "format": Format(kept["format"]), "columns": columns, "examples": examples})
