"""Step 7 as people do it: an action proposed, refused to its proposer, approved; a baseline; cycle 2 begun."""

from __future__ import annotations

from datetime import date
from threading import Thread

import pytest
from sqlmodel import select

from bot.sandbox.person import reading
from csi.models import Action, CarryOver, Cycle, Decision, Kpi
from tests import turns
from tests.flows.conftest import World

FLAT = [30.0, 31.0, 29.0, 30.5, 30.0, 31.5, 29.5, 30.0, 22.0, 21.0, 22.5, 21.5, 22.0, 21.0]


@pytest.fixture
def analysed(world: World) -> World:
    """A cycle in step 7 with one analysed KPI."""
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(owner=world.alice.id), actor=world.alice.id)
        cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), date(2026, 3, 2)
        cycle.evaluation_from, cycle.evaluation_to = date(2026, 3, 2), date(2026, 4, 13)
        turns.jump(session, cycle, 7)
        turns.analyse(session, cycle, kpi, FLAT)
    return world


def propose(world: World, person, **said: object) -> None:
    person.command("/csi", "act")
    person.wait_modal("act.open")
    person.click(None, "act.propose")
    person.wait_modal("act.propose")
    person.fill({"title": "Route database incidents straight to second line", **said})
    assert person.submit() is None


def question(world: World) -> dict | None:
    post = next((one for one in world.carol.messages("service-desk") if one["text"].startswith("Action 1")), None)
    thread = world.carol.messages("service-desk", thread_ts=post["ts"]) if post else []
    return next((one for one in thread if "do you approve action 1" in reading(one)), None)


def open_question(world: World) -> dict | None:
    return next((one for one in world.carol.everything("service-desk") if "act.approve" in str(one["blocks"])), None)


def test_the_proposer_may_not_approve_and_an_approver_may(analysed: World):
    propose(analysed, analysed.alice, owner=analysed.bob.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question in the action's thread")
    analysed.alice.click(asked, "act.approve")
    analysed.alice.sees("You proposed action 1; somebody else must approve it (V7.2).", "service-desk")
    analysed.bob.click(asked, "act.approve")
    analysed.bob.sees("You own action 1", "service-desk")
    analysed.carol.click(asked, "act.approve")
    announced = analysed.bob.sees("is *approved* by", "service-desk")
    assert analysed.bob.id in announced["pinged"]
    analysed.carol.wait(lambda: "approved." in reading(question(analysed)), what="the answer on the question")
    assert not any(one["type"] == "actions" for one in question(analysed)["blocks"])
    with analysed.bot.kit.sessions.reading() as session:
        assert len(session.exec(select(Decision).where(Decision.subject == "action")).all()) == 1


def test_two_who_press_approve_at_once_make_one_decision(analysed: World):
    propose(analysed, analysed.bob, owner=analysed.dave.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question")
    clicks = [Thread(target=one.click, args=(asked, "act.approve")) for one in (analysed.carol, analysed.alice)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    analysed.bob.sees("is *approved* by", "service-desk")
    with analysed.bot.kit.sessions.reading() as session:
        assert session.exec(select(Action)).one().state == "approved"
    shown = [one for one in analysed.bob.messages("service-desk") if "is *approved* by" in reading(one)]
    assert len(shown) == 1


def test_a_rejection_needs_a_reason_and_an_incomplete_action_is_told_by_field(analysed: World):
    analysed.alice.command("/csi", "act")
    analysed.alice.wait_modal("act.open")
    analysed.alice.click(None, "act.propose")
    analysed.alice.wait_modal("act.propose")
    assert "title" in analysed.alice.submit()
    analysed.alice.fill({"title": "Route", "effect_by": "2020-01-01"})
    assert "cannot show before" in analysed.alice.submit()["effect_by"]
    analysed.alice.fill({"due_on": "2020-01-01"})
    assert "is over" in analysed.alice.submit()["due_on"]
    analysed.alice.close()
    propose(analysed, analysed.bob, owner=analysed.bob.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question")
    analysed.carol.click(asked, "act.reject")
    analysed.carol.wait_modal("act.reject")
    analysed.carol.fill({"reason": "Second line has no room <@everyone>"})
    assert analysed.carol.submit() is None
    analysed.bob.sees("Second line has no room &lt;@everyone&gt;", "service-desk")


def test_a_new_baseline_and_cycle_2_with_what_was_left(analysed: World):
    propose(analysed, analysed.bob, owner=analysed.bob.id)
    analysed.bob.wait_modal("act.open")
    analysed.bob.click(None, "act.baseline")
    analysed.bob.wait_modal("act.baseline")
    assert analysed.bob.submit() is None
    asked = analysed.carol.sees("is this the new baseline of", "service-desk")
    analysed.carol.click(asked, "act.approve_baseline")
    analysed.carol.wait(lambda: "*approved*" in reading(analysed.carol.find("is this the new baseline")))
    analysed.alice.command("/csi", "close")
    analysed.alice.wait_modal("cycle.close")
    assert analysed.alice.submit() is None
    analysed.alice.sees("*Cycle 2* begins from there", "service-desk")
    analysed.alice.sees("cycle 2 – step 1 of 7", "service-desk")
    with analysed.bot.kit.sessions.reading() as session:
        first, second = session.exec(select(Cycle).order_by(Cycle.number)).all()
        kinds = {one.kind for one in session.exec(select(CarryOver)).all()}
        copied = session.exec(select(Kpi).where(Kpi.cycle_id == second.id)).one()
    assert (first.state, second.state, second.step) == ("closed", "open", 1)
    assert (second.baseline_from, second.baseline_to) == (date(2026, 3, 2), date(2026, 4, 13))
    assert {"verdict", "action"} <= kinds
    assert copied.name == "Median time to resolve"
    analysed.alice.command("/csi", "measure")
    analysed.alice.wait_modal("measure.open")
    analysed.alice.click(None, "measure.carried")
    analysed.alice.wait_modal("measure.carried")
    assert analysed.alice.submit() is None


def test_v7_2_when_the_time_is_over_the_question_closes_and_the_thread_hears_it(analysed: World):
    propose(analysed, analysed.bob, owner=analysed.dave.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question")
    analysed.later(days=15)
    for _ in range(2):
        analysed.tick()
    analysed.bob.sees("action 1 was not approved in time", "service-desk")
    analysed.carol.wait(lambda: "time to approve it is over" in reading(question(analysed)), what="the closed question")
    thread = analysed.carol.messages("service-desk", thread_ts=asked["thread_ts"])
    assert sum("not approved in time" in one["text"] for one in thread) == 1


def test_v7_2_a_change_voids_the_approval_and_asks_again(analysed: World):
    propose(analysed, analysed.bob, owner=analysed.dave.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question")
    analysed.carol.click(asked, "act.approve")
    analysed.bob.sees("is *approved* by", "service-desk")
    analysed.bob.command("/csi", "act")
    analysed.bob.wait_modal("act.open")
    analysed.bob.click(None, "act.edit")
    analysed.bob.wait_modal("act.edit")
    analysed.bob.fill({"scope": "second line only"})
    assert analysed.bob.submit() is None
    analysed.carol.sees("earlier answers are void (version 2)", "service-desk")
    again = analysed.carol.wait(lambda: open_question(analysed), what="the new question")
    analysed.carol.click(again, "act.approve")
    analysed.carol.wait(lambda: "approved." in reading(analysed.carol.find("do you approve")), what="the new answer")


def test_an_action_is_done_and_its_review_waits_for_the_settling_time(analysed: World):
    propose(analysed, analysed.bob, owner=analysed.dave.id)
    asked = analysed.carol.wait(lambda: question(analysed), what="the question")
    analysed.carol.click(asked, "act.approve")
    analysed.bob.sees("is *approved* by", "service-desk")
    dave = analysed.dave
    dave.command("/csi", "act")
    dave.wait_modal("act.open")
    dave.click(None, "act.done")
    dave.sees("action 1 is done; it settles until", "service-desk")
    dave.wait(lambda: "act.review" in str(dave.modal), what="the review button")
    dave.click(None, "act.review")
    dave.wait(lambda: "V7.3" in reading(dave.modal), what="the refusal")
    dave.command("/csi", "actions")
    dave.sees("*Action 1*", "service-desk")


def test_v7_4_two_approvers_agree_to_a_worse_baseline_and_the_proposer_hears_of_it(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(owner=world.alice.id), actor=world.alice.id)
        cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), date(2026, 3, 2)
        cycle.evaluation_from, cycle.evaluation_to = date(2026, 3, 2), date(2026, 4, 13)
        turns.jump(session, cycle, 7)
        turns.analyse(session, cycle, kpi, [*FLAT[:8], 42.0, 41.0, 42.5, 41.5, 42.0, 41.0])
    alice, carol, erin = world.alice, world.carol, world.erin
    alice.command("/csi", "act", channel="service-desk")
    alice.wait_modal("act.open")
    alice.click(None, "act.baseline")
    alice.wait_modal("act.baseline")
    assert alice.submit() is None
    asked = carol.sees("two must agree. Nobody else may yet", "service-desk")
    carol.click(asked, "act.approve_baseline")
    carol.wait(lambda: "1 of 2 needed" in reading(carol.find("is this the new baseline")), what="the first yes")
    alice.click(alice.find("is this the new baseline"), "roles.open")
    alice.wait_modal("roles.save")
    alice.fill({"approver": [carol.id, erin.id]})
    assert alice.submit() is None
    erin.click(erin.find("is this the new baseline"), "act.approve_baseline")
    told = alice.wait(
        lambda: next(
            (one for one in alice.everything("service-desk") if "is *approved*. The next" in reading(one)), None
        ),
        what="the decision",
    )
    assert alice.id in told["pinged"]
