"""What is said of a source that was read otherwise: what was changed, what that did, and whether it was taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.blocks import step3_gather as blocks
from bot.sandbox.limits import view_problems
from csi.definition import SourceDefinition
from csi.models import Batch, Source
from csi.step3_gather.rereading import Difference

DESK = Source(id=1, key="s", name="Desk", version=2)
SAID = SourceDefinition(id="s", timezone="UTC", dates="day_first", options={"moments": ["opened"]})
SAME = Difference(deliveries=1, rows_before=260, rows_now=260, cells={})
AGAIN = "had *Desk* read again (1 delivery)"


def told(now: SourceDefinition, made: Difference = SAME, *, is_undo: bool = False) -> str:
    change = blocks.Otherwise(SAID, now, is_undo)
    return str(blocks.reread(DESK, made, actor="U1", notes=(), otherwise=change)[0]["text"]["text"])


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (
            {"moments": ["closed"]},
            "dated by *closed*, day first, UTC (before: dated by *opened*, day first, UTC)",
        ),
        ({"moments": ["opened"], "meant": ["closed"]}, "every date of *closed* is right as it is (before: nothing)"),
    ],
)
def test_what_is_read_otherwise_is_named_and_what_holds_no_longer(options: dict[str, Any], line: str) -> None:
    shown = told(replace(SAID, options=options))
    assert shown == f":white_check_mark: <@U1> {AGAIN}: 260 rows, as before.\n• {line}"


def test_values_are_the_same_only_where_nothing_is_read_otherwise() -> None:
    assert told(SAID) == f":white_check_mark: <@U1> {AGAIN}: 260 rows, each with the same values as before."


def test_what_is_taken_back_is_said_so() -> None:
    shown = told(SAID, is_undo=True)
    assert shown.startswith(f":white_check_mark: <@U1> took the last change back: {AGAIN}")


def test_words_that_stand_for_nothing_now_are_counted() -> None:
    moved = replace(SAME, moved={"Satisfied": 73})
    shown = told(replace(SAID, missing=("unzufrieden",)), moved)
    assert "73 cells of ‘Satisfied’ are read as another value, or none." in shown
    assert shown.endswith("• `unzufrieden`: nothing there (before: nothing)")
    assert "are read as another value." in told(SAID, moved)


def test_dates_that_are_read_as_not_yet_are_shown_where_one_word_makes_them_real() -> None:
    newest = Batch(id=7, counts={"not_yet": {"closed": {"31.12.9999": 23, "01.01.1970": 1}}})
    view = blocks.how(DESK, SAID, newest, None, metadata="{}", zone="UTC")
    assert view_problems(view, lambda _: None, "modal") == []
    shown = view["blocks"][2]
    assert shown["text"]["text"] == (
        "In *closed* ‘31.12.9999’ (23 cells) and ‘01.01.1970’ (1 cell): read as “not yet”, without a date."
    )
    assert shown["accessory"]["value"] == "7:closed"
    other = blocks.how(DESK, SAID, Batch(id=7, counts={}), None, metadata="{}", zone="UTC")
    assert [one["type"] for one in other["blocks"]] == ["section", "section", "actions"]
