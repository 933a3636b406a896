"""A study whose sources are a database and an address, run from the command line as a stranger would."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from csi.__main__ import app
from tests.fetching.conftest import Answer, Site, site

__all__ = ["site"]

STUDY = """
study: 1
service: Service desk
timezone: UTC
period: day
sources:
  tickets:
    sql: sqlite:///tickets.db
    query: SELECT number, opened_at, resolved_at FROM incident
  calls:
    url: ADDRESS/calls
    rows: data.items
kpis:
  mttr:
    {source: tickets, at: resolved_at, measure: median, value: {from: opened_at, to: resolved_at}, unit: h,
     direction: lower, target: 4}
  calls: {source: calls, at: at, measure: sum, value: minutes, unit: min, direction: lower, target: 10}
"""


def _tickets(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE incident (number TEXT, opened_at TEXT, resolved_at TEXT)")
        for day in range(1, 15):
            row = (f"INC{day}", f"2026-03-{day:02} 08:00:00", f"2026-03-{day:02} {8 + day % 3:02}:00:00")
            connection.execute("INSERT INTO incident VALUES (?, ?, ?)", row)
    connection.close()


@pytest.fixture
def study(tmp_path: Path, site: Site) -> Path:
    _tickets(tmp_path / "tickets.db")
    calls = [{"at": f"2026-03-{day:02}T09:00:00Z", "minutes": day % 4} for day in range(1, 15)]
    site.answers["/calls"] = Answer(json.dumps({"data": {"items": calls}}).encode())
    path = tmp_path / "study.yml"
    path.write_text(STUDY.replace("ADDRESS", site.address))
    return path


def test_a_database_and_an_address_are_sources_like_files(study: Path):
    done = CliRunner().invoke(app, ["run", str(study), "--allow", "127.0.0.1"])
    assert done.exit_code == 0, done.stderr
    report = json.loads((study.parent / "report" / "report.json").read_text())
    assert [point["value"] for point in report["kpis"]["mttr"]["series"][:3]] == [1.0, 2.0, 0.0]
    assert [point["value"] for point in report["kpis"]["calls"]["series"][:4]] == [1.0, 2.0, 3.0, 0.0]
    assert report["sources"]["tickets"]["rows_read"] == 14


def test_private_addresses_are_refused_unless_they_are_allowed(study: Path, site: Site):
    done = CliRunner().invoke(app, ["run", str(study)])
    assert done.exit_code == 2
    assert "sources.calls: 127.0.0.1 is this machine, which may not be asked" in done.stderr
    assert site.asked == []


def test_what_is_wrong_is_said_with_its_source(study: Path):
    text = study.read_text().replace("FROM incident", "FROM incidents").replace("/calls\n", "/nothing\n")
    study.write_text(text)
    done = CliRunner().invoke(app, ["run", str(study), "--allow", "127.0.0.1"])
    assert done.exit_code == 2
    assert "sources.tickets, query: The database refused it: no such table: incidents" in done.stderr
    assert "sources.calls: " in done.stderr
    assert "answered 404" in done.stderr
