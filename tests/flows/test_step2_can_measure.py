"""Step 2 as people do it: assess, a gap, a clause refused, the gate passed."""

from __future__ import annotations

import pytest
from sqlmodel import select

from csi.models import Batch, Cycle, SlaClause
from csi.step1_should_measure import kpis
from csi.step2_can_measure import assessing, clauses, sources
from csi.terms import Measurability
from tests import turns
from tests.flows.conftest import World


def in_modal(person) -> str:
    return "\n".join(str((one.get("text") or {}).get("text", "")) for one in (person.modal or {"blocks": []})["blocks"])


@pytest.fixture
def measured(world: World) -> World:
    """A cycle in step 2 with two KPIs."""
    world.begin()
    alice = world.alice.id
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        other = turns.kpi_fields(name="Satisfied", kind="satisfaction", owner=alice)
        turns.grow(session, cycle, turns.kpi_fields(owner=alice), other, actor=alice)
        turns.agree(session, cycle, alice, world.carol.id)
        turns.jump(session, cycle, 2)
    return world


def test_one_answer_holds_for_all_and_the_gate_opens(measured: World):
    bob = measured.bob
    bob.command("/csi", "assess")
    bob.wait_modal("assess.open")
    assert in_modal(bob).count("not assessed") == 2
    bob.click(bob.modal, "assess.kpi", first_value(bob))
    bob.wait_modal("assess.kpi")
    bob.fill({"source": "Incidents", "backup": measured.dave.id, "same": ["all"], "hours": "nine to five"})
    assert "such as mon-fri 09:00-17:00" in bob.submit()["hours"]
    bob.fill({"calendar": "business hours", "hours": "", "holidays": "PT"})
    assert bob.submit() is None
    bob.wait(lambda: in_modal(bob).count("measured automatically") == 2, what="both assessed")
    assert "the plan lacks" not in in_modal(bob)
    assert in_modal(bob).count("business hours") == 2
    with measured.bot.kit.sessions.reading() as session:
        agreed = session.exec(select(Cycle)).one().calendar
    assert agreed == {"hours": {"mon-fri": ["09:00-17:00"]}, "holidays": "PT"}
    measured.alice.command("/csi", "next")
    measured.alice.wait(lambda: "step 3 of 7" in measured.card()["text"], what="step 3 on the card")


def test_a_gap_is_decided_and_opens_an_opportunity(measured: World):
    bob = measured.bob
    bob.command("/csi", "assess")
    bob.wait_modal("assess.open")
    bob.click(bob.modal, "assess.kpi", first_value(bob))
    bob.wait_modal("assess.kpi")
    bob.fill({"measurability": Measurability.PROXY.value, "source": "Survey", "backup": measured.dave.id})
    assert bob.submit() is None
    bob.wait(lambda: "not decided" in in_modal(bob), what="the gap")
    bob.click(bob.modal, "assess.gap")
    bob.wait_modal("assess.gap")
    assert "cost" in bob.submit()
    bob.fill({"cost": "low"})
    assert bob.submit() is None
    bob.wait(lambda: "*close*" in in_modal(bob), what="the decision")


def test_a_clause_on_what_is_not_measured_is_refused_with_rule_and_reason(measured: World):
    alice = measured.alice
    alice.command("/csi", "sla")
    alice.wait_modal("sla.open")
    alice.click(None, "sla.draft")
    alice.wait_modal("sla.draft")
    alice.fill({"text": "Resolved within 20 hours <!channel>"})
    assert alice.submit() is None
    alice.wait(lambda: "Resolved within 20 hours" in in_modal(alice), what="the draft")
    assert "&lt;!channel&gt;" in in_modal(alice)
    alice.click(None, "sla.activate")
    alice.wait(lambda: "V2.2" in in_modal(alice), what="the refusal")
    assert "nobody has said yet whether" in in_modal(alice)
    with measured.bot.kit.sessions.reading() as session:
        clause = session.exec(select(SlaClause)).one()
    assert (clause.state, "nobody has said" in clause.refused) == ("draft", True)


def first_value(person) -> str:
    return next(one["accessory"]["value"] for one in person.modal["blocks"] if one.get("accessory"))


def test_v2_2_a_clause_whose_kpi_is_measured_no_longer_is_flagged_by_the_clock(measured: World):
    alice = measured.alice.id
    with measured.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        kpi = kpis.of_cycle(session, cycle)[0]
        bob = measured.bob.id
        source = sources.name_source(session, cycle, name="Incidents", actor=bob, now=turns.NOW)
        said = assessing.Assessment(measurability=Measurability.AUTOMATIC, checked_by=bob, source_id=source.id)
        assessing.assess(session, cycle, kpi.id, said, actor=bob, now=turns.NOW)
        whole = {"rows_read": 10, "rows_kept": 10, "delivered_by": bob, "delivered_at": turns.NOW}
        batch = Batch(team_id=cycle.team_id, source_id=source.id, ordinal=1, sha256="a", **whole)
        session.add(batch)
        session.flush()
        clause = clauses.draft_clause(
            session, cycle, kpi_id=kpi.id, text="Fast", target=None, actor=alice, now=turns.NOW
        )
        clauses.activate_clause(session, cycle, clause.id, actor=alice, now=turns.NOW)
    measured.tick()
    with measured.bot.kit.sessions() as session:
        assert session.exec(select(SlaClause)).one().state == "active"
        session.exec(select(Batch)).one().state = "removed"
    for _ in range(2):
        measured.tick()
    measured.alice.sees("The clause is flagged", "service-desk")
    with measured.bot.kit.sessions.reading() as session:
        assert session.exec(select(SlaClause)).one().state == "flagged"
