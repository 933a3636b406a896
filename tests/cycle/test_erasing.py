"""Deleting a workspace's data: nothing of it is left, everything of the others is."""

from __future__ import annotations

from sqlmodel import select

from csi import audit
from csi.cycle import erasing
from csi.models import Cycle, Kpi
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
        assert audit.verify(session, "T2") is None
        turns.begin(session, team_id="T1")
