"""Nudges: one thing that waits for one person, the way there, and a way to be left alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape, mention
from csi.terms import Step
from csi.words.wording import listed, when

SNOOZES = {
    "1h": "In an hour",
    "tomorrow": "Tomorrow",
    "next_working_day": "On the next working day",
    "mute": "Not again for this",
}
# The word after /csi that leads to what is asked, by the reminder's subject.
WORDS = {"tree": "measure", "action": "act", "baseline": "act", "collection": "gather"}


def sentence(kind: str, what: str, details: Mapping[str, Any], where: str, today: date) -> str:
    """What waits, in one sentence.

    Args:
        kind: the reminder's.
        what: from :func:`thing`.
        details: the reminder's; ``due_on`` as ISO text where there is one.
        where: from :func:`place`.
        today: the person's.
    """
    due = _due(details, today)
    if kind.startswith("collect"):
        return _collection(kind, what, details, where)
    said = {
        "escalation": _stuck(what, due, details),
        "approval": f"{what} waits for your approval.",
        "review": f"{what} has had its time to settle. Did it help? Newer data and a review will tell.",
        "benefit": f"did {what} help, and does it last? Please look at newer data.",
        "report": f"{what} waits for a sign that you have read it.",
    }.get(kind, f"{what} {due or 'is due'}. It waits for you.")
    return f"{where}: {said}"


def _stuck(what: str, due: str, details: Mapping[str, Any]) -> str:
    owners = [str(one) for one in details.get("owners") or [details.get("owner", "")]]
    were = f"{listed([mention(one) for one in owners])} {'was' if len(owners) == 1 else 'were'} reminded"
    still = "still waits for approval" if details.get("pending") else "is still open"
    return f"{what}{f' {due} and' if due else ''} {still}; {were}. Can you help?"


def _collection(kind: str, what: str, details: Mapping[str, Any], where: str) -> str:
    owner = mention(str(details.get("owner", "")))
    if kind == "collect_channel":
        return f"{where}: {what} has not come; {owner} was asked. Who can bring it, or say why it can't be provided?"
    late = f" {owner} has not brought it; can you?" if kind == "collect_backup" else " Please bring it, or say why not."
    return f"{where}: {what} is due.{late}"


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


def nudge(
    text: str,
    reminder_id: int,
    subject: str,
    subject_id: int,
    channel: str,
    *,
    details: Mapping[str, Any] | None = None,
) -> list[Block]:
    """The sentence, a button that leads there, and the snoozes."""
    word = Step(subject_id).command if subject == "step" else WORDS.get(subject, "status")
    read = [parts.button("Acknowledge", "present.acknowledge", str(subject_id))] if subject == "report" else []
    if subject == "collection" and (details or {}).get("by_hand"):
        read.append(parts.button("Give the numbers", "gather.collect", str((details or {})["asked"])))
    return [
        parts.section(f":bell: {text}"),
        parts.actions(
            [
                parts.button("Open", f"{ids.OPEN}:{word}", f"{word}@{channel}", style="primary"),
                *read,
                {
                    "type": "static_select",
                    "action_id": ids.SNOOZE,
                    "placeholder": parts.plain("Remind me later", parts.PLACEHOLDER),
                    "options": [parts.option(f"{choice}:{reminder_id}", label) for choice, label in SNOOZES.items()],
                },
            ],
            block_id="nudge",
        ),
    ]


def snoozed(text: str, choice: str) -> list[Block]:
    """The nudge once it is put off."""
    return [parts.section(f":bell: {text}"), parts.context(f"Put off: {SNOOZES[choice].lower()}.")]
