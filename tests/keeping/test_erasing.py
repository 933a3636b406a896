"""Deleting a workspace's data: nothing of it is left, everything of the others is."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from csi import audit
from csi.audit import Keys
from csi.errors import Conflict
from csi.keeping import erasing
from csi.models import Cycle, InboxEvent, Installation, Kpi
from csi.proving import prove
from csi.reading.files import FileStore
from tests import turns
from tests.databases import Database


def test_a_workspace_is_erased_with_its_log_and_no_other(database: Database) -> None:
    with database.sessions() as session:
        for team_id in ("T1", "T2"):
            cycle = turns.begin(session, team_id=team_id)
            (kpi,) = turns.grow(session, cycle)
            turns.jump(session, cycle, 2)
            turns.assess(session, cycle, kpi)
            turns.deliver(session, cycle)
            turns.analyse(session, cycle, kpi, [1.0, 2.0])
    with database.sessions() as session:
        erasing.erase(session, "T1")
    with database.sessions() as session:
        assert {one.team_id for one in session.exec(select(Cycle)).all()} == {"T2"}
        assert {one.team_id for one in session.exec(select(Kpi)).all()} == {"T2"}
        assert audit.newest(session, "T1") == []
        assert len(audit.newest(session, "T2")) > 3
        assert prove(session, "T2", Keys()).deviations == []
        turns.begin(session, team_id="T1")


def test_a_workspace_with_the_bot_in_it_is_not_erased_from_outside_and_an_ended_installation_goes_too(
    database: Database, tmp_path: Path
) -> None:
    files = FileStore(str(tmp_path))
    files.keep("T1", b"raw")
    files.keep("T2", b"raw")
    with database.sessions() as session:
        turns.begin(session, team_id="T1")
        session.add(Installation(team_id="T1", installed_at=turns.NOW))
        session.add(Installation(team_id="T2", installed_at=turns.NOW))
    with database.sessions() as session:
        with pytest.raises(Conflict, match="removes the bot first"):
            erasing.held(session, "T1")
        session.exec(select(Installation).where(Installation.team_id == "T1")).one().removed_at = turns.NOW
    with database.sessions.reading() as session:
        assert erasing.held(session, "T1")["cycle"] == 1
    erasing.erase_all(database.sessions, files, "T1")
    with database.sessions.reading() as session:
        assert erasing.held(session, "T1") == {}
        assert [one.team_id for one in session.exec(select(Installation)).all()] == ["T2"]
    assert (files.keys("T1"), len(files.keys("T2"))) == ([], 1)


def test_a_deletion_that_was_killed_between_files_and_rows_is_done_again_to_the_end(
    sqlite_database: Database, tmp_path: Path
) -> None:
    files = FileStore(str(tmp_path))
    with sqlite_database.sessions() as session:
        turns.begin(session, team_id="T1")
        session.add(
            InboxEvent(team_id="T1", event_id="e", kind="job:settings.erase", next_at=turns.NOW, received_at=turns.NOW)
        )
    files.keep("T1", b"raw")
    files.delete_team("T1")  # so far it came
    with sqlite_database.sessions.reading() as session:
        assert erasing.held(session, "T1")["inbox_event"] == 1
    erasing.erase_all(sqlite_database.sessions, files, "T1")
    with sqlite_database.sessions.reading() as session:
        assert erasing.held(session, "T1") == {}
