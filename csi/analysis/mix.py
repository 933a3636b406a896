"""Did the level move, or only the mix? Before and after at constant mix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from csi.analysis.limits import Flags, Floats
from csi.measures import measure_of
from csi.series.grouping import Groups

_SURE, _HINTED = 0.01, 0.2  # p of the mix from which it moved, and from which it may have
SHARED = 0.5  # of the baseline's cases in strata that still have any: below, nothing is compared. Ours
SHARED_BY_MIX = 0.5  # of a change, from which the mix is named as what explains it; ours


@dataclass(frozen=True, slots=True)
class Standardised:
    """A KPI at the baseline's mix.

    Attributes:
        values: one per period; NaN where it is not told.
        crude, constant_mix: the change as it is, and as it would be had the mix stayed as before.
        p: how likely chance alone would move the mix that much.
        matters: the minimum important difference; the mix has to account for half of it to be worth a word.
    """

    values: Floats
    crude: float
    constant_mix: float
    p: float = 0.0
    matters: float = 0.0

    @property
    def differs(self) -> bool:
        """Whether holding the mix constant takes away, or adds, more than half of the change."""
        return self.counts and abs(self.constant_mix - self.crude) > abs(self.crude) / 2

    @property
    def explained(self) -> float:
        """The part of the change that goes when the mix is held: 1 is all of it."""
        return (self.crude - self.constant_mix) / self.crude if self.crude else 0.0

    @property
    def hinted(self) -> bool:
        """Whether the mix may have moved: then the change at the baseline's mix counts where it says another thing."""
        return self.p < _HINTED

    @property
    def counts(self) -> bool:
        """Whether the mix moved, and so far that the change at the baseline's mix is the one that counts.

        Without this, the mix was said to move in 28 to 48 %, and the sign to flip in 7 to 16 %, of 400 series of
        24 + 12 points of which neither level nor mix had changed.
        """
        return self.p < _SURE and abs(self.constant_mix - self.crude) >= self.matters / 2


class Table(NamedTuple):
    """Values and numbers of cases, ``(strata, periods)``; where a stratum has no case there is no value."""

    values: Floats
    cases: Floats


def is_mixed(measure: str) -> bool:
    """Whether a measure is one of cases, which a mix can move; a number of them or their sum is not."""
    return measure_of(measure).is_of_cases


def standardise(table: Table, windows: tuple[Flags, Flags], matters: float = 0.0) -> Standardised | None:
    """Direct standardisation of every period to the baseline's mix: Σ w_s · value_s, w_s the stratum's part before.

    A stratum without a case in a period has its level of that window; one without any in either window is left out.
    None where less than half of the baseline's cases are then left.

    Args:
        table: the KPI by its strata.
        windows: periods before and after.
        matters: the minimum important difference.

    Source: Rothman, Modern Epidemiology, 3rd ed., ch. 3; how often it claims a change is in docs/calibration.md.
    """
    before, after = (_totals(table, window) for window in windows)
    shared = (before.cases > 0) & (after.cases > 0)
    whole = before.cases.sum()
    if not shared.any() or before.cases[shared].sum() < SHARED * whole:
        return None
    weights = before.cases[shared] / before.cases[shared].sum()
    filled = table.values[shared]
    for level, window in ((before, windows[0]), (after, windows[1])):
        filled = np.where(np.isnan(filled) & window, level.values[shared][:, None], filled)
    values = weights @ filled
    crude = _overall(after) - _overall(before)
    constant = float(values[windows[1]].mean() - values[windows[0]].mean())
    if not (np.isfinite(crude) and np.isfinite(constant)):
        return None
    return Standardised(values, crude, constant, _chance(before.cases, after.cases), matters)


def table_of(strata: pd.DataFrame, starts: pd.DatetimeIndex) -> Table:
    """The KPI by its strata: index ``(start, stratum)``, columns ``value, n``; ``starts`` of its periods."""
    names, _ = pd.factorize(strata.index.get_level_values(1), sort=True)
    places = starts.get_indexer(pd.DatetimeIndex(strata.index.get_level_values(0)))
    value, n = (strata[name].to_numpy(dtype=float) for name in ("value", "n"))
    there = (places >= 0) & np.isfinite(value) & (n > 0)
    values = np.full((int(names.max(initial=-1)) + 1, len(starts)), np.nan)
    cases = np.zeros(values.shape)
    values[names[there], places[there]], cases[names[there], places[there]] = value[there], n[there]
    return Table(values, cases)


def explaining(
    groups: Sequence[Groups], windows: tuple[Flags, Flags], matters: float
) -> tuple[str, Standardised] | None:
    """The column whose mix explains most of a change, with the KPI at its mix before; None where none explains half.

    Of several columns each has to be so much less likely to have moved by chance (Bonferroni).
    """
    found = [(one.column, standardise(Table(one.values, one.cases), windows, matters)) for one in groups]
    told = [(column, replace(made, p=min(1.0, made.p * len(found)))) for column, made in found if made is not None]
    able = [(column, made) for column, made in told if made.differs and made.explained > SHARED_BY_MIX]
    return max(able, key=lambda one: one[1].explained, default=None)


def _totals(table: Table, window: Flags) -> Table:
    """Level and number of cases of each stratum in a window."""
    cases = table.cases[:, window].sum(axis=1)
    total = np.nansum(table.values[:, window] * table.cases[:, window], axis=1)
    return Table(total / np.where(cases > 0, cases, np.nan), cases)


def _overall(window: Table) -> float:
    return float(np.nansum(window.values * window.cases) / window.cases.sum())


def _chance(first: Floats, second: Floats) -> float:
    """How likely chance makes two mixes differ as much. Source: Pearson, Philosophical Magazine 50 (1900) 157."""
    counts = np.array([first, second])
    counts = counts[:, counts.sum(axis=0) > 0]
    expected = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
    distance = float(((counts - expected) ** 2 / expected).sum())
    return float(special.chdtrc(counts.shape[1] - 1, distance)) if counts.shape[1] > 1 else 1.0
