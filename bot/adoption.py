"""Closing what was written before there was a key, or with one that is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot import anchors
from bot.settings import Settings
from csi import audit, storage
from csi.audit import Keys
from csi.reading.files import FileStore

FIRST = "0011"  # the revision with which the record is keyed


def adopting(keys: Keys, files: FileStore, now: Callable[[], datetime]) -> Callable[[Session, str], None]:
    """What closes the logs there are, in the transaction of the migration that lets them be keyed.

    Never later, and never where an end of the log was kept: who writes to the database could have it done for a log of
    their own making.
    """

    def adopt(session: Session, before: str) -> None:
        if not before or before >= FIRST:
            return
        audit.under(keys, now)(session)
        known = anchors.teams(files)
        for team_id in audit.teams(session):
            if team_id not in known:
                audit.close_anew(session, team_id, at=now())

    return adopt


def close_all(settings: Settings, keys: Keys, now: Callable[[], datetime]) -> None:
    """Close every log with the first key, as it stands; each says so from then on."""
    made = storage.engine(settings.csi_database_url)
    try:
        with storage.sessions(made, audit.under(keys, now))() as session:
            for team_id in audit.teams(session):
                audit.close_anew(session, team_id, at=now())
    finally:
        made.dispose()
