"""Spans left out with a reason and an approver (V4.4): which rows, how much of each period, and the footnotes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from csi.definition import Exclusion, StudyDefinition
from csi.errors import InvalidInput
from csi.series.calendar import union
from csi.series.periods import microseconds, moment_of

Spans = tuple[np.ndarray, np.ndarray]


def check(exclusion: Exclusion, timezone: str, field: str = "exclusions") -> None:
    """Refuse an exclusion without reason, approver or length; what says no offset is local to the zone.

    Raises:
        InvalidInput: it names what is lacking.
    """
    if not exclusion.reason.strip():
        raise InvalidInput(f"{field}.reason", "an exclusion needs a reason; every chart shows it from then on")
    if not exclusion.approved_by.strip():
        raise InvalidInput(f"{field}.approved_by", "an exclusion needs somebody who approved it")
    if moment_of(exclusion.end, timezone) <= moment_of(exclusion.start, timezone):
        raise InvalidInput(f"{field}.to", f"{exclusion.end} is not after {exclusion.start}; the end is left out")


def of_kpi(study: StudyDefinition, kpi: str) -> tuple[Exclusion, ...]:
    """The exclusions that hold for a KPI, by their start."""
    found = [one for one in study.exclusions if one.kpi in ("", kpi)]
    spans_of = {one: tuple(moment_of(day, study.timezone) for day in (one.start, one.end)) for one in found}
    return tuple(sorted(found, key=lambda one: (*spans_of[one], one.reason)))


def spans(exclusions: Sequence[Exclusion], timezone: str) -> Spans:
    """Their union as disjoint ascending spans, int64 microseconds (UTC); dates are midnights in the zone."""
    starts = [moment_of(one.start, timezone).tz_convert("UTC") for one in exclusions]
    ends = [moment_of(one.end, timezone).tz_convert("UTC") for one in exclusions]
    utc = (microseconds(pd.DatetimeIndex(moments, dtype="datetime64[us, UTC]")) for moments in (starts, ends))
    return union(*utc)


def inside(moments: np.ndarray, left_out: Spans) -> np.ndarray:
    """Which moments lie in a span ``[start, end)``."""
    starts, ends = left_out
    if not len(starts):
        return np.zeros(len(moments), dtype=bool)
    place = np.searchsorted(starts, moments, side="right") - 1
    return (place >= 0) & (moments < ends[place])


def footnotes(exclusions: Sequence[Exclusion], rows: Sequence[int]) -> tuple[str, ...]:
    """One sentence per exclusion, with the number of rows it left out."""
    return tuple(
        f"Left out {_day(one.start)} to {_day(one.end)} ({count} row{'' if count == 1 else 's'}): "
        f"{one.reason} (approved by {one.approved_by})."
        for one, count in zip(exclusions, rows, strict=True)
    )


def _day(moment: object) -> str:
    return str(moment).removesuffix("T00:00:00").removesuffix(" 00:00:00")
