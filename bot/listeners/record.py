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
from bot.payload import origin, team_of, user_of
from csi import audit as audits
from csi import roles, rules
from csi.cycle import erasing
from csi.errors import InvalidInput, NotAllowed

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


def open_erase(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Delete all data was pressed: ask once more."""
    ack()
    _require_whole(body, client, kit, "delete all data")
    modals.show(client, body, blocks.erase_form(str(body["view"]["private_metadata"])))


def said_erase(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """It was typed: everything of this workspace goes."""
    if forms.read(view, {"sure": forms.text(limit=40)})["sure"].lower() != blocks.SURE:
        raise InvalidInput("sure", f"type “{blocks.SURE}”, or close this")
    _require_whole(body, client, kit, "delete all data")
    user_id, channel = user_of(body), origin(body).channel_id
    with kit.sessions() as session:
        kit.inbox.later(
            session, team_id=team_of(body), kind=blocks.ERASE, key=kit.now().isoformat(), payload={"by": user_id},
            user=user_id, channel=channel,
        )  # fmt: skip
    ack(response_action="clear")


def erase(payload: Body, client: WebClient, kit: Kit) -> None:
    """The job: it is among what it deletes, so that after a crash it is done again until all is gone."""
    erasing.erase_all(kit.sessions, kit.files, str(payload["team_id"]))
    client.chat_postMessage(channel=str(payload["by"]), text=blocks.erased())


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
