"""Forms of which only the first fields are in sight: what was typed stays, what nobody opened counts as filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

from bot import forms
from bot.blocks import parts
from bot.blocks.folding import FOLD, completed, folded, is_folded, unfolded
from bot.sandbox.limits import view_problems

READ: dict[str, forms.Reader] = {
    "name": forms.text(),
    "size": forms.option(required=False),
    "who": forms.user(),
    "team": forms.users(),
    "day": forms.date(),
    "marks": forms.options(),
    "note": forms.text(required=False),
}


def whole() -> dict[str, Any]:
    blocks = [
        parts.section("What this is.", parts.button("Another", "it.other"), block_id="menu"),
        parts.text_input("name", "Name", value="Queue"),
        parts.select("size", "Size", ("small", "large"), chosen="large"),
        parts.user_input("who", "Who?", value="UBOB"),
        parts.users_input("team", "Team", value=["UBOB", "UCAROL"]),
        parts.date_input("day", "Day", value=date(2026, 3, 4)),
        parts.checkboxes("marks", "Marks", {"a": "A", "b": "B"}, chosen=["b"]),
        parts.text_input("note", "Note", optional=True),
    ]
    return parts.modal("it", "It", blocks, metadata='{"cycle": 1}')


def no_file(_: str) -> None:
    """No file is shown in these."""


def sent(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    return {**view, "state": {"values": {name: {name: state} for name, state in typed.items()}}}


def test_only_the_first_fields_are_in_sight_and_one_button_shows_the_rest() -> None:
    made = folded(whole(), ("name", "size"), "it.more")
    assert [one.get("block_id") for one in made["blocks"]] == ["menu", "name", "size", FOLD]
    assert made["blocks"][-1]["elements"][0]["action_id"] == "it.more"
    assert (is_folded(made), is_folded(whole()), view_problems(made, no_file, "modal")) == (True, False, [])
    every = [one["block_id"] for one in whole()["blocks"] if one["type"] == "input"]
    assert folded(whole(), every, "it.more") == whole()


def test_what_nobody_opened_counts_as_it_is_filled_in() -> None:
    view = sent(folded(whole(), ("name", "size"), "it.more"), name={"value": "Desk"}, size={"selected_option": None})
    assert forms.read(completed(view, whole()), READ) == {
        "name": "Desk",
        "size": None,
        "who": "UBOB",
        "team": ["UBOB", "UCAROL"],
        "day": date(2026, 3, 4),
        "marks": ["b"],
        "note": "",
    }
    opened = sent(whole(), name={"value": "Desk"})
    assert completed(opened, whole()) == opened  # all in sight: what is empty was emptied


def test_what_was_typed_stands_in_the_whole_form() -> None:
    view = folded(whole(), ("name", "size", "note"), "it.more")
    chosen = parts.option("small", "small")
    state = {"name": {"type": "plain_text_input", "value": None}, "size": {"selected_option": chosen}}
    shown = unfolded(sent(view, **state, note={"value": "why"}, menu={"selected_option": chosen}), whole())
    assert shown["blocks"][0] == whole()["blocks"][0]  # a menu beside a text is no field
    elements = {one["block_id"]: one["element"] for one in shown["blocks"] if one["type"] == "input"}
    assert "initial_value" not in elements["name"]  # it was emptied
    assert elements["size"]["initial_option"] == chosen
    assert elements["note"]["initial_value"] == "why"
    assert elements["who"]["initial_user"] == "UBOB"
    assert (is_folded(shown), shown["private_metadata"], view_problems(shown, no_file, "modal")) == (
        False,
        '{"cycle": 1}',
        [],
    )


def test_what_is_too_long_to_begin_with_stays_in_the_input_that_keeps_its_ids() -> None:
    view = folded(whole(), ("name",), "it.more")
    for length, begins in ((parts.TYPED, "x" * parts.TYPED), (parts.TYPED + 1, "Queue")):
        shown = unfolded(sent(view, name={"value": "x" * length}), whole())
        assert shown["blocks"][1]["element"]["initial_value"] == begins
        assert view_problems(shown, no_file, "modal") == []
