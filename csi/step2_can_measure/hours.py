"""Agreed hours as people type them: ``mon-fri 09:00-12:30 13:30-18:00; sat 09:00-12:00``, and whose holidays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit
from csi.errors import InvalidInput
from csi.models import Cycle
from csi.reminders.hours import region
from csi.step2_can_measure.assessing import begin_change

USUAL = "mon-fri 09:00-17:00"
_SPAN = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:\s*[-–]\s*(mon|tue|wed|thu|fri|sat|sun))?", re.IGNORECASE)
_TIMES = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_EXPECTED = f"expected days and times, such as {USUAL}"


def set_calendar(session: Session, cycle: Cycle, *, hours: str, holidays: str, actor: str, now: datetime) -> bool:
    """Agree the hours that count in this cycle (none: 24x7); True when that is new.

    Raises:
        InvalidInput: hours nobody can read, or a region whose holidays are not known.
    """
    begin_change(session, cycle, actor)
    read = {**cycle.calendar, "hours": parsed(hours), "holidays": region(holidays)}
    calendar = {name: value for name, value in read.items() if value}
    if not calendar.get("hours"):
        calendar = {}
    return audit.alter(session, cycle, {"calendar": calendar}, actor=actor, at=now, what="agreed hours")


def parsed(typed: str) -> dict[str, list[str]]:
    """Hours as docs/study.md has them: day range → opening intervals."""
    found: dict[str, list[str]] = {}
    for part in (one.strip() for one in re.split(r"[;\n]", typed)):
        if part:
            days, times = _part(part)
            found[days] = times
    return found


def shown(calendar: Mapping[str, Any]) -> str:
    """The hours of a calendar as people type them."""
    return "; ".join(f"{days} {' '.join(times)}" for days, times in (calendar.get("hours") or {}).items())


def _part(part: str) -> tuple[str, list[str]]:
    days = _SPAN.match(part)
    rest = part[days.end() :].replace(",", " ").strip(" :") if days else ""
    times = [_interval(one) for one in _TIMES.finditer(rest)]
    if days is None or not times or _TIMES.sub("", rest).strip():
        raise InvalidInput("hours", f"“{part[:40]}” cannot be read; {_EXPECTED}")
    return "-".join(day.lower() for day in days.groups() if day), times


def _interval(found: re.Match[str]) -> str:
    first, second, third, fourth = found.groups()
    if (first, second) == (third, fourth):
        raise InvalidInput("hours", f"{found.group()} is no time at all; {_EXPECTED}")
    return f"{int(first):02}:{second}-{int(third):02}:{fourth}"
