"""The audit log: append-only, which the database itself holds by triggers, and chained by hash within each workspace.

``record`` queues a row in the session; the chain is closed just before the commit. So the lock on the chain is the
last one a transaction takes, and two transactions can never wait for each other because of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from math import isfinite
from typing import Any

from sqlalchemy import delete, event, text
from sqlalchemy.orm import Session as AnySession
from sqlmodel import Session, col, select

from csi.models import AuditRow, Row
from csi.storage import lock

GENESIS = "0" * 64  # what the first row of a workspace chains to
_QUEUE = "audit"
_ON_DELETE = "audit_row_no_delete"  # SQLite's trigger; PostgreSQL's asks for the setting csi.erasing
_BOOKKEEPING = {"id", "team_id"}


def record(
    session: Session,
    *,
    team_id: str,
    actor: str,
    at: datetime,
    what: str,
    subject: tuple[str, int | None],
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
    permalink: str = "",
) -> None:
    """Queue one row for the log: who did what to which subject (kind and number), from what to what."""
    row = AuditRow(
        team_id=team_id,
        ordinal=0,
        actor=actor,
        at=at,
        what=what,
        subject=subject[0],
        subject_id=subject[1],
        old=_plain(old or {}),
        new=_plain(new or {}),
        permalink=permalink,
        hash="",
    )
    session.info.setdefault(_QUEUE, []).append(row)


def changes(row: Row, new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of ``new`` differs from the row: the old values, and the new ones."""
    names = [name for name, value in new.items() if name not in _BOOKKEEPING and getattr(row, name) != value]
    return {name: getattr(row, name) for name in names}, {name: new[name] for name in names}


def alter(session: Session, row: Row, values: Mapping[str, Any], *, actor: str, at: datetime, what: str) -> bool:
    """Set what of ``values`` differs from a row, and log it; False when nothing does."""
    old, new = changes(row, values)
    if not new:
        return False
    for name, value in new.items():
        setattr(row, name, value)
    session.add(row)
    subject = (str(row.__tablename__), row.id)
    record(session, team_id=row.team_id, actor=actor, at=at, what=what, subject=subject, old=old, new=new)
    return True


def verify(session: Session, team_id: str) -> int | None:
    """The ordinal of the first row that was altered, left out or added by hand; None when the chain holds."""
    previous, expected = GENESIS, 1
    for row in session.exec(select(AuditRow).where(AuditRow.team_id == team_id).order_by(col(AuditRow.ordinal))):
        if row.ordinal != expected or row.previous_hash != previous or row.hash != _hash(row):
            return expected
        previous, expected = row.hash, expected + 1
    return None


def of_subject(session: Session, team_id: str, subject: str, subject_id: int, limit: int = 50) -> list[AuditRow]:
    """The latest rows about one subject, newest first."""
    wanted = (AuditRow.team_id == team_id, AuditRow.subject == subject, AuditRow.subject_id == subject_id)
    return list(session.exec(select(AuditRow).where(*wanted).order_by(col(AuditRow.ordinal).desc()).limit(limit)))


def newest(session: Session, team_id: str, limit: int = 20) -> list[AuditRow]:
    """The latest rows of a workspace, newest first."""
    wanted = select(AuditRow).where(AuditRow.team_id == team_id).order_by(col(AuditRow.ordinal).desc())
    return list(session.exec(wanted.limit(limit)))


def erase(session: Session, team_id: str) -> None:
    """Remove a workspace's whole log, when all of its data is deleted: the one way to remove anything of it."""
    gone = delete(AuditRow).where(col(AuditRow.team_id) == team_id)
    if session.connection().dialect.name == "postgresql":
        session.execute(text("SET LOCAL csi.erasing = 'on'"))
        session.execute(gone)
        session.execute(text("SET LOCAL csi.erasing = 'off'"))
        return
    named = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = :name")
    made = str(session.execute(named, {"name": _ON_DELETE}).scalar_one())
    session.execute(text(f"DROP TRIGGER {_ON_DELETE}"))  # undone with the transaction, like all else
    session.execute(gone)
    session.execute(text(made))


@event.listens_for(AnySession, "before_commit")
def _close_chain(session: AnySession) -> None:
    queued: list[AuditRow] = session.info.pop(_QUEUE, [])
    if not queued:
        return
    session.flush()
    for team_id in sorted({row.team_id for row in queued}):
        _append(session, team_id, [row for row in queued if row.team_id == team_id])


@event.listens_for(AnySession, "after_rollback")
def _forget(session: AnySession) -> None:
    session.info.pop(_QUEUE, None)


def _append(session: AnySession, team_id: str, rows: Iterable[AuditRow]) -> None:
    lock(session, f"audit:{team_id}")
    latest = select(AuditRow).where(AuditRow.team_id == team_id).order_by(col(AuditRow.ordinal).desc()).limit(1)
    last = session.scalars(latest).first()
    ordinal, previous = (last.ordinal, last.hash) if last else (0, GENESIS)
    for row in rows:
        ordinal += 1
        row.ordinal, row.previous_hash = ordinal, previous
        row.hash = previous = _hash(row)
        session.add(row)


def _hash(row: AuditRow) -> str:
    parts = [
        row.previous_hash,
        row.team_id,
        row.ordinal,
        row.actor,
        row.at.astimezone(UTC).isoformat(),
        row.what,
        row.subject,
        row.subject_id,
        row.old,
        row.new,
        row.permalink,
    ]
    return sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, float) and not isfinite(value):
        return str(value)  # PostgreSQL's JSON has no NaN
    return value if isinstance(value, str | int | float | bool | None) else str(value)
