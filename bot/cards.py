"""Keeps each cycle's status message up to date: looks at what was changed, says what is new."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from zoneinfo import ZoneInfo

from sqlalchemy import event
from sqlmodel import Session

from bot.blocks import status_card
from bot.delivery.outbox import Outbox
from bot.log import logger
from csi import cycle as cycles
from csi.models import Cycle, OutboxPost
from csi.states import CycleState
from csi.storage import Sessions, row, rows

log = logger(__name__)

SETTLE = 0.15  # seconds: several changes of one click make one update
TOGETHER = 100  # cards looked at at once
QUARTER = 900.0  # seconds
IDLE = 2.0  # seconds between looks for changes of other processes


def key(cycle: Cycle) -> str:
    """Under which the cycle's card is found in the outbox; announcements go into its thread."""
    return f"card:{cycle.id}"


def show(session: Session, outbox: Outbox, cycle: Cycle, now: datetime) -> None:
    """Post the cycle's card, or bring it up to date."""
    _keep(session, outbox, cycle, cycles.overview(session, cycle, now))


def _keep(session: Session, outbox: Outbox, cycle: Cycle, seen: cycles.Overview) -> None:
    outbox.keep(
        session,
        team_id=cycle.team_id,
        key=key(cycle),
        channel=cycle.channel_id,
        text=status_card.title(seen),
        blocks=status_card.card(seen),
        pin=True,
        subject=("cycle", cycle.id),
        tell=cycle.started_by,
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """How far the cards of a workspace are up to date: its newest change, and when their days were looked at."""

    newest: int
    at: datetime


class CardKeeper:
    """One thread that follows the audit log, which names every change, whoever made it."""

    def __init__(
        self, sessions: Sessions, outbox: Outbox, now: Callable[[], datetime], teams: Callable[[], Collection[str]]
    ) -> None:
        self._sessions = sessions
        self._outbox = outbox
        self._now = now
        self._teams = teams
        self._kept: dict[str, Kept] = {}
        self._changed = Event()
        self._stopped = Event()
        self._thread = Thread(target=self._loop, name="cards", daemon=True)

    def start(self) -> None:
        """Begin; the first look brings every card up to date."""
        event.listen(self._sessions.engine, "commit", self._note)
        self._thread.start()

    def stop(self) -> None:
        """Stop following."""
        event.remove(self._sessions.engine, "commit", self._note)
        self._stopped.set()
        self._changed.set()
        self._thread.join(timeout=10)

    def _note(self, _connection: object) -> None:
        self._changed.set()

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait(timeout=IDLE)
            self._stopped.wait(SETTLE)
            self._changed.clear()
            if not self._stopped.is_set():
                self.look()

    def look(self) -> None:
        """Bring up to date the cards of every workspace where something was changed, or a new day has begun."""
        try:
            for team_id in self._teams():
                self._look(team_id)
        except Exception:  # the keeper must outlive a database that is away for a moment
            log.exception("cards_not_refreshed")

    def _look(self, team_id: str) -> None:
        now, before = self._now(), self._kept.get(team_id)
        with self._sessions.reading() as session:
            newest, stale = self._stale(session, team_id, before, now)
        for start in range(0, len(stale), TOGETHER):
            self._refresh(team_id, stale[start : start + TOGETHER], now)
        self._kept[team_id] = Kept(newest, now)

    def _stale(self, session: Session, team_id: str, before: Kept | None, now: datetime) -> tuple[int, list[Cycle]]:
        """The newest change, and the cycles it and those before it are about; at first all that are shown."""
        if before is None:
            return cycles.changed.newest(session, team_id), self._shown(session, team_id)
        newest, touched = cycles.changed.since(session, team_id, before.newest)
        stale = {one.id: one for one in touched if one.state == CycleState.OPEN}
        if len(stale) < len(touched):
            stale |= {one.id: one for one in self._closed(session, team_id) if one in touched}
        if _quarter(now) != _quarter(before.at):
            stale |= {one.id: one for one in cycles.open_cycles(session, team_id) if _is_new_day(one, before.at, now)}
        return newest, list(stale.values())

    def _refresh(self, team_id: str, stale: Sequence[Cycle], now: datetime) -> None:
        """Look at these cycles together, and bring their cards up to date."""
        with self._sessions.reading() as session:
            cycles.together.of_people(session, team_id, stale)
            cycles.together.of_card(session, team_id, stale)
            seen = [(one, cycles.overview(session, one, now)) for one in stale]
            held = self._outbox.held(session, team_id, [key(one) for one in stale])
        for cycle, overview in seen:
            self._write(cycle, overview, held.get(key(cycle)))

    def _write(self, cycle: Cycle, seen: cycles.Overview, held: OutboxPost | None) -> None:
        """In a transaction of its own, and only what a card says anew."""
        if held is not None and (held.text, held.blocks) == (status_card.title(seen), status_card.card(seen)):
            return
        with self._sessions() as session:
            # else all of the workspace was deleted in this moment, its posts as well
            if held is not None or row(session, Cycle, cycle.team_id, id=cycle.id) is not None:
                _keep(session, self._outbox, cycle, seen)

    def _shown(self, session: Session, team_id: str) -> list[Cycle]:
        """Open cycles, and those closed a moment ago, whose card must say so."""
        return [*cycles.open_cycles(session, team_id), *self._closed(session, team_id)]

    def _closed(self, session: Session, team_id: str) -> list[Cycle]:
        return rows(session, Cycle, team_id, state=CycleState.CLOSED, order="-closed_at", limit=3)


def _quarter(moment: datetime) -> int:
    """Which quarter of an hour it is: in no zone does a day begin at another moment."""
    return int(moment.timestamp() // QUARTER)


def _is_new_day(cycle: Cycle, before: datetime, now: datetime) -> bool:
    zone = ZoneInfo(cycle.timezone)
    return before.astimezone(zone).date() != now.astimezone(zone).date()
