"""Modals: every input, errors, update, push, clear, closing, and nobody answering."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from bot.sandbox.person import NotSeen
from bot.sandbox.places import Place
from bot.sandbox.refusal import Impossible
from bot.sandbox.server import Sandbox
from bot.sandbox.view_stack import ViewStack
from bot.sandbox.workspace import View, Workspace
from tests.sandbox.parts import button, entry, modal, option, options, plain, section

EVERY_INPUT = [
    entry("text", "plain_text_input"),
    entry("number", "number_input", is_decimal_allowed=True),
    entry("mail", "email_text_input"),
    entry("link", "url_text_input"),
    entry("one", "static_select", options=options("red", "blue")),
    entry("many", "multi_static_select", options=options("red", "blue", "green")),
    entry("found", "external_select", min_query_length=0),
    entry("who", "users_select"),
    entry("whos", "multi_users_select"),
    entry("where", "conversations_select"),
    entry("day", "datepicker"),
    entry("hour", "timepicker"),
    entry("moment", "datetimepicker"),
    entry("boxes", "checkboxes", options=options("a", "b", "c")),
    entry("radio", "radio_buttons", options=options("yes", "no")),
    entry("file", "file_input", filetypes=["csv"], max_files=1),
    entry("note", "plain_text_input", optional=True, initial_value="as before"),
]


def opens(app: App, view: dict[str, Any]) -> None:
    """`/tiny` opens this view."""

    @app.command("/tiny")
    def tiny(ack: Any, body: Any, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)


def test_every_input_arrives_as_slack_sends_it(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    opens(app, modal(*EVERY_INPUT))
    got: dict[str, Any] = {}

    @app.options("found_act")
    def found(ack: Any, payload: Any) -> None:
        ack(options=[option(one) for one in ("alpha", "beta") if payload["value"].lower() in one])

    @app.view("form")
    def form(ack: Any, view: Any, client: Any) -> None:
        got.update(view["state"]["values"])
        ack()

    join()
    alice = sandbox.person("alice")
    assert alice.command("/tiny") == ""
    file_id = alice.attach(b"a,b\n1,2\n", "rows.csv")
    bob = sandbox.person("bob").id
    alice.fill(
        {
            "text": "Words <here>",
            "number": "2.5",
            "mail": "a@b.example",
            "link": "https://example.org/x",
            "one": "blue",
            "many": ["red", "green"],
            "found": "Alpha",
            "who": bob,
            "whos": [bob],
            "where": alice.channel("general")["id"],
            "day": "2026-11-22",
            "hour": "09:30",
            "moment": 1763800000,
            "boxes": ["a", "c"],
            "radio": "yes",
            "file": [file_id],
        }
    )
    assert alice.submit() is None
    assert alice.modal is None
    flat = {block_id: next(iter(chosen.values())) for block_id, chosen in got.items()}
    assert flat["text"] == {"type": "plain_text_input", "value": "Words <here>"}
    assert flat["number"] == {"type": "number_input", "value": "2.5"}
    assert flat["one"]["selected_option"] == option("blue")
    assert [one["value"] for one in flat["many"]["selected_options"]] == ["red", "green"]
    assert flat["found"]["selected_option"] == option("alpha")
    assert flat["who"]["selected_user"] == bob
    assert flat["whos"]["selected_users"] == [bob]
    assert flat["where"]["selected_conversation"].startswith("C")
    assert (flat["day"]["selected_date"], flat["hour"]["selected_time"]) == ("2026-11-22", "09:30")
    assert flat["moment"]["selected_date_time"] == 1763800000
    assert [one["value"] for one in flat["boxes"]["selected_options"]] == ["a", "c"]
    assert flat["radio"]["selected_option"]["value"] == "yes"
    assert flat["file"]["files"][0]["id"] == file_id
    assert flat["note"]["value"] == "as before"


def test_slacks_client_refuses_before_anything_is_sent(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    inputs = [
        entry("number", "number_input", is_decimal_allowed=False, min_value="1"),
        entry("short", "plain_text_input", max_length=5),
        entry("needed", "plain_text_input"),
        entry("long", "plain_text_input", multiline=True),
    ]
    opens(app, modal(*inputs))
    join()
    alice = sandbox.person("alice")
    alice.command("/tiny")
    alice.fill({"number": "twelve", "short": "too long", "long": "x" * 3001})
    errors = alice.submit()
    assert errors is not None
    assert errors["number"] == "Must be a number."
    assert errors["short"] == "Must be at most 5 characters; this has 8."
    assert errors["needed"] == "Please complete this required field."
    assert errors["long"] == "Must be at most 3000 characters; this has 3001."
    assert not sandbox.deliveries("interactive")
    alice.fill({"number": "1.5", "short": "ok", "needed": "x", "long": "y"})
    assert alice.submit() == {"number": "Must be a whole number."}


def test_the_apps_errors_stand_under_their_fields(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    opens(app, modal(entry("name", "plain_text_input")))

    @app.view("form")
    def form(ack: Any, view: Any) -> None:
        name = view["state"]["values"]["name"]["name_act"]["value"]
        if name == "taken":
            ack(response_action="errors", errors={"name": "Somebody has that name."})
        elif name == "strange":
            ack(response_action="errors", errors={"nowhere": "No such field."})
        else:
            ack()

    join()
    alice = sandbox.person("alice")
    alice.command("/tiny")
    alice.fill({"name": "taken"})
    assert alice.submit() == {"name": "Somebody has that name."}
    assert (alice.modal or {})["values"] == {"name": {"name_act": "taken"}}
    alice.fill({"name": "strange"})
    assert alice.submit() == {"": "We had some trouble connecting. Try again?"}
    alice.fill({"name": "free"})
    assert alice.submit() is None


def test_update_push_and_clear(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    opens(app, modal(entry("how", "plain_text_input"), notify_on_close=True))
    closed: list[Any] = []

    @app.view("form")
    def form(ack: Any, view: Any) -> None:
        how = view["state"]["values"]["how"]["how_act"]["value"]
        if how == "clear":
            ack(response_action="clear")
        else:
            ack(response_action=how, view=modal(entry("how", "plain_text_input"), section(how), notify_on_close=True))

    @app.view_closed("form")
    def gone(ack: Any, body: Any) -> None:
        ack()
        closed.append(body["is_cleared"])

    join()
    alice = sandbox.person("alice")
    alice.command("/tiny")
    first = alice.wait_modal()["id"]
    alice.fill({"how": "update"})
    assert alice.submit() is None
    assert (alice.modal or {})["id"] == first
    for depth in (2, 3):
        alice.fill({"how": "push"})
        assert alice.submit() is None
        assert len(alice.state()["views"]) == depth
    alice.fill({"how": "push"})
    assert alice.submit() == {"": "We had some trouble connecting. Try again?"}
    alice.close()
    assert len(alice.state()["views"]) == 2
    alice.wait(lambda: closed == [False])
    alice.fill({"how": "clear"})
    assert alice.submit() is None
    assert alice.modal is None


def test_a_submission_nobody_answers_keeps_the_modal_with_slacks_sentence(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    opens(app, modal(entry("name", "plain_text_input")))
    app.view("form")(lambda ack: time.sleep(0.4))
    sandbox.sockets.ack_seconds = 0.3
    join()
    alice = sandbox.person("alice")
    alice.command("/tiny")
    alice.fill({"name": "x"})
    assert alice.submit() == {"": "We had some trouble connecting. Try again?"}
    assert (alice.modal or {})["error"] == "We had some trouble connecting. Try again?"


def test_an_actions_click_in_a_modal_carries_the_whole_state_and_updates_by_hash(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    pick = {"type": "static_select", "action_id": "pick", "options": options("x", "y")}
    actions = {"type": "actions", "block_id": "acts", "elements": [button(value="7"), pick]}
    opens(app, modal(entry("name", "plain_text_input"), actions))
    seen: dict[str, Any] = {}

    @app.action("press")
    def press(ack: Any, body: Any, client: Any, action: Any) -> None:
        ack()
        seen.update(action=action, state=body["view"]["state"]["values"])
        new = modal(entry("name", "plain_text_input"), section("changed"))
        client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=new)
        with pytest.raises(SlackApiError, match="hash_conflict"):
            client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=new)
        seen["conflict"] = True

    app.action("pick")(lambda ack: ack())
    join()
    alice = sandbox.person("alice")
    alice.command("/tiny")
    assert alice.click(None, "pick", "y") == ""
    shown = alice.wait_modal()
    alice.act("action", where={"type": "view"}, action_id="press", values={"name": {"name_act": "kept"}})
    alice.wait(lambda: seen.get("conflict"))
    assert seen["action"]["value"] == "7"
    assert seen["state"]["acts"]["pick"]["selected_option"]["value"] == "y"
    assert seen["state"]["name"]["name_act"]["value"] == "kept"
    after = alice.modal or {}
    assert after["hash"] != shown["hash"]
    assert after["values"]["name"]["name_act"] == "kept"


def test_a_trigger_works_once_and_for_three_seconds(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    told: list[str] = []

    @app.command("/tiny")
    def tiny(ack: Any, body: Any, client: Any, command: Any) -> None:
        ack()
        if command["text"] == "late":
            sandbox.interactions.keys.triggers[body["trigger_id"]].made_at -= 3.1
        for _ in range(2):
            try:
                client.views_open(trigger_id=body["trigger_id"], view=modal(section(), submit=plain("Go")))
            except SlackApiError as error:
                told.append(error.response["error"])

    join()
    alice = sandbox.person("alice")
    alice.command("/tiny", "now")
    alice.wait(lambda: told == ["exchanged_trigger_id"])
    alice.command("/tiny", "late")
    alice.wait(lambda: told[1:] == ["expired_trigger_id", "expired_trigger_id"])


def test_what_is_not_there_is_named_with_what_is(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    opens(app, modal(entry("name", "plain_text_input"), entry("colour", "static_select", options=options("red"))))
    join()
    alice = sandbox.person("alice")
    with pytest.raises(NotSeen, match="no modal open"):
        alice.submit()
    alice.command("/tiny")
    with pytest.raises(NotSeen, match="inputs: name, colour"):
        alice.fill({"nome": "x"})
    with pytest.raises(NotSeen, match="seen: name/name_act, colour/colour_act"):
        alice.click(None, "press")
    alice.fill({"name": "x", "colour": "green"})
    with pytest.raises(NotSeen, match="'green' is not offered by colour_act; offered: red"):
        alice.submit()


def test_what_a_view_asked_before_it_was_updated_is_let_go_where_it_is_sent_all_the_same() -> None:
    workspace = Workspace()
    stack = ViewStack(workspace, None, None)
    name, colour = entry("name", "plain_text_input"), entry("colour", "static_select", options=options("red"))
    view = View(id="V1", user="U1", content=modal(name, colour), hash="1")
    stack.replace(view, modal(colour))
    Place(view).merge(workspace, {"name": {"name_act": "x"}, "colour": {"colour_act": "red"}})
    assert view.values == {"colour": {"colour_act": "red"}}
    with pytest.raises(Impossible, match="nome/name_act is not there"):
        Place(view).merge(workspace, {"nome": {"name_act": "x"}})
    stack.replace(view, modal(name))  # asked again
    Place(view).merge(workspace, {"name": {"name_act": "x"}, "colour": {"colour_act": "red"}})
    assert view.values == {"name": {"name_act": "x"}}
