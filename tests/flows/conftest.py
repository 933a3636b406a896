"""A workspace with the whole bot in it: the sandbox's Slack, Socket Mode, workers, scheduler, a clock to turn."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from sqlalchemy import Engine
from structlog.testing import capture_logs

from bot.app import LISTENERS, Bot, build_app
from bot.joining import Joining
from bot.sandbox.person import Person
from bot.sandbox.server import Sandbox
from bot.scheduler import Scheduler
from bot.settings import Settings
from csi import cycle as cycles
from csi import roles
from csi.models import InboxEvent
from csi.storage import rows
from tests.conftest import BUSY
from tests.databases import Database, opened
from tests.step6_present import presentable

MANIFEST = Path(__file__).resolve().parents[2] / "manifest.yml"


def _to_noon_of_a_monday() -> timedelta:
    """From this moment to the next Monday's noon: what is due does not depend on when the tests run."""
    now = datetime.now(UTC)
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + timedelta(days=7 - now.weekday()) - now


@dataclass
class World:
    """The sandbox and the bot; ``world.alice`` and the others act, ``world.later(days=3)`` turns the clock."""

    sandbox: Sandbox
    settings: Settings
    engine: Engine
    ahead: timedelta = field(default_factory=_to_noon_of_a_monday)
    bot: Bot | None = None
    _handler: Joining | None = None
    _people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        if name not in ("alice", "bob", "carol", "dave", "erin"):
            raise AttributeError(name)
        return self._people.setdefault(name, self.sandbox.person(name))

    @property
    def team(self) -> str:
        return self.sandbox.workspace.team_id

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def later(self, **span: float) -> None:
        self.ahead += timedelta(**span)

    def start(self) -> None:
        self.bot = build_app(self.settings, now=self.now, engine=self.engine)
        for listener in self.bot.app._listeners:  # Bolt itself waits no longer than Slack's 3 seconds
            listener.ack_timeout = BUSY["ack_seconds"]
        self.bot.start_workers()
        self._handler = Joining(self.bot.app, self.settings.slack_app_token, concurrency=16)
        self._handler.connect()
        self.alice.wait(self.sandbox.delivery.transport.connected, what="the bot's connection")

    def stop(self) -> None:
        self._handler.close()
        self.bot.stop()

    def restart(self) -> None:
        self.stop()
        self.start()

    def idle(self) -> None:
        """Wait until no listener is at work, acknowledged or not: all their threads meet."""
        together = Barrier(LISTENERS)
        for met in [self.bot.listening.submit(together.wait, 30) for _ in range(LISTENERS)]:
            met.result(timeout=30)

    def settled(self) -> None:
        """Wait until nothing that was begun in this workspace is under way."""
        self.idle()
        until = time.monotonic() + 30
        while not self._worked():  # a job takes some milliseconds: people look less often
            assert time.monotonic() < until, "the inbox is not empty"
            time.sleep(0.005)

    def _worked(self) -> bool:
        with self.bot.kit.sessions.reading() as session:
            return not rows(session, InboxEvent, self.team, status=("pending", "working"))

    def tick(self) -> None:
        Scheduler(self.bot.kit, self.now).tick()

    def world(self, kind: str, **asked: object) -> None:
        """Something Slack itself does now and then: drop, fail, deactivate, uninstall."""
        httpx.post(f"{self.sandbox.url}/page/world", json={"kind": kind, **asked}).raise_for_status()

    def begin(self, service: str = "Service desk", channel: str = "service-desk") -> None:
        """Alice begins a cycle; bob brings and reads the data, carol approves, dave manages."""
        self.dave.command("/csi", f"start {service}", channel=channel)
        self.dave.wait_modal("cycle.start")
        self.dave.fill(
            {
                "service_owner": self.alice.id,
                "data_owner": self.bob.id,
                "analyst": self.bob.id,
                "approver": [self.carol.id],
            }
        )
        assert self.dave.submit() is None
        self.alice.wait(self.card, what="the status card")
        self.alice.wait(self._known, what="the names of those who take part")

    def _known(self) -> bool:
        """Names are looked up after the cycle has begun; until then an id stands for them."""
        with self.bot.kit.sessions.reading() as session:
            people = (self.alice, self.bob, self.carol, self.dave)
            return all(roles.person(session, self.team, one.id) for one in people)

    def deliver(self, step: int) -> None:
        """A cycle in this step with its data delivered and nothing computed."""
        self.begin()
        kit = self.bot.kit
        with kit.sessions() as session:
            cycle = cycles.by_id(session, self.team, 1)
            presentable.fill(session, cycle, kit.files)
            cycle.step = step
            session.add(cycle)

    def card(self) -> dict | None:
        return next((one for one in self.alice.messages("service-desk") if one["pinned"]), None)


# What workers write of errors they outlive: in a test there must be none.
SWALLOWED = {"cards_not_refreshed", "inbox_round_failed", "delivery_round_failed", "tick_failed", "unexpected"}


@pytest.fixture
def folder(_sqlite_template: Path, tmp_path: Path) -> Path:
    """A folder with a migrated database, for a bot in a process of its own."""
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    return tmp_path


@contextmanager
def living(database_url: str, folder: Path, expected: tuple[type[Exception], ...] = ()) -> Iterator[World]:
    """A workspace with a running bot on a migrated database, gone afterwards.

    ``expected`` are errors that nobody here need be spared, as Slack's refusals of what no person could have sent.
    """
    with Sandbox(MANIFEST, **BUSY) as sandbox, opened(database_url) as engine:
        settings = Settings(
            slack_bot_token=sandbox.bot_token,
            slack_app_token=sandbox.app_token,
            slack_signing_secret=sandbox.signing_secret,
            slack_api_url=sandbox.api_url,
            csi_database_url=database_url,
            csi_data_url=str(folder / "data"),
            csi_posts_per_second=50.0,
        )
        made = World(sandbox, settings, engine)
        with capture_logs() as logs:
            made.start()
            try:
                yield made
            finally:
                made.stop()
        told = [line for line in logs if line["event"] in SWALLOWED]
        assert [line for line in told if not isinstance(line.get("exc_info"), expected)] == []


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """A workspace with a running bot on SQLite."""
    with living(f"sqlite:///{folder / 'csi.db'}", folder) as made:
        yield made


@pytest.fixture
def world_on_either(database: Database, tmp_path: Path) -> Iterator[World]:
    """The same, once on SQLite and once on PostgreSQL."""
    with living(database.url, tmp_path) as made:
        yield made
