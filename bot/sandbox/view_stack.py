"""Modals and App Homes: opened by a trigger, at most three deep, changed by hash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements, limits
from bot.sandbox.posts import Posts, with_ids
from bot.sandbox.refusal import Refused
from bot.sandbox.triggers import Keys, Trigger
from bot.sandbox.workspace import View, Workspace, new_id

# Source: docs/slack.md, Size: a stack of 3.
DEPTH = 3


@dataclass(frozen=True, slots=True)
class ViewStack:
    """What each person has open."""

    workspace: Workspace
    keys: Keys
    posts: Posts

    def open(self, trigger_id: str, content: Any) -> View:
        """A new modal; whatever the app had open before is replaced."""
        self.check(content, "modal")
        trigger = self._exchange(trigger_id)
        self.workspace.stacks[trigger.user] = []
        return self.put(trigger.user, content, trigger.channel)

    def push(self, trigger_id: str, content: Any) -> View:
        """A modal on top of the one in which the trigger was made."""
        self.check(content, "modal")
        trigger = self._exchange(trigger_id)
        return self.put(trigger.user, content, trigger.channel)

    def put(self, user: str, content: dict[str, Any], here: str = "") -> View:
        """One more view on a person's stack, already checked."""
        stack = self.workspace.stacks.setdefault(user, [])
        if len(stack) >= DEPTH:
            raise Refused("push_limit_reached")
        self._unique(content)
        view = self._new(user, content, here)
        if stack:
            view.previous_id, view.root_id = stack[-1].id, stack[0].id
        stack.append(view)
        self.workspace.changed()
        return view

    def update(self, args: dict[str, Any]) -> View:
        """Other content for an open view, named by id or external_id; ``hash`` guards against a race."""
        view = self._named(args)
        if args.get("hash") and args["hash"] != view.hash:
            raise Refused("hash_conflict")
        self.check(args.get("view"), str(view.content["type"]))
        self.replace(view, args["view"])
        return view

    def replace(self, view: View, content: dict[str, Any]) -> None:
        """Other content for a view, already checked; inputs that keep their ids keep what was typed."""
        kept = content.get("external_id") or view.content.get("external_id")
        before = elements.ids(view.content["blocks"])
        view.content = {**content, "blocks": with_ids(content["blocks"]), "external_id": kept}
        view.values = elements.initial_values(view.content["blocks"], view.values, view.here)
        view.gone = (view.gone | before) - elements.ids(view.content["blocks"])
        view.errors, view.error, view.failed = {}, "", {}
        view.hash = self.workspace.new_hash()
        self.workspace.changed()

    def publish(self, user: str, content: Any, expected_hash: str) -> View:
        """A person's App Home."""
        self.check(content, "home")
        present = self.workspace.homes.get(user)
        if present is None:
            present = self._new(user, content)
            self.workspace.homes[user] = present
            self.workspace.changed()
            return present
        if expected_hash and expected_hash != present.hash:
            raise Refused("hash_conflict")
        present.values = {}
        self.replace(present, content)
        return present

    def top(self, user: str) -> View | None:
        """The modal a person sees."""
        stack = self.workspace.stacks.get(user)
        return stack[-1] if stack else None

    def close(self, view: View) -> None:
        """One view goes, and what lay on it."""
        stack = self.workspace.stacks.get(view.user, [])
        if view in stack:
            del stack[stack.index(view) :]
        self.workspace.changed()

    def check(self, content: Any, kind: str) -> None:
        """Whether Slack would take this view.

        Raises:
            Refused: invalid_arguments with pointers, or view_too_large.
        """
        if limits.view_too_large(content):
            raise Refused("view_too_large")
        problems = limits.view_problems(content, self.posts.find_file, kind)
        if problems:
            raise Refused("invalid_arguments", problems)

    def _exchange(self, trigger_id: str) -> Trigger:
        trigger = self.keys.exchange(trigger_id)
        if isinstance(trigger, str):
            raise Refused(trigger)
        return trigger

    def _unique(self, content: dict[str, Any]) -> None:
        external = content.get("external_id")
        if external and any(one.content.get("external_id") == external for one in self.workspace.views()):
            raise Refused("duplicate_external_id")

    def _named(self, args: dict[str, Any]) -> View:
        external = args.get("external_id")
        for view in self.workspace.views():
            if view.id == args.get("view_id") or (external and view.content.get("external_id") == external):
                return view
        raise Refused("not_found")

    def _new(self, user: str, content: dict[str, Any], here: str = "") -> View:
        kept = {**content, "blocks": with_ids(content["blocks"])}
        values = elements.initial_values(kept["blocks"], None, here)
        return View(id=new_id("V"), user=user, content=kept, hash=self.workspace.new_hash(), here=here, values=values)
