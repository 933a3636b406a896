"""One KPI over all cycles, from the tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from csi.charts.spiral import placed
from csi.errors import NotFound
from csi.models import Action, Baseline, Cycle
from csi.step6_present.over_cycles import spiral
from csi.step7_correct import actions
from tests.turns import ALICE, BOB, NOW, TEAM, analyse, begin, grow, kpi_fields


def second(session, first: Cycle) -> Cycle:
    """Cycle 2 of the same service."""
    first.state, first.open_channel, first.open_service = "closed", None, None
    first.evaluation_from, first.evaluation_to = date(2026, 1, 12), date(2026, 1, 26)
    session.flush()
    cycle = Cycle(
        team_id=TEAM,
        service_id=first.service_id,
        number=2,
        channel_id="C1",
        timezone=first.timezone,
        started_by=ALICE,
        started_at=NOW,
    )
    session.add(cycle)
    session.flush()
    return cycle


def test_cycles_step_from_baseline_to_baseline_with_their_actions(database):
    with database.sessions() as session:
        one = begin(session)
        [kpi] = grow(session, one, kpi_fields(target=40.0))
        result = analyse(session, one, kpi, [90.0, 60.0, 30.0], "IMPROVED")
        result.result = {**result.result, "detail": {"before": {"level": 78.2}}}
        session.add(
            Action(
                team_id=TEAM,
                service_id=one.service_id,
                cycle_id=one.id,
                number=1,
                kpi_key=kpi.key,
                title="Triage",
                proposer=BOB,
                state="done",
                proposed_at=NOW,
                done_at=NOW,
            )
        )
        session.add(
            Action(
                team_id=TEAM,
                service_id=one.service_id,
                cycle_id=one.id,
                number=2,
                kpi_key=kpi.key,
                title="Rejected",
                proposer=BOB,
                state="rejected",
                proposed_at=NOW,
            )
        )
        session.add(
            Baseline(
                team_id=TEAM,
                service_id=one.service_id,
                cycle_id=one.id,
                kpi_key=kpi.key,
                number=1,
                window_from=date(2026, 1, 5),
                window_to=date(2026, 1, 26),
                centre=11.4,
                state="approved",
                proposed_by=BOB,
                proposed_at=NOW,
            )
        )
        two = second(session, one)
        [again] = grow(session, two, kpi_fields(target=10.0))
        analyse(session, two, again, [90.0, 60.0, 30.0, 12.0], "ACHIEVED")
        made = spiral(session, two, again.key)
        assert [(turn.number, turn.baseline, turn.target) for turn in made.turns] == [(1, 78.2, 40.0), (2, 11.4, 10.0)]
        assert [deed.text for deed in made.turns[0].deeds] == ["Triage"]
        assert [turn.number for turn in placed(made).turns] == [1, 1, 1, 2]


def test_planned_actions_are_shown_where_they_are_due(database):
    with database.sessions() as session:
        cycle = begin(session)
        [kpi] = grow(session, cycle)
        analyse(session, cycle, kpi, [90.0], "IMPROVED")
        due = (NOW + timedelta(days=9)).date()
        planned = {"number": 1, "kpi_key": kpi.key, "title": "Second shift", "state": "approved", "due_on": due}
        here = {"team_id": TEAM, "service_id": cycle.service_id, "cycle_id": cycle.id}
        session.add(Action(**here, **planned, proposer=BOB, proposed_at=NOW))
        session.flush()
        [deed] = spiral(session, cycle, kpi.key).turns[0].deeds
        assert (deed.on, deed.done) == (due, False)


def test_a_kpi_nobody_analysed_is_not_found(database):
    with database.sessions() as session:
        cycle = begin(session)
        [kpi] = grow(session, cycle)
        with pytest.raises(NotFound, match="No cycle has analysed"):
            spiral(session, cycle, kpi.key)


def test_an_action_that_was_opened_again_keeps_when_it_was_done(database):
    with database.sessions() as session:
        cycle = begin(session)
        [kpi] = grow(session, cycle)
        analyse(session, cycle, kpi, [90.0], "REGRESSED")
        due = (NOW + timedelta(days=14)).date()
        about = {"number": 1, "kpi_key": kpi.key, "title": "Triage", "state": "reopened", "due_on": due}
        action = Action(
            team_id=TEAM, service_id=cycle.service_id, cycle_id=cycle.id, **about, proposer=BOB, proposed_at=NOW
        )
        session.add(action)
        session.flush()
        for days, what in ((-9, "done"), (-2, "reopened")):
            actions.log(session, action, actor=BOB, now=NOW + timedelta(days=days), what=what)
        session.commit()
        deeds = spiral(session, cycle, kpi.key).turns[0].deeds
        assert [(deed.on, deed.done) for deed in deeds] == [((NOW - timedelta(days=9)).date(), True), (due, False)]


def test_a_retired_kpi_keeps_its_chart(database):
    with database.sessions() as session:
        one = begin(session)
        [kpi] = grow(session, one)
        analyse(session, one, kpi, [90.0, 60.0, 30.0], "ACHIEVED")
        two = second(session, one)
        made = spiral(session, two, kpi.key)
        assert (made.name, [turn.number for turn in made.turns]) == (kpi.name, [1])
