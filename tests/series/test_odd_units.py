"""Lengths of time below zero are shown as lengths, with their sign."""

from __future__ import annotations

import numpy as np
import pytest

from csi.definition import KpiDefinition
from csi.series.odd_units import below_zero


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-125_581, "-34:53:01"),
        (-30, "-0:00:30"),
        (-60, "-0:01:00"),
        (-3_600, "-1:00:00"),
        (-86_400.5, "-24:00:00.5"),
        (-0.25, "-0:00:00.25"),
    ],
)
def test_seconds_below_zero_are_shown_as_a_clock(seconds: float, shown: str) -> None:
    kpi = KpiDefinition(id="k", name="k", source="s", at="at", measure="sum", value="left", unit="min")
    ((one,), (plain,)) = (list(below_zero(kpi, np.array([5.0, seconds]), own)) for own in ("s", "min"))
    assert (one.values, one.rows.tolist()) == ([shown], [1])
    assert plain.values == [f"{seconds:g}" if abs(seconds) < 100_000 else "-125581"]
