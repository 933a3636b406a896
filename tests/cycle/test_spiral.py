"""Closing a cycle and drafting the next: V7.5 and the spiral, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import register
from csi.audit import Keys
from csi.cycle import spiral as spirals
from csi.definition import Window
from csi.errors import Conflict, GateRefused, InvalidInput, NotAllowed
from csi.measurement import mapping as measurement
from csi.measurement import windows
from csi.measurement.mapping import definition_hash
from csi.models import (
    Action,
    AuditRow,
    Baseline,
    CarryOver,
    Cycle,
    Exclusion,
    Finding,
    Gap,
    Kpi,
    PlanRow,
    QuarantinedRow,
    Report,
)
from csi.proving import prove
from csi.step1_should_measure import carried
from csi.step1_should_measure.tree import tree
from csi.step3_gather import batches
from csi.step7_correct import actions, baselines, loose_ends
from csi.storage import need, row, rows
from csi.terms import Measurability
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, CHANNEL, DAVE, ERIN, FRANK, NOW, TEAM

VALUES = [30.0, 31.0, 29.0, 30.0, 32.0, 28.0, 30.0, 31.0, 22.0, 21.0, 23.0, 22.0, 21.0, 23.0]
CHANGE, AFTER = date(2026, 3, 2), date(2026, 4, 13)


def turned(session: Session, verdict: str = "ACHIEVED") -> tuple[Cycle, Kpi]:
    """A cycle in step 7 with a plan, a delivery, and an analysed KPI."""
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle)
    turns.agree(session, cycle)
    turns.jump(session, cycle, 2)
    turns.assess(session, cycle, kpi)
    turns.deliver(session, cycle)
    turns.jump(session, cycle, 7)
    turns.analyse(session, cycle, kpi, VALUES, verdict)
    return cycle, kpi


def tie_all(session: Session, cycle: Cycle) -> None:
    for end in loose_ends.loose_ends(session, cycle):
        loose_ends.tie(
            session, cycle, kind=end.kind, row_id=end.id, disposition=end.usual, reason="", actor=BOB, now=NOW
        )


def close(session: Session, cycle: Cycle, actor: str = DAVE) -> Cycle:
    reasons = turns.reasons_for(session, cycle)
    return cycles.close(session, cycle, actor=actor, now=NOW, reasons=reasons)


def act_on(session: Session, cycle: Cycle, kpi: Kpi) -> Action:
    fields = actions.ActionFields(
        title="Route them",
        kpi_id=kpi.id,
        owner=FRANK,
        due_on=CHANGE,
        effect_by=AFTER,
        cost_class="low",
        expected_effect="less",
        failure_sign="not less",
    )
    return actions.propose(session, cycle, fields, actor=BOB, now=NOW)


def kinds(session: Session, cycle: Cycle) -> dict[str, CarryOver]:
    return {one.kind: one for one in rows(session, CarryOver, TEAM, cycle_id=cycle.id)}


def test_v7_5_everything_open_needs_a_disposition(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = turned(session, "NO CHANGE")
        session.add(Gap(team_id=TEAM, cycle_id=cycle.id, text="CSAT is not measurable", opened_at=NOW))
        idea = register.raise_opportunity(session, cycle, register.Entry(title="Chatbot"), actor=BOB, now=NOW)
        register.set_state(session, idea, state="parked", reason="later", actor=BOB, now=NOW)
        finding = row(session, Finding, TEAM)
        act_on(session, cycle, kpi)
        finding.disposition = ""
        session.flush()
        assert {end.kind for end in loose_ends.loose_ends(session, cycle)} == {
            "finding",
            "gap",
            "opportunity",
            "action",
        }
        with pytest.raises(GateRefused, match=r"V7\.5: Not decided: Finding on Median"):
            close(session, cycle)
        tie_all(session, cycle)
        assert turns.broken(session, cycle, "V7.5") == []
        assert close(session, cycle).number == 2


def test_the_next_cycle_measures_on_the_same_terms(sqlite_database: Database) -> None:
    rate = {"unit": "USD", "in": "EUR", "from": "2026-01-01", "rate": 0.9}
    terms = {"timezone": "Asia/Tokyo", "period": "month", "calendar": {"holidays": "PT"}, "rates": [rate]}
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session)
        for name, value in terms.items():
            setattr(cycle, name, value)
        session.add(cycle)
        tie_all(session, cycle)
        draft = close(session, cycle)
        assert {name: getattr(draft, name) for name in terms} == terms


def test_v7_5_dropping_needs_a_reason(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session)
        (end,) = loose_ends.loose_ends(session, cycle)
        said = {"kind": end.kind, "row_id": end.id, "actor": BOB, "now": NOW}
        with pytest.raises(InvalidInput, match="why"):
            loose_ends.tie(session, cycle, disposition="drop", reason=" ", **said)
        with pytest.raises(InvalidInput, match="expected one of"):
            loose_ends.tie(session, cycle, disposition="forget", reason="x", **said)
        with pytest.raises(NotAllowed):
            loose_ends.tie(session, cycle, disposition="accept", reason="", **{**said, "actor": ERIN})


def test_the_next_cycle_starts_from_the_tree_plan_and_new_baseline(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = turned(session)
        made = baselines.propose_baseline(
            session, cycle, kpi.id, window_from=CHANGE, window_to=AFTER, reason="holds", actor=BOB, now=NOW
        )
        baselines.decide_baseline(session, team_id=TEAM, baseline_id=made.id, actor=CAROL, choice="approve", now=NOW)
        tie_all(session, cycle)
        draft = close(session, cycle)
        assert (cycle.state, cycle.open_channel, cycle.closed_by) == ("closed", None, DAVE)
        assert (draft.number, draft.step, draft.previous_id, draft.state) == (2, 1, cycle.id, "open")
        assert cycles.of_channel(session, TEAM, CHANNEL).id == draft.id
        assert (draft.baseline_from, draft.baseline_to, draft.evaluation_from) == (CHANGE, AFTER, None)
        copied = tree(session, draft)
        assert copied.goals[0].csfs[0].kpis[0].key == kpi.key
        assert copied.approvals == ()
        again = copied.kpis[0]
        assert (again.id != kpi.id, again.measurability, again.checked_by) == (True, Measurability.AUTOMATIC.value, "")
        plan = row(session, PlanRow, TEAM, cycle_id=draft.id)
        assert (plan.kpi_id, plan.owner) == (again.id, BOB)
        assert need(session, Kpi, TEAM, kpi.id).cycle_id == cycle.id


def test_a_target_met_and_stable_forces_a_choice(database: Database) -> None:
    with database.sessions() as session:
        cycle, _ = turned(session, "ACHIEVED")
        tie_all(session, cycle)
        draft = close(session, cycle)
        found = kinds(session, draft)
        assert (found["verdict"].disposition, found["choice"].disposition) == ("adopt", "")
        assert len(turns.broken(session, draft, "V1.8")) == 1
        said = {"reason": "done with it", "actor": ALICE, "now": NOW}
        with pytest.raises(InvalidInput, match="tighten, hold, retire"):
            carried.dispose(session, draft, found["choice"].id, disposition="adopt", **said)
        carried.dispose(session, draft, found["choice"].id, disposition="retire", **said)
        assert tree(session, draft).kpis == ()


def test_a_held_target_may_be_no_better_than_the_baseline(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = turned(session, "ACHIEVED")
        own = {"team_id": TEAM, "service_id": cycle.service_id, "cycle_id": cycle.id, "kpi_key": kpi.key, "number": 1}
        stands = {
            "centre": 15.0,
            "points": 6,
            "coverage": 1.0,
            "state": "approved",
            "proposed_by": BOB,
            "proposed_at": NOW,
        }
        alike = definition_hash(cycle, kpi)
        session.add(Baseline(window_from=CHANGE, window_to=AFTER, definition_hash=alike, **own, **stands))
        tie_all(session, cycle)
        draft = close(session, cycle)
        assert True in turns.blocks(session, draft, "V1.4")
        item = kinds(session, draft)["choice"]
        carried.dispose(session, draft, item.id, disposition="hold", reason="", actor=ALICE, now=NOW)
        assert turns.blocks(session, draft, "V1.4") == []


def test_each_thing_left_goes_to_its_step_with_its_origin_and_age(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = turned(session, "IMPROVED")
        batch = turns.deliver(session, cycle, rows_kept=98)
        for line in (7, 7, 9):
            session.add(QuarantinedRow(team_id=TEAM, batch_id=batch.id, line=line, reason="not a date"))
        gap = Gap(team_id=TEAM, cycle_id=cycle.id, text="CSAT is not measurable", opened_at=NOW, decision="close")
        session.add(gap)
        finding = row(session, Finding, TEAM)
        finding.cause = "handovers"
        session.add(Report(team_id=TEAM, cycle_id=cycle.id, audience="business", made_by=BOB, made_at=NOW, sent_at=NOW))
        action = act_on(session, cycle, kpi)
        tie_all(session, cycle)
        draft = close(session, cycle)
        found = kinds(session, draft)
        assert {kind: one.step for kind, one in found.items()} == {
            "verdict": 1,
            "gap": 2,
            "quarantine": 3,
            "cause": 5,
            "report": 6,
            "action": 7,
        }
        assert found["quarantine"].text == "2 rows of incidents.csv in quarantine"
        assert (found["gap"].since, found["gap"].subject_id) == (NOW, gap.id)
        assert "handovers" in found["cause"].text
        assert (found["action"].subject_id, found["action"].from_cycle_id) == (action.id, cycle.id)


def test_what_is_left_in_quarantine_is_counted_whole_and_without_removed_files(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session, "IMPROVED")
        large = turns.deliver(session, cycle, rows_read=10_000, rows_kept=8_500)
        wrong = turns.deliver(session, cycle, rows_kept=50)
        for batch, lines in ((large, range(2, 1_000)), (wrong, range(2, 52))):
            session.add_all(QuarantinedRow(team_id=TEAM, batch_id=batch.id, line=n, reason="no date") for n in lines)
        session.flush()
        mended = turns.deliver(session, cycle, rows_read=3, rows_kept=3)
        mended.counts = {**mended.counts, "mended": {large.sha256[:12]: {"rows": 3, "shown": []}}}
        batches.remove(session, TEAM, wrong.id, actor=BOB, now=NOW, reason="wrong file")
        tie_all(session, cycle)
        draft = close(session, cycle)
        left = [one.text for one in rows(session, CarryOver, TEAM, cycle_id=draft.id, kind="quarantine")]
        assert left == ["1,497 rows of incidents.csv in quarantine"]


def test_a_gap_that_was_dropped_or_will_be_lived_with_is_not_carried_on(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session, "IMPROVED")
        said = {"team_id": TEAM, "cycle_id": cycle.id, "opened_at": NOW, "reason": "known", "decided_by": ALICE}
        session.add(Gap(text="dropped", disposition="drop", **said))
        session.add(Gap(text="accepted", decision="accept", disposition="accept", **said))
        session.add(Gap(text="to be closed", decision="close", disposition="carry", **said))
        tie_all(session, cycle)
        draft = close(session, cycle)
        assert [one.text for one in rows(session, CarryOver, TEAM, cycle_id=draft.id, kind="gap")] == [
            "Gap: to be closed"
        ]


def test_only_what_was_done_in_the_evaluation_window_may_be_the_change(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        first, kpi = turned(session, "IMPROVED")
        action = act_on(session, first, kpi)
        tie_all(session, first)
        second = close(session, first)
        second.evaluation_from, second.evaluation_to = CHANGE, AFTER
        zone = ZoneInfo(second.timezone)
        found = []
        for day in (date(2026, 3, 1), CHANGE, date(2026, 4, 12), AFTER):
            action.state, action.done_at = "done", datetime(day.year, day.month, day.day, 12, tzinfo=zone)
            session.flush()
            found.append(len(measurement.changes_of(session, second, windows.of_cycle(second).evaluation)))
        assert found == [0, 1, 1, 0]
        first.evaluation_from, first.evaluation_to = CHANGE, AFTER
        action.done_at = datetime(2026, 3, 10, tzinfo=zone)
        session.flush()
        own = measurement.changes_of(session, first, windows.of_cycle(first).evaluation)
        assert own == []  # its own answer to what it found


def test_an_adopted_gap_and_action_go_on_in_the_new_cycle(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = turned(session, "NO CHANGE")
        session.add(Gap(team_id=TEAM, cycle_id=cycle.id, text="CSAT is not measurable", opened_at=NOW))
        action = act_on(session, cycle, kpi)
        tie_all(session, cycle)
        draft = close(session, cycle)
        for item in carried.open_items(session, draft):
            carried.dispose(session, draft, item.id, disposition="adopt", reason="", actor=ALICE, now=NOW)
        assert action.cycle_id == draft.id
        (gap,) = rows(session, Gap, TEAM, cycle_id=draft.id)
        assert (gap.text, gap.opened_at, gap.decision) == ("CSAT is not measurable", NOW, "")
        assert turns.broken(session, draft, "V1.8") == []


def test_an_exclusion_made_in_two_cycles_running_goes_to_step_4(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session)
        said = {
            "team_id": TEAM,
            "start_at": NOW,
            "end_at": NOW,
            "proposed_by": BOB,
            "proposed_at": NOW,
            "state": "approved",
        }
        session.add(Exclusion(cycle_id=cycle.id, reason="Patch day", **said))
        tie_all(session, cycle)
        draft = close(session, cycle)
        assert "exclusion" not in kinds(session, draft)
        session.add(Exclusion(cycle_id=draft.id, reason="patch day", **said))
        session.add(Exclusion(cycle_id=draft.id, reason="Only this time", **said))
        turns.jump(session, draft, 7)
        third = close(session, draft)
        (carried_on,) = rows(session, CarryOver, TEAM, cycle_id=third.id, kind="exclusion")
        assert (carried_on.step, carried_on.text) == (4, "Excluded in two cycles running: patch day")


def test_closing_is_for_step_7_for_those_who_steer_and_once(database: Database) -> None:
    with database.sessions() as session:
        cycle, _ = turned(session)
        tie_all(session, cycle)
        with pytest.raises(NotAllowed):
            cycles.close(session, cycle, actor=BOB, now=NOW)
        turns.jump(session, cycle, 6)
        with pytest.raises(Conflict, match="step 6"):
            cycles.close(session, cycle, actor=DAVE, now=NOW)
        turns.jump(session, cycle, 7)
        close(session, cycle)
        with pytest.raises(Conflict, match="closed already"):
            cycles.close(session, cycle, actor=DAVE, now=NOW)


def test_of_two_who_close_at_once_one_next_cycle_is_made(database: Database) -> None:
    with database.sessions() as session:
        cycle, _ = turned(session)
        tie_all(session, cycle)
        reasons = turns.reasons_for(session, cycle)
    together = Barrier(2)

    def press(actor: str) -> str:
        with database.sessions.reading() as session:
            seen = cycles.of_channel(session, TEAM, CHANNEL)
        together.wait(timeout=20)
        try:
            with database.sessions() as session:
                cycles.close(session, session.merge(seen, load=False), actor=actor, now=NOW, reasons=reasons)
        except Conflict:
            return "too late"
        return "closed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, (ALICE, DAVE))) == ["closed", "too late"]
    with database.sessions.reading() as session:
        assert [one.number for one in rows(session, Cycle, TEAM, order="number")] == [1, 2]
        assert prove(session, TEAM, Keys()).deviations == []
        assert [one.what for one in rows(session, AuditRow, TEAM)].count("closed cycle") == 1


def dispose_all(session: Session, cycle: Cycle, disposition: str) -> None:
    for item in carried.open_items(session, cycle):
        said = disposition if disposition in carried.allowed(item) else "tighten"
        carried.dispose(session, cycle, item.id, disposition=said, reason="later", actor=ALICE, now=NOW)


def test_what_is_deferred_is_asked_again_by_the_next_cycle_with_its_age(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = turned(session, "IMPROVED")
        finding = row(session, Finding, TEAM, kpi_id=kpi.id)
        finding.cause, finding.cause_is_hypothesis = "A new rota", True
        tie_all(session, cycle)
        second = close(session, cycle)
        before = kinds(session, second)["cause"]
        assert before.text == f"Cause not proven ({kpi.name}): A new rota"
        dispose_all(session, second, "defer")
        turns.jump(session, second, 7)
        third = close(session, second)
        again = kinds(session, third)["cause"]
        assert (again.text, again.disposition, again.from_cycle_id) == (before.text, "", cycle.id)
        assert again.since == before.since


def test_what_is_adopted_stands_in_its_step_until_the_cycle_goes_on(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = turned(session, "IMPROVED")
        finding = row(session, Finding, TEAM, kpi_id=kpi.id)
        finding.cause, finding.cause_is_hypothesis = "A new rota", True
        tie_all(session, cycle)
        second = close(session, cycle)
        dispose_all(session, second, "adopt")
        assert cycles.overview(session, second, NOW).taken_up == ()
        turns.jump(session, second, 5)
        (taken,) = cycles.overview(session, second, NOW).taken_up
        assert "A new rota" in taken.text


def test_v1_8_a_target_that_was_to_be_tightened_is(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = turned(session)
        tie_all(session, cycle)
        second = close(session, cycle)
        dispose_all(session, second, "adopt")
        assert turns.broken(session, second, "V1.8") == [
            f"{kpi.name} was to be tightened, and asks for no more than it did."
        ]
        row(session, Kpi, TEAM, cycle_id=second.id).target = 19.0
        session.flush()
        assert turns.broken(session, second, "V1.8") == []


def test_a_parked_idea_that_is_adopted_is_open_again_in_the_new_cycle(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, _ = turned(session, "IMPROVED")
        idea = register.raise_opportunity(session, cycle, register.Entry(title="Ask users"), actor=BOB, now=NOW)
        register.set_state(session, idea, state="parked", reason="later", actor=BOB, now=NOW)
        tie_all(session, cycle)
        second = close(session, cycle)
        dispose_all(session, second, "adopt")
        assert (idea.state, idea.cycle_id) == ("open", second.id)


def test_an_approved_baseline_moves_that_of_no_other_kpi(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        one, other = turns.grow(session, cycle, turns.kpi_fields(), turns.kpi_fields(name="Backlog"))
        cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), CHANGE
        cycle.state, cycle.open_channel, cycle.open_service = "closed", None, None
        approved = {
            "window_from": CHANGE,
            "window_to": AFTER,
            "state": "approved",
            "proposed_by": BOB,
            "proposed_at": NOW,
            "number": 1,
            "service_id": cycle.service_id,
            "cycle_id": cycle.id,
        }
        session.add(Baseline(team_id=TEAM, kpi_key=one.key, **approved))
        session.flush()
        draft = spirals._draft(session, cycle, DAVE, NOW)
        assert windows.of_cycle(draft).baseline == Window(date(2026, 1, 5), CHANGE)
        held = {kpi.key: windows.of_kpi(draft, kpi).baseline for kpi in rows(session, Kpi, TEAM, cycle_id=draft.id)}
        assert held == {one.key: Window(CHANGE, AFTER), other.key: Window(date(2026, 1, 5), CHANGE)}


def test_a_baseline_that_all_have_approved_is_what_the_next_cycle_proposes(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        [kpi] = turns.grow(session, cycle)
        cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), CHANGE
        cycle.state, cycle.open_channel, cycle.open_service = "closed", None, None
        session.add(
            Baseline(
                team_id=TEAM,
                kpi_key=kpi.key,
                window_from=CHANGE,
                window_to=AFTER,
                state="approved",
                proposed_by=BOB,
                proposed_at=NOW,
                number=1,
                service_id=cycle.service_id,
                cycle_id=cycle.id,
            )
        )
        session.flush()
        draft = spirals._draft(session, cycle, DAVE, NOW)
        [again] = rows(session, Kpi, TEAM, cycle_id=draft.id)
        assert windows.of_cycle(draft).baseline == Window(CHANGE, AFTER)
        assert (again.windows, again.promised["target"]) == ({}, [kpi.target])
