"""Of many things that wait none is left out, and what a card does not show it counts."""

from __future__ import annotations

import pytest

from bot.blocks import cycle as messages
from bot.blocks import status_card
from csi import cycle as cycles
from csi import roles
from csi.cycle.overview import Waiting
from csi.errors import Breach
from csi.models import Action
from csi.terms import Awaited, Role
from tests import turns
from tests.databases import Database
from tests.turns import CAROL, DAVE, NOW, TEAM

MANY = 45


def test_all_that_waits_for_somebody_is_theirs_and_counted(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        given = {"role": Role.APPROVER, "user_id": CAROL, "actor": DAVE, "now": NOW}
        roles.grant(session, team_id=TEAM, service_id=cycle.service_id, **given)  # type: ignore[arg-type]
        plain = {
            "team_id": TEAM,
            "service_id": cycle.service_id,
            "cycle_id": cycle.id,
            "title": "t",
            "proposer": DAVE,
            "proposed_at": NOW,
            "state": "proposed",
        }
        session.add_all(Action(**plain, number=number) for number in range(1, MANY + 1))
        session.flush()
        own = cycles.own(session, cycle, CAROL, NOW)
        assert [one.number for one in own if one.kind is Awaited.ACTION_APPROVAL] == list(range(1, MANY + 1))
        assert cycles.overview(session, cycle, NOW).actions_open == MANY


@pytest.mark.parametrize(("count", "more"), [(status_card.MOST, ""), (status_card.MOST + 1, "… and 1 more")])
def test_a_card_says_how_many_more_are_waited_for(count: int, more: str) -> None:
    entries = tuple(Waiting(who=(), kind=Awaited.ACTION_APPROVAL, number=number) for number in range(count))
    lines = status_card.waiting(entries).splitlines()
    assert lines[status_card.MOST + 1 :] == ([more] if more else [])


@pytest.mark.parametrize(("count", "more"), [(messages.HISTORY, 0), (messages.HISTORY + 2, 2)])
def test_a_history_says_how_many_more_cycles_there_are(count: int, more: int) -> None:
    shown = messages.history("S", [(number, "closed", "2026", "") for number in range(count)])
    assert (f"… and {more} more" in shown[0]["text"]["text"]) is bool(more)


def test_every_rule_that_is_passed_is_asked_for_its_reason() -> None:
    breaches = [Breach(rule=f"V1.{number}", sentence="s", blocks=False) for number in range(25)]
    view = messages.reasons_form(breaches, "{}")
    assert sum(block["type"] == "input" for block in view["blocks"]) == 25
    assert "… and 5 more" in str(view["blocks"])
