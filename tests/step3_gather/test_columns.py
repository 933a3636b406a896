"""Columns of the data a KPI rests on: another one read instead."""

from __future__ import annotations

import pytest

from csi.step3_gather.columns import renamed


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"measure": "share", "at": "answered_at"}, {"measure": "share", "at": "resolved_at"}),
        ({"value": "answered_at", "source": "answered_at"}, {"value": "resolved_at", "source": "answered_at"}),
        (
            {"value": {"from": "opened_at", "to": "answered_at", "unit": "answered_at"}},
            {"value": {"from": "opened_at", "to": "resolved_at", "unit": "answered_at"}},
        ),
        (
            {
                "value": {
                    "from": "a",
                    "to": "b",
                    "pauses": [{"from": "answered_at", "to": "c"}, {"column": "answered_at"}],
                }
            },
            {
                "value": {
                    "from": "a",
                    "to": "b",
                    "pauses": [{"from": "resolved_at", "to": "c"}, {"column": "resolved_at"}],
                }
            },
        ),
        ({"value": {"from": "a", "pauses": "answered_at"}}, {"value": {"from": "a", "pauses": "resolved_at"}}),
        (
            {"where": 'not answered_at is missing and name != "answered_at" and re_answered_at == 1'},
            {"where": 'not resolved_at is missing and name != "answered_at" and re_answered_at == 1'},
        ),
        ({"good": "`answered_at` <= due"}, {"good": "resolved_at <= due"}),
    ],
)
def test_a_definition_reads_another_column_instead(definition, expected):
    assert renamed(definition, {"answered_at": "resolved_at"}) == expected


def test_odd_names_are_read_and_written_in_backquotes():
    assert renamed({"good": "`SLA due` > score"}, {"SLA due": "due", "score": "My score"}) == {
        "good": "due > `My score`"
    }
