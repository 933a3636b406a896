"""A sandbox with a tiny real Bolt app joined to it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from slack_bolt import App
from slack_sdk import WebClient

from bot.joining import Joining
from bot.sandbox.posts import Settings
from bot.sandbox.server import Sandbox

SCOPES = [
    "app_mentions:read",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "users:read",
    "users:read.email",
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "file_shared",
    "member_joined_channel",
    "message.channels",
    "message.im",
    "reaction_added",
    "tokens_revoked",
    "user_change",
]


def manifest(tmp_path: Path, **changes: Any) -> Path:
    """A manifest file; ``changes``: scopes, events, home, interactivity."""
    content = {
        "display_information": {"name": "Tiny"},
        "features": {
            "app_home": {"home_tab_enabled": changes.get("home", True), "messages_tab_enabled": True},
            "bot_user": {"display_name": "Tiny"},
            "slash_commands": [
                {"command": "/tiny", "description": "Tries things", "should_escape": changes.get("escape", False)}
            ],
            "shortcuts": [
                {"name": "Keep", "type": "message", "callback_id": "keep", "description": "Keeps it"},
                {"name": "Begin", "type": "global", "callback_id": "begin", "description": "Begins"},
            ],
        },
        "oauth_config": {"scopes": {"bot": changes.get("scopes", SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": changes.get("events", EVENTS)},
            "interactivity": {"is_enabled": changes.get("interactivity", True)},
            "socket_mode_enabled": True,
        },
    }
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A workspace with the app Tiny installed and nobody joined."""
    with Sandbox(manifest(tmp_path), settings=Settings()) as made:
        yield made


@pytest.fixture
def web(sandbox: Sandbox) -> WebClient:
    """The official client with the bot's token."""
    return WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)


Join = Callable[..., App]


@pytest.fixture
def app(sandbox: Sandbox) -> App:
    """A real Bolt app; nothing is listened to yet."""
    quiet = logging.getLogger("tiny")
    quiet.setLevel(logging.CRITICAL)
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    return App(client=client, signing_secret=sandbox.signing_secret, logger=quiet)


@pytest.fixture
def join(sandbox: Sandbox, app: App) -> Iterator[Callable[[], Joining]]:
    """Joins the app by Socket Mode, as often as it is called; leaves at the end."""
    handlers: list[Joining] = []

    def connect() -> Joining:
        handler = Joining(app, sandbox.app_token)
        handler.connect()
        handlers.append(handler)
        return handler

    yield connect
    for handler in handlers:
        handler.close()


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Waits for something that happens in another thread."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
