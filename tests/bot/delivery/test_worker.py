"""The worker's rounds on a real database, with Slack's answers written down and a clock turned by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.worker import IDLE, NEAR, SOON, DeliveryWorker
from csi.models import OutboxPost
from csi.reading.files import FileStore
from csi.storage import rows
from tests.bot.delivery.posts import NOW, Answers, refused
from tests.databases import Database
from tests.fetching.conftest import Answer, site

__all__ = ["site"]


class Desk:
    """An outbox and a worker without its thread."""

    def __init__(self, database: Database, folder: Any) -> None:
        self.database, self.time = database, NOW
        self.outbox = Outbox(self.now, FileStore(str(folder / "data")))
        self.slack = Answers()
        self.pace = Pace(1000.0, burst=1000.0, time=self.seconds)
        self.worker = self.another()

    def now(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def another(self) -> DeliveryWorker:
        give = {"teams": lambda: ("T1",)}
        return DeliveryWorker(self.outbox, self.database.sessions, self.now, lambda _: self.slack, self.pace, **give)  # type: ignore[arg-type,return-value]

    def post(self, key: str, **more: Any) -> None:
        with self.database.sessions() as session:
            row = self.outbox.post(session, team_id="T1", channel="C1", key=key, text=key)
            for name, value in more.items():
                setattr(row, name, value)

    def row(self, key: str) -> OutboxPost:
        with self.database.sessions.reading() as session:
            return rows(session, OutboxPost, "T1", key=key)[0]

    def written(self) -> list[str]:
        with self.database.sessions.reading() as session:
            return [one.key for one in rows(session, OutboxPost, "T1")]

    def posted(self) -> list[str]:
        return [asked["text"] for method, asked in self.slack.asked if method == "chat_postMessage"]


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Any) -> Desk:
    return Desk(sqlite_database, tmp_path)


def test_what_is_due_is_sent_once_the_oldest_first(desk: Desk) -> None:
    for key in ("a", "b", "c"):
        desk.post(key)
    desk.post("later", next_at=NOW + timedelta(seconds=1))
    desk.worker.round()
    desk.worker.round()
    assert desk.posted() == ["a", "b", "c"]
    assert (desk.row("a").status, desk.row("a").claimed_by, desk.row("a").permalink) == ("sent", "", "https://x/p")
    desk.time += timedelta(seconds=1)
    desk.worker.round()
    assert desk.posted()[3:] == ["later"]


@pytest.mark.parametrize(
    ("due", "pause"), [(NEAR, SOON), (NEAR + timedelta(microseconds=1), IDLE), (timedelta(0), SOON), (None, IDLE)]
)
def test_it_looks_again_soon_while_something_is_near(desk: Desk, due: timedelta | None, pause: float) -> None:
    if due is not None:
        desk.post("a", next_at=NOW + due)
    assert desk.worker.round() == pause
    assert (SOON, IDLE) == (0.1, 0.7)


def test_a_post_waits_for_an_earlier_one_about_the_same(desk: Desk) -> None:
    about = {"subject_kind": "report", "subject_id": 3}
    desk.post("head", next_at=NOW + timedelta(minutes=1), **about)
    desk.post("tail", **about)
    desk.post("other")
    desk.worker.round()
    assert desk.posted() == ["other"]
    desk.time += timedelta(minutes=1)
    for _ in range(2):
        desk.worker.round()
    assert desk.posted() == ["other", "head", "tail"]


def test_an_answer_is_looked_at_again_and_goes_into_its_thread(desk: Desk) -> None:
    desk.post("reply", thread_key="head")
    desk.worker.round()
    assert (desk.posted(), desk.row("reply").next_at) == ([], NOW + timedelta(seconds=1))
    assert (desk.row("reply").status, desk.row("reply").claimed_by) == ("pending", "")
    desk.post("head")
    desk.time += timedelta(seconds=1)
    desk.worker.round()
    desk.time += timedelta(seconds=1)
    desk.worker.round()
    assert desk.posted() == ["head", "reply"]
    assert [asked["thread_ts"] for method, asked in desk.slack.asked if method == "chat_postMessage"] == [None, "5.5"]


def test_the_pace_of_a_channel_is_kept_to_and_a_change_in_place_takes_none(desk: Desk) -> None:
    desk.pace = Pace(1.0, burst=1.0, time=desk.seconds)
    desk.worker = desk.another()
    desk.post("a")
    desk.post("b")
    desk.post("stands", ts="1.1", status="sent", revision=5)
    desk.worker.round()
    assert (desk.posted(), "chat_update" in desk.slack.methods()) == (["a"], True)
    assert (desk.row("b").status, desk.row("b").claimed_by) == ("pending", "")


def test_while_slack_asks_to_wait_its_channel_is_silent(desk: Desk) -> None:
    desk.slack = Answers(chat_postMessage=refused("ratelimited", 429, {"Retry-After": "30"}))
    desk.post("a")
    desk.post("b")
    desk.worker.round()
    assert desk.posted() == ["a"]
    assert desk.row("a").next_at == NOW + timedelta(seconds=30)
    desk.time += timedelta(seconds=29)
    desk.worker.round()
    assert desk.posted() == ["a"]
    desk.slack.refusals.clear()
    desk.time += timedelta(seconds=1)
    desk.worker.round()
    assert sorted(desk.posted()) == ["a", "a", "b"]


def test_another_refusal_silences_nobody_and_is_said(desk: Desk) -> None:
    desk.slack = Answers(chat_postMessage=refused("invalid_blocks"))
    desk.post("a")
    desk.worker.round()
    assert (desk.row("a").status, desk.row("a").error) == ("failed", "invalid_blocks")
    with desk.database.sessions.reading() as session:
        assert [one.key for one in rows(session, OutboxPost, "T1")][1:] == [f"failed:{desk.row('a').id}:1:C1"]


@pytest.mark.parametrize(("kind", "posted", "status"), [("result", ["a"], "sent"), ("nudge", [], "dropped")])
def test_what_was_cut_off_is_sent_again_or_dropped(desk: Desk, kind: str, posted: list[str], status: str) -> None:
    desk.post("a", kind=kind, status="sending", claimed_by="elsewhere:1:aa", claimed_at=NOW - timedelta(hours=1))
    desk.worker.round()
    assert (desk.posted(), desk.row("a").status) == (posted, status)


def test_what_another_has_taken_meanwhile_is_left_to_it(desk: Desk) -> None:
    desk.post("a")
    stale = desk.row("a")
    desk.worker.round()
    assert desk.worker._deliver(stale) is False
    assert desk.posted() == ["a"]


def test_a_nudge_gets_no_link(desk: Desk) -> None:
    desk.post("a", kind="nudge")
    desk.worker.round()
    assert desk.slack.methods() == ["chat_postMessage"]


def test_a_result_without_a_link_says_so(desk: Desk) -> None:
    desk.slack = Answers(chat_getPermalink=refused("message_not_found"))
    desk.post("a")
    desk.worker.round()
    assert (desk.row("a").status, desk.row("a").error) == ("sent", "no link to it was given")


def test_what_passes_takes_no_pin_and_no_link_from_a_message(desk: Desk) -> None:
    desk.slack = Answers(pins_add=refused("fatal_error", 500), chat_getPermalink=refused("<html>"))
    desk.post("a", pin=True)
    desk.worker.round()
    assert (desk.posted(), desk.row("a").permalink, desk.row("a").error) == (["a"], "", "")
    assert desk.slack.methods()[1:] == ["pins_add", "chat_getPermalink"]
    desk.slack.refusals.clear()
    desk.worker.round()
    assert len(desk.slack.asked) == 3
    desk.time += timedelta(seconds=2)
    desk.worker.round()
    assert (desk.posted(), desk.row("a").permalink) == (["a"], "https://x/p")
    assert desk.slack.methods()[3:] == ["pins_add", "chat_getPermalink"]
    assert desk.written() == ["a"]


def test_a_pin_that_cannot_be_is_said_below_its_message_with_what_mends_it(desk: Desk) -> None:
    desk.slack = Answers(pins_add=refused("too_many_pins"))
    desk.post("a", pin=True, tell="U1")
    for _ in range(2):
        desk.worker.round()
    here, there = (desk.row(one) for one in desk.written() if one.startswith("failed:"))
    assert here.thread_ts == "5.5"
    assert here.text.endswith("Unpin something in the channel; the message itself stands.")
    assert (there.channel, desk.row("a").status) == ("D1", "sent")  # their conversation


def test_a_message_that_is_pinned_already_is_well(desk: Desk) -> None:
    desk.slack = Answers(pins_add=refused("already_pinned"))
    desk.post("a", pin=True)
    desk.worker.round()
    assert desk.written() == ["a"]


@pytest.mark.parametrize("kind", ["pin", "link"])
def test_what_a_process_did_not_come_to_another_does(desk: Desk, kind: str) -> None:
    desk.post("a", status="sent", ts="1.1", sent_revision=1)
    desk.post(
        "b",
        kind=kind,
        thread_key="a",
        status="sending",
        claimed_by="elsewhere:1:a",
        claimed_at=NOW - timedelta(hours=1),
    )
    desk.worker.round()
    assert desk.slack.methods() == [{"pin": "pins_add", "link": "chat_getPermalink"}[kind]]
    assert desk.slack.asked[0][1].get("timestamp", desk.slack.asked[0][1].get("message_ts")) == "1.1"


class Filing(Answers):
    """A Slack that takes uploads; ``there`` once one was completed."""

    there = False

    def files_getUploadURLExternal(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(("upload", asked))
        return {"upload_url": self.url, "file_id": "F1"}

    def files_info(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(("files_info", asked))
        if not self.there:
            raise refused("file_not_found")
        return {"file": {}}

    url = ""


@pytest.fixture
def filing(desk: Desk, site: Any) -> Desk:
    site.answers["/up"] = Answer(b"ok")
    desk.slack = Filing()
    desk.slack.url = f"{site.address}/up"
    with desk.database.sessions() as session:
        desk.outbox.share(session, team_id="T1", channel="C1", key="f", content=b"a;b", name="q.csv", thread_ts="1.1")
    return desk


def test_a_file_is_brought_in_one_round_where_it_belongs(filing: Desk) -> None:
    filing.worker.round()
    assert filing.slack.methods() == ["upload", "files_completeUploadExternal"]
    asked = filing.slack.asked[-1][1]
    assert (asked["channel_id"], asked["thread_ts"], asked["files"]) == ("C1", "1.1", [{"id": "F1", "title": "q.csv"}])
    assert (filing.row("f").status, filing.worker.waiting()) == ("sent", 0)


@pytest.mark.parametrize(("arrived", "completed"), [(True, 1), (False, 2)])
@pytest.mark.parametrize("error", [TimeoutError(), refused("<html>"), refused("fatal_error", 500)])
def test_a_file_whose_answer_was_lost_comes_once(filing: Desk, error: Exception, arrived: bool, completed: int) -> None:
    filing.slack.refusals["files_completeUploadExternal"] = error  # type: ignore[assignment]
    filing.worker.round()
    assert filing.row("f").status == "pending"
    filing.slack.refusals.clear()
    filing.slack.there = arrived
    filing.time += timedelta(seconds=2)
    filing.worker.round()
    assert filing.slack.methods().count("files_completeUploadExternal") == completed
    assert (filing.row("f").status, filing.slack.methods().count("upload")) == ("sent", 1)


def test_a_file_that_was_being_completed_when_its_process_died_comes_once(filing: Desk) -> None:
    filing.slack.there = True
    with filing.database.sessions() as session:
        row = rows(session, OutboxPost, "T1", key="f")[0]
        row.file_id, row.status, row.claimed_by, row.claimed_at = "F1", "sending", "gone:1:a", NOW - timedelta(hours=1)
        session.add(row)
    filing.worker.round()
    assert (filing.slack.methods(), filing.row("f").status) == (["files_info"], "sent")


def test_an_image_that_is_not_ready_lets_its_post_wait(desk: Desk) -> None:
    desk.post("a", image_key="i", file_id="F1")
    desk.worker.round()
    assert (desk.posted(), desk.row("a").status) == ([], "pending")
    assert desk.row("a").next_at == NOW + timedelta(seconds=0.4)
    assert desk.worker.waiting() == 1
    desk.slack.files_info = lambda file: {"file": {"mimetype": "image/png"}}
    desk.time += timedelta(seconds=0.4)
    desk.worker.round()
    assert (desk.posted(), desk.worker.waiting()) == (["a"], 0)
    assert "image" in {block["type"] for block in desk.slack.asked[-2][1]["blocks"]}


def test_an_error_of_the_database_lets_it_look_again(desk: Desk) -> None:
    def torn() -> float:
        raise SlackApiError("x", {"error": "x"})

    assert desk.worker._safely(torn) == IDLE
    assert desk.worker._safely(lambda: None) == 0.0
    assert desk.worker._safely(lambda: 0.3) == 0.3
