"""The app's manifest: as it is for Socket Mode, and with addresses for HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

MANIFEST = Path(__file__).with_name("manifest.yml")  # a link to the one at the root, so that it is installed, too
EVENTS = "/slack/events"
REDIRECT = "/slack/oauth_redirect"
INSTALL = "/slack/install"


def read(path: Path = MANIFEST) -> dict[str, Any]:
    """The manifest as data."""
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def scopes(path: Path = MANIFEST) -> list[str]:
    """The scopes it asks for."""
    return list(read(path)["oauth_config"]["scopes"]["bot"])


def for_http(url: str) -> str:
    """The same app, heard at a public address instead of Socket Mode, as YAML to paste."""
    made, address = read(), url.rstrip("/") + EVENTS
    for command in made["features"]["slash_commands"]:
        command["url"] = address
    made["oauth_config"]["redirect_urls"] = [url.rstrip("/") + REDIRECT]
    settings = made["settings"]
    settings["socket_mode_enabled"] = False
    settings["event_subscriptions"]["request_url"] = address
    settings["interactivity"]["request_url"] = address
    settings["interactivity"]["message_menu_options_url"] = address
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True)
