"""Limits: frozen, trial, clipped, phased, screened; signals on them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy import stats

from csi.analysis import limits, signals
from csi.analysis.analysis import FrozenLimits
from csi.terms import Direction
from csi.words.signals import SignalRule
from tests.analysis.series import analyse, frame, noise, step


@pytest.mark.parametrize(
    ("points", "exist", "trial"), [(5, False, False), (6, True, True), (11, True, True), (12, True, False)]
)
def test_limits_need_six_points_and_are_on_trial_below_twelve(points: int, exist: bool, trial: bool):
    found = analyse(noise(40), before=points).limits
    assert (found.exist, found.trial, found.n) == (exist, trial, points)
    if not exist:
        assert found.lower is found.upper is found.centre is None


NAMES = ("", *SignalRule)  # by rank


def test_limits_are_frozen_on_the_baseline():
    assert analyse(noise(36)).limits == analyse(step(-30.0)).limits


def test_without_a_baseline_limits_rest_on_all_points_and_say_so():
    found = analyse(noise(30), before=40)
    assert found.limits.n == 30
    assert "The limits rest on all points, as no baseline is fixed." in found.warnings


def test_limits_of_an_approved_earlier_baseline_are_kept():
    found = analyse(noise(36), frozen=FrozenLimits(centre=30.0, sigma=1.0, n=20))
    assert (found.limits.centre, found.limits.lower, found.limits.upper, found.limits.n) == (30.0, 27.0, 33.0, 20)
    assert found.signals


def test_level_limits_of_an_earlier_baseline_are_not_called_others() -> None:
    valid = np.full(36, 50.0)
    frozen = FrozenLimits(centre=70.0, sigma=4.0, n=24)
    found = analyse(
        np.full(36, 70.0), n=valid, numerator=valid * 0.7, measure="share", unit="%", value=None, frozen=frozen
    )
    assert (found.limits.kind, found.limits.upper) == ("xmr", 82.0)


def test_frozen_dispersion_widens_by_each_periods_own_cases():
    size = np.tile([100.0, 400.0], 18)
    good = np.round(size * 0.7)
    found = analyse(
        100 * good / size,
        n=size,
        numerator=good,
        measure="share",
        unit="%",
        direction=Direction.HIGHER,
        frozen=FrozenLimits(centre=70.0, sigma=4.0, n=24, kind="p_prime", sigma_z=1.5),
    )
    width = np.array(found.limits.upper) - 70
    assert width[0] == pytest.approx(2 * width[1])
    assert width[0] == pytest.approx(3 * 1.5 * 100 * np.sqrt(0.7 * 0.3 / 100))


def test_a_gap_breaks_moving_ranges():
    assert np.isnan(limits.moving_ranges(np.array([1.0, np.nan, 9.0]))).all()


def test_screening_leaves_the_range_out_and_the_point_in_and_keeps_both_values():
    values = np.array([1.0, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1])
    screened = limits.xmr(values)
    assert screened.centre == pytest.approx(values.mean())
    assert screened.sigma[0] < screened.sigma_unscreened[0]


def test_what_cannot_be_negative_is_clipped_at_zero_and_says_so():
    found = analyse(np.abs(noise(36, level=2.0, sigma=3.0)))
    assert found.limits.lower == 0
    assert any("clipped at 0" in text for text in found.warnings)
    free = analyse(np.abs(noise(36, level=2.0, sigma=3.0)), measure="mean", value="margin", unit="EUR")
    assert free.limits.lower < 0


@pytest.mark.parametrize(
    ("unit", "clipped"), [("h", True), ("MB", True), ("/min", True), ("count", False), ("EUR", False)]
)
def test_hours_and_bytes_typed_as_numbers_are_clipped_too_and_what_may_be_negative_is_not(unit: str, clipped: bool):
    values = np.tile([1.0, 9.0], 18)
    about = {"measure": "mean", "value": "amount", "unit": unit}
    assert analyse(values, **about).detail.clipped is clipped
    assert not analyse(values - 3, **about).detail.clipped  # it is negative, so it can be


def test_availability_stays_below_all_of_the_time():
    up = np.tile([10000.0, 10060.0, 10079.5], 12)
    found = analyse(up / 100.8, n=10080.0, numerator=up, measure="availability", unit="%", direction=Direction.HIGHER)
    assert found.limits.lower < found.limits.centre < found.limits.upper == 100.0
    assert found.signals == ()


def test_zeros_with_a_few_ones_have_limits_with_a_width():
    values = np.zeros(36)
    values[[3, 26, 28]] = 1.0
    found = analyse(values, measure="backlog", value=None, unit="count")
    assert found.limits.lower == 0 < found.limits.centre < found.limits.upper < 1
    assert {(signal.rule, signal.direction) for signal in found.signals} == {("outside", "concern")}
    assert found.detail.minimum_important_difference > 0


def test_shares_stay_between_nothing_and_all():
    good = np.full(36, 98.0)
    good[::5] = 80
    found = analyse(good, n=100.0, numerator=good, measure="share", unit="%", direction=Direction.HIGHER)
    assert found.limits.kind == "p_prime"
    assert found.limits.upper == 100


def test_wide_dispersion_of_shares_silences_what_a_plain_chart_cries():
    random = np.random.default_rng(3)
    size = np.full(36, 20_000.0)
    good = np.round(size * np.clip(0.6 + 0.06 * random.standard_normal(36), 0, 1))
    plain = limits.p(good, size)
    cried = np.abs(signals.outside(good / size, plain.lower, plain.upper)).mean()
    prime = limits.p_prime(good, size)
    assert cried > 0.6
    assert np.abs(signals.outside(good / size, prime.lower, prime.upper)).mean() < 0.06
    assert prime.sigma_z > 8


@pytest.mark.parametrize(("spread", "words"), [(1.0, "Plain limits would do"), (0.4, "vary less than chance")])
def test_dispersion_near_and_below_chance_is_said(spread: float, words: str):
    good = np.round(140 + spread * np.sqrt(200 * 0.7 * 0.3) * np.random.default_rng(2).standard_normal(36))
    found = analyse(good / 2, n=200.0, numerator=good, measure="share", unit="%", direction=Direction.HIGHER)
    assert any(words in text for text in found.warnings)


def test_shares_that_are_all_good_have_limits_without_width():
    found = analyse(np.full(36, 100.0), n=50.0, numerator=np.full(36, 50.0), measure="share", unit="%")
    assert (found.limits.centre, found.limits.lower, found.limits.upper) == (100, 100, 100)


def test_rare_events_point_to_the_time_between():
    found = analyse(np.tile([0.0, 1.0, 0.0, 2.0], 9), measure="count", value=None, unit="count")
    assert any("time between events" in text for text in found.warnings)
    days = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=10 * place) for place in range(12)]
    timed = analyse(np.tile([0.0, 1.0, 0.0, 2.0], 9), measure="count", value=None, unit="count", events=tuple(days))
    assert any("10.0 days as a rule" in text for text in timed.warnings)


def codes(values: list[float]) -> list[str]:
    """Rules on a chart with centre 0 and one sigma of 1."""
    array = np.array(values, dtype=float)
    three = np.array([3.0])
    found = signals.nhs(array, np.array(0.0), -three, three, np.array([1.0]))
    return [NAMES[rule] for rule in found.rule]


def test_outside_comes_before_trend_before_two_of_three_before_shift():
    assert codes([0.1] * 6 + [3.5]) == ["shift"] * 6 + ["outside"]
    assert codes([0.1, 0.2, 0.3, 0.4, 0.5, 2.5, 2.6]) == ["trend"] * 7
    assert codes([0.1, 0.1, 0.1, 0.1, 0.1, 2.5, 2.4]) == ["shift"] * 5 + ["two_of_three"] * 2


def test_a_tie_breaks_a_trend_and_a_gap_breaks_a_run():
    assert codes([-3, -2, -1, -1, 0, 1, 2, 2.9]) == [""] * 8
    assert codes([0.1] * 4 + [float("nan")] + [0.1] * 4) == [""] * 9
    assert codes([0.1] * 7) == ["shift"] * 7


def test_two_of_three_need_all_three_on_one_side():
    assert codes([2.5, -0.1, 2.5]) == [""] * 3
    assert codes([2.5, 0.1, 2.5]) == ["two_of_three", "", "two_of_three"]


def test_a_point_on_a_limit_is_inside():
    assert codes([0, 3.0, 0]) == [""] * 3


def test_the_latest_point_is_told_apart_from_history():
    values = noise(36, seed=2)
    values[10], values[35] = 60.0, 60.0
    found = analyse(values, before=9)
    outside = {signal.latest for signal in found.signals if signal.rule == "outside"}
    assert outside == {False, True}
    assert sum(signal.latest for signal in found.signals) == 1


@pytest.mark.parametrize(("direction", "expected"), [(Direction.LOWER, "concern"), (Direction.HIGHER, "improvement")])
def test_a_high_point_is_good_or_bad_by_direction(direction: Direction, expected: str):
    values = noise(36, seed=2)
    values[30] = 60.0
    top = frame(values).index[30].to_pydatetime()
    [signal] = [one for one in analyse(values, direction=direction).signals if one.start == top]
    assert (signal.rule, signal.direction) == ("outside", expected)


def test_inside_a_band_a_signal_is_neither_unless_it_leaves_the_band():
    values = noise(36, level=50, sigma=1.0, seed=2)
    values[30], values[33] = 58.0, 90.0
    found = analyse(values, direction=Direction.WITHIN, band=(40.0, 60.0))
    said = {signal.start: signal.direction for signal in found.signals}
    starts = [moment.to_pydatetime() for moment in frame(values).index]
    assert (said[starts[30]], said[starts[33]]) == ("neither", "concern")


def test_six_points_without_five_neighbouring_pairs_have_no_limits():
    gap = np.nan
    four_pairs = np.array([1.0, 2.0, gap, 3.0, 4.0, gap, 5.0, 6.0, gap, 7.0, 8.0])
    five_pairs = np.array([1.0, 2.0, gap, 3.0, 4.0, gap, 5.0, 6.0, 7.0, gap, 8.0, 9.0])
    assert np.isnan(limits.xmr(four_pairs).centre)
    assert limits.xmr(five_pairs).centre == pytest.approx(5.0)
    assert limits.xmr(five_pairs).upper == pytest.approx(5.0 + 2.66)


def test_the_numbers_of_points_at_which_a_trial_ends():
    assert [bool(limits.xmr(noise(points)).trial) for points in (5, 6, 11, 12)] == [False, True, True, False]


def test_a_point_beyond_the_limits_is_not_one_of_two_in_the_outer_third():
    centre, lower, upper, sigma = np.array(0.0), np.array([-3.0]), np.array([3.0]), np.array([1.0])
    with_one_beyond = signals.nhs(np.array([0.5, 2.5, 3.5, -0.5]), centre, lower, upper, sigma)
    with_two_within = signals.nhs(np.array([0.5, 2.5, 2.9, -0.5]), centre, lower, upper, sigma)
    assert [NAMES[rule] for rule in with_one_beyond.rule] == ["", "", "outside", ""]
    assert [NAMES[rule] for rule in with_two_within.rule] == ["", "two_of_three", "two_of_three", ""]


@pytest.mark.parametrize("mean", [0.25, 0.5, 1.0, 5.0])
def test_low_counts_are_seldom_outside_their_limits_by_chance(mean: float):
    """XmR limits were left in 51, 40 and 26 % of quiet windows of 12 at means of .25, .5 and 1."""
    counts = np.random.default_rng(3).poisson(mean, (2000, 36)).astype(float)
    found = limits.low_counts(counts, fit=np.broadcast_to(np.arange(36) < 24, counts.shape))
    after = counts[:, 24:]
    assert ((after > found.upper) | (after < found.lower)).any(axis=1).mean() <= 0.055
    doubled = np.random.default_rng(4).poisson(2 * mean, (2000, 12))
    assert (doubled > found.upper).any(axis=1).mean() >= {0.25: 0.08, 0.5: 0.13, 1.0: 0.25, 5.0: 0.78}[mean]


def test_limits_of_low_counts_know_how_few_events_there_were():
    """By scipy: negative binomial of 12.5 events in 24 periods, and of 1.5 in 3 times fewer."""
    counts = np.tile([1.0, 0.0], 12)[None]
    found = limits.low_counts(counts)
    assert found.upper[0, 0] == stats.nbinom.ppf(0.995, 12.5, 24 / 25)
    assert found.lower[0, 0] == stats.nbinom.ppf(0.005, 12.5, 24 / 25)
    fewer = limits.low_counts(counts[:, :8])
    assert fewer.upper[0, 0] == stats.nbinom.ppf(0.995, 4.5, 8 / 9)
    assert np.isnan(limits.low_counts(counts[:, :5]).upper[0, 0])


def test_counts_that_vary_more_than_chance_have_wider_limits():
    """By hand: mean 3, Σ(x − 3)² / 3 = 72 over 23 degrees of freedom, drawn to (2 + 72) / 25 of 3 · (1 + 1/24)."""
    counts = np.tile([0.0, 6.0], 12)[None]
    variance = 74 / 25 * 3 * 25 / 24
    size = 9 / (variance - 3)
    found = limits.low_counts(counts)
    assert found.upper[0, 0] == stats.nbinom.ppf(0.99865, size, 3 / variance)
    assert found.sigma[0, 0] == pytest.approx(np.sqrt(variance))


@pytest.mark.parametrize(("level", "kind"), [(8, "poisson"), (9, "xmr")])
def test_a_count_below_nine_has_limits_of_its_own(level: int, kind: str):
    values = np.full(36, float(level)) + np.tile([1.0, -1.0], 18)
    assert analyse(values, measure="count", value=None, unit="count").limits.kind == kind
    assert analyse(values).limits.kind == "xmr"


@pytest.mark.parametrize("counts", [[0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 0], [0, 9, 0, 0, 12, 0, 1, 0, 0, 8, 0, 0]])
def test_limits_of_low_counts_that_were_frozen_are_what_they_were(counts: list[int]):
    made = limits.low_counts(np.array([counts], dtype=float))
    again = limits.low_counts_frozen(float(made.centre[0]), float(made.sigma[0, 0]), int(made.n[0]))
    assert (again.lower[0, 0], again.upper[0, 0]) == (made.lower[0, 0], made.upper[0, 0])
    frozen = FrozenLimits(float(made.centre[0]), float(made.sigma[0, 0]), 12, "poisson")
    found = analyse([*counts, *counts], before=12, measure="count", unit="count", value=None, frozen=frozen)
    assert (found.limits.kind, found.limits.upper) == ("poisson", made.upper[0, 0])
