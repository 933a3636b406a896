"""What people do with the app: commands, clicks, forms, shortcuts; and what Slack shows when nobody answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox import places
from bot.sandbox.delivery import Answer, Delivery
from bot.sandbox.limits_elements import option_group, plain_option
from bot.sandbox.payloads import Payloads
from bot.sandbox.places import Place
from bot.sandbox.posts import Content, Posts
from bot.sandbox.refusal import DONE, TROUBLE, Impossible, Outcome, Refused
from bot.sandbox.rules import Problems, items
from bot.sandbox.shapes import Shapes
from bot.sandbox.triggers import Keys
from bot.sandbox.workspace import Channel, Message, Person, Workspace

Shape = dict[str, Any]
NOT_A_COMMAND = (
    'is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.'
)
NOT_CONFIGURED = "This app is not configured to handle interactive responses."


@dataclass(frozen=True, slots=True)
class Interactions:
    """Turns acts of people into envelopes, and answers into what they see."""

    workspace: Workspace
    shapes: Shapes
    delivery: Delivery
    keys: Keys
    posts: Posts
    payloads: Payloads

    async def command(self, person: Person, channel: Channel, text: str, thread_ts: str = "") -> Outcome:
        """A line that begins with a slash."""
        word, _, rest = text.strip().partition(" ")
        declared = self.shapes.manifest.commands.get(word)
        if declared is None:
            return self._shown(person, channel, f"{word} {NOT_A_COMMAND}")
        if thread_ts:
            return self._shown(person, channel, f"{word} is not supported in threads. Sorry!")
        payload = self.payloads.command(person, channel, declared, rest.strip())
        answer = await self.delivery.ask("slash_commands", payload)
        if not answer.acked:
            word_for = "operation_timeout" if answer.reason == "timeout" else "dispatch_failed"
            return self._shown(person, channel, f'{word} failed with the error "{word_for}"')
        self._command_answer(person, channel, answer.payload)
        return DONE

    async def action(self, person: Person, where: Shape, act: Shape) -> Outcome:
        """A button pressed, an option chosen."""
        place = places.find(self.workspace, person.id, where)
        block, element = place.element(str(act.get("action_id", "")), str(act.get("block_id") or ""))
        place.merge(self.workspace, act.get("values"))
        described = self.payloads.chosen(place, block, element, act.get("value"))
        if not self.shapes.manifest.interactivity:
            self.workspace.toast(person.id, NOT_CONFIGURED)
            return Outcome(NOT_CONFIGURED)
        payload = self.payloads.interaction("block_actions", person, place) | {
            "state": place.state(self.shapes),
            "actions": [described],
        }
        answer = await self.delivery.ask("interactive", payload)
        return self._acted(person, place, block["block_id"], element["action_id"], answer)

    async def options(self, person: Person, where: Shape, act: Shape) -> Shape:
        """What an external select offers for what was typed."""
        place = places.find(self.workspace, person.id, where)
        block, element = place.element(str(act.get("action_id", "")), str(act.get("block_id") or ""))
        payload = self.payloads.interaction("block_suggestion", person, place) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": str(act.get("query") or ""),
        }
        for unwanted in ("response_url", "trigger_id"):
            payload.pop(unwanted, None)
        answer = await self.delivery.ask("interactive", payload)
        return self._offer(person, (place.key, block["block_id"], element["action_id"]), answer)

    async def shortcut(self, person: Person, callback_id: str, message: Message | None) -> Outcome:
        """A shortcut from the menu of a message, or from the composer."""
        wanted = "message" if message is not None else "global"
        declared = [
            one for one in self.shapes.manifest.shortcuts if one.callback_id == callback_id and one.type == wanted
        ]
        if not declared:
            raise Impossible(f"no {wanted} shortcut {callback_id} is declared")
        payload = self.payloads.base("message_action" if message is not None else "shortcut", person) | {
            "callback_id": callback_id,
            "trigger_id": self.keys.trigger(person.id, message.channel if message is not None else ""),
            "action_ts": str(time.time()),
        }
        if message is not None:
            payload |= self.payloads.from_message(person, message) | {"message_ts": message.ts}
            payload.pop("container")
        answer = await self.delivery.ask("interactive", payload)
        if answer.acked:
            return DONE
        self.workspace.toast(person.id, TROUBLE)
        return Outcome(TROUBLE)

    def respond(self, key: str, body: Shape) -> None:
        """A post to a response URL.

        Raises:
            Refused: Used up, too late, or not fit to show.
        """
        target = self.keys.respond(key)
        if isinstance(target, str):
            raise Refused(target)
        channel = self.workspace.channels[target.channel]
        original = channel.message(target.message_ts) if target.message_ts else None
        if body.get("delete_original") in (True, "true"):
            if original is not None:
                self.posts.remove(original)
            return
        content = self.posts.content(body)
        if body.get("replace_original") in (True, "true") and original is not None:
            self.posts.change(original, content, self.workspace.bot.id)
            return
        self._answer_with(target.user, channel, content, body, target.thread_ts)

    def _answer_with(self, user: str, channel: Channel, content: Content, body: Shape, thread_ts: str) -> None:
        bot = self.workspace.bot.id
        thread = str(body.get("thread_ts") or thread_ts)
        if body.get("response_type") == "in_channel":
            self.posts.say(bot, channel, content, thread_ts=thread)
        else:
            self.posts.whisper(bot, user, channel, content, thread_ts=thread)

    def _command_answer(self, person: Person, channel: Channel, body: Any) -> None:
        if not isinstance(body, dict) or not (body.get("text") or body.get("blocks")):
            return
        try:
            self._answer_with(person.id, channel, self.posts.content(body), body, "")
        except Refused as refused:
            self.workspace.note("note", text=f"the answer to a command was refused: {refused}")
            self._shown(person, channel, f'The command failed with the error "{refused.error}"')

    def _shown(self, person: Person, channel: Channel, text: str) -> Outcome:
        self.posts.slackbot(person.id, channel, text)
        return Outcome(text)

    def _acted(self, person: Person, place: Place, block_id: str, action_id: str, answer: Answer) -> Outcome:
        failures = place.thing.failed.setdefault(block_id, {})
        failures.pop(action_id, None)
        if answer.acked:
            return DONE
        failures[action_id] = answer.reason
        self.workspace.toast(person.id, TROUBLE)
        return Outcome(TROUBLE)

    def _offer(self, person: Person, key: tuple[str, str, str], answer: Answer) -> Shape:
        body = answer.payload if isinstance(answer.payload, dict) else {}
        problems = Problems()
        items(plain_option, 100, 0)(body.get("options") or [], "/options", problems)
        items(option_group, 100, 0)(body.get("option_groups") or [], "/option_groups", problems)
        if not answer.acked or problems.messages:
            self.workspace.note("note", text=f"options were not taken: {problems.messages or answer.reason}")
            self.workspace.toast(person.id, "Those options could not be loaded.")
            raise Impossible("those options could not be loaded: " + "; ".join(problems.messages or [answer.reason]))
        inner = [one for group in body.get("option_groups") or [] for one in group["options"]]
        offered = [*(body.get("options") or []), *inner]
        known = self.workspace.offered.setdefault(key, [])
        known[:] = offered + [one for one in known if one["value"] not in {new["value"] for new in offered}]
        return {name: body[name] for name in ("options", "option_groups") if name in body} or {"options": []}
