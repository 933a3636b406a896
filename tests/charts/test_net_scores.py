"""A net promoter score in pictures and words: within -100 to 100, both sides told, no per cent of a baseline."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.blocks import step4_process
from csi.analysis.analysis import Limits
from csi.charts.alt_text import control_chart_text
from csi.charts.axis import value_range
from csi.charts.charts import draw
from csi.charts.view import limits_text
from csi.models import Kpi
from csi.terms import Direction
from tests.analysis.series import analyse
from tests.analysis.test_net_scores import NPS, series
from tests.bot.test_escaping import mrkdwn
from tests.charts.samples import KPI, view

SCORE = replace(KPI, id="nps", name="NPS", measure="nps", unit="points", direction=Direction.HIGHER, target=100.0)


@pytest.mark.parametrize(("values", "target"), [([95.0, 100.0, 90.0] * 8, 100.0), ([-95.0, -100.0, -90.0] * 8, -100.0)])
def test_a_target_on_a_natural_bound_is_seen_and_nothing_beyond_it(values: list[float], target: float) -> None:
    low, high = value_range(view(values, kpi=replace(SCORE, target=target)))
    assert -101 < low < high < 101
    assert low <= target <= high


def test_other_units_keep_their_air() -> None:
    assert value_range(view([95.0, 100.0] * 8, kpi=replace(KPI, unit="points")))[1] > 101


def test_clipped_limits_say_at_which_bound() -> None:
    limits = Limits(kind="nps_prime", centre=-90.0, lower=-100.0, upper=-75.0, n=24, trial=False, sigma_z=1.1)
    shown = view([-90.0, -80.0] * 12, kpi=SCORE, limits=limits)
    clipped = replace(shown, analysis=replace(shown.analysis, detail=replace(shown.analysis.detail, clipped=True)))
    assert limits_text(clipped).endswith("σz 1.1, lower limit clipped at −100")
    assert "Laney's for a net score" in limits_text(clipped)
    assert draw(clipped).png.startswith(b"\x89PNG")
    assert "points" in control_chart_text(clipped)


def test_the_analysis_says_the_same_bound_and_no_per_cent_of_the_baseline() -> None:
    scarce = analyse([], series=series([0] * 36, [9, 10] * 18, [10] * 36), **NPS)
    assert any("clipped at −100, which" in text for text in scarce.warnings)
    moved = analyse([], series=series([4, 5] * 12 + [6, 7] * 6, [5] * 36, [20] * 36), **NPS)
    assert moved.change.difference == pytest.approx(10.0)
    assert moved.change.percent is None
    assert np.isfinite(moved.change.lower)


def test_where_a_score_comes_from_names_both_sides() -> None:
    point = {
        "start": "2026-01-05T00:00:00+00:00",
        "value": 30.0,
        "n": 10,
        "numerator": 3.0,
        "denominator": 10.0,
        "promoters": 5.0,
        "detractors": 2.0,
    }
    kpi = Kpi(id=1, team_id="T", cycle_id=1, key="nps", name="NPS", unit="points")
    shown = mrkdwn(step4_process.traced(kpi, point, []))
    assert "5 promoters less 2 detractors of 10" in shown
