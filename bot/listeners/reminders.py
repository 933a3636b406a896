"""Putting a nudge off, or muting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack

from bot.context import Kit
from bot.payload import clicked, origin
from csi import reminders
from csi.errors import NotAllowed
from csi.models import Reminder
from csi.storage import need


def snoozed(ack: Ack, body: Mapping[str, Any], kit: Kit) -> None:
    """A choice was made in a thing's menu: the message says so (``bot.daily.refresh``)."""
    ack()
    here = origin(body)
    choice, _, number = clicked(body).partition(":")
    with kit.sessions() as session:
        reminder = need(session, Reminder, here.team_id, int(number))
        if reminder.user_id != here.user_id:
            raise NotAllowed("Only the person who was reminded can put it off.")
        reminders.snooze(session, reminder, choice=choice, now=kit.now())
