"""Every refusal says what to do next, with a button that works wherever the person stands."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.sandbox.person import elements, reading
from csi import passages
from csi.models import Cycle
from tests import turns
from tests.flows.conftest import World


def whisper(person) -> dict:
    return [one for one in person.everything("service-desk") if one["ephemeral"]][-1]


@pytest.mark.parametrize("word", ["next", "measure", "present", "roles", "history", "register"])
def test_without_a_cycle_every_command_offers_to_begin_one(world: World, word: str):
    world.dave.command("/csi", word, channel="service-desk")
    world.dave.sees("No cycle is running in this channel", "service-desk")
    world.dave.click(whisper(world.dave), "cycle.open:start")
    world.dave.wait_modal("cycle.start")


def test_a_step_that_is_not_there_yet_offers_to_go_on(world: World):
    world.begin()
    world.dave.command("/csi", "process")
    world.dave.sees("Processing is step 4", "service-desk")
    world.dave.click(whisper(world.dave), "cycle.open:next")
    world.dave.sees("There is no goal yet", "service-desk")
    world.dave.click(whisper(world.dave), "measure.add_goal")
    world.dave.wait_modal("measure.add_goal")


def test_a_refusal_over_a_modal_has_a_button_that_works_there(world: World):
    world.dave.command("/csi", "start Payments", channel="service-desk")
    world.dave.wait_modal("cycle.start")
    assert world.dave.submit() is None
    world.dave.wait(world.card, what="the card")
    with world.bot.kit.sessions() as session:
        turns.grow(session, session.exec(select(Cycle)).one(), actor=world.dave.id)
    world.dave.command("/csi", "measure")
    world.dave.wait_modal("measure.open")
    world.dave.click(None, "measure.submit")
    refused = world.dave.wait_modal("notice")
    assert "named as approver" in reading(refused)
    world.dave.click(None, "cycle.open:roles")
    world.dave.wait_modal("roles.save")
    world.dave.fill({"approver": [world.carol.id]})
    assert world.dave.submit() is None
    world.dave.wait_modal("measure.open")


def test_a_refusal_in_the_conversation_with_the_bot_leads_to_the_cycle_it_is_about(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        passages.enter(session, turns.jump(session, session.exec(select(Cycle)).one(), 6), world.bot.kit.now())
    world.later(days=7)  # to the day on which step 6 is due
    world.tick()
    nudge = world.dave.sees("Present the information", world.dave.bot_channel)
    world.dave.click(nudge, "cycle.open:present")
    refused = world.dave.sees("V5.1", world.dave.bot_channel)
    action = next(one["action_id"] for _, one in elements(refused))
    world.dave.click(refused, action)
    world.dave.wait(lambda: world.dave.modal or "V5" in reading(world.dave.dms()[-1]), what="what the button opens")
    assert "No cycle is running" not in str(world.dave.dms())


def test_a_button_on_the_third_modal_takes_its_place(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        (kpi,) = turns.grow(session, cycle, actor=world.alice.id)
        turns.jump(session, cycle, 7)
        turns.analyse(session, cycle, kpi, [1.0, 2.0])
    alice = world.alice
    alice.command("/csi", "act")
    alice.wait_modal("act.open")
    alice.click(None, "act.baseline")
    alice.wait_modal("act.baseline")
    alice.fill({"window_from": "2026-01-05", "window_to": "2026-01-12", "reason": "a new tool"})
    alice.submit()
    refused = alice.wait_modal("notice")
    assert "V7.4" in reading(refused)
    button = next((block["block_id"], one) for block, one in elements(refused))
    alice.click(None, "act.baseline", button[1]["value"], block_id=button[0])
    alice.wait_modal("act.baseline")


def test_asking_about_an_empty_tree_opens_the_tree(world: World):
    world.begin()
    world.dave.command("/csi", "next")
    world.dave.click(world.dave.sees("No approver has said yes", "service-desk"), "measure.submit")
    refused = world.dave.sees("There is no KPI to approve yet", "service-desk")
    world.dave.click(refused, "cycle.open:measure")
    world.dave.wait_modal("measure.open")
