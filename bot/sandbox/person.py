"""A person at the keyboard: acts on the sandbox through the page's own JSON, as somebody at the page does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.sandbox.eyes import HTTP_SECONDS, Eyes
from bot.sandbox.plain_http import call
from bot.sandbox.reading import NotSeen, Shape, an_input, element, elements, has_input, place_of, reading, texts

__all__ = ["NotSeen", "Person", "elements", "reading", "texts"]

FOLD = "fold"  # the block whose button shows the rest of a form
EXTERNAL = ("external_select", "multi_external_select")


class Person(Eyes):
    """One member of the workspace who sees (``Eyes``) and acts.

    Args of ``__init__``: the sandbox's url, a name, ``pause`` seconds before each act (to be watched), ``patience``
    seconds to wait for a modal that is about to open.
    """

    def command(self, command: str, text: str = "", channel: str = "") -> str:
        """Types a slash command; gives what Slack shows when it failed, else nothing."""
        self._to_the_channel()
        if channel:
            self._channel = channel
        return self._shown(self._act("command", channel=channel or self._channel, text=f"{command} {text}".strip()))

    def say(self, text: str, channel: str = "", thread_ts: str = "") -> str:
        """Types a message; gives its ts."""
        self._to_the_channel()
        return str(self._act("message", channel=channel or self._channel, text=text, thread_ts=thread_ts)["ts"])

    def upload(
        self, content: str | Path | bytes, filename: str = "", channel: str = "", thread_ts: str = "", text: str = ""
    ) -> Shape:
        """Drops a file into a channel; gives the file."""
        self._to_the_channel()
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
        asked = {"where": place_of(shown), "action_id": action_id, "block_id": block_id, "value": value}
        block, found = element(self.name, shown, action_id, block_id, value)
        asked["values"] = self._typed(shown)
        asked |= {"block_id": block["block_id"], "action_id": found["action_id"]}
        if found["type"] == "button":
            asked["value"] = None
        if found["type"] in EXTERNAL and value not in (None, "", []):
            self._search(shown, block, found, value)
        return self._shown(self._act("action", **asked))

    def options(self, action_id: str, query: str = "", where: Shape | None = None, block_id: str = "") -> list[Shape]:
        """What an external select offers for a text typed."""
        shown = self._front() if where is None else where
        told = self._act("options", where=place_of(shown), action_id=action_id, block_id=block_id, query=query)
        return [*told.get("options", []), *(one for group in told.get("option_groups", []) for one in group["options"])]

    def fill(self, values: dict[str, Any], view: Shape | None = None) -> None:
        """Fills inputs of the modal in front: block_id (or action_id) → plain value; sent by ``submit``."""
        shown = view or self._front()
        pending = self._filled.setdefault(shown["id"], {})
        for name, value in values.items():
            shown = self._unfolded(shown, name)
            block, found = an_input(self.name, shown, name)
            if found["type"] in EXTERNAL and value not in (None, "", []):
                self._search(shown, block, found, value)
            pending.setdefault(block["block_id"], {})[found["action_id"]] = value
        if self.pause:
            self._act("draft", view_id=shown["id"], values=self._typed(shown))

    def _unfolded(self, shown: Shape, name: str) -> Shape:
        """The form with the field in sight: where it is folded away, “More …” is pressed first, as anybody would."""
        folds = [one["action_id"] for block, one in elements(shown) if block["block_id"] == FOLD]
        if not folds or has_input(shown, name):
            return shown
        self.click(shown, folds[0])

        def whole() -> Shape | None:
            now = self._front()
            return None if any(block["block_id"] == FOLD for block, _ in elements(now)) else now

        return self.wait(whole, what="the rest of the form")

    def submit(self) -> dict[str, str] | None:
        """Presses the modal's button; gives the texts under the fields (or {"": trouble}) when it was refused."""
        shown = self._front()
        told = self._act("submit", view_id=shown["id"], values=self._typed(shown))
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

    def _to_the_channel(self) -> None:
        """Closes what stands in front of the channel: nobody types behind a modal."""
        if self.modal is not None:
            self.close(everything=True)

    @property
    def _filled(self) -> dict[str, dict[str, dict[str, Any]]]:
        """What was filled in and not yet sent: view id → block_id → action_id → plain value."""
        return self.__dict__.setdefault("_filled_in", {})

    def _typed(self, shown: Shape) -> dict[str, dict[str, Any]]:
        """What was filled in of the inputs that still stand there."""
        there = {(block["block_id"], one["action_id"]) for block, one in elements(shown)}
        pending = self._filled.get(str(shown.get("id")), {})
        kept = {
            block_id: {name: value for name, value in chosen.items() if (block_id, name) in there}
            for block_id, chosen in pending.items()
        }
        return {block_id: chosen for block_id, chosen in kept.items() if chosen}

    def _search(self, shown: Shape, block: Shape, found: Shape, value: Any) -> None:
        """Types into an external select until what is wanted is offered: by its text, then by nothing."""
        for one in value if isinstance(value, list) else [value]:
            for query in (one, ""):
                offered = self.options(found["action_id"], str(query), shown, block["block_id"])
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
