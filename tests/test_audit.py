"""The audit log: append-only, chained, whole even when many write at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col

from csi import audit, proving
from csi.models import AuditRow, Service
from csi.storage import rows
from tests.databases import Database

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def say(session: Session, what: str, team_id: str = "T1", **more: object) -> None:
    audit.record(session, team_id=team_id, actor="U1", at=NOW, what=what, subject=("cycle", 1), new=more)


def write(database: Database, *what: str, team_id: str = "T1") -> None:
    for one in what:
        with database.sessions() as session:
            say(session, one, team_id)


def ordinals(database: Database, team_id: str = "T1") -> list[int]:
    with database.sessions.reading() as session:
        return [one.ordinal for one in rows(session, AuditRow, team_id, order="ordinal")]


def broken_at(database: Database) -> int | None:
    with database.sessions.reading() as session:
        return proving.broken_at(session, "T1", audit.Keys())


def test_rows_are_numbered_and_chained_within_a_workspace(database: Database) -> None:
    write(database, "a", "b")
    write(database, "x", team_id="T2")
    with database.sessions() as session:
        say(session, "c")
        say(session, "d")
    assert (ordinals(database), ordinals(database, "T2")) == ([1, 2, 3, 4], [1])
    with database.sessions.reading() as session:
        first, second = rows(session, AuditRow, "T1", order="ordinal", limit=2)
    assert (first.previous_hash, second.previous_hash) == (audit.GENESIS, first.hash)
    assert broken_at(database) is None


def test_an_alteration_sets_and_logs_what_differs_and_nothing_else(database: Database) -> None:
    said = {"actor": "U1", "at": NOW, "what": "renamed"}
    with database.sessions() as session:
        desk = Service(team_id="T1", name="Desk", created_at=NOW)
        session.add(desk)
        session.flush()
        assert audit.alter(session, desk, {"name": "Help desk", "vision": "", "team_id": "T2"}, **said)
        assert not audit.alter(session, desk, {"name": "Help desk"}, **said)
    with database.sessions.reading() as session:
        (service,) = rows(session, Service, "T1")
        (row,) = rows(session, AuditRow, "T1")
    assert (row.subject, row.subject_id) == ("service", service.id)
    assert (row.old, row.new, service.name) == ({"name": "Desk"}, {"name": "Help desk"}, "Help desk")


def test_many_who_write_at_once_leave_one_chain(database: Database) -> None:
    together = Barrier(4)

    def work(number: int) -> None:
        together.wait(timeout=20)
        write(database, *(f"{number}.{one}" for one in range(5)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert ordinals(database) == list(range(1, 21))
    assert broken_at(database) is None


@pytest.mark.parametrize(
    "changed", [{"what": "z"}, {"actor": "U9"}, {"new": {"x": 1}}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}]
)
def test_an_altered_row_is_found(sqlite_database: Database, changed: dict[str, object]) -> None:
    write(sqlite_database, "a", "b", "c")
    with sqlite_database.sessions() as session:
        session.execute(text("DROP TRIGGER audit_row_no_update"))  # as somebody could who owns the database
        session.exec(update(AuditRow).where(col(AuditRow.ordinal) == 2).values(**changed))
    assert broken_at(sqlite_database) == 2


@pytest.mark.parametrize("gone", [1, 2])
def test_a_removed_row_is_found(own_database: Database, gone: int) -> None:
    write(own_database, "a", "b", "c")
    with own_database.sessions() as session:
        on = " ON audit_row" if own_database.name == "postgresql" else ""
        trigger = "audit_row_append_only" if on else "audit_row_no_delete"
        session.execute(text(f"DROP TRIGGER {trigger}{on}"))
        session.exec(delete(AuditRow).where(col(AuditRow.ordinal) == gone))
    assert broken_at(own_database) == gone


@pytest.mark.parametrize(
    ("gone", "changed", "found_at"),
    [
        ((1,), {2: {"ordinal": 1}, 3: {"ordinal": 2}}, 1),  # the beginning cut off, the rest numbered anew
        ((2,), {3: {"previous_hash": "of row 1"}}, 2),  # one taken out of the chain, the next linked to the one before
    ],
)
def test_rows_made_to_fit_after_a_cut_are_found(
    sqlite_database: Database, gone: tuple[int, ...], changed: dict[int, dict[str, object]], found_at: int
) -> None:
    """Somebody who owns the database takes rows out and computes the hash of the others again."""
    write(sqlite_database, "a", "b", "c")
    with sqlite_database.sessions() as session:
        for trigger in ("audit_row_no_update", "audit_row_no_delete"):
            session.execute(text(f"DROP TRIGGER {trigger}"))
        kept = {one.ordinal: one for one in rows(session, AuditRow, "T1")}
        for ordinal in gone:
            session.delete(kept[ordinal])
        session.flush()
        for ordinal, values in changed.items():
            for name, value in values.items():
                setattr(kept[ordinal], name, kept[1].hash if value == "of row 1" else value)
            kept[ordinal].hash = audit.Keys().close(audit._words(kept[ordinal]))
            session.add(kept[ordinal])
            session.flush()
    assert broken_at(sqlite_database) == found_at


def refused(database: Database, statement: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"), database.sessions() as session:
        session.execute(statement)


def test_the_database_itself_refuses_to_change_or_remove_a_row(database: Database) -> None:
    write(database, "a", "b")
    for statement in (
        update(AuditRow).values(what="z"),
        delete(AuditRow).where(col(AuditRow.ordinal) == 1),
        text("UPDATE audit_row SET actor = 'U9'"),
        text("DELETE FROM audit_row"),
        *([text("TRUNCATE audit_row")] if database.name == "postgresql" else []),
    ):
        refused(database, statement)
    assert (ordinals(database), broken_at(database)) == ([1, 2], None)


def test_only_a_whole_workspace_is_erased(database: Database) -> None:
    write(database, "a", "b")
    write(database, "x", team_id="T2")
    with database.sessions() as session:
        audit.erase(session, "T1")
    assert (ordinals(database), ordinals(database, "T2")) == ([], [1])
    refused(database, delete(AuditRow))
    write(database, "again")
    assert (ordinals(database), broken_at(database)) == ([1], None)


def test_what_is_rolled_back_leaves_no_trace(database: Database) -> None:
    def fail() -> None:
        with database.sessions() as session:
            say(session, "a")
            session.add(Service(team_id="T1", name="Desk", created_at=NOW))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert ordinals(database) == []


def test_dates_lists_and_what_json_does_not_know_are_kept_readable(database: Database) -> None:
    with database.sessions() as session:
        say(session, "a", day=date(2026, 1, 2), many=(1, 2), nan=float("nan"), deep={"at": NOW})
    with database.sessions.reading() as session:
        (kept,) = rows(session, AuditRow, "T1")
    assert kept.new == {"day": "2026-01-02", "many": [1, 2], "nan": "nan", "deep": {"at": NOW.isoformat()}}
    assert broken_at(database) is None


def test_what_differs() -> None:
    service = Service(team_id="T1", name="Desk", vision="old", created_at=NOW)
    assert audit.changes(service, {"name": "Desk", "vision": "new"}) == ({"vision": "old"}, {"vision": "new"})


def test_the_rows_about_one_subject_newest_first(sqlite_database: Database) -> None:
    write(sqlite_database, "a", "b")
    with sqlite_database.sessions.reading() as session:
        assert [one.what for one in audit.of_subject(session, "T1", "cycle", 1)] == ["b", "a"]
        assert audit.of_subject(session, "T1", "cycle", 2) == []
