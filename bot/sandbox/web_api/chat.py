"""chat.*, pins.*, reactions.*."""

from __future__ import annotations

from bot.sandbox.posts import Content
from bot.sandbox.refusal import Refused
from bot.sandbox.web_api.calls import Answer, Api, Args, Method, channel, joined, message, person, true
from bot.sandbox.workspace import Message


def post_message(api: Api, args: Args) -> Answer:
    """A message in a channel, a thread, or (with a user's id) a direct message."""
    where = joined(api, args)
    content = api.posts.content(args)
    thread_ts = _thread(str(args.get("thread_ts") or ""))
    said = api.posts.say(
        api.workspace.bot.id, where, content, thread_ts=thread_ts, broadcast=true(args.get("reply_broadcast"))
    )
    said.username = str(args.get("username") or "")
    return {"channel": where.id, "ts": said.ts, "message": api.shapes.message(said)}


def _thread(thread_ts: str) -> str:
    if thread_ts and not thread_ts.replace(".", "", 1).isdigit():
        raise Refused("invalid_thread_ts")
    return thread_ts


def update(api: Api, args: Args) -> Answer:
    """Other text or blocks for a message of the bot's own; what is not given stays (an empty list removes blocks)."""
    found = _own(api, args, "cant_update_message")
    if args.get("text") is None and args.get("blocks") is None:
        raise Refused("no_text")
    kept = {"text": found.text, "blocks": found.blocks}
    given = {name: args[name] for name in ("text", "blocks", "metadata") if args.get(name) is not None}
    api.posts.change(found, api.posts.content(kept | given), api.workspace.bot.id)
    return {"channel": found.channel, "ts": found.ts, "text": found.text, "message": api.shapes.message(found)}


def delete(api: Api, args: Args) -> Answer:
    """A message of the bot's own goes."""
    found = _own(api, args, "cant_delete_message")
    api.posts.remove(found)
    return {"channel": found.channel, "ts": found.ts}


def _own(api: Api, args: Args, refusal: str) -> Message:
    found = message(api, args)
    if found.user != api.workspace.bot.id:
        raise Refused(refusal)
    return found


def post_ephemeral(api: Api, args: Args) -> Answer:
    """A message one person sees."""
    where, to = joined(api, args), person(api, args)
    if to.id not in where.members:
        raise Refused("user_not_in_channel")
    content = api.posts.content(args)
    thread_ts = _thread(str(args.get("thread_ts") or ""))
    said = api.posts.whisper(api.workspace.bot.id, to.id, where, content, thread_ts=thread_ts)
    return {"message_ts": said.ts}


def permalink(api: Api, args: Args) -> Answer:
    """The address of a message."""
    found = message(api, args, "message_ts")
    link = api.workspace.permalink(found.channel, found.ts, found.thread_ts)
    return {"channel": found.channel, "permalink": link}


def me_message(api: Api, args: Args) -> Answer:
    """A message in the third person."""
    where = joined(api, args)
    said = api.posts.say(api.workspace.bot.id, where, Content(text=str(args["text"])))
    return {"channel": where.id, "ts": said.ts}


def pin(api: Api, args: Args) -> Answer:
    """Pin a message."""
    joined(api, args)
    found = message(api, args, "timestamp")
    if found.pinned:
        raise Refused("already_pinned")
    found.pinned = True
    api.workspace.changed()
    return {}


def unpin(api: Api, args: Args) -> Answer:
    """Take the pin off a message."""
    found = message(api, args, "timestamp")
    if not found.pinned:
        raise Refused("no_pin")
    found.pinned = False
    api.workspace.changed()
    return {}


def pins(api: Api, args: Args) -> Answer:
    """The pinned messages of a channel."""
    where = channel(api, args)
    pinned = [one for one in where.messages if one.pinned]
    return {"items": [{"type": "message", "channel": where.id, "message": api.shapes.message(one)} for one in pinned]}


def react(api: Api, args: Args) -> Answer:
    """Put a reaction on a message."""
    found = message(api, args, "timestamp")
    users = found.reactions.setdefault(str(args["name"]).strip(":"), [])
    if api.workspace.bot.id in users:
        raise Refused("already_reacted")
    users.append(api.workspace.bot.id)
    api.workspace.changed()
    return {}


METHODS = {
    "chat.postMessage": Method(post_message, ("chat:write",), ("channel",)),
    "chat.update": Method(update, ("chat:write",), ("channel", "ts")),
    "chat.delete": Method(delete, ("chat:write",), ("channel", "ts")),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",), ("channel", "user")),
    "chat.meMessage": Method(me_message, ("chat:write",), ("channel", "text")),
    "chat.getPermalink": Method(permalink, (), ("channel", "message_ts")),
    "pins.add": Method(pin, ("pins:write",), ("channel", "timestamp")),
    "pins.remove": Method(unpin, ("pins:write",), ("channel", "timestamp")),
    "pins.list": Method(pins, ("pins:read",), ("channel",)),
    "reactions.add": Method(react, ("reactions:write",), ("channel", "timestamp", "name")),
}
