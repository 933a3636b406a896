"""Step 1 as people do it: the tree grown in modals, the business asked, the gate passed."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import select

from bot.sandbox.person import reading
from csi import roles
from csi.models import Cycle, Kpi
from csi.step1_should_measure import approval
from csi.step1_should_measure.tree import tree
from csi.terms import Role
from tests import turns
from tests.flows.conftest import World

LATER = (date.today() + timedelta(days=90)).isoformat()


def first_kpi(world: World, **said: object) -> dict | None:
    """Alice opens the tree and adds a KPI with its goal and CSF; returns the form's errors."""
    world.alice.command("/csi", "measure")
    world.alice.wait_modal("measure.open")
    world.alice.click(None, "measure.add_kpi")
    world.alice.wait_modal("measure.add_kpi")
    world.alice.fill(
        {
            "goal": "Users get help fast",
            "csf": "Incidents are resolved quickly",
            "name": "Median time to resolve",
            "unit": "h",
            "target": "20",
            "measure": "median",
            "value": "opened_at to resolved_at",
            **said,
        }
    )
    return world.alice.submit()


def in_modal(person) -> str:
    return "\n".join(str((one.get("text") or {}).get("text", "")) for one in person.modal["blocks"])


def test_one_modal_makes_goal_csf_and_kpi(world: World):
    world.begin()
    assert first_kpi(world) is None
    world.alice.wait(lambda: "Median time to resolve" in in_modal(world.alice), what="the tree with its KPI")
    shown = in_modal(world.alice)
    assert ":dart: *Users get help fast*" in shown
    assert ":key: Incidents are resolved quickly" in shown
    assert "at most 20 h" in shown
    assert "Version 4" not in shown
    world.alice.wait(lambda: "Median time to resolve" in reading(world.card()), what="the card with the KPI")


def test_letters_for_a_number_and_words_too_long_are_told_beside_their_field(world: World):
    world.begin()
    errors = first_kpi(world, target="twenty", name="x" * 200)
    assert set(errors) <= {"target", "name"}
    assert errors
    world.alice.fill({"name": "Median", "target": "twenty"})
    assert "is not a number" in world.alice.submit()["target"]
    world.alice.fill({"target": "20"})
    assert world.alice.submit() is None


def test_a_catalogue_entry_fills_the_form(world: World):
    world.begin()
    world.alice.command("/csi", "measure")
    world.alice.wait_modal("measure.open")
    world.alice.click(None, "measure.add_kpi")
    world.alice.wait_modal("measure.add_kpi")
    world.alice.click(None, "measure.catalogue", "K01")
    world.alice.wait(lambda: "name:K01" in str(world.alice.modal["blocks"]), what="the filled form")
    said = {"goal": "Users get help", "csf": "Picked up quickly", "target": "20", "pauses": "hold_minutes in min"}
    world.alice.fill(said)
    assert list(world.alice.submit()) == ["pause_clock"]
    world.alice.fill({"pause_clock": "only agreed hours count"})
    assert world.alice.submit() is None
    world.alice.wait(lambda: "MTTA" in in_modal(world.alice), what="the tree with its KPI")
    with world.bot.kit.sessions.reading() as session:
        kpi = session.exec(select(Kpi)).one()
    assert (kpi.catalogue, kpi.kind, kpi.unit, kpi.definition["at"]) == ("K01", "speed", "min", "resolved_at")
    assert kpi.definition["value"]["clock"] == "business"
    assert kpi.definition["value"]["pauses"] == [{"column": "hold_minutes", "unit": "min", "clock": "business"}]


def test_the_business_approves_by_button_and_the_cycle_goes_on(world: World):
    world.begin()
    first_kpi(world)
    world.alice.wait(lambda: "Median time to resolve" in in_modal(world.alice), what="the tree")
    world.alice.click(None, "measure.submit")
    question = world.carol.wait(lambda: asked(world), what="the question to the business")
    world.alice.click(question, "measure.approve")
    world.alice.sees("To approve what is measured one must be approver", "service-desk")
    world.carol.click(question, "measure.approve")
    world.carol.wait(lambda: "approved this" in reading(asked(world)), what="the answer on the question")
    world.alice.command("/csi", "next")
    assert "warning" in reading(world.alice.last())  # V1.6: no satisfaction KPI
    world.alice.click(world.alice.last(), "cycle.pass")
    view = world.alice.wait_modal("cycle.pass")
    rules = [one["block_id"] for one in view["blocks"] if one["type"] == "input"]
    world.alice.fill(dict.fromkeys(rules, "first cycle"))
    assert world.alice.submit() is None
    world.alice.wait(lambda: "step 2 of 7" in world.card()["text"], what="step 2 on the card")


def test_sending_back_needs_a_reason_and_a_change_closes_the_question(world: World):
    world.begin()
    first_kpi(world)
    world.alice.wait(lambda: "Median time to resolve" in in_modal(world.alice), what="the tree")
    world.alice.click(None, "measure.submit")
    question = world.carol.wait(lambda: asked(world), what="the question")
    world.carol.click(question, "measure.reject")
    world.carol.wait_modal("measure.reject")
    world.carol.fill({"reason": "20 h is too long"})
    assert world.carol.submit() is None
    world.carol.wait(lambda: "20 h is too long" in reading(asked(world)), what="the reason on the question")
    world.alice.click(None, "measure.edit_kpi")
    world.alice.wait_modal("measure.edit_kpi")
    world.alice.fill({"target": "2 to 12", "direction": "within"})
    assert world.alice.submit() is None
    world.alice.wait(lambda: "2 to 12 h" in in_modal(world.alice), what="the band")
    world.carol.wait(lambda: "changed since" in reading(asked(world)), what="the closed question")


def test_a_kpi_is_opened_by_its_name_and_taken_out(world: World):
    world.begin()
    first_kpi(world)
    world.alice.command("/csi", "kpi nothing")
    world.alice.sees("there are: median_time_to_resolve")
    world.alice.command("/csi", "kpi median_time_to_resolve")
    world.alice.wait_modal("measure.edit_kpi")
    world.alice.click(None, "measure.remove_kpi")
    world.alice.wait(lambda: "Vision" in in_modal(world.alice), what="the tree in its place")
    assert "Median time to resolve" not in in_modal(world.alice)


def test_vision_goal_and_csf_by_their_own_forms(world: World):
    world.begin()
    world.alice.command("/csi", "measure")
    world.alice.wait_modal("measure.open")
    for action, said in (
        ("measure.vision", {"vision": "IT nobody waits for"}),
        ("measure.add_goal", {"goal": "Users get help fast"}),
        ("measure.add_csf", {"csf": "Calls are answered"}),
        ("measure.edit_csf", {"csf": "Calls are answered at once"}),
    ):
        world.alice.click(None, action)
        world.alice.wait_modal(action)
        world.alice.fill(said)
        assert world.alice.submit() is None
        world.alice.wait(lambda said=said: next(iter(said.values())) in in_modal(world.alice), what=action)


def asked(world: World) -> dict | None:
    thread = world.carol.messages("service-desk", thread_ts=world.card()["ts"])
    return next((one for one in thread if "asks whether this is what" in one["text"]), None)


def submitted(world: World, *approvers: str) -> dict:
    """A cycle whose tree the business was asked about: the question."""
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        turns.grow(session, cycle, actor=world.alice.id)
        held = {"team_id": cycle.team_id, "service_id": cycle.service_id, "actor": world.dave.id, "now": world.now()}
        roles.set_holders(session, role=Role.APPROVER, user_ids=approvers or [world.carol.id, world.erin.id], **held)
    world.dave.command("/csi", "next")
    refused = world.dave.sees("No approver has said yes to this tree", "service-desk")
    world.dave.click(refused, "measure.submit")
    world.dave.sees("their answer comes into the thread", "service-desk")
    return world.carol.wait(lambda: asked(world), what="the question to the business")


def send_back(person, question: dict, reason: str) -> dict | None:
    person.click(question, "measure.reject")
    person.wait_modal("measure.reject")
    person.fill({"reason": reason})
    return person.submit()


def test_v1_5_a_tree_that_was_sent_back_pings_the_asker_and_is_asked_again_once_changed(world: World):
    question = submitted(world)
    assert send_back(world.carol, question, "Which failures?") is None
    heard = world.dave.sees("sent the tree back: Which failures?", "service-desk")
    assert world.dave.id in heard["pinged"]
    world.dave.command("/csi", "next")
    refused = world.dave.sees("carol sent this tree back: “Which failures?”", "service-desk")
    world.dave.click(refused, "measure.open")
    world.dave.wait_modal("measure.open")
    world.dave.click(None, "measure.submit")
    assert "Change the tree, then ask again" in reading(world.dave.wait_modal("notice"))


def test_v1_5_a_no_and_a_yes_at_once_leave_the_no(world: World):
    question = submitted(world)
    with world.bot.kit.sessions() as session:  # Carol was first; what Erin sees is not up to date yet
        cycle = session.exec(select(Cycle)).one()
        approval.decide_tree(
            session,
            cycle,
            actor=world.carol.id,
            choice="reject",
            version=tree(session, cycle).version,
            reason="Too many",
            now=world.now(),
        )
    world.erin.click(question, "measure.approve")
    world.erin.sees("carol sent this tree back: “Too many”", "service-desk")
    with world.bot.kit.sessions.reading() as session:
        cycle = session.exec(select(Cycle)).one()
        assert not tree(session, cycle).agreed


def test_v1_5_a_yes_of_somebody_who_measures_leaves_the_question_open(world: World):
    question = submitted(world, world.bob.id, world.carol.id)
    world.bob.click(question, "measure.approve")
    shown = world.carol.wait(lambda: "cannot answer for the business" in reading(asked(world)) and asked(world))
    world.carol.click(shown, "measure.approve")
    heard = world.dave.sees("approved what is measured", "service-desk")
    world.dave.click(heard, "cycle.next")
    world.dave.sees("No KPI asks the people", "service-desk")


def test_asking_the_business_again_reminds_it_once_a_day(world: World):
    submitted(world)
    for _ in range(2):
        world.dave.command("/csi", "next")
        refused = world.dave.sees("The business has not answered yet: carol", "service-desk")
        world.dave.click(refused, "measure.submit")
    world.carol.sees("still waits for your answer above", "service-desk")
    shown = [one for one in world.carol.everything("service-desk") if "still waits for your answer" in reading(one)]
    assert len(shown) == 1


def test_nobody_is_waited_for_before_the_business_was_asked(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        turns.grow(session, session.exec(select(Cycle)).one(), actor=world.alice.id)
    world.alice.wait(lambda: "to ask the business for approval" in reading(world.card()), what="who is to ask")
    assert "approval of the tree" not in reading(world.card())


def test_a_goal_and_a_csf_are_changed_and_removed(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        turns.grow(session, session.exec(select(Cycle)).one(), actor=world.alice.id)
    alice = world.alice
    alice.command("/csi", "measure")
    alice.wait_modal("measure.open")
    alice.click(None, "measure.edit_goal")
    alice.wait_modal("measure.edit_goal")
    alice.fill({"goal": "Users get help at once"})
    assert alice.submit() is None
    alice.wait(lambda: "help at once" in in_modal(alice), what="the goal's new words")
    for action in ("goal", "csf"):
        alice.click(None, f"measure.edit_{action}")
        alice.wait_modal(f"measure.edit_{action}")
        alice.click(None, f"measure.remove_{action}")
        alice.wait_modal("measure.open")
        alice.close(everything=True)
        alice.command("/csi", "measure")
        alice.wait_modal("measure.open")
    assert "hangs from no CSF" in in_modal(alice)


def test_after_step_1_a_kpi_can_still_be_computed_in_another_way_and_the_rest_says_how_to_go_back(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        (kpi,) = turns.grow(session, cycle, turns.kpi_fields(unit="%"), actor=world.alice.id)
        turns.jump(session, cycle, 4)
    world.bob.command("/csi", f"kpi {kpi.key}", channel="service-desk")
    form = world.bob.wait_modal("measure.define")
    assert [block["block_id"] for block in form["blocks"] if block["type"] == "input"] == [
        "measure",
        "value",
        "where",
        "good",
        "pauses",
        "pause_clock",
    ]
    world.bob.fill({"measure": "share", "value": "", "good": 'state == "failed"'})
    assert world.bob.submit() is None
    world.bob.sees("is computed as you said from now on", "service-desk")
    with world.bot.kit.sessions() as session:
        changed = session.exec(select(Kpi)).one()
        assert changed.definition["measure"] == "share"
        turns.jump(session, session.exec(select(Cycle)).one(), 6)
    world.bob.command("/csi", f"kpi {kpi.key}")
    refused = world.bob.sees("The tree is changed in step 1; this cycle is in step 6", "service-desk")
    world.bob.click(refused, "cycle.open:back")
    assert "What should you measure" in str(
        world.bob.wait_modal("cycle.back")["blocks"][0]["element"]["initial_option"]
    )
