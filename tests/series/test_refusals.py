"""What one KPI cannot use it refuses alone: the row counts for the others, and no period is called empty for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import KpiDefinition, SourceDefinition
from csi.reading.readers import read
from csi.reading.reading import REFUSED, Reading, refused_cells, refused_marks
from csi.series import Made, process_study
from csi.series.column_kinds import columns_needed
from csi.terms import Period
from tests.series.studies import RESOLVE, kpi, study, values

# Two weeks of four tickets each; Mondays are 2 and 9 March 2026.
DAYS = ("02", "03", "04", "05", "09", "10", "11", "12")


def delivered(
    *kpis: KpiDefinition, resolved: tuple[str, ...] = (), score: tuple[str, ...] = (), **fields: Any
) -> tuple[Made, Reading]:
    """Eight tickets, each resolved after ten hours with a score of 4 where nothing else is said."""
    ends = [f"2026-03-{day} 19:00" for day in DAYS]
    ends[: len(resolved)] = resolved
    scores = [*score, *["4"] * (8 - len(score))]
    lines = [
        f"{number},2026-03-{day} 09:00,{end},{one},{'abcd'[number % 4]}"
        for number, (day, end, one) in enumerate(zip(DAYS, ends, scores, strict=True), start=1)
    ]
    text = "\n".join(["id,opened_at,resolved_at,score,team", *lines])
    definition = study(*kpis, source=fields)
    moments, numbers = columns_needed(definition, "tickets")
    found = read(text.encode(), SourceDefinition(id="tickets", **fields), moments=moments, numbers=numbers)
    return process_study(definition, {"tickets": [found]}), found


OPENED = kpi("opened")
SOLVED = kpi("solved", "median", at="resolved_at", value=RESOLVE, unit="h")
SCORE = kpi("score", "mean", at="resolved_at", value="score", unit="points")


def test_an_unreadable_number_costs_its_own_kpi_a_row_and_no_other() -> None:
    made, found = delivered(OPENED, SOLVED, SCORE, score=("n.a.", "5"))
    assert (len(found.frame), found.rows_read) == (8, 8)
    assert values(made.kpis["opened"], "n") == [4, 4]
    assert values(made.kpis["solved"], "n") == [4, 4]
    assert (values(made.kpis["score"]), values(made.kpis["score"], "n")) == ([pytest.approx(13 / 3), 4], [3, 4])
    assert values(made.kpis["score"], "refused") == [1, 0]
    assert values(made.kpis["opened"], "refused") == [0, 0]


def test_the_quarantine_names_the_kpis_a_cell_is_refused_for() -> None:
    made, _ = delivered(OPENED, SOLVED, SCORE, score=("n.a.",))
    cell = made.quarantine.iloc[0]
    assert (cell["line"], cell["column"], cell["value"], cell["kpis"]) == (2, "score", "n.a.", "score")
    both, _ = delivered(OPENED, SOLVED, SCORE, resolved=("soon",))
    assert both.quarantine["kpis"].tolist() == ["solved, score"]


def test_quality_is_that_of_the_kpis_own_rows() -> None:
    made, _ = delivered(OPENED, SCORE, score=("n.a.", "x"))
    validity = made.kpis["score"].quality.validity
    assert (validity.passed, validity.total) == (6, 8)
    assert validity.examples[0] == "line 2: score 'n.a.': not a number"
    assert made.kpis["opened"].quality.validity.ratio == 1.0
    assert made.sources["tickets"].quarantined == 0


def test_a_row_without_any_readable_moment_is_refused_as_a_whole() -> None:
    text = "opened_at,resolved_at,score\nsoon,later,4\n2026-03-02 09:00,later,4\n,,4\n"
    definition = study(OPENED, SOLVED)
    found = read(
        text.encode(), SourceDefinition(id="tickets"), moments=("opened_at", "resolved_at"), numbers=("score",)
    )
    assert found.frame.index.tolist() == [3, 4]
    made = process_study(definition, {"tickets": [found]})
    assert made.sources["tickets"].quarantined == 1
    assert made.kpis["opened"].quality.validity.ratio == 1 / 2  # one row it can use, one that was lost
    assert made.quarantine["kpis"].tolist() == ["opened, solved", "solved", "solved"]


def test_a_period_of_refused_rows_is_refused_and_never_zero() -> None:
    count = kpi("count", "sum", value="score", unit="points")
    made, _ = delivered(count, OPENED, score=("?", "?", "?", "?"))
    found = made.kpis["count"].series
    assert found["missing"].tolist() == [True, False]
    assert found["refused"].tolist() == [4, 0]
    assert np.isnan(found["value"].iloc[0])
    assert made.kpis["opened"].series["value"].tolist() == [4, 4]


@pytest.mark.parametrize(("bad", "short"), [(0, False), (1, True)])
def test_what_is_added_up_is_hollow_where_rows_were_refused(bad: int, short: bool) -> None:
    total = kpi("total", "sum", value="score", unit="points")
    mean = kpi("mean", "mean", value="score", unit="points")
    made, _ = delivered(total, mean, score=("n.a.",) * bad)
    before = study(total), made.kpis["mean"].series["partial"].tolist()
    assert made.kpis["total"].series["partial"].tolist()[0] is short or before[1][0] is True
    assert made.kpis["mean"].series["partial"].tolist()[0] is before[1][0]


@pytest.mark.parametrize(("unplaced", "missing"), [(1, False), (2, True), (4, True)])
def test_a_silent_period_is_no_zero_where_as_many_rows_have_no_readable_moment(unplaced: int, missing: bool) -> None:
    """Four rows a week are usual: two that lie nowhere may be half of a week that looks empty, one cannot."""
    weeks = ("2026-03-02", "2026-03-09", "2026-03-23")
    rows = [f"{week} 0{hour}:00,{week} 10:00" for week in weeks for hour in range(6, 10)]
    rows += [f"Mrz,{weeks[-1]} 11:00"] * unplaced
    text = "\n".join(["opened_at,resolved_at", *rows])
    definition = study(OPENED, SOLVED)
    found = read(text.encode(), SourceDefinition(id="tickets"), moments=("opened_at", "resolved_at"), numbers=())
    series = process_study(definition, {"tickets": [found]}).kpis["opened"].series
    assert bool(series["missing"].iloc[2]) is missing
    assert series["refused"].iloc[2] == (unplaced if missing else 0)
    assert series["n"].iloc[2] == 0
    assert series["value"].iloc[[0, 1, 3]].tolist() == [4, 4, 4]


def test_a_moment_out_of_order_is_refused_where_the_order_matters() -> None:
    early = "2026-03-02 08:00"
    made, _ = delivered(OPENED, SOLVED, resolved=(early, "2026-03-03 09:00"))
    assert values(made.kpis["opened"], "n") == [4, 4]
    assert values(made.kpis["solved"], "n") == [3, 4]  # zero hours are no disorder
    told = made.quarantine.iloc[0]
    assert (told["line"], told["column"], told["reason"], told["kpis"]) == (
        2,
        "resolved_at",
        "resolved_at lies before opened_at",
        "solved",
    )
    assert told["expected"] == "a moment not before opened_at, each in its own time zone"
    consistency = made.kpis["solved"].quality.consistency
    assert (consistency.passed, consistency.total) == (7, 8)
    assert made.kpis["opened"].quality.consistency.ratio == 1.0


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        ({}, "2026-03-02 08:00:00+00:00"),
        ({"timezone": "Asia/Tokyo"}, "2026-03-02 08:00:00+09:00"),
        ({"timezone": "Asia/Tokyo", "zones": {"resolved_at": "Pacific/Auckland"}}, "2026-03-02 08:00:00+13:00"),
    ],
)
def test_a_refused_moment_is_told_as_its_file_shows_it(zones: dict[str, Any], told: str) -> None:
    made, _ = delivered(SOLVED, resolved=("2026-03-02 08:00",), **zones)
    assert made.quarantine["value"].tolist()[:1] == [told]


def test_a_condition_on_a_cell_that_cannot_be_read_refuses_the_row() -> None:
    """Neither good nor bad: counting it as bad would invent a miss."""
    share = kpi("share", "share", good="score >= 4", unit="%")
    made, _ = delivered(share, score=("n.a.", "3"))
    assert values(made.kpis["share"], "denominator") == [3, 4]
    assert values(made.kpis["share"]) == [pytest.approx(200 / 3), 100]
    assert made.kpis["share"].quality.validity.passed == 7


def test_what_a_condition_leaves_out_anyway_is_not_refused() -> None:
    """Line 2 is of team b: a KPI of team a does not mean it, whatever its score."""
    one = kpi("one", "mean", value="score", unit="points", where='team == "a" and score > 1')
    made, _ = delivered(one, score=("n.a.",))
    assert made.kpis["one"].quality.validity.total == 2
    assert made.kpis["one"].quality.validity.ratio == 1.0
    other = kpi("other", "mean", value="score", unit="points", where='team == "b" and score > 1')
    made, _ = delivered(other, score=("n.a.",))
    assert (made.kpis["other"].quality.validity.passed, made.kpis["other"].quality.validity.total) == (1, 2)


def test_an_end_that_cannot_be_read_is_no_open_case() -> None:
    backlog = kpi("backlog", "backlog", value=RESOLVE)
    good, _ = delivered(backlog)
    bad, _ = delivered(backlog, resolved=("done",))
    assert values(bad.kpis["backlog"]) == values(good.kpis["backlog"])
    assert bad.kpis["backlog"].quality.validity.passed == 7
    assert bad.kpis["backlog"].series["partial"].tolist() == [True, *good.kpis["backlog"].series["partial"][1:]]


def test_a_melted_month_that_cannot_be_read_leaves_the_others_of_its_line() -> None:
    text = "kpi,2026-01,2026-02,2026-03\nshare,80,n.a.,90\ncount,1,2,3\n"
    source = {"options": {"melt": {"keep": ["kpi"]}}}
    one = kpi("share", "last", at="period", value="value", unit="%", where='kpi == "share"')
    definition = study(one, source=source, period=Period.MONTH)
    found = read(text.encode(), SourceDefinition(id="tickets", **source), moments=("period",), numbers=("value",))
    made = process_study(definition, {"tickets": [found]})
    known = made.kpis["share"].series
    assert known["value"].dropna().tolist() == [80, 90]
    assert known["refused"].sum() == 1
    assert made.sources["tickets"].quarantined == 0


def test_marks_name_the_columns_of_each_row() -> None:
    marks = refused_marks({"a": np.array([True, False, True]), "b": np.array([False, False, True])})
    assert marks is not None
    assert refused_cells(marks, "a").tolist() == [True, False, True]
    assert refused_cells(marks, "b").tolist() == [False, False, True]
    assert refused_cells(marks, "ab").tolist() == [False, False, False]
    assert refused_marks({"a": np.zeros(3, dtype=bool)}) is None


def test_a_mended_row_stands_in_for_the_one_it_mends() -> None:
    """It comes back beside its delivery; counted twice it would change every figure."""
    definition = study(OPENED, SCORE)
    first = (
        b"opened_at,resolved_at,score\n2026-03-02 09:00,2026-03-02 10:00,n.a.\n2026-03-02 09:00,2026-03-02 10:00,2\n"
    )
    known = {"moments": ("opened_at", "resolved_at"), "numbers": ("score",), "columns": ("opened_at",)}
    one = read(first, SourceDefinition(id="tickets"), **known)
    second = (
        f"csi_batch,csi_line,opened_at,resolved_at,score\n{one.sha256[:12]},2,2026-03-02 09:00,2026-03-02 10:00,4\n"
    )
    two = read(second.encode(), SourceDefinition(id="tickets"), **known)
    assert REFUSED in one.frame
    made = process_study(definition, {"tickets": [one, two]})
    assert values(made.kpis["opened"]) == [2]
    assert values(made.kpis["score"]) == [3]
    assert made.kpis["score"].quality.validity.ratio == 1.0
    assert made.sources["tickets"].superseded == 1
    assert not len(made.quarantine)
    assert pd.Index(made.kpis["score"].series["refused"]).tolist() == [0]
