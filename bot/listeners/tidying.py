"""Once a day: what nobody will look at again goes. Raw deliveries, figures, decisions and the audit log stay."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, func
from sqlmodel import Session, col, select, update

from bot.context import Kit
from bot.delivery import effects
from bot.log import logger
from csi import storage
from csi.models import Batch, InboxEvent, OutboxPost
from csi.reading.files import FileStore
from csi.states import GIVEN_UP, UNDELIVERED, InboxState, OutboxState
from csi.storage import Sessions

log = logger(__name__)

KEPT = timedelta(days=90)  # what a message was made of, and what failed: a quarter is for those who search
SHOWN = timedelta(days=1)  # after it was sent, a picture is Slack's; a day, in case it was refused and comes once more
UNREFERRED = timedelta(days=2)  # rows that nothing refers to: longer than any reading takes
IN_ONE = 200  # rows changed in one transaction, so that nobody else waits long
_STORED = ("rows", "quarantine")


def tidy(payload: Mapping[str, Any], kit: Kit) -> None:
    """The job: posts, inbox, pictures, rows that nothing refers to, and the database's free pages."""
    team_id, now = str(payload["team_id"]), kit.now()
    done = {
        "posts": posts(kit.sessions, team_id, now),
        "events": events(kit.sessions, team_id, now),
        "pictures": pictures(kit.sessions, kit.files, team_id, now),
        "rows": stored_rows(kit.sessions, kit.files, team_id, now),
        "pages": storage.give_back(kit.sessions.engine),
    }
    log.info("tidied", team=team_id, **done)


def posts(sessions: Sessions, team_id: str, now: datetime) -> int:
    """Of messages that are long through, forget what they were made of; their words and where they stand stay.

    What was done beside a message (a pin, a link, a file) is forgotten whole.
    """
    mine = (col(OutboxPost.team_id) == team_id, *_through(now - KEPT))
    beside = col(OutboxPost.kind).in_((effects.PIN, effects.LINK, effects.FILE))
    heavy = select(OutboxPost.id).where(*mine, ~beside, func.length(cast(OutboxPost.blocks, Text)) > len("[]"))
    gone = select(OutboxPost.id).where(*mine, beside)
    mine_still = col(OutboxPost.team_id) == team_id
    empty = update(OutboxPost).values(blocks=[]).where(mine_still)
    return _some(sessions, heavy, lambda ids: empty.where(col(OutboxPost.id).in_(ids))) + _some(
        sessions, gone, lambda ids: delete(OutboxPost).where(mine_still, col(OutboxPost.id).in_(ids))
    )


def _through(before: datetime) -> tuple[Any, ...]:
    """Posts with which nothing is done any more, by the moment they came to that."""
    sent = (col(OutboxPost.status) == OutboxState.SENT) & (col(OutboxPost.sent_revision) >= col(OutboxPost.revision))
    ended = sent | col(OutboxPost.status).in_(GIVEN_UP)
    return (
        ended,
        col(OutboxPost.created_at) < before,
        (col(OutboxPost.sent_at).is_(None) | (col(OutboxPost.sent_at) < before)),
    )


def events(sessions: Sessions, team_id: str, now: datetime) -> int:
    """Forget events and jobs that failed long ago; those that went well are forgotten after a week."""
    failed = (
        col(InboxEvent.team_id) == team_id,
        InboxEvent.status == InboxState.FAILED,
        col(InboxEvent.done_at) < now - KEPT,
    )
    wanted = select(InboxEvent.id).where(*failed)
    return _some(sessions, wanted, lambda ids: delete(InboxEvent).where(failed[0], col(InboxEvent.id).in_(ids)))


def _some(sessions: Sessions, wanted: Any, change: Any) -> int:
    """Change the rows that are wanted, some at a time; how many."""
    count = 0
    while True:
        with sessions.reading() as session:
            ids = session.exec(wanted.limit(IN_ONE)).all()
        if not ids:
            return count
        with sessions() as session:
            session.execute(change(ids))
        count += len(ids)


def pictures(sessions: Sessions, files: FileStore, team_id: str, now: datetime) -> int:
    """Delete pictures that Slack has, or will never have; bytes that a delivery or a dropped file is, too, stay."""
    with sessions.reading() as session:
        mine = (OutboxPost.team_id == team_id, OutboxPost.image_key != "")
        shown = set(session.exec(select(OutboxPost.image_key).where(*mine, *_through(now - SHOWN)).distinct()))
        every = select(OutboxPost.image_key, OutboxPost.status, OutboxPost.sent_at, OutboxPost.created_at)
        young = {
            key
            for key, status, sent, made in session.exec(every.where(*mine))
            if status in UNDELIVERED or (sent or made) >= now - SHOWN
        }
        held = set(session.exec(select(Batch.raw_key).where(Batch.team_id == team_id)))
    raw = f"{team_id}/raw/"
    going = {key for key in shown - young - held if key.startswith(raw)} - _dropped(files, team_id)
    return _deleted(files, going & set(files.keys(f"{team_id}/raw")))


def _dropped(files: FileStore, team_id: str) -> set[str]:
    """The bytes that dropped files are."""
    drops = (key for key in files.keys(f"{team_id}/drops") if key.endswith(".json"))
    return {str(said.get("raw_key") or "") for key in drops if isinstance(said := json.loads(files.read(key)), dict)}


def stored_rows(sessions: Sessions, files: FileStore, team_id: str, now: datetime) -> int:
    """Delete rows of earlier readings: no delivery refers to them, and they can be read again from what came."""
    old = {key for part in _STORED for key in files.older(f"{team_id}/{part}", now - UNREFERRED)}
    if not old:
        return 0
    with sessions.reading() as session:
        held = _referred(session, team_id)
    return _deleted(files, old - held)


def _referred(session: Session, team_id: str) -> set[str]:
    """Every key of stored rows that a row of the workspace names, wherever in it."""
    named = re.compile(rf"{re.escape(team_id)}/(?:{'|'.join(_STORED)})/[^\"\\\s]+")
    batches = session.exec(select(Batch.rows_key, Batch.counts).where(Batch.team_id == team_id)).all()
    posted = session.exec(select(OutboxPost.image_key).where(OutboxPost.team_id == team_id, OutboxPost.image_key != ""))
    held = {*posted, *(rows_key for rows_key, _ in batches)}
    return held | {key for _, counts in batches for key in named.findall(json.dumps(counts))}


def _deleted(files: FileStore, keys: set[str]) -> int:
    for key in keys:
        files.delete(key)
    return len(keys)
