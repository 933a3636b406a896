"""The app's manifest as the workspace reads it: what is declared works, nothing else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

# Source: docs.slack.dev, "Events API" reference: the scope each event type asks for (any one of several).
EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_rename": ("channels:read",),
    "file_shared": ("files:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "team_join": ("users:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}


class ManifestError(Exception):
    """The manifest could not be installed; the text says why."""


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command."""

    command: str
    description: str
    usage_hint: str
    should_escape: bool


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One global or message shortcut."""

    type: str
    name: str
    callback_id: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an installed app may do."""

    name: str
    bot_name: str
    color: str
    description: str
    home_tab: bool
    messages_tab: bool
    messages_read_only: bool
    interactivity: bool
    commands: dict[str, Command] = field(default_factory=dict)
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()


def read(path: str | Path) -> Manifest:
    """The manifest in a YAML (or JSON) file.

    Raises:
        ManifestError: An event without its scope, a command without ``commands``, or not a manifest.
    """
    content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ManifestError(f"{path}: expected a mapping with display_information")
    return parse(content)


def parse(content: dict[str, Any]) -> Manifest:
    """The manifest in a mapping, checked as Slack checks it when the app is installed."""
    display = content.get("display_information") or {}
    features = content.get("features") or {}
    settings = content.get("settings") or {}
    home = features.get("app_home") or {}
    manifest = Manifest(
        name=str(display.get("name", "")),
        bot_name=str((features.get("bot_user") or {}).get("display_name") or display.get("name", "")),
        color=str(display.get("background_color", "#2c2d30")),
        description=str(display.get("description", "")),
        home_tab=bool(home.get("home_tab_enabled", False)),
        messages_tab=bool(home.get("messages_tab_enabled", False)),
        messages_read_only=bool(home.get("messages_tab_read_only_enabled", False)),
        interactivity=bool((settings.get("interactivity") or {}).get("is_enabled", False)),
        commands={one["command"]: _command(one) for one in features.get("slash_commands") or ()},
        shortcuts=tuple(_shortcut(one) for one in features.get("shortcuts") or ()),
        scopes=frozenset(((content.get("oauth_config") or {}).get("scopes") or {}).get("bot") or ()),
        events=frozenset((settings.get("event_subscriptions") or {}).get("bot_events") or ()),
    )
    problems = list(_problems(manifest))
    if problems:
        raise ManifestError("; ".join(problems))
    return manifest


def _command(entry: dict[str, Any]) -> Command:
    return Command(
        command=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
        should_escape=bool(entry.get("should_escape", False)),
    )


def _shortcut(entry: dict[str, Any]) -> Shortcut:
    return Shortcut(
        type=entry["type"],
        name=entry["name"],
        callback_id=entry["callback_id"],
        description=entry.get("description", ""),
    )


def _problems(manifest: Manifest) -> list[str]:
    found = []
    if not manifest.name:
        found.append("display_information.name is required")
    if (manifest.commands or manifest.shortcuts) and "commands" not in manifest.scopes:
        found.append("slash commands and shortcuts need the scope commands")
    for event in sorted(manifest.events):
        if event not in EVENT_SCOPES:
            found.append(f"unknown event {event}")
        elif EVENT_SCOPES[event] and not manifest.scopes.intersection(EVENT_SCOPES[event]):
            found.append(f"event {event} needs the scope {' or '.join(EVENT_SCOPES[event])}")
    return found
