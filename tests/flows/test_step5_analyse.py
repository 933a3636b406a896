"""Analysing through the sandbox's Slack: computed, drafted, confirmed, explained; stale when the data move on."""

from __future__ import annotations

import pytest

from bot.sandbox.person import reading
from csi import cycle as cycles
from csi.models import AnalysisResult, Finding, Kpi, Rebase, Source
from csi.step1_should_measure import kpis
from csi.step3_gather import batches
from csi.storage import need, row, rows
from tests import turns
from tests.flows.conftest import World
from tests.step6_present import presentable


@pytest.fixture
def delivered(world: World) -> World:
    """A cycle in step 5 with its data delivered and nothing analysed."""
    world.deliver(5)
    return world


def shown(person) -> str:
    return str(person.modal["blocks"]) if person.modal else ""


def analysed(world: World) -> None:
    """Bob analyses and waits for the drafts."""
    assert world.bob.command("/csi", "analyse", channel="service-desk") == ""
    world.bob.wait_modal("analyse.open")
    world.bob.wait(lambda: "Hours to resolve" in shown(world.bob), timeout=60, what="the verdicts")


def kpi(world: World, key: str) -> Kpi:
    with world.bot.kit.sessions.reading() as session:
        found = row(session, Kpi, world.team, key=key)
    assert found is not None
    return found


def findings(world: World) -> dict[str, Finding]:
    with world.bot.kit.sessions.reading() as session:
        keys = {one.id: one.key for one in rows(session, Kpi, world.team)}
        return {keys[one.kpi_id]: one for one in rows(session, Finding, world.team)}


def test_a_kpi_that_cannot_be_computed_says_why_beside_the_others(delivered: World):
    with delivered.bot.kit.sessions() as session:
        [kept] = rows(session, Kpi, delivered.team, key="kept")
        kept.definition = {**kept.definition, "good": 'keppt == "yes"'}
        session.add(kept)
    analysed(delivered)
    assert "cannot be computed from the data now held: good: there is no column 'keppt'" in shown(delivered.bob)
    assert [*findings(delivered)] == ["hours", "kept"]
    assert findings(delivered)["kept"].none_because


def test_the_bot_drafts_and_a_person_confirms_with_own_words(delivered: World):
    analysed(delivered)
    assert "2 of 2 findings wait for a person" in shown(delivered.bob)
    delivered.bob.click(None, "analyse.finding", str(kpi(delivered, "hours").id))
    form = delivered.bob.wait_modal("analyse.finding")
    drafted = {one["block_id"]: one["element"].get("initial_value") for one in form["blocks"] if one["type"] == "input"}
    assert "The target of 20 h is" in drafted["against_target"]
    assert "Hypothesis:" in drafted["cause"]
    delivered.bob.fill({"cause": "More people on Mondays", "impact_amount": "about a lot"})
    assert "is not a number" in delivered.bob.submit()["impact_amount"]
    delivered.bob.fill({"impact_amount": "1 200", "unit_cost": "40 / 20 EUR"})
    assert "three that rise" in delivered.bob.submit()["unit_cost"]
    delivered.bob.fill({"unit_cost": "20 / 25 / 40 EUR"})
    assert delivered.bob.submit() is None
    delivered.bob.wait(lambda: "1 of 2 findings wait" in shown(delivered.bob), what="the confirmed finding")
    made = findings(delivered)["hours"]
    assert (made.state, made.confirmed_by) == ("confirmed", delivered.bob.id)
    assert (made.cause, made.impact_amount) == ("More people on Mondays", 1200.0)
    assert "Cost incurred: about 30,000 EUR" in made.impact
    assert "unit cost by" in made.impact


def test_no_finding_needs_a_reason_and_counts(delivered: World):
    analysed(delivered)
    delivered.bob.click(None, "analyse.none", str(kpi(delivered, "kept").id))
    delivered.bob.wait_modal("analyse.none")
    delivered.bob.fill({"none_because": "the clause ends this month <!channel>"})
    assert delivered.bob.submit() is None
    delivered.bob.wait(lambda: "no finding, because" in shown(delivered.bob), what="the reason")
    assert "&lt;!channel&gt;" in shown(delivered.bob)


def test_who_only_reads_cannot_confirm(delivered: World):
    analysed(delivered)
    delivered.erin.command("/csi", "analyse", channel="service-desk")
    delivered.erin.wait_modal("analyse.open")
    delivered.erin.click(None, "analyse.finding", str(kpi(delivered, "hours").id))
    delivered.erin.wait_modal("analyse.finding")
    delivered.erin.submit()
    assert findings(delivered)["hours"].state == "draft"


def test_why_this_verdict_opens_the_gates_in_order(delivered: World):
    analysed(delivered)
    delivered.bob.click(None, "analyse.why", str(kpi(delivered, "hours").id))
    delivered.bob.wait(lambda: "Are before and after comparable?" in shown(delivered.bob), what="the gates")
    text = shown(delivered.bob)
    gates = ["comparable?", "enough data?", "get worse?", "reliably met?"]
    assert [text.index(gate) for gate in gates] == sorted(text.index(gate) for gate in gates)
    assert "p adjusted" in text
    assert "Hodges–Lehmann" in text


def test_new_data_make_findings_stale_and_next_is_refused(delivered: World):
    analysed(delivered)
    kit = delivered.bot.kit
    with kit.sessions() as session:
        cycle = cycles.by_id(session, delivered.team, 1)
        source_id = presentable.deliver(session, cycle, kit.files, presentable.tickets(presentable.WORSE)).source_id
        batches.mark_stale(session, need(session, Source, delivered.team, source_id))
    delivered.dave.command("/csi", "next", channel="service-desk")
    delivered.dave.sees("V5.1", "service-desk")
    analysed(delivered)
    drafts = {"draft"}
    delivered.bob.wait(
        lambda: {one.state for one in findings(delivered).values()} == drafts, timeout=60, what="new drafts"
    )


def test_analysing_before_its_step_is_refused_in_plain_words(world: World):
    world.begin()
    world.bob.command("/csi", "analyse", channel="service-desk")
    world.bob.sees("Analysing is step 5; this cycle is in step 1", "service-desk")
    assert reading(world.card())


def test_limits_begin_anew_for_a_reason_and_are_taken_back(delivered: World):
    analysed(delivered)
    hours = kpi(delivered, "hours")
    delivered.bob.click(None, "analyse.rebase", str(hours.id))
    form = delivered.bob.wait_modal("analyse.rebase")
    asked = {one["block_id"]: one["element"] for one in form["blocks"] if one["type"] == "input"}
    assert asked["start_on"]["initial_date"] == "2026-03-16"
    assert "10 weeks lies below the centre of" in str(form["blocks"])
    delivered.bob.fill({"start_on": "2026-05-04", "reason": "new tool <!channel>"})
    assert "no sustained run of 7 points" in delivered.bob.submit()["start_on"]
    delivered.bob.fill({"start_on": "2026-03-16"})
    assert delivered.bob.submit() is None
    delivered.bob.wait(lambda: "New limits since" in shown(delivered.bob), timeout=60, what="the new limits")
    with delivered.bot.kit.sessions.reading() as session:
        [kept] = rows(session, Rebase, delivered.team)
        result = row(session, AnalysisResult, delivered.team, kpi_id=hours.id).result
    assert (kept.start_on.isoformat(), kept.recorded_by) == ("2026-03-16", delivered.bob.id)
    assert [one["reason"] for one in result["detail"]["phases"]] == ["", "new tool <!channel>"]
    assert "<!channel>" not in shown(delivered.bob)
    delivered.bob.click(None, "analyse.rebase", str(hours.id))
    delivered.bob.wait_modal("analyse.rebase")
    delivered.bob.click(None, "analyse.withdraw", str(kept.id))
    delivered.bob.wait(lambda: "Taken back" in shown(delivered.bob), what="the answer")
    delivered.bob.close()
    delivered.bob.wait(
        lambda: "Hours to resolve" in shown(delivered.bob) and "New limits since" not in shown(delivered.bob),
        timeout=60,
        what="the old limits",
    )


def test_a_definition_changed_on_the_way_makes_the_findings_stale(delivered: World):
    analysed(delivered)
    kit = delivered.bot.kit
    with kit.sessions() as session:
        cycle = turns.jump(session, cycles.by_id(session, delivered.team, 1), 4)
        hours = need(session, Kpi, cycle.team_id, kpi(delivered, "hours").id)
        kpis.define(
            session, cycle, hours, {**hours.definition, "measure": "p90"}, actor=delivered.bob.id, now=kit.now()
        )
        turns.jump(session, cycle, 5)
    delivered.dave.command("/csi", "next", channel="service-desk")
    delivered.dave.sees("Hours to resolve has no finding of the data and definition now held", "service-desk")
    with kit.sessions() as session:
        turns.jump(session, cycles.by_id(session, delivered.team, 1), 6)
    delivered.dave.command("/csi", "present", channel="service-desk")
    delivered.dave.sees("Analysed with other data than is held now", "service-desk")


def test_before_and_after_can_be_agreed_on_where_they_are_missed(delivered: World):
    with delivered.bot.kit.sessions() as session:
        cycle = cycles.by_id(session, delivered.team, 1)
        cycle.baseline_from = cycle.baseline_to = cycle.evaluation_from = cycle.evaluation_to = None
        session.add(cycle)
    analysed(delivered)
    bob = delivered.bob
    assert "no verdict on a change" in shown(bob)
    bob.click(None, "analyse.windows")
    bob.wait_modal("analyse.windows")
    bob.fill(
        {
            "baseline_from": "2026-01-05",
            "baseline_to": "2026-03-16",
            "evaluation_from": "2026-03-16",
            "evaluation_to": "2026-05-25",
        }
    )
    assert bob.submit() is None
    bob.wait(
        lambda: "Hours to resolve" in shown(bob) and "no verdict on a change" not in shown(bob),
        timeout=60,
        what="the verdicts with the windows",
    )
