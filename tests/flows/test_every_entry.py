"""Every entry of the routing table, tried with ids of another workspace: it shows and changes nothing of it.

What is heard is taken from the table itself, so that whatever is added to it is tried, too.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
import pytest
from slack_bolt import BoltRequest
from slack_sdk.errors import SlackApiError
from sqlmodel import Session, col, select
from starlette.applications import Starlette

from bot import listeners, push
from bot.blocks.ids import OPEN
from bot.listeners.step3_gather import drop as drops
from csi import roles
from csi.errors import NotFound
from csi.keeping import tables
from csi.models import AuditRow, Cycle, Finding, InboxEvent, Installation, OutboxPost, Row, Source
from csi.step3_gather import tokens
from csi.storage import need, rows
from csi.terms import Role
from tests import turns
from tests.databases import PostgresServer
from tests.flows.conftest import World, living
from tests.flows.test_workspaces import MARK, OTHER, theirs
from tests.turns import ALICE, DAVE, NOW

ELSEWHERE = "COTHER"
FILE = "FOTHER"
STEPS = (1, 2, 5, 7)  # of the own cycle, as what may be done depends on it
# How the value of a button names a row, where it is not the row's number alone.
VALUES = {
    "measure.approve": "{0}:1",
    "act.approve": "{0}:1",
    "present.how": "{0}:grid",
    "present.spiral": "{0}:kpi",
    "reminder.snooze": "mute:{0}",
    "process.decide": '{{"id": {0}, "choice": "approve"}}',
    "gather.map": FILE,
    "gather.collect": "{0}:2026-11-16",
    "gather.read": FILE + ":{0}",
    "gather.name": ":{0}",
    "gather.study": FILE,
    "cycle.next": "1@" + ELSEWHERE,
    "cycle.open": "status@" + ELSEWHERE,
    "cycle.start": ELSEWHERE,
    "source.add": "sql",
    "measure.catalogue": "K01",
    "register.page": "0",
    "home.page": "0",
    "wait.look": "action:{0}",
    "people.give_on": "UGONE:{0}",
    "propose.leave": FILE,
    "present.answer": "{0}:UGONE",
}
# The same for what a modal remembers, where it is not the usual object.
REMEMBERED = {
    "cycle.start": ELSEWHERE,
    "cycle.back": ELSEWHERE,
    "present.send": ELSEWHERE,
    "act.reject": "{0}:1",
    "act.reject_baseline": "{0}",
    "measure.reject": "{0}:1",
    "present.question": "{0}",
    "present.decide": "{0}",
    "people.give_on": "UGONE:{0}",
    "present.answer": "{0}:UGONE",
}
# What people chose and typed, for fields that do not take any number.
SAID = {
    "sure": "delete everything",
    "timezone": "Europe/Lisbon",
    "period": "week",
    "calendar": "24x7",
    "at": "0",
    "direction": "lower",
    "why": "direct",
    "measure": "count",
    "decision": "accept",
    "measurability": "proxy only",
    "audience": "suppliers",
    "purpose": "information",
    "disposition": "adopt",
    "state": "done",
    "cost_class": "low",
    "start": "2026-11-16T00:00:00+00:00",
    "end": "17:00",
    "address": "https://example.org/x",
    "dates": "iso",
    "unit_cost": "",
    "impact_unit": "minutes",
    "claim": "neither",
    "period_start": "2026-11-16",
    "cause_state": "supported",
}


OF_FORMS = (
    "cycle.more",
    "gather.guess",
    "gather.more",
    "gather.choose",
    "gather.try",
    "register.more",
    "measure.more",
    "assess.more",
    "act.more",
)


class Anything(dict[str, Any]):
    """The state of a modal in which every field is filled in."""

    def __init__(self, number: str, user: str) -> None:
        super().__init__({"reason": {}})
        self.number, self.user = number, user

    def get(self, field: str, default: Any = None) -> Any:
        value = SAID.get(field, self.number)
        chosen = {"value": value, "text": {"type": "plain_text", "text": value}}
        people = {"selected_user": self.user, "selected_users": [self.user], "selected_date": "2026-12-01"}
        return {field: {"value": value, "selected_option": chosen, "selected_options": [chosen], **people}}


class Attacker:
    """Dave, who sends what no page would let him send."""

    def __init__(self, world: World, ids: dict[str, str]) -> None:
        self.world, self.ids, self.person = world, ids, world.dave
        self.team = world.sandbox.workspace.team_id
        self.numbers = sorted(set(ids.values()) - {"0"}, key=int)
        self.cycle, self.may_look = int(ids["cycle"]), False
        self.begun = len(world.sandbox.workspace.log)

    def at_home(self, step: int) -> None:
        """From now on the payloads are about the own cycle, in this step; only the rows they name are not its own."""
        with self.world.bot.kit.sessions() as session:
            (own,) = rows(session, Cycle, self.team)
            turns.jump(session, own, step)
            self.cycle = own.id

    def base(self, kind: str) -> dict[str, Any]:
        person = {"id": self.person.id, "team_id": self.team}
        return {"type": kind, "team": {"id": self.team}, "user": person, "api_app_id": "A0", "trigger_id": "none"}

    def send(self, body: dict[str, Any]) -> str:
        answer = self.world.bot.app.dispatch(BoltRequest(mode="socket_mode", body=body))
        assert self.may_look or MARK not in str(answer.body), body
        return str(answer.body)

    def view(self, callback_id: str, metadata: str, state: dict[str, Any] | None = None) -> dict[str, Any]:
        inputs = [{"type": "input", "block_id": name} for name in ("reason", f"item_{self.ids['kpi']}")]
        return {
            "id": "V0",
            "type": "modal",
            "callback_id": callback_id,
            "private_metadata": metadata,
            "hash": "0",
            "blocks": inputs,
            "root_view_id": "V0",
            "state": {"values": state or {}},
        }

    def remembered(self, number: str) -> str:
        known = {name: int(number) for name in (*self.ids, "entry", "kpi", "goal", "csf", "gap", "source", "step")}
        known["cycle"] = self.cycle
        return json.dumps(
            {
                **known,
                "file": FILE,
                "kind": "sql",
                "start": "2026-11-16",
                "kpis": [int(number)],
                "names": ["a"],
                "channel": ELSEWHERE,
            }
        )

    def shown(self) -> str:
        """Whatever the bot said to Slack, refused or not."""
        calls = self.world.sandbox.workspace.log[self.begun :]
        return json.dumps([one for one in calls if one["what"] == "call"], default=str)


def stored(world: World) -> list[str]:
    """Everything of the other workspace: rows, posts included, and files."""
    kit = world.bot.kit
    with kit.sessions.reading() as session:
        every = [one for table in Row.__subclasses__() for one in session.exec(select(table)) if one.team_id == OTHER]
        found = [f"{one.__tablename__} {one.model_dump_json()}" for one in every]
    return sorted([*found, *(f"{key} {kit.files.read(key)!r}" for key in kit.files.keys(OTHER))])


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """A workspace whose Slack refuses to open modals for clicks that never were; analyses in it are incomplete."""
    with living(f"sqlite:///{folder / 'csi.db'}", folder, expected=(SlackApiError, KeyError, StopIteration)) as made:
        yield made


@pytest.fixture
def attacker(world: World) -> Iterator[Attacker]:
    """Two workspaces in one database; what happened to the other one is looked at in the end."""
    kit = world.bot.kit
    world.begin()
    with kit.sessions() as session:
        ids = theirs(session)
        session.add(Installation(team_id=OTHER, installed_at=NOW, bot_token="closed"))
        own = session.exec(select(Cycle).where(Cycle.team_id != OTHER)).one()
        turns.grow(session, own, actor=world.alice.id)
        kit.outbox.post(session, team_id=OTHER, channel=ELSEWHERE, key="waiting", text=MARK)
        kit.inbox.later(session, team_id=OTHER, kind="people.remember", key="theirs", payload={"users": [ALICE]})
    kit.files.write(f"{OTHER}/drops/{FILE}.json", b"{}")
    kit.files.write(f"{OTHER}/drops/{FILE}.yml", f"{MARK}\nstudy: 1".encode())
    made = Attacker(world, ids)
    before = stored(world)
    assert len(before) > 30
    yield made
    through(world)
    assert stored(world) == before
    assert MARK not in made.shown()
    assert MARK not in json.dumps([world.sandbox.person(name).state() for name in ("dave", "alice")])


def through(world: World) -> None:
    """Wait until whatever was begun or left for later in this workspace is worked on."""
    world.settled()


def of_kind(kind: str) -> list[str]:
    return sorted(listeners.of_kind(kind))


def try_commands(attacker: Attacker) -> None:
    here = attacker.person.channel("service-desk")["id"]
    for word in (*of_kind("command"), "help", "nothing"):
        for channel in (here, ELSEWHERE):
            for words in ("", "json", attacker.numbers[0], "median_time_to_resolve"):
                command = {
                    "command": "/csi",
                    "text": f"{word} {words}",
                    "team_id": attacker.team,
                    "trigger_id": "none",
                    "user_id": attacker.person.id,
                    "channel_id": channel,
                }
                attacker.send(command)


def try_buttons(attacker: Attacker, place: str) -> None:
    for action in of_kind("action"):
        if action in OF_FORMS and place == "message":
            continue  # it reads what its form remembers, which is nothing outside of it
        for number in attacker.numbers:
            click = {
                "type": "button",
                "action_id": f"{action}:x" if action == OPEN else action,
                "block_id": "b",
                "value": VALUES.get(action, "{0}").format(number),
                "action_ts": "1",
            }
            body = {**attacker.base("block_actions"), "actions": [click]}
            if place == "modal":
                body["view"] = attacker.view("act.open", attacker.remembered(number))
                body["container"] = {"type": "view", "view_id": "V0"}
            else:
                message = {"ts": "1.1", "text": "", "thread_ts": "1.1"}
                body |= {"channel": {"id": ELSEWHERE}, "message": message, "response_url": ""}
                body["container"] = {"type": "message", "channel_id": ELSEWHERE, "message_ts": "1.1"}
            attacker.send(body)


def try_modals(attacker: Attacker) -> None:
    ending = ("cycle.close", "settings.erase")  # last, as they leave nothing to try
    for callback_id in sorted(of_kind("view"), key=lambda one: (one in ending, one)):
        for number in attacker.numbers:
            metadata = REMEMBERED.get(callback_id, "").format(number) or attacker.remembered(number)
            state = Anything(number, attacker.person.id)
            body = {**attacker.base("view_submission"), "view": attacker.view(callback_id, metadata, state)}
            attacker.send(body)


def test_every_command(attacker: Attacker) -> None:
    try_commands(attacker)


@pytest.mark.parametrize("place", ["modal", "message"])
def test_every_button(attacker: Attacker, place: str) -> None:
    try_buttons(attacker, place)


def test_every_modal(attacker: Attacker) -> None:
    try_modals(attacker)


@pytest.mark.parametrize("step", STEPS)
def test_every_button_and_modal_of_the_own_cycle(attacker: Attacker, step: int) -> None:
    attacker.at_home(step)
    try_buttons(attacker, "modal")
    try_modals(attacker)


@pytest.mark.parametrize("step", STEPS[::3])
def test_who_holds_no_role_changes_nothing_but_to_acknowledge_to_ask_and_to_raise_an_idea(
    world: World, step: int
) -> None:
    team = world.sandbox.workspace.team_id
    with world.bot.kit.sessions() as session:
        ids = theirs(session, team)
        turns.jump(session, need(session, Cycle, team, int(ids["cycle"])), step)
    stranger = Attacker(world, ids)
    stranger.person, stranger.may_look = world.erin, True
    before = kept(world, team)
    try_buttons(stranger, "modal")
    try_buttons(stranger, "message")
    try_modals(stranger)
    through(world)
    after = kept(world, team)
    changed = after ^ before
    assert not [one for one in before - after if one.startswith("opportunity ")]  # what is there stays as it is
    assert {(one.split()[0], json.loads(one.partition(" ")[2]).get("kind", "")) for one in changed} <= {
        ("report_click", "acknowledge"),
        ("report_click", "question"),
        ("opportunity", ""),
        ("audit_row", ""),
        ("audit_head", ""),
    }


def kept(world: World, team: str) -> set[str]:
    """Every row of a workspace but what passes through it, and the drafts that looking at step 5 makes."""
    passing = (InboxEvent, OutboxPost, Finding)
    with world.bot.kit.sessions.reading() as session:
        tables = [table for table in Row.__subclasses__() if table not in passing]
        every = [one for table in tables for one in session.exec(select(table)) if one.team_id == team]
        return {f"{one.__tablename__} {one.model_dump_json()}" for one in every}


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS[::3])
def test_two_people_at_once_and_one_of_them_twice_change_each_thing_once(postgres_world: World, step: int) -> None:
    """SQLite has one writer at a time anyway."""
    world, team = postgres_world, postgres_world.sandbox.workspace.team_id
    with world.bot.kit.sessions() as session:
        ids = theirs(session, team)
        cycle = turns.jump(session, need(session, Cycle, team, int(ids["cycle"])), step)
        for person in (world.carol.id, world.alice.id):
            for role in (Role.APPROVER, Role.SERVICE_OWNER, Role.CSI_MANAGER):
                given = {"role": role, "user_id": person, "actor": DAVE, "now": NOW}
                roles.grant(session, team_id=team, service_id=cycle.service_id, **given)
    first, second = Attacker(world, ids), Attacker(world, ids)
    for one, person in ((first, world.carol), (second, world.alice)):
        one.person, one.may_look = person, True
    before = max(one.ordinal for one in log_of(world, 0))
    together = Barrier(3)
    with ThreadPoolExecutor(3) as pool:
        for body, again, other in zip(*(sent(one) for one in (first, first, second)), strict=True):
            acts = ((first, body), (first, again), (second, other))
            list(pool.map(lambda act: (together.wait(), act[0].send(act[1])), acts))
            through(world)
            recorded = log_of(world, before)
            before = max([before, *(one.ordinal for one in recorded)])
            changes = Counter((one.what, one.subject, one.subject_id, str(one.new)) for one in recorded)
            doubled = {what for (what, *_), count in changes.items() if count > 1}
            # Each reader's word about a report counts, and each wish to compute again is heard.
            assert doubled <= {"acknowledge", "question", "decide", "processed and analysed"}, body


@pytest.fixture
def postgres_world(postgres: PostgresServer, tmp_path: Path) -> Iterator[World]:
    """The same world on PostgreSQL, where several write at once."""
    with living(postgres.url(postgres.lend()), tmp_path, expected=(SlackApiError, KeyError, StopIteration)) as made:
        yield made


def sent(attacker: Attacker) -> Iterator[dict[str, Any]]:
    """What one person would send by every button and every modal, but to delete everything."""
    bodies: list[dict[str, Any]] = []
    attacker.send = lambda body: str(bodies.append(body))  # type: ignore[method-assign]
    try_buttons(attacker, "modal")
    try_modals(attacker)
    del attacker.send
    yield from (body for body in bodies if (body.get("view") or {}).get("callback_id") != "settings.erase")


def log_of(world: World, after: int) -> list[AuditRow]:
    """What was recorded since."""
    team = world.sandbox.workspace.team_id
    with world.bot.kit.sessions.reading() as session:
        return list(session.exec(select(AuditRow).where(AuditRow.team_id == team, col(AuditRow.ordinal) > after)))


def test_every_shortcut(attacker: Attacker) -> None:
    for callback_id in of_kind("shortcut"):
        message = {"ts": "1.1", "text": "words", "user": ALICE}
        place = {"channel": {"id": ELSEWHERE}, "message": message, "message_ts": "1.1", "response_url": ""}
        body = {**attacker.base("message_action"), "callback_id": callback_id, **place}
        attacker.send(body)


def test_every_event(attacker: Attacker) -> None:
    bot = attacker.world.sandbox.workspace.bot.id
    left = {"id": ALICE, "deleted": True, "team_id": OTHER, "tz": "UTC", "profile": {"display_name": "Gone"}}
    for kind in of_kind("event"):
        for user in (bot, ALICE, left):
            if isinstance(user, dict) != (kind == "user_change"):
                continue
            happened = {
                "type": kind,
                "user": user,
                "user_id": user,
                "channel": ELSEWHERE,
                "channel_id": ELSEWHERE,
                "file_id": FILE,
                "tab": "home",
                "team": OTHER,
                "tokens": {"bot": [bot]},
            }
            body = {
                "type": "event_callback",
                "team_id": attacker.team,
                "api_app_id": "A0",
                "event": happened,
                "event_id": f"{kind}{len(str(user))}",
                "authorizations": [{"team_id": attacker.team, "user_id": bot}],
            }
            attacker.send(body)
    through(attacker.world)


def test_every_job(attacker: Attacker) -> None:
    kit = attacker.world.bot.kit
    jobs = sorted(of_kind("job"), key=lambda kind: kind == "settings.erase")  # which leaves nothing to try
    for kind in jobs:
        with kit.sessions() as session:
            for number in attacker.numbers:
                wanted = {f"{name}_id": int(number) for name in ("report", "source", "batch", "cycle")}
                given = {
                    "file_id": FILE,
                    "kpi": "median_time_to_resolve",
                    "actor": ALICE,
                    "key": number,
                    "stamp": "",
                    "users": [],
                    "channel": ELSEWHERE,
                    "user": ALICE,
                    "by": attacker.world.dave.id,
                }
                kit.inbox.later(session, team_id=attacker.team, kind=kind, key=number, payload={**wanted, **given})
        through(attacker.world)


def test_the_clock(attacker: Attacker) -> None:
    for days in (1, 30, 90):
        attacker.world.later(days=days)
        attacker.world.tick()


def test_an_export(attacker: Attacker) -> None:
    with attacker.world.bot.kit.sessions.reading() as session:
        (own,) = rows(session, Cycle, attacker.team)
        assert MARK not in json.dumps(tables.of(session, own))


def own_token(attacker: Attacker, session: Session) -> str:
    (own,) = rows(session, Cycle, attacker.team)
    made = Source(team_id=attacker.team, service_id=own.service_id, key="push", kind="push", created_at=NOW)
    session.add(made)
    session.flush()
    return tokens.give(session, made, "a" * 43, actor=attacker.world.dave.id, now=NOW)


def test_a_push(attacker: Attacker) -> None:
    kit = attacker.world.bot.kit
    with kit.sessions() as session:
        token = own_token(attacker, session)
    transport = httpx.ASGITransport(Starlette(routes=push.routes(kit)))

    async def send() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(transport=transport, base_url="http://push") as client:
            headers = {"Authorization": f"Bearer {token}"}
            said = [
                {"kpi": key, "at": "2026-11-02T10:00:00Z", "value": 5} for key in (f"{MARK} KPI", "their_secret_kpi")
            ]
            return [(await client.post("/v1/measurements", json=said, headers=headers)).json()]

    (told,) = asyncio.run(send())
    assert (told["accepted"], told["refused"]) == (0, 2)


def test_a_file_key_never_leads_out_of_the_workspace(attacker: Attacker) -> None:
    kit = attacker.world.bot.kit
    for forged in (
        f"../../{OTHER}/drops/{FILE}",
        f"../{FILE}",
        "..",
        "",
        "/etc/passwd",
        f"x/../../{OTHER}/drops/{FILE}",
    ):
        with pytest.raises(NotFound):
            drops.find(kit, attacker.team, forged)


def test_one_workspaces_requests_are_not_answered_with_anothers_token(attacker: Attacker) -> None:
    before = len(attacker.world.sandbox.calls())
    command = {
        "command": "/csi",
        "text": "status",
        "team_id": OTHER,
        "trigger_id": "none",
        "user_id": ALICE,
        "channel_id": ELSEWHERE,
    }
    assert "not installed in this workspace" in attacker.send(command)
    assert len(attacker.world.sandbox.calls()) == before
