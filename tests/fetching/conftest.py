"""A real HTTP server that answers as a test wants, and a fetcher that may ask this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from csi.definition import SourceDefinition
from csi.fetching import Fetcher
from csi.fetching.http import Patience
from csi.reading.connectors.addresses import policy
from csi.reading.connectors.asked import Asked, Collected


@dataclass
class Answer:
    """What the server sends: ``body`` in pieces where it is a list."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})


@dataclass
class Site:
    """A server; ``site.answers[path]`` is what it gives there, ``site.asked`` what it was asked."""

    address: str
    answers: dict[str, Answer | Callable[[Any], Answer]] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@pytest.fixture
def site() -> Iterator[Site]:
    """A server on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self)
            said = made.answers.get(self.path) or made.answers.get(self.path.partition("?")[0]) or Answer(b"{}", 404)
            answer = said(self) if callable(said) else said
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if "Content-Length" not in answer.headers:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def fetcher() -> Fetcher:
    """A fetcher that may ask this machine and does not wait long."""
    return Fetcher(policy("127.0.0.1, localhost"), Patience(attempts=3, first=0.01, longest=0.05, silence=2.0))


@dataclass
class Collecting:
    """Collects as often as a test wants, each time into a folder of its own."""

    fetcher: Fetcher
    folder: Path
    times: int = 0

    def __call__(self, source: SourceDefinition, **more: Any) -> Collected:
        self.times += 1
        place = self.folder / str(self.times)
        place.mkdir()
        return self.fetcher(Asked(source=source, folder=place, **more))


@pytest.fixture
def collect(fetcher: Fetcher, tmp_path: Path) -> Collecting:
    """``collect(source, since=…, progress=…)``."""
    return Collecting(fetcher, tmp_path)
