"""Of which columns the form asks how their numbers are read: every one that is read as numbers and may be either."""

from __future__ import annotations

from typing import Any

import pytest

from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.asking import asked_units
from csi.models import Kpi
from csi.reading.layout import Layout, guess
from tests.step3_gather.conftest import Desk, sqlite_desk

__all__ = ["sqlite_desk"]


def _layout() -> Layout:
    rows = "".join(f"T{n},2026-02-{n},{n % 9}:{n},{n % 7}:{n + 9},{n}\n" for n in range(10, 28))
    return guess(f"id,at,Talk,Hold,Calls\n{rows}".encode(), "calls.csv")


def _asked(desk: Desk, draft: dict[str, Any], said: dict[str, Any], layout: Layout, unit: str = "") -> dict[str, bool]:
    with desk.sessions() as session:
        if said:
            said = {"source": "incidents", **said}
            made = Kpi(
                team_id=desk.cycle.team_id, cycle_id=desk.cycle.id, key="k", name="K", unit=unit, definition=said
            )
            session.add(made)
            session.flush()
        found = asked_units(session, desk.cycle, session.merge(desk.source), layout, draft)
        return {one.name: one.must_be_said for one in found}


@pytest.mark.parametrize(
    ("draft", "kpi", "unit", "asked"),
    [
        ({}, {}, "", {}),  # nobody reads them
        ({"value": "Talk"}, {}, "", {"Talk": True}),
        ({"value": "Calls"}, {}, "", {"Calls": False}),
        ({"value": "Talk"}, {"measure": "count"}, "count", {"Talk": True}),
        ({"value": "Talk"}, {"measure": "median"}, "min", {"Talk": True}),
        ({}, {"measure": "median", "value": "Talk"}, "EUR", {"Talk": True}),
        ({}, {"measure": "distinct", "value": "Talk"}, "", {}),  # as text
        (
            {},
            {"measure": "share", "value": {"numerator": "Hold", "denominator": "Talk"}},
            "%",
            {"Hold": True, "Talk": True},
        ),
        ({}, {"measure": "share", "value": {"numerator": "Calls", "denominator": "Talk"}}, "%", {"Talk": True}),
        (
            {},
            {"measure": "median", "value": {"from": "a", "to": "b", "pauses": {"column": "Hold"}}},
            "h",
            {"Hold": True},
        ),
        ({}, {"measure": "share", "good": "Talk <= 300"}, "%", {"Talk": True}),
        ({}, {"measure": "count", "where": "Hold > 30 and Calls > 2"}, "count", {"Hold": True}),
        ({}, {"measure": "count", "where": " "}, "count", {}),
    ],
)
def test_every_column_that_is_read_as_numbers_and_may_be_either_is_asked_about(
    sqlite_desk: Desk, draft: dict[str, str], kpi: dict[str, Any], unit: str, asked: dict[str, bool]
) -> None:
    said = {field: blocks.value_of(name) for field, name in draft.items()}
    assert _asked(sqlite_desk, said, kpi, _layout(), unit) == asked


@pytest.mark.parametrize(
    ("kept", "cell", "kpi", "asked"),
    [
        (["Team"], "{n}:{m}", {}, {"value": True}),
        (["Team", "Jan 2026", "Feb 2026", "Mar 2026"], "{n}:{m}", {}, {}),
        (["Team"], "{n}", {}, {"value": False}),
        (["Team"], "{n}", {"measure": "mean", "value": "value"}, {"value": True}),
        (["Team"], "{n}", {"measure": "mean"}, {"value": True}),
    ],
)
def test_of_periods_side_by_side_it_is_asked_once_for_all(
    sqlite_desk: Desk, kept: list[str], cell: str, kpi: dict[str, Any], asked: dict[str, bool]
) -> None:
    cells = [",".join(cell.format(n=n % 8 + m, m=n + m) for m in range(3)) for n in range(10, 30)]
    rows = "".join(f"Team {n},{row}\n" for n, row in enumerate(cells))
    layout = guess(f"Team,Jan 2026,Feb 2026,Mar 2026\n{rows}".encode(), "wide.csv")
    draft = {"keep": [blocks.value_of(name) for name in kept]}
    assert _asked(sqlite_desk, draft, kpi, layout, "min" if kpi else "") == asked
