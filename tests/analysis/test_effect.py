"""Trend, before and after, interrupted series, change point: what they say about series whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from csi.analysis import change_point, interrupted, trend
from csi.analysis.effect import count_change, hodges_lehmann, mean_change, share_change, smallest_detectable
from csi.analysis.level import levels
from csi.analysis.measured import places
from csi.terms import Direction, Period
from tests.analysis.series import analyse, autoregressive, frame, noise, step


def test_below_twelve_points_no_trend_is_judged_and_the_missing_are_counted():
    found = analyse(np.arange(9.0), before=40).trend
    assert not found.judged
    assert found.slope is found.p is None
    assert found.reason == (
        "not enough data to judge a trend: 9 of 12 weeks; 3 weeks more needed, complete with data up to 31 Mar 2025"
    )


def test_a_straight_line_has_its_slope_and_no_width():
    found = analyse(100 - 2 * np.arange(30.0), before=40).trend
    assert (found.slope, found.slope_lower, found.slope_upper) == (-2, -2, -2)
    assert found.p < 0.001


def test_two_full_seasons_are_compared_like_with_like():
    season = 10 * np.sin(np.arange(48) * 2 * np.pi / 12)
    values = 100 + season + 0.5 * np.arange(48)
    shape = frame(values, step_days=30)
    found = analyse([], series=shape, before=60, period=Period.MONTH).trend
    assert found.reason.startswith("like compared with like")
    assert found.slope == pytest.approx(0.5)
    short = analyse(noise(20), before=60, period=Period.MONTH).trend
    assert "season cannot be told" in short.reason


def test_gaps_keep_their_place_in_time():
    values = np.arange(40.0)
    values[[5, 6, 7, 20]] = np.nan
    assert trend.mann_kendall(values[None]).slope[0] == 1


def test_the_interval_holds_the_difference_and_the_smallest_effect_is_seen_four_times_in_five():
    tries, before, after = 2000, 24, 12
    values = autoregressive(tries, before + after, phi=0.0, seed=8)
    found = mean_change(values[:, :before], values[:, before:])
    assert ((found.lower < 0) & (found.upper > 0)).mean() == pytest.approx(0.96, abs=0.02)
    typical = float(np.median(smallest_detectable(found)))
    shifted = mean_change(values[:, :before], values[:, before:] + typical)
    assert (shifted.p < 0.05).mean() == pytest.approx(0.8, abs=0.07)


def test_no_variation_makes_a_difference_certain_and_none_none():
    flat = np.full((1, 12), 5.0)
    assert mean_change(flat, flat + 1).p[0] == 0
    assert mean_change(flat, flat).p[0] == 1


def test_a_doubled_rate_is_a_ratio_of_two():
    counts = np.array([[30.0] * 12 + [60.0] * 12])
    before = np.arange(24)[None] < 12
    ratio, difference = count_change(counts, np.ones_like(counts), before, ~before)
    assert np.exp(ratio.difference[0]) == pytest.approx(2)
    assert difference.difference[0] == 30
    assert difference.lower[0] > 0


def test_counts_without_any_event_are_no_change():
    nothing = np.zeros((1, 24))
    before = np.arange(24)[None] < 12
    ratio, difference = count_change(nothing, np.ones_like(nothing), before, ~before)
    assert difference.difference[0] == 0
    assert ratio.p[0] > 0.5


def test_an_overdispersed_share_gets_a_wider_interval():
    size, before = np.full((1, 24), 1000.0), np.arange(24)[None] < 12
    wobble = np.tile([-80.0, 20, 75, -15], 6)[None]
    calm = share_change(np.full_like(size, 700.0), size, before, ~before)
    wild = share_change(700 + wobble, size, before, ~before)
    assert wild.upper[0] - wild.lower[0] > 2 * (calm.upper[0] - calm.lower[0])


def test_hodges_lehmann_shrugs_at_one_wild_point():
    before, after = noise(12, seed=1)[None], noise(12, seed=2)[None] - 4
    wild = after.copy()
    wild[0, 3] = 10_000
    assert abs(hodges_lehmann(before, wild).shift[0] - hodges_lehmann(before, after).shift[0]) < 1
    assert abs(mean_change(before, wild).difference[0]) > 100


def test_a_step_beyond_a_drift_is_told_from_the_drift():
    time = np.arange(48.0)
    before = time[None] < 24
    drift = 50 - 0.5 * time + noise(48, level=0, sigma=0.3, seed=3)
    only_drift = interrupted.interrupted(drift[None], before, ~before)
    assert only_drift.lower[0] < 0 < only_drift.upper[0]
    stepped = interrupted.interrupted((drift - 5 * (time >= 24))[None], before, ~before)
    assert stepped.level[0] == pytest.approx(-5, abs=0.6)


def test_an_interrupted_series_needs_twelve_points_on_each_side():
    values, before = noise(30)[None], np.arange(30)[None] < 11
    assert np.isnan(interrupted.interrupted(values, before, ~before).level[0])


def test_a_baseline_that_was_moving_already_is_said_in_the_sentence():
    values = 60 - 0.6 * np.arange(48) + noise(48, level=0, sigma=0.5, seed=4)
    found = analyse(values)
    assert found.change.state == "improved"
    assert "already moving this way" in found.sentence
    assert found.evidence != "strong"
    assert found.attribution == "association"


def test_a_stable_past_and_a_step_is_an_interrupted_series():
    found = analyse(step(-6.0, after=24))
    assert found.attribution == "interrupted series with a stable past"
    named = analyse(step(-6.0), other_changes=("a new tariff",))
    assert named.attribution.endswith("; also changed in the window: a new tariff")


@pytest.mark.parametrize("counts", [False, True])
def test_a_change_point_is_found_where_it_is_and_gaps_do_not_move_it(counts: bool):
    values = np.concatenate([np.full(20, 40.0), np.full(20, 15.0)]) + np.tile([0.0, 1, -1, 2], 10)
    values[[4, 25]] = np.nan
    method = change_point.poisson if counts else change_point.least_squares
    assert method(values[None]).first_after[0] == 20


def test_constants_have_no_change_point():
    assert change_point.least_squares(np.full((1, 40), 7.0)).first_after[0] == -1


def test_the_change_point_suggests_a_date_and_rebases_nothing():
    found = analyse(step(-8.0))
    assert found.detail.change_point == found.signals[0].start
    assert found.limits.n == 24


def test_two_windows_of_a_count_are_compared_as_counts():
    values = np.random.default_rng(1).poisson(np.repeat([40.0, 20.0], [24, 12])).astype(float)
    found = analyse(values, measure="count", value=None, unit="count", direction=Direction.LOWER)
    assert found.detail.method.startswith("ratio of counts")
    assert found.change.state == "improved"
    assert found.change.lower < found.change.difference < found.change.upper < 0


def test_a_window_without_events_has_the_exact_interval_of_each_rate():
    """By hand: Garwood's intervals (chi-squared quantiles) of 12 and of 0 events, joined as Newcombe joins shares."""
    counts = np.array([[1.0, 3, 1, 3, 1, 3, 0, 0, 0, 0, 0, 0]])
    before = np.arange(12)[None] < 6
    _, found = count_change(counts, np.ones_like(counts), before, ~before)
    low, high = stats.chi2.ppf(0.025, 24) / 2 / 6, stats.chi2.ppf(0.975, 26) / 2 / 6
    none = stats.chi2.ppf(0.975, 2) / 2 / 6
    assert found.difference[0] == pytest.approx(-2.0)
    assert found.lower[0] == pytest.approx(-2.0 - (high - 2.0))
    assert found.upper[0] == pytest.approx(-2.0 + np.hypot(none, 2.0 - low))


def test_a_season_taken_out_costs_a_point_for_each_of_its_places_but_one():
    week = np.array([5.0, 1, 2, 8, 3, 0, 9])
    restless = np.array([1.0, -1, 1, -1, 1, -1, 1])  # each place one up, one down: it has no season of its own
    values = np.concatenate([week + restless, week - restless, week - restless + 2, week + restless + 2])[None]
    before = np.arange(28)[None] < 14
    found = levels(values, before, ~before, places(28, np.array([7]))).difference
    assert found.df[0, 0] == 28 - 2 - 6
    assert found.value[0] == pytest.approx(2.0)
    assert found.errors[0, 0] == pytest.approx(np.sqrt(28 / 20 * (2 / 14)))  # φ = 0: squares of ±1 over 20
