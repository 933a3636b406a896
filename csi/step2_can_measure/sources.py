"""Naming the sources a KPI can come from; how they are read is found out in step 3."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import chain, count

from sqlmodel import Session

from csi import audit
from csi.errors import InvalidInput
from csi.models import Cycle, Source
from csi.step1_should_measure.kpis import slug
from csi.storage import lock, need, rows

NAME_LIMIT = 80
_BETWEEN_WORDS = re.compile(r"[\W_]+")


def name_source(
    session: Session,
    cycle: Cycle,
    *,
    name: str,
    actor: str,
    now: datetime,
    kind: str = "file",
    owner: str = "",
    backup: str = "",
) -> Source:
    """The service's source of that name, taken into use again where it was retired; a new one when it is not known."""
    shown = " ".join(name.split())
    if not shown or len(shown) > NAME_LIMIT:
        raise InvalidInput("source", f"expected a name of 1 to {NAME_LIMIT} characters")
    lock(session, f"sources:{cycle.team_id}:{cycle.service_id}")
    found = called(session, cycle.team_id, cycle.service_id, shown)
    if found is not None:
        return take_up(session, found, actor=actor, now=now)
    key = _free_key(session, cycle, shown)
    made = Source(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        key=key,
        name=shown,
        kind=kind,
        owner=owner,
        backup=backup,
        created_by=actor,
        created_at=now,
    )
    session.add(made)
    session.flush()
    new = {"key": key, "name": shown, "kind": kind}
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="named source",
        subject=("source", made.id),
        new=new,
    )
    return made


def called(session: Session, team_id: str, service_id: int, name: str) -> Source | None:
    """The service's source of that name, in use or retired; its key is a name of it, too.

    A key holds plain letters only: names in other scripts are told apart by what they say.
    """
    named = rows(session, Source, team_id, service_id=service_id)
    by_key = (one for one in named if one.key == name)
    by_name = (one for one in named if _words(one.name or one.key) == _words(name))
    return next(by_key, None) or next(by_name, None)


def _words(name: str) -> str:
    """A name as people compare it: whatever the case and what stands between its words."""
    return _BETWEEN_WORDS.sub(" ", name.casefold()).strip() or name


def _free_key(session: Session, cycle: Cycle, name: str) -> str:
    """A key that no other source of the service has."""
    key, taken = slug(name), {one.key for one in rows(session, Source, cycle.team_id, service_id=cycle.service_id)}
    numbered = (f"{key}_{number}" for number in count(2))
    return next(one for one in chain([key], numbered) if one not in taken)


def take_up(session: Session, source: Source, *, actor: str, now: datetime) -> Source:
    """A source in use; one that was retired is taken into use again."""
    if source.retired_at is None:
        return source
    source.retired_at = None
    session.add(source)
    audit.record(
        session, team_id=source.team_id, actor=actor, at=now, what="took up source", subject=("source", source.id)
    )
    return source


def of_service(session: Session, team_id: str, service_id: int) -> list[Source]:
    """The sources of a service that are in use."""
    return rows(session, Source, team_id, service_id=service_id, retired_at=None)


def by_id(session: Session, team_id: str, source_id: int) -> Source:
    """One source of this workspace."""
    return need(session, Source, team_id, source_id)
