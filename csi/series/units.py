"""Conversion of numbers from one unit of the closed table to another, within a dimension only."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from csi.errors import InvalidInput, NotComparable
from csi.reading.currencies import fits
from csi.reading.scales import ratio
from csi.reading.unit_table import NAMES, Unit, find

__all__ = ["Unit", "converted", "factor", "find", "is_unknown", "parts", "scaled", "unit", "whole"]


def unit(name: str, field: str = "unit") -> Unit:
    """The unit of that name or alias.

    Raises:
        InvalidInput: it is not in the table.
    """
    found = find(name)
    if found is None:
        known = ", ".join(NAMES)
        raise InvalidInput(field, f"{name!r} is not a unit this knows; expected one of {known}")
    return found


def whole(name: str) -> float | None:
    """All of it, in a unit that counts parts of a whole; None for any other."""
    found = find(name)
    return round(1 / found.factor, 9) if found is not None and found.dimension == "ratio" else None


def factor(source: str, wanted: str) -> float:
    """What a number in one unit is multiplied by to be in the other.

    Units outside the table (``points``, ``EUR``) are their own dimension: they convert to themselves only, and the sign
    of a currency to the currencies written with it.

    Raises:
        NotComparable: the two measure different things.
    """
    if source == wanted or fits(source, wanted) or fits(wanted, source):
        return 1.0
    if told := ratio(source, wanted):
        return told[0] / told[1]
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
