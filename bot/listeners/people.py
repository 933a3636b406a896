"""People: their names and zones, and what they held when they leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import forms
from bot.blocks import people as blocks
from bot.blocks.people import Barred
from bot.context import Kit
from bot.delivery import failures
from bot.listeners import modals
from bot.payload import clicked, team_of, user_of
from csi import leaving, roles
from csi.errors import InvalidInput, InvalidInputs, NotAllowed
from csi.models import Cycle, Service
from csi.storage import need, row

Body = Mapping[str, Any]
SLACKBOT = "USLACKBOT"


def remember(payload: Body, client: WebClient, kit: Kit) -> None:
    """Keep names and zones of people who got a role, for reminders in their time."""
    for user_id in payload["users"]:
        found = _profile(client, user_id)
        if found is not None:
            _keep(kit, str(payload["team_id"]), found)


def _profile(client: WebClient, user_id: str) -> Body | None:
    """What Slack says of a person; None of somebody from another workspace, whose id must do.

    Raises:
        SlackApiError: Slack cannot say just now; the job it is asked in comes again.
    """
    try:
        return dict(client.users_info(user=user_id)["user"])
    except SlackApiError as refused:
        if failures.passing(refused):
            raise
        return None


def changed(event: Body, body: Body, kit: Kit) -> None:
    """A profile changed; of a deactivated person all they held is listed, so that it is given on."""
    user, team_id = event["user"], team_of(body)
    with kit.sessions.reading() as session:
        held = roles.of_person(session, team_id, user["id"])
        known = roles.person(session, team_id, user["id"])
        why = barred(user, team_id)
        services = leaving.services_of(session, team_id, user["id"]) if why else []
    if known is None and not held and not services:
        return
    left_before = known is not None and known.left_at is not None
    _keep(kit, team_id, user)
    if services and why and not left_before:
        _ask_to_give_on(kit, team_id, str(user["id"]), services, why)


def _keep(kit: Kit, team_id: str, user: Body) -> None:
    profile = user.get("profile") or {}
    with kit.sessions() as session:
        roles.remember_person(
            session,
            team_id=team_id,
            user_id=user["id"],
            name=profile.get("display_name") or user.get("real_name") or user.get("name") or "",
            email=profile.get("email") or "",
            timezone=user.get("tz") or "UTC",
            is_gone=barred(user, team_id) is not None,
            now=kit.now(),
        )


def _ask_to_give_on(kit: Kit, team_id: str, gone: str, services: Sequence[int], why: Barred) -> None:
    """Those who can help are told what the person held, with the button that gives all of it on."""
    with kit.sessions() as session:
        for service_id in services:
            service = need(session, Service, team_id, service_id)
            every = leaving.held(session, team_id, service_id, gone)
            text, shown = blocks.left(gone, service.name, every, f"{gone}:{service_id}", why)
            for one in leaving.who_helps(session, team_id, service_id, gone):
                kit.outbox.post(
                    session,
                    team_id=team_id,
                    channel=one,
                    text=text,
                    blocks=shown,
                    key=f"left:{gone}:{service_id}:{one}",
                )


def open_give_on(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Give it on was pressed: who takes what over?"""
    ack()
    gone, _, number = clicked(body).partition(":")
    team_id = team_of(body)
    with kit.sessions.reading() as session:
        service = need(session, Service, team_id, int(number))
        every = leaving.held(session, team_id, service.id, gone)
        helping = leaving.who_helps(session, team_id, service.id, gone)
    proposed = user_of(body) if user_of(body) in helping else ""
    modals.show(client, body, blocks.give_on_form(gone, service.name, every, proposed, clicked(body)))


def gave_on(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """The heirs were sent: all of it in one transaction, told in the thread of the card."""
    gone, _, number = str(view["private_metadata"]).partition(":")
    asked = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    form = forms.read(view, {part: forms.user() for part in leaving.Part if part in asked})
    actor, team_id = user_of(body), team_of(body)
    require_able(client, team_id, form)
    heirs = {leaving.Part(name): user for name, user in form.items()}
    with kit.sessions() as session:
        given = leaving.give_on(
            session, team_id=team_id, service_id=int(number), gone=gone, heirs=heirs, actor=actor, now=kit.now()
        )
        running = row(session, Cycle, team_id, open_service=int(number))
        text = blocks.gave_on(actor, gone, given, heirs)
        if running is not None and given:
            kit.outbox.post(
                session,
                team_id=team_id,
                channel=running.channel_id,
                thread_key=f"card:{running.id}",
                text=text,
                key=f"gave_on:{gone}:{number}:{kit.now().timestamp()}",
                subject=("cycle", running.id),
            )
        kit.inbox.later(
            session,
            team_id=team_id,
            kind="people.remember",
            key=f"gave_on:{gone}:{number}:{kit.now().timestamp()}",
            payload={"users": sorted(set(heirs.values()))},
        )
    ack(response_action="update", view=blocks.given_on(text))


def require_member(client: WebClient, team_id: str, user_id: str) -> Body:
    """What Slack says of who begins a cycle, and so steers it: a person of this workspace, no bot, no guest.

    Raises:
        NotAllowed: they are none.
    """
    known = _profile(client, user_id)
    if known is None or barred(known, team_id):
        raise NotAllowed(blocks.MEMBERS_ONLY)
    return known


def require_able(client: WebClient, team_id: str, named: Mapping[str, str | Sequence[str]]) -> None:
    """Those who are named, by field, can hold a role: people of this workspace, no bots, no guests.

    Raises:
        InvalidInputs: some cannot; each beside its field.
    """
    wrong = []
    for field, said in named.items():
        for user_id in [said] if isinstance(said, str) else said:
            why = barred(_profile(client, user_id), team_id) if user_id else None
            if why is not None:
                wrong.append(InvalidInput(field, blocks.BARRED[why]))
    if wrong:
        raise InvalidInputs(wrong)


def barred(profile: Body | None, team_id: str) -> Barred | None:
    """Why a person can hold no role; None where they can."""
    if profile is None or profile.get("is_stranger") or str(profile.get("team_id") or team_id) != team_id:
        return Barred.ELSEWHERE
    if profile.get("is_bot") or profile.get("id") == SLACKBOT:
        return Barred.BOT
    if profile.get("is_restricted") or profile.get("is_ultra_restricted"):
        return Barred.GUEST
    return Barred.GONE if profile.get("deleted") else None
