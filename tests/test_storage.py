"""The database: both kinds keep the same promises."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import UniqueConstraint, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from bot import inbox
from bot.delivery import worker
from csi import storage
from csi.errors import TooManyRows
from csi.models import OutboxPost, Row, Service
from csi.storage import change_if, engine, lock, migrate, rows
from tests.conftest import MEANT
from tests.databases import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_migrated_schema_is_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Row.metadata) == []


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate(empty_url)
    migrate(empty_url)
    made = engine(empty_url)
    assert set(Row.metadata.tables) <= set(inspect(made).get_table_names())
    made.dispose()


def test_processes_that_migrate_at_once_all_succeed(empty_url: str) -> None:
    script = "import sys; from csi.storage import migrate; migrate(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", script, empty_url], stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors


def test_every_index_and_unique_constraint_begins_with_the_workspace() -> None:
    for table in Row.metadata.sorted_tables:
        unique = [list(c.columns) for c in table.constraints if isinstance(c, UniqueConstraint)]
        # of the few rows that workers of all have to do
        of_all = {"ix_outbox_post_unsent", "ix_inbox_event_undone", "ix_inbox_event_done"}
        keys = unique + [list(index.columns) for index in table.indexes if index.name not in of_all]
        assert keys, f"{table.name} has no index that begins with team_id"
        assert all(columns[0].name == "team_id" for columns in keys), table.name


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (worker._unfinished(("T1", "T2")).where(col(OutboxPost.next_at) <= NOW).limit(200), "ix_outbox_post_unsent"),
        (inbox._unfinished("job", ("T1", "T2"), NOW), "ix_inbox_event_undone"),
    ],
)
def test_workers_find_what_is_to_be_done_without_looking_at_what_was(
    own_database: Database, wanted: Any, index: str
) -> None:
    database = own_database  # what ran before leaves statistics in one that is lent
    compiled = wanted.compile(database.sessions.engine, compile_kwargs={"literal_binds": True})
    postgres = database.name == "postgresql"
    with database.sessions.engine.connect() as connection:
        if postgres:  # on a table so small it would rather read it all
            connection.execute(text("SET enable_seqscan = off"))
        plan = connection.exec_driver_sql(f"EXPLAIN {'' if postgres else 'QUERY PLAN '}{compiled}".replace("%", "%%"))
        assert index in str(plan.all())


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    lisbon_summer = NOW.astimezone(timezone(timedelta(hours=1)))
    with database.sessions() as session:
        session.add(Service(team_id="T1", name="Desk", created_at=lisbon_summer))
    with database.sessions.reading() as session:
        kept = session.exec(select(Service).where(Service.team_id == "T1")).one().created_at
    assert kept == NOW
    assert kept.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="timezone information"), database.sessions() as session:
        session.add(Service(team_id="T1", name="Desk", created_at=datetime(2026, 1, 1)))


def test_an_error_rolls_everything_back(database: Database) -> None:
    def half_done() -> None:
        with database.sessions() as session:
            session.add(Service(team_id="T1", name="Desk", created_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_done()
    with database.sessions.reading() as session:
        assert session.exec(select(Service).where(Service.team_id == "T1")).all() == []


def test_the_same_name_may_stand_in_two_workspaces_but_not_twice_in_one(database: Database) -> None:
    for team in ("T1", "T2"):
        with database.sessions() as session:
            session.add(Service(team_id=team, name="Desk", created_at=NOW))
    with pytest.raises(IntegrityError), database.sessions() as session:
        session.add(Service(team_id="T1", name="Desk", created_at=NOW))


def test_of_many_who_change_a_row_at_once_one_wins(database: Database) -> None:
    with database.sessions() as session:
        session.add(Service(team_id="T1", name="Desk", created_at=NOW))
    together = threading.Barrier(4)

    def change(number: int) -> bool:
        with database.sessions.reading() as session:
            seen = session.exec(select(Service).where(Service.team_id == "T1")).one()
        together.wait(timeout=20)
        with database.sessions() as session:
            row = session.merge(seen, load=False)
            return change_if(session, row, {"vision": ""}, {"vision": f"number {number}"})

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(change, range(4)))
    assert sorted(outcomes) == [False, False, False, True]
    with database.sessions.reading() as session:
        vision = session.exec(select(Service).where(Service.team_id == "T1")).one().vision
    assert vision == f"number {outcomes.index(True)}"


def test_a_change_reaches_no_other_workspace(database: Database) -> None:
    with database.sessions() as session:
        kept = Service(team_id="T1", name="Desk", created_at=NOW)
        session.add(kept)
    with database.sessions() as session:
        stranger = Service(id=kept.id, team_id="T2", name="Desk", created_at=NOW)
        assert not change_if(session, stranger, {}, {"vision": "taken"})
    with database.sessions.reading() as session:
        assert session.get_one(Service, kept.id).vision == ""


def test_an_error_of_the_database_does_not_show_what_was_written(database: Database) -> None:
    def name_it() -> None:
        with database.sessions() as session:
            session.add(Service(id=1, team_id="T1", name="s3cret", vision="s3cret", created_at=NOW))

    name_it()
    with pytest.raises(IntegrityError) as told:
        name_it()
    assert "s3cret" not in str(told.value).split("DETAIL")[0]


def test_who_holds_a_lock_keeps_the_others_waiting(database: Database) -> None:
    order: list[str] = []
    held = threading.Event()

    def second() -> None:
        held.wait(timeout=20)
        with database.sessions() as session:
            lock(session, "register:T1")
            order.append("second")

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(second)
        with database.sessions() as session:
            lock(session, "register:T1")
            held.set()
            threading.Event().wait(0.3)
            order.append("first")
        waiting.result(timeout=20)
    assert order == ["first", "second"]


def test_rows_are_all_rows_or_as_many_as_are_asked_for(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_database.sessions() as session:
        session.add_all(Service(team_id="T1", name=f"Desk {n:04}", created_at=NOW) for n in range(1_203))
        session.add(Service(team_id="T2", name="Another's", created_at=NOW))
    with sqlite_database.sessions.reading() as session:
        assert len(rows(session, Service, "T1")) == 1_203
        assert [one.name for one in rows(session, Service, "T1", order="-name", limit=2)] == ["Desk 1202", "Desk 1201"]
        monkeypatch.setattr(storage, "MOST_ROWS", 1_203)
        assert len(rows(session, Service, "T1")) == 1_203
        monkeypatch.setattr(storage, "MOST_ROWS", 1_202)
        with pytest.raises(
            TooManyRows, match=r"More than 1,202 rows of service are to be read at once; nothing was read"
        ):
            rows(session, Service, "T1")
        assert len(rows(session, Service, "T1", limit=1_203)) == 1_203


def test_what_is_committed_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MEANT == "FULL"
    monkeypatch.setattr(storage, "SYNCHRONOUS", MEANT)
    made = storage.engine(f"sqlite:///{tmp_path / 'a.db'}")
    with made.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("synchronous", "auto_vacuum")
        }
    made.dispose()
    assert found == {"synchronous": 2, "auto_vacuum": 2}
