"""The seven guards against fooling oneself, the mix, and drift against the verdict: each fires, and stays silent."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from csi.analysis import guards
from csi.analysis.aim import Aim
from csi.analysis.mix import standardise, table_of
from csi.definition import Window
from csi.terms import Direction, Period
from tests.analysis.series import analyse, frame, noise, step

LOWER = Aim(Direction.LOWER, 20.0)


def warned(found, words: str) -> bool:
    return any(words in text for text in found.warnings)


def test_a_baseline_picked_at_a_bad_moment():
    values = np.concatenate([noise(20, level=20, seed=1), noise(10, level=32, seed=2), noise(10, level=20, seed=3)])
    shape = frame(values)
    edges = [moment.date() for moment in shape.index]
    windows = {"baseline": Window(edges[20], edges[30]), "evaluation": Window(edges[30], shape["end"].iloc[-1].date())}
    found = analyse([], series=shape, **windows)
    assert found.change.state == "improved"
    assert warned(found, "The baseline lies at a bad moment: over the 20 weeks before it the level was 20")
    assert warned(found, " h, so much of the gain")
    usual = np.concatenate([noise(30, level=32, seed=1), noise(10, level=20, seed=3)])
    assert not warned(analyse([], series=frame(usual), **windows), "bad moment")


def test_one_wild_period_carries_the_baseline():
    calm, wild = noise(12, seed=1), noise(12, seed=1)
    wild[4] = 200.0
    after = noise(8, seed=2)
    none = np.array([])
    said = guards.spike(LOWER, (none, wild, after), 2.0, "h", Period.WEEK)
    assert "One period of the baseline (200 h) carries the difference" in said
    assert guards.spike(LOWER, (none, calm, after - 8), 2.0, "h", Period.WEEK) == ""


def test_cases_bunched_just_under_the_limit():
    spread = np.random.default_rng(1).uniform(0, 40, 2000)
    assert guards.bunched(spread, 20.0, "h") == ""
    moved = np.where((spread > 20) & (spread < 22), 19.5, spread)
    assert "within 2.0 h below the limit" in guards.bunched(moved, 20.0, "h")
    for cases, target in ((moved[:5], 20.0), (None, 20.0), (moved, None), (np.full(50, 20.0), 20.0), (moved[:0], 20.0)):
        assert guards.bunched(cases, target, "h") == ""
    assert warned(analyse(noise(36), target=20.0, cases=moved), "below the limit")


def test_cases_that_all_lie_close_to_the_limit_are_not_bunched_under_it():
    close = np.random.default_rng(1).normal(98.0, 2.0, 2000)
    assert guards.bunched(close, 100.0, "h") == ""
    assert "below the limit" in guards.bunched(np.where((close > 100) & (close < 101), 99.9, close), 100.0, "h")


def strata(
    mix: tuple[tuple[float, float], tuple[float, float]], levels: tuple[tuple[float, float], ...]
) -> pd.DataFrame:
    """Two priorities in 24 + 12 weeks: their numbers before and after, their levels before and after."""
    starts = frame(noise(36)).index
    rows = [
        (start, name, levels[int(place >= 24)][which], mix[int(place >= 24)][which])
        for place, start in enumerate(starts)
        for which, name in enumerate(("high", "low"))
    ]
    return pd.DataFrame(rows, columns=["start", "stratum", "value", "n"]).set_index(["start", "stratum"])


SIMPSON = strata(((80, 20), (10, 90)), ((40.0, 10.0), (44.0, 12.0)))  # both got slower, the whole got faster
WINDOWS = np.arange(36) < 24, np.arange(36) >= 24


def test_the_change_at_the_baselines_mix_is_the_one_that_counts():
    both = standardise(table_of(SIMPSON, pd.DatetimeIndex(frame(noise(36)).index)), WINDOWS)
    assert both is not None
    assert both.crude == pytest.approx(15.2 - 34)
    assert both.constant_mix == pytest.approx(0.8 * 4 + 0.2 * 2)
    assert both.values == pytest.approx(np.where(WINDOWS[0], 34.0, 37.6))
    found = analyse(step(-15.0), strata=SIMPSON, strata_name="Priority")
    assert (found.verdict, found.change.state, found.evidence) == ("REGRESSED", "worse", "weak")
    assert found.change.difference == pytest.approx(3.6)
    assert "to 9.8 h (−15.0 h; at the baseline's mix of Priority +3.6 h, likely +3.6 to +3.6)" in found.sentence
    assert found.sentence.endswith(
        "The mix of Priority moved: the change is −15.0 h as counted and +3.6 h at the baseline's mix."
    )
    assert warned(found, "The mix moved and the sign flips at constant mix.")
    assert "each week at the baseline's mix of Priority" in found.detail.method


def test_the_target_is_judged_by_the_level_as_it_is_whatever_the_mix():
    found = analyse(step(-15.0), strata=SIMPSON, target=20.0)
    assert found.against_target.level == pytest.approx(step(-15.0)[24:].mean())
    assert (found.target_state, found.change.state) == ("reliably met", "worse")


def test_a_run_that_the_mix_made_is_none_of_the_change():
    only = strata(((80, 20), (10, 90)), ((28.0, 10.0), (28.0, 10.0)))  # 24.4 before, 11.8 after, and nothing changed
    found = analyse(step(-12.6), strata=only)
    assert (found.verdict, found.change.state, found.detail.sustained_shift) == (
        "NO CHANGE",
        "no meaningful change",
        "",
    )
    assert not [one for one in found.signals if one.rule == "shift" and one.start >= only.index[48][0]]


@pytest.mark.parametrize(("after", "counts"), [((62, 38), False), ((85, 15), True)])
def test_a_mix_counts_from_one_in_a_hundred_on(after: tuple[int, int], counts: bool):
    starts = pd.DatetimeIndex(frame(noise(36)).index)
    both = standardise(table_of(strata(((60, 40), after), ((40.0, 10.0), (40.0, 10.0))), starts), WINDOWS, 1.0)
    assert both is not None
    assert both.counts is counts


def test_a_mix_that_moved_counts_from_half_of_what_matters():
    starts = pd.DatetimeIndex(frame(noise(36)).index)
    moved = strata(((50, 50), (80, 20)), ((40.0, 38.0), (40.0, 38.0)))  # the mix alone gives 0.6
    assert standardise(table_of(moved, starts), WINDOWS, 1.19).counts
    assert not standardise(table_of(moved, starts), WINDOWS, 1.21).counts


def test_a_stratum_without_a_case_in_a_period_has_its_level_of_the_window():
    starts = pd.DatetimeIndex(frame(noise(36)).index)
    gone = strata(((50, 50), (50, 50)), ((40.0, 10.0), (36.0, 8.0)))
    gone = gone.drop(index=[(starts[3], "high"), (starts[30], "low")])
    both = standardise(table_of(gone, starts), WINDOWS)
    assert both is not None
    assert both.values == pytest.approx(np.where(WINDOWS[0], 24.68, 21.70), abs=0.01)
    assert both.values[3] == pytest.approx(both.values[4])
    assert both.values[30] == pytest.approx(both.values[31])


@pytest.mark.parametrize(("share", "told"), [(50, True), (49, False)])
def test_strata_that_are_left_hold_half_of_the_baseline_or_nothing_is_compared(share: int, told: bool):
    starts = pd.DatetimeIndex(frame(noise(36)).index)
    split = strata(((share, 100 - share), (100, 0)), ((40.0, 10.0), (40.0, 10.0)))
    both = standardise(table_of(split, starts), WINDOWS)
    assert (both is not None) is told
    assert not told or both.constant_mix == pytest.approx(0.0)


@pytest.mark.parametrize(("after", "told"), [((58, 42), "improved"), ((57, 43), "no meaningful change")])
def test_a_mix_that_may_have_moved_counts_where_it_says_another_thing(after: tuple[int, int], told: str):
    """Chance alone moves 60 of 100 to 57 a week in 24 + 12 weeks with p = .08, and to 58 with .25."""
    steady = strata(((60, 40), after), ((40.0, 10.0), (40.0, 10.0)))
    assert analyse(step(-2.0), strata=steady).change.state == told


def test_a_number_of_cases_has_no_mix():
    for measure in ("count", "sum", "max", "last"):
        found = analyse(np.round(step(-15.0)), strata=SIMPSON, measure=measure)
        assert "mix" not in found.sentence
    for measure in ("mean", "median", "p90", "share"):
        assert "baseline's mix" in analyse(step(-15.0), strata=SIMPSON, measure=measure).sentence


def test_a_mix_that_holds_says_nothing():
    steady = strata(((50, 50), (50, 50)), ((40.0, 10.0), (36.0, 8.0)))
    found = analyse(step(-3.0), strata=steady)
    assert not warned(found, "mix")
    assert found.verdict != "INCONCLUSIVE"


def test_cases_that_end_on_the_limit_are_within_it():
    random = np.random.default_rng(1)
    ended = np.concatenate([random.exponential(20, 1000), np.full(60, 20.0)])
    assert "cases end within 2.0 h below the limit" in guards.bunched(ended, 20.0, "h")


@pytest.mark.parametrize(("spread", "target"), [(2.0, 20.0), (5.0, 20.0), (0.3, 3.0)])
def test_cases_written_in_whole_numbers_bunch_nowhere(spread: float, target: float):
    random = np.random.default_rng(2)
    told = [guards.bunched(np.round(random.normal(target, spread, 1000), 1), target, "h") for _ in range(100)]
    told += [guards.bunched(np.round(random.normal(target, 5 * spread, 1000)), target, "h") for _ in range(100)]
    assert sum(text != "" for text in told) <= 5


def test_a_mix_that_moves_by_chance_alone_is_not_said_to_move():
    random, told = np.random.default_rng(3), []
    for _ in range(150):
        counts = random.multinomial(200, [0.05, 0.2, 0.5, 0.25], 36)
        good = random.binomial(counts, [0.95, 0.9, 0.8, 0.6])
        level = 100 * good.sum(axis=1) / counts.sum(axis=1)
        starts = np.repeat(frame(level).index, 4)
        index = pd.MultiIndex.from_arrays([starts, np.tile(list("ABCD"), 36)], names=["start", "stratum"])
        split = pd.DataFrame({"value": 100 * good.ravel() / np.maximum(counts.ravel(), 1), "n": counts.ravel()}, index)
        told.append(warned(analyse(level, strata=split, measure="mean", unit="%"), "mix moved"))
    assert np.mean(told) <= 0.02


def test_cases_left_open_and_reopened():
    found = analyse(step(-5.0), open_past_target=(0.02, 0.09), reopened=(0.01, 0.05))
    assert warned(found, "9 % (before: 2 %) of the cases are still open past their target")
    assert warned(found, "5 % (before: 1 %) of the cases were reopened soon after closing")
    quiet = analyse(step(-5.0), open_past_target=(0.02, 0.03), reopened=(0.05, 0.01))
    assert not warned(quiet, "of the cases")


def test_a_shrinking_denominator():
    n = np.concatenate([np.full(24, 200.0), np.full(12, 120.0)]) + np.tile([-5, 5], 18)
    assert warned(analyse(step(-5.0), n=n), "Fewer cases are counted: 200 a week before and 120 after (−40 %)")
    assert not warned(analyse(step(-5.0)), "Fewer cases")


def hanging(*later: float, **about) -> list[str]:
    """What is warned of a better window of six weeks, four weeks after the baseline, with these weeks after it."""
    values = np.concatenate([noise(24, seed=5), noise(10, level=21.0, sigma=0.2, seed=6), later])
    shape = frame(values)
    edges = [*(moment.date() for moment in shape.index), shape["end"].iloc[-1].date()]
    windows = {"baseline": Window(edges[0], edges[24]), "evaluation": Window(edges[28], edges[34])}
    return [text for text in analyse([], series=shape, **windows, **about).warnings if "hangs on the window" in text]


def test_a_result_that_hangs_on_the_window():
    change = "moved 2 weeks {} it would be “no detectable change” instead of “improved”."
    assert hanging(27.0, 28.0) == [f"The result hangs on the window: {change.format('later')}"]
    assert hanging(21.0, 21.5) == []
    assert not warned(analyse(step(-8.0)), "hangs on the window")


def test_a_target_that_is_met_by_the_choice_of_the_window():
    said = "The result hangs on the window: moved 2 weeks later the target would not be met on average."
    assert hanging(23.0, 23.0, target=21.3) == [said]
    assert hanging(21.0, 21.0, target=21.3) == []
    within = {"direction": Direction.WITHIN, "band": (20.0, 21.3)}
    assert hanging(23.0, 23.0, **within) == [said.replace("the target", "the band")]
    met = "The result hangs on the window: moved 2 weeks later the target would be met on average."
    assert hanging(19.5, 19.5, target=20.8) == [met]


def test_a_run_that_made_it_worse_still_holds_in_a_window_moved():
    later = noise(11, level=29.5, sigma=1.0, seed=1)
    values = np.concatenate([noise(24, sigma=3.0, seed=7), np.full(3, 16.0), later])
    found = analyse(values, after=12)
    assert found.change.state == "worse"
    assert found.change.lower < 0
    assert not warned(found, "hangs on the window")


def test_met_but_falling_and_missed_but_improving():
    time = np.arange(36.0)
    falling = analyse(10 + 0.25 * time + noise(36, level=0, sigma=0.3), target=21.0)
    assert falling.target_state == "met on average"
    assert warned(falling, "Met but heading for a breach: at the present drift the target is missed in about")
    improving = analyse(50 - 0.25 * time + noise(36, level=0, sigma=0.3), target=19.0)
    assert warned(improving, "Missed but improving")
    assert not warned(analyse(noise(36), target=19.0), "Missed but improving")


@pytest.mark.parametrize("size", [-4.0, 4.0])
def test_a_step_is_no_drift(size: float):
    """The trend is judged on the newest level alone: before that, 75 of 100 steps were said to drift."""
    values = [step(size, after=after, seed=seed) for seed in range(20) for after in (8, 20)]
    found = [analyse(one, target=23.0) for one in values]
    assert sum(one.trend.judged and one.trend.p < 0.05 for one in found) <= 3
    few, many = (
        analyse(np.r_[np.tile([24.0, 26.0], 12), np.tile([24.0, 26.0], after // 2) + size]) for after in (8, 20)
    )
    assert "since 23 Jun 2025, when the level moved: 8 of 12 weeks" in few.trend.reason
    assert many.trend.reason.endswith("points since 23 Jun 2025, when the level moved")


@pytest.mark.parametrize(("quality", "said"), [(0.9, True), (0.96, False), (None, False)])
def test_quality_below_95_is_said(quality: float | None, said: bool):
    assert warned(analyse(noise(36), quality=quality), "below 95 %") is said


def test_short_windows_of_a_repetitive_series_are_held_at_moderate():
    values = noise(24, phi=0.8, seed=3)
    values[12:] -= 20
    found = analyse(values, before=12)
    assert found.detail.autocorrelation > 0.3
    assert found.change.state == "improved"
    assert warned(found, "held at moderate")
    nothing = analyse(noise(24, phi=0.8, seed=3), before=12)
    assert nothing.change.state == "no detectable change"
    assert not warned(nothing, "held at moderate")  # nothing is claimed
