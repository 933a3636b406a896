"""What the page and the Person client speak: JSON over HTTP, and a nudge over a WebSocket.

Everything keeps Slack's own field names and shapes (blocks, views, files, option objects) where Slack has one.
``as`` and ``user`` take a user id or a name (``alice``); ``channel`` takes an id, ``name`` or ``#name``.

GET /page/state?as=USER   everything that person can see (without ``as``: the first person)
-------------------------------------------------------------------------------------------
::

  {"seq": 41,                        # grows with every change anywhere
   "team": {"id": "T…", "name": "Demo", "domain": "demo"},
   "me": Person,                     # who is looking
   "people": [Person, …],            # the bot is among them (is_bot true)
   "app": {"id": "A…", "name": "…", "description": "…", "bot_user_id": "U…", "bot_id": "B…",
           "connected": true,        # whether any process of the app is joined now
           "home_tab": true, "messages_tab": true, "messages_read_only": false, "color": "#…"},
   "acting": {"user": "U…", "seq": 40}|null,    # who did the last act, whoever looks
   "commands": [{"command": "/csi", "description": "…", "usage_hint": "…"}],
   "shortcuts": [{"type": "global"|"message", "name": "…", "callback_id": "…", "description": "…"}],
   "channels": [Channel, …],         # those this person is in, then their DMs, then public ones they could
                                     # join ("joined": false, no messages)
   "views": [View, …],               # the open modals, bottom first: the last one is shown, [] when none
   "home": View|null,                # what the bot published for this person's App Home
   "toasts": [{"id": "…", "text": "…", "at": 1763800000.1}]}   # what Slack would flash: newest last, ≤ 20

  Person  {"id", "name": "alice", "real_name": "Alice Almeida", "title": "Service owner", "email",
           "tz": "Europe/Lisbon", "tz_label", "is_bot": false, "deleted": false, "color": "#…"}
  Channel {"id", "name": "service-desk"|"", "is_im", "is_mpim", "is_private", "joined": true,
           "user": "U…" (other side of an IM), "topic", "members": ["U…"], "unread": 2, "pings": 1,
           "messages": [Message, …] (top level, oldest first)}
  Message {"channel", "ts": "1763800000.000100", "user": "U…", "bot_id"?, "app_id"?, "username"?, "subtype"?,
           "text": "mrkdwn as Slack keeps it: &amp; &lt; &gt;, <@U…>, <#C…|name>, <!channel>, <https://…|x>",
           "blocks": [Block, …],     # when not empty show these instead of text
           "files": [File, …], "thread_ts"?, "reply_count": 0, "reply_users": ["U…"],
           "replies": [Message, …] (oldest first),
           "ephemeral": false,       # "Only visible to you"; may be dismissed
           "edited": null|{"user", "ts"}, "posting": false, "pinned": false, "permalink": "…",
           "reactions": [{"name", "users", "count"}],
           "broadcast": false, "pinged": ["U…"],      # who got a notification by this message
           "values": {"<block_id>": {"<action_id>": plain}},   # what is chosen in its elements so far
           "failed": {"<block_id>": {"<action_id>": "why"}}}   # clicks nobody answered (the warning triangle)
  View    {"id": "V…", "type": "modal"|"home", "callback_id", "title": TextObject, "submit"?, "close"?,
           "blocks": [Block, …], "private_metadata", "hash", "notify_on_close", "clear_on_close",
           "external_id"?,
           "values": {"<block_id>": {"<action_id>": plain}},   # initial values, then what was last sent
           "errors": {"<block_id>": "text under that field"},  # of the last submission
           "error": ""|"We had some trouble connecting. Try again?",
           "failed": as in Message}
  File    {"id": "F…", "name", "title", "mimetype", "filetype", "size", "user", "alt_txt",
           "page_url": "/files/F…/name"}

Every block has a ``block_id`` and every element an ``action_id`` (made up, as Slack does, when the bot gave none).
Image blocks, image accessories and images in context always have an ``image_url`` the page can load: a
``slack_file`` is turned into ``/files/…``, which needs no token.

*plain* values, by element type (used in ``values`` here and in every act)::

  plain_text_input, email_text_input, url_text_input, number_input   string or null (a number too stays text)
  rich_text_input                                                    string or null
  static_select, external_select, radio_buttons                      the option's ``value`` or null
  users_select, conversations_select, channels_select                id or null
  multi_*                                                            list of the above
  checkboxes                                                         list of option values
  datepicker, timepicker                                             "2026-11-22", "09:30" or null
  datetimepicker                                                     seconds since 1970 (int) or null
  file_input                                                         list of file ids (of /page/upload)
  button, overflow                                                   hold nothing

POST /page/act {"as": USER, "kind": KIND, …}   what a person does
-----------------------------------------------------------------
Answers when the bot has acknowledged or Slack would have given up (3 s): ``{"ok": true, "seq": 42, …}`` or
``{"ok": false, "error": "what the person is shown", "errors": {…}?, "seq": 42}`` (HTTP 200 both). A request that makes
no sense (no such element, channel, person) is HTTP 400 with ``{"ok": false, "error": "sentence"}``. What the person
is shown is in the state as well (toast, ephemeral message of Slackbot, error in the view)::

  command   {"channel", "text": "/csi start …", "thread_ts"?}
  message   {"channel", "text", "thread_ts"?, "broadcast"?, "files"?: ["F…"]} → {"ts"}
            @name, @channel, @here and #name become mentions
  edit      {"channel", "ts", "text"}     delete {"channel", "ts"}     own messages
  dismiss   {"channel", "ts"}             an ephemeral message
  react     {"channel", "ts", "name", "remove"?: false}
  action    {"where": Where, "block_id"?, "action_id", "value"?: plain, "values"?: {…}}
            Button: no value. Select, picker, radio, checkboxes: the new plain value. Overflow: the option's value.
            For dispatch_action inputs (Enter pressed or typed): the text. ``block_id`` may be left out when the
            action_id is unique there. ``values`` are the other inputs' values at that moment. A button with
            ``confirm`` is confirmed by the page before. Link buttons are sent too; the page opens the url.
  options   {"where": Where, "block_id"?, "action_id", "query": "abc"}
            → {"options": [Option…]} or {"option_groups": [{"label", "options"}]}
  draft     {"view_id"?: top one, "values": {…}}        puts values into the open form without telling the app
  submit    {"view_id"?: top one, "values": {"<block_id>": {"<action_id>": plain}}}
            on refusal {"ok": false, "errors": {block_id: text}}; Slack's client checks first: required, lengths,
            numbers, addresses
  close     {"view_id"?: top one, "all"?: false}
  shortcut  {"callback_id", "channel"?, "ts"?}          with channel and ts: a message shortcut
  home      {"tab"?: "home"|"messages"}                 opens the App Home (app_home_opened)
  read      {"channel"}                                 the person looks at the channel: unread becomes 0
  dm        {"user": USER} → {"channel": "D…"}          opens the DM with a person or the bot
  create    {"name", "private"?} → {"channel"}          a new channel
  invite    {"channel", "user"}    kick {"channel", "user"}    join {"channel"}    leave {"channel"}
  toast     {"id"}                                      dismisses a toast
  Where is {"type": "message", "channel", "ts"} | {"type": "view", "view_id"?: top one} | {"type": "home"}

POST /page/upload?as=USER&filename=NAME[&channel=…][&thread_ts=…][&text=…]     body: the bytes
----------------------------------------------------------------------------------------------
``{"ok": true, "file": File, "ts"?: "…"}``. With a channel the file is shared there in a message (with ``text``);
without one it waits for a file_input or for ``message.files``.

WS /page/live   after connecting and after each change ``{"seq": 42}``: read the state again when it is newer

GET /files/FID/NAME     the bytes, with their type; for <img>. No token, local page only.

GET /page/log?since=N   for the curious and for tests
-----------------------------------------------------
``{"next": 17, "entries": [{"n", "at", "what": "call"|"delivery"|"note", …}]}``; a call has method, args, ok, error,
response; a delivery has type (events_api, slash_commands, interactive), payload, attempt, acked, ms, answer.

POST /page/world {"kind": …}     what Slack itself does, for tests
------------------------------------------------------------------
::

  drop       {"reason"?: "refresh_requested"}    every Socket Mode connection gets ``disconnect`` and is closed
  cut        {}                                  the same without a word, as a failing network
  fail       {"method", "error"?: "internal_error", "times"?: 1, "status"?: 200, "retry_after"?: n, "delay"?: s}
             the next calls of that method fail; status 429 with Retry-After; an empty error with a delay is slow
  settings   {"file_polls"?: 2, "rate_per_channel"?: 0, "retry_after"?: [0, 60, 300], "newer_blocks"?: false}
  deactivate {"user"}                            user_change event with deleted true
  uninstall  {}                                  app_uninstalled and tokens_revoked events; the token dies
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.acts import Acts
from bot.sandbox.page_state import PageState
from bot.sandbox.refusal import Impossible
from bot.sandbox.workspace import SLACKBOT, Person, Workspace
from bot.sandbox.world import World

# What people drop is shown, never run: a file from the sandbox's own address must not become a page of it.
HARMLESS = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}
SAVED = {"content-disposition": "attachment"}
PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True)
class PageApi:
    """The routes above."""

    workspace: Workspace
    state: PageState
    acts: Acts
    world: World

    def routes(self) -> list[BaseRoute]:
        """For Starlette."""
        return [
            Route("/page/state", self.read_state),
            Route("/page/act", self.act, methods=["POST"]),
            Route("/page/upload", self.upload, methods=["POST"]),
            Route("/page/log", self.log),
            Route("/page/world", self.happen, methods=["POST"]),
            WebSocketRoute("/page/live", self.live),
            Route("/files/{file_id}/{name:path}", self.file),
            Mount("/", StaticFiles(directory=PAGE, html=True)),
        ]

    async def read_state(self, request: Request) -> Response:
        """What somebody sees."""
        try:
            return JSONResponse(self.state.of(self._person(request.query_params.get("as", ""))))
        except Impossible as impossible:
            return _nonsense(impossible)

    async def act(self, request: Request) -> Response:
        """What somebody does."""
        try:
            asked = await request.json()
            done = await self.acts.do(self._person(str(asked.get("as", ""))), asked)
        except Impossible as impossible:
            return _nonsense(impossible)
        return JSONResponse(done | {"seq": self.workspace.seq})

    async def upload(self, request: Request) -> Response:
        """A file dropped."""
        query = request.query_params
        try:
            person = self._person(query.get("as", ""))
            file = self.acts.upload(person, query.get("filename") or "file", await request.body())
            done: dict[str, Any] = {"ok": True, "file": self.state.file(file)}
            if query.get("channel"):
                said = self.acts.say(person, {**query, "files": [file.id]})
                done["ts"] = said.ts
        except Impossible as impossible:
            return _nonsense(impossible)
        return JSONResponse(done | {"seq": self.workspace.seq})

    async def log(self, request: Request) -> Response:
        """Calls and deliveries so far."""
        since = int(request.query_params.get("since") or 0)
        fresh = [one for one in self.workspace.log if one["n"] > since]
        return JSONResponse({"next": fresh[-1]["n"] if fresh else since, "entries": fresh})

    async def happen(self, request: Request) -> Response:
        """Something Slack does."""
        try:
            return JSONResponse(await self.world.do(await request.json()))
        except Impossible as impossible:
            return _nonsense(impossible)

    async def file(self, request: Request) -> Response:
        """A file's bytes, for the page."""
        file = self.workspace.files.get(request.path_params["file_id"])
        if file is None or not file.received:
            return PlainTextResponse("no such file", status_code=404)
        shown = file.mimetype.startswith("image/")
        return Response(file.content, media_type=file.mimetype, headers=HARMLESS if shown else HARMLESS | SAVED)

    async def live(self, socket: WebSocket) -> None:
        """A nudge after each change."""
        await socket.accept()
        nudged = asyncio.Event()
        nudged.set()
        self.workspace.listeners.append(nudged.set)
        leaving = asyncio.ensure_future(_until_left(socket))
        try:
            while not leaving.done():
                await _either(nudged, leaving)
                nudged.clear()
                if not leaving.done():
                    await socket.send_json({"seq": self.workspace.seq})
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self.workspace.listeners.remove(nudged.set)
            leaving.cancel()

    def _person(self, who: str) -> Person:
        if not who:
            return next(one for one in self.workspace.people.values() if not one.is_bot)
        found = self.workspace.person(who)
        if found is None or found.is_bot or found.id == SLACKBOT:
            names = ", ".join(one.name for one in self.workspace.people.values() if not one.is_bot)
            raise Impossible(f"nobody is called {who}; there are: {names}")
        return found


async def _until_left(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.receive_text()


async def _either(nudged: asyncio.Event, leaving: asyncio.Future[None]) -> None:
    waiting = asyncio.ensure_future(nudged.wait())
    either: set[asyncio.Future[Any]] = {waiting, leaving}
    try:
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()


def _nonsense(impossible: Impossible) -> Response:
    return JSONResponse({"ok": False, "error": str(impossible)}, status_code=400)
