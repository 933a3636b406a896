"""What was sent twice has its effect once; what was refused may be sent again."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from slack_bolt import Ack

from bot import receipts
from bot.blocks import notices
from csi.errors import InvalidInput
from csi.models import InboxEvent, Service
from csi.storage import Sessions, rows, sessions
from tests.databases import Database
from tests.turns import NOW, TEAM

VIEW = {
    "type": "view_submission",
    "team": {"id": TEAM},
    "user": {"id": "U1"},
    "trigger_id": "1.1",
    "view": {
        "id": "V1",
        "callback_id": "measure.add_kpi",
        "private_metadata": "{}",
        "hash": "1",
        "state": {"values": {"name": {"name": {"value": "MTTR"}}}},
    },
}
CLICK = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": "U1"},
    "trigger_id": "1.1",
    "container": {"message_ts": "5.1", "channel_id": "C1"},
    "actions": [{"action_id": "act.approve", "block_id": "b", "value": "1:1", "action_ts": "9.1"}],
}
COMMAND = {"command": "/csi", "text": "start Desk", "team_id": TEAM, "user_id": "U1", "trigger_id": "1.1"}


def with_(body: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(body)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made


def key(kind: str, body: dict[str, Any]) -> str:
    made = receipts.intent_of(kind, body)
    assert made is not None
    assert made.team_id == TEAM
    return made.key


@pytest.mark.parametrize(
    ("kind", "body", "other"),
    [
        ("view", VIEW, with_(VIEW, "view", "id", value="V2")),
        ("view", VIEW, with_(VIEW, "view", "callback_id", value="measure.edit_kpi")),
        ("view", VIEW, with_(VIEW, "view", "private_metadata", value='{"kpi": 2}')),
        ("view", VIEW, with_(VIEW, "view", "state", "values", "name", "name", "value", value="MTTA")),
        ("view", VIEW, with_(VIEW, "user", "id", value="U2")),
        ("action", CLICK, with_(CLICK, "actions", 0, "action_ts", value="9.2")),
        ("action", CLICK, with_(CLICK, "actions", 0, "action_id", value="act.reject")),
        ("action", CLICK, with_(CLICK, "actions", 0, "block_id", value="c")),
        ("action", CLICK, with_(CLICK, "container", "message_ts", value="5.2")),
        ("action", CLICK, with_(CLICK, "user", "id", value="U2")),
        ("command", COMMAND, with_(COMMAND, "trigger_id", value="1.2")),
        ("command", COMMAND, with_(COMMAND, "user_id", value="U2")),
        ("shortcut", CLICK, with_(CLICK, "trigger_id", value="1.2")),
    ],
)
def test_another_intent_has_another_receipt(kind: str, body: dict[str, Any], other: dict[str, Any]):
    assert key(kind, body) == key(kind, copy.deepcopy(body))
    assert key(kind, body) != key(kind, other)


def test_the_same_sent_again_is_the_same_intent_though_slack_stamps_it_anew():
    assert key("view", VIEW) == key("view", with_(with_(VIEW, "trigger_id", value="2"), "view", "hash", value="2"))
    assert key("action", CLICK) == key("action", with_(CLICK, "trigger_id", value="2"))


def test_what_nothing_tells_apart_has_no_receipt():
    assert receipts.intent_of("command", {"team_id": TEAM}) is None
    assert receipts.intent_of("action", with_(CLICK, "actions", 0, "action_ts", value="")) is None


@pytest.fixture
def noted(database: Database) -> Sessions:
    return sessions(database.engine, receipts.noting(lambda: NOW))


class Desk:
    """A listener that opens a service, and does what it is told beside it."""

    def __init__(self, opened: Sessions) -> None:
        self.sessions, self.heard, self.acks = opened, 0, 0
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.heard += 1
        with self.sessions() as session:
            session.add(Service(team_id=TEAM, name=f"Desk {self.heard}", channel_id=f"C{self.heard}", created_at=NOW))
            if self.error:
                raise self.error

    def twice(self) -> None:
        self()
        self()

    def left(self) -> tuple[int, int]:
        """Services, and receipts."""
        with self.sessions.reading() as session:
            receipts_ = rows(session, InboxEvent, TEAM, kind=receipts.KIND)
            assert {(row.status, row.done_at) for row in receipts_} <= {("done", NOW)}
            return len(rows(session, Service, TEAM)), len(receipts_)

    def send(self, body: dict[str, Any] = VIEW, listen: Any = None) -> Any:
        acks: list[Any] = []

        class Noting(Ack):
            def __call__(self, *given: Any, **named: Any) -> Any:
                acks.append((given, named))

        receipts.once("view", listen or self, lambda listen, **_: listen(), {"body": body, "ack": Noting()})
        return acks


def test_what_comes_again_is_acknowledged_and_not_done_again(noted: Sessions):
    desk = Desk(noted)
    assert desk.send() == []
    assert desk.send() == [((), {})]
    assert (desk.left(), desk.heard) == ((1, 1), 2)


def test_a_command_that_comes_again_says_that_it_was_done(noted: Sessions):
    said: list[str] = []
    for _ in range(2):
        given = {"body": COMMAND, "ack": said.append}
        receipts.once("command", Desk(noted), lambda listen, **_: listen(), given)
    assert said == [notices.DONE_BEFORE]


def test_what_was_refused_may_be_sent_again(noted: Sessions):
    desk = Desk(noted)
    desk.error = InvalidInput("name", "is taken")
    for _ in range(2):
        with pytest.raises(InvalidInput):
            desk.send()
    assert desk.left() == (0, 0)
    desk.error = None
    desk.send()
    assert desk.left() == (1, 1)


def test_one_intent_may_write_several_times_and_leaves_one_receipt(noted: Sessions):
    desk = Desk(noted)
    desk.send(listen=desk.twice)
    assert desk.left() == (2, 1)
    desk.send(listen=desk.twice)
    assert desk.left() == (2, 1)


def test_what_was_rolled_back_is_noted_by_what_is_written_next(noted: Sessions):
    desk = Desk(noted)

    def falters() -> None:
        desk.error = InvalidInput("name", "is taken")
        with pytest.raises(InvalidInput):
            desk()
        desk.error = None
        desk()

    desk.send(listen=falters)
    assert desk.left() == (1, 1)


def test_outside_of_an_intent_nothing_is_noted(noted: Sessions):
    desk = Desk(noted)
    desk()
    desk.send(with_(VIEW, "view", "id", value=""))
    desk()
    assert desk.left() == (3, 0)
