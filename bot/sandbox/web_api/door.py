"""The door of the Web API: token, scope, arguments, rate; then the method."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.refusal import Refused
from bot.sandbox.web_api import chat, files, oauth, people, views
from bot.sandbox.web_api.calls import Answer, Api, Args, Method

METHODS: dict[str, Method] = {**chat.METHODS, **people.METHODS, **files.METHODS, **views.METHODS, **oauth.METHODS}
JSON_ARGUMENTS = ("blocks", "attachments", "view", "files", "metadata")
# How many messages a channel takes at once before the rate counts.
BURST = 10


@dataclass(slots=True)
class Fault:
    """The next calls of a method fail, or are slow."""

    method: str
    error: str = "internal_error"
    times: int = 1
    status: int = 200
    retry_after: int = 1
    delay: float = 0.0


@dataclass(slots=True)
class Bucket:
    """How many messages a channel still takes."""

    left: float = BURST
    at: float = field(default_factory=time.monotonic)


class Door:
    """Answers ``POST /api/<method>``."""

    def __init__(self, api: Api, bot_token: str, app_token: str) -> None:
        self.api = api
        self.bot_token = bot_token
        self.app_token = app_token
        self.revoked = False
        self.faults: list[Fault] = []
        self._buckets: dict[str, Bucket] = {}

    async def handle(self, request: Request) -> Response:
        """One call."""
        name = request.path_params["method"]
        try:
            args = await _arguments(request)
            token = _token(request, args)
        except Refused as refused:
            return JSONResponse(refused.body())
        fault = self._fault(name)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        entry = self.api.workspace.note("call", method=name, args=args)
        response = self._limited(name, args, fault) or self._answer(name, args, token, fault)
        told = json.loads(bytes(response.body))
        entry.update(ok=told["ok"], error=told.get("error"), response=told)
        return response

    def _answer(self, name: str, args: Args, token: str, fault: Fault | None) -> Response:
        try:
            if fault and fault.error:
                raise Refused(fault.error)
            body: Answer = {"ok": True, **self._call(name, args, token)}
        except Refused as refused:
            body = refused.body()
        scopes = ",".join(sorted(self.api.manifest.scopes))
        return JSONResponse(body, headers={"x-oauth-scopes": scopes, "x-slack-req-id": "sandbox"})

    def _call(self, name: str, args: Args, token: str) -> Answer:
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        if not method.tokenless:
            self._authorise(method, token)
        if method.scopes and not self.api.manifest.scopes.intersection(method.scopes):
            needed = ",".join(method.scopes)
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(self.api.manifest.scopes)))
        missing = [one for one in method.required if args.get(one) in (None, "")]
        if missing:
            raise Refused("invalid_arguments", [f"missing required field: {one} [json-pointer:/]" for one in missing])
        return method.call(self.api, args)

    def _authorise(self, method: Method, token: str) -> None:
        if not token:
            raise Refused("not_authed")
        if token not in (self.bot_token, self.app_token):
            raise Refused("invalid_auth")
        if self.revoked and token == self.bot_token:
            raise Refused("account_inactive")
        if (token == self.app_token) != method.app_token:
            raise Refused("not_allowed_token_type")

    def _fault(self, name: str) -> Fault | None:
        for fault in self.faults:
            if fault.method == name and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _limited(self, name: str, args: Args, fault: Fault | None) -> Response | None:
        if fault and fault.status == 429:
            return _too_many(fault.retry_after)
        rate = self.api.posts.settings.rate_per_channel
        if rate <= 0 or name not in ("chat.postMessage", "chat.postEphemeral"):
            return None
        bucket = self._buckets.setdefault(str(args.get("channel")), Bucket())
        now = time.monotonic()
        bucket.left = min(BURST, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return _too_many(max(1, round((1 - bucket.left) / rate)))
        bucket.left -= 1
        return None


def _too_many(retry_after: int) -> Response:
    body = {"ok": False, "error": "ratelimited"}
    return JSONResponse(body, status_code=429, headers={"retry-after": str(retry_after)})


def _token(request: Request, args: Args) -> str:
    header = request.headers.get("authorization", "")
    if header.startswith("Basic "):
        try:
            pair = base64.b64decode(header.removeprefix("Basic "), validate=True).decode()
        except ValueError as error:
            raise Refused("invalid_auth") from error
        args["client_id"], _, args["client_secret"] = pair.partition(":")
    given = args.pop("token", "") or ""
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else str(given)


async def _arguments(request: Request) -> Args:
    """Arguments from the query, a form or JSON; structures inside a form are JSON text.

    Raises:
        Refused: the body is not what its type says, or a plain argument is a structure.
    """
    body = await request.body()
    as_json = request.headers.get("content-type", "").startswith("application/json")
    try:
        given = _json(body) if as_json else dict(parse_qsl(body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise Refused("invalid_json" if as_json else "invalid_form_data") from error
    args: dict[str, Any] = {**request.query_params, **given}
    for name in JSON_ARGUMENTS:
        if isinstance(args.get(name), str):
            args[name] = _structure(args[name])
    wrong = [name for name, value in args.items() if name not in JSON_ARGUMENTS and isinstance(value, dict | list)]
    if wrong:
        raise Refused("invalid_arguments", [f"must provide a string [json-pointer:/{name}]" for name in wrong])
    return {name: value if name in JSON_ARGUMENTS else _plain(value) for name, value in args.items()}


def _json(body: bytes) -> dict[str, Any]:
    given = json.loads(body or b"{}")
    if not isinstance(given, dict):
        raise ValueError("not an object")
    return given


def _plain(value: Any) -> Any:
    """Numbers and yes or no as the text a form would have carried."""
    return json.dumps(value) if isinstance(value, int | float) else value


def _structure(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return text
