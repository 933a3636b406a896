"""App Home: my steps, my approvals, my data to deliver, cycles I follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.blocks import parts, status_card
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape
from csi.terms import Awaited, Step
from csi.words.wording import listed

ROOM = 85  # blocks of entries on a page: Slack takes 100 in all

HOURS = "home.hours"
PAGE = "home.page"
WEEK = {"mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
        "sun": "Sunday"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Own:
    """One person's settings: ``hours`` has days, start and end."""

    hours: Any
    zone: str = "UTC"
    holidays: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A cycle and the channel it runs in."""

    cycle: Any
    channel: str
    missing: tuple[Any, ...] = ()  # data the person is to bring: what, and since when it is due


def view(user_id: str, places: Sequence[Place], own: Own | None = None, page: int = 0) -> Block:
    """The home tab of one person; ``own`` are their settings. What does not fit stands on further pages."""
    mine = [(place, one) for place in places for one in place.cycle.waiting if user_id in one.who]
    steps = [pair for pair in mine if pair[1].kind is Awaited.STEP]
    data = [(place, one) for place in places for one in place.missing]
    data += [(place, one) for place, one in steps if place.cycle.step is Step.GATHER and not place.missing]
    approvals = [pair for pair in mine if pair[1].kind.is_approval]
    others = [pair for pair in mine if pair[1].kind is not Awaited.STEP and not pair[1].kind.is_approval]
    groups = [
        _group("My steps", steps, "No step waits for you."),
        _group("My approvals", approvals, "Nothing waits for your approval."),
        _group("My data to deliver", data, "No data is waited for.", Step.GATHER.command),
        *([_group("My actions", others, "")] if others else []),
        [parts.header("Cycles I follow"), *_followed(places)],
    ]
    pages = _pages(groups)
    at = min(max(page, 0), len(pages) - 1)
    settings = _settings(own, places) if own else []
    return {"type": "home", "blocks": [*pages[at], *_ways(at, len(pages)), *settings]}


def _pages(groups: Sequence[Sequence[Block]]) -> list[list[Block]]:
    """The groups one below the other, on as many pages as they need; one that goes on has its header there again."""
    pages: list[list[Block]] = [[]]
    for header, *entries in groups:
        for number, entry in enumerate(entries):
            is_full = len(pages[-1]) + (2 if number == 0 else 1) > ROOM
            if is_full:
                pages.append([])
            pages[-1] += [header, entry] if number == 0 or is_full else [entry]
    return pages


def _ways(at: int, pages: int) -> list[Block]:
    """To the page before and the next."""
    ways = [("Earlier entries", at - 1)] if at else []
    ways += [("More entries", at + 1)] if at + 1 < pages else []
    buttons = [parts.button(label, f"{PAGE}:{to}", str(to)) for label, to in ways]
    return [parts.context(f"Page {at + 1} of {pages}"), parts.actions(buttons)] if buttons else []


def _settings(own: Own, places: Sequence[Place]) -> list[Block]:
    """When reminders reach me, and the workspace's thresholds."""
    buttons = [parts.button("Change my hours", HOURS)]
    if places:
        buttons.append(parts.button("Thresholds", "cycle.open:settings", f"settings@{places[0].channel}"))
    kept = f", not on holidays of {escape(own.holidays)}" if own.holidays else ""
    days = listed([WEEK[day] for day in own.hours.days])
    text = f"Reminders reach me on {days}, {own.hours.start:%H:%M} to {own.hours.end:%H:%M} ({escape(own.zone)}){kept}."
    return [parts.header("Settings"), parts.section(text), parts.actions(buttons)]


def hours_form(own: Own) -> Block:
    """When one works, and whose holidays one keeps."""
    return parts.modal(
        HOURS,
        "My hours",
        [
            parts.checkboxes("days", "I work on", WEEK, chosen=own.hours.days, optional=False),
            parts.text_input("start", "From", value=f"{own.hours.start:%H:%M}", limit=5),
            parts.text_input("end", "To", value=f"{own.hours.end:%H:%M}", limit=5),
            parts.text_input("holidays", "Whose holidays?", value=own.holidays, limit=20, optional=True,
                             hint="A region such as PT or GB-ENG; empty for none."),
            parts.context(f"In your time zone of Slack, {escape(own.zone)}. Nothing reaches you outside these hours."),
        ],
    )  # fmt: skip


def _group(name: str, entries: Sequence[tuple[Place, Any]], empty: str, opens: str = "") -> list[Block]:
    blocks = [parts.header(name)]
    for place, one in entries:
        word = opens or _opens(place, one)
        text = f"*{escape(place.cycle.service)}*: {status_card.awaited(one)} · {channel_link(place.channel)}"
        blocks.append(parts.section(text, parts.button("Open", f"cycle.open:{word}", f"{word}@{place.channel}")))
    return blocks if entries else [*blocks, parts.section(empty)]


def _opens(place: Place, one: Any) -> str:
    """The command that shows what is waited for: actions and baselines stand in step 7, whatever step it is."""
    return Step.CORRECT.command if one.kind.stands_in_step_7 else str(place.cycle.step.command)


def _followed(places: Sequence[Place]) -> list[Block]:
    if not places:
        return [parts.section("None yet. `/csi start` in a channel begins one.")]
    return [
        parts.section(
            f"*{status_card.title(place.cycle)}* · {channel_link(place.channel)}\n"
            + status_card.waiting(place.cycle.waiting)
        )
        for place in places
    ]
