"""Why somebody goes on though warnings are open: asked once a rule, in its own words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from bot.blocks import parts
from bot.blocks.cycle import Lacks, file_first, file_unreadable, reasons_form
from bot.blocks.step1_should_measure.doubts import MEANT_FIELD, asked_in, asked_of
from bot.listeners.step3_gather.drops import _question
from csi.errors import Breach
from csi.reading.layout import guess
from csi.series.doubts import Doubt, DoubtKind


def test_a_reason_is_asked_in_the_words_of_the_warning_once_a_rule() -> None:
    told = (("V1.6", "A has no baseline."), ("V2.5", "B never met its target."), ("V1.6", "C has no baseline."))
    given = [Breach(rule=rule, sentence=sentence, blocks=False) for rule, sentence in told]
    form = reasons_form(given, "{}")["blocks"]
    assert "V1.6" not in str([one["text"] for one in form if one["type"] == "section"])
    fields = [one for one in form if one["type"] == "input"]
    asked = [(one["block_id"], one["label"]["text"]) for one in fields]
    assert asked == [
        ("V1.6", "Why is it right to go on? A has no baseline."),
        ("V2.5", "Why is it right to go on? B never met its target."),
    ]


def test_what_cannot_be_read_is_answered_the_same_with_a_cycle_and_without() -> None:
    (told,) = file_unreadable("report.pdf")
    assert told["text"]["text"] == (
        "I cannot read *report.pdf*. I read tables saved as XLSX or CSV: if its numbers are in one, drop that."
    )


def test_a_file_that_no_form_can_help_has_no_button() -> None:
    assert [one["type"] for one in file_first("a.csv", "F1", "C1", Lacks("no moments", 3))] == ["section", "actions"]
    (final,) = file_first("a.csv", "F1", "C1", Lacks("no year", 3, is_final=True))
    assert final["text"]["text"] == (
        "*a.csv* (3 rows) gives nothing to measure: no year. Write the year there, and drop the file again."
    )


def test_what_is_odd_stands_beside_its_field_once_and_with_the_word_that_it_is_meant() -> None:
    fields = [parts.text_input(name, name) for name in ("target_a", "target_b")]
    sent = {**parts.modal("agree", "What would be good", fields, submit="Ask", metadata="{}"), "id": "V1", "hash": "1"}
    odd = asked_in(sent, {"target_a": "1,200 h is far."})
    ids = [block["block_id"] for block in odd["blocks"]]
    assert ids == ["target_a", "odd_target_a", f"{MEANT_FIELD}target_a", "target_b"]
    assert odd["private_metadata"] == "{}"
    assert not {"id", "hash", "state"} & set(odd)
    again = asked_in(odd, {"target_a": "1,300 h is far."})
    assert [block["block_id"] for block in again["blocks"]] == ids
    assert "1,300 h is far." in again["blocks"][1]["text"]["text"]


def test_what_the_rows_held_say_stands_beside_its_field_with_what_settles_it_and_goes_once_it_holds_no_more() -> None:
    fields = [parts.text_input(name, name) for name in ("value", "where", "good")]
    sent = parts.modal("define", "How it is computed", fields, metadata="{}")
    swapped = Doubt(kind=DoubtKind.SWAPPED, key="value", fits=9, rows=9, start="A", end="B", leaves_rows=False)
    none = Doubt(kind=DoubtKind.WHERE_MATCHES_NONE, key="where", condition="x == 1", rows=9, leaves_rows=False)
    every = Doubt(kind=DoubtKind.GOOD_MATCHES_ALL, key="good", condition="x == 2", fits=9, rows=9)
    asked = asked_of(sent, {"value": swapped, "where": none, "good": every}, ("value", "where", "good"))
    answers = {
        one["block_id"]: [(way["value"], way["text"]["text"]) for way in one["element"]["options"]]
        for one in asked["blocks"]
        if one["block_id"].startswith(MEANT_FIELD)
    }
    assert answers == {
        "meant_value": [("swap", "Swap from and to")],
        "meant_where": [("kept", "Keep it all the same")],
        "meant_good": [("yes", "It is meant so")],
    }
    assert "The condition `x == 1` fits none of 9 rows." in str(asked["blocks"])
    again = asked_of(asked, {"where": none}, ("value", "where", "good"))
    assert [one["block_id"] for one in again["blocks"]] == ["value", "where", "odd_where", "meant_where", "good"]


def test_months_of_no_year_are_refused_in_a_cycle_too_without_a_form_that_cannot_help() -> None:
    layout = guess(b"m,Jan,Feb,Mar\nx,1,2,3\ny,4,5,6\n", "months.csv")
    nobody: Any = None
    found: Any = SimpleNamespace(filename="months.csv", layout=layout)
    shown = _question(nobody, nobody, found, None)
    assert [one["type"] for one in shown] == ["section", "context"]
    assert shown[0]["text"]["text"] == (
        ":no_entry: months.csv: its columns Jan to Mar are months, and nothing says of which year; expected it in the "
        "headers, such as ‘Jan 2025’, or in a column. Write the year there, and drop the file again."
    )
