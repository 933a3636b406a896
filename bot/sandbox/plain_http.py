"""How the sandbox's own clients speak to 127.0.0.1: no proxies, and no certificates loaded for every call."""

from __future__ import annotations

import ssl
from typing import Any

import httpx

# An empty context: httpx would load every certificate authority for each client (50 ms), and nothing here is TLS.
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def call(method: str, url: str, *, seconds: float, **given: Any) -> httpx.Response:
    """One request on a connection of its own, which is closed afterwards."""
    with httpx.Client(verify=_CONTEXT, trust_env=False, timeout=seconds) as client:
        return client.request(method, url, **given)


def asynchronous(seconds: float) -> httpx.AsyncClient:
    """A client for the event loop."""
    return httpx.AsyncClient(verify=_CONTEXT, trust_env=False, timeout=seconds)
