"""Mutants against tests: each in a process of its own, forked from one that has loaded what is not the project's."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from tests.mutants.mutations import Mutation

ROOT = Path(__file__).resolve().parents[2]
# Loaded once for all; the rest is loaded by whoever needs it.
OF_OTHERS = (
    "pytest",
    "hypothesis",
    "numpy",
    "pandas",
    "pyarrow.compute",
    "pyarrow.csv",
    "scipy.stats",
    "scipy.special",
    "sqlalchemy",
    "sqlmodel",
    "alembic.command",
    "httpx",
    "slack_sdk",
    "slack_bolt",
    "starlette.applications",
    "uvicorn",
    "websockets",
    "matplotlib.figure",
    "yaml",
    "babel.core",
    "structlog",
    "typer",
    "psycopg",
)
KILLED, SURVIVED, TOO_LONG, BROKEN = "killed", "survived", "too long", "broken"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed file, and the tests that are to see it."""

    path: Path
    mutation: Mutation
    tests: Sequence[str]

    def __str__(self) -> str:
        one = self.mutation
        return f"{self.path.relative_to(ROOT)}:{one.line}: {one.before!r} → {one.after!r}"


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a mutant, after so many seconds."""

    mutant: Mutant
    state: str
    seconds: float


class _Changed(MetaPathFinder, SourceFileLoader):
    """Loads one module from a changed source, and leaves all others to Python."""

    def __init__(self, path: Path, source: str) -> None:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        super().__init__(name, str(path))
        self._source = source

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec")


def load_others() -> None:
    """Load what every child would load again."""
    for name in OF_OTHERS:
        importlib.import_module(name)


def run_tests(tests: Sequence[str], path: Path | None = None, source: str = "") -> int:
    """Run tests in this process, with one file changed; gives pytest's exit code."""
    import pytest  # noqa: PLC0415 # after the fork, and never in a process that only reads results

    if path is not None:
        sys.meta_path.insert(0, _Changed(path, source))
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    words = [
        "-x",
        "-q",
        "-n",
        "0",
        "-m",
        "alone",
        "--assert=plain",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]
    return int(pytest.main([*words, *tests]))


def forked(work: Callable[[], int]) -> int:
    """A child that does the work and ends with what it gives; gives its process id."""
    child = os.fork()
    if child:
        return child
    os.setsid()  # what it starts ends with it
    code = 99
    try:
        code = work()
    finally:
        os._exit(code)


def wait(child: int, seconds: float) -> int | None:
    """A child's exit code; None when it was ended because it took longer."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def tried(mutants: Iterable[Mutant], limit: Callable[[Mutant], float], processes: int) -> Iterator[Ended]:
    """What became of each mutant, as they end, so many at a time."""
    waiting, running = list(mutants)[::-1], dict[int, tuple[Mutant, float]]()
    while waiting or running:
        while waiting and len(running) < processes:
            mutant = waiting.pop()
            running[_begun(mutant)] = (mutant, time.monotonic())
        for child, (mutant, since) in list(running.items()):
            seconds = time.monotonic() - since
            state = _state(child, out_of_time=seconds > limit(mutant))
            if state:
                del running[child]
                yield Ended(mutant, state, seconds)
        time.sleep(0.05)


def _begun(mutant: Mutant) -> int:
    changed = mutant.mutation.applied(mutant.path.read_text(encoding="utf-8"))
    return forked(lambda: run_tests(mutant.tests, mutant.path, changed))


def _state(child: int, *, out_of_time: bool) -> str:
    """How a child ended; nothing while it runs in time."""
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        return state_of(os.waitstatus_to_exitcode(status))
    if not out_of_time:
        return ""
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TOO_LONG


def state_of(code: int) -> str:
    """What pytest's exit code says of a mutant: tests that cannot even be collected saw it, too."""
    if code == 0:
        return SURVIVED
    return KILLED if code in (1, 2, 4) else BROKEN
