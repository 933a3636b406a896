"""What can be acted on: findings, actions, baselines."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot.blocks import step7_correct as blocks
from bot.blocks.parts import Block
from bot.blocks.text import escape
from bot.context import Kit
from bot.listeners import modals
from bot.payload import Body
from csi import cycle as cycles
from csi.models import AnalysisResult, Cycle, Finding, Kpi
from csi.states import CycleState
from csi.step1_should_measure import kpis
from csi.step7_correct import actions, baselines
from csi.storage import row, rows
from csi.terms import Step


def act(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi act``: findings to act on, actions, baselines."""
    ack()
    with kit.sessions.reading() as session:
        view = view_of(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def open_act(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A button that shows the same."""
    act(ack, body, client, kit)


def listing(ack: Ack, body: Body, kit: Kit) -> None:
    """``/csi actions``: the service's actions of all cycles."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        service = cycles.service_of(session, cycle).name
        every = actions.of_service(session, cycle.team_id, cycle.service_id, limit=500)
        names = _names(session, cycle)
    ack(text=f"Actions of {escape(service)}", blocks=blocks.listing(every, service, names))


def _names(session: Session, cycle: Cycle) -> dict[str, str]:
    """The names of the service's KPIs by key, of all its cycles; the newest name counts."""
    ids = tuple(one.id for one in rows(session, Cycle, cycle.team_id, service_id=cycle.service_id))
    return {one.key: one.name for one in rows(session, Kpi, cycle.team_id, cycle_id=ids, order="id")}


def view_of(session: Session, cycle: Cycle) -> Block:
    """Step 7 of a cycle, as its modal shows it."""
    here = cycle.state == CycleState.OPEN and cycle.step == Step.CORRECT
    found = [_found(session, cycle, kpi, here) for kpi in kpis.of_cycle(session, cycle)]
    return blocks.act_view(
        [one for one in found if one is not None],
        actions.of(session, cycle),
        baselines.of(session, cycle),
        modals.metadata(cycle),
        names=_names(session, cycle),
        may_close=here,
    )


def _found(session: Session, cycle: Cycle, kpi: Kpi, here: bool) -> blocks.Found | None:
    result = row(session, AnalysisResult, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
    if result is None and finding is None:
        return None
    return blocks.Found(
        kpi_id=kpi.id,
        name=kpi.name,
        verdict=result.badge if result else "",
        summary=result.summary if result else "",
        disposition=finding.disposition if finding else "",
        may_rebase=here and result is not None,
    )
