"""What is typed into the forms of step 1 is used or refused, and roles are told by what changed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from bot.listeners.cycle import give_roles
from bot.listeners.roles import _changes
from bot.listeners.step1_should_measure.kpis import csf_of
from csi import cycle as cycles
from csi import roles
from csi.errors import InvalidInput
from csi.models import Csf, Cycle, Goal
from csi.step1_should_measure import growing
from csi.step2_can_measure import assessing
from csi.storage import rows
from csi.terms import Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, DAVE, FRANK, NOW, TEAM


def begun(session: Session) -> Cycle:
    """A cycle of which nobody but Dave, who began it, has a role."""
    return cycles.start(session, team_id=TEAM, actor=DAVE, now=NOW, wanted=cycles.Start("Desk", "C1"))


@pytest.mark.parametrize(
    ("chosen", "typed", "found"),
    [
        ("first", "", "Quick"),
        ("first", "Answered kindly", "Answered kindly"),  # a CSF typed while another is preselected
        ("new", "Answered kindly", "Answered kindly"),
        ("new", " quick ", "Quick"),  # it is there already
        (None, "Answered kindly", "Answered kindly"),
    ],
)
def test_a_csf_that_is_typed_is_used(sqlite_database: Database, chosen: str | None, typed: str, found: str) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        goal = growing.add_goal(session, cycle, text="Help", actor=ALICE, now=NOW)
        first = growing.add_csf(session, cycle, goal_id=goal.id, text="Quick", actor=ALICE, now=NOW)
        form = {"csf_id": str(first.id) if chosen == "first" else chosen, "csf": typed, "goal": ""}
        id = csf_of(session, cycle, form, actor=ALICE, now=NOW)
        named = {one.id: (one.text, one.goal_id) for one in rows(session, Csf, TEAM, cycle_id=cycle.id)}
        assert named[id] == (found, goal.id)
        assert len(named) == 1 + (found != "Quick")
        assert len(rows(session, Goal, TEAM, cycle_id=cycle.id)) == 1


@pytest.mark.parametrize("chosen", ["new", None])
def test_a_new_csf_needs_words(sqlite_database: Database, chosen: str | None) -> None:
    with sqlite_database.sessions() as session, pytest.raises(InvalidInput) as told:
        csf_of(session, turns.begin(session), {"csf_id": chosen, "csf": "", "goal": ""}, actor=ALICE, now=NOW)
    assert told.value.field == "csf"


@pytest.mark.parametrize(
    ("owner", "backup", "held"),
    [
        ("", FRANK, [(DAVE, False), (FRANK, True)]),  # what is left empty falls to whoever begins
        (BOB, FRANK, [(BOB, False), (FRANK, True)]),
        (BOB, "", [(BOB, False)]),
        ("", DAVE, [(DAVE, False)]),
        ("", "", []),
    ],
)
def test_who_stands_in_is_not_made_the_owner(
    sqlite_database: Database, owner: str, backup: str, held: list[tuple[str, bool]]
) -> None:
    with sqlite_database.sessions() as session:
        cycle = begun(session)
        form = {"service_owner": "", "analyst": "", "approver": [], "data_owner": owner, "backup": backup}
        give_roles(session, cycle, form, actor=DAVE, now=NOW)
        given = roles.of_service(session, TEAM, cycle.service_id)
        assert [(one.user_id, one.backup) for one in given if one.role == Role.DATA_OWNER] == held


def test_a_plan_never_takes_the_one_who_stands_in_for_the_one_who_brings(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = begun(session)
        (kpi,) = turns.grow(session, cycle, actor=DAVE)
        given: dict[str, Any] = {"team_id": TEAM, "service_id": cycle.service_id, "actor": DAVE, "now": NOW}
        roles.grant(session, role=Role.DATA_OWNER, user_id=FRANK, backup=True, **given)
        said = assessing.defaults(session, cycle, kpi, DAVE)
        assert (said.owner, said.backup) == (kpi.owner, FRANK)
        roles.grant(session, role=Role.DATA_OWNER, user_id=BOB, **given)
        said = assessing.defaults(session, cycle, kpi, DAVE)
        assert (said.owner, said.backup) == (BOB, FRANK)


def test_only_what_changed_is_said() -> None:
    before = ({Role.DATA_OWNER: [BOB]}, [])
    assert _changes(DAVE, before, before) == []
    assert _changes(DAVE, before, ({Role.DATA_OWNER: [BOB, FRANK]}, [FRANK])) == [
        f"<@{DAVE}> changed who stands in for the data owner: now <@{FRANK}>."
    ]
    assert _changes(DAVE, before, ({Role.DATA_OWNER: [FRANK]}, [])) == [
        f"<@{DAVE}> changed who is data owner: now <@{FRANK}>; no longer <@{BOB}>."
    ]
    assert _changes(DAVE, before, ({Role.DATA_OWNER: [BOB], Role.READER: [FRANK]}, [FRANK])) == [
        f"<@{DAVE}> changed who is reader: now <@{FRANK}>."
    ]
