"""Starting a cycle, and finding the one of a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from csi import audit, roles
from csi.errors import Conflict, InvalidInput, NotAllowed, Place, Way
from csi.models import Cycle, Service, StepPassage, Workspace
from csi.passages import due_day, open_cycles, open_in, service_of
from csi.reading.zone_names import zones
from csi.storage import lock, next_number, row
from csi.terms import Period, Role, Step

NAME_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Start:
    """What a new cycle needs; ``calendar`` holds docs/study.md's keys (empty: 24x7), ``due`` maps steps to days."""

    service: str
    channel_id: str
    timezone: str = "UTC"
    period: Period = Period.WEEK
    calendar: Mapping[str, Any] | None = None
    due: Mapping[int, date] | None = None


def start(session: Session, *, team_id: str, actor: str, now: datetime, wanted: Start) -> Cycle:
    """Begin cycle 1 of a service (or the next number) in a channel; whoever starts it is its CSI manager.

    Raises:
        InvalidInput: no name, or an unknown zone.
        Conflict: the channel or the service already has an open cycle.
        NotAllowed: the service was begun before, by others.
    """
    name = _checked_name(wanted.service)
    if wanted.timezone not in zones():
        raise InvalidInput("timezone", f"“{wanted.timezone}” is not a time zone; expected one such as Europe/Lisbon")
    lock(session, f"start:{team_id}")
    workspace(session, team_id, now)
    service = _service(session, team_id, name, now)
    _refuse_second(session, service, wanted.channel_id)
    if roles.of_service(session, team_id, service.id):
        _require_steerer(session, service, actor)
    if not roles.holders(session, team_id, service.id, Role.CSI_MANAGER):
        roles.grant(
            session,
            team_id=team_id,
            service_id=service.id,
            role=Role.CSI_MANAGER,
            user_id=actor,
            actor=actor,
            now=now,
        )
    cycle = Cycle(
        team_id=team_id,
        service_id=service.id,
        number=next_number(session, Cycle, team_id, "number", service_id=service.id),
        channel_id=wanted.channel_id,
        open_channel=wanted.channel_id,
        open_service=service.id,
        timezone=wanted.timezone,
        period=wanted.period.value,
        calendar=dict(wanted.calendar or {}),
        started_by=actor,
        started_at=now,
    )
    return open_cycle(session, cycle, actor=actor, now=now, due=wanted.due)


def open_cycle(
    session: Session, cycle: Cycle, *, actor: str, now: datetime, due: Mapping[int, date] | None = None
) -> Cycle:
    """Write a new cycle with its seven passages, the first one entered; ``due`` are days that somebody has named."""
    session.add(cycle)
    session.flush()
    days_named = dict(due or {})
    days_named.setdefault(Step.SHOULD_MEASURE.value, due_day(session, cycle, now))
    for step in Step:
        passage = StepPassage(
            team_id=cycle.team_id,
            cycle_id=cycle.id,
            step=step.value,
            due_on=days_named.get(step.value),
            entered_at=now if step is Step.SHOULD_MEASURE else None,
        )
        session.add(passage)
    session.flush()
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="started cycle",
        subject=("cycle", cycle.id),
        new={"service_id": cycle.service_id, "number": cycle.number, "channel_id": cycle.channel_id},
    )
    return cycle


def workspace(session: Session, team_id: str, now: datetime, name: str = "") -> Workspace:
    """The workspace's row, made when it is first needed."""
    found = row(session, Workspace, team_id)
    if found is None:
        found = Workspace(team_id=team_id, name=name, created_at=now)
        session.add(found)
        session.flush()
    return found


def _checked_name(typed: str) -> str:
    name = " ".join(typed.split())
    if not name:
        raise InvalidInput("service", "which service? Expected its name, such as Service desk")
    if len(name) > NAME_LIMIT:
        raise InvalidInput("service", f"at most {NAME_LIMIT} characters; these are {len(name):,}")
    return name


def _service(session: Session, team_id: str, name: str, now: datetime) -> Service:
    found = row(session, Service, team_id, name=name)
    if found is None:
        found = Service(team_id=team_id, name=name, created_at=now)
        session.add(found)
        session.flush()
    return found


def _require_steerer(session: Session, service: Service, actor: str) -> None:
    """Whoever starts a cycle names its people: for a service that has some, that is for those who steer it."""
    if not roles.held(session, service.team_id, service.id, actor) & roles.STEERERS:
        raise NotAllowed(f"{service.name} has people already; its CSI manager or service owner starts the next cycle.")


def running_in(session: Session, team_id: str, channel_id: str) -> Conflict | None:
    """Why no cycle can begin in a channel: one is running there; None where none is."""
    running = open_in(session, team_id, channel_id)
    if running is None:
        return None
    name = service_of(session, running).name
    said = f"Cycle {running.number} of {name} is running in this channel; it is closed in step 7."
    return Conflict(said, ways=[Way(Place.STATUS)])


def _refuse_second(session: Session, service: Service, channel_id: str) -> None:
    if taken := running_in(session, service.team_id, channel_id):
        raise taken
    for cycle in open_cycles(session, service.team_id):
        if cycle.service_id == service.id:
            raise Conflict(f"Cycle {cycle.number} of {service.name} is already running in another channel.")
