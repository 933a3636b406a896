"""What a gap costs the business: low, central, high, with the formula shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from csi.errors import InvalidInput
from csi.words.wording import amount


@dataclass(frozen=True, slots=True)
class Range:
    """A figure with its uncertainty."""

    low: float
    central: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high:
            raise InvalidInput("range", "low, central and high must rise in this order")


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Cost per unit, with the one person who answers for it and the day it was set."""

    amount: Range
    currency: str
    per: str
    owner: str
    set_on: date


@dataclass(frozen=True, slots=True)
class Impact:
    """A cost with its formula in words. ``run_rate`` is a cost to come per period, otherwise it is incurred."""

    cost: Range
    currency: str
    formula: str
    run_rate: bool


def gap_cost(gap: Range, volume: float, unit: UnitCost, *, run_rate: bool = False) -> Impact:
    """Adverse gap × volume × unit cost. A gap on the good side costs nothing.

    Source: docs/verdicts.md, Business impact.
    """
    adverse = Range(*(max(0.0, side) for side in (gap.low, gap.central, gap.high)))
    cost = Range(
        adverse.low * volume * unit.amount.low,
        adverse.central * volume * unit.amount.central,
        adverse.high * volume * unit.amount.high,
    )
    each = f"{amount(unit.amount.central)} {unit.currency} per {unit.per}"
    formula = f"gap {amount(adverse.central)} × volume {amount(volume)} × {each}"
    return Impact(cost, unit.currency, formula, run_rate)
