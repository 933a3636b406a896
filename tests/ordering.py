"""Which files of tests begin: the dearest, so that no process is left with one of them while the others are done.

A file stays in one process (``--dist loadfile``), and pytest-xdist of itself begins with the files of most tests, which
are not the dearest. Seconds alone on a quiet machine, from a run with ``--junitxml``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from random import Random

import pytest

TESTS = Path(__file__).resolve().parent
DEAREST = (
    "flows/test_step3_gather.py",
    "flows/test_every_entry.py",
    "flows/test_step6_present.py",
    "study/test_engines.py",
    "command/test_init.py",
    "reference/test_calibration.py",
    "flows/test_twice.py",
    "flows/test_tour_killed.py",
    "test_load.py",
    "flows/test_sources.py",
    "flows/test_connection.py",
    "page/test_messages.py",
    "study/test_run.py",
    "step4_process/test_rules.py",
    "command/test_run.py",
    "flows/test_proposing.py",
    "flows/test_step4_process.py",
    "bot/test_push.py",
    "bot/test_delivery.py",
    "flows/test_step3_durability.py",
    "reading/test_reading_battery_locales.py",
    "study/test_schedulers.py",
    "page/test_modals.py",
    "flows/test_step1_should_measure.py",
    "step7_correct/test_actions.py",
    "step5_analyse/test_rules.py",
    "flows/test_trials.py",
    "page/test_workspace.py",
    "series/test_published_figures.py",
    "flows/test_step5_analyse.py",
)


def place(path: Path) -> int:
    """Where a file stands among the dearest; behind them all others alike."""
    name = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else ""
    return DEAREST.index(name) if name in DEAREST else len(DEAREST)


def dearest_first(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The tests of the dearest files first; all else in the order it has."""
    return sorted(items, key=lambda item: place(item.path))


def shuffled(items: Sequence[pytest.Item], seed: str) -> list[pytest.Item]:
    """The files in another order, and the tests of each: what one test leaves must not be what another needs."""
    random = Random(seed)
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    random.shuffle(files)
    return [item for tests in files for item in random.sample(tests, len(tests))]
