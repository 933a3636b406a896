"""Nudges: one thing that waits for one person, the way there, and a way to be left alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape, mention
from csi.terms import Step
from csi.words.signals import SignalRule
from csi.words.wording import listed, plural, when

THING = "thing."  # a block of a message that is about one reminder: its number follows
SNOOZES = {
    "1h": "In an hour",
    "tomorrow": "Tomorrow",
    "next_working_day": "On the next working day",
    "mute": "Not again for this",
}
# The word after /csi that leads to what is asked, by the reminder's subject.
WORDS = {"tree": "measure", "action": "act", "baseline": "act", "collection": "gather"}
MOST = 20  # things in one message


@dataclass(frozen=True, slots=True)
class Facts:
    """What was looked up when a reminder is written: nothing else is claimed.

    Attributes:
        today: the person's.
        reminded: who was in fact reminded before, and on which day last.
        lack: how many rows of the plan have no data, of how many and of which period; None where none lacks any.
        in_the_way: how many rules refuse that the step is left.
        step: the cycle's.
    """

    today: date
    reminded: Mapping[str, date] = field(default_factory=dict)
    lack: Any = None
    in_the_way: int = 0
    step: int = 0


class State(StrEnum):
    """How a thing stands of which somebody was reminded."""

    OPEN = "open"
    LATER = "put off"
    MUTED = "muted"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing in a person's message: ``left`` is how often it may still be put off."""

    id: int
    text: str
    channel: str
    buttons: Sequence[Block] = ()
    state: State = State.OPEN
    left: int = 3


def message(things: Sequence[Thing]) -> tuple[str, list[Block]]:
    """One message for all that waits for a person: its text, each thing with its buttons, a way to put it off."""
    shown, more = things[:MOST], len(things) - MOST
    if len(things) == 1:
        blocks = _thing(shown[0], ":bell: ")
        return shown[0].text, blocks
    title = f"{len(things)} things for you"
    blocks = [parts.section(f":bell: *{title}*")]
    for number, one in enumerate(shown, start=1):
        blocks += _thing(one, f"{number}. ")
    if more > 0:
        blocks.append(parts.context(f"… and {more} more: the Home tab has them all."))
    return f"{title}. {shown[0].text}", blocks


def _thing(one: Thing, before: str) -> list[Block]:
    at = f"{THING}{one.id}"
    if one.state is State.SETTLED:
        return [parts.section(f"{before}:white_check_mark: ~{one.text}~", block_id=at)]
    if one.state is not State.OPEN:
        end = "Put off." if one.state is State.LATER else "I shall not remind you of this again."
        return [parts.section(f"{before}{one.text}", block_id=at), parts.context(end)]
    line = parts.section(f"{before}{one.text}", _putting_off(one), block_id=at)
    return [line, parts.actions(one.buttons, block_id=f"wait.{one.id}@{one.channel}")] if one.buttons else [line]


def _putting_off(one: Thing) -> Block:
    """The menu beside a thing; once it was put off often enough it can only be done, or muted."""
    choices = SNOOZES if one.left else {"mute": SNOOZES["mute"]}
    options = [parts.option(f"{choice}:{one.id}", label) for choice, label in choices.items()]
    return {"type": "overflow", "action_id": f"{ids.SNOOZE}:{one.id}", "options": options}


def things_of(blocks: Sequence[Block]) -> list[int]:
    """The reminders that a message is made of."""
    ids_of = [str(block.get("block_id", "")) for block in blocks]
    return [int(one.removeprefix(THING)) for one in ids_of if one.startswith(THING)]


def sentence(kind: str, what: str, details: Mapping[str, Any], where: str, facts: Facts) -> str:
    """What waits, in one sentence.

    Args:
        kind: the reminder's.
        what: from :func:`thing`.
        details: the reminder's; ``due_on`` as ISO text where there is one.
        where: from :func:`place`.
        facts: what was looked up.
    """
    due = _due(details, facts.today)
    if kind.startswith("collect"):
        return _collection(kind, what, details, where, facts)
    if kind in ("signal", "unwatched"):
        return f"{where}: {_watched(kind, details)}"
    said = {
        "escalation": _stuck(what, due, details, facts),
        "approval": f"{what} waits for your approval.",
        "review": f"{what} has had its time to settle. Did it help? Newer data and a review will tell.",
        "benefit": f"did {what} help, and does it last? Please look at newer data.",
        "report": f"{what} waits for a sign that you have read it.",
    }.get(kind, f"{what} {due or 'is due'}. It waits for you.{_blocked(facts)}")
    return f"{where}: {said}"


def _watched(kind: str, details: Mapping[str, Any]) -> str:
    """What is new of a KPI that an action should move or a clause promises."""
    name, why = escape(str(details["kpi"])), _why_watched(details)
    if kind == "unwatched":
        return f"*{name}* cannot be computed from what has come: {escape(str(details['why']))}. {why}"
    way = {"improvement": "for the better", "concern": "for the worse"}.get(str(details["way"]), "neither good nor bad")
    found = SignalRule(str(details["rule"])).told
    return f"*{name}* of {escape(str(details['period']))} is {escape(str(details['value']))}, {found}, {way}. {why}"


def _why_watched(details: Mapping[str, Any]) -> str:
    """Why a KPI is watched."""
    title = escape(str(details.get("title", "")))
    if details.get("number"):
        return f"Action {details['number']} “{title}” should move it."
    return f"The clause “{title}” promises it."


def _stuck(what: str, due: str, details: Mapping[str, Any], facts: Facts) -> str:
    """What is late, whose it is, who of them was in fact reminded, and what it blocks."""
    owners = [str(one) for one in details.get("owners") or [details.get("owner", "")] if one]
    still = "still waits for approval" if details.get("pending") else "is still open"
    return f"{what}{f' {due} and' if due else ''} {still}; {_asked(owners, facts)}.{_blocked(facts)} Can you help?"


def _asked(owners: Sequence[str], facts: Facts) -> str:
    told = [one for one in owners if one in facts.reminded]
    if not owners:
        return "nobody holds it"
    if not told:
        return f"it waits for {listed([mention(one) for one in owners])}"
    last = max(facts.reminded[one] for one in told)
    were = "was" if len(told) == 1 else "were"
    return f"{listed([mention(one) for one in told])} {were} reminded, last on {when(last)}"


def _blocked(facts: Facts) -> str:
    """What it keeps from going on, and by how much."""
    until = f"step {facts.step + 1} cannot start"
    if facts.lack is not None:
        some = f"{facts.lack.without} of {plural(facts.lack.every, 'row')} of the plan"
        have = "has" if facts.lack.without == 1 else "have"
        return f" {some} {have} no data of {escape(facts.lack.period)}{f'; {until}' if facts.in_the_way else ''}."
    return f" {plural(facts.in_the_way, 'thing')} in the way: {until}." if facts.in_the_way else ""


def _collection(kind: str, what: str, details: Mapping[str, Any], where: str, facts: Facts) -> str:
    name = str(details.get("owner", ""))
    owner, blocked = mention(name), _blocked(facts)
    if kind == "collect_channel":
        asked = f"{owner} was asked on {when(facts.reminded[name])}" if name in facts.reminded else f"{owner} brings it"
        return f"{where}: {what} has not come; {asked}.{blocked} Who can bring it, or say why it can't be provided?"
    late = f" {owner} has not brought it; can you?" if kind == "collect_backup" else " Please bring it, or say why not."
    return f"{where}: {what} is due.{late}{blocked if kind == 'collect_backup' else ''}"


def place(service: str, channel: str) -> str:
    """The service and its channel."""
    return f"*{escape(service)}* ({channel_link(channel)})"


def _due(details: Mapping[str, Any], today: date) -> str:
    if not details.get("due_on"):
        return ""
    day = date.fromisoformat(str(details["due_on"]))
    if day < today:
        return f"was due on {when(day)}"
    return {0: "is due today", 1: "is due tomorrow"}.get((day - today).days, f"is due on {when(day)}")


def thing(subject: str, subject_id: int, details: Mapping[str, Any]) -> str:
    """What a reminder is about."""
    if subject == "step":
        return f"step {subject_id}, “{Step(subject_id).title}”,"
    if subject == "action":
        return f"action {details.get('number', subject_id)} “{escape(str(details.get('title', '')))}”"
    if subject == "baseline":
        return f"the new baseline of {escape(str(details.get('kpi', '')))}"
    if subject == "report":
        return f"the report for {escape(str(details.get('audience', '')))}"
    if subject == "collection":
        return f"the data of {escape(str(details.get('period', '')))}"
    return "what is to be measured"
