"""Two people at the same button at the same moment; one person twice: guarded by state, nothing happens twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlmodel import select

from bot.sandbox.person import reading
from csi import cycle as cycles
from csi.models import AuditRow, Cycle, Decision, Kpi, RoleAssignment
from csi.storage import rows
from tests import turns
from tests.flows.conftest import World

KPI = {
    "goal": "Branches can work",
    "csf": "Incidents end when promised",
    "name": "Resolved within SLA",
    "unit": "%",
    "direction": "higher",
    "target": "75",
    "target_date": "2027-03-01",
    "why": "validate",
    "kind": "satisfaction",
    "measure": "share",
    "good": 'made_sla == "true"',
}


def at_once(*acts) -> list:
    """Do these at the same moment."""
    together = Barrier(len(acts))

    def one(act):
        together.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [future.result() for future in [threads.submit(one, act) for act in acts]]


def stored(world: World, table, **wanted) -> list:
    with world.bot.kit.sessions.reading() as session:
        return rows(session, table, world.sandbox.workspace.team_id, **wanted)


def step(world: World) -> int:
    with world.bot.kit.sessions.reading() as session:
        here = world.alice.channel("service-desk")["id"]
        return cycles.of_channel(session, world.sandbox.workspace.team_id, here).step


@pytest.fixture
def asked(world: World) -> World:
    """A tree with one KPI, and the business asked for approval."""
    world.begin()
    world.dave.command("/csi", "roles")
    world.dave.wait_modal("roles.save")
    world.dave.fill({"approver": [world.carol.id, world.erin.id]})
    assert world.dave.submit() is None
    world.alice.command("/csi", "measure")
    world.alice.wait_modal()
    world.alice.click(world.alice.modal, "measure.add_kpi")
    world.alice.wait_modal("measure.add_kpi")
    world.alice.fill({**KPI, "owner": world.alice.id})
    assert world.alice.submit() is None
    world.alice.wait(lambda: world.alice.modal and "Resolved within SLA" in str(world.alice.modal["blocks"]))
    world.alice.click(world.alice.modal, "measure.submit")
    world.carol.wait(lambda: question(world.carol), what="the question")
    return world


def question(person) -> dict | None:
    every = [one for head in person.messages("service-desk") for one in (head, *head["replies"])]
    return next((one for one in every if "measure.approve" in str(one["blocks"])), None)


def test_two_people_approve_at_once_and_one_of_them_twice(asked: World):
    carol, erin = asked.carol, asked.erin
    message = question(carol)
    at_once(
        lambda: carol.click(message, "measure.approve"),
        lambda: erin.click(message, "measure.approve"),
        lambda: carol.click(message, "measure.approve"),
    )
    asked.alice.wait(lambda: stored(asked, Decision, subject="tree", choice="approve") or None)
    decisions = stored(asked, Decision, subject="tree", choice="approve")
    people = [one.user_id for one in decisions]
    assert len(people) == len(set(people))
    assert set(people) <= {carol.id, erin.id}
    assert carol.errors == erin.errors == []


def test_two_people_press_next_at_once_and_the_cycle_goes_one_step(asked: World):
    asked.carol.click(question(asked.carol), "measure.approve")
    asked.alice.wait(lambda: stored(asked, Decision, subject="tree", choice="approve") or None)
    assert step(asked) == 1
    card = asked.card()
    at_once(lambda: asked.alice.click(card, "cycle.next"), lambda: asked.dave.click(card, "cycle.next"))
    asked.alice.wait(lambda: step(asked) == 2, what="step 2")
    asked.alice.wait(
        lambda: any("has been left already" in str(p.messages()) for p in (asked.alice, asked.dave)) or None,
        what="word to the one who was second",
    )
    assert step(asked) == 2
    assert len(stored(asked, AuditRow, what="next step")) == 1
    asked.alice.wait(lambda: "step 2 of 7" in asked.card()["text"], what="the card to follow")


def test_who_saves_an_older_look_at_the_roles_takes_nothing_back(world: World):
    world.begin()
    for person in (world.alice, world.dave):
        person.command("/csi", "roles", channel="service-desk")
        person.wait_modal("roles.save")
    world.alice.fill({"reader": [world.erin.id]})
    assert world.alice.submit() is None
    world.dave.fill({"process_owner": [world.bob.id]})
    world.dave.submit()
    assert "Somebody changed the roles while you had this open" in reading(world.dave.wait_modal("notice"))
    assert [one.user_id for one in stored(world, RoleAssignment, role="reader")] == [world.erin.id]
    world.dave.click(None, "cycle.open:roles")
    assert world.erin.id in str(world.dave.wait_modal("roles.save"))


def test_who_saves_an_older_look_at_a_kpi_takes_nothing_back(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        (kpi,) = turns.grow(session, session.exec(select(Cycle)).one(), actor=world.alice.id)
    for person in (world.alice, world.dave):
        person.command("/csi", f"kpi {kpi.key}", channel="service-desk")
        person.wait_modal("measure.edit_kpi")
    world.alice.fill({"target": "12"})
    assert world.alice.submit() is None
    world.dave.fill({"unit": "min"})
    world.dave.submit()
    assert "Somebody changed Median time to resolve" in reading(world.dave.wait_modal("notice"))
    with world.bot.kit.sessions.reading() as session:
        kept = session.exec(select(Kpi)).one()
        assert (kept.target, kept.unit) == (12.0, "h")
