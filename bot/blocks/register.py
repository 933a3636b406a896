"""The CSI register in Slack: its entries, the form of a new one, moving one on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.blocks import parts
from bot.blocks.folding import folded
from bot.blocks.parts import Block
from bot.blocks.text import clip, day_of, escape, link, mention
from csi.register import STATES, Look, Order, Shown
from csi.words.wording import plural, when

OPEN = "register.open"
ADD = "register.add"
MOVE = "register.move"
PAGE = "register.page"
MORE = "register.more"
EDIT = "register.edit"
SHOW = "register.show"
SORT = "register.sort"
SEARCH = "search"
ACT = "act.from_entry"
SIZES = ("small", "medium", "large")
TIMESCALES = {
    "short": "short: within a month",
    "medium": "medium: within a quarter",
    "long": "long: more than a quarter",
}
MOST = 40  # entries on one page
FEW = 5  # entries that nobody needs to search
_FIRST = ("title", "impact", "urgency", "effort", "kpi_key")
_SHOWN = {
    Shown.ALL.value: "All entries",
    Shown.UNSETTLED.value: "What is not settled",
    Shown.MINE.value: "Mine: raised by me, or mine to do",
    Shown.LATE.value: "What is late",
    Shown.SETTLED.value: "What is settled",
}
_ORDERS = {
    Order.PRIORITY.value: "Highest priority first",
    Order.NEWEST.value: "Newest first",
    Order.NEEDED.value: "Soonest needed first",
}
_SCALE = ("1", "2", "3", "4", "5")
_SIGNS = {
    "open": ":bulb:",
    "planned": ":spiral_calendar_pad:",
    "done": ":white_check_mark:",
    "parked": ":zzz:",
    "dropped": ":wastebasket:",
}


def view(
    service: str,
    entries: Sequence[Any],
    metadata: str,
    start: int = 0,
    judged: Mapping[str, str] | None = None,
    *,
    look: Look | None = None,
    every: int | None = None,
) -> Block:
    """The register as a modal.

    Args:
        service: its name.
        entries: those that are looked at, in their order; ``start`` is the first one shown.
        metadata: what the modal remembers.
        start: which entry stands first on the page.
        judged: by the key of a KPI what it is and its newest verdict, with both axes.
        look: how the register is looked at.
        every: how many entries there are; None: those that are looked at.
    """
    start = start if 0 <= start < len(entries) else 0
    every = len(entries) if every is None else every
    blocks: list[Block] = [
        parts.section(f"*{escape(service)}*", parts.button("Add an opportunity", ADD, style="primary"))
    ]
    is_searched = every > FEW
    if is_searched:
        blocks += _looking(look or Look())
    told = judged or {}
    for one in entries[start : start + MOST]:
        said = line(one, told.get(one.kpi_key, ""))
        blocks.append(parts.section(said, parts.button("Move on", MOVE, str(one.id))))
    if len(entries) > MOST:
        blocks += _pages(start, len(entries))
    elif len(entries) < every:
        blocks.append(parts.context(f"{len(entries)} of {plural(every, 'entry', 'entries')}"))
    if not every:
        blocks.append(parts.section("The register is empty. A message's shortcut *Add to CSI register* works, too."))
    submit = "Search" if is_searched else ""
    return parts.modal(OPEN, "CSI register", blocks, submit=submit, close="Done", metadata=metadata)


def _looking(look: Look) -> list[Block]:
    """Which entries are shown, what comes first, and the words that are searched."""
    menus = [_menu(SHOW, _SHOWN, look.shown.value), _menu(SORT, _ORDERS, look.order.value)]
    search = parts.text_input(
        SEARCH, "Search", value=look.search, limit=100, optional=True, placeholder="a word, or a number"
    )
    return [parts.actions(menus, block_id="look"), search]


def _menu(action_id: str, choices: Mapping[str, str], chosen: str) -> Block:
    made = parts.options(choices)
    return {
        "type": "static_select",
        "action_id": action_id,
        "options": made,
        "initial_option": next(one for one in made if one["value"] == chosen),
    }


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
        said += f"{'' if one.actioned_by else ' · needed'} by {when(one.required_by)}"
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
    entry: Any = None,
    whole: bool = False,
) -> Block:
    """The form of an entry: a new one, or ``entry``; at first what is needed, where it is not to be ``whole``.

    ``alike`` are entries that read much the same, ``others`` what it may be part of.
    """
    blocks: list[Block] = []
    known = _filled(entry, title, description)
    if alike:
        there = "\n".join(f"• {one.number}: {escape(clip(one.title, 150))} ({one.state})" for one in alike[:5])
        blocks.append(parts.section(f":eyes: *This may be in the register already:*\n{there}\nSend again to add it."))
    blocks += [
        parts.text_input("title", "What could be better?", value=known["title"], limit=200),
        parts.text_input(
            "description", "Tell more", value=known["description"], limit=2000, optional=True, multiline=True
        ),
        parts.select("impact", "Impact", _SCALE, chosen=known["impact"], hint="1 little … 5 much"),
        parts.select("urgency", "Urgency", _SCALE, chosen=known["urgency"]),
        parts.select("effort", "Effort", _SCALE, chosen=known["effort"]),
    ]
    if kpis:
        labels = {key: clip(name, 75) for key, name in kpis.items()}
        blocks.append(
            parts.select("kpi_key", "Which KPI would it move?", labels, chosen=known["kpi_key"], optional=True)
        )
    blocks += [
        parts.select("confidence", "How sure are we?", _SCALE, chosen=known["confidence"]),
        parts.select("size", "How big is it?", SIZES, chosen=known["size"], optional=True),
        parts.select("timescale", "How long would it take?", TIMESCALES, chosen=known["timescale"], optional=True),
        parts.text_input(
            "justification", "Why is it worth it?", value=known["justification"], limit=500, optional=True
        ),
        parts.text_input(
            "benefit_claimed", "Which benefit is expected?", value=known["benefit_claimed"], limit=300, optional=True
        ),
        parts.user_input("actioned_by", "Who could do it?", value=known["actioned_by"], optional=True),
        parts.date_input("required_by", "By when is it needed?", value=known["required_by"], optional=True),
    ]
    if others:
        blocks.append(parts.select("parent_id", "Part of", others, chosen=known["parent_id"], optional=True))
    callback, name, submit = (EDIT, "Change an entry", "Save") if entry else (ADD, "Add an opportunity", "Add")
    made = parts.modal(callback, name, blocks, submit=submit, metadata=metadata)
    return made if whole else folded(made, (*_FIRST, "description") if description else _FIRST, MORE)


def _filled(entry: Any, title: str, description: str) -> dict[str, Any]:
    """What the form of an entry is filled in with."""
    if entry is None:
        usual: dict[str, Any] = dict.fromkeys(("impact", "confidence", "urgency", "effort"), "3")
        empty = dict.fromkeys(("size", "timescale", "justification", "benefit_claimed", "actioned_by", "kpi_key"), "")
        return {**usual, **empty, "title": title, "description": description, "required_by": None, "parent_id": None}
    scales = {name: str(getattr(entry, name)) for name in ("impact", "confidence", "urgency", "effort")}
    words = ("title", "description", "size", "timescale", "justification", "benefit_claimed", "actioned_by", "kpi_key")
    said = {name: getattr(entry, name) for name in words}
    parent = str(entry.parent_id) if entry.parent_id else None
    return {**scales, **said, "required_by": entry.required_by, "parent_id": parent}


def move_form(one: Any, metadata: str, decided: Sequence[Any] = (), *, may_act: bool = False) -> Block:
    """Another state, or another priority, each with its reason; what was ``decided`` so far.

    ``may_act``: an action may be proposed from it now.
    """
    ways = [parts.button("Propose an action …", ACT, str(one.id))] if may_act else []
    ways.append(parts.button("Change what it says", EDIT, str(one.id)))
    blocks = [
        parts.section(line(one)),
        parts.actions(ways),
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
