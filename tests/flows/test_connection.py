"""Connections come and go: refreshed by Slack, cut by the network; and the clock's own process."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from bot.joining import Joined, Joining
from csi.models import InboxEvent, OutboxPost
from csi.storage import engine, sessions
from tests.flows.conftest import World
from tests.flows.processes import Process, free_port, process


@pytest.mark.slow
@pytest.mark.parametrize("how", ["drop", "cut"])
def test_a_lost_connection_is_made_again(world: World, how: str):
    before = len(world.sandbox.calls("apps.connections.open"))
    world.world(how)
    world.alice.wait(
        lambda: (
            len(world.sandbox.calls("apps.connections.open")) > before and world.sandbox.delivery.transport.connected()
        ),
        timeout=40,
        what="a new connection",
    )
    world.alice.command("/csi", "help")
    assert "/csi start SERVICE" in str(world.alice.last()["blocks"])


def test_who_has_joined_twice_hears_on_when_the_server_of_one_vanishes(world: World):
    transport = world.sandbox.delivery.transport
    world._handler.close()
    world.alice.wait(lambda: not transport.connected(), what="nobody there")
    joined = Joined(world.bot.app, world.settings.slack_app_token)
    joined.connect()
    try:
        world.alice.wait(lambda: len(transport.connections) == 2, what="two connections")
        transport._forget(transport.connections[0])  # gone without a word: the bot believes it is connected
        for _ in range(3):  # whosever turn it is
            world.alice.command("/csi", "help")
        assert "/csi start SERVICE" in str(world.alice.last()["blocks"])
    finally:
        joined.close()
    world.alice.wait(lambda: not transport.connected(), what="nobody there")


@pytest.mark.slow
def test_the_clocks_own_process_sends_what_is_stored(sandbox, folder):
    made = Process(sandbox, folder, ("scheduler",), anew=True)
    alice, now = sandbox.person("alice"), datetime.now(UTC)
    opened = engine(made.database_url)
    with sessions(opened)() as session:
        session.add(
            OutboxPost(
                team_id=sandbox.workspace.team_id, key="k", channel=alice.id, text="Hello", created_at=now, next_at=now
            )
        )
    opened.dispose()
    with process(made):
        alice.wait(lambda: [one["text"] for one in alice.dms()] == ["Hello"] or None, timeout=60, what="the message")
        assert made.end() == 0


@pytest.mark.slow
def test_who_leaves_in_the_moment_of_joining_has_left(world: World):
    left: list[int] = []

    def come_and_go() -> None:
        for turn in range(6):
            joining = Joining(world.bot.app, world.settings.slack_app_token)
            joining.connect()
            time.sleep(turn * 0.02)  # the receiving thread begins within a tenth of a second
            joining.close()
            left.append(turn)

    going = threading.Thread(target=come_and_go, daemon=True)
    going.start()
    going.join(60)
    assert len(left) == 6


def test_the_bot_ends_only_when_its_listeners_have(world):
    """What was acknowledged and not yet done would else meet a closed database, or be cut off."""
    ended = []
    world.bot.app.listener_runner.listener_executor.submit(lambda: (time.sleep(0.3), ended.append(True)))
    world.stop()
    assert ended
    world.start()


def _ticked(made: Process) -> bool:
    """Whether the clock of a process has begun its day."""
    opened = engine(made.database_url)
    with sessions(opened).reading() as session:
        found = session.exec(select(InboxEvent).where(InboxEvent.kind == "job:gather.forget")).first()
    opened.dispose()
    return found is not None


@pytest.mark.slow
def test_one_process_answers_works_and_ticks(sandbox, folder):
    made = Process(sandbox, folder, ("run",), anew=True)
    with process(made):
        made.joined()
        made.until(lambda: _ticked(made))
        sandbox.person("alice").command("/csi", "help")
        assert "/csi start SERVICE" in str(sandbox.person("alice").last()["blocks"])
        assert made.end() == 0


@pytest.mark.slow
def test_one_process_hears_http_where_there_is_no_token_for_sockets(sandbox, folder):
    port = free_port()
    made = Process(sandbox, folder, ("run",), {"SLACK_APP_TOKEN": "", "PORT": str(port)})
    with process(made):
        made.answers(f"http://127.0.0.1:{port}/health")
        made.until(lambda: _ticked(made))
        assert made.end() == 0
