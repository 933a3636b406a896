"""What goes once a day, and what stays: each edge of it, on both databases."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import leftovers
from bot.listeners import tidying
from csi import storage
from csi.models import InboxEvent, OutboxPost
from csi.reading.files import FileStore
from csi.storage import rows
from tests import turns
from tests.bot.delivery.posts import post
from tests.databases import Database

NOW = datetime(2026, 9, 2, 9, tzinfo=UTC)
TEAM, TICK = "T1", timedelta(microseconds=1)
OLD = NOW - tidying.KEPT - TICK
BLOCKS = [{"type": "divider"}]


def written(database: Database, *made: Any) -> None:
    with database.sessions() as session:
        session.add_all(made)


def sent(**changed: Any) -> OutboxPost:
    plain = {"id": None, "status": "sent", "sent_revision": 1, "created_at": OLD, "sent_at": OLD, "blocks": BLOCKS}
    return post(**{**plain, **changed})


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({}, []),
        ({"status": "failed", "sent_at": None}, []),
        ({"status": "dropped", "sent_at": None}, []),
        ({"sent_at": NOW - tidying.KEPT}, BLOCKS),
        ({"created_at": NOW - tidying.KEPT}, BLOCKS),
        ({"status": "pending", "sent_at": None, "sent_revision": 0}, BLOCKS),
        ({"status": "sending", "sent_at": None}, BLOCKS),
        ({"sent_revision": 0}, BLOCKS),
        ({"team_id": "T2"}, BLOCKS),
    ],
)
def test_what_an_old_message_was_made_of_is_forgotten(database: Database, changed: dict[str, Any], left: Any) -> None:
    written(database, sent(**changed))
    assert tidying.posts(database.sessions, TEAM, NOW) == (left == [])
    with database.sessions.reading() as session:
        (row,) = rows(session, OutboxPost, str(changed.get("team_id", TEAM)))
    assert (row.blocks, row.text) == (left, "Hello")
    assert timedelta(days=90) == tidying.KEPT


@pytest.mark.parametrize(("kind", "count"), [("pin", 0), ("link", 0), ("file", 0), ("nudge", 1)])
def test_what_was_done_beside_a_message_is_forgotten_whole(database: Database, kind: str, count: int) -> None:
    written(database, sent(kind=kind, status="failed"))
    tidying.posts(database.sessions, TEAM, NOW)
    with database.sessions.reading() as session:
        assert len(rows(session, OutboxPost, TEAM)) == count


@pytest.mark.parametrize(
    ("status", "done_at", "left"),
    [("failed", OLD, 0), ("failed", OLD + TICK, 1), ("done", OLD, 1), ("pending", None, 1)],
)
def test_what_failed_is_kept_for_a_quarter(database: Database, status: str, done_at: Any, left: int) -> None:
    given = {"team_id": TEAM, "event_id": "e", "kind": "job:x", "received_at": OLD, "next_at": OLD}
    written(database, InboxEvent(**given, status=status, done_at=done_at))
    assert tidying.events(database.sessions, TEAM, NOW) == 1 - left
    with database.sessions.reading() as session:
        assert len(rows(session, InboxEvent, TEAM)) == left


def delivered(database: Database, **said: Any) -> None:
    """A delivery of a cycle, with keys of its own."""
    with database.sessions() as session:
        batch = turns.deliver(session, turns.begin(session, team_id=TEAM))
        for name, value in said.items():
            setattr(batch, name, value)


SHOWN = NOW - tidying.SHOWN - TICK


@pytest.mark.parametrize(
    ("changed", "goes"),
    [
        ({}, True),
        ({"sent_at": NOW - tidying.SHOWN}, False),
        ({"status": "pending", "sent_at": None}, False),
        ({"sent_revision": 0}, False),
        ({"status": "failed", "sent_at": None}, True),
    ],
)
def test_a_picture_goes_once_slack_has_it(
    sqlite_database: Database, tmp_path: Path, changed: dict[str, Any], goes: bool
) -> None:
    files = FileStore(str(tmp_path))
    key = files.keep(TEAM, b"picture")
    written(sqlite_database, sent(**{"image_key": key, "created_at": SHOWN, "sent_at": SHOWN, **changed}))
    assert tidying.pictures(sqlite_database.sessions, files, TEAM, NOW) == goes
    assert files.exists(key) is not goes


@pytest.mark.parametrize("also", ["younger", "drop", "delivery", "other"])
def test_bytes_that_something_else_needs_stay(sqlite_database: Database, tmp_path: Path, also: str) -> None:
    files = FileStore(str(tmp_path))
    key = files.keep(TEAM, b"picture")
    written(sqlite_database, sent(image_key=key, created_at=SHOWN, sent_at=SHOWN))
    if also == "younger":
        written(sqlite_database, sent(key="k2", image_key=key, created_at=SHOWN, sent_at=NOW))
    elif also == "drop":
        files.write(f"{TEAM}/drops/F1.json", f'{{"raw_key": "{key}"}}'.encode())
    elif also == "delivery":
        delivered(sqlite_database, raw_key=key)
    else:
        key = files.keep(TEAM, b"nobody's")
    tidying.pictures(sqlite_database.sessions, files, TEAM, NOW)
    assert files.exists(key)


def test_rows_that_nothing_refers_to_go_when_they_are_old(sqlite_database: Database, tmp_path: Path) -> None:
    files = FileStore(str(tmp_path))
    old = [f"{TEAM}/rows/{name}.parquet" for name in ("held", "gone")]
    spoiled = [f"{TEAM}/quarantine/{name}.csv" for name in ("held", "posted", "gone")]
    young = f"{TEAM}/rows/young.parquet"
    for key in (*old, *spoiled, young):
        files.write(key, b"x")
    for key in (*old, *spoiled):
        os.utime(tmp_path / key, times=((NOW - tidying.UNREFERRED).timestamp() - 1,) * 2)
    os.utime(tmp_path / young, times=((NOW - tidying.UNREFERRED).timestamp() + 1,) * 2)
    written(sqlite_database, sent(image_key=spoiled[1]))
    delivered(sqlite_database, rows_key=old[0], counts={"before": {"quarantine_key": spoiled[0]}})
    assert tidying.stored_rows(sqlite_database.sessions, files, TEAM, NOW) == 2
    assert {key for key in (*old, *spoiled, young) if files.exists(key)} == {old[0], *spoiled[:2], young}


def test_free_pages_are_given_back_to_the_disk(tmp_path: Path) -> None:
    made = storage.engine(f"sqlite:///{tmp_path / 'a.db'}")
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (b TEXT)")
        for _ in range(800):
            connection.exec_driver_sql("INSERT INTO a VALUES (hex(randomblob(4000)))")
    with made.begin() as connection:
        connection.exec_driver_sql("DELETE FROM a")
    assert storage.give_back(made) > 1000
    with made.begin() as connection:
        assert connection.exec_driver_sql("PRAGMA freelist_count").scalar_one() == 0
    assert storage.give_back(made) == 0
    made.dispose()


@pytest.mark.parametrize(
    ("name", "age", "goes"),
    [
        ("csi-intake-a", 1, True),
        ("csi-local-a", 1, True),
        ("csi-intake-a", 0, False),
        ("csi-mine", 1, False),
        ("other-intake-a", 1, False),
    ],
)
@pytest.mark.parametrize("folder", [True, False])
def test_what_a_killed_process_left_goes_after_a_day(
    tmp_path: Path, name: str, age: float, goes: bool, folder: bool
) -> None:
    path = tmp_path / name
    path.mkdir() if folder else path.write_bytes(b"x")
    seconds = leftovers.AGE.total_seconds()
    os.utime(path, times=(1e9, 1e9))
    assert leftovers.remove(tmp_path, 1e9 + seconds + age) == goes
    assert path.exists() is not goes
    assert timedelta(days=1) == leftovers.AGE
