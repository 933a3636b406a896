"""What speaks against a KPI's conditions and its target once they are held beside the data.

A condition that fits no row or every row, a target far from every value, durations that run backwards: each may be
meant, and mostly is a slip of writing. A doubt holds what was seen, so that a person can tell at a glance; until one
says that it is meant (``meant``), nothing is concluded from the KPI.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from csi.definition import Duration, KpiDefinition
from csi.measures import Takes, measure_of
from csi.series import units
from csi.series.blocks import Names
from csi.series.column_kinds import IN_ORDER, is_moment
from csi.series.expression import Among, Both, Compare, Either, Literal, Missing, Node, Not, columns_of, parse
from csi.series.growth import Anew, Growth
from csi.series.last_rows import Shared
from csi.series.net_promoter import shows_scale
from csi.series.tried import SHOWN, Fit, Held, Numbers, Tried
from csi.terms import Direction

FAR = 10  # times beyond the largest period, or below the smallest; ours: a wrong unit is off by 12, 60, 100 or 1,000
_HUNDRED = 100.0
_MOST_NO_ANSWERS = 10  # more than one number in so many that nobody can have answered: another scale. Ours


class DoubtKind(StrEnum):
    """What was found."""

    SWAPPED = "swapped"
    FIRST_OF_BLOCK = "first of a block"
    WHERE_MATCHES_NONE = "where matches none"
    WHERE_MATCHES_ALL = "where matches all"
    GOOD_MATCHES_NONE = "good matches none"
    GOOD_MATCHES_ALL = "good matches all"
    TARGET_FAR_OUTSIDE = "target far outside"
    OTHER_SCALE = "other scale"
    MORE_THAN_ALL = "more than all"
    TOTAL_SO_FAR = "total so far"
    LAST_OF_SEVERAL = "last of several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One finding about one key of a KPI.

    Attributes:
        kind: what was found.
        key: where it stands: ``where``, ``good``, ``target`` or ``value``.
        condition: of a condition its text.
        fits, rows: how many of how many rows it fits; of swapped moments, in how many the end lies before the start;
            of a score how many are no answer, of a percentage how many are more than all; how often a total begins
            anew; in how many periods, of all, several rows of the last moment differ; in how
            many rows a column is filled.
        seen: what the columns hold that the condition compares.
        target: the target, or the edge of the band, that lies far outside.
        low, high, median: the smallest and the largest value of a period, and the median of all.
        unit: of these three.
        start, end: of swapped moments their columns.
        blocks: nothing is concluded before it is settled; else it is told only.
        meant: a person, or the study, says that it is so.
        side: of a ratio of two KPIs the name of the one it is about; empty: the KPI itself.
        column: of a target the column of which nobody says that it is in the KPI's unit.
        leaves_rows: whether there are rows to judge once it is meant: of swapped moments each ends before it begins.
        anew: with what a total so far begins anew.
    """

    kind: DoubtKind
    key: str
    condition: str = ""
    fits: int = 0
    rows: int = 0
    seen: tuple[Held, ...] = ()
    target: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    unit: str = ""
    start: str = ""
    end: str = ""
    column: str = ""
    blocks: bool = True
    meant: bool = False
    side: str = ""
    leaves_rows: bool = True
    anew: Anew = Anew.NEVER

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.blocks and not self.meant

    @property
    def may_be_meant(self) -> bool:
        """Whether a word at this KPI settles it; of a side it is said there."""
        return self.leaves_rows and not self.side


def doubts_of(kpi: KpiDefinition, tried: Tried, series: pd.DataFrame, unsaid: str = "") -> tuple[Doubt, ...]:
    """What speaks against a KPI, the cause of other findings first.

    Args:
        kpi: the definition; what its ``meant`` names is settled.
        tried: its conditions and moments, tried on all its rows.
        series: columns ``value``, ``partial``, ``missing``, one row a period.
        unsaid: the column of which nobody says that it is in the KPI's unit.
    """
    found = [
        *_swapped(kpi, tried),
        *_of_blocks(kpi, tried.names),
        *_of_where(kpi, tried.where),
        *_of_good(kpi, tried.good),
    ]
    found += [*_of_numbers(kpi, tried.numbers), *_of_growth(kpi, tried.growth), *_of_last(kpi, tried.last)]
    if not any(one.kind is DoubtKind.WHERE_MATCHES_NONE for one in found):
        found += target_doubts(kpi, series, unsaid)
    return tuple(replace(one, meant=one.leaves_rows and one.key in kpi.meant) for one in found)


def of_side(doubts: tuple[Doubt, ...], name: str) -> tuple[Doubt, ...]:
    """The open doubts about one side of a ratio, as doubts about the ratio."""
    return tuple(replace(one, side=one.side or name) for one in doubts if one.is_open)


def _swapped(kpi: KpiDefinition, tried: Tried) -> Iterator[Doubt]:
    if isinstance(kpi.value, Duration) and 2 * tried.backward > tried.timed:
        start, end = kpi.value.start, kpi.value.end
        doubt = Doubt(kind=DoubtKind.SWAPPED, key="value", fits=tried.backward, rows=tried.timed, start=start, end=end)
        yield replace(doubt, leaves_rows=False)


def _of_blocks(kpi: KpiDefinition, names: Sequence[Names | None]) -> Iterator[Doubt]:
    """The columns of conditions that are filled in the first row of each block alone."""
    for one in names:
        if one is not None and one.are_of_blocks:
            key = "where" if one.column in columns_of(kpi.where) else "good"
            kind, told = DoubtKind.FIRST_OF_BLOCK, (Held(one.column),)
            yield Doubt(kind=kind, key=key, fits=one.filled, rows=len(one.place), seen=told)


def _of_where(kpi: KpiDefinition, fit: Fit | None) -> Iterator[Doubt]:
    if fit is None or not fit.is_telling or is_own_rows(kpi):
        return
    kind = DoubtKind.WHERE_MATCHES_ALL if fit.fits else DoubtKind.WHERE_MATCHES_NONE
    blocks = not fit.fits or _leaves_out(parse(kpi.where))
    leaves_rows = fit.fits > 0 or measure_of(kpi.measure).has_value_of_nothing
    yield Doubt(
        kind=kind,
        key="where",
        condition=kpi.where,
        fits=fit.fits,
        rows=fit.rows,
        seen=fit.seen,
        blocks=blocks,
        leaves_rows=leaves_rows,
    )


def _of_good(kpi: KpiDefinition, fit: Fit | None) -> Iterator[Doubt]:
    if fit is not None and fit.is_telling:
        kind = DoubtKind.GOOD_MATCHES_ALL if fit.fits else DoubtKind.GOOD_MATCHES_NONE
        yield Doubt(kind=kind, key="good", condition=kpi.good, fits=fit.fits, rows=fit.rows, seen=fit.seen)


def _of_numbers(kpi: KpiDefinition, numbers: Numbers | None) -> Iterator[Doubt]:
    if numbers is None or not numbers.rows:
        return
    if measure_of(kpi.measure).takes is Takes.ANSWERS:
        is_odd = _MOST_NO_ANSWERS * numbers.beyond > numbers.rows
        leaves_rows = not is_odd
        kind = DoubtKind.OTHER_SCALE if is_odd or not shows_scale(numbers.answers) else None
    else:
        leaves_rows = True
        kind = DoubtKind.MORE_THAN_ALL if _cannot_be_more(kpi, numbers) else None
    if kind is not None:
        doubt = Doubt(
            kind=kind, key="value", fits=numbers.beyond, rows=numbers.rows, seen=(_few(numbers.seen),), unit=kpi.unit
        )
        yield replace(doubt, leaves_rows=leaves_rows)


def _of_growth(kpi: KpiDefinition, grown: Growth | None) -> Iterator[Doubt]:
    anew = None if grown is None else grown.anew
    if grown is None or anew is None:
        return
    ends = (grown.value[0], grown.value[-1]) if anew is Anew.NEVER else (grown.value.min(), grown.value.max())
    yield Doubt(
        kind=DoubtKind.TOTAL_SO_FAR,
        key="value",
        fits=0 if anew is Anew.NEVER else grown.begun,
        rows=int(grown.rows.sum()),
        seen=(Held(str(kpi.value), span=(float(ends[0]), float(ends[1]))),),
        unit=kpi.unit,
        anew=anew,
    )


def _of_last(kpi: KpiDefinition, last: Shared | None) -> Iterator[Doubt]:
    """Rows of one moment that differ, of which a period takes one: told, and asked where it is so of most periods."""
    if last is not None and last.differing:
        yield Doubt(
            kind=DoubtKind.LAST_OF_SEVERAL,
            key="value",
            fits=last.differing,
            rows=last.periods,
            seen=(Held(str(kpi.value), {kpi.measure: last.rows}, span=last.span),),
            unit=kpi.unit,
            blocks=2 * last.differing > last.periods,
        )


def _cannot_be_more(kpi: KpiDefinition, numbers: Numbers) -> bool:
    """Whether some are more than all, where neither a number below zero nor the aim says that it is a change."""
    low, _ = numbers.seen.span or (0.0, 0.0)
    aim = max((edge for edge in (kpi.target, *(kpi.band or ())) if edge is not None), default=0.0)
    return numbers.beyond > 0 and float(low) >= 0 and aim <= (units.whole(kpi.unit) or 0)


def _few(held: Held) -> Held:
    """Each number where they are few, else their ends."""
    return replace(held, span=None) if 0 < len(held.counts) <= SHOWN and not held.is_many else replace(held, counts={})


def is_own_rows(kpi: KpiDefinition) -> bool:
    """Whether ``where`` takes the rows that name the KPI, as of numbers typed for several: nobody wrote it."""
    return kpi.where == f'kpi == "{kpi.id}"'


def is_as_good_as_it_gets(doubt: Doubt) -> bool:
    """Whether there is nothing to say of a condition that fits every row: it asks of cells only that none is empty."""
    return doubt.kind is DoubtKind.WHERE_MATCHES_ALL and not doubt.blocks and _of_blanks(parse(doubt.condition))


def _of_blanks(node: Node) -> bool:
    if isinstance(node, Not):
        return _of_blanks(node.inner)
    if isinstance(node, Both | Either):
        return all(map(_of_blanks, node.parts))
    return isinstance(node, Missing)


def _leaves_out(node: Node) -> bool:
    """Whether a condition was to leave rows out by what they hold: that fits every row may come of a slip.

    That no cell is missing, or zero where zero says that there is none, is as good as it gets; two columns in order,
    and a bound of time, are no slips of writing.
    """
    if isinstance(node, Not):
        return _leaves_out(node.inner)
    if isinstance(node, Both | Either):
        return any(map(_leaves_out, node.parts))
    return isinstance(node, Among) or (isinstance(node, Compare) and _with_value(node))


def _with_value(node: Compare) -> bool:
    literals = [one for one in (node.left, node.right) if isinstance(one, Literal)]
    is_bound = node.sign in IN_ORDER and any(is_moment(one.value) for one in literals)
    return len(literals) == 1 and not is_bound and not _above_zero(node)


def _above_zero(node: Compare) -> bool:
    low, sign = (node.right, ">") if isinstance(node.right, Literal) else (node.left, "<")
    return node.sign == sign and isinstance(low, Literal) and low.value == 0 and not isinstance(low.value, bool)


def target_doubts(kpi: KpiDefinition, series: pd.DataFrame, unsaid: str = "") -> Iterator[Doubt]:
    """The target and the edges of the band that lie far from every value; zero and all of it are always in reach.

    Far from the usual value is enough where nobody says that the numbers of ``unsaid`` are in the KPI's unit.
    """
    values = series.loc[~series["partial"] & ~series["missing"], "value"]
    edges = kpi.band if kpi.band is not None else (kpi.target,)
    if values.empty:
        return
    low, high, middle = float(values.min()), float(values.max()), float(values.median())
    for edge in edges:
        if edge is None or edge in (0, units.whole(kpi.unit)):
            continue
        is_of_one = _is_share_of_one(kpi, edge) and FAR * edge < middle
        if is_far(edge, low, high) or is_of_one or (unsaid and is_far(edge, middle, middle)):
            kind = DoubtKind.TARGET_FAR_OUTSIDE
            yield Doubt(
                kind=kind,
                key="target",
                target=float(edge),
                low=low,
                high=high,
                unit=kpi.unit,
                column=unsaid,
                median=middle,
            )


def _is_share_of_one(kpi: KpiDefinition, edge: float) -> bool:
    """Whether a target in per cent looks like a share of 1: nobody aims as high as 0.75 %."""
    return units.whole(kpi.unit) == _HUNDRED and 0 < edge <= 1 and kpi.direction is Direction.HIGHER


def is_far(edge: float, low: float, high: float) -> bool:
    """Ten times beyond the largest value, or below a tenth of the smallest, whatever the sign."""
    if low <= edge <= high or low == high == 0:
        return False
    least, most = sorted((abs(low), abs(high)))
    return abs(edge) > FAR * most or FAR * abs(edge) < least
