"""What becomes of a post next, as tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import states
from bot.delivery.states import LEASE
from csi.models import OutboxPost
from csi.storage import rows
from tests.bot.delivery.posts import NOW, post
from tests.databases import Database

MOMENT = timedelta(microseconds=1)
ELSEWHERE = {"status": "sending", "claimed_by": "elsewhere:1:aa"}


@pytest.mark.parametrize(
    ("changed", "its_turn"),
    [
        ({}, True),
        ({"next_at": NOW - MOMENT}, True),
        ({"next_at": NOW + MOMENT}, False),
        ({**ELSEWHERE, "claimed_at": NOW - LEASE}, True),
        ({**ELSEWHERE, "claimed_at": NOW - LEASE + MOMENT}, False),
        ({**ELSEWHERE, "claimed_at": None}, True),
        ({"status": "pending", "claimed_by": "elsewhere:1:aa", "claimed_at": NOW}, True),
        ({"status": "sent", "claimed_at": NOW}, True),
    ],
)
def test_a_post_has_its_turn_when_it_is_due_and_in_nobodys_hands(changed: dict[str, Any], its_turn: bool) -> None:
    assert states.has_its_turn(post(**changed), NOW) is its_turn


def test_a_lease_outlives_a_call_and_its_repetition() -> None:
    assert timedelta(seconds=60) < LEASE <= timedelta(seconds=90)


ABOUT = {"subject_kind": "report", "subject_id": 3}


@pytest.mark.parametrize(
    ("earlier", "later", "overtakes"),
    [
        ({}, {}, True),
        ({"status": "sending"}, {}, True),
        ({"status": "sent", "ts": "1.1"}, {}, False),
        ({"status": "failed"}, {}, False),
        ({"status": "dropped"}, {}, False),
        ({"ts": "1.1"}, {}, False),  # it stands, and is only changed
        ({}, {"ts": "1.2"}, False),
        ({"thread_ts": "1.1"}, {}, False),
        ({"thread_ts": "1.1"}, {"thread_ts": "1.1"}, True),
        ({"thread_ts": "1.1"}, {"thread_ts": "1.2"}, False),
        ({"channel": "C2"}, {}, False),
        ({"subject_id": 4}, {}, False),
        ({"subject_kind": "action"}, {}, False),
        ({"team_id": "T2"}, {}, False),
        ({"subject_kind": "", "subject_id": None}, {"subject_kind": "", "subject_id": None}, False),
    ],
)
def test_posts_about_one_subject_keep_their_order_in_one_thread(
    sqlite_database: Database, earlier: dict[str, Any], later: dict[str, Any], overtakes: bool
) -> None:
    with sqlite_database.sessions() as session:
        first = post(**{"id": 1, "key": "first", **ABOUT, **earlier})
        second = post(**{"id": 2, "key": "second", **ABOUT, **later})
        session.add_all([first, second])
        session.flush()
        assert states.is_overtaking(session, second) is overtakes
        assert states.is_overtaking(session, first) is False
        assert len(rows(session, OutboxPost, "T1")) + len(rows(session, OutboxPost, "T2")) == 2


@pytest.mark.parametrize(
    ("changed", "dropped"),
    [
        ({"status": "sending", "kind": "nudge"}, True),
        ({"status": "sending", "kind": "result"}, False),
        ({"status": "pending", "kind": "nudge"}, False),
        ({"status": "sending", "kind": "nudge", "ts": "1.1"}, False),
    ],
)
def test_only_a_nudge_cut_off_while_it_was_sent_for_the_first_time_is_dropped(
    changed: dict[str, Any], dropped: bool
) -> None:
    assert states.may_have_arrived(post(**changed)) is dropped


@pytest.mark.parametrize(
    ("row", "head", "headless"),
    [
        (post(), None, False),
        (post(thread_key="h"), None, True),
        (post(thread_key="h"), post(key="h"), True),
        (post(thread_key="h"), post(key="h", ts="1.1"), False),
        (post(), post(key="h"), False),
    ],
)
def test_an_answer_waits_until_what_it_answers_stands(row: OutboxPost, head: OutboxPost | None, headless: bool) -> None:
    assert states.is_headless(row, head) is headless


@pytest.mark.parametrize("status", ["failed", "dropped"])
def test_an_answer_to_what_will_never_stand_fails(status: str) -> None:
    changes = states.without_head(post(key="h", status=status), NOW)
    assert changes == {"status": "failed", "error": "no_thread: h could not be posted"}


@pytest.mark.parametrize("head", [None, post(key="h"), post(key="h", status="sending")])
def test_an_answer_to_what_may_yet_stand_is_looked_at_in_a_second(head: OutboxPost | None) -> None:
    assert states.without_head(head, NOW) == {"status": "pending", "next_at": NOW + timedelta(seconds=1)}


@pytest.mark.parametrize(
    ("head", "thread"),
    [(None, "9.9"), (post(ts="1.1"), "1.1"), (post(ts="1.1", thread_ts="0.5"), "0.5")],
)
def test_an_answer_goes_into_the_thread_of_what_it_answers(head: OutboxPost | None, thread: str) -> None:
    assert states.thread_of(post(thread_ts="9.9"), head) == thread


@pytest.mark.parametrize(("ts", "status"), [("", "pending"), ("1.1", "sent")])
def test_what_waits_for_its_image_is_looked_at_soon(ts: str, status: str) -> None:
    changes = states.soon(post(ts=ts), NOW, file_id="F1")
    assert changes == {"status": status, "next_at": NOW + timedelta(seconds=0.4), "file_id": "F1"}
