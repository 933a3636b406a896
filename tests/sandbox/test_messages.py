"""Messages, clicks, threads, ephemerals, response URLs, events and pings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.sandbox.person import NotSeen
from bot.sandbox.server import Sandbox
from tests.sandbox.parts import button, options, section


def desk(sandbox: Sandbox) -> str:
    channel = sandbox.workspace.channel("service-desk")
    assert channel is not None
    return channel.id


def test_a_click_reaches_the_app_and_the_message_changes_in_place(
    sandbox: Sandbox, app: App, join: Callable[[], Any], web: WebClient
) -> None:
    @app.action("press")
    def press(ack: Any, body: Any, client: Any) -> None:
        ack()
        text = f"Pressed by <@{body['user']['id']}>"
        client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=text, blocks=[section(text)])

    join()
    web.chat_postMessage(channel=desk(sandbox), text="Press", blocks=[section(accessory=button(value="3"))])
    alice = sandbox.person("alice")
    message = alice.last("service-desk")
    assert alice.click(message, "press") == ""
    assert alice.sees(f"Pressed by <@{alice.id}>")["edited"]
    with pytest.raises(NotSeen, match="nothing to press"):
        alice.click(alice.last("service-desk"), "press")


def test_a_click_nobody_answers_shows_a_warning_at_the_button(sandbox: Sandbox, web: WebClient) -> None:
    web.chat_postMessage(channel=desk(sandbox), text="Press", blocks=[section(block_id="b", accessory=button())])
    alice = sandbox.person("alice")
    assert alice.click(alice.last("service-desk"), "press") == "We had some trouble connecting. Try again?"
    assert alice.last("service-desk")["failed"] == {"b": {"press": "no_connection"}}
    assert "We had some trouble connecting. Try again?" in alice.errors


def test_threads_ephemerals_direct_messages_and_pins(sandbox: Sandbox, web: WebClient) -> None:
    alice, bob = sandbox.person("alice"), sandbox.person("bob")
    root = web.chat_postMessage(channel=desk(sandbox), text="root")
    web.chat_postMessage(channel=desk(sandbox), text="reply", thread_ts=root["ts"])
    web.chat_postEphemeral(channel=desk(sandbox), user=alice.id, text="for Alice")
    web.pins_add(channel=desk(sandbox), timestamp=root["ts"])
    assert [one["text"] for one in alice.messages("service-desk")] == ["root", "for Alice"]
    assert [one["text"] for one in bob.messages("service-desk")] == ["root"]
    assert [one["text"] for one in bob.messages("service-desk", thread_ts=root["ts"])] == ["reply"]
    assert bob.messages("service-desk")[0]["pinned"]
    opened = web.conversations_open(users=alice.id)["channel"]["id"]
    web.chat_postMessage(channel=opened, text="between us")
    web.chat_postMessage(channel=alice.id, text="by her id")
    assert [one["text"] for one in alice.dms()] == ["between us", "by her id"]
    assert bob.dms() == []


def test_a_response_url_takes_five_posts_and_replaces_or_deletes_an_ephemeral(
    sandbox: Sandbox, app: App, join: Callable[[], Any], web: WebClient
) -> None:
    urls: list[str] = []

    @app.action("press")
    def press(ack: Any, body: Any, respond: Any) -> None:
        ack()
        urls.append(body["response_url"])
        assert "message" not in body
        respond("Replaced", replace_original=True)

    join()
    alice = sandbox.person("alice")
    web.chat_postEphemeral(channel=desk(sandbox), user=alice.id, text="Only you", blocks=[section(accessory=button())])
    alice.click(alice.find("words"), "press")
    alice.sees("Replaced")
    hook = WebhookClient(urls[0])
    assert hook.send(text="To all", response_type="in_channel").status_code == 200
    assert sandbox.person("bob").find("To all")["bot_id"] == sandbox.workspace.bot_id
    assert hook.send(text="", delete_original=True).status_code == 200
    with pytest.raises(NotSeen, match="reads 'Replaced' nowhere"):
        alice.find("Replaced")
    assert [hook.send(text=f"more {n}").status_code for n in range(3)] == [200, 200, 404]


def test_typed_text_is_escaped_and_only_real_mentions_ping(sandbox: Sandbox, web: WebClient) -> None:
    alice, bob = sandbox.person("alice"), sandbox.person("bob")
    alice.say("a < b & <!channel> for @bob in #general", channel="service-desk")
    seen = bob.last("service-desk")
    general = alice.channel("general")["id"]
    assert seen["text"] == f"a &lt; b &amp; &lt;!channel&gt; for <@{bob.id}> in <#{general}|general>"
    assert seen["pinged"] == [bob.id]
    web.chat_postMessage(channel=desk(sandbox), text="&lt;!channel&gt;", blocks=[section("&lt;!channel&gt;")])
    assert bob.last("service-desk")["pinged"] == []
    web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[section("Look <!channel>")])
    assert len(bob.last("service-desk")["pinged"]) == 5
    assert bob.channel("service-desk")["pings"] == 2


def test_events_come_only_from_channels_the_bot_is_in(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event.get("text", event.get("subtype"))))
    app.event("app_mention")(lambda event: heard.append("mention"))
    app.event("member_joined_channel")(lambda event: heard.append("joined"))
    join()
    alice = sandbox.person("alice")
    alice.say("not heard", channel="general")
    alice.say("heard", channel="service-desk")
    alice.wait(lambda: heard == ["heard"])
    alice.invite("tiny", "general")
    alice.wait(lambda: heard == ["heard", "joined"])
    alice.say("@tiny now", channel="general")
    alice.wait(lambda: "mention" in heard and len(heard) == 4)
    alice.say("in private", channel=alice.bot_channel)
    alice.wait(lambda: "in private" in heard)


def test_an_event_is_sent_again_until_it_is_acknowledged(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    sandbox.delivery.retry_after = (0.0, *[0.3] * 20)
    sandbox.person("alice").say("nobody is there yet", channel="service-desk")
    heard: list[Any] = []

    @app.event("message")
    def message(event: Any) -> None:
        heard.append(event["text"])

    join()
    sandbox.person("bob").wait(lambda: heard and any(one["acked"] for one in sandbox.deliveries("events_api")))
    assert heard == ["nobody is there yet"]
    attempts = [one for one in sandbox.deliveries("events_api") if one["payload"]["event"]["type"] == "message"]
    assert len(attempts) >= 2
    assert len({one["payload"]["event_id"] for one in attempts}) == 1
    assert [one["acked"] for one in attempts][-1]


def test_each_envelope_goes_to_one_connection_and_a_dropped_one_is_replaced(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    heard: list[str] = []
    app.event("message")(lambda event: heard.append(event["text"]))
    first, _second = join(), join()
    alice = sandbox.person("alice")
    for number in range(6):
        alice.say(f"m{number}", channel="service-desk")
    alice.say("m6", channel="service-desk")  # whatever came twice came before it
    alice.wait(lambda: "m6" in heard and len(heard) >= 7)
    assert sorted(heard) == [f"m{number}" for number in range(7)]
    first.close()
    alice.wait(lambda: len(sandbox.sockets.connections) == 1)
    alice.say("still", channel="service-desk")
    alice.wait(lambda: "still" in heard)


def test_message_and_global_shortcuts(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    got: list[str] = []

    @app.shortcut("keep")
    def keep(ack: Any, body: Any) -> None:
        ack()
        got.append(f"{body['type']} {body['message']['text']}")

    @app.shortcut("begin")
    def begin(ack: Any, body: Any) -> None:
        ack()
        got.append(body["type"])

    join()
    alice = sandbox.person("alice")
    alice.say("worth keeping", channel="service-desk")
    assert alice.shortcut("keep", alice.last("service-desk")) == ""
    assert alice.shortcut("begin") == ""
    assert got == ["message_action worth keeping", "shortcut"]
    with pytest.raises(NotSeen, match="no global shortcut keep is declared"):
        alice.shortcut("keep")


def test_the_app_home(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    @app.event("app_home_opened")
    def opened(event: Any, client: Any) -> None:
        accessory = {"type": "overflow", "action_id": "more", "options": options("one", "two")}
        client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [section("Welcome", accessory=accessory)]}
        )

    chosen: list[Any] = []

    @app.action("more")
    def more(ack: Any, action: Any, body: Any) -> None:
        ack()
        chosen.append((action["selected_option"]["value"], body["container"]["type"]))

    join()
    alice = sandbox.person("alice")
    home = alice.home()
    assert "Welcome" in str(home["blocks"])
    alice.click(home, "more", "two")
    assert chosen == [("two", "view")]


def test_a_reaction_and_a_person_who_leaves_are_events(sandbox: Sandbox, app: App, join: Callable[[], Any]) -> None:
    got: list[Any] = []
    app.event("reaction_added")(lambda event: got.append(event["reaction"]))
    app.event("user_change")(lambda event: got.append(event["user"]["deleted"]))
    join()
    alice = sandbox.person("alice")
    alice.say("nice", channel="service-desk")
    alice.react(alice.last("service-desk"), "tada")
    alice.wait(lambda: got == ["tada"])
    sandbox.happen("deactivate", user="erin")
    alice.wait(lambda: got == ["tada", True])


def test_the_bot_may_only_write_where_it_is_and_change_what_is_its_own(sandbox: Sandbox, web: WebClient) -> None:
    alice = sandbox.person("alice")
    ts = alice.say("mine", channel="service-desk")
    general = alice.channel("general")["id"]
    with pytest.raises(SlackApiError, match="not_in_channel"):
        web.chat_postMessage(channel=general, text="x")
    web.conversations_join(channel=general)
    web.chat_postMessage(channel=general, text="x")
    with pytest.raises(SlackApiError, match="cant_update_message"):
        web.chat_update(channel=desk(sandbox), ts=ts, text="x")
    with pytest.raises(SlackApiError, match="message_not_found"):
        web.chat_update(channel=desk(sandbox), ts="1.1", text="x")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        web.chat_postMessage(channel="C404", text="x")
