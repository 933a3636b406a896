"""Ids and moments people may not act on: another cycle's, another service's, a closed cycle's."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import register, rules
from csi.errors import Conflict, InvalidInputs, NotAllowed
from csi.models import Cycle, Goal, Kpi
from csi.step1_should_measure import growing
from csi.step4_process import exclusions
from csi.step5_analyse import findings, results
from csi.storage import rows
from csi.terms import Claim
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, NOW, TEAM

SAID = findings.Said(
    against_target="above",
    against_baseline="below",
    variation="common",
    cause="staff",
    impact="waiting",
    impact_amount=3.0,
    impact_unit="hours",
    claim=Claim.NEITHER,
)


@pytest.fixture
def session(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        yield session


@pytest.fixture
def cycle(session: Session) -> Cycle:
    return turns.begin(session)


@pytest.fixture
def kpi(session: Session, cycle: Cycle) -> Kpi:
    return turns.grow(session, cycle)[0]


@pytest.fixture
def other(session: Session) -> Cycle:
    """Another service's cycle, in another channel."""
    wanted = cycles.Start("Payroll", "C2", "UTC")
    return cycles.start(session, team_id=TEAM, actor=ERIN, now=NOW, wanted=wanted)


def closed(session: Session, cycle: Cycle) -> Cycle:
    cycle.state, cycle.open_channel, cycle.open_service = "closed", None, None
    session.add(cycle)
    session.flush()
    return cycle


def test_nothing_is_left_out_once_the_result_is_known(session: Session, cycle: Cycle) -> None:
    turns.jump(session, cycle, 4)
    span = exclusions.Span(date(2026, 1, 5), date(2026, 1, 12))
    made = exclusions.propose(session, cycle, span, reason="moved", actor=BOB, now=NOW)
    said = {"team_id": TEAM, "exclusion_id": made.id, "actor": CAROL, "now": NOW}
    turns.jump(session, cycle, 6)
    with pytest.raises(Conflict, match="this cycle is in step 6"):
        exclusions.decide(session, choice="approved", **said)
    closed(session, turns.jump(session, cycle, 4))
    with pytest.raises(Conflict, match="this cycle is closed"):
        exclusions.decide(session, choice="approved", **said)
    assert exclusions.decide(session, choice="rejected", **said)[1]


def test_baselines_are_retired_only_for_a_kpi_of_the_cycle_that_runs(
    session: Session, cycle: Cycle, kpi: Kpi, other: Cycle
) -> None:
    with pytest.raises(Conflict, match="another cycle"):
        exclusions.retire_baseline(session, other, kpi.id, reason="new", actor=ERIN, now=NOW)
    with pytest.raises(Conflict, match="is closed"):
        exclusions.retire_baseline(session, closed(session, cycle), kpi.id, reason="new", actor=DAVE, now=NOW)


def test_findings_and_results_of_a_closed_cycle_stay(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    turns.analyse(session, cycle, kpi, [1.0])
    closed(session, cycle)
    with pytest.raises(Conflict, match="findings stay"):
        findings.confirm(session, cycle, kpi.id, SAID, actor=BOB, now=NOW)
    with pytest.raises(Conflict, match="results stay"):
        results.store(session, cycle, None, input_hash="x", actor=BOB, now=NOW)


def test_a_register_is_its_service_s_own(session: Session, cycle: Cycle, other: Cycle) -> None:
    entry = register.raise_opportunity(session, cycle, register.Entry(title="Faster"), actor=ALICE, now=NOW)
    assert register.entry_of(session, cycle, entry.id) is entry
    with pytest.raises(Conflict, match="another service"):
        register.entry_of(session, other, entry.id)


def test_who_starts_a_cycle_of_a_known_service_must_steer_it(session: Session, cycle: Cycle) -> None:
    closed(session, cycle)
    wanted = cycles.Start("Service desk", "C9", "UTC")
    with pytest.raises(NotAllowed, match="has people already"):
        cycles.start(session, team_id=TEAM, actor=ERIN, now=NOW, wanted=wanted)
    assert cycles.start(session, team_id=TEAM, actor=ALICE, now=NOW, wanted=wanted).number == 2


def test_a_csf_hangs_from_a_goal_of_its_own_cycle(session: Session, cycle: Cycle, kpi: Kpi, other: Cycle) -> None:
    (theirs,) = [growing.add_goal(session, other, text="Pay", actor=ERIN, now=NOW)]
    assert [one.text for one in rows(session, Goal, TEAM, cycle_id=cycle.id)] == ["Users get help fast"]
    with pytest.raises(Conflict, match="another cycle"):
        growing.edit_csf(session, cycle, kpi.csf_id, text="x", goal_id=theirs.id, actor=ALICE, now=NOW)


def test_no_threshold_is_beyond_what_dates_hold(session: Session, cycle: Cycle) -> None:
    assert cycle.id
    with pytest.raises(InvalidInputs, match="at most 3,660 days"):
        rules.set_thresholds(session, team_id=TEAM, values={"approval_days": 1e10}, actor=DAVE, now=NOW)
