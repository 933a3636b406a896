"""Keeps each cycle's status message up to date: looks at what was changed, says what is new."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from threading import Event, Thread

from sqlalchemy import event
from sqlmodel import Session, col, func, select

from bot.blocks import status_card
from bot.delivery.outbox import Outbox
from bot.log import logger
from csi import cycle as cycles
from csi.errors import NotFound
from csi.models import AuditRow, Cycle
from csi.storage import Sessions

log = logger(__name__)

SETTLE = 0.15  # seconds: several changes of one click make one update
IDLE = 2.0  # seconds between looks for changes of other processes


def key(cycle: Cycle) -> str:
    """Under which the cycle's card is found in the outbox; announcements go into its thread."""
    return f"card:{cycle.id}"


def show(session: Session, outbox: Outbox, cycle: Cycle, now: datetime) -> None:
    """Post the cycle's card, or bring it up to date."""
    seen = cycles.overview(session, cycle, now)
    outbox.keep(
        session, team_id=cycle.team_id, key=key(cycle), channel=cycle.channel_id, text=status_card.title(seen),
        blocks=status_card.card(seen), pin=True, subject=("cycle", cycle.id), tell=cycle.started_by,
    )  # fmt: skip


class CardKeeper:
    """One thread that follows the audit log, which names every change, whoever made it."""

    def __init__(
        self, sessions: Sessions, outbox: Outbox, now: Callable[[], datetime], teams: Callable[[], Collection[str]]
    ) -> None:
        self._sessions = sessions
        self._outbox = outbox
        self._now = now
        self._teams = teams
        self._seen: dict[str, int] = {}
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
        """Bring up to date the cards of every workspace where something was changed."""
        try:
            teams = self._teams()
            with self._sessions.reading() as session:
                newest = {team_id: _newest(session, team_id) for team_id in teams}
            for team_id, ordinal in newest.items():
                if self._seen.get(team_id) != ordinal:
                    self._refresh(team_id)
                    self._seen[team_id] = ordinal
        except Exception:  # the keeper must outlive a database that is away for a moment
            log.exception("cards_not_refreshed")

    def _refresh(self, team_id: str) -> None:
        with self._sessions.reading() as session:
            stale = [cycle.id for cycle in self._shown(session, team_id)]
        for cycle_id in stale:
            try:
                with self._sessions() as session:
                    show(session, self._outbox, cycles.by_id(session, team_id, cycle_id), self._now())
            except NotFound:  # everything of the workspace was deleted in this moment
                log.info("card_gone", cycle=cycle_id)

    def _shown(self, session: Session, team_id: str) -> list[Cycle]:
        """Open cycles, and those closed a moment ago, whose card must say so."""
        closed = select(Cycle).where(Cycle.team_id == team_id, Cycle.state != "open")
        last = session.exec(closed.order_by(col(Cycle.closed_at).desc()).limit(3)).all()
        return [*cycles.open_cycles(session, team_id), *last]


def _newest(session: Session, team_id: str) -> int:
    return session.exec(select(func.max(AuditRow.ordinal)).where(AuditRow.team_id == team_id)).one() or 0
