"""The register as people use it: from a message, likely doubles shown, moved on."""

from __future__ import annotations

from sqlmodel import select

from bot.sandbox.person import reading
from csi import register
from csi.models import Action, Cycle, Opportunity
from tests import turns
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


def first_entry(person) -> str:
    return next(reading({"blocks": [one]}) for one in person.modal["blocks"] if "register.move" in str(one))


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
    world.bob.click(None, "register.show", "settled")
    world.bob.wait(lambda: "40 of 200 entries" in reading(world.bob.modal), what="the settled ones")
    world.bob.fill({"search": "number 19"})
    assert world.bob.submit() is None
    world.bob.wait(lambda: "4 of 200" in reading(world.bob.modal), what="what was searched")
    found = reading(world.bob.modal)
    assert [f"Idea number {one}\n" in found for one in (19, 119, 194, 199, 195, 14)] == [True] * 4 + [False] * 2
    world.bob.click(None, "register.sort", "newest")
    world.bob.wait(lambda: "Idea number 199\n" in first_entry(world.bob), what="the newest first")
    world.bob.click(None, "register.show", "all")
    world.bob.wait(lambda: "12 of 200" in reading(world.bob.modal), what="what is not settled, too")
    world.bob.fill({"search": ""})
    assert world.bob.submit() is None
    assert "Idea number 200\n" in first_entry(world.bob)
    world.bob.click(None, "register.sort", "priority")
    world.bob.wait(lambda: "Idea number 200\n" not in first_entry(world.bob), what="the most urgent first")
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


def test_somebody_without_a_role_adds_an_entry_with_five_fields_and_more_is_said_later(world: World):
    world.begin()
    erin, bob = world.erin, world.bob
    erin.command("/csi", "register", channel="service-desk")
    erin.wait_modal("register.open")
    erin.click(None, "register.add")
    form = erin.wait_modal("register.add")
    assert [one["block_id"] for one in form["blocks"] if one["type"] == "input"] == [
        "title",
        "impact",
        "urgency",
        "effort",
    ]
    erin.fill({"title": "Reset passwords", "impact": "5"})
    assert erin.submit() is None
    erin.wait(lambda: "Reset passwords" in in_modal(erin), what="her idea")
    erin.click(None, "register.move", first_value(erin))
    erin.wait_modal("register.move")
    erin.click(None, "register.edit")
    erin.wait_modal("register.edit")
    erin.fill({"title": "Another title"})
    assert "To change the register one must be" in str(erin.submit())  # what is there is changed by those who have one
    bob.command("/csi", "register", channel="service-desk")
    bob.wait_modal("register.open")
    bob.click(None, "register.move", first_value(bob))
    bob.wait_modal("register.move")
    bob.click(None, "register.edit")
    bob.wait_modal("register.edit")
    bob.fill({"effort": "1", "benefit_claimed": "40 calls a week", "required_by": "2027-03-01"})
    assert bob.submit() is None
    bob.wait(lambda: "priority 45" in in_modal(bob), what="the entry as it is now")
    with world.bot.kit.sessions.reading() as session:
        entry = session.exec(select(Opportunity)).one()
    assert (entry.raised_by, entry.title, entry.impact, entry.effort) == (erin.id, "Reset passwords", 5, 1)
    assert (entry.benefit_claimed, str(entry.required_by)) == ("40 calls a week", "2027-03-01")


def test_an_action_is_proposed_from_an_entry(world: World):
    world.begin()
    bob = world.bob
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        (kpi,) = turns.grow(session, cycle, actor=world.alice.id)
        said = register.Entry(title="Reset passwords", kpi_key=kpi.key, benefit_claimed="2 h less")
        register.raise_opportunity(session, cycle, said, actor=bob.id, now=world.now())
    bob.command("/csi", "register", channel="service-desk")
    bob.wait_modal("register.open")
    bob.click(None, "register.move", first_value(bob))
    assert "act.from_entry" not in str(bob.wait_modal("register.move"))  # there is no finding yet
    with world.bot.kit.sessions() as session:
        turns.jump(session, session.exec(select(Cycle)).one(), 7)
    bob.command("/csi", "register", channel="service-desk")
    bob.wait_modal("register.open")
    bob.click(None, "register.move", first_value(bob))
    bob.wait_modal("register.move")
    bob.click(None, "act.from_entry")
    bob.wait_modal("act.propose")
    assert bob.submit() is None
    bob.sees("Action 1: Reset passwords", "service-desk")
    with world.bot.kit.sessions.reading() as session:
        entry, action = session.exec(select(Opportunity)).one(), session.exec(select(Action)).one()
    assert (entry.state, action.opportunity_id, action.expected_effect) == ("planned", entry.id, "2 h less")
