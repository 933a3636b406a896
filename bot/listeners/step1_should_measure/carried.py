"""What the last cycle left open."""

from __future__ import annotations

from slack_bolt import Ack
from slack_sdk import WebClient

from bot import forms
from bot.blocks import step1_should_measure as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.listeners.step1_should_measure.growing import changed_tree
from bot.payload import Body, user_of
from csi.errors import Conflict
from csi.models import CarryOver
from csi.step1_should_measure import carried
from csi.storage import need


def open_carried(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """What the last cycle left open, to be decided."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        items = carried.open_items(session, cycle)
        allowed = {item.id: carried.allowed(item) for item in items}
    if not items:
        raise Conflict("Nothing that was carried over is undecided.")
    modals.show(client, body, blocks.carried_form(items, allowed, modals.metadata(cycle)))


def said_carried(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """Dispositions were sent."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    form = forms.read(view, {one: forms.reason(required=False) if one == "reason" else forms.option() for one in asked})
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        for name in asked:
            if name != "reason":
                item: CarryOver = need(session, CarryOver, cycle.team_id, int(name.removeprefix("item_")))
                said = {"disposition": form[name], "reason": form["reason"]}
                carried.dispose(session, cycle, item.id, actor=user_of(body), now=kit.now(), **said)
        shown = changed_tree(session, kit, cycle)
    ack()
    modals.refresh(client, body, shown)
