"""Deleting all that is kept of a workspace, for good: rows, log and files. Its installation stays while it has one."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from csi import audit
from csi.errors import Conflict
from csi.models import AuditRow, Installation, Row
from csi.reading.files import FileStore
from csi.storage import Sessions, lock, row

KEPT = (Installation, AuditRow)  # the token ends with the installation; the log goes through its own function


def erase_all(sessions: Sessions, files: FileStore, team_id: str) -> None:
    """Delete a workspace's files and rows; done again after a crash in between, nothing is left over.

    Files go first, as after the rows nobody would know to whom they belong; and once more, for what was written
    meanwhile.
    """
    files.delete_team(team_id)
    with sessions() as session:
        erase(session, team_id)
    files.delete_team(team_id)


def erase(session: Session, team_id: str) -> None:
    """Delete every row of a workspace, what points at others first."""
    lock(session, f"erase:{team_id}")
    kept = {str(one.__tablename__) for one in KEPT}
    for table in reversed(Row.metadata.sorted_tables):
        if table.name not in kept and "team_id" in table.columns:
            session.execute(delete(table).where(table.c.team_id == team_id))
    audit.erase(session, team_id)
    ended = (col(Installation.team_id) == team_id, col(Installation.removed_at).is_not(None))
    session.execute(delete(Installation).where(*ended))
    session.expunge_all()


def held(session: Session, team_id: str) -> dict[str, int]:
    """How many rows of each table are kept of a workspace that has removed the bot, where there are any.

    Raises:
        Conflict: the bot is installed there.
    """
    installed = row(session, Installation, team_id)
    if installed is not None and installed.removed_at is None:
        raise Conflict(
            f"The bot is installed in {team_id}: there an administrator deletes all data with /csi settings; or the "
            "workspace removes the bot first."
        )
    counts = {}
    for table in Row.metadata.sorted_tables:
        found = session.execute(select(func.count()).select_from(table).where(table.c.team_id == team_id)).scalar_one()
        if found:
            counts[table.name] = int(found)
    return counts
