"""A study that runs, and the command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from csi.__main__ import app
from tests.flows.processes import bare
from tests.study.test_run import STUDY, tickets

ROOT = Path(__file__).resolve().parents[2]
Csi = Callable[..., "Ran"]


@dataclass(frozen=True)
class Ran:
    """How a call of the command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def csi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Csi:
    """``csi("run", "study.yml")`` in the test's folder, with ``env`` and ``typed`` on standard input."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, env: Mapping[str, str] | None = None, typed: str = "") -> Ran:
        done = CliRunner().invoke(app, list(arguments), env=dict(env or {}), input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Csi:
    """The same as a process of its own, as a pipeline starts it."""

    def run(*arguments: str, env: Mapping[str, str] | None = None, typed: str = "") -> Ran:
        known = {**bare(), "PYTHONPATH": str(ROOT), **(env or {})}
        command = [sys.executable, "-m", "csi", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=known, input=typed, capture_output=True, text=True, check=False, timeout=300
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``study.yml`` and its ``tickets.csv``."""
    tickets().to_csv(tmp_path / "tickets.csv", index=False)
    write(tmp_path / "study.yml", STUDY)
    return tmp_path


def write(path: Path, study: Mapping[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(dict(study), sort_keys=False))
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
