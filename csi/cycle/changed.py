"""Which cycles were changed since, by the audit log: so that only those are looked at anew."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlmodel import Session, col, func

from csi.cycle import together
from csi.models import AuditRow, Cycle, Person, RoleAssignment, Row, Source
from csi.passages import open_cycles
from csi.storage import rows

_PLACES = ("cycle_id", "service_id", "source_id")  # columns by which a row tells its cycle
_MANY = 1_000  # changes; beyond them every open cycle is looked at


def newest(session: Session, team_id: str) -> int:
    """The number of the newest change in a workspace."""
    return int(session.scalar(select(func.max(col(AuditRow.ordinal))).where(col(AuditRow.team_id) == team_id)) or 0)


def since(session: Session, team_id: str, ordinal: int) -> tuple[int, list[Cycle]]:
    """The number of the newest change, and the cycles that changes after this one are about, open or closed.

    All open ones where that cannot be told: the whole workspace was changed, or what was changed is gone.
    """
    row = AuditRow
    later = (col(row.team_id) == team_id, col(row.ordinal) > ordinal)
    about = select(col(row.ordinal), col(row.subject), col(row.subject_id)).where(*later)
    found = session.execute(about.order_by(col(row.ordinal)).limit(_MANY + 1)).all()
    if len(found) > _MANY:
        return newest(session, team_id), open_cycles(session, team_id)
    changed: dict[str, set[int]] = {}
    for _, subject, number in found:
        changed.setdefault(subject, set()).add(number or 0)
    last = max((number for number, *_ in found), default=ordinal)
    places = [_places(session, team_id, subject, numbers) for subject, numbers in changed.items()]
    if None in places:
        return last, open_cycles(session, team_id)
    ids, services = ({one for place in places if place for one in place[kind]} for kind in (0, 1))
    return last, together.cycles_of(session, team_id, services, ids)


def _places(session: Session, team_id: str, subject: str, numbers: Collection[int]) -> tuple[set[int], set[int]] | None:
    """Of rows of a table their cycles, and the services whose open cycle they are about; None where it is not told."""
    if subject == "cycle":
        return set(numbers), set()
    if subject == "service":
        return set(), set(numbers)
    if subject == "person":
        return set(), _services_of(session, team_id, numbers)
    table = Row.metadata.tables.get(subject)
    columns = [table.c[name] for name in _PLACES if name in table.c] if table is not None else []
    if table is None or not columns:
        return None
    ours = (table.c.team_id == team_id, table.c.id.in_(numbers))
    kept = session.execute(select(table.c.id, *columns).where(*ours)).mappings().all()
    if len(kept) < len(numbers):
        return None
    own, services, sources = ({one[name] for one in kept if one.get(name) is not None} for name in _PLACES)
    return own, services | {one.service_id for one in rows(session, Source, team_id, id=tuple(sources))}


def _services_of(session: Session, team_id: str, people: Collection[int]) -> set[int]:
    """The services in which these people hold a role."""
    users = tuple(one.user_id for one in rows(session, Person, team_id, id=tuple(people)))
    return {one.service_id for one in rows(session, RoleAssignment, team_id, user_id=users)}
