"""Everything delivered twice, as after lost acknowledgements: each thing is done once.

What is heard twice is told on either database in tests/bot/test_receipts.py.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from sqlmodel import func, select

from bot.receipts import KIND
from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import Team
from bot.sandbox.tour_transcript import Transcript
from csi.models import AuditRow, InboxEvent, OutboxPost, Row
from csi.proving import prove
from csi.storage import Sessions, rows
from tests.databases import PostgresServer
from tests.flows.conftest import World, living

pytestmark = pytest.mark.slow


def footprint(world: World) -> Counter[str]:
    """What a turn left: rows of each table, what was recorded, what was posted."""
    sessions: Sessions = world.bot.kit.sessions
    found: Counter[str] = Counter()
    with sessions.reading() as session:
        for table in Row.metadata.sorted_tables:
            if table.name != "inbox_event":
                found[table.name] = session.execute(select(func.count()).select_from(table)).scalar_one()
        found.update(f"recorded: {row.what}" for row in rows(session, AuditRow, world.team))
        found.update(f"posted: {row.kind}" for row in rows(session, OutboxPost, world.team))
        worked = [row for row in rows(session, InboxEvent, world.team) if row.kind != KIND]
        found.update(f"worked on: {row.kind} {row.status}" for row in worked)
        assert prove(session, world.team, world.bot.kit.keys).deviations == []
    for method in ("chat.postMessage", "files.completeUploadExternal", "pins.add"):
        found[method] = sum(call["ok"] for call in world.sandbox.calls(method))
    return found


def toured(database_url: str, folder: Path, times: int) -> Counter[str]:
    """What the whole tour leaves, each envelope delivered so often."""
    with living(database_url, folder, expected=(SlackApiError,)) as world:
        world.sandbox.delivery.times = times
        team = Team(world.sandbox, Transcript([].append), pause=0.0)
        for _, play in CHAPTERS:
            play(team)
        world.alice.wait(lambda: _calm(world), what="nothing to be under way")
        return footprint(world)


def _calm(world: World) -> bool:
    with world.bot.kit.sessions.reading() as session:
        undone = rows(session, InboxEvent, world.team, status=("pending", "working"))
        return not undone and not rows(session, OutboxPost, world.team, status=("pending", "sending"))


@pytest.fixture(scope="module")
def once(_sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    folder = tmp_path_factory.mktemp("once")
    (folder / "csi.db").write_bytes(_sqlite_template.read_bytes())
    return toured(f"sqlite:///{folder / 'csi.db'}", folder, 1)


def test_a_whole_turn_delivered_twice_is_one_turn(several_writers: str, tmp_path: Path, once: Counter[str]):
    assert dict(toured(several_writers, tmp_path, 2)) == dict(once)


@pytest.fixture
def several_writers(request: pytest.FixtureRequest, folder: Path) -> str:
    """A database in which two writers may meet, and which leaves what SQLite does; SQLite where there is no server."""
    try:
        server: PostgresServer = request.getfixturevalue("postgres")
    except pytest.skip.Exception:
        return f"sqlite:///{folder / 'csi.db'}"
    return server.url(server.lend())
