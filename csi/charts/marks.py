"""What a series and its analysis put on paper, before anything is drawn: points, runs without a gap, windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

import pandas as pd

from csi.analysis.analysis import Analysis, Limits, Signal
from csi.definition import Window
from csi.series.processed import Processed
from csi.words.signals import SignalRule

OF_CASES = frozenset({"p_prime", "u_prime", "p", "u"})  # limits that hang on the denominator


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One period: ``signal`` is ``improvement``, ``concern``, ``neither`` or empty.

    ``value`` is None when it is missing or suppressed.
    """

    position: int
    start: pd.Timestamp
    value: float | None
    n: float | None
    partial: bool
    excluded: bool
    signal: str = ""
    rule: SignalRule | None = None
    suppressed: bool = False

    @property
    def height(self) -> float:
        """Its value to draw; NaN where there is none."""
        return float("nan") if self.value is None else self.value

    @property
    def whole(self) -> bool:
        """Whether it holds a value for a finished period."""
        return self.value is not None and not self.partial


@dataclass(frozen=True, slots=True)
class Span:
    """Positions ``first`` to ``last`` of a series, both included."""

    first: int
    last: int


def marks(processed: Processed, analysis: Analysis, *, min_n: int = 0) -> tuple[Mark, ...]:
    """One mark per period of the series, in order; values of fewer than ``min_n`` cases are suppressed."""
    loudest = _loudest(analysis.signals)
    sized = analysis.limits.kind in OF_CASES
    starts = [pd.Timestamp(start) for start in pd.DatetimeIndex(processed.series.index)]
    return tuple(
        _mark(position, start, row, loudest.get(start), min_n, sized=sized)
        for position, (start, row) in enumerate(zip(starts, processed.series.itertuples(), strict=True))
    )


def runs(of: Sequence[Mark]) -> list[list[Mark]]:
    """Finished periods with a value, cut wherever a period is missing or unfinished."""
    found: list[list[Mark]] = [[]]
    for mark in of:
        if mark.whole:
            found[-1].append(mark)
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def gaps(of: Sequence[Mark]) -> list[Span]:
    """Stretches of periods without a value."""
    return spans([mark.position for mark in of if mark.value is None and not mark.suppressed])


def suppressed(of: Sequence[Mark]) -> list[Span]:
    """Stretches of periods whose value is not shown because too few cases are behind it."""
    return spans([mark.position for mark in of if mark.suppressed])


def exclusions(of: Sequence[Mark]) -> list[Span]:
    """Stretches of periods from which rows or time were left out."""
    return spans([mark.position for mark in of if mark.excluded])


def spans(positions: Sequence[int]) -> list[Span]:
    """Neighbouring positions as spans."""
    found: list[Span] = []
    for position in positions:
        if found and found[-1].last == position - 1:
            found[-1] = Span(found[-1].first, position)
        else:
            found.append(Span(position, position))
    return found


def within(of: Sequence[Mark], window: Window | None) -> Span | None:
    """The positions whose start lies in the window; None when there are none."""
    if window is None:
        return None
    inside = [mark.position for mark in of if window.start <= mark.start.date() < window.end]
    return Span(inside[0], inside[-1]) if inside else None


def bound(limit: float | Sequence[float | None] | None, positions: int) -> list[float | None]:
    """A limit as one value per position, whether it varies or not."""
    if limit is None or isinstance(limit, int | float):
        return [_finite(limit)] * positions
    return [_finite(value) for value in limit][:positions] + [None] * (positions - len(limit))


def varies(limits: Limits) -> bool:
    """Whether the limits differ from period to period."""
    sides = (limits.lower, limits.upper)
    return any(len({v for v in side if v is not None}) > 1 for side in sides if isinstance(side, tuple | list))


def _loudest(signals: Sequence[Signal]) -> dict[pd.Timestamp, Signal]:
    """Per period the signal that takes precedence."""
    by_start: dict[pd.Timestamp, Signal] = {}
    for signal in sorted(signals, key=lambda one: -one.rule.rank):
        by_start[pd.Timestamp(signal.start)] = signal
    return by_start


def _mark(position: int, start: pd.Timestamp, row: object, signal: Signal | None, min_n: int, *, sized: bool) -> Mark:
    """A period; ``sized``: its limits rest on what it is a part of, so that is its n."""
    value = None if getattr(row, "missing", False) else _finite(getattr(row, "value", None))
    n = _finite(getattr(row, "n", None))
    suppressed = value is not None and n is not None and n < min_n
    shown = signal if signal and not suppressed else None
    return Mark(
        position=position,
        start=start,
        value=None if suppressed else value,
        n=_finite(getattr(row, "denominator", None)) if sized and n is not None else n,
        partial=bool(getattr(row, "partial", False)),
        excluded=bool(getattr(row, "excluded", False)),
        signal=shown.direction if shown else "",
        rule=shown.rule if shown else None,
        suppressed=suppressed,
    )


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
