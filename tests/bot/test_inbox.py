"""Events and jobs: stored first, worked on once, again after a crash, given up after five failures."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from sqlmodel import col, update

from bot.inbox import ATTEMPTS, EVENT, LEASE, ROUND, Inbox, InboxWorker, forget
from bot.leases import holder
from csi.errors import NotFound
from csi.models import InboxEvent
from csi.storage import rows

TEAM = "T1"


class Desk:
    def __init__(self, database):
        self.database = database
        self.time = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.inbox = Inbox(database.sessions, self.now)
        self.worked, self.told, self.lost = [], [], []
        self.teams = (TEAM,)
        self.error = None

    def now(self):
        return self.time

    def later(self, **span):
        self.time += timedelta(**span)

    def work(self, row):
        self.worked.append((row.kind, row.payload.get("n")))
        if self.error:
            raise self.error

    def tell(self, error, to):
        self.told.append((error, to))

    def round(self):
        """What one look does, to its end."""
        worker = InboxWorker(
            self.inbox,
            self.database.sessions,
            self.now,
            self.work,
            self.tell,
            teams=lambda: self.teams,
            lost=lambda row: self.lost.append(row.event_id),
        )
        worker.look()
        worker.stop()

    def rows(self):
        with self.database.sessions.reading() as session:
            return rows(session, InboxEvent, TEAM, order="id")

    def job(self, key="a", n=1):
        with self.database.sessions() as session:
            self.inbox.later(session, team_id=TEAM, kind="x.y", key=key, payload={"n": n}, user="U1", channel="C1")


@pytest.fixture
def desk(database):
    return Desk(database)


def test_an_event_that_arrives_again_is_worked_on_once(desk):
    taken = [desk.inbox.receive(team_id=TEAM, event_id="Ev1", kind="k", payload={"n": 1}) for _ in range(2)]
    desk.round()
    desk.round()
    assert taken == [True, False]
    assert desk.worked == [("event:k", 1)]
    assert [row.status for row in desk.rows()] == ["done"]


def test_a_job_is_done_once_per_key_and_not_without_the_commit(desk):
    desk.job()
    desk.job(n=2)
    with suppress(RuntimeError), desk.database.sessions() as session:
        desk.inbox.later(session, team_id=TEAM, kind="x.y", key="b", payload={})
        raise RuntimeError
    desk.round()
    assert desk.worked == [("job:x.y", 1)]


def test_what_a_dead_process_held_is_taken_over_when_its_lease_ends(desk):
    desk.job()
    with desk.database.sessions() as session:
        (row,) = rows(session, InboxEvent, TEAM)
        row.status, row.claimed_by, row.claimed_at = "working", "elsewhere:1:aa", desk.now()
        session.add(row)
    desk.round()
    assert desk.worked == []
    desk.later(seconds=LEASE.total_seconds())
    desk.round()
    assert desk.worked == [("job:x.y", 1)]


def test_a_process_that_is_gone_from_this_machine_is_not_waited_for(desk):
    desk.job()
    with desk.database.sessions() as session:
        (row,) = rows(session, InboxEvent, TEAM)
        host = holder().split(":")[0]
        row.status, row.claimed_by, row.claimed_at = "working", f"{host}:4194303:aa", desk.now()
        session.add(row)
    desk.round()
    assert desk.worked == [("job:x.y", 1)]


def test_what_was_taken_and_not_begun_waits_for_no_lease(desk):
    begun, ended = Barrier(3), Event()

    def work(row):
        desk.worked.append(row.payload["n"])
        begun.wait(timeout=30)
        ended.wait(timeout=30)

    for number in range(4):
        desk.job(key=str(number), n=number)
    worker = InboxWorker(desk.inbox, desk.database.sessions, desk.now, work, desk.tell, teams=lambda: desk.teams)
    worker.look()
    begun.wait(timeout=30)  # two are at work
    stopping = Thread(target=worker.stop)
    stopping.start()
    waiting = worker._jobs._threads._work_queue
    while waiting.qsize() > 1:  # dropped as it stops; what is left wakes the threads
        stopping.join(timeout=0.005)
    ended.set()
    stopping.join(timeout=30)
    assert [row.status for row in desk.rows()] == ["done", "done", "pending", "pending"]
    assert [(row.attempts, row.claimed_by) for row in desk.rows()[2:]] == [(0, "")] * 2
    assert sorted(desk.worked) == [0, 1]


def test_heavy_jobs_are_done_one_at_a_time_and_no_other_waits_for_them(desk):
    for kind in ("heavy", "heavy", "light"):
        with desk.database.sessions() as session:
            key = f"{kind}{len(desk.rows())}"
            desk.inbox.later(session, team_id=TEAM, kind=kind, key=key, payload={})
    ended, light_done, at_once = Event(), Event(), []

    def work(row):
        if row.kind == "job:light":
            light_done.set()
            return
        at_once.append(row.event_id)
        ended.wait(timeout=30)

    worker = InboxWorker(
        desk.inbox, desk.database.sessions, desk.now, work, desk.tell, teams=lambda: desk.teams, heavy={"job:heavy"}
    )
    worker.look()
    assert light_done.wait(timeout=30)
    assert len(at_once) == 1
    ended.set()
    worker.stop()
    assert [row.status for row in desk.rows()] in (["done", "pending", "done"], ["done"] * 3)


@pytest.mark.parametrize("held_up", ["being worked on", "tried again later"])
def test_many_jobs_before_it_keep_no_event_waiting(desk, held_up):
    for number in range(ROUND + 1):
        desk.job(key=str(number), n=number)
    if held_up == "being worked on":
        changed = {"status": "working", "claimed_by": "somewhere:else", "claimed_at": desk.now()}
    else:
        changed = {"next_at": desk.now() + timedelta(minutes=1)}
    with desk.database.sessions() as session:
        session.exec(update(InboxEvent).where(col(InboxEvent.team_id) == TEAM).values(**changed))
    desk.inbox.receive(team_id=TEAM, event_id="Ev1", kind="app_home_opened", payload={"n": "home"})
    desk.round()
    assert desk.worked == [("event:app_home_opened", "home")]


def test_an_error_of_ours_is_told_and_not_repeated(desk):
    desk.error = NotFound("There is no such file.")
    desk.job()
    desk.round()
    desk.round()
    assert len(desk.worked) == 1
    ((error, to),) = desk.told
    assert (str(error), to.user_id, to.channel_id) == ("There is no such file.", "U1", "C1")


def test_a_mistake_of_ours_is_told_at_once(desk):
    desk.error = ZeroDivisionError("oops")
    desk.job()
    desk.round()
    assert [row.status for row in desk.rows()] == ["failed"]
    assert len(desk.told) == len(desk.worked) == 1


def test_what_may_pass_is_tried_again_with_growing_gaps_then_told(desk):
    desk.error = ConnectionError("away")
    desk.job()
    for _ in range(ATTEMPTS + 2):
        desk.round()
        desk.later(seconds=40)
    assert len(desk.worked) == ATTEMPTS
    assert [row.status for row in desk.rows()] == ["failed"]
    assert len(desk.told) == 1


def test_what_is_long_done_is_forgotten(desk):
    desk.job()
    desk.round()
    forget(desk.database.sessions, desk.now())
    assert len(desk.rows()) == 1
    forget(desk.database.sessions, desk.now() + timedelta(days=8))
    assert desk.rows() == []


def test_what_takes_its_process_down_each_time_is_given_up(desk):
    desk.job()
    with desk.database.sessions() as session:
        (row,) = rows(session, InboxEvent, TEAM)
        row.status, row.attempts, row.claimed_at = "working", ATTEMPTS, desk.now()
        session.add(row)
    desk.later(seconds=LEASE.total_seconds())
    desk.round()
    desk.round()
    assert desk.worked == []
    assert [row.status for row in desk.rows()] == ["failed"]
    assert len(desk.told) == 1


def test_work_of_a_workspace_whose_token_is_elsewhere_is_left_but_a_removal_is_always_heard(desk):
    desk.teams = ()
    desk.job()
    for kind in ("app_uninstalled", "file_shared"):
        desk.inbox.receive(team_id=TEAM, event_id=kind, kind=kind, payload={"event": {"type": kind}})
    desk.round()
    assert [kind for kind, _ in desk.worked] == ["event:app_uninstalled"]
    assert {one.kind: one.status for one in desk.rows()} == {
        "job:x.y": "pending",
        "event:app_uninstalled": "done",
        "event:file_shared": "pending",
    }


@pytest.mark.parametrize("error", [NotFound("gone"), ValueError("a mistake")])
def test_who_cannot_be_told_is_no_reason_to_do_it_again(desk, error):
    desk.error = error

    def unreachable(*_):
        raise RuntimeError("user_not_found")

    desk.tell = unreachable
    desk.job()
    desk.round()
    desk.later(hours=1)
    desk.round()
    assert len(desk.worked) == 1
    assert desk.rows()[0].status in ("done", "failed")


def test_who_cannot_be_told_that_it_was_given_up_holds_nothing_else_up(desk):
    def unreachable(*_):
        raise RuntimeError("user_not_found")

    desk.tell = unreachable
    for key in ("a", "b"):
        desk.job(key)
    with desk.database.sessions() as session:
        session.exec(update(InboxEvent).where(col(InboxEvent.event_id) == "x.y:a").values(attempts=ATTEMPTS))
    desk.round()
    assert [one.status for one in desk.rows()] == ["failed", "done"]


def test_a_job_that_ended_with_its_effect_is_not_done_again(desk):
    desk.job()
    (row,) = desk.rows()
    with desk.database.sessions() as session:
        desk.inbox.through(session, {"team_id": TEAM, EVENT: row.event_id})
    assert [(one.status, one.done_at) for one in desk.rows()] == [("done", desk.now())]
    desk.later(hours=1)
    desk.round()
    assert desk.worked == []


@pytest.mark.parametrize(
    "payload", [{"team_id": "T2", EVENT: "x.y:a"}, {"team_id": TEAM, EVENT: "x.y:b"}, {"team_id": TEAM}]
)
def test_only_the_job_itself_is_ended(desk, payload):
    desk.job()
    with desk.database.sessions() as session:
        desk.inbox.through(session, payload)
    desk.round()
    assert desk.worked == [("job:x.y", 1)]


@pytest.mark.parametrize(("attempts", "times"), [(1, 0), (ATTEMPTS, 1)])
def test_a_job_that_is_given_up_says_so_where_its_end_is_waited_for(desk, attempts, times):
    desk.error = OSError("away")
    desk.job()
    for _ in range(attempts):
        desk.round()
        desk.later(minutes=10)
    assert desk.lost == ["x.y:a"] * times


def test_a_mistake_of_ours_is_given_up_at_once_and_one_in_saying_so_is_outlived(desk):
    desk.error = KeyError("x")
    desk.lost = None  # appending to it fails
    desk.job()
    desk.round()
    assert [row.status for row in desk.rows()] == ["failed"]
    assert [type(error) for error, _ in desk.told] == [KeyError]
