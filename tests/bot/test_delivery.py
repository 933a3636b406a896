"""The outbox and its worker against the sandbox's Slack: sent once, in pace, or said to have failed."""

from __future__ import annotations

import base64
import socket
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from slack_sdk import WebClient

from bot.blocks import parts
from bot.delivery.outbox import Outbox
from bot.delivery.pace import Pace
from bot.delivery.states import LEASE
from bot.delivery.worker import DeliveryWorker
from csi.errors import NotFound
from csi.models import OutboxPost
from csi.reading.files import FileStore
from csi.storage import rows

TEAM = "T1"
PATIENCE = 1.0  # seconds that these clients wait for an answer
TOO_LATE = 1.3
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Desk:
    """An outbox, a worker without its thread, and a clock that is turned by hand."""

    def __init__(self, sandbox, database, tmp_path):
        self.sandbox, self.database = sandbox, database
        self.address = sandbox.api_url
        self.time = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.outbox = Outbox(self.now, FileStore(str(tmp_path / "data")))
        self.teams = (TEAM,)
        self.worker = self.new_worker()
        self.channel = sandbox.person("alice").channel("service-desk")["id"]

    def now(self):
        return self.time

    def new_worker(self, pace=1000.0):
        pace = Pace(pace, burst=pace, time=lambda: self.now().timestamp())
        return DeliveryWorker(
            self.outbox, self.database.sessions, self.now, self.client, pace, teams=lambda: self.teams
        )

    def client(self, _team_id):
        return WebClient(self.sandbox.bot_token, base_url=self.address, timeout=PATIENCE, retry_handlers=[])

    def post(self, key="k", text="Hello", channel=None, **more):
        with self.database.sessions() as session:
            return self.outbox.post(session, team_id=TEAM, channel=channel or self.channel, key=key, text=text, **more)

    def update(self, key="k", **more):
        with self.database.sessions() as session:
            return self.outbox.update(session, team_id=TEAM, key=key, **more)

    def all(self):
        with self.database.sessions.reading() as session:
            return rows(session, OutboxPost, TEAM, order="id")

    def row(self, key="k"):
        return next(row for row in self.all() if row.key == key)

    def change(self, key="k", **values):
        with self.database.sessions() as session:
            row = self.outbox.find(session, team_id=TEAM, key=key)
            for name, value in values.items():
                setattr(row, name, value)

    def later(self, **span):
        self.time += timedelta(**span)

    def rounds(self, count=1, seconds=0.5):
        for _ in range(count):
            self.worker.round()
            self.later(seconds=seconds)

    def fail(self, method, **how):
        httpx.post(f"{self.sandbox.url}/page/world", json={"kind": "fail", "method": method, **how}).raise_for_status()

    def seen(self, person="alice", channel="service-desk"):
        return self.sandbox.person(person).messages(channel)


@pytest.fixture
def desk(sandbox, sqlite_database, tmp_path):
    return Desk(sandbox, sqlite_database, tmp_path)


def test_a_post_is_sent_once_and_keeps_where_it_landed(desk):
    desk.post(subject=("kpi", 3))
    desk.rounds(3)
    row = desk.row()
    assert [message["text"] for message in desk.seen()] == ["Hello"]
    assert (row.status, row.ts, row.permalink != "") == ("sent", desk.seen()[0]["ts"], True)


def test_what_is_rolled_back_is_never_sent(desk):
    with suppress(RuntimeError), desk.database.sessions() as session:
        desk.outbox.post(session, team_id=TEAM, channel=desk.channel, key="k", text="Hello")
        raise RuntimeError
    desk.rounds(2)
    assert desk.seen() == []


def test_the_same_key_again_changes_nothing(desk):
    desk.post()
    desk.post(text="Something else")
    desk.rounds(2)
    assert [message["text"] for message in desk.seen()] == ["Hello"]


def test_an_update_changes_the_message_in_place_and_only_when_it_says_something_new(desk):
    desk.post()
    desk.rounds()
    desk.update(text="Hello again")
    desk.update(text="Hello again")
    desk.rounds(2)
    assert [message["text"] for message in desk.seen()] == ["Hello again"]
    assert len(desk.sandbox.calls("chat.update")) == 1
    with pytest.raises(NotFound):
        desk.update(key="other", text="x")


def test_a_message_somebody_deleted_is_said_anew(desk):
    desk.post()
    desk.rounds()
    desk.client(TEAM).chat_delete(channel=desk.channel, ts=desk.row().ts)
    desk.update(text="Still true")
    desk.rounds()
    assert [message["text"] for message in desk.seen()] == ["Still true"]


def test_an_answer_waits_for_the_post_it_belongs_to(desk):
    desk.post("reply", "The reply", thread_key="head")
    desk.rounds(2, seconds=2)
    assert desk.seen() == []
    desk.post("head", "The head")
    desk.rounds(3, seconds=2)
    (head,) = desk.seen()
    assert [reply["text"] for reply in head["replies"]] == ["The reply"]


def test_after_a_crash_while_sending_a_result_is_posted_again_and_a_nudge_is_not(desk):
    desk.post("result", "A result")
    desk.post("nudge", "A nudge", kind="nudge")
    for key in ("result", "nudge"):
        desk.change(key, status="sending", claimed_by="elsewhere:1:aa", claimed_at=desk.now())
    desk.rounds()
    assert desk.seen() == []
    desk.later(seconds=LEASE.total_seconds())
    desk.rounds()
    assert [message["text"] for message in desk.seen()] == ["A result"]
    assert (desk.row("result").status, desk.row("nudge").status) == ("sent", "dropped")
    desk.update("result", text="A later result")
    desk.rounds()
    assert [message["text"] for message in desk.seen()] == ["A later result"]


def test_of_two_workers_one_sends(desk):
    desk.post()
    other = desk.new_worker()
    desk.worker.round()
    other.round()
    assert len(desk.seen()) == 1


def test_slack_asks_to_wait_and_is_obeyed(desk):
    desk.fail("chat.postMessage", status=429, retry_after=30)
    desk.post()
    desk.rounds(5)
    assert len(desk.sandbox.calls("chat.postMessage")) == 1
    desk.later(seconds=30)
    desk.rounds()
    assert [message["text"] for message in desk.seen()] == ["Hello"]


def test_a_passing_error_is_tried_again_with_growing_gaps(desk):
    desk.fail("chat.postMessage", error="internal_error", times=2)
    desk.post()
    tried = []
    for second in range(8):
        before = len(desk.sandbox.calls("chat.postMessage"))
        desk.rounds(seconds=1)
        if len(desk.sandbox.calls("chat.postMessage")) > before:
            tried.append(second)
    assert tried == [0, 2, 6]
    assert desk.row().status == "sent"


def test_what_cannot_be_posted_is_said_in_the_channel_and_to_whom_it_concerns(desk):
    alice = desk.sandbox.person("alice")
    desk.post(
        text="A chart", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}], tell=alice.id
    )
    desk.rounds(3)
    assert desk.row().status == "failed"
    assert "invalid_blocks" in desk.row().error
    assert "I could not post something here (invalid_blocks)" in desk.seen()[0]["text"]
    assert "I could not post in" in alice.dms()[-1]["text"]


def test_where_the_bot_is_not_invited_only_the_person_hears_of_it(desk):
    alice = desk.sandbox.person("alice")
    desk.post(channel=alice.channel("general")["id"], tell=alice.id)
    desk.rounds(3)
    assert "Please invite me" in alice.dms()[-1]["text"]
    assert len(desk.all()) == 2


def test_an_image_is_uploaded_awaited_and_shown_behind_the_first_block(desk):
    desk.post(blocks=[parts.section("One"), parts.section("Two")], image=PNG, alt_text="A red dot")
    desk.rounds(6)
    (message,) = desk.seen()
    assert [block["type"] for block in message["blocks"]] == ["section", "image", "section"]
    assert message["blocks"][1]["alt_text"] == "A red dot"
    assert len(desk.sandbox.calls("files.completeUploadExternal")) == 1


def test_an_image_stands_where_its_place_is_marked(desk):
    desk.post(
        blocks=[parts.section("One"), parts.section("Two"), parts.slack_image("image", "")], image=PNG, alt_text="x"
    )
    desk.rounds(6)
    assert [block["type"] for block in desk.seen()[0]["blocks"]] == ["section", "section", "image"]


def test_an_image_that_is_not_ready_in_time_is_shared_in_the_thread(desk):
    httpx.post(f"{desk.sandbox.url}/page/world", json={"kind": "settings", "file_polls": 10_000})
    desk.post(blocks=[parts.section("One")], image=PNG, alt_text="A red dot")
    desk.rounds(20, seconds=1)
    (message,) = desk.seen()
    assert [block["type"] for block in message["blocks"]] == ["section"]
    assert message["replies"][0]["files"]
    assert desk.row().status == "sent"


def test_a_changed_image_is_uploaded_again_and_an_unchanged_one_is_not(desk):
    desk.post(image=PNG, alt_text="first")
    desk.rounds(5)
    desk.update(text="Hello", blocks=[parts.section("New words")], image=PNG, alt_text="first")
    desk.rounds(3)
    assert len(desk.sandbox.calls("files.getUploadURLExternal")) == 1
    desk.update(text="Hello", blocks=[parts.section("New words")], image=PNG + b"\n", alt_text="second")
    desk.rounds(5)
    assert len(desk.sandbox.calls("files.getUploadURLExternal")) == 2
    assert desk.seen()[0]["blocks"][-1]["alt_text"] == "second"


def test_a_pinned_post_is_pinned_and_a_second_pin_is_no_error(desk):
    desk.post(pin=True)
    desk.rounds(2)
    assert desk.seen()[0]["pinned"]


def test_one_channel_gets_about_one_message_a_second_others_do_not_wait(desk):
    desk.worker = desk.new_worker(pace=1.0)
    for number in range(3):
        desk.post(f"k{number}")
    desk.post("other", channel=desk.sandbox.person("bob").id)
    desk.rounds(seconds=0.5)
    assert (len(desk.seen()), desk.row("other").status) == (1, "sent")
    desk.rounds(4, seconds=0.5)
    assert len(desk.seen()) == 3


def test_a_long_text_is_clipped_to_what_slack_takes(desk):
    desk.post(text="x" * 50_000)
    desk.rounds()
    assert desk.row().status == "sent"
    assert len(desk.seen()[0]["text"]) == 12_000


def test_posts_about_one_subject_keep_their_order_though_the_first_waits_for_its_image(desk):
    desk.post("head", "Head", image=PNG, alt_text="x", subject=("report", 1))
    desk.post("tail", "Tail", subject=("report", 1))
    desk.post("other", "Other", subject=("report", 2))
    desk.rounds(8)
    assert [message["text"] for message in desk.seen()] == ["Other", "Head", "Tail"]


def test_an_answer_to_what_could_not_be_posted_is_given_up(desk):
    alice = desk.sandbox.person("alice")
    desk.post("head", "Head", channel=alice.channel("general")["id"])
    desk.post("reply", "Reply", channel=alice.channel("general")["id"], thread_key="head")
    desk.rounds(3, seconds=2)
    assert [desk.row(key).status for key in ("head", "reply")] == ["failed", "failed"]


@pytest.mark.parametrize(("kind", "texts"), [("result", 2), ("nudge", 1)])
def test_when_no_answer_comes_a_result_is_sent_again_and_a_nudge_is_not(desk, kind, texts):
    desk.fail("chat.postMessage", error="", delay=TOO_LATE)  # it arrives, but the answer is too late
    desk.post(kind=kind)
    desk.rounds(4, seconds=1)
    desk.sandbox.person("alice").wait(lambda: len(desk.seen()) == texts, what="all that arrives")
    assert desk.row().status == ("sent" if kind == "result" else "dropped")


def test_when_slack_cannot_be_reached_at_all_both_are_sent_later(desk):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        desk.address = f"http://127.0.0.1:{closed.getsockname()[1]}/api/"
    desk.post("result")
    desk.post("nudge", kind="nudge")
    desk.rounds(2, seconds=1)
    assert {row.status for row in desk.all()} == {"pending"}
    desk.address = desk.sandbox.api_url
    desk.rounds(4, seconds=1)
    assert {row.status for row in desk.all()} == {"sent"}


def test_a_post_whose_process_died_before_it_was_pinned_is_pinned_by_the_next_and_not_posted_again(desk):
    desk.fail("chat.getPermalink", status=500, error="fatal_error")
    desk.post(pin=True)
    desk.rounds()
    assert desk.row().permalink == ""
    desk.later(seconds=2)
    next_process = desk.new_worker()
    next_process.start()
    desk.sandbox.person("alice").wait(lambda: desk.row().permalink or None, what="the link")
    next_process.stop()
    (message,) = desk.seen()
    assert message["pinned"]


def test_posts_of_a_workspace_whose_token_is_elsewhere_are_left_to_that_process(desk):
    desk.teams = ("TELSEWHERE",)
    desk.post()
    desk.rounds(3)
    assert (desk.row().status, desk.row().claimed_by, desk.seen()) == ("pending", "", [])
    assert desk.worker.waiting() == 0
    desk.teams = (TEAM,)
    desk.rounds()
    assert [message["text"] for message in desk.seen()] == ["Hello"]


def test_what_is_not_sent_when_the_bot_is_removed_is_given_up(desk):
    desk.post("sent")
    desk.rounds()
    desk.post("waiting")
    with desk.database.sessions() as session:
        desk.outbox.post(session, team_id="T2", channel="C2", key="waiting", text="Theirs")
    with desk.database.sessions() as session:
        desk.outbox.withdraw(session, TEAM)
    assert [(one.key, one.status) for one in desk.all()] == [("sent", "sent"), ("waiting", "dropped")]
    with desk.database.sessions.reading() as session:
        assert desk.outbox.find(session, team_id="T2", key="waiting").status == "pending"


BUTTONS = [parts.section("Approve?"), parts.actions([parts.button("Yes", "a.yes", "1")])]


def live(desk):
    """Messages with something to press, threads included."""
    seen = desk.sandbox.person("alice").everything("service-desk")
    return [one for one in seen if any(block["type"] == "actions" for block in one["blocks"])]


@pytest.mark.parametrize("lost", [1, 2])
def test_a_post_whose_answer_is_lost_never_leaves_two_questions(desk, lost):
    desk.fail("chat.postMessage", error="", delay=TOO_LATE, times=lost)  # it arrives, but the answer is too late
    desk.post(text="Approve?", blocks=BUTTONS)
    desk.rounds(5, seconds=8)
    desk.sandbox.person("alice").wait(lambda: len(desk.seen()) == lost + 1, what="all that arrives")
    assert [one["ts"] for one in live(desk)] == [desk.row().ts]
    assert [one["blocks"] for one in desk.seen() if one["ts"] != desk.row().ts] == [[]] * lost


def test_an_update_whose_answer_is_lost_is_done_again_in_place(desk):
    desk.fail("chat.update", error="", delay=TOO_LATE)
    desk.post(text="Approve?", blocks=BUTTONS)
    desk.rounds(4, seconds=8)
    assert len(desk.seen()) == len(live(desk)) == 1
    assert (desk.row().status, desk.row().sent_revision) == ("sent", desk.row().revision)


def test_a_process_that_dies_after_the_bare_line_leaves_it_to_the_next_to_fill(desk):
    desk.fail("chat.update", error="internal_error")
    desk.post(text="Approve?", blocks=BUTTONS)
    desk.worker.round()
    assert (desk.row().ts != "", desk.row().sent_revision, live(desk)) == (True, 0, [])
    desk.worker = desk.new_worker()
    desk.later(seconds=3)
    desk.worker.round()
    assert len(desk.seen()) == len(live(desk)) == 1


def refused_picture(desk, times):
    desk.fail("chat.postMessage", error="invalid_blocks", times=times)
    desk.post(text="A chart", blocks=[parts.section("One"), parts.slack_image("image", "")], image=PNG, alt_text="dot")
    desk.rounds(20, seconds=4)
    return desk.seen()[0]


def test_a_picture_refused_for_a_while_is_shown_in_the_end(desk):
    message = refused_picture(desk, times=3)
    assert [block["type"] for block in message["blocks"]] == ["section", "image"]
    assert desk.row().status == "sent"


def test_a_picture_that_is_refused_goes_into_the_thread_and_the_words_stand(desk):
    message = refused_picture(desk, times=5)
    assert [block["type"] for block in message["blocks"]] == ["section", "context"]
    assert "it comes in the thread" in str(message["blocks"][1])
    assert message["replies"][0]["files"]
    assert desk.row().status == "sent"


def test_a_picture_that_cannot_be_shared_either_is_missed_aloud(desk):
    desk.fail("files.completeUploadExternal", error="", times=1)
    httpx.post(f"{desk.sandbox.url}/page/world", json={"kind": "settings", "file_polls": 10_000})
    desk.post(text="A chart", blocks=[parts.section("One")], image=PNG, alt_text="A red dot")
    desk.rounds(2)
    desk.fail("files.completeUploadExternal", error="internal_error", times=9)
    desk.rounds(20, seconds=40)
    (message,) = desk.seen()
    assert "did not take the picture of this: A red dot" in message["replies"][0]["text"]
