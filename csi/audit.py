"""The audit log: append-only, which the database itself holds by triggers, and chained by hash within each workspace.

``record`` queues a row in the session; the chain is closed just before the commit. So the lock on the chain is the
last one a transaction takes, and two transactions can never wait for each other because of it. With the commit each
row takes the seals of what its transaction wrote (``csi.sealing``), and is closed with the key of the record, which
lies apart from the database: who may write there can change what stands, and cannot make it fit (``csi.proving``).
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from math import isfinite
from typing import Any, cast

from sqlalchemy import delete, event, func, text
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from csi import sealing
from csi.models import AuditHead, AuditRow, Row
from csi.storage import lock

GENESIS = "0" * 64  # what the first row of a workspace chains to
CLOSED = "closed the record with a key"  # the change before which rows are not keyed, or are with another key
FOUND_BROKEN = "found the record broken"
OUTSIDE = "wrote without a word"  # a change nobody recorded: what it wrote is sealed all the same
_QUEUE = "audit"
_UNDER = "under"
_ON_DELETE = "audit_row_no_delete"  # SQLite's trigger; PostgreSQL's asks for the setting csi.erasing
_BOOKKEEPING = {"id", "team_id"}
_UNSEEN = defer(cast("Any", AuditRow.seals))  # nobody reads them on a page


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the record: the first closes, each checks. Without any, hashes are plain and prove little."""

    secrets: tuple[bytes, ...] = ()

    @property
    def name(self) -> str:
        """What tells the key that closes from others, and says nothing of it; empty without one."""
        return _name(self.secrets[0]) if self.secrets else ""

    def close(self, words: str) -> str:
        """The hash of some words, under the first key."""
        if not self.secrets:
            return sha256(words.encode()).hexdigest()
        return f"{self.name}:{_keyed(self.secrets[0], words)}"

    def knows(self, closed: str) -> bool:
        """Whether a hash was made without a key, or with one of these."""
        return _key_of(closed) in ("", *map(_name, self.secrets))

    def fits(self, closed: str, words: str) -> bool:
        """Whether this is the hash of these words, under the key that it names."""
        made = {_name(one): f"{_name(one)}:{_keyed(one, words)}" for one in self.secrets}
        wanted = made.get(_key_of(closed)) if is_keyed(closed) else sha256(words.encode()).hexdigest()
        return wanted is not None and hmac.compare_digest(wanted.encode(), closed.encode())


@dataclass(frozen=True, slots=True)
class Head:
    """Where a workspace's log ends: the number and the hash of its newest row."""

    ordinal: int
    hash: str

    def __str__(self) -> str:
        """How it is handed out, in reports, exports and messages."""
        return f"{self.ordinal}-{self.hash.rpartition(':')[2][:32]}"


def ordinal_of(handed_out: str) -> int:
    """The number of the row that an end of the log names, as it was handed out; 0 where it is none."""
    number = handed_out.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def is_keyed(closed: str) -> bool:
    """Whether a hash was made with a key."""
    return ":" in closed


def under(keys: Keys, now: Callable[[], datetime]) -> Callable[[Session], None]:
    """What a session that may write does first, so that what it writes is closed with the key."""

    def begin(session: Session) -> None:
        session.info[_UNDER] = (keys, now)

    return begin


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


def head(session: AnySession, team_id: str) -> Head | None:
    """Where the log of a workspace ends now; None where nothing is in it."""
    wanted = select(AuditRow.ordinal, AuditRow.hash).where(AuditRow.team_id == team_id)
    found = session.execute(wanted.order_by(col(AuditRow.ordinal).desc()).limit(1)).first()
    return Head(*found) if found else None


def close_anew(session: Session, team_id: str, *, at: datetime) -> None:
    """Close all that stands in a workspace with the key as it is now: what was written without one, or with another."""
    session.flush()
    last, known = head(session, team_id), _known(session, team_id)
    old = {"ordinal": last.ordinal, "hash": last.hash} if last else {}
    row = _said(team_id, CLOSED, at, old=old)
    row.seals = sealing.every(session, team_id)
    _write(session, team_id, [row], last, known)


def ends_well(session: AnySession, team_id: str, keys: Keys) -> bool:
    """Whether the log ends where it was closed last."""
    known, last = _known(session, team_id), head(session, team_id)
    return ends_with(known, last, keys) if known else last is None


def teams(session: Session) -> list[str]:
    """The workspaces that have a log or its end."""
    found = {*session.exec(select(AuditRow.team_id).distinct()), *session.exec(select(AuditHead.team_id))}
    return sorted(found)


def closed_with_others(session: Session, keys: Keys) -> list[str]:
    """The workspaces whose log was closed last with a key that is none of these."""
    ends = session.exec(select(AuditHead).order_by(col(AuditHead.team_id)))
    return [one.team_id for one in ends if not keys.knows(one.closed)]


def fits(row: AuditRow, keys: Keys) -> bool:
    """Whether a row's hash is that of its content."""
    return keys.fits(row.hash, _words(row))


def ends_with(known: AuditHead, last: Head | None, keys: Keys) -> bool:
    """Whether the log ends where it was closed last."""
    told = Head(known.ordinal, known.hash)
    is_as_its_row = is_keyed(known.closed) == is_keyed(known.hash)  # a plain hash anybody can compute
    return is_as_its_row and last == told and keys.fits(known.closed, _end(known.team_id, told))


def of_subject(session: Session, team_id: str, subject: str, subject_id: int, limit: int = 50) -> list[AuditRow]:
    """The latest rows about one subject, newest first."""
    wanted = (AuditRow.team_id == team_id, AuditRow.subject == subject, AuditRow.subject_id == subject_id)
    latest = select(AuditRow).where(*wanted).order_by(col(AuditRow.ordinal).desc()).limit(limit)
    return list(session.exec(latest.options(_UNSEEN)))


def newest(session: Session, team_id: str, limit: int = 20, before: int = 0) -> list[AuditRow]:
    """The latest rows of a workspace, newest first; of those before a number, where one is given."""
    wanted = select(AuditRow).where(AuditRow.team_id == team_id).order_by(col(AuditRow.ordinal).desc())
    if before:
        wanted = wanted.where(col(AuditRow.ordinal) < before)
    return list(session.exec(wanted.limit(limit).options(_UNSEEN)))


def erase(session: Session, team_id: str) -> None:
    """Remove a workspace's whole log, when all of its data is deleted: the one way to remove anything of it."""
    session.execute(delete(AuditHead).where(col(AuditHead.team_id) == team_id))
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
    session.flush()
    queued: list[AuditRow] = session.info.pop(_QUEUE, [])
    seals = sealing.taken(session)
    for team_id in sorted({*seals, *(row.team_id for row in queued)}):
        _append(session, team_id, [row for row in queued if row.team_id == team_id], seals.get(team_id, {}))


@event.listens_for(AnySession, "after_rollback")
def _forget(session: AnySession) -> None:
    session.info.pop(_QUEUE, None)


def _append(session: AnySession, team_id: str, rows: list[AuditRow], seals: Mapping[str, str]) -> None:
    lock(session, f"audit:{team_id}")
    keys, now = session.info.get(_UNDER) or (Keys(), None)
    last, known = head(session, team_id), _known(session, team_id)
    if not rows:
        table, _, number = next(iter(seals)).partition(":")
        rows = [_said(team_id, OUTSIDE, _moment(session, now), (table, int(number)))]
    rows[-1].seals = dict(seals)
    if not ends_well(session, team_id, keys):  # it says so from then on, whatever is written next
        old, new = ({"ordinal": one.ordinal, "hash": one.hash} if one else {} for one in (known, last))
        rows = [_said(team_id, FOUND_BROKEN, rows[0].at, old=old, new=new), *rows]
    _write(session, team_id, rows, last, known)


def _write(
    session: AnySession, team_id: str, rows: Sequence[AuditRow], last: Head | None, known: AuditHead | None
) -> None:
    """Put rows at the end of the log, behind what stands there and behind what is known to have stood there."""
    keys, _ = session.info.get(_UNDER) or (Keys(), None)
    ordinal, previous = max(last.ordinal if last else 0, known.ordinal if known else 0), last.hash if last else GENESIS
    for row in rows:
        ordinal += 1
        row.ordinal, row.previous_hash = ordinal, previous
        row.hash = previous = keys.close(_words(row))
        session.add(row)
    end = known or AuditHead(team_id=team_id, ordinal=0, hash="", closed="")
    end.ordinal, end.hash, end.closed = ordinal, previous, keys.close(_end(team_id, Head(ordinal, previous)))
    session.add(end)


def _known(session: AnySession, team_id: str) -> AuditHead | None:
    return session.scalars(select(AuditHead).where(AuditHead.team_id == team_id)).first()


def _said(
    team_id: str,
    what: str,
    at: datetime,
    subject: tuple[str, int | None] = ("audit_row", None),
    *,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> AuditRow:
    """A row that nobody asked for: what the record says of itself."""
    return AuditRow(
        team_id=team_id,
        ordinal=0,
        actor="",
        at=at,
        what=what,
        subject=subject[0],
        subject_id=subject[1],
        hash="",
        old=old or {},
        new=new or {},
    )


def _moment(session: AnySession, now: Callable[[], datetime] | None) -> datetime:
    """The time; the database's where nobody gave one."""
    at: datetime = now() if now else session.execute(select(func.now())).scalar_one()
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _words(row: AuditRow) -> str:
    """What a row's hash is of; rows from before there were seals have none."""
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
        *([row.seals] if row.seals else []),
    ]
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def _end(team_id: str, end: Head) -> str:
    return json.dumps(["end", team_id, end.ordinal, end.hash])


def _keyed(secret: bytes, words: str) -> str:
    return hmac.new(secret, words.encode(), sha256).hexdigest()


def _name(secret: bytes) -> str:
    return sha256(b"name of " + secret).hexdigest()[:8]


def _key_of(closed: str) -> str:
    return closed.rpartition(":")[0]


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
