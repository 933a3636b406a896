"""Modal state → typed values."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import forms
from csi.errors import InvalidInput, InvalidInputs


def view(**fields):
    return {"state": {"values": {field: {field: state} for field, state in fields.items()}}}


def typed(text):
    return view(target={"type": "plain_text_input", "value": text})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20", 20),
        (" 7,5 ", 7.5),
        ("95 %", 95),
        ("-3", -3),
        ("−3", -3),
        ("1 234.5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234,5", 1234.5),
        ("1,234,567", 1234567),
        ("0,125", 0.125),
        ("1.234", 1.234),
    ],
)
def test_a_number_is_read_as_people_type_it(text, value):
    assert forms.read(typed(text), {"target": forms.number()}) == {"target": value}


@pytest.mark.parametrize("text", ["twenty", "20 hours", "1.2.3", "1,23,4", "--1", "1e5", "٣x", "%"])
def test_letters_for_a_number_are_refused_beside_the_field(text):
    with pytest.raises(InvalidInputs) as refused:
        forms.read(typed(text), {"target": forms.number()})
    assert [error.field for error in refused.value.errors] == ["target"]
    assert "not a number" in refused.value.errors[0].reason


def test_a_number_with_two_readings_is_asked_about():
    with pytest.raises(InvalidInput, match="may be two numbers"):
        forms.parse_number("1,234")


@given(st.decimals(min_value=-(10**6), max_value=10**6, places=2, allow_nan=False))
def test_a_plain_decimal_number_keeps_its_value(value):
    assert forms.parse_number(f"{value:f}") == float(value)


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_a_sentence(text):
    assert re.fullmatch(r"-?[\d.e+-]+|.*\.", shown(text), re.DOTALL)


def shown(text):
    try:
        return str(forms.parse_number(text))
    except InvalidInput as refused:
        return refused.reason


def test_every_wrong_field_is_told_at_once():
    with pytest.raises(InvalidInputs) as refused:
        forms.read(
            view(name={"value": "  "}, target={"value": "x"}, due={"selected_date": None}, owner={}, why={}),
            {
                "name": forms.text(),
                "target": forms.number(),
                "due": forms.date(),
                "owner": forms.user(),
                "why": forms.option(),
            },
        )
    assert [error.field for error in refused.value.errors] == ["name", "target", "due", "owner", "why"]


def test_three_thousand_and_one_characters_are_too_many():
    with pytest.raises(InvalidInputs, match="At most 3,000 characters; these are 3,001"):
        forms.read(typed("x" * 3001), {"target": forms.text()})


def test_what_may_be_left_out_may_be_left_out():
    empty = forms.read(
        view(),
        {
            "a": forms.text(required=False),
            "b": forms.number(required=False),
            "c": forms.date(required=False),
            "d": forms.user(required=False),
            "e": forms.option(required=False),
            "f": forms.options(),
            "g": forms.whole(required=False),
            "h": forms.users(required=False),
        },
    )
    assert empty == {"a": "", "b": None, "c": None, "d": "", "e": None, "f": [], "g": None, "h": []}


def test_chosen_values_are_typed():
    chosen = forms.read(
        view(
            due={"selected_date": "2026-02-28"},
            owner={"selected_user": "U1"},
            period={"selected_option": {"value": "3"}},
            people={"selected_users": ["U1", "U2", "U1"]},
            boxes={"selected_options": [{"value": "a"}, {"value": "b"}]},
        ),
        {
            "due": forms.date(),
            "owner": forms.user(),
            "period": forms.option(of=int),
            "people": forms.users(),
            "boxes": forms.options(),
        },
    )
    assert chosen == {"due": date(2026, 2, 28), "owner": "U1", "period": 3, "people": ["U1", "U2"], "boxes": ["a", "b"]}


def test_a_whole_number_is_whole_and_within_its_span():
    assert forms.read(typed("12"), {"target": forms.whole(low=1)}) == {"target": 12}
    with pytest.raises(InvalidInputs, match="whole number"):
        forms.read(typed("1.5"), {"target": forms.whole()})
    with pytest.raises(InvalidInputs, match="from 0 to 100"):
        forms.read(typed("101"), {"target": forms.number(low=0, high=100)})


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_year_no_calendar_computes_is_told_beside_its_field(day):
    with pytest.raises(InvalidInputs, match="a year from 1900 to 2199"):
        forms.read(view(due={"selected_date": day}), {"due": forms.date()})


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ('made_sla == "true"', 'made_sla == "true"'),
        ("Status == “Done”", 'Status == "Done"'),
        ('name == "the “big” one"', 'name == "the “big” one"'),
        ("`SLA time` == 'Met'", "`SLA time` == 'Met'"),
    ],
)
def test_a_condition_is_taken_as_typed_and_quotes_made_by_keyboards_are_quotes(written, kept):
    assert forms.read(typed(written), {"target": forms.condition()}) == {"target": kept}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('SLA time == "Met"', 'At “time == "Met"”: expected a comparison'),
        ("made_sla", "At its end: expected a comparison"),
        ("a = 1", "At “= 1”: write == to compare"),
        ("x" * 501, "At most 500 characters"),
    ],
)
def test_a_condition_nobody_can_read_is_refused_where_it_stands(written, said):
    with pytest.raises(InvalidInputs) as refused:
        forms.read(typed(written), {"target": forms.condition()})
    (error,) = refused.value.errors
    assert (error.field, error.reason.startswith(said)) == ("target", True), error.reason


def test_a_condition_that_lacks_backquotes_says_so():
    with pytest.raises(InvalidInputs, match="stands in backquotes"):
        forms.read(typed('SLA time == "Met"'), {"target": forms.condition()})


def test_a_day_that_is_over_is_refused_unless_it_stood_there():
    today, before = date(2026, 11, 23), date(2026, 11, 22)
    forms.require_ahead("due_on", today, today)
    forms.require_ahead("due_on", None, today)
    forms.require_ahead("due_on", before, today, known=before)
    with pytest.raises(InvalidInput, match="This day is over"):
        forms.require_ahead("due_on", before, today)


@pytest.mark.parametrize(
    "typed",
    ["ok", "OK.", "Okay!", "n/a", "-", "...", "yes yes", "xxxx", "aaaaaaa", "because", "fine, ok", "bug", "N/A – none"],
)
@pytest.mark.parametrize("required", [True, False])
def test_what_says_nothing_is_no_reason(typed: str, required: bool) -> None:
    with pytest.raises(InvalidInput, match="Please say why in a few words") as refused:
        forms.reason(required=required)("why", {"value": typed})
    assert refused.value.field == "why"


@pytest.mark.parametrize(
    "typed",
    [
        "too early",
        "a double",
        "Wartungsfenster",
        "new tool",
        "停机维护",
        "維護",
        "move",
        "ok, the 3 March holiday",
        "점검 중",
    ],
)
def test_a_few_words_are_a_reason(typed: str) -> None:
    assert forms.reason()("why", {"value": typed}) == typed


def test_a_reason_that_may_be_left_out_may_be_left_out() -> None:
    assert forms.reason(required=False)("why", {"value": " "}) == ""
    with pytest.raises(InvalidInput, match="Please fill this in"):
        forms.reason()("why", {"value": ""})
    with pytest.raises(InvalidInput, match="At most 20 characters"):
        forms.reason(limit=20)("why", {"value": "x1 longer than that one"})
