"""Other people's code on random series: where methods agree in theory, the numbers must agree."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pymannkendall
import pytest
import shewhart
from scipy import stats

from csi.step5_analyse import limits, shares, signals, trend
from csi.step5_analyse.effect import hodges_lehmann, mean_change
from csi.step5_analyse.multiple import benjamini_hochberg
from tests.step5_analyse.series import autoregressive

SEEDS = range(8)
FACTOR = 3 / limits.D2


def drawn(seed: int, n: int = 40, ties: bool = False) -> np.ndarray:
    values = np.random.default_rng(seed).gamma(3.0, 2.0, n)
    return np.round(values) if ties else values


@pytest.mark.parametrize("seed", SEEDS)
def test_xmr_agrees_with_shewhart(seed: int):
    lines = limits.xmr(drawn(seed), screen=False, factor=FACTOR)
    theirs = shewhart.imr_limits(drawn(seed))
    ours = (float(lines.centre), float(lines.lower[0]), float(lines.upper[0]))
    assert ours == pytest.approx(
        (theirs["i_center"], theirs["i_lcl"], theirs["i_ucl"]), rel=1e-3, abs=1e-2
    )  # d2 to 4 digits


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("dispersed", [False, True])
def test_laney_agrees_with_shewhart(seed: int, dispersed: bool):
    random = np.random.default_rng(seed)
    size = random.integers(100, 300, 30).astype(float)
    rate = 0.2 * np.exp(0.4 * random.standard_normal(30)) if dispersed else np.full(30, 0.2)
    good = random.binomial(size.astype(int), np.minimum(rate, 1)).astype(float)
    table = pd.DataFrame({"x": good, "n": size})
    for ours, theirs in (
        (limits.p_prime(good, size), shewhart.laney_p(table, defectives="x", size="n", rules=None)),
        (limits.u_prime(good, size), shewhart.laney_u(table, defects="x", size="n", rules=None)),
        (limits.p(good, size), shewhart.p_chart(table, defectives="x", size="n", rules=None)),
        (limits.u(good, size), shewhart.u_chart(table, defects="x", size="n", rules=None)),
    ):
        np.testing.assert_allclose(ours.lower, theirs.table["lcl"], rtol=2e-3, atol=1e-4)
        np.testing.assert_allclose(ours.upper, theirs.table["ucl"], rtol=2e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_nelson_and_western_electric_first_rules_agree_with_shewhart(seed: int):
    values = np.random.default_rng(seed).standard_normal(200) + np.repeat([0.0, 0.8], 100)
    theirs = shewhart.imr(values)
    scores = (values - theirs.stats["i_center"]) / theirs.stats["sigma_within"]
    ours = signals.nelson(scores)
    found = {signal.rule for signal in theirs.signals}
    outside = [place for signal in theirs.signals if signal.rule == "nelson_1" for place in signal.points]
    assert np.flatnonzero(ours["N1"]).tolist() == sorted(outside)
    for rule in ("nelson_2", "nelson_3", "nelson_5", "nelson_6"):
        assert bool(ours[f"N{rule[-1]}"].any()) == (rule in found), rule


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ties", [False, True])
def test_mann_kendall_agrees_with_pymannkendall(seed: int, ties: bool):
    values = drawn(seed, ties=ties)
    values[5:8] = np.nan
    ours = trend.mann_kendall(values[None], autocorrelated=False)
    theirs = pymannkendall.original_test(values[np.isfinite(values)])
    assert (ours.s[0], ours.variance[0]) == (theirs.s, pytest.approx(theirs.var_s))
    assert (ours.z[0], ours.p[0]) == (pytest.approx(theirs.z), pytest.approx(theirs.p))


@pytest.mark.parametrize("seed", SEEDS)
def test_seasonal_mann_kendall_agrees_with_pymannkendall(seed: int):
    values = drawn(seed, 48) + 5 * np.tile(np.arange(12.0), 4)
    ours = trend.mann_kendall(values[None], season=12, autocorrelated=False)
    theirs = pymannkendall.seasonal_test(values, period=12)
    assert (ours.s[0], ours.variance[0]) == (theirs.s, pytest.approx(theirs.var_s))
    assert ours.p[0] == pytest.approx(theirs.p)
    assert ours.slope[0] * 12 == pytest.approx(theirs.slope)  # theirs is per season


@pytest.mark.parametrize("seed", SEEDS)
def test_sen_slope_and_interval_agree_with_scipy(seed: int):
    values = drawn(seed)
    ours = trend.mann_kendall(values[None], autocorrelated=False)
    theirs = stats.theilslopes(values)
    assert ours.slope[0] == pytest.approx(theirs.slope)
    ordered = np.sort([(b - a) / (j - i) for (i, a), (j, b) in itertools.combinations(enumerate(values), 2)])
    for side, other in ((ours.lower[0], theirs.low_slope), (ours.upper[0], theirs.high_slope)):
        assert abs(np.searchsorted(ordered, side) - np.searchsorted(ordered, other)) <= 2  # scipy rounds the rank


@pytest.mark.parametrize("seed", SEEDS)
def test_the_t_interval_is_welchs_where_neighbours_do_not_resemble_each_other(seed: int):
    random = np.random.default_rng(seed)
    before, after = (np.tile([-1.0, 1.0], 10) * (3 + random.random(20)) + shift for shift in (0.0, 1.5))
    ours = mean_change(before[None], after[None])
    theirs = stats.ttest_ind(after, before, equal_var=False)
    assert ours.phi[0] == 0
    assert ours.p[0] == pytest.approx(theirs.pvalue)
    assert (ours.lower[0], ours.upper[0]) == pytest.approx(tuple(theirs.confidence_interval()))


@pytest.mark.parametrize("seed", SEEDS)
def test_hodges_lehmann_is_the_median_of_all_differences_and_its_interval_inverts_mann_whitney(seed: int):
    before, after = drawn(seed, 15), drawn(seed + 100, 12) + 3
    found = hodges_lehmann(before[None], after[None])
    pairs = np.sort((after[:, None] - before[None, :]).ravel())
    assert found.shift[0] == pytest.approx(np.median(pairs))
    for side in (found.lower[0], found.upper[0]):
        p = stats.mannwhitneyu(after - side, before, method="asymptotic", use_continuity=False).pvalue
        assert 0.03 < p < 0.08
    assert found.lower[0] < found.shift[0] < found.upper[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_adjusted_p_values_agree_with_scipy(seed: int):
    p = np.random.default_rng(seed).random(25) ** 3
    np.testing.assert_allclose(benjamini_hochberg(p), stats.false_discovery_control(p))
    gaps = np.insert(p, [3, 10], np.nan)
    np.testing.assert_allclose(benjamini_hochberg(gaps)[np.isfinite(gaps)], stats.false_discovery_control(p))


@pytest.mark.parametrize(("good", "valid"), [(0, 10), (10, 10), (7, 19), (990, 1000)])
def test_wilson_agrees_with_scipy(good: int, valid: int):
    theirs = stats.binomtest(good, valid).proportion_ci(method="wilson")
    low, high = shares.wilson(good, valid)
    assert (float(low), float(high)) == pytest.approx((theirs.low, theirs.high))


def test_many_series_at_once_are_each_series_alone():
    values = autoregressive(7, 30, phi=0.4, seed=1)
    values[2, 4:9] = np.nan
    together = trend.mann_kendall(values)
    for row in range(7):
        alone = trend.mann_kendall(values[row : row + 1])
        assert [getattr(together, name)[row] for name in ("s", "p", "slope", "lower", "upper")] == [
            getattr(alone, name)[0] for name in ("s", "p", "slope", "lower", "upper")
        ]
