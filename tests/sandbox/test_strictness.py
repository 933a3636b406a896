"""What Slack refuses, the sandbox refuses in the same words, with a pointer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox import limits
from bot.sandbox import manifest as manifests
from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import SCOPES, manifest
from tests.sandbox.parts import Shape, button, entry, modal, options, plain, section
from tests.sandbox.test_messages import desk


def actions(*elements: Shape) -> Shape:
    return {"type": "actions", "block_id": "acts", "elements": list(elements)}


def select(count: int = 1, **more: Any) -> Shape:
    return {"type": "static_select", "action_id": "pick", "options": options(*(f"o{n}" for n in range(count))), **more}


def picture(**more: Any) -> Shape:
    return {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x", **more}


FINE: list[list[Shape]] = [
    [section("x" * 3000)],
    [section(block_id="b" * 255), *[section() for _ in range(49)]],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "section", "fields": [plain("x" * 1000)] * 10}],
    [actions(*[button(f"b{n}") for n in range(25)])],
    [actions(button(value="x" * 2000, text=plain("x" * 75)))],
    [actions(select(100))],
    [{"type": "context", "elements": [plain("x")] * 10}],
    [picture(alt_text="x" * 2000)],
    [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100}],
    [section(accessory={"type": "overflow", "action_id": "o", "options": options("1", "2", "3", "4", "5")})],
]
WRONG: list[tuple[list[Shape], str]] = [
    ([section("x" * 3001)], "must be less than 3001 characters [json-pointer:/blocks/0/text/text]"),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([section()] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    ([section(), {"type": "sektion"}], "unsupported type: sektion [json-pointer:/blocks/1/type]"),
    ([section(colour="red")], "invalid additional property: colour [json-pointer:/blocks/0]"),
    ([section(block_id="b"), section(block_id="b")], "`block_id` already exists: b [json-pointer:/blocks/1/block_id]"),
    ([section(block_id="b" * 256)], "must be less than 256 characters [json-pointer:/blocks/0/block_id]"),
    (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    (
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "must be one of: plain_text [json-pointer:/blocks/0/text/type]",
    ),
    (
        [{"type": "section", "fields": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    (
        [{"type": "section", "fields": [plain("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
    ),
    (
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    (
        [actions(button("a"), button("a"))],
        "`action_id` already exists: a [json-pointer:/blocks/0/elements/1/action_id]",
    ),
    (
        [actions(*[button(f"b{n}") for n in range(26)])],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    ([actions()], "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    ([actions(select(101))], "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"),
    (
        [actions(select(0))],
        "exactly one of options and option_groups must be provided [json-pointer:/blocks/0/elements/0]",
    ),
    (
        [actions(select(1, options=[{"text": plain("x" * 76), "value": "v"}]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    (
        [actions(select(1, placeholder=plain("x" * 151)))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    (
        [actions(select(1, initial_option={"text": plain("Other"), "value": "other"}))],
        "initial option must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    (
        [section(accessory={"type": "checkboxes", "action_id": "c", "options": options(*"abcdefghijk")})],
        "no more than 10 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    (
        [section(accessory={"type": "overflow", "action_id": "o", "options": options(*"abcdef")})],
        "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]",
    ),
    (
        [
            actions(
                button(
                    confirm={"title": plain("x" * 101), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")}
                )
            )
        ],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    (
        [{"type": "context", "elements": [plain("x")] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    (
        [{"type": "image", "image_url": "https://example.org/x.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    ([picture(alt_text="x" * 2001)], "must be less than 2001 characters [json-pointer:/blocks/0/alt_text]"),
    (
        [{"type": "image", "alt_text": "x", "slack_file": {"id": "F404"}}],
        "invalid slack file [json-pointer:/blocks/0/slack_file]",
    ),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}],
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    ([entry("f", "file_input")], "unsupported type: file_input [json-pointer:/blocks/0/element/type]"),
    ([{"type": "alert", "text": plain("new")}], "unsupported type: alert [json-pointer:/blocks/0/type]"),
]


@pytest.mark.parametrize("blocks", FINE, ids=range(len(FINE)))
def test_blocks_at_their_limits_pass(blocks: list[Shape]) -> None:
    assert limits.message_problems(blocks, lambda _: None) == []


@pytest.mark.parametrize(("blocks", "message"), WRONG, ids=range(len(WRONG)))
def test_blocks_beyond_their_limits_are_pointed_at(blocks: list[Shape], message: str) -> None:
    assert message in limits.message_problems(blocks, lambda _: None)


WRONG_VIEWS: list[tuple[Shape, str]] = [
    (modal(title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
    (modal(submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
    (modal(close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
    (modal(private_metadata="x" * 3001), "must be less than 3001 characters [json-pointer:/view/private_metadata]"),
    (modal(callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
    (modal(*[section() for _ in range(101)]), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    (modal(entry("a", "plain_text_input"), submit=None), "missing required field: submit [json-pointer:/view]"),
    (
        modal(entry("a", "number_input")),
        "missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]",
    ),
    (
        modal(entry("a", "plain_text_input", max_length=3001)),
        "must be between 1 and 3000 [json-pointer:/view/blocks/0/element/max_length]",
    ),
    (
        modal(entry("a", "plain_text_input", placeholder=plain("x" * 151))),
        "must be less than 151 characters [json-pointer:/view/blocks/0/element/placeholder/text]",
    ),
    (
        modal(entry("a", "button", text=plain("x"))),
        "unsupported type: button [json-pointer:/view/blocks/0/element/type]",
    ),
    (
        modal(entry("a", "datepicker", initial_date="22.11.2026")),
        "must be a date as YYYY-MM-DD [json-pointer:/view/blocks/0/element/initial_date]",
    ),
    (
        modal({"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}),
        "unsupported type: table [json-pointer:/view/blocks/0/type]",
    ),
    (
        modal(entry("a", "plain_text_input", focus_on_load=True), entry("b", "plain_text_input", focus_on_load=True)),
        "only one element may have focus_on_load [json-pointer:/view/blocks/1]",
    ),
    ({"type": "modal", "title": plain("x")}, "missing required field: blocks [json-pointer:/view]"),
    ({"type": "home", "blocks": []}, "must be modal [json-pointer:/view/type]"),
]


@pytest.mark.parametrize(("view", "message"), WRONG_VIEWS, ids=range(len(WRONG_VIEWS)))
def test_views_beyond_their_limits_are_pointed_at(view: Shape, message: str) -> None:
    assert message in limits.view_problems(view, lambda _: None, "modal")


def refusal(call: Callable[..., Any], **args: Any) -> dict[str, Any]:
    """The body of a refused call."""
    with pytest.raises(SlackApiError) as caught:
        call(**args)
    body = caught.value.response.data
    assert isinstance(body, dict)
    return body


def test_the_answer_to_wrong_blocks_carries_the_pointer(sandbox: Sandbox, web: WebClient) -> None:
    told = refusal(web.chat_postMessage, channel=desk(sandbox), text="x", blocks=[section("x" * 3001)])
    assert told["error"] == "invalid_blocks"
    wanted = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    assert told["response_metadata"]["messages"] == [wanted]
    trigger = sandbox.interactions.keys.trigger(sandbox.person("alice").id)
    told = refusal(web.views_open, trigger_id=trigger, view=modal(title=plain("x" * 25)))
    assert told["error"] == "invalid_arguments"
    assert told["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]


def test_long_messages_and_large_views(sandbox: Sandbox, web: WebClient) -> None:
    long = [section("x" * 2900) for _ in range(5)]
    assert refusal(web.chat_postMessage, channel=desk(sandbox), text="x", blocks=long)["error"] == "msg_blocks_too_long"
    assert refusal(web.chat_postMessage, channel=desk(sandbox), text="x" * 40_001)["error"] == "msg_too_long"
    nothing = {"channel": desk(sandbox)}
    assert refusal(web.api_call, api_method="chat.postMessage", json=nothing)["error"] == "no_text"
    trigger = sandbox.interactions.keys.trigger(sandbox.person("alice").id)
    large = modal(*[section("x" * 2990) for _ in range(99)])
    assert refusal(web.views_open, trigger_id=trigger, view=large)["error"] == "view_too_large"


def test_tokens_scopes_methods_and_arguments(sandbox: Sandbox, web: WebClient) -> None:
    assert web.auth_test().headers["x-oauth-scopes"] == ",".join(sorted(SCOPES))
    stranger = WebClient(token="xoxb-unknown", base_url=sandbox.api_url)
    assert refusal(stranger.auth_test)["error"] == "invalid_auth"
    assert refusal(WebClient(base_url=sandbox.api_url).auth_test)["error"] == "not_authed"
    joiner = WebClient(token=sandbox.app_token, base_url=sandbox.api_url)
    assert refusal(joiner.auth_test)["error"] == "not_allowed_token_type"
    assert refusal(web.apps_connections_open, app_token=sandbox.bot_token)["error"] == "not_allowed_token_type"
    assert refusal(web.api_call, api_method="chat.frobnicate")["error"] == "unknown_method"
    told = refusal(web.api_call, api_method="pins.add", params={"channel": desk(sandbox)})
    assert told["response_metadata"]["messages"] == ["[ERROR] missing required field: timestamp [json-pointer:/]"]
    web.team_info()
    web.bots_info(bot=sandbox.workspace.bot_id)
    assert web.users_lookupByEmail(email="alice@demo.example")["user"]["name"] == "alice"
    assert len(web.users_list(limit=2)["members"]) == 2
    assert {one["name"] for one in web.conversations_list()["channels"]} == {"service-desk", "general"}
    assert len(web.conversations_members(channel=desk(sandbox))["members"]) == 6


def test_what_the_manifest_does_not_declare_does_not_work(tmp_path: Path) -> None:
    path = manifest(tmp_path, scopes=["commands", "chat:write"], events=[], home=False, interactivity=False)
    with Sandbox(path) as bare:
        web = WebClient(token=bare.bot_token, base_url=bare.api_url)
        told = refusal(web.pins_add, channel=desk(bare), timestamp="1.1")
        assert (told["error"], told["needed"], told["provided"]) == (
            "missing_scope",
            "pins:write",
            "chat:write,commands",
        )
        assert refusal(web.users_info, user="U1")["error"] == "missing_scope"
        alice = bare.person("alice")
        assert (
            refusal(web.views_publish, user_id=alice.id, view={"type": "home", "blocks": []})["error"] == "not_enabled"
        )
        alice.say("unheard", channel="service-desk")
        assert not bare.deliveries()
        web.chat_postMessage(channel=desk(bare), text="x", blocks=[section(accessory=button())])
        shown = alice.click(alice.last("service-desk"), "press")
        assert shown == "This app is not configured to handle interactive responses."


def test_a_manifest_slack_would_not_install_is_refused() -> None:
    content = {
        "display_information": {"name": "x"},
        "features": {"slash_commands": [{"command": "/x", "description": "x"}]},
        "settings": {"event_subscriptions": {"bot_events": ["file_shared", "nonsense"]}},
    }
    with pytest.raises(manifests.ManifestError) as caught:
        manifests.parse(content)
    told = str(caught.value)
    assert "need the scope commands" in told
    assert "event file_shared needs the scope files:read" in told
    assert "unknown event nonsense" in told


def flood(web: WebClient, channel: str) -> None:
    for number in range(20):
        web.chat_postMessage(channel=channel, text=str(number))


def test_a_channel_takes_so_many_messages_and_then_says_when(sandbox: Sandbox, web: WebClient) -> None:
    sandbox.happen("settings", rate_per_channel=1.0)
    with pytest.raises(SlackApiError) as caught:
        flood(web, desk(sandbox))
    assert caught.value.response.status_code == 429
    assert int(caught.value.response.headers["Retry-After"]) == 1
    assert len(sandbox.person("alice").messages("service-desk")) in (10, 11)


def test_a_call_can_be_made_to_fail(sandbox: Sandbox, web: WebClient) -> None:
    sandbox.happen("fail", method="chat.postMessage", error="internal_error", times=1)
    sandbox.happen("fail", method="chat.postMessage", status=429, retry_after=7)
    assert refusal(web.chat_postMessage, channel=desk(sandbox), text="x")["error"] == "internal_error"
    with pytest.raises(SlackApiError) as caught:
        web.chat_postMessage(channel=desk(sandbox), text="x")
    assert caught.value.response.headers["Retry-After"] == "7"
    assert web.chat_postMessage(channel=desk(sandbox), text="x")["ok"]
    assert [one["ok"] for one in sandbox.calls("chat.postMessage")] == [False, False, True]


def test_an_uninstalled_apps_token_dies(sandbox: Sandbox, web: WebClient) -> None:
    sandbox.happen("uninstall")
    assert refusal(web.auth_test)["error"] == "account_inactive"


def test_a_trigger_made_up_or_a_view_not_open(sandbox: Sandbox, web: WebClient) -> None:
    assert refusal(web.views_open, trigger_id="1.2.3", view=modal(section()))["error"] == "invalid_trigger_id"
    assert refusal(web.views_update, view_id="V404", view=modal(section()))["error"] == "not_found"
    alice = sandbox.person("alice").id
    for _ in range(3):
        web.views_push(trigger_id=sandbox.interactions.keys.trigger(alice), view=modal(section()))
    fourth = sandbox.interactions.keys.trigger(alice)
    assert refusal(web.views_push, trigger_id=fourth, view=modal(section()))["error"] == "push_limit_reached"
    sandbox.interactions.keys.triggers[fourth] = old = sandbox.interactions.keys.triggers[fourth]
    old.used, old.made_at = False, time.monotonic() - 3.1
    assert refusal(web.views_push, trigger_id=fourth, view=modal(section()))["error"] == "expired_trigger_id"


NONSENSE: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMessage", {"content": b"{bad", "headers": {"content-type": "application/json"}}, "invalid_json"),
    ("chat.postMessage", {"json": [1]}, "invalid_json"),
    ("chat.postMessage", {"content": b"\xff\xfe"}, "invalid_form_data"),
    ("chat.postMessage", {"json": {"channel": "C", "text": ["x"]}}, "invalid_arguments"),
    ("chat.postMessage", {"data": {"channel": "C", "text": "x", "blocks": "[{"}}, "channel_not_found"),
    ("chat.postMessage", {"json": {"channel": "C", "text": True}}, "channel_not_found"),
    ("conversations.list", {"data": {"limit": "many"}}, "invalid_limit"),
    ("conversations.list", {"data": {"cursor": "next"}}, "invalid_cursor"),
    ("files.getUploadURLExternal", {"data": {"filename": "x", "length": "long"}}, "invalid_arguments"),
    ("files.completeUploadExternal", {"json": {"files": ["F1"]}}, "invalid_arguments"),
    ("oauth.v2.access", {"headers": {"authorization": "Basic !"}}, "invalid_auth"),
]


@pytest.mark.parametrize(("method", "sent", "word"), NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_in_a_word(sandbox: Sandbox, method: str, sent: dict[str, Any], word: str) -> None:
    headers = {"authorization": f"Bearer {sandbox.bot_token}", **sent.get("headers", {})}
    answer = httpx.post(f"{sandbox.api_url}{method}", **{**sent, "headers": headers})
    assert (answer.status_code, answer.json()["error"]) == (200, word)


MISSHAPEN: list[Shape] = [
    {"type": ["section"]},
    section(block_id=["b"]),
    {"type": "actions", "elements": "buttons"},
    {"type": "actions", "elements": [button(action_id={}), button(action_id={})]},
    {"type": "actions", "elements": [{"type": "static_select", "options": 5}]},
    {"type": "image", "alt_text": "x", "slack_file": {"id": ["F1"]}},
    {"type": "context", "elements": 5},
    {"type": "unheard_of", "elements": 5},
    section(accessory="x"),
]


@pytest.mark.parametrize("block", MISSHAPEN, ids=range(len(MISSHAPEN)))
def test_a_value_of_another_kind_is_pointed_at(sandbox: Sandbox, web: WebClient, block: Shape) -> None:
    told = refusal(web.chat_postMessage, channel=desk(sandbox), text="x", blocks=[block, block])
    assert told["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/" in told["response_metadata"]["messages"][0]
    trigger = sandbox.interactions.keys.trigger(sandbox.person("alice").id)
    assert refusal(web.views_open, trigger_id=trigger, view=modal(block, block))["error"] == "invalid_arguments"


def test_a_picture_needs_words(sandbox: Sandbox, web: WebClient) -> None:
    told = refusal(web.chat_postMessage, channel=desk(sandbox), text="x", blocks=[picture(alt_text="")])
    assert "must be more than 0 characters [json-pointer:/blocks/0/alt_text]" in told["errors"]
