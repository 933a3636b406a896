"""The bot as a process of its own, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0


def bare() -> dict[str, str]:
    """The environment that a process needs to start at all, and where what was compiled once is kept."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX") if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Process:
    """``python -m bot …`` with the sandbox's tokens and a database that outlives it."""

    sandbox: Sandbox
    folder: Path
    command: tuple[str, ...] = ("socket",)
    more: dict[str, str] = field(default_factory=dict)
    running: subprocess.Popen[bytes] | None = None

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.folder / 'csi.db'}"

    def environment(self) -> dict[str, str]:
        own = {
            "CSI_DATABASE_URL": self.database_url,
            "CSI_DATA_URL": str(self.folder / "data"),
            "CSI_POSTS_PER_SECOND": "50",
            "CSI_LOG_LEVEL": "WARNING",
        }
        return {**bare(), **self.sandbox.environment(), **own, **self.more}

    def start(self) -> None:
        log = (self.folder / "log.txt").open("ab")
        self.running = subprocess.Popen(
            [sys.executable, "-m", "bot", *self.command], cwd=ROOT, env=self.environment(), stdout=log, stderr=log
        )
        log.close()

    def joined(self) -> None:
        """Wait until it has joined by Socket Mode."""
        self.until(self.sandbox.delivery.transport.connected)

    def answers(self, address: str) -> None:
        """Wait until it answers HTTP."""
        self.until(lambda: _answered(address))

    def until(self, there) -> None:
        end = time.monotonic() + STARTS_WITHIN
        while not there():
            if self.running.poll() is not None or time.monotonic() > end:
                raise AssertionError((self.folder / "log.txt").read_text(encoding="utf-8"))
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: no goodbye."""
        self.running.send_signal(signal.SIGKILL)
        self.running.wait()
        self.sandbox.person("alice").wait(lambda: not self.sandbox.delivery.transport.connected(), what="its end")

    def restart(self) -> None:
        self.kill()
        self.start()
        self.joined()

    def end(self) -> int:
        """SIGTERM: finish and go."""
        self.running.terminate()
        return self.running.wait(timeout=30)


def _answered(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


@contextmanager
def process(made: Process) -> Iterator[Process]:
    """A started process, certainly gone afterwards."""
    made.start()
    try:
        yield made
    finally:
        if made.running.poll() is None:
            made.running.kill()
            made.running.wait()
