"""Closing cycle n and drafting cycle n + 1 from what it left: a spiral, not a circle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session

from csi import audit, roles
from csi.cycle import gates
from csi.cycle.left_over import origins
from csi.cycle.opening import open_cycle
from csi.definition import Window
from csi.errors import Conflict, GateRefused, TooEarly
from csi.measurement import promises, windows
from csi.models import Baseline, Csf, Cycle, Goal, Kpi, PlanRow
from csi.passages import passage
from csi.states import CycleState, ProposalState
from csi.storage import change_if, next_number, rows
from csi.terms import Step

_CopiedT = TypeVar("_CopiedT", Goal, Csf, Kpi, PlanRow)
_COPIED_NOT = {"id", "cycle_id", "csf_id", "goal_id", "kpi_id", "checked_by", "checked_at"}


def close(
    session: Session,
    cycle: Cycle,
    *,
    actor: str,
    now: datetime,
    reasons: dict[str, str] | None = None,
) -> Cycle:
    """Close a cycle in step 7 and open the next one with what was left; returns the next one.

    Raises:
        GateRefused: rules of step 7 fail, or a WARN was passed without a reason.
        Conflict: not in step 7, or somebody was first. NotAllowed: neither accountable, CSI manager nor service owner.
    """
    if cycle.state != CycleState.OPEN:
        raise Conflict(f"Cycle {cycle.number} is closed already.")
    if cycle.step != Step.CORRECT:
        raise TooEarly("A cycle is closed in", Step.CORRECT, cycle.step)
    roles.require(session, cycle, actor, roles.STEERERS, "close this cycle")
    found = gates.breaches(session, cycle, now)
    if standing := gates.standing(found, reasons or {}):
        raise GateRefused(standing)
    seen = {"version": cycle.version, "state": "open"}
    values = {
        "state": "closed",
        "version": cycle.version + 1,
        "open_channel": None,
        "open_service": None,
        "closed_by": actor,
        "closed_at": now,
    }
    if not change_if(session, cycle, seen, values):
        raise Conflict("Somebody was first: this cycle is closed already.")
    left = passage(session, cycle, Step.CORRECT)
    left.left_at, left.left_by = now, actor
    left.reasons = {one.rule: (reasons or {})[one.rule] for one in found if not one.note}
    audit.record(
        session,
        team_id=cycle.team_id,
        actor=actor,
        at=now,
        what="closed cycle",
        subject=("cycle", cycle.id),
        new={"number": cycle.number},
    )
    return _draft(session, cycle, actor, now)


def _draft(session: Session, cycle: Cycle, actor: str, now: datetime) -> Cycle:
    window = _next_baseline(session, cycle)
    draft = Cycle(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        number=next_number(session, Cycle, cycle.team_id, "number", service_id=cycle.service_id),
        channel_id=cycle.channel_id,
        open_channel=cycle.channel_id,
        open_service=cycle.service_id,
        previous_id=cycle.id,
        timezone=cycle.timezone,
        period=cycle.period,
        calendar=dict(cycle.calendar),
        rates=list(cycle.rates),
        baseline_from=window[0],
        baseline_to=window[1],
        started_by=actor,
        started_at=now,
    )
    open_cycle(session, draft, actor=actor, now=now)
    for step in Step:
        passage(session, draft, step).owner = passage(session, cycle, step).owner
    _copy_tree(session, cycle, draft)
    for item in origins(session, cycle):
        item.cycle_id = draft.id
        session.add(item)
    session.flush()
    return draft


def _next_baseline(session: Session, cycle: Cycle) -> tuple[Any, Any]:
    """What the next cycle proposes: the window that all its KPIs have approved, else the one it proposed."""
    known = _approved(session, cycle)
    used = {known.get(kpi.key, windows.of_kpi(cycle, kpi).baseline) for kpi in _measured(session, cycle)}
    same = next(iter(used)) if len(used) == 1 else None
    return (same.start, same.end) if same else (cycle.baseline_from, cycle.baseline_to)


def _measured(session: Session, cycle: Cycle) -> list[Kpi]:
    """The KPIs of a cycle that say how they are computed."""
    return [one for one in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id) if one.definition.get("measure")]


def _approved(session: Session, cycle: Cycle) -> dict[str, Window]:
    """The newest baseline approved in the cycle of each KPI that has one."""
    approved = rows(session, Baseline, cycle.team_id, cycle_id=cycle.id, state=ProposalState.APPROVED, order="id")
    return {one.kpi_key: Window(one.window_from, one.window_to) for one in approved}


def _windows(kpi: Kpi, known: Mapping[str, Window], draft: Cycle) -> dict[str, Any]:
    """A KPI's own windows in the next cycle: its baseline, where it is not the one proposed; of the evaluation none."""
    baseline = known.get(kpi.key, windows.own(kpi).baseline)
    mine = baseline if baseline != windows.of_cycle(draft).baseline else None
    return windows.kept(windows.Windows(mine, None))


def _copy_tree(session: Session, cycle: Cycle, draft: Cycle) -> None:
    goals = {old.id: _copy(session, old, draft) for old in rows(session, Goal, cycle.team_id, cycle_id=cycle.id)}
    csfs = {
        old.id: _copy(session, old, draft, goal_id=_moved(goals, old.goal_id))
        for old in rows(session, Csf, cycle.team_id, cycle_id=cycle.id)
    }
    known = _approved(session, cycle)
    kpis = {
        old.id: _copy(
            session,
            old,
            draft,
            csf_id=_moved(csfs, old.csf_id),
            origin=f"cycle {cycle.number}",
            promised=promises.carried(old),
            windows=_windows(old, known, draft),
        )
        for old in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    }
    for old in rows(session, PlanRow, cycle.team_id, cycle_id=cycle.id):
        if old.kpi_id in kpis:
            _copy(session, old, draft, kpi_id=kpis[old.kpi_id].id)


def _copy(session: Session, old: _CopiedT, draft: Cycle, **changed: Any) -> _CopiedT:
    kept = {name: value for name, value in old.model_dump().items() if name not in _COPIED_NOT and name not in changed}
    made = type(old)(**kept, **changed, cycle_id=draft.id)
    session.add(made)
    session.flush()
    return made


def _moved(copies: Mapping[int, Goal | Csf], old_id: int | None) -> int | None:
    return copies[old_id].id if old_id is not None and old_id in copies else None
