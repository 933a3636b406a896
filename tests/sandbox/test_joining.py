"""Ways to join and to leave: HTTP, a process of its own, a lost network, a clean end."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.signature import SignatureVerifier
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from bot.sandbox.person import Person
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import manifest, wait_until
from tests.sandbox.parts import button, section
from tests.sandbox.test_messages import desk


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted; answers 500 as often as told, then 200 with ``answer``."""

    got: list[tuple[dict[str, str], str]]
    fail = 0
    answer = b""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        type(self).got.append((dict(self.headers), body))
        failing, type(self).fail = type(self).fail > 0, max(0, type(self).fail - 1)
        self.send_response(500 if failing else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[tuple[type[Receiver], str]]:
    """A web server and its address."""
    kind = type("Kept", (Receiver,), {"got": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}/slack/events"
    server.shutdown()
    thread.join()
    server.server_close()


def test_signed_http_carries_commands_events_and_clicks(tmp_path: Path, receiver: tuple[type[Receiver], str]) -> None:
    kept, url = receiver
    kept.answer = json.dumps({"text": "Heard", "response_type": "ephemeral"}).encode()
    with Sandbox(manifest(tmp_path), request_url=url) as sandbox:
        alice = sandbox.person("alice")
        assert alice.command("/tiny", "a & b", channel="service-desk") == ""
        alice.sees("Heard")
        verifier = SignatureVerifier(sandbox.signing_secret)
        headers, body = kept.got[0]
        lower = {name.lower(): value for name, value in headers.items()}
        assert verifier.is_valid(body, lower["x-slack-request-timestamp"], lower["x-slack-signature"])
        assert parse_qs(body)["text"] == ["a &amp; b"]
        kept.fail = 1
        sandbox.delivery.retry_after = (0.0, 0.1)
        alice.say("an event", channel="service-desk")
        wait_until(lambda: len(kept.got) == 3)
        assert json.loads(kept.got[1][1]) == json.loads(kept.got[2][1])
        retried = {name.lower(): value for name, value in kept.got[2][0].items()}
        assert (retried["x-slack-retry-num"], retried["x-slack-retry-reason"]) == ("1", "http_error")
        assert alice.state()["app"]["connected"]


def test_the_app_comes_back_after_the_network_failed(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["text"]))
    join()
    sandbox.happen("drop", reason="refresh_requested")
    wait_until(sandbox.sockets.connected, 8)
    sandbox.person("alice").say("after the refresh", channel="service-desk")
    wait_until(lambda: heard == ["after the refresh"])
    assert heard == ["after the refresh"]


def test_ten_connections_and_no_more(sandbox: Sandbox) -> None:
    joiner = WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    with ExitStack() as stack:
        urls = [joiner.apps_connections_open(app_token=sandbox.app_token)["url"] for _ in range(11)]
        sockets = [stack.enter_context(connect(url, proxy=None)) for url in urls]
        hellos = [json.loads(one.recv(timeout=5)) for one in sockets]
    assert [one["type"] for one in hellos] == ["hello"] * 10 + ["disconnect"]
    assert hellos[-1]["reason"] == "too_many_websockets"
    assert hellos[0]["connection_info"]["app_id"] == sandbox.workspace.app_id


def test_an_address_for_a_connection_works_once(sandbox: Sandbox) -> None:
    joiner = WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    url = joiner.apps_connections_open(app_token=sandbox.app_token)["url"]
    with connect(url, proxy=None) as first:
        assert json.loads(first.recv(timeout=5))["type"] == "hello"
    with pytest.raises(InvalidStatus, match="403"), connect(url, proxy=None):
        pass


def test_two_people_press_at_once_and_both_are_heard(
    sandbox: Sandbox, app: App, join: Callable[[], Any], web: WebClient
) -> None:
    pressed: list[str] = []

    @app.action("press")
    def press(ack: Any, body: Any) -> None:
        ack()
        pressed.append(body["user"]["username"])

    join()
    web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[section(accessory=button())])
    people = [sandbox.person(name) for name in ("alice", "bob")]
    message = people[0].last("service-desk")
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda one: one.click(message, "press"), people)) == ["", ""]
    assert sorted(pressed) == ["alice", "bob"]


def test_the_sandbox_outlives_the_app_that_joined_it(tmp_path: Path, app: App) -> None:
    command = [sys.executable, "-m", "bot.sandbox.server", "--manifest", str(manifest(tmp_path))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        try:
            alice = Person(told["url"], "alice")
            for text in ("first", "second"):
                _join_answer_and_leave(told, app, alice, text)
            assert [one["text"] for one in alice.everything("service-desk")] == ["Answer to first", "Answer to second"]
            assert alice.command("/tiny", "third") == '/tiny failed with the error "dispatch_failed"'
        finally:
            process.terminate()
    assert process.returncode in (0, -15)


def _join_answer_and_leave(told: dict[str, str], app: App, alice: Person, text: str) -> None:
    client = WebClient(token=told["SLACK_BOT_TOKEN"], base_url=told["SLACK_API_URL"])
    own = App(client=client, signing_secret=told["SLACK_SIGNING_SECRET"], logger=app.logger)

    @own.command("/tiny")
    def tiny(ack: Any, command: Any) -> None:
        ack(f"Answer to {command['text']}")

    handler = SocketModeHandler(own, told["SLACK_APP_TOKEN"], logger=app.logger)
    handler.connect()
    alice.command("/tiny", text, channel="service-desk")
    handler.client.auto_reconnect_enabled = False
    httpx.post(f"{told['url']}/page/world", json={"kind": "cut"}, trust_env=False)
    wait_until(lambda: not handler.client.is_connected())
    handler.close()
    alice.wait(lambda: not alice.state()["app"]["connected"])


def test_the_page_is_served_and_nudged(sandbox: Sandbox) -> None:
    with connect(f"{sandbox.url.replace('http', 'ws')}/page/live?as=alice", proxy=None) as live:
        before = json.loads(live.recv(timeout=5))["seq"]
        sandbox.person("bob").say("news", channel="service-desk")
        assert json.loads(live.recv(timeout=5))["seq"] > before
    client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
    assert client.auth_test()["ok"]


def test_stopping_leaves_no_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())  # one of an earlier test may end meanwhile: only new ones count
    with Sandbox(manifest(tmp_path)) as sandbox:
        sandbox.person("alice").say("an event that is being repeated", channel="service-desk")
        with connect(f"{sandbox.url.replace('http', 'ws')}/page/live?as=alice", proxy=None) as live:
            live.recv(timeout=5)
    assert set(threading.enumerate()) - before == set()
