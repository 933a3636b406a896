"""HTTP: Slack's signed requests, installation, pushed measurements, health, metrics."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import manifest, metrics, push
from bot.app import Bot
from bot.settings import Settings
from csi.models import Workspace
from csi.storage import Sessions, rows

Bolt = Callable[[BoltRequest], BoltResponse]
Check = Callable[[str, Request], bool]
LARGEST = 2_000_000  # bytes of a request; a modal, the largest thing Slack sends, has at most 250 KB


def serve(bot: Bot, settings: Settings, host: str) -> None:
    """Answer HTTP until told to stop."""
    uvicorn.run(build(bot, settings), host=host, port=settings.port, log_config=None, access_log=False)


def build(bot: Bot, settings: Settings) -> Starlette:
    """The ASGI application."""
    routes = [
        Route(manifest.EVENTS, _through(bot.app.dispatch, _signed(settings.slack_signing_secret)), methods=["POST"]),
        Route("/health", _health(bot.kit.sessions)),
        Route("/metrics", _metrics(metrics.registry(bot.kit.sessions))),
        *push.routes(bot.kit),
    ]
    if settings.several_workspaces:
        flow = bot.installations.flow(manifest.scopes())
        routes.append(Route(flow.install_path, _through(flow.handle_installation)))
        routes.append(Route(flow.redirect_uri_path, _through(flow.handle_callback)))
    return Starlette(routes=routes)


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
    """The request as Bolt reads it; None when its body is not what its type says."""
    headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
    try:
        return BoltRequest(body=body, query=dict(request.query_params), headers=headers)
    except (ValueError, AttributeError):  # no JSON; JSON, but no object
        return None


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


def _touch(sessions: Sessions) -> None:
    with sessions.reading() as session:
        rows(session, Workspace, "", limit=1)


def _metrics(registry: CollectorRegistry) -> Callable[[Request], object]:
    async def answer(_request: Request) -> Response:
        return Response(await run_in_threadpool(generate_latest, registry), media_type=CONTENT_TYPE_LATEST)

    return answer
