"""No process starts with what it cannot work with: it ends with the setting's name, without a trace or a secret."""

from __future__ import annotations

import logging
import shutil
import signal
import socket

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.settings import Settings

WORDS = ("socket", "web", "scheduler", "migrate")
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-hush", "SLACK_APP_TOKEN": "xapp-hush", "SLACK_SIGNING_SECRET": "hush"}
WRONG = [
    ("CSI_DATABASE_URL", "nonsense"),
    ("CSI_DATABASE_URL", "mysql://u:hush@127.0.0.1/d"),
    ("CSI_DATABASE_URL", "nosuch://u:hush@h/d"),
    ("CSI_DATABASE_URL", "sqlite:////nowhere/at/all.db"),
    ("CSI_DATABASE_URL", "postgresql+psycopg://u:hush@127.0.0.1:1/d"),
    ("CSI_DATA_URL", "nosuch://u:hush@bucket"),
    ("CSI_LOG_LEVEL", "noisy"),
    ("CSI_POSTS_PER_SECOND", "0"),
    ("CSI_POSTS_PER_SECOND", "nan"),
    ("CSI_PUSH_PER_MINUTE", "many"),
    ("CSI_TOKEN_KEY", "hush"),
    ("CSI_ALLOW_PRIVATE_ADDRESSES", "10.0.0.0/99"),
    ("PORT", "http"),
    ("PORT", "70000"),
    ("SLACK_API_URL", "slack.com"),
]


@pytest.fixture(autouse=True)
def as_before():
    """What a process sets up for itself alone, put back: its log and what it does when asked to end."""
    root, ends = logging.getLogger(), (signal.SIGINT, signal.SIGTERM)
    handlers, level, heard = root.handlers[:], root.level, [signal.getsignal(one) for one in ends]
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for one, handler in zip(ends, heard, strict=True):
        signal.signal(one, handler)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, _sqlite_template):
    """Everything set as it should be, but that no Slack is there."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    monkeypatch.chdir(tmp_path)
    for name, value in {**SECRETS, "SLACK_API_URL": "http://127.0.0.1:1/api/"}.items():
        monkeypatch.setenv(name, value)


def ended(*words: str) -> str:
    """What a process that ends at its start says."""
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)
    assert "hush" not in done.output
    return str(done.stderr)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("name,value", WRONG)
def test_what_cannot_be_ends_each_process_by_name(word, name, value, monkeypatch):
    monkeypatch.setenv(name, value)
    assert ended(word).startswith(f"{name}: ")


def test_everything_wrong_is_told_at_once(monkeypatch):
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    monkeypatch.setenv("CSI_TOKEN_KEY", "hush")
    monkeypatch.setenv("CSI_DATA_URL", "nosuch://bucket")
    said = ended("socket").splitlines()
    assert [line.partition(":")[0] for line in said] == ["SLACK_BOT_TOKEN", "CSI_TOKEN_KEY", "CSI_DATA_URL"]


@pytest.mark.parametrize("word", ["run", "socket", "web", "scheduler"])
def test_a_database_without_tables_ends_the_process_and_says_what_to_run(word, monkeypatch):
    monkeypatch.setenv("CSI_DATABASE_URL", "sqlite:///empty.db")
    said = ended(word)
    assert "CSI_DATABASE_URL: no tables yet" in said
    assert "python -m bot migrate" in said


@pytest.mark.parametrize("word", ["run", "socket", "web", "scheduler"])
def test_a_token_slack_refuses_ends_the_process(word, sandbox, monkeypatch):
    monkeypatch.setenv("SLACK_API_URL", sandbox.api_url)
    assert ended(word).strip() == "SLACK_BOT_TOKEN: invalid_auth: Slack does not accept it."


def test_the_doctor_reaches_a_slack_of_this_machine_past_a_proxy(sandbox, monkeypatch):
    for name, value in {**sandbox.environment(), "HTTPS_PROXY": "http://127.0.0.1:1"}.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(cli, ["doctor"])
    assert done.exit_code == 0, done.output


def test_an_app_token_slack_refuses_ends_the_process(sandbox, monkeypatch):
    for name, value in {**sandbox.environment(), "SLACK_APP_TOKEN": "xapp-hush"}.items():
        monkeypatch.setenv(name, value)
    said = ended("socket").splitlines()[-1]  # after the line of slack_sdk's own log
    assert said == "SLACK_APP_TOKEN: invalid_auth: Slack does not accept it."


def test_a_slack_that_does_not_answer_ends_socket_mode():
    assert ended("socket").splitlines()[-1].startswith("SLACK_API_URL: cannot be reached")


def test_an_empty_or_padded_variable_is_read_as_meant(monkeypatch):
    monkeypatch.setenv("CSI_DATABASE_URL", "")
    monkeypatch.setenv("SLACK_BOT_TOKEN", " xoxb-1\n")
    monkeypatch.setenv("CSI_LOG_LEVEL", "debug")
    found = Settings.read()
    assert (found.csi_database_url, found.slack_bot_token, found.csi_log_level) == (
        "sqlite:///csi.db",
        "xoxb-1",
        "DEBUG",
    )


def test_a_sandbox_says_why_it_cannot_start(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert ended("sandbox", "--port", str(taken.getsockname()[1])).startswith("--port: ")
    (tmp_path / "file").write_text("no folder")
    assert ended("sandbox", "--folder", str(tmp_path / "file")).startswith("--folder: ")
    assert ended("sandbox", "--tour", "--exit", "--out", str(tmp_path / "file" / "x")).startswith("--out: ")


def test_the_doctor_says_a_line_for_each_setting_that_cannot_be(monkeypatch):
    monkeypatch.setenv("PORT", "http")
    monkeypatch.setenv("CSI_LOG_LEVEL", "noisy")
    done = CliRunner().invoke(cli, ["doctor"])
    lines = done.output.splitlines()
    assert done.exit_code == 1
    assert [line.partition(": ")[2].partition(":")[0] for line in lines] == ["CSI_LOG_LEVEL", "PORT"]
    assert all(line.startswith("WRONG  settings: ") for line in lines)
