"""The tour with the bot killed between every two steps: nothing is lost, nothing is done twice."""

from __future__ import annotations

import pytest

from bot.delivery import effects
from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import Team
from bot.sandbox.tour_transcript import Transcript
from csi.audit import Keys
from csi.models import Batch, Cycle, Finding, InboxEvent, OutboxPost
from csi.proving import prove
from csi.storage import engine, rows, sessions
from tests.flows.processes import Process, process

pytestmark = pytest.mark.slow


def settled(bot: Process, team: Team) -> None:
    """Between two steps nothing is under way; a post cut off while it is sent may come twice."""
    opened = engine(bot.database_url)

    def calm() -> bool:
        with sessions(opened).reading() as session:
            return not rows(session, OutboxPost, bot.sandbox.workspace.team_id, status="sending")

    team.dave.wait(calm, what="nothing to be under way")
    opened.dispose()


def test_killed_between_any_two_steps_of_the_tour_nothing_is_lost(sandbox, folder):
    with process(Process(sandbox, folder)) as bot:
        bot.joined()
        team = Team(sandbox, Transcript([].append), pause=0.0)
        for _, play in CHAPTERS:
            play(team)
            settled(bot, team)
            bot.restart()
        team.dave.types("status")
        team.dave.reads("cycle 2 – step 1 of 7")
    opened, team_id = engine(bot.database_url), sandbox.workspace.team_id
    with sessions(opened).reading() as session:
        first, second = rows(session, Cycle, team_id)
        assert (first.number, first.state, second.number, second.state) == (1, "closed", 2, "open")
        assert len(rows(session, Batch, team_id)) == 1
        assert {one.state for one in rows(session, Finding, team_id, cycle_id=first.id)} == {"confirmed"}
        posts = rows(session, OutboxPost, team_id)
        assert {one.status for one in posts} == {"sent"}
        assert {one.status for one in rows(session, InboxEvent, team_id)} == {"done"}
        assert prove(session, team_id, Keys(((folder / "data" / "record.key").read_bytes(),))).deviations == []
    opened.dispose()
    sent = [call["response"]["ts"] for call in sandbox.calls("chat.postMessage") if call["ok"]]
    messages = [one for one in posts if one.kind not in (effects.PIN, effects.LINK, effects.FILE)]
    assert sorted(sent) == sorted(one.ts for one in messages)
