"""The trace of the clock's process: one row a workspace, seen as missing after five minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import alive
from bot.blocks import home
from csi.models import Heartbeat
from csi.storage import rows
from tests.databases import Database

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "silent"),
    [(None, True), (NOW, False), (NOW - alive.SILENT, False), (NOW - alive.SILENT - timedelta(microseconds=1), True)],
)
def test_five_minutes_without_a_tick_are_silence(at: datetime | None, silent: bool) -> None:
    assert alive.is_silent(at, NOW) is silent
    assert timedelta(minutes=5) == alive.SILENT


def test_a_workspace_has_one_trace_that_follows_the_last_tick(database: Database) -> None:
    alive.beat(database.sessions, ["T1"], NOW - alive.SILENT)
    alive.beat(database.sessions, ["T1", "T2"], NOW)
    alive.beat(database.sessions, [], NOW)
    with database.sessions.reading() as session:
        assert [one.at for one in rows(session, Heartbeat, "T1")] == [NOW]
        assert alive.last(session, "T2") == NOW
        assert alive.last(session, "T3") is None
        assert alive.silent(session, ["T1", "T2", "T3"], NOW) == {"T3": None}
        later = NOW + alive.SILENT + timedelta(seconds=1)
        assert alive.silent(session, ["T2", "T1"], later) == {"T1": NOW, "T2": NOW}


def test_an_administrator_is_told_what_to_start() -> None:
    (never,), (since,) = home.no_clock(None), home.no_clock(NOW)
    assert "Nothing was looked after yet" in never["text"]["text"]
    assert "02 Mar 2026, 09:00 UTC" in since["text"]["text"]
    assert "python -m bot scheduler" in since["text"]["text"]
