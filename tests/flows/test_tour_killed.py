"""The whole tour, with the bot killed and started again between any two of its steps: nothing is lost."""

from __future__ import annotations

import shutil

import pytest

from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import Team
from bot.sandbox.tour_transcript import Transcript
from csi.models import InboxEvent, OutboxPost
from csi.storage import engine, rows, sessions
from tests.flows.processes import Process, process

pytestmark = pytest.mark.slow


def test_killed_between_any_two_steps_of_the_tour_nothing_is_lost(sandbox, _sqlite_template, tmp_path):
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    said: list[str] = []
    with process(Process(sandbox, tmp_path)) as bot:
        bot.joined()
        team = Team(sandbox, Transcript(said.append), pause=0.0)
        for _, play in CHAPTERS:
            play(team)
            bot.restart()
        opened = engine(bot.database_url)
        with sessions(opened).reading() as session:
            posts = rows(session, OutboxPost, sandbox.workspace.team_id, status=("failed", "dropped"))
            events = rows(session, InboxEvent, sandbox.workspace.team_id, status="failed")
        opened.dispose()
    assert [(one.key, one.error) for one in posts] == []
    assert [(one.kind, one.error) for one in events] == []
