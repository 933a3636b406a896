"""Connections to checked addresses only: a name is resolved once, checked, and that very address is connected to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import httpx

from csi.errors import InvalidInput
from csi.reading.connectors.addresses import Policy

Resolve = Callable[[str, int], Sequence[str]]
SCHEMES = ("http", "https")


def resolve(host: str, port: int) -> list[str]:
    """The addresses a name stands for now; none when it is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return []
    return list(dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found))


class Pinned(httpx.BaseTransport):
    """Sends each request, also one after a redirect, to the address that was checked for it.

    The name stays in the Host header and in TLS, so certificates are checked against it. Each host has connections
    of its own: two names behind one address do not share one.
    """

    def __init__(self, policy: Policy, resolve: Resolve = resolve) -> None:
        self._policy = policy
        self._resolve = resolve
        self._transports: dict[str, httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Check, pin, send.

        Raises:
            NotAllowed: the address is private and nobody has allowed it.
        """
        url = request.url
        if url.scheme not in SCHEMES:
            raise InvalidInput("url", f"‘{url.scheme}’ is no way in. Expected an address that begins with https://.")
        port = url.port or (443 if url.scheme == "https" else 80)
        host = url.raw_host.decode("ascii")
        pinned = self._policy.check(host, self._resolve(host, port))
        own = self._transports.setdefault(f"{host}:{port}", httpx.HTTPTransport(trust_env=False))
        sent = httpx.Request(
            request.method,
            url.copy_with(host=pinned),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return own.handle_request(sent)

    def close(self) -> None:
        """Close every connection."""
        for one in self._transports.values():
            one.close()
