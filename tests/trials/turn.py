"""What a trial has the bot do, how it is worked off, and what must have come of it in the end."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.blocks import parts
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.worker import DeliveryWorker
from bot.inbox import EVENT, Inbox, InboxWorker
from csi import audit, storage
from csi.audit import Keys
from csi.models import AuditRow, InboxEvent, OutboxPost
from csi.proving import prove
from csi.reading.files import FileStore
from csi.storage import rows
from tests.trials.ledger import Ledger

RESULTS, NUDGES, FILES, JOBS, EVENTS = 4, 3, 3, 4, 3
KEYS = Keys((b"the key of a trial, long enough to close",))
Now = Callable[[], datetime]


def clock() -> datetime:
    """The time."""
    return datetime.now(UTC)


@dataclass
class Turn:
    """One workspace's part of a trial."""

    url: str
    folder: Path
    team: str
    slack: Ledger
    now: Now = clock

    @contextmanager
    def opened(self) -> Iterator[storage.Sessions]:
        """The database, for as long as the block lasts."""
        made = storage.engine(self.url)
        try:
            yield storage.sessions(made, audit.under(KEYS, self.now))
        finally:
            made.dispose()

    def outbox(self) -> Outbox:
        """Where posts are written."""
        return Outbox(self.now, FileStore(str(self.folder / "data")))

    def begin(self) -> None:
        """Write what is to be done: messages with a pin and a button, nudges, files, jobs; events, each twice."""
        buttons = [parts.section("Agree?"), parts.actions([parts.button("Yes", "a.b", "1")])]
        with self.opened() as sessions:
            outbox, inbox = self.outbox(), Inbox(sessions, self.now)
            with sessions() as session:
                common: dict[str, Any] = {"team_id": self.team, "channel": "C1"}
                for number in range(RESULTS):
                    outbox.post(
                        session, **common, key=f"result {number}", text=f"result {number}", blocks=buttons, pin=True
                    )
                for number in range(NUDGES):
                    outbox.post(session, **common, key=f"nudge {number}", text=f"nudge {number}", kind="nudge")
                for number in range(FILES):
                    outbox.share(session, **common, key=f"file {number}", content=b"a;b", name=f"file {number}")
                for number in range(JOBS):
                    inbox.later(session, team_id=self.team, kind="trial.do", key=f"{number}", payload={"n": number})
            for number in (*range(EVENTS), *range(EVENTS)):
                inbox.receive(team_id=self.team, event_id=f"Ev{number}", kind="trial", payload={"n": number})

    def work(self, step: Callable[[], None] = lambda: time.sleep(0.005), most: int = 2_000) -> None:
        """Work off all that is there; ``step`` comes between two rounds."""
        with self.opened() as sessions:
            inbox, outbox = Inbox(sessions, self.now), self.outbox()
            give: dict[str, Any] = {"teams": lambda: (self.team,)}
            worker = InboxWorker(inbox, sessions, self.now, self._through(sessions, inbox), lambda *_: None, **give)
            pace = Pace(10_000.0, burst=10_000.0)
            deliver = DeliveryWorker(outbox, sessions, self.now, lambda _: self.slack, pace, **give)  # type: ignore[arg-type,return-value]
            for _ in range(most):
                worker.look()
                deliver._safely(deliver.round)
                with suppress(OperationalError):  # the database is away
                    if not self._left(sessions, deliver):
                        break
                step()
            worker.stop()

    def _left(self, sessions: storage.Sessions, deliver: DeliveryWorker) -> bool:
        with sessions.reading() as session:
            return bool(
                deliver.waiting()
                or any(rows(session, InboxEvent, self.team, status=one) for one in ("pending", "working"))
            )

    def _through(self, sessions: storage.Sessions, inbox: Inbox) -> Callable[[InboxEvent], None]:
        """What a job or an event does: an entry of the record, a message, its own end; all of it or none."""
        outbox = self.outbox()

        def work(row: InboxEvent) -> None:
            with sessions() as session:
                key = f"{row.kind} {row.payload['n']}"
                audit.record(session, team_id=self.team, actor="U1", at=self.now(), what=key, subject=("trial", row.id))
                outbox.post(session, team_id=self.team, channel="C1", key=f"{key} {row.id}", text=key)
                inbox.through(session, {"team_id": self.team, EVENT: row.event_id})

        return work

    def wrong(self, *, was_killed: bool) -> list[str]:
        """What is lost, doubled or does not verify, each in a line; a killed nudge may be missing, never doubled."""
        with self.opened() as sessions, sessions.reading() as session:
            return [*self._on_slack(session, was_killed=was_killed), *self._recorded(session)]

    def _on_slack(self, session: Session, *, was_killed: bool) -> Iterator[str]:
        effects = self.slack.effects()
        last = {one["ts"]: one for one in effects if one["what"] == "message"}
        live = Counter(one["text"] for one in last.values() if one["live"])
        said = Counter(one["text"] for one in last.values())
        pinned = Counter(one["ts"] for one in effects if one["what"] == "pin")
        brought = Counter(one["name"] for one in effects if one["what"] == "file")
        posts = {one.key: one for one in rows(session, OutboxPost, self.team)}
        for number in range(RESULTS):
            row = posts[f"result {number}"]
            if live[row.text] != 1:
                yield f"{row.text}: {live[row.text]} live questions"
            if pinned[row.ts] != 1:
                yield f"{row.text}: pinned {pinned[row.ts]} times"
            if not row.permalink:
                yield f"{row.text}: no link"
        for number in range(NUDGES):
            count = said[f"nudge {number}"]
            may_be_lost = posts[f"nudge {number}"].status == "dropped"
            if count > 1 or (count < 1 and not may_be_lost):
                yield f"nudge {number}: said {count} times"
        yield from (f"file {one}: {brought[f'file {one}']}" for one in range(FILES) if brought[f"file {one}"] != 1)
        failed = sorted(key for key, row in posts.items() if row.status == "failed")
        yield from (f"{key}: failed" for key in failed if not was_killed or row_is_ours(key))

    def _recorded(self, session: Session) -> Iterator[str]:
        done = Counter(one.what for one in rows(session, AuditRow, self.team))
        wanted = [*(f"job:trial.do {one}" for one in range(JOBS)), *(f"event:trial {one}" for one in range(EVENTS))]
        yield from (f"{one}: done {done[one]} times" for one in wanted if done[one] != 1)
        yield from (
            f"inbox: {one.event_id} {one.status}"
            for one in rows(session, InboxEvent, self.team)
            if one.status != "done"
        )
        yield from (f"record: {one}" for one in prove(session, self.team, KEYS).deviations)


def row_is_ours(key: str) -> bool:
    """Whether a post is one of a trial's, and not a saying about one."""
    return key.partition(" ")[0] in ("result", "nudge", "file")
