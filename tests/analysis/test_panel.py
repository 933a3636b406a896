"""Series side by side: frames that are alike are joined, and what each KPI gets is what stands in its own."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.analysis.analysis import KpiInput
from csi.analysis.panel import STACKED, panel
from csi.definition import Window
from tests.analysis.series import frame, kpi_input

VALUES: Any = np.arange(36.0)
SHARE: dict[str, Any] = {
    "measure": "share",
    "unit": "%",
    "value": None,
    "good": "x",
    "n": 9.0,
    "numerator": np.full(36, 5.0),
}


def at(item: KpiInput) -> dict[str, np.ndarray]:
    """What a panel of one KPI holds, which cannot have been taken from another's frame."""
    stack = panel([item])
    return {name: getattr(stack, name)[0] for name in ("values", "numerator", "denominator", "cases", "used", "before")}


def typed(**kinds: Any) -> KpiInput:
    made = frame(VALUES, n=3)
    return kpi_input([], series=made.astype(kinds), baseline=None, evaluation=None)


NOTHING = kpi_input(
    [],
    series=pd.DataFrame({name: [] for name in ("end", "partial", "excluded", *STACKED)}, index=frame([1.0]).index[:0]),
    baseline=None,
    evaluation=None,
)
KINDS = {
    "plain": kpi_input(VALUES),
    "shorter": kpi_input(VALUES[:30] + 7),
    "a part": kpi_input(VALUES, **SHARE),
    "elsewhere": kpi_input(VALUES + 1, zone="Asia/Tokyo"),
    "months": kpi_input(VALUES + 2, step_days=30),
    "n is a float": typed(n=float),
    "n may be missing": typed(n="Int64"),
    "an object": typed(value=object, partial=object),
    "no partial": kpi_input(
        [],
        series=frame(VALUES).drop(columns="partial"),
        baseline=Window(date(2025, 1, 6), date(2025, 3, 3)),
        evaluation=None,
    ),
    "nanoseconds": typed(end="datetime64[ns, Europe/Lisbon]"),
    "nothing": NOTHING,
}


@pytest.mark.parametrize("name", KINDS)
def test_a_kpi_beside_others_holds_what_it_holds_alone(name: str) -> None:
    everyone = [KINDS["plain"], KINDS["shorter"], *KINDS.values(), KINDS["plain"]]
    row = 2 + list(KINDS).index(name)
    stack, alone = panel(everyone), at(KINDS[name])
    for column, expected in alone.items():
        found = getattr(stack, column)[row]
        np.testing.assert_array_equal(found[: len(expected)], expected, err_msg=column)
        assert not np.nan_to_num(found[len(expected) :]).any()
