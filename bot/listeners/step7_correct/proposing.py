"""Proposing and changing an action."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import copies, forms
from bot.blocks import step7_correct as blocks
from bot.blocks.folding import completed, is_folded, unfolded
from bot.blocks.parts import Block
from bot.blocks.step1_should_measure import aim
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step7_correct.acting import view_of
from bot.listeners.step7_correct.thread import say_in_thread, show_action
from bot.payload import Body, clicked, origin, user_of
from csi import cycle as cycles
from csi import register
from csi.errors import Conflict, Place, Way
from csi.models import Action, Cycle, Finding, Kpi
from csi.step1_should_measure import growing, kpis
from csi.step7_correct import actions, deciding
from csi.storage import need, row

DUE_DAYS = 14  # when a new action is due, unless somebody says otherwise
EFFECT_DAYS = 42  # when its effect should show


def open_propose(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a new action on a KPI's finding (or the first KPI's)."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known = {str(one.id): one for one in kpis.of_cycle(session, cycle)}
        if not known:
            raise Conflict("An action moves a KPI; this cycle has none.")
        kpi = known.get(clicked(body)) or next(iter(known.values()))
        finding = row(session, Finding, cycle.team_id, cycle_id=cycle.id, kpi_id=kpi.id)
        draft = _draft(kpi, user_of(body), today_of(cycle, kit))
        view = blocks.action_form(
            draft,
            {key: one.name for key, one in known.items()},
            _found(finding),
            modals.metadata(cycle, finding=finding.id if finding else 0),
        )
    modals.show(client, body, view)


def open_from_entry(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of a new action that carries out an entry of the register, filled in with what that says."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        entry = register.entry_of(session, cycle, int(clicked(body)))
        known = kpis.of_cycle(session, cycle)
        if not known:
            raise Conflict("An action moves a KPI; this cycle has none.")
        kpi = next((one for one in known if one.key == entry.kpi_key), known[0])
        today = today_of(cycle, kit)
        usual = _draft(kpi, user_of(body), today)
        due = entry.required_by if entry.required_by and entry.required_by >= today else usual.due_on
        draft = replace(
            usual,
            title=entry.title,
            owner=entry.actioned_by or usual.owner,
            due_on=due,
            effect_by=max(usual.effect_by, due),
            expected_effect=entry.benefit_claimed or usual.expected_effect,
        )
        view = blocks.action_form(
            draft,
            {str(one.id): one.name for one in known},
            f"{entry.number}: {entry.title}",
            modals.metadata(cycle, entry=entry.id),
        )
    modals.show(client, body, view)


def _found(finding: Finding | None) -> str:
    """What the action answers: the finding's sentence, and its likely cause."""
    return " ".join(one for one in (finding.sentence, finding.cause) if one) if finding else ""


def _draft(kpi: Kpi, actor: str, today: date) -> blocks.Draft:
    due, effect_by = today + timedelta(days=DUE_DAYS), today + timedelta(days=EFFECT_DAYS)
    return blocks.Draft(
        title="",
        kpi_id=str(kpi.id),
        owner=actor,
        due_on=due,
        expected_effect=f"{kpi.name} reaches {aim(kpi).strip('_')}"[:300],
        effect_by=max(effect_by, due),
        cost_class="low",
        failure_sign=f"{kpi.name} shows no improvement in the periods after it settled"[:300],
    )


def _draft_of(action: Action, today: date) -> blocks.Draft:
    """An action as it is, for its form."""
    return blocks.Draft(
        title=action.title,
        kpi_id=str(action.kpi_id),
        owner=action.owner,
        due_on=action.due_on or today,
        expected_effect=action.expected_effect,
        effect_by=action.effect_by or today,
        cost_class=action.cost_class,
        failure_sign=action.failure_sign,
        scope=action.scope,
        quorum=action.quorum,
    )


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show the rest of an action's form, with what was typed so far."""
    ack()
    with kit.sessions.reading() as session:
        whole = _whole_form(session, kit, modals.cycle_of(session, body), body)
    said = [block for block in body["view"]["blocks"] if block["type"] == "section"]  # the finding that it answers
    shown = unfolded(body["view"], whole)
    modals.replace(client, body["view"]["id"], {**shown, "blocks": [*said, *shown["blocks"]]})


def _whole_form(session: Session, kit: Kit, cycle: Cycle, body: Body) -> Block:
    """The form that is open, with all its fields: the rest by the KPI and the day that are chosen in it by now."""
    view, known, today = body["view"], modals.remembered(body), today_of(cycle, kit)
    names = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
    if known.get("action"):
        draft = _draft_of(need(session, Action, cycle.team_id, int(known["action"])), today)
    else:
        chosen = forms.read(view, {name: ACTION_FIELDS[name] for name in ("kpi_id", "due_on")})
        usual = _draft(growing.of_cycle(session, cycle, Kpi, chosen["kpi_id"]), user_of(body), today)
        draft = replace(usual, effect_by=max(usual.effect_by, chosen["due_on"]))
    edit = bool(known.get("action"))
    return blocks.action_form(draft, names, "", view["private_metadata"], edit=edit, whole=True)


def open_edit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of an existing action."""
    ack()
    with kit.sessions.reading() as session:
        action = need(session, Action, origin(body).team_id, int(clicked(body)))
        cycle = cycles.by_id(session, action.team_id, action.cycle_id)
        draft = _draft_of(action, today_of(cycle, kit))
        known = {str(one.id): one.name for one in kpis.of_cycle(session, cycle)}
        view = blocks.action_form(
            draft, known, "", modals.metadata(cycle, action=action.id, seen=modals.seen(action)), edit=True
        )
    modals.show(client, body, view)


ACTION_FIELDS: dict[str, forms.Reader] = {
    "title": forms.text(limit=200),
    "owner": forms.user(),
    "due_on": forms.date(),
    "kpi_id": forms.option(of=int),
    "expected_effect": forms.text(limit=300),
    "effect_by": forms.date(),
    "cost_class": forms.option(),
    "failure_sign": forms.text(limit=300),
    "scope": forms.text(required=False, limit=300),
    "quorum": forms.option(of=int),
}


def _read(session: Session, kit: Kit, cycle: Cycle, body: Body, view: Body) -> dict[str, Any]:
    """An action's form as it was sent, with what it is filled in with where nobody opened the rest."""
    sent = completed(view, _whole_form(session, kit, cycle, body)) if is_folded(view) else view
    return forms.read(sent, ACTION_FIELDS)


def proposed(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """An action was proposed: its message, and the question in its thread."""
    known = modals.remembered(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        form = _read(session, kit, cycle, body, view)
        forms.require_ahead("due_on", form["due_on"], today_of(cycle, kit))
        finding, entry = known.get("finding") or None, known.get("entry") or None
        fields = actions.ActionFields(finding_id=finding, opportunity_id=entry, **form)
        action = actions.propose(session, cycle, fields, actor=user_of(body), now=kit.now())
        show_action(session, kit, cycle, action)
        shown = view_of(session, cycle)
    if fields.opportunity_id:  # it was begun in the register, which shows it otherwise now
        ack(response_action="clear")
        return
    ack()
    modals.refresh(client, body, shown)


def edited(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """An action was changed; when that voids its approval the thread hears of it and is asked again."""
    actor = user_of(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        form = _read(session, kit, cycle, body, view)
        action = need(session, Action, cycle.team_id, int(modals.remembered(body)["action"]))
        modals.require_unchanged(body, action, f"action {action.number}", Way(Place.CORRECT))
        forms.require_ahead("due_on", form["due_on"], today_of(cycle, kit), known=action.due_on)
        before = action.version
        fields = actions.ActionFields(
            settle_days=action.settle_days,
            finding_id=action.finding_id,
            opportunity_id=action.opportunity_id,
            **form,
        )
        actions.change(session, action, fields, actor=actor, now=kit.now())
        if action.version != before:
            _close_question(session, kit, action, before)
            say_in_thread(session, kit, action, blocks.changed_text(action, actor), what=f"void:{action.version}")
        show_action(session, kit, cycle, action)
        shown = view_of(session, cycle)
    ack()
    modals.refresh(client, body, shown)


def _close_question(session: Session, kit: Kit, action: Action, version: int) -> None:
    asked = kit.outbox.find(session, team_id=action.team_id, key=deciding.question_key(action, version))
    if asked is not None:
        text = f"~{asked.text}~"
        shown = blocks.void_question(text)
        kit.outbox.update(session, team_id=action.team_id, key=asked.key, text=text, blocks=shown)
        copies.follow(session, kit.outbox, asked)


def today_of(cycle: Cycle, kit: Kit) -> date:
    """The day it is in the cycle's zone."""
    return kit.now().astimezone(ZoneInfo(cycle.timezone)).date()
