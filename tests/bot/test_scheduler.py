"""The tick: what goes wrong with one thing silences nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from structlog.testing import capture_logs

from bot.app import build_kit
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi.models import OutboxPost, Reminder
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, NOW, TEAM


def test_a_reminder_that_cannot_be_sent_silences_no_other(sqlite_database: Database, tmp_path: Path) -> None:
    settings = Settings(csi_database_url=sqlite_database.url, csi_data_url=str(tmp_path), slack_bot_token="xoxb-none")
    kit, _ = build_kit(settings, now=lambda: NOW)
    kit = replace(kit, teams=lambda: ("TGONE", TEAM))
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        given = {"team_id": TEAM, "kind": "step_due", "user_id": ALICE, "cycle_id": cycle.id}
        session.add(Reminder(key="broken", subject="nonsense", due_at=NOW - timedelta(hours=2), **given))
        session.add(Reminder(key="whole", subject="step", subject_id=1, due_at=NOW - timedelta(hours=1), **given))
    with capture_logs() as logs:
        Scheduler(kit, lambda: NOW).tick()
    with sqlite_database.sessions.reading() as session:
        states = {one.key: one.state for one in rows(session, Reminder, TEAM, key=("broken", "whole"))}
        nudged = [one.channel for one in rows(session, OutboxPost, TEAM, kind="nudge")]
    assert (states, nudged) == ({"broken": "claimed", "whole": "sent"}, [ALICE])
    assert [one["act"] for one in logs if one["event"] == "tick_failed"] == ["_send"]
    kit.slow.close()
    kit.sessions.engine.dispose()
