"""The CSI register in Slack: its entries, the form of a new one, moving one on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.parts import Block
from bot.blocks.text import clip, day_of, escape, link, mention
from csi.register import STATES
from csi.states import EntryState
from csi.words.wording import when

OPEN = "register.open"
ADD = "register.add"
MOVE = "register.move"
PAGE = "register.page"
SIZES = ("small", "medium", "large")
TIMESCALES = {
    "short": "short: within a month",
    "medium": "medium: within a quarter",
    "long": "long: more than a quarter",
}
MOST = 40  # entries on one page
_SCALE = ("1", "2", "3", "4", "5")
_SIGNS = {
    "open": ":bulb:",
    "planned": ":spiral_calendar_pad:",
    "done": ":white_check_mark:",
    "parked": ":zzz:",
    "dropped": ":wastebasket:",
}


def view(
    service: str, entries: Sequence[Any], metadata: str, start: int = 0, judged: Mapping[str, str] | None = None
) -> Block:
    """The register as a modal, what is settled last, the highest priority first; ``start`` is the first one shown.

    ``judged``: by the key of a KPI what it is and its newest verdict, with both axes.
    """
    ordered = sorted(entries, key=lambda one: one.state in (EntryState.DONE, EntryState.DROPPED))
    start = start if 0 <= start < len(ordered) else 0
    blocks: list[Block] = [
        parts.section(f"*{escape(service)}*", parts.button("Add an opportunity", ADD, style="primary"))
    ]
    told = judged or {}
    for one in ordered[start : start + MOST]:
        said = line(one, told.get(one.kpi_key, ""))
        blocks.append(parts.section(said, parts.button("Move on", MOVE, str(one.id))))
    if len(ordered) > MOST:
        blocks += _pages(start, len(ordered))
    if not entries:
        blocks.append(parts.section("The register is empty. A message's shortcut *Add to CSI register* works, too."))
    return parts.modal(OPEN, "CSI register", blocks, submit="", close="Done", metadata=metadata)


def _pages(start: int, count: int) -> list[Block]:
    """Which ones are shown, and the ways to the others."""
    last = min(start + MOST, count)
    ways = [("Earlier ones", start - MOST)] if start else []
    ways += [("Further ones", last)] if last < count else []
    buttons = [parts.button(label, f"{PAGE}:{to}", str(max(0, to))) for label, to in ways]
    return [parts.context(f"{start + 1} to {last} of {count}"), parts.actions(buttons)]


def line(one: Any, judged: str = "") -> str:
    """An entry in two lines, and how the KPI stands that it would move."""
    said = f"{_SIGNS.get(one.state, '')} *{one.number}* {escape(clip(one.title, 200))}\n"
    said += f"priority {one.priority:g}{' (set by hand)' if one.priority_reason else ''} · {one.state}"
    said += f" · raised by {mention(one.raised_by)} on {when(one.raised_on)}"
    said += "".join(f" · {escape(words)}" for words in (one.size, one.timescale and f"{one.timescale} term") if words)
    if one.actioned_by:
        said += f" · {mention(one.actioned_by)}"
    if one.required_by:
        said += f" by {when(one.required_by)}"
    if one.origin.startswith("http"):
        said += f" · {link(one.origin, 'where it began')}"
    return f"{said}\n{escape(judged)}" if judged else said


def form(
    kpis: Mapping[str, str],
    metadata: str,
    *,
    title: str = "",
    description: str = "",
    alike: Sequence[Any] = (),
    others: Mapping[str, str] | None = None,
) -> Block:
    """The form of a new entry; ``alike`` are entries that read much the same, ``others`` what it may be part of."""
    blocks: list[Block] = []
    if alike:
        known = "\n".join(f"• {one.number}: {escape(clip(one.title, 150))} ({one.state})" for one in alike[:5])
        blocks.append(parts.section(f":eyes: *This may be in the register already:*\n{known}\nSend again to add it."))
    blocks += [
        parts.text_input("title", "What could be better?", value=title, limit=200),
        parts.text_input("description", "Tell more", value=description, limit=2000, optional=True, multiline=True),
        parts.select("impact", "Impact", _SCALE, chosen="3", hint="1 little … 5 much"),
        parts.select("confidence", "How sure are we?", _SCALE, chosen="3"),
        parts.select("urgency", "Urgency", _SCALE, chosen="3"),
        parts.select("effort", "Effort", _SCALE, chosen="3"),
        parts.select("size", "How big is it?", SIZES, optional=True),
        parts.select("timescale", "How long would it take?", TIMESCALES, optional=True),
        parts.text_input("justification", "Why is it worth it?", limit=500, optional=True),
        parts.text_input("benefit_claimed", "Which benefit is expected?", limit=300, optional=True),
        parts.user_input("actioned_by", "Who could do it?", optional=True),
        parts.date_input("required_by", "By when is it needed?", optional=True),
    ]
    if others:
        blocks.append(parts.select("parent_id", "Part of", others, optional=True))
    if kpis:
        labels = {key: clip(name, 75) for key, name in kpis.items()}
        blocks.append(parts.select("kpi_key", "Which KPI would it move?", labels, optional=True))
    return parts.modal(ADD, "Add an opportunity", blocks, submit="Add", metadata=metadata)


def move_form(one: Any, metadata: str, decided: Sequence[Any] = ()) -> Block:
    """Another state, or another priority, each with its reason; what was ``decided`` so far."""
    blocks = [
        parts.section(line(one)),
        parts.select("state", "State", STATES, chosen=one.state),
        parts.text_input(
            "priority",
            "Another priority",
            limit=10,
            optional=True,
            hint=f"Empty: impact × confidence × urgency ÷ effort = {one.priority:g}",
        ),
        parts.text_input("reason", "Why?", limit=300, optional=True, multiline=True),
        parts.text_input(
            "benefit_verified",
            "Which benefit has shown itself?",
            value=one.benefit_verified,
            limit=300,
            optional=True,
            hint=f"Expected: {one.benefit_claimed or 'nothing was said'}",
        ),
    ]
    if decided:
        blocks.append(parts.context("\n".join(_decision(row) for row in decided)))
    return parts.modal(MOVE, "Move on", blocks, metadata=metadata)


def _decision(row: Any) -> str:
    reason = f": {escape(clip(str(row.new['reason']), 200))}" if row.new.get("reason") else ""
    return f"{day_of(row.at)} {mention(row.actor)} *{escape(row.what)}*{reason}"


def added(one: Any) -> str:
    """Said in the channel's thread or to the person when an entry is new."""
    return f"Opportunity {one.number} is in the register: {escape(one.title)} (priority {one.priority:g})."
