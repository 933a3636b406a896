"""What each KPI is compared over: the windows its cycle proposes, or its own."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from csi.definition import Window
from csi.models import Cycle, Kpi


class Windows(NamedTuple):
    """Baseline and evaluation; None: not fixed."""

    baseline: Window | None
    evaluation: Window | None


def of_cycle(cycle: Cycle) -> Windows:
    """What the cycle proposes for all its KPIs."""
    return Windows(
        span(cycle.baseline_from, cycle.baseline_to),
        span(cycle.evaluation_from, cycle.evaluation_to),
    )


def own(kpi: Kpi) -> Windows:
    """The windows that are a KPI's own."""
    return Windows(_read(kpi.windows.get("baseline")), _read(kpi.windows.get("evaluation")))


def of_kpi(cycle: Cycle, kpi: Kpi | None) -> Windows:
    """What a KPI is compared over; without one as the cycle proposes."""
    proposed = of_cycle(cycle)
    if kpi is None:
        return proposed
    return Windows(*(mine or theirs for mine, theirs in zip(own(kpi), proposed, strict=True)))


def kept(windows: Windows) -> dict[str, Any]:
    """Windows as a KPI keeps them; those that are not its own are left out."""
    return {
        name: {"from": one.start.isoformat(), "to": one.end.isoformat()}
        for name, one in windows._asdict().items()
        if one is not None
    }


def span(start: date | None, end: date | None) -> Window | None:
    """A window of two days, where both are there."""
    return Window(start, end) if start and end else None


def _read(said: Any) -> Window | None:
    return Window(date.fromisoformat(said["from"]), date.fromisoformat(said["to"])) if said else None
