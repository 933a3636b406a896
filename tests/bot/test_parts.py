"""Slack's own models as a second opinion: a piece of any text is whole for them, and one sign more would not be."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.blocks import parts

LONG = "w" * 5_000
MANY = {str(number): LONG for number in range(200)}

# Each piece made of far too much, and where its longest text or list lies.
PIECES: dict[str, tuple[Callable[[], Any], tuple[Any, ...]]] = {
    "header": (lambda: parts.header(LONG), ("text", "text")),
    "section": (lambda: parts.section(LONG), ("text", "text")),
    "fields": (lambda: parts.fields([(LONG, LONG)] * 30), ("fields",)),
    "context": (lambda: parts.context(*[LONG] * 30), ("elements",)),
    "button": (lambda: parts.actions([parts.button(LONG, "a", LONG)]), ("elements", 0, "text", "text")),
    "value": (lambda: parts.actions([parts.button(LONG, "a", LONG)]), ("elements", 0, "value")),
    "actions": (lambda: parts.actions([parts.button("b", f"a{one}") for one in range(40)]), ("elements",)),
    "select": (lambda: parts.select("f", LONG, MANY, hint=LONG), ("element", "options")),
    "option": (lambda: parts.select("f", LONG, MANY, hint=LONG), ("element", "options", 0, "text", "text")),
    "radio": (lambda: parts.radio("f", LONG, MANY, hint=LONG), ("element", "options")),
    "several": (lambda: parts.several("f", LONG, MANY, hint=LONG), ("element", "options")),
    "checkboxes": (lambda: parts.checkboxes("f", LONG, MANY), ("element", "options")),
    "label": (lambda: parts.text_input("f", LONG, value=LONG, hint=LONG, placeholder=LONG), ("label", "text")),
    "hint": (lambda: parts.text_input("f", LONG, value=LONG, hint=LONG, placeholder=LONG), ("hint", "text")),
    "alt_text": (lambda: parts.image("https://a.example/b.png", LONG, LONG), ("alt_text",)),
    "title": (lambda: parts.image("https://a.example/b.png", LONG, LONG), ("title", "text")),
    "uploaded": (lambda: parts.slack_image("F1", LONG), ("alt_text",)),
}

UNSEEN = {
    "option",
    "radio",
    "checkboxes",
}  # by the models; the local Slack refuses them: tests/sandbox/test_strictness.py


def longer(piece: dict[str, Any], where: tuple[Any, ...]) -> dict[str, Any]:
    """The piece with one more sign, or one more of a list."""
    more: Any = deepcopy(piece)
    inner = more
    for key in where[:-1]:
        inner = inner[key]
    last = inner[where[-1]]
    inner[where[-1]] = f"{last}w" if isinstance(last, str) else [*last, last[-1]]
    return more  # type: ignore[no-any-return]


def check(piece: dict[str, Any]) -> None:
    read = Block.parse(piece)
    assert read is not None
    read.to_dict()


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_is_as_long_as_slack_s_models_let_it_be(name: str) -> None:
    make, where = PIECES[name]
    check(make())
    if name in UNSEEN:
        check(longer(make(), where))
        return
    with pytest.raises(SlackObjectFormationError):
        check(longer(make(), where))


def test_a_form_is_as_large_as_slack_s_models_let_it_be() -> None:
    form = parts.modal("c", LONG, [parts.section("s")] * 200, submit=LONG, close=LONG, metadata="m" * 3_000)
    View(**form).validate_json()
    for key, one in (("blocks", [*form["blocks"], parts.section("s")]), ("private_metadata", "m" * 3_001)):
        with pytest.raises(SlackObjectFormationError):
            View(**{**form, key: one}).validate_json()
    for key in ("title", "submit", "close"):
        with pytest.raises(SlackObjectFormationError):
            View(**{**form, key: longer(form, (key, "text"))[key]}).validate_json()
