"""The CSI register in Slack: the list, adding (also from a message), moving on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import notices
from bot.blocks import register as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.errors import whisper
from bot.listeners import modals
from bot.payload import clicked, origin, user_of
from csi import audit as audits
from csi import cycle as cycles
from csi import register, roles
from csi.models import Cycle, Kpi
from csi.states import EntryState
from csi.step1_should_measure import kpis
from csi.storage import rows

Body = Mapping[str, Any]


def show(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi register``: the service's opportunities."""
    ack()
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body))
    modals.show(client, body, view)


def turn_page(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Earlier or further entries, in the same modal."""
    ack()
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body), int(clicked(body)))
    modals.replace(client, body["view"]["id"], view)


def _view(session: Session, cycle: Cycle, start: int = 0) -> Block:
    entries = register.of_service(session, cycle.team_id, cycle.service_id)
    service, judged = cycles.service_of(session, cycle).name, _judged(session, cycle, {one.kpi_key for one in entries})
    return blocks.view(service, entries, modals.metadata(cycle), start, judged)


def _judged(session: Session, cycle: Cycle, keys: set[str]) -> dict[str, str]:
    """The KPIs that entries would move, each with its newest verdict and both axes."""
    wanted = tuple(sorted(keys - {""}))
    if not wanted:
        return {}
    ids = tuple(one.id for one in cycles.of_service(session, cycle.team_id, cycle.service_id))
    known = {one.id: one for one in rows(session, Kpi, cycle.team_id, cycle_id=ids, key=wanted)}
    found = sorted(cycles.judged(session, cycle.team_id, ids), key=lambda one: one.cycle_id)
    told = [(known[one.kpi_id], one) for one in found if one.kpi_id in known and one.verdict]
    return {kpi.key: f"{kpi.name}: {one.both}" for kpi, one in told}


def open_add(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for an opportunity."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = blocks.form(_kpis(session, cycle), modals.metadata(cycle), others=_others(session, cycle))
    modals.show(client, body, view)


def from_message(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The message shortcut: the form, with the message's words and the link to it."""
    ack()
    message, channel = body["message"], origin(body).channel_id
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        known, others = _kpis(session, cycle), _others(session, cycle)
    link = str(client.chat_getPermalink(channel=channel, message_ts=message["ts"])["permalink"])
    words = str(message.get("text") or "")
    view = blocks.form(
        known,
        modals.metadata(cycle, origin=link, channel=channel),
        title=" ".join(words.split())[:200],
        description=words[:2000],
        others=others,
    )
    modals.show(client, body, view)


def _kpis(session: Session, cycle: Cycle) -> dict[str, str]:
    return {one.key: one.name for one in kpis.of_cycle(session, cycle)}


def _others(session: Session, cycle: Cycle) -> dict[str, str]:
    """What a new entry may be part of: the open ones."""
    every = register.of_service(session, cycle.team_id, cycle.service_id)
    return {
        str(one.id): f"{one.number} {one.title}"
        for one in every
        if one.state in (EntryState.OPEN, EntryState.PLANNED, EntryState.PARKED)
    }


_ESTIMATE = forms.option(of=int)
FIELDS: dict[str, forms.Reader] = {
    "title": forms.text(limit=200),
    "description": forms.text(required=False, limit=2000),
    "impact": _ESTIMATE,
    "confidence": _ESTIMATE,
    "urgency": _ESTIMATE,
    "effort": _ESTIMATE,
    "size": forms.option(required=False),
    "timescale": forms.option(required=False),
    "justification": forms.text(required=False, limit=500),
    "benefit_claimed": forms.text(required=False, limit=300),
    "parent_id": forms.option(of=int, required=False),
    "actioned_by": forms.user(required=False),
    "required_by": forms.date(required=False),
    "kpi_key": forms.option(required=False),
}


def added(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """An opportunity was sent: likely doubles are shown once, then it is entered."""
    form, known = forms.read(view, FIELDS), modals.remembered(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "add to the register")
        entries = register.of_service(session, cycle.team_id, cycle.service_id)
        alike = register.likely_duplicates(entries, form["title"])
        again = json.dumps({**known, "sure": form["title"]})
        if alike and known.get("sure") != form["title"]:
            asked = blocks.form(
                _kpis(session, cycle),
                again,
                title=form["title"],
                description=form["description"],
                alike=alike,
                others=_others(session, cycle),
            )
            ack(response_action="update", view=asked)
            return
        if form["parent_id"]:
            register.entry_of(session, cycle, form["parent_id"])
        chosen = {name: form[name] or "" for name in ("kpi_key", "size", "timescale")}
        said = {**form, **chosen, "origin": str(known.get("origin") or "")}
        made = register.raise_opportunity(session, cycle, register.Entry(**said), actor=user_of(body), now=kit.now())
        text, shown = blocks.added(made), _view(session, cycle)
    ack()
    modals.refresh(client, body, shown)
    if known.get("channel"):
        here = origin(body)
        whisper(client, type(here)(here.team_id, here.user_id, str(known["channel"])), notices.note(text))


def open_move(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for another state or priority."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        entry = register.entry_of(session, cycle, int(clicked(body)))
        decided = audits.of_subject(session, cycle.team_id, "opportunity", entry.id)[:5]
        view = blocks.move_form(entry, modals.metadata(cycle, entry=entry.id), decided)
    modals.show(client, body, view)


def moved(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """Another state or priority was sent."""
    form = forms.read(
        view,
        {
            "state": forms.option(),
            "priority": forms.number(required=False, low=0),
            "reason": forms.reason(required=False, limit=300),
            "benefit_verified": forms.text(required=False, limit=300),
        },
    )
    said = {"reason": form["reason"], "actor": user_of(body), "now": kit.now()}
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "change the register")
        entry = register.entry_of(session, cycle, int(modals.remembered(body)["entry"]))
        register.set_state(session, entry, state=form["state"], **said)
        if form["priority"] is not None and form["priority"] != entry.priority:
            register.override_priority(session, entry, value=form["priority"], **said)
        shown_benefit = {"benefit": form["benefit_verified"], "actor": user_of(body), "now": kit.now()}
        register.verify_benefit(session, entry, **shown_benefit)
        shown = _view(session, cycle)
    ack()
    modals.refresh(client, body, shown)
