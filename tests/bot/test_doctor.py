"""One line a check, and status 1 when something is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot import doctor
from bot.settings import Settings
from tests.conftest import ROOT

MANIFEST = ROOT / "manifest.yml"


@pytest.fixture
def well(sandbox, _sqlite_template, tmp_path):
    shutil.copy(_sqlite_template, tmp_path / "csi.db")
    environment = {name.lower(): value for name, value in sandbox.environment().items()}
    return {
        **environment, "csi_database_url": f"sqlite:///{tmp_path / 'csi.db'}", "csi_data_url": str(tmp_path / "data"),
    }  # fmt: skip


def examined(given, manifest: Path = MANIFEST):
    lines: list[str] = []
    status = doctor.run(Settings(**given), manifest, lines.append)
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
    assert len(lines) == 9


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"slack_app_token": "xapp-guessed"}, "SLACK_APP_TOKEN: invalid_auth"),
        ({"slack_bot_token": "xoxb-guessed"}, "SLACK_BOT_TOKEN: invalid_auth"),
        ({"slack_bot_token": ""}, "SLACK_BOT_TOKEN: not set"),
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
