"""Sends what the outbox holds: pending → sending → sent, one claim and one call at a time in each channel.

Channels are served side by side and alike, so that neither a slow upload nor a flood in one keeps the others waiting.

No transaction is open during a call to Slack. After a crash in ``sending`` a result is posted again and from then
on updated in place; a nudge is given up, as it may have arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock, Thread

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import ColumnElement, delete, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot import leases
from bot.blocks.text import plainly
from bot.delivery import effects, failures, images, messages, states
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.log import logger
from csi.models import OutboxPost
from csi.models.delivered import UNSENT
from csi.states import OutboxState
from csi.storage import Sessions, change_if

log = logger(__name__)

ROUND = 200
OF_ONE = 10  # posts of one channel looked at at once
HANDS = 16  # channels served at once
IDLE = 0.7  # seconds between looks for posts of other processes
NEAR = timedelta(seconds=2)
SOON = 0.1  # seconds, while something waits for its image, its channel or its next attempt
LEAST = 0.02  # seconds between two looks
Lane = tuple[str, str]  # a workspace and a channel of it


class DeliveryWorker:
    """Delivers for the workspaces it is given, a channel in one thread at a time; several processes may have one."""

    def __init__(
        self,
        outbox: Outbox,
        sessions: Sessions,
        now: Callable[[], datetime],
        client: Callable[[str], WebClient],
        pace: Pace | None = None,
        *,
        teams: Callable[[], Collection[str]],
    ) -> None:
        self._outbox = outbox
        self._sessions = sessions
        self._now = now
        self._client = client
        self._teams = teams
        self._pace = pace or Pace()
        self._uploads = images.Uploads()
        self._holder = leases.holder()
        self._stopped = Event()
        self._thread = Thread(target=self._loop, name="delivery", daemon=True)
        self._hands = ThreadPoolExecutor(HANDS, thread_name_prefix="delivery")
        self._served: set[Lane] = set()
        self._lock = Lock()

    def start(self) -> None:
        """Begin, with what an earlier process left unsent."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the calls under way; the rest stays stored."""
        self._stopped.set()
        self._outbox.wake()
        if self._thread.is_alive():
            self._thread.join(timeout=40)
        self._hands.shutdown()

    def _loop(self) -> None:
        pause = 0.0
        while not self._stopped.is_set():
            self._outbox.woken.wait(timeout=pause)
            self._outbox.woken.clear()
            pause = max(self._safely(self._hand_out), LEAST)

    def _safely(self, work: Callable[[], float | None]) -> float:
        try:
            return work() or 0.0
        except Exception:  # the worker must outlive a database that is away for a moment
            log.exception("delivery_round_failed")
            return IDLE

    def round(self) -> float:
        """Deliver what is due now, one channel after the other; gives the seconds until the next look."""
        lanes, pause = self._due()
        for rows in lanes.values():
            self._serve(rows)
        return pause

    def _hand_out(self) -> float:
        """Have what is due now delivered, each channel in its own thread; gives the seconds until the next look."""
        lanes, pause = self._due()
        with self._lock:
            free = {lane: rows for lane, rows in lanes.items() if lane not in self._served}
            self._served.update(free)
        for lane, rows in free.items():
            self._hands.submit(self._safely, partial(self._serve_lane, lane, rows))
        return pause

    def _serve_lane(self, lane: Lane, rows: Sequence[OutboxPost]) -> None:
        some = False
        try:
            some = self._serve(rows)
        finally:
            with self._lock:
                self._served.discard(lane)
            if some:  # there may be more
                self._outbox.wake()

    def _due(self) -> tuple[dict[Lane, list[OutboxPost]], float]:
        """What can be delivered now, by channel, and the seconds until the next look."""
        now, teams = self._now(), self._teams()
        with self._sessions.reading() as session:
            due = session.exec(_fairly(teams, now)).all()
            soon = session.exec(_unfinished(teams).where(col(OutboxPost.next_at) <= now + NEAR).limit(1)).first()
        lanes: dict[Lane, list[OutboxPost]] = {}
        for row in sorted(due, key=lambda row: row.id):
            lanes.setdefault((row.team_id, row.channel), []).append(row)
        return lanes, SOON if soon else IDLE

    def _serve(self, rows: Sequence[OutboxPost]) -> bool:
        """Deliver these of one channel in their order; whether any was."""
        some, is_silent = False, False
        for row in rows:
            if self._stopped.is_set():
                break
            if not states.has_its_turn(row, self._now()) or (is_silent and states.is_said(row)) or self._overtakes(row):
                continue
            if not self._pace.free(row.team_id, row.channel, posting=states.is_said(row)):
                is_silent = True  # what comes later in the channel does not go before it
                continue
            some = self._deliver(row) or some
        return some

    def _overtakes(self, row: OutboxPost) -> bool:
        if row.ts or not row.subject_kind:
            return False
        with self._sessions.reading() as session:
            return states.is_overtaking(session, row)

    def waiting(self) -> int:
        """How many posts are not sent yet."""
        with self._sessions.reading() as session:
            return len(session.exec(_unfinished(self._teams())).all())

    def _deliver(self, row: OutboxPost) -> bool:
        """Claim one row, call Slack, keep what came of it; false when another has it, or it must wait."""
        with self._sessions() as session:
            if not self._claim(session, row):
                return False
            head = self._head(session, row)
        if states.is_headless(row, head):
            self._keep(row, states.without_head(head, self._now()))
            return False
        changes = self._outcome(row, head)
        self._keep(row, changes, head)
        if "ts" in changes and changes["sent_revision"] < row.revision:  # a bare line, so far
            self._go_on(row.team_id, row.key)
        for key in self._follow(row, changes):
            self._go_on(row.team_id, key)
        return True

    def _follow(self, row: OutboxPost, changes: messages.Changes) -> list[str]:
        """What comes next for it, in the same round: its pin and its link, or where its uploaded bytes are seen."""
        if row.kind == effects.FILE:
            return [row.key] if changes["status"] == OutboxState.PENDING and "file_id" in changes else []
        return list(effects.of_post(row, str(changes["ts"])).values()) if "ts" in changes else []

    def _go_on(self, team_id: str, key: str) -> None:
        with self._sessions.reading() as session:
            row = self._outbox.find(session, team_id=team_id, key=key)
        if row is not None:
            self._serve([row])

    def _claim(self, session: Session, row: OutboxPost) -> bool:
        values = {"status": OutboxState.SENDING, "claimed_by": self._holder, "claimed_at": self._now()}
        expected = {"status": row.status, "claimed_by": row.claimed_by, "revision": row.revision}
        return change_if(session, row, expected, values)

    def _head(self, session: Session, row: OutboxPost) -> OutboxPost | None:
        if not row.thread_key:
            return None
        return self._outbox.find(session, team_id=row.team_id, key=row.thread_key)

    def _outcome(self, row: OutboxPost, head: OutboxPost | None) -> messages.Changes:
        if states.may_have_arrived(row):
            return {**states.INTERRUPTED}
        try:
            return self._done(self._client(row.team_id), row, head)
        except Exception as error:
            log.exception("call_failed", key=row.key)
            if failures.limited(error):
                self._pace.hold(row.team_id, row.channel, failures.retry_after(error))
            return failures.consequence(row, error, self._now())

    def _done(self, client: WebClient, row: OutboxPost, head: OutboxPost | None) -> messages.Changes:
        thread = states.thread_of(row, head)
        if row.kind == effects.FILE:
            return effects.filed(client, row, thread, lambda: self._outbox.image(row))
        if head is not None and row.kind == effects.PIN:
            return effects.pinned(client, head)
        if head is not None and row.kind == effects.LINK:
            return effects.linked(client, head)
        return self._sent(client, row, thread)

    def _sent(self, client: WebClient, row: OutboxPost, thread: str) -> messages.Changes:
        now = self._now()
        if row.image_key and not row.file_id:
            content = self._outbox.image(row)
            file_id = images.upload(client, content, row.alt_text, row.text)
            return states.soon(row, self._now(), file_id=file_id)
        file = self._uploads.state(client, row, now)
        if file is images.State.WAITING:
            return states.soon(row, now)
        shown = messages.Picture.SHOWN if file is images.State.READY else messages.Picture.NONE
        try:
            changes = messages.send(client, row, thread, picture=shown, now=now)
        except SlackApiError as refused:
            if file is not images.State.READY or not failures.is_about_blocks(refused):
                raise
            if row.attempts < failures.PICTURE_ATTEMPTS:  # what files.info calls ready is refused for a while, too
                return failures.again(row, refused, now)
            changes = messages.send(client, row, thread, picture=messages.Picture.IN_THREAD, now=now)
            file = images.State.LATE
        if file is images.State.LATE and changes["sent_revision"] == row.revision:
            self._share(row, str(changes.get("channel", row.channel)), thread or str(changes.get("ts", row.ts)))
        return changes

    def _share(self, row: OutboxPost, channel: str, thread: str) -> None:
        """The message stands already: its image comes into its thread, or is missed there."""
        with self._sessions() as session:
            self._outbox.share(
                session,
                team_id=row.team_id,
                channel=channel,
                key=f"picture:{row.id}:{row.revision}",
                content=row.image_key,
                name=images.NAME,
                title=plainly(row.text),
                alt_text=row.alt_text,
                thread_ts=thread,
            )

    def _keep(self, row: OutboxPost, changes: messages.Changes, head: OutboxPost | None = None) -> None:
        values = {"claimed_by": "", "claimed_at": None, **changes}
        with self._sessions() as session:
            kept = change_if(session, row, {"claimed_by": self._holder}, values)
            if kept and "ts" in changes:
                self._outbox.follow(session, row, str(changes["ts"]))
            if kept and values["status"] == OutboxState.FAILED:
                failures.say(session, self._outbox, row, str(values["error"]), head)
            if kept and head is not None and row.kind in (effects.PIN, effects.LINK):
                self._keep_effect(session, row, values, head)

    def _keep_effect(self, session: Session, row: OutboxPost, values: messages.Changes, head: OutboxPost) -> None:
        """What was done about a message is known by the message: the row of it is not needed any more."""
        if row.kind == effects.LINK and values["status"] in (OutboxState.SENT, OutboxState.FAILED):
            link = {"permalink": values["permalink"]} if "permalink" in values else effects.NO_LINK
            change_if(session, head, {"ts": head.ts}, link)
        if values["status"] == OutboxState.SENT:
            mine = (col(OutboxPost.team_id) == row.team_id, col(OutboxPost.id) == row.id)
            session.execute(delete(OutboxPost).where(*mine))


def _fairly(teams: Collection[str], now: datetime) -> SelectOfScalar[OutboxPost]:
    """What is due now, the first of each channel before the second of any."""
    place = func.row_number().over(partition_by=(OutboxPost.team_id, OutboxPost.channel), order_by=col(OutboxPost.id))
    due = select(OutboxPost.id, place.label("place")).where(UNSENT, _ours(teams), col(OutboxPost.next_at) <= now)
    placed = due.subquery()
    wanted = (
        select(OutboxPost).join(placed, placed.c.id == col(OutboxPost.id)).where(_ours(teams), placed.c.place <= OF_ONE)
    )
    return wanted.order_by(placed.c.place, col(OutboxPost.id)).limit(ROUND)


def _unfinished(teams: Collection[str]) -> SelectOfScalar[OutboxPost]:
    """Posts of other workspaces are left to the processes that hold their tokens."""
    return select(OutboxPost).where(UNSENT, _ours(teams)).order_by(col(OutboxPost.id))


def _ours(teams: Collection[str]) -> ColumnElement[bool]:
    """The workspace is asked for as an expression: else an index that begins with it would be taken, and every post of
    the workspace looked at, for the one that holds the few that are unsent.
    """
    return (col(OutboxPost.team_id) + "").in_(teams)
