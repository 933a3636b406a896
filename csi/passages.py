"""A cycle found, its passages through the seven steps, who answers for each, and what of it is stale."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi import roles
from csi.errors import NotFound, Place, Way
from csi.models import AnalysisResult, Cycle, Finding, Service, StepPassage
from csi.rules import threshold
from csi.states import CycleState, FindingState
from csi.storage import need, row, rows
from csi.terms import Step


def open_in(session: Session, team_id: str, channel_id: str) -> Cycle | None:
    """The open cycle of a channel, or None."""
    return row(session, Cycle, team_id, open_channel=channel_id)


def of_channel(session: Session, team_id: str, channel_id: str) -> Cycle:
    """The open cycle of a channel, where there must be one.

    Raises:
        NotFound: there is none; the sentence says how to begin one.
    """
    found = open_in(session, team_id, channel_id)
    if found is None:
        raise NotFound("No cycle is running in this channel. Begin one for a service.", ways=[Way(Place.START)])
    return found


def by_id(session: Session, team_id: str, cycle_id: int) -> Cycle:
    """A cycle of this workspace."""
    return need(session, Cycle, team_id, cycle_id)


def service_of(session: Session, cycle: Cycle) -> Service:
    """The service a cycle improves."""
    return need(session, Service, cycle.team_id, cycle.service_id)


def open_cycles(session: Session, team_id: str) -> list[Cycle]:
    """The open cycles of a workspace."""
    return rows(session, Cycle, team_id, state=CycleState.OPEN)


def of_service(session: Session, team_id: str, service_id: int) -> list[Cycle]:
    """All cycles of a service, the first one first."""
    return rows(session, Cycle, team_id, service_id=service_id, order="number")


def mark_stale(session: Session, cycle: Cycle, *, after: int) -> None:
    """Mark what the steps after ``after`` left behind as stale (a change of data or definition does this, too)."""
    for one in passages(session, cycle):
        if one.step > after and one.left_at is not None:
            one.stale = True
    if after < Step.ANALYSE:
        for result in rows(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id):
            result.stale = True
        for finding in rows(session, Finding, cycle.team_id, cycle_id=cycle.id):
            finding.state = FindingState.STALE


def passage(session: Session, cycle: Cycle, step: int) -> StepPassage:
    """The cycle's stay in one step."""
    return passages(session, cycle)[step - 1]


def passages(session: Session, cycle: Cycle) -> list[StepPassage]:
    """All seven, in order."""
    return rows(session, StepPassage, cycle.team_id, cycle_id=cycle.id, order="step")


def due_day(session: Session, cycle: Cycle, now: datetime) -> date:
    """When a step that begins now is due: its time runs from the day it begins, in the cycle's zone."""
    days = int(threshold(session, cycle.team_id, "step_days"))
    return now.astimezone(ZoneInfo(cycle.timezone)).date() + timedelta(days=days)


def enter(session: Session, cycle: Cycle, now: datetime) -> StepPassage:
    """The cycle's step begins, perhaps anew: its due day is counted from now, unless somebody named a later one."""
    entered = passage(session, cycle, cycle.step)
    due = due_day(session, cycle, now)
    named = entered.due_on if entered.entered_at is None else None
    entered.due_on = max(due, named) if named else due
    entered.entered_at = now
    session.add(entered)
    return entered


def accountable(session: Session, cycle: Cycle, step: int) -> str:
    """Who answers for a step of this cycle: named for it, or by role."""
    named = passage(session, cycle, step).owner
    return named or roles.accountable(session, cycle.team_id, cycle.service_id, Step(step))
