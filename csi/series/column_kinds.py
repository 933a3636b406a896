"""What the columns of a source are read as: told by how the study uses them, never by what a file happens to hold.

A column that a KPI takes its moment or its value from is that; so is one whose date order is declared. In conditions a
column is what it is compared with: a number (in an order one in quotes, too), a moment written out, or another column.
Everything else is text, also what is only asked whether it is 1 or 0, which may be written yes and no (see ``truths``);
two texts put in order are looked at row by row (see ``written``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from csi.definition import Duration, KpiDefinition, RatioValue, StudyDefinition
from csi.measures import measure_of
from csi.series.columns import OF_VALUE, home_of, is_ratio_of_kpis, moment_of_row
from csi.series.expression import Column, Literal, Operand, comparisons
from csi.series.truths import may_be_truth

Place = tuple[str, str]  # a source and its column
Places = dict[Place, None]  # a set that keeps its order
IN_ORDER = ("<", "<=", ">", ">=")
_EQUAL = ("==", "!=")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")


def columns_needed(study: StudyDefinition, source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a source that must be read as moments, and as numbers, for all KPIs of a study.

    A column that is both (a moment compared with a number) is a moment.
    """
    kinds = _Kinds.of(study)
    moments = tuple(column for home, column in kinds.moments if home == source)
    return moments, tuple(column for home, column in kinds.numbers if home == source and column not in moments)


def flag_columns(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """The columns of a source, by the names its KPIs use, that may hold yes and no: asked about it, or strata."""
    found: dict[str, None] = {}
    for kpi in (one for one in study.kpis.values() if one.source == source):
        found |= dict.fromkeys(one for one in (kpi.strata, *_asked(kpi)) if one)
    return tuple(found)


def _asked(kpi: KpiDefinition) -> Iterator[str]:
    """The columns that a KPI's conditions compare with a literal that may mean yes or no."""
    for one in (*comparisons(kpi.where), *comparisons(kpi.good)):
        for column, other in ((one.left, one.right), (one.right, one.left)):
            if isinstance(column, Column) and isinstance(other, Literal) and may_be_truth(other.value):
                yield column.name


def event_columns(study: StudyDefinition, source: str) -> tuple[str, ...]:
    """The moments at which something happened in a source; a deadline that is only compared with is none."""
    return tuple(column for home, column in _events(study) if home == source)


def _events(study: StudyDefinition) -> Places:
    return _placed(study, ((kpi, name) for kpi in study.kpis.values() for name in moments_of_kpi(kpi)))


def _placed(study: StudyDefinition, names: Iterable[tuple[KpiDefinition, str]]) -> Places:
    """Where the columns that KPIs name lie: in their own source, or in the one it is linked to."""
    return dict.fromkeys(home_of(study, kpi.source, name) for kpi, name in names if name)


def moments_of_kpi(kpi: KpiDefinition) -> Iterator[str]:
    """The columns a KPI takes its moments from."""
    yield moment_of_row(kpi)
    if isinstance(kpi.value, Duration):
        yield kpi.value.start
        yield kpi.value.end


def _pauses(kpi: KpiDefinition) -> tuple[str, ...]:
    """Moments that are no events: a pause may be planned to end in the future, which is no sign of newer data."""
    return kpi.value.pause_moments if isinstance(kpi.value, Duration) else ()


def _numbers(kpi: KpiDefinition, kpis: frozenset[str]) -> Iterator[str]:
    if isinstance(kpi.value, str) and measure_of(kpi.measure).reads_numbers:
        yield kpi.value
    if isinstance(kpi.value, RatioValue) and not is_ratio_of_kpis(kpi, kpis):
        yield from (kpi.value.numerator, kpi.value.denominator)
    if isinstance(kpi.value, Duration):
        yield from kpi.value.pause_lengths


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a comparison: a column's place, or what a literal or the KPI's own duration is."""

    place: Place | None
    is_number: bool = False
    is_date: bool = False
    is_flag: bool = False  # 1 or 0: `== 1` is asked of yes and no, too


@dataclass
class _Kinds:
    """Columns known so far to hold moments, and to hold numbers."""

    moments: Places
    numbers: Places

    @classmethod
    def of(cls, study: StudyDefinition) -> _Kinds:
        """Of every column that any KPI of a study names."""
        ids = frozenset(study.kpis)
        every = study.kpis.values()
        moments = _events(study) | _placed(study, ((kpi, name) for kpi in every for name in _pauses(kpi)))
        kinds = cls(moments, _placed(study, ((kpi, name) for kpi in every for name in _numbers(kpi, ids))))
        pairs = list(_compared(study))
        both = [(sign, *sides) for sign, left, right in pairs for sides in ((left, right), (right, left))]
        for sign, side, other in both:
            if _is_declared(study, side) or (other.is_date and sign in IN_ORDER):
                kinds.add(kinds.moments, side)
        for sign, side, other in both:
            if other.is_number and not (other.is_flag and sign in _EQUAL):
                kinds.add(kinds.numbers, side)
        kinds.spread(both)
        return kinds

    def add(self, places: Places, side: _Side) -> None:
        """Note what a column holds, unless it is known."""
        if side.place and not {side.place} & (self.moments.keys() | self.numbers.keys()):
            places[side.place] = None

    def spread(self, both: list[tuple[str, _Side, _Side]]) -> None:
        """Two columns compared with each other hold the same."""
        before = -1
        while before != (before := len(self.moments) + len(self.numbers)):
            for _, side, other in both:
                for places in (self.moments, self.numbers):
                    if other.place in places:
                        self.add(places, side)


def _is_declared(study: StudyDefinition, side: _Side) -> bool:
    """Whether a source says that a column holds moments."""
    if side.place is None or side.place[0] not in study.sources:
        return False
    source = study.sources[side.place[0]]
    return bool(source.said_order(side.place[1])) or side.place[1] in source.options.get("moments", ())


def _compared(study: StudyDefinition) -> Iterator[tuple[str, _Side, _Side]]:
    """Every comparison in a condition; of ``in`` one with each value."""
    for kpi in study.kpis.values():
        for text in (kpi.where, kpi.good):
            for one in comparisons(text):
                yield one.sign, _side(study, kpi, one.left, one.sign), _side(study, kpi, one.right, one.sign)


def is_written_number(value: object) -> bool:
    """Whether a literal is a number in quotes: put in order, ``"9"`` lies below ``"10"``."""
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def is_moment(value: object) -> bool:
    """Whether a literal is a moment written out."""
    return isinstance(value, str) and _DATE.fullmatch(value) is not None


def _side(study: StudyDefinition, kpi: KpiDefinition, operand: Operand, sign: str) -> _Side:
    if isinstance(operand, Literal):
        value = operand.value
        is_number = isinstance(value, float) or (sign in IN_ORDER and is_written_number(value))
        return _Side(None, is_number, is_moment(value), value in (0.0, 1.0))
    if isinstance(kpi.value, Duration) and operand.name == OF_VALUE:
        return _Side(None, is_number=True)
    return _Side(home_of(study, kpi.source, operand.name))
