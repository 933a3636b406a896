"""The card, the home tab and what waits for one person, from one overview; pinned to what was looked at once."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from bot.blocks import cycle as messages
from bot.blocks import home, status_card
from csi.cycle.overview import KpiState, Overview, StepState, Waiting
from csi.terms import Awaited, Step
from csi.words.waiting import phrase

GOLDEN = Path(__file__).parent / "golden"


def overview(**changed) -> Overview:
    states = ["done", "stale", "late", "ahead", "ahead", "ahead", "ahead"]
    kpi = KpiState(
        "mttr", "Median time <to> resolve", "h", 20.0, date(2016, 5, 1), "UALICE", "measured automatically", "IMPROVED",
        "Improved by 4.2 h, target not met.", True,
    )  # fmt: skip
    given = {
        "cycle_id": 1, "service": "Service desk & co", "vision": "", "number": 2, "state": "open", "step": Step.GATHER,
        "version": 5,
        "steps": tuple(StepState(one, states[one - 1], "UBOB", date(2016, 5, one.value)) for one in Step),
        "kpis": (kpi,),
        "waiting": (
            Waiting(("UBOB",), Awaited.STEP, date(2016, 5, 3), 3), Waiting((), Awaited.TREE_APPROVAL),
            Waiting(("UCAROL", "UERIN"), Awaited.ACTION_APPROVAL, number=4),
        ),
        "actions_open": 2, "carried_open": 1, "baseline": (date(2016, 2, 29), date(2016, 4, 4)), "evaluation": None,
    }  # fmt: skip
    return Overview(**{**given, **changed})


def held(name: str, shown: object) -> None:
    """Compare with the golden file; ``CSI_WRITE_GOLDEN=1`` writes it, to be looked at and committed."""
    path = GOLDEN / f"{name}.json"
    text = json.dumps(shown, indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("CSI_WRITE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_the_card_is_as_it_was_looked_at():
    held("status_card", status_card.card(overview()))


def test_the_home_tab_is_as_it_was_looked_at():
    held("home", home.view("UBOB", [home.Place(overview(), "C1")]))


def test_what_waits_for_one_person_is_as_it_was_looked_at():
    held("mine", messages.mine(overview(), "UCAROL"))


def test_the_last_step_offers_to_close_and_a_closed_cycle_nothing():
    last = [button["action_id"] for button in status_card.buttons(overview(step=Step.CORRECT))]
    assert "cycle.open:close" in last
    assert "cycle.next" not in last
    closed = status_card.card(overview(state="closed"))
    assert [block["type"] for block in closed if block["type"] == "actions"] == []


def test_a_cycle_with_everything_at_its_most_stays_within_slacks_limits():
    kpi = overview().kpis[0]
    long = KpiState("k", "n" * 500, "u", 1.0, None, "", "", "ACHIEVED", "s" * 900, False)
    waiting = tuple(Waiting((f"U{n}",) * 9, Awaited.BASELINE_APPROVAL, name="w" * 300) for n in range(60))
    crowded = overview(kpis=(kpi, *[long] * 40), waiting=waiting, service="s" * 80)
    blocks = status_card.card(crowded)
    assert max(len(block["text"]["text"]) for block in blocks if "text" in block) <= 3000
    assert len(json.dumps(blocks)) < 12_000
    places = [home.Place(crowded, f"C{n}") for n in range(60)]
    assert len(home.view("U1", places)["blocks"]) <= 100


@pytest.mark.parametrize(
    ("kind", "group", "opens"),
    [
        (Awaited.STEP, "My data to deliver", "gather"),
        (Awaited.ASKING, "My actions", "gather"),
        (Awaited.TREE, "My actions", "gather"),
        (Awaited.TREE_APPROVAL, "My approvals", "gather"),
        (Awaited.ACTION_APPROVAL, "My approvals", "act"),
        (Awaited.ACTION, "My actions", "act"),
        (Awaited.REVIEW, "My actions", "act"),
        (Awaited.BASELINE_APPROVAL, "My approvals", "act"),
    ],
)
def test_what_waits_stands_in_its_group_and_opens_where_it_is_shown(kind: Awaited, group: str, opens: str) -> None:
    one = Waiting(("UBOB",), kind, number=7, name="of which nothing says what it is")
    blocks = home.view("UBOB", [home.Place(overview(waiting=(one,)), "C1")])["blocks"]
    headers = {block["text"]["text"]: place for place, block in enumerate(blocks) if block["type"] == "header"}
    below = blocks[headers[group] + 1]
    assert below["accessory"]["value"] == f"{opens}@C1"


def test_everything_that_can_be_waited_for_has_its_words() -> None:
    words = {phrase(kind, 7, "speed") for kind in Awaited}
    assert len(words) == len(Awaited)
