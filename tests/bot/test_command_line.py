"""``python -m bot``: every word of the command line, and the Procfile that uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from csi import storage
from tests.conftest import ROOT


def test_every_word_is_there():
    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    for word in ("sandbox", "socket", "web", "scheduler", "migrate", "doctor"):
        assert word in shown.output


def test_migrate_brings_an_empty_database_to_the_newest_schema(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    monkeypatch.setenv("CSI_DATABASE_URL", url)
    assert storage.pending(url)
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
    assert storage.pending(url) == ""


def test_each_line_of_the_procfile_runs_a_word_of_the_command_line():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
    assert set(lines) == {"web", "scheduler", "release"}
    for command in lines.values():
        words = command.removeprefix("python -m bot ").split()
        assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0


@pytest.mark.slow
def test_the_scheduler_names_what_it_misses_and_runs_without_a_request():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "scheduler"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin"},
    )  # fmt: skip
    assert (done.returncode, "SLACK_BOT_TOKEN" in done.stderr) == (2, True)
