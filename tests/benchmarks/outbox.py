"""The outbox with a Slack that answers in a tenth of a second: how long beside what Slack's pace makes possible."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from time import monotonic, perf_counter, sleep
from typing import Any

from sqlmodel import Session

from bot.blocks import parts
from bot.delivery.outbox import Outbox
from bot.delivery.pace import BURST, CHANNELS, Pace
from bot.delivery.worker import DeliveryWorker
from csi.reading.files import FileStore
from csi.storage import Sessions
from tests.bot.delivery.posts import refused

TEAM, ANSWER = "TOUT", 0.1  # seconds
CALLS = 3  # of a question: a bare line, its content, its link


@dataclass(slots=True)
class Slow:
    """Answers after a while, refuses who is faster than a message a second and channel (a few at once)."""

    said: list[tuple[str, str]] = field(default_factory=list)
    refusals: int = 0
    last: dict[str, float] = field(default_factory=dict)
    _lock: Any = field(default_factory=Lock)
    _pace: Pace = field(default_factory=lambda: Pace(1.0, burst=BURST + 1))  # on the way two may come closer together

    def chat_postMessage(self, channel: str, text: str, **_: Any) -> dict[str, Any]:
        """A message."""
        is_free = self._pace.free(TEAM, channel, posting=True)
        sleep(ANSWER)
        if not is_free:
            self.refusals += 1
            raise refused("ratelimited", 429, {"Retry-After": "1"})
        with self._lock:
            self.said.append((channel, text))
            self.last[channel] = perf_counter()
            return {"channel": channel, "ts": f"{len(self.said)}.{channel}"}

    def chat_update(self, **_: Any) -> dict[str, Any]:
        """A change."""
        sleep(ANSWER)
        return {}

    def chat_getPermalink(self, **_: Any) -> dict[str, Any]:
        """A link."""
        sleep(ANSWER)
        return {"permalink": "https://x/p"}


def possible(channels: int, each: int, flood: int = 0) -> float:
    """The seconds that so many questions take at the least: what the pace makes wait, and the calls of the last one."""
    waits = max(each - BURST, (channels * each + min(flood, BURST) - BURST * CHANNELS) / CHANNELS, 0.0)
    return waits + ANSWER * CALLS * (min(each, BURST) if each <= BURST else 1)


def measured(sessions: Sessions, folder: str, channels: int = 5, each: int = 12, flood: int = 0) -> dict[str, Any]:
    """Seconds until so many channels have their questions, beside one with a flood; whether in order; refusals."""
    slack, now = Slow(), lambda: datetime.now(UTC)
    outbox = Outbox(now, FileStore(folder))
    names = [f"C{number}" for number in range(channels)]
    with _empty(sessions, outbox) as session:
        for name, count in [("CFLOOD", flood), *((one, each) for one in names)]:
            _ask(session, outbox, name, count)
    give: dict[str, Any] = {"teams": lambda: (TEAM,)}
    worker = DeliveryWorker(outbox, sessions, now, lambda _: slack, Pace(), **give)  # type: ignore[arg-type,return-value]
    begun, end = perf_counter(), monotonic() + 120
    worker.start()
    while sum(one != "CFLOOD" for one, _ in slack.said) < channels * each and monotonic() < end:
        sleep(0.01)
    seconds = max(slack.last[one] for one in names) + ANSWER * (CALLS - 1) - begun
    worker.stop()
    is_ordered = all(_numbers(slack.said, one) == sorted(_numbers(slack.said, one)) for one in names)
    return {"seconds": seconds, "ordered": is_ordered, "refused": slack.refusals}


@contextmanager
def _empty(sessions: Sessions, outbox: Outbox) -> Any:
    with sessions() as session:
        outbox.withdraw(session, TEAM)
        yield session


def _ask(session: Session, outbox: Outbox, channel: str, count: int) -> None:
    asks = [parts.section("Agree?"), parts.actions([parts.button("Yes", "a.b", "1")])]
    for number in range(count):
        key = f"{channel}:{datetime.now(UTC).timestamp()}:{number}"
        outbox.post(session, team_id=TEAM, channel=channel, key=key, text=f"{number}", blocks=asks)


def _numbers(said: Sequence[tuple[str, str]], channel: str) -> list[int]:
    return [int(text) for one, text in said if one == channel]


def told(sessions: Sessions, folder: str) -> list[str]:
    """A line for each way it was tried."""
    made = []
    for what, channels, each, flood in (
        ("3 questions in 1 channel", 1, 3, 0),
        ("12 in each of 5", 5, 12, 0),
        ("3 in each of 5, beside 200 in another", 5, 3, 200),
    ):
        found, least = measured(sessions, folder, channels, each, flood), possible(channels, each, flood)
        order = "in order" if found["ordered"] else "NOT in order"
        made.append(
            f"outbox, {what}: {found['seconds']:.1f} s of {least:.1f} possible, "
            f"{found['seconds'] / least:.2f} ×, {found['refused']} refused for pace, {order}"
        )
    return made
