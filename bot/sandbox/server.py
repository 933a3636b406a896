"""The sandbox as a server: ``Sandbox`` inside a test or the bot's own process, or ``python -m bot.sandbox.server``."""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute

from bot.sandbox import manifest as manifests
from bot.sandbox import seed
from bot.sandbox.acts import Acts
from bot.sandbox.delivery import ACK_SECONDS, Delivery
from bot.sandbox.events import Events
from bot.sandbox.forms import Forms
from bot.sandbox.grants import Grants
from bot.sandbox.interactions import Interactions
from bot.sandbox.own_page import OwnPageOnly
from bot.sandbox.page_api import PageApi
from bot.sandbox.page_state import PageState
from bot.sandbox.payloads import Payloads
from bot.sandbox.person import Person
from bot.sandbox.plain_http import call
from bot.sandbox.posts import Posts, Settings
from bot.sandbox.refusal import Refused
from bot.sandbox.shapes import Shapes
from bot.sandbox.signed_http import SignedHttp
from bot.sandbox.socket_mode import SocketMode
from bot.sandbox.triggers import TRIGGER_SECONDS, Keys
from bot.sandbox.view_stack import ViewStack
from bot.sandbox.web_api.calls import Api
from bot.sandbox.web_api.door import Door
from bot.sandbox.world import World

START_SECONDS = 15.0


class Sandbox:
    """A workspace with one app installed, served on 127.0.0.1.

    ``url`` is the page, ``api_url`` what SLACK_API_URL should be; tokens and secret are made up at each start.
    With ``request_url`` the app hears by signed HTTP there instead of Socket Mode.
    """

    def __init__(
        self,
        manifest_path: str | Path,
        port: int = 0,
        *,
        request_url: str = "",
        settings: Settings | None = None,
        ack_seconds: float = ACK_SECONDS,
        trigger_seconds: float = TRIGGER_SECONDS,
    ) -> None:
        self._trigger_seconds = trigger_seconds
        self.manifest = manifests.read(manifest_path)
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.app_token = f"xapp-1-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.workspace = seed.workspace(self.manifest)
        self.settings = settings or Settings()
        self._socket = _listening(port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_url = f"{self.url}/api/"
        self.sockets = SocketMode(self.workspace, ack_seconds)
        http = SignedHttp(request_url, self.signing_secret, ack_seconds) if request_url else None
        self.delivery = Delivery(self.workspace, http or self.sockets)
        self._build()
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def _build(self) -> None:
        shapes = Shapes(self.workspace, self.manifest, self.url)
        posts = Posts(self.workspace, Events(self.workspace, shapes, self.delivery), self.settings)
        keys = Keys(self.url, self._trigger_seconds)
        views = ViewStack(self.workspace, keys, posts)
        payloads = Payloads(self.workspace, shapes, keys)
        self.interactions = Interactions(self.workspace, shapes, self.delivery, keys, posts, payloads)
        forms = Forms(self.workspace, payloads, self.delivery, views)
        self.grants = Grants(self.bot_token)
        api = Api(
            workspace=self.workspace,
            manifest=self.manifest,
            shapes=shapes,
            posts=posts,
            views=views,
            base_url=self.url,
            socket_address=self._socket_address,
            grants=self.grants,
        )
        self.door = Door(api, self.bot_token, self.app_token)
        acts = Acts(self.interactions, forms)
        state = PageState(self.workspace, shapes, posts, self.delivery.transport.connected)
        world = World(acts, self.door, self.sockets, self.delivery)
        self.page = PageApi(self.workspace, state, acts, world)

    def _socket_address(self) -> str:
        ticket = self.sockets.ticket()
        return f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={self.workspace.app_id}"

    def app(self) -> Starlette:
        """The ASGI application."""
        routes = [
            Route("/api/{method}", self.door.handle, methods=["GET", "POST"]),
            Route("/oauth/v2/authorize", self.grants.authorise),
            Route("/response/{key}", self._respond, methods=["POST"]),
            Route("/upload/v1/{file_id}", self._receive, methods=["POST"]),
            Route("/files-pri/{team_file}/{rest:path}", self._download),
            WebSocketRoute("/link/", self.sockets.serve),
            *self.page.routes(),
        ]
        guard = [Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]), Middleware(OwnPageOnly)]
        return Starlette(routes=routes, lifespan=self._lifespan, middleware=guard)

    @contextlib.asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        yield
        await self.delivery.stop()

    def start(self) -> Self:
        """Serve in a thread; returns when the address answers."""
        self._server = uvicorn.Server(self._config())
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        until = time.monotonic() + START_SECONDS
        while not self._server.started and self._thread.is_alive() and time.monotonic() < until:
            time.sleep(0.01)
        if not self._server.started:
            raise RuntimeError(f"the sandbox did not start on port {self.port}")
        return self

    def serve(self) -> None:
        """Serve in this thread until interrupted."""
        self._server = uvicorn.Server(self._config())
        self._run()

    def stop(self) -> None:
        """End everything; nothing is kept."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(START_SECONDS)
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def person(self, name: str) -> Person:
        """Somebody who acts: alice, bob, carol, dave or erin."""
        return Person(self.url, name)

    def happen(self, kind: str, **asked: Any) -> None:
        """Something Slack itself does: see ``POST /page/world`` in ``bot.sandbox.page_api``."""
        answer = call("POST", f"{self.url}/page/world", seconds=10, json={"kind": kind, **asked})
        answer.raise_for_status()

    def calls(self, method: str = "") -> list[dict[str, Any]]:
        """The Web API calls so far, or those of one method."""
        return [one for one in self.workspace.log if one["what"] == "call" and method in ("", one["method"])]

    def deliveries(self, kind: str = "") -> list[dict[str, Any]]:
        """What the app was told so far."""
        return [one for one in self.workspace.log if one["what"] == "delivery" and kind in ("", one["type"])]

    def environment(self) -> dict[str, str]:
        """The settings with which the bot joins."""
        return {
            "SLACK_API_URL": self.api_url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            self.app(),
            log_level="warning",
            access_log=False,
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
            lifespan="on",
        )

    def _run(self) -> None:
        assert self._server is not None  # noqa: S101
        self._server.run(sockets=[self._socket])

    async def _respond(self, request: Request) -> Response:
        try:
            self.interactions.respond(request.path_params["key"], await _object(request))
        except Refused as refused:
            status = 404 if refused.error.endswith("_url") else 400
            return JSONResponse(refused.body(), status_code=status)
        return PlainTextResponse("ok")

    async def _receive(self, request: Request) -> Response:
        file = self.workspace.files.get(request.path_params["file_id"])
        body = await request.body()
        if file is None or file.received:
            return PlainTextResponse("no such upload", status_code=404)
        if len(body) != file.length:
            return PlainTextResponse(f"expected {file.length} bytes, got {len(body)}", status_code=400)
        file.content, file.received = body, True
        return PlainTextResponse(f"OK - {len(body)}")

    async def _download(self, request: Request) -> Response:
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        file = self.workspace.files.get(request.path_params["team_file"].partition("-")[2])
        allowed = token == self.bot_token and not self.door.revoked and "files:read" in self.manifest.scopes
        if not allowed:
            return HTMLResponse(
                "<!DOCTYPE html><html><title>Sign in</title><body>Sign in to see this file</body></html>"
            )
        if file is None or not file.received:
            return PlainTextResponse("file not found", status_code=404)
        return Response(file.content, media_type=file.mimetype)


async def _object(request: Request) -> dict[str, Any]:
    try:
        given = await request.json()
    except ValueError as error:
        raise Refused("invalid_payload") from error
    if not isinstance(given, dict):
        raise Refused("invalid_payload")
    return given


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    return made


def main(arguments: list[str] | None = None) -> None:
    """Serve a sandbox on its own and print, as one line of JSON, how to join it."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.server", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--manifest", default="manifest.yml", help="the app's manifest")
    parser.add_argument("--request-url", default="", help="deliver by signed HTTP to this address")
    parser.add_argument("--rate", type=float, default=0.0, help="messages a second and channel before 429; 0: any")
    given = parser.parse_args(arguments)
    settings = Settings(rate_per_channel=given.rate)
    sandbox = Sandbox(given.manifest, given.port, request_url=given.request_url, settings=settings)
    sys.stdout.write(json.dumps({"url": sandbox.url, **sandbox.environment()}) + "\n")
    sys.stdout.flush()
    sandbox.serve()


if __name__ == "__main__":
    main()
