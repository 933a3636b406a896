"""Money by dated rate: a number in one currency is worth what the rate in force at its row's moment says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from csi.definition import ExchangeRate, StudyDefinition
from csi.series import units
from csi.series.periods import MISSING, microseconds, moment_of

_CODE = re.compile(r"[A-Z]{3}")  # Source: ISO 4217, alphabetic codes


@dataclass(frozen=True, slots=True)
class Rates:
    """Per pair (unit, wanted unit) the moments from which its rates hold (int64 us, ascending), and the rates."""

    pairs: Mapping[tuple[str, str], tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def has(self, unit: str, wanted: str) -> bool:
        """Whether there is any rate from one unit to the other."""
        return (unit, wanted) in self.pairs

    def at(self, unit: str, wanted: str, moments: np.ndarray) -> np.ndarray:
        """The rate in force at each moment, the newest that is not after it; NaN before the first."""
        starts, rates = self.pairs[unit, wanted]
        return np.append(np.nan, rates)[np.searchsorted(starts, moments, side="right")]

    def exchanged(self, values: np.ndarray, names: pd.Series, wanted: str, moments: np.ndarray) -> np.ndarray:
        """Numbers brought to one unit, each row by its own; NaN where it measures something else or has no rate."""
        made, _ = units.converted(values, names, wanted)
        places, distinct = pd.factorize(names)
        for place, name in enumerate(map(str, distinct)):
            if self.has(name, wanted):
                mine = places == place
                made[mine] = values[mine] * self.at(name, wanted, moments[mine])
        return made

    def too_early(self, names: pd.Series, wanted: str, moments: np.ndarray) -> np.ndarray:
        """Which rows have a moment before the first rate of their unit."""
        places, distinct = pd.factorize(names)
        firsts = [self.pairs[str(name), wanted][0][0] if self.has(str(name), wanted) else MISSING for name in distinct]
        return (moments != MISSING) & (moments < np.append(firsts, MISSING).astype(np.int64)[places])


NO_RATES = Rates()


def rates_of(study: StudyDefinition) -> Rates:
    """The rates of a study; a date begins at midnight in the reporting zone."""
    return _rates(study.rates, study.timezone)


@lru_cache(maxsize=8)  # every source and KPI of a study asks
def _rates(every: tuple[ExchangeRate, ...], timezone: str) -> Rates:
    found: dict[tuple[str, str], dict[int, float]] = {}
    for one in every:
        start = microseconds(pd.DatetimeIndex([moment_of(one.start, timezone)]))[0]
        found.setdefault((one.unit, one.wanted), {})[int(start)] = one.rate
    return Rates({pair: _ascending(rates) for pair, rates in found.items()})


def _ascending(rates: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
    starts = sorted(rates)
    return np.array(starts, dtype=np.int64), np.array([rates[start] for start in starts])


def is_money(unit: str) -> bool:
    """Whether a unit is written as a currency is (``EUR``)."""
    return units.find(unit) is None and _CODE.fullmatch(unit) is not None
