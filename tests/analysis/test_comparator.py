"""A comparator: a change counts for what was done only as far as it goes beyond what happened anyway."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from csi.analysis import Analysis, judge
from csi.analysis.comparator import beyond
from csi.analysis.drafts import draft
from csi.analysis.measured import measure
from csi.analysis.panel import panel
from tests.analysis.series import autoregressive, kpi_input, noise, step


def told(values: np.ndarray, other: np.ndarray, **about: Any) -> Analysis:
    lisbon = kpi_input(values, id="lisbon", name="Lisbon", comparator="porto", **about)
    porto = kpi_input(other, id="porto", name="Porto", before=about.get("before", 24))
    return judge({"lisbon": lisbon, "porto": porto})["lisbon"]


def test_a_change_beyond_a_quiet_comparator_is_attributed_with_both_numbers() -> None:
    found = told(step(-6.0), noise(36, seed=9))
    assert found.attribution.startswith("with a comparator: Porto changed by ")
    assert "and beyond that this is −" in found.attribution
    assert " h, likely −" in found.attribution


def test_a_comparator_that_changed_alike_counts_for_nothing() -> None:
    found = told(step(-6.0), step(-6.0, seed=9))
    assert found.verdict == "IMPROVED"
    assert "with a comparator" not in found.attribution
    assert "the comparator Porto changed by −" in found.attribution
    assert "beyond that nothing is shown" in found.attribution


def test_a_comparator_that_went_the_other_way_adds_and_one_that_went_further_takes_away() -> None:
    assert told(step(-3.0), step(4.0, seed=9)).attribution.startswith("with a comparator")
    further = told(step(-6.0), step(-14.0, seed=9)).attribution
    assert "with a comparator" not in further
    assert "beyond that this moved the other way (+" in further  # its interval excludes zero


def test_a_comparator_that_cannot_be_judged_says_so() -> None:
    few = noise(36, seed=9)
    few[24:33] = np.nan
    assert "the comparator Porto could not be judged" in told(step(-6.0), few).attribution
    away = judge({"lisbon": kpi_input(step(-6.0), comparator="porto")})["lisbon"]
    assert "comparator" not in away.attribution


def test_huge_values_are_compared_as_well() -> None:
    plain, huge = (told(step(-6.0) * size, noise(36, seed=9) * size).attribution for size in (1.0, 2.0**480))
    assert huge.startswith("with a comparator: Porto changed by ")
    assert plain.startswith("with a comparator: Porto changed by ")


def test_other_changes_are_listed_behind_it() -> None:
    found = told(step(-6.0), noise(36, seed=9), other_changes=("a new tariff",))
    assert found.attribution.endswith("; also changed in the window: a new tariff")


def test_without_a_judged_change_nothing_is_attributed() -> None:
    assert told(noise(20), noise(20, seed=9), before=4).attribution == "not judged"


def intervals(tries: int, phi: float, moved: float) -> np.ndarray:
    """Per try, the interval of the difference of differences."""
    series = autoregressive(2 * tries, 36, phi=phi, seed=21)
    series[:, 24:] += moved  # both alike
    stack = panel([kpi_input(values) for values in series])
    measured = measure(stack)
    drafts = [draft(stack, measured, number, 1.0) for number in range(2 * tries)]
    found = [beyond(one, other) for one, other in zip(drafts[::2], drafts[1::2], strict=True)]
    return np.array([(one.lower, one.upper) for one in found])


@pytest.mark.parametrize("phi", [0.0, 0.3])
def test_two_that_move_alike_are_seldom_told_apart(phi: float) -> None:
    found = intervals(400, phi, moved=-3.0)
    assert ((found[:, 0] > 0) | (found[:, 1] < 0)).mean() <= 0.06


def test_without_autocorrelation_it_is_welchs_interval_of_four_means() -> None:
    rng = np.random.default_rng(3)
    lisbon, porto = (np.round(rng.permutation(np.tile([-1.0, 1.0], 18)), 1) for _ in range(2))
    stack = panel([kpi_input(lisbon), kpi_input(porto)])
    measured = measure(stack)
    found = beyond(*(draft(stack, measured, number, 1.0) for number in range(2)))
    parts = [one for series in (lisbon, porto) for one in (series[:24], series[24:])]
    error = np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts))
    middle = parts[1].mean() - parts[0].mean() - parts[3].mean() + parts[2].mean()
    assert found.difference == pytest.approx(middle)
    reach = stats.norm.ppf(0.975) * error
    assert (found.upper - found.lower) / 2 == pytest.approx(reach, rel=0.15)


NUMBERS = re.compile(r"[−+]?[\d,]*\.?\d+")


@settings(max_examples=25, deadline=None)
@given(mine=st.floats(-9, 9), its=st.floats(-9, 9), seed=st.integers(3, 60))
def test_what_is_read_of_both_changes_adds_up(mine: float, its: float, seed: int) -> None:
    drafts = {"lisbon": step(mine), "porto": step(its, seed=seed)}
    lisbon = kpi_input(drafts["lisbon"], id="lisbon", name="Lisbon", comparator="porto")
    porto = kpi_input(drafts["porto"], id="porto", name="Porto")
    both = judge({"lisbon": lisbon, "porto": porto})
    said = both["lisbon"].attribution.partition("changed by ")[2]
    read = [float(one.replace("−", "-").replace(",", "")) for one in NUMBERS.findall(said)]
    usual, rest, low, high = read
    of_lisbon = both["lisbon"].change.difference or 0.0
    ulp = 10.0 ** -max(len(one.partition(".")[2]) for one in NUMBERS.findall(said))
    assert round(of_lisbon, 6) == pytest.approx(usual + rest, abs=0.51 * ulp)
    assert low <= rest <= high
