"""Forms: sent, refused, followed by what the app asks for, closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements, places
from bot.sandbox.delivery import Answer, Delivery
from bot.sandbox.payloads import Payloads
from bot.sandbox.places import Place
from bot.sandbox.refusal import DONE, TROUBLE, Impossible, Outcome, Refused
from bot.sandbox.view_stack import ViewStack
from bot.sandbox.workspace import Person, View, Workspace

Shape = dict[str, Any]
ANOTHER_LOOK = "Some fields need another look."


@dataclass(frozen=True, slots=True)
class Forms:
    """What happens to an open modal."""

    workspace: Workspace
    payloads: Payloads
    delivery: Delivery
    views: ViewStack

    async def submit(self, person: Person, view_id: str, values: elements.Values) -> Outcome:
        """A form sent: Slack's client checks first, then the app answers."""
        view = places.view(self.workspace, person.id, view_id)
        if not view.content.get("submit"):
            raise Impossible("this modal has no submit button")
        place = Place(view)
        place.merge(self.workspace, values)
        view.errors = elements.refusals(place.blocks, view.values, lambda one: self.workspace.files[one].name)
        view.error = ""
        self.workspace.changed()
        if view.errors:
            return Outcome(ANOTHER_LOOK, view.errors)
        self._grant_files(place)
        payload = self.payloads.base("view_submission", person) | {
            "trigger_id": self.payloads.keys.trigger(person.id, view.here),
            "view": self.payloads.shapes.view(view),
            "response_urls": self.payloads.response_urls(person, place),
        }
        answer = await self.delivery.ask("interactive", payload)
        return self._submitted(view, answer)

    def close(self, person: Person, view_id: str, *, everything: bool = False) -> None:
        """A modal dismissed; the app hears of it when it asked to."""
        view = places.view(self.workspace, person.id, view_id)
        stack = self.workspace.stacks.get(person.id) or []
        if view not in stack:
            raise Impossible("that is not a modal that could be closed")
        everything = everything or bool(view.content.get("clear_on_close"))
        gone = list(stack) if everything else stack[stack.index(view) :]
        self.views.close(stack[0] if everything else view)
        self._tell_closed(person, gone, cleared=everything)

    def _grant_files(self, place: Place) -> None:
        for block, element in elements.stateful(place.blocks):
            if element["type"] == "file_input":
                for file_id in place.thing.values[block["block_id"]][element["action_id"]] or []:
                    self.workspace.files[file_id].granted = True

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
            self.views.put(view.user, body["view"], view.here)
        elif wanted == "clear":
            self._clear(view)
        elif wanted is None:
            self.views.close(view)
        else:
            raise Refused(f"unknown response_action {wanted}")
        return DONE

    def _clear(self, view: View) -> None:
        gone = list(self.workspace.stacks.get(view.user) or [])
        for one in gone[:1]:
            self.views.close(one)
        self._tell_closed(self.workspace.people[view.user], [one for one in gone if one is not view], cleared=True)

    def _show_errors(self, view: View, errors: dict[str, str]) -> Outcome:
        inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
        strange = [one for one in errors if one not in inputs]
        if strange or not errors:
            raise Refused(f"errors name no input block: {strange}; inputs: {sorted(inputs)}")
        view.errors = {block_id: str(text) for block_id, text in errors.items()}
        self.workspace.changed()
        return Outcome(ANOTHER_LOOK, view.errors)

    def _tell_closed(self, person: Person, gone: list[View], *, cleared: bool) -> None:
        for view in reversed(gone):
            if view.content.get("notify_on_close"):
                payload = self.payloads.base("view_closed", person) | {
                    "view": self.payloads.shapes.view(view),
                    "is_cleared": cleared,
                }
                self.delivery.later("interactive", payload)
