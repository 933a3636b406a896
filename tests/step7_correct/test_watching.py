"""What an action should move and a clause promises is watched in every step: V7.8."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.blocks import reminders as blocks
from bot.blocks.reminders import Facts
from csi import reminders
from csi.measurement import living
from csi.models import Action, Cycle, Kpi, Measurement, Reminder, SlaClause, Source
from csi.reading.files import FileStore
from csi.states import ActionState, ClauseState
from csi.step3_gather import collecting
from csi.step7_correct import watching
from csi.step7_correct.watching import SIGNAL, Told
from csi.storage import need, row, rows
from csi.study.evaluation import Outcome
from tests import turns
from tests.analysis.series import noise, step
from tests.charts.pictures import judged
from tests.databases import Database
from tests.turns import ALICE, BOB, FRANK, NOW, TEAM

MONDAY = date(2026, 1, 5)
WEEKS = 46  # whole ones before NOW
QUIET = [30.0 + (-1, 0.4, 1, -0.3, 0.7, -0.8)[week % 6] for week in range(WEEKS)]
LATER = NOW + timedelta(weeks=1)


def between(session: Session, values: list[float]) -> tuple[Cycle, Kpi]:
    """A next cycle, in step 1, whose KPI is typed by hand; its first half a year is the baseline."""
    cycle = turns.begin(session)
    said: dict[str, Any] = {"measurability": "by hand", "definition": {"measure": "mean", "source": "typed"}}
    kpi = Kpi(team_id=TEAM, cycle_id=cycle.id, key="mttr", name="Time to resolve", unit="h", target=20.0, **said)
    kpi.direction, kpi.owner = "lower", ALICE
    cycle.baseline_from, cycle.baseline_to = MONDAY, MONDAY + timedelta(weeks=26)
    about = {"service_id": cycle.service_id, "key": "typed", "name": "By hand", "kind": "typed"}
    session.add_all([kpi, Source(team_id=TEAM, created_at=NOW, **about)])
    session.flush()
    for week, value in enumerate(values):
        typed(session, week, value)
    session.flush()
    return cycle, kpi


def typed(session: Session, week: int, value: float) -> None:
    source = row(session, Source, TEAM, key="typed")
    day = MONDAY + timedelta(weeks=week)
    at = datetime.combine(day, time(), UTC)
    given = {"unit": "h", "collector": BOB, "collected_at": NOW, "source_id": source.id, "period_start": day}
    session.add(Measurement(team_id=TEAM, kpi_key="mttr", at=at, value=value, evidence="https://desk.example", **given))


def approved(session: Session, cycle: Cycle, **about: Any) -> Action:
    said: dict[str, Any] = {"state": "approved", "decided_at": NOW - timedelta(weeks=4), "owner": FRANK, **about}
    made = Action(team_id=TEAM, service_id=cycle.service_id, cycle_id=cycle.id, number=1, kpi_key="mttr", **said)
    made.title, made.proposer, made.proposed_at = "Morning rota", BOB, NOW - timedelta(weeks=5)
    session.add(made)
    session.flush()
    return made


def looked(database: Database, tmp_path: Path, now: datetime = LATER) -> Told:
    files = FileStore(str(tmp_path))
    with database.sessions.reading() as session:
        (cycle,) = rows(session, Cycle, TEAM)
    return watching.look(database.sessions, files, team_id=TEAM, cycle_id=cycle.id, now=now)


def test_v7_8_a_signal_at_the_newest_point_is_told_once_to_the_actions_owner(database: Database, tmp_path: Path):
    with database.sessions() as session:
        cycle, _ = between(session, [*QUIET[:-1], 45.0])
        approved(session, cycle)
    (told,) = looked(database, tmp_path).reminded
    said = told.details
    assert (told.user_id, told.kind, said["rule"], said["way"]) == (FRANK, SIGNAL, "outside", "concern")
    assert blocks.sentence(SIGNAL, "", said, "*Service desk*", Facts(NOW.date())) == (
        "*Service desk*: *Time to resolve* of the week of 16 Nov 2026 is 45 h, outside the limits, for the worse. "
        "Action 1 “Morning rota” should move it."
    )
    assert looked(database, tmp_path).reminded == []  # it is told once
    with database.sessions() as session:
        typed(session, WEEKS, 46.0)
    assert len(looked(database, tmp_path).reminded) == 1  # the next point outside is news


def test_v7_8_a_clause_is_told_to_who_answers_for_its_kpi(sqlite_database: Database, tmp_path: Path):
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, [*QUIET[:-1], 45.0])
        about = {"service_id": cycle.service_id, "cycle_id": cycle.id, "kpi_key": "mttr", "proposed_by": BOB}
        old = NOW - timedelta(weeks=8)
        session.add(SlaClause(team_id=TEAM, text="In a day", state=ClauseState.ACTIVE, proposed_at=old, **about))
    (told,) = looked(sqlite_database, tmp_path).reminded
    assert told.user_id == ALICE
    assert blocks.sentence(SIGNAL, "", told.details, "Here", Facts(NOW.date())).endswith(
        "The clause “In a day” promises it."
    )


@pytest.mark.parametrize(
    ("about", "values"),
    [
        ({}, QUIET),  # nothing special
        ({"decided_at": NOW + timedelta(days=1)}, [*QUIET[:-1], 45.0]),  # the point is older than the action
        ({"state": "proposed"}, [*QUIET[:-1], 45.0]),
        ({"kpi_key": "another"}, [*QUIET[:-1], 45.0]),
    ],
)
def test_v7_8_nothing_is_told_of_what_is_no_news(sqlite_database: Database, tmp_path: Path, about, values):
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, values)
        action = approved(session, cycle)
        for name, value in about.items():
            setattr(action, name, value)
    assert looked(sqlite_database, tmp_path).reminded in ([], ())


def test_v7_8_what_cannot_be_computed_any_more_is_told(sqlite_database: Database, tmp_path: Path):
    with sqlite_database.sessions() as session:
        cycle, kpi = between(session, QUIET)
        approved(session, cycle)
        kpi.definition = {"measure": "median", "source": "gone"}
    (told,) = looked(sqlite_database, tmp_path).reminded
    assert (told.kind, told.details["why"]) == (watching.UNWATCHED, "it is not measured yet")
    assert "cannot be computed from what has come" in blocks.sentence(
        told.kind, "", told.details, "", Facts(NOW.date())
    )


def test_v7_7_a_regression_that_has_come_since_reopens_a_closed_action(sqlite_database: Database, tmp_path: Path):
    done = datetime(2026, 7, 6, tzinfo=UTC)
    better = [15.0 + value - 30.0 for value in QUIET[26:36]]
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, [*QUIET[:26], *better, *(45 + value - 30 for value in QUIET[36:])])
        since = {"done_at": done, "reviewed_at": done + timedelta(weeks=10), "expected_effect": "10 h less"}
        action = approved(session, cycle, state="closed", **since)
        number = action.id
    told = looked(sqlite_database, tmp_path, done + timedelta(days=89))
    assert [one.id for one in told.reopened] == [number]
    with sqlite_database.sessions() as session:
        assert need(session, Action, TEAM, number).state == ActionState.REOPENED
        assert row(session, Reminder, TEAM, kind=SIGNAL).user_id == FRANK


def test_v7_8_a_look_is_wanted_once_for_what_has_come(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, QUIET[:3])
        assert watching.mark(session, cycle, NOW) == ""
        action = approved(session, cycle)
        first = watching.mark(session, cycle, NOW)
        assert first
        assert first == watching.mark(session, cycle, NOW)
        typed(session, 3, 31.0)
        session.flush()
        assert watching.mark(session, cycle, NOW) not in {"", first}
        action.state = "rejected"
        session.flush()
        assert watching.mark(session, cycle, NOW) == ""
        action.state, cycle.state = "approved", "closed"
        session.flush()
        assert watching.mark(session, cycle, NOW) == ""


def test_v7_8_people_are_asked_between_cycles_for_what_is_watched(sqlite_database: Database):
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, QUIET[:-1])
        assert list(collecting.nudges(session, cycle, NOW)) == collecting.to_bring(session, cycle, NOW) == []
        approved(session, cycle)
        assert {one.user_id for one in collecting.nudges(session, cycle, NOW)} >= {ALICE}
        assert [one.kpi for one in collecting.to_bring(session, cycle, NOW)] == ["Time to resolve"]


def test_v7_8_what_was_told_stands_while_it_is_watched(sqlite_database: Database, tmp_path: Path):
    also = {watching.SUBJECT: watching.stands}
    with sqlite_database.sessions() as session:
        cycle, _ = between(session, [*QUIET[:-1], 45.0])
        approved(session, cycle)
    (told,) = looked(sqlite_database, tmp_path).reminded
    with sqlite_database.sessions() as session:
        told = need(session, Reminder, TEAM, told.id)
        assert reminders.stands(session, told, LATER, also)
        row(session, Action, TEAM, number=1).state = "rejected"
        session.flush()
        assert not reminders.stands(session, told, LATER, also)


@pytest.mark.parametrize(
    ("state", "days", "alive"),
    [
        ("proposed", None, False),
        ("approved", None, True),
        ("reopened", None, True),
        ("done", 400, True),
        ("reviewed", 89, True),
        ("closed", 89, True),
        ("closed", 90, False),
        ("closed", None, False),
        ("rejected", None, False),
        ("expired", None, False),
    ],
)
def test_v7_8_an_action_lives_until_its_benefit_is_measured_for_the_last_time(
    state: str, days: int | None, alive: bool
):
    done = NOW - timedelta(days=days) if days is not None else None
    action = Action(
        team_id=TEAM, service_id=1, cycle_id=1, number=1, title="", proposer=BOB, proposed_at=NOW, state=state
    )
    action.done_at = done
    assert living.is_alive(action, NOW) is alive


def begun(values: list[float]) -> tuple[str, int]:
    """Which way the signal at the newest point goes, and at which point it began."""
    view = judged(values)
    outcome = Outcome(view.processed, view.analysis)
    signal = watching.newest(outcome)
    assert signal is not None
    return signal.direction, list(view.processed.series.index).index(watching.begins(outcome, signal))


def test_v7_8_what_goes_on_is_told_as_it_begins_and_a_breach_each_time():
    assert begun(step(-12.0).tolist()) == ("improvement", 24)
    assert begun(step(12.0).tolist()) == ("concern", 35)
    quiet = noise(36)
    quiet[-1] -= 12
    assert begun(quiet.tolist()) == ("improvement", 35)
