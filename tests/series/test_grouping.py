"""Which columns split the cases into a few groups, and what a KPI is in each: from memory and from partitions alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from csi.definition import KpiDefinition, StudyDefinition, Window
from csi.series.contributions import Contribution
from csi.series.grouping import Groups, grouping, held_of, is_told, may_split
from csi.series.groups import groups_of, merged, rates_of, sample_of
from csi.terms import Period

MANY = 40


def column(*values: str | None) -> pd.Series:
    return pd.Series((list(values) * MANY)[:MANY], dtype="str")


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("Category", ("Network", "Mail"), True),
        ("Category", ("Network",), False),
        ("Category", tuple(f"c{at}" for at in range(12)), True),
        ("Category", tuple(f"c{at}" for at in range(13)), False),
        ("Category", ("Network", "Mail", None, None), False),
        ("Category", (*("Network", "Mail") * 9, None, None), True),
        ("Category", (*("Network", "Mail") * 8, None, None, None), False),
        ("Assignee", ("A", "B"), False),
        ("Assigned to", ("A", "B"), False),
        ("AssigneeName", ("A", "B"), False),
        ("Assignment group", ("A", "B"), True),
        ("Owner team", ("A", "B"), True),
        ("Bearbeiter", ("A", "B"), False),
        ("Contact", ("A", "B"), False),
        ("Where", ("ann@desk.org", "bob@desk.org"), False),
        ("Where", ("Lee, Ann", "Kay, Bob"), False),
        ("Status", ("Closed", "Resolved"), False),
        ("Escalated", ("yes", "no"), False),
        ("Score", ("3", "4", "5"), False),
        ("Amount", ("3", "4", "5"), False),
        ("Priority", ("1", "2", "3"), True),
    ],
)
def test_a_grouping_holds_a_few_texts_and_no_people(name: str, values: tuple, found: bool) -> None:
    assert grouping(pd.DataFrame({name: column(*values)})) == ((name,) if found else ())


def test_six_columns_are_looked_at_in_the_order_of_the_file() -> None:
    assert grouping(pd.DataFrame({f"c{at}": column("a", "b") for at in range(8)})) == tuple(f"c{at}" for at in range(6))


def test_a_column_of_addresses_is_one_of_people_where_most_are() -> None:
    assert is_told("Desk", ["a@b.org", "c@d.org", "none"])
    assert not is_told("Desk", ["a@b.org", "none"])


def kpi(measure: str, **said: object) -> KpiDefinition:
    fixed = {"id": "k", "name": "K", "source": "s", "at": "at", "measure": measure}
    return KpiDefinition(**{**fixed, "unit": "h", "value": "v", **said})


def rows(values: list[float], good: list[bool] | None = None) -> Contribution:
    n = len(values)
    told = np.array(good) if good is not None else None
    return Contribution(rows=np.arange(n), at=np.zeros(n, dtype=np.int64), value=np.array(values), good=told)


HELD = pd.DataFrame({"Site": pd.Series(["A", "B", "A", "B", "A", None], dtype="str")}, index=range(6))
PLACES = np.array([0, 0, 1, 1, 1, 1])
VALUES = [1.0, 9.0, 2.0, 8.0, 4.0, 99.0]


def of(one: KpiDefinition, made: Contribution, **kept: object) -> np.ndarray:
    [found] = groups_of(one, sample_of(one, made, PLACES, HELD), 2)
    assert (found.column, found.names, found.cases.tolist()) == ("Site", ("A", "B"), [[1.0, 2.0], [1.0, 1.0]])
    return found.values


def test_each_measure_is_told_by_group_and_period() -> None:
    assert of(kpi("mean"), rows(VALUES)).tolist() == [[1.0, 3.0], [9.0, 8.0]]
    assert of(kpi("median"), rows(VALUES)).tolist() == [[1.0, 3.0], [9.0, 8.0]]
    assert of(kpi("p90"), rows(VALUES)).tolist() == [[1.0, 3.8], [9.0, 8.0]]
    assert of(kpi("nps"), rows(VALUES)).tolist() == [[-100.0, -100.0], [100.0, 0.0]]
    good = [True, False, True, True, False, True]
    assert of(kpi("share", unit="%"), rows(VALUES, good)).tolist() == [[100.0, 50.0], [0.0, 100.0]]


def test_a_count_is_told_by_group_and_period_with_how_many_rows_were_looked_at() -> None:
    one = kpi("count", unit="count", value=None)
    assert of(one, rows(VALUES)).tolist() == [[1.0, 2.0], [1.0, 1.0]]
    [found] = groups_of(one, sample_of(one, rows(VALUES), PLACES, HELD), 2, every=7)
    assert (found.every, found.values.tolist()) == (7, [[1.0, 2.0], [1.0, 1.0]])


def test_a_rate_is_its_events_over_what_they_are_counted_over() -> None:
    one = kpi("ratio", unit="per h")
    made = replace(rows(VALUES), denominator=np.array([2.0, 3.0, 4.0, np.nan, 4.0, 1.0]))
    [found] = groups_of(one, sample_of(one, made, PLACES, HELD), 2)
    np.testing.assert_array_equal(found.values, [[0.5, 0.75], [3.0, np.nan]])
    np.testing.assert_array_equal(found.cases, [[2.0, 8.0], [3.0, 0.0]])


def counted(column: str, names: tuple[str, ...], values: list, every: int = 1) -> Groups:
    return Groups(column, names, np.array(values, dtype=float), np.array(values, dtype=float), every)


def test_a_ratio_of_two_counts_is_split_by_what_both_have() -> None:
    above = [counted("Site", ("A", "B", "C"), [[1, 2], [3, 0], [9, 9]]), counted("Team", ("x", "y"), [[1, 1], [1, 1]])]
    below = [counted("Site", ("B", "A"), [[3, 0], [2, 4]], every=2), counted("Desk", ("x", "y"), [[1, 1], [1, 1]])]
    [found] = rates_of(kpi("ratio", unit="%"), above, below, 2)
    assert (found.column, found.names, found.every) == ("Site", ("A", "B"), 1)
    np.testing.assert_array_equal(found.values, [[25.0, 25.0], [50.0, np.nan]])
    np.testing.assert_array_equal(found.cases, [[4.0, 8.0], [6.0, 0.0]])
    assert rates_of(kpi("ratio"), above, [counted("Site", ("A", "D"), [[1, 1], [1, 1]])], 2) == ()  # one is no split


@pytest.mark.parametrize("measure", ["distinct", "sum", "max", "last"])
def test_what_is_no_count_and_not_of_cases_has_no_groups(measure: str) -> None:
    assert sample_of(kpi(measure), rows(VALUES), PLACES, HELD) is None


def test_a_column_that_the_kpi_is_made_of_is_none_of_its_groups() -> None:
    assert sample_of(kpi("mean", where='Site == "A"'), rows(VALUES), PLACES, HELD) is None


def test_a_column_made_from_the_value_is_none() -> None:
    values = [float(at) for at in range(40)]
    held = pd.DataFrame({"Band": pd.Series(["low"] * 20 + ["high"] * 20, dtype="str")})
    thirds = pd.DataFrame({"Band": pd.Series([f"b{at // 5}" for at in range(40)], dtype="str")})
    places = np.zeros(40, dtype=np.int64)
    assert len(groups_of(kpi("mean"), sample_of(kpi("mean"), rows(values), places, held), 1)) == 1  # .75 of the ranks
    assert groups_of(kpi("mean"), sample_of(kpi("mean"), rows(values), places, thirds), 1) == ()


def test_partitions_in_any_order_give_the_same() -> None:
    one = kpi("mean")
    whole = sample_of(one, rows(VALUES), PLACES, HELD)
    parts = [
        sample_of(one, rows(VALUES[:3]), PLACES[:3], HELD[:3]),
        None,
        sample_of(one, rows(VALUES[3:]), PLACES[3:], HELD[3:].set_axis(range(3))),
    ]
    for order in (parts, parts[::-1]):
        [found], [expected] = groups_of(one, merged(order), 2), groups_of(one, whole, 2)
        assert (found.names, found.values.tolist()) == (expected.names, expected.values.tolist())
    assert merged([None, None]) is None


def test_only_the_sampled_rows_that_count_are_looked_at() -> None:
    frame = pd.DataFrame({"Site": ["a", "b", "c", "d"], "Other": 1})
    held = held_of(frame, np.array([0, 2, 3]), np.array([0, 2]), ("Site", "Gone"))
    assert held.to_dict() == {"Site": {0: "a", 2: "d"}}


WINDOWS = {
    "baseline": Window(date(2026, 1, 5), date(2026, 3, 2)),
    "evaluation": Window(date(2026, 3, 2), date(2026, 5, 4)),
}


@pytest.mark.parametrize(
    ("one", "about", "expected"),
    [
        (kpi("mean"), WINDOWS, True),
        (kpi("p90"), WINDOWS, True),
        (kpi("count"), WINDOWS, True),
        (kpi("ratio"), WINDOWS, True),
        (kpi("sum"), WINDOWS, False),
        (kpi("mean"), {"baseline": WINDOWS["baseline"]}, False),
        (kpi("mean", **WINDOWS), {}, True),
        (kpi("mean", source="other"), WINDOWS, False),
    ],
)
def test_groups_are_read_where_cases_are_compared_before_and_after(one: KpiDefinition, about: dict, expected: bool):
    study = StudyDefinition(service="desk", timezone="UTC", period=Period.WEEK, sources={}, kpis={"k": one}, **about)
    assert may_split(study, "s") is expected
