"""``python -m bot``: every word of the command line, and the Procfile that uses it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from csi import storage
from csi.reading.files import FileStore
from tests import turns
from tests.conftest import ROOT
from tests.flows.processes import bare


def test_every_word_is_there():
    shown = CliRunner().invoke(cli, ["--help"])
    assert shown.exit_code == 0
    for word in ("sandbox", "run", "socket", "web", "scheduler", "migrate", "doctor", "erase"):
        assert word in shown.output


def test_migrate_brings_an_empty_database_to_the_newest_schema(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    monkeypatch.setenv("CSI_DATABASE_URL", url)
    assert storage.pending(url)
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
    assert storage.pending(url) == ""


def test_erase_deletes_a_workspace_that_is_named_twice_and_nothing_otherwise(sqlite_database, tmp_path, monkeypatch):
    data = FileStore(str(tmp_path / "data"))
    monkeypatch.setenv("CSI_DATABASE_URL", sqlite_database.url)
    monkeypatch.setenv("CSI_DATA_URL", data.url)
    with sqlite_database.sessions() as session:
        turns.begin(session, team_id="TGONE")
        turns.begin(session, team_id="THERE")
    data.keep("TGONE", b"raw")

    def said(*words, answer=""):
        done = CliRunner().invoke(cli, ["erase", *words], input=answer)
        return done.exit_code, done.output

    assert said("TELSE") == (2, "TEAM_ID: nothing is kept of TELSE.\n")
    assert said("../T")[0] == 2
    assert said("TGONE", answer="yes\n")[0] == 2
    assert said("TGONE", "--sure", "THERE")[0] == 2
    assert data.keys("TGONE") != []
    status, output = said("TGONE", "--sure", "TGONE")
    assert (status, "1 cycle" in output, "files: 1." in output) == (0, True, True)
    assert said("TGONE")[0] == 2
    assert (data.keys("TGONE"), said("THERE", answer="THERE\n")[0]) == ([], 0)


def test_each_line_of_the_procfile_runs_a_word_of_the_command_line():
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
    assert set(lines) == {"web", "scheduler", "release"}
    for command in lines.values():
        words = command.removeprefix("python -m bot ").split()
        assert CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0


@pytest.mark.slow
def test_the_scheduler_names_what_it_misses_and_runs_without_a_request():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "scheduler"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=bare(),
    )
    assert (done.returncode, "SLACK_BOT_TOKEN" in done.stderr) == (2, True)
