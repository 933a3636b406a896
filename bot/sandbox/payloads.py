"""The payloads of commands and interactions, as Slack shapes them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements, escaping, places
from bot.sandbox.manifest import Command
from bot.sandbox.places import Place
from bot.sandbox.shapes import Shapes
from bot.sandbox.triggers import Keys
from bot.sandbox.workspace import Channel, Message, Person, Workspace

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Payloads:
    """Makes what is sent when people act; trigger ids and response URLs are given out on the way."""

    workspace: Workspace
    shapes: Shapes
    keys: Keys

    def base(self, kind: str, person: Person) -> Shape:
        """What every interaction carries."""
        return {
            "type": kind,
            "team": self.shapes.team(),
            "user": self.shapes.user(person.id),
            "api_app_id": self.workspace.app_id,
            "token": "sandbox",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def interaction(self, kind: str, person: Person, place: Place) -> Shape:
        """An interaction in a message or a view."""
        base = self.base(kind, person)
        if isinstance(place.thing, Message):
            trigger_id = self.keys.trigger(person.id, place.thing.channel)
            return base | {"trigger_id": trigger_id} | self.from_message(person, place.thing)
        view = place.thing
        return base | {
            "trigger_id": self.keys.trigger(person.id, view.here),
            "container": {"type": "view", "view_id": view.id},
            "view": self.shapes.view(view),
        }

    def from_message(self, person: Person, message: Message) -> Shape:
        """What an interaction in a message carries."""
        channel = self.workspace.channels[message.channel]
        thread = message.thread_ts if message.is_reply else ""
        container: Shape = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": bool(message.ephemeral_to),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        shown: Shape = {
            "container": container,
            "channel": {"id": channel.id, "name": self.shapes.channel_name(channel)},
            "response_url": self.keys.response_url(channel.id, person.id, message.ts, thread),
        }
        # Source: docs.slack.dev, "block_actions payload": an ephemeral message is not included.
        return shown if message.ephemeral_to else shown | {"message": self.shapes.message(message)}

    def command(self, person: Person, channel: Channel, command: Command, text: str) -> Shape:
        """A slash command."""
        return {
            "token": "sandbox",
            "team_id": self.workspace.team_id,
            "team_domain": self.workspace.domain,
            "channel_id": channel.id,
            "channel_name": self.shapes.channel_name(channel),
            "user_id": person.id,
            "user_name": person.name,
            "command": command.command,
            "text": escaping.command_text(self.workspace, text, should_escape=command.should_escape),
            "api_app_id": self.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self.keys.response_url(channel.id, person.id),
            "trigger_id": self.keys.trigger(person.id, channel.id),
        }

    def chosen(self, place: Place, block: Shape, element: Shape, plain: Any) -> Shape:
        """The entry of ``actions``; what is chosen becomes part of the state."""
        described: Shape = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": str(time.time()),
        }
        if element["type"] == "button":
            kept = {name: element[name] for name in ("text", "value", "style", "url") if name in element}
            return described | kept
        if element["type"] == "overflow":
            return described | {"selected_option": elements.option(elements.listed(element), str(plain), element)}
        plain = places.known(self.workspace, element, plain)
        place.thing.values.setdefault(block["block_id"], {})[element["action_id"]] = plain
        offers = elements.listed(element) + self.shapes.offers(place.key, block["block_id"], element["action_id"])
        return described | elements.chosen(
            element, plain, offers, lambda one: self.shapes.file(self.workspace.files[one])
        )

    def response_urls(self, person: Person, place: Place) -> list[Shape]:
        """Response URLs for the channels chosen in a form, where its selects ask for them."""
        made = []
        for block, element in elements.stateful(place.blocks):
            chosen = place.thing.values[block["block_id"]][element["action_id"]]
            if element.get("response_url_enabled") and chosen:
                url = self.keys.response_url(chosen, person.id)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen}
                made.append(ids | {"response_url": url})
        return made
