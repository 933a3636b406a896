"""App Home, drawn when somebody opens it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import alive, forms
from bot.blocks import home as blocks
from bot.blocks import parts
from bot.blocks.cycle import Beginning
from bot.context import Kit
from bot.listeners import cycle, modals, people
from bot.payload import clicked, team_of, user_of
from csi import reminders, roles
from csi.errors import InvalidInput

Body = Mapping[str, Any]


def opened(event: Body, body: Body, client: WebClient, kit: Kit) -> None:
    """Show one person what is theirs."""
    if event.get("tab") != "home":
        return
    team_id, user_id = team_of(body), str(event["user"])
    with kit.sessions.reading() as session:
        known = roles.person(session, team_id, user_id)
    if known is None:  # hours are said, and kept, in the person's own zone
        people.remember({"team_id": team_id, "users": [user_id]}, client, kit)
    publish(client, kit, team_id, user_id)


def turn_page(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Earlier or further entries, in the same tab."""
    ack()
    publish(client, kit, team_of(body), user_of(body), int(clicked(body)))


def publish(client: WebClient, kit: Kit, team_id: str, user_id: str, page: int = 0) -> None:
    """Show the home tab as it is now; an administrator sees there that nobody minds the clock."""
    told = _unminded(client, kit, team_id, user_id)
    client.views_publish(user_id=user_id, view=drawn(kit, team_id, user_id, page, told))


def _unminded(client: WebClient, kit: Kit, team_id: str, user_id: str) -> Sequence[parts.Block]:
    now = kit.now()
    with kit.sessions.reading() as session:
        at = alive.last(session, team_id)
    if not alive.is_silent(at, now):
        return ()
    known = client.users_info(user=user_id)["user"]
    return blocks.no_clock(at) if known.get("is_admin") or known.get("is_owner") else ()


def drawn(kit: Kit, team_id: str, user_id: str, page: int = 0, above: Sequence[parts.Block] = ()) -> dict[str, Any]:
    """The home tab as it is now: cycles of services where the person holds a role."""
    with kit.sessions.reading() as session:
        running = kit.waits.of_person(session, team_id, user_id, kit.now())
        own = _own(session, team_id, user_id)
    places = [blocks.Place(one.brief, one.channel, one.own(user_id)) for one in running]
    return blocks.view(places, own, page, above)


def open_start(ack: Ack, body: Body, client: WebClient) -> None:
    """Start in a channel was pressed: in which?"""
    ack()
    modals.show(client, body, blocks.start_form())


def chose_channel(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """A channel was chosen: the form that begins a cycle there, unless none can begin."""
    channel = forms.read(view, {blocks.CHANNEL: forms.conversation()})[blocks.CHANNEL]
    if refused := cycle.unstartable(kit, client, team_of(body), channel):
        raise InvalidInput(blocks.CHANNEL, str(refused))
    ack(response_action="update", view=cycle.start_view(body, client, Beginning(channel)))


def show_turn(ack: Ack, body: Body, client: WebClient) -> None:
    """What a finished turn looks like was asked for."""
    ack()
    modals.show(client, body, blocks.finished_turn())


def _own(session: Session, team_id: str, user_id: str) -> blocks.Own:
    known = roles.person(session, team_id, user_id)
    hours = reminders.hours_of(known)
    return blocks.Own(hours, known.timezone, known.holidays) if known else blocks.Own(hours)


def open_hours(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Change my hours was pressed."""
    ack()
    with kit.sessions.reading() as session:
        view = blocks.hours_form(_own(session, team_of(body), user_of(body)))
    modals.show(client, body, view)


def said_hours(ack: Ack, body: Body, view: Body, client: WebClient, kit: Kit) -> None:
    """My hours were sent: waiting reminders follow them, and the home tab says so."""
    words = {name: forms.text(limit=5) for name in ("start", "end")}
    form = forms.read(view, {"days": forms.options(), **words, "holidays": forms.text(required=False, limit=20)})
    team_id, user_id = team_of(body), user_of(body)
    with kit.sessions() as session:
        reminders.set_hours(session, team_id=team_id, user_id=user_id, now=kit.now(), **form)
    ack()
    publish(client, kit, team_id, user_id)
