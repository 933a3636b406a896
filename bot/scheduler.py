"""What the clock says: APScheduler only ticks, which reminders are due the database knows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from sqlmodel import Session

from bot import alive, daily, inbox, leases, upkeep
from bot.blocks.reminders import Thing
from bot.context import Kit
from bot.log import logger
from csi import cycle as cycles
from csi import reminders
from csi.cycle import together
from csi.models import Cycle, Reminder
from csi.states import ReminderState
from csi.step3_gather import collecting, schedule
from csi.step7_correct import watching
from csi.storage import lock, rows

log = logger(__name__)
AnyT = TypeVar("AnyT")

TICK = 20.0  # seconds; reminders are due by the hour
DAILY = ("gather.forget", "record.prove", "keep.tidy")
CLAIMED = 400  # reminders leased at once: worked off long before the lease runs out
LOOKED_AT = 100  # reminders of which it is read together whether their reasons stand
IN_ONE = 25  # rows written in one transaction, so that nobody else waits long
ALSO = (collecting.nudges,)


@dataclass(frozen=True, slots=True)
class Looked:
    """How far a workspace was looked at: its newest change, and the local day of each open cycle."""

    newest: int = -1
    days: Mapping[int, date] = field(default_factory=dict)


class Scheduler:
    """Ticks; several processes may, as each reminder is claimed by one."""

    def __init__(self, kit: Kit, now: Callable[[], datetime], every: float = TICK) -> None:
        self._kit = kit
        self._now = now
        self._worker = leases.holder()
        self._forgot: dict[str, date] = {}
        self._looked: dict[str, Looked] = {}
        self._marks: dict[int, str] = {}
        self._beat_at: datetime | None = None
        self._clock = BackgroundScheduler(timezone="UTC")
        self._clock.add_job(
            self.tick,
            "interval",
            seconds=every,
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
            next_run_time=now(),
        )

    def start(self) -> None:
        """Begin to tick."""
        self._clock.start()

    def stop(self) -> None:
        """Finish the tick under way."""
        self._clock.shutdown(wait=True)

    def tick(self) -> None:
        """Send what is due in every workspace of this process, and forget what is long done."""
        teams = self._kit.teams()
        self._safely(self._beat, teams)
        for team_id in teams:
            self._safely(self._look_after, team_id)
            self._safely(self._remind, team_id)
            self._safely(self._collect, team_id)
            self._safely(self._forget, team_id)
        inbox.forget(self._kit.sessions, self._now())

    def _safely(self, act: Callable[..., None], *given: Any) -> None:
        of = [getattr(one, "id", one) for one in given]  # a row is not readable after a rollback
        try:
            act(*given)
        except Exception as error:  # trouble with one workspace, or one reminder, must not silence the others
            log.error("tick_failed", act=act.__name__, of=of, exc_info=error)

    def _beat(self, teams: Collection[str]) -> None:
        """Leave a trace of the tick, now and then: who would miss it looks there."""
        now = self._now()
        if self._beat_at is None or now - self._beat_at >= alive.OFTEN:
            alive.beat(self._kit.sessions, teams, now)
            self._beat_at = now

    def _look_after(self, team_id: str) -> None:
        """Look at what was changed since, and at what a new day changes; nobody waits until something is written."""
        now, before = self._now(), self._looked.get(team_id, Looked())
        with self._kit.sessions.reading() as session:
            looked, cycles_now = self._anew(session, team_id, before, now)
            due = upkeep.look(session, team_id, now, cycles_now)
            marks = [(one, mark) for one in cycles_now if (mark := self._new_mark(session, one, now))]
            is_new = looked != before
            called = reminders.called(session, team_id, now, cycles_now, ALSO) if is_new else []
        if due:
            with self._kit.sessions() as session:
                upkeep.look_after(session, self._kit.outbox, team_id, now, cycles_now)
        for some in _parts(called):
            with self._kit.sessions() as session:
                reminders.write(session, team_id, some, now)
        self._watch(team_id, marks)
        self._looked[team_id] = looked

    def _new_mark(self, session: Session, cycle: Cycle, now: datetime) -> str:
        """How far the data of a cycle reach in which something is watched, where that is new; else empty."""
        mark = watching.mark(session, cycle, now)
        return mark if mark != self._marks.get(cycle.id) else ""

    def _watch(self, team_id: str, marks: Sequence[tuple[Cycle, str]]) -> None:
        """Leave the cycles of which newer data have come to the job that looks at what is watched."""
        for some in _parts(marks):
            with self._kit.sessions() as session:
                for cycle, mark in some:
                    payload = {"cycle_id": cycle.id}
                    self._kit.inbox.later(session, team_id=team_id, kind="act.watch", key=mark, payload=payload)
        self._marks.update({cycle.id: mark for cycle, mark in marks})

    def _anew(self, session: Session, team_id: str, before: Looked, now: datetime) -> tuple[Looked, list[Cycle]]:
        """How far is looked now, and the open cycles that are to be looked at, with what they are asked about."""
        running = {one.id: one for one in cycles.open_cycles(session, team_id)}
        days = {one.id: now.astimezone(ZoneInfo(one.timezone)).date() for one in running.values()}
        wanted = {one for one, day in days.items() if before.days.get(one) != day}
        if before.newest < 0:
            newest = cycles.changed.newest(session, team_id)
        else:
            newest, touched = cycles.changed.since(session, team_id, before.newest)
            wanted |= {one.id for one in touched}
        found = [one for number, one in running.items() if number in wanted]
        if found:
            for read in (together.of_people, together.of_data, together.of_reports, together.of_clauses):
                read(session, team_id, found)
        return Looked(newest, days), found

    def _remind(self, team_id: str) -> None:
        """Work off all that is due, some at a time."""
        while self._is_due(team_id):
            with self._kit.sessions() as session:
                due = reminders.claim(session, team_id=team_id, now=self._now(), worker=self._worker, limit=CLAIMED)
            if not due:  # others were first
                return
            for some in _people(due, LOOKED_AT):
                self._send_some(some)

    def _is_due(self, team_id: str) -> bool:
        with self._kit.sessions.reading() as session:
            return reminders.is_due(session, team_id, self._now())

    def _send_some(self, due: Sequence[Reminder]) -> None:
        """Together, in a few queries; where one of them is trouble, one by one, so that the others are sent."""
        now = self._now()
        try:
            things = self._looked_up(due, now)
        except Exception as error:
            log.warning("one_by_one", exc_info=error)
            self._one_by_one(due[0].team_id, [one.id for one in due])
            return
        for some in _people([one for one in due if one.id in things], IN_ONE):
            team_id, ids = some[0].team_id, [one.id for one in some]
            try:
                self._write(some, things, now)
            except Exception as error:
                log.warning("one_by_one", exc_info=error)
                self._one_by_one(team_id, ids)

    def _one_by_one(self, team_id: str, ids: Sequence[int]) -> None:
        """Those that are still ours, as they stand now."""
        with self._kit.sessions.reading() as session:
            claimed = rows(session, Reminder, team_id, id=tuple(ids), state=ReminderState.CLAIMED)
            found = [one for one in claimed if one.lease_by == self._worker]
        for reminder in found:
            self._safely(self._send, reminder)

    def _send(self, reminder: Reminder) -> None:
        now = self._now()
        if things := self._looked_up([reminder], now):
            self._write([reminder], things, now)

    def _looked_up(self, due: Sequence[Reminder], now: datetime) -> dict[int, Thing | None]:
        """Each as it is shown, where its reason still stands: looked up again at the moment of sending."""
        with self._kit.sessions.reading() as session:
            together.of_reminders(session, due)
            daily.read_ahead(session, due)
            return self._things(session, due, now)

    def _write(self, due: Sequence[Reminder], things: Mapping[int, Thing | None], now: datetime) -> None:
        """The messages of some people, and the marks of their reminders, in one transaction."""
        with self._kit.sessions() as session:
            lock(session, f"daily:{due[0].team_id}")  # of two who write at once one writes the day's message
            session.add_all(due)
            for one in due:
                if things[one.id] is None:
                    reminders.dropped(session, one)
            standing = [(one, made) for one in due if (made := things[one.id]) is not None]
            self._kit.outbox.post_new(session, self._written(session, standing, now))

    def _things(self, session: Session, due: Sequence[Reminder], now: datetime) -> dict[int, Thing | None]:
        """Each reminder as it is shown; None when its reason has gone. One that is trouble is left until later."""
        made: dict[int, Thing | None] = {}
        for one in due:
            try:
                stands = reminders.stands(session, one, now, also=daily.LATER)
                made[one.id] = daily.thing(session, one, now) if stands else None
            except Exception as error:
                log.error("tick_failed", act="_send", of=[one.id], exc_info=error)
        return made

    def _written(
        self, session: Session, standing: Sequence[tuple[Reminder, Thing]], now: datetime
    ) -> list[dict[str, Any]]:
        """The messages: one a day for a person; what comes later goes into the next day's, but what was put off."""
        if not standing:
            return []
        team_id, posts = standing[0][0].team_id, []
        days = daily.days_of(session, team_id, list(dict.fromkeys(one.user_id for one, _ in standing)), now)
        said = self._kit.outbox.held(session, team_id, [one.key for one in days.values()])
        for day in days.values():
            mine = [(one, made) for one, made in standing if one.user_id == day.user_id]
            if not daily.is_person(day.user_id):
                posts += [daily.post(day, team_id, [made], _alone(one)) for one, made in mine]
            elif day.key not in said:
                posts.append(daily.post(day, team_id, [made for _, made in mine], day.key))
            else:
                later = [one for one, _ in mine if one.snoozed_until is None]
                for one in later:
                    reminders.put_on(session, one, day.person, now)
                mine = [(one, made) for one, made in mine if one.snoozed_until is not None]
                posts += [daily.post(day, team_id, [made], _alone(one)) for one, made in mine]
            for one, _ in mine:
                reminders.sent(session, one, now)
        return posts

    def _collect(self, team_id: str) -> None:
        """Leave what is due to the job that collects: one job for each due moment, whoever ticks."""
        now = self._now()
        with self._kit.sessions.reading() as session:
            found = schedule.due(session, team_id, now)
        for some in _parts(found):
            with self._kit.sessions() as session:
                lock(session, f"collect:{team_id}")
                for source, cycle in some:
                    self._kit.inbox.later(
                        session,
                        team_id=team_id,
                        kind="source.collect",
                        key=schedule.key(source, now),
                        payload={"source_id": source.id},
                        user=source.owner or source.created_by,
                        channel=cycle.channel_id,
                    )

    def _forget(self, team_id: str) -> None:
        """Once a day, leave what is done once a day to its jobs."""
        today = self._now().date()
        if self._forgot.get(team_id) == today:
            return
        with self._kit.sessions() as session:
            for kind in DAILY:
                self._kit.inbox.later(session, team_id=team_id, kind=kind, key=f"{today}", payload={})
        self._forgot[team_id] = today


def _alone(reminder: Reminder) -> str:
    """Under which key a reminder stands that has a message of its own."""
    return f"reminder:{reminder.id}:{reminder.times_sent}"


def _people(due: Sequence[Reminder], most: int) -> Iterator[Sequence[Reminder]]:
    """Some at a time, all of one person together, and people of one cycle side by side."""
    of: dict[str, list[Reminder]] = {}
    for one in sorted(due, key=lambda one: one.cycle_id or 0):
        of.setdefault(one.user_id, []).append(one)
    some: list[Reminder] = []
    for mine in of.values():
        some += mine
        if len(some) >= most:
            yield some
            some = []
    if some:
        yield some


def _parts(found: Sequence[AnyT]) -> Iterator[Sequence[AnyT]]:
    return (found[start : start + IN_ONE] for start in range(0, len(found), IN_ONE))
