"""``/csi audit`` and ``/csi settings``: what was changed by whom, and the workspace's thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient

from bot import forms
from bot.blocks import record as blocks
from bot.context import Kit
from bot.listeners import modals
from bot.payload import user_of
from csi import audit as audits
from csi import roles, rules

Body = Mapping[str, Any]


def audit(ack: Ack, body: Body, kit: Kit) -> None:
    """The newest rows of the audit log, and whether its chain holds."""
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.STEERERS, "read the audit log")
        shown = blocks.log(audits.newest(session, cycle.team_id), audits.verify(session, cycle.team_id), cycle.timezone)
    ack(text="Audit log", blocks=shown)


def settings(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The thresholds, to be changed."""
    ack()
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.STEERERS, "change the thresholds")
        values = {name: rules.threshold(session, cycle.team_id, name) for name in rules.DEFAULTS}
    modals.show(client, body, blocks.settings(values, modals.metadata(cycle)))


def said_settings(ack: Ack, body: Body, view: Body, kit: Kit) -> None:
    """Thresholds were sent."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    values = forms.read(view, {name: forms.number(low=0) for name in asked})
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        roles.require(session, cycle, user_of(body), roles.STEERERS, "change the thresholds")
        rules.set_thresholds(session, team_id=cycle.team_id, values=values, actor=user_of(body), now=kit.now())
    ack()
