"""Signals as they are told: a run of points that belong to one signal is one signal, said once."""

from __future__ import annotations

from dataclasses import dataclass

from csi.charts.marks import Mark
from csi.charts.view import View
from csi.terms import Period
from csi.words.signals import SignalRule
from csi.words.wording import periods, point


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring periods that break one rule in one direction."""

    rule: SignalRule
    direction: str
    first: Mark
    last: Mark
    period: Period

    @property
    def length(self) -> int:
        """How many periods."""
        return self.last.position - self.first.position + 1


def signals_of(view: View) -> list[Run]:
    """The signals of a KPI in order of time."""
    found: list[Run] = []
    for mark in view.marks:
        if mark.rule is None:
            continue
        before = found[-1] if found else None
        if before and (before.rule, before.direction, before.last.position) == (
            mark.rule,
            mark.signal,
            mark.position - 1,
        ):
            found[-1] = Run(mark.rule, mark.signal, before.first, mark, view.period)
        else:
            found.append(Run(mark.rule, mark.signal, mark, mark, view.period))
    return found


def told(run: Run) -> str:
    """``week of 4 Apr 2016 to week of 16 May 2016 (7 weeks): 7 on one side of the centre, improvement``."""
    first, last = (point(mark.start, run.period) for mark in (run.first, run.last))
    where = first if run.length == 1 else f"{first} to {last} ({periods(run.length, run.period)})"
    way = "" if run.direction == "neither" else f", {run.direction}"
    return f"{where}: {run.rule.marked}{way}"
