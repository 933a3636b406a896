"""A process that dies between a click and its effect leaves all of the effect or none: it is one transaction.

What takes longer is a job, and what is said a post, both written in that transaction and done after it, again after a
crash (test_inbox, test_delivery, test_durability). Every button and modal of the routing table is tried.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from slack_bolt import Ack, Respond
from slack_sdk.errors import SlackApiError
from sqlalchemy import Connection, Engine, event

from bot import listeners
from csi import roles
from csi.errors import CsiError
from csi.models import Cycle
from csi.storage import need
from csi.terms import Role
from tests import turns
from tests.flows.conftest import World
from tests.flows.test_every_entry import STEPS, Attacker, sent, world
from tests.flows.test_workspaces import theirs
from tests.turns import DAVE, NOW

__all__ = ["world"]

# A refused clause is remembered as refused before the refusal is said; whoever presses again is told again.
TWO = {"sla.activate"}


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The transactions of this thread that changed anything, each by its first statement."""
    found: list[str] = []
    wrote: list[str] = []
    mine = threading.get_ident()

    def statement(_connection: Connection, _cursor: Any, words: str, *_: Any) -> None:
        if threading.get_ident() == mine and words.lstrip().split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            wrote.append(words)

    def ended(_connection: Connection) -> None:
        if threading.get_ident() == mine and wrote:
            found.append(wrote[0])
            wrote.clear()

    def undone(_connection: Connection) -> None:
        if threading.get_ident() == mine:
            wrote.clear()

    heard = (("after_cursor_execute", statement), ("commit", ended), ("rollback", undone))
    for name, hear in heard:
        event.listen(engine, name, hear)
    yield found
    for name, hear in heard:
        event.remove(engine, name, hear)


@pytest.mark.parametrize("step", STEPS[::3])
def test_what_a_button_or_modal_does_is_one_transaction(world: World, step: int) -> None:
    kit, team = world.bot.kit, world.sandbox.workspace.team_id
    with kit.sessions() as session:
        ids = theirs(session, team)
        cycle = turns.jump(session, need(session, Cycle, team, int(ids["cycle"])), step)
        for role in (Role.APPROVER, Role.SERVICE_OWNER, Role.CSI_MANAGER):
            given = {"role": role, "user_id": world.carol.id, "actor": DAVE, "now": NOW}
            roles.grant(session, team_id=team, service_id=cycle.service_id, **given)
    carol = Attacker(world, ids)
    carol.person, carol.may_look = world.carol, True
    changed = 0
    for body in sent(carol):
        kind, heard = (
            ("action", body["actions"][0]["action_id"].partition(":")[0])
            if "actions" in body
            else ("view", body["view"]["callback_id"])
        )
        given = {
            "ack": Ack(),
            "body": body,
            "view": body["view"],
            "client": kit.client(team),
            "respond": Respond(response_url=None),
        }
        with (
            counted(kit.sessions.engine) as found,
            suppress(CsiError, SlackApiError, KeyError, StopIteration, ValueError),
        ):
            listeners.call(listeners.of_kind(kind)[heard], **given, kit=kit)
        assert len(found) <= 1 + (heard in TWO), (heard, found)
        changed += len(found)
    assert changed >= 3
