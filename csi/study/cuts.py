"""Windows that cut a period in two: whoever chose the day may think that half of it counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from csi.definition import StudyDefinition
from csi.reading.spans import end_of, start_of
from csi.terms import Period
from csi.words.wording import day, named


class Edge(StrEnum):
    """Which end of a window."""

    BEGIN = "begins on"
    END = "ends before"


@dataclass(frozen=True, slots=True)
class Cut:
    """A window's edge inside a period, and the period's own edges: the nearest whole dates."""

    window: str
    edge: Edge
    on: date
    period: Period
    start: date
    end: date

    def __str__(self) -> str:
        return (
            f"The {self.window} {self.edge} {day(self.on)}, which cuts {named(self.start, self.period)} in two: that "
            f"{self.period} is not counted in it. The nearest whole dates are {day(self.start)} and {day(self.end)}."
        )


def cuts(study: StudyDefinition) -> Iterator[Cut]:
    """Every edge of a window that lies inside a period; a window is made of days, so it cuts no hour."""
    windows = {"baseline": study.baseline, "evaluation": study.evaluation}
    for kpi in study.kpis.values():
        windows |= {f"baseline of {kpi.id}": kpi.baseline, f"evaluation of {kpi.id}": kpi.evaluation}
    edges = [(name, edge, on) for name, one in windows.items() if one for edge, on in _edges(one.start, one.end)]
    for name, edge, on in edges if study.period is not Period.HOUR else ():
        start = start_of(on, study.period)
        if start != on:
            yield Cut(name, edge, on, study.period, start, end_of(start, study.period))


def _edges(start: date, end: date) -> tuple[tuple[Edge, date], ...]:
    return (Edge.BEGIN, start), (Edge.END, end)
