"""Somebody leaves: all they held is found, and given on in one go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from bot.blocks.people import Barred
from bot.listeners.people import barred
from csi import cycle as cycles
from csi import leaving, roles
from csi.errors import InvalidInputs, NotAllowed
from csi.leaving import Part
from csi.models import Action, Cycle, Kpi, PlanRow, RoleAssignment, Source
from csi.step7_correct import actions, deciding
from csi.storage import row, rows
from csi.terms import Role
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, FRANK, NOW, TEAM


@pytest.fixture
def cycle(sqlite_database: Database) -> Any:
    """Bob brings the data of a KPI, owns a step and an action."""
    with sqlite_database.sessions() as session:
        made = turns.begin(session)
        (kpi,) = turns.grow(session, made, turns.kpi_fields(owner=BOB))
        turns.jump(session, made, 2)
        turns.assess(session, made, kpi)
        cycles.passage(session, made, 4).owner = BOB
        turns.jump(session, made, 7)
        fields = actions.ActionFields(
            title="Route them",
            kpi_id=kpi.id,
            owner=BOB,
            due_on=date(2026, 12, 1),
            effect_by=date(2026, 12, 2),
            cost_class="low",
            expected_effect="less",
            failure_sign="not less",
        )
        actions.propose(session, made, fields, actor=ALICE, now=NOW)
        yield session, made


def held(session: Session, cycle: Cycle, who: str) -> list[tuple[str, str, str]]:
    found = leaving.held(session, TEAM, cycle.service_id, who)
    return [(one.part.value, type(one.row).__name__, one.field) for one in found]


def give_on(session: Session, cycle: Cycle, gone: str = BOB, actor: str = DAVE, **heirs: str) -> None:
    chosen = {part: heirs.get(part.value, ERIN) for part in Part}
    leaving.give_on(session, team_id=TEAM, service_id=cycle.service_id, gone=gone, heirs=chosen, actor=actor, now=NOW)


def test_all_that_somebody_holds_is_found_and_nothing_of_others(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    assert held(session, here, BOB) == [
        *[("roles", "RoleAssignment", "user_id")] * 2,
        ("roles", "StepPassage", "owner"),
        ("data", "PlanRow", "owner"),
        ("kpis", "Kpi", "owner"),
        ("actions", "Action", "owner"),
    ]
    assert leaving.services_of(session, TEAM, BOB) == [here.service_id]
    assert held(session, here, "UNOBODY") == []
    assert leaving.services_of(session, TEAM, "UNOBODY") == leaving.services_of(session, "T2", BOB) == []


def test_all_of_it_is_given_on_in_one_go_and_what_was_agreed_stays(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    before = here.tree_version
    give_on(session, here, kpis=ALICE, data=FRANK)
    assert held(session, here, BOB) == []
    assert {one.role for one in rows(session, RoleAssignment, TEAM, user_id=ERIN)} == {
        Role.DATA_OWNER,
        Role.ANALYST,
        Role.READER,
    }
    plan = row(session, PlanRow, TEAM, cycle_id=here.id)
    assert (plan.owner, plan.backup) == (FRANK, "")  # he was the backup, and nobody is their own
    assert row(session, Kpi, TEAM, cycle_id=here.id).owner == ALICE
    assert cycles.passage(session, here, 4).owner == ERIN
    action = row(session, Action, TEAM, cycle_id=here.id)
    assert (action.owner, action.version, action.state) == (ERIN, 1, "proposed")
    assert here.tree_version == before


def test_a_part_without_an_heir_is_asked_for_and_nothing_is_given(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    with pytest.raises(InvalidInputs) as refused:
        give_on(session, here, kpis="", actions=BOB)
    assert [one.field for one in refused.value.errors] == [Part.KPIS, Part.ACTIONS]
    assert len(held(session, here, BOB)) == 6


def test_who_approved_an_action_does_not_get_to_do_it(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    action = row(session, Action, TEAM, cycle_id=here.id)
    said = {"team_id": TEAM, "action_id": action.id, "version": 1, "now": NOW}
    deciding.decide(session, actor=CAROL, choice="approve", **said)
    with pytest.raises(InvalidInputs, match="Carol approved action 1"):
        give_on(session, here, actions=CAROL)
    give_on(session, here)
    assert (action.owner, action.state) == (ERIN, "approved")


def test_it_is_given_on_by_who_steers_and_where_nobody_is_left_by_who_works_on_it(
    cycle: tuple[Session, Cycle],
) -> None:
    session, here = cycle
    with pytest.raises(NotAllowed, match="Ask Dave or Alice"):
        give_on(session, here, actor=CAROL)
    for user_id in (ALICE, DAVE):
        roles.person(session, TEAM, user_id).left_at = NOW
    assert leaving.who_helps(session, TEAM, here.service_id, BOB) == [CAROL, FRANK]
    give_on(session, here, actor=CAROL)


def test_the_last_manager_s_role_goes_to_the_heir(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    give_on(session, here, gone=DAVE, actor=ALICE)
    assert roles.holders(session, TEAM, here.service_id, Role.CSI_MANAGER) == [ERIN]


def test_a_source_is_given_on_too_unless_it_is_retired(cycle: tuple[Session, Cycle]) -> None:
    session, here = cycle
    source = row(session, Source, TEAM, service_id=here.service_id)
    source.owner = BOB
    session.flush()
    assert ("data", "Source", "owner") in held(session, here, BOB)
    source.retired_at = NOW
    session.flush()
    assert ("data", "Source", "owner") not in held(session, here, BOB)


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ({}, None),
        ({"team_id": TEAM}, None),
        (None, Barred.ELSEWHERE),
        ({"team_id": "T2"}, Barred.ELSEWHERE),
        ({"is_stranger": True}, Barred.ELSEWHERE),
        ({"is_bot": True}, Barred.BOT),
        ({"id": "USLACKBOT"}, Barred.BOT),
        ({"is_restricted": True}, Barred.GUEST),
        ({"is_ultra_restricted": True}, Barred.GUEST),
        ({"deleted": True}, Barred.GONE),
    ],
)
def test_bots_guests_people_from_elsewhere_and_those_who_left_hold_no_role(profile: Any, why: Barred | None) -> None:
    assert barred(profile, TEAM) is why
