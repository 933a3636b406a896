"""A workspace with one service, a cycle and a source, on each database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from csi.definition import SourceDefinition
from csi.models import Cycle, Service, Source, Workspace
from csi.reading.files import FileStore
from csi.step3_gather import batches, sources
from csi.step3_gather.batches import Recorded
from csi.step3_gather.intake import Intake, take_in
from csi.storage import Sessions
from tests.databases import Database

TEAM = "T1"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOG = SourceDefinition(id="incidents", dates="day_first", missing=("?",), key="number", timezone="Europe/Lisbon")
GOOD = b"number,opened_at,hours\nINC1,29/2/2016 01:16,3\nINC2,1/3/2016 08:00,?\n"


@dataclass
class Desk:
    """One service's data desk."""

    sessions: Sessions
    files: FileStore
    source: Source
    cycle: Cycle

    def take(self, content: bytes | Path, source: SourceDefinition = LOG, filename: str = "log.csv") -> Intake:
        return take_in(self.files, TEAM, content, source, moments=["opened_at"], numbers=["hours"], filename=filename)

    def record(self, session: Session, intake: Intake, now: datetime = NOW, actor: str = "U1") -> Recorded:
        return batches.record(session, self.source, intake, actor=actor, now=now, permalink="https://x/p1")

    def deliver(self, content: bytes, source: SourceDefinition = LOG, now: datetime = NOW) -> Recorded:
        intake = self.take(content, source)
        with self.sessions() as session:
            return self.record(session, intake, now)


def settle(sessions: Sessions, folder: Path) -> Desk:
    """The rows a delivery hangs from."""
    with sessions() as session:
        session.add(Workspace(team_id=TEAM, name="Acme", created_at=NOW))
        service = Service(team_id=TEAM, name="Service desk", created_at=NOW)
        session.add(service)
        session.flush()
        cycle = Cycle(
            team_id=TEAM,
            service_id=service.id,
            number=1,
            channel_id="C1",
            timezone="Europe/Lisbon",
            step=3,
            started_by="U1",
            started_at=NOW,
        )
        source = Source(
            team_id=TEAM,
            service_id=service.id,
            key="incidents",
            name="Incidents",
            created_by="U1",
            created_at=NOW,
            owner="U1",
            backup="U2",
            mapping=sources.mapping_of(LOG),
        )
        session.add_all([cycle, source])
        session.flush()
        return Desk(sessions, FileStore(str(folder)), source, cycle)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return settle(database.sessions, tmp_path / "data")


@pytest.fixture
def sqlite_desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return settle(sqlite_database.sessions, tmp_path / "data")
