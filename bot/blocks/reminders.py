"""Nudges: one thing that waits for one person, the way there, and a way to be left alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.blocks import ids, parts
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape, mention, when
from csi.terms import Step

SNOOZES = {
    "1h": "In an hour",
    "tomorrow": "Tomorrow",
    "next_working_day": "On the next working day",
    "mute": "Not again for this",
}
# The word after /csi that leads to what is asked, by the reminder's subject.
WORDS = {"tree": "measure", "action": "act", "baseline": "act"}


def sentence(kind: str, what: str, details: Mapping[str, Any], service: str, channel: str) -> str:
    """What waits, in one sentence; ``what`` is from :func:`thing`."""
    where = f"*{escape(service)}* ({channel_link(channel)})"
    due = f", due {when(date.fromisoformat(str(details['due_on'])))}" if details.get("due_on") else ""
    if kind == "escalation":
        return (
            f"{where}: {what}{due} is still open; {mention(str(details.get('owner', '')))} was reminded. Can you help?"
        )
    if kind == "approval":
        return f"{where}: {what} waits for your approval."
    if kind == "benefit":
        return f"{where}: please look again whether {what} still holds."
    late = {"step_soon": "is due tomorrow", "step_due": "is due today", "action_due": "is due today"}
    return f"{where}: {what} {late.get(kind, f'is late{due}')}. It waits for you."


def thing(subject: str, subject_id: int, details: Mapping[str, Any]) -> str:
    """What a reminder is about."""
    if subject == "step":
        return f"step {subject_id}, “{Step(subject_id).title}”,"
    if subject == "action":
        return f"action {details.get('number', subject_id)} “{escape(str(details.get('title', '')))}”"
    if subject == "baseline":
        return f"the new baseline of {escape(str(details.get('kpi', '')))}"
    return "what is to be measured"


def nudge(text: str, reminder_id: int, subject: str, subject_id: int, channel: str) -> list[Block]:
    """The sentence, a button that leads there, and the snoozes."""
    word = Step(subject_id).command if subject == "step" else WORDS.get(subject, "status")
    return [
        parts.section(f":bell: {text}"),
        parts.actions(
            [
                parts.button("Open", f"{ids.OPEN}:{word}", f"{word}@{channel}", style="primary"),
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
