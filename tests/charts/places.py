"""KPIs by the groups of a column, as they are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from csi.analysis.analysis import Analysis, Where
from csi.charts.where import Shown
from csi.series.grouping import Groups
from csi.terms import Direction
from tests.analysis.series import analyse

BEFORE, AFTER = 24, 12
N = BEFORE + AFTER
WHEN = (np.arange(N) >= BEFORE).astype(int)
NAMES = (
    "Network",
    "Workplace",
    "SAP",
    "Mail and calendar",
    "Telephony",
    "Printing",
    "Accounts",
    "Other",
    "Intranet",
    "Database",
    "Backup",
    "Facilities",
)


def durations(moves: Sequence[float], *, scale: float = 1.0, column: str = "Category") -> Analysis:
    """A mean of 12 before, that moved by so much in each group."""
    random, many = np.random.default_rng(2), len(moves)
    values = 12 + np.outer(moves, WHEN) + random.normal(0, 0.8, (many, N))
    groups = Groups(column, NAMES[:many], values * scale, np.full((many, N), 20.0))
    return analyse(groups.values.mean(axis=0), before=BEFORE, groups=(groups,), measure="mean", value="open")


def shares(before: Sequence[float], after: Sequence[float], cases: Sequence[int], *, column: str = "Team") -> Analysis:
    """Shares of as many cases a week."""
    random, many = np.random.default_rng(3), len(before)
    rates = np.where(WHEN[None], np.array(after)[:, None], np.array(before)[:, None])
    n = np.tile(np.array(cases)[:, None], (1, N))
    good = random.binomial(n, rates)
    groups = Groups(column, NAMES[:many], 100 * good / n, n.astype(float))
    about: dict[str, Any] = {"n": n.sum(axis=0).astype(float), "numerator": good.sum(axis=0)}
    return analyse(
        100 * good.sum(axis=0) / n.sum(axis=0),
        before=BEFORE,
        groups=(groups,),
        measure="share",
        unit="%",
        value=None,
        good="met",
        direction=Direction.HIGHER,
        target=80.0,
        **about,
    )


def shown(of: Analysis, name: str, unit: str, direction: Direction) -> Shown:
    """What is drawn of it."""
    assert isinstance(of.where, Where)
    return Shown(name, unit, direction, "Service desk", of.badge, of.where)


def ranking(moves: Sequence[float] = (-4.0, -0.5, -0.2, 0.0, 0.3, -0.6), **shape: Any) -> Shown:
    """A mean, by what changed most."""
    return shown(durations(moves, **shape), "Mean time to resolve", "h", Direction.LOWER)


def funnel(many: int = 9) -> Shown:
    """Shares of groups of all sizes, of which one moved otherwise."""
    before, after = [0.62] * many, [0.80, 0.60, *[0.66] * (many - 2)]
    cases = [40, 60, 6, 12, 25, 9, 18, 30, 3, 4, 5, 8][:many]
    return shown(shares(before, after, cases), "Resolved within a day", "%", Direction.HIGHER)


def pareto() -> Shown:
    """Causes by the cases that missed."""
    found = shares([0.6] * 6, [0.5, 0.9, 0.8, 0.95, 0.7, 0.85], [60, 20, 15, 12, 8, 6], column="Root cause")
    return shown(found, "Resolved within a day", "%", Direction.HIGHER)
