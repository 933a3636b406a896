"""The routing table: functions name only what they can be given, ids look alike, words find their nearest."""

from __future__ import annotations

import inspect
import re

import pytest

from bot import listeners
from bot.blocks import cycle

GIVEN = {
    "command": {"ack", "body", "client", "respond", "kit", "words"},
    "action": {"ack", "body", "client", "respond", "kit", "action"},
    "view": {"ack", "body", "view", "client", "kit"},
    "shortcut": {"ack", "body", "client", "kit", "shortcut"},
    "options": {"ack", "body", "client", "kit"},
    "event": {"event", "body", "heard_at", "client", "kit"},
    "job": {"payload", "client", "kit"},
}
FORM = {
    "command": r"[a-z]*",
    "action": r"link|[a-z]+\.[a-z_]+",
    "view": r"[a-z]+\.[a-z_]+",
    "shortcut": r"[a-z]+\.[a-z_]+",
    "options": r"[a-z]+\.[a-z_]+",
    "event": r"[a-z_]+",
    "job": r"[a-z]+\.[a-z_]+",
}


@pytest.mark.parametrize("route", listeners.ROUTES, ids=lambda route: f"{route.kind}-{route.id}")
def test_a_route_is_well_formed_and_asks_for_nothing_that_is_not_there(route):
    assert re.fullmatch(FORM[route.kind], route.id)
    asked = {
        name
        for name, one in inspect.signature(route.listen).parameters.items()
        if one.default is inspect.Parameter.empty
    }
    assert asked <= GIVEN[route.kind]


def test_each_step_has_its_word():
    assert {"measure", "assess", "gather", "process", "analyse", "present", "act"} <= set(listeners.of_kind("command"))


def test_a_function_is_given_what_its_parameters_name():
    assert listeners.call(lambda b, a: (a, b), a=1, b=2, c=3) == (1, 2)


def test_the_help_says_of_every_word_what_it_is_for():
    words = set(listeners.of_kind("command")) - {"", "help"}
    lines = "\n".join(block["text"]["text"] for block in cycle.help_text(sorted(words))).split("\n")
    told = {line.split("`")[1].split()[1]: line.partition("` – ")[2] for line in lines if line.startswith("`/csi ")}
    assert set(told) == words
    assert all(told.values())
    assert set(cycle.HELP_THINGS) <= words
