"""``/csi audit`` and ``/csi settings``: what was changed by whom, and the workspace's thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, Respond
from slack_sdk import WebClient

from bot import anchors, forms
from bot.blocks import proof
from bot.blocks import record as blocks
from bot.blocks.parts import Block
from bot.context import Kit
from bot.errors import whisper
from bot.listeners import modals
from bot.payload import clicked, origin, team_of, user_of
from csi import audit as audits
from csi import roles, rules
from csi.errors import InvalidInput, NotAllowed
from csi.keeping import erasing
from csi.proving import prove

Body = Mapping[str, Any]


def audit(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The newest rows of the audit log, and what was found when all of it was looked at last."""
    _require_whole(body, client, kit, "read the audit log")
    ack(text="Audit log", blocks=_page(kit, body))


def turn_page(ack: Ack, body: Body, client: WebClient, respond: Respond, kit: Kit) -> None:
    """Earlier rows, or the newest again, in place of those shown."""
    ack()
    _require_whole(body, client, kit, "read the audit log")
    shown = _page(kit, body, int(clicked(body)))
    if body.get("response_url"):
        respond(text="Audit log", blocks=shown, replace_original=True)
    else:
        whisper(client, origin(body), shown)


def _page(kit: Kit, body: Body, before: int = 0) -> list[Block]:
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        found = audits.newest(session, cycle.team_id, blocks.SHOWN + 1, before)
        ends_well = audits.ends_well(session, cycle.team_id, kit.keys)
    return blocks.log(found, ends_well, anchors.noted(kit.files, cycle.team_id), cycle.timezone, is_newest=not before)


def prove_daily(payload: Body, kit: Kit) -> None:
    """The job: look at all that the record covers, keep where it ends, say it where the workspace wants it said."""
    team_id, day = str(payload["team_id"]), kit.now().date()
    with kit.sessions.reading() as session:
        found = prove(session, team_id, kit.keys, kit.files, anchors.kept(kit.files, team_id))
        place, told = rules.record_goes_to(session, team_id), roles.who_steer_all(session, team_id)
    if found.head is not None:
        anchors.keep(kit.files, team_id, day, found.head)
    anchors.note(kit.files, team_id, f"{day}: {proof.summary(found)}")
    with kit.sessions() as session:
        if place and found.head is not None:
            kit.outbox.post(
                session, team_id=team_id, channel=place, key=f"record:{day}", kind="nudge", text=proof.daily(found, day)
            )
        for to in {*told, *([place] if place else [])} if found.deviations else ():
            kit.outbox.post(
                session,
                team_id=team_id,
                channel=to,
                key=f"record:{day}:{to}",
                kind="nudge",
                text=proof.ALARM,
                blocks=proof.alarm(found.deviations),
            )


def settings(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """The thresholds, to be changed."""
    ack()
    _require_whole(body, client, kit, "change the thresholds")
    with kit.sessions.reading() as session:
        cycle = modals.cycle_of(session, body)
        values = {name: rules.threshold(session, cycle.team_id, name) for name in rules.DEFAULTS}
        place = rules.record_goes_to(session, cycle.team_id)
    modals.show(client, body, blocks.settings(values, modals.metadata(cycle), place))


def said_settings(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """Thresholds were sent."""
    asked = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    values = forms.read(view, {name: forms.number(low=0) for name in asked if name != rules.RECORD_TO})
    place = forms.read(view, {rules.RECORD_TO: forms.place(required=False)})[rules.RECORD_TO]
    _require_whole(body, client, kit, "change the thresholds")
    with kit.sessions() as session:
        cycle = modals.cycle_of(session, body)
        team_id, actor, now = cycle.team_id, user_of(body), kit.now()
        rules.set_thresholds(session, team_id=team_id, values=values, actor=actor, now=now)
        rules.send_record_to(session, team_id=team_id, place=place, actor=actor, now=now)
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
            session,
            team_id=team_of(body),
            kind=blocks.ERASE,
            key=kit.now().isoformat(),
            payload={"by": user_id},
            user=user_id,
            channel=channel,
        )
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
