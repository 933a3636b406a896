"""Error budget, business impact, forecast: what a result is worth, and when nothing is promised."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from csi.analysis.aim import Aim
from csi.analysis.budget import budget
from csi.analysis.forecast import forecast
from csi.analysis.impact import Range, UnitCost, gap_cost
from csi.definition import RatioValue, Rebase
from csi.errors import InvalidInput
from csi.terms import Direction, Period
from tests.analysis.series import analyse, frame, noise, step

EURO = UnitCost(Range(20.0, 25.0, 40.0), "EUR", "hour", "Carol", date(2026, 1, 1))
LOWER = Aim(Direction.LOWER, 20.0)


def test_a_budget_half_used():
    found = budget(9950, 10_000, 0.99)
    assert (found.allowed, found.bad, found.consumed, found.burn) == pytest.approx((100, 50, 0.5, 0.5))
    assert found.lower < found.attainment < found.upper
    assert found.alarm is False
    assert budget(9800, 10_000, 0.99).alarm is True


def test_few_expected_bad_events_raise_no_alarm():
    assert budget(395, 400, 0.99).alarm is None


@pytest.mark.parametrize(
    ("valid", "target", "told"),
    [(499, 0.99, False), (500, 0.99, True), (49, 0.9, False), (50, 0.9, True), (99, 0.95, False), (100, 0.95, True)],
)
def test_an_alarm_needs_five_failures_to_be_due(valid: float, target: float, *, told: bool):
    assert (budget(valid - 1, valid, target).alarm is not None) is told


@pytest.mark.parametrize("target", [0.9, 0.95, 0.99, 0.999])
def test_what_uses_exactly_all_is_no_alarm(target: float):
    due = round((1 - target) * 100_000)
    assert [budget(100_000 - bad, 100_000, target).alarm for bad in (due, due + 1)] == [False, True]


@pytest.mark.parametrize("target", [0.0, 1.0, 1.2])
def test_a_budget_needs_a_promise_that_can_be_broken(target: float):
    with pytest.raises(InvalidInput, match="between 0 and 100"):
        budget(9, 10, target)


def test_no_valid_cases_are_no_budget():
    assert budget(0, 0, 0.99) is None


def test_the_budget_of_the_evaluation_stands_behind_a_share():
    good = np.concatenate([np.full(24, 180.0), np.full(12, 190.0)])
    found = analyse(
        good / 2, n=200.0, numerator=good, measure="share", unit="%", direction=Direction.HIGHER, target=90.0
    )
    assert found.detail.budget_consumed == pytest.approx(0.5)


@pytest.mark.parametrize(("unit", "times", "used"), [("%", 1.0, 0.5), ("%", 1.2, None), ("h", 1.0, None)])
def test_a_quotient_in_per_cent_has_a_budget_while_it_never_exceeds_its_whole(
    unit: str, times: float, used: float | None
):
    good = np.concatenate([np.full(24, 180.0), np.full(12, 190.0)])
    good[0] *= times
    value = RatioValue("met", "all")
    about = {"measure": "ratio", "value": value, "unit": unit, "direction": Direction.HIGHER, "target": 90.0}
    found = analyse(good / 2, n=200.0, numerator=good, **about)
    assert found.detail.budget_consumed == (None if used is None else pytest.approx(used))


def test_a_gap_costs_volume_times_unit_cost_with_its_range_and_formula():
    found = gap_cost(Range(1.0, 2.0, 4.0), 100, EURO)
    assert (found.cost.low, found.cost.central, found.cost.high) == (2000, 5000, 16_000)
    assert found.formula == "gap 2 × volume 100 × 25 EUR per hour"
    assert gap_cost(Range(-3.0, -2.0, -1.0), 100, EURO).cost == Range(0, 0, 0)


def test_a_range_must_rise():
    with pytest.raises(InvalidInput, match="rise"):
        Range(3.0, 2.0, 4.0)


@pytest.mark.parametrize(
    ("points", "ahead", "shift", "target", "words"),
    [
        (23, 4, False, 20.0, "needs 24 points and there are 23: 1 more"),
        (36, 4, True, 20.0, "shifted recently"),
        (36, 0, False, 20.0, "has passed"),
        (36, 19, False, 20.0, "too far"),
        (36, 4, False, None, "no target"),
    ],
)
def test_a_forecast_is_refused_with_its_reason(points: int, ahead: int, shift: bool, target: float | None, words: str):
    found = forecast(noise(points), Aim(Direction.LOWER, target), ahead, slope=None, recent_shift=shift)
    assert found.probability is None
    assert words in found.reason


def test_a_flat_series_stays_where_it_is_and_a_trend_is_damped():
    flat = noise(48, level=21.0, sigma=2.0, seed=3)
    assert forecast(flat, LOWER, 6, slope=None, recent_shift=False).probability == pytest.approx(0.31, abs=0.12)
    time = np.arange(48.0)
    falling = 30 - 0.2 * time + noise(48, level=0, sigma=0.4, seed=3)
    found = forecast(falling, LOWER, 12, slope=-0.2, recent_shift=False)
    assert found.probability > 0.9
    assert 30 - 0.2 * 59 < found.expected < falling[-1]


def test_a_forecast_is_the_same_each_time_and_calibrated():
    values = noise(60, level=20.0, seed=1)
    first, second = (forecast(values, LOWER, 4, slope=None, recent_shift=False) for _ in range(2))
    assert first == second
    chances, came = [], []
    for seed in range(150):
        series = noise(40, level=20.5, sigma=2.0, seed=seed)
        chances.append(forecast(series[:36], LOWER, 4, slope=None, recent_shift=False).probability)
        came.append(series[-1] <= 20)
    assert np.mean(chances) == pytest.approx(np.mean(came), abs=0.1)


def test_a_step_far_outside_the_limits_is_a_recent_shift_too():
    for size in (-3.0, -10.0, -20.0):
        found = analyse(step(size, before=28, after=8, seed=3), before=28, target=20.0, target_date=date(2025, 12, 1))
        assert found.detail.forecast is None
        assert "shifted recently" in found.detail.forecast_reason


def test_a_confirmed_trend_is_not_taken_for_a_shift():
    values = 30 - 0.3 * np.arange(40.0) + noise(40, level=0, sigma=1.0, seed=3)
    found = analyse(values, target=18.5, target_date=date(2025, 12, 8)).detail
    assert found.forecast_reason == "from the confirmed trend, damped"
    assert found.forecast > 0.9


def test_the_month_of_the_target_date_is_still_to_come():
    edges = pd.date_range("2023-01-01", periods=27, freq="MS", tz="Europe/Lisbon")
    series = frame(noise(26)).set_index(pd.Index(edges[:-1], name="start")).assign(end=edges[1:])
    series = series.iloc[:26]  # the last month is February 2025
    for when, words in ((date(2025, 2, 28), "has passed"), (date(2025, 3, 1), "from the present level")):
        found = analyse([], series=series, before=14, period=Period.MONTH, target=30.0, target_date=when)
        assert words in found.detail.forecast_reason


def test_a_forecast_rests_on_the_new_level_where_limits_begin_anew():
    values = np.concatenate([noise(24, level=40.0, seed=1), noise(30, level=20.0, seed=2)])
    anew = Rebase(date(2025, 6, 23), "new tool", "so")
    about = {"target": 24.0, "target_date": date(2026, 2, 23), "rebases": (anew,)}
    assert analyse(values, **about).detail.forecast > 0.9


def test_the_chance_of_meeting_the_target_by_its_date_stands_in_the_detail():
    found = analyse(noise(48, level=15.0), target=20.0, target_date=date(2026, 1, 12)).detail
    assert found.forecast > 0.9
    assert analyse(noise(48), target=20.0).detail.forecast_reason == "no target date is set"
