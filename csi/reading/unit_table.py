"""The closed table of units: one factor per unit within a dimension, and the names they go by.

A unit that is not here is told, never guessed: ``m`` may be metres, months or minutes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's canonical name, what it measures, and its size in the dimension's base."""

    name: str
    dimension: str
    factor: float


# Source: SI Brochure 9th ed. (time, prefixes), IEC 80000-13 (KiB …). Base: nanosecond (so that all
# factors are whole numbers), byte, ratio, 1.
_TABLE = {
    "time": {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9, "min": 6e10, "h": 3.6e12, "d": 8.64e13, "wk": 6.048e14},
    "bytes": {
        "B": 1.0,
        "kB": 1e3,
        "MB": 1e6,
        "GB": 1e9,
        "TB": 1e12,
        "PB": 1e15,
        "KiB": 2.0**10,
        "MiB": 2.0**20,
        "GiB": 2.0**30,
        "TiB": 2.0**40,
        "PiB": 2.0**50,
    },
    "ratio": {"ratio": 1.0, "%": 1e-2, "‰": 1e-3, "ppm": 1e-6},
    "calendar": {"mo": 1.0, "y": 12.0},  # of no fixed length: never converted into days
    "count": {"count": 1.0, "thousand": 1e3, "million": 1e6},
    "rate": {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600, "/d": 1 / 86400},
    "work": {"person-day": 1.0},  # a day of somebody's work is no 24 hours, and of how many nobody says
    "user time": {"user-min": 60.0, "user-h": 3600.0},
}
_ALIASES = {
    "nanosecond": "ns",
    "nanoseconds": "ns",
    "µs": "us",
    "microsecond": "us",
    "microseconds": "us",
    "millisecond": "ms",
    "milliseconds": "ms",
    "msec": "ms",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "minute": "min",
    "minutes": "min",
    "mins": "min",
    "hr": "h",
    "hrs": "h",
    "hour": "h",
    "hours": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "y",
    "years": "y",
    "byte": "B",
    "bytes": "B",
    "KB": "kB",
    "percent": "%",
    "pct": "%",
    "per cent": "%",
    "per mille": "‰",
    "permille": "‰",
    "promille": "‰",
    "dpmo": "ppm",
    "fraction": "ratio",
    "share": "ratio",
    "": "count",
    "1": "count",
    "number": "count",
    "pcs": "count",
    "tickets": "count",
    "incidents": "count",
    "per second": "/s",
    "per minute": "/min",
    "per hour": "/h",
    "per day": "/d",
    "rps": "/s",
}
_UNITS = {name: Unit(name, kind, factor) for kind, names in _TABLE.items() for name, factor in names.items()}


NAMES = tuple(_UNITS)


def find(name: str) -> Unit | None:
    """The unit of that name or alias; None when it is not in the table."""
    text = str(name).strip()
    return _UNITS.get(text) or _UNITS.get(_ALIASES.get(text, _ALIASES.get(text.lower(), "")))


def scale(source: str, wanted: str) -> tuple[float, float] | None:
    """What a number is multiplied by, and then divided by, to be in another unit; None where they do not convert.

    One of both is 1: never multiplied by a reciprocal, so that 99.248 ms are 0.099248 s to the last digit.
    """
    first, second = find(source), find(wanted)
    if source == wanted:
        return 1.0, 1.0
    if first is None or second is None or first.dimension != second.dimension:
        return None
    forth = first.factor / second.factor
    return (forth, 1.0) if forth >= 1.0 else (1.0, second.factor / first.factor)
