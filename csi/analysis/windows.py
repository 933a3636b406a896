"""What one KPI's windows hold, and what they lack: counts, levels, and when missing periods will be there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import isfinite

import numpy as np
import pandas as pd

from csi.analysis.aim import Aim
from csi.analysis.analysis import KpiInput, WindowSummary
from csi.analysis.limits import Flags, Floats
from csi.analysis.verdict import FEWEST_AFTER, FEWEST_BEFORE, lacking_quality
from csi.definition import Window
from csi.series.doubt_words import said, settling
from csi.words import wording

DIFFERENT_EXCLUSIONS = 0.05  # Source: docs/verdicts.md, The verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One KPI's row of the panel: its used values in order, by window."""

    item: KpiInput
    values: Floats
    cases: Floats
    used: Flags
    before: Flags
    after: Flags
    left_out: tuple[float, float]
    count_before: int
    count_after: int

    @property
    def first(self) -> int:
        """Position of the baseline's first used point; the series' length where there is none."""
        places = np.flatnonzero(self.before)
        return int(places[0]) if places.size else len(self.values)

    @property
    def earlier(self) -> Floats:
        """Used points before the baseline."""
        return self.values[: self.first][self.used[: self.first]]


def summary(row: Row, window: Flags, count: int, level: float, aim: Aim) -> WindowSummary:
    """A window in numbers."""
    total = float(np.nansum(row.cases[window]))
    met = int(aim.met(row.values[window]).sum()) if aim.exists else None
    return WindowSummary(count, total if total > 0 else None, level if isfinite(level) else None, met)


def lacking(row: Row) -> tuple[str, ...]:
    """Sentences that say what is missing for a verdict, and when it will be there."""
    item = row.item
    if item.baseline is None and item.evaluation is None:
        windows: tuple[str, ...] = (
            "no baseline and no evaluation window are fixed, so no change can be judged: agree on at least "
            f"{wording.periods(FEWEST_BEFORE, item.period)} before and {FEWEST_AFTER} after",
        )
    else:
        windows = (_short_baseline(row), _short_evaluation(row))
    sentences = (*windows, *lacking_quality(item.quality, item.refused_for))
    if item.provisional:
        sentences += ("the baseline is provisional: no approver has agreed to it, so compare with one that is agreed",)
    return tuple(sentence for sentence in sentences if sentence)


def doubted(row: Row) -> tuple[str, ...]:
    """Sentences that say what in the definition does not fit the data; to the writer of a file also what would settle
    it, while a person who is asked has the buttons for that."""
    item = row.item
    return tuple(said(one) + (f"; {settling(one)}" if item.in_file else "") for one in item.doubts if one.is_open)


def not_comparable(row: Row) -> tuple[str, ...]:
    """Sentences that say how before and after differ in what is measured."""
    first, second = row.left_out
    found = row.item.comparability and (
        *row.item.comparability,
        "measure both windows on the same terms, or agree on a new baseline",
    )
    if abs(second - first) <= DIFFERENT_EXCLUSIONS:
        return found
    return (
        *found,
        f"exclusions left out {wording.share(first)} of the data before and {wording.share(second)} after, so leave "
        "out alike, or move a window",
    )


def there_on(row: Row, missing: int) -> str:
    """``, complete with data up to 31 Mar 2025``: when so many more periods than there are will be there; empty where
    that day has passed."""
    places = np.flatnonzero(row.after if row.before.any() and row.after.any() else row.used)
    if not places.size or "end" not in row.item.series:
        return ""
    last = pd.Timestamp(row.item.series["end"].iloc[int(places[-1])]).date()
    complete = wording.later(last, missing, row.item.period)
    return f", complete with data up to {wording.day(complete)}" if complete > covered(row) else ""


def _short_baseline(row: Row) -> str:
    item, have = row.item, row.count_before
    if item.baseline is None:
        least = wording.periods(FEWEST_BEFORE, item.period)
        return f"no baseline window is fixed, so no change can be judged: agree on one of {least} or more"
    if have >= FEWEST_BEFORE:
        return ""
    begun = f" if it begins on {wording.day(item.baseline.start)}"
    return f"the baseline has {_wanting(row, row.before, item.baseline, (have, FEWEST_BEFORE), begun)}"


def _short_evaluation(row: Row) -> str:
    item, have = row.item, row.count_after
    if item.evaluation is None:
        least = wording.periods(FEWEST_AFTER, item.period)
        return f"no evaluation window is fixed, so no change can be judged: agree on one of {least} or more"
    if have >= FEWEST_AFTER:
        return ""
    return f"the evaluation has {_wanting(row, row.after, item.evaluation, (have, FEWEST_AFTER), '')}"


def _wanting(row: Row, inside: Flags, window: Window, counts: tuple[int, int], begun: str) -> str:
    """``4 of the 6 weeks needed; 2 weeks more, complete with …``, and what else would do where periods are missing."""
    period, (have, needed) = row.item.period, counts
    missing, complete = wording.periods(needed - have, period), complete_on(row, inside, window, needed)
    gaps = complete != wording.later(window.start, needed, period)
    needs = wording.periods(needed, period)
    if complete <= min(window.end, covered(row)):  # that day lies in the window, and has passed
        return f"{have} of the {needs} needed; {missing} more, once missing {period.value}s of it are delivered"
    if complete <= covered(row):
        there = f"{missing} more {'is' if needed - have == 1 else 'are'} there if it runs until {wording.day(complete)}"
        also = f", or once the missing {period.value}s are delivered" if gaps else ""
        return f"{have} of the {needs} needed; {there}{also}"
    how = f" if it runs on, or once the missing {period.value}s are delivered" if gaps else begun
    return f"{have} of the {needs} needed; {missing} more, complete with data up to {wording.day(complete)}{how}"


def covered(row: Row) -> date:
    """The day up to which periods have passed: the end of the last finished one, with or without data."""
    series = row.item.series
    finished = ~series["partial"].to_numpy(dtype=bool) if "partial" in series else np.ones(len(series), dtype=bool)
    places = np.flatnonzero(finished | row.used)
    if not places.size or "end" not in series:
        return date.min
    return pd.Timestamp(series["end"].iloc[int(places[-1])]).date()


def complete_on(row: Row, inside: Flags, window: Window, needed: int) -> date:
    """Day on which a window that runs on has so many periods: counted from its last used one, else from its start."""
    places = np.flatnonzero(inside)
    if not places.size or "end" not in row.item.series:
        return wording.later(window.start, needed, row.item.period)
    last = pd.Timestamp(row.item.series["end"].iloc[int(places[-1])]).date()
    return wording.later(last, needed - len(places), row.item.period)
