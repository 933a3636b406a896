"""Ends of the log, kept apart from the database: what is cut off it later, or put back from a copy, is missed."""

from __future__ import annotations

from datetime import date

from csi.audit import Head
from csi.reading.files import FileStore

_FOLDER = "record"
_NOTE = "record.txt"


def keep(files: FileStore, team_id: str, day: date, head: Head) -> None:
    """Keep where the log ends on a day; of one day the first end stays."""
    key = f"{team_id}/{_FOLDER}/{day}.txt"
    if not files.exists(key):
        files.write(key, str(head).encode())


def kept(files: FileStore, team_id: str) -> dict[str, str]:
    """The ends that were kept, by the place of each."""
    return {key: files.read(key).decode("ascii", "replace").strip() for key in files.keys(f"{team_id}/{_FOLDER}")}


def note(files: FileStore, team_id: str, words: str) -> None:
    """Keep what was found when the record was looked at last."""
    files.write(f"{team_id}/{_NOTE}", words.encode())


def noted(files: FileStore, team_id: str) -> str:
    """What was found when the record was looked at last; empty before that."""
    key = f"{team_id}/{_NOTE}"
    return files.read(key).decode("utf-8", "replace") if files.exists(key) else ""


def teams(files: FileStore) -> set[str]:
    """The workspaces of which an end is kept."""
    return {one for one in files.teams() if files.keys(f"{one}/{_FOLDER}")}
