"""Whole sentences and findings: the numbers that are read in them add up and keep their sides."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.analysis.finding import draft
from csi.charts.report import details
from csi.terms import Direction, Period
from tests.analysis.series import analyse, kpi_input, noise, plain_result
from tests.charts.samples import view

NUMBER = r"([+−]?[\d,]+(?:\.\d+)?)"
MOVED = re.compile(
    rf"(?:from {NUMBER} h to {NUMBER} h|stayed at {NUMBER} h) \({NUMBER} h, likely {NUMBER} to {NUMBER}\)"
)
FOUND = re.compile(rf"{NUMBER} h before, {NUMBER} h after \({NUMBER} h, [^,]*, likely {NUMBER} to {NUMBER}\)")
REPORTED = re.compile(rf"Baseline [^:]*: {NUMBER} h · Evaluation [^:]*: {NUMBER} h")
DIFFERENCE = re.compile(rf"Difference: {NUMBER} h")


def read(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-"))


def adds_up(before: float, after: float, gap: float, low: float, high: float) -> None:
    assert after - before == pytest.approx(gap, abs=1e-9)
    assert low <= gap <= high


shapes = st.fixed_dictionaries(
    {
        "level": st.sampled_from([0.4, 3.0, 25.0, 50.0, 180.0, 2400.0]),
        "spread": st.sampled_from([0.002, 0.02, 0.1]),
        "moved": st.integers(-40, 40).map(lambda n: n / 10),
        "seed": st.integers(0, 400),
        "off": st.integers(-30, 30).map(lambda n: n / 100),
    }
)


def values_of(shape: dict[str, Any]) -> tuple[Any, float]:
    sigma = shape["level"] * shape["spread"]
    values = noise(36, level=shape["level"], sigma=sigma, seed=shape["seed"])
    values[24:] += shape["moved"] * sigma
    return values, round(float(values[24:].mean()) + shape["off"] * sigma, 3)


@settings(max_examples=60, deadline=None)
@given(shape=shapes, direction=st.sampled_from([Direction.LOWER, Direction.HIGHER]))
def test_a_sentence_and_its_finding_add_up(shape: dict[str, Any], direction: Direction) -> None:
    values, target = values_of(shape)
    item = kpi_input(values, target=target, direction=direction)
    result = analyse(values, target=target, direction=direction)
    found = MOVED.search(result.sentence)
    assert found, result.sentence
    before, after, stayed, gap, low, high = (read(one) if one else None for one in found.groups())
    adds_up(
        stayed if before is None else before, stayed if after is None else after, gap or 0.0, low or 0.0, high or 0.0
    )
    change = result.change
    assert change.lower is not None
    assert change.upper is not None
    assert (change.lower > 0 or change.upper < 0) == ((low or 0.0) > 0 or (high or 0.0) < 0), result.sentence
    level, shown = result.detail.after.level or 0.0, (stayed if after is None else after) or 0.0
    if abs(level - target) > 1e-6:
        assert (level > target) == (shown > target), result.sentence
        assert shown != target, result.sentence
    said = draft("A KPI", Period.WEEK, plain_result(item)).against_baseline
    there = FOUND.search(said)
    assert there, said
    adds_up(*map(read, there.groups()))


@pytest.mark.parametrize("seed", range(40))
def test_a_report_adds_up(seed: int) -> None:
    values, target = values_of({"level": 50.0, "spread": 0.02, "moved": seed % 5 / 10, "seed": seed, "off": 0.1})
    windows = {"baseline": ("2016-02-29", "2016-08-15"), "evaluation": ("2016-08-15", "2016-11-07")}
    result = analyse(values, target=target)
    shown = view(list(values), **windows, change=result.change, detail=result.detail)
    text = "\n".join(details(shown, None))
    levels, gap = REPORTED.search(text), DIFFERENCE.search(text)
    assert levels, text
    assert gap, text
    assert read(levels[2]) - read(levels[1]) == pytest.approx(read(gap[1]), abs=1e-9)
