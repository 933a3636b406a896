"""Limits begun anew: recorded with a reason by whoever analyses, where a sustained run shows that the level moved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlmodel import Session

from csi import audit, definition, roles
from csi.analysis import phases
from csi.analysis.phases import Shift
from csi.errors import Conflict, InvalidInput
from csi.measurement import mapping as measurement
from csi.models import AnalysisResult, Cycle, Kpi, Rebase
from csi.passages import mark_stale
from csi.states import CycleState
from csi.step5_analyse.findings import CONFIRMERS
from csi.storage import change_if, lock, need, row, rows
from csi.terms import Step

RECORDED, WITHDRAWN = "recorded", "withdrawn"
REASON_LIMIT = 300
MOST = 10  # of one KPI in one cycle; ours


def of_cycle(session: Session, cycle: Cycle) -> dict[int, list[Rebase]]:
    """The new limits recorded in a cycle, by their KPI's number, oldest day first."""
    found: dict[int, list[Rebase]] = {}
    for one in rows(session, Rebase, cycle.team_id, cycle_id=cycle.id, state=RECORDED, order="start_on"):
        found.setdefault(one.kpi_id, []).append(one)
    return found


def shift_of(result: Mapping[str, Any]) -> Shift | None:
    """The sustained shift that a KPI's stored result shows against the limits in force; None where there is none."""
    days, values, centre = _in_force(result)
    return phases.shift(days, values, centre, _day(_detail(result).get("change_point")))


def begin(
    session: Session, cycle: Cycle, kpi_id: int, *, start: date, reason: str, actor: str, now: datetime
) -> Rebase:
    """Let a KPI's limits begin anew on a day; what was analysed before is stale.

    Raises:
        InvalidInput: no reason, or no sustained run from that day on.
        Conflict: it is not the time for it, or the data or definition changed since the analysis.
        NotAllowed: the person has no role that analyses.
    """
    _require(session, cycle, actor)
    kpi = need(session, Kpi, cycle.team_id, kpi_id)
    lock(session, f"rebase:{cycle.team_id}:{cycle.id}")
    said = " ".join(reason.split())
    if len(said) > REASON_LIMIT:
        raise InvalidInput("reason", f"expected at most {REASON_LIMIT} characters: it stands on every chart")
    _check_new(of_cycle(session, cycle).get(kpi_id, []), start)
    _check_shown(session, cycle, kpi, definition.Rebase(start, said))
    made = Rebase(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        kpi_id=kpi.id,
        start_on=start,
        reason=said,
        recorded_by=actor,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    _settled(session, cycle, made, "began new limits", actor=actor, now=now)
    return made


def withdraw(session: Session, cycle: Cycle, rebase_id: int, *, actor: str, now: datetime) -> bool:
    """Take new limits back: the ones before hold again. False where somebody has done so already.

    Raises:
        Conflict: it is not the time for it.
        NotAllowed: the person has no role that analyses.
    """
    _require(session, cycle, actor)
    one = need(session, Rebase, cycle.team_id, rebase_id)
    if one.cycle_id != cycle.id:
        raise Conflict("Those limits belong to another cycle.")
    values = {"state": WITHDRAWN, "withdrawn_by": actor, "withdrawn_at": now}
    changed = change_if(session, one, {"state": RECORDED}, values)
    if changed:
        _settled(session, cycle, one, "took new limits back", actor=actor, now=now)
    return changed


def _require(session: Session, cycle: Cycle, actor: str) -> None:
    roles.require(session, cycle, actor, CONFIRMERS, "begin new limits")
    if cycle.state != CycleState.OPEN or cycle.step != Step.ANALYSE:
        where = f"is in step {cycle.step}" if cycle.state == CycleState.OPEN else "is closed"
        raise Conflict(f"Limits begin anew in step 5; this cycle {where}.")


def _check_new(known: list[Rebase], start: date) -> None:
    if len(known) >= MOST:
        raise Conflict(f"The limits have begun anew {MOST} times already; take one back first.")
    if known and start <= known[-1].start_on:
        last = known[-1].start_on
        raise InvalidInput("start_on", f"limits begin anew on {last} already; expected a later day, or take those back")


def _check_shown(session: Session, cycle: Cycle, kpi: Kpi, wanted: definition.Rebase) -> None:
    """Refuse what the present result does not show."""
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    if result is None or not measurement.fresh(session, cycle)[kpi.id]:
        raise Conflict("The data or the definition changed since this was analysed. Please analyse again.")
    phases.check(wanted, *_in_force(result.result))


def _in_force(result: Mapping[str, Any]) -> tuple[list[date], np.ndarray, float]:
    """First days and usable values of the periods that the newest limits hold for, and their centre."""
    begun = [one["start"] for one in _detail(result).get("phases") or () if one["begun"]]
    points = [one for one in result.get("series") or () if one["start"][:10] >= max(begun, default="")]
    values = [_known(None if one["partial"] or one["missing"] else one["value"]) for one in points]
    centre = _known((result.get("limits") or {}).get("centre"))
    return [date.fromisoformat(one["start"][:10]) for one in points], np.array(values, dtype=float), centre


def _detail(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return result.get("detail") or {}


def _known(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _day(moment: str | None) -> date | None:
    return date.fromisoformat(moment[:10]) if moment else None


def _settled(session: Session, cycle: Cycle, one: Rebase, what: str, *, actor: str, now: datetime) -> None:
    """What was analysed with other limits is stale; who changed them is kept."""
    mark_stale(session, cycle, after=Step.PROCESS)
    new = {"kpi_id": one.kpi_id, "start_on": one.start_on, "reason": one.reason, "state": one.state}
    audit.record(session, team_id=cycle.team_id, actor=actor, at=now, what=what, subject=("rebase", one.id), new=new)
