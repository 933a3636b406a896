"""Sends what the outbox holds: pending → sending → sent, one claim and one call at a time.

No transaction is open during a call to Slack. After a crash in ``sending`` a result is posted again and from then
on updated in place; a nudge is given up, as it may have arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from threading import Event, Thread

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import delete
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
from csi.storage import Sessions, change_if

log = logger(__name__)

ROUND = 200
IDLE = 0.7  # seconds between looks for posts of other processes
NEAR = timedelta(seconds=2)
SOON = 0.1  # seconds, while something waits for its image, its channel or its next attempt


class DeliveryWorker:
    """One thread that delivers, for the workspaces it is given; several processes may each have one."""

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

    def start(self) -> None:
        """Begin, with what an earlier process left unsent."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the call under way; the rest stays stored."""
        self._stopped.set()
        self._outbox.wake()
        self._thread.join(timeout=40)

    def _loop(self) -> None:
        pause = 0.0
        while not self._stopped.is_set():
            self._outbox.woken.wait(timeout=pause)
            self._outbox.woken.clear()
            pause = self._safely(self.round)

    def _safely(self, work: Callable[[], float | None]) -> float:
        try:
            return work() or 0.0
        except Exception:  # the worker must outlive a database that is away for a moment
            log.exception("delivery_round_failed")
            return IDLE

    def round(self) -> float:
        """Deliver what is due now; gives the seconds until the next look."""
        now, unfinished = self._now(), _unfinished(self._teams())
        with self._sessions.reading() as session:
            due = session.exec(unfinished.where(col(OutboxPost.next_at) <= now).limit(ROUND)).all()
            turns = [row for row in due if not states.is_overtaking(session, row)]
            soon = session.exec(unfinished.where(col(OutboxPost.next_at) <= now + NEAR).limit(1)).first()
        for row in turns:
            if not self._stopped.is_set():
                self._deliver(row)
        return SOON if soon else IDLE

    def waiting(self) -> int:
        """How many posts are not sent yet."""
        with self._sessions.reading() as session:
            return len(session.exec(_unfinished(self._teams())).all())

    def _deliver(self, row: OutboxPost) -> bool:
        """Claim one row, call Slack, keep what came of it; false when it is not this row's turn."""
        if not states.has_its_turn(row, self._now()) or not self._pace.free(
            row.team_id, row.channel, posting=states.is_said(row)
        ):
            return False
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
            return [row.key] if changes["status"] == "pending" and "file_id" in changes else []
        return list(effects.of_post(row, str(changes["ts"])).values()) if "ts" in changes else []

    def _go_on(self, team_id: str, key: str) -> None:
        with self._sessions.reading() as session:
            row = self._outbox.find(session, team_id=team_id, key=key)
        if row is not None:
            self._deliver(row)

    def _claim(self, session: Session, row: OutboxPost) -> bool:
        values = {"status": "sending", "claimed_by": self._holder, "claimed_at": self._now()}
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
            if kept and values["status"] == "failed":
                failures.say(session, self._outbox, row, str(values["error"]), head)
            if kept and head is not None and row.kind in (effects.PIN, effects.LINK):
                self._keep_effect(session, row, values, head)

    def _keep_effect(self, session: Session, row: OutboxPost, values: messages.Changes, head: OutboxPost) -> None:
        """What was done about a message is known by the message: the row of it is not needed any more."""
        if row.kind == effects.LINK and values["status"] in ("sent", "failed"):
            link = {"permalink": values["permalink"]} if "permalink" in values else effects.NO_LINK
            change_if(session, head, {"ts": head.ts}, link)
        if values["status"] == "sent":
            mine = (col(OutboxPost.team_id) == row.team_id, col(OutboxPost.id) == row.id)
            session.execute(delete(OutboxPost).where(*mine))


def _unfinished(teams: Collection[str]) -> SelectOfScalar[OutboxPost]:
    """Posts of other workspaces are left to the processes that hold their tokens.

    The workspace is asked for as an expression: else an index that begins with it would be taken, and every post of
    the workspace looked at, for the one that holds the few that are unsent.
    """
    ours = (col(OutboxPost.team_id) + "").in_(teams)
    return select(OutboxPost).where(UNSENT, ours).order_by(col(OutboxPost.id))
