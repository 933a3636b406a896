"""The other way to hear: HTTP POSTs signed with the app's secret, as to a public address."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.sandbox.delivery import ACK_SECONDS, Answer
from bot.sandbox.plain_http import asynchronous


def signature(secret: str, timestamp: str, body: str) -> str:
    """The value of X-Slack-Signature.

    Source: docs.slack.dev, "Verifying requests from Slack": v0=HMAC-SHA256(secret, "v0:timestamp:body").
    """
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class SignedHttp:
    """Delivers to one request URL."""

    def __init__(self, request_url: str, signing_secret: str, ack_seconds: float = ACK_SECONDS) -> None:
        self.request_url = request_url
        self.signing_secret = signing_secret
        self.ack_seconds = ack_seconds
        self.reached = False

    def connected(self) -> bool:
        """Whether the last request was answered."""
        return self.reached

    async def send(self, kind: str, payload: dict[str, Any], *, attempt: int, reason: str) -> Answer:
        """POST one envelope: JSON for events, a form for the rest."""
        body, content_type = _encode(kind, payload)
        timestamp = str(int(time.time()))
        headers = {
            "content-type": content_type,
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature(self.signing_secret, timestamp, body),
        }
        if attempt:
            headers |= {"x-slack-retry-num": str(attempt), "x-slack-retry-reason": _retry_reason(reason)}
        return await self._post(body, headers)

    async def _post(self, body: str, headers: dict[str, str]) -> Answer:
        try:
            async with asynchronous(self.ack_seconds) as client:
                response = await client.post(self.request_url, content=body.encode(), headers=headers)
        except httpx.TimeoutException:
            return Answer(acked=False, reason="timeout")
        except httpx.HTTPError:
            self.reached = False
            return Answer(acked=False, reason="no_connection")
        self.reached = True
        if response.status_code != 200:
            return Answer(acked=False, reason="http_error")
        return Answer(acked=True, payload=_decode(response))


def _encode(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


def _retry_reason(reason: str) -> str:
    return {"timeout": "http_timeout", "no_connection": "connection_failed"}.get(reason, "http_error")


def _decode(response: httpx.Response) -> Any:
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        return response.json()
    return {"text": response.text}
