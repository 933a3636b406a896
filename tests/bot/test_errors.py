"""Errors become text in one place: beside a field, in the acknowledgement, over a modal, or in private."""

from __future__ import annotations

import ast
import json
import pickle
from pathlib import Path
from urllib.error import URLError

import pytest
from slack_bolt import Ack, App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import errors, listeners
from bot.blocks import notices
from bot.payload import Origin
from csi.errors import (
    Breach,
    Conflict,
    GateRefused,
    InvalidInput,
    InvalidInputs,
    NotAllowed,
    Place,
    TooEarly,
    Way,
)

VIEW = {
    "type": "view_submission",
    "user": {"id": "U1"},
    "team": {"id": "T1"},
    "view": {
        "type": "modal",
        "blocks": [{"type": "input", "block_id": "name"}, {"type": "input", "block_id": "target"}],
    },
}
ROOT = Path(__file__).parents[2]
ELSEWHERE = ["erasing.py", "pushed.py", "pushed.py"]  # answers to a program and on a terminal, where no button can be
COMMAND = {"command": "/csi", "user_id": "U1", "team_id": "T1", "channel_id": "C1"}


@pytest.fixture
def client(sandbox):
    return WebClient(sandbox.bot_token, base_url=sandbox.api_url)


def answered(error, body, client):
    response = errors.answer(error, body, Ack(), client)
    assert response.status == 200
    return json.loads(response.body)


def test_each_field_gets_its_own_sentence(client):
    error = InvalidInputs([InvalidInput("target", "Not a number."), InvalidInput("name", "Please fill this in.")])
    assert answered(error, VIEW, client) == {
        "response_action": "errors",
        "errors": {"target": "Not a number.", "name": "Please fill this in."},
    }


@pytest.mark.parametrize("error", [Conflict("Somebody was first."), InvalidInput("elsewhere", "Somebody was first.")])
def test_what_belongs_to_no_field_stands_beside_the_first(client, error):
    assert answered(error, VIEW, client)["errors"] == {"name": "Somebody was first."}


BACK, ROLES = Way(Place.BACK, "2"), Way(Place.ROLES)


def test_each_way_on_from_an_error_is_a_button_once(client):
    answer = answered(Conflict("It is in step 4: /csi close, it says.", ways=[BACK, ROLES, BACK]), COMMAND, client)
    said, ways = answer["blocks"]
    assert said["text"]["text"].endswith("It is in step 4: /csi close, it says.")
    assert [(one["action_id"], one["value"]) for one in ways["elements"]] == [
        ("cycle.open:back", "back 2"),
        ("cycle.open:roles", "roles"),
    ]


def test_a_way_beside_a_field_is_told_as_it_is_typed(client):
    error = InvalidInputs([InvalidInput("target", "one.", ways=[BACK, ROLES]), InvalidInput("name", "two.")])
    assert error.ways == (BACK, ROLES)
    assert answered(error, VIEW, client)["errors"] == {"target": "one. (/csi back 2, /csi roles)", "name": "two."}
    assert answered(InvalidInput("", "one.", ways=[ROLES]), VIEW, client)["errors"] == {"name": "one. (/csi roles)"}


def test_what_has_a_way_stands_over_the_form_with_its_button(client):
    view = {**VIEW["view"], "id": "V1", "root_view_id": "V1", "previous_view_id": None}
    answer = answered(Conflict("Changed.", ways=[ROLES]), {**VIEW, "view": view}, client)
    assert answer["response_action"] == "push"
    assert "cycle.open:roles" in str(answer["view"])


def test_what_is_asked_for_too_early_leads_to_the_next_step():
    error = TooEarly("Processing is", 4, 3)
    assert str(error) == "Processing is step 4; this cycle is in step 3. Go on to the next step first."
    assert error.ways == (Way(Place.NEXT),)


def test_the_ways_of_an_error_go_from_one_process_to_another():
    again = pickle.loads(pickle.dumps(InvalidInput("target", "one.", ways=[BACK])))
    assert (str(again), again.ways) == ("target: one.", (BACK,))


@pytest.mark.parametrize("place", Place)
def test_every_place_has_a_button_and_a_command(place):
    assert place in listeners.of_kind("command")
    assert notices.said_mrkdwn("So.", "", [Way(place)])[1]["elements"][0]["text"]["text"]


def test_no_error_names_a_command():
    """Its ways say where one goes on: they are buttons, or are told as they are typed."""
    named = []
    for path in [*(ROOT / "csi").rglob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise):
                texts = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
                named += [(path.name, node.lineno) for text in texts if "/csi " in str(text)]
    assert [name for name, _ in named] == ELSEWHERE


def test_a_modal_without_inputs_gets_a_view_on_top(client):
    body = {**VIEW, "view": {"type": "modal", "blocks": [{"type": "section"}]}}
    answer = answered(NotAllowed("Not yours."), body, client)
    assert answer["response_action"] == "push"
    assert "Not yours." in str(answer["view"])


def test_a_refusal_by_a_gate_lists_rule_sentence_and_button(client):
    error = GateRefused(
        [Breach(rule="V1.1", sentence="There is no <goal>.", mend="measure.add_goal", mend_label="Add", mend_value="3")]
    )
    answer = answered(error, COMMAND, client)
    assert answer["response_type"] == "ephemeral"
    rule = answer["blocks"][1]
    assert rule["text"]["text"] == ":red_circle: There is no &lt;goal&gt;. _(V1.1)_"
    assert (rule["accessory"]["action_id"], rule["accessory"]["value"]) == ("measure.add_goal", "3")
    assert "cycle.pass" not in str(answer)


def test_warnings_alone_offer_to_go_on_with_a_reason(client):
    answer = answered(GateRefused([Breach(rule="V1.6", sentence="No satisfaction.", blocks=False)]), COMMAND, client)
    assert answer["blocks"][1]["text"]["text"] == ":large_yellow_circle: No satisfaction."
    assert "cycle.pass" in str(answer["blocks"])


def test_an_error_of_our_own_gets_a_reference_and_tells_nothing_else(client):
    answer = answered(ZeroDivisionError("secret xoxb-1"), COMMAND, client)
    assert "reference" in answer["text"]
    assert "secret" not in str(answer)


def test_an_event_that_could_not_be_stored_is_not_acknowledged(client):
    response = errors.answer(OSError("disk full"), {"type": "event_callback"}, Ack(), client)
    assert response.status == 500


def test_after_the_acknowledgement_the_person_is_told_in_private(sandbox, client):
    alice = sandbox.person("alice")
    here = Origin(sandbox.workspace.team_id, alice.id, alice.channel("service-desk")["id"])
    errors.report(Conflict("Too <late>."), here, client)
    assert alice.last()["ephemeral"]
    assert "Too &lt;late&gt;." in str(alice.last()["blocks"])
    away = Origin(sandbox.workspace.team_id, alice.id, alice.channel("general")["id"])
    errors.report(Conflict("Elsewhere."), away, client)
    assert "Elsewhere." in str(alice.dms()[-1]["blocks"])


def test_an_acknowledgement_stands_though_the_listener_raises_right_after(client):
    app = App(client=client, request_verification_enabled=False)

    @app.middleware
    def prepare(context, next):
        context["ack"] = errors.KeptAck()
        next()

    @app.command("/csi")
    def listen(ack):
        ack()
        raise Conflict("Too late.")

    @app.error
    def at_once(error):
        assert str(error) == "Too late."

    response = app.dispatch(BoltRequest(mode="socket_mode", body=COMMAND))
    assert (response.status, response.body) == (200, "")


def refused(word: str, **more: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": word, **more})


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (refused("expired_trigger_id"), "Please press it again"),
        (refused("trigger_expired"), "Please press it again"),
        (
            refused("missing_scope", needed="users:read"),
            "lacks users:read in this workspace. An administrator",
        ),
        (refused("fatal_error"), "press again if it is not"),
        (URLError("away"), "press again if it is not"),
        (refused("too_many_pins"), "Unpin something"),
        (refused("invalid_arguments"), "reference"),
        (OSError(28, "No space left on device"), "reference"),
    ],
)
def test_a_refusal_of_slack_s_says_what_mends_it(error: Exception, says: str):
    assert says in notices.plain_text(errors.told(error))


def test_a_click_that_came_twice_and_has_opened_its_form_is_only_acknowledged(client):
    body = {"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}, "channel": {"id": "C1"}}
    response = errors.answer(refused("exchanged_trigger_id"), body, Ack(), client)
    assert (response.status, response.body) == (200, "")
