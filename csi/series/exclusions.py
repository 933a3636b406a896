"""Spans left out with a reason and an approver (V4.4): which rows, how much of each period, and the footnotes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csi.definition import Exclusion, StudyDefinition
from csi.errors import InvalidInput
from csi.series.calendar import union
from csi.series.periods import microseconds, moment_of
from csi.words import footnotes

Spans = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An exclusion, and how many rows it left out."""

    exclusion: Exclusion
    rows: int

    @property
    def text(self) -> str:
        """Its footnote."""
        one = self.exclusion
        return footnotes.left_out(one.start, one.end, one.reason, one.approved_by, self.rows)


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


def left_out(exclusions: Sequence[Exclusion], rows: Sequence[int]) -> tuple[LeftOut, ...]:
    """What each exclusion left out."""
    return tuple(LeftOut(one, count) for one, count in zip(exclusions, rows, strict=True))
