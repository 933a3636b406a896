"""What an export covers: a file cut by one moment and judged by another holds only the survivors near the cut.

Tickets opened in January, judged by when they were resolved: those resolved in March are the slow ones of January. It
shows in the file, where the moments it was cut by end while those it is judged by go on. Tickets resolved until March,
judged by when they were opened: those opened in March are the quick ones, fewer than usual, and none is still open.
Tickets opened from January on, judged by when they were resolved: the first are the quick ones, and so they are of a
service that began in January.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, StudyDefinition
from csi.series.exposure import ROWS_EXPECTED, TOLERANCE, Pulse, partial, pulse
from csi.series.periods import MISSING, codes, from_microseconds

USUAL = 0.95  # of the silences between periods with rows; ours
FILLED = 0.95  # of the rows hold the other moment; ours
ORDERED = 0.995  # of the pairs are in one order: the others are slips; ours
LACKING = 0.05  # of a period's rows lie beyond the cut: V4.3's share of what may be lacking
NOISE = 2.0  # times what a period's rows vary by: what they fall short by is no chance; ours
WHOLE = 3  # periods away from the cut, by which those near it are judged; ours
_SECOND, _DAY = 1_000_000, 86_400_000_000


@dataclass(frozen=True, slots=True)
class Cut:
    """Where an export ends by another moment than the one a KPI is judged by.

    Attributes:
        column: the moments it was cut by.
        judged_by: those that put its rows into periods.
        moment: the last one there (the first, of a file cut at its beginning), in the reporting zone.
        periods: True for each period that holds survivors only.
        at_end: whether the moments of ``column`` end at the cut, else they begin there.
        quick: whether the survivors are the quick ones, else the slow ones.
    """

    column: str
    judged_by: str
    moment: pd.Timestamp
    periods: np.ndarray
    at_end: bool = True
    quick: bool = False

    @property
    def may_be_beginning(self) -> bool:
        """Whether a service that began then looks the same: what is left beside its first periods can be judged."""
        return self.quick and not self.at_end


@dataclass(frozen=True, slots=True)
class Pairs:
    """A KPI's own moment and another one of the same rows (int64 us; missing: none), of all rows or a sample of them.

    ``named``: the study says what the other moment is to this KPI, as beginning or end of a duration; ``ends``: as its
    end.
    """

    column: str
    own: np.ndarray
    other: np.ndarray
    named: bool = False
    ends: bool = False

    def until(self, as_of: int) -> Pairs:
        """As they were known at a moment (us)."""
        known = self.own <= as_of
        other = self.other[known]
        return replace(self, own=self.own[known], other=np.where(other > as_of, MISSING, other))


def other_moment(study: StudyDefinition, kpi: KpiDefinition) -> str:
    """The column whose moments tell what a KPI's export covers: the other end of what it measures; empty for none.

    Of a KPI that is no duration, the beginning of one that ends where this KPI is put into periods, else the end of one
    that begins there.
    """
    return _other_end(study, kpi)[0]


def is_end(study: StudyDefinition, kpi: KpiDefinition) -> bool:
    """Whether that other moment is the end of the duration."""
    return _other_end(study, kpi)[1]


def _other_end(study: StudyDefinition, kpi: KpiDefinition) -> tuple[str, bool]:
    every = [kpi, *(one for one in study.kpis.values() if one.source == kpi.source)]
    spans = [one.value for one in every if isinstance(one.value, Duration)]
    if isinstance(kpi.value, Duration) and kpi.at == kpi.value.start:
        return kpi.value.end, True
    begins = ((span.start, False) for span in spans if span.end == kpi.at and span.start != kpi.at)
    ends = ((span.end, True) for span in spans if span.start == kpi.at and span.end != kpi.at)
    return next(chain(begins, ends), ("", False))


def merged(parts: Sequence[Pairs]) -> Pairs:
    """The pairs of all rows from those of partitions, in any order."""
    own, other = (np.concatenate([getattr(part, name) for part in parts]) for name in ("own", "other"))
    return replace(parts[0], own=own, other=other)


def cuts_of(kpi: KpiDefinition, pairs: Pairs, edges: np.ndarray, timezone: str) -> tuple[Cut, ...]:
    """Where the export of a KPI is cut: at one end, at both, or nowhere, where it covers what it is judged by.

    Args:
        kpi: says which moment puts its rows into periods.
        pairs: the other moment (see ``other_moment``) and the KPI's own.
        edges: n + 1 edges.
        timezone: of the moment told.
    """
    is_start = _is_start(pairs)
    if is_start is None:
        return ()
    seen = _seen(pairs, edges, is_start)
    if seen is None:
        return ()
    slow, quick = _slow(seen, pairs, is_start), np.zeros(len(seen.own), dtype=bool)
    if not is_start or seen.lasts_long:
        quick = _quick(seen, ~slow)

    def told(moment: int, periods: np.ndarray, *, is_quick: bool) -> Cut:
        at = from_microseconds(np.array([moment if is_start else -moment]), timezone)[0]
        whole = periods if is_start else periods[::-1]
        return Cut(pairs.column, kpi.at, at, whole, at_end=is_start != is_quick, quick=is_quick)

    found = ((seen.last, slow, False), (seen.first, quick, True))
    return tuple(told(moment, periods, is_quick=is_quick) for moment, periods, is_quick in found if periods.any())


def _slow(seen: _Seen, pairs: Pairs, is_start: bool) -> np.ndarray:
    """The periods that hold slow survivors."""
    first = _late(seen, must_be_few=not (pairs.named and is_start))
    if first is None:
        return np.zeros(len(seen.own), dtype=bool)
    periods = np.arange(len(seen.own)) >= first
    if is_start:
        periods[first - 1] = partial(seen.other_pulse, seen.edges, None)[first - 1]
    return periods


def _is_start(pairs: Pairs) -> bool | None:
    """Whether the other moment comes before the KPI's own in its rows, else after it; None where neither is so."""
    if pairs.named:
        return not pairs.ends
    dated = pairs.own != MISSING
    both = dated & (pairs.other != MISSING)
    if not both.any() or both.sum() < FILLED * dated.sum():
        return None
    own, other = pairs.own[both], pairs.other[both]
    slack = _DAY if _of_days(own) or _of_days(other) else 0
    before, after = ((one <= two + slack).mean() >= ORDERED for one, two in ((other, own), (own, other)))
    return bool(before) if before != after else None


def _of_days(moments: np.ndarray) -> bool:
    """Whether moments are dates without a clock, in a zone that may change it twice a year."""
    return len(np.unique(moments % _DAY)) <= 2


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Both moments as time runs from the one a file was cut by to the one it is judged by: backwards, if need be.

    Attributes:
        own, others: rows per period by either moment.
        edges: n + 1 edges (int64 us).
        first, last, end: the first and the last of the other moments, and the last of the KPI's own.
        lasting: from the one moment to the other, in whole seconds, ascending.
        ages: per row with both how long it could have lasted: between its own moment and the cut (s).
        unended: how many rows lack the other moment, per period.
        other_pulse: signs of life by the other moment, as time runs.
    """

    own: np.ndarray
    others: np.ndarray
    edges: np.ndarray
    first: int
    last: int
    end: int
    lasting: np.ndarray
    ages: np.ndarray
    unended: np.ndarray
    other_pulse: Pulse

    @cached_property
    def _sums(self) -> np.ndarray:
        return np.append(0, np.cumsum(self.lasting))

    def _within(self, seconds: np.ndarray) -> np.ndarray:
        """Per length of time the mean of what all rows last, of none more than that (s)."""
        reach = np.clip(seconds, 0, None)
        below = np.searchsorted(self.lasting, reach)
        return np.asarray((self._sums[below] + reach * (len(self.lasting) - below)) / len(self.lasting))

    def lasting_beyond(self, since: int) -> np.ndarray:
        """Per period, of rows that come evenly, the share that lasts longer than since a moment; NaN before it."""
        ages = (self.edges - since) // _SECOND
        over = np.clip(ages[1:], 0, None) - np.clip(ages[:-1], 0, None)
        lasted = np.diff(self._within(ages))
        return np.asarray(np.where(over > 0, lasted / np.where(over > 0, over, 1), np.nan))

    @property
    def cannot_be_there(self) -> float:
        """How many rows like those that are there last beyond the cut, counted too low.

        Where three in four rows of an age last longer, each that is there speaks for three quarters of one that is not.
        """
        ended = np.searchsorted(self.lasting, self.ages, side="right") / len(self.lasting)
        return float((1.0 - ended).sum())

    @property
    def lasts_long(self) -> bool:
        """Whether what nearly every row lasts at most is longer than a period: else its first one may tell nothing."""
        return float(np.quantile(self.lasting, USUAL)) * _SECOND > float(np.diff(self.edges).max())

    def part_after(self, since: int) -> np.ndarray:
        """Which part of each period lies after a moment."""
        return np.asarray(np.clip((self.edges[1:] - since) / np.diff(self.edges), 0.0, 1.0))

    @property
    def due_after_last(self) -> float:
        """How many rows would have come after the last of the other moments and ended by now, at their usual pace."""
        if self.last <= self.first:
            return 0.0
        rest = (self.end - self.last) // _SECOND
        quick = rest - float(self._within(np.array([rest]))[0])  # the mean of what is left once a row has ended
        return float(self.others.sum() * quick * _SECOND / (self.last - self.first))


def _seen(pairs: Pairs, edges: np.ndarray, is_start: bool) -> _Seen | None:
    """None where nothing is known of either moment."""
    if len(edges) < 2:
        return None
    own, other = (pulse(one, codes(one, edges), len(edges) - 1) for one in (pairs.own, pairs.other))
    both = (pairs.own != MISSING) & (pairs.other != MISSING)
    if not both.any():
        return None
    dated, others = pairs.own[pairs.own != MISSING], pairs.other[pairs.other != MISSING]
    lasting = np.sort(np.clip(np.abs(pairs.own[both] - pairs.other[both]), 0, None) // _SECOND)
    first, last = int(others.min()), int(others.max())
    ages = (pairs.own[both] - first if is_start else last - pairs.own[both]) // _SECOND
    more = {"lasting": lasting, "ages": ages, "other_pulse": other}
    lone = codes(pairs.own[(pairs.own != MISSING) & ~both], edges)
    unended = np.bincount(lone[lone >= 0], minlength=len(edges) - 1)
    if is_start:
        return _Seen(
            own=own.rows,
            others=other.rows,
            edges=edges,
            first=first,
            last=last,
            end=int(dated.max()),
            unended=unended,
            **more,
        )
    return _Seen(
        own=own.rows[::-1],
        others=other.rows[::-1],
        edges=-edges[::-1],
        first=-last,
        last=-first,
        end=-int(dated.min()),
        unended=unended[::-1],
        **more,
    )


def _late(seen: _Seen, *, must_be_few: bool) -> int | None:
    """The first period that holds slow survivors only; None where there is none.

    The other moments stop for longer than they ever did before while the KPI's own go on, and at their usual pace five
    or more would have come that lasted no longer than others do (chance of none: e⁻⁵).
    """
    first = _cut_from(seen.others, seen.own)
    if first is None or seen.due_after_last < ROWS_EXPECTED:
        return None
    if must_be_few:
        after = np.arange(len(seen.own)) >= first
        after &= np.arange(len(seen.own)) <= np.flatnonzero(seen.own)[-1]
        kept = np.nan_to_num(seen.lasting_beyond(seen.last), nan=1.0)
        rows = _rows_near(seen.own, after, kept, seen.part_after(seen.last), ~after)
        if rows is None or not rows.is_surely_few:
            return None
    return first


def _quick(seen: _Seen, whole: np.ndarray) -> np.ndarray:
    """The periods next to the cut, where they hold quick survivors only.

    Of a file cut by when its cases ended: they end at full pace to the last; of those begun lately there are fewer, by
    as many as last longer than that, and none is still open. What begins at full pace to the last is whole, and so is a
    file whose cases ended long ago. Of one cut by when they began it is the same from the first one on.

    Args:
        seen: both moments.
        whole: the periods that hold no slow survivors: by these it is told what is usual.
    """
    lacking = np.nan_to_num(seen.lasting_beyond(seen.first))
    near, kept, part = lacking > LACKING, 1.0 - lacking, seen.part_after(seen.first)
    nothing = np.zeros(len(near), dtype=bool)
    beyond = seen.cannot_be_there
    before_all = (seen.edges[0] - seen.first) / (seen.edges[1] - seen.edges[0])  # in periods
    if before_all > max(1.0, TOLERANCE * near.sum()) or beyond < ROWS_EXPECTED:
        return nothing
    own, others = (_rows_near(rows, near, kept, part, whole & ~near) for rows in (seen.own, seen.others))
    if own is None or others is None or 2 * seen.unended[near].sum() >= beyond:
        return nothing
    return near if own.is_few and not others.is_few else nothing


@dataclass(frozen=True, slots=True)
class _Near:
    """The rows of the periods near a cut: how many there are, would be of a whole file, and of survivors alone.

    ``noise`` is how far chance alone takes the sum of so many periods.
    """

    found: int
    whole: float
    survivors: float
    noise: float

    @property
    def is_few(self) -> bool:
        """Whether they are nearer to the survivors than to a whole file."""
        return 2 * self.found <= self.whole + self.survivors

    @property
    def is_surely_few(self) -> bool:
        """Whether they are, and not by chance."""
        shows = self.whole - self.survivors >= ROWS_EXPECTED
        return self.is_few and shows and self.whole - self.found >= NOISE * self.noise


def _rows_near(
    rows: np.ndarray, near: np.ndarray, kept: np.ndarray, part: np.ndarray, whole: np.ndarray
) -> _Near | None:
    """The rows of the periods near a cut; None where there are too few others to tell what is usual.

    Args:
        rows: per period.
        near: the periods near the cut.
        kept: the share of rows that survive it, per period.
        part: of each period the part that lies beyond it.
        whole: the periods that tell what is usual.
    """
    filled = np.flatnonzero(rows)
    others = np.zeros(len(rows), dtype=bool)
    others[filled[0] + 1 : filled[-1]] = True  # those at both ends may not be whole
    usual = rows[others & whole]
    if not near.any() or len(usual) < WHOLE:
        return None
    level = float(np.median(usual))
    steps = float(np.abs(np.diff(usual)).mean()) / 1.128  # Source: the mean moving range of two, as for XmR limits
    return _Near(
        found=int(rows[near].sum()),
        whole=level * float(part[near].sum()),
        survivors=level * float((part * kept)[near].sum()),
        noise=max(steps, level**0.5) * float(near.sum()) ** 0.5,
    )


def _cut_from(others: np.ndarray, own: np.ndarray) -> int | None:
    """The first period after the last of the other moments where that is a cut; None where it is none."""
    filled, going_on = np.flatnonzero(others), np.flatnonzero(own)
    if not len(filled) or not len(going_on):
        return None
    last = int(filled[-1])
    silent = int(going_on[-1]) - last - 1  # the last period may not be over: it is not counted
    # One closure in a year is no habit: the longest of nearly all silences counts, weekends among them.
    longest = int(np.quantile(np.diff(filled), USUAL, method="lower")) - 1 if len(filled) > 1 else 0
    pace = others[filled[0] : last + 1].mean()
    is_cut = silent > longest and silent * pace >= ROWS_EXPECTED and own[last + 1 :].sum() >= ROWS_EXPECTED
    return last + 1 if is_cut else None
