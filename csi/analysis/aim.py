"""Which way is better, and whether a value is on target: for higher, lower and within-a-band KPIs alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.analysis.limits import Flags, Floats
from csi.definition import KpiDefinition
from csi.terms import Direction

IMPROVEMENT, CONCERN, NEITHER = "improvement", "concern", "neither"


@dataclass(frozen=True, slots=True)
class Aim:
    """A direction with its target; a band is its own target."""

    direction: Direction
    target: float | None = None
    band: tuple[float, float] | None = None

    @property
    def exists(self) -> bool:
        """Whether there is something to meet."""
        return self.band is not None if self.direction is Direction.WITHIN else self.target is not None

    @property
    def banded(self) -> bool:
        """Whether it is a band."""
        return self.direction is Direction.WITHIN and self.band is not None

    def met(self, values: Floats) -> Flags:
        """Which values are on target; a value equal to the target is."""
        low, high = self.span()
        return np.asarray((values >= low) & (values <= high))

    def meets(self, value: float) -> bool:
        """Whether one value is on target."""
        low, high = self.span()
        return low <= value <= high

    def side(self, centre: float) -> int:
        """+1 where a higher value is better than ``centre``, -1 where a lower one is, 0 inside the band."""
        if self.direction is not Direction.WITHIN:
            return 1 if self.direction is Direction.HIGHER else -1
        low, high = self.span()
        return int(centre < low) - int(centre > high)

    def distance(self, level: float) -> float:
        """How far a level is outside the band; for the others minus how good it is, so less is always better."""
        if self.direction is not Direction.WITHIN:
            return -self.side(level) * level
        low, high = self.span()
        return max(low - level, level - high, 0.0)

    def distances(self, levels: Floats) -> Floats:
        """``distance`` of many levels."""
        if self.direction is not Direction.WITHIN:
            return np.asarray(levels * -self.side(0.0))
        low, high = self.span()
        return np.maximum(np.maximum(low - levels, levels - high), 0.0)

    def clear(self, lower: Floats, upper: Floats) -> bool:
        """Whether limits lie wholly on target; a limit equal to the target does not."""
        low, high = self.span()
        return bool(np.min(lower) > low and np.max(upper) < high)

    def beyond(self, lower: Floats, upper: Floats) -> bool:
        """Whether limits lie wholly off target."""
        low, high = self.span()
        return bool(np.max(upper) < low or np.min(lower) > high)

    def span(self) -> tuple[float, float]:
        """The lowest and the highest value on target; infinite where there is none."""
        if self.direction is Direction.WITHIN:
            return self.band or (-np.inf, np.inf)
        if self.target is None:
            return -np.inf, np.inf
        return (self.target, np.inf) if self.direction is Direction.HIGHER else (-np.inf, self.target)


def aim_of(definition: KpiDefinition) -> Aim:
    """The aim of a KPI."""
    return Aim(definition.direction, definition.target, definition.band)
