"""What is written into the outbox: once, changed in place, given up."""

from __future__ import annotations

from typing import Any

import pytest

from bot.delivery.outbox import TEXT, Outbox
from csi.errors import NotFound
from csi.models import OutboxPost
from csi.reading.files import FileStore
from csi.storage import rows
from tests.bot.delivery.posts import NOW
from tests.databases import Database

SAID = {"team_id": "T1", "channel": "C1", "key": "k", "text": "Hello"}


@pytest.fixture
def outbox(tmp_path: Any) -> Outbox:
    return Outbox(lambda: NOW, FileStore(str(tmp_path / "data")))


def test_a_change_is_a_new_revision_with_all_its_attempts(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session:
        row = outbox.post(session, **SAID)
        row.attempts, row.file_id, row.image_key = 5, "F1", "old"
        outbox.update(session, team_id="T1", key="k", text="Other")
        assert (row.revision, row.attempts, row.text, row.file_id) == (1 + 1, 0, "Other", "F1")
        outbox.update(session, team_id="T1", key="k", text="Other")
        assert row.revision == 2
        outbox.update(session, team_id="T1", key="k", text="Other", image=b"png", alt_text="words")
        assert (row.revision, row.file_id, row.alt_text, row.image_key != "old") == (3, "", "words", True)


@pytest.mark.parametrize(
    ("status", "ts", "becomes"),
    [
        ("failed", "", "pending"),
        ("dropped", "", "pending"),
        ("failed", "1.1", "sent"),
        ("sent", "1.1", "sent"),
        ("sending", "", "sending"),
        ("pending", "", "pending"),
    ],
)
def test_what_was_given_up_is_tried_again_when_it_says_something_new(
    sqlite_database: Database, outbox: Outbox, status: str, ts: str, becomes: str
) -> None:
    with sqlite_database.sessions() as session:
        row = outbox.post(session, **SAID)
        row.status, row.ts = status, ts
        outbox.update(session, team_id="T1", key="k", text="Other")
        assert row.status == becomes


def test_what_is_kept_is_posted_once_and_changed_from_then_on(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session:
        first = outbox.keep(session, **SAID, pin=True, tell="U1", subject=("report", 3))
        again = outbox.keep(session, **{**SAID, "text": "Other"}, blocks=[{"type": "divider"}], pin=True)
        assert (again.id, again.text, again.blocks) == (first.id, "Other", [{"type": "divider"}])
        assert (first.pin, first.tell, first.subject_kind, first.subject_id) == (True, "U1", "report", 3)
        assert len(rows(session, OutboxPost, "T1")) == 1


def test_the_same_key_of_another_workspace_is_another_post(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session:
        mine, theirs = outbox.post(session, **SAID), outbox.post(session, **{**SAID, "team_id": "T2"})
        assert mine.id != theirs.id
        assert outbox.post(session, **{**SAID, "text": "Other"}).text == "Hello"


def test_a_text_is_clipped_to_what_slack_takes(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session:
        assert len(outbox.post(session, **{**SAID, "text": "x" * 50_000}).text) == TEXT == 12_000
        assert len(outbox.update(session, team_id="T1", key="k", text="y" * 50_000).text) == TEXT


def test_what_was_never_posted_cannot_be_changed(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session, pytest.raises(NotFound, match="no message k"):
        outbox.update(session, team_id="T1", key="k", text="x")


def test_what_is_written_wakes_the_worker_after_its_commit(sqlite_database: Database, outbox: Outbox) -> None:
    with sqlite_database.sessions() as session:
        outbox.post(session, **SAID)
        assert not outbox.woken.is_set()
    assert outbox.woken.is_set()
    outbox.woken.clear()
    with sqlite_database.sessions() as session:
        outbox.update(session, team_id="T1", key="k", text="Other")
        assert not outbox.woken.is_set()
    assert outbox.woken.is_set()


@pytest.mark.parametrize(
    ("status", "ts", "becomes"),
    [
        ("pending", "", "dropped"),
        ("sending", "", "dropped"),
        ("sent", "1.1", "sent"),
        ("pending", "1.1", "pending"),
        ("failed", "", "failed"),
    ],
)
def test_when_the_bot_is_removed_what_nobody_has_seen_is_given_up(
    sqlite_database: Database, outbox: Outbox, status: str, ts: str, becomes: str
) -> None:
    with sqlite_database.sessions() as session:
        row, theirs = outbox.post(session, **SAID), outbox.post(session, **{**SAID, "team_id": "T2"})
        row.status, row.ts = status, ts
        session.flush()
        outbox.withdraw(session, "T1")
        session.refresh(row)
        session.refresh(theirs)
        assert (row.status, theirs.status) == (becomes, "pending")
