"""``POST /v1/measurements`` and the document that describes it."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.context import Kit
from bot.push import body
from bot.push.body import Refusal
from bot.push.document import PATH, document
from bot.push.rate import Rate
from csi.errors import Conflict
from csi.models import Source
from csi.step3_gather import tokens
from csi.step3_gather.pushed import Wrong
from csi.step3_gather.pushing import KEY_LIMIT, Delivery, Receipt, receive

_TOLD = 100  # refused rows told in an answer; all of them are kept
_SLOW = 1.0  # seconds until a wrong token is told
_MOST_WAITING = 50  # who are told late at once; the others are turned away
_WHO = {"WWW-Authenticate": "Bearer"}


def routes(kit: Kit) -> list[Route]:
    """The two addresses."""
    push = _Push(kit)
    return [Route(PATH, push.answer, methods=["POST"]), Route("/v1/openapi.json", _describe, methods=["GET"])]


async def _describe(_request: Request) -> Response:
    return JSONResponse(document())


class _Push:
    """Answers pushes; the database is asked in the thread pool."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._waiting = 0
        self._rate = Rate(kit.settings.csi_push_per_minute, kit.now)

    async def answer(self, request: Request) -> Response:
        """202 with counts, or the refusal."""
        try:
            return await self._accept(request)
        except Refusal as refused:
            said = {"error": refused.sentence}
            return JSONResponse(said, status_code=refused.status, headers=refused.headers)
        except Conflict as conflict:
            return JSONResponse({"error": str(conflict)}, status_code=409)

    async def _accept(self, request: Request) -> Response:
        source = await run_in_threadpool(self._source, _token(request))
        if source is None:
            raise await self._refusal()
        wait = self._rate.wait(source.id)
        if wait:
            headers = {"Retry-After": str(wait)}
            raise Refusal(429, f"Too often. Please wait {wait} s, and send several measurements at once.", headers)
        kind, key = body.kind_of(request), _key(request)
        content = await body.content(request)
        given = body.measurements(content, kind)
        receipt = await run_in_threadpool(self._receive, source, content, given, key)
        return JSONResponse(told(receipt), status_code=202)

    async def _refusal(self) -> Refusal:
        """The answer to a wrong token: late, so that trying many takes long; who has a right one waits for nobody."""
        if self._waiting >= _MOST_WAITING:
            return Refusal(429, "Too many wrong tokens. Please wait.", {"Retry-After": "5"})
        self._waiting += 1
        try:
            await asyncio.sleep(_SLOW)
        finally:
            self._waiting -= 1
        return Refusal(401, "This token opens nothing. Expected Authorization: Bearer and a source's token.", _WHO)

    def _source(self, token: str) -> Source | None:
        with self._kit.sessions.reading() as session:
            return tokens.source_of(session, token)

    def _receive(self, source: Source, content: bytes, given: list[Any], key: str) -> Receipt:
        raw_key = self._kit.files.keep(source.team_id, content)
        with self._kit.sessions() as session:
            return receive(session, source, Delivery(content, raw_key, given, key), now=self._kit.now())


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > KEY_LIMIT or not key.isascii() or not key.isprintable():
        raise Refusal(422, f"Idempotency-Key: expected at most {KEY_LIMIT} plain characters.")
    return key


def told(receipt: Receipt) -> dict[str, Any]:
    """The answer to a push."""
    return {
        "delivery": receipt.ordinal,
        "known": receipt.known,
        "accepted": receipt.accepted,
        "corrected": receipt.corrected,
        "unchanged": receipt.unchanged,
        "refused": len(receipt.refused),
        "refusals": [_refusal(number, wrong) for number, wrong in receipt.refused[:_TOLD]],
    }


def _refusal(number: int, wrong: Wrong) -> dict[str, Any]:
    return {
        "measurement": number,
        "field": wrong.field,
        "value": wrong.value,
        "reason": wrong.reason,
        "expected": wrong.expected,
    }
