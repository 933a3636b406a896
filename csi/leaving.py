"""What somebody held who left the workspace, and giving all of it on at once: nothing waits for who is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.errors import InvalidInput, InvalidInputs, NotAllowed
from csi.models import (
    Action,
    Cycle,
    Decision,
    Gap,
    Kpi,
    Opportunity,
    PlanRow,
    RoleAssignment,
    Row,
    Service,
    Source,
    StepPassage,
)
from csi.states import CycleState, EntryState
from csi.step7_correct import actions
from csi.storage import hold, need, rows
from csi.terms import Role, Step

WHAT = "gave on"
_OPEN_ENTRIES = (EntryState.OPEN, EntryState.PLANNED)
_OF_SERVICES: dict[type[Row], tuple[str, ...]] = {
    RoleAssignment: ("user_id",),
    Source: ("owner", "backup"),
    Action: ("owner",),
    Opportunity: ("actioned_by",),
}
_OF_CYCLES: dict[type[Row], tuple[str, ...]] = {
    StepPassage: ("owner",),
    PlanRow: ("owner", "backup"),
    Kpi: ("owner",),
    Gap: ("owner",),
}


class Part(StrEnum):
    """What is given on to one person each."""

    ROLES = "roles"
    DATA = "data"
    KPIS = "kpis"
    ACTIONS = "actions"
    REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Held:
    """One thing a person holds: the row and the field that names them; ``number`` and ``name`` tell people which."""

    part: Part
    row: Row
    field: str
    name: str = ""
    number: int = 0


def held(session: Session, team_id: str, service_id: int, user_id: str) -> list[Held]:
    """All that a person holds for a service: roles, steps, plan rows, sources, KPIs, actions, gaps, entries."""
    about: dict[str, Any] = {"service_id": service_id}
    found = [Held(Part.ROLES, one, "user_id", one.role) for one in _roles(session, team_id, service_id, user_id)]
    for cycle in rows(session, Cycle, team_id, open_service=service_id):
        found += _of_cycle(session, cycle, user_id)
    for source in rows(session, Source, team_id, retired_at=None, **about):
        found += [Held(Part.DATA, source, field, source.name) for field in _named(source, user_id)]
    for action in rows(session, Action, team_id, owner=user_id, state=actions.OPEN, **about):
        found.append(Held(Part.ACTIONS, action, "owner", action.title, action.number))
    for entry in rows(session, Opportunity, team_id, actioned_by=user_id, state=_OPEN_ENTRIES, **about):
        found.append(Held(Part.REGISTER, entry, "actioned_by", entry.title, entry.number))
    return found


def services_of(session: Session, team_id: str, user_id: str) -> list[int]:
    """The services for which a person holds anything."""
    ours = {one.service_id for one in _naming(session, team_id, _OF_SERVICES, user_id)}
    of_cycles = {one.cycle_id for one in _naming(session, team_id, _OF_CYCLES, user_id)}
    ours |= {one.service_id for one in rows(session, Cycle, team_id, id=tuple(of_cycles), state=CycleState.OPEN)}
    return [one for one in sorted(ours) if held(session, team_id, one, user_id)]


def _naming(session: Session, team_id: str, tables: Mapping[type[Row], Sequence[str]], user_id: str) -> Iterator[Any]:
    """The rows of these tables that name a person in one of these fields."""
    for table, fields in tables.items():
        for name in fields:
            about: dict[str, Any] = {name: user_id}
            yield from rows(session, table, team_id, **about)


def who_helps(session: Session, team_id: str, service_id: int, gone: str) -> list[str]:
    """Who may give on what somebody held: those who steer the service; where none is left, all who work on it."""
    for allowed in (roles.STEERERS, roles.MEMBERS):
        found = [one for one in roles.holders(session, team_id, service_id, *allowed) if one != gone]
        present = [one for one in found if not _has_left(session, team_id, one)]
        if present:
            return present
    return []


def give_on(
    session: Session, *, team_id: str, service_id: int, gone: str, heirs: Mapping[Part, str], actor: str, now: datetime
) -> list[Held]:
    """Give all that a person held for a service on, each part to its heir; gives what was given.

    Owners change without voiding anything: what was agreed stays agreed.

    Raises:
        NotAllowed: it is not theirs to give.
        InvalidInputs: a part has no heir, or one who approved what they would then have to do.
    """
    hold(session, need(session, Service, team_id, service_id), f"service:{team_id}:{service_id}")
    helping = who_helps(session, team_id, service_id, gone)
    if actor not in helping:
        names = " or ".join(roles.name_of(session, team_id, one) for one in helping[:3])
        asked = f" Ask {names}." if names else ""
        raise NotAllowed(f"What somebody held is given on by those who steer the service.{asked}")
    every = held(session, team_id, service_id, gone)
    if wrong := [error for part in Part if (error := _wrong(session, part, every, heirs, gone)) is not None]:
        raise InvalidInputs(wrong)
    for one in every:
        if isinstance(one.row, RoleAssignment):
            _give_role(session, one.row, heirs[one.part], actor, now)
        else:
            audit.alter(session, one.row, _values(one, heirs[one.part]), actor=actor, at=now, what=WHAT)
    session.flush()
    return every


def _wrong(
    session: Session, part: Part, every: list[Held], heirs: Mapping[Part, str], gone: str
) -> InvalidInput | None:
    mine = [one for one in every if one.part is part]
    heir = heirs.get(part, "")
    if not mine:
        return None
    if not heir or heir == gone:
        return InvalidInput(part, "Please choose who takes this over.")
    for one in mine:
        if isinstance(one.row, Action) and _has_approved(session, one.row, heir):
            name = roles.name_of(session, one.row.team_id, heir)
            said = f"{name} approved action {one.number}; whoever does it is somebody else. Choose another person."
            return InvalidInput(part, said)
    return None


def _has_approved(session: Session, action: Action, user_id: str) -> bool:
    about: dict[str, Any] = {"subject": "action", "subject_id": action.id, "version": action.version}
    return bool(rows(session, Decision, action.team_id, user_id=user_id, choice="approve", limit=1, **about))


def _roles(session: Session, team_id: str, service_id: int, user_id: str) -> list[RoleAssignment]:
    return rows(session, RoleAssignment, team_id, service_id=service_id, user_id=user_id)


def _of_cycle(session: Session, cycle: Cycle, user_id: str) -> Iterator[Held]:
    here: dict[str, Any] = {"team_id": cycle.team_id, "cycle_id": cycle.id}
    for passage in rows(session, StepPassage, owner=user_id, **here):
        yield Held(Part.ROLES, passage, "owner", Step(passage.step).title, passage.step)
    names = {one.id: one.name for one in rows(session, Kpi, **here)}
    for plan in rows(session, PlanRow, **here):
        for field in _named(plan, user_id):
            yield Held(Part.DATA, plan, field, names.get(plan.kpi_id, ""))
    for kpi in rows(session, Kpi, owner=user_id, **here):
        yield Held(Part.KPIS, kpi, "owner", kpi.name)
    for gap in rows(session, Gap, owner=user_id, **here):
        yield Held(Part.ACTIONS, gap, "owner", names.get(gap.kpi_id or 0, gap.text))


def _named(one: PlanRow | Source, user_id: str) -> list[str]:
    return [field for field in ("owner", "backup") if getattr(one, field) == user_id]


def _values(one: Held, heir: str) -> dict[str, Any]:
    """The heir in the field; nobody is their own backup."""
    if isinstance(one.row, PlanRow | Source):
        other = "backup" if one.field == "owner" else "owner"
        if getattr(one.row, other) == heir:
            return {"owner": heir, "backup": ""}
    return {one.field: heir}


def _give_role(session: Session, one: RoleAssignment, heir: str, actor: str, now: datetime) -> None:
    """The heir first: a service keeps its last manager until another is there."""
    about: dict[str, Any] = {"team_id": one.team_id, "service_id": one.service_id, "actor": actor, "now": now}
    role, gone = Role(one.role), one.user_id
    known = rows(session, RoleAssignment, one.team_id, service_id=one.service_id, role=one.role, user_id=heir)
    backup = one.backup and (not known or known[0].backup)
    roles.grant(session, role=role, user_id=heir, backup=backup, **about)
    session.flush()
    roles.revoke(session, role=role, user_id=gone, **about)


def _has_left(session: Session, team_id: str, user_id: str) -> bool:
    known = roles.person(session, team_id, user_id)
    return known is not None and known.left_at is not None
