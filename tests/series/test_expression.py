"""The small language: what it reads, what it refuses and where, and that nothing else ever happens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from csi.errors import InvalidInput
from csi.series.expression import DEEPEST, ExpressionError, columns_of, comparisons, parse
from csi.series.masks import mask

TICKETS = pd.DataFrame(
    {
        "priority": pd.array(["1 - Critical", "2 - High", "3 - Moderate", None], dtype="str"),
        "made_sla": pd.array(["true", "false", "true", None], dtype="str"),
        "reopen_count": [0.0, 2.0, np.nan, 1.0],
        "resolved_at": pd.to_datetime(["2016-03-01 10:00", None, "2016-03-05 00:00", "2016-03-02 00:00"], utc=True),
        "due_at": pd.to_datetime(["2016-03-02", "2016-03-02", None, "2016-03-01"], utc=True),
        "odd name": pd.array(["a", "b", "a'b", 'a"b'], dtype="str"),
    }
)


def rows(text: str) -> list[int]:
    return np.flatnonzero(mask(text, TICKETS, "Europe/Lisbon")).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3]),
        ('priority in ("1 - Critical", "2 - High") and not resolved_at is missing', [0]),
        ('made_sla == "true"', [0, 2]),
        ("made_sla == 'true'", [0, 2]),
        ("made_sla == true", [0, 2]),
        ('made_sla != "true"', [1, 3]),  # the opposite of ==: missing is not "true"
        ("reopen_count > 0", [1, 3]),
        ("0 < reopen_count", [1, 3]),
        ("reopen_count <= 1", [0, 3]),
        ("reopen_count in (1, 2)", [1, 3]),
        ("reopen_count not in (1, 2)", [0, 2]),
        ("reopen_count is missing", [2]),
        ("reopen_count is not missing", [0, 1, 3]),
        ("not reopen_count > 0", [0, 2]),
        ("not not reopen_count > 0", [1, 3]),
        ("resolved_at <= due_at", [0]),
        ('resolved_at >= "2016-03-02"', [2, 3]),
        ('resolved_at < "2016-03-01T10:00:01Z"', [0]),
        ("`odd name` == 'a\"b'", [3]),
        ("`odd name` == 'a\\'b'", [2]),
        ('reopen_count > 0 or priority == "1 - Critical" and made_sla == "false"', [1, 3]),
        ('(reopen_count > 0 or priority == "1 - Critical") and made_sla == "false"', [1]),
        ('priority < "2"', [0]),
        ("reopen_count == -1", []),
        ("reopen_count > 1.5e0", [1]),
        ("1 == 1", [0, 1, 2, 3]),
        ('"a" == "b"', []),
        ('reopen_count == "two"', []),
    ],
)
def test_conditions_choose_their_rows(text: str, expected: list[int]) -> None:
    assert rows(text) == expected


def test_a_categorical_column_answers_like_its_texts() -> None:
    categorical = TICKETS.assign(priority=TICKETS["priority"].astype("category"))
    for text in ('priority == "2 - High"', 'priority != "2 - High"', 'priority in ("2 - High", "x")', 'priority > "2"'):
        assert mask(text, categorical).tolist() == mask(text, TICKETS).tolist()


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("priority = 1", 9, "write =="),
        ("priority ==", 11, "a column"),
        ('priority in ("a" "b")', 17, "expected )"),
        ("priority in (a)", 13, "a text in quotes"),
        ('made_sla == "true', 12, "never closed"),
        ("`odd name == 1", 0, "never closed"),
        ("priority", 8, "expected a comparison"),
        ("(reopen_count > 0", 17, "expected )"),
        ("reopen_count > 0 reopen_count", 17, "expected and, or, or the end"),
        ("is missing", 0, "a column"),
        ("priority is empty", 12, "expected missing"),
        ("priority; drop table", 8, "not understood"),
        ("__import__('os')", 10, "expected a comparison"),
        ("a.b == 1", 1, "not understood"),
        ("1abc == 1", 0, "not understood"),
        ("nowhere == 1", 0, "no column 'nowhere'"),
        ('resolved_at > "now"', 14, "a moment such as"),
        ("resolved_at > 5", 14, "a moment such as"),
        ("priority > reopen_count", 11, "cannot be compared"),
        ('1 == "a"', 5, "two texts or two numbers"),
    ],
)
def test_an_error_points_at_the_character(text: str, position: int, expected: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        mask(text, TICKETS)
    assert caught.value.position == position
    assert expected in str(caught.value)
    shown, caret = str(caught.value).splitlines()[-2:]
    assert caret.index("^") - 4 == position
    assert shown.strip() == text.strip()


def test_its_error_is_an_invalid_input() -> None:
    assert issubclass(ExpressionError, InvalidInput)


def test_too_deep_is_refused_not_crashed() -> None:
    for text in ("(" * 10_000, "not " * 2_000 + "a == 1", "(" * (DEEPEST + 1) + "a == 1" + ")" * (DEEPEST + 1)):
        with pytest.raises(ExpressionError, match=r"levels|characters"):
            parse(text)
    parse("(" * DEEPEST + "a == 1" + ")" * DEEPEST)


def test_a_very_long_text_is_refused_with_a_short_message() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("a == 1 and " * 10_000)
    assert len(str(caught.value)) < 400


def test_columns_are_found_with_what_they_must_be() -> None:
    text = 'a > 1 and b == "x" and (c in (1, "y") or 5 <= d) and e is missing and f > g'
    assert columns_of(text) == ("a", "b", "c", "d", "e", "f", "g")
    assert [one.sign for one in comparisons(text)] == [">", "==", "==", "==", "<=", ">"]
    assert columns_of("  ") == tuple(comparisons("")) == ()


WORDS = st.sampled_from(
    [
        "priority",
        "reopen_count",
        "resolved_at",
        "due_at",
        "`odd name`",
        "nowhere",
        "and",
        "or",
        "not",
        "in",
        "is",
        "missing",
        "(",
        ")",
        ",",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "=",
        '"1 - Critical"',
        "'x'",
        "0",
        "-1.5",
        "1e999",
        "true",
        "false",
        '"2016-03-01"',
        '"now"',
        '"',
        "`",
        ";",
        "__class__",
        "lambda",
        "\x00",
        "é",
        "\n",
    ]
)


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=60))
@example('resolved_at == "0001-01-01"')
@example('resolved_at == "9999-12-31T23:59:59.999999"')
@example("reopen_count == 1e999")
@example('priority == "\\"')
def test_fuzzed_text_gives_a_mask_or_its_own_error(text: str) -> None:
    try:
        chosen = mask(text, TICKETS, "Europe/Lisbon")
    except ExpressionError:
        return
    assert chosen.dtype == np.bool_
    assert len(chosen) == len(TICKETS)


@given(
    st.sampled_from(["reopen_count > 0", 'made_sla == "true"', "resolved_at <= due_at", "priority is missing"]),
    st.sampled_from(["reopen_count is missing", 'priority in ("2 - High")', "due_at > resolved_at"]),
)
def test_de_morgan_holds(first: str, second: str) -> None:
    assert rows(f"not ({first} and {second})") == rows(f"not {first} or not {second}")
    assert rows(f"not ({first} or {second})") == rows(f"not ({first}) and not ({second})")


def test_two_texts_are_put_in_order_as_what_both_cells_are() -> None:
    frame = pd.DataFrame(
        {
            "a": pd.array(["10", "9", "2,5", "2026-03-10", "n/a", "b", None, "1e3", "10"], dtype="str"),
            "b": pd.array(["9", "10", "10", "2026-03-09 08:00", "5", "a", "1", "999", "2026-01-01"], dtype="str"),
        }
    )
    assert np.flatnonzero(mask("a > b", frame)).tolist() == [0, 3, 7]
    assert np.flatnonzero(mask("a <= b", frame)).tolist() == [1, 2]
    assert np.flatnonzero(mask("b < a", frame)).tolist() == [0, 3, 7]
    assert mask("a == b", frame).sum() == 0
