"""Did the level move, or only the mix? Before and after at constant mix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.step5_analyse.limits import Flags


@dataclass(frozen=True, slots=True)
class Standardised:
    """The change as it is, and as it would be had the mix stayed as before."""

    crude: float
    constant_mix: float

    @property
    def flips(self) -> bool:
        """Whether the sign changes when the mix is held constant."""
        return self.crude * self.constant_mix < 0

    @property
    def differs(self) -> bool:
        """Whether holding the mix constant takes away, or adds, more than half of the change."""
        return abs(self.constant_mix - self.crude) > abs(self.crude) / 2


def standardise(strata: pd.DataFrame, before: pd.DatetimeIndex, after: pd.DatetimeIndex) -> Standardised | None:
    """Direct standardisation to the baseline's mix; None when a stratum of the baseline has no later cases.

    Args:
        strata: index ``(start, stratum)``, columns ``value, n``.
        before, after: starts of the windows' periods.

    Source: Rothman, Modern Epidemiology, 3rd ed., ch. 3.
    """
    first, second = _levels(strata, before), _levels(strata, after)
    shared = first.index.intersection(second.index)
    if len(shared) < len(first.index) or not len(shared):
        return None
    weights = first.loc[shared, "n"] / first.loc[shared, "n"].sum()
    constant = float((weights * (second.loc[shared, "level"] - first.loc[shared, "level"])).sum())
    crude = _overall(second) - _overall(first)
    return Standardised(crude, constant) if np.isfinite(crude) and np.isfinite(constant) else None


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
