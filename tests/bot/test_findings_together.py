"""Which drafted findings are confirmed in one view, and what that view says of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks import step5_analyse as step5
from bot.sandbox.limits import view_problems

DRAFT: dict[str, Any] = {
    "id": 1,
    "name": "Hours to resolve",
    "label": "NO CHANGE",
    "summary": "Stays.",
    "below": "",
    "refused": "",
    "state": "draft",
    "none_because": "",
    "stale": False,
    "is_whole": True,
    "doubts": [],
    "cause": "A rota.",
    "against_target": "Not met.",
    "against_baseline": "As before.",
    "variation": "Common.",
    "impact": "About 5 h.",
}


@pytest.mark.parametrize(
    ("changed", "is_there"),
    [
        ({}, True),
        ({"state": "confirmed"}, False),
        ({"state": "stale"}, False),
        ({"stale": True}, False),
        ({"none_because": "not measured"}, False),
        ({"is_whole": False}, False),
        ({"doubts": [{"key": "target"}]}, False),
    ],
)
def test_what_waits_for_a_word_of_its_own_is_not_among_them(changed: dict[str, Any], is_there: bool) -> None:
    assert bool(step5.drafted([{**DRAFT, **changed}])) is is_there


def test_each_is_read_with_its_numbers_and_asks_for_its_cause() -> None:
    lines = [{**DRAFT, "id": number, "name": "N" * 200} for number in range(40)]
    view = step5.together_form(step5.drafted(lines), "{}")
    asked = [block for block in view["blocks"] if block["type"] == "input"]
    assert [block["block_id"] for block in asked] == [f"cause_{number}" for number in range(step5.TOGETHER)]
    assert "Not met. As before. Common. About 5 h." in str(view["blocks"][2])
    assert asked[0]["element"]["initial_value"] == "A rota."
    assert view_problems(view, lambda _: None, "modal") == []
