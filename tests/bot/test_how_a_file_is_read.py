"""The form in which a person says how a file is read: no choice of it is thrown away."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.blocks import proposing as blocks
from bot.listeners.proposing import said_of
from csi.errors import InvalidInput
from csi.study.drafting.marks import Mark, Stands
from csi.study.drafting.proposal import Proposal, Said
from csi.terms import Period

SEEN = Proposal(
    looks=None,
    timezone="UTC",
    period=Period.WEEK,
    mapping={},
    at="Opened",
    columns=("Number", "Opened", "Updated", "Ref", "Id"),
    moments=("Opened", "Updated"),
    sheets=("A", "B"),
    sheet="A",
    rows=390,
    repeating={"Number": 130},
    blanks={"Ref": 12},
)


def view(proposal: Proposal = SEEN, **chosen: str) -> dict[str, Any]:
    """The form of a proposal as Slack sends it, with some fields changed."""
    shown = blocks.how_form(proposal, "{}")
    values: dict[str, Any] = {}
    for block in shown["blocks"]:
        name, element = block["block_id"], block["element"]
        first = element.get("initial_option", {}).get("value")
        picked = chosen.get(name, first)
        state = {"type": element["type"], "value": chosen.get(name, element.get("initial_value"))}
        if element["type"] == "static_select":
            state = {"type": "static_select", "selected_option": {"value": picked}}
        values[name] = {element["action_id"]: state}
    return {**shown, "state": {"values": values}}


def test_a_key_whose_rows_are_several_says_by_which_moment_the_newest_counts() -> None:
    assert said_of(view(key="0", latest="1"), SEEN).said == Said(sheet="A", at="Opened", key="Number", latest="Updated")
    assert said_of(view(key="4"), SEEN).said == Said(sheet="A", at="Opened", key="Id")
    assert said_of(view(latest="1"), SEEN).said == Said(sheet="A", at="Opened")
    with pytest.raises(InvalidInput, match="390 rows, 130 different Number") as told:
        said_of(view(key="0"), SEEN)
    assert told.value.field == "latest"
    with pytest.raises(InvalidInput, match="12 of 390 rows have no Ref") as told:
        said_of(view(key="3", latest="1"), SEEN)
    assert told.value.field == "key"
    alone = replace(SEEN, moments=("Opened",))  # nothing to choose by
    with pytest.raises(InvalidInput) as told:
        said_of(view(alone, key="0"), alone)
    assert told.value.field == "key"


def test_what_was_changed_beside_another_sheet_is_kept_and_what_was_not_is_guessed_anew() -> None:
    assert said_of(view(sheet="1"), SEEN).said == Said(sheet="B")
    assert said_of(view(sheet="1", key="0", latest="1"), SEEN).said == Said(sheet="B", key="Number", latest="Updated")
    assert said_of(view(sheet="1", at="1"), SEEN).said == Said(sheet="B", at="Updated")


def test_how_rows_become_cases_is_said() -> None:
    keyed = replace(SEEN, mapping={"key": "Number", "latest_by": "Updated"})
    assert "390 rows, 130 different *Number*: the newest by *Updated* counts" in blocks.read_as(keyed)
    assert "one row per *Id*" in blocks.read_as(replace(SEEN, mapping={"key": "Id", "latest_by": "Updated"}))
    assert "each row counts" in blocks.read_as(SEEN)
    fields = {one["block_id"]: one["element"] for one in blocks.how_form(keyed, "{}")["blocks"]}
    assert fields["latest"]["initial_option"]["value"] == "1"
    assert fields["key"]["options"][1]["text"]["text"] == "Number (130 different)"
    assert "latest" not in {one["block_id"] for one in blocks.how_form(replace(SEEN, repeating={}), "{}")["blocks"]}


KNOWN = Mark(column="Closed", text="9999-12-31", rows=37, stands=Stands.NOT_YET, is_known=True)
FAR = Mark(column="Closed", text="2222-02-22", rows=1_200, stands=Stands.UNSAID)
MARKED = replace(SEEN, marks=(KNOWN, FAR))


def test_dates_that_may_stand_for_nothing_are_said_on_the_card_and_asked_in_the_form() -> None:
    shown = json.dumps(blocks.offered("t.csv", "F1", MARKED, otherwise=None, zone="UTC"), ensure_ascii=False)
    assert "‘9999-12-31’ stands in 37 rows of *Closed*: I read it as “not yet”." in shown
    assert "‘2222-02-22’ stands in 1,200 rows of *Closed*, far from every other date: is it “not yet”?" in shown
    form = json.dumps(blocks.choose_form(MARKED, blocks.Ticked(), "", blocks.Asked(), "{}"), ensure_ascii=False)
    assert "‘9999-12-31’ stands in 37 rows" in form
    fields = {one["block_id"]: one for one in blocks.how_form(MARKED, "{}")["blocks"]}
    assert fields["mark_0"]["label"]["text"] == "What is 9999-12-31 in ‘Closed’?"
    assert [one["text"]["text"] for one in fields["mark_0"]["element"]["options"]] == [
        "“not yet”: no date (37 rows)",
        "a real date",
    ]
    assert fields["mark_0"]["element"]["initial_option"]["value"] == "not yet"
    assert "initial_option" not in fields["mark_1"]["element"]
    assert ("optional" in fields["mark_0"], fields["mark_1"]["optional"]) == (False, True)


def test_only_what_was_said_of_them_changes_how_a_file_is_read() -> None:
    assert said_of(view(MARKED), MARKED).said.marks == ()
    not_yet, real = (replace(FAR, stands=stands) for stands in (Stands.NOT_YET, Stands.REAL))
    assert said_of(view(MARKED, mark_1="not yet"), MARKED).said.marks == (KNOWN, not_yet)
    assert said_of(view(MARKED, mark_1="real"), MARKED).said.marks == (KNOWN, real)
    assert said_of(view(MARKED, mark_0="real"), MARKED).said.marks == (replace(KNOWN, stands=Stands.REAL),)
    assert "‘2222-02-22’ in *Closed* is read as a date." in json.dumps(
        blocks.offered("t.csv", "F1", replace(SEEN, marks=(real,)), otherwise=None, zone="UTC"), ensure_ascii=False
    )
