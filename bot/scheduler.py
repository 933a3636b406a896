"""What the clock says: APScheduler only ticks, which reminders are due the database knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler

from bot import inbox, leases, upkeep
from bot.blocks import reminders as blocks
from bot.context import Kit
from bot.log import logger
from csi import cycle as cycles
from csi import reminders
from csi.models import Reminder
from csi.step3_gather import collecting, schedule
from csi.storage import lock

log = logger(__name__)

TICK = 20.0  # seconds; reminders are due by the hour


class Scheduler:
    """Ticks; several processes may, as each reminder is claimed by one."""

    def __init__(self, kit: Kit, now: Callable[[], datetime], every: float = TICK) -> None:
        self._kit = kit
        self._now = now
        self._worker = leases.holder()
        self._forgot: dict[str, date] = {}
        self._clock = BackgroundScheduler(timezone="UTC")
        self._clock.add_job(
            self.tick, "interval", seconds=every, max_instances=1, coalesce=True, misfire_grace_time=None,
            next_run_time=now(),
        )  # fmt: skip

    def start(self) -> None:
        """Begin to tick."""
        self._clock.start()

    def stop(self) -> None:
        """Finish the tick under way."""
        self._clock.shutdown(wait=True)

    def tick(self) -> None:
        """Send what is due in every workspace of this process, and forget what is long done."""
        for team_id in self._kit.teams():
            self._safely(self._look_after, team_id)
            self._safely(self._remind, team_id)
            self._safely(self._collect, team_id)
            self._safely(self._forget, team_id)
        with self._kit.sessions() as session:
            inbox.forget(session, self._now())

    def _safely(self, act: Callable[..., None], *given: Any) -> None:
        try:
            act(*given)
        except Exception as error:  # trouble with one workspace, or one reminder, must not silence the others
            log.error("tick_failed", act=act.__name__, of=[getattr(one, "id", one) for one in given], exc_info=error)

    def _look_after(self, team_id: str) -> None:
        now = self._now()
        with self._kit.sessions() as session:
            upkeep.look_after(session, self._kit.outbox, team_id, now)
            reminders.refresh(session, team_id, now, also=(collecting.nudges,))

    def _remind(self, team_id: str) -> None:
        with self._kit.sessions() as session:
            due = reminders.claim(session, team_id=team_id, now=self._now(), worker=self._worker)
        for reminder in due:
            self._safely(self._send, reminder)

    def _collect(self, team_id: str) -> None:
        """Leave what is due to the job that collects: one job for each due moment, whoever ticks."""
        now = self._now()
        with self._kit.sessions.reading() as session:
            found = schedule.due(session, team_id, now)
        if found:
            with self._kit.sessions() as session:
                lock(session, f"collect:{team_id}")
                for source, cycle in found:
                    self._kit.inbox.later(
                        session, team_id=team_id, kind="source.collect", key=schedule.key(source, now),
                        payload={"source_id": source.id}, user=source.owner or source.created_by,
                        channel=cycle.channel_id,
                    )  # fmt: skip

    def _forget(self, team_id: str) -> None:
        """Once a day, leave what nobody went on with to the job that deletes it."""
        today = self._now().date()
        if self._forgot.get(team_id) == today:
            return
        with self._kit.sessions() as session:
            self._kit.inbox.later(session, team_id=team_id, kind="gather.forget", key=f"{today}", payload={})
        self._forgot[team_id] = today

    def _send(self, reminder: Reminder) -> None:
        """Write the nudge and its mark in one transaction; look again whether the reason still stands."""
        now = self._now()
        with self._kit.sessions() as session:
            session.add(reminder)
            if not reminders.stands(session, reminder, now, also={collecting.SUBJECT: collecting.stands}):
                reminders.dropped(session, reminder)
                return
            cycle = cycles.by_id(session, reminder.team_id, int(reminder.cycle_id or 0))
            service = cycles.service_of(session, cycle).name
            subject, number = reminder.subject, int(reminder.subject_id or 0)
            what = blocks.thing(subject, number, reminder.details)
            where, today = blocks.place(service, cycle.channel_id), now.astimezone(ZoneInfo(reminder.timezone)).date()
            text = blocks.sentence(reminder.kind, what, reminder.details, where, today)
            self._kit.outbox.post(
                session, team_id=reminder.team_id, channel=reminder.user_id, kind="nudge", text=text,
                key=f"reminder:{reminder.id}:{reminder.times_sent}", subject=("reminder", reminder.id),
                blocks=blocks.nudge(text, reminder.id, subject, number, cycle.channel_id, details=reminder.details),
            )  # fmt: skip
            reminders.sent(session, reminder, now)
