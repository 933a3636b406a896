"""Why somebody goes on though warnings are open: asked once a rule, in its own words."""

from __future__ import annotations

from bot.blocks.cycle import file_unreadable, reasons_form
from csi.errors import Breach


def test_a_reason_is_asked_in_the_words_of_the_warning_once_a_rule() -> None:
    told = (("V1.6", "A has no baseline."), ("V2.5", "B never met its target."), ("V1.6", "C has no baseline."))
    given = [Breach(rule, sentence, blocks=False) for rule, sentence in told]
    fields = [one for one in reasons_form(given, "{}")["blocks"] if one["type"] == "input"]
    asked = [(one["block_id"], one["label"]["text"]) for one in fields]
    assert asked == [
        ("V1.6", "Why is it right to go on? A has no baseline."),
        ("V2.5", "Why is it right to go on? B never met its target."),
    ]


def test_what_cannot_be_read_is_answered_the_same_with_a_cycle_and_without() -> None:
    assert "Save it as XLSX or CSV and drop it again: I look at it." in str(file_unreadable("report.pdf"))
