"""A real process, killed without goodbye between steps and in the middle of sending: nothing is lost."""

from __future__ import annotations

import time

import httpx
import pytest

from csi.models import InboxEvent, OutboxPost, Person
from csi.storage import engine, rows, sessions
from tests.flows.processes import Process, process

pytestmark = pytest.mark.slow


@pytest.fixture
def bot(sandbox, folder):
    with process(Process(sandbox, folder)) as made:
        made.joined()
        yield made


def fail(sandbox, method, **how):
    httpx.post(f"{sandbox.url}/page/world", json={"kind": "fail", "method": method, **how}).raise_for_status()


def under_way(sandbox):
    """Whether the call that is to fail has come: a row is called sending a moment before."""
    return all(one.times == 0 for one in sandbox.door.faults)


def stored(bot, table, **wanted):
    team = bot.sandbox.workspace.team_id
    opened = engine(bot.database_url)
    with sessions(opened).reading() as session:
        found = rows(session, table, team, **wanted)
    opened.dispose()
    return found


def begin(sandbox):
    dave = sandbox.person("dave")
    dave.command("/csi", "start Service desk")
    dave.wait_modal("cycle.start")
    dave.fill({"service_owner": sandbox.person("alice").id, "approver": [sandbox.person("carol").id]})
    assert dave.submit() is None


def card(sandbox):
    return next((one for one in sandbox.person("alice").messages() if one["pinned"]), None)


def test_killed_between_steps_and_in_the_middle_of_sending_nothing_is_lost(bot):
    sandbox, alice = bot.sandbox, bot.sandbox.person("alice")
    fail(sandbox, "chat.postMessage", delay=20)  # the card is under way for as long as it takes to kill
    begin(sandbox)
    alice.wait(lambda: under_way(sandbox), what="Slack to have the card, and not to have answered")
    assert stored(bot, OutboxPost, status="sending")
    bot.restart()
    alice.wait(lambda: card(sandbox), timeout=20, what="the card after the restart")
    alice.command("/csi", "")
    assert "Waiting for you" in str(alice.last()["blocks"])
    bot.restart()
    alice.command("/csi", "next")
    assert "V1.1" in str(alice.last()["blocks"])
    assert [one.status for one in stored(bot, OutboxPost, status=("failed", "dropped"))] == []


def test_a_job_under_way_when_the_process_dies_is_done_by_the_next(bot):
    sandbox = bot.sandbox
    begin_after = len(sandbox.calls("users.info"))
    dave = sandbox.person("dave")
    dave.command("/csi", "start Service desk")
    dave.wait_modal("cycle.start")
    fail(sandbox, "users.info", delay=20)
    dave.submit()
    dave.wait(
        lambda: stored(bot, InboxEvent, kind="job:people.remember", status="working") or None,
        what="the job to begin",
    )
    dave.wait(lambda: under_way(sandbox), what="Slack to be asked")
    assert stored(bot, Person) == []
    bot.restart()
    found = dave.wait(lambda: stored(bot, Person) or None, timeout=20, what="the names after the restart")
    assert [one.user_id for one in found] == [dave.id]
    assert len(sandbox.calls("users.info")) > begin_after


def test_asked_to_end_it_ends_in_good_order(sandbox, folder):
    with process(Process(sandbox, folder, anew=True)) as bot:
        bot.joined()
        begun = time.monotonic()
        assert bot.end() == 0
    assert time.monotonic() - begun < 20
    log = (bot.folder / "log.txt").read_text(encoding="utf-8")
    assert "Traceback" not in log
