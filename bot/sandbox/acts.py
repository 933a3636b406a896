"""The acts of people that the page and the Person client can ask for: one function a kind."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox import escaping, places
from bot.sandbox.forms import Forms
from bot.sandbox.interactions import Interactions
from bot.sandbox.places import Place
from bot.sandbox.posts import Content
from bot.sandbox.refusal import Impossible, Outcome
from bot.sandbox.workspace import Channel, File, Message, Person, new_id

Shape = dict[str, Any]
# What a page does by itself while somebody looks at it.
PASSIVE = ("read", "toast", "options")
BUILT_IN = ("/invite", "/join", "/leave", "/remove", "/me")


@dataclass(frozen=True, slots=True)
class Acts:
    """Does what a person asks, and says what she is shown."""

    interactions: Interactions
    forms: Forms

    async def do(self, person: Person, act: Shape) -> Shape:
        """One act.

        Raises:
            Impossible: It makes no sense; the sentence says what was seen.
        """
        kind = str(act.get("kind", ""))
        if kind not in KINDS:
            raise Impossible(f"no act {kind!r}; there are: {', '.join(sorted(KINDS))}")
        if kind not in PASSIVE:
            self.interactions.workspace.acted(person.id)
        return await KINDS[kind](self, person, act)

    def channel(self, person: Person, act: Shape) -> Channel:
        """The channel an act names, in which the person is."""
        found = self.interactions.workspace.channel(str(act.get("channel", "")))
        if found is None or person.id not in found.members:
            raise Impossible(f"{person.name} is in no channel {act.get('channel')}")
        return found

    def somebody(self, act: Shape) -> Person:
        """The person an act is about."""
        found = self.interactions.workspace.person(str(act.get("user", "")))
        if found is None:
            raise Impossible(f"nobody is called {act.get('user')}")
        return found

    def own(self, person: Person, act: Shape) -> Message:
        """A message the person wrote."""
        found = places.message(self.interactions.workspace, person.id, act)
        if found.user != person.id:
            raise Impossible("that message is somebody else's")
        return found

    def upload(self, person: Person, name: str, content: bytes) -> File:
        """A file from the person's computer; people's files are ready at once."""
        file = File(
            id=new_id("F"),
            name=name,
            title=name,
            user=person.id,
            content=content,
            created=int(time.time()),
            length=len(content),
            received=True,
            complete=True,
        )
        self.interactions.workspace.files[file.id] = file
        self.interactions.workspace.acted(person.id)
        return file

    def say(self, person: Person, act: Shape) -> Message:
        """A message typed by a person, with files if there are any."""
        workspace = self.interactions.workspace
        channel = self.channel(person, act)
        files = tuple(str(one) for one in act.get("files") or ())
        if not str(act.get("text") or "").strip() and not files:
            raise Impossible("an empty message cannot be sent")
        unknown = [one for one in files if one not in workspace.files]
        if unknown:
            raise Impossible(f"no file {unknown[0]} was uploaded")
        content = Content(text=escaping.typed(workspace, str(act.get("text") or "")), files=files)
        if channel.is_im and workspace.bot.id in channel.members:
            self._may_write_to_app()
        thread_ts = str(act.get("thread_ts") or "")
        return self.interactions.posts.say(
            person.id, channel, content, thread_ts=thread_ts, broadcast=bool(act.get("broadcast"))
        )

    def _may_write_to_app(self) -> None:
        manifest = self.interactions.shapes.manifest
        if not manifest.messages_tab or manifest.messages_read_only:
            raise Impossible("sending messages to this app has been turned off")

    def move(self, person: Person, channel: Channel, inviter: str, *, joined: bool) -> None:
        """Somebody comes into a channel or leaves it."""
        if joined == (person.id in channel.members):
            return
        (channel.members.append if joined else channel.members.remove)(person.id)
        self.interactions.posts.events.membership(person, channel, inviter, joined=joined)
        self.interactions.workspace.changed()


def _told(outcome: Outcome) -> Shape:
    if not outcome.error:
        return {"ok": True}
    errors = {"errors": outcome.errors} if outcome.errors else {}
    return {"ok": False, "error": outcome.error, **errors}


async def _command(acts: Acts, person: Person, act: Shape) -> Shape:
    channel, text = acts.channel(person, act), str(act.get("text", "")).strip()
    word, _, rest = text.partition(" ")
    if word in BUILT_IN:
        return _built_in(acts, person, channel, word, rest.strip())
    return _told(await acts.interactions.command(person, channel, text, str(act.get("thread_ts") or "")))


def _built_in(acts: Acts, person: Person, channel: Channel, word: str, rest: str) -> Shape:
    if word == "/me":
        acts.say(person, {"channel": channel.id, "text": f"_{rest}_"})
    elif word == "/leave":
        acts.move(person, channel, "", joined=False)
    else:
        acts.move(acts.somebody({"user": rest}), channel, person.id, joined=word != "/remove")
    return {"ok": True}


async def _message(acts: Acts, person: Person, act: Shape) -> Shape:
    return {"ok": True, "ts": acts.say(person, act).ts}


async def _edit(acts: Acts, person: Person, act: Shape) -> Shape:
    found = acts.own(person, act)
    text = escaping.typed(acts.interactions.workspace, str(act.get("text", "")))
    acts.interactions.posts.change(found, Content(text=text, blocks=found.blocks), person.id)
    return {"ok": True}


async def _delete(acts: Acts, person: Person, act: Shape) -> Shape:
    acts.interactions.posts.remove(acts.own(person, act))
    return {"ok": True}


async def _dismiss(acts: Acts, person: Person, act: Shape) -> Shape:
    found = places.message(acts.interactions.workspace, person.id, act)
    if not found.ephemeral_to:
        raise Impossible("only what is visible to you alone can be dismissed")
    acts.interactions.posts.remove(found)
    return {"ok": True}


async def _react(acts: Acts, person: Person, act: Shape) -> Shape:
    found = places.message(acts.interactions.workspace, person.id, act)
    name, remove = str(act.get("name", "")).strip(":"), bool(act.get("remove"))
    users = found.reactions.setdefault(name, [])
    if remove == (person.id in users):
        (users.remove if remove else users.append)(person.id)
        acts.interactions.posts.events.reaction(found, person.id, name, added=not remove)
        acts.interactions.workspace.changed()
    return {"ok": True}


async def _action(acts: Acts, person: Person, act: Shape) -> Shape:
    return _told(await acts.interactions.action(person, act.get("where") or {"type": "view"}, act))


async def _options(acts: Acts, person: Person, act: Shape) -> Shape:
    return {"ok": True, **await acts.interactions.options(person, act.get("where") or {"type": "view"}, act)}


async def _draft(acts: Acts, person: Person, act: Shape) -> Shape:
    view = places.view(acts.interactions.workspace, person.id, str(act.get("view_id") or ""))
    Place(view).merge(acts.interactions.workspace, act.get("values"))
    acts.interactions.workspace.changed()
    return {"ok": True}


async def _submit(acts: Acts, person: Person, act: Shape) -> Shape:
    return _told(await acts.forms.submit(person, str(act.get("view_id") or ""), act.get("values") or {}))


async def _close(acts: Acts, person: Person, act: Shape) -> Shape:
    acts.forms.close(person, str(act.get("view_id") or ""), everything=bool(act.get("all")))
    return {"ok": True}


async def _shortcut(acts: Acts, person: Person, act: Shape) -> Shape:
    message = places.message(acts.interactions.workspace, person.id, act) if act.get("ts") else None
    return _told(await acts.interactions.shortcut(person, str(act.get("callback_id", "")), message))


async def _home(acts: Acts, person: Person, act: Shape) -> Shape:
    workspace, tab = acts.interactions.workspace, str(act.get("tab") or "home")
    manifest = acts.interactions.shapes.manifest
    if not {"home": manifest.home_tab, "messages": manifest.messages_tab}.get(tab):
        raise Impossible(f"the app has no {tab} tab: the manifest does not declare it")
    channel = workspace.im(person.id, workspace.bot.id)
    acts.interactions.posts.events.home_opened(person, tab, channel, workspace.homes.get(person.id))
    return {"ok": True, "channel": channel.id}


async def _read(acts: Acts, person: Person, act: Shape) -> Shape:
    channel = acts.channel(person, act)
    latest = channel.messages[-1].ts if channel.messages else ""
    if channel.read.get(person.id, "") != latest:
        channel.read[person.id] = latest
        acts.interactions.workspace.changed()
    return {"ok": True}


async def _dm(acts: Acts, person: Person, act: Shape) -> Shape:
    channel = acts.interactions.workspace.im(person.id, acts.somebody(act).id)
    acts.interactions.workspace.changed()
    return {"ok": True, "channel": channel.id}


async def _create(acts: Acts, person: Person, act: Shape) -> Shape:
    workspace, name = (
        acts.interactions.workspace,
        str(act.get("name", "")).lstrip("#").strip().lower().replace(" ", "-"),
    )
    if not name or workspace.channel(name):
        raise Impossible(f"a channel cannot be called {name!r}, or there is one already")
    channel = workspace.add_channel(name, [person.id], private=bool(act.get("private")))
    workspace.changed()
    return {"ok": True, "channel": channel.id}


async def _invite(acts: Acts, person: Person, act: Shape) -> Shape:
    acts.move(acts.somebody(act), acts.channel(person, act), person.id, joined=True)
    return {"ok": True}


async def _kick(acts: Acts, person: Person, act: Shape) -> Shape:
    acts.move(acts.somebody(act), acts.channel(person, act), person.id, joined=False)
    return {"ok": True}


async def _join(acts: Acts, person: Person, act: Shape) -> Shape:
    found = acts.interactions.workspace.channel(str(act.get("channel", "")))
    if found is None or found.is_private or found.is_im:
        raise Impossible(f"no public channel {act.get('channel')}")
    acts.move(person, found, "", joined=True)
    return {"ok": True}


async def _leave(acts: Acts, person: Person, act: Shape) -> Shape:
    acts.move(person, acts.channel(person, act), "", joined=False)
    return {"ok": True}


async def _toast(acts: Acts, person: Person, act: Shape) -> Shape:
    workspace = acts.interactions.workspace
    workspace.toasts[:] = [one for one in workspace.toasts if (one.user, one.id) != (person.id, act.get("id"))]
    workspace.changed()
    return {"ok": True}


KINDS: dict[str, Callable[[Acts, Person, Shape], Awaitable[Shape]]] = {
    "command": _command,
    "message": _message,
    "edit": _edit,
    "delete": _delete,
    "dismiss": _dismiss,
    "react": _react,
    "action": _action,
    "options": _options,
    "draft": _draft,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "home": _home,
    "read": _read,
    "dm": _dm,
    "create": _create,
    "invite": _invite,
    "kick": _kick,
    "join": _join,
    "leave": _leave,
    "toast": _toast,
}
