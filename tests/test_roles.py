"""Roles, asked at the moment."""

from __future__ import annotations

import pytest

from csi import roles
from csi.errors import InvalidInput, NotAllowed
from csi.models import AuditRow
from csi.storage import rows
from csi.terms import Role, Step
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, NOW, TEAM


def test_holders_stand_ins_last_and_each_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        assert roles.holders(session, TEAM, cycle.service_id, Role.DATA_OWNER, Role.ANALYST) == [BOB, FRANK]
        assert roles.held(session, TEAM, cycle.service_id, BOB) == {Role.DATA_OWNER, Role.ANALYST}
        assert len(roles.of_person(session, TEAM, BOB)) == 2
        assert len(roles.of_service(session, TEAM, cycle.service_id)) == 7


def test_granting_twice_is_granting_once(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        before = len(roles.of_service(session, TEAM, cycle.service_id))
        for _ in range(2):
            roles.grant(
                session,
                team_id=TEAM,
                service_id=cycle.service_id,
                role=Role.APPROVER,
                user_id=CAROL,
                actor=DAVE,
                now=NOW,
            )
        assert len(roles.of_service(session, TEAM, cycle.service_id)) == before


def test_a_role_taken_away_is_gone_at_once_and_in_the_log(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        assert roles.require(session, cycle, CAROL, roles.APPROVERS, "approve") is Role.APPROVER
        roles.revoke(
            session, team_id=TEAM, service_id=cycle.service_id, role=Role.APPROVER, user_id=CAROL, actor=DAVE, now=NOW
        )
        with pytest.raises(NotAllowed, match=r"To approve one must be service owner or approver.*Ask Alice\."):
            roles.require(session, cycle, CAROL, roles.APPROVERS, "approve")
    with database.sessions.reading() as session:
        assert rows(session, AuditRow, TEAM, order="-ordinal")[0].what == "revoked role"


def test_the_last_manager_stays(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        own = {"team_id": TEAM, "service_id": cycle.service_id, "role": Role.CSI_MANAGER, "actor": DAVE, "now": NOW}
        with pytest.raises(InvalidInput, match="at least one"):
            roles.set_holders(session, user_ids=[], **own)
        roles.set_holders(session, user_ids=[ERIN], **own)
        assert roles.holders(session, TEAM, cycle.service_id, Role.CSI_MANAGER) == [ERIN]


def test_who_answers_for_a_step(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        found = [roles.accountable(session, TEAM, cycle.service_id, step) for step in Step]
        assert found == [ALICE, DAVE, BOB, BOB, BOB, DAVE, ALICE]
        assert roles.accountable(session, "T2", cycle.service_id, Step.GATHER) == ""


def test_what_is_known_of_people_is_kept_up_to_date(database: Database) -> None:
    with database.sessions() as session:
        roles.remember_person(session, team_id=TEAM, user_id=BOB, name="Bob", timezone="Europe/Lisbon", now=NOW)
        roles.remember_person(session, team_id=TEAM, user_id=BOB, name="Robert", is_gone=True, now=NOW)
        known = roles.person(session, TEAM, BOB)
        assert known is not None
        assert (known.name, known.left_at) == ("Robert", NOW)
        assert (roles.name_of(session, TEAM, BOB), roles.name_of(session, TEAM, "U9")) == ("Robert", "U9")


def test_that_somebody_left_or_came_back_is_logged_once_and_nothing_of_who_they_are(
    sqlite_database: Database,
) -> None:
    for is_gone, name in ((False, "Bob"), (True, "Robert"), (True, "Rob"), (False, "Rob")):
        with sqlite_database.sessions() as session:
            roles.remember_person(session, team_id=TEAM, user_id=BOB, name=name, is_gone=is_gone, now=NOW)
    with sqlite_database.sessions.reading() as session:
        logged = [(one.subject, one.what, one.old, one.new) for one in rows(session, AuditRow, TEAM)]
    gone = ("person", "left, or may hold no role any more", {}, {})
    assert logged == [gone, ("person", "came back", {}, {})]
