"""The CSI register in Slack: the list, adding (also from a message), moving on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import notices
from bot.blocks import register as blocks
from bot.blocks.folding import completed, is_folded, unfolded
from bot.blocks.parts import Block
from bot.context import Kit
from bot.errors import whisper
from bot.listeners import modals, people
from bot.payload import clicked, origin, user_of
from csi import audit as audits
from csi import cycle as cycles
from csi import register, roles
from csi.errors import Place, Way
from csi.models import Cycle, Kpi, Opportunity
from csi.reading.spans import local_day
from csi.register import Order, Shown
from csi.states import CycleState
from csi.step1_should_measure import kpis
from csi.storage import rows
from csi.terms import Step

Body = Mapping[str, Any]
Kind = TypeVar("Kind", Shown, Order)


def show(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi register``: the service's opportunities."""
    ack()
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body), body, kit)
    modals.show(client, body, view)


def look(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Other entries, or the same in another order, in the same modal."""
    ack()
    chosen = {body["actions"][0]["action_id"].removeprefix("register."): clicked(body)}
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body), body, kit, changed=chosen)
    modals.replace(client, body["view"]["id"], view)


def searched(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """Words were searched."""
    said = forms.read(view, {blocks.SEARCH: forms.text(required=False, limit=100)})
    with kit.sessions.reading() as session:
        shown = _view(session, modals.cycle_of(session, body), body, kit, changed=said)
    ack(response_action="update", view=shown)


def turn_page(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Earlier or further entries, in the same modal."""
    ack()
    with kit.sessions.reading() as session:
        view = _view(session, modals.cycle_of(session, body), body, kit, start=int(clicked(body)))
    modals.replace(client, body["view"]["id"], view)


def _view(
    session: Session,
    cycle: Cycle,
    body: Body,
    kit: Kit,
    *,
    start: int = 0,
    changed: Mapping[str, str] | None = None,
) -> Block:
    """The register as the person looks at it; ``changed``: what of that they have just said otherwise."""
    every = register.of_service(session, cycle.team_id, cycle.service_id)
    seen = {**_look_of(body), **(changed or {})}
    look = register.Look(_one_of(Shown, seen.get("show")), _one_of(Order, seen.get("sort")), seen.get("search", ""))
    today = local_day(kit.now(), cycle.timezone)
    entries = register.looked_at(every, look, me=user_of(body), today=today)
    service, judged = cycles.service_of(session, cycle).name, _judged(session, cycle, {one.kpi_key for one in entries})
    metadata = modals.metadata(cycle, look=seen)
    return blocks.view(service, entries, metadata, start, judged, look=look, every=len(every))


def _look_of(body: Body) -> dict[str, str]:
    """How the register is looked at in the modal of a payload, or in the one beneath it."""
    known = modals.remembered(body).get("look")
    return {str(name): str(value) for name, value in known.items()} if isinstance(known, Mapping) else {}


def _one_of(kind: type[Kind], said: str | None) -> Kind:
    """The member that was said; the first one where none was."""
    return next((one for one in kind if one.value == said), next(iter(kind)))


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
        view = _form(session, cycle, modals.metadata(cycle, look=_look_of(body)))
    modals.show(client, body, view)


def _form(session: Session, cycle: Cycle, metadata: str, **more: Any) -> Block:
    return blocks.form(_kpis(session, cycle), metadata, others=_others(session, cycle, more.get("entry")), **more)


def more(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Show the rest of an entry's form, with what was typed so far."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        whole = _form(session, cycle, body["view"]["private_metadata"], entry=_entry(session, cycle, body), whole=True)
    modals.replace(client, body["view"]["id"], unfolded(body["view"], whole))


def _entry(session: Session, cycle: Cycle, body: Body) -> Opportunity | None:
    """The entry that a form is about; None of a new one."""
    known = modals.remembered(body).get("entry")
    return register.entry_of(session, cycle, int(known)) if known else None


def open_edit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The form of an entry that is there: whoever raised it may have said little."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        entry = register.entry_of(session, cycle, int(clicked(body)))
        metadata = modals.metadata(cycle, entry=entry.id, seen=modals.seen(entry), look=_look_of(body))
        view = _form(session, cycle, metadata, entry=entry)
    modals.show(client, body, view)


def edited(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """What an entry says was changed."""
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.MEMBERS, "change the register")
        entry = register.entry_of(session, cycle, int(modals.remembered(body)["entry"]))
        modals.require_unchanged(body, entry, f"entry {entry.number}", Way(Place.REGISTER))
        whole = _form(session, cycle, "", entry=entry, whole=True)
        said = _said(session, cycle, forms.read(completed(view, whole), FIELDS))
        register.change(session, entry, register.Entry(**said), actor=user_of(body), now=kit.now())
        shown, moving = _view(session, cycle, body, kit), _moving(session, cycle, entry, body)
    ack()
    modals.refresh(client, body, shown)
    if (above := body["view"].get("previous_view_id")) and above != body["view"].get("root_view_id"):
        modals.replace(client, above, moving)


def _said(session: Session, cycle: Cycle, form: Mapping[str, Any]) -> dict[str, Any]:
    """An entry's form, with nothing chosen as empty words."""
    if form["parent_id"]:
        register.entry_of(session, cycle, form["parent_id"])
    return {**form, **{name: form[name] or "" for name in ("kpi_key", "size", "timescale")}}


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


def _others(session: Session, cycle: Cycle, entry: Opportunity | None = None) -> dict[str, str]:
    """What an entry may be part of: the other open ones."""
    every = register.of_service(session, cycle.team_id, cycle.service_id)
    return {
        str(one.id): f"{one.number} {one.title}"
        for one in every
        if one.state not in register.SETTLED and (entry is None or one.id != entry.id)
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
    known = modals.remembered(body)
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        _require_somebody_here(session, client, cycle, user_of(body))
        form = forms.read(completed(view, _form(session, cycle, "", whole=True)), FIELDS)
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
                whole=not is_folded(view),
            )
            ack(response_action="update", view=asked)
            return
        said = {**_said(session, cycle, form), "origin": str(known.get("origin") or "")}
        made = register.raise_opportunity(session, cycle, register.Entry(**said), actor=user_of(body), now=kit.now())
        text, shown = blocks.added(made), _view(session, cycle, body, kit)
    ack()
    modals.refresh(client, body, shown)
    if known.get("channel"):
        here = origin(body)
        whisper(client, type(here)(here.team_id, here.user_id, str(known["channel"])), notices.note(text))


def _require_somebody_here(session: Session, client: WebClient, cycle: Cycle, user_id: str) -> None:
    """An idea may come from anybody of the workspace who sees the channel, with a role or without.

    Raises:
        NotAllowed: a guest, or somebody from elsewhere.
    """
    if not roles.held(session, cycle.team_id, cycle.service_id, user_id):
        people.require_member(client, cycle.team_id, user_id)


def open_move(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Ask for another state or priority."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        view = _moving(session, cycle, register.entry_of(session, cycle, int(clicked(body))), body)
    modals.show(client, body, view)


def _moving(session: Session, cycle: Cycle, entry: Opportunity, body: Body) -> Block:
    """The form that moves an entry on; an action is proposed from it once there are findings (step 5)."""
    decided = audits.of_subject(session, cycle.team_id, "opportunity", entry.id)[:5]
    may_act = entry.state not in register.SETTLED and cycle.state == CycleState.OPEN and cycle.step >= Step.ANALYSE
    metadata = modals.metadata(cycle, entry=entry.id, look=_look_of(body))
    return blocks.move_form(entry, metadata, decided, may_act=may_act)


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
        shown = _view(session, cycle, body, kit)
    ack()
    modals.refresh(client, body, shown)
