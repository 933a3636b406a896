"""The register as people use it: from a message, likely doubles shown, moved on."""

from __future__ import annotations

from sqlmodel import select

from bot.sandbox.person import reading
from csi import register
from csi.models import Cycle, Opportunity
from tests.flows.conftest import World


def in_modal(person) -> str:
    return "\n".join(str((one.get("text") or {}).get("text", "")) for one in (person.modal or {"blocks": []})["blocks"])


def test_a_message_becomes_an_opportunity_with_its_link(world: World):
    world.begin()
    world.alice.say("We wait for passwords every Monday <@everyone>", channel="service-desk")
    message = world.bob.sees("We wait for passwords", "service-desk")
    world.bob.shortcut("register.add", message)
    world.bob.wait_modal("register.add")
    world.bob.fill({"impact": "5", "effort": "1"})
    assert world.bob.submit() is None
    world.bob.sees("Opportunity 1 is in the register", "service-desk")
    with world.bot.kit.sessions.reading() as session:
        entry = session.exec(select(Opportunity)).one()
    assert (entry.priority, entry.origin[:4], entry.raised_by) == (45.0, "http", world.bob.id)


def test_likely_doubles_are_shown_before_saving(world: World):
    world.begin()
    for title in ("Reset passwords faster", "Reset passwords  Faster!"):
        world.alice.command("/csi", "register")
        world.alice.wait_modal("register.open")
        world.alice.click(None, "register.add")
        world.alice.wait_modal("register.add")
        world.alice.fill({"title": title})
        world.alice.submit()
    world.alice.wait(lambda: "may be in the register already" in in_modal(world.alice), what="the likely double")
    assert world.alice.submit() is None
    world.alice.wait(lambda: in_modal(world.alice).count("Reset passwords") == 2, what="both in the list")
    world.alice.click(world.alice.modal, "register.move", first_value(world.alice))
    world.alice.wait_modal("register.move")
    world.alice.fill({"state": "dropped"})
    assert "why" in world.alice.submit()["reason"]
    world.alice.fill({"state": "dropped", "reason": "a double"})
    assert world.alice.submit() is None
    world.alice.wait(lambda: "dropped" in in_modal(world.alice), what="the dropped one")


def first_value(person) -> str:
    buttons = [one["accessory"] for one in person.modal["blocks"] if one.get("accessory")]
    return next(one["value"] for one in buttons if one["action_id"] == "register.move")


def test_two_hundred_entries_are_turned_page_by_page_the_settled_ones_last(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        for number in range(1, 201):
            entry = register.Entry(title=f"Idea number {number}", urgency=1 + number % 5)
            made = register.raise_opportunity(session, cycle, entry, actor=world.bob.id, now=world.now())
            if number % 5 == 4:  # the most urgent ones
                register.set_state(session, made, state="done", reason="", actor=world.bob.id, now=world.now())
    world.bob.command("/csi", "register")
    shown = world.bob.wait_modal("register.open")
    assert "1 to 40 of 200" in reading(shown)
    assert "· done" not in reading(shown)
    for first in (41, 81, 121, 161):
        world.bob.click(None, f"register.page:{first - 1}")
        seen = f"{first} to {first + 39} of 200"
        world.bob.wait(lambda seen=seen: seen in reading(world.bob.modal), what="the next page")
    assert "· open" not in reading(world.bob.modal)
    world.bob.click(None, "register.page:120")
    world.bob.wait(lambda: "121 to 160 of 200" in reading(world.bob.modal), what="the page before")


def test_an_entry_says_size_time_whole_and_benefit_and_keeps_what_was_decided(world: World):
    world.begin()
    bob = world.bob
    bob.command("/csi", "register", channel="service-desk")
    bob.wait_modal("register.open")
    for title, more in (("Self-service", {}), ("Reset passwords", {"parent_id": "1", "size": "small"})):
        bob.click(None, "register.add")
        bob.wait_modal("register.add")
        bob.fill({"title": title, "timescale": "short", "benefit_claimed": "40 calls a week", **more})
        assert bob.submit() is None
        bob.wait(lambda title=title: title in in_modal(bob), what=title)
    assert "small · short term" in in_modal(bob)
    with world.bot.kit.sessions.reading() as session:
        second = session.exec(select(Opportunity).where(Opportunity.number == 2)).one()
        assert (second.parent_id, second.benefit_claimed) == (1, "40 calls a week")
    bob.click(None, "register.move", str(second.id))
    form = bob.wait_modal("register.move")
    assert "raised opportunity" in reading(form)
    bob.fill({"state": "done", "benefit_verified": "32 calls a week"})
    assert bob.submit() is None
    with world.bot.kit.sessions.reading() as session:
        done = session.exec(select(Opportunity).where(Opportunity.number == 2)).one()
        assert (done.state, done.benefit_verified) == ("done", "32 calls a week")
