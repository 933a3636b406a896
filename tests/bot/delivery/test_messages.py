"""What is said to Slack for a post, and what is kept of the answer: Slack's side written down, ours real."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.blocks import parts
from bot.delivery import images, messages
from csi.models import OutboxPost
from tests.bot.delivery.posts import NOW, Answers, post, refused

ONE, TWO = parts.section("One"), parts.section("Two")
PLACE = parts.slack_image("image", "")
PICTURE = parts.slack_image("F1", "words")


def sent(client: Answers, row: OutboxPost, thread: str = "", *, shown: bool = False) -> messages.Changes:
    picture = messages.Picture.SHOWN if shown else messages.Picture.NONE
    return messages.send(client, row, thread, picture=picture, now=NOW)  # type: ignore[arg-type]


def test_a_post_is_posted_and_what_failed_before_is_forgotten() -> None:
    client = Answers()
    changes = sent(client, post(revision=3, attempts=5, error="x"), "1.1")
    done = {"status": "sent", "sent_revision": 3, "sent_at": NOW, "error": "", "attempts": 0}
    assert changes == {"channel": "C1", "ts": "5.5", **done}
    ((method, asked),) = client.asked
    assert (method, asked["channel"], asked["thread_ts"]) == ("chat_postMessage", "C1", "1.1")
    assert (asked["unfurl_links"], asked["unfurl_media"]) == (False, False)


def test_out_of_a_thread_none_is_named() -> None:
    client = Answers()
    sent(client, post())
    assert client.asked[0][1]["thread_ts"] is None


def test_what_stands_is_changed_in_place_and_keeps_where_it_stands() -> None:
    client = Answers()
    changes = sent(client, post(ts="1.1"))
    assert (client.methods(), "ts" in changes) == (["chat_update"], False)


@pytest.mark.parametrize("error", sorted(messages.GONE))
def test_what_somebody_deleted_is_said_anew(error: str) -> None:
    client = Answers(chat_update=refused(error))
    assert sent(client, post(ts="1.1"))["ts"] == "5.5"
    assert client.methods() == ["chat_update", "chat_postMessage"]


def test_another_refusal_of_a_change_is_no_reason_to_say_it_anew() -> None:
    client = Answers(chat_update=refused("invalid_blocks"))
    with pytest.raises(SlackApiError):
        sent(client, post(ts="1.1"))
    assert client.methods() == ["chat_update"]


@pytest.mark.parametrize(("channel", "opened"), [("U1", True), ("W1", True), ("C1", False), ("G1", False)])
def test_to_a_person_it_goes_by_their_conversation_with_the_bot(channel: str, opened: bool) -> None:
    client = Answers()
    kept = sent(client, post(channel=channel))["channel"]
    assert (kept, "conversations_open" in client.methods()) == (("D1", True) if opened else (channel, False))


@pytest.mark.parametrize(
    ("blocks", "shown", "expected"),
    [
        ([ONE, TWO], True, [ONE, PICTURE, TWO]),
        ([ONE], True, [ONE, PICTURE]),
        ([ONE, TWO, PLACE], True, [ONE, TWO, PICTURE]),
        ([PLACE, ONE], True, [PICTURE, ONE]),
        ([], True, [parts.section("Hello"), PICTURE]),
        ([ONE, PLACE, TWO], False, [ONE, TWO]),
        ([ONE, parts.slack_image("F9", "x")], False, [ONE, parts.slack_image("F9", "x")]),
        ([], False, []),
    ],
)
def test_an_image_stands_in_its_place_or_behind_the_first_block(
    blocks: list[parts.Block], shown: bool, expected: list[parts.Block]
) -> None:
    client = Answers()
    sent(client, post(blocks=blocks, file_id="F1", alt_text="words"), shown=shown)
    assert client.asked[0][1]["blocks"] == expected


@pytest.mark.parametrize(
    ("waited", "state"),
    [
        (images.PATIENCE, images.State.WAITING),
        (images.PATIENCE + images.POLL, images.State.LATE),
    ],
)
def test_a_file_is_waited_for_and_shared_in_the_thread_when_it_is_late(waited: Any, state: images.State) -> None:
    uploads, client = images.Uploads(), Answers()
    row = post(file_id="F1")
    assert uploads.state(client, row, NOW) is images.State.WAITING  # type: ignore[arg-type]
    assert uploads.state(client, row, NOW + waited) is state  # type: ignore[arg-type]


def test_a_file_that_was_ready_once_is_not_asked_for_again() -> None:
    uploads, client = images.Uploads(), Answers()
    client.files_info = lambda file: {"file": {"mimetype": "image/png"}}
    row = post(file_id="F1")
    assert uploads.state(client, row, NOW) is images.State.READY  # type: ignore[arg-type]
    silent = Answers()
    assert uploads.state(silent, row, NOW) is images.State.READY  # type: ignore[arg-type]
    assert silent.asked == []


def test_without_a_file_there_is_nothing_to_wait_for() -> None:
    client = Answers()
    assert images.Uploads().state(client, post(), NOW) is images.State.NONE  # type: ignore[arg-type]
    assert client.asked == []


def test_slack_has_fifteen_seconds_for_a_file_and_is_asked_every_two_fifths() -> None:
    assert (images.PATIENCE.total_seconds(), images.POLL.total_seconds()) == (15, 0.4)


BUTTON = parts.actions([parts.button("Yes", "a.yes", "1")])
ACCESSORY = {**parts.section("Pick"), "accessory": parts.button("Yes", "a.yes", "1")}
INPUT = parts.text_input("why", "Why?")


@pytest.mark.parametrize(
    ("blocks", "live"),
    [
        ([], False),
        ([ONE], False),
        ([ONE, BUTTON], True),
        ([BUTTON], True),
        ([ACCESSORY], True),
        ([INPUT], True),
        ([{**ONE, "accessory": {"type": "image", "image_url": "x", "alt_text": "x"}}], False),
        ([PICTURE], False),
    ],
)
def test_what_somebody_could_press_is_not_in_the_first_call(blocks: list[parts.Block], live: bool) -> None:
    client = Answers()
    row = post(blocks=blocks, revision=3)
    changes = sent(client, row, "1.1")
    ((method, asked),) = client.asked
    assert (method, asked["thread_ts"], asked["text"]) == ("chat_postMessage", "1.1", "Hello")
    assert ("blocks" in asked) == (not live)
    assert (changes["status"], changes["ts"], changes["sent_revision"]) == ("sent", "5.5", 2 if live else 3)
    client, row.ts = Answers(), "5.5"
    changes = sent(client, row)
    ((method, asked),) = client.asked
    assert (method, asked["blocks"], asked["metadata"]) == ("chat_update", blocks, {})
    assert changes["sent_revision"] == 3


def test_a_nudge_that_is_never_sent_twice_is_posted_at_once() -> None:
    client = Answers()
    assert sent(client, post(blocks=[ONE, BUTTON], kind="nudge"))["sent_revision"] == 1
    assert client.asked[0][1]["blocks"] == [ONE, BUTTON]


def test_the_bare_line_calls_everybody_whom_the_message_calls_once() -> None:
    client = Answers()
    called = parts.section("For <@U1> and <@U2>, <!here>, <https://x|a link>")
    sent(client, post(text="Hello <@U1>", blocks=[called, called, BUTTON]))
    assert client.asked[0][1]["text"] == "Hello <@U1> <@U2> <!here>"


def test_a_refused_picture_is_told_in_its_place() -> None:
    client = Answers()
    row = post(blocks=[ONE, PLACE, TWO], file_id="F1", alt_text="words", image_key="k")
    messages.send(client, row, "", picture=messages.Picture.IN_THREAD, now=NOW)  # type: ignore[arg-type]
    assert client.asked[0][1]["blocks"] == [ONE, messages.IN_THREAD, TWO]
