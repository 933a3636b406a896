"""Certificate authorities are loaded once, not for every call, connection and file."""

from __future__ import annotations

from pathlib import Path

from bot import trust
from bot.app import build_app
from bot.joining import Joining
from bot.settings import Settings
from tests.databases import Database


def test_they_are_loaded_once() -> None:
    assert trust.slack() is trust.slack()
    assert trust.files() is trust.files()
    assert trust.slack().verify_mode == trust.files().verify_mode == 2  # CERT_REQUIRED
    assert trust.slack().check_hostname
    assert trust.files().check_hostname


def test_calls_and_connections_use_them(sqlite_database: Database, tmp_path: Path) -> None:
    settings = Settings(csi_database_url=sqlite_database.url, csi_data_url=str(tmp_path))
    bot = build_app(settings)
    joining = Joining(bot.app, "xapp-none")
    assert bot.app.client.ssl is trust.slack()
    assert bot.installations._client("xoxb-none").ssl is trust.slack()
    assert joining.client.web_client.ssl is trust.slack()
    bot.kit.slow.close()
    bot.kit.sessions.engine.dispose()
