"""Which approved baselines a cycle is measured against: the newest of earlier cycles, as part of its input."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.definition import Window
from csi.measurement import mapping as measurement
from csi.measurement import of_cycle, windows
from csi.models import Action, Baseline, Cycle, Kpi
from csi.terms import Step
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, NOW, TEAM

WINDOW = {"window_from": date(2026, 1, 5), "window_to": date(2026, 3, 2)}


@pytest.fixture
def session(sqlite_database: Database):
    with sqlite_database.sessions() as opened:
        yield opened


def two_cycles(session: Session) -> tuple[Cycle, Cycle]:
    """A closed cycle and the open one after it, of one service."""
    first = turns.begin(session)
    first.state, first.open_channel, first.open_service = "closed", None, None
    session.flush()
    second = Cycle(
        team_id=TEAM,
        service_id=first.service_id,
        number=2,
        channel_id="C1",
        timezone=first.timezone,
        started_by=ALICE,
        started_at=NOW,
        evaluation_from=date(2026, 3, 2),
        evaluation_to=date(2026, 4, 6),
    )
    session.add(second)
    session.flush()
    return first, second


def baseline(session: Session, cycle: Cycle, number: int, **changed: Any) -> Baseline:
    plain = {
        "team_id": TEAM,
        "service_id": cycle.service_id,
        "cycle_id": cycle.id,
        "kpi_key": "mttr",
        "number": number,
        "proposed_by": BOB,
        "proposed_at": NOW,
        "state": "approved",
        **WINDOW,
    }
    made = Baseline(**{**plain, **changed})
    session.add(made)
    session.flush()
    return made


def test_the_newest_approved_baseline_holds_whatever_came_first_into_the_table(session: Session) -> None:
    first, second = two_cycles(session)
    third = baseline(session, first, 3)
    for number in (1, 2):
        baseline(session, first, number)
    assert measurement.baselines_of(session, second) == [third]


@pytest.mark.parametrize("state", ["proposed", "rejected"])
def test_only_an_approved_baseline_is_lent(session: Session, state: str) -> None:
    first, second = two_cycles(session)
    approved = baseline(session, first, 1)
    baseline(session, first, 2, state=state)
    assert measurement.baselines_of(session, second) == [approved]


def test_a_cycle_lends_its_own_new_baseline_to_later_ones_only(session: Session) -> None:
    first, second = two_cycles(session)
    own = baseline(session, second, 2)
    assert measurement.baselines_of(session, second) == []
    assert measurement.baselines_of(session, first) == [own]


def test_each_kpi_has_its_own_and_no_other_service_lends_any(session: Session) -> None:
    first, second = two_cycles(session)
    mttr, sla = baseline(session, first, 1), baseline(session, first, 2, kpi_key="sla")
    wanted = cycles.Start("Payroll", "C2", "Europe/Lisbon")
    other = cycles.start(session, team_id=TEAM, actor=BOB, now=NOW, wanted=wanted)
    baseline(session, other, 1)
    assert measurement.baselines_of(session, second) == [mttr, sla]


def test_an_approved_baseline_its_number_and_its_limits_are_part_of_what_a_result_is_made_from(
    session: Session,
) -> None:
    first, second = two_cycles(session)
    said = [measurement.input_hash(session, second)]
    made = baseline(session, first, 1)
    said.append(measurement.input_hash(session, second))
    made.limits = {"centre": 5.0}
    session.flush()
    said.append(measurement.input_hash(session, second))
    made.number = 2
    session.flush()
    said.append(measurement.input_hash(session, second))
    assert len(set(said)) == 4
    made.state = "rejected"
    session.flush()
    assert measurement.input_hash(session, second) == said[0]


@pytest.mark.parametrize(
    ("asked", "provisional"),
    [
        ([("proposed", {})], {"mttr"}),
        ([("rejected", {})], {"mttr"}),
        ([("approved", {})], set()),
        ([("rejected", {}), ("approved", {})], set()),
        ([("rejected", {"window_to": date(2026, 3, 9)})], set()),
        ([("rejected", {"window_from": date(2026, 1, 12)})], set()),
    ],
)
def test_a_window_that_was_asked_for_and_not_agreed_to_is_provisional(
    session: Session, asked: list[tuple[str, dict[str, Any]]], provisional: set[str]
) -> None:
    first, second = two_cycles(session)
    second.baseline_from, second.baseline_to = WINDOW["window_from"], WINDOW["window_to"]
    for number, (state, changed) in enumerate(asked, 1):
        baseline(session, first, number, state=state, **changed)
    assert measurement.not_agreed(session, second) == provisional


def test_what_this_cycle_itself_puts_to_the_approvers_is_not_provisional(session: Session) -> None:
    _, second = two_cycles(session)
    second.baseline_from, second.baseline_to = WINDOW["window_from"], WINDOW["window_to"]
    baseline(session, second, 1, state="proposed")
    assert measurement.not_agreed(session, second) == set()


@pytest.mark.parametrize(
    ("done", "decided", "counts"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), None, True),
        (datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC), None, False),
        (datetime(2026, 4, 5, 22, 59, 59, tzinfo=UTC), None, True),  # summer time in Lisbon
        (datetime(2026, 4, 5, 23, 0, tzinfo=UTC), None, False),
        (None, datetime(2026, 3, 20, tzinfo=UTC), True),
        (datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC), False),
        (None, None, False),
    ],
)
def test_a_change_counts_by_the_day_it_was_done_else_approved_in_the_cycles_zone(
    session: Session, done: datetime | None, decided: datetime | None, counts: bool
) -> None:
    first, second = two_cycles(session)
    second.timezone = "Europe/Lisbon"
    action = {
        "team_id": TEAM,
        "service_id": first.service_id,
        "title": "x",
        "proposer": BOB,
        "proposed_at": NOW,
        "state": "done",
        "done_at": done,
        "decided_at": decided,
    }
    session.add_all([Action(**action, number=1, cycle_id=first.id), Action(**action, number=2, cycle_id=second.id)])
    session.flush()
    found = measurement.changes_of(session, second, windows.of_cycle(second).evaluation)
    assert [one.cycle_id for one in found] == ([first.id] if counts else [])
    second.evaluation_to = None
    assert measurement.changes_of(session, second, windows.of_cycle(second).evaluation) == []


@pytest.mark.parametrize(
    ("is_same", "differs"), [(True, ()), (False, ("its definition at the time of the baseline is not known",))]
)
def test_v4_1_terms_that_cannot_be_told_any_more_count_by_their_hash(
    session: Session, is_same: bool, differs: tuple[str, ...]
) -> None:
    first, second = two_cycles(session)
    [kpi] = turns.grow(session, second)
    turns.assess(session, turns.jump(session, second, Step.CAN_MEASURE), kpi)
    digest = measurement.definition_hash(second, kpi) if is_same else "of another definition"
    baseline(
        session,
        first,
        1,
        kpi_key=kpi.key,
        definition_hash=digest,
        centre=20.0,
        points=12,
        limits={"centre": 20.0, "sigma": 1.0, "n": 12},
    )
    known = of_cycle.known(session, second, of_cycle.definition(session, second))
    assert known.comparability.get(kpi.key, ()) == differs
    assert (kpi.key in known.frozen) is is_same


def test_a_kpi_with_a_baseline_of_its_own_is_asked_about_that_one(session: Session) -> None:
    first, second = two_cycles(session)
    second.baseline_from, second.baseline_to = date(2025, 1, 6), date(2025, 3, 3)
    own = windows.kept(windows.Windows(Window(WINDOW["window_from"], WINDOW["window_to"]), None))
    session.add(Kpi(team_id=TEAM, cycle_id=second.id, key="mttr", name="Hours", windows=own))
    baseline(session, first, 1, state="rejected")
    baseline(session, first, 2, state="rejected", kpi_key="sla")
    assert measurement.not_agreed(session, second) == {"mttr"}


def test_windows_of_a_kpi_stand_beside_those_its_cycle_proposes() -> None:
    cycle = Cycle(
        team_id=TEAM,
        service_id=1,
        number=1,
        channel_id="C1",
        started_by=BOB,
        started_at=NOW,
        baseline_from=date(2026, 1, 5),
        baseline_to=date(2026, 3, 2),
    )
    before, after = Window(date(2026, 1, 5), date(2026, 3, 2)), Window(date(2026, 4, 6), date(2026, 6, 1))
    kpi = Kpi(team_id=TEAM, cycle_id=1, key="mttr", name="Hours", windows=windows.kept(windows.Windows(None, after)))
    assert windows.own(kpi) == (None, after)
    assert windows.of_kpi(cycle, kpi) == (before, after)
    assert windows.of_kpi(cycle, None) == (before, None)
