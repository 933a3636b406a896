"""New baselines: V7.4."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from sqlmodel import Session

from csi.errors import Conflict, GateRefused, InvalidInput, NotAllowed
from csi.models import Baseline, Cycle, Kpi
from csi.step1_should_measure import kpis
from csi.step7_correct import baselines
from csi.step7_correct.standing import standing
from csi.terms import Direction
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, NOW, TEAM

VALUES = [30.0, 31.0, 29.0, 30.0, 32.0, 28.0, 30.0, 31.0, 22.0, 21.0, 23.0, 22.0, 21.0, 23.0, 22.0]
BEFORE, CHANGE, AFTER = date(2026, 1, 5), date(2026, 3, 2), date(2026, 4, 20)


def in_step_7(session: Session, values: list[float | None] = VALUES, **changed: object) -> tuple[Cycle, Kpi]:
    cycle = turns.begin(session)
    (kpi,) = turns.grow(session, cycle, turns.kpi_fields(**changed))
    cycle.baseline_from, cycle.baseline_to = BEFORE, CHANGE
    cycle.evaluation_from, cycle.evaluation_to = CHANGE, AFTER
    turns.jump(session, cycle, 7)
    turns.analyse(session, cycle, kpi, values)
    return cycle, kpi


def propose(session: Session, cycle: Cycle, kpi: Kpi, start: date = CHANGE, end: date = AFTER) -> Baseline:
    return baselines.propose_baseline(
        session, cycle, kpi.id, window_from=start, window_to=end, reason="the level holds", actor=BOB, now=NOW
    )


def vote(session: Session, baseline: Baseline, actor: str, choice: str = "approve", reason: str = "") -> baselines.Vote:
    return baselines.decide_baseline(
        session, team_id=TEAM, baseline_id=baseline.id, actor=actor, choice=choice, now=NOW, reason=reason
    )


def test_v7_4_a_baseline_has_its_level_limits_points_and_an_approver(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_7(session)
        made = propose(session, cycle, kpi)
        assert (made.number, made.points, made.coverage, made.centre) == (1, 7, 1.0, 22.0)
        assert made.limits["kind"] == "xmr"
        assert made.upper == pytest.approx(22 + 2.66 * 8 / 6)  # moving ranges 1 2 1 1 2 1
        assert turns.broken(session, cycle, "V7.4") == [
            "The new baseline of Median time to resolve waits for approval."
        ]
        with pytest.raises(NotAllowed, match="You proposed"):
            vote(session, made, BOB)
        with pytest.raises(NotAllowed):
            vote(session, made, DAVE)
        done = vote(session, made, CAROL)
        assert (done.settled, done.needed, made.state, made.approved_at) == (True, 1, "approved", NOW)
        assert turns.broken(session, cycle, "V7.4") == []
        assert not vote(session, made, CAROL).changed
        with pytest.raises(Conflict, match="approved already"):
            vote(session, made, ALICE)


def test_v7_4_too_few_points_or_too_many_holes_refuse(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_7(session, [1.0, None, None, None, 2.0, 3.0])
        with pytest.raises(GateRefused) as refused:
            propose(session, cycle, kpi, BEFORE, AFTER)
        said = [one.sentence for one in refused.value.breaches]
        assert {one.rule for one in refused.value.breaches} == {"V7.4"}
        assert "has 3 points; at least 5" in said[0]
        assert "only 50 % of its periods" in said[1]


def test_v7_4_a_stale_analysis_is_no_ground(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        turns.analyse(session, cycle, kpi, VALUES).stale = True
        with pytest.raises(GateRefused, match="no analysis of the data now held"):
            propose(session, cycle, kpi)


def test_v7_4_a_worse_level_needs_a_second_approver(database: Database) -> None:
    with database.sessions() as session:
        cycle, kpi = in_step_7(session, [*VALUES[8:], 24.0, *VALUES[:7]])
        made = propose(session, cycle, kpi)
        assert made.turns_miss_into_hit
        assert (vote(session, made, CAROL).settled, made.state) == (False, "proposed")
        assert (vote(session, made, ALICE).settled, made.state) == (True, "approved")


def test_v7_4_higher_is_better_turns_it_round(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session, direction=Direction.HIGHER, target=90.0)
        assert propose(session, cycle, kpi).turns_miss_into_hit


def test_v7_4_another_definition_since_is_told(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        made = propose(session, cycle, kpi)
        vote(session, made, CAROL)
        kpi.definition = {**kpi.definition, "where": "priority == 1"}
        assert "another definition" in turns.broken(session, cycle, "V7.4")[0]


def test_v7_4_a_rejection_needs_a_reason_and_a_new_proposal_gets_the_next_number(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        made = propose(session, cycle, kpi)
        with pytest.raises(Conflict, match="waiting for approval"):
            propose(session, cycle, kpi)
        with pytest.raises(InvalidInput):
            vote(session, made, CAROL, "reject")
        vote(session, made, CAROL, "reject", "too early")
        assert made.state == "rejected"
        assert propose(session, cycle, kpi).number == 2


def test_a_window_ends_after_it_begins_and_is_set_in_step_7(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        with pytest.raises(InvalidInput, match="must end after"):
            propose(session, cycle, kpi, AFTER, CHANGE)
        turns.jump(session, cycle, 6)
        with pytest.raises(Conflict, match="step 7"):
            propose(session, cycle, kpi)


def test_shares_get_limits_of_shares_in_their_unit() -> None:
    series = turns.weeks([80.0, 82.0, 78.0, 81.0, 79.0, 80.0])
    for point in series:
        point |= {"numerator": point["value"], "denominator": 100.0}
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="sla", name="SLA", unit="%", definition={"measure": "share"})
    stands = standing(kpi, series, BEFORE, AFTER, "UTC")
    assert stands.frozen["kind"] == "p_prime"
    assert stands.centre == pytest.approx(80.0)
    assert stands.frozen["sigma_z"] is not None


@pytest.mark.parametrize(
    ("unit", "valid", "kind"), [("%", 100.0, "p_prime"), ("%", 70.0, "u_prime"), ("ratio", 100.0, "u_prime")]
)
def test_ratios_of_counts_get_the_limits_that_the_analysis_gives_them(unit: str, valid: float, kind: str) -> None:
    series = turns.weeks([80.0, 82.0, 78.0, 81.0, 79.0, 80.0])
    for point in series:
        point |= {"numerator": point["value"], "denominator": valid}
        point["value"] *= (100 if unit == "%" else 1) / valid
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="r", name="R", unit=unit, definition={"measure": "ratio"})
    stands = standing(kpi, series, BEFORE, AFTER, "UTC")
    assert stands.frozen["kind"] == kind
    assert stands.centre == pytest.approx(80 / valid * (100 if unit == "%" else 1))


@pytest.mark.parametrize("measure", ["share", "ratio", "availability"])
def test_too_few_quotients_for_limits_are_still_not_averaged(measure: str) -> None:
    series = turns.weeks([50.0, 90.0, 90.0, 90.0, 90.0])
    for point, valid in zip(series, [1000.0, 10.0, 10.0, 10.0, 10.0], strict=True):
        point |= {"numerator": point["value"] * valid / 100, "denominator": valid}
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="sla", name="SLA", unit="%", definition={"measure": measure})
    assert standing(kpi, series, BEFORE, AFTER, "UTC").centre == pytest.approx(100 * (500 + 36) / 1040)


def test_periods_that_are_partial_or_left_out_whole_do_not_count_one_left_out_in_part_does() -> None:
    series = turns.weeks([10.0, None, 30.0, 50.0])
    series[0]["partial"], series[1]["excluded"], series[3]["excluded"] = True, True, True
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="k", name="K", definition=kpis.KpiFields().definition)
    stands = standing(kpi, series, BEFORE, AFTER, "UTC")
    assert (stands.points, stands.coverage, stands.centre) == (2, 1.0, 40.0)


def test_the_window_is_cut_in_the_cycles_zone() -> None:
    series = [{"start": "2026-03-01T23:00:00+00:00", "value": 1.0}]
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="k", name="K")
    assert standing(kpi, series, CHANGE, AFTER, "Europe/Berlin").points == 1
    assert standing(kpi, series, CHANGE, AFTER, "UTC").points == 0


def test_limits_stay_within_what_the_kpi_can_be() -> None:
    wild = turns.weeks([1.0, 9.0, 0.5, 8.0, 1.0, 9.5])
    hours = {"measure": "median", "value": {"from": "opened_at", "to": "resolved_at"}}
    lasting = Kpi(team_id=TEAM, cycle_id=1, key="h", name="H", unit="h", definition=hours)
    money = Kpi(team_id=TEAM, cycle_id=1, key="m", name="M", unit="EUR", definition={"measure": "sum", "value": "net"})
    assert standing(lasting, wild, BEFORE, AFTER, "UTC").lower == 0.0
    lower = standing(money, wild, BEFORE, AFTER, "UTC").lower
    assert lower is not None
    assert lower < 0


def _count() -> Kpi:
    return Kpi(team_id=TEAM, cycle_id=1, key="p1", name="P1", unit="count", definition={"measure": "count"})


@pytest.mark.parametrize(("counts", "kind"), [([8.0, 9.0], "poisson"), ([9.0, 9.0], "xmr"), ([1.0, 0.5], "xmr")])
def test_low_whole_counts_get_limits_that_know_how_few_events_there_were(counts: list[float], kind: str) -> None:
    stands = standing(_count(), turns.weeks([*counts, *counts, *counts]), BEFORE, AFTER, "UTC")
    assert stands.frozen["kind"] == kind


def test_quiet_low_counts_seldom_lie_outside_the_limits_of_their_standing() -> None:
    outside = []
    for mean in (0.25, 0.5, 1.0):
        counts = np.random.default_rng(1).poisson(mean, (200, 24)).astype(float)
        for row in counts:
            stands = standing(_count(), turns.weeks(row[:12].tolist()), BEFORE, date(2027, 1, 1), "UTC")
            assert stands.upper is not None
            outside.append((row[12:] > stands.upper).any())
    assert np.mean(outside) <= 0.06
