"""Is everything there that the bot needs? One line a check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import SQLAlchemyError

from bot import manifest as manifests
from bot.app import outward
from bot.settings import Settings
from csi import storage
from csi.errors import CsiError
from csi.step3_gather.connectors.masking import masked


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: whether it is well, and a line that says so or what to do."""

    well: bool
    line: str


def run(settings: Settings, manifest: Path, say: Callable[[str], None]) -> int:
    """Say every finding; 1 when something is wrong, else 0."""
    findings = list(examine(settings, manifest))
    for finding in findings:
        say(f"{'ok   ' if finding.well else 'WRONG'}  {finding.line}")
    return 0 if all(finding.well for finding in findings) else 1


def examine(settings: Settings, manifest: Path) -> Iterator[Finding]:
    """Settings, database, data folder, token, scopes."""
    yield _settings(settings)
    yield from _database(settings)
    yield _data(settings)
    if settings.slack_bot_token:
        yield from _token(settings, manifest)
    if settings.slack_app_token:
        yield _app_token(settings)


def _settings(settings: Settings) -> Finding:
    needed = settings.for_web if settings.several_workspaces or not settings.slack_app_token else settings.for_socket
    try:
        needed()
        outward(settings)
    except CsiError as missing:
        return Finding(False, f"settings: {'; '.join(str(missing).splitlines())}")
    return Finding(True, "settings: everything needed is set")


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        behind = storage.pending(settings.csi_database_url)
    except (SQLAlchemyError, OSError) as error:
        yield Finding(False, masked(f"database: cannot be reached: {str(error).splitlines()[0]}"))
        return
    yield Finding(True, "database: reached")
    if behind:
        yield Finding(False, f"migrations: {behind}; run python -m bot migrate")
    else:
        yield Finding(True, "migrations: at the newest schema")


def _data(settings: Settings) -> Finding:
    probe = "doctor/probe"
    try:
        system, root = fsspec.core.url_to_fs(settings.csi_data_url)
        path = f"{root}/{probe}"
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        system.pipe_file(path, b"probe")
        system.rm_file(path)
    except Exception as error:  # noqa: BLE001 # each store has errors of its own
        return Finding(False, masked(f"data: {settings.csi_data_url} cannot be written to: {error}"))
    return Finding(True, masked(f"data: {settings.csi_data_url} can be written to"))


def _token(settings: Settings, manifest: Path) -> Iterator[Finding]:
    try:
        answer = WebClient(settings.slack_bot_token, base_url=settings.api_url).auth_test()
    except (SlackApiError, OSError) as error:
        yield Finding(False, f"SLACK_BOT_TOKEN: {_reason(error)}")
        return
    yield Finding(True, f"SLACK_BOT_TOKEN: {answer['user']} in {answer['team']}")
    yield _scopes(answer.headers, manifest)


def _scopes(headers: Any, manifest: Path) -> Finding:
    wanted = set(manifests.scopes(manifest))
    lowered = {name.lower(): value for name, value in headers.items()}
    granted = {scope.strip() for scope in str(lowered.get("x-oauth-scopes", "")).split(",")} - {""}
    missing = sorted(wanted - granted)
    if missing:
        return Finding(False, f"scopes: missing {', '.join(missing)}; install the app again with manifest.yml")
    return Finding(True, f"scopes: all {len(wanted)} of manifest.yml are granted")


def _app_token(settings: Settings) -> Finding:
    try:
        WebClient(base_url=settings.api_url).apps_connections_open(app_token=settings.slack_app_token)
    except (SlackApiError, OSError) as error:
        return Finding(False, f"SLACK_APP_TOKEN: {_reason(error)}")
    return Finding(True, "SLACK_APP_TOKEN: a Socket Mode connection can be opened")


def _reason(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else str(error)
