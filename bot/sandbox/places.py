"""Where a person clicks: a message, a modal, the App Home; and the element that is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import elements, limits
from bot.sandbox.refusal import Impossible
from bot.sandbox.shapes import Shapes
from bot.sandbox.workspace import Message, View, Workspace

Shape = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Blocks that hold elements, in a message or in a view."""

    thing: Message | View

    @property
    def blocks(self) -> list[Shape]:
        """What is shown there."""
        return self.thing.blocks if isinstance(self.thing, Message) else self.thing.content["blocks"]

    @property
    def key(self) -> str:
        """What offers of external selects are kept under."""
        return self.thing.ts if isinstance(self.thing, Message) else self.thing.id

    def element(self, action_id: str, block_id: str = "") -> tuple[Shape, Shape]:
        """The (block, element) with that action_id.

        Raises:
            Impossible: There is none, or more than one; the sentence lists what is there.
        """
        seen = [(b, e) for b in self.blocks for e in limits.elements(b) if e.get("action_id")]
        found = [(b, e) for b, e in seen if e["action_id"] == action_id and block_id in ("", b["block_id"])]
        if len(found) == 1:
            return found[0]
        listing = ", ".join(f"{b['block_id']}/{e['action_id']}" for b, e in seen) or "no elements"
        many = "is there more than once" if found else "is not there"
        raise Impossible(f"{block_id + '/' if block_id else ''}{action_id} {many}; seen: {listing}")

    def merge(self, workspace: Workspace, values: dict[str, dict[str, Any]] | None) -> None:
        """Take over what the person has filled in; what a view asked before it was updated under their hands is let go.

        Raises:
            Impossible: There is no such input, or no such person, channel or file to choose.
        """
        for block_id, chosen in (values or {}).items():
            for action_id, plain in chosen.items():
                if isinstance(self.thing, View) and (block_id, action_id) in self.thing.gone:
                    continue
                block, element = self.element(action_id, block_id)
                if element["type"] not in elements.STATEFUL:
                    raise Impossible(f"{block_id}/{action_id} is a {element['type']}: it holds no value")
                self.thing.values.setdefault(block["block_id"], {})[action_id] = known(workspace, element, plain)

    def state(self, shapes: Shapes) -> Shape:
        """Slack's state of everything in it."""
        return shapes.state(self.blocks, self.thing.values, self.key)


def known(workspace: Workspace, element: Shape, plain: Any) -> Any:
    """A plain value as it is kept: numbers as text, people and channels as ids, files that were uploaded.

    Raises:
        Impossible: The person, channel or file is not there to be chosen.
    """
    kind = str(element["type"])
    if kind in elements.TEXTS:
        return None if plain is None else str(plain)
    chooses = _CHOICES.get(kind.removeprefix("multi_"))
    if chooses is None or plain in (None, "", []):
        return plain
    return (
        [chooses(workspace, str(one)) for one in plain] if isinstance(plain, list) else chooses(workspace, str(plain))
    )


def _person_id(workspace: Workspace, who: str) -> str:
    found = workspace.person(who)
    if found is None:
        raise Impossible(f"nobody is called {who}")
    return found.id


def _channel_id(workspace: Workspace, where: str) -> str:
    found = workspace.channel(where)
    if found is None:
        raise Impossible(f"there is no channel {where}")
    return found.id


def _conversation_id(workspace: Workspace, where: str) -> str:
    return where if where in workspace.people else _channel_id(workspace, where)


def _file_id(workspace: Workspace, file_id: str) -> str:
    if file_id not in workspace.files:
        raise Impossible(f"no file {file_id} was uploaded")
    return file_id


_CHOICES: dict[str, Callable[[Workspace, str], str]] = {
    "users_select": _person_id,
    "channels_select": _channel_id,
    "conversations_select": _conversation_id,
    "file_input": _file_id,
}


def find(workspace: Workspace, user: str, where: dict[str, Any]) -> Place:
    """The place an act names.

    Raises:
        Impossible: The person does not see such a place.
    """
    kind = where.get("type", "view")
    if kind == "message":
        return Place(message(workspace, user, where))
    if kind == "home":
        home = workspace.homes.get(user)
        if home is None:
            raise Impossible("the App Home is empty")
        return Place(home)
    return Place(view(workspace, user, where.get("view_id") or ""))


def message(workspace: Workspace, user: str, where: dict[str, Any]) -> Message:
    """A message the person can see."""
    channel = workspace.channel(str(where.get("channel", "")))
    found = channel.message(str(where.get("ts", ""))) if channel else None
    if found is None or not workspace.sees(user, found):
        raise Impossible(f"no message {where.get('ts')} that you can see in {where.get('channel')}")
    return found


def view(workspace: Workspace, user: str, view_id: str) -> View:
    """An open modal of the person: the named one, or the one on top."""
    stack = workspace.stacks.get(user) or []
    home = workspace.homes.get(user)
    if view_id and home is not None and home.id == view_id:
        return home
    found = next((one for one in stack if one.id == view_id), None) if view_id else (stack[-1] if stack else None)
    if found is None:
        raise Impossible(f"the modal {view_id} is not open" if view_id else "no modal is open")
    return found
