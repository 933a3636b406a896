"""The manifest and the routing table agree, both ways, and Slack's schema accepts the manifest."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot import listeners, manifest

ROOT = Path(__file__).resolve().parents[1]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])

# Which scope each Web API method and event needs. Source: docs.slack.dev, reference of methods and events.
NEEDED = {
    "commands": ("slash_commands", "shortcuts"),
    "app_mentions:read": ("app_mention",),
    "chat:write": ("chat_postMessage", "chat_postEphemeral", "chat_update"),
    "files:write": ("files_getUploadURLExternal", "files_completeUploadExternal"),
    "files:read": ("files_info", "file_shared"),
    "users:read": ("users_info", "user_change"),
    "im:write": ("conversations_open",),
    "channels:read": ("conversations_info", "member_joined_channel"),
    "groups:read": ("conversations_info", "member_joined_channel"),
    "pins:write": ("pins_add",),
}
SCOPELESS = {
    "views_open",
    "views_push",
    "views_update",
    "views_publish",
    "auth_test",
    "apps_connections_open",
    "chat_getPermalink",
}
CALL = re.compile(
    r"\b(?:client|WebClient\([^)]*\))\.((?:chat|files|users|conversations|pins|views|auth|apps|reactions|team|bots|usergroups)_\w+)"
)


def called() -> set[str]:
    """The Web API methods the bot calls anywhere outside the sandbox."""
    sources = [path for path in (ROOT / "bot").rglob("*.py") if "sandbox" not in path.parts]
    return {method for path in sources for method in CALL.findall(path.read_text(encoding="utf-8"))}


def test_slacks_own_schema_accepts_the_manifest(shared: Path):
    version = MANIFEST["_metadata"]["major_version"]
    schema = json.loads((shared / "schemas" / f"slack-manifest.v{version}.json").read_text(encoding="utf-8"))
    jsonschema.validate(MANIFEST, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**MANIFEST, "display_information": {"name": "x" * 36}}, schema)


def test_slacks_own_schema_accepts_the_manifest_for_http(shared: Path):
    schema = json.loads((shared / "schemas" / "slack-manifest.v2.json").read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(manifest.for_http("https://csi.example.org/")), schema)


def test_for_http_it_differs_in_its_addresses_only():
    made = yaml.safe_load(manifest.for_http("https://csi.example.org/"))
    text = json.dumps(made)
    assert text.count("https://csi.example.org/slack/events") == 4
    assert made["settings"].pop("socket_mode_enabled") is False
    for place in (made["settings"]["event_subscriptions"], made["settings"]["interactivity"]):
        place.pop("request_url")
    made["settings"]["interactivity"].pop("message_menu_options_url")
    made["oauth_config"].pop("redirect_urls")
    made["features"]["slash_commands"][0].pop("url")
    own = {**MANIFEST, "settings": {k: v for k, v in MANIFEST["settings"].items() if k != "socket_mode_enabled"}}
    assert made == own


def test_the_colour_is_one():
    assert re.fullmatch(r"#[0-9a-fA-F]{6}", MANIFEST["display_information"]["background_color"])


def test_every_event_is_routed_and_every_route_declared():
    assert set(listeners.of_kind("event")) == EVENTS


def test_every_shortcut_is_routed_and_every_route_declared():
    assert {one["callback_id"] for one in MANIFEST["features"]["shortcuts"]} == set(listeners.of_kind("shortcut"))


def test_there_is_one_command():
    assert [one["command"] for one in MANIFEST["features"]["slash_commands"]] == [listeners.COMMAND]


def test_every_scope_has_a_feature_that_needs_it():
    used = called() | EVENTS | set(MANIFEST["features"])
    idle = [scope for scope in SCOPES if not used.intersection(NEEDED[scope])]
    assert idle == []


def test_every_method_that_is_called_has_its_scope():
    granted = {method for scope in SCOPES for method in NEEDED[scope]}
    assert called() - granted - SCOPELESS == set()


def test_no_route_is_there_twice():
    routes = [(route.kind, route.id) for route in listeners.ROUTES]
    assert len(routes) == len(set(routes))


def test_every_button_that_mends_a_rule_is_routed():
    """A refusal by a gate names the button that mends it: each must be heard."""
    named = re.compile(r"""mend=["']([\w.]+)["']""")
    sources = (ROOT / "csi").rglob("*.py")
    mends = {mend for path in sources for mend in named.findall(path.read_text(encoding="utf-8"))}
    heard = set(listeners.of_kind("action"))
    assert mends
    assert mends - heard == set()


def buttons() -> Iterator[str]:
    """The action ids of the buttons in the blocks, as far as they are constants, up to the colon before what varies."""
    for path in (ROOT / "bot" / "blocks").rglob("*.py"):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        known = vars(importlib.import_module(name))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("button") and len(node.args) > 1:
                named = node.args[1].values[0] if isinstance(node.args[1], ast.JoinedStr) else node.args[1]
                named = named.value if isinstance(named, ast.FormattedValue) else named
                with suppress(NameError):  # a variable of its function
                    yield str(eval(ast.unparse(named), dict(known))).partition(":")[0]


def test_every_button_shown_is_heard():
    shown = set(buttons())
    assert len(shown) > 40
    assert shown - set(listeners.of_kind("action")) == set()


def test_every_action_heard_is_shown():
    """Action ids in blocks and in the routing table are the same words."""
    sources = [
        *(ROOT / "bot" / "blocks").rglob("*.py"),
        *(ROOT / "csi").rglob("*.py"),
        *(ROOT / "bot" / "listeners").rglob("*.py"),
    ]
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in sources if path != ROOT / "bot" / "listeners" / "__init__.py"
    )
    assert [action for action in listeners.of_kind("action") if f'"{action}' not in text] == []
