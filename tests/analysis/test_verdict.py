"""The verdict: every gate in its order, evidence, side effects, and what is lacking."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from csi.analysis import judge
from csi.analysis.aim import Aim
from csi.analysis.analysis import WindowSummary
from csi.analysis.assurance import MET, MISSED, VARIES, against
from csi.analysis.finding import draft, impact_range, priced
from csi.analysis.impact import Range, UnitCost
from csi.analysis.verdict import evidence, lacking_quality, rule
from csi.definition import Window
from csi.terms import Direction, Evidence, Period, Verdict
from tests.analysis.series import analyse, frame, kpi_input, noise, plain_result, step
from tests.analysis.told import FACTS, FELL, ROSE, SAME


def test_the_first_gate_that_applies_decides_and_the_tried_ones_are_told_in_order():
    ruling = rule(FACTS)
    assert ruling.verdict is Verdict.ACHIEVED_UNSTABLE
    assert [gate.decided for gate in ruling.gates] == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"comparability": ("unit",), "change": ROSE}, Verdict.INCONCLUSIVE),
        ({"lacking": ("weeks",), "change": ROSE}, Verdict.INCONCLUSIVE),
        ({"change": ROSE, "target_state": "reliably met"}, Verdict.REGRESSED),
        ({"change": SAME, "target_state": "reliably met"}, Verdict.ACHIEVED),
        ({"change": FELL, "target_state": "met on average"}, Verdict.ACHIEVED_UNSTABLE),
        ({"change": FELL, "target_state": "too close to call"}, Verdict.IMPROVED),
        ({"change": FELL, "target_state": None}, Verdict.IMPROVED),
        ({"change": SAME, "target_state": "not met"}, Verdict.NO_CHANGE),
    ],
)
def test_verdicts_come_in_their_order(changed: dict, verdict: Verdict):
    assert rule(replace(FACTS, **changed)).verdict is verdict


STRONG = replace(
    FACTS, before=WindowSummary(12, 1, 24.6, 0), after=WindowSummary(7, 1, 19.8, 5), sustained="improvement", run=7
)


@pytest.mark.parametrize(
    ("changed", "strength"),
    [
        ({}, Evidence.STRONG),
        ({"guards": ("Reopened",)}, Evidence.MODERATE),
        ({"quality": 0.94}, Evidence.MODERATE),
        ({"quality": None}, Evidence.MODERATE),
        ({"drifting_before": True}, Evidence.WEAK),
        ({"guard": "Many end just below the limit."}, Evidence.WEAK),
        ({"sustained": ""}, Evidence.MODERATE),
        ({"before": WindowSummary(11, 1, 24.6, 0)}, Evidence.MODERATE),
        ({"after": WindowSummary(6, 1, 19.8, 5)}, Evidence.MODERATE),
        ({"phi": 0.5}, Evidence.MODERATE),  # 12 + 7 points of a repetitive series
        ({"change": replace(FELL, p_adjusted=0.011)}, Evidence.MODERATE),
        ({"change": replace(FELL, p=0.2, p_adjusted=0.3)}, Evidence.MODERATE),  # the shift speaks for it
        ({"change": replace(FELL, p=0.2, p_adjusted=0.3), "sustained": ""}, Evidence.WEAK),
        ({"change": replace(FELL, p=0.02, p_adjusted=0.05), "sustained": ""}, Evidence.WEAK),  # one of several KPIs
        ({"change": replace(FELL, p=0.02, p_adjusted=0.049), "sustained": ""}, Evidence.MODERATE),
        ({"matters": 6.0}, Evidence.WEAK),
        ({"change": replace(FELL, difference=0.0)}, Evidence.NONE),
    ],
)
def test_evidence_asks_for_everything_it_says(changed: dict, strength: Evidence):
    assert evidence(replace(STRONG, **changed), Verdict.IMPROVED) is strength


def test_nothing_is_evidence_for_an_inconclusive_verdict():
    assert evidence(STRONG, Verdict.INCONCLUSIVE) is Evidence.NONE


@pytest.mark.parametrize(
    ("target", "size", "verdict"),
    [
        (40.0, -6.0, "ACHIEVED"),
        (40.0, 0.0, "ACHIEVED"),
        (19.5, -6.0, "IMPROVED"),
        (20.5, -6.0, "ACHIEVED, UNSTABLE"),
        (10.0, -6.0, "IMPROVED"),
        (10.0, 0.0, "NO CHANGE"),
        (40.0, 6.0, "REGRESSED"),
        (10.0, 6.0, "REGRESSED"),
    ],
)
def test_real_series_get_their_verdict(target: float, size: float, verdict: str):
    assert str(analyse(step(size), target=target).verdict) == verdict


def test_a_recent_turn_for_the_worse_is_seen_though_the_window_as_a_whole_is_not_worse():
    values = noise(36, seed=4)
    values[24:29] -= 3
    values[29:] += 6
    found = analyse(values)
    assert found.change.lower < 0
    assert found.verdict == "REGRESSED"
    assert "the latest 7 weeks all lie on the wrong side" in found.sentence


def test_a_turn_that_is_over_at_the_latest_point_does_not_count():
    values = noise(36, seed=4)
    values[27:34] += 4
    values[34:] -= 4
    assert analyse(values).verdict == "NO CHANGE"


def test_a_share_of_the_gap_is_closed_with_its_interval():
    found = analyse(step(-6.0), target=10.0).detail
    assert found.gap_closed == pytest.approx(6.0 / 14.8, abs=0.05)
    assert found.gap_closed_lower < found.gap_closed < found.gap_closed_upper


def test_a_small_certain_change_is_no_meaningful_one():
    still = analyse(noise(36, sigma=0.2), minimum_important_difference=3.0)
    assert "no change that matters in 12 weeks (that would be 3.0 h or more)" in still.sentence
    found = analyse(step(-0.3, sigma=0.2), minimum_important_difference=3.0)
    assert found.change.state == "no meaningful change"
    assert "a small improvement in 12 weeks, less than the 3.0 h that would matter" in found.sentence


def test_the_last_point_alone_never_counts():
    values = noise(36, level=30.0, sigma=1.0)
    values[-1] = 19.0
    assert (analyse(values, target=20.0).target_state, analyse(values, target=20.0).verdict) == ("not met", "NO CHANGE")


@pytest.mark.parametrize("after", [8, 11, 12])
def test_few_points_are_enough_where_the_target_is_far(after: int):
    """50 → 20 h, sd 2, target 40: t(.99, 4.3) = 3.6 of eight points reaches to about 28, far below 40."""
    found = [analyse(step(-30.0, level=50.0, after=after, seed=seed), target=40.0) for seed in range(20)]
    assert [(one.verdict, one.assurance.reason) for one in found] == [("ACHIEVED", "")] * 20


def test_one_far_point_matters_only_where_the_limits_with_it_reach_the_target():
    values = step(-6.0)
    values[30] = 39.0
    assert analyse(values, target=25.0).assurance.reason == "variation"
    assert analyse(values, target=50.0).assurance.state == "consistently met"


def test_too_few_points_are_the_reason_only_where_more_of_the_same_would_do():
    reach = np.array([20.0, 22, 20, 22, 20, 22])  # σ = 2 / 1.128; t(.99, 3.1) = 4.43 and √(1 + 1/n_e) for six
    values = np.concatenate([noise(24, level=50.0), reach])
    few, many = (analyse(np.concatenate([values, tail]), target=28.0) for tail in ([], np.tile([20.0, 22.0], 12)))
    assert (few.assurance.state, few.assurance.reason) == ("hit or miss", "too few periods")
    assert "6 weeks are too few yet to promise it" in few.sentence
    assert (many.assurance.state, many.assurance.reason) == ("consistently met", "")
    assert analyse(values, target=23.0).assurance.reason == "variation"


@pytest.mark.parametrize(
    ("direction", "bound", "missed", "state"),
    [
        (Direction.HIGHER, 100.0, None, "reliably met"),
        (Direction.LOWER, 0.0, None, "reliably met"),
        (Direction.HIGHER, 100.0, 30, "not met"),
    ],
)
def test_a_natural_bound_is_reliably_met_when_every_period_met_it(
    direction: Direction, bound: float, missed: int | None, state: str
):
    good = np.full(36, 2.0 * bound)
    if missed:
        good[missed] -= 150.0
        good[missed + 2 :] -= 150.0
    about = {"measure": "share", "unit": "%", "value": None, "good": "x", "numerator": good}
    found = analyse(good / 2, target=bound, direction=direction, **about)
    assert found.target_state == state
    assert (found.assurance.misses_not_excluded is None) is (missed is not None)
    if missed is None:
        assert found.assurance.misses_not_excluded == pytest.approx(1 - 0.05 ** (1 / 2400))
        assert "misses of up to 0.12 % are not excluded yet" in found.sentence


def test_what_would_settle_a_target_too_close_to_call_is_counted():
    """By hand: the interval narrows by the root of n, so n · (reach / gap)² periods, less those there are."""
    found = analyse(step(-6.0), target=20.0)
    said = found.against_target
    assert found.target_state == "too close to call"
    assert said.more == np.ceil(12 * (((said.upper - said.level) / (20.0 - said.level)) ** 2 - 1))
    assert said.likely == pytest.approx(0.967, abs=0.001)
    assert analyse(step(-6.0), target=19.0).against_target.more is None  # more than four times as many
    assert analyse(step(-6.0), target=21.0).against_target.more is None  # nothing to settle


def test_a_short_window_far_from_the_target_is_promised_where_nothing_moved():
    found = analyse(noise(31, seed=8), target=40.0)
    assert found.detail.after.periods == 7
    assert (found.assurance.state, found.verdict) == ("consistently met", "ACHIEVED")
    assert "as it was before" in found.sentence


def test_a_band_is_reached_left_and_overshot():
    about = {"direction": Direction.WITHIN, "band": (20.0, 30.0), "value": "open", "measure": "mean"}
    reached = analyse(step(-10.0, level=35.0, sigma=1.0), **about)
    assert (reached.verdict, reached.change.state) == ("ACHIEVED", "improved")
    left = analyse(step(10.0, level=25.0, sigma=1.0), **about)
    assert (left.verdict, left.change.state) == ("REGRESSED", "worse")
    overshot = analyse(step(-30.0, level=35.0, sigma=1.0), **about)
    assert overshot.verdict == "REGRESSED"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (7, 12, "the baseline has 7 of the 8 weeks needed; 1 week more is there if it runs until 3 Mar 2025"),
        (6, 12, "the baseline has 6 of the 8 weeks needed; 2 weeks more are there if it runs until 3 Mar 2025"),
        (
            6,
            1,
            "the baseline has 6 of the 8 weeks needed; 2 weeks more, complete with data up to 3 Mar 2025 "
            "if it begins on 6 Jan 2025",
        ),
        (6, 2, "the baseline has 6 of the 8 weeks needed; 2 weeks more are there if it runs until 3 Mar 2025"),
        (12, 5, "the evaluation has 5 of the 6 weeks needed; 1 week more, complete with data up to 12 May 2025"),
    ],
)
def test_too_few_periods_say_how_many_and_when(before: int, after: int, words: str):
    found = analyse(noise(before + after), before=before)
    assert found.verdict == "INCONCLUSIVE"
    assert words in found.sentence
    assert found.reasons[0].startswith(words[0].upper())
    assert found.change.state is found.change.lower is found.change.p is None


def test_periods_that_are_missing_are_asked_for_and_not_waited_for():
    values = noise(36)
    values[2:24] = np.nan
    found = analyse(values)
    said = "the baseline has 2 of the 8 weeks needed; 6 weeks more, once missing weeks of it are delivered"
    assert found.reasons == (f"{said[0].upper()}{said[1:]}.",)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"quality": 0.79}, "the data's quality is 79 %, and 80 % are needed"),
        ({"provisional": True}, "the baseline is provisional"),
        ({"comparability": ("the unit was min and is h",)}, "not comparable: the unit was min and is h"),
        ({"excluded_share": (0.0, 0.08)}, "exclusions left out 0 % of the data before and 8 % after"),
        ({"baseline": None}, "no baseline window is fixed"),
        ({"evaluation": None}, "no evaluation window is fixed"),
    ],
)
def test_what_cannot_be_judged_says_why(changed: dict, words: str):
    windows = {
        "baseline": Window(date(2025, 1, 6), date(2025, 6, 23)),
        "evaluation": Window(date(2025, 6, 23), date(2025, 9, 15)),
    }
    found = analyse(step(-6.0), **{**windows, **changed})
    assert found.verdict == "INCONCLUSIVE"
    assert words in found.sentence


@pytest.mark.parametrize(
    ("changed", "judged"),
    [
        ({"quality": 0.8}, True),
        ({"quality": 0.799}, False),
        ({"excluded_share": (0.0, 0.05)}, True),
        ({"excluded_share": (0.051, 0.0)}, False),
    ],
)
def test_what_is_just_enough_is_judged(changed: dict, *, judged: bool):
    assert (analyse(step(-6.0), **changed).verdict != "INCONCLUSIVE") is judged


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (
            [2, 5],
            "the baseline has 7 of the 8 weeks needed; 1 week more is there if it runs until 17 Mar 2025, or "
            "once the missing weeks are delivered",
        ),
        (
            [10, 11, 12, 13],
            "the evaluation has 5 of the 6 weeks needed; 1 week more, complete with data up to 19 May 2025 if it runs "
            "on, or once the missing weeks are delivered",
        ),
    ],
)
def test_weeks_missing_inside_a_window_do_not_make_it_complete_on_a_day_that_has_passed(gone: list[int], words: str):
    values = noise(18)
    values[gone] = np.nan
    assert words in analyse(values, before=9).sentence


def test_what_would_settle_it_is_named():
    for changed, words in (
        ({"comparability": ("the unit was min and is h",)}, "on the same terms, or agree on a new baseline"),
        ({"excluded_share": (0.0, 0.08)}, "leave out alike, or move a window"),
    ):
        assert words in analyse(step(-6.0), **changed).sentence


def test_exclusions_are_counted_by_the_rows_they_left_out():
    series = frame(step(-6.0)).assign(excluded_rows=0)
    series.iloc[30, series.columns.get_loc("excluded")] = True
    series.iloc[30, series.columns.get_loc("excluded_rows")] = 20
    assert analyse([], series=series).verdict != "INCONCLUSIVE"
    series.iloc[30, series.columns.get_loc("excluded_rows")] = 5000
    assert analyse([], series=series).verdict == "INCONCLUSIVE"


def test_an_open_evaluation_window_is_said():
    inputs = {"kpi": kpi_input(step(-6.0))}
    assert any("open until 15 Sep 2025" in text for text in judge(inputs, as_of=date(2025, 9, 1))["kpi"].warnings)
    assert not any("open until" in text for text in judge(inputs, as_of=date(2025, 9, 15))["kpi"].warnings)


def test_a_worse_guard_is_a_side_effect_and_caps_the_evidence():
    bad = kpi_input(step(5.0, seed=9), id="reopened", name="Reopened", unit="%")
    both = judge({"mttr": kpi_input(step(-8.0), guards=("reopened", "unknown")), "reopened": bad})
    assert both["mttr"].side_effects == ("reopened",)
    assert both["mttr"].label == "IMPROVED WITH SIDE EFFECT"
    assert both["mttr"].evidence is Evidence.MODERATE
    assert "Side effect: Reopened rose from" in both["mttr"].sentence
    assert "Improvement suspect: Reopened got worse." in both["mttr"].warnings
    assert both["reopened"].side_effects == ()
    assert judge({"mttr": kpi_input(step(-8.0))})["mttr"].evidence is Evidence.STRONG


def test_p_values_across_kpis_are_adjusted():
    inputs = {f"k{seed}": kpi_input(noise(36, seed=seed)) for seed in range(9)} | {"real": kpi_input(step(-5.0))}
    found = judge(inputs)
    assert found["real"].change.p_adjusted == pytest.approx(10 * found["real"].change.p)
    assert found["real"].evidence is Evidence.STRONG


def test_one_kpi_of_several_that_moved_by_luck_is_weak_evidence_and_a_run_is_not_called_chance():
    inputs = {f"k{seed}": kpi_input(noise(36, seed=seed)) for seed in range(60)}
    found = judge(inputs).values()
    lucky = [one for one in found if one.change.p < 0.05 <= one.change.p_adjusted]
    by_chance = [one for one in lucky if any("chance could explain" in text for text in one.warnings)]
    assert by_chance
    assert {one.evidence for one in by_chance} == {Evidence.WEAK}


def test_the_report_has_the_fields_of_the_specification_and_plain_numbers():
    plain = analyse(step(-5.0), target=20.0).as_plain()
    assert " ".join(plain) == (
        "limits signals trend change target_state assurance verdict change_axis target_axis headline side_effects "
        "evidence attribution warnings reasons sentence against_target where"
    )
    assert list(plain["limits"]) == ["kind", "centre", "lower", "upper", "n", "trial", "sigma_z"]
    assert list(plain["signals"][0]) == ["start", "rule", "direction", "latest"]
    assert list(plain["trend"]) == ["slope", "slope_lower", "slope_upper", "p", "judged", "reason"]
    assert list(plain["change"]) == [
        "difference",
        "lower",
        "upper",
        "percent",
        "p",
        "p_adjusted",
        "hodges_lehmann",
        "smallest_detectable",
        "state",
    ]
    assert list(plain["assurance"]) == ["state", "hit_share", "lower", "upper", "reason", "misses_not_excluded"]
    assert list(plain["against_target"]) == ["level", "lower", "upper", "likely", "more"]
    assert (plain["target_axis"], plain["change_axis"]) == (plain["target_state"], plain["change"]["state"])
    assert plain["signals"][0]["start"] == "2025-06-23T00:00:00+01:00"


@pytest.mark.parametrize(
    ("size", "target", "words"),
    [
        (-6.0, 20.5, "The target of 20.5 h is met on average"),
        (0.0, 20.0, "hours of waiting"),
        (0.0, None, "No target was judged"),
    ],
)
def test_a_finding_is_drafted_with_every_part(size: float, target: float | None, words: str):
    made = draft("Median time to resolve", Period.WEEK, plain_result(kpi_input(step(size), target=target)))
    said = [made.against_target, made.against_baseline, made.variation, made.cause, made.impact]
    assert all(said), said
    assert made.impact_amount is not None
    assert made.cause.startswith("Hypothesis:")
    assert words in " ".join(said)


def test_an_impact_has_its_range_from_the_effects_interval_and_its_price():
    result = plain_result(kpi_input(step(-3.0), target=15.0))
    spread = impact_range(Period.WEEK, result)
    made = draft("Median time to resolve", Period.WEEK, result)
    assert spread.low < spread.central < spread.high
    assert made.impact_amount == round(spread.central)
    cost = UnitCost(Range(20.0, 25.0, 40.0), "EUR", "hours", "Carol", date(2026, 1, 1))
    said = priced(1000.0, Range(500.0, 1000.0, 1500.0), cost)
    assert said == (
        "Cost incurred: about 25,000 EUR (10,000 to 60,000) = 1,000 hours × 25 EUR; unit cost by Carol, 1 Jan 2026."
    )
    assert "(20,000 to 40,000)" in priced(1000.0, None, cost)
    assert "about 62.5 EUR (50.0 to 100.0) = 2.5 hours × 25 EUR" in priced(2.5, None, cost)


def test_hours_of_a_clock_change_do_not_move_the_windows():
    edges = pd.date_range("2025-03-24", periods=30, freq="7D", tz="Europe/Lisbon")
    assert len(set(np.diff(edges.tz_convert("UTC").asi8))) > 1
    found = analyse(noise(30), start="2025-03-24", before=15)
    assert (found.detail.before.periods, found.detail.after.periods) == (15, 15)


def test_data_of_just_the_quality_needed_are_judged():
    assert lacking_quality(0.80) == lacking_quality(None) == ()
    assert "the data's quality is 79 %" in lacking_quality(0.79)[0]
    assert lacking_quality(0.8, "hold names no clock") == ()
    assert lacking_quality(0.0, "hold names no clock")[0].endswith("80 % are needed: hold names no clock")


def test_a_limit_on_the_target_leaves_the_target_in_reach_of_chance():
    """Equality is neither met for sure nor missed for sure, on both sides and for a band."""
    higher, lower = Aim(Direction.HIGHER, target=5.0), Aim(Direction.LOWER, target=5.0)
    band = Aim(Direction.WITHIN, band=(5.0, 9.0))

    def state(aim: Aim, low: float, high: float) -> str:
        return against(aim, np.array([low]), np.array([high]))

    assert [state(higher, *of) for of in ((5.1, 9.0), (5.0, 9.0), (1.0, 5.0), (1.0, 4.9))] == [
        MET,
        VARIES,
        VARIES,
        MISSED,
    ]
    assert [state(lower, *of) for of in ((1.0, 4.9), (1.0, 5.0), (5.0, 9.0), (5.1, 9.0))] == [
        MET,
        VARIES,
        VARIES,
        MISSED,
    ]
    assert [state(band, *of) for of in ((5.1, 8.9), (5.0, 8.9), (5.1, 9.0), (9.1, 9.9))] == [
        MET,
        VARIES,
        VARIES,
        MISSED,
    ]


def test_a_finding_without_windows_says_where_the_series_stands_and_what_is_odd():
    result = plain_result(kpi_input(step(0.0), target=20.0))
    result |= {"target_state": None, "detail": {}, "change": {}, "reasons": ["No evaluation window is fixed."]}
    result["series"] = [
        {"value": value, "partial": last} for value, last in ((25.0, False), (19.5, False), (1.0, True))
    ]
    result["signals"] = [
        {"start": "2025-06-23T00:00:00+01:00", "rule": "outside", "direction": "concern", "latest": True}
    ]
    made = draft("Median time to resolve", Period.WEEK, result)
    centre = result["limits"]["centre"]
    assert made.against_target == f"The target of 20 h so far: 1 of 2 weeks met it, the level is {centre:.1f} h."
    assert made.against_baseline == "No evaluation window is fixed."
    assert made.cause == "Hypothesis: something special up to the week of 23 Jun 2025; what was different then?"
