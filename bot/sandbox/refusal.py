"""What the sandbox says no with: to the app in Slack's words, to a person in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TROUBLE = "We had some trouble connecting. Try again?"


class Refused(Exception):
    """A Web API call is refused: ``error`` is Slack's word, ``messages`` its pointers."""

    def __init__(self, error: str, messages: list[str] | None = None, **more: Any) -> None:
        super().__init__(f"{error}: {'; '.join(messages)}" if messages else error)
        self.error = error
        self.messages = messages or []
        self.more = more

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        told: dict[str, Any] = {"ok": False, "error": self.error, **self.more}
        if self.messages:
            told["errors"] = self.messages
            told["response_metadata"] = {"messages": [f"[ERROR] {one}" for one in self.messages]}
        return told


class Impossible(Exception):
    """A person asked for something that is not there to be done; the text says what was seen."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the person is shown: nothing when all is well."""

    error: str = ""
    errors: dict[str, str] | None = None


DONE = Outcome()
