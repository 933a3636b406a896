"""The end of one collection: at that moment its connections are cut, whatever they are waiting for.

A silence is bounded by the connection itself; a server that sends a byte now and then, also within its headers, is
never silent.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, Timer
from typing import Any

_OPENED = ("connection.connect_tcp.complete", "connection.start_tls.complete")  # httpcore's names of what it traces


class Deadline:
    """Cuts the connections it was shown when the time is over; to be left, so that it ends with the collection."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds
        self._timer = Timer(seconds, self._cut)
        self._timer.daemon = True
        self._open: list[socket.socket] = []
        self._copies: list[socket.socket] = []
        self._lock = Lock()

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for one in self._copies:
                one.close()
            self._copies.clear()

    @property
    def left(self) -> float:
        """Seconds until the end; negative after it."""
        return self._at - time.monotonic()

    def trace(self, name: str, happened: Mapping[str, Any]) -> None:
        """What httpcore tells of a request: connections it opens are remembered."""
        if name in _OPENED:
            with self._lock:
                self._open.append(happened["return_value"].get_extra_info("socket"))

    def watch(self, descriptor: int) -> None:
        """A connection known by its descriptor alone; through a copy of that it is cut, whoever closes the first."""
        with self._lock:
            self._copies.append(socket.socket(fileno=os.dup(descriptor)))

    def _cut(self) -> None:
        with self._lock:
            for one in (*self._open, *self._copies):
                with suppress(OSError):  # it was closed, or lives on under TLS, which is in the list itself
                    socket.socket.shutdown(one, socket.SHUT_RDWR)
