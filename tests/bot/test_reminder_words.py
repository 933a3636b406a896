"""What a person's message says of each thing, and what it never claims."""

from __future__ import annotations

from datetime import date

import pytest

from bot.blocks import reminders as words
from bot.blocks.reminders import Facts, State, Thing
from csi.step3_gather.collecting import Lack

WHERE = words.place("Desk <!here>", "C1")
TODAY = date(2026, 3, 4)
FACTS = Facts(TODAY)


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2026-03-05", "is due tomorrow"),
        ("2026-03-04", "is due today"),
        ("2026-03-02", "was due on 2 Mar 2026"),
        ("2026-03-09", "is due on 9 Mar 2026"),
    ],
)
def test_a_day_is_said_as_seen_from_today(due, said):
    what = words.thing("step", 3, {})
    text = words.sentence("step_due", what, {"due_on": due}, WHERE, FACTS)
    assert text == f"*Desk &lt;!here&gt;* (<#C1>): step 3, “Gather the data”, {said}. It waits for you."


def test_every_kind_is_a_sentence():
    for kind in ("step_soon", "step_due", "step_late", "approval", "action_due", "benefit", "escalation"):
        for subject, number in (("step", 2), ("tree", 9), ("action", 4), ("baseline", 5)):
            what = words.thing(subject, number, {"number": 7, "title": "<b>", "kpi": "mttr"})
            text = words.sentence(kind, what, {"due_on": "2026-03-02", "owner": "U1"}, WHERE, FACTS)
            assert text.endswith((".", "?"))
            assert "<b>" not in text


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (FACTS, "it waits for <@U1> and <@U2>."),
        (Facts(TODAY, {"U2": date(2026, 3, 3)}), "<@U2> was reminded, last on 3 Mar 2026."),
        (
            Facts(TODAY, {"U1": date(2026, 3, 2), "U2": date(2026, 3, 3)}),
            "<@U1> and <@U2> were reminded, last on 3 Mar 2026.",
        ),
        (Facts(TODAY, {"U3": date(2026, 3, 3)}), "it waits for <@U1> and <@U2>."),
    ],
)
def test_who_was_reminded_is_said_only_of_those_who_were(facts, said):
    details = {"owners": ["U1", "U2"], "pending": True}
    text = words.sentence("escalation", "action 4", details, WHERE, facts)
    assert text == f"{WHERE}: action 4 still waits for approval; {said} Can you help?"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (
            Facts(TODAY, lack=Lack(3, 5, "May 2026"), in_the_way=2, step=3),
            " 3 of 5 rows of the plan have no data of May 2026; step 4 cannot start.",
        ),
        (
            Facts(TODAY, lack=Lack(1, 1, "May 2026"), in_the_way=0, step=3),
            " 1 of 1 row of the plan has no data of May 2026.",
        ),
        (Facts(TODAY, in_the_way=2, step=5), " 2 things in the way: step 6 cannot start."),
        (Facts(TODAY, in_the_way=1, step=5), " 1 thing in the way: step 6 cannot start."),
        (Facts(TODAY, step=5), ""),
    ],
)
def test_what_is_late_names_what_it_blocks_and_the_number(facts, said):
    details = {"due_on": "2026-03-02", "owners": ["U1"]}
    step = words.sentence("escalation", "step 3", details, WHERE, facts)
    assert step == f"{WHERE}: step 3 was due on 2 Mar 2026 and is still open; it waits for <@U1>.{said} Can you help?"
    mine = words.sentence("step_late", "step 3", details, WHERE, facts)
    assert mine == f"{WHERE}: step 3 was due on 2 Mar 2026. It waits for you.{said}"


@pytest.mark.parametrize(
    ("reminded", "said"), [({"U1": date(2026, 3, 2)}, "<@U1> was asked on 2 Mar 2026"), ({}, "<@U1> brings it")]
)
def test_the_channel_hears_of_data_that_has_not_come_what_is_so(reminded, said):
    facts = Facts(TODAY, reminded, Lack(1, 2, "May 2026"), 1, 3)
    text = words.sentence("collect_channel", "the data of May 2026", {"owner": "U1"}, WHERE, facts)
    blocked = "1 of 2 rows of the plan has no data of May 2026; step 4 cannot start."
    who = "Who can bring it, or say why it can't be provided?"
    assert text == f"{WHERE}: the data of May 2026 has not come; {said}. {blocked} {who}"


def things(count: int, **how: object) -> list[Thing]:
    return [Thing(number, f"thing {number}", "C1", [{"type": "button"}], **how) for number in range(1, count + 1)]


def test_several_things_are_one_message_and_each_has_its_buttons():
    text, blocks = words.message(things(3))
    assert text == "3 things for you. thing 1"
    assert [block["type"] for block in blocks] == ["section", *["section", "actions"] * 3]
    assert [block["block_id"] for block in blocks[2::2]] == ["wait.1@C1", "wait.2@C1", "wait.3@C1"]
    assert words.things_of(blocks) == [1, 2, 3]


def test_one_thing_is_said_without_a_list():
    text, blocks = words.message(things(1))
    assert (text, blocks[0]["text"]["text"]) == ("thing 1", ":bell: thing 1")


@pytest.mark.parametrize(("count", "more"), [(words.MOST, 0), (words.MOST + 1, 1)])
def test_a_message_is_bounded_and_says_how_many_more(count, more):
    _, blocks = words.message(things(count))
    assert len(words.things_of(blocks)) == words.MOST
    assert len(blocks) <= 50
    assert (blocks[-1]["type"] == "context") is bool(more)


@pytest.mark.parametrize(("left", "choices"), [(3, 4), (1, 4), (0, 1)])
def test_a_thing_that_was_put_off_often_enough_can_only_be_muted(left, choices):
    _, blocks = words.message(things(1, left=left))
    offered = [one["value"] for one in blocks[0]["accessory"]["options"]]
    assert len(offered) == choices
    assert offered[-1] == "mute:1"


@pytest.mark.parametrize(
    ("state", "shown"), [(State.SETTLED, "~thing 1~"), (State.LATER, "thing 1"), (State.MUTED, "thing 1")]
)
def test_what_is_settled_or_put_off_has_no_button_left(state, shown):
    _, blocks = words.message(things(1, state=state))
    assert shown in blocks[0]["text"]["text"]
    assert "accessory" not in blocks[0]
    assert all(block["type"] != "actions" for block in blocks)
    assert words.things_of(blocks) == [1]
