"""What is said of a KPI's condition or target that looks odd beside the data, and the ways to settle it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from bot.blocks import step1_should_measure as blocks
from bot.blocks import step5_analyse as step5
from bot.listeners.step1_should_measure.meaning import still_meant
from bot.sandbox.limits import message_problems, view_problems

KPI = SimpleNamespace(
    id=7,
    name="<!channel> Kept",
    unit="%",
    direction="higher",
    target=80.0,
    band_low=None,
    band_high=None,
    why="",
    kind=None,
    definition={"measure": "share", "good": 'made_sla == "Yes"'},
    target_date=None,
    owner="",
    csf_id=None,
    key="kept",
    counter="",
    guards=[],
    level="service",
    minimum_important_difference=None,
    comparator="",
    catalogue="",
    target_text="",
)
GOOD = {"key": "good", "said": 'none of 5 rows is good by `made_sla == "Yes"`; made_sla holds <true> (5)'}
TARGET = {"key": "target", "said": "the target of 1,200 h lies far from what was measured, 2 to 40 h a period"}


def test_a_doubt_shows_the_values_seen_and_both_ways_to_settle_it() -> None:
    shown = blocks.doubted(KPI, [GOOD])
    assert message_problems(shown, lambda _: None) == []
    assert shown[0]["text"]["text"].startswith(":warning: None of 5 rows is good by")
    assert "&lt;true&gt; (5)" in shown[0]["text"]["text"]
    ways = {one["action_id"]: (one["text"]["text"], one["value"]) for one in shown[1]["elements"]}
    assert ways["measure.edit_kpi:7"] == ("Change the KPI", "7")
    assert ways["measure.meant:7.good"] == ("It is meant so", "7:good")


def test_several_doubts_are_told_apart_and_none_says_nothing() -> None:
    shown = blocks.doubted(KPI, [GOOD, TARGET, TARGET], in_form=True, with_target=True)
    labels = [one["text"]["text"] for one in shown[1]["elements"]]
    assert labels == ["It is meant so: what is good", "It is meant so: the target"]
    assert blocks.doubted(KPI, []) == []
    view = blocks.define_form(KPI, "{}", ("made_sla",), [GOOD, TARGET])
    assert view_problems(view, lambda _: None, "modal") == []
    assert "measure.meant" in json.dumps(view)


@pytest.mark.parametrize("in_form", [True, False])
def test_a_target_that_is_not_in_the_form_leads_back_to_step_1(in_form: bool) -> None:
    def backs(doubts: list[dict[str, str]]) -> list[str]:
        shown = blocks.doubted(KPI, doubts, in_form=in_form)[1]["elements"]
        return [one["value"] for one in shown if one["action_id"].startswith("cycle.open")]

    assert backs([GOOD, TARGET]) == ["back 1"]
    assert backs([GOOD]) == []


LINE = {
    **dict.fromkeys(("sentence", "summary", "below", "refused", "none_because", "confirmed_by"), ""),
    "id": 7,
    "name": "Kept",
    "label": "INCONCLUSIVE",
    "under": ("", "", ""),
    **dict.fromkeys(("stale", "is_old", "moved", "is_whole", "located"), False),
    "state": "draft",
    "begun": [],
}


@pytest.mark.parametrize(("doubts", "place"), [([GOOD], "back 4"), ([GOOD, TARGET], "back 1")])
def test_in_step_5_a_doubt_is_settled_beside_its_verdict(doubts: list[dict[str, str]], place: str) -> None:
    def ways(may_change: bool, **changed: object) -> dict[str, str]:
        view = step5.overview([{**LINE, "doubts": doubts, **changed}], "{}", may_change=may_change)
        assert view_problems(view, lambda _: None, "modal") == []
        return {
            one["action_id"]: one["value"]
            for block in view["blocks"]
            for one in block.get("elements", ())
            if one.get("action_id", "").startswith(("analyse.meant", "cycle.open"))
        }

    meant = {f"analyse.meant:7.{one['key']}": f"7:{one['key']}" for one in doubts}
    assert ways(True) == meant | {"cycle.open:back.7": place}
    assert ways(False) == ways(True, stale=True) == ways(True, doubts=[]) == {}


@pytest.mark.parametrize("is_old", [True, False])
def test_what_an_earlier_version_made_is_told_as_such(is_old: bool) -> None:
    view = step5.overview([{**LINE, "doubts": [], "stale": True, "is_old": is_old}], "{}", may_change=True)
    assert ("an earlier version of this bot made it" in str(view)) is is_old
    assert ("the data or the definition changed" in str(view)) is not is_old


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        ({"good": 'made_sla == "Yes"', "where": "a > 1"}, {"meant": ["good", "target"]}),
        ({"good": 'made_sla == "yes"'}, {"meant": ["target"]}),
    ],
)
def test_what_was_meant_stays_with_what_stays(new: dict[str, str], kept: dict[str, list[str]]) -> None:
    old = {"good": 'made_sla == "Yes"', "meant": ["good", "target"]}
    assert still_meant(old, new) == kept
    assert still_meant({}, new) == {}


def test_what_cannot_be_meant_has_no_such_button_and_stays_open() -> None:
    swapped = {"key": "value", "said": "resolved lies before opened in 9 of 9 rows", "asks": False}
    [_, ways] = blocks.doubted(KPI, [swapped])
    assert [one["action_id"] for one in ways["elements"]] == ["measure.edit_kpi:7"]
    assert len(blocks.doubted(KPI, [swapped], in_form=True)) == 1
    assert blocks.still_open([GOOD, TARGET, swapped], ["good", "value"]) == [TARGET, swapped]
