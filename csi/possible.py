"""What a result can be at all: a share from none to all of it, a count and a length of time not below zero.

A target beyond is no ambition but a slip of writing (101 %, −20 h), and is refused where it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from csi.measures import Bounds, measure_of
from csi.words.wording import plainly

WHOLES: Mapping[str, float] = {"%": 100.0, "ratio": 1.0, "‰": 1e3, "ppm": 1e6}  # all of it, by the unit of a share
_SCORES = 100.0  # a net promoter score lies between minus and plus so many points


def possible(measure: str, unit: str, *, lasting: bool) -> tuple[float, float]:
    """The least and the most that a measure can come to, in its unit; infinite where nothing bounds it.

    Args:
        measure: as in a study.
        unit: of the result.
        lasting: whether it is a length of time, between two moments of a row.
    """
    bounds = measure_of(measure).bounds
    if bounds is Bounds.WHOLE:
        return 0.0, WHOLES.get(unit, inf)
    if bounds is Bounds.SCORE:
        return -_SCORES, _SCORES
    return (0.0 if lasting or bounds is Bounds.FROM_ZERO else -inf), inf


def impossible(edge: float, measure: str, unit: str, *, lasting: bool) -> str:
    """Why a target, or an edge of a band, can never be reached, and what was expected; empty where it can be."""
    least, most = possible(measure, unit, lasting=lasting)
    if least <= edge <= most:
        return ""
    shown = f" {unit}" if unit != "count" else ""
    known = measure_of(measure)
    what = "a length of time" if lasting and not known.is_never_negative else known.spoken
    bounds = f"{least:g} to {plainly(most, 12, parted=True)}{shown}" if most < inf else f"{least:g}{shown} or more"
    return f"{plainly(edge, 12, parted=True)}{shown} cannot be reached by {what}; expected {bounds}"
