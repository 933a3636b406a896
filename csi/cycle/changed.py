"""Which cycles were changed since, by the audit log: so that only those are looked at anew."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Table, select
from sqlmodel import Session, col, func

from csi.models import AuditRow, Cycle, Row, Source
from csi.passages import open_cycles
from csi.storage import rows

_MANY = 1_000  # changes; beyond them every open cycle is looked at


def newest(session: Session, team_id: str) -> int:
    """The number of the newest change in a workspace."""
    return int(session.scalar(select(func.max(col(AuditRow.ordinal))).where(col(AuditRow.team_id) == team_id)) or 0)


def since(session: Session, team_id: str, ordinal: int) -> list[Cycle]:
    """The cycles that changes after this one are about, open or closed.

    All open ones where that cannot be told: the whole workspace was changed, or what was changed is gone.
    """
    later = select(col(AuditRow.subject), col(AuditRow.subject_id)).distinct()
    about = later.where(col(AuditRow.team_id) == team_id, col(AuditRow.ordinal) > ordinal).limit(_MANY + 1)
    changed: dict[str, set[int]] = {}
    found = session.execute(about).tuples().all()
    for subject, number in found:
        changed.setdefault(subject, set()).add(number or 0)
    ids: set[int] = set()
    for subject, numbers in changed.items():
        touched = _cycles(session, team_id, subject, numbers)
        if touched is None or len(found) > _MANY:
            return open_cycles(session, team_id)
        ids |= touched
    return rows(session, Cycle, team_id, id=tuple(ids))


def _cycles(session: Session, team_id: str, subject: str, numbers: Collection[int]) -> set[int] | None:
    """The cycles of rows of one table; None where they cannot be told."""
    table = Row.metadata.tables.get(subject)
    if table is None or (subject != "cycle" and not {"service", "service_id", "source_id", "cycle_id"} & _names(table)):
        return None
    places = [table.c[name] for name in ("cycle_id", "service_id", "source_id") if name in table.c]
    found = session.execute(
        select(table.c.id, *places).where(table.c.team_id == team_id, table.c.id.in_(numbers))
    ).all()
    if len(found) < len(set(numbers)):
        return None
    kept = [one._mapping for one in found]
    own = {one[name] for one in kept for name in ("cycle_id",) if name in one}
    services = {one["service_id"] for one in kept if "service_id" in one}
    sources = {one["source_id"] for one in kept if "source_id" in one}
    own |= set(numbers) if subject == "cycle" else set()
    services |= set(numbers) if subject == "service" else set()
    services |= {one.service_id for one in rows(session, Source, team_id, id=tuple(sources))}
    running = rows(session, Cycle, team_id, open_service=tuple(services))
    return {one for one in own if one is not None} | {one.id for one in running}


def _names(table: Table) -> set[str]:
    return {table.name, *(column.name for column in table.c)}
