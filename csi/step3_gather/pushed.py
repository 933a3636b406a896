"""One pushed number: whether it can be kept, and if not, what is wrong with it and what was expected."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

from csi.reading.spans import local_day, start_of
from csi.step3_gather.measurements import EVIDENCE_LIMIT, REASON_LIMIT
from csi.terms import Period

FIELDS = ("kpi", "at", "period", "value", "numerator", "denominator", "unit", "reason", "evidence")
# Clocks of two machines differ; a moment this little ahead is not in the future.
_AHEAD = timedelta(minutes=5)
_EARLIEST = 1970
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one number: the field, what stood there, the reason, what was expected."""

    field: str
    value: str
    reason: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number that can be kept."""

    kpi: str
    at: datetime
    period_start: date
    value: float | None
    numerator: float | None
    denominator: float | None
    unit: str
    reason: str
    evidence: str

    @property
    def says(self) -> tuple[object, ...]:
        """What a repetition repeats."""
        return self.value, self.numerator, self.denominator, self.reason, self.evidence


@dataclass(frozen=True, slots=True)
class Known:
    """What a number is held against: the KPIs fed by its source, with unit and period; other KPIs; zone; the time."""

    kpis: Mapping[str, tuple[str, Period]]
    others: tuple[str, ...]
    timezone: str
    now: datetime


class _Bad(Exception):
    """Stops the judging of one number at the first thing that is wrong."""

    def __init__(self, field: str, value: Any, reason: str, expected: str) -> None:
        super().__init__(reason)
        self.wrong = Wrong(field, _shown(value), reason, expected)


def judge(given: Any, known: Known) -> Given | Wrong:
    """The number, or what is wrong with it."""
    try:
        return _checked(given, known)
    except _Bad as bad:
        return bad.wrong


def _checked(given: Any, known: Known) -> Given:
    if not isinstance(given, Mapping):
        reason = given.reason if isinstance(given, Unreadable) else "is no object"
        value = given.text if isinstance(given, Unreadable) else given
        raise _Bad("", value, reason, "an object such as {kpi, at, value}")
    odd = sorted(set(map(str, given)) - set(FIELDS))
    if odd:
        raise _Bad(odd[0], given[odd[0]], "is no field of a measurement", f"only {', '.join(FIELDS)}")
    kpi, (unit, period) = _kpi(given, known)
    at = _moment(given, known)
    start = start_of(local_day(at, known.timezone), period)
    if given.get("period") is not None and local_day(at, known.timezone) != start:
        raise _Bad("period", given["period"], f"is no first day of a {period}", f"{start}, or at: a moment within it")
    value, numerator, denominator = (_number(given, name) for name in ("value", "numerator", "denominator"))
    reason, evidence = _text(given, "reason", REASON_LIMIT), _text(given, "evidence", EVIDENCE_LIMIT)
    _check_sides(given, value, numerator, denominator, reason)
    if evidence and not evidence.startswith(("https://", "http://")):
        raise _Bad("evidence", evidence, "is no link", "a link that begins with https://")
    _check_unit(given, unit)
    return Given(
        kpi=kpi,
        at=at,
        period_start=start,
        value=value,
        numerator=numerator,
        denominator=denominator,
        unit=unit,
        reason=reason,
        evidence=evidence,
    )


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that is not JSON, in the place of a number."""

    text: str
    reason: str


def _kpi(given: Mapping[str, Any], known: Known) -> tuple[str, tuple[str, Period]]:
    key = given.get("kpi")
    if isinstance(key, str) and key in known.kpis:
        return key, known.kpis[key]
    if isinstance(key, str) and key in known.others:
        raise _Bad("kpi", key, "is measured from another source", "a KPI whose source this is (/csi source)")
    near = get_close_matches(str(key), list(known.kpis), n=1)
    expected = f"one of {', '.join(sorted(known.kpis)[:20])}" if known.kpis else "a KPI that names this source"
    reason = (
        "is missing" if key is None else "is no KPI of the open cycle" + (f"; did you mean {near[0]}?" if near else "")
    )
    raise _Bad("kpi", key, reason, expected)


def _moment(given: Mapping[str, Any], known: Known) -> datetime:
    expected = "at: a moment such as 2026-03-01T10:00:00Z, or period: its first day, such as 2026-03-01"
    names = [name for name in ("at", "period") if given.get(name) is not None]
    if len(names) != 1:
        raise _Bad("at", given.get("at"), "is missing" if not names else "stands beside period", expected)
    said = given[names[0]]
    made = _parsed(said, ZoneInfo(known.timezone))
    if made is None:
        raise _Bad(names[0], said, "is no moment", expected)
    if made > known.now + _AHEAD:
        raise _Bad(names[0], said, "lies in the future", "a moment that has passed")
    return made


def _parsed(said: Any, zone: ZoneInfo) -> datetime | None:
    if not isinstance(said, str):
        return None
    try:
        if len(said) == len("2026-03-01"):
            made = datetime.combine(date.fromisoformat(said), time(), zone)
        else:
            made = datetime.fromisoformat(said)
            made = made if made.tzinfo else made.replace(tzinfo=zone)
        return made.astimezone(ZoneInfo("UTC")) if made.year > _EARLIEST else None
    except (ValueError, OverflowError):
        return None


def _number(given: Mapping[str, Any], name: str) -> float | None:
    said = given.get(name)
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise _Bad(name, said, "is no number", "a JSON number such as 12.5, or null with a reason")
    try:
        value = float(said)
    except OverflowError:
        value = float("inf")
    if not isfinite(value):
        raise _Bad(name, said, "is no finite number", "a number such as 12.5, or null with a reason")
    return value


def _check_sides(
    given: Mapping[str, Any], value: float | None, numerator: float | None, denominator: float | None, reason: str
) -> None:
    if (numerator is None) != (denominator is None):
        raise _Bad("denominator", given.get("denominator"), "only one side is given", "numerator and denominator")
    if denominator is not None and denominator <= 0:
        raise _Bad("denominator", denominator, "is not above 0", "a number above 0")
    there = value is not None or numerator is not None
    if not there and not reason:
        raise _Bad("value", None, "is missing", "a number, or null with a reason why there is none")
    if there and reason:
        raise _Bad("reason", reason, "stands beside a value", "a value, or a reason why there is none")


def _check_unit(given: Mapping[str, Any], unit: str) -> None:
    said = given.get("unit")
    if not unit:
        raise _Bad("unit", said, "the KPI has no unit yet", "a KPI with a unit (/csi measure)")
    if said not in (None, unit):
        raise _Bad("unit", said, "is not the KPI's unit", unit)


def _text(given: Mapping[str, Any], name: str, limit: int) -> str:
    said = given.get(name)
    if said is None:
        return ""
    if not isinstance(said, str) or len(said) > limit:
        raise _Bad(name, said, "is no text" if not isinstance(said, str) else "is too long", f"{limit:,} characters")
    return storable(said).strip()


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)
    return storable(text[:_SHOWN])


def storable(text: str) -> str:
    """Text as every database takes it: without NUL, without halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
