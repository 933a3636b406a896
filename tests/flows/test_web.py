"""The same bot by signed HTTP: a real web process, requests as Slack signs them, forgeries refused."""

from __future__ import annotations

import json
import shutil
import socket
import time

import httpx
import pytest

from bot import alive, clock
from bot.sandbox.server import Sandbox
from bot.sandbox.signed_http import signature
from csi.models import InboxEvent
from csi.storage import engine, rows, sessions
from tests.conftest import BUSY
from tests.flows.conftest import MANIFEST
from tests.flows.processes import Process, free_port, process

pytestmark = pytest.mark.slow
METRICS = "a token for the metrics"


@pytest.fixture(scope="module")
def web(_sqlite_template, tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("web"), free_port()
    shutil.copy(_sqlite_template, folder / "csi.db")
    address = f"http://127.0.0.1:{port}"
    with Sandbox(MANIFEST, request_url=f"{address}/slack/events", **BUSY) as sandbox:
        made = Process(sandbox, folder, ("web",), {"PORT": str(port), "CSI_METRICS_TOKEN": METRICS})
        with process(made):
            made.answers(f"{address}/health")
            made.address = address
            yield made


def test_commands_modals_events_and_buttons_arrive_by_signed_http(web):
    alice = web.sandbox.person("alice")
    alice.command("/csi", "help")
    assert "/csi start SERVICE" in str(alice.last()["blocks"])
    alice.command("/csi", "start Service desk")
    alice.wait_modal("cycle.start")
    assert alice.submit() is None
    card = alice.wait(lambda: next((one for one in alice.messages() if one["pinned"]), None), what="the card")
    alice.click(card, "cycle.next")
    alice.sees("Not yet.")
    assert "For you" in str(alice.home()["blocks"])
    assert alice.errors == []


@pytest.mark.parametrize("forged", ["no signature", "wrong secret", "old", "changed body"])
def test_what_slack_did_not_sign_is_refused(web, forged):
    body, stamp = "command=%2Fcsi&text=help", str(int(time.time()))
    secret = "guessed" if forged == "wrong secret" else web.sandbox.signing_secret
    if forged == "old":
        stamp = str(int(time.time()) - 600)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if forged != "no signature":
        signed = signature(secret, stamp, body)
        headers |= {"x-slack-request-timestamp": stamp, "x-slack-signature": signed}
    sent = body + "&x=1" if forged == "changed body" else body
    assert httpx.post(f"{web.address}/slack/events", content=sent, headers=headers).status_code == 401


def posted(web, body: str, stamp: str = "", signed: str = ""):
    stamp = stamp or str(int(time.time()))
    signed = signed or signature(web.sandbox.signing_secret, stamp, body)
    headers = {
        b"content-type": b"application/json",
        b"x-slack-request-timestamp": stamp.encode(),
        b"x-slack-signature": signed.encode("latin-1"),
    }
    return httpx.post(f"{web.address}/slack/events", content=body, headers=headers).status_code


@pytest.mark.parametrize("stamp,signed", [("soon", ""), ("9" * 5000, ""), ("", "v0=\xe9"), ("1e3", "")])
def test_a_stamp_or_signature_that_cannot_be_is_refused_and_nobody_in_it_is_answered(web, stamp, signed):
    with socket.socket() as elsewhere:
        elsewhere.bind(("127.0.0.1", 0))
        elsewhere.listen()
        elsewhere.settimeout(1)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        body = json.dumps({"type": "block_actions", "response_url": address, "user": {"id": "U1"}})
        assert posted(web, body, stamp, signed) == 401
        with pytest.raises(TimeoutError):
            elsewhere.accept()


@pytest.mark.parametrize("body", ["{", "[]", "null", "payload={"])
def test_what_cannot_be_read_is_refused_when_signed_and_not_even_read_when_not(web, body):
    assert posted(web, body) == 400
    assert posted(web, body, signed="v0=guessed") == 401


def test_slack_is_answered_what_it_asks_first(web):
    challenge = json.dumps({"type": "url_verification", "challenge": "abc"})
    assert posted(web, challenge) == 200
    assert posted(web, challenge, signed="v0=guessed") == 401


def test_an_event_that_comes_again_is_done_once(web):
    alice, before = web.sandbox.person("alice"), len(web.sandbox.calls("views.publish"))
    event = {"type": "app_home_opened", "user": alice.id, "tab": "home", "channel": "D1", "event_ts": "1.1"}
    told = {"type": "event_callback", "event_id": "Ev1", "team_id": web.sandbox.workspace.team_id, "event": event}
    assert [posted(web, json.dumps(told)) for _ in range(3)] == [200, 200, 200]
    later = {**told, "event_id": "Ev2", "event": {**event, "user": web.sandbox.person("bob").id}}
    assert posted(web, json.dumps(later)) == 200
    alice.wait(lambda: len(web.sandbox.calls("views.publish")) >= before + 2, what="both homes")
    alice.wait(lambda: all(one.status == "done" for one in heard(web)), what="all that was heard to be done")
    assert [one.event_id for one in heard(web) if one.event_id in ("Ev1", "Ev2")] == ["Ev1", "Ev2"]
    assert len(web.sandbox.calls("views.publish")) == before + 2


def heard(web):
    opened = engine(web.database_url)
    with sessions(opened).reading() as session:
        found = rows(session, InboxEvent, web.sandbox.workspace.team_id)
    opened.dispose()
    return found


def test_a_body_is_read_no_further_than_its_bound(web):
    answer = httpx.post(f"{web.address}/slack/events", content=(b"x" * 100_000 for _ in range(30)))
    assert answer.status_code == 413
    assert httpx.post(f"{web.address}/slack/events", content=b"\xff\xfe").status_code == 401


def test_the_way_in_for_tools_is_there_and_closed_without_a_token(web):
    assert "/v1/measurements" in httpx.get(f"{web.address}/v1/openapi.json").json()["paths"]
    refused = httpx.post(f"{web.address}/v1/measurements", json=[{"kpi": "backlog", "value": 1}])
    assert refused.status_code == 401
    assert "This token opens nothing" in refused.json()["error"]


def test_health_and_metrics(web):
    assert {httpx.get(f"{web.address}/{path}").text for path in ("health", "healthz")} == {"ok"}
    silent = httpx.get(f"{web.address}/readyz")
    assert (silent.status_code, silent.text) == (503, "scheduler: nobody minds the clock")
    opened = engine(web.database_url)
    alive.beat(sessions(opened), [web.sandbox.workspace.team_id], clock.now())
    opened.dispose()
    ready = httpx.get(f"{web.address}/readyz")
    assert (ready.status_code, ready.text) == (200, "ready")
    metrics = httpx.get(f"{web.address}/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    assert "csi_outbox_posts" in metrics.text
    assert metrics.headers["x-frame-options"] == "DENY"
    assert httpx.get(f"{web.address}/nothing").status_code == 404


def test_asked_to_end_it_ends_in_good_order(web):
    assert web.end() == 0
