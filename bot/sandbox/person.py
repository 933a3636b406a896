"""A person at the keyboard: acts on the sandbox through the page's own JSON, as somebody at the page does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.sandbox.plain_http import call

Shape = dict[str, Any]
T = TypeVar("T")
# A little more than Slack's 3 s, so that the sandbox's own answer is what is seen.
HTTP_SECONDS = 20.0
STATEFUL = ("_input", "_select", "picker", "checkboxes", "radio_buttons")
EXTERNAL = ("external_select", "multi_external_select")


class NotSeen(AssertionError):
    """Something is not there for this person to see or to press; the text says what is."""


class Person:
    """One member of the workspace.

    Messages, views and blocks are dicts in Slack's shapes, as the docstring of ``bot.sandbox.page_api`` lists them.
    """

    def __init__(self, url: str, name: str, *, pause: float = 0.0, patience: float = 2.0) -> None:
        self.url = url.rstrip("/")
        self.name = name
        self.pause = pause
        self.patience = patience
        self._channel = "service-desk"

    # what she sees

    def state(self) -> Shape:
        """Everything she can see."""
        return self._get("/page/state", {"as": self.name})

    @property
    def id(self) -> str:
        """Her user id."""
        return str(self.state()["me"]["id"])

    def channel(self, name: str = "") -> Shape:
        """A channel she is in, by name or id."""
        wanted = (name or self._channel).lstrip("#")
        channels = self.state()["channels"]
        for one in channels:
            if wanted in (one["id"], one["name"]) and one["joined"]:
                return dict(one)
        raise NotSeen(f"{self.name} sees no channel {wanted}; seen: {[one['name'] or one['id'] for one in channels]}")

    def messages(self, channel: str = "", thread_ts: str = "") -> list[Shape]:
        """What she can see in a channel (or one thread), oldest first, ephemeral messages among them."""
        top: list[Shape] = self.channel(channel)["messages"]
        if not thread_ts:
            return top
        root = next((one for one in top if one["ts"] == thread_ts), None)
        if root is None:
            raise NotSeen(f"{self.name} sees no thread {thread_ts} in {channel or self._channel}")
        return list(root["replies"])

    def everything(self, channel: str = "") -> list[Shape]:
        """All messages of a channel, replies included, oldest first."""
        flat = [one for top in self.messages(channel) for one in (top, *top["replies"])]
        return sorted({one["ts"]: one for one in flat}.values(), key=lambda one: str(one["ts"]))

    def last(self, channel: str = "", thread_ts: str = "") -> Shape:
        """The newest of these messages."""
        seen = self.messages(channel, thread_ts)
        if not seen:
            raise NotSeen(f"{self.name} sees no message in {channel or self._channel}")
        return seen[-1]

    def find(self, text: str, channel: str = "") -> Shape:
        """The newest message, in a channel or its threads, in which ``text`` can be read."""
        seen = self.everything(channel)
        for one in reversed(seen):
            if text in reading(one):
                return one
        raise NotSeen(f"{self.name} reads {text!r} nowhere in {channel or self._channel}; seen: {_texts(seen)}")

    def sees(self, text: str, channel: str = "", timeout: float = 10.0) -> Shape:
        """Waits until she can read ``text`` in a channel, and gives the message."""
        return self.wait(lambda: self._found(text, channel), timeout, f"{text!r} in {channel or self._channel}")

    def dms(self) -> list[Shape]:
        """The messages of her conversation with the bot, oldest first."""
        return self.everything(self.bot_channel)

    @property
    def bot_channel(self) -> str:
        """The id of her conversation with the bot, opened when there is none."""
        return str(self._act("dm", user=self.state()["app"]["bot_user_id"])["channel"])

    @property
    def modal(self) -> Shape | None:
        """The modal in front of her, or nothing."""
        views = self.state()["views"]
        return dict(views[-1]) if views else None

    @property
    def errors(self) -> list[str]:
        """What Slack has told her went wrong: toasts, and Slackbot's words to her alone."""
        state = self.state()
        told = [one["text"] for one in state["toasts"]]
        slackbot = [
            one["text"]
            for channel in state["channels"]
            for one in channel["messages"]
            if one["ephemeral"] and one["user"] == "USLACKBOT"
        ]
        return slackbot + told

    def home(self, timeout: float = 5.0) -> Shape:
        """Opens the App Home and gives what the bot published there."""
        before = (self.state()["home"] or {}).get("hash")
        self._act("home", tab="home")
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            view = self.state()["home"]
            if view is not None and view["hash"] != before:
                return dict(view)
            time.sleep(0.05)
        if before is None:
            raise NotSeen(f"{self.name} opened the App Home and saw nothing published in {timeout} s")
        return dict(self.state()["home"])

    def download(self, file: Shape) -> bytes:
        """The bytes of a file she sees."""
        response = call("GET", self.url + file["page_url"], seconds=HTTP_SECONDS)
        response.raise_for_status()
        return response.content

    # what she does

    def command(self, command: str, text: str = "", channel: str = "") -> str:
        """Types a slash command; gives what Slack shows when it failed, else nothing."""
        if channel:
            self._channel = channel
        return self._shown(self._act("command", channel=channel or self._channel, text=f"{command} {text}".strip()))

    def say(self, text: str, channel: str = "", thread_ts: str = "") -> str:
        """Types a message; gives its ts."""
        return str(self._act("message", channel=channel or self._channel, text=text, thread_ts=thread_ts)["ts"])

    def upload(
        self, content: str | Path | bytes, filename: str = "", channel: str = "", thread_ts: str = "", text: str = ""
    ) -> Shape:
        """Drops a file into a channel; gives the file. ``channel=None`` is for ``fill``: use ``attach``."""
        place = {"channel": channel or self._channel, "thread_ts": thread_ts, "text": text}
        return dict(self._upload(content, filename, place)["file"])

    def attach(self, content: str | Path | bytes, filename: str = "") -> str:
        """Chooses a file for a file input; gives the id to ``fill`` in."""
        return str(self._upload(content, filename, {})["file"]["id"])

    def click(self, where: Shape | None, action_id: str, value: Any = None, *, block_id: str = "") -> str:
        """Presses a button or chooses in an element of a message, of a view, or (None) of the modal in front.

        For several elements with the same action_id, ``block_id`` or a button's own ``value`` tells which.
        """
        shown = self._front() if where is None else where
        asked = {"where": _where(shown), "action_id": action_id, "block_id": block_id, "value": value}
        block, element = _element(self.name, shown, action_id, block_id, value)
        asked |= {"block_id": block["block_id"], "action_id": element["action_id"]}
        if element["type"] == "button":
            asked["value"] = None
        if element["type"] in EXTERNAL and value not in (None, "", []):
            self._search(shown, block, element, value)
        return self._shown(self._act("action", **asked))

    def options(self, action_id: str, query: str = "", where: Shape | None = None, block_id: str = "") -> list[Shape]:
        """What an external select offers for a text typed."""
        shown = self._front() if where is None else where
        told = self._act("options", where=_where(shown), action_id=action_id, block_id=block_id, query=query)
        return [*told.get("options", []), *(one for group in told.get("option_groups", []) for one in group["options"])]

    def fill(self, values: dict[str, Any], view: Shape | None = None) -> None:
        """Fills inputs of the modal in front: block_id (or action_id) → plain value; sent by ``submit``."""
        shown = view or self._front()
        pending = self._pending(shown["id"])
        for name, value in values.items():
            block, element = _input(self.name, shown, name)
            if element["type"] in EXTERNAL and value not in (None, "", []):
                self._search(shown, block, element, value)
            pending.setdefault(block["block_id"], {})[element["action_id"]] = value

    def submit(self) -> dict[str, str] | None:
        """Presses the modal's button; gives the texts under the fields (or {"": trouble}) when it was refused."""
        shown = self._front()
        told = self._act("submit", view_id=shown["id"], values=self._pending(shown["id"]))
        if told["ok"]:
            self._filled.pop(shown["id"], None)
            return None
        return dict(told.get("errors") or {"": told["error"]})

    def close(self, *, everything: bool = False) -> None:
        """Closes the modal in front, or all of them."""
        self._act("close", view_id=self._front()["id"], all=everything)

    def shortcut(self, callback_id: str, message: Shape | None = None) -> str:
        """Uses a global shortcut, or one of a message's menu."""
        at = {"channel": message["channel"], "ts": message["ts"]} if message else {}
        return self._shown(self._act("shortcut", callback_id=callback_id, **at))

    def react(self, message: Shape, name: str) -> None:
        """Puts a reaction on a message."""
        self._act("react", channel=message["channel"], ts=message["ts"], name=name)

    def invite(self, who: str, channel: str) -> None:
        """Invites somebody, or the bot, into a channel."""
        self._act("invite", user=who, channel=channel)

    def create(self, name: str, *, private: bool = False) -> str:
        """Makes a channel and gives its id."""
        return str(self._act("create", name=name, private=private)["channel"])

    def act(self, kind: str, **asked: Any) -> Shape:
        """Any other act of the page."""
        return self._act(kind, **asked)

    def wait(self, predicate: Callable[[], T | None], timeout: float = 10.0, what: str = "") -> T:
        """Waits until ``predicate`` gives something true, and gives it."""
        deadline = time.monotonic() + timeout
        while True:
            found = predicate()
            if found:
                return found
            if time.monotonic() > deadline:
                seen = _texts(self.everything()) if self._channel else []
                raise NotSeen(f"{self.name} waited {timeout} s for {what or 'something'} in vain; seen: {seen}")
            time.sleep(0.05)

    def wait_modal(self, callback_id: str = "", timeout: float = 5.0) -> Shape:
        """Waits for a modal (with that callback_id) in front of her."""

        def there() -> Shape | None:
            shown = self.modal
            return shown if shown and callback_id in ("", shown["callback_id"]) else None

        return self.wait(there, timeout, f"the modal {callback_id}")

    # how

    @property
    def _filled(self) -> dict[str, dict[str, dict[str, Any]]]:
        return self.__dict__.setdefault("_filled_in", {})

    def _pending(self, view_id: str) -> dict[str, dict[str, Any]]:
        return self._filled.setdefault(view_id, {})

    def _front(self) -> Shape:
        """The modal in front; it may come a moment after the command that asked for it was acknowledged."""
        until = time.monotonic() + self.patience
        while (shown := self.modal) is None:
            if time.monotonic() > until:
                raise NotSeen(f"{self.name} has no modal open; Slack told her: {self.errors or 'nothing'}")
            time.sleep(0.02)
        return shown

    def _found(self, text: str, channel: str) -> Shape | None:
        return next((one for one in reversed(self.everything(channel)) if text in reading(one)), None)

    def _search(self, shown: Shape, block: Shape, element: Shape, value: Any) -> None:
        """Types into an external select until what is wanted is offered: by its text, then by nothing."""
        for one in value if isinstance(value, list) else [value]:
            for query in (one, ""):
                offered = self.options(element["action_id"], str(query), shown, block["block_id"])
                if any(one in (option["value"], option["text"]["text"]) for option in offered):
                    break
            else:
                raise NotSeen(f"{self.name} was not offered {one!r} by {block['block_id']}")

    def _shown(self, told: Shape) -> str:
        return "" if told["ok"] else str(told["error"])

    def _upload(self, content: str | Path | bytes, filename: str, place: dict[str, str]) -> Shape:
        data = content if isinstance(content, bytes) else Path(content).read_bytes()
        name = filename or ("file" if isinstance(content, bytes) else Path(content).name)
        query = {"as": self.name, "filename": name, **{key: value for key, value in place.items() if value}}
        response = call("POST", f"{self.url}/page/upload", seconds=HTTP_SECONDS, params=query, content=data)
        return self._told(response)

    def _act(self, kind: str, **asked: Any) -> Shape:
        if self.pause:
            time.sleep(self.pause)
        body = {"as": self.name, "kind": kind, **asked}
        return self._told(call("POST", f"{self.url}/page/act", seconds=HTTP_SECONDS, json=body))

    def _get(self, path: str, query: dict[str, str]) -> Shape:
        return self._told(call("GET", self.url + path, seconds=HTTP_SECONDS, params=query))

    def _told(self, response: httpx.Response) -> Shape:
        told = dict(response.json())
        if response.status_code == 400:
            raise NotSeen(f"{self.name}: {told['error']}")
        response.raise_for_status()
        return told


def texts(node: Any) -> Iterator[str]:
    """Every text that can be read in blocks."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in ("text", "alt_text", "title") and isinstance(value, str):
                yield value
            else:
                yield from texts(value)
    elif isinstance(node, list):
        for one in node:
            yield from texts(one)


def reading(shown: Shape) -> str:
    """All that can be read in a message or view, a line each."""
    return "\n".join(
        [str(shown.get("text") or ""), *texts(shown.get("blocks") or []), *texts(shown.get("title") or {})]
    )


def elements(shown: Shape) -> Iterator[tuple[Shape, Shape]]:
    """Each (block, element) of a message or view that can be pressed or filled in."""
    for block in shown.get("blocks") or []:
        for one in (block.get("accessory"), block.get("element"), *(block.get("elements") or ())):
            if isinstance(one, dict) and one.get("action_id"):
                yield block, one


def _where(shown: Shape) -> Shape:
    if shown.get("type") == "home":
        return {"type": "home"}
    if "ts" in shown:
        return {"type": "message", "channel": shown["channel"], "ts": shown["ts"]}
    return {"type": "view", "view_id": shown["id"]}


def _element(name: str, shown: Shape, action_id: str, block_id: str, value: Any) -> tuple[Shape, Shape]:
    """The element meant; ``action_id`` may leave out what follows a colon."""
    seen = list(elements(shown))
    found = [(b, e) for b, e in seen if e["action_id"] == action_id and block_id in ("", b["block_id"])]
    if not found:
        bare = [(b, e) for b, e in seen if e["action_id"].split(":")[0] == action_id]
        found = [(b, e) for b, e in bare if block_id in ("", b["block_id"])]
    if len(found) > 1 and value is not None:
        found = [(b, e) for b, e in found if e.get("value") == str(value)] or found
    if not found:
        listing = ", ".join(f"{b['block_id']}/{e['action_id']}" for b, e in seen) or "nothing to press"
        raise NotSeen(f"{name} sees no {action_id}; seen: {listing}")
    if len(found) > 1:
        listing = ", ".join(f"{b['block_id']}/{e['action_id']}={e.get('value')}" for b, e in found)
        raise NotSeen(f"{name} sees {action_id} more than once, say which by block_id or value: {listing}")
    return found[0]


def _input(name: str, shown: Shape, wanted: str) -> tuple[Shape, Shape]:
    inputs = [(b, e) for b, e in elements(shown) if e["type"].endswith(STATEFUL)]
    for block, element in inputs:
        if wanted in (block["block_id"], element["action_id"]):
            return block, element
    listing = ", ".join(b["block_id"] for b, _ in inputs) or "none"
    raise NotSeen(f"{name} sees no input {wanted} in “{reading(shown)[:80]}”; inputs: {listing}")


def _texts(seen: list[Shape]) -> list[str]:
    return [reading(one)[:200] for one in seen[-6:]]
