"""Where every open cycle of a workspace stands and who is waited for, worked out anew only where something changed.

What waits for one person is then chosen from it: nobody's home tab costs more, in however many services they hold a
role. It follows the audit log, as the status cards do, and the local day of each cycle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from csi.cycle import changed, together
from csi.cycle.overview import Brief, Overview, Waiting, brief, overview
from csi.cycle.own import chosen, of_everybody
from csi.models import Cycle, RoleAssignment
from csi.passages import open_cycles
from csi.states import CycleState

_TOGETHER = 100  # cycles looked at at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An open cycle: ``brief`` is what is shown of it, ``waits`` what waits for whom."""

    service_id: int
    channel: str
    brief: Brief
    waits: tuple[Waiting, ...]
    zone: str
    day: date

    def own(self, user_id: str) -> tuple[Waiting, ...]:
        """What waits for one person."""
        return tuple(chosen(self.waits, user_id))


@dataclass(frozen=True, slots=True)
class _Known:
    """The places of a workspace by cycle, as of its newest change."""

    newest: int
    places: Mapping[int, Place]


class Waits:
    """Holds them for the workspaces of a process."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._shown: dict[tuple[str, int], tuple[Place, Overview]] = {}
        self._lock = Lock()

    def of_person(self, session: Session, team_id: str, user_id: str, now: datetime) -> list[Place]:
        """The open cycles of the services in which a person holds a role, the oldest first."""
        mine = select(RoleAssignment.service_id).where(
            col(RoleAssignment.team_id) == team_id, col(RoleAssignment.user_id) == user_id
        )
        services = set(session.exec(mine))
        places = self.every(session, team_id, now) if services else {}
        return [one for _, one in sorted(places.items()) if one.service_id in services]

    def overview(self, session: Session, cycle: Cycle, now: datetime) -> Overview:
        """A cycle as its card shows it; made anew where its place was, and for one that is not open.

        Whoever asks before the whole workspace was looked at does not wait for that.
        """
        places = self.every(session, cycle.team_id, now) if cycle.team_id in self._known else {}
        place, key = places.get(cycle.id), (cycle.team_id, cycle.id)
        known = self._shown.get(key)
        if place is not None and known is not None and known[0] is place:
            return known[1]
        together.of_people(session, cycle.team_id, [cycle])
        made = overview(session, cycle, now)
        if place is not None:
            self._shown[key] = place, made
        return made

    def every(self, session: Session, team_id: str, now: datetime) -> Mapping[int, Place]:
        """The open cycles of a workspace by their number, as they are now; the session is one that only reads."""
        with self._lock:  # of two who come first one looks
            known, newest = self._known.get(team_id), changed.newest(session, team_id)
            if known is None or newest < known.newest:  # nothing was looked at yet, or all was deleted since
                made = _Known(newest, _seen(session, team_id, open_cycles(session, team_id), now))
            else:
                made = _Known(newest, _brought(session, team_id, known, newest, now))
            self._known[team_id] = made
            return made.places


def _brought(session: Session, team_id: str, known: _Known, newest: int, now: datetime) -> Mapping[int, Place]:
    """What was known, with what was changed since and what a new day changes."""
    touched = changed.since(session, team_id, known.newest)[1] if newest > known.newest else []
    anew = {one.id: one for one in touched}
    days = {zone: _day(zone, now) for zone in {one.zone for one in known.places.values()}}
    late = {number for number, one in known.places.items() if one.day != days[one.zone]} - anew.keys()
    if not anew and not late:
        return known.places
    anew |= {one.id: one for one in (open_cycles(session, team_id) if late else ()) if one.id in late}
    kept = {number: one for number, one in known.places.items() if number not in anew}
    return {**kept, **_seen(session, team_id, anew.values(), now)}


def _seen(session: Session, team_id: str, cycles: Iterable[Cycle], now: datetime) -> dict[int, Place]:
    found, running = {}, [one for one in cycles if one.state == CycleState.OPEN]
    for start in range(0, len(running), _TOGETHER):
        some = running[start : start + _TOGETHER]
        together.of_waits(session, team_id, some)
        found.update({one.id: _place(session, one, now) for one in some})
    return found


def _place(session: Session, cycle: Cycle, now: datetime) -> Place:
    shown = brief(session, cycle)
    return Place(
        service_id=cycle.service_id,
        channel=cycle.channel_id,
        brief=shown,
        waits=tuple(of_everybody(session, cycle, shown.waiting, now)),
        zone=cycle.timezone,
        day=_day(cycle.timezone, now),
    )


def _day(zone: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
