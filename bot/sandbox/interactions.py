"""What people do with the app: commands, clicks, forms, shortcuts; and what Slack shows when nobody answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements, escaping, places
from bot.sandbox.delivery import Answer, Delivery
from bot.sandbox.limits_elements import option_group, plain_option
from bot.sandbox.manifest import Command
from bot.sandbox.places import Place
from bot.sandbox.posts import Content, Posts
from bot.sandbox.refusal import Impossible, Refused
from bot.sandbox.rules import Problems, items
from bot.sandbox.shapes import Shapes
from bot.sandbox.triggers import Keys
from bot.sandbox.view_stack import ViewStack
from bot.sandbox.workspace import Channel, Message, Person, View, Workspace

Shape = dict[str, Any]
TROUBLE = "We had some trouble connecting. Try again?"
NOT_CONFIGURED = "This app is not configured to handle interactive responses."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is shown: nothing when all is well."""

    error: str = ""
    errors: dict[str, str] | None = None


DONE = Outcome()


@dataclass(frozen=True, slots=True)
class Interactions:
    """Turns acts of people into envelopes, and answers into what they see."""

    workspace: Workspace
    shapes: Shapes
    delivery: Delivery
    keys: Keys
    posts: Posts
    views: ViewStack

    async def command(self, person: Person, channel: Channel, text: str, thread_ts: str = "") -> Outcome:
        """A line that begins with a slash."""
        word, _, rest = text.strip().partition(" ")
        declared = self.shapes.manifest.commands.get(word)
        if declared is None:
            return self._shown(person, channel, f"{word} is not a valid command. In Slack, all messages that start with"
                               ' the "/" character are interpreted as commands.')  # fmt: skip
        if thread_ts:
            return self._shown(person, channel, f"{word} is not supported in threads. Sorry!")
        payload = self._command_payload(person, channel, declared, rest.strip())
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
        place.merge(act.get("values"))
        described = self._chosen(place, block, element, act.get("value"))
        if not self.shapes.manifest.interactivity:
            self.workspace.toast(person.id, NOT_CONFIGURED)
            return Outcome(NOT_CONFIGURED)
        payload = self._interaction("block_actions", person, place) | {
            "state": place.state(self.shapes),
            "actions": [described],
        }
        answer = await self.delivery.ask("interactive", payload)
        return self._acted(person, place, block["block_id"], element["action_id"], answer)

    async def options(self, person: Person, where: Shape, act: Shape) -> Shape:
        """What an external select offers for what was typed."""
        place = places.find(self.workspace, person.id, where)
        block, element = place.element(str(act.get("action_id", "")), str(act.get("block_id") or ""))
        payload = self._interaction("block_suggestion", person, place) | {
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": str(act.get("query") or ""),
        }
        for unwanted in ("response_url", "trigger_id"):
            payload.pop(unwanted, None)
        answer = await self.delivery.ask("interactive", payload)
        return self._offer(person, (place.key, block["block_id"], element["action_id"]), answer)

    async def submit(self, person: Person, view_id: str, values: elements.Values) -> Outcome:
        """A form sent: Slack's client checks first, then the app answers."""
        view = places.view(self.workspace, person.id, view_id)
        if not view.content.get("submit"):
            raise Impossible("this modal has no submit button")
        place = Place(view)
        place.merge(values)
        view.errors = elements.refusals(place.blocks, view.values, lambda one: self.workspace.files[one].name)
        view.error = ""
        self.workspace.changed()
        if view.errors:
            return Outcome("Some fields need another look.", view.errors)
        self._grant_files(place)
        payload = self._base("view_submission", person) | {
            "trigger_id": self.keys.trigger(person.id, view.id),
            "view": self.shapes.view(view),
            "response_urls": self._response_urls(person, place),
        }
        answer = await self.delivery.ask("interactive", payload)
        return self._submitted(view, answer)

    def close(self, person: Person, view_id: str, *, everything: bool = False) -> None:
        """A modal dismissed; the app hears of it when it asked to."""
        view = places.view(self.workspace, person.id, view_id)
        stack = self.workspace.stacks[person.id]
        everything = everything or bool(view.content.get("clear_on_close"))
        gone = list(stack) if everything else stack[stack.index(view) :]
        self.views.close(stack[0] if everything else view)
        self._tell_closed(person, gone, cleared=everything)

    async def shortcut(self, person: Person, callback_id: str, message: Message | None) -> Outcome:
        """A shortcut from the menu of a message, or from the composer."""
        wanted = "message" if message is not None else "global"
        declared = [
            one for one in self.shapes.manifest.shortcuts if one.callback_id == callback_id and one.type == wanted
        ]
        if not declared:
            raise Impossible(f"no {wanted} shortcut {callback_id} is declared")
        payload = self._base("message_action" if message is not None else "shortcut", person) | {
            "callback_id": callback_id,
            "trigger_id": self.keys.trigger(person.id),
            "action_ts": str(time.time()),
        }
        if message is not None:
            payload |= self._from_message(person, message) | {"message_ts": message.ts}
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

    def _base(self, kind: str, person: Person) -> Shape:
        return {
            "type": kind,
            "team": self.shapes.team(),
            "user": self.shapes.user(person.id),
            "api_app_id": self.workspace.app_id,
            "token": "sandbox",
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _interaction(self, kind: str, person: Person, place: Place) -> Shape:
        base = self._base(kind, person)
        if isinstance(place.thing, Message):
            return base | {"trigger_id": self.keys.trigger(person.id)} | self._from_message(person, place.thing)
        view = place.thing
        return base | {
            "trigger_id": self.keys.trigger(person.id, view.id),
            "container": {"type": "view", "view_id": view.id},
            "view": self.shapes.view(view),
        }

    def _from_message(self, person: Person, message: Message) -> Shape:
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

    def _command_payload(self, person: Person, channel: Channel, command: Command, text: str) -> Shape:
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
            "trigger_id": self.keys.trigger(person.id),
        }

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

    def _chosen(self, place: Place, block: Shape, element: Shape, plain: Any) -> Shape:
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
        place.thing.values.setdefault(block["block_id"], {})[element["action_id"]] = plain
        offers = elements.listed(element) + self.shapes.offers(place.key, block["block_id"], element["action_id"])
        return described | elements.chosen(
            element, plain, offers, lambda one: self.shapes.file(self.workspace.files[one])
        )

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

    def _grant_files(self, place: Place) -> None:
        for block, element in elements.stateful(place.blocks):
            if element["type"] == "file_input":
                for file_id in place.thing.values[block["block_id"]][element["action_id"]] or []:
                    self.workspace.files[file_id].granted = True

    def _response_urls(self, person: Person, place: Place) -> list[Shape]:
        made = []
        for block, element in elements.stateful(place.blocks):
            chosen = place.thing.values[block["block_id"]][element["action_id"]]
            if element.get("response_url_enabled") and chosen:
                url = self.keys.response_url(chosen, person.id)
                ids = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": chosen}
                made.append(ids | {"response_url": url})
        return made

    def _submitted(self, view: View, answer: Answer) -> Outcome:
        try:
            if not answer.acked:
                raise Refused(answer.reason)
            return self._follow(view, answer.payload if isinstance(answer.payload, dict) else {})
        except Refused as refused:
            self.workspace.note("note", text=f"the answer to a submission was refused: {refused}")
            view.error = TROUBLE
            self.workspace.changed()
            return Outcome(TROUBLE)

    def _follow(self, view: View, body: Shape) -> Outcome:
        """What the app asks for in its answer: errors, update, push, clear, or nothing (close)."""
        wanted = body.get("response_action")
        if wanted == "errors":
            return self._show_errors(view, body.get("errors") or {})
        if wanted in ("update", "push"):
            self.views.check(body.get("view"), "modal")
        if wanted == "update":
            self.views.replace(view, body["view"])
        elif wanted == "push":
            self.views.put(view.user, body["view"])
        elif wanted == "clear":
            gone = list(self.workspace.stacks[view.user])
            self.views.close(gone[0])
            self._tell_closed(self.workspace.people[view.user], gone[:-1], cleared=True)
        elif wanted is None:
            self.views.close(view)
        else:
            raise Refused(f"unknown response_action {wanted}")
        return DONE

    def _show_errors(self, view: View, errors: dict[str, str]) -> Outcome:
        inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
        strange = [one for one in errors if one not in inputs]
        if strange or not errors:
            raise Refused(f"errors name no input block: {strange}; inputs: {sorted(inputs)}")
        view.errors = {block_id: str(text) for block_id, text in errors.items()}
        self.workspace.changed()
        return Outcome("Some fields need another look.", view.errors)

    def _tell_closed(self, person: Person, gone: list[View], *, cleared: bool) -> None:
        for view in reversed(gone):
            if view.content.get("notify_on_close"):
                payload = self._base("view_closed", person) | {"view": self.shapes.view(view), "is_cleared": cleared}
                self.delivery.later("interactive", payload)
