"""Bots, guests, strangers, people of shared channels and of other organisations: no role, no cycle, no yes."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks.people import MEMBERS_ONLY
from bot.listeners import people
from csi import approvers, roles
from csi.errors import InvalidInputs, NotAllowed
from csi.terms import Role
from tests import turns
from tests.bot.delivery.posts import Answers, refused
from tests.databases import Database
from tests.turns import CAROL, DAVE, NOW, TEAM

OUTSIDERS = {
    "a bot": {"is_bot": True},
    "Slackbot": {"id": people.SLACKBOT},
    "a guest of many channels": {"is_restricted": True},
    "a guest of one channel": {"is_ultra_restricted": True},
    "a stranger": {"is_stranger": True},
    "somebody of a shared channel": {"team_id": "T2"},
    "somebody of another organisation": {"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}},
    "somebody who has left": {"deleted": True},
    "somebody nobody knows": None,
}
EACH = pytest.mark.parametrize("profile", OUTSIDERS.values(), ids=OUTSIDERS)


class Directory(Answers):
    """A Slack that knows one person."""

    def __init__(self, profile: dict[str, Any] | None) -> None:
        super().__init__()
        self.profile = profile

    def users_info(self, user: str) -> dict[str, Any]:
        if self.profile is None:
            raise refused("user_not_found")
        return {"user": {"id": user, "team_id": TEAM, **self.profile}}


@EACH
def test_an_outsider_gets_no_role(profile: Any) -> None:
    with pytest.raises(InvalidInputs, match=r"can hold no role|has left"):
        people.require_able(Directory(profile), TEAM, {"approver": [CAROL]})  # type: ignore[arg-type]


@EACH
def test_an_outsider_begins_no_cycle(profile: Any) -> None:
    with pytest.raises(NotAllowed) as refusal:
        people.require_member(Directory(profile), TEAM, CAROL)  # type: ignore[arg-type]
    assert str(refusal.value) == MEMBERS_ONLY


def test_a_member_gets_roles_and_begins_cycles() -> None:
    slack = Directory({})
    people.require_member(slack, TEAM, CAROL)  # type: ignore[arg-type]
    people.require_able(slack, TEAM, {"approver": [CAROL], "data_owner": DAVE, "analyst": ""})  # type: ignore[arg-type]


@pytest.mark.parametrize(("is_gone", "holds"), [(False, True), (True, False)])
def test_who_became_an_outsider_holds_and_approves_nothing_any_more(
    sqlite_database: Database, is_gone: bool, holds: bool
) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        roles.grant(
            session, team_id=TEAM, service_id=cycle.service_id, role=Role.APPROVER, user_id=CAROL, actor=DAVE, now=NOW
        )
        roles.remember_person(session, team_id=TEAM, user_id=CAROL, is_gone=is_gone, now=NOW)
        session.flush()
        assert (Role.APPROVER in roles.held(session, TEAM, cycle.service_id, CAROL)) is holds
        assert (CAROL in approvers.of_tree(session, cycle)) is holds
