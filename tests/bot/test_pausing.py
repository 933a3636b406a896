"""Pauses as people type them in the form of how a KPI is computed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks.step1_should_measure import define_form, pause_clock, pauses_text
from bot.listeners.step1_should_measure.kpi_form import definition
from bot.listeners.step1_should_measure.pausing import paused
from csi.errors import InvalidInput
from csi.models import Kpi

SPAN = {"from": "opened_at", "to": "resolved_at", "unit": "h", "clock": "business"}
HOLD = {"from": "hold_from", "to": "hold_to"}
LENGTH = {"column": "hold min", "unit": "min", "clock": "business"}


def say(pauses: str, clock: str | None = None, value: Any = SPAN, known: Any = SPAN) -> Any:
    return paused(value, known, {"pauses": pauses, "pause_clock": clock})


@pytest.mark.parametrize(
    ("typed", "clock", "said"),
    [
        ("hold_from to hold_to", None, [HOLD]),
        ("hold_from to hold_to", "wall", [HOLD]),
        ("hold min in min", "business", [LENGTH]),
        ("hold min in minutes", "business", [LENGTH]),
        (" hold_from to hold_to ; hold min in min;", "business", [HOLD, LENGTH]),
    ],
)
def test_pauses_are_two_moments_or_a_length_with_its_clock(typed: str, clock: str | None, said: list[Any]) -> None:
    assert say(typed, clock) == {**SPAN, "pauses": said}


@pytest.mark.parametrize(
    ("typed", "clock", "field"),
    [
        ("hold min", "wall", "pauses"),
        ("hold min in EUR", "wall", "pauses"),
        ("hold_from to ", None, "pauses"),
        (" to hold_to", None, "pauses"),
        ("hold min in min", None, "pause_clock"),
    ],
)
def test_what_is_no_pause_is_told_at_its_field(typed: str, clock: str | None, field: str) -> None:
    with pytest.raises(InvalidInput) as told:
        say(typed, clock)
    assert told.value.field == field


def test_pauses_left_as_they_stood_keep_what_the_form_does_not_show_and_emptied_ones_go() -> None:
    known = {**SPAN, "pauses": [{**LENGTH, "clock": "wall"}, LENGTH]}  # two clocks: the form shows none
    assert say("hold min in min; hold min in min", None, known, known) == known
    assert say("", None, known, known) == SPAN
    assert paused(known, known, {}) == known


def test_only_a_duration_has_pauses() -> None:
    assert say("hold_from to hold_to", None, "took") == "took"
    ratio = {"numerator": "a", "denominator": "b"}
    assert say("hold_from to hold_to", None, ratio) == ratio


@pytest.mark.parametrize(
    ("pauses", "text", "clock"),
    [
        (None, "", ""),
        ("hold", "hold", ""),
        (HOLD, "hold_from to hold_to", ""),
        ([HOLD, LENGTH], "hold_from to hold_to; hold min in min", "business"),
        ([{"column": "hold"}], "hold", ""),
        ([LENGTH, {**LENGTH, "clock": "wall"}], "hold min in min; hold min in min", ""),
    ],
)
def test_pauses_stand_in_the_form_as_they_are_typed(pauses: Any, text: str, clock: str) -> None:
    assert (pauses_text(pauses), pause_clock(pauses)) == (text, clock)


@pytest.mark.parametrize(("value", "asked"), [(SPAN, True), ("took", False), (None, False)])
def test_the_form_asks_for_pauses_of_a_duration_only(value: Any, asked: bool) -> None:
    kpi = Kpi(id=1, team_id="T", cycle_id=1, key="k", name="k", unit="h", definition={"value": value})
    fields = [block["block_id"] for block in define_form(kpi, "{}")["blocks"] if block["type"] == "input"]
    assert ("pauses" in fields, "pause_clock" in fields) == (asked, asked)
    assert len(fields) == (6 if asked else 4)


def test_a_value_that_is_typed_anew_keeps_its_pauses_where_the_form_does_not_ask() -> None:
    known = {"measure": "median", "value": {**SPAN, "pauses": [HOLD]}}
    form = {"measure": "median", "value": "created to resolved_at", "where": "", "good": "", "unit": "h"}
    made = definition(form, known)["value"]
    assert made == {"from": "created", "to": "resolved_at", "unit": "h", "pauses": [HOLD]}
