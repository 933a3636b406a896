"""What a person sees of the workspace, over the page's own JSON."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import httpx

from bot.sandbox.plain_http import call
from bot.sandbox.reading import NotSeen, Shape, last_texts, reading

T = TypeVar("T")
# A little more than Slack's 3 s, so that the sandbox's own answer is what is seen.
HTTP_SECONDS = 20.0


COMING = 5.0  # seconds


class Eyes:
    """Somebody looking at the workspace: alice, bob, carol, dave or erin.

    Messages, views and blocks are dicts in Slack's shapes, as the docstring of ``bot.sandbox.page_api`` lists them.
    """

    def __init__(self, url: str, name: str, *, pause: float = 0.0, patience: float = 6.0) -> None:
        self.url = url.rstrip("/")
        self.name = name
        self.pause = pause
        self.patience = patience
        self._channel = "service-desk"

    def state(self) -> Shape:
        """Everything she can see."""
        return self._get("/page/state", {"as": self.name})

    @cached_property
    def id(self) -> str:
        """Her user id, which never changes."""
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
        shown: list[Shape] = [one for one in self.channel(channel)["messages"] if not _comes(one)]
        top = [{**one, "replies": [each for each in one["replies"] if not _comes(each)]} for one in shown]
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
        raise NotSeen(f"{self.name} reads {text!r} nowhere in {channel or self._channel}; seen: {last_texts(seen)}")

    def sees(self, text: str, channel: str = "", timeout: float = 20.0) -> Shape:
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

    def home(self, timeout: float = 10.0) -> Shape:
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

    def wait(self, predicate: Callable[[], T | None], timeout: float = 20.0, what: str = "") -> T:
        """Waits until ``predicate`` gives something true, and gives it."""
        deadline = time.monotonic() + timeout
        while True:
            found = predicate()
            if found:
                return found
            if time.monotonic() > deadline:
                seen = last_texts(self.everything()) if self._channel else []
                raise NotSeen(f"{self.name} waited {timeout} s for {what or 'something'} in vain; seen: {seen}")
            time.sleep(0.05)

    def wait_modal(self, callback_id: str = "", timeout: float = 10.0) -> Shape:
        """Waits for a modal (with that callback_id) in front of her."""

        def there() -> Shape | None:
            shown = self.modal
            return shown if shown and callback_id in ("", shown["callback_id"]) else None

        return self.wait(there, timeout, f"the modal {callback_id}")

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


def _comes(message: Shape) -> bool:
    """Whether it is a bare line that its app is about to fill; one that stays bare is seen after a moment."""
    return bool(message["posting"]) and time.time() - float(message["ts"]) < COMING
