"""What waits for whom in every open cycle is known without being worked out anew, and never out of date."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import roles
from csi.cycle import Overview, Waits
from csi.keeping import erasing
from csi.models import Cycle, Report
from csi.reading.files import FileStore
from csi.step6_present import reports
from csi.step7_correct import deciding
from csi.storage import rows
from csi.terms import Awaited, Role
from tests.benchmarks.counting import counted
from tests.benchmarks.workspace import Size, build
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, NOW, TEAM

EVERYBODY = (ALICE, BOB, CAROL, DAVE, ERIN, FRANK)


@pytest.fixture
def three(sqlite_database: Database) -> Database:
    """Three services, one open cycle each, in steps 5, 2 and 3."""
    build(sqlite_database.sessions, Size(services=3, cycles=1, kpis=2))
    return sqlite_database


def kinds(database: Database, waits: Waits, user: str, now: datetime = NOW) -> list[list[Awaited]]:
    with database.sessions.reading() as session:
        return [[one.kind for one in place.own(user)] for place in waits.of_person(session, TEAM, user, now)]


def first(session: Session) -> Cycle:
    return cycles.open_cycles(session, TEAM)[0]


def test_it_is_what_is_worked_out_for_each_person_alone(three: Database) -> None:
    waits = Waits()
    for user in EVERYBODY:
        with three.sessions.reading() as session:
            found = [list(one.own(user)) for one in waits.of_person(session, TEAM, user, NOW)]
            mine = {one.service_id for one in roles.of_person(session, TEAM, user)}
        with three.sessions() as session:
            running = [one for one in cycles.open_cycles(session, TEAM) if one.service_id in mine]
            assert found == [cycles.own(session, one, user, NOW) for one in running]


def test_who_left_is_waited_for_no_longer_and_only_their_cycles_are_looked_at(three: Database) -> None:
    waits, someone = Waits(), "USOMEONE"
    with three.sessions() as session:
        cycle = first(session)
        roles.revoke(
            session, team_id=TEAM, service_id=cycle.service_id, role=Role.APPROVER, user_id=CAROL, actor=DAVE, now=NOW
        )
        roles.grant(
            session, team_id=TEAM, service_id=cycle.service_id, role=Role.APPROVER, user_id=someone, actor=DAVE, now=NOW
        )
    assert Awaited.ACTION_APPROVAL in kinds(three, waits, someone)[0]
    with three.sessions() as session:
        before = cycles.changed.newest(session, TEAM)
        roles.remember_person(session, team_id=TEAM, user_id=someone, is_gone=True, now=NOW)
    assert Awaited.ACTION_APPROVAL not in kinds(three, waits, someone)[0]
    with three.sessions.reading() as session:
        assert [one.id for one in cycles.changed.since(session, TEAM, before)[1]] == [cycle.id]


def test_a_decision_is_seen_at_once_and_only_its_cycle_looked_at(three: Database) -> None:
    waits = Waits()
    before = kinds(three, waits, CAROL)
    assert [one.count(Awaited.ACTION_APPROVAL) for one in before] == [1, 1, 1]
    with three.sessions() as session:
        cycle = first(session)
        action = cycles.overview(session, cycle, NOW).waiting[1]
        assert action.kind is Awaited.ACTION_APPROVAL
        about = {"team_id": TEAM, "action_id": action.subject_id, "version": 1}
        deciding.decide(session, choice="approve", actor=CAROL, now=NOW, **about)
    with counted(three.engine) as found:
        after = kinds(three, waits, CAROL)
    assert [one.count(Awaited.ACTION_APPROVAL) for one in after] == [0, 1, 1]
    assert before[1:] == after[1:]
    assert 3 < found.queries <= 22


def test_a_sign_about_a_report_is_seen_at_once(three: Database) -> None:
    waits = Waits()
    assert [one.count(Awaited.REPORT) for one in kinds(three, waits, CAROL)] == [1, 1, 1]
    with three.sessions() as session:
        cycle = first(session)
        report = rows(session, Report, TEAM, cycle_id=cycle.id)[0]
        reports.press(session, report, kind=reports.DECIDE, actor=CAROL, now=NOW)
    assert [one.count(Awaited.REPORT) for one in kinds(three, waits, CAROL)] == [0, 1, 1]


def test_nothing_new_costs_two_queries_and_a_new_day_is_looked_at(three: Database) -> None:
    waits = Waits()
    kinds(three, waits, ALICE)
    with counted(three.engine) as found:
        kinds(three, waits, ALICE, NOW + timedelta(minutes=1))
    assert found.queries == 2
    with three.sessions.reading() as session:
        early = waits.every(session, TEAM, NOW)
        late = waits.every(session, TEAM, NOW + timedelta(days=1))
        assert waits.every(session, TEAM, NOW + timedelta(days=1)) is late
    assert {one.day for one in early.values()} == {NOW.date()}
    assert {one.day for one in late.values()} == {NOW.date() + timedelta(days=1)}


def test_who_gets_a_role_sees_its_service_and_who_loses_it_does_not(three: Database) -> None:
    waits = Waits()
    assert kinds(three, waits, "UNEW") == []
    about = {"team_id": TEAM, "role": Role.READER, "user_id": "UNEW", "actor": DAVE, "now": NOW}
    with three.sessions() as session:
        roles.grant(session, service_id=first(session).service_id, **about)  # type: ignore[arg-type]
    assert kinds(three, waits, "UNEW") == [[Awaited.REPORT]]
    with three.sessions() as session:
        roles.revoke(session, service_id=first(session).service_id, **about)  # type: ignore[arg-type]
    assert kinds(three, waits, "UNEW") == []


def test_a_card_is_made_anew_after_a_change_of_its_cycle_and_on_a_new_day(three: Database) -> None:
    waits = Waits()

    def seen(number: int, now: datetime = NOW) -> Overview:
        with three.sessions.reading() as session:
            return waits.overview(session, cycles.open_cycles(session, TEAM)[number], now)

    with counted(three.engine) as found:
        assert seen(0) == seen(0)
    assert found.queries > 4, "nothing is kept, nor all looked at, before somebody looked at all"
    assert not waits._known
    kinds(three, waits, ALICE)
    before, other = seen(0), seen(1)
    with three.sessions.reading() as session:
        assert before == cycles.overview(session, first(session), NOW)
    with counted(three.engine) as found:
        assert seen(0) is before
    assert found.queries == 2
    with three.sessions() as session:
        about = {"team_id": TEAM, "action_id": before.waiting[1].subject_id, "version": 1}
        deciding.decide(session, choice="reject", actor=CAROL, now=NOW, reason="no", **about)
    assert seen(0).actions_open == before.actions_open - 1
    assert seen(1) is other
    assert seen(1, NOW + timedelta(days=1)) is not other


def test_a_closed_cycle_and_a_deleted_workspace_are_gone(three: Database, tmp_path: object) -> None:
    waits = Waits()
    assert len(kinds(three, waits, ALICE)) == 3
    with three.sessions() as session:
        cycle = first(session)
        cycle.state, cycle.open_channel, cycle.open_service = "closed", None, None
        session.add(cycle)
    assert len(kinds(three, waits, ALICE)) == 2
    erasing.erase_all(three.sessions, FileStore(f"{tmp_path}/data"), TEAM)
    with three.sessions.reading() as session:
        assert waits.every(session, TEAM, NOW) == {}
