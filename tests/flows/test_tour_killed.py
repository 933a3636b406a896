"""The tour with the bot killed between every two steps: nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.server import Sandbox
from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import Team, words_of
from bot.sandbox.tour_transcript import Transcript
from csi import audit, storage
from csi.models import Batch, Cycle, Finding, OutboxPost
from csi.storage import rows

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """The bot as its own process, ended without a word."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.url = f"sqlite:///{folder / 'csi.db'}"
        self.environment = os.environ | sandbox.environment() | {
            "CSI_DATABASE_URL": self.url, "CSI_DATA_URL": str(folder / "data"), "CSI_POSTS_PER_SECOND": "50",
        }  # fmt: skip
        self.errors = (folder / "bot.log").open("ab")
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = [sys.executable, "-m", "bot", "socket"]
        self.running = subprocess.Popen(program, cwd=ROOT, env=self.environment, stderr=self.errors)
        self._until(connected=True)

    def kill(self) -> None:
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()
        self._until(connected=False)

    def _until(self, *, connected: bool) -> None:
        deadline = time.monotonic() + 60
        while self.sandbox.delivery.transport.connected() is not connected:
            assert time.monotonic() < deadline, f"the bot did not {'come' if connected else 'go'}"
            time.sleep(0.05)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    with Sandbox(ROOT / "manifest.yml") as sandbox:
        made = Process(sandbox, folder)
        storage.migrate(made.url)
        made.start()
        yield made
        made.kill()
        made.errors.close()


@pytest.mark.slow
def test_killing_the_bot_between_any_two_steps_loses_nothing(process: Process) -> None:
    team = Team(process.sandbox, Transcript(lambda _line: None), pause=0.0)
    for _, play in CHAPTERS:
        play(team)
        process.kill()
        process.start()
    team.dave.types("status")
    team.dave.reads("cycle 2 – step 1 of 7")
    with storage.Sessions(storage.engine(process.url)).reading() as session:
        cycles = rows(session, Cycle, team.dave.state()["team"]["id"])
        team_id = cycles[0].team_id
        assert [(one.number, one.state) for one in cycles] == [(1, "closed"), (2, "open")]
        assert [one.rows_kept for one in rows(session, Batch, team_id)] == [109_377]
        assert {one.state for one in rows(session, Finding, team_id, cycle_id=cycles[0].id)} == {"confirmed"}
        assert {one.status for one in rows(session, OutboxPost, team_id)} == {"sent"}
        assert audit.verify(session, team_id) == []
    said = Counter(words_of(one) for one in team.everything() if one.get("bot_id") and not one["ephemeral"])
    assert {words: count for words, count in said.items() if count > 1} == {}
