"""Heavy work in a process of its own: it answers, its errors are told, and a killed one is begun anew."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlmodel import select

from bot import inbox
from bot.apart import NICER, Apart, Failed
from bot.app import build_app
from bot.context import Kit
from bot.delivery import failures
from bot.settings import Settings
from csi.errors import Place, TooEarly
from csi.models import Service
from csi.terms import Step
from tests.databases import Database


def named(name: str) -> str:
    """The means of the process apart, in these tests."""
    return name


def told(means: str, what: str) -> tuple[str, str, int, int]:
    return means, what, os.getpid(), os.nice(0)


def refuse(_means: str) -> None:
    raise TooEarly("Analysing is", Step.ANALYSE, Step.GATHER)


def answer_of(error: str, status: int) -> SlackResponse:
    return SlackResponse(
        client=None,
        http_verb="",
        api_url="",
        req_args={},
        data={"ok": False, "error": error},
        headers={"Retry-After": "7"},
        status_code=status,
    )


def slack_refuses(_means: str, error: str, status: int) -> None:
    raise SlackApiError("refused", answer_of(error, status))


def server_refuses(_means: str, status: int) -> None:
    asked = httpx.Request("GET", "https://example.org")
    raise httpx.HTTPStatusError("no", request=asked, response=httpx.Response(status, request=asked))


def end(_means: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    made = Apart(named, "means")
    yield made
    made.close()


def test_work_is_done_elsewhere_and_gives_way(apart: Apart) -> None:
    means, what, process, niceness = apart(told, what="this")
    assert (means, what) == ("means", "this")
    assert process != os.getpid()
    assert niceness == min(19, os.nice(0) + NICER)
    assert apart(told, "again")[2] == process, "it is begun once"


def test_what_is_refused_is_told_as_here(apart: Apart) -> None:
    with pytest.raises(TooEarly) as refused:
        apart(refuse)
    assert str(refused.value) == str(TooEarly("Analysing is", Step.ANALYSE, Step.GATHER))
    assert [way.place for way in refused.value.ways] == [
        way.place for way in TooEarly("Analysing is", Step.ANALYSE, Step.GATHER).ways
    ]
    assert all(isinstance(way.place, Place) for way in refused.value.ways)


@pytest.mark.parametrize(
    ("error", "status", "fate"),
    [
        ("missing_scope", 200, failures.Fate.FINAL),
        ("internal_error", 200, failures.Fate.AGAIN),
        ("ratelimited", 429, failures.Fate.WAIT),
    ],
)
def test_what_slack_refuses_means_the_same(apart: Apart, error: str, status: int, fate: failures.Fate) -> None:
    with pytest.raises(SlackApiError) as refused:
        apart(slack_refuses, error, status)
    assert failures.fate(refused.value) is fate
    assert str(refused.value) == str(SlackApiError("refused", answer_of(error, status)))
    assert failures.retry_after(refused.value) == 7.0


@pytest.mark.parametrize(("status", "passing"), [(404, False), (500, True)])
def test_an_error_that_cannot_be_carried_says_whether_it_passes(apart: Apart, status: int, passing: bool) -> None:
    with pytest.raises(Failed, match="HTTPStatusError") as failed:
        apart(server_refuses, status)
    assert inbox.may_pass(failed.value) is passing


def kept(kit: Kit, name: str) -> tuple[str, str]:
    """Write something with a kit, and say what it may do elsewhere."""
    with kit.sessions() as session:
        session.add(Service(team_id="T1", name=name, created_at=kit.now()))
    return type(kit.waits).__name__, f"{os.getpid()}"


def test_the_process_apart_has_a_kit_of_its_own_and_wakes_whoever_sends(
    sqlite_database: Database, tmp_path: Path
) -> None:
    settings = Settings(csi_database_url=sqlite_database.url, csi_data_url=str(tmp_path), slack_bot_token="xoxb-none")
    bot = build_app(settings, apart=True)
    bot.kit.outbox.woken.clear()
    bot.kit.inbox.woken.clear()
    assert bot.kit.apart is not None
    try:
        waits, process = bot.kit.aside(kept, "Mail")
    finally:
        bot.kit.apart.close()
        bot.kit.slow.close()
    assert (waits, process) != ("Waits", f"{os.getpid()}")
    assert (bot.kit.outbox.woken.is_set(), bot.kit.inbox.woken.is_set()) == (True, True)
    with sqlite_database.sessions.reading() as session:
        assert [one.name for one in session.exec(select(Service))] == ["Mail"]
    bot.listening.shutdown()
    bot.kit.sessions.engine.dispose()


def test_a_killed_process_is_begun_anew_and_the_work_may_be_tried_again(apart: Apart) -> None:
    before = apart(told, "before")[2]
    with pytest.raises(Failed) as killed:
        apart(end)
    assert inbox.may_pass(killed.value)
    assert apart(told, "after")[2] not in (before, os.getpid())
