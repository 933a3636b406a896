"""Everything that is decided by a measure stands in its row, and a row that lacks something is none."""

from __future__ import annotations

from dataclasses import fields

import pytest

from csi.errors import InvalidInput
from csi.measures import BY_NAME, MEASURES, Bounds, Family, Measure, Takes, is_measure, measure_in, measure_of

# What each measure decides, as sets of names: a row that is changed changes one of them.
DECIDED = {
    "is_counting": {"count", "distinct"},
    "is_additive": {"count", "distinct", "sum"},
    "is_level": {"mean", "median", "min", "max", "last", "p90"},
    "is_averaging": {"sum", "mean", "median", "p90"},
    "is_of_cases": {"mean", "median", "share", "nps", "p90"},
    "is_split": {"mean", "median", "share", "nps", "p90", "count", "ratio"},
    "is_of_spans": {"availability", "backlog"},
    "has_value_of_nothing": {"count", "distinct", "sum", "availability", "backlog"},
    "is_of_amounts": {"sum", "mean", "median", "min", "max", "last", "p90"},
    "reads_numbers": {"sum", "mean", "median", "min", "max", "last", "p90", "nps"},
    "needs_column": {"sum", "mean", "median", "min", "max", "last", "p90", "distinct"},
    "has_units": {"sum", "mean", "median", "min", "max", "last", "p90", "ratio"},
    "has_sides": {"share", "ratio", "availability", "nps"},
    "is_number_of_things": {"count", "distinct", "backlog"},
    "is_part": {"share", "availability"},
    "is_never_negative": {"count", "distinct", "backlog", "share", "availability"},
    "is_net": {"nps"},
    "tells_of_people": {"mean", "median", "min", "max", "share", "ratio", "nps", "p90"},
}


@pytest.mark.parametrize("decision", DECIDED)
def test_what_is_decided_by_a_measure(decision: str) -> None:
    assert {name for name in (*MEASURES, "p90") if getattr(measure_of(name), decision)} == DECIDED[decision]


def test_every_decision_is_tried() -> None:
    flags = {one.name for one in fields(Measure) if one.type == "bool"}
    told = {name for name, one in vars(Measure).items() if isinstance(one, property)}
    assert flags | told == set(DECIDED)


def test_the_family_and_the_unit_of_each() -> None:
    assert {name: one.family for name, one in BY_NAME.items() if one.family is not Family.NUMBER} == {
        "count": Family.COUNT,
        "distinct": Family.COUNT,
        "share": Family.SHARE,
        "ratio": Family.RATE,
        "nps": Family.NET,
    }
    assert {name: one.unit for name, one in BY_NAME.items() if one.unit != "count"} == {
        "share": "%",
        "ratio": "%",
        "availability": "%",
        "nps": "points",
    }


def test_an_incomplete_row_is_refused() -> None:
    with pytest.raises(TypeError, match="missing"):
        Measure(name="range", spoken="a range", takes=Takes.AMOUNTS)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("name", "probability"),
    [("median", 0.5), ("p90", 0.9), ("p99.5", 0.995), ("p0", 0.0), ("p100", 1.0), ("mean", None), ("share", None)],
)
def test_the_quantile_a_measure_takes(name: str, probability: float | None) -> None:
    assert measure_of(name).probability == (None if probability is None else pytest.approx(probability))


def test_a_percentile_is_a_mean_with_a_probability() -> None:
    assert (measure_of("p90").name, measure_of("p90").spoken, measure_of("p90").shape) == ("p90", "a p90", "number")


@pytest.mark.parametrize("name", ["p101", "p", "pmean", "p9o", "range", "Count"])
def test_what_is_no_measure(name: str) -> None:
    assert not is_measure(name)
    with pytest.raises(InvalidInput, match="expected one of count, distinct"):
        measure_of(name)


@pytest.mark.parametrize("said", [{}, {"measure": ""}, {"measure": "often"}, {"measure": None}])
def test_a_definition_that_names_none_decides_nothing(said: dict[str, str | None]) -> None:
    assert measure_in(said) is measure_of("")


def test_a_definition_names_its_measure() -> None:
    assert measure_in({"measure": "p90"}).probability == pytest.approx(0.9)


@pytest.mark.parametrize("name", ["", None])
def test_where_none_was_said_nothing_is_decided(name: str | None) -> None:
    unsaid = measure_of(name)
    assert not any(getattr(unsaid, decision) for decision in DECIDED if decision != "tells_of_people")
    assert (unsaid.bounds, unsaid.probability, unsaid.unit) == (Bounds.NONE, None, "count")
    assert unsaid.tells_of_people  # what is not known is not shown
