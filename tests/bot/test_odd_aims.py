"""What only a person can know of the numbers and the targets that were typed, at each field, and all at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.blocks import parts
from bot.blocks.proposing import in_units_said
from bot.blocks.step1_should_measure.doubts import MEANT_FIELD, asked_in
from bot.listeners.proposing import aim_of, lines_in_units, odd_of
from csi.study.drafting.candidates import Candidate
from csi.study.drafting.proposal import Proposal
from csi.study.drafting.standing import Standing, are_fractions, is_met
from csi.taking_up.of_proposal import Aim, stands, with_units
from csi.terms import Direction, Period
from csi.words import standing as words

SEEN = Standing(now=0.984, recent=4, periods=4, usable=40, rows=40, values=(0.97, 0.98, 0.99, 1.0))
PARTS = Candidate(
    id="a",
    name="Mean of Availability",
    unit="count",
    direction="higher",
    asks={"unit": "?"},
    definition={"measure": "mean", "value": "Availability"},
    standing=SEEN,
)
HOURS = replace(
    PARTS, id="h", unit="h", direction="lower", asks={}, standing=replace(SEEN, now=20, values=(18, 19, 21, 22))
)
PROPOSAL = Proposal(looks=None, timezone="UTC", period=Period.WEEK, mapping={}, at="at")


def odd(*aims: Aim, **form: Any) -> dict[str, str]:
    return {field: one.sentence for field, one in odd_of(aims, form, PROPOSAL).items()}


def aim(one: Candidate, target: float, unit: str = "", **said: Any) -> Aim:
    return Aim(candidate=one, target=target, unit=unit or one.unit, direction=Direction(one.direction), **said)


def test_fractions_that_are_called_per_cent_are_asked_about() -> None:
    found = odd_of([aim(PARTS, 98.5, "%")], {}, PROPOSAL)
    assert list(found) == ["unit_a"]
    assert found["unit_a"].sentence == "Its numbers lie from 0 to 1, and 0.984 would be 0.984 %."
    way = found["unit_a"].way
    assert way is not None
    assert [one["text"]["text"] for one in way["element"]["options"]] == ["0.984 is 98.4 %", "0.984 is 0.984 %"]
    assert odd(aim(PARTS, 99.5, "%", written="ratio"), written_a="ratio") == {}
    assert odd(aim(PARTS, 1.5, "%"), written_a="as_said") == {}
    assert odd(aim(PARTS, 1.5, "h")) == {}
    last = replace(PARTS, definition={"measure": "last", "value": "Availability"})
    assert odd(aim(last, 1.5, "%")) == {}


NEAR = replace(
    PARTS,
    asks={"unit": "?"},
    standing=replace(SEEN, now=0.99148, best=0.99224, worst=0.98, values=(0.989, 0.991, 0.992, 0.9946)),
)


def sent(target: str, **said: str) -> dict[str, Any]:
    return {"target_a": target, "unit_a": "%", **said}


@pytest.mark.parametrize(
    ("form", "is_guard", "target", "text"),
    [
        (sent("0.992", written_a="ratio"), False, 99.2, "99.2"),
        (sent("0.98", written_a="ratio"), True, 98, "98"),
        (sent("0.98", written_a="ratio"), False, 0.98, "0.98"),  # typed by somebody: asked about
        (sent("99.5", written_a="ratio"), False, 99.5, "99.5"),
        (sent("0.992", written_a="as_said"), False, 0.992, "0.992"),
        (sent("0.992"), False, 0.992, "0.992"),
    ],
)
def test_the_target_as_it_was_filled_in_is_in_the_unit_that_was_said(
    form: dict[str, Any], is_guard: bool, target: float, text: str
) -> None:
    said = aim_of(form, NEAR, is_guard=is_guard)
    assert (said.target, said.target_text) == (target, text)


def test_its_own_target_is_not_odd_in_another_unit_and_what_somebody_types_is() -> None:
    for typed, fields in (("0.992", []), ("0.98", ["target_a"]), ("0.992 ", [])):
        form = sent(typed, written_a="ratio")
        assert list(odd_of([aim_of(form, NEAR, is_guard=False)], form, PROPOSAL)) == fields
    guided = replace(NEAR, standing=replace(NEAR.standing or SEEN, now=0.5, best=0.97))
    form = sent("0.97", written_a="ratio")
    assert odd_of([aim_of(form, guided, is_guard=False)], form, PROPOSAL) == {}


def test_what_a_form_asks_again_is_in_the_unit_that_was_said() -> None:
    fields = [parts.text_input(name, name, value="0.992", hint="Now") for name in ("target_a", "target_b")]
    view = parts.modal("agree", "What would be good", fields, submit="Ask", metadata="{}")
    form = sent("0.992", written_a="ratio")
    first, other = in_units_said(view, lines_in_units([aim_of(form, NEAR, is_guard=False)], form))["blocks"]
    assert first["hint"]["text"] == "Now 99.15 %; best quarter so far 99.22 %."
    assert (first["block_id"], first["element"]["initial_value"]) == ("target_a", "99.2")
    assert first["element"]["action_id"] != fields[0]["element"]["action_id"]
    assert other == fields[1]
    for typed, written, hint in (("99.5", "ratio", "Now 99.15 %"), ("0.992", "as_said", "Now 0.991 %")):
        form = sent(typed, written_a=written)
        kept = in_units_said(view, lines_in_units([aim_of(form, NEAR, is_guard=False)], form))["blocks"][0]
        assert kept["element"] == fields[0]["element"]
        assert kept["hint"]["text"].startswith(hint)
    form = sent("0.992")
    assert lines_in_units([aim_of(form, NEAR, is_guard=False)], form) == []


def test_a_part_of_one_has_the_digits_it_has_in_per_cent() -> None:
    way = odd_of([aim(NEAR, 0.992, "%")], {}, PROPOSAL)["unit_a"].way
    assert way is not None
    assert way["label"]["text"] == "What is 0.9915?"
    assert [one["text"]["text"] for one in way["element"]["options"]] == ["0.9915 is 99.15 %", "0.9915 is 0.9915 %"]
    assert words.hints(0.99148, 0.99224, "count") == "Now 0.9915; best quarter so far 0.9922."
    assert words.hints(0.99962, None, "") == "Now 0.99962."
    assert words.hints(1, 0, "count") == "Now 1; best quarter so far 0."
    assert words.hints(0.99148, None, "h") == "Now 0.991 h."
    assert words.as_part(0.12345, 1000, "‰") == "0.123"


def test_what_is_a_part_of_one_is_read_so() -> None:
    read = with_units({}, [aim(PARTS, 98.5, "%", written="ratio")])
    assert read["options"]["units"] == {"Availability": "ratio"}


def test_what_the_business_is_shown_is_in_the_unit_that_was_said() -> None:
    seen = stands(aim(replace(PARTS, standing=replace(SEEN, best=1.0, worst=0.97)), 98.5, "%", written="ratio"))
    assert seen is not None
    assert (seen.now, seen.best, seen.worst) == pytest.approx((98.4, 100, 97))
    assert seen.values == pytest.approx((97, 98, 99, 100))
    assert stands(aim(PARTS, 98.5, "%")) == SEEN
    bare = stands(aim(PARTS, 98.5, "%", written="ratio"))
    assert bare is not None
    assert (bare.best, bare.worst) == (None, None)
    assert stands(aim(replace(PARTS, standing=None), 1, "%", written="ratio")) is None


@pytest.mark.parametrize(
    ("values", "unit", "are"),
    [
        ((0.0, 1.0), "%", True),
        ((0.2,), "percent", True),
        ((0.2,), "‰", True),
        ((0.2,), "ratio", False),
        ((0.2,), "h", False),
        ((0.2,), "apples", False),
        ((0.2, 1.01), "%", False),
        ((-0.01, 0.5), "%", False),
        ((0.0, 0.0), "%", False),
        ((), "%", False),
    ],
)
def test_which_numbers_may_be_parts_of_one(values: tuple[float, ...], unit: str, are: bool) -> None:
    assert are_fractions(values, unit) is are


@pytest.mark.parametrize(
    ("target", "band", "direction", "met"),
    [
        (18.0, None, Direction.HIGHER, True),
        (18.1, None, Direction.HIGHER, False),
        (22.0, None, Direction.LOWER, True),
        (21.9, None, Direction.LOWER, False),
        (None, (18.0, 22.0), Direction.WITHIN, True),
        (None, (18.1, 22.0), Direction.WITHIN, False),
        (None, (18.0, 21.9), Direction.WITHIN, False),
        (None, None, Direction.HIGHER, False),
    ],
)
def test_a_target_that_every_period_meets(
    target: float | None, band: tuple[float, float] | None, direction: Direction, met: bool
) -> None:
    assert is_met(target, band, direction, (18, 19, 21, 22)) is met
    assert not is_met(target, band, direction, (18, 19, 22))  # of three nothing is told


def test_targets_are_told_all_at_once_unless_they_are_meant() -> None:
    told = odd(aim(HOURS, 40), aim(PARTS, 75, "%", written="ratio"), written_a="ratio")
    assert told == {
        "target_h": "This is met already by each of 4 weeks: 18 h to 22 h. If it is meant, say so below.",
        "target_a": "This is met already by each of 4 weeks: 97 % to 100 %. If it is meant, say so below.",
    }
    assert "far from all there was" in odd(aim(HOURS, 1_200))["target_h"]
    assert odd(aim(HOURS, 40, is_meant=True)) == {}
    assert odd(aim(HOURS, 17)) == {}
    assert odd(aim(HOURS, 40, "min")) == {}  # another unit than the file's is brought to it elsewhere
    guided = replace(HOURS, standing=replace(HOURS.standing or SEEN, now=50, best=40, worst=60))
    assert odd(aim(guided, 40)) == {}  # as it was filled in


def test_what_was_mended_is_told_no_more_and_what_is_wrong_beside_it_is() -> None:
    fields = [parts.text_input(name, name) for name in ("target_a", "target_b", "unit_a")]
    sent = parts.modal("agree", "What would be good", fields, submit="Ask", metadata="{}")
    way = parts.select("written_a", "What is 0.984?", {"ratio": "98.4 %"})
    told = {"target_a": "Far.", "target_b": "No number.", "unit_a": "Parts?"}
    first = asked_in(sent, told, ways={"target_b": None, "unit_a": way})
    ids = [block["block_id"] for block in first["blocks"]]
    meant = f"{MEANT_FIELD}target_a"
    odd_ones = ["odd_target_a", meant, "target_b", "odd_target_b", "unit_a", "odd_unit_a", "written_a"]
    assert ids == ["target_a", *odd_ones]
    then = asked_in(first, {"target_a": "Far."})
    kept = ["target_a", "odd_target_a", meant, "target_b", "unit_a", "written_a"]
    assert [block["block_id"] for block in then["blocks"]] == kept


def test_what_only_guards_others_may_be_met_already() -> None:
    lead = replace(HOURS, id="lead", aspect="speed", counters=("h",))
    guard = replace(HOURS, aspect="quality")
    assert odd(aim(lead, 17), aim(guard, 40)) == {}
    assert list(odd(aim(lead, 40), aim(guard, 40))) == ["target_lead"]
