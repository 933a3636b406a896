"""Naming the sources a KPI can come from; how they are read is found out in step 3."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from csi import audit
from csi.errors import InvalidInput
from csi.models import Cycle, Source
from csi.step1_should_measure.kpis import slug
from csi.storage import lock, need, row, rows

NAME_LIMIT = 80


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
    key = slug(shown)
    found = row(session, Source, cycle.team_id, service_id=cycle.service_id, key=key)
    if found is not None:
        return found if found.retired_at is None else _taken_up(session, found, actor=actor, now=now)
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


def _taken_up(session: Session, source: Source, *, actor: str, now: datetime) -> Source:
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
