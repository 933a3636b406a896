"""Is everything there that the bot needs? One line a check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlmodel import Session

from bot import clock, reaching, ready
from bot import manifest as manifests
from bot.app import outward
from bot.joining import refusal, unreachable
from bot.reaching import Finding
from bot.settings import Settings
from csi import storage
from csi.errors import CsiError, InvalidInput, InvalidInputs
from csi.reading.connectors.masking import masked


def of_environment(manifest: Path, say: Callable[[str], None], url: str = "") -> int:
    """The same for the settings of the environment, also when these cannot be read."""
    try:
        settings = Settings.read()
    except InvalidInputs as wrong:
        return _say(_told(wrong), say)
    settings.reach_directly()
    return run(settings, manifest, say, url)


def run(settings: Settings, manifest: Path, say: Callable[[str], None], url: str = "") -> int:
    """Say every finding; 1 when something is wrong, else 0.

    Args:
        settings: what is examined.
        manifest: the app's.
        say: is called with each line.
        url: the public address, to be tried as Slack would.
    """
    return _say(examine(settings, manifest, url), say)


def _say(findings: Iterable[Finding], say: Callable[[str], None]) -> int:
    well = True
    for finding in findings:
        say(f"{'ok   ' if finding.well else 'WRONG'}  {finding.line}")
        well = well and finding.well
    return 0 if well else 1


def examine(settings: Settings, manifest: Path, url: str = "") -> Iterator[Finding]:
    """Settings, database, data folder, tokens, scopes, workspaces, the clock, channels, the public address."""
    yield from _settings(settings)
    yield from reaching.swapped(settings)
    database = list(_database(settings))
    yield from database
    yield _data(settings)
    is_whole = all(one.well for one in database)
    if settings.slack_bot_token:
        yield from _token(settings, manifest, is_whole=is_whole)
    elif settings.several_workspaces and is_whole:
        yield from _workspaces(settings)
    if settings.slack_app_token:
        yield _app_token(settings)
    if url:
        yield from reaching.public(settings, url)


def _workspaces(settings: Settings) -> Iterator[Finding]:
    with _reading(settings) as session:
        yield from reaching.installations(session, settings)


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    made = storage.engine(settings.csi_database_url)
    try:
        with storage.sessions(made).reading() as session:
            yield session
    finally:
        made.dispose()


def _settings(settings: Settings) -> Iterator[Finding]:
    needed = settings.for_web if settings.several_workspaces or not settings.slack_app_token else settings.for_socket
    wrong = [*_wrong(needed), *_wrong(lambda: outward(settings))]
    yield from wrong or [Finding(True, "settings: everything needed is set")]


def _wrong(check: Callable[[], object]) -> list[Finding]:
    try:
        check()
    except CsiError as wrong:
        return _told(wrong)
    return []


def _told(wrong: CsiError) -> list[Finding]:
    return [Finding(False, f"settings: {line}") for line in str(wrong).splitlines()]


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        behind = ready.reached(settings)
    except InvalidInput as error:
        yield Finding(False, f"database: {error.reason}")
        return
    yield Finding(True, masked(f"database: {settings.csi_database_url} is reached"))
    try:
        ready.not_newer(settings)
    except InvalidInput as error:
        yield Finding(False, f"database: {error.reason}")
        return
    if behind:
        yield Finding(False, f"migrations: {behind}; run python -m bot migrate")
    else:
        yield Finding(True, "migrations: at the newest schema")
        yield _closed("record", "its key is here", lambda: ready.record(settings))
        yield _closed("secrets", "those that are kept can be opened", lambda: ready.vault(settings))


def _closed(what: str, well: str, check: Callable[[], object]) -> Finding:
    try:
        check()
    except InvalidInput as error:
        return Finding(False, f"{what}: {error}")
    return Finding(True, f"{what}: {well}")


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


def _token(settings: Settings, manifest: Path, *, is_whole: bool) -> Iterator[Finding]:
    client = WebClient(settings.slack_bot_token, base_url=settings.api_url)
    try:
        answer = client.auth_test()
    except (SlackApiError, OSError) as error:
        yield _refused("SLACK_BOT_TOKEN", error)
        return
    yield Finding(True, f"SLACK_BOT_TOKEN: {answer['user']} in {answer['team']}")
    yield _scopes(answer.headers, manifest)
    if is_whole:
        with _reading(settings) as session:
            yield from reaching.of_workspace(session, client, str(answer["team_id"]), clock.now())


def _scopes(headers: Any, manifest: Path) -> Finding:
    wanted = set(manifests.scopes(manifest))
    missing = sorted(wanted - reaching.granted(headers))
    if missing:
        return Finding(False, f"scopes: missing {', '.join(missing)}; install the app again with manifest.yml")
    return Finding(True, f"scopes: all {len(wanted)} of manifest.yml are granted")


def _app_token(settings: Settings) -> Finding:
    try:
        WebClient(base_url=settings.api_url).apps_connections_open(app_token=settings.slack_app_token)
    except (SlackApiError, OSError) as error:
        return _refused("SLACK_APP_TOKEN", error)
    return Finding(True, "SLACK_APP_TOKEN: a Socket Mode connection can be opened")


def _refused(setting: str, error: SlackApiError | OSError) -> Finding:
    if isinstance(error, SlackApiError):
        return Finding(False, str(refusal(setting, error)))
    return Finding(False, f"{setting}: not tried, {unreachable(error)}")
