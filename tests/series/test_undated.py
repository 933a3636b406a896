"""Rows without the moment a KPI looks for count nowhere, and that is said; most without their beginning are a flaw."""

from __future__ import annotations

import pandas as pd
import pytest

from csi.definition import KpiDefinition
from csi.series.undated import Undated, flawed, footnote, reason
from tests.series.studies import RESOLVE, kpi, made, moments, reading, replace, study

OPENED = ["2026-01-05", "2026-01-06", "2026-01-07", None]
RESOLVED = ["2026-01-06", None, None, None]
BY_OPENING = kpi("opened", "count", at="opened_at", unit="tickets")
BY_END = kpi("ended", "count", at="resolved_at", unit="tickets")


def _rows(opened: list[str | None], resolved: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"opened_at": moments(*opened), "resolved_at": moments(*resolved)})


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (BY_OPENING, "1 of 4 rows has no opened_at and is not counted."),
        (BY_END, "3 of 4 rows have no resolved_at and are not counted."),
        (replace(BY_END, where="not opened_at is missing"), "2 of 3 rows have no resolved_at and are not counted."),
        (
            kpi("mttr", "median", at="resolved_at", value=RESOLVE, unit="h"),
            "3 of 4 rows have no resolved_at and are not counted.",
        ),
        (kpi("open", "backlog", value=RESOLVE, unit="count"), "1 of 4 rows has no opened_at and is not counted."),
        (replace(BY_END, where="not resolved_at is missing"), ""),
    ],
)
def test_how_many_rows_count_nowhere_is_said(one: KpiDefinition, said: str) -> None:
    done = made(study(one), reading(_rows(OPENED, RESOLVED)))[one.id]
    assert [note for note in done.footnotes if "not counted" in note] == ([said] if said else [])
    assert done.quality.validity.ratio == 1
    assert done.undated.rows == int((said or "0").split()[0])


def test_what_is_late_counts_though_it_has_no_moment() -> None:
    good = {"value": RESOLVE, "good": "value <= 24", "unit": "%"}
    one = kpi("sla", "share", at="resolved_at", **good)
    frame = _rows(["2026-01-05", "2026-01-06", "2026-01-20", None], ["2026-01-05", None, "2026-01-20", None])
    done = made(study(one), reading(frame))["sla"]
    assert [note for note in done.footnotes if "not counted" in note] == [
        "1 of 4 rows has no resolved_at and is not counted."
    ]


@pytest.mark.parametrize(("without", "validity"), [(2, 1.0), (3, 0.25)])
def test_most_rows_without_their_beginning_are_a_flaw(without: int, validity: float) -> None:
    opened = [*OPENED[: 4 - without], *[None] * without]
    done = made(study(BY_OPENING), reading(_rows(opened, RESOLVED)))["opened"]
    assert done.quality.validity.ratio == validity
    told = "3 of 4 rows have no opened_at; expected the moment each began at"
    assert done.refused_for == (told if without == 3 else "")


@pytest.mark.parametrize(
    ("one", "others", "flaw"),
    [
        (BY_OPENING, (), True),
        (kpi("a", "count", at="start"), (), True),
        (kpi("a", "count", at="reviewed"), (), False),  # nobody says that every row should have it
        (kpi("a", "count", at="when"), (), True),
        (kpi("a", "count", at="Datum"), (), True),
        (kpi("a", "count", at="date"), (kpi("b", "median", value=replace(RESOLVE, end="date")),), False),
        (BY_END, (), False),
        (kpi("a", "count", at="opened_at"), (kpi("b", "median", value=replace(RESOLVE, end="opened_at")),), False),
        (kpi("a", "count", at="seen"), (kpi("b", "median", value=replace(RESOLVE, start="seen")),), True),
        (kpi("a", "count", at="seen"), (kpi("b", "median", source="x", value=replace(RESOLVE, start="seen")),), False),
    ],
)
def test_what_every_row_should_have(one: KpiDefinition, others: tuple[KpiDefinition, ...], flaw: bool) -> None:
    found = Undated(3, 4)
    assert flawed(study(one, *others), one, found) == (found if flaw else Undated())
    assert flawed(study(one, *others), one, Undated(2, 4)) == Undated()


def test_portions_add_up_and_none_says_nothing() -> None:
    assert Undated(1, 2) + Undated(3, 5) == Undated(4, 7)
    assert footnote(BY_END, Undated(0, 3)) == []
    assert reason(BY_END, Undated()) == ""
    assert footnote(BY_END, Undated(1, 1)) == ["1 of 1 row has no resolved_at and is not counted."]
