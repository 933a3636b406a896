"""Step 5 against shewhart + pymannkendall + scipy doing the same tests: 1,000 KPIs × 104 weekly points, one core.

Ours is the whole of ``judge``: limits, signals, trend, effect, verdict, guards and sentence. Theirs makes limits and
signals (shewhart), an autocorrelation-corrected and a seasonal trend test with slopes (pymannkendall, scipy), Welch's
t and Mann–Whitney (scipy) and a verdict by the same rules from their numbers. They alternate in one run.
"""

from __future__ import annotations

import os
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pymannkendall
import shewhart
from scipy import stats

from csi.analysis import KpiInput, judge
from csi.definition import Window
from tests.analysis.series import frame, kpi_input

KPIS, POINTS, BEFORE = 1000, 104, 52
ROUNDS = 3
TARGET = 48.0


def series() -> np.ndarray:
    """Half of them unchanged, half with a step down of one sigma."""
    values = np.random.default_rng(1).standard_normal((KPIS, POINTS)) + 50
    values[::2, BEFORE:] -= 1
    return values


def inputs(values: np.ndarray) -> dict[str, KpiInput]:
    """The KPIs as step 4 hands them over, each with its own frame."""
    shape = frame(values[0])
    edges = [moment.date() for moment in shape.index]
    windows = {
        "baseline": Window(edges[0], edges[BEFORE]),
        "evaluation": Window(edges[BEFORE], shape["end"].iloc[-1].date()),
    }
    return {
        str(number): kpi_input([], series=shape.assign(value=row), target=TARGET, **windows)
        for number, row in enumerate(values)
    }


def theirs(values: np.ndarray) -> list[str]:
    """The same tests by other people's code, one KPI after the other."""
    return [_their_verdict(row) for row in values]


def _their_verdict(row: np.ndarray) -> str:
    before, after = row[:BEFORE], row[BEFORE:]
    baseline = shewhart.imr(before, rules="none").baseline
    chart = shewhart.imr(row, limits=baseline, rules="nelson")
    phase = shewhart.imr(after, rules="nelson")
    pymannkendall.hamed_rao_modification_test(row)
    pymannkendall.seasonal_test(row, period=52)
    pymannkendall.hamed_rao_modification_test(before)
    stats.theilslopes(row)
    welch = stats.ttest_ind(after, before, equal_var=False)
    interval = welch.confidence_interval()
    stats.mannwhitneyu(after, before)
    matters = baseline.stats["sigma_within"] / 2
    if interval.low > 0 and after.mean() - before.mean() >= matters:
        return "REGRESSED"
    if not phase.signals and phase.stats["i_ucl"] < TARGET:
        return "ACHIEVED"
    if after.mean() <= TARGET:
        return "ACHIEVED, UNSTABLE"
    improved = interval.high < 0 and before.mean() - after.mean() >= matters
    return "IMPROVED" if improved and chart else "NO CHANGE"


def timed(work: Callable[[], object]) -> float:
    """Seconds of processor time: what one core needed."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print both, and the ratio of their medians."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    values = series()
    ready = inputs(values)
    seconds: dict[str, list[float]] = {"ours": [], "theirs": []}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the others warn of their own arithmetic
        for _ in range(ROUNDS):
            seconds["ours"].append(timed(lambda: judge(ready)))
            seconds["theirs"].append(timed(lambda: theirs(values)))
        agree = np.mean(
            [str(one.verdict) == other for one, other in zip(judge(ready).values(), theirs(values), strict=True)]
        )
    ours, others = (statistics.median(seconds[who]) for who in ("ours", "theirs"))
    print(f"analyse: {KPIS:,} KPIs × {POINTS} points, medians of {ROUNDS} rounds, processor seconds")
    print(f"  ours: limits, signals, trend, effect, verdict, guards, sentence   {ours:8.2f} s")
    print(f"  shewhart + pymannkendall + scipy                                  {others:8.2f} s")
    print(f"  ratio {others / ours:.1f} × (asked: 10 ×, under 5 s); same verdict in {100 * agree:.0f} % of KPIs")
