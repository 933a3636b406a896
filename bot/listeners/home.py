"""App Home, drawn when somebody opens it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_bolt import Ack
from slack_sdk import WebClient
from sqlmodel import Session

from bot import forms
from bot.blocks import home as blocks
from bot.context import Kit
from bot.listeners import modals, people
from bot.payload import clicked, team_of, user_of
from csi import cycle as cycles
from csi import reminders, roles
from csi.models import Cycle
from csi.step3_gather.collecting import to_bring
from csi.terms import Awaited

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
    client.views_publish(user_id=user_id, view=drawn(kit, team_id, user_id))


def turn_page(ack: Ack, body: Body, client: WebClient, kit: Kit) -> None:
    """Earlier or further entries, in the same tab."""
    ack()
    team_id, user_id = team_of(body), user_of(body)
    client.views_publish(user_id=user_id, view=drawn(kit, team_id, user_id, int(clicked(body))))


def drawn(kit: Kit, team_id: str, user_id: str, page: int = 0) -> dict[str, Any]:
    """The home tab as it is now: cycles of services where the person holds a role."""
    now = kit.now()
    with kit.sessions.reading() as session:
        running = cycles.together.of_person(session, team_id, user_id)
        places = [_place(session, cycle, user_id, now) for cycle in running]
        own = _own(session, team_id, user_id)
    return blocks.view(user_id, places, own, page)


def _place(session: Session, cycle: Cycle, user_id: str, now: datetime) -> blocks.Place:
    missing = to_bring(session, cycle, user_id, now)
    data = tuple(cycles.Waiting((user_id,), Awaited.DATA, name=name) for name in missing)
    return blocks.Place(cycles.brief(session, cycle), cycle.channel_id, data)


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
    client.views_publish(user_id=user_id, view=drawn(kit, team_id, user_id))
