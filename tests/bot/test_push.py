"""``POST /v1/measurements`` on a real server: what it takes, what it refuses, and that its document tells the truth."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from bot import push
from bot.app import build_kit
from bot.push.rate import Rate
from bot.settings import Settings
from csi.models import Batch, Measurement
from csi.step3_gather import tokens
from csi.storage import rows
from tests import turns
from tests.databases import Database
from tests.step3_gather.test_pushing import SECRET, begun, one


@dataclass
class Door:
    """A server with one source and its token; ``door.send(...)`` pushes."""

    database: Database
    settings: Settings
    address: str = ""
    token: str = ""
    ahead: timedelta = timedelta(0)
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def now(self) -> datetime:
        return turns.NOW + self.ahead

    def send(self, content: bytes | object, **headers: str) -> httpx.Response:
        said = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        kept = {name: value for name, value in said.items() if value}
        return self.client.post(f"{self.address}/v1/measurements", content=body, headers=kept)

    def held(self) -> list[Measurement]:
        with self.database.sessions.reading() as session:
            return rows(session, Measurement, turns.TEAM)


def opened(database: Database, folder: Path, per_minute: int) -> Iterator[Door]:
    settings = Settings(
        csi_database_url=database.url,
        csi_data_url=str(folder / "data"),
        csi_push_per_minute=per_minute,
        slack_bot_token="xoxb-none",
    )
    door = Door(database, settings)
    kit, _ = build_kit(settings, now=door.now)
    with database.sessions() as session:
        _, source = begun(session)
        door.token = tokens.give(session, source, SECRET, actor=turns.BOB, now=turns.NOW)
    server = uvicorn.Server(
        uvicorn.Config(Starlette(routes=push.routes(kit)), port=0, log_config=None, access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    door.address = f"http://127.0.0.1:{port}"
    yield door
    door.client.close()
    server.should_exit = True
    thread.join(10)
    kit.sessions.engine.dispose()
    kit.slow.close()


@pytest.fixture
def door(sqlite_database: Database, tmp_path: Path) -> Iterator[Door]:
    yield from opened(sqlite_database, tmp_path, 1_000)


@pytest.fixture
def either(database: Database, tmp_path: Path) -> Iterator[Door]:
    yield from opened(database, tmp_path, 1_000)


def test_json_is_taken_in_with_counts_and_refusals(either: Door):
    answer = either.send({"measurements": [one(), one(kpi="nothing"), one(value="7")]})
    assert answer.status_code == 202
    said = answer.json()
    assert (said["accepted"], said["refused"], said["known"], said["delivery"]) == (1, 2, False, 1)
    assert said["refusals"][1] == {
        "measurement": 3,
        "field": "value",
        "value": "7",
        "reason": "is no number",
        "expected": "a JSON number such as 12.5, or null with a reason",
    }
    assert [row.value for row in either.held()] == [7.5]
    again = either.send({"measurements": [one(), one(kpi="nothing"), one(value="7")]}).json()
    assert (again["known"], again["accepted"], again["unchanged"], again["refused"]) == (True, 0, 1, 2)


def test_json_lines_are_taken_in_one_by_one(door: Door):
    lines = b"\n".join([json.dumps(one()).encode(), b"{oops", b"", json.dumps(one(period="2026-11-09")).encode()])
    said = door.send(lines, Content_Type="application/x-ndjson").json()
    assert (said["accepted"], said["refused"]) == (2, 1)
    assert said["refusals"][0]["measurement"] == 2
    assert "not JSON" in said["refusals"][0]["reason"]


def test_a_mark_of_its_encoding_in_front_does_no_harm(door: Door):
    assert door.send(b"\xef\xbb\xbf" + json.dumps([one()]).encode()).json()["accepted"] == 1


def test_the_bytes_are_kept_as_they_came(door: Door):
    door.send([one()])
    with door.database.sessions.reading() as session:
        (batch,) = rows(session, Batch, turns.TEAM)
    kit, _ = build_kit(door.settings)
    assert kit.files.read(batch.raw_key) == json.dumps([one()]).encode()
    kit.slow.close()
    kit.sessions.engine.dispose()


def test_what_is_no_push_is_refused_with_a_sentence(door: Door):
    refused = [
        (door.send([one()], Authorization=""), 401, "This token opens nothing"),
        (door.send([one()], Authorization=f"Basic {door.token}"), 401, "Bearer"),
        (door.send([one()], Authorization=f"Bearer {door.token}x"), 401, "opens nothing"),
        (door.send(b"kpi,value", Content_Type="text/csv"), 415, "Expected application/json"),
        (door.send([one()], Content_Type=""), 415, "is missing"),
        (door.send(gzip.compress(b"[]"), Content_Encoding="gzip"), 415, "without Content-Encoding"),
        (door.send(b"{oops"), 422, "not JSON"),
        (door.send(b'{"numbers": []}'), 422, 'Expected {"measurements": [...]}'),
        (door.send(b"7"), 422, "or a list of measurements"),
        (door.send([]), 422, "no measurement"),
        (door.send(b"[\xff]"), 422, "not UTF-8"),
        (door.send(b"[" * 100_000), 422, "not JSON that can be read: it is nested too deeply."),
        (door.send(b"[" + b"9" * 5_000 + b"]"), 422, "a number in it is too long."),
        (door.send([one()], Idempotency_Key="x" * 101), 422, "at most 100"),
        (door.send(b" " * 1_000_001), 413, "more than 1,000,000 bytes"),
        (door.send([1] * 5_001), 422, "at most 5,000 at once"),
    ]
    for answer, status, says in refused:
        assert (answer.status_code, says in answer.json()["error"]) == (status, True), answer.text
    assert refused[0][0].headers["WWW-Authenticate"] == "Bearer"
    assert door.held() == []


def test_a_key_used_for_another_body_is_a_conflict(door: Door):
    assert door.send([one()], Idempotency_Key="7").status_code == 202
    answer = door.send([one(value=1)], Idempotency_Key="7")
    assert (answer.status_code, "another body" in answer.text) == (409, True)


def test_who_comes_too_often_waits(sqlite_database: Database, tmp_path: Path):
    for door in opened(sqlite_database, tmp_path, 3):
        statuses = [door.send([one()]).status_code for _ in range(4)]
        assert statuses == [202, 202, 202, 429]
        answer = door.send([one()])
        assert (answer.headers["Retry-After"], "Too often" in answer.text) == ("20", True)
        door.ahead = timedelta(seconds=20)
        assert door.send([one()]).status_code == 202


def test_each_sender_has_a_rate_of_its_own():
    now = [turns.NOW]
    rate = Rate(60, lambda: now[0])
    assert [rate.wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert rate.wait("b") == 0
    now[0] += timedelta(seconds=1.5)
    assert [rate.wait("a"), rate.wait("a")] == [0, 1]


def test_a_thousand_numbers_take_seconds(door: Door):
    given = [
        one(period=None, at=f"2026-10-{day:02}T{hour:02}:{minute:02}:00Z")
        for day in range(1, 11)
        for hour in range(20)
        for minute in range(5)
    ]
    start = time.monotonic()
    assert door.send(given).json()["accepted"] == 1_000
    assert time.monotonic() - start < 15


def test_two_processes_at_once_keep_a_number_once(either: Door):
    answers: list[dict] = []
    threads = [threading.Thread(target=lambda: answers.append(either.send([one()]).json())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(said["accepted"] for said in answers) == 1
    assert len(either.held()) == 1


@pytest.mark.slow
def test_the_document_tells_the_truth(door: Door, tmp_path: Path):
    """Schemathesis sends what the document allows and what it does not, and compares the answers with it."""
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{door.address}/v1/openapi.json",
        "--header",
        f"Authorization: Bearer {door.token}",
        "--max-examples",
        "12",
        "--seed",
        "7",
        "--no-color",
        "--generation-database",
        "none",
        "--phases",
        "examples,coverage,fuzzing",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, told(done)
    assert "No issues found" in done.stdout


def told(done: subprocess.CompletedProcess[str]) -> str:
    """What schemathesis said, without the long bodies it sent."""
    return "\n".join(line[:300] for line in (done.stdout + done.stderr).splitlines())
