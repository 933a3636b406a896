"""An entry of the register follows the actions that were proposed from it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi import register
from csi.errors import Conflict
from csi.models import Action, Cycle, Kpi, Opportunity
from csi.states import ActionState as A
from csi.states import EntryState as E
from csi.step7_correct import actions, deciding, entries, following
from tests import turns
from tests.databases import Database
from tests.step7_correct.test_actions import click, fields, in_step_7
from tests.turns import BOB, FRANK, NOW, TEAM


def begun(session: Session, **said: object) -> tuple[Cycle, Kpi, Opportunity, Action]:
    cycle, kpi = in_step_7(session)
    entry = register.raise_opportunity(session, cycle, register.Entry(title="Reset faster"), actor=BOB, now=NOW)
    wanted = fields(kpi, opportunity_id=entry.id, **said)
    return cycle, kpi, entry, actions.propose(session, cycle, wanted, actor=BOB, now=NOW)


def test_it_is_planned_with_the_action_and_open_again_when_that_comes_to_nothing(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        _, kpi, entry, action = begun(session)
        assert entry.state == E.PLANNED
        click(session, action, turns.CAROL, "reject", reason="too dear")
        assert entry.state == E.OPEN
        again = fields(kpi, opportunity_id=entry.id, title="Cheaper")
        actions.change(session, action, again, actor=BOB, now=NOW)
        assert (action.state, action.opportunity_id, entry.state) == (A.PROPOSED, entry.id, E.PLANNED)
        deciding.expire(session, TEAM, NOW + timedelta(days=60))
        assert (action.state, entry.state) == (A.EXPIRED, E.OPEN)
        following.close_action(session, action, actor=FRANK, now=NOW)
        assert (entry.state, entry.benefit_verified) == (E.OPEN, "")


def test_it_is_done_with_what_the_action_brought(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        _, _, entry, action = begun(session)
        click(session, action, turns.CAROL)
        assert (action.state, entry.state) == (A.APPROVED, E.PLANNED)
        action.state, action.outcome = A.REVIEWED, "improved"
        following.close_action(session, action, actor=FRANK, now=NOW)
        assert (entry.state, entry.benefit_verified) == (E.DONE, "action 1: improved")


def test_what_somebody_parked_meanwhile_stays_parked(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        _, _, entry, action = begun(session)
        register.set_state(session, entry, state=E.PARKED, reason="next year", actor=BOB, now=NOW)
        click(session, action, turns.CAROL, "reject", reason="not now")
        assert entry.state == E.PARKED


def test_an_action_carries_out_entries_of_its_own_service_only(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle, kpi = in_step_7(session)
        start = cycles.Start("Payroll", "C2", "UTC")
        other = cycles.start(session, team_id=TEAM, actor=BOB, now=NOW, wanted=start)
        entry = register.raise_opportunity(session, other, register.Entry(title="Theirs"), actor=BOB, now=NOW)
        with pytest.raises(Conflict, match="another service"):
            actions.propose(session, cycle, fields(kpi, opportunity_id=entry.id), actor=BOB, now=NOW)


@pytest.mark.parametrize(
    ("state", "outcome", "others", "expected"),
    [
        (A.PROPOSED, "", [], E.PLANNED),
        (A.REOPENED, "improved", [], E.PLANNED),
        (A.REVIEWED, "improved", [], E.PLANNED),
        (A.REJECTED, "", [], E.OPEN),
        (A.CLOSED, "", [], E.OPEN),
        (A.CLOSED, "worse", [], E.DONE),
        (A.CLOSED, "worse", [(A.APPROVED, "")], E.PLANNED),
        (A.REJECTED, "", [(A.CLOSED, "improved")], E.DONE),
        (A.REJECTED, "", [(A.EXPIRED, "")], E.OPEN),
    ],
)
def test_of_several_actions_one_under_way_keeps_it_planned(
    state: A, outcome: str, others: list[tuple[A, str]], expected: E
) -> None:
    def made(state: A, outcome: str) -> Action:
        return Action(
            team_id=TEAM, service_id=1, cycle_id=1, number=1, title="x", proposer=BOB, proposed_at=NOW,
            state=state, outcome=outcome,
        )  # fmt: skip

    assert entries.state_of(made(state, outcome), [made(*one) for one in others]) is expected
