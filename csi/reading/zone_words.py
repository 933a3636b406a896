"""Abbreviations of time zones: those that mean one offset, and those that mean several and have to be asked about."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Source: RFC 5322, 4.3: these are the American ones. CST and CDT are China's and Cuba's as well, and are asked about.
_STATED = {
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "z": 0,
    "est": -300,
    "edt": -240,
    "mst": -420,
    "mdt": -360,
    "pst": -480,
    "pdt": -420,
}
# German, French, Spanish and Portuguese names that the tz database has not.
_ALSO = {
    "mez": 60,
    "mesz": 120,
    "oez": 120,
    "oesz": 180,
    "wez": 0,
    "wesz": 60,
    "hec": 60,
    "heec": 120,
    "brt": -180,
    "sgt": 480,
    "ict": 420,
    "art": -180,
    "clt": -240,
    "clst": -180,
    "cot": -300,
    "pet": -300,
}
# Meant for more than the tz database says: Bangladesh, Arabia, South Georgia, Armenia, Samoa, Bougainville.
_SEVERAL = frozenset({"bst", "cst", "cdt", "ist", "ast", "gst", "ect", "amt", "sst", "wst", "bdt"})
# Abbreviations that are days of the week in some language: behind a clock they are zones.
ALSO_DAYS = frozenset({"cet", "pet", "ut"})
# What Americans call their zones in summer and winter alike; days of the week elsewhere, so behind a clock neither.
OF_AMERICA = frozenset({"et", "ct", "mt", "pt"})
_MOMENTS = (datetime(2024, 1, 1), datetime(2024, 7, 1))


@cache
def known() -> dict[str, frozenset[int]]:
    """Offsets (minutes east of UTC) by abbreviation in small letters; more than one: it means several zones."""
    found: dict[str, set[int]] = {}
    for name in sorted(available_timezones()):
        for abbreviation, minutes in _shown(ZoneInfo(name)):
            found.setdefault(abbreviation, set()).add(minutes)
    one = {name: {minutes} for name, minutes in (_ALSO | _STATED).items()}
    told = found | one
    return {
        name: frozenset(minutes | ({-1} if name in _SEVERAL and len(minutes) == 1 else set()))
        for name, minutes in told.items()
    }


def of_zone(zone: ZoneInfo) -> dict[str, int]:
    """The abbreviations a zone itself uses: a person who named the zone has said what they mean."""
    return dict(_shown(zone))


@cache
def _shown(zone: ZoneInfo) -> tuple[tuple[str, int], ...]:
    stamps = [moment.replace(tzinfo=zone) for moment in _MOMENTS]
    told = [(str(stamp.tzname()).lower(), stamp.utcoffset()) for stamp in stamps]
    return tuple(
        (name, int(offset.total_seconds() // 60)) for name, offset in told if name.isalpha() and offset is not None
    )
