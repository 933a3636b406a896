"""The closed table of units: one factor per unit, conversion within a dimension only.

A unit that is not here is told, never guessed: ``m`` may be metres, months or minutes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.errors import InvalidInput, NotComparable


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's canonical name, what it measures, and its size in the dimension's base."""

    name: str
    dimension: str
    factor: float


# Source: SI Brochure 9th ed. (time, prefixes), IEC 80000-13 (KiB …). Base: microsecond (so that all
# factors are whole numbers), byte, ratio, 1.
_TABLE = {
    "time": {"us": 1.0, "ms": 1e3, "s": 1e6, "min": 6e7, "h": 3.6e9, "d": 8.64e10, "wk": 6.048e11},
    "bytes": {
        "B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15,
        "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30, "TiB": 2.0**40, "PiB": 2.0**50,
    },
    "ratio": {"ratio": 1.0, "%": 1e-2, "‰": 1e-3, "ppm": 1e-6},
    "count": {"count": 1.0, "thousand": 1e3, "million": 1e6},
    "rate": {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600, "/d": 1 / 86400},
    "user time": {"user-min": 60.0, "user-h": 3600.0},
}  # fmt: skip
_ALIASES = {
    "µs": "us", "microsecond": "us", "microseconds": "us",
    "millisecond": "ms", "milliseconds": "ms", "msec": "ms",
    "sec": "s", "second": "s", "seconds": "s",
    "minute": "min", "minutes": "min", "mins": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "day": "d", "days": "d", "week": "wk", "weeks": "wk",
    "byte": "B", "bytes": "B", "KB": "kB",
    "percent": "%", "pct": "%", "per cent": "%", "per mille": "‰", "fraction": "ratio", "share": "ratio",
    "": "count", "1": "count", "number": "count", "pcs": "count", "tickets": "count", "incidents": "count",
    "per second": "/s", "per minute": "/min", "per hour": "/h", "per day": "/d", "rps": "/s",
}  # fmt: skip
_UNITS = {name: Unit(name, kind, factor) for kind, names in _TABLE.items() for name, factor in names.items()}


def find(name: str) -> Unit | None:
    """The unit of that name or alias; None when it is not in the table."""
    text = str(name).strip()
    return _UNITS.get(text) or _UNITS.get(_ALIASES.get(text, _ALIASES.get(text.lower(), "")))


def unit(name: str, field: str = "unit") -> Unit:
    """The unit of that name or alias.

    Raises:
        InvalidInput: it is not in the table.
    """
    found = find(name)
    if found is None:
        known = ", ".join(_UNITS)
        raise InvalidInput(field, f"{name!r} is not a unit this knows; expected one of {known}")
    return found


def factor(source: str, wanted: str) -> float:
    """What a number in one unit is multiplied by to be in the other.

    Units outside the table (``points``, ``EUR``) are their own dimension: they convert to themselves only.

    Raises:
        NotComparable: the two measure different things.
    """
    if source == wanted:
        return 1.0
    first, second = find(source), find(wanted)
    if first is None or second is None or first.dimension != second.dimension:
        hint = "; money needs an entry under rates" if first is None and second is None else ""
        raise NotComparable([f"unit {source!r} and unit {wanted!r} measure different things{hint}"])
    return first.factor / second.factor


def parts(source: str, wanted: str) -> tuple[float, float]:
    """What a number is multiplied by, and then divided by, to be in the other unit: one of both is 1.

    Never multiplied by a reciprocal: 99.248 ms are 0.099248 s to the last digit.

    Raises:
        NotComparable: the two measure different things.
    """
    forth = factor(source, wanted)
    return (forth, 1.0) if forth >= 1.0 else (1.0, factor(wanted, source))


def scaled(values: np.ndarray, source: str, wanted: str) -> np.ndarray:
    """Numbers in one unit brought to another.

    Raises:
        NotComparable: the two measure different things.
    """
    above, below = parts(source, wanted)
    return values if above == below else values * above / below


def converted(values: np.ndarray, names: pd.Series, wanted: str) -> tuple[np.ndarray, np.ndarray]:
    """Numbers brought to one unit, each row by its own; once per distinct unit. No unit named is the unit wanted.

    Returns:
        The numbers in ``wanted`` (NaN where the unit measures something else), and which rows those are.
    """
    places, distinct = pd.factorize(names)
    factors = np.array([*(_parts_or_nan(str(name), wanted) for name in distinct), (1.0, 1.0)])
    above, below = factors[places].T
    return values * above / below, np.isnan(above)


def is_unknown(names: pd.Series, also: Collection[str]) -> np.ndarray:
    """Which rows name a unit that is neither in the table nor one of those a study uses."""
    places, distinct = pd.factorize(names)
    unknown = [find(str(name)) is None and str(name) not in also for name in distinct]
    return np.append(np.array(unknown, dtype=bool), False)[places]


def _parts_or_nan(source: str, wanted: str) -> tuple[float, float]:
    try:
        return parts(source, wanted)
    except NotComparable:
        return float("nan"), 1.0
