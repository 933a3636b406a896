"""The rules of step 2, each on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.cycle import gates
from csi.errors import Conflict, GateRefused, InvalidInput, InvalidInputs, NotAllowed
from csi.models import Cycle, Kpi, Opportunity, SlaClause
from csi.step1_should_measure import kpis
from csi.step2_can_measure import assessing, clauses, gaps
from csi.step2_can_measure.history import share_met
from csi.storage import row, rows
from csi.terms import Measurability
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, DAVE, ERIN, NOW, TEAM

SOON = date(2026, 12, 24)


def in_step_2(session: Session) -> tuple[Cycle, Kpi]:
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle)
    return turns.jump(session, cycle, 2), kpi


def clause_on(session: Session, cycle: Cycle, kpi: Kpi) -> SlaClause:
    return clauses.draft_clause(session, cycle, kpi_id=kpi.id, text="Within 20 h", target=None, actor=ALICE, now=NOW)


def refused(session: Session, cycle: Cycle, clause: SlaClause) -> str:
    with pytest.raises(GateRefused) as told:
        clauses.activate_clause(session, cycle, clause.id, actor=ALICE, now=NOW)
    (breach,) = told.value.breaches
    assert breach.rule == "V2.2"
    return breach.sentence


def test_v2_1_every_kpi_has_a_status_and_somebody_who_checked(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        assert turns.broken(session, cycle, "V2.1") == [
            "Nobody has said whether Median time to resolve can be measured."
        ]
        turns.assess(session, cycle, kpi)
        assert turns.broken(session, cycle, "V2.1") == []
        kpi.checked_by = ""
        assert "Nobody is named who checked" in turns.broken(session, cycle, "V2.1")[0]


def test_v2_2_a_clause_needs_a_measured_kpi_whose_source_delivered(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        clause = clause_on(session, cycle, kpi)
        assert "nobody has said yet" in refused(session, cycle, clause)
        turns.assess(session, cycle, kpi, Measurability.PROXY)
        assert "is proxy only" in refused(session, cycle, clause)
        turns.assess(session, cycle, kpi, Measurability.NOT_MEASURABLE)
        assert "is not measurable" in refused(session, cycle, clause)
        turns.assess(session, cycle, kpi)
        assert "has never delivered" in refused(session, cycle, clause)
        turns.deliver(session, cycle, rows_kept=79)
        assert "covers 79 %; at least 80 %" in refused(session, cycle, clause)
        turns.deliver(session, cycle)
        assert clauses.activate_clause(session, cycle, clause.id, actor=ALICE, now=NOW).state == "active"
        assert turns.broken(session, cycle, "V2.2") == []


def test_v2_2_an_active_clause_is_flagged_as_soon_as_its_kpi_is_not_measured(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        clause = clause_on(session, cycle, kpi)
        turns.assess(session, cycle, kpi)
        turns.deliver(session, cycle)
        clauses.activate_clause(session, cycle, clause.id, actor=ALICE, now=NOW)
        turns.assess(session, cycle, kpi, Measurability.PROXY)
        assert clause.state == "flagged"
        assert turns.broken(session, cycle, "V2.2") == [
            "“Within 20 h” does not belong in an SLA: Median time to resolve is proxy only."
        ]
        clauses.retire_clause(session, cycle, clause.id, actor=ALICE, now=NOW)
        assert turns.broken(session, cycle, "V2.2") == []


def test_v2_2_what_was_refused_is_kept_with_its_reason(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        clause = clause_on(session, cycle, kpi)
        clauses.note_refusal(session, cycle, clause.id, actor=ALICE, now=NOW)
        assert "nobody has said yet" in clause.refused
        with pytest.raises(NotAllowed):
            clauses.note_refusal(session, cycle, clause.id, actor=BOB, now=NOW)


def test_v2_3_a_gap_needs_decision_owner_and_date_and_closing_it_opens_an_opportunity(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        turns.assess(session, cycle, kpi, Measurability.NOT_MEASURABLE)
        assert "has no decision, owner, due date" in turns.broken(session, cycle, "V2.3")[0]
        (gap,) = gaps.of_cycle(session, cycle)
        with pytest.raises(InvalidInputs) as told:
            gaps.decide_gap(session, cycle, gap.id, decision="close", owner="", due_on=None, actor=BOB, now=NOW)
        assert [error.field for error in told.value.errors] == ["owner", "due_on", "cost"]
        said = {"decision": "close", "owner": BOB, "due_on": SOON, "cost": "low", "actor": BOB, "now": NOW}
        gaps.decide_gap(session, cycle, gap.id, **said)
        gaps.decide_gap(session, cycle, gap.id, **said)
        (entry,) = rows(session, Opportunity, TEAM)
        assert (entry.number, entry.cost, entry.required_by, entry.id) == (1, "low", SOON, gap.opportunity_id)
        assert turns.broken(session, cycle, "V2.3") == []


def test_a_gap_goes_when_its_kpi_becomes_measurable(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        turns.assess(session, cycle, kpi, Measurability.PROXY)
        turns.assess(session, cycle, kpi)
        assert gaps.of_cycle(session, cycle) == []


def test_v2_4_the_plan_says_everything(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        said = assessing.Assessment(measurability=Measurability.AUTOMATIC, checked_by=BOB)
        assessing.assess(session, cycle, kpi.id, said, actor=BOB, now=NOW)
        assert turns.broken(session, cycle, "V2.4") == ["The plan for Median time to resolve has no source."]
        line = turns.assess(session, cycle, kpi)
        assert turns.broken(session, cycle, "V2.4") == []
        assert line.plan is not None
        assert (line.plan.period, line.plan.timezone, line.plan.calendar) == ("week", "Europe/Lisbon", "24x7")
        assert (line.plan.owner, line.plan.backup) == (BOB, turns.FRANK)
        assert line.plan.definition == "median of opened_at to resolved_at"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "has a target with no history behind it: what this cycle gathers begins one."),
        ([30.0, 25.0, 21.0], "has never met its target so far."),
        ([10.0, 19.0, 20.0], "has always met its target so far."),
        ([10.0, 30.0], ""),
    ],
)
def test_v2_5_a_target_without_history_or_never_in_doubt_warns(
    sqlite_database: Database, values: list[float], said: str
) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        turns.assess(session, cycle, kpi)
        if values:
            turns.analyse(session, cycle, kpi, values)
        assert turns.broken(session, cycle, "V2.5") == ([f"Median time to resolve {said}"] if said else [])
        assert turns.blocks(session, cycle, "V2.5") == ([False] if said else [])
        assert bool(gates.standing(cycles.breaches(session, cycle, NOW), {})) is (bool(values) and bool(said))


def test_v2_5_a_guard_that_has_always_held_is_only_noted(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        other = Kpi(team_id=TEAM, cycle_id=cycle.id, key="other", name="Other", guards=[kpi.key])
        session.add(other)
        turns.assess(session, cycle, kpi)
        for values, notes in (([10.0, 19.0], [True]), ([30.0, 25.0], [False]), ([10.0, 30.0], [])):
            turns.analyse(session, cycle, kpi, values)
            assert [one.note for one in cycles.breaches(session, cycle, NOW) if one.rule == "V2.5"] == notes
        turns.analyse(session, cycle, kpi, [10.0, 19.0])
        other.guards, other.counter = [], kpi.key
        assert [one.note for one in cycles.breaches(session, cycle, NOW) if one.rule == "V2.5"] == [True]
        other.counter = ""
        assert [one.note for one in cycles.breaches(session, cycle, NOW) if one.rule == "V2.5"] == [False]


def test_step_2_is_said_in_steps_2_and_3_by_members(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        said = assessing.Assessment(measurability=Measurability.AUTOMATIC, checked_by=ERIN)
        with pytest.raises(NotAllowed):
            assessing.assess(session, cycle, kpi.id, said, actor=ERIN, now=NOW)
        turns.jump(session, cycle, 1)
        with pytest.raises(Conflict, match="has not come to step 2"):
            turns.assess(session, cycle, kpi)
        turns.jump(session, cycle, 5)
        with pytest.raises(Conflict, match="is in step 5"):
            turns.assess(session, cycle, kpi)


def test_owner_and_backup_are_two_people(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        said = assessing.Assessment(
            measurability=Measurability.AUTOMATIC, checked_by=BOB, owner=BOB, backup=BOB, source_id=99
        )
        with pytest.raises(InvalidInputs) as told:
            assessing.assess(session, cycle, kpi.id, said, actor=BOB, now=NOW)
        assert [error.field for error in told.value.errors] == ["source_id", "backup"]


def test_a_clause_of_another_service_is_out_of_reach(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        clause = clause_on(session, cycle, kpi)
        wanted = turns.cycles.Start("Payroll", "C2")
        other = turns.cycles.start(session, team_id=TEAM, actor=DAVE, now=NOW, wanted=wanted)
        with pytest.raises(Conflict, match="another service"):
            clauses.of_service_one(session, other, clause.id)


def test_a_clause_on_a_kpi_of_another_cycle_is_refused(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = in_step_2(session)
        with pytest.raises(InvalidInput):
            clauses.draft_clause(session, cycle, kpi_id=999, text="x", target=1.0, actor=DAVE, now=NOW)


def test_the_same_source_is_named_once(database: Database) -> None:
    with database.sessions() as session:
        cycle, _ = in_step_2(session)
        assert turns.source_of(session, cycle, "Ticket  tool").id == turns.source_of(session, cycle, "Ticket tool").id


def test_a_definition_in_words() -> None:
    said = {"measure": "share", "where": "priority == 1", "good": 'made_sla == "true"'}
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="sla", name="SLA", unit="%", definition=said)
    assert assessing.described(kpi) == 'share where priority == 1 counting made_sla == "true"'
    assert assessing.described(Kpi(team_id=TEAM, cycle_id=1, key="x", name="Calls", unit="count")) == "Calls, in count"
    assert kpis.slug("Zeit bis  Lösung?") == "zeit_bis_lösung"
    assert [kpis.slug(name) for name in ("平均 時間", "Доля, %", "?!")] == ["平均_時間", "доля", "kpi"]


def test_going_on_to_step_3_with_reasons_for_warnings(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_2(session)
        turns.assess(session, cycle, kpi)
        turns.analyse(session, cycle, kpi, [30.0, 25.0])
        with pytest.raises(GateRefused, match=r"V2\.5"):
            turns.cycles.next_step(session, cycle, actor=DAVE, now=NOW)
        turns.go_on(session, cycle)
        assert cycle.step == 3
        passage = turns.cycles.passage(session, cycle, 2)
        assert passage.reasons == {"V2.5": "known"}
        assert row(session, Kpi, TEAM, id=kpi.id) is not None


@pytest.mark.parametrize(
    ("aim", "share"),
    [
        ({"direction": "higher", "target": 20.0}, 2 / 3),
        ({"direction": "lower", "target": 20.0}, 2 / 3),
        ({"direction": "within", "band_low": 10.0, "band_high": 20.0}, 2 / 3),
        ({"direction": "lower"}, None),
    ],
)
def test_a_past_value_on_the_target_has_met_it(aim: dict[str, Any], share: float | None) -> None:
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="hours", name="Hours", **aim)
    assert share_met(kpi, (10.0, 20.0, 30.0)) == share
    assert share_met(kpi, ()) is None


def test_v2_3_dropping_a_gap_needs_a_reason(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        turns.assess(session, cycle, kpi, Measurability.NOT_MEASURABLE)
        (gap,) = gaps.of_cycle(session, cycle)
        said = {"decision": "drop", "owner": BOB, "due_on": NOW.date(), "actor": BOB, "now": NOW}
        with pytest.raises(InvalidInputs) as refused:
            gaps.decide_gap(session, cycle, gap.id, **said)
        assert [(one.field, one.reason) for one in refused.value.errors] == [("reason", "please say why you drop it")]
        gaps.decide_gap(session, cycle, gap.id, **said, reason="not worth it")
        assert (gap.decision, gap.reason) == ("drop", "not worth it")


def test_a_retired_clause_in_the_same_words_is_drafted_anew(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_2(session)
        clause = clause_on(session, cycle, kpi)
        assert clause_on(session, cycle, kpi).state == "draft"
        clause.state, clause.refused, clause.activated_by, clause.activated_at = "active", "x", ALICE, NOW
        assert clause_on(session, cycle, kpi).state == "active"
        clauses.retire_clause(session, cycle, clause.id, actor=ALICE, now=NOW)
        again = clauses.draft_clause(
            session, cycle, kpi_id=kpi.id, text="Within 20 h", target=18.0, actor=ALICE, now=NOW
        )
        assert (again.id, again.state, again.target) == (clause.id, "draft", 18.0)
        assert (again.refused, again.activated_by, again.activated_at) == ("", "", None)
        assert clauses.of_service(session, cycle) == [again]
