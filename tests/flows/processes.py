"""The bot as a process of its own, to be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from multiprocessing import forkserver
from pathlib import Path

import httpx

from bot.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0
# A process that has loaded the bot and does nothing but part: what it parts into need not load everything again.
_LOADED = multiprocessing.get_context("forkserver")
_LOADED.set_forkserver_preload(["bot.__main__", "tests.flows.read_up", __name__])


def bare() -> dict[str, str]:
    """The environment that a process needs to start at all, and where what was compiled once is kept."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPYCACHEPREFIX") if name in os.environ}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Parted:
    """``python -m bot …`` parted from the loaded process; with what is used here of ``subprocess.Popen``."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._process = _LOADED.Process(target=_run, args=(command, dict(environment), log))
        with chdir(ROOT):  # where the loaded process looks for the bot
            forkserver.ensure_running()
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"the bot has not ended in {timeout} s")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self._process.pid, number)

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """What the parted process does: as if it had been started with that environment, writing to the log."""
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # so that TMPDIR is heard
    written = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.chdir(ROOT)
    sys.argv = ["bot", *command]
    from bot.__main__ import cli  # noqa: PLC0415 # it is loaded already, but not where tests only use this module

    cli()


@dataclass
class Process:
    """``python -m bot …`` with the sandbox's tokens and a database that outlives it.

    ``anew``: started as people start it, from nothing, which takes seconds.
    """

    sandbox: Sandbox
    folder: Path
    command: tuple[str, ...] = ("socket",)
    more: dict[str, str] = field(default_factory=dict)
    anew: bool = False
    running: subprocess.Popen[bytes] | Parted | None = None

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
        path = self.folder / "log.txt"
        if not self.anew:
            self.running = Parted(self.command, self.environment(), path)
            return
        command = [sys.executable, "-m", "bot", *self.command]
        with path.open("ab") as log:
            self.running = subprocess.Popen(command, cwd=ROOT, env=self.environment(), stdout=log, stderr=log)

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
