"""Workspaces are apart: every statement names its own, and another's ids open nothing."""

from __future__ import annotations

import pytest
from sqlmodel import col, delete, select, update

from csi.errors import NotFound
from csi.models import Batch, Cycle, Kpi, Source
from csi.storage import need
from tests import turns
from tests.databases import Database
from tests.isolation import ROOT, unbound


@pytest.mark.parametrize(
    ("statement", "loose"),
    [
        (select(Kpi), {"kpi"}),
        (select(Kpi).where(Kpi.cycle_id == 1), {"kpi"}),
        (select(Kpi.id).where(col(Kpi.team_id) != "T1"), {"kpi"}),
        (select(Kpi).where(Kpi.team_id == "T1"), set()),
        (select(Kpi).where(col(Kpi.team_id).in_(["T1"]), Kpi.id == 1), set()),
        (select(Batch, Source).where(Batch.team_id == "T1", Batch.source_id == Source.id), {"source"}),
        (select(Batch).join(Source, col(Source.team_id) == col(Batch.team_id)).where(Batch.team_id == "T1"), set()),
        (update(Kpi).where(col(Kpi.id) == 1).values(name="x"), {"kpi"}),
        (delete(Kpi).where(col(Kpi.team_id) == "T1"), set()),
    ],
)
def test_a_statement_says_of_which_workspace(statement, loose) -> None:
    assert unbound(statement) == loose


def test_a_statement_without_workspace_fails_its_test(sqlite_database: Database) -> None:
    careless = compile("session.exec(statement).all()", str(ROOT / "csi" / "careless.py"), "exec")
    with sqlite_database.sessions.reading() as session:
        exec(careless, {"session": session, "statement": select(Kpi).where(Kpi.team_id == "T1")})
        with pytest.raises(AssertionError, match="kpi without team_id"):
            exec(careless, {"session": session, "statement": select(Kpi).where(Kpi.id == 1)})


def test_an_id_of_another_workspace_opens_nothing(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        theirs = turns.begin(session, team_id="T2")
        (kpi,) = turns.grow(session, theirs)
        for table, number in ((Cycle, theirs.id), (Kpi, kpi.id)):
            with pytest.raises(NotFound):
                need(session, table, "T1", number)
