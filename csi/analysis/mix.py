"""Did the level move, or only the mix? Before and after at constant mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from csi.analysis.limits import Flags

_SURE = 0.01


@dataclass(frozen=True, slots=True)
class Standardised:
    """The change as it is, and as it would be had the mix stayed as before.

    Attributes:
        crude, constant_mix: the two.
        moved: whether the mix moved more than chance would move it.
        matters: the minimum important difference; the mix has to account for half of it to be worth a word.
    """

    crude: float
    constant_mix: float
    moved: bool = True
    matters: float = 0.0

    @property
    def flips(self) -> bool:
        """Whether the sign changes when the mix is held constant."""
        return self._counts and self.crude * self.constant_mix < 0

    @property
    def differs(self) -> bool:
        """Whether holding the mix constant takes away, or adds, more than half of the change."""
        return self._counts and abs(self.constant_mix - self.crude) > abs(self.crude) / 2

    @property
    def _counts(self) -> bool:
        """Without this, the mix was said to move in 28 to 48 %, and the sign to flip in 7 to 16 %, of 400 series of
        24 + 12 points of which neither level nor mix had changed."""
        return self.moved and abs(self.constant_mix - self.crude) >= self.matters / 2


def standardise(
    strata: pd.DataFrame, before: pd.DatetimeIndex, after: pd.DatetimeIndex, matters: float = 0.0
) -> Standardised | None:
    """Direct standardisation to the baseline's mix; None when a stratum of the baseline has no later cases.

    Args:
        strata: index ``(start, stratum)``, columns ``value, n``.
        before, after: starts of the windows' periods.
        matters: the minimum important difference.

    Source: Rothman, Modern Epidemiology, 3rd ed., ch. 3.
    """
    first, second = _levels(strata, before), _levels(strata, after)
    shared = first.index.intersection(second.index)
    if len(shared) < len(first.index) or not len(shared):
        return None
    weights = first.loc[shared, "n"] / first.loc[shared, "n"].sum()
    constant = float((weights * (second.loc[shared, "level"] - first.loc[shared, "level"])).sum())
    crude = _overall(second) - _overall(first)
    if not (np.isfinite(crude) and np.isfinite(constant)):
        return None
    return Standardised(crude, constant, _moved(first["n"], second["n"]), matters)


def _moved(first: pd.Series[float], second: pd.Series[float]) -> bool:
    """Whether two mixes differ by more than chance. Source: Pearson, Philosophical Magazine 50 (1900) 157."""
    counts = np.array(first.align(second, fill_value=0.0), dtype=float)
    expected = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
    distance = float(((counts - expected) ** 2 / expected).sum())
    return bool(counts.shape[1] > 1 and special.chdtrc(counts.shape[1] - 1, distance) < _SURE)


def _levels(strata: pd.DataFrame, window: pd.DatetimeIndex) -> pd.DataFrame:
    starts = strata.index.get_level_values(0)
    part = strata[_chosen(starts.isin(window), strata["value"].notna().to_numpy())]
    grouped = part.assign(total=part["value"] * part["n"]).groupby(level=1, sort=True)[["total", "n"]].sum()
    grouped = grouped[grouped["n"] > 0]
    return grouped.assign(level=grouped["total"] / grouped["n"])


def _chosen(inside: Flags, there: Flags) -> Flags:
    return np.asarray(inside) & there


def _overall(levels: pd.DataFrame) -> float:
    return float(levels["total"].sum() / levels["n"].sum())
