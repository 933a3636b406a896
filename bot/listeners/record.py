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
from csi.errors import NotAllowed

Body = Mapping[str, Any]


def audit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The newest rows of the audit log, and whether its chain holds."""
    _require_whole(body, client, kit, "read the audit log")
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        shown = blocks.log(audits.newest(session, cycle.team_id), audits.verify(session, cycle.team_id), cycle.timezone)
    ack(text="Audit log", blocks=shown)


def settings(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The thresholds, to be changed."""
    ack()
    _require_whole(body, client, kit, "change the thresholds")
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        values = {name: rules.threshold(session, cycle.team_id, name) for name in rules.DEFAULTS}
    modals.show(client, body, blocks.settings(values, modals.metadata(cycle)))


def said_settings(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """Thresholds were sent."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    values = forms.read(view, {name: forms.number(low=0) for name in asked})
    _require_whole(body, client, kit, "change the thresholds")
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        rules.set_thresholds(session, team_id=cycle.team_id, values=values, actor=user_of(body), now=kit.now())
    ack()


def _require_whole(body: Body, client: WebClient, kit: Kit, doing: str) -> None:
    """Log and thresholds are the whole workspace's: for its administrators, and for who steers all of its services.

    Anybody may begin a cycle and steers that service; it must not open what other channels, also private ones, did.
    """
    user_id = user_of(body)
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        if roles.steers_all(session, cycle.team_id, user_id):
            return
    known = client.users_info(user=user_id)["user"]
    if not (known.get("is_admin") or known.get("is_owner")):
        raise NotAllowed(f"To {doing} one must be an administrator of this workspace, or steer all of its services.")
