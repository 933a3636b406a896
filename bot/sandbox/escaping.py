"""Text: what people type becomes Slack's mrkdwn source, and who is pinged by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox.workspace import Workspace

BROADCASTS = ("channel", "here", "everyone")
_TOKEN = re.compile(
    r"(?<![\w@#/&])(?P<sign>[@#])(?P<name>[\w][\w.-]*[\w]|\w)|(?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)])"
)
_PING = re.compile(r"<@(?P<user>[UW][A-Z0-9]+)(?:\|[^>]*)?>|<!(?P<broadcast>channel|here|everyone)(?:\|[^>]*)?>")


def escape(text: str) -> str:
    """The three characters Slack turns into entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def typed(workspace: Workspace, text: str) -> str:
    """What Slack keeps when a person types ``text``: entities, then mentions, channels and links."""

    def link(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{match['url']}>"
        return _mention(workspace, match["sign"], match["name"]) or match[0]

    return _TOKEN.sub(link, escape(text))


def _mention(workspace: Workspace, sign: str, name: str) -> str:
    if sign == "#":
        channel = workspace.channel(name)
        return f"<#{channel.id}|{channel.name}>" if channel else ""
    if name in BROADCASTS:
        return f"<!{name}>"
    person = workspace.person(name)
    return f"<@{person.id}>" if person else ""


def command_text(workspace: Workspace, text: str, *, should_escape: bool) -> str:
    """What arrives as a slash command's ``text``; mentions become ids only when the manifest says should_escape."""
    plain = escape(text)
    if not should_escape:
        return plain

    def link(match: re.Match[str]) -> str:
        if match["url"]:
            return f"<{match['url']}>"
        if match["sign"] == "@" and (person := workspace.person(match["name"])):
            return f"<@{person.id}|{person.name}>"
        return _mention(workspace, match["sign"], match["name"]) or match[0]

    return _TOKEN.sub(link, plain)


def mrkdwn(blocks: Any) -> Iterator[str]:
    """Every mrkdwn text in blocks: only these can ping; plain_text is shown as it stands."""
    if isinstance(blocks, dict):
        if blocks.get("type") in ("mrkdwn", "markdown") and isinstance(blocks.get("text"), str):
            yield blocks["text"]
        elif blocks.get("type") == "user" and "user_id" in blocks:
            yield f"<@{blocks['user_id']}>"
        elif blocks.get("type") == "broadcast":
            yield f"<!{blocks.get('range', 'channel')}>"
        else:
            for one in blocks.values():
                yield from mrkdwn(one)
    elif isinstance(blocks, list):
        for one in blocks:
            yield from mrkdwn(one)


def pinged(workspace: Workspace, channel_id: str, author: str, text: str, blocks: list[dict[str, Any]]) -> list[str]:
    """Who is notified by a message: people named in it, or everybody in the channel by a broadcast."""
    channel = workspace.channels[channel_id]
    people = [member for member in channel.members if member != author and not workspace.people[member].is_bot]
    found: set[str] = set()
    for source in (text, *mrkdwn(blocks)):
        for match in _PING.finditer(source):
            found.update(people if match["broadcast"] else {match["user"]})
    if channel.is_im:
        found.update(people)
    return sorted(found.intersection(people))
