"""Settings fail at start, by name."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from bot.app import outward
from bot.settings import Settings
from csi.errors import InvalidInput, InvalidInputs
from tests.flows.processes import bare


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_every_missing_variable_is_named_with_what_it_is():
    with pytest.raises(InvalidInputs) as missing:
        Settings().for_socket()
    assert [error.field for error in missing.value.errors] == ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"]
    assert "xapp-" in str(missing.value)


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:1/api")
    settings = Settings().for_socket()
    assert (settings.slack_bot_token, settings.api_url) == ("xoxb-1", "http://127.0.0.1:1/api/")


def test_no_secret_is_shown_by_a_setting_that_is_printed():
    secrets = {name: "s3cret" for name in Settings.model_fields if "token" in name or "secret" in name}
    shown = Settings(**secrets, csi_database_url="postgresql://u:s3cret@h/d", csi_data_url="s3://k:s3cret@h/d")
    assert "s3cret" not in repr(shown)
    assert "s3cret" not in str(shown)
    with pytest.raises(ValueError, match="port") as wrong:
        Settings(**secrets, port="s3cret")
    assert "s3cret" not in str(wrong.value)


def test_each_process_asks_for_what_it_needs(monkeypatch):
    with pytest.raises(InvalidInputs, match="SLACK_SIGNING_SECRET"):
        Settings().for_web()
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "s")
    with pytest.raises(InvalidInputs) as missing:
        Settings().for_web()
    assert [error.field for error in missing.value.errors] == ["SLACK_CLIENT_SECRET", "CSI_TOKEN_KEY"]
    with pytest.raises(InvalidInputs, match="CSI_TOKEN_KEY"):
        Settings().for_sending()


@pytest.mark.parametrize("name", ["CSI_TOKEN_KEY", "CSI_ALLOW_PRIVATE_ADDRESSES"])
def test_a_setting_that_cannot_be_ends_the_process_by_its_name(name, monkeypatch):
    monkeypatch.setenv(name, "10.0.0.0/99")
    with pytest.raises(InvalidInput, match=name):
        outward(Settings())


def test_the_process_ends_with_the_names_and_no_trace():
    done = subprocess.run(
        [sys.executable, "-m", "bot", "socket"], capture_output=True, text=True, check=False, env=bare()
    )
    assert done.returncode == 2
    assert "SLACK_BOT_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "api,exempt,kept",
    [
        ("http://127.0.0.1:9/api/", "", False),
        ("http://localhost:9/api/", "", False),
        ("http://[::1]:9/api/", "", False),
        ("https://slack.inside.example/api/", "inside.example", False),
        ("https://slack.com/api/", "inside.example", True),
    ],
)
def test_a_proxy_is_not_asked_for_a_slack_it_is_not_for(api, exempt, kept, monkeypatch):
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, exempt)
    monkeypatch.setenv("SLACK_API_URL", api)
    Settings.read().reach_directly()
    assert [name in os.environ for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY")] == [kept] * 3
