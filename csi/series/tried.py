"""A KPI's conditions tried on its rows: how many fit and, where none does or all do, what their columns hold.

What partitions find merges into what is found of all rows: counts add up, and what a column holds is noted by every
partition in which no row fits or every one does, as only these can make up a whole in which that is so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from csi.definition import Duration, KpiDefinition
from csi.measures import Takes, measure_of
from csi.series import blocks, net_promoter, units, weekly
from csi.series.blocks import Names
from csi.series.columns import LINKED, OF_VALUE, moment_of_row
from csi.series.contributions import Contribution, Looking
from csi.series.expression import Column, comparisons
from csi.series.growth import Growth, growth, together
from csi.series.last_rows import Shared
from csi.series.periods import MISSING
from csi.series.weekly import Dates, dates_of
from csi.series.written import tidy
from csi.words.wording import plainly

MOST = 1_000  # different values of a column that are counted; of more only a few are told. Ours
SHOWN = 5  # of them, the most frequent ones
_COLUMNS = 3  # columns of a condition that are told
_ROUNDING = 1e-9
_LINE_BITS = 40  # of a row's place, below those of its delivery

Lines = tuple[np.ndarray, np.ndarray]  # per row of the source its delivery and its line


@dataclass(frozen=True, slots=True)
class Held:
    """What a column holds in some rows.

    Attributes:
        column: its name.
        counts: of texts how often each is there; beyond ``MOST`` different ones the first few by the alphabet, each 0.
        is_many: there are more than could be counted.
        empty: cells without anything.
        span: of numbers and moments the smallest and the largest; None where there is none.
    """

    column: str
    counts: Mapping[str, int] = field(default_factory=dict)
    is_many: bool = False
    empty: int = 0
    span: tuple[float, float] | tuple[str, str] | None = None

    @property
    def frequent(self) -> tuple[tuple[str, int], ...]:
        """The most frequent texts, those alike often by the alphabet."""
        return tuple(sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))[:SHOWN])


@dataclass(frozen=True, slots=True)
class Fit:
    """How many of how many rows a condition fits; ``seen`` only where it is none or all of them."""

    rows: int
    fits: int
    seen: tuple[Held, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether it tells no row from another."""
        return self.rows > 0 and self.fits in (0, self.rows)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers a score or a percentage is made of.

    Attributes:
        seen: the column, with how often each number is there; ``span`` their ends.
        rows: how many there are.
        beyond: of a percentage how many are more than all of it; of a score how many are no answer from 0 to 10.
        answers: of a score the answers that were given, each once.
    """

    seen: Held
    rows: int = 0
    beyond: int = 0
    answers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """The conditions of a KPI (None: it has none), and how many of its rows with both moments run backwards.

    ``numbers`` are those of a score or of a percentage; None for any other KPI. ``growth`` is of numbers added up,
    ``last`` of what shares the last moment of a period: it is told of all rows, not of portions. ``dates`` are those
    that put rows into periods; None of spans. ``names`` are what the columns that conditions compare hold.
    """

    where: Fit | None = None
    good: Fit | None = None
    backward: int = 0
    timed: int = 0
    numbers: Numbers | None = None
    growth: Growth | None = None
    last: Shared | None = None
    dates: Dates | None = None
    names: tuple[Names | None, ...] = ()


def tried(kpi: KpiDefinition, looking: Looking, rows: Contribution, lines: Lines) -> Tried:
    """What is found in the rows of a portion.

    Args:
        kpi: the KPI.
        looking: the rows of its source.
        rows: those that count for it.
        lines: where each row of its source was delivered.
    """
    where = looking.satisfied(kpi.where, kpi, "where") if kpi.where.strip() else None
    every = np.arange(len(looking.frame))
    backward, timed = _linked_backward(kpi, looking, where)
    return Tried(
        where=None if where is None else _fit(kpi, kpi.where, looking, where, every),
        good=None if rows.good is None else _fit(kpi, kpi.good, looking, rows.good, rows.rows),
        backward=backward,
        timed=timed,
        numbers=_numbers(kpi, looking, rows, where),
        growth=growth(kpi, rows.at, rows.value, looking.timezone),
        dates=None if measure_of(kpi.measure).is_of_spans else _dates(kpi, looking, rows),
        names=tuple(_names(kpi, looking, lines)),
    )


def _names(kpi: KpiDefinition, looking: Looking, lines: Lines) -> Iterator[Names | None]:
    """The columns of texts that its conditions compare with a value."""
    for name in dict.fromkeys(name for text in (kpi.where, kpi.good) for name in _compared(text)):
        if name in looking.frame.columns:
            place = (lines[0].astype(np.int64) << _LINE_BITS) + lines[1]
            yield blocks.names_of(name, looking.frame[name], place, looking.moments(moment_of_row(kpi), kpi, "at"))


def _compared(text: str) -> list[str]:
    sides = [side for one in comparisons(text) for side in (one.left, one.right)] if text.strip() else []
    return [side.name for side in sides if isinstance(side, Column)]


def _dates(kpi: KpiDefinition, looking: Looking, rows: Contribution) -> Dates:
    column = moment_of_row(kpi)
    return dates_of(column, rows.at, looking.zones(column) if looking.zones else looking.timezone)


def _numbers(kpi: KpiDefinition, looking: Looking, rows: Contribution, where: np.ndarray | None) -> Numbers | None:
    if measure_of(kpi.measure).takes is Takes.ANSWERS:
        return _answers(kpi, looking, where)
    whole = units.whole(kpi.unit)
    is_level = measure_of(kpi.measure).is_level
    if not isinstance(kpi.value, str) or not is_level or whole is None or rows.value is None:
        return None
    known = rows.value[~np.isnan(rows.value)]
    return Numbers(_counted(kpi, known), len(known), int((known > whole * (1 + _ROUNDING)).sum()))


def _answers(kpi: KpiDefinition, looking: Looking, where: np.ndarray | None) -> Numbers:
    """All cells that the condition means, those that are refused, too."""
    cells = looking.frame[str(kpi.value)].to_numpy(dtype=float)
    cells = cells if where is None else cells[where]
    known = cells[~np.isnan(cells)]
    answers = known[net_promoter.is_answer(known)]
    given = frozenset(np.unique(answers).astype(int).tolist())
    return Numbers(_counted(kpi, known), len(known), len(known) - len(answers), given)


def _counted(kpi: KpiDefinition, known: np.ndarray) -> Held:
    numbers, counts = np.unique(known, return_counts=True)
    span = (float(numbers[0]), float(numbers[-1])) if len(numbers) else None
    if len(numbers) > MOST:
        return Held(str(kpi.value), is_many=True, span=span)
    told = {plainly(number): count for number, count in zip(numbers.tolist(), counts.tolist(), strict=True)}
    return Held(str(kpi.value), told, span=span)


def _fit(kpi: KpiDefinition, text: str, looking: Looking, fits: np.ndarray, rows: np.ndarray) -> Fit:
    found = Fit(len(fits), int(fits.sum()))
    return Fit(found.rows, found.fits, _seen(kpi, text, looking, rows)) if found.is_telling else found


def _seen(kpi: KpiDefinition, text: str, looking: Looking, rows: np.ndarray) -> tuple[Held, ...]:
    names = dict.fromkeys(_compared(text))
    return tuple(held(name, _cells(kpi, name, looking).iloc[rows]) for name in list(names)[:_COLUMNS])


def _cells(kpi: KpiDefinition, name: str, looking: Looking) -> pd.Series:
    if name == OF_VALUE and isinstance(kpi.value, Duration) and name not in looking.frame.columns:
        return pd.Series(looking.duration(kpi.value, kpi))
    return looking.frame[name]


def held(name: str, cells: pd.Series) -> Held:
    """What a column holds."""
    empty = int(cells.isna().sum())
    if isinstance(cells.dtype, pd.DatetimeTZDtype) or cells.dtype.kind == "M":
        return Held(name, empty=empty, span=_span([f"{one:%Y-%m-%d %H:%M}" for one in _ends(cells)]))
    if pd.api.types.is_numeric_dtype(cells.dtype) and cells.dtype.kind != "b":
        return Held(name, empty=empty, span=_span([float(one) for one in _ends(cells)]))
    counted = pc.value_counts(tidy(cells).drop_null())
    if len(counted) > MOST:
        return Held(name, dict.fromkeys(sorted(pc.struct_field(counted, 0).to_pylist())[:SHOWN], 0), True, empty)
    return Held(name, {one["values"]: one["counts"] for one in counted.to_pylist()}, empty=empty)


def _ends(cells: pd.Series) -> list[Any]:
    known = cells.dropna()
    return [known.min(), known.max()] if len(known) else []


def _span(ends: Sequence[Any]) -> tuple[Any, Any] | None:
    return (min(ends), max(ends)) if ends else None


def _linked_backward(kpi: KpiDefinition, looking: Looking, where: np.ndarray | None) -> tuple[int, int]:
    """Rows that end before they begin, where a moment is that of a linked row; the source's own are told beforehand."""
    value = kpi.value
    if not isinstance(value, Duration) or LINKED not in value.start + value.end:
        return 0, 0
    starts, ends = looking.moments(value.start, kpi, "value.from"), looking.moments(value.end, kpi, "value.to")
    timed = (starts != MISSING) & (ends != MISSING) & (True if where is None else where)
    return int((timed & (ends < starts)).sum()), int(timed.sum())


def merged(parts: Collection[Tried]) -> Tried:
    """What is found in all rows, from what is found in portions of them, in any order."""
    backward, timed = (sum(getattr(one, name) for one in parts) for name in ("backward", "timed"))
    wheres, goods, numbers = ([getattr(one, name) for one in parts] for name in ("where", "good", "numbers"))
    return Tried(
        where=_merged(wheres),
        good=_merged(goods),
        backward=backward,
        timed=timed,
        numbers=_together(numbers),
        growth=together([one.growth for one in parts]),
        dates=weekly.together([one.dates for one in parts]),
        names=tuple(map(blocks.together, zip(*(one.names for one in parts), strict=True))),
    )


def _together(parts: Sequence[Numbers | None]) -> Numbers | None:
    known = [one for one in parts if one is not None]
    if not known:
        return None
    answers = frozenset[int]().union(*(one.answers for one in known))
    rows, beyond = (sum(getattr(one, name) for one in known) for name in ("rows", "beyond"))
    return Numbers(_joined([one.seen for one in known]), rows, beyond, answers)


def _merged(fits: Sequence[Fit | None]) -> Fit | None:
    known = [one for one in fits if one is not None and one.rows]
    if not known:
        return next((one for one in fits if one is not None), None)
    whole = Fit(sum(one.rows for one in known), sum(one.fits for one in known))
    if not whole.is_telling:
        return whole
    columns = zip(*(one.seen for one in known), strict=True)
    return Fit(whole.rows, whole.fits, tuple(_joined(one) for one in columns))


def _joined(parts: Sequence[Held]) -> Held:
    counts: Counter[str] = Counter()
    for one in parts:
        counts.update(one.counts)
    is_many = len(counts) > MOST or any(one.is_many for one in parts)
    few = dict.fromkeys(sorted(counts)[:SHOWN], 0) if is_many else dict(counts)
    spans = [end for one in parts for end in one.span or ()]
    return Held(parts[0].column, few, is_many, sum(one.empty for one in parts), _span(spans))
