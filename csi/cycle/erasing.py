"""Deleting all that is kept of a workspace, for good: rows, log and files. Its installation stays."""

from __future__ import annotations

from sqlalchemy import delete
from sqlmodel import Session

from csi import audit
from csi.models import AuditRow, Installation, Row
from csi.storage import lock

KEPT = (Installation, AuditRow)  # the token ends with the installation; the log goes through its own function


def erase(session: Session, team_id: str) -> None:
    """Delete every row of a workspace, what points at others first; the files go through ``FileStore.delete_team``."""
    lock(session, f"erase:{team_id}")
    kept = {str(one.__tablename__) for one in KEPT}
    for table in reversed(Row.metadata.sorted_tables):
        if table.name not in kept and "team_id" in table.columns:
            session.execute(delete(table).where(table.c.team_id == team_id))
    audit.erase(session, team_id)
    session.expunge_all()
