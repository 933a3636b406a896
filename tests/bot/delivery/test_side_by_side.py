"""Channels are served side by side: a slow or flooded one keeps no other waiting, and each keeps its order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

import pytest

from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.worker import HANDS, OF_ONE, ROUND, DeliveryWorker
from csi.models import OutboxPost
from csi.reading.files import FileStore
from tests.bot.delivery.posts import NOW
from tests.databases import Database


class Slack:
    """Keeps what is said where, in which order; a channel may be held up, and how many calls there are at once."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.stuck: dict[str, Event] = {}
        self.within = self.most = 0
        self.of_one: dict[str, int] = {}
        self.crossed = False
        self.lasts = 0.0
        self._lock = Lock()

    def chat_postMessage(self, channel: str, text: str, **_: Any) -> dict[str, Any]:
        with self._lock:
            self.within += 1
            self.most = max(self.most, self.within)
            self.of_one[channel] = self.of_one.get(channel, 0) + 1
            self.crossed = self.crossed or self.of_one[channel] > 1
        self.stuck.get(channel, _OPEN).wait(20)
        sleep(self.lasts)
        with self._lock:
            self.within -= 1
            self.of_one[channel] -= 1
            self.said.append((channel, text))
        return {"channel": channel, "ts": f"{len(self.said)}.1"}

    def of(self, channel: str) -> list[str]:
        return [text for one, text in list(self.said) if one == channel]


_OPEN = Event()
_OPEN.set()


class Desk:
    """An outbox whose worker runs."""

    def __init__(self, database: Database, folder: Any) -> None:
        self.database, self.slack = database, Slack()
        self.outbox = Outbox(self.now, FileStore(str(folder / "data")))

    def now(self) -> datetime:
        return NOW

    def worker(self, pace: Pace) -> DeliveryWorker:
        give = {"teams": lambda: ("T1",)}
        return DeliveryWorker(self.outbox, self.database.sessions, self.now, lambda _: self.slack, pace, **give)  # type: ignore[arg-type,return-value]

    def post(self, channel: str, count: int) -> None:
        row = {"team_id": "T1", "channel": channel, "kind": "nudge", "created_at": NOW, "next_at": NOW}
        with self.database.sessions() as session:
            session.add_all(OutboxPost(key=f"{channel} {one}", text=f"{one}", **row) for one in range(count))


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Any) -> Desk:
    return Desk(sqlite_database, tmp_path)


@pytest.fixture
def started(desk: Desk) -> Iterator[DeliveryWorker]:
    worker = desk.worker(Pace(1000.0, burst=1000.0))
    yield worker
    for one in desk.slack.stuck.values():
        one.set()
    worker.stop()


def until(is_so: Any) -> None:
    end = monotonic() + 20
    while not is_so():
        assert monotonic() < end
        sleep(0.01)


def test_a_channel_that_hangs_keeps_no_other_waiting_and_each_keeps_its_order(
    desk: Desk, started: DeliveryWorker
) -> None:
    desk.slack.stuck["C0"] = Event()
    for number in range(4):
        desk.post(f"C{number}", 4)
    desk.slack.lasts = 0.02
    started.start()
    until(lambda: len(desk.slack.said) == 12)
    assert desk.slack.of("C0") == []
    desk.slack.stuck["C0"].set()
    until(lambda: started.waiting() == 0)
    assert [desk.slack.of(f"C{number}") for number in range(4)] == [["0", "1", "2", "3"]] * 4
    assert not desk.slack.crossed
    assert 1 < desk.slack.most <= HANDS == 16


def test_a_flood_in_one_channel_does_not_push_the_others_out(desk: Desk) -> None:
    desk.post("C0", ROUND + 5)
    desk.post("C1", 2)
    lanes, _ = desk.worker(Pace())._due()
    found = {channel: [one.text for one in rows] for (_, channel), rows in lanes.items()}
    assert found == {"C0": [f"{one}" for one in range(OF_ONE)], "C1": ["0", "1"]}
    assert (OF_ONE, ROUND) == (10, 200)


def test_of_more_channels_than_fit_each_has_its_first_post_in(desk: Desk) -> None:
    desk.post("C0", OF_ONE)
    for number in range(1, ROUND + 1):
        desk.post(f"C{number}", 1)
    lanes, _ = desk.worker(Pace())._due()
    assert (len(lanes), sum(map(len, lanes.values())), len(lanes["T1", "C0"])) == (ROUND, ROUND, 1)


def test_what_comes_later_in_a_channel_does_not_go_before_what_had_to_wait(desk: Desk) -> None:
    time = [0.0]
    worker = desk.worker(Pace(1.0, burst=1.0, time=lambda: time[0]))
    desk.post("C0", 3)

    def slowly() -> datetime:
        time[0] += 0.3  # each look at the clock takes a while: the second waits, the fourth look would be free
        return NOW

    worker._now = slowly
    worker.round()
    assert desk.slack.of("C0") in (["0"], ["0", "1"])
    for _ in range(6):
        worker.round()
    assert desk.slack.of("C0") == ["0", "1", "2"]


def test_what_is_not_due_is_not_looked_at(desk: Desk) -> None:
    with desk.database.sessions() as session:
        row = {"team_id": "T1", "channel": "C1", "created_at": NOW, "key": "k"}
        session.add(OutboxPost(next_at=NOW + timedelta(seconds=1), **row))
    assert desk.worker(Pace())._due()[0] == {}
