"""The workspace's state: people, channels, messages, files, views. Changed only on the server's event loop."""

from __future__ import annotations

import itertools
import secrets
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ALPHABET = string.ascii_uppercase + string.digits
SLACKBOT = "USLACKBOT"
# How many calls and deliveries are remembered.
LOG = 20_000
IMAGE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
FILE_TYPES = IMAGE_TYPES | {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "md": "text/markdown",
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "yml": "text/yaml",
    "yaml": "text/yaml",
    "gz": "application/gzip",
    "zip": "application/zip",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}


def new_id(letter: str, length: int = 10) -> str:
    """An id as Slack makes them: a letter for the kind, then capitals and digits."""
    return letter + "".join(secrets.choice(ALPHABET) for _ in range(length))


@dataclass(slots=True, kw_only=True)
class Person:
    """A member of the workspace, or the bot."""

    id: str
    name: str
    real_name: str
    title: str = ""
    email: str = ""
    tz: str = "Europe/Lisbon"
    is_bot: bool = False
    deleted: bool = False
    color: str = "4a7a8c"


@dataclass(slots=True, kw_only=True)
class File:
    """An uploaded file.

    ``polls_left`` counts the files.info calls until its processing is done; ``shares`` are the messages that show it,
    by channel.
    """

    id: str
    name: str
    title: str
    user: str
    content: bytes = b""
    alt_txt: str = ""
    created: int = 0
    length: int = 0
    received: bool = False
    complete: bool = False
    polls_left: int = 0
    shares: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    granted: bool = False

    @property
    def filetype(self) -> str:
        """The ending of the name, which is all the sandbox looks at."""
        return self.name.rsplit(".", 1)[-1].lower() if "." in self.name else "binary"

    @property
    def mimetype(self) -> str:
        """The type by the name's ending."""
        return FILE_TYPES.get(self.filetype, "application/octet-stream")

    @property
    def ready(self) -> bool:
        """Whether processing is done: only then can a block show it."""
        return self.complete and self.polls_left <= 0


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as the workspace keeps it."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    thread_ts: str = ""
    bot_id: str = ""
    username: str = ""
    subtype: str = ""
    ephemeral_to: str = ""
    edited: dict[str, str] | None = None
    pinned: bool = False
    broadcast: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)
    pinged: list[str] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    failed: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return bool(self.thread_ts) and self.thread_ts != self.ts


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel or a direct message, with everything said in it."""

    id: str
    name: str = ""
    is_private: bool = False
    is_im: bool = False
    is_mpim: bool = False
    is_archived: bool = False
    topic: str = ""
    members: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    read: dict[str, str] = field(default_factory=dict)

    @property
    def event_kind(self) -> str:
        """The word after ``message.`` in event names."""
        if self.is_im:
            return "im"
        return "mpim" if self.is_mpim else ("groups" if self.is_private else "channels")

    def message(self, ts: str) -> Message | None:
        """The message with that ts."""
        return next((one for one in self.messages if one.ts == ts), None)


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or Home of one person.

    ``content`` is Slack's view, ``values`` what is filled in so far (plain), ``here`` the channel it was opened from,
    ``gone`` the ids (block, action) of inputs that it held before it was updated.
    """

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    root_id: str = ""
    previous_id: str = ""
    here: str = ""
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""
    failed: dict[str, dict[str, str]] = field(default_factory=dict)
    gone: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Toast:
    """Something Slack flashes to one person."""

    id: str
    user: str
    text: str
    at: float


class Workspace:
    """One team, with one app installed."""

    def __init__(self, name: str = "Demo", domain: str = "demo") -> None:
        self.team_id = new_id("T")
        self.name = name
        self.domain = domain
        self.app_id = new_id("A")
        self.bot_id = new_id("B")
        self.bot = Person(id=new_id("U"), name="bot", real_name="bot", is_bot=True)
        self.people: dict[str, Person] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.toasts: list[Toast] = []
        self.offered: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        self.log: list[dict[str, Any]] = []
        self.seq = 0
        self.acting: dict[str, Any] | None = None
        self.listeners: list[Callable[[], None]] = []
        self._last_ts = 0
        self._counter = itertools.count(1)
        self._noted = itertools.count(1)

    def changed(self) -> None:
        """Something happened that somebody may see."""
        self.seq += 1
        for listener in list(self.listeners):
            listener()

    def acted(self, user: str) -> None:
        """Somebody did something: whoever watches may follow."""
        self.changed()
        self.acting = {"user": user, "seq": self.seq}

    def note(self, what: str, **details: Any) -> dict[str, Any]:
        """Append to the log of calls and deliveries; the entry may be completed later."""
        entry = {"n": next(self._noted), "at": time.time(), "what": what, **details}
        self.log.append(entry)
        if len(self.log) > LOG:
            del self.log[: LOG // 10]
        return entry

    def new_ts(self) -> str:
        """The next message id: seconds and microseconds, always growing."""
        self._last_ts = max(int(time.time() * 1_000_000), self._last_ts + 100)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def new_hash(self) -> str:
        """A view's hash."""
        return f"{int(time.time())}.{secrets.token_hex(4)}"

    def person(self, who: str) -> Person | None:
        """Somebody by id, by name, with or without @."""
        key = who.lstrip("@")
        return self.people.get(key) or next((p for p in self.people.values() if p.name == key.lower()), None)

    def channel(self, where: str) -> Channel | None:
        """A channel by id, by name, with or without #."""
        key = where.lstrip("#")
        named = (c for c in self.channels.values() if c.name and c.name == key)
        return self.channels.get(key) or next(named, None)

    def add_person(self, name: str, real_name: str, **details: Any) -> Person:
        """A new member of the team."""
        person = Person(id=new_id("U"), name=name, real_name=real_name, **details)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, members: list[str], *, private: bool = False, topic: str = "") -> Channel:
        """A new channel."""
        channel = Channel(id=new_id("C"), name=name, is_private=private, members=list(members), topic=topic)
        self.channels[channel.id] = channel
        return channel

    def im(self, one: str, other: str) -> Channel:
        """The direct message between two people, opened when there is none."""
        wanted = {one, other}
        for channel in self.channels.values():
            if channel.is_im and set(channel.members) == wanted:
                return channel
        channel = Channel(id=new_id("D"), is_im=True, members=sorted(wanted))
        self.channels[channel.id] = channel
        return channel

    def sees(self, user: str, message: Message) -> bool:
        """Whether a person can see a message: a member, and not somebody else's ephemeral."""
        channel = self.channels[message.channel]
        return user in channel.members and message.ephemeral_to in ("", user)

    def toast(self, user: str, text: str) -> None:
        """Flash a sentence to one person."""
        self.toasts.append(Toast(id=f"t{next(self._counter)}", user=user, text=text, at=time.time()))
        del self.toasts[:-200]
        self.changed()

    def views(self) -> Iterator[View]:
        """Every open view."""
        for stack in self.stacks.values():
            yield from stack
        yield from self.homes.values()

    def view(self, view_id: str) -> View | None:
        """An open view by id."""
        return next((one for one in self.views() if one.id == view_id), None)

    def permalink(self, channel: str, ts: str, thread_ts: str = "") -> str:
        """The address of a message, as chat.getPermalink gives it."""
        link = f"https://{self.domain}.slack.com/archives/{channel}/p{ts.replace('.', '')}"
        return f"{link}?thread_ts={thread_ts}&cid={channel}" if thread_ts and thread_ts != ts else link
