"""``/csi source`` as people use it: a query, an address, Prometheus's form, a push; by hand and by the clock."""

from __future__ import annotations

import json
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlmodel import select

from bot.sandbox.person import reading
from bot.scheduler import Scheduler
from csi.measurement import of_cycle
from csi.models import AuditRow, Batch, Cycle, InboxEvent, Kpi, OutboxPost, Source
from csi.step3_gather import tokens
from csi.step4_process import computing
from tests import turns
from tests.fetching.conftest import Answer, Site, site
from tests.fetching.prometheus_server import prometheus
from tests.flows.conftest import World

__all__ = ["prometheus", "site"]

pytestmark = pytest.mark.slow
ROWS = [("INC1", "2026-03-02 08:00", "2026-03-02 10:00"), ("INC2", "2026-03-03 08:00", "2026-03-03 09:00")]


@pytest.fixture
def tickets(tmp_path: Path) -> Path:
    folder = tmp_path / "databases"
    folder.mkdir()
    path = folder / "tickets.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE incident (number TEXT, opened_at TEXT, resolved_at TEXT)")
        connection.executemany("INSERT INTO incident VALUES (?, ?, ?)", ROWS)
    connection.close()
    return path


@pytest.fixture
def desk(world: World, tickets: Path) -> World:
    """A cycle in step 3 with one KPI; an administrator allows this machine and one folder."""
    world.stop()
    allowed = {
        "csi_token_key": Fernet.generate_key().decode(),
        "csi_allow_private_addresses": "127.0.0.1",
        "csi_allow_database_folders": str(tickets.parent),
    }
    world.settings = world.settings.model_copy(update=allowed)
    world.start()
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        definition = {"measure": "median", "value": {"from": "opened_at", "to": "resolved_at"}}
        turns.grow(session, cycle, turns.kpi_fields(owner=world.alice.id, definition=definition), actor=world.alice.id)
        turns.jump(session, cycle, 3)
    return world


def held(world: World, table: type) -> list:
    with world.bot.kit.sessions.reading() as session:
        return list(session.exec(select(table).order_by(table.id)))


def jobs(world: World) -> list[InboxEvent]:
    return [one for one in held(world, InboxEvent) if one.kind == "job:source.collect"]


def add(world: World, kind: str, **fields: object) -> dict | None:
    bob = world.bob
    bob.command("/csi", "source")
    bob.click(bob.wait_modal("source.open"), "source.add", kind)
    bob.wait_modal("source.save")
    bob.fill({"name": "Tickets", "feeds": ["Median time to resolve"], **fields})
    return bob.submit()


def query(tickets: Path, **more: object) -> dict[str, object]:
    return {"address": f"sqlite:///{tickets}", "query": "SELECT * FROM incident", "at": "resolved_at", **more}


def test_a_query_is_set_up_collected_and_read_like_a_file(desk: World, tickets: Path):
    assert add(desk, "sql", **query(tickets, since="resolved_at")) is None
    told = reading(desk.bob.sees("read into *Tickets*"))
    assert "2 of 2" in told
    (batch,) = held(desk, Batch)
    assert (batch.way, batch.rows_kept, batch.delivered_by) == ("sql", 2, desk.bob.id)
    assert desk.bot.kit.files.read(batch.raw_key).startswith(b"number,opened_at,resolved_at\nINC1,")
    (kpi,) = held(desk, Kpi)
    assert (kpi.definition["source"], kpi.definition["at"]) == ("tickets", "resolved_at")
    with sqlite3.connect(tickets) as connection:
        connection.execute("INSERT INTO incident VALUES ('INC3', '2026-03-04 08:00', '2026-03-04 09:00')")
    connection.close()
    desk.later(minutes=1)
    desk.bob.click(desk.bob.modal, "source.collect")
    desk.bob.wait(lambda: len(held(desk, Batch)) == 2, what="the second delivery")
    assert held(desk, Batch)[1].rows_kept == 1
    desk.later(minutes=1)
    desk.bob.click(desk.bob.modal, "source.collect")
    desk.bob.sees("there is nothing new")
    assert desk.bob.errors == []


def test_an_address_is_collected_and_everything_anew_replaces_what_was_there(desk: World, site: Site):
    site.answers["/calls"] = Answer(json.dumps({"items": [{"at": "2026-03-02T09:00:00Z", "n": 1}]}).encode())
    assert (
        add(
            desk,
            "url",
            address=f"{site.address}/calls?api_key=s3cret",
            rows="items",
            at="at",
            feeds=[],
            authorization="Bearer t0ken",
        )
        is None
    )
    desk.bob.sees("read into *Tickets*")
    assert site.asked[0].headers["Authorization"] == "Bearer t0ken"
    assert site.asked[0].path == "/calls?api_key=s3cret"
    shown = json.dumps([desk.bob.modal, desk.bob.everything("service-desk")])
    (source,) = held(desk, Source)
    kept = json.dumps([source.mapping, source.progress]) + source.secret_encrypted
    assert "api_key=***" in shown
    for secret in ("s3cret", "t0ken"):
        assert secret not in shown
        assert secret not in kept
    site.answers["/calls"] = Answer(json.dumps({"items": [{"at": f"2026-03-0{n}T09:00:00Z"} for n in (2, 3)]}).encode())
    desk.later(minutes=1)
    desk.bob.click(desk.bob.modal, "source.collect")
    desk.bob.wait(lambda: [one.state for one in held(desk, Batch)] == ["removed", "current"], what="the new delivery")


def test_prometheus_is_set_up_collected_and_goes_on_from_where_it_ended(desk: World, prometheus: str):
    with desk.bot.kit.sessions() as session:
        cycle, kpi = session.exec(select(Cycle)).one(), session.exec(select(Kpi)).one()
        cycle.period, cycle.baseline_from, cycle.timezone = "day", date(2026, 3, 2), "UTC"
        kpi.definition = {"measure": "last"}
        session.add_all([cycle, kpi])
    wanted = 'max_over_time(requests_total{host="a"}[1d])'
    assert add(desk, "prometheus", address=prometheus, query=wanted) is None
    desk.bob.sees("read into *Tickets*")
    (batch,) = held(desk, Batch)
    assert (batch.rows_kept, batch.first_at.date(), batch.last_at.date()) == (12, date(2026, 3, 2), date(2026, 3, 13))
    (kpi,) = held(desk, Kpi)
    assert kpi.definition == {"measure": "last", "source": "tickets", "at": "start", "value": "value"}
    with desk.bot.kit.sessions.reading() as session:
        cycle = session.exec(select(Cycle)).one()
        study = of_cycle.definition(session, cycle)
        (got,) = computing.readings(session, cycle, desk.bot.kit.files, study)["tickets"]
    assert got.frame["value"].tolist() == [60.0 * 24 * min(day, 12) for day in range(2, 14)]
    assert held(desk, Source)[0].progress["until"] > "2026-03-13"
    desk.later(minutes=1)
    desk.bob.click(desk.bob.modal, "source.collect")
    desk.bob.sees("there is nothing new")
    assert len(held(desk, Batch)) == 1


def assert_nowhere(world: World, said: str, *secrets: str) -> None:
    """Neither in the database's file and its log, nor among the files, nor in what was said to Slack."""
    folder = Path(world.settings.csi_data_url).parent
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()) + said.encode()
    assert b"gather" in kept
    assert [secret for secret in secrets if secret.encode() in kept] == []


def test_a_secret_goes_to_no_other_address(desk: World, site: Site):
    site.answers["/calls"] = Answer(b'[{"at": "2026-03-02"}]')
    add(desk, "url", address=f"{site.address}/calls?key=s3cret", at="at", feeds=[], authorization="Bearer t0ken")
    desk.bob.sees("read into *Tickets*")
    bob = desk.bob
    bob.click(bob.modal, "source.edit")
    form = bob.wait_modal("source.save")
    assert "s3cret" not in str(form)
    assert "t0ken" not in str(form)
    bob.fill({"address": "http://127.0.0.1:9/other?key=***"})
    assert "whole address" in bob.submit()["address"]
    bob.fill({"address": f"{site.address}/moved?key=n3w"})
    site.answers["/moved"] = Answer(b'[{"at": "2026-03-05"}]')
    desk.later(minutes=1)
    assert bob.submit() is None
    bob.wait(lambda: len(site.asked) == 2, what="the new address to be asked")
    assert (site.asked[1].path, site.asked[1].headers["Authorization"]) == ("/moved?key=n3w", None)
    assert [one.what for one in held(desk, AuditRow)].count("gave source a secret") == 2
    assert_nowhere(desk, str(desk.sandbox.calls()), "s3cret", "t0ken", "n3w")


def test_wrong_answers_stand_beside_their_field(desk: World, tickets: Path):
    errors = add(desk, "sql", **query(tickets, query="DELETE FROM incident", address="tickets", since="a b"))
    assert "Expected an address such as postgresql" in errors["address"]
    assert "Expected a single SELECT" in errors["query"]
    assert held(desk, Source) == []


def test_without_a_key_no_secret_is_taken(desk: World, site: Site):
    desk.stop()
    desk.settings = desk.settings.model_copy(update={"csi_token_key": ""})
    desk.start()
    errors = add(desk, "url", address=f"{site.address}/calls?key=s3cret", at="at", feeds=[])
    assert "An administrator sets it" in str(errors)
    assert held(desk, Source) == []


def test_the_clock_collects_once_whoever_ticks_and_says_what_fails(desk: World, site: Site):
    site.answers["/calls"] = Answer(b'[{"at": "2026-03-02"}]')
    add(desk, "url", address=f"{site.address}/calls", at="at", feeds=[], cadence="every day")
    desk.bob.sees("read into *Tickets*")
    desk.later(days=1)
    for _ in range(2):
        Scheduler(desk.bot.kit, desk.now)._collect(held(desk, Source)[0].team_id)
    desk.bob.wait(lambda: len(site.asked) == 2, what="the collection by the clock")
    desk.bob.wait(lambda: [one.status for one in jobs(desk)] == ["done", "done"], what="the jobs' end")
    desk.tick()
    assert len(site.asked) == 2
    site.answers["/calls"] = Answer(status=404)
    desk.later(days=1)
    desk.tick()
    desk.alice.sees("*Tickets* could not be collected")
    desk.bob.wait(lambda: "could not be collected" in str(desk.bob.dms()), what="the owner to be told")
    failures = held(desk, Source)[0].progress
    assert (failures["failures"], failures["said"]) == (1, True)
    assert "404" in reading(desk.bob.sees("could not be collected"))
    assert len([one for one in held(desk, OutboxPost) if one.key.startswith("source.failed")]) == 2
    site.answers["/calls"] = Answer(b'[{"at": "2026-03-02"}, {"at": "2026-03-04"}]')
    desk.later(minutes=6)
    desk.tick()
    desk.alice.sees("*Tickets* is collected again")


def test_a_push_source_shows_its_token_once(desk: World):
    bob = desk.bob
    bob.command("/csi", "source")
    bob.click(bob.wait_modal("source.open"), "source.add", "push")
    bob.wait_modal("source.save")
    bob.fill({"name": "Monitor"})
    assert bob.submit() is None
    shown = str(bob.wait(lambda: bob.modal if "It is shown this once" in str(bob.modal) else None, what="the token"))
    token = shown.partition("```")[2].partition("```")[0]
    with desk.bot.kit.sessions.reading() as session:
        assert tokens.source_of(session, token).name == "Monitor"
    bob.close()
    bob.command("/csi", "source")
    listing = bob.wait_modal("source.open")
    assert token not in str(listing)
    bob.click(listing, "source.token")
    bob.wait(lambda: "It is shown this once" in str(bob.modal), what="the new token")
    newer = str(bob.modal).partition("```")[2].partition("```")[0]
    with desk.bot.kit.sessions.reading() as session:
        assert tokens.source_of(session, token) is None
        assert tokens.source_of(session, newer) is not None
    bob.close()
    bob.click(bob.wait_modal("source.open"), "source.revoke")
    bob.wait(lambda: "has no token" in reading(bob.modal), what="the list without a token")
    with desk.bot.kit.sessions.reading() as session:
        assert tokens.source_of(session, newer) is None
    shown = {"views.open", "views.push", "views.update"}  # where each stood once, before Bob's eyes
    said = [one for one in desk.sandbox.calls() if one["method"] not in shown]
    assert_nowhere(desk, str(said), token.rpartition(".")[2], newer.rpartition(".")[2])


def test_a_source_is_retired_with_its_secret_and_taken_up_again(desk: World, site: Site):
    site.answers["/rows"] = Answer(b'[{"at": "2026-03-02", "n": 1}]')
    address = f"{site.address}/rows?token=s3cret"
    assert add(desk, "url", address=address, at="at", feeds=[]) is None
    desk.bob.sees("*Tickets*, delivery 1")
    desk.bob.close()
    desk.erin.command("/csi", "source")
    desk.erin.click(desk.erin.wait_modal("source.open"), "source.retire")
    desk.erin.wait(lambda: "To retire a source one must be" in str(desk.erin.modal), what="the refusal")
    desk.bob.command("/csi", "source")
    desk.bob.click(desk.bob.wait_modal("source.open"), "source.retire")
    desk.bob.wait(lambda: "Tickets" not in reading(desk.bob.modal), what="the list without it")
    (source,) = held(desk, Source)
    assert (source.secret_encrypted, source.retired_at is not None, len(held(desk, Batch))) == ("", True, 1)
    desk.bob.close()
    desk.later(days=2)
    desk.tick()
    assert len(site.asked) == 1
    assert add(desk, "url", address=address, at="at", feeds=[]) is None
    (source,) = held(desk, Source)
    assert source.secret_encrypted
    assert source.retired_at is None


def test_a_reader_sets_up_nothing(desk: World, tickets: Path):
    erin = desk.erin
    erin.command("/csi", "source")
    erin.click(erin.wait_modal("source.open"), "source.add", "sql")
    erin.wait_modal("source.save")
    erin.fill({"name": "Tickets", **query(tickets)})
    assert "To set up a source one must be" in str(erin.submit())
    assert held(desk, Source) == []
