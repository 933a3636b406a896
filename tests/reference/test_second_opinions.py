"""Other people's code on random series: where methods agree in theory, the numbers must agree."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pymannkendall
import pytest
import shewhart
from scipy import stats

from csi.analysis import level, limits, mixture, shares, trend
from csi.analysis.effect import hodges_lehmann
from csi.analysis.multiple import benjamini_hochberg
from tests.analysis.series import autoregressive
from tests.reference import comparisons

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
    ours = comparisons.nelson(scores)
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
@pytest.mark.parametrize("unlike", [False, True])
def test_given_independent_points_the_interval_is_students_and_welchs_where_windows_vary_unlike(
    unlike: bool, seed: int
):
    before = drawn(seed, 20)
    after = before[4:19][::-1] * (9 if unlike else 1) + 1.5
    values = np.concatenate([before, after])[None]
    first = np.arange(35)[None] < 20
    found = level.levels(values, first, ~first).difference
    df, errors = (np.broadcast_to(part, found.weights.shape) for part in (found.df, found.errors))
    ours = mixture.Estimate(found.value, errors[:, :1], df[:, :1], np.ones((1, 1)))
    theirs = stats.ttest_ind(after, before, equal_var=not unlike)
    assert bool(level.unequal(values, first, ~first)[0]) is unlike
    assert ours.p()[0] == pytest.approx(theirs.pvalue)
    sides = found.value[0] - ours.reach()[0], found.value[0] + ours.reach()[0]
    assert sides == pytest.approx(tuple(theirs.confidence_interval()))


def test_a_difference_is_weighed_by_every_autocorrelation_as_dense_matrices_would():
    values = np.random.default_rng(0).normal(size=20).cumsum() / 2
    values[[3, 4, 9]] = np.nan
    place = np.arange(20)
    before, after = place < 12, place >= 14
    there = np.flatnonzero(np.isfinite(values) & (before | after))
    y, x, n = values[there], np.c_[before, after][there].astype(float), len(there)
    contrast = x[:, 1] / x[:, 1].sum() - x[:, 0] / x[:, 0].sum()
    likely, errors = [], []
    for phi in mixture.GRID:
        r = np.where(there[:, None] == there, 1.0, phi ** np.abs(there[:, None] - there))
        inverse = np.linalg.inv(r)
        information = x.T @ inverse @ x
        left = y - x @ np.linalg.solve(information, x.T @ inverse @ y)
        sse = left @ inverse @ left
        dets = np.linalg.slogdet(r)[1] + np.linalg.slogdet(information)[1]
        likely.append(-dets / 2 - (n - 2) / 2 * np.log(sse))
        errors.append(np.sqrt(sse / (n - 2) * (contrast @ r @ contrast)))
    weights = mixture.PRIOR * np.exp(np.array(likely) - max(likely))
    weights /= weights.sum()
    found = level.levels(values[None], before[None], after[None]).difference
    assert found.weights[0] == pytest.approx(weights)
    assert found.value[0] == pytest.approx(contrast @ y)
    assert found.p()[0] == pytest.approx((weights * 2 * stats.t.sf(abs(contrast @ y) / np.array(errors), n - 2)).sum())
    beyond = (weights * 2 * stats.t.sf(found.reach()[0] / np.array(errors), n - 2)).sum()
    assert beyond == pytest.approx(0.05)


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
