"""The card, the home tab and what waits for one person, from one overview; pinned to what was looked at once."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from bot.blocks import cycle as messages
from bot.blocks import home, status_card, waits
from bot.listeners import of_kind
from csi.cycle.overview import KpiState, Overview, StepState, Waiting
from csi.terms import Awaited, Step, Verdict
from csi.words.waiting import phrase

GOLDEN = Path(__file__).parent / "golden"


def overview(**changed) -> Overview:
    states = ["done", "stale", "late", "ahead", "ahead", "ahead", "ahead"]
    kpi = KpiState(
        key="mttr",
        name="Median time <to> resolve",
        unit="h",
        target=20.0,
        target_date=date(2016, 5, 1),
        owner="UALICE",
        measurability="measured automatically",
        verdict="IMPROVED",
        summary="24.6 → 20.4 h; target 20 h is not met.",
        stale=True,
    )
    given = {
        "cycle_id": 1,
        "service": "Service desk & co",
        "vision": "",
        "number": 2,
        "state": "open",
        "step": Step.GATHER,
        "version": 5,
        "steps": tuple(StepState(one, states[one - 1], "UBOB", date(2016, 5, one.value)) for one in Step),
        "kpis": (kpi,),
        "waiting": (
            Waiting(who=("UBOB",), kind=Awaited.STEP, due_on=date(2016, 5, 3), number=3),
            Waiting(who=(), kind=Awaited.TREE_APPROVAL),
            Waiting(who=("UCAROL", "UERIN"), kind=Awaited.ACTION_APPROVAL, number=4),
        ),
        "actions_open": 2,
        "carried_open": 1,
        "verdicts": (Verdict.IMPROVED,),
        "baseline": (date(2016, 2, 29), date(2016, 4, 4)),
        "evaluation": None,
    }
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
    own = tuple(one for one in overview().waiting if "UBOB" in one.who)
    held("home", home.view([home.Place(overview(), "C1", own)]))


def test_a_newcomer_reads_what_this_is_and_has_two_ways_in():
    blocks = home.view([])["blocks"]
    assert len(blocks[1]["text"]["text"].split("\n")) == 3
    assert [one["action_id"] for one in blocks[2]["elements"]] == [home.START, home.TOUR]


def test_what_waits_for_one_person_is_as_it_was_looked_at():
    own = [one for one in overview().waiting if "UCAROL" in one.who]
    held("mine", messages.mine(overview(), own, "UCAROL", "C1"))


def test_the_last_step_offers_to_close_and_a_closed_cycle_nothing():
    last = [button["action_id"] for button in status_card.buttons(overview(step=Step.CORRECT))]
    assert "cycle.open:close" in last
    assert "cycle.next" not in last
    closed = status_card.card(overview(state="closed"))
    assert [block["type"] for block in closed if block["type"] == "actions"] == []


def test_a_cycle_with_everything_at_its_most_stays_within_slacks_limits():
    kpi = overview().kpis[0]
    long = KpiState(
        key="k",
        name="n" * 500,
        unit="u",
        target=1.0,
        target_date=None,
        owner="",
        measurability="",
        verdict="ACHIEVED",
        summary="s" * 900,
        stale=False,
    )
    waiting = tuple(Waiting(who=(f"U{n}",) * 9, kind=Awaited.BASELINE_APPROVAL, name="w" * 300) for n in range(60))
    crowded = overview(kpis=(kpi, *[long] * 40), waiting=waiting, service="s" * 80)
    blocks = status_card.card(crowded)
    assert max(len(block["text"]["text"]) for block in blocks if "text" in block) <= 3000
    assert len(json.dumps(blocks)) < 12_000
    places = [home.Place(crowded, f"C{n}", waiting[:20]) for n in range(60)]
    for page in range(40):
        assert len(home.view(places, page=page)["blocks"]) <= 100
    assert len(messages.mine(crowded, waiting, "U1", "C1")) <= 50


BUTTONS = {
    Awaited.STEP: {"cycle.open:gather": "gather@C1", "cycle.next": "3@C1"},
    Awaited.ASKING: {"measure.submit": "ask@C1", "cycle.open:gather": "gather@C1"},
    Awaited.TREE: {"cycle.open:gather": "gather@C1"},
    Awaited.TREE_APPROVAL: {"measure.approve": "5:2", "measure.reject": "5:2", "wait.look": "tree:5"},
    Awaited.ACTION_APPROVAL: {"act.approve": "5:2", "act.reject": "5:2", "wait.look": "action:5"},
    Awaited.BASELINE_APPROVAL: {"act.approve_baseline": "5", "act.reject_baseline": "5", "wait.look": "baseline:5"},
    Awaited.ACTION: {"act.done": "5", "wait.look": "action:5"},
    Awaited.REVIEW: {"act.review": "5", "wait.look": "action:5"},
    Awaited.BENEFIT: {"act.benefit": "5", "wait.look": "action:5"},
    Awaited.DATA: {"gather.collect": "5:2016-05-02"},
    Awaited.FINDING: {"analyse.finding": "5"},
    Awaited.REPORT: {"present.acknowledge": "5", "present.question": "5"},
}


@pytest.mark.parametrize("kind", list(Awaited))
def test_what_waits_has_the_very_buttons_that_settle_it(kind: Awaited) -> None:
    one = Waiting(
        who=("UBOB",), kind=kind, number=7, name="x", subject_id=5, version=2, start=date(2016, 5, 2), is_typed=True
    )
    line, row = waits.entry(one, Step.GATHER, "C1", "0")
    assert {button["action_id"]: button["value"] for button in row["elements"]} == BUTTONS[kind]
    assert row["elements"][0]["style"] == "primary"
    assert row["block_id"] == "wait.0@C1"
    heard = set(of_kind("action"))
    assert {button["action_id"].partition(":")[0] for button in row["elements"]} <= heard
    assert line["text"]["text"].startswith("• ")


def test_a_file_is_brought_where_files_are_and_a_review_waits_for_its_day() -> None:
    file = Waiting(who=("UBOB",), kind=Awaited.DATA, name="x", subject_id=5, start=date(2016, 5, 2))
    assert [one["value"] for one in waits.buttons(file, Step.ANALYSE, "C1")] == ["gather@C1"]
    early = Waiting(who=("UBOB",), kind=Awaited.REVIEW, number=7, subject_id=5, since=date(2016, 5, 2))
    assert [one["action_id"] for one in waits.buttons(early, Step.CORRECT, "C1")] == ["wait.look"]
    assert waits.said(early) == "the review of action 7, from 2 May 2016 on"


def test_the_last_step_is_closed_not_left() -> None:
    step = Waiting(who=("UBOB",), kind=Awaited.STEP, number=7)
    assert [one["value"] for one in waits.buttons(step, Step.CORRECT, "C1")] == ["act@C1", "close@C1"]


@pytest.mark.parametrize(("count", "more"), [(waits.SHOWN, 0), (waits.SHOWN + 2, 2)])
def test_what_does_not_fit_is_counted(count: int, more: int) -> None:
    blocks = waits.listed([Waiting(who=("U",), kind=Awaited.STEP, number=3)] * count, Step.GATHER, "C1")
    assert len([one for one in blocks if one["type"] == "actions"]) == waits.SHOWN
    assert (f"… and {more} more" in str(blocks)) is bool(more)


def test_everything_that_can_be_waited_for_has_its_words() -> None:
    words = {phrase(kind, 7, "speed") for kind in Awaited}
    assert len(words) == len(Awaited)
