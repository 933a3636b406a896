"""One KPI over all cycles of its service, from what each cycle left behind: the facts of the spiral chart."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlmodel import Session

from csi.charts.facts import needed
from csi.charts.spiral import Deed, Spiral, Turn
from csi.errors import NotFound
from csi.measurement import promises, windows
from csi.models import Action, AnalysisResult, AuditRow, Baseline, Cycle, Kpi, Source
from csi.passages import of_service, service_of
from csi.reading.spans import local_day
from csi.states import ActionState, ProposalState
from csi.storage import row, rows
from csi.terms import Direction, Period

COLUMNS = ("value", "n", "partial", "missing")
DONE = (ActionState.DONE, ActionState.REVIEWED, ActionState.CLOSED)
PLANNED = ("approved", "reopened")


def spiral(session: Session, cycle: Cycle, kpi_key: str) -> Spiral:
    """The KPI's turns up to this cycle, oldest first; cycles that did not analyse it are left out.

    Raises:
        NotFound: no cycle has analysed it.
    """
    every = [one for one in of_service(session, cycle.team_id, cycle.service_id) if one.number <= cycle.number]
    turns = [turn for one in sorted(every, key=lambda one: one.number) if (turn := _turn(session, one, kpi_key))]
    known = rows(session, Kpi, cycle.team_id, cycle_id=tuple(one.id for one in every), key=kpi_key)
    # Of a retired one the last cycle that had it.
    kpi = max(known, key=lambda one: (one.cycle_id == cycle.id, one.cycle_id), default=None)
    if kpi is None or not turns:
        raise NotFound("No cycle has analysed this KPI yet.")
    return Spiral(
        name=kpi.name,
        unit=kpi.unit,
        direction=Direction(kpi.direction),
        period=Period(cycle.period),
        service=service_of(session, cycle).name,
        turns=tuple(turns),
        min_n=_fewest(session, cycle, kpi),
    )


def _fewest(session: Session, cycle: Cycle, kpi: Kpi) -> int:
    """How many cases a value needs to be shown (V6.7): the rule of the control chart."""
    named = {"service_id": cycle.service_id, "key": str(kpi.definition.get("source", ""))}
    source = row(session, Source, cycle.team_id, **named)
    return needed(str(kpi.definition.get("measure", "")), key=bool(source and source.mapping.get("key")))


def _turn(session: Session, cycle: Cycle, kpi_key: str) -> Turn | None:
    kpi = row(session, Kpi, cycle.team_id, cycle_id=cycle.id, key=kpi_key)
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id) if kpi else None
    if kpi is None or result is None or not result.result.get("series"):
        return None
    evaluation = windows.of_kpi(cycle, kpi).evaluation
    return Turn(
        number=cycle.number,
        series=frame(result.result["series"], cycle.timezone),
        baseline=_baseline(session, cycle, kpi_key, result.result),
        target=kpi.target,
        verdict=result.badge,
        summary=result.summary,
        deeds=_deeds(session, cycle, kpi_key),
        until=evaluation.end if evaluation else None,
        earlier=tuple((one["until"], one["target"]) for one in promises.earlier(kpi, cycle) if kpi.target is not None),
    )


def frame(series: list[dict[str, Any]], timezone: str) -> pd.DataFrame:
    """A kept series as a frame: index ``start`` in the reporting zone, columns ``value, n, partial, missing``."""
    index = pd.DatetimeIndex(pd.to_datetime([one["start"] for one in series], utc=True)).tz_convert(timezone)
    made = pd.DataFrame({name: [one.get(name) for one in series] for name in COLUMNS}, index=index.rename("start"))
    return made.astype({"value": float})


def _baseline(session: Session, cycle: Cycle, kpi_key: str, result: dict[str, Any]) -> float | None:
    """What the cycle was judged against: the newest baseline approved before it, else its own window's level."""
    numbers = {one.id: one.number for one in of_service(session, cycle.team_id, cycle.service_id)}
    known = rows(session, Baseline, cycle.team_id, service_id=cycle.service_id, kpi_key=kpi_key, order="-number")
    for one in (baseline for baseline in known if baseline.state == ProposalState.APPROVED):
        if numbers.get(one.cycle_id, cycle.number) < cycle.number and one.centre is not None:
            return one.centre
    level = ((result.get("detail") or {}).get("before") or {}).get("level")
    return float(level) if level is not None else None


def _deeds(session: Session, cycle: Cycle, kpi_key: str) -> tuple[Deed, ...]:
    """The cycle's actions for the KPI: done ones when they were done, approved ones when they are due."""
    found = rows(session, Action, cycle.team_id, cycle_id=cycle.id, kpi_key=kpi_key)
    titles = {one.id: one.title for one in found}
    times = {(one.id, local_day(one.done_at, cycle.timezone)) for one in found if one.state in DONE and one.done_at}
    times |= _earlier(session, cycle, [one.id for one in found if one.state in (*DONE, *PLANNED)])
    done = [Deed(on, titles[id]) for id, on in sorted(times, key=lambda time: (time[1], time[0]))]
    planned = [Deed(one.due_on, one.title, done=False) for one in found if one.state in PLANNED and one.due_on]
    return tuple(done + planned)


def _earlier(session: Session, cycle: Cycle, ids: list[int]) -> set[tuple[int, date]]:
    """When actions were done, however often: one that was opened again keeps what came before."""
    about: dict[str, Any] = {"subject": "action", "subject_id": tuple(ids), "what": "done action"}
    found = rows(session, AuditRow, cycle.team_id, **about) if ids else []
    return {(one.subject_id, local_day(one.at, cycle.timezone)) for one in found if one.subject_id is not None}
