"""The standing trials, short: ``python -m tests.trials`` has them long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.flows.processes import ROOT, bare

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "words", [("faults", "--seeds", "2"), ("killed", "--moments", "3"), ("disk", "--moments", "2")]
)
def test_nothing_is_lost_or_doubled_and_the_record_holds(words: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "tests.trials", *words]
    done = subprocess.run(command, cwd=ROOT, env=bare(), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "nothing lost, nothing doubled, the record holds"
