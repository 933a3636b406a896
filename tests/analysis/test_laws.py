"""Laws that hold for every series: units, shifts, direction, gaps, constants; never NaN in a sentence."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csi.analysis import Analysis, judge
from csi.definition import Window
from csi.errors import CsiError
from csi.terms import Direction, Period
from tests.analysis.series import analyse, frame, kpi_input, noise, step

_WRONG = re.compile(r"\b(nan|inf|none)\b", re.IGNORECASE)
FIRST = date(2025, 1, 6)

sizes = st.one_of(
    st.floats(-1e6, 1e6),
    st.sampled_from([0.0, 5.0, 1e-300, -1e-300, 1e149, -1e149, 1e12, float("nan"), float("nan")]),
)
series = st.one_of(
    st.lists(sizes, max_size=60),
    st.integers(0, 60).map(lambda n: [7.0] * n),
    st.lists(st.integers(0, 3).map(float), max_size=60),
)
days = st.integers(-30, 450).map(lambda offset: FIRST + timedelta(days=offset))
windows = st.one_of(
    st.none(), st.tuples(days, st.integers(0, 400)).map(lambda w: Window(w[0], w[0] + timedelta(days=w[1])))
)
aims = st.one_of(
    st.tuples(st.sampled_from([Direction.LOWER, Direction.HIGHER]), st.none() | sizes.filter(np.isfinite), st.none()),
    st.tuples(st.just(Direction.WITHIN), st.none(), st.sampled_from([None, (0.0, 5.0), (-1e9, -1e8)])),
)


def texts(analysis: Analysis) -> list[str]:
    return [analysis.sentence, *analysis.warnings, *analysis.reasons, *(gate.finding for gate in analysis.detail.gates)]


def sound(analysis: Analysis) -> None:
    json.dumps([analysis.as_plain(), analysis.detail_plain()], allow_nan=False)
    for text in texts(analysis):
        assert not _WRONG.search(text), text
        assert text.strip()


@settings(max_examples=120)
@given(
    values=series,
    before=windows,
    after=windows,
    aim=aims,
    period=st.sampled_from(Period),
    quality=st.sampled_from([None, 0.5, 0.9, 1.0]),
    measure=st.sampled_from(["median", "count", "availability", "sum"]),
)
def test_anything_gives_a_sound_answer_or_a_plain_refusal(
    values: list[float],
    before: Any,
    after: Any,
    aim: tuple[Direction, float | None, tuple[float, float] | None],
    period: Period,
    quality: float | None,
    measure: str,
):
    direction, target, band = aim
    about = {"direction": direction, "target": target, "band": band, "period": period, "quality": quality}
    item = kpi_input(
        [],
        series=frame(values),
        baseline=before,
        evaluation=after,
        measure=measure,
        target_date=date(2026, 3, 1),
        **about,
    )
    with suppress(CsiError):
        sound(judge({"kpi": item}, as_of=date(2025, 9, 1))["kpi"])


counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=50)


@settings(max_examples=60)
@given(pairs=counts, measure=st.sampled_from(["share", "ratio"]), target=st.sampled_from([None, 0.0, 75.0, 100.0]))
def test_any_shares_and_rates_give_a_sound_answer(pairs: list[tuple[int, int]], measure: str, target: float | None):
    size = np.array([a + b if measure == "share" else b for a, b in pairs], dtype=float)
    good = np.array([a for a, _ in pairs], dtype=float)
    with np.errstate(all="ignore"):
        values = np.where(size > 0, 100 * good / size, np.nan)
    item = kpi_input(
        values,
        n=size,
        numerator=good,
        measure=measure,
        unit="%",
        target=target,
        direction=Direction.HIGHER,
        before=len(pairs) // 2,
    )
    sound(judge({"kpi": item})["kpi"])


@pytest.mark.parametrize("values", [[], [5.0], [np.nan], [np.nan] * 40, [5.0] * 40, [5.0, 6.0]])
def test_few_equal_and_missing_points_say_what_is_lacking(values: list[float]):
    found = analyse(values, before=min(24, len(values)))
    sound(found)
    if len(values) < 40 or np.isnan(values[0]):
        assert found.verdict == "INCONCLUSIVE"
        assert re.search(r"\d+ (more|periods|weeks?) more|weeks? more|agree on", found.sentence), found.sentence


@pytest.mark.parametrize("size", [1e150, 1e300, np.inf])
def test_values_no_statistics_can_bear_are_refused_plainly(size: float):
    values = np.where(np.arange(36) % 2 == 0, size, 1.0)
    if np.isinf(size):
        sound(analyse(np.where(np.isinf(values), np.nan, values)))
    elif size > 1e150:
        with pytest.raises(CsiError, match="mttr"):
            analyse(values)


CHANGES = ("difference", "lower", "upper", "hodges_lehmann", "smallest_detectable")


@pytest.mark.parametrize("factor", [1 / 60, 60.0, 3600.0, 2.0**-480, 2.0**480])
def test_a_change_of_unit_changes_numbers_and_nothing_else(factor: float):
    values = step(-5.0)
    plain, changed = analyse(values, target=20.0), analyse(values * factor, target=20.0 * factor)
    assert (plain.verdict, plain.evidence, plain.target_state) == (
        changed.verdict,
        changed.evidence,
        changed.target_state,
    )
    assert plain.change.p == pytest.approx(changed.change.p)
    assert plain.change.percent == pytest.approx(changed.change.percent)
    assert [s.rule for s in plain.signals] == [s.rule for s in changed.signals]
    for name in CHANGES:
        assert getattr(changed.change, name) == pytest.approx(getattr(plain.change, name) * factor)


@pytest.mark.parametrize("shift", [-1000.0, 0.5, 1e6])
def test_a_shift_of_all_values_moves_the_level_and_nothing_else(shift: float):
    values = step(-5.0)
    about = {"measure": "mean", "value": "score"}
    plain, moved = analyse(values, target=20.0, **about), analyse(values + shift, target=20.0 + shift, **about)
    assert (plain.verdict, plain.evidence, plain.target_state) == (moved.verdict, moved.evidence, moved.target_state)
    assert moved.limits.centre == pytest.approx(plain.limits.centre + shift)
    for name in CHANGES:
        assert getattr(moved.change, name) == pytest.approx(getattr(plain.change, name), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [-5.0, 0.0, 5.0])
def test_turning_the_direction_swaps_improvement_and_concern(seed: int, size: float):
    values = step(size, seed=seed)
    lower, higher = (analyse(values, direction=way) for way in (Direction.LOWER, Direction.HIGHER))
    swap = {"improvement": "concern", "concern": "improvement"}
    assert [swap[s.direction] for s in lower.signals] == [s.direction for s in higher.signals]
    states = {"improved": "worse", "worse": "improved"}
    assert states.get(lower.change.state, lower.change.state) == higher.change.state
    assert lower.trend == higher.trend


@pytest.mark.parametrize("seed", range(6))
def test_mirrored_values_with_a_mirrored_direction_tell_the_same_story(seed: int):
    values = step(-4.0, seed=seed)
    about = {"measure": "mean", "value": "score"}
    one = analyse(values, target=20.0, **about)
    other = analyse(-values, target=-20.0, direction=Direction.HIGHER, **about)
    assert (one.verdict, one.evidence, one.target_state) == (other.verdict, other.evidence, other.target_state)
    assert one.change.difference == pytest.approx(-other.change.difference)
    assert one.trend.judged is other.trend.judged
    assert (one.trend.slope or 0.0) == pytest.approx(-(other.trend.slope or 0.0))


def test_missing_points_are_left_out_and_not_invented():
    values = step(-5.0)
    holes = values.copy()
    holes[[3, 4, 17, 30]] = np.nan
    found = analyse(holes, target=22.0)
    assert found.limits.n == 21
    assert (found.detail.before.periods, found.detail.after.periods) == (21, 11)
    sound(found)


def test_partial_periods_stay_out_of_limits_and_verdicts():
    shape = frame(step(-5.0))
    shape.iloc[0, shape.columns.get_loc("value")] = 1e6
    shape.iloc[0, shape.columns.get_loc("partial")] = True
    found = analyse([], series=shape)
    assert found.limits.n == 23
    assert found.limits.upper < 100


def test_a_kpi_is_judged_the_same_beside_others_but_for_the_adjusted_p():
    inputs = {
        "a": kpi_input(step(-4.0)),
        "b": kpi_input(noise(80, seed=3), before=40),
        "c": kpi_input([1.0, 2.0], before=1),
    }
    alone, together = judge({"a": inputs["a"]})["a"], judge(inputs)["a"]
    assert together.change.p == pytest.approx(alone.change.p)
    assert together.change.p_adjusted >= alone.change.p_adjusted
    assert together.sentence == alone.sentence


def test_what_is_said_agrees_with_the_interval():
    inputs = {
        f"{seed}/{size}": kpi_input(step(size, seed=seed, sigma=1.0), before=24, minimum_important_difference=matters)
        for seed in range(25)
        for size, matters in ((0.0, None), (-0.6, None), (0.7, 0.9), (-1.5, 3.0), (1.2, 0.2))
    }
    states = set()
    for found in judge(inputs).values():
        change = found.change
        excludes = change.lower > 0 or change.upper < 0
        states.add((change.state, excludes))
        said = " ".join([found.sentence, *found.reasons]).lower()
        assert ("no detectable change" in said) is (change.state == "no detectable change")
        if change.state == "no detectable change":
            assert not excludes or "beyond the way the baseline was already going" in said
        if change.state == "improved":
            assert change.upper < 0
    assert {
        ("no detectable change", False),
        ("no meaningful change", True),
        ("improved", True),
        ("worse", True),
    } <= states


def test_the_same_input_gives_the_same_bytes():
    dumped = [json.dumps(analyse(step(-5.0), target=20.0, target_date=date(2025, 12, 1)).as_plain()) for _ in range(2)]
    assert dumped[0] == dumped[1]


def test_no_kpi_is_no_analysis():
    assert judge({}) == {}
