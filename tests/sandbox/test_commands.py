"""A person types, the app answers, and what Slack shows when it does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from slack_bolt import App

from bot.sandbox.server import Sandbox


def test_a_command_reaches_the_app_and_its_answer_only_the_person(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    @app.command("/tiny")
    def tiny(ack: Any, command: Any, respond: Any) -> None:
        ack()
        respond(f"You said {command['text']} in {command['channel_name']}")

    join()
    alice, bob = sandbox.person("alice"), sandbox.person("bob")
    assert alice.command("/tiny", "hello there", channel="service-desk") == ""
    seen = alice.sees("You said hello there in service-desk")
    assert seen["ephemeral"]
    assert not bob.messages("service-desk")


def test_an_undeclared_command_is_shown_as_slack_shows_it(sandbox: Sandbox) -> None:
    alice = sandbox.person("alice")
    shown = alice.command("/other", "x", channel="service-desk")
    assert shown.startswith("/other is not a valid command.")
    assert alice.errors == [shown]
    assert not sandbox.deliveries()


def test_a_command_nobody_hears_fails_at_once(sandbox: Sandbox) -> None:
    alice = sandbox.person("alice")
    assert alice.command("/tiny", "x") == '/tiny failed with the error "dispatch_failed"'


def test_a_command_not_acknowledged_in_three_seconds_times_out(
    sandbox: Sandbox, app: App, join: Callable[[], Any]
) -> None:
    app.command("/tiny")(lambda ack: time.sleep(3.4))
    join()
    alice = sandbox.person("alice")
    started = time.monotonic()
    assert alice.command("/tiny", "x") == '/tiny failed with the error "operation_timeout"'
    assert 2.9 < time.monotonic() - started < 3.4


def test_a_command_in_a_thread_is_refused(sandbox: Sandbox) -> None:
    alice = sandbox.person("alice")
    ts = alice.say("a thread", channel="service-desk")
    told = alice.act("command", channel="service-desk", text="/tiny x", thread_ts=ts)
    assert told["error"] == "/tiny is not supported in threads. Sorry!"
