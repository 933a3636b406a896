"""Net promoter scores: variance, interval, limits and change against other computations and known truths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from csi.analysis import limits
from csi.analysis.analysis import FrozenLimits
from csi.analysis.change_state import IMPROVED
from csi.analysis.effect import net_change
from csi.analysis.net_scores import adjusted_wald
from csi.models import Kpi
from csi.step7_correct.standing import standing
from csi.terms import Direction
from tests.analysis.series import analyse, frame

NPS: dict[str, Any] = {
    "id": "nps",
    "name": "NPS",
    "measure": "nps",
    "value": "score",
    "unit": "points",
    "direction": Direction.HIGHER,
}


def series(promoters: Any, detractors: Any, answers: Any) -> pd.DataFrame:
    """Step 4's frame of a score."""
    above, below, n = (np.asarray(part, dtype=float) for part in (promoters, detractors, answers))
    made = frame(100 * (above - below) / n, n=n, numerator=above - below)
    return made.assign(promoters=above, detractors=below)


def drawn(tries: int, periods: int, size: float, *, parts: tuple[float, float], seed: int) -> tuple[np.ndarray, ...]:
    """Promoters, detractors and answers per period of unchanged series."""
    random = np.random.default_rng(seed)
    n = random.poisson(size, (tries, periods))
    high = random.binomial(n, parts[0])
    low = random.binomial(n - high, parts[1] / (1 - parts[0]))
    return high.astype(float), low.astype(float), n.astype(float)


def test_the_interval_of_one_score_is_rockss_by_hand() -> None:
    """60 promoters, 20 passives, 20 detractors: with 3 answers added 40 / 103, and (81.5 / 103 - .3883²) / 103."""
    score = (60.75 - 20.75) / 103
    variance = ((60.75 + 20.75) / 103 - score**2) / 103
    lower, upper = adjusted_wald(40, 100, 80)
    assert (float(lower), float(upper)) == (
        pytest.approx(score - special.ndtri(0.975) * variance**0.5),
        pytest.approx(score + special.ndtri(0.975) * variance**0.5),
    )


def test_the_variance_is_that_of_answers_that_count_one_nothing_and_minus_one() -> None:
    counted = np.repeat([1.0, 0.0, -1.0], [60, 20, 20])
    spread = limits.trinomial(np.array(0.8))(np.array([0.4]), np.array([100.0]))
    assert float(spread[0]) == pytest.approx(counted.std() / 10)


@pytest.mark.parametrize(("parts", "size"), [((0.5, 0.2), 10), ((0.5, 0.2), 200), ((0.9, 0.03), 30), ((0.3, 0.4), 50)])
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(parts: tuple[float, float], size: int) -> None:
    random = np.random.default_rng(5)
    found = random.multinomial(size, [parts[0], parts[1], 1 - sum(parts)], size=20_000)
    lower, upper = adjusted_wald(found[:, 0] - found[:, 1], size, found[:, 0] + found[:, 1])
    held = ((lower <= parts[0] - parts[1]) & (parts[0] - parts[1] <= upper)).mean()
    assert 0.935 <= held <= 0.985


def test_everybody_a_promoter_leaves_an_interval_with_width() -> None:
    lower, upper = adjusted_wald(10, 10, 10)
    assert 0.4 < float(lower) < float(upper) == 1
    assert np.isnan(adjusted_wald(0, 0, 0)[0])


def test_limits_are_those_of_a_plain_loop_with_unequal_answers() -> None:
    high, low, n = (part[0] for part in drawn(1, 24, 40, parts=(0.5, 0.2), seed=3))
    found = limits.nps_prime(high - low, n, high + low)
    centre = (high.sum() - low.sum()) / n.sum()
    one = (high.sum() + low.sum()) / n.sum() - centre**2
    scores = [((a - b) / m - centre) / (one / m) ** 0.5 for a, b, m in zip(high, low, n, strict=True)]
    sigma_z = np.mean([abs(scores[at + 1] - scores[at]) for at in range(23)]) / 1.128
    assert float(found.centre) == pytest.approx(centre)
    assert float(found.sigma_z) == pytest.approx(sigma_z)
    assert found.upper.tolist() == pytest.approx([min(1.0, centre + 3 * sigma_z * (one / m) ** 0.5) for m in n])
    assert found.lower.tolist() == pytest.approx([max(-1.0, centre - 3 * sigma_z * (one / m) ** 0.5) for m in n])


def test_limits_widen_where_weeks_differ_more_than_chance_and_cry_no_wolf() -> None:
    high, low, n = drawn(2000, 24, 40, parts=(0.5, 0.2), seed=4)
    found = limits.nps_prime(high - low, n, high + low)
    value = (high - low) / n
    assert ((value > found.upper) | (value < found.lower)).mean() < 0.006
    assert float(found.sigma_z.mean()) == pytest.approx(1.0, abs=0.03)
    moved = np.random.default_rng(1).normal(0, 12, high.shape).round()
    wider = limits.nps_prime(np.clip(high - low + moved, -n, n), n, high + low)
    assert float(wider.sigma_z.mean()) > 1.8


def test_both_natural_bounds_clip_the_limits_on_the_scale_of_the_kpi() -> None:
    plenty = analyse([], series=series([9, 10] * 18, [0] * 36, [10] * 36), **NPS).limits
    assert plenty.kind == "nps_prime"
    assert np.max(plenty.upper) == 100.0
    scarce = analyse([], series=series([0] * 36, [9, 10] * 18, [10] * 36), **NPS).limits
    assert np.min(scarce.lower) == -100.0
    assert scarce.centre == pytest.approx(-95.0)


def test_a_score_of_nothing_but_zeros_has_limits_in_points() -> None:
    """As many detractors as promoters: no numerator tells the scale."""
    found = analyse([], series=series([5] * 36, [5] * 36, [20] * 36), **NPS).limits
    assert found.centre == 0.0
    assert found.sigma_z == 0.0


@pytest.mark.parametrize("size", [4, 20, 100])
def test_a_change_is_claimed_of_unchanged_scores_at_most_one_time_in_twenty(size: int) -> None:
    high, low, n = drawn(3000, 36, size, parts=(0.5, 0.2), seed=size)
    before = np.broadcast_to(np.arange(36) < 24, n.shape)
    found = net_change(high - low, n, high + low, (before, ~before))
    claimed = (found.lower > 0) | (found.upper < 0)
    assert claimed.mean() < 0.05
    assert (claimed == (found.p < 0.05)).all()
    assert ((found.lower <= found.difference) & (found.difference <= found.upper)).all()


def test_a_change_of_ten_points_is_seen_and_measured_in_points() -> None:
    random = np.random.default_rng(7)
    n = random.poisson(300, 36)
    share = np.where(np.arange(36) < 24, 0.5, 0.6)
    high, low = random.binomial(n, share), random.binomial(n, 0.15)
    found = analyse([], series=series(high, low, n), target=60.0, **NPS)
    first, second = slice(None, 24), slice(24, None)
    level = [100 * (high[part].sum() - low[part].sum()) / n[part].sum() for part in (first, second)]
    change = found.change
    assert change.difference == pytest.approx(level[1] - level[0])
    assert change.lower < 10 < change.upper
    assert change.state == IMPROVED
    sums = [(high[part].sum(), low[part].sum(), n[part].sum()) for part in (first, second)]
    plain = sum(np.var(np.repeat([1, 0, -1], [up, all_ - up - down, down])) / all_ for up, down, all_ in sums)
    assert change.upper - change.lower == pytest.approx(200 * stats.norm.ppf(0.975) * plain**0.5, rel=0.4)
    assert found.detail.method.startswith("difference of net promoter scores")
    assert "points" in found.sentence


def test_levels_are_pooled_not_averaged() -> None:
    """One promoter of one answer each week beside a week of a hundred detractors."""
    high, low, n = [1] * 36, [0] * 35 + [100], [1] * 35 + [101]
    found = analyse([], series=series(high, low, n), **NPS)
    assert found.detail.after.level == pytest.approx(100 * (12 - 100) / 112)


def test_frozen_dispersion_makes_limits_for_each_weeks_own_answers() -> None:
    high, low, n = (part[0] for part in drawn(1, 36, 40, parts=(0.5, 0.2), seed=9))
    frozen = FrozenLimits(centre=30.0, sigma=12.0, n=24, sigma_z=1.5)
    found = analyse([], series=series(high, low, n), frozen=frozen, **NPS).limits
    part = (high + low).sum() / n.sum()
    assert found.centre == 30.0
    assert found.upper == pytest.approx([min(100, 30 + 300 * 1.5 * ((part - 0.09) / m) ** 0.5) for m in n])


def test_a_promise_rests_on_an_interval_where_the_score_never_varied() -> None:
    found = analyse([], series=series([10] * 36, [0] * 36, [10] * 36), target=99.9, **NPS)
    assert found.assurance.state is not None
    assert found.limits.lower == found.limits.upper
    assert found.change.state != IMPROVED


def test_a_baseline_is_frozen_on_the_same_limits() -> None:
    high, low, n = (part[0] for part in drawn(1, 12, 40, parts=(0.5, 0.2), seed=2))
    made = series(high, low, n)
    points = [
        {
            "start": start.isoformat(),
            "value": row["value"],
            "numerator": row["numerator"],
            "denominator": row["denominator"],
            "promoters": row["promoters"],
            "detractors": row["detractors"],
        }
        for start, row in made.iterrows()
    ]

    kpi = Kpi(definition={"measure": "nps", "value": "score"}, unit="points")
    first, last = made.index[0].date(), made["end"].iloc[-1].date()
    found = standing(kpi, points, first, last, "Europe/Lisbon")
    lines = limits.nps_prime(high - low, n, high + low)
    assert found.frozen["kind"] == "nps_prime"
    assert found.centre == pytest.approx(100 * float(lines.centre))
    assert found.frozen["sigma_z"] == pytest.approx(float(lines.sigma_z))
    assert found.upper == pytest.approx(100 * float(np.mean(lines.upper)))
