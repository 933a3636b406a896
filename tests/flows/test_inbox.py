"""An inbox that acts: what waits for somebody reaches them with the very buttons, and says what became of it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.sandbox.person import reading
from csi import cycle as cycles
from csi import roles
from csi.models import Cycle, PlanRow
from csi.storage import row
from csi.terms import Role
from tests import turns
from tests.flows.conftest import World


def pressed(shown) -> set[str]:
    """The action ids of a message's or a view's buttons."""
    rows = [block["elements"] for block in shown["blocks"] if block["type"] == "actions"]
    return {one["action_id"] for elements in rows for one in elements}


def of_carol(world: World, words: str):
    return next((one for one in reversed(world.carol.dms()) if words in str(one)), None)


def test_an_approver_approves_where_it_reaches_them_and_never_meets_an_editing_form(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        turns.grow(session, row(session, Cycle, world.team), actor=world.alice.id)
    world.alice.command("/csi", "")
    mine = world.alice.sees("Waiting for you", "service-desk")
    assert "measure.submit" in pressed(mine)
    world.alice.click(mine, "measure.submit")

    asked = world.carol.wait(lambda: of_carol(world, "asks whether"), what="the question in her own conversation")
    assert pressed(asked) == {"measure.approve", "measure.reject"}
    home = world.carol.home()
    assert "For you (1)" in reading(home)
    assert {"measure.approve", "measure.reject", "wait.look"} <= pressed(home)
    world.carol.click(home, "wait.look")
    looked_at = world.carol.wait_modal("wait.look")
    assert "Incidents are resolved quickly" in reading(looked_at)
    assert pressed(looked_at) == set()
    world.carol.close(everything=True)

    world.later(days=1)
    world.tick()
    day = world.carol.wait(lambda: of_carol(world, ":bell:"), what="the day's message")
    world.carol.click(day, "measure.approve")
    world.carol.wait(lambda: ":white_check_mark: ~" in str(of_carol(world, ":bell:")), what="that it is settled")
    assert pressed(of_carol(world, ":bell:")) == set()
    world.carol.wait(lambda: "approved this" in str(of_carol(world, "asks whether")), what="the answer in the copy")
    assert pressed(of_carol(world, "asks whether")) == set()
    assert world.carol.errors == world.alice.errors == []


def test_a_day_s_things_are_one_message_and_a_late_one_escalates_by_what_was_done(world: World):
    world.begin()
    with world.bot.kit.sessions.reading() as session:
        due = cycles.passage(session, row(session, Cycle, world.team), 1).due_on
    for days in (0, 2, 4):
        world.ahead = datetime(due.year, due.month, due.day, 12, tzinfo=UTC) - datetime.now(UTC)
        world.later(days=days)
        world.tick()
        world.tick()
    told = world.dave.wait(lambda: [one["text"] for one in world.dave.dms() if "Can you help?" in one["text"]])
    assert len(told) == 1
    assert f"<@{world.alice.id}> was reminded, last on" in told[0]
    assert "things in the way: step 2 cannot start" in told[0]


def test_all_that_somebody_held_is_given_on_in_one_form(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = row(session, Cycle, world.team)
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(owner=world.bob.id), actor=world.alice.id)
        session.add(PlanRow(team_id=world.team, cycle_id=cycle.id, kpi_id=kpi.id, owner=world.bob.id))
    world.world("deactivate", user="bob")
    told = world.dave.wait(lambda: next((one for one in world.dave.dms() if "has left" in one["text"]), None))
    assert "Roles and steps: reporting analyst, data owner" in told["text"]
    assert "Median time to resolve" in told["text"]
    world.dave.click(told, "people.give_on")
    world.dave.wait_modal("people.give_on")
    world.dave.fill({"data": world.sandbox.workspace.bot.id})
    assert "A bot can hold no role" in world.dave.submit()["data"]
    world.dave.fill({"data": world.erin.id, "roles": world.erin.id, "kpis": world.carol.id})
    assert world.dave.submit() is None
    world.alice.wait(
        lambda: next((one for one in world.card()["replies"] if "gave on" in one["text"]), None), what="the news"
    )
    with world.bot.kit.sessions.reading() as session:
        cycle = row(session, Cycle, world.team)
        assert roles.holders(session, world.team, cycle.service_id, Role.DATA_OWNER) == [world.erin.id]
        assert row(session, PlanRow, world.team).owner == world.erin.id
    assert world.dave.errors == []
