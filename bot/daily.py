"""One message a day for one person: all they are reminded of, with the buttons that settle it, kept up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.blocks import reminders as blocks
from bot.blocks import waits
from bot.blocks.parts import Block
from bot.blocks.reminders import Facts, State, Thing
from bot.context import Kit
from bot.log import logger
from csi import cycle as cycles
from csi import reminders, roles
from csi.models import Action, Cycle, OutboxPost, Person, Reminder
from csi.reading.spans import local_day
from csi.states import ReminderState
from csi.step3_gather import collecting
from csi.step7_correct import watching
from csi.storage import need, once, rows
from csi.terms import Awaited, Step

log = logger(__name__)

SUBJECT = "daily"  # what posts of this kind are about: the person's row
KEPT = 4  # of a person's last messages that are kept up to date
LATER = {collecting.SUBJECT: collecting.stands, watching.SUBJECT: watching.stands}
_APPROVALS = {
    "tree": Awaited.TREE_APPROVAL,
    "action": Awaited.ACTION_APPROVAL,
    "baseline": Awaited.BASELINE_APPROVAL,
}
_OF_ACTIONS = {"review": Awaited.REVIEW, "benefit": Awaited.BENEFIT}
_BLOCKING = ("step_due", "step_late", "escalation", "collect_backup", "collect_channel")


@dataclass(frozen=True, slots=True)
class Day:
    """A person's day: under which key their message stands in the outbox."""

    user_id: str
    person: Person | None
    day: date

    @property
    def key(self) -> str:
        """Of the message of this day."""
        return f"daily:{self.user_id}:{self.day}"

    @property
    def about(self) -> tuple[str, int] | None:
        """The row the message is about; None while nothing is known of the person."""
        return (SUBJECT, self.person.id) if self.person else None


def days_of(session: Session, team_id: str, user_ids: Sequence[str], now: datetime) -> dict[str, Day]:
    """The day it is for each of these people."""
    known = {one.user_id: one for one in rows(session, Person, team_id, user_id=tuple(user_ids))}
    made = {}
    for user_id in user_ids:
        person = known.get(user_id)
        made[user_id] = Day(user_id, person, now.astimezone(ZoneInfo(person.timezone if person else "UTC")).date())
    return made


def is_person(user_id: str) -> bool:
    """Whether a reminder goes to a person; else to the channel of a cycle."""
    return user_id[:1] not in ("C", "G")


def thing(session: Session, reminder: Reminder, now: datetime) -> Thing:
    """A reminder as its message shows it, with what was looked up for it now."""
    cycle = cycles.by_id(session, reminder.team_id, int(reminder.cycle_id or 0))
    service = cycles.service_of(session, cycle).name
    subject, number = reminder.subject, int(reminder.subject_id or 0)
    what = blocks.thing(subject, number, reminder.details)
    where, facts = blocks.place(service, cycle.channel_id), _facts(session, reminder, cycle, now)
    text = blocks.sentence(reminder.kind, what, reminder.details, where, facts)
    left = reminders.snoozes_left(reminder)
    return Thing(reminder.id, text, cycle.channel_id, _buttons(session, reminder, cycle), left=left)


def read_ahead(session: Session, due: Sequence[Reminder]) -> None:
    """Read ahead what ``thing`` says of reminders of one workspace, after ``cycles.together.of_reminders``."""
    team_id = due[0].team_id
    numbers = tuple({one.cycle_id for one in due if one.cycle_id and one.kind in _BLOCKING})
    cycles.together.of_gates(session, team_id, rows(session, Cycle, team_id, id=numbers))


def _facts(session: Session, reminder: Reminder, cycle: Cycle, now: datetime) -> Facts:
    today = local_day(now, reminder.timezone)
    if reminder.kind not in _BLOCKING:
        return Facts(today)
    told = {user: local_day(at, reminder.timezone) for user, at in reminders.reminded(session, reminder).items()}
    of_step = reminder.subject == "step"
    is_data = reminder.subject == collecting.SUBJECT or (of_step and cycle.step == Step.GATHER)
    holds = of_step or (is_data and cycle.step == Step.GATHER)
    holding = once(session, "holding", cycle.id, lambda: _holding(session, cycle, now)) if holds else 0
    lack = once(session, "lack", cycle.id, lambda: collecting.lacking(session, cycle, now)) if is_data else None
    return Facts(today, told, lack, holding, cycle.step)


def _holding(session: Session, cycle: Cycle, now: datetime) -> int:
    """How many rules hold the cycle's step up."""
    found = cycles.breaches(session, cycle, now) if cycle.step < Step.CORRECT else []
    return sum(one.blocks for one in found)


def _buttons(session: Session, reminder: Reminder, cycle: Cycle) -> list[Block]:
    """What settles it; whoever is told that others are late is only led there."""
    if reminder.kind == "escalation" or not is_person(reminder.user_id):
        word = Step(cycle.step).command if reminder.subject == "step" else blocks.WORDS.get(reminder.subject, "status")
        return [waits.opening("Look", word, cycle.channel_id), *_typed(session, reminder, cycle)]
    if reminder.subject == watching.SUBJECT:
        return waits.watched(str(reminder.details["about"]), cycle.channel_id)
    return waits.buttons(_awaited(session, reminder, cycle), Step(cycle.step), cycle.channel_id)


def _typed(session: Session, reminder: Reminder, cycle: Cycle) -> list[Block]:
    """In a channel anybody may give the number that has not come."""
    if reminder.subject != collecting.SUBJECT or not reminder.details.get("by_hand"):
        return []
    return waits.buttons(_awaited(session, reminder, cycle), Step(cycle.step), cycle.channel_id)


def _awaited(session: Session, reminder: Reminder, cycle: Cycle) -> cycles.Waiting:
    """What a reminder is about, as the lists of what waits have it."""
    who, number, details = (reminder.user_id,), int(reminder.subject_id or 0), reminder.details
    if reminder.subject == collecting.SUBJECT:
        start, is_typed = date.fromisoformat(str(details["period_start"])), bool(details.get("by_hand"))
        return cycles.Waiting(who=who, kind=Awaited.DATA, subject_id=cycle.id, start=start, is_typed=is_typed)
    if reminder.subject == "step":
        return cycles.Waiting(who=who, kind=Awaited.STEP, number=number)
    if reminder.subject == "report":
        return cycles.Waiting(who=who, kind=Awaited.REPORT, subject_id=number)
    if reminder.kind == "approval":
        version = _version(session, reminder, cycle)
        return cycles.Waiting(who=who, kind=_APPROVALS[reminder.subject], subject_id=number, version=version)
    return cycles.Waiting(who=who, kind=_OF_ACTIONS.get(reminder.kind, Awaited.ACTION), subject_id=number)


def _version(session: Session, reminder: Reminder, cycle: Cycle) -> int:
    if reminder.subject == "tree":
        return cycle.tree_version
    if reminder.subject == "action":
        return need(session, Action, reminder.team_id, int(reminder.subject_id or 0)).version
    return 1


def post(day: Day, team_id: str, things: Sequence[Thing], key: str) -> dict[str, Any]:
    """The message, for the outbox."""
    text, shown = blocks.message(things)
    return {
        "team_id": team_id,
        "channel": day.user_id,
        "kind": "nudge",
        "text": text,
        "key": key,
        "subject": day.about,
        "blocks": shown,
    }


def refresh(kit: Kit, team_id: str, user_id: str) -> None:
    """What a person just did may have settled something they were reminded of: their last messages say so."""
    try:
        with kit.sessions.reading() as session:
            changed = _changed(session, team_id, user_id, kit.now())
        if changed:
            with kit.sessions() as session:
                for key, (text, shown) in changed.items():
                    kit.outbox.update(session, team_id=team_id, key=key, text=text, blocks=shown)
    except Exception:  # the person's act stands, whatever becomes of the message
        log.exception("message_not_refreshed")


def _changed(session: Session, team_id: str, user_id: str, now: datetime) -> Mapping[str, tuple[str, list[Block]]]:
    person = roles.person(session, team_id, user_id)
    if person is None:
        return {}
    about: dict[str, Any] = {"subject_kind": SUBJECT, "subject_id": person.id}
    made = {}
    for one in rows(session, OutboxPost, team_id, order="-id", limit=KEPT, **about):
        text, shown = blocks.message(_as_they_are(session, one, now))
        if shown != one.blocks:
            made[one.key] = text, shown
    return made


def _as_they_are(session: Session, shown: OutboxPost, now: datetime) -> list[Thing]:
    numbers = blocks.things_of(shown.blocks)
    found = {one.id: one for one in rows(session, Reminder, shown.team_id, id=tuple(numbers))}
    return [_as_it_is(session, found[number], now) for number in numbers if number in found]


def _as_it_is(session: Session, reminder: Reminder, now: datetime) -> Thing:
    return replace(thing(session, reminder, now), state=_state(session, reminder, now))


def _state(session: Session, reminder: Reminder, now: datetime) -> State:
    if reminder.state == ReminderState.MUTED:
        return State.MUTED
    if reminder.state == ReminderState.DROPPED or not reminders.is_open(session, reminder, now, also=LATER):
        return State.SETTLED
    return State.OPEN if reminder.state == ReminderState.SENT else State.LATER
