"""“Why this verdict?”: the gates in order, and the numbers behind them with sign and unit."""

from __future__ import annotations

from typing import Any

import numpy as np

from bot.blocks.step5_analyse import why_modal
from csi.terms import Direction, Period
from tests.analysis.series import kpi_input, noise, plain_result, step


def said(values: np.ndarray, **about: Any) -> str:
    modal = why_modal("A KPI", plain_result(kpi_input(values, **about)), Period.WEEK)
    texts = [block.get("text", {}).get("text", "") for block in modal["blocks"]]
    fields = [field["text"] for block in modal["blocks"] for field in block.get("fields", ())]
    small = [one["text"] for block in modal["blocks"] for one in block.get("elements", ())]
    return "\n".join([*texts, *fields, *small])


def shares(bad_after: int) -> dict[str, Any]:
    good = np.concatenate([np.full(24, 180.0), np.full(12, 200.0 - bad_after)]) + np.tile([-1, 1], 18)
    return {
        "values": good / 2,
        "n": 200.0,
        "numerator": good,
        "measure": "share",
        "unit": "%",
        "value": None,
        "direction": Direction.HIGHER,
        "target": 90.0,
    }


def test_differences_have_a_sign_and_percentages_differ_by_points() -> None:
    about = shares(bad_after=10)
    text = said(about.pop("values"), **about)
    assert "*Difference*\n+5.0 points (+" in text
    assert "*Smallest that matters*\n" in text
    assert "points" in text.split("*Smallest that matters*\n")[1].split("\n")[0]


def test_gates_name_unit_and_period_and_stop_at_the_one_that_decided() -> None:
    text = said(step(-5.0), target=10.0)
    assert "24 weeks before, 12 after, quality 99 %" in text
    assert "No, it is " in text
    assert " of 12 weeks on target" in text
    assert text.index("Did it get worse?") < text.index("Is it met on average?") < text.index("Did it improve?")
    assert "What is left?" not in text
    assert " h would matter" in text


def test_a_small_difference_has_no_more_decimals_than_its_levels() -> None:
    values = noise(36, seed=2)
    values[24:] += values[:24].mean() - values[24:].mean() + 0.0123
    assert "No detectable change: 0.0 h, likely −" in said(values)


def test_the_error_budget_is_told() -> None:
    about = shares(bad_after=30)
    text = said(about.pop("values"), **about)
    assert "Error budget of the evaluation: 150 % used; it burned at 1.50 times the rate" in text
    assert "which is an alarm" in text
    calm = shares(bad_after=10)
    assert "an alarm" not in said(calm.pop("values"), **calm)
