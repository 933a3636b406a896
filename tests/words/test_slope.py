"""A slope in words: what rises or falls never does so by nothing."""

from __future__ import annotations

import pytest

from csi.terms import Period
from csi.words.together import slope


@pytest.mark.parametrize(
    ("value", "sides", "unit", "told"),
    [
        (-0.0005, (-0.0008, -0.0002), "%", "−0.00050 points a day (likely −0.00080 to −0.00020)"),
        (-0.004, (-0.02, -0.001), "h", "−0.0040 h a day (likely −0.0200 to −0.0010)"),
        (1.26, (0.4, 2.0), "h", "+1.3 h a day (likely +0.4 to +2.0)"),
        (
            -0.00002,
            (-0.00004, -0.00001),
            "%",
            "slowly, by less than 0.0001 points a day (likely −0.0000400 to −0.0000100)",
        ),
        (0.0, (-0.5, 0.5), "", "0.00 a day (likely −0.50 to +0.50)"),
    ],
)
def test_a_slope_is_told_in_digits_that_show_it(value: float, sides: tuple[float, ...], unit: str, told: str) -> None:
    assert slope(value, sides, unit, Period.DAY) == told
