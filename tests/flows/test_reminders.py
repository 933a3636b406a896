"""What the clock says: one message on the due day, none when the step is done, and a way to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.person import reading
from csi import cycle as cycles
from csi.models import Reminder
from csi.storage import rows
from tests.flows.conftest import World


def team(world: World) -> str:
    return world.sandbox.workspace.team_id


def here(world: World, session):
    return cycles.of_channel(session, team(world), world.alice.channel("service-desk")["id"])


def due_on(world: World, step: int = 1):
    with world.bot.kit.sessions.reading() as session:
        return cycles.passage(session, here(world, session), step).due_on


def turn_to(world: World, day, hour: int = 12) -> None:
    """Put the clock to noon of a working day."""
    world.ahead = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - datetime.now(UTC)


def bells(person) -> list[str]:
    return [one["text"] for one in person.dms() if ":bell:" in str(one["blocks"])]


def settled(world: World) -> None:
    """Wait until everything in the outbox is sent."""
    world.alice.wait(lambda: not world.bot.delivery.waiting(), what="an empty outbox")


@pytest.fixture
def begun(world: World) -> World:
    world.begin()
    with world.bot.kit.sessions() as session:  # a Wednesday, whatever day the test runs on
        passage = cycles.passage(session, here(world, session), 1)
        passage.due_on += timedelta(days=(2 - passage.due_on.weekday()) % 7)
        session.add(passage)
    world.alice.wait(lambda: world.card()["replies"], what="the announcement")
    return world


def test_the_owner_gets_one_message_on_the_due_day(begun: World):
    turn_to(begun, due_on(begun))
    for _ in range(3):
        begun.tick()
    settled(begun)
    due = [text for text in bells(begun.alice) if "is due today" in text]
    assert len(due) == 1
    assert "step 1" in due[0]
    assert bells(begun.erin) == []


def test_after_a_restart_it_is_not_sent_again(begun: World):
    turn_to(begun, due_on(begun))
    begun.tick()
    settled(begun)
    before = len(bells(begun.alice))
    begun.restart()
    begun.tick()
    settled(begun)
    assert len(bells(begun.alice)) == before >= 1


def test_when_the_step_is_done_nothing_is_sent(begun: World):
    day = due_on(begun)
    begun.tick()
    with begun.bot.kit.sessions() as session:
        cycle = here(begun, session)
        cycle.step, cycle.version = 2, cycle.version + 1
        session.add(cycle)
    turn_to(begun, day)
    begun.tick()
    settled(begun)
    assert [text for text in bells(begun.alice) if "step 1" in text] == []


def test_a_nudge_opens_what_it_is_about_and_can_be_put_off(begun: World):
    turn_to(begun, due_on(begun))
    begun.tick()
    settled(begun)
    nudge = next(one for one in begun.alice.dms() if "is due today" in one["text"])
    menu = nudge["blocks"][0]["accessory"]
    begun.alice.click(nudge, menu["action_id"], menu["options"][1]["value"])
    begun.alice.wait(lambda: "Put off." in str(begun.alice.dms()[-1]["blocks"]), what="the answer")
    with begun.bot.kit.sessions.reading() as session:
        waiting = rows(session, Reminder, team(begun), state="waiting")
    assert [one.snoozed_until for one in waiting if one.kind == "step_due"] != []
    assert begun.alice.errors == []


def test_my_hours_are_changed_in_app_home(world: World):
    world.begin()
    home = world.dave.home()
    assert "Monday, Tuesday, Wednesday, Thursday and Friday, 09:00 to 17:00" in reading(home)
    world.dave.click(home, "home.hours")
    world.dave.wait_modal("home.hours")
    world.dave.fill({"days": ["sun", "mon"], "start": "17:00"})
    assert "after the start" in world.dave.submit()["end"]
    world.dave.fill({"start": "07:00", "holidays": "PT"})
    assert world.dave.submit() is None
    told = "Monday and Sunday, 07:00 to 17:00"
    world.dave.wait(lambda: told in reading(world.dave.state()["home"]), what="the new hours")
    world.dave.click(world.dave.state()["home"], "cycle.open:settings")
    world.dave.wait_modal("settings.open")


def test_app_home_is_in_the_zone_of_who_holds_no_role_yet(world: World):
    home = world.erin.home()
    assert "(Europe/Oslo)" in reading(home)
