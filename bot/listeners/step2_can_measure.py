"""Step 2 in Slack: assess KPIs, decide about gaps, draft and activate SLA clauses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import step2_can_measure as blocks
from bot.blocks.folding import completed, is_folded, unfolded
from bot.blocks.parts import Block
from bot.context import Kit
from bot.listeners import modals
from bot.payload import clicked, user_of
from csi.errors import Conflict, InvalidInput
from csi.models import Cycle, Gap, Kpi
from csi.reading.spans import local_day
from csi.step1_should_measure import growing, kpis
from csi.step2_can_measure import assessing, clauses, gaps, hours, sources
from csi.terms import Measurability, Period

Body = Mapping[str, Any]
GAP_DAYS = 30  # by when a gap is seen to, unless somebody says otherwise


def assess(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi assess``: the should/can matrix."""
    ack()
    with kit.sessions.reading() as session:
        view = _matrix(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def _matrix(session: Session, cycle: Cycle) -> Block:
    lines, holes = assessing.matrix(session, cycle), gaps.of_cycle(session, cycle)
    return blocks.matrix_view(lines, holes, clauses.of_service(session, cycle), modals.metadata(cycle))


def open_kpi(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The answer for one KPI."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = _assess_form(session, cycle, int(clicked(body)), user_of(body))
    modals.show(client, body, view)


def _assess_form(session: Session, cycle: Cycle, kpi_id: int, actor: str, *, whole: bool = False) -> Block:
    assessing.require_step(cycle)
    kpi: Kpi = growing.of_cycle(session, cycle, Kpi, kpi_id)
    known = {str(one.id): one.name for one in sources.of_service(session, cycle.team_id, cycle.service_id)}
    return blocks.assess_form(
        kpi,
        assessing.defaults(session, cycle, kpi, actor),
        known,
        others=sum(not one.measurability and one.id != kpi.id for one in kpis.of_cycle(session, cycle)),
        metadata=modals.metadata(cycle, kpi=kpi.id),
        hours=hours.shown(cycle.calendar),
        holidays=str(cycle.calendar.get("holidays") or ""),
        whole=whole,
    )


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show the rest of the answer's form, with what was typed so far."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        whole = _assess_form(session, cycle, int(modals.remembered(body)["kpi"]), user_of(body), whole=True)
    modals.replace(client, body["view"]["id"], unfolded(body["view"], whole))


def _words(limit: int = 100) -> forms.Reader:
    return forms.text(required=False, limit=limit)


ASSESS_FIELDS: dict[str, forms.Reader] = {
    "measurability": forms.option(of=Measurability),
    "checked_by": forms.user(),
    "source_id": forms.option(required=False),
    "source": _words(sources.NAME_LIMIT),
    "definition": _words(300),
    "owner": forms.user(required=False),
    "backup": forms.user(required=False),
    "period": forms.option(of=Period),
    "timezone": forms.text(limit=60),
    "calendar": forms.option(),
    "hours": _words(200),
    "holidays": _words(20),
    "effort": _words(),
    "cost": _words(),
    "same": forms.options(),
}


def said_kpi(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The answer for one KPI was sent; where wished, it holds for all that have none yet."""
    actor, now = user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        kpi_id = int(modals.remembered(body)["kpi"])
        if is_folded(view):
            view = completed(view, _assess_form(session, cycle, kpi_id, actor, whole=True))
        form = forms.read(view, ASSESS_FIELDS)
        agreed = form["hours"] or (hours.USUAL if form["calendar"] == assessing.BUSINESS else "")
        hours.set_calendar(session, cycle, hours=agreed, holidays=form["holidays"], actor=actor, now=now)
        said = _assessment(form, _source_of(session, cycle, form, actor, kit))
        others = [one for one in kpis.of_cycle(session, cycle) if not one.measurability and one.id != kpi_id]
        assessing.assess(session, cycle, kpi_id, said, actor=actor, now=now)
        for one in others if form["same"] else ():
            own = assessing.Assessment(**{**_fields(said), "definition": ""})
            assessing.assess(session, cycle, one.id, own, actor=actor, now=now)
        shown = _matrix(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _source_of(session: Session, cycle: Cycle, form: Mapping[str, Any], actor: str, kit: Kit) -> int | None:
    if form["source"]:
        named = sources.name_source(
            session,
            cycle,
            name=form["source"],
            actor=actor,
            now=kit.now(),
            owner=form["owner"],
            backup=form["backup"],
            kind="typed" if form["measurability"] is Measurability.BY_HAND else "file",
        )
        return named.id
    if form["source_id"] == "new":
        raise InvalidInput("source", "Please name the new source.")
    return int(form["source_id"]) if form["source_id"] else None


def _assessment(form: Mapping[str, Any], source_id: int | None) -> assessing.Assessment:
    names = ("measurability", "checked_by", "definition", "timezone", "calendar", "owner", "backup", "effort", "cost")
    said = {name: form[name] for name in names}
    return assessing.Assessment(source_id=source_id, period=form["period"].value, **said)


def _fields(said: assessing.Assessment) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.__slots__}


def open_gap(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What is decided about a gap."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        assessing.require_step(cycle)
        gap: Gap = growing.of_cycle(session, cycle, Gap, int(clicked(body)))
        gap.due_on = gap.due_on or local_day(kit.now(), cycle.timezone) + timedelta(days=GAP_DAYS)
        view = blocks.gap_form(gap, owner=user_of(body), metadata=modals.metadata(cycle, gap=gap.id))
    modals.show(client, body, view)


def said_gap(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The decision about a gap was sent."""
    form = forms.read(
        view,
        {
            "decision": forms.option(),
            "owner": forms.user(),
            "due_on": forms.date(),
            "cost": _words(),
            "reason": _words(300),
        },
    )
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        gap: Gap = growing.of_cycle(session, cycle, Gap, int(modals.remembered(body)["gap"]))
        today = kit.now().astimezone(ZoneInfo(cycle.timezone)).date()
        forms.require_ahead("due_on", form["due_on"], today, known=gap.due_on)
        gaps.decide_gap(session, cycle, gap.id, actor=user_of(body), now=kit.now(), **form)
        shown = _matrix(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def sla(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi sla``: the service's clauses."""
    ack()
    with kit.sessions.reading() as session:
        view = _clauses(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def open_sla(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """A button that shows the clauses."""
    sla(ack, body, client, kit)


def _clauses(session: Session, cycle: Cycle) -> Block:
    known = {one.key: one for one in kpis.of_cycle(session, cycle)}
    return blocks.sla_view(clauses.of_service(session, cycle), modals.metadata(cycle), known)


def open_draft(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for a clause."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
    if not known:
        raise Conflict("A clause promises something about a KPI; add a KPI in step 1 first.")
    modals.show(client, body, blocks.clause_form(known, modals.metadata(cycle)))


def drafted(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A clause was sent."""
    form = forms.read(
        view,
        {
            "kpi_id": forms.option(of=int),
            "text": forms.text(limit=growing.TEXT_LIMIT),
            "target": forms.number(required=False),
        },
    )
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        clauses.draft_clause(session, cycle, actor=user_of(body), now=kit.now(), **form)
        shown = _clauses(session, cycle)
    ack()
    previous = body["view"].get("previous_view_id")
    if previous:
        modals.replace(client, previous, shown)


def activate(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Make active was pressed: done, or refused by the SLA guard, and then that is kept."""
    ack()
    clause_id, actor, now = int(clicked(body)), user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        clauses.note_refusal(session, cycle, clause_id, actor=actor, now=now)
        shown = _clauses(session, cycle)
    modals.replace(client, body["view"]["id"], shown)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        clauses.activate_clause(session, cycle, clause_id, actor=actor, now=now)
        shown = _clauses(session, cycle)
    modals.replace(client, body["view"]["id"], shown)


def retire(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Retire was pressed, in the list of clauses or beside a refusal."""
    ack()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        clauses.retire_clause(session, cycle, int(clicked(body)), actor=user_of(body), now=kit.now())
        shown = _clauses(session, cycle)
    if (body.get("view") or {}).get("callback_id") == blocks.SLA:
        modals.replace(client, body["view"]["id"], shown)
