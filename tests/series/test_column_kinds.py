"""What columns are read as: by their use, so that conditions compare moments with moments and numbers with numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from csi.definition import RatioValue, SourceDefinition, StudyDefinition
from csi.series.column_kinds import columns_needed, event_columns
from tests.series.studies import RESOLVE, kpi, study


def needed(*kpis: Any, **source: Any) -> tuple[set[str], set[str]]:
    moments, numbers = columns_needed(study(*kpis, source=source), "tickets")
    return set(moments), set(numbers)


@pytest.mark.parametrize(
    ("where", "moments", "numbers"),
    [
        ("a > 1 and 5 <= b", set(), {"a", "b"}),
        ('a in (1, "y") or b == 2', set(), {"b"}),  # 1 and 0 may be yes and no
        ("a == 0 or 1 != b", set(), set()),
        ("a == 0 and a > 0 or b in (0, 1, 2)", set(), {"a", "b"}),
        ("a == 0.5 or b >= 1", set(), {"a", "b"}),
        ('a == "x" and b != c and d is missing', set(), set()),
        ("opened_at <= due_at", {"due_at"}, set()),
        ("due_at == opened_at and later > due_at", {"due_at", "later"}, set()),
        ('closed_at < "2016-04-01"', {"closed_at"}, set()),
        ('"2016-04-01T08:00:00+02:00" >= closed_at', {"closed_at"}, set()),
        ('closed_at == "2016-04-01"', set(), set()),
        ('priority >= "2 - High"', set(), set()),
        ('priority >= "9"', set(), {"priority"}),  # of texts 10 would come before 9
        ('"-1.5" < a', set(), {"a"}),
        ('a == "9" or b in ("9", "10")', set(), set()),
        ('version < "1.10.2" and code < "9a"', set(), set()),
        ("a > b", set(), set()),
        ("a > b and b == c and c < 5", set(), {"a", "b", "c"}),
        ("a == b and b > 1", set(), {"a", "b"}),
        ("declared > other", {"declared", "other"}, set()),
        ('declared == "2016-04-01"', {"declared"}, set()),
        ("opened_at > 5", set(), set()),
    ],
)
def test_a_column_is_what_a_condition_compares_it_with(where: str, moments: set[str], numbers: set[str]) -> None:
    found = needed(kpi(where=where), column_dates={"declared": "day_first"})
    assert found == ({"opened_at"} | moments, numbers)


def test_a_durations_limit_per_row_is_a_number() -> None:
    one = kpi(measure="share", at="resolved_at", value=RESOLVE, good="value <= allowed_hours", unit="%")
    assert needed(one) == ({"opened_at", "resolved_at"}, {"allowed_hours"})


def test_what_a_value_is_taken_from_stays_a_number() -> None:
    one = kpi(measure="ratio", value=RatioValue("spent", "planned"), where="spent > opened_at")
    assert needed(one) == ({"opened_at"}, {"spent", "planned"})


def test_columns_of_a_linked_source_are_told_there() -> None:
    link = {"link": {"source": "changes", "table": "pairs", "own": "t", "other": "c"}}
    one = study(kpi(where="opened_at > `changes.implemented_at` and `changes.risk` >= 3"))
    linked: StudyDefinition = replace(
        one,
        sources={
            "tickets": SourceDefinition(id="tickets", key="id", options=link),
            "changes": SourceDefinition(id="changes", key="id"),
            "pairs": SourceDefinition(id="pairs"),
        },
    )
    assert columns_needed(linked, "changes") == (("implemented_at",), ("risk",))
    assert columns_needed(linked, "tickets") == (("opened_at",), ())


def test_a_deadline_is_no_sign_that_anything_happened() -> None:
    one = study(kpi(measure="share", at="resolved_at", good="resolved_at <= due_at", unit="%"))
    assert event_columns(one, "tickets") == ("resolved_at",)
    assert columns_needed(one, "tickets")[0] == ("resolved_at", "due_at")
