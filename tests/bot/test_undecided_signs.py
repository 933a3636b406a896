"""For which columns the form asks what 1.234 is: those that are read as numbers, also of periods side by side."""

from __future__ import annotations

import pytest

from bot.blocks import step3_gather as blocks
from bot.listeners.step3_gather.asking import undecided
from csi.models import Kpi
from csi.reading.layout import Layout, guess
from tests.step3_gather.conftest import Desk, sqlite_desk

__all__ = ["sqlite_desk"]


def _layout() -> Layout:
    rows = "".join(f"Team {n};{n}.370;{n}.481;{n}.592\n" for n in range(10, 27))
    return guess(f"Team;Jan 2025;Feb 2025;Cost\n{rows}".encode(), "wide.csv")


def _asked(desk: Desk, draft: dict[str, str | list[str]], value: object = None, *, mapped: bool = False) -> list[str]:
    with desk.sessions() as session:
        if value is not None:
            definition = {"measure": "sum", "source": "incidents", "value": value}
            session.add(
                Kpi(
                    team_id=desk.cycle.team_id,
                    cycle_id=desk.cycle.id,
                    key="k",
                    name="K",
                    unit="EUR",
                    definition=definition,
                )
            )
            session.flush()
        source = session.merge(desk.source)
        if mapped:
            source.mapping = {**source.mapping, "columns": {"Cost": "cost"}}
        return undecided(session, desk.cycle, source, _layout(), draft)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        (["Team"], ["Jan 2025", "Feb 2025", "Cost"]),
        (["Team", "Cost"], ["Jan 2025", "Feb 2025"]),
        (["Team", "Jan 2025", "Feb 2025", "Cost"], []),
    ],
)
def test_of_months_side_by_side_every_column_that_is_not_kept_is_a_number(
    sqlite_desk: Desk, kept: list[str], asked: list[str]
) -> None:
    assert _layout().undecided == ("Jan 2025", "Feb 2025", "Cost")
    assert _asked(sqlite_desk, {"keep": [blocks.value_of(name) for name in kept]}, "Feb 2025") == asked


@pytest.mark.parametrize(
    ("draft", "value", "mapped", "asked"),
    [
        ({}, None, False, []),  # nobody reads them
        ({"keep": []}, "Cost", False, ["Cost"]),
        ({}, "cost", False, []),
        ({}, "cost", True, ["Cost"]),  # by the name that KPIs have for it
        ({}, {"numerator": "Jan 2025", "denominator": "Feb 2025"}, False, ["Jan 2025", "Feb 2025"]),
        ({}, {"from": "a", "to": "b", "pauses": {"column": "Cost"}}, False, ["Cost"]),
        ({}, {"from": "a", "to": "b", "pauses": [{"from": "c", "to": "d"}, {"column": "Cost"}]}, False, ["Cost"]),
        ({"value": blocks.value_of("Feb 2025")}, None, False, ["Feb 2025"]),
        ({"value": blocks.value_of("Feb 2025")}, "Cost", False, ["Feb 2025", "Cost"]),
    ],
)
def test_else_those_that_kpis_read_or_the_form_says(
    sqlite_desk: Desk, draft: dict[str, str | list[str]], value: object, mapped: bool, asked: list[str]
) -> None:
    assert _asked(sqlite_desk, draft, value, mapped=mapped) == asked
