"""files.*: an upload in three steps, and files that are not ready at once."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from bot.sandbox.refusal import Refused
from bot.sandbox.web_api.calls import Answer, Api, Args, Method, joined, whole
from bot.sandbox.workspace import File, new_id

# Source: docs.slack.dev, files.getUploadURLExternal.
ALT_TEXT = 1000


def upload_url(api: Api, args: Args) -> Answer:
    """Where to POST the bytes of a new file."""
    length = whole(args, "length", "invalid_arguments")
    if length <= 0:
        raise Refused("invalid_arguments", ["must be greater than 0 [json-pointer:/length]"])
    if len(str(args.get("alt_txt") or "")) > ALT_TEXT:
        raise Refused("alt_txt_too_large")
    name = str(args["filename"])
    file = File(
        id=new_id("F"),
        name=name,
        title=name,
        user=api.workspace.bot.id,
        alt_txt=str(args.get("alt_txt") or ""),
        created=int(time.time()),
        length=length,
        polls_left=api.posts.settings.file_polls,
    )
    api.workspace.files[file.id] = file
    return {"file_id": file.id, "upload_url": f"{api.base_url}/upload/v1/{file.id}"}


def complete(api: Api, args: Args) -> Answer:
    """The upload is done; with a channel the files are shared there."""
    entries = args["files"] if isinstance(args["files"], list) else []
    if not entries or not all(isinstance(one, dict) for one in entries):
        raise Refused("invalid_arguments", ["must provide an array [json-pointer:/files]"])
    where = joined(api, args, "channel_id") if args.get("channel_id") else None
    said = {"text": args.get("initial_comment") or " ", "blocks": args.get("blocks")}
    comment = api.posts.content(said)
    files = [_completed(api, entry) for entry in entries]
    if where is not None:
        content = replace(comment, text=comment.text.strip(), files=tuple(f.id for f in files))
        api.posts.say(api.workspace.bot.id, where, content, thread_ts=str(args.get("thread_ts") or ""))
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


def _completed(api: Api, entry: dict[str, Any]) -> File:
    file = api.workspace.files.get(str(entry.get("id")))
    if file is None or not file.received or file.complete:
        raise Refused("file_not_found")
    file.complete = True
    file.title = str(entry.get("title") or file.name)
    return file


def info(api: Api, args: Args) -> Answer:
    """A file; each look brings its processing nearer to the end."""
    file = visible(api, str(args["file"]))
    shape = api.shapes.file(file, poll=True)
    file.polls_left = max(0, file.polls_left - 1)
    return {"file": shape}


def visible(api: Api, file_id: str) -> File:
    """A file the bot may see: its own, shared where it is, or given to it in a form."""
    file = api.workspace.files.get(file_id)
    bot = api.workspace.bot.id
    if file is None or not file.complete:
        raise Refused("file_not_found")
    shared = any(bot in api.workspace.channels[one].members for one in file.shares)
    if file.user != bot and not shared and not file.granted:
        raise Refused("file_not_found")
    return file


def delete(api: Api, args: Args) -> Answer:
    """A file of the bot's own goes."""
    file = visible(api, str(args["file"]))
    if file.user != api.workspace.bot.id:
        raise Refused("cant_delete_file")
    file.complete = False
    api.workspace.changed()
    return {}


METHODS = {
    "files.getUploadURLExternal": Method(upload_url, ("files:write",), ("filename", "length")),
    "files.completeUploadExternal": Method(complete, ("files:write",), ("files",)),
    "files.info": Method(info, ("files:read",), ("file",)),
    "files.delete": Method(delete, ("files:write",), ("file",)),
}
