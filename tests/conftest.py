"""Fixtures used everywhere: the shared folder, databases."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from bot.sandbox.server import Sandbox
from csi import storage
from tests import fast, isolation, ordering
from tests.clusters import engine, scheduler
from tests.databases import _sqlite_template, database, empty_url, own_database, postgres, sqlite_database

__all__ = [
    "_sqlite_template",
    "database",
    "empty_url",
    "engine",
    "own_database",
    "postgres",
    "scheduler",
    "shared",
    "sqlite_database",
]

# Two shared cores: a slow moment is no failure, and every run draws the same cases.
settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("house")

MEANT = storage.SYNCHRONOUS
storage.SYNCHRONOUS = "OFF"  # no test cuts the power; tests/test_storage.py holds what is meant

# What structlog writes of an error of itself, in colours and with all variables, takes a second of a core each time.
PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure([structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, PLAIN])

isolation.guard()  # no statement without its workspace, in whatever test it runs

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", metavar="SEED", default="", help="files and their tests in an order of this seed")


def pytest_report_header(config: pytest.Config) -> str:
    return f"shuffled: {config.option.shuffle}" if config.option.shuffle else ""


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.option.shuffle
    items[:] = ordering.shuffled(items, seed) if seed else ordering.dearest_first(items)
    for item in items:
        for mark in fast.marks(item):
            item.add_marker(mark)


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end, and is not sought through for garbage again and again: 600,000 things."""
    gc.collect()
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return fast.passes_over(collection_path, config.option.markexpr) or None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real exports and reference numbers; absent elsewhere."""
    if not SHARED.is_dir():
        pytest.skip("the folder with the shared data is not here")
    return SHARED


# A busy machine is no failure of the bot: Slack's 3 seconds are held to in tests/sandbox, tests/page and on the tour.
BUSY = {"ack_seconds": 15.0, "trigger_seconds": 15.0}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A local Slack with the bot's own manifest installed, and nobody joined yet."""
    with Sandbox(ROOT / "manifest.yml", **BUSY) as made:
        yield made
