"""Parts of a whole: nothing is said beyond none or all of it, and a bound that was always kept is relied on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from csi.analysis import panel
from csi.terms import Direction
from tests.analysis.series import analyse, kpi_input

HIGHER = {"unit": "%", "value": None, "direction": Direction.HIGHER}


def sides(values: Any, **about: Any) -> tuple[float, float]:
    stack = panel.panel([kpi_input(values, **{**HIGHER, **about})])
    return float(stack.floor[0]), float(stack.ceiling[0])


@pytest.mark.parametrize(
    ("values", "about", "expected"),
    [
        ([0.0, 40.0, 100.0], {"measure": "mean"}, (0.0, 100.0)),
        ([0.0, 40.0, 100.1], {"measure": "mean"}, (-np.inf, np.inf)),
        ([-0.1, 40.0, 100.0], {"measure": "last"}, (-np.inf, np.inf)),
        ([0.0, 40.0, 100.0], {"measure": "mean", "target": 100.0}, (0.0, 100.0)),
        ([0.0, 40.0, 100.0], {"measure": "mean", "target": 101.0}, (-np.inf, np.inf)),
        ([0.0, 40.0, 100.0], {"measure": "mean", "unit": "points"}, (-np.inf, np.inf)),
        ([0.0, 40.0, 100.0], {"measure": "sum"}, (-np.inf, np.inf)),
        ([50.0, 40.0], {"measure": "ratio", "n": 10.0, "numerator": [5.0, 4.0]}, (0.0, 100.0)),
        ([150.0, 40.0], {"measure": "ratio", "n": 10.0, "numerator": [15.0, 4.0]}, (-np.inf, np.inf)),
    ],
)
def test_a_part_of_a_whole_lies_between_none_and_all_of_it(values: list, about: dict, expected: tuple) -> None:
    assert sides(values, before=1, **about) == expected


@pytest.mark.parametrize("measure", ["mean", "share", "ratio", "availability"])
@pytest.mark.parametrize("good", [0.02, 0.98])
def test_limits_and_intervals_stay_within_the_whole(measure: str, good: float) -> None:
    numerator = np.random.default_rng(3).binomial(40, good, 36).astype(float)
    counted = {"n": 40.0, "numerator": numerator} if measure != "mean" else {}
    found = analyse(100 * numerator / 40, measure=measure, target=95.0, **counted, **HIGHER)
    against, limits = found.against_target, found.limits
    told = [
        against.lower,
        against.upper,
        found.detail.moving_average,
        *np.atleast_1d(limits.lower),
        *np.atleast_1d(limits.upper),
    ]
    assert all(0.0 <= one <= 100.0 for one in told if one is not None)


@pytest.mark.parametrize(
    ("measure", "counted", "left"),
    [("share", 50.0, "0.50 %"), ("ratio", 50.0, "0.50 %"), ("availability", 10_080.0, "22 %"), ("mean", None, "22 %")],
)
def test_all_of_it_every_week_is_reliably_met(measure: str, counted: float | None, left: str) -> None:
    parts = {"n": counted, "numerator": [counted] * 36} if counted else {}
    found = analyse([100.0] * 36, measure=measure, target=100.0, **parts, **HIGHER)
    assert (found.verdict, found.target_state) == ("ACHIEVED", "reliably met")
    assert f"misses of up to {left} are not excluded yet" in found.sentence


def test_no_day_that_has_passed_is_waited_for() -> None:
    """The evaluation ended on 31 March; the data go on, so nothing will be complete earlier than they end."""
    found = analyse([5.0, 6.0, 4.0, 5.0] * 6, before=8, after=4)
    assert "complete with data up to" not in found.sentence + found.trend.reason
    assert "2 weeks more are there if it runs until 14 Apr 2025" in found.sentence
    waited = analyse([5.0, 6.0, 4.0, 5.0] * 3, before=8, after=4)
    assert "complete with data up to 14 Apr 2025" in waited.sentence
