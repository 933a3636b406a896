"""Awkward series, read as somebody would who does not believe us: every sentence is true and none is silly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from csi.analysis import Analysis, judge
from csi.analysis.finding import FindingDraft, draft
from csi.terms import Direction, Period
from tests.analysis.series import analyse, frame, kpi_input, noise, plain_result

COUNT: dict[str, Any] = {"measure": "count", "value": None, "unit": "count"}
SHARE: dict[str, Any] = {"measure": "share", "value": None, "unit": "%", "direction": Direction.HIGHER}


def finding(values: np.ndarray, **about: Any) -> FindingDraft:
    return draft("It", Period.WEEK, plain_result(kpi_input(values, **about)))


def shares(good: np.ndarray, valid: float, **about: Any) -> dict[str, Any]:
    return {"values": 100 * good / valid, "n": valid, "numerator": good, **SHARE, **about}


def told(about: dict[str, Any]) -> tuple[Analysis, FindingDraft]:
    values = about["values"]
    rest = {name: value for name, value in about.items() if name != "values"}
    return analyse(values, **rest), finding(values, **rest)


def test_nothing_before_and_nothing_after_has_an_interval_one_can_believe() -> None:
    found = analyse(np.zeros(36), target=0.0, **COUNT)
    # Source: Garwood's limits of 0 events, 3.69 in 24 and in 12 weeks, here a little wider for what may repeat itself
    assert -2 * 3.6889 / 24 < found.change.lower <= -3.6889 / 24
    assert 3.6889 / 12 <= found.change.upper < 2 * 3.6889 / 12


def test_a_window_without_events_still_has_an_interval_around_the_difference() -> None:
    values = np.r_[np.tile([2.0, 3.0, 1.0], 8), np.zeros(12)]
    change = analyse(values, **COUNT).change
    assert -3 < change.lower < change.difference == -2 < change.upper < -1


def test_every_second_week_missing_leaves_no_limits_and_says_why() -> None:
    values = noise(36, seed=4)
    values[::2] = np.nan
    found, said = analyse(values, target=20.0), finding(values, target=20.0)
    assert not found.limits.exist
    assert any("gaps leave too few neighbouring weeks" in text for text in found.warnings)
    assert "gaps leave too few neighbouring weeks" in said.variation
    assert "does not vary" not in " ".join(found.reasons)
    assert found.detail.minimum_important_difference == pytest.approx(np.nanstd(values[:24], ddof=1) / 2)


def test_close_to_100_per_cent_the_decimals_tell_the_difference() -> None:
    found, said = told(shares(np.r_[np.full(24, 9_911.0), np.full(12, 9_920.0)], 10_000.0, target=99.0))
    assert "from 99.11 % to 99.20 %" in found.sentence
    assert "99.11 % before, 99.20 % after" in said.against_baseline
    assert "the level is 99.20 %" in said.against_target


def test_one_miss_in_a_thousand_is_not_100_per_cent() -> None:
    found, said = told(shares(np.r_[np.full(30, 200.0), 199.0, np.full(5, 200.0)], 200.0, target=99.0))
    assert "to 99.958 %" in found.sentence
    assert "the level is 99.958 %" in said.against_target


def test_the_sentence_and_the_finding_give_the_same_interval() -> None:
    found, said = told(shares(np.full(36, 200.0), 200.0, target=99.0))
    interval = found.sentence.partition("likely ")[2].partition(")")[0]
    assert interval == said.against_baseline.partition("likely ")[2].partition(")")[0]


def test_always_on_target_is_not_said_to_vary() -> None:
    said = finding(np.full(36, 4.0), target=4.0)
    assert "12 of 12 weeks met it" in said.against_target
    assert "It was met every time" in said.against_target
    assert "(2,400 to 2,400)" not in finding(np.full(36, 5.0), target=4.0).impact


def test_exactly_on_target_without_variation_is_not_said_to_vary() -> None:
    sentence = analyse(np.full(36, 4.0), target=4.0).sentence
    assert sentence.endswith("met on average, not yet reliably: 12 of 12 weeks, but with nothing to spare.")


def test_a_ratio_in_per_cent_that_is_part_of_a_whole_is_a_share() -> None:
    random = np.random.default_rng(8)
    valid = random.poisson(200, 36) + 1.0
    good = random.binomial(valid.astype(int), 0.9).astype(float)
    ratio = {"measure": "ratio", "value": None, "unit": "%", "numerator": good, "n": valid}
    found = analyse(100 * good / valid, **ratio)
    same = analyse(100 * good / valid, **{**ratio, "measure": "share", "good": "x"})
    assert (found.limits, found.change) == (same.limits, same.change)
    assert found.limits.sigma_z == pytest.approx(1, abs=0.3)
    assert not any("less than chance" in one for one in found.warnings)
    above = np.where(np.arange(36) == 3, valid + 1, good)
    assert analyse(100 * above / valid, **{**ratio, "numerator": above}).limits.kind == "u_prime"
    rows = frame(100 * good / valid, n=valid, numerator=good).assign(
        n=1
    )  # how many rows there are is not how many cases
    assert (
        analyse([], series=rows, **{name: ratio[name] for name in ("measure", "value", "unit")}).limits == found.limits
    )


def test_a_target_too_close_to_call_is_a_sentence() -> None:
    values = noise(36, seed=4)
    values[30:] -= 8
    assert "The target of 20 h is too close to call: the level is 20.7 h" in finding(values, target=20.0).against_target


@pytest.mark.parametrize("moved", [0.0, 8.0])
def test_a_band_is_named_and_its_distance_is_the_impact(moved: float) -> None:
    values = noise(36, level=50, seed=5) + np.r_[np.zeros(24), np.full(12, moved)]
    said = finding(values, direction=Direction.WITHIN, band=(45.0, 55.0))
    assert "The band of 45 h to 55 h is" in said.against_target
    assert said.impact.startswith("About" if moved else "No gap: nothing was lost outside the band")
    assert (said.impact_amount > 0) is (moved > 0)


def test_the_evidence_is_said_to_be_for_a_change() -> None:
    assert (
        "no detectable change; the evidence for one is weak" in finding(noise(36, seed=8), target=20.0).against_baseline
    )
    assert "no meaningful change; there is no evidence for one" in finding(np.full(36, 4.0)).against_baseline


def test_a_series_that_repeats_itself_says_what_its_limits_are_worth() -> None:
    assert any("much like the one before it" in text for text in analyse(noise(36, phi=0.95, seed=3)).warnings)
    quiet = [analyse(noise(36, seed=seed)).warnings for seed in range(20)]
    assert not any("much like the one before it" in text for warnings in quiet for text in warnings)


def test_a_hundred_good_cases_do_not_promise_999_in_a_thousand() -> None:
    few, _ = told(shares(np.full(36, 12.0), 12.0, target=99.9))
    many, _ = told(shares(np.full(36, 100.0), 100.0, target=99.9))
    assert (few.target_state, many.target_state) == ("too close to call", "too close to call")
    enough, _ = told(shares(np.full(36, 4_000.0), 4_000.0, target=99.9))
    assert (enough.target_state, enough.verdict) == ("reliably met", "ACHIEVED")


def test_dispersion_is_not_judged_where_a_period_seldom_has_a_failure() -> None:
    good = np.full(36, 12.0)
    good[[3, 9]] = 11.0
    found, _ = told(shares(good, 12.0, target=99.0))
    assert not any("σz" in text for text in found.warnings)
    told_of, _ = told(shares(np.full(36, 150.0) + np.tile([-1.0, 1.0], 18), 200.0))
    assert any("vary less than chance" in text for text in told_of.warnings)


@pytest.mark.parametrize("direction", [Direction.LOWER, Direction.HIGHER])
def test_zeros_in_a_row_are_no_run_where_events_are_rare(direction: Direction) -> None:
    values = np.r_[np.tile([0.0, 1.0, 0.0], 8), np.zeros(12)]
    found = analyse(values, direction=direction, **COUNT)
    assert {signal.rule for signal in found.signals} <= {"outside"}
    assert found.detail.sustained_shift == ""


def test_months_keep_their_names() -> None:
    assert "complete with data up to 31 Mar 2025" in finding(np.array([5.0, 6.0]), before=1).variation


def test_quotients_of_unequal_periods_are_taken_of_the_sums_and_not_averaged() -> None:
    random = np.random.default_rng(3)
    agreed = random.choice([20.0, 31.0, 5.0], 36) * 24 * 60
    up = agreed - random.exponential(60, 36) * agreed / 40_000
    about = {"value": None, "n": agreed, "direction": Direction.HIGHER}
    available = analyse(100 * up / agreed, numerator=up, measure="availability", unit="%", target=99.9, **about)
    before, after = (100 * up[part].sum() / agreed[part].sum() for part in (slice(24), slice(24, 36)))
    assert available.detail.before.level == pytest.approx(before, rel=1e-12)
    assert available.detail.after.level == pytest.approx(after, rel=1e-12)
    assert available.change.difference == pytest.approx(after - before)
    assert available.change.lower < after - before < available.change.upper
    spent = agreed * 1.37 + random.normal(0, 99, 36).round(2)
    cost = analyse(spent / agreed, numerator=spent, measure="ratio", unit="EUR", **about)
    assert cost.detail.before.level == pytest.approx(spent[:24].sum() / agreed[:24].sum(), rel=1e-12)


def test_a_quotient_of_unequal_periods_seldom_claims_a_change() -> None:
    random = np.random.default_rng(6)
    tickets = np.round(random.lognormal(4, 1, (400, 36))) + 5
    spent = tickets * 20 * np.exp(0.2 * random.standard_normal(tickets.shape)) + 0.37
    about = {"measure": "ratio", "unit": "EUR", "value": None}
    inputs = {
        str(number): kpi_input(cost / n, n=n, numerator=cost, **about)
        for number, (cost, n) in enumerate(zip(spent, tickets, strict=True))
    }
    assert sum(one.verdict != "NO CHANGE" for one in judge(inputs).values()) <= 0.06 * 400
