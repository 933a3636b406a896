"""What a KPI promised, and from when: a new target never repaints old periods (V6.8).

A target is promised when step 1 is left; until then it is a draft. What was promised before is kept with the day on
which another promise took its place, from cycle to cycle.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi.definition import EarlierTarget
from csi.models import Cycle, Kpi
from csi.storage import rows

Plain = dict[str, Any]


def promise(session: Session, cycle: Cycle, now: datetime) -> None:
    """Keep what every KPI of the cycle promises from today on, and what it promised until now."""
    today = now.astimezone(ZoneInfo(cycle.timezone)).date()
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id):
        kpi.promised = {**_aim(kpi), "earlier": _ended(kpi, today)}
        session.add(kpi)


def carried(kpi: Kpi) -> Plain:
    """What the next cycle's KPI has promised so far; what was never noted is taken as it stands."""
    return kpi.promised or {**_aim(kpi), "earlier": []}


def stated(kpi: Kpi, earlier: tuple[EarlierTarget, ...]) -> Plain:
    """The promises of a KPI that a study says."""
    return {**_aim(kpi), "earlier": [{"until": one.until.isoformat(), "target": list(one.target)} for one in earlier]}


def earlier(kpi: Kpi, cycle: Cycle) -> list[Plain]:
    """What was promised before the KPI's target of now, with docs/study.md's keys.

    What stands in a draft is judged by from the cycle's own days on.
    """
    begun = cycle.started_at.astimezone(ZoneInfo(cycle.timezone)).date()
    return [
        {"until": date.fromisoformat(one["until"]), "target": _number_or_band(one["target"])}
        for one in _ended(kpi, begun)
    ]


def _ended(kpi: Kpi, today: date) -> list[Plain]:
    """The earlier promises, the last one among them where it is another than the KPI's of now.

    One that was replaced on the day it was made was never one; of another unit or direction none can be judged by.
    """
    known = kpi.promised
    now = _aim(kpi)
    if not known or (known["unit"], known["direction"]) != (now["unit"], now["direction"]):
        return []
    held = list(known["earlier"])
    if known["target"] == now["target"] or not known["target"]:
        return held
    until = max(today.isoformat(), *(one["until"] for one in held)) if held else today.isoformat()
    if held and held[-1]["until"] == until:
        return held
    return [*held, {"until": until, "target": known["target"]}]


def _aim(kpi: Kpi) -> Plain:
    """What a KPI aims at; no target: an empty list."""
    ends = (kpi.band_low, kpi.band_high) if kpi.direction == "within" else (kpi.target,)
    return {"unit": kpi.unit, "direction": kpi.direction, "target": [one for one in ends if one is not None]}


def _number_or_band(ends: list[float]) -> float | list[float]:
    return ends[0] if len(ends) == 1 else ends
