"""What people do among themselves, and what makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.sandbox.person import NotSeen
from bot.sandbox.server import Sandbox
from tests.sandbox.parts import entry, modal, option, section
from tests.sandbox.test_messages import desk


def test_messages_are_edited_deleted_reacted_to_and_dismissed(sandbox: Sandbox, web: WebClient) -> None:
    alice, bob = sandbox.person("alice"), sandbox.person("bob")
    ts = alice.say("firts", channel="service-desk")
    alice.act("edit", channel="service-desk", ts=ts, text="first & <b>")
    seen = bob.last("service-desk")
    assert (seen["text"], seen["edited"]["user"]) == ("first &amp; &lt;b&gt;", alice.id)
    bob.react(seen, "thumbsup")
    assert alice.last("service-desk")["reactions"] == [{"name": "thumbsup", "users": [bob.id], "count": 1}]
    bob.act("react", channel="service-desk", ts=ts, name="thumbsup", remove=True)
    assert alice.last("service-desk")["reactions"] == []
    with pytest.raises(NotSeen, match="somebody else's"):
        bob.act("delete", channel="service-desk", ts=ts)
    with pytest.raises(NotSeen, match="visible to you alone"):
        bob.act("dismiss", channel="service-desk", ts=ts)
    alice.act("delete", channel="service-desk", ts=ts)
    assert bob.messages("service-desk") == []
    web.chat_postEphemeral(channel=desk(sandbox), user=bob.id, text="for Bob")
    bob.act("dismiss", channel="service-desk", ts=bob.last("service-desk")["ts"])
    assert bob.messages("service-desk") == []


def test_channels_are_made_joined_and_left(sandbox: Sandbox) -> None:
    alice, erin = sandbox.person("alice"), sandbox.person("erin")
    alice.create("board-room", private=True)
    alice.create("open-house")
    assert [one["name"] for one in erin.state()["channels"] if not one["joined"]] == ["open-house"]
    with pytest.raises(NotSeen, match="no public channel board-room"):
        erin.act("join", channel="board-room")
    erin.act("join", channel="open-house")
    alice.command("/invite", "@erin", channel="board-room")
    assert erin.channel("board-room")["is_private"]
    erin.act("leave", channel="open-house")
    with pytest.raises(NotSeen, match="sees no channel open-house"):
        erin.messages("open-house")
    with pytest.raises(NotSeen, match="there is one already"):
        alice.create("open-house")


def test_unread_messages_and_pings_are_counted_until_read(sandbox: Sandbox) -> None:
    alice, bob = sandbox.person("alice"), sandbox.person("bob")
    alice.say("one", channel="general")
    alice.say("two for @bob", channel="general")
    seen = bob.channel("general")
    assert (seen["unread"], seen["pings"]) == (2, 1)
    bob.act("read", channel="general")
    assert bob.channel("general")["unread"] == 0
    assert alice.channel("general")["unread"] == 0


def test_who_watches_can_follow_and_see_what_is_being_filled_in(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    where = {"type": "conversations_select", "action_id": "where", "default_to_current_conversation": True}
    place = {"type": "input", "block_id": "place", "label": {"type": "plain_text", "text": "Where"}, "element": where}

    @app.command("/tiny")
    def tiny(ack: Any, body: Any, client: Any) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=modal(place, entry("who", "users_select")))

    join()
    alice = sandbox.person("alice")
    alice.command("/tiny", channel="service-desk")
    assert sandbox.person("bob").state()["acting"]["user"] == alice.id
    assert alice.wait_modal()["values"]["place"] == {"where": desk(sandbox)}
    alice.pause = 0.01
    alice.fill({"who": "bob"})
    assert (alice.modal or {})["values"]["who"] == {"who_act": sandbox.person("bob").id}
    assert not sandbox.deliveries("interactive")
    with pytest.raises(NotSeen, match="nobody is called zoe"):
        alice.fill({"who": "zoe"})


def test_options_that_break_the_limits_are_not_offered(
    sandbox: Sandbox, app: App, join: Callable[[], Any], web: WebClient
) -> None:
    @app.options("pick")
    def pick(ack: Any, payload: Any) -> None:
        count = 101 if payload["value"] == "many" else 1
        group = {"label": {"type": "plain_text", "text": "Group"}, "options": [option("grouped")]}
        if payload["value"] == "groups":
            ack(option_groups=[group])
        else:
            ack(options=[option(f"o{number}") for number in range(count)])

    app.action("pick")(lambda ack: ack())
    join()
    select = {"type": "external_select", "action_id": "pick", "min_query_length": 1}
    web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[section(accessory=select)])
    alice = sandbox.person("alice")
    message = alice.last("service-desk")
    assert [one["value"] for one in alice.options("pick", "groups", message)] == ["grouped"]
    with pytest.raises(NotSeen, match="no more than 100 items allowed"):
        alice.options("pick", "many", message)
    assert alice.click(message, "pick", "O0") == ""
    assert sandbox.deliveries("interactive")[-1]["payload"]["actions"][0]["selected_option"]["value"] == "o0"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ({"as": "zoe", "kind": "message"}, "nobody is called zoe; there are: alice, bob, carol, dave, erin"),
        ({"as": "alice", "kind": "fly"}, "no act 'fly'"),
        ({"as": "alice", "kind": "message", "channel": "nowhere", "text": "x"}, "alice is in no channel nowhere"),
        ({"as": "alice", "kind": "message", "channel": "general", "text": " "}, "an empty message cannot be sent"),
        ({"as": "alice", "kind": "submit"}, "no modal is open"),
        ({"as": "alice", "kind": "action", "where": {"type": "home"}, "action_id": "x"}, "the App Home is empty"),
        ({"as": "alice", "kind": "message", "channel": "general", "files": ["F0"]}, "no file F0 was uploaded"),
    ],
)
def test_nonsense_is_told_as_a_sentence(sandbox: Sandbox, act: dict[str, Any], told: str) -> None:
    response = httpx.post(f"{sandbox.url}/page/act", json=act, trust_env=False)
    assert response.status_code == 400
    assert told in response.json()["error"]


def test_other_pages_and_other_names_are_kept_out(sandbox: Sandbox) -> None:
    for headers in ({"origin": "https://evil.example"}, {"host": "evil.example"}):
        response = httpx.get(f"{sandbox.url}/page/state", headers=headers, trust_env=False)
        assert response.status_code in (400, 403)
    shared = sandbox.person("alice").upload(b"<script>1</script>", "x.html", channel="general")
    response = httpx.get(sandbox.url + shared["page_url"], trust_env=False)
    assert response.headers["content-disposition"] == "attachment"
    assert response.headers["x-content-type-options"] == "nosniff"
