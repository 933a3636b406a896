"""Closing the cycle: what becomes of everything still open."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import cards, forms
from bot.blocks import step7_correct as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.payload import Body, user_of
from csi import cycle as cycles
from csi.errors import TooEarly
from csi.models import CarryOver, Cycle
from csi.step7_correct import loose_ends
from csi.storage import rows
from csi.terms import Step


def open_close(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """``/csi close`` and its buttons: what becomes of everything still open?"""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        if cycle.step != Step.CORRECT:
            raise TooEarly("A cycle is closed in", Step.CORRECT, cycle.step)
        ends = loose_ends.loose_ends(session, cycle)
        found = cycles.breaches(session, cycle, kit.now())
        warnings = list({one.rule: one for one in found if not (one.blocks or one.note)}.values())
        view = blocks.close_form(ends, loose_ends.ALLOWED, warnings, cycle.number, modals.metadata(cycle))
    modals.show(client, body, view)


def said_close(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """The cycle's end was sent: tie up what is loose, close, draft the next, say so."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    form = forms.read(view, {one: _reader(one) for one in asked})
    actor, now = user_of(body), kit.now()
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        for name in (one for one in asked if ":" in one):
            kind, row_id = name.split(":")
            loose_ends.tie(
                session,
                cycle,
                kind=kind,
                row_id=int(row_id),
                disposition=form[name],
                reason=form.get("reason", ""),
                actor=actor,
                now=now,
            )
        reasons = {name: form[name] for name in asked if name.startswith("V")}
        draft = cycles.close(session, cycle, actor=actor, now=now, reasons=reasons)
        _tell_end(session, kit, cycle, draft, actor)
    ack(response_action="clear")


def _reader(field: str) -> forms.Reader:
    if field == "reason":
        return forms.reason(required=False)
    return forms.option() if ":" in field else forms.reason()


def _tell_end(session: Session, kit: Kit, cycle: Cycle, draft: Cycle, actor: str) -> None:
    """The closed cycle's card, the next one's card, and what goes over, in its thread."""
    carried = rows(session, CarryOver, draft.team_id, cycle_id=draft.id, order="step")
    undecided = sum(not item.disposition for item in carried)
    cards.show(session, kit.outbox, cycle, kit.now())
    cards.show(session, kit.outbox, draft, kit.now())
    service = cycles.service_of(session, draft).name
    kit.outbox.post(
        session,
        team_id=draft.team_id,
        channel=draft.channel_id,
        key=f"cycle:{cycle.id}:closed",
        text=blocks.closed_text(service, cycle.number, carried, undecided, actor),
        subject=("cycle", draft.id),
        tell=actor,
    )
