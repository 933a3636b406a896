"""One line a check, and status 1 when something is wrong."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from slack_sdk.oauth.installation_store import Installation as Grant
from sqlmodel import select

from bot import alive, clock, doctor
from bot.installations import Installations
from bot.settings import Settings
from csi import storage
from csi.models import Installation
from tests import turns
from tests.conftest import ROOT
from tests.fetching.conftest import Answer, site

__all__ = ["site"]

MANIFEST = ROOT / "manifest.yml"


@pytest.fixture
def well(sandbox, _sqlite_template, tmp_path):
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    environment = {name.lower(): value for name, value in sandbox.environment().items()}
    return {
        **environment,
        "csi_database_url": f"sqlite:///{tmp_path / 'csi.db'}",
        "csi_data_url": str(tmp_path / "data"),
    }


def examined(given, manifest: Path = MANIFEST, url: str = ""):
    lines: list[str] = []
    status = doctor.run(Settings(**given), manifest, lines.append, url)
    return status, lines


def test_no_password_of_an_address_is_shown(well):
    given = {**well, "csi_data_url": "ftp://u:s3cret@127.0.0.1:1/d", "csi_database_url": "nosuch://u:s3cret@h/d"}
    status, lines = examined(given)
    assert status == 1
    assert "s3cret" not in "\n".join(lines)


def test_all_is_well(well):
    status, lines = examined(well)
    assert status == 0
    assert all(line.startswith("ok") for line in lines)
    assert len(lines) == 10
    assert any("scheduler: nothing to look after yet" in line for line in lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slack_app_token": "xapp-guessed"}, "SLACK_APP_TOKEN: invalid_auth"),
        ({"slack_bot_token": "xoxb-guessed"}, "SLACK_BOT_TOKEN: invalid_auth"),
        ({"slack_bot_token": ""}, "SLACK_BOT_TOKEN: not set"),
        (
            {"slack_bot_token": "xapp-1"},
            "SLACK_BOT_TOKEN: holds an app-level token (xapp-…); put a bot's token (xoxb-…)",
        ),
        ({"slack_bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN: holds a person's token"),
        ({"slack_bot_token": "xoxe.xoxb-1"}, "SLACK_BOT_TOKEN: holds a rotated token"),
        ({"slack_app_token": "xoxb-1"}, "SLACK_APP_TOKEN: holds a bot's token (xoxb-…); put an app-level token"),
        ({"csi_database_url": "sqlite:////nowhere/at/all.db"}, "database: cannot be reached"),
        ({"csi_data_url": "/proc/nowhere"}, "data: /proc/nowhere cannot be written to"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(well, change, said):
    status, lines = examined({**well, **change})
    wrong = [line for line in lines if line.startswith("WRONG")]
    assert status == 1
    assert said in "\n".join(wrong)


def test_a_database_without_tables_needs_a_migration(well, tmp_path):
    status, lines = examined({**well, "csi_database_url": f"sqlite:///{tmp_path / 'empty.db'}"})
    assert status == 1
    assert "python -m bot migrate" in "\n".join(lines)


def test_a_scope_that_was_not_granted_is_named(well, tmp_path):
    wanted = tmp_path / "manifest.yml"
    wanted.write_text(MANIFEST.read_text(encoding="utf-8").replace("- pins:write", "- pins:write\n      - dnd:read"))
    status, lines = examined(well, wanted)
    assert status == 1
    assert "missing dnd:read" in "\n".join(lines)


def opened(well):
    return storage.sessions(storage.engine(well["csi_database_url"]))


def wrong(lines):
    return [line.removeprefix("WRONG  ") for line in lines if line.startswith("WRONG")]


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (None, ["scheduler: nobody has minded the clock yet; start python -m bot scheduler"]),
        (alive.SILENT + timedelta(minutes=1), ["scheduler: nobody has minded the clock since 20"]),
        (alive.SILENT - timedelta(minutes=1), []),
    ],
)
def test_a_missing_clock_is_seen_where_there_is_something_to_look_after(well, sandbox, ago, said):
    sessions, team = opened(well), sandbox.workspace.team_id
    with sessions() as session:
        turns.begin(session, team_id=team, channel=sandbox.person("alice").channel("service-desk")["id"])
    if ago is not None:
        alive.beat(sessions, [team], clock.now() - ago)
    found = wrong(examined(well)[1])
    assert [one[: len(start)] for one, start in zip(found, said, strict=True)] == said


@pytest.mark.parametrize("channel", ["general", "CNOWHERE"])
def test_a_channel_the_bot_was_removed_from_is_named_with_what_to_do(well, sandbox, channel):
    sessions, team, alice = opened(well), sandbox.workspace.team_id, sandbox.person("alice")
    known = alice.channel(channel)["id"] if channel == "general" else channel
    alive.beat(sessions, [team], clock.now())
    with sessions() as session:
        turns.begin(session, team_id=team, channel=known)
    (line,) = wrong(examined(well)[1])
    assert line.startswith("channels: ")
    assert "invite it there: /invite @csi" in line


@pytest.fixture
def several(well, sandbox):
    """The settings of an installation by OAuth, with one workspace whose token is that of the sandbox."""
    given = {
        **well,
        "slack_bot_token": "",
        "slack_app_token": "",
        "slack_client_id": "1.2",
        "slack_client_secret": "s",
        "csi_token_key": Fernet.generate_key().decode(),
    }
    sessions = opened(given)
    grant = Grant(bot_token=sandbox.bot_token, team_id=sandbox.workspace.team_id, user_id="U1", bot_id="B1")
    Installations(Settings(**given), sessions, clock.now).save(grant)
    alive.beat(sessions, [sandbox.workspace.team_id], clock.now())
    return given


def test_each_workspace_that_installed_the_app_is_looked_at(several, sandbox):
    status, lines = examined(several)
    assert (status, wrong(lines)) == (0, [])
    assert f"workspace {sandbox.workspace.team_id}: its token is accepted, with every scope" in "\n".join(lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"team_id": "TOTHER"}, "workspace TOTHER: its token is that of "),
        ({"bot_token": "broken"}, "secrets: "),
    ],
)
def test_a_token_that_is_another_s_or_opens_no_more_is_named(several, change, said):
    with opened(several)() as session:
        for name, value in change.items():
            setattr(session.exec(select(Installation)).one(), name, value)
    found = wrong(examined(several)[1])
    assert found[0].startswith(said), found


def test_nobody_who_removed_the_app_is_looked_at(several):
    with opened(several)() as session:
        session.exec(select(Installation)).one().removed_at = clock.now()
    assert "none has installed the app yet" in "\n".join(examined(several)[1])


def test_a_public_address_is_tried_as_slack_would(well, site):
    lines = examined(well, url="http://127.0.0.1:1")[1]
    assert wrong(lines)[0].startswith("address: http://127.0.0.1:1 cannot be reached")
    site.answers["/healthz"] = Answer(b"<html>")
    assert "is not the bot's" in wrong(examined(well, url=site.address)[1])[0]
    site.answers["/healthz"] = Answer(b"ok")
    site.answers["/slack/events"] = Answer(b"", 401)
    assert wrong(examined(well, url=site.address)[1])[0].startswith("SLACK_SIGNING_SECRET: what is signed with it")
    site.answers["/slack/events"] = Answer(b'{"challenge": "other"}')
    assert "it should echo it" in wrong(examined(well, url=site.address)[1])[0]
    site.answers["/slack/events"] = Answer(b'{"challenge": "doctor"}')
    assert wrong(examined(well, url=site.address + "/")[1]) == []
