"""Words on their way to Slack."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blocks import parts, text


@given(st.text())
def test_typed_text_cannot_ping_or_link(typed):
    assert "<" not in text.escape(typed)
    assert ">" not in text.escape(typed)


def test_a_channel_ping_in_a_name_is_only_text():
    assert text.escape("<!channel> & co") == "&lt;!channel&gt; &amp; co"


@given(st.text())
def test_a_typed_address_ends_its_link_nowhere_else(typed):
    shown = text.link(f"https://example.org/{typed}", "evidence")
    assert (shown.count("<"), shown.count(">"), shown.count("|")) == (1, 1, 1)
    assert text.link("https://example.org/a?b=1&c=%20#d", "e") == "<https://example.org/a?b=1&amp;c=%20#d|e>"


@given(st.text(), st.integers(1, 50))
def test_clipped_text_keeps_its_limit_and_no_half_entity(typed, limit):
    clipped = text.clip(text.escape(typed), limit)
    assert len(clipped) <= limit
    rest = clipped
    for whole in ("&amp;", "&lt;", "&gt;"):
        rest = rest.replace(whole, "")
    assert "&" not in rest


def test_clipping_leaves_no_half_mention():
    assert text.clip("ask <@U12345> about it", 10) == "ask…"


def test_parts_stay_within_their_limits():
    long = "x" * 5000
    assert len(parts.section(long)["text"]["text"]) == 3000
    assert len(parts.header(long)["text"]["text"]) == 150
    assert len(parts.button(long, "a", long)["value"]) == 2000
    assert len(parts.modal("a.b", long, [])["title"]["text"]) == 24
    assert len(parts.select("f", "l", [str(i) for i in range(200)])["element"]["options"]) == 100
    assert parts.text_input("f", "l", value=long)["element"]["max_length"] == 3000


def test_a_choice_that_is_no_longer_there_is_not_preselected():
    assert "initial_option" not in parts.select("f", "l", ["a"], chosen="b")["element"]
    assert parts.select("f", "l", {"a": "A"}, chosen="a")["element"]["initial_option"]["value"] == "a"


@pytest.mark.parametrize(
    ("marked", "plainly"),
    [
        (":arrow_upper_right: *Median: a_b &lt;h&gt;*: IMPROVED. 24 → 19 h", "Median: a_b <h>: IMPROVED. 24 → 19 h"),
        (":+1: _seen_ at 10:30:00", "seen at 10:30:00"),
        ("2 * 3 * 4 of a:b:c", "2 * 3 * 4 of a:b:c"),
        ("*Hours*: ~old~ `code`", "Hours: old code"),
    ],
)
def test_where_no_marks_are_drawn_there_are_none(marked: str, plainly: str):
    assert text.plainly(marked) == plainly
