"""Keys that live shortly: trigger ids (3 s, once) and response URLs (5 uses in 30 minutes)."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any

# Source: docs/slack.md, Time.
TRIGGER_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES = 5


@dataclass(slots=True)
class Trigger:
    """What allows one modal: who made it, and in which channel."""

    user: str
    made_at: float
    channel: str = ""
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """What allows a few answers to one interaction: the channel, the person, and the message it came from."""

    channel: str
    user: str
    made_at: float
    message_ts: str = ""
    thread_ts: str = ""
    uses: int = 0


# How many keys of a kind are remembered.
KEYS = 10_000


def _trim(keys: dict[str, Any]) -> None:
    """Forget the oldest key when there are too many."""
    if len(keys) >= KEYS:
        del keys[next(iter(keys))]


class Keys:
    """The trigger ids and response URLs given out."""

    def __init__(self, base_url: str, trigger_seconds: float = TRIGGER_SECONDS) -> None:
        self.base_url = base_url
        self.trigger_seconds = trigger_seconds
        self.triggers: dict[str, Trigger] = {}
        self.responses: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, channel: str = "") -> str:
        """A new trigger id."""
        key = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        _trim(self.triggers)
        self.triggers[key] = Trigger(user=user, made_at=time.monotonic(), channel=channel)
        return key

    def exchange(self, key: str) -> Trigger | str:
        """The trigger, used up; or Slack's word for why not."""
        found = self.triggers.get(key)
        if found is None:
            return "invalid_trigger_id"
        if found.used:
            return "exchanged_trigger_id"
        if time.monotonic() - found.made_at > self.trigger_seconds:
            return "expired_trigger_id"
        found.used = True
        return found

    def response_url(self, channel: str, user: str, message_ts: str = "", thread_ts: str = "") -> str:
        """A new response URL."""
        key = secrets.token_hex(12)
        _trim(self.responses)
        self.responses[key] = ResponseUrl(channel, user, time.monotonic(), message_ts, thread_ts)
        return f"{self.base_url}/response/{key}"

    def respond(self, key: str) -> ResponseUrl | str:
        """What the URL stands for, one use taken; or Slack's word for why not."""
        found = self.responses.get(key)
        if found is None:
            return "invalid_url"
        if time.monotonic() - found.made_at > RESPONSE_SECONDS:
            return "expired_url"
        if found.uses >= RESPONSE_USES:
            return "used_url"
        found.uses += 1
        return found
