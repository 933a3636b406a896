"""The five people of the tour: what they do is done through ``Person`` and told in the transcript."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.sandbox.person import NotSeen, Person, elements
from bot.sandbox.server import Sandbox
from bot.sandbox.tour_transcript import Transcript

CHANNEL = "service-desk"
PATIENCE = 30.0  # seconds for charts and analysis on a small machine
Shape = dict[str, Any]


def words_of(message: Shape) -> str:
    """What stands in a message, without its buttons: its blocks, or its text where it has none."""
    lines: list[str] = []
    for block in message.get("blocks") or []:
        parts = block.get("elements", []) if block["type"] == "context" else block.get("fields", [])
        lines += [one["text"]["text"] for one in (block,) if isinstance(one.get("text"), dict)]
        lines += [one["text"] for one in parts if isinstance(one.get("text"), str)]
        lines += [f"[picture: {block['alt_text']}]"] if block["type"] == "image" else []
    return "\n".join(lines) or str(message.get("text") or "")


def _offers(shown: Shape, action_id: str) -> bool:
    return any(element["action_id"] == action_id for _, element in elements(shown))


class Actor(Person):
    """A person whose acts are told."""

    def __init__(self, url: str, name: str, transcript: Transcript, pause: float) -> None:
        super().__init__(url, name, pause=pause)
        self._transcript = transcript
        self._channel = CHANNEL

    def types(self, words: str) -> None:
        """Types a ``/csi`` command in the channel."""
        self._transcript.did(self.name, f"types `/csi {words}`")
        refused = self.command("/csi", words)
        if refused:
            raise NotSeen(f"Slack answered {self.name}: {refused}")

    def presses(self, shown: Shape | None, action_id: str, value: Any = None, *, block_id: str = "") -> None:
        """Presses a button of a message, or (None) of the modal in front."""
        self._transcript.did(self.name, f"presses “{self._label(shown, action_id, value)}”")
        refused = self.click(shown, action_id, value, block_id=block_id)
        if refused:
            raise NotSeen(f"Slack answered {self.name}: {refused}")

    def presses_beside(self, shown: Shape, text: str, action_id: str) -> None:
        """Presses the button of the line in which ``text`` stands."""
        for block in shown.get("blocks") or []:
            button = block.get("accessory") or {}
            if text in str(block.get("text", {}).get("text")) and button.get("action_id", "").startswith(action_id):
                return self.presses(shown, button["action_id"], button.get("value"), block_id=block["block_id"])
        raise NotSeen(f"{self.name} sees no {action_id} beside “{text}” in “{words_of(shown)[:300]}”")

    def presses_under(self, shown: Shape, text: str, action_id: str) -> None:
        """Presses the button in the first row of buttons below the line in which ``text`` stands."""
        below = False
        for block in shown.get("blocks") or []:
            below = below or text in str((block.get("text") or {}).get("text"))
            for element in block.get("elements", []) if below and block["type"] == "actions" else []:
                if element["action_id"].partition(":")[0] == action_id:
                    return self.presses(shown, element["action_id"], element.get("value"), block_id=block["block_id"])
        raise NotSeen(f"{self.name} sees no {action_id} under “{text}” in “{words_of(shown)[:300]}”")

    def sends(self, callback_id: str, values: dict[str, Any]) -> None:
        """Waits for a modal, fills it and sends it; it must be taken."""
        title = self._fills(callback_id, values)
        errors = self.submit()
        if errors:
            raise NotSeen(f"“{title}” was refused: {errors}")

    def reads(self, text: str, timeout: float = PATIENCE) -> Shape:
        """Waits until the text can be read in the channel, and tells what stands there."""
        message = self.sees(text, CHANNEL, timeout)
        self._transcript.answered(words_of(message))
        return message

    def reads_in(self, callback_id: str, text: str, timeout: float = PATIENCE) -> Shape:
        """Waits until the text stands in a modal, and tells its line."""

        def there() -> Shape | None:
            shown = self.modal
            return shown if shown and shown["callback_id"] == callback_id and text in words_of(shown) else None

        shown = self.wait(there, timeout, f"“{text}” in the modal {callback_id}")
        self._transcript.answered(next(line for line in words_of(shown).split("\n") if text in line))
        return shown

    def reads_after(self, callback_id: str, heading: str, text: str) -> Shape:
        """Waits until ``text`` stands in the modal behind ``heading``."""

        def there() -> Shape | None:
            shown = self.modal
            known = shown is not None and shown["callback_id"] == callback_id
            return shown if shown and known and text in words_of(shown).partition(heading)[2][:900] else None

        return self.wait(there, PATIENCE, f"“{text}” behind “{heading}” in the modal {callback_id}")

    def sees_picture(self, name: str, verdict: str) -> Shape:
        """Waits for a message with a picture, a KPI's name and its verdict."""

        def there() -> Shape | None:
            for message in reversed(self.messages(CHANNEL)):
                pictures = [block for block in message["blocks"] if block["type"] == "image"]
                lines = words_of(message).split("\n")
                said = f"*{name}*: {verdict}."  # levels and target behind it
                if pictures and any(said in line for line in lines):
                    return message
            return None

        return self.wait(there, PATIENCE, f"a picture of {name}, {verdict}")

    def choice(self, callback_id: str, block_id: str, text: str) -> str:
        """The value of the choice that reads ``text`` in a select of the modal."""
        shown = self.wait_modal(callback_id, timeout=PATIENCE)
        for block, element in elements(shown):
            for option in element.get("options", []) if block["block_id"] == block_id else []:
                if text in option["text"]["text"]:
                    return str(option["value"])
        raise NotSeen(f"{self.name} is offered no “{text}” in {block_id}")

    def drops(self, path: Path, filename: str) -> None:
        """Drops a file into the channel."""
        self._transcript.did(self.name, f"drops {filename} ({path.stat().st_size / 1000:.0f} kB) into #{CHANNEL}")
        self.upload(path, filename, CHANNEL)

    def _fills(self, callback_id: str, values: dict[str, Any]) -> str:
        shown = self.wait_modal(callback_id, timeout=PATIENCE)
        title = str(shown["title"]["text"])
        told = ", ".join(f"{name}: {self._named(shown, value)}" for name, value in values.items() if value)
        self._transcript.did(self.name, f"fills in “{title}”{f' ({told})' if told else ''}")
        self.fill(values, shown)
        return title

    def _named(self, shown: Shape, value: Any) -> str:
        """A value as the person reads it: a choice by its text, somebody by name."""
        options = (option for _, element in elements(shown) for option in element.get("options", []))
        read = self._transcript.names | {option["value"]: option["text"]["text"] for option in options}
        listed = value if isinstance(value, list) else [value]
        return " + ".join(read.get(str(one), str(one)) for one in listed)

    def _label(self, shown: Shape | None, action_id: str, value: Any) -> str:
        wanted = action_id.partition(":")[0]
        for _, element in elements(shown if shown is not None else self._front()):
            named = element["action_id"].partition(":")[0] == wanted
            if named and (value is None or element.get("value") == str(value) or element["type"] != "button"):
                return str(element.get("text", {}).get("text") or value or action_id)
        return action_id


class Team:
    """Alice owns the service, Bob the data, Carol speaks for the business, Dave runs the improvement, Erin reads."""

    def __init__(self, sandbox: Sandbox, transcript: Transcript, *, pause: float) -> None:
        self.sandbox = sandbox
        self.transcript = transcript
        self.alice, self.bob, self.carol, self.dave, self.erin = (
            Actor(sandbox.url, name, transcript, pause) for name in ("alice", "bob", "carol", "dave", "erin")
        )
        people = self.alice.state()["people"]
        transcript.names |= {one["id"]: one["real_name"].split()[0] for one in people if one["real_name"]}

    def everything(self) -> list[Shape]:
        """All public messages of the channel, replies included, oldest first."""
        return self.alice.everything(CHANNEL)

    def goes_on(self, step: int) -> None:
        """Dave leaves the step; warnings are passed with a reason."""
        self.dave.types("next")
        moved = f"step {step} of 7"
        there = self.dave.wait(lambda: self._card(moved) or self._asked_for_reasons(), PATIENCE, f"“{moved}”")
        if there["ephemeral"]:
            self.dave.reads("Go on with a reason")
            self.dave.presses(there, "cycle.pass")
            asked = self.dave.wait_modal("cycle.pass")
            rules = [block["block_id"] for block in asked["blocks"] if block["type"] == "input"]
            self.dave.sends("cycle.pass", dict.fromkeys(rules, "Known, and right for this first cycle."))
            self.dave.wait(lambda: self._card(moved), PATIENCE, f"“{moved}”")
        self.read_channel()

    def _card(self, words: str) -> Shape | None:
        return next((one for one in self.alice.messages(CHANNEL) if one["pinned"] and words in words_of(one)), None)

    def _asked_for_reasons(self) -> Shape | None:
        """The newest refusal, when only warnings are left."""
        whispers = [one for one in self.dave.messages(CHANNEL) if one["ephemeral"]]
        return whispers[-1] if whispers and _offers(whispers[-1], "cycle.pass") else None

    def read_channel(self) -> None:
        """Tells what the bot has posted since the last time; of the status card only its heading."""
        for message in self.everything():
            words = words_of(message)
            if message.get("bot_id") and not message["ephemeral"]:
                self.transcript.posted(words.partition("\n")[0] if message["pinned"] else words)
