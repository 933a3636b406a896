"""Whole names of time zones behind a clock: ``Europe/Berlin``, and those that Windows uses, by way of CLDR."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global

_CLOCK = r"^(?P<clock>.*(?:00|[apAP]\.?\s?[mM]\.?))"
_IANA = re.compile(_CLOCK + r"(?:\s+|\s*[\[(])(?P<name>[A-Za-z]+(?:[/_-][A-Za-z]+)*/[A-Za-z_/-]+)[\])]?$", re.S)
_WINDOWS = re.compile(_CLOCK + r"\s+\(?(?P<name>[A-Za-z][A-Za-z. ]+ Time(?: \([A-Za-z ]+\))?)\)?$", re.S)

_OFFSET = re.compile(r"(?:00(?:[.,]0+)?\s*z|[:T.\s](?:00|0)(?:[.,]0+)?\s?(?:gmt|utc)?\s?[+-]00?(?::?00)?)$", re.I)


def split_zone(shape: str) -> tuple[str, str]:
    """A text without the zone it names at its end, and that zone's IANA name; empty where none is known."""
    if not shape or (shape[-1] not in ")]" and not shape[-1].isalpha()):
        return shape, ""
    for pattern, known in ((_IANA, _places), (_WINDOWS, _windows)):
        told = pattern.match(shape)
        if told and (place := known().get(told["name"].casefold())):
            clock = told["clock"].rstrip()
            # An offset in digits is nearer to the moment than the name of its zone.
            return clock, "" if _has_offset(clock) else place
    return shape, ""


def _has_offset(clock: str) -> bool:
    return _OFFSET.search(clock) is not None


@cache
def zones() -> frozenset[str]:
    """Every zone known here (IANA); all their files are looked through, so once."""
    return frozenset(available_timezones())


@cache
def _places() -> dict[str, str]:
    return {name.casefold(): name for name in zones() if "/" in name and not re.search(r"\d", name)}


@cache
def _windows() -> dict[str, str]:
    """Windows names; without digits, which a shape has not."""
    told = get_global("windows_zone_mapping")
    known = {name.casefold(): place for name, place in told.items() if place in zones()}
    in_summer = {name.replace(" standard time", " daylight time"): place for name, place in known.items()}
    return in_summer | known
