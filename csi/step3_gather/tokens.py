"""Tokens with which a tool pushes to one source: shown once, kept as a hash, changed and taken back."""

from __future__ import annotations

import hmac
import re
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from csi import audit
from csi.errors import Conflict
from csi.models import Source
from csi.storage import row

PREFIX = "csip"
_LARGEST_ID = 2**31 - 1
_ID = re.compile(r"[0-9]{1,10}")


def give(session: Session, source: Source, secret: str, *, actor: str, now: datetime) -> str:
    """A new token, the one moment it can be seen; one given before stops at once.

    Args:
        session: the caller's.
        source: a source of kind ``push``.
        secret: at least 32 random bytes as text: the core draws none itself.
        actor: who asked.
        now: when.
    """
    if source.kind != "push":
        raise Conflict(f"{source.name or source.key} is not pushed to; a token would open nothing.")
    token = f"{PREFIX}.{source.team_id}.{source.id}.{secret}"
    what = "changed push token" if source.token_hash else "gave push token"
    _set(session, source, _hash(token), actor=actor, now=now, what=what)
    return token


def revoke(session: Session, source: Source, *, actor: str, now: datetime) -> None:
    """Let the token open nothing any more.

    Raises:
        Conflict: there is none.
    """
    if not source.token_hash:
        raise Conflict(f"{source.name or source.key} has no token.")
    _set(session, source, "", actor=actor, now=now, what="revoked push token")


def source_of(session: Session, token: str) -> Source | None:
    """The source a token opens; None when it opens none."""
    prefix, _, rest = token.partition(".")
    team_id, _, rest = rest.partition(".")
    number, _, secret = rest.partition(".")
    if prefix != PREFIX or not secret or not _ID.fullmatch(number) or int(number) > _LARGEST_ID:
        return None
    if not team_id.isascii() or not team_id.isalnum():
        return None
    found = row(session, Source, team_id, id=int(number), kind="push", retired_at=None)
    kept = found.token_hash if found else ""
    return found if hmac.compare_digest(_hash(token), kept) else None


def _set(session: Session, source: Source, token_hash: str, *, actor: str, now: datetime, what: str) -> None:
    source.token_hash = token_hash
    session.add(source)
    audit.record(session, team_id=source.team_id, actor=actor, at=now, what=what, subject=("source", source.id))


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "replace")).hexdigest()
