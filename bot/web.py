"""HTTP: Slack's signed requests, installation, pushed measurements, health, metrics."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import alive, manifest, metrics, push, ready
from bot.app import Bot
from bot.context import Kit
from bot.payload import team_of
from bot.settings import Settings
from csi.errors import InvalidInput
from csi.models import Workspace
from csi.storage import Sessions, rows

Bolt = Callable[[BoltRequest], BoltResponse]
Check = Callable[[str, Request], bool]
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src https:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",  # the addresses of an installation hold its state
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000",
}
LARGEST = 2_000_000  # bytes of a request; a modal, the largest thing Slack sends, has at most 250 KB


def serve(bot: Bot, settings: Settings, host: str) -> None:
    """Answer HTTP until told to stop."""
    uvicorn.run(build(bot, settings), host=host, port=settings.port, log_config=None, access_log=False)


class Guarded:
    """Says with every answer what a browser may do with it: nothing but show it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers that are not there yet."""

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded if scope["type"] == "http" else send)


def build(bot: Bot, settings: Settings) -> Starlette:
    """The ASGI application."""
    routes = [
        Route(manifest.EVENTS, _through(bot.app.dispatch, _signed(settings.slack_signing_secret)), methods=["POST"]),
        *(Route(path, _health(bot.kit.sessions)) for path in ("/health", "/healthz")),
        Route("/readyz", _readiness(bot.kit, settings)),
        Route("/metrics", _metrics(metrics.registry(bot.kit.sessions), settings.csi_metrics_token)),
        *push.routes(bot.kit),
    ]
    if settings.several_workspaces:
        flow = bot.installations.flow(manifest.scopes())
        routes.append(Route(flow.install_path, _through(flow.handle_installation)))
        routes.append(Route(flow.redirect_uri_path, _through(flow.handle_callback)))
    return Starlette(routes=routes, middleware=[Middleware(Guarded)])


def _signed(secret: str) -> Check:
    """Whether a request is Slack's, and fresh.

    Bolt checks it, too, but reads the body first; and what cannot be read, or a stamp that is no number, would be an
    error of the app's, answered to whoever the body names.
    """
    verifier = SignatureVerifier(secret)

    def check(body: str, request: Request) -> bool:
        stamp, signature = (request.headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        readable = re.fullmatch("[0-9]{1,12}", stamp) and signature.isascii()
        return bool(secret and readable) and verifier.is_valid(body, stamp, signature)

    return check


def _through(bolt: Bolt, allowed: Check = lambda _body, _request: True) -> Callable[[Request], object]:
    """Bolt works in threads; its own adapter for Starlette would hold up the event loop."""

    async def answer(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        if not allowed(body, request):
            return JSONResponse({"error": "invalid request"}, status_code=401)
        asked = _asked(body, request)
        if asked is None:
            return PlainTextResponse("not understood", status_code=400)
        return _response(await run_in_threadpool(bolt, asked))

    return answer


def _asked(body: str, request: Request) -> BoltRequest | None:
    """The request as Bolt reads it; None when its body is not what its type says, or no workspace is in it."""
    headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
    try:
        asked = BoltRequest(body=body, query=dict(request.query_params), headers=headers)
    except (ValueError, AttributeError):  # no JSON; JSON, but no object
        return None
    return asked if request.method == "GET" or _is_whole(asked.body) else None


def _is_whole(said: Mapping[str, Any]) -> bool:
    """Whether a payload has what each of its kind has: what Slack signs, too, may be something nobody knows yet."""
    if said.get("type") in ("url_verification", "ssl_check") or said.get("ssl_check"):
        return True
    if said.get("type") == "event_callback":
        event = said.get("event")
        named = isinstance(event, Mapping) and isinstance(event.get("type"), str)
        return bool(named and isinstance(said.get("event_id"), str) and _team(said))
    return bool(_team(said)) and ("command" in said or isinstance(said.get("type"), str))


def _team(said: Mapping[str, Any]) -> str:
    try:
        return team_of(said)
    except (AttributeError, KeyError, TypeError, IndexError):  # none of the shapes Slack describes
        return ""


async def _body(request: Request) -> str | None:
    """The body, read no further than its bound: who sends it is only known when it is here; None above it."""
    found = bytearray()
    try:
        async for block in request.stream():
            found += block
            if len(found) > LARGEST:
                return None
    except ClientDisconnect:
        return ""  # nobody hears the answer
    return found.decode("utf-8", "replace")  # a signature over other bytes than these is refused


def _response(bolt: BoltResponse) -> Response:
    response = Response(bolt.body, status_code=bolt.status)
    for name, values in bolt.headers.items():
        if name.lower() != "content-length":
            for value in values:
                response.headers.append(name, value)
    return response


def _health(sessions: Sessions) -> Callable[[Request], object]:
    async def answer(_request: Request) -> Response:
        await run_in_threadpool(_touch, sessions)
        return PlainTextResponse("ok")

    return answer


def _readiness(kit: Kit, settings: Settings) -> Callable[[Request], object]:
    """Whether all is there that a workspace needs, the clock too: 503 and a line for what is missing.

    Anybody may ask, so that nothing is named; ``python -m bot doctor`` has the rest.
    """
    migrated: list[bool] = []

    def missing() -> str:
        try:
            if migrated:
                _touch(kit.sessions)
            else:
                ready.migrated(settings)
                migrated.append(True)
        except (InvalidInput, SQLAlchemyError):
            return "database: away, or not at the newest schema"
        teams = kit.teams()
        if not teams:
            return "slack: no workspace whose token is accepted"
        with kit.sessions.reading() as session:
            silent = alive.silent(session, teams, kit.now())
        return "scheduler: nobody minds the clock" if silent else ""

    async def answer(_request: Request) -> Response:
        line = await run_in_threadpool(missing)
        return PlainTextResponse(line or "ready", status_code=503 if line else 200)

    return answer


def _touch(sessions: Sessions) -> None:
    with sessions.reading() as session:
        rows(session, Workspace, "", limit=1)


def _metrics(registry: CollectorRegistry, token: str) -> Callable[[Request], object]:
    """For who has the token; without one it is not there: it tells how much goes on in every workspace."""

    async def answer(request: Request) -> Response:
        if not token:
            return PlainTextResponse("Set CSI_METRICS_TOKEN to have this.", status_code=404)
        _, _, given = request.headers.get("authorization", "").partition(" ")
        if not hmac.compare_digest(given.strip().encode(), token.encode()):
            return PlainTextResponse("not allowed", status_code=401, headers={"WWW-Authenticate": "Bearer"})
        return Response(await run_in_threadpool(generate_latest, registry), media_type=CONTENT_TYPE_LATEST)

    return answer
