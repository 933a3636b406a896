"""What strangers can send to the web process, and what Slack signs that nobody expects: refused, never a 500."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot import log
from bot.app import build_app
from bot.push import body as bodies
from bot.push import endpoint
from bot.push.body import Refusal
from bot.sandbox.signed_http import signature
from bot.settings import Settings
from bot.web import HEADERS, build
from tests.databases import Database

SECRET, METRICS, TOKEN = "the signing secret", "a token for metrics", "xoxb-1234-the-bots-own-token"


@dataclass(frozen=True)
class Web:
    """The web process' application, asked without a network."""

    app: Starlette

    def ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
                return await client.request(method, path, **given)

        with ThreadPoolExecutor(1) as apart:  # a browser's loop may run in this one
            return apart.submit(asyncio.run, asked()).result()

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.ask("POST", path, **given)


@pytest.fixture
def web(sqlite_database: Database, tmp_path: Path) -> Iterator[Web]:
    settings = Settings(
        csi_database_url=sqlite_database.url,
        csi_data_url=str(tmp_path),
        slack_bot_token=TOKEN,
        slack_app_token="",
        slack_signing_secret=SECRET,
        csi_metrics_token=METRICS,
        slack_api_url="http://127.0.0.1:9/api/",
    )
    bot = build_app(settings)
    yield Web(build(bot, settings))
    bot.listening.shutdown()


def signed(web: Web, body: str, kind: str = "application/json") -> Any:
    stamp = str(int(time.time()))
    headers = {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(SECRET, stamp, body),
    }
    return web.post("/slack/events", content=body.encode("utf-8", "surrogatepass"), headers=headers)


EVENT = {"type": "event_callback", "team_id": "T1", "event_id": "E1", "event": {"type": "app_home_opened"}}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        "[]",
        "null",
        "3",
        '"x"',
        "{",
        '{"type": 3}',
        *(
            json.dumps({**EVENT, **changed})
            for changed in (
                {"event": None},
                {"event": {}},
                {"event": []},
                {"event": "x"},
                {"event": {"type": 3}},
                {"event_id": None},
                {"event_id": 3},
                {"team_id": None},
                {"team_id": None, "authorizations": []},
                {"team_id": None, "authorizations": [{"enterprise_id": "E1", "team_id": None}]},
                {"authorizations": [3]},
                {"team": {"x": 1}},
            )
        ),
    ],
)
def test_what_is_signed_and_odd_is_refused_in_words(web: Web, said: str) -> None:
    answer = signed(web, said)
    assert (answer.status_code, answer.text) == (400, "not understood")


@pytest.mark.parametrize("form", ["", "payload=", "payload=%7B%7D", "payload=3", "command=%2Fcsi", "ssl=1"])
def test_a_signed_form_without_its_parts_is_refused_in_words(web: Web, form: str) -> None:
    assert signed(web, form, "application/x-www-form-urlencoded").status_code == 400


def test_what_slack_asks_of_an_address_is_answered(web: Web) -> None:
    answer = signed(web, json.dumps({"type": "url_verification", "challenge": "abc"}))
    assert (answer.status_code, "abc" in answer.text) == (200, True)


@pytest.mark.parametrize("path", ["/health", "/metrics", "/nothing", "/v1/openapi.json", "/v1/measurements"])
def test_every_answer_says_what_a_browser_may_do_with_it(web: Web, path: str) -> None:
    answer = web.get(path)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize(("given", "status"), [("", 401), (f"Bearer {METRICS}x", 401), (f"Bearer {METRICS}", 200)])
def test_metrics_are_for_who_has_the_token(web: Web, given: str, status: int) -> None:
    assert web.get("/metrics", headers={"Authorization": given}).status_code == status


def test_wrong_tokens_are_told_late_and_many_at_once_are_turned_away(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    headers = {"Authorization": "Bearer guessed", "Content-Type": "application/json"}
    assert web.post("/v1/measurements", headers=headers, content=b"[]").status_code == 401
    assert endpoint._SLOW in waited
    monkeypatch.setattr(endpoint, "_MOST_WAITING", 0)
    assert web.post("/v1/measurements", headers=headers, content=b"[]").status_code == 429


@pytest.mark.parametrize("kind", ["json", "lines"])
@pytest.mark.parametrize("half", [r"\ud800", r"\udfff", r"a\ud83d", r"\ude00\ud83d"])
def test_half_a_character_in_a_push_is_refused(kind: str, half: str) -> None:
    said = f'{{"kpi": "k", "reason": "{half}"}}'
    with pytest.raises(Refusal, match="Measurement 1 holds half a character") as refused:
        bodies.measurements((said if kind == "lines" else f"[{said}]").encode(), kind)
    assert refused.value.status == 400
    assert bodies.measurements(rb'[{"kpi": "\ud83d\ude00"}]', "json") == [{"kpi": "\U0001f600"}]


def logged(*lines: tuple[str, dict[str, Any]], as_json: bool = True) -> str:
    out, root = io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        with redirect_stderr(out):
            log.configure("DEBUG", as_json=as_json, secrets=Settings(slack_signing_secret="s3cr3t/&+w").secrets)
            for words, more in lines:
                log.logger("test").debug(words, **more)
                logging.getLogger("anybody").debug("%s %s", words, more)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    return out.getvalue()


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(
    "secret",
    ["s3cr3t/&+w", "s3cr3t%2F%26%2Bw", "s3cr3t/%26%2Bw", TOKEN, "xapp-1-A1-b2", "Bearer abcd.efgh", "Basic dXNlcg=="],
)
def test_no_secret_is_in_a_line_of_the_log_at_any_level_whoever_says_it(secret: str, as_json: bool) -> None:
    seen = logged(
        ("said", {"headers": {"Authorization": secret}, "of": f"x {secret} y"}), (f"a {secret}", {}), as_json=as_json
    )
    assert "said" in seen
    assert secret.rpartition(" ")[2] not in seen
    assert "***" in seen
