"""Starting, going on, going back: on both databases, and by two people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest

from csi import cycle as cycles
from csi import roles
from csi.audit import Keys
from csi.errors import Conflict, GateRefused, InvalidInput, NotAllowed, NotFound
from csi.models import AnalysisResult, AuditRow, Finding, StepPassage
from csi.proving import prove
from csi.step7_correct import actions
from csi.storage import row, rows
from csi.terms import Awaited, Role, Step
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, CHANNEL, DAVE, ERIN, NOW, TEAM


def test_a_cycle_starts_with_its_manager_seven_passages_and_the_first_one_s_due_day(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        assert (cycle.number, cycle.step, cycle.state) == (1, 1, "open")
        assert roles.held(session, TEAM, cycle.service_id, DAVE) == {Role.CSI_MANAGER}
        first = (NOW + timedelta(days=7)).date()
        assert [one.due_on for one in cycles.passages(session, cycle)] == [first, *[None] * 6]
        assert cycles.of_channel(session, TEAM, CHANNEL).id == cycle.id


def test_one_open_cycle_a_channel_and_a_service(database: Database) -> None:
    with database.sessions() as session:
        turns.begin(session)
        for channel, service, said in (
            (CHANNEL, "Payroll", "in this channel"),
            ("C2", "Service desk", "another channel"),
        ):
            with pytest.raises(Conflict, match=said):
                cycles.start(session, team_id=TEAM, actor=DAVE, now=NOW, wanted=cycles.Start(service, channel))


def test_the_same_service_and_channel_in_another_workspace_are_another_matter(database: Database) -> None:
    with database.sessions() as session:
        first = turns.begin(session)
        second = turns.begin(session, team_id="T2")
        assert first.id != second.id
        assert cycles.of_channel(session, "T2", CHANNEL).id == second.id
        with pytest.raises(NotFound):
            cycles.by_id(session, "T2", first.id)


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_service_needs_a_name(sqlite_database: Database, name: str) -> None:
    with sqlite_database.sessions() as session, pytest.raises(InvalidInput):
        cycles.start(session, team_id=TEAM, actor=DAVE, now=NOW, wanted=cycles.Start(name, CHANNEL))


def test_an_unknown_zone_is_told(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session, pytest.raises(InvalidInput, match="Europe/Lisbon"):
        cycles.start(session, team_id=TEAM, actor=DAVE, now=NOW, wanted=cycles.Start("Desk", CHANNEL, "Lisbon time"))


def test_without_a_cycle_the_sentence_says_how_to_begin(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session, pytest.raises(NotFound, match="Begin one"):
        cycles.of_channel(session, TEAM, "C9")


def test_going_on_is_refused_with_every_breach_and_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(GateRefused) as refused:
            cycles.next_step(session, cycle, actor=DAVE, now=NOW)
        assert [one.rule for one in refused.value.breaches] == ["V1.1", "V1.1", "V1.5"]
        assert (cycle.step, cycle.version) == (1, 1)


def test_a_warning_is_passed_with_a_reason_that_is_kept(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        [kpi] = turns.grow(session, cycle)
        turns.agree(session, cycle)
        with pytest.raises(GateRefused) as refused:
            cycles.next_step(session, cycle, actor=ALICE, now=NOW, reasons={"V1.6": "  "})
        assert kpi.promised == {}
        assert [(one.rule, one.blocks) for one in refused.value.breaches] == [("V1.6", False)]
        cycles.next_step(session, cycle, actor=ALICE, now=NOW, reasons={"V1.6": "no survey yet"})
        assert cycle.step == 2
        assert cycles.passage(session, cycle, 1).reasons == {"V1.6": "no survey yet"}
        assert kpi.promised == {"unit": "h", "direction": "lower", "target": [20.0], "earlier": []}
        assert cycles.passage(session, cycle, 2).entered_at == NOW


def test_only_who_is_accountable_or_steers_may_go_on(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        for person in (BOB, ERIN, "USTRANGER"):
            with pytest.raises(NotAllowed, match="leave this step"):
                cycles.next_step(session, cycle, actor=person, now=NOW)


def test_an_older_button_changes_nothing(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.jump(session, turns.begin(session), 2)
        with pytest.raises(Conflict, match="Step 1 has been left"):
            cycles.next_step(session, cycle, actor=DAVE, now=NOW, leaving=1)


def test_of_two_who_press_next_at_once_one_is_told(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.agree(session, cycle)
        reasons = turns.reasons_for(session, cycle)
    together = Barrier(2)

    def press(actor: str) -> str:
        with database.sessions.reading() as session:
            seen = cycles.of_channel(session, TEAM, CHANNEL)
        together.wait(timeout=20)
        try:
            with database.sessions() as session:
                mine = session.merge(seen, load=False)
                cycles.next_step(session, mine, actor=actor, now=NOW, reasons=reasons)
        except Conflict as told:
            return str(told)
        return "went on"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(press, (ALICE, DAVE)))
    assert outcomes[1] == "went on"
    assert "Somebody was first" in outcomes[0]
    with database.sessions.reading() as session:
        assert cycles.of_channel(session, TEAM, CHANNEL).step == 2
        moves = [one for one in rows(session, AuditRow, TEAM) if one.what == "next step"]
        assert len(moves) == 1


def test_going_back_is_recorded_and_makes_later_results_stale(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.analyse(session, cycle, kpi, [1.0, 2.0])
        turns.jump(session, cycle, 6)
        for step in range(1, 6):
            cycles.passage(session, cycle, step).left_at = NOW
        cycles.back(session, cycle, to=3, actor=DAVE, now=NOW, reason="a wrong export")
        stale = [one.step for one in cycles.passages(session, cycle) if one.stale]
        assert (cycle.step, stale) == (3, [4, 5])
        result, finding = row(session, AnalysisResult, TEAM), row(session, Finding, TEAM)
        assert (result.stale, finding.state) == (True, "stale")
        session.commit()
        (logged,) = [one for one in rows(session, AuditRow, TEAM) if one.what == "back to step"]
        assert logged.new == {"step": 3, "reason": "a wrong export"}


def test_going_back_from_six_to_five_keeps_the_analysis(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.analyse(session, cycle, kpi, [1.0])
        turns.jump(session, cycle, 6)
        cycles.back(session, cycle, to=5, actor=DAVE, now=NOW)
        assert row(session, AnalysisResult, TEAM).stale is False


@pytest.mark.parametrize("to", [0, 3, 4, 8])
def test_back_goes_to_an_earlier_step_only(sqlite_database: Database, to: int) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.jump(session, turns.begin(session), 3)
        with pytest.raises(InvalidInput, match="1 to 2"):
            cycles.back(session, cycle, to=to, actor=DAVE, now=NOW)


def test_the_overview_says_where_it_stands_and_who_is_waited_for(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        seen = cycles.overview(session, cycle, NOW)
        assert (seen.service, seen.number, seen.step) == ("Service desk", 1, Step.SHOULD_MEASURE)
        assert [one.state for one in seen.steps] == ["here"] + ["ahead"] * 6
        assert seen.waiting[0].who == (ALICE,)
        assert seen.waiting[1].kind is Awaited.ASKING
        assert (seen.kpis[0].name, seen.kpis[0].verdict) == (kpi.name, "")
        turns.analyse(session, cycle, kpi, [1.0], verdict="IMPROVED")
        turns.jump(session, cycle, 4)
        assert cycles.overview(session, cycle, NOW).kpis[0].verdict == ""
        turns.jump(session, cycle, 5)
        assert cycles.overview(session, cycle, NOW).kpis[0].verdict == "IMPROVED"


def test_the_overview_waits_for_nobody_to_approve_what_is_their_own(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        (kpi,) = turns.grow(session, cycle)
        turns.jump(session, cycle, 7)
        fields = actions.ActionFields(
            title="Route them",
            kpi_id=kpi.id,
            owner=ALICE,
            due_on=date(2026, 12, 1),
            effect_by=date(2026, 12, 2),
            cost_class="low",
            expected_effect="less",
            failure_sign="not less",
        )
        actions.propose(session, cycle, fields, actor=BOB, now=NOW)
        waiting = {(one.kind, one.number): one.who for one in cycles.overview(session, cycle, NOW).waiting}
        assert waiting[Awaited.ACTION_APPROVAL, 1] == (CAROL,)


def test_a_step_is_late_the_day_after_it_was_due(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        due = cycles.passage(session, cycle, 1).due_on
        seen = [cycles.overview(session, cycle, NOW + (due - NOW.date()) + timedelta(days=days)) for days in (0, 1)]
        assert [one.steps[0].state for one in seen] == ["here", "late"]


def test_a_step_named_for_a_person_is_theirs(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        assert cycles.accountable(session, cycle, 2) == DAVE  # nobody is process owner
        passage = row(session, StepPassage, TEAM, cycle_id=cycle.id, step=2)
        assert passage is not None
        passage.owner = BOB
        assert cycles.accountable(session, cycle, 2) == BOB


def test_every_change_of_a_turn_is_in_the_chain(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.agree(session, cycle)
        turns.go_on(session, cycle)
    with database.sessions.reading() as session:
        what = [one.what for one in rows(session, AuditRow, TEAM, order="ordinal")]
        assert {"started cycle", "granted role", "added kpi", "approve tree", "next step"} <= set(what)
        assert prove(session, TEAM, Keys()).deviations == []


def test_the_step_a_cycle_went_back_to_is_where_it_stands_and_stale_is_what_lies_behind_it(
    sqlite_database: Database,
) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.jump(session, cycle, 4)
        for one in cycles.passages(session, cycle)[:4]:
            one.left_at = NOW
        cycles.back(session, cycle, to=1, actor=DAVE, now=NOW, reason="again")
        assert [one.state for one in cycles.overview(session, cycle, NOW).steps[:4]] == ["here", *["stale"] * 3]
        turns.jump(session, cycle, 2)
        assert cycles.overview(session, cycle, NOW).steps[1].state == "here"


def test_a_step_that_is_left_again_is_stale_no_more(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.agree(session, cycle)
        for one in cycles.passages(session, cycle)[:3]:
            one.left_at, one.stale = NOW, True
        turns.go_on(session, cycle)
        assert [one.stale for one in cycles.passages(session, cycle)[:3]] == [False, True, True]
