"""What every method works with, and small readings of its arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.grants import Grants
from bot.sandbox.manifest import Manifest
from bot.sandbox.posts import Posts
from bot.sandbox.refusal import Refused
from bot.sandbox.shapes import Shapes
from bot.sandbox.view_stack import ViewStack
from bot.sandbox.workspace import Channel, Message, Person, Workspace

Args = dict[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The workspace, as a Web API method sees it."""

    workspace: Workspace
    manifest: Manifest
    shapes: Shapes
    posts: Posts
    views: ViewStack
    base_url: str
    socket_address: Callable[[], str]
    grants: Grants


Call = Callable[[Api, Args], Answer]


@dataclass(frozen=True, slots=True)
class Method:
    """One method: what it does, which scopes (any one) and token allow it, which arguments it must have."""

    call: Call
    scopes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    app_token: bool = False
    tokenless: bool = False


def channel(api: Api, args: Args, name: str = "channel") -> Channel:
    """The channel named in the arguments; a private one the bot is not in does not exist for it."""
    found = api.workspace.channels.get(str(args.get(name) or ""))
    if found is None:
        person = api.workspace.people.get(str(args.get(name) or ""))
        if person is not None and not person.is_bot:
            return api.workspace.im(person.id, api.workspace.bot.id)
        raise Refused("channel_not_found")
    hidden = found.is_private or found.is_im
    if hidden and api.workspace.bot.id not in found.members:
        raise Refused("channel_not_found")
    return found


def joined(api: Api, args: Args, name: str = "channel") -> Channel:
    """The same, and the bot must be in it."""
    found = channel(api, args, name)
    if found.is_archived:
        raise Refused("is_archived")
    if api.workspace.bot.id not in found.members:
        raise Refused("not_in_channel")
    return found


def message(api: Api, args: Args, name: str = "ts") -> Message:
    """The message named by channel and ts; ephemeral ones cannot be named."""
    found = channel(api, args).message(str(args.get(name) or ""))
    if found is None or found.ephemeral_to:
        raise Refused("message_not_found")
    return found


def person(api: Api, args: Args, name: str = "user") -> Person:
    """The person named in the arguments."""
    found = api.workspace.people.get(str(args.get(name) or ""))
    if found is None:
        raise Refused("user_not_found")
    return found


def page(items: list[Answer], args: Args, name: str) -> Answer:
    """A page of a list, with Slack's cursor."""
    start = whole(args, "cursor", "invalid_cursor") or 0
    limit = whole(args, "limit", "invalid_limit") or 100
    rest = str(start + limit) if start + limit < len(items) else ""
    return {name: items[start : start + limit], "response_metadata": {"next_cursor": rest}}


def whole(args: Args, name: str, refusal: str) -> int:
    """A whole number among the arguments; 0 when it is not there."""
    given = str(args.get(name) or "0")
    if not given.isascii() or not given.isdigit():
        raise Refused(refusal)
    return int(given)


def true(value: object) -> bool:
    """A yes, as JSON or a form carries it."""
    return value in (True, "true", "1", 1)


def scope_of(kind: str, found: Channel) -> str:
    """The scope that opens a channel: channels:read, groups:read, im:read or mpim:read."""
    if found.is_im:
        return f"im:{kind}"
    if found.is_mpim:
        return f"mpim:{kind}"
    return f"groups:{kind}" if found.is_private else f"channels:{kind}"


def need(api: Api, scope: str) -> None:
    """Refuse when the manifest does not declare a scope."""
    if scope not in api.manifest.scopes:
        raise Refused("missing_scope", needed=scope, provided=",".join(sorted(api.manifest.scopes)))
