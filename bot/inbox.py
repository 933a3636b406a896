"""What arrives once: events and jobs are stored first, then worked on, again after a crash."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Any

from sqlalchemy import ColumnElement, delete, event, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot import leases
from bot.apart import Failed
from bot.delivery import failures
from bot.log import logger
from bot.payload import Origin
from bot.pool import SlowPool
from csi.errors import CsiError
from csi.models import InboxEvent
from csi.models.delivered import DONE, UNDONE
from csi.states import InboxState
from csi.storage import Sessions, change_if, lock

log = logger(__name__)

LEASE = timedelta(seconds=60)
ATTEMPTS = 5
ROUND = 50  # of each kind
KINDS = ("event", "job")
EVENT = "_event"  # in a job's payload: which row of the inbox it is
REMOVALS = ("event:app_uninstalled", "event:tokens_revoked")  # there is no client for a workspace that is gone
KEPT = timedelta(days=7)  # Slack repeats an event within minutes; a week is for those who search for what happened

Work = Callable[[InboxEvent], None]
Tell = Callable[[Exception, Origin | None], None]


class Inbox:
    """Stores what must not be lost. ``later`` is for listeners, ``receive`` for events from Slack."""

    def __init__(self, sessions: Sessions, now: Callable[[], datetime]) -> None:
        self._sessions = sessions
        self._now = now
        self.woken = Event()

    def receive(self, *, team_id: str, event_id: str, kind: str, payload: Mapping[str, Any]) -> bool:
        """Store an event in its own transaction; false when it was here before."""
        try:
            with self._sessions() as session:
                self._add(session, team_id, event_id, f"event:{kind}", payload)
        except IntegrityError:
            return False
        return True

    def later(
        self,
        session: Session,
        *,
        team_id: str,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        user: str = "",
        channel: str = "",
    ) -> None:
        """A job in the caller's transaction: done after the commit, and again after a crash until it is through.

        Args:
            session: the caller's.
            team_id: the workspace.
            kind: a row of kind ``job`` in the routing table, such as ``gather.read``.
            key: unique per piece of work; the same key again changes nothing.
            payload: plain values for the job.
            user: who is told when it fails.
            channel: where they are told.
        """
        event_id = f"{kind}:{key}"
        lock(session, f"inbox:{team_id}:{event_id}")  # two who ask at once leave one job, and neither hears an error
        known = select(InboxEvent.id).where(InboxEvent.team_id == team_id, InboxEvent.event_id == event_id)
        if session.exec(known).first() is None:
            self._add(session, team_id, event_id, f"job:{kind}", {**payload, "_user": user, "_channel": channel})

    def through(self, session: Session, payload: Mapping[str, Any]) -> None:
        """Call a job done in the transaction of its effect: killed right behind that, it is not done once more.

        Args:
            session: the caller's, which writes what the job is for.
            payload: as the job was given it.
        """
        mine = (col(InboxEvent.team_id) == payload["team_id"], col(InboxEvent.event_id) == payload.get(EVENT, ""))
        done = {"status": InboxState.DONE, "done_at": self._now(), "error": "", "claimed_by": "", "claimed_at": None}
        session.execute(update(InboxEvent).where(*mine).values(**done))

    def _add(self, session: Session, team_id: str, event_id: str, kind: str, payload: Mapping[str, Any]) -> None:
        now = self._now()
        row = InboxEvent(
            team_id=team_id, event_id=event_id, kind=kind, payload=dict(payload), received_at=now, next_at=now
        )
        session.add(row)
        session.flush()
        event.listen(session, "after_commit", lambda _: self.woken.set(), once=True)


class InboxWorker:
    """Takes stored events and jobs one by one, each by one worker at a time, until they are through.

    It works for the workspaces it is given; only that one of them removed the bot is heard whether or not it is.
    """

    def __init__(
        self,
        inbox: Inbox,
        sessions: Sessions,
        now: Callable[[], datetime],
        work: Work,
        tell: Tell,
        *,
        teams: Callable[[], Collection[str]],
        lost: Callable[[InboxEvent], None] = lambda _row: None,
        heavy: Collection[str] = (),
    ) -> None:
        """``lost`` says of what was given up where it is waited for; ``tell`` tells who began it.

        ``heavy`` are kinds of which one is done at a time, and no other waits for them.
        """
        self._inbox = inbox
        self._sessions = sessions
        self._now = now
        self._work = work
        self._tell = tell
        self._teams = teams
        self._lost = lost
        self._heavy_kinds = frozenset(heavy)
        self._holder = leases.holder()
        self._held: set[int] = set()
        self._lock = Lock()
        self._stopped = Event()
        self._thread = Thread(target=self._loop, name="inbox", daemon=True)
        self._quick = SlowPool(lambda *_: None, workers=4, waiting=1000)
        self._jobs = SlowPool(lambda *_: None, workers=2, waiting=1000)
        self._heavy = SlowPool(lambda *_: None, workers=1, waiting=1000)

    def start(self) -> None:
        """Begin, with what an earlier process left unfinished."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being worked on; the rest stays stored."""
        self._stopped.set()
        self._inbox.woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._quick.close()
        self._jobs.close()
        self._heavy.close()
        self._release()

    def _release(self) -> None:
        """What was taken and not begun waits for no lease: whoever comes next may take it."""
        with self._lock:
            held = list(self._held)
        if held:
            with self._sessions() as session:
                ours = _ours(self._teams())
                for row in session.exec(select(InboxEvent).where(col(InboxEvent.id).in_(held), ours)):
                    values = {
                        "status": InboxState.PENDING,
                        "claimed_by": "",
                        "claimed_at": None,
                        "attempts": row.attempts - 1,
                    }
                    change_if(session, row, {"claimed_by": self._holder}, values)

    def _loop(self) -> None:
        while not self._stopped.is_set():
            self._inbox.woken.wait(timeout=1.0)
            self._inbox.woken.clear()
            if not self._stopped.is_set():
                self.look()

    def look(self) -> None:
        """Take what is there and begin to work on it."""
        try:
            self._renew()
            for row in self._take():
                self._pool(row.kind)(self._through, row)
        except Exception:  # the worker must outlive a database that is away for a moment
            log.exception("inbox_round_failed")

    def _pool(self, kind: str) -> SlowPool:
        if kind in self._heavy_kinds:
            return self._heavy
        return self._quick if kind.startswith("event:") else self._jobs

    def _take(self) -> list[InboxEvent]:
        """Rows that are now ours: each claimed by a conditional update."""
        now, teams = self._now(), self._teams()
        with self._sessions.reading() as session:
            rows = [row for kind in KINDS for row in session.exec(_unfinished(kind, teams, now))]
        taken = [row for row in rows if self._ready(row, now) and not self._given_up(row) and self._claim(row, now)]
        with self._lock:
            self._held.update(row.id for row in taken)
        return taken

    def _ready(self, row: InboxEvent, now: datetime) -> bool:
        if row.status == InboxState.PENDING:
            return True
        return row.id not in self._held and leases.free(row.claimed_by, row.claimed_at, LEASE, now)

    def _given_up(self, row: InboxEvent) -> bool:
        """Whether it took its process down with it each time: then it is not tried for ever."""
        if row.attempts < ATTEMPTS:
            return False
        log.error("inbox_given_up", kind=row.kind, attempts=row.attempts)
        with self._sessions() as session:
            values = {"status": InboxState.FAILED, "error": "never came to an end", "done_at": self._now()}
            change_if(session, row, {"status": row.status, "attempts": row.attempts}, values)
        self._give_up(RuntimeError(f"{row.kind} never came to an end"), row)
        return True

    def _claim(self, row: InboxEvent, now: datetime) -> bool:
        expected = {"status": row.status, "attempts": row.attempts}
        values = {
            "status": InboxState.WORKING,
            "claimed_by": self._holder,
            "claimed_at": now,
            "attempts": row.attempts + 1,
        }
        with self._sessions() as session:
            return change_if(session, row, expected, values)

    def _renew(self) -> None:
        with self._lock:
            held = list(self._held)
        if held:
            with self._sessions() as session:
                for row in session.exec(select(InboxEvent).where(col(InboxEvent.id).in_(held))):
                    change_if(session, row, {"claimed_by": self._holder}, {"claimed_at": self._now()})

    def _through(self, row: InboxEvent) -> None:
        try:
            self._work(row)
        except CsiError as error:
            self._settle(row, InboxState.DONE, str(error))
            self._say(error, row)
        except Exception as error:
            log.exception("inbox_work_failed", kind=row.kind, attempt=row.attempts + 1)
            self._again_or_never(row, error)
        else:
            self._settle(row, InboxState.DONE)
        finally:
            with self._lock:
                self._held.discard(row.id)

    def _again_or_never(self, row: InboxEvent, error: Exception) -> None:
        if may_pass(error) and row.attempts + 1 < ATTEMPTS:
            self._settle(row, InboxState.PENDING, repr(error), timedelta(seconds=2 ** (row.attempts + 1)))
        else:
            self._settle(row, InboxState.FAILED, repr(error))
            self._give_up(error, row)

    def _give_up(self, error: Exception, row: InboxEvent) -> None:
        try:
            self._lost(row)
        except Exception:
            log.exception("not_said", kind=row.kind)
        self._say(error, row)

    def _say(self, error: Exception, row: InboxEvent) -> None:
        """Tell whoever began it; who cannot be told (they have left) is no reason to do it again."""
        try:
            self._tell(error, _teller(row))
        except Exception:
            log.exception("not_told", kind=row.kind)

    def _settle(self, row: InboxEvent, status: InboxState, error: str = "", pause: timedelta | None = None) -> None:
        now = self._now()
        values: dict[str, Any] = {"status": status, "error": error[:2000], "claimed_by": "", "claimed_at": None}
        values |= {"next_at": now + pause} if pause else {"done_at": now}
        with self._sessions() as session:
            change_if(session, row, {"claimed_by": self._holder}, values)


def may_pass(error: Exception) -> bool:
    """Whether trying again may help: Slack, the network or the database was away, or the process that worked on it was
    killed; a mistake of ours stays one."""
    if isinstance(error, Failed):
        return error.passing
    return isinstance(error, OperationalError) or failures.passing(error)


def _ours(teams: Collection[str]) -> ColumnElement[bool]:
    """Whether a row is of a workspace whose token is here, or removes one."""
    return col(InboxEvent.team_id).in_(teams) | col(InboxEvent.kind).in_(REMOVALS)


def _unfinished(kind: str, teams: Collection[str], now: datetime) -> SelectOfScalar[InboxEvent]:
    """The oldest of one kind: many jobs that take long, or wait for their next attempt, keep no event waiting."""
    ready = (col(InboxEvent.status) == InboxState.WORKING) | (col(InboxEvent.next_at) <= now)
    wanted = select(InboxEvent).where(UNDONE, _ours(teams), col(InboxEvent.kind).startswith(f"{kind}:"), ready)
    return wanted.order_by(col(InboxEvent.id)).limit(ROUND)


def _teller(row: InboxEvent) -> Origin | None:
    payload = row.payload
    if row.kind.startswith("job:"):
        return Origin(row.team_id, payload.get("_user", ""), payload.get("_channel", ""))
    happened = payload.get("event", {})
    user = happened.get("user") or happened.get("user_id") or ""
    channel = happened.get("channel") or happened.get("channel_id") or ""
    return Origin(row.team_id, user if isinstance(user, str) else user.get("id", ""), channel)


def long_done(now: datetime) -> SelectOfScalar[int]:
    """The first of what was worked on long ago."""
    old = select(InboxEvent.id).where(DONE, col(InboxEvent.done_at) < now - KEPT)
    return old.order_by(col(InboxEvent.done_at)).limit(ROUND)


def forget(sessions: Sessions, now: datetime) -> None:
    """Delete what was worked on long ago, some of it at a time; nobody waits while there is nothing."""
    with sessions.reading() as session:
        found = session.exec(long_done(now)).all()
    if found:
        with sessions() as session:
            session.execute(delete(InboxEvent).where(DONE, col(InboxEvent.id).in_(found)))
