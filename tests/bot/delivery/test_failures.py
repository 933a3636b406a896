"""What a failed call means for a post, as tables."""

from __future__ import annotations

from datetime import timedelta
from http.client import IncompleteRead
from socket import gaierror
from typing import Any
from urllib.error import URLError

import httpx
import pytest

from bot.delivery import failures
from bot.delivery.failures import Fate
from bot.delivery.outbox import Outbox
from csi.errors import InvalidInput
from csi.models import OutboxPost
from csi.reading.files import FileStore
from csi.storage import rows
from tests.bot.delivery.posts import NOW, post, refused
from tests.databases import Database

BUSY = refused("internal_error")


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        *((refused(name), True) for name in sorted(failures.PASSING)),
        (refused("invalid_blocks"), False),
        (refused("invalid_blocks", 499), False),
        (refused("odd", 500), True),
        (refused("odd", 503), True),
        (URLError("away"), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (httpx.ConnectError("away"), True),
        (IncompleteRead(b"{"), True),
        (KeyError("x"), False),
        (InvalidInput("x", "y"), False),
    ],
)
def test_what_passes_is_told_from_what_stays(error: Exception, passes: bool) -> None:
    assert failures.passing(error) is passes


UNREADABLE = "Received a response in a non-JSON format: <html>"
ASKED = httpx.Request("POST", "https://x/upload")


@pytest.mark.parametrize(
    ("error", "fate"),
    [
        (refused("ratelimited", 429), Fate.WAIT),
        (refused(UNREADABLE, 429), Fate.WAIT),
        (refused("internal_error"), Fate.AGAIN),
        (refused("odd", 500), Fate.AGAIN),
        (refused("odd", 499), Fate.FINAL),
        (refused("not_in_channel"), Fate.FINAL),
        (refused("missing_scope"), Fate.FINAL),
        (refused(UNREADABLE), Fate.UNKNOWN),
        (refused(UNREADABLE, 502), Fate.UNKNOWN),
        (refused(""), Fate.UNKNOWN),
        (IncompleteRead(b"{"), Fate.UNKNOWN),
        (TimeoutError(), Fate.UNKNOWN),
        (URLError(TimeoutError()), Fate.UNKNOWN),
        (ConnectionResetError(), Fate.UNKNOWN),
        (httpx.ReadTimeout("late"), Fate.UNKNOWN),
        (URLError(ConnectionRefusedError()), Fate.AGAIN),
        (URLError(gaierror()), Fate.AGAIN),
        (httpx.HTTPStatusError("x", request=ASKED, response=httpx.Response(503)), Fate.AGAIN),
        (httpx.HTTPStatusError("x", request=ASKED, response=httpx.Response(429)), Fate.AGAIN),
        (httpx.HTTPStatusError("x", request=ASKED, response=httpx.Response(403)), Fate.FINAL),
        (InvalidInput("x", "y"), Fate.FINAL),
    ],
)
def test_an_error_has_one_of_four_fates(error: Exception, fate: Fate) -> None:
    assert failures.fate(error) is fate


@pytest.mark.parametrize(("attempts", "gap"), [(0, 2), (1, 4), (2, 8), (5, 64), (6, 128)])
def test_what_may_pass_is_tried_again_after_growing_gaps(attempts: int, gap: int) -> None:
    expected = {"status": "pending", "next_at": NOW + timedelta(seconds=gap), "attempts": attempts + 1}
    assert failures.consequence(post(attempts=attempts), BUSY, NOW) == {**expected, "error": "internal_error"}


def test_after_eight_attempts_it_is_given_up() -> None:
    assert failures.consequence(post(attempts=7), BUSY, NOW) == {"status": "failed", "error": "internal_error"}


def test_what_stands_stays_sent_while_a_change_of_it_waits() -> None:
    assert failures.consequence(post(ts="1.1"), BUSY, NOW)["status"] == "sent"


def test_what_does_not_pass_fails_at_once() -> None:
    expected = {"status": "failed", "error": "invalid_blocks"}
    assert failures.consequence(post(), refused("invalid_blocks"), NOW) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "30"}, 30.0), ({"retry-after": ["12"]}, 12.0), ({}, 1.0), ({"Date": "9"}, 1.0)],
)
def test_when_slack_asks_to_wait_it_is_no_attempt(headers: dict[str, Any], seconds: float) -> None:
    error = refused("ratelimited", 429, headers)
    assert failures.limited(error)
    assert failures.retry_after(error) == seconds
    expected = {"status": "pending", "next_at": NOW + timedelta(seconds=seconds), "attempts": 7}
    assert failures.consequence(post(attempts=7), error, NOW) == {**expected, "error": "rate limited"}


def test_only_slacks_own_429_asks_to_wait() -> None:
    assert not failures.limited(refused("ratelimited", 430))
    assert not failures.limited(URLError("429"))
    assert failures.retry_after(URLError("away")) == 1.0


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TimeoutError(), "dropped"),
        (URLError(TimeoutError()), "dropped"),
        (httpx.ReadTimeout("no answer"), "dropped"),
        (BUSY, "pending"),
        (refused(UNREADABLE), "dropped"),
        (IncompleteRead(b"{"), "dropped"),
        (ConnectionRefusedError(), "pending"),
        (URLError(gaierror()), "pending"),
        (URLError(ConnectionRefusedError()), "pending"),
    ],
)
def test_a_nudge_that_may_have_arrived_is_not_sent_again(error: Exception, status: str) -> None:
    assert failures.consequence(post(kind="nudge"), error, NOW)["status"] == status
    assert failures.consequence(post(kind="result"), error, NOW)["status"] == "pending"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (refused("invalid_blocks"), "invalid_blocks"),
        (
            refused("invalid_blocks", response_metadata={"messages": ["a", "b", "c", "d"]}),
            "invalid_blocks: a: b: c",
        ),
        (refused("missing_scope", needed="pins:write"), "missing_scope: pins:write"),
        (refused(UNREADABLE), "unreadable answer"),
        (refused("x" * 600), "x" * 500),
        (KeyError("y" * 600), f"KeyError('{'y' * 490}"),
        (InvalidInput("file", "too large"), str(InvalidInput("file", "too large"))),
    ],
)
def test_the_error_is_told_with_what_it_points_at(error: Exception, code: str) -> None:
    assert failures.code(error) == code


def said_of(database: Database, tmp_path: Any, error: str, **changed: Any) -> list[OutboxPost]:
    outbox = Outbox(lambda: NOW, FileStore(str(tmp_path / "data")))
    with database.sessions() as session:
        failures.say(session, outbox, post(**changed), error)
    with database.sessions.reading() as session:
        return rows(session, OutboxPost, "T1")


@pytest.mark.parametrize(
    ("error", "changed", "places"),
    [
        ("invalid_blocks: a", {}, ["C1"]),
        ("invalid_blocks", {"tell": "U1"}, ["C1", "U1"]),
        *((name, {"tell": "U1"}, ["U1"]) for name in sorted(failures.NOT_INVITED)),
        *((name, {}, []) for name in sorted(failures.NOT_INVITED)),
        *((name, {"tell": "U1"}, []) for name in sorted(failures.NO_VOICE | {failures.NO_THREAD})),
        ("no_thread: h could not be posted", {"tell": "U1"}, []),
        ("invalid_blocks", {"key": "failed:1:0:C1", "tell": "U1"}, []),
        ("invalid_blocks", {"key": "had failed:1", "tell": "U1"}, ["C1", "U1"]),
    ],
)
def test_a_failure_is_said_where_it_can_be_heard_and_never_about_such_a_saying(
    sqlite_database: Database, tmp_path: Any, error: str, changed: dict[str, Any], places: list[str]
) -> None:
    said = said_of(sqlite_database, tmp_path, error, **changed)
    assert [one.channel for one in said] == places
    assert {one.kind for one in said} <= {"nudge"}


def test_a_failure_is_said_in_its_thread_in_few_words_and_once_a_revision(
    sqlite_database: Database, tmp_path: Any
) -> None:
    more = {"thread_ts": "1.1", "text": "x" * 300, "tell": "U1"}
    here, dm = said_of(sqlite_database, tmp_path, "invalid_blocks: a", **more)
    assert (here.thread_ts, dm.thread_ts) == ("1.1", "")
    assert here.text == f"I could not post something here (invalid_blocks): “{'x' * 200}”"
    assert dm.text == "I could not post in <#C1> (invalid_blocks)."
    assert len(said_of(sqlite_database, tmp_path, "invalid_blocks", **more)) == 2
    assert len(said_of(sqlite_database, tmp_path, "invalid_blocks", revision=5, **more)) == 4


def test_who_did_not_invite_the_bot_is_asked_to(sqlite_database: Database, tmp_path: Any) -> None:
    (dm,) = said_of(sqlite_database, tmp_path, "not_in_channel", tell="U1")
    assert dm.text.endswith("(not_in_channel). Please invite me to the channel, then ask again.")


def test_a_permission_that_lacks_is_named_with_what_an_administrator_does(
    sqlite_database: Database, tmp_path: Any
) -> None:
    here, dm = said_of(sqlite_database, tmp_path, "missing_scope: pins:write", kind="pin", tell="U1")
    mend = "The bot lacks pins:write in this workspace. An administrator installs the app again with its manifest."
    assert here.text == f"I could not pin this (missing_scope): “Hello” {mend}"
    assert dm.text == f"I could not pin a message in <#C1> (missing_scope). {mend}"


def test_a_link_that_is_not_to_be_had_is_no_news(sqlite_database: Database, tmp_path: Any) -> None:
    assert said_of(sqlite_database, tmp_path, "message_not_found", kind="link", tell="U1") == []


def test_a_file_that_cannot_be_brought_is_named(sqlite_database: Database, tmp_path: Any) -> None:
    named = {"name": "q.csv", "title": "q.csv", "alt_text": ""}
    (here,) = said_of(sqlite_database, tmp_path, "file_uploads_disabled", kind="file", blocks=[named])
    mend = "An administrator allows files in this workspace."
    assert here.text == f"I could not bring a file here (file_uploads_disabled): “q.csv” {mend}"


def test_a_picture_that_cannot_be_brought_is_missed_in_its_words(sqlite_database: Database, tmp_path: Any) -> None:
    named = {"name": "chart.png", "title": "t", "alt_text": "A line"}
    (here,) = said_of(sqlite_database, tmp_path, "fatal", kind="file", blocks=[named], thread_ts="1.1")
    assert here.text == ":warning: Slack did not take the picture of this: A line"
    assert (here.thread_ts, here.key) == ("1.1", "lost:7")
