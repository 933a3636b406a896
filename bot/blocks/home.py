"""App Home: my steps, my approvals, my data to deliver, cycles I follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.blocks import parts, status_card, waits
from bot.blocks.parts import Block
from bot.blocks.text import channel_link, escape
from csi.words.heading import of_verdicts
from csi.words.wording import listed

ROOM = 85  # blocks of entries on a page: Slack takes 100 in all

HOURS = "home.hours"
START = "home.start"
TOUR = "home.tour"
CHANNEL = "channel"
PAGE = "home.page"
WEEK = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True)
class Own:
    """One person's settings: ``hours`` has days, start and end."""

    hours: Any
    zone: str = "UTC"
    holidays: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A cycle, the channel it runs in, and what waits for the person there (``csi.cycle.own``)."""

    cycle: Any
    channel: str
    own: tuple[Any, ...] = ()


Entry = list[Block]  # one thing and the row of its buttons


def no_clock(at: datetime | None) -> list[Block]:
    """For an administrator: the process that minds the clock is not there; ``at`` is when it was last."""
    since = (
        f"since <!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}|{at:%d %b %Y, %H:%M} UTC>" if at else "yet"
    )
    return [
        parts.section(
            f":rotating_light: *Nobody minds the clock.* Nothing was looked after {since}: no "
            "reminders, no collecting. "
            "Whoever runs me starts `python -m bot scheduler` (`python -m bot run` has it); "
            "`python -m bot doctor` looks."
        )
    ]


def view(places: Sequence[Place], own: Own | None = None, page: int = 0, above: Sequence[Block] = ()) -> Block:
    """The home tab of one person; ``own`` are their settings. What does not fit stands on further pages."""
    mine = [
        _entry(place, one, f"{number}.{at}") for number, place in enumerate(places) for at, one in enumerate(place.own)
    ]
    groups: list[tuple[Block, list[Entry]]] = []
    if not places:
        groups.append((parts.header("What this is"), _newcomer()))
    else:
        nothing = [[parts.section("Nothing waits for you.")]]
        groups.append((parts.header(f"For you ({len(mine)})" if mine else "For you"), mine or nothing))
        groups.append((parts.header("My services"), [[block] for block in _followed(places)]))
    pages = _pages(groups)
    at = min(max(page, 0), len(pages) - 1)
    settings = _settings(own, places) if own else []
    return {"type": "home", "blocks": [*above, *pages[at], *_ways(at, len(pages)), *settings]}


def _newcomer() -> list[Entry]:
    """What this is, in three lines, and the ways in."""
    lines = (
        "I take a team through seven steps, again and again, to see whether a service really got better.",
        "You agree what matters; I ask for the data, work out the verdict, and chase whoever holds a step up.",
        "No tool is needed: a file dropped in a channel, or a number typed, is enough.",
    )
    buttons = [parts.button("Start in a channel", START, style="primary"), parts.button("See a finished turn", TOUR)]
    return [[parts.section("\n".join(lines))], [parts.actions(buttons)]]


def _entry(place: Place, one: Any, key: str) -> Entry:
    before = f"*{escape(place.cycle.service)}* ({channel_link(place.channel)}): "
    return waits.entry(one, place.cycle.step, place.channel, key, before=before)


def _pages(groups: Sequence[tuple[Block, Sequence[Entry]]]) -> list[list[Block]]:
    """The groups one below the other, on as many pages as they need; one that goes on has its header there again."""
    pages: list[list[Block]] = [[]]
    for header, entries in groups:
        for number, entry in enumerate(entries):
            is_full = len(pages[-1]) + len(entry) + (number == 0) > ROOM
            if is_full:
                pages.append([])
            pages[-1] += [header, *entry] if number == 0 or is_full else entry
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
            parts.text_input(
                "holidays",
                "Whose holidays?",
                value=own.holidays,
                limit=20,
                optional=True,
                hint="A region such as PT or GB-ENG; empty for none.",
            ),
            parts.context(f"In your time zone of Slack, {escape(own.zone)}. Nothing reaches you outside these hours."),
        ],
    )


def _followed(places: Sequence[Place]) -> list[Block]:
    return [
        parts.section(
            f"*{status_card.title(place.cycle)}* · {channel_link(place.channel)}\n"
            + (f"{of_verdicts(place.cycle.verdicts)}\n" if place.cycle.verdicts else "")
            + status_card.waiting(place.cycle.waiting),
        )
        for place in places
    ]


def start_form() -> Block:
    """In which channel? Asked where a cycle is begun from the home tab."""
    chooses = {"type": "conversations_select", "action_id": CHANNEL, "filter": {"include": ["public", "private"]}}
    hint = "Where the team talks. I must be a member: /invite me there first."
    blocks = [parts.entry(CHANNEL, "In which channel?", chooses, hint=hint)]
    return parts.modal(START, "Start in a channel", blocks, submit="Next")


# What the study of examples/service_desk gives; tests/study/test_example.py holds it to that.
FINISHED = (
    ("Median time to resolve", "ACHIEVED", "from 38 h to about 16 h; the target of 28 h can be relied on"),
    ("Resolved within 24 h", "IMPROVED", "far better, and the target of 90 % is not met"),
)


def finished_turn() -> Block:
    """How a turn of the seven steps ends, on an example."""
    lines = [f"*{name}*: {verdict}. {_capital(what)}." for name, verdict, what in FINISHED]
    return parts.modal(
        TOUR,
        "A finished turn",
        [
            parts.section("*Service desk: did we get there?* (made-up tickets, worked out as yours would be)"),
            *(parts.section(line) for line in lines),
            parts.section(
                "Then somebody proposes what to do about the second, somebody else approves it in its thread, and "
                "30, 60 and 90 days on I look whether it helped. The next turn starts from there."
            ),
        ],
        submit="",
        close="Close",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
