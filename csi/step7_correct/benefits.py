"""What an action brought (V7.3, V7.7): the change of its KPI since it took effect, held against what was claimed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from csi.analysis import Analysis, KpiInput, judge
from csi.analysis.aim import Aim, aim_of
from csi.analysis.change_state import IMPROVED, WORSE
from csi.definition import KpiDefinition, Window
from csi.models import Action, Kpi
from csi.step7_correct.claims import claim_of
from csi.terms import Direction, Evidence, Period
from csi.words import wording
from csi.words.together import Move, moved

Point = dict[str, Any]
NOT_JUDGED = "not judged yet"
REACHED, MISSED, OPEN = "reached", "not reached", "neither shown nor excluded"  # what became of the claim
_NUMBERS = ("value", "n", "numerator", "denominator")
_FLAGS = ("partial", "missing", "excluded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """The change of a KPI since an action took effect.

    Attributes:
        state: of the change, as ``report.json`` has it; ``not judged yet`` where there are too few periods.
        levels: before and since; None where there are no periods.
        difference, sides: since less before with its 95 % interval.
        periods: whole ones since it took effect.
        data_to: the day before which the data end; None without any.
        evidence: for the change.
        claimed: for the better, in the KPI's unit; None where the words hold no figure that could be read.
        claim: reached, not reached, or neither shown nor excluded; empty where nothing could be held against it.
    """

    state: str = NOT_JUDGED
    levels: tuple[float, float] | None = None
    difference: float | None = None
    sides: tuple[float, ...] = ()
    periods: int = 0
    data_to: date | None = None
    evidence: Evidence = Evidence.NONE
    claimed: float | None = None
    claim: str = ""

    @property
    def judged(self) -> bool:
        """Whether there is enough to say anything."""
        return self.state != NOT_JUDGED

    @property
    def verified(self) -> bool:
        """Whether the KPI improved: that a target is met proves no benefit, and one met on average disproves none."""
        return self.state == IMPROVED


@dataclass(frozen=True, slots=True)
class Kept:
    """The series that an analysis kept of a KPI, with what it is measured in.

    Attributes:
        kpi: the KPI.
        series: as in report.json.
        period: the length of one point.
        zone: the reporting zone.
        quality: of the series, 0 to 1; None: not assessed.
    """

    kpi: Kpi
    series: Sequence[Point]
    period: Period
    zone: str
    quality: float | None = None

    @property
    def whole(self) -> list[Point]:
        """Its whole periods that have a value."""
        return [one for one in self.series if not one.get("partial") and one.get("value") is not None]

    @property
    def ends(self) -> date | None:
        """The day before which its data end."""
        return max((self.day(one["end"]) for one in self.whole), default=None)

    def day(self, moment: str) -> date:
        """The day of a moment in the reporting zone."""
        return pd.Timestamp(moment).tz_convert(ZoneInfo(self.zone)).date()

    def without_newest(self) -> Kept:
        """The same before its newest whole period was there."""
        newest = max((one["start"] for one in self.whole), default="")
        return replace(self, series=[one for one in self.series if one["start"] < newest])


def benefit(kept: Kept, took_effect: date, agreed: Window | None, expected: str) -> Benefit:
    """What an action brought.

    Args:
        kept: the newest series of its KPI.
        took_effect: the day it was done.
        agreed: the baseline that was agreed; all that lies before the action, where it reaches into it or is missing.
        expected: what was claimed, in its proposer's words.
    """
    since = [one for one in kept.whole if kept.day(one["start"]) >= took_effect]
    found = change(kept, *windows(kept, took_effect, agreed))
    if found is None:
        return Benefit(periods=len(since), data_to=kept.ends)
    told = found.change
    levels = found.detail.before.level, found.detail.after.level
    if told.state is None or told.difference is None or None in levels or told.lower is None or told.upper is None:
        return Benefit(periods=len(since), data_to=kept.ends)
    was = levels[0] or 0.0
    sides = (told.lower, told.upper)
    claimed = claim_of(expected, was, kept.kpi.unit)
    return Benefit(
        state=told.state,
        levels=(was, was + told.difference),
        difference=told.difference,
        sides=sides,
        periods=len(since),
        data_to=kept.ends,
        evidence=found.evidence,
        claimed=claimed,
        claim=_held(claimed, aim_of(_definition(kept)), was, sides),
    )


def windows(kept: Kept, took_effect: date, agreed: Window | None) -> tuple[Window | None, Window | None]:
    """Before and since: the agreed baseline where it lies before the action, else all periods before it."""
    starts = [kept.day(one["start"]) for one in kept.whole]
    ends = kept.ends
    if not starts or ends is None or min(starts) >= took_effect or ends <= took_effect:
        return None, None
    own = agreed if agreed is not None and agreed.end <= took_effect else Window(min(starts), took_effect)
    return own, Window(took_effect, ends)


def change(kept: Kept, before: Window | None, after: Window | None) -> Analysis | None:
    """The kept series analysed over two windows; None without them."""
    if before is None or after is None or not kept.kpi.definition.get("measure"):
        return None
    item = KpiInput(
        definition=_definition(kept),
        series=_frame(kept),
        quality=kept.quality,
        baseline=before,
        evaluation=after,
        period=kept.period,
    )
    return judge({kept.kpi.key: item})[kept.kpi.key]


def is_worse(kept: Kept, before: Window | None, after: Window | None) -> bool:
    """Whether a regression is confirmed: the KPI is worse over the windows, and was without its newest period, too."""
    found = [change(one, before, after) for one in (kept, kept.without_newest())]
    return all(one is not None and one.change.state == WORSE for one in found)


def _held(claimed: float | None, aim: Aim, was: float, sides: tuple[float, ...]) -> str:
    """A claim against the interval of the gain."""
    if not claimed:
        return ""
    gains = sorted(aim.distance(was) - aim.distance(was + side) for side in sides)
    if gains[0] >= claimed:
        return REACHED
    return MISSED if gains[-1] < claimed else OPEN


def said(found: Benefit, action: Action, kpi: Kpi, period: Period) -> str:
    """What an action brought, in one or two sentences."""
    if not found.judged or found.levels is None or found.difference is None:
        have = wording.periods(found.periods, period)
        until = f"; the data end on {wording.day(found.data_to - timedelta(days=1))}" if found.data_to else ""
        return f"What it brought cannot be judged yet: {have} since it took effect, 6 are needed{until}."
    before, after = found.levels
    read = moved(Move(before=before, after=after, difference=found.difference, sides=found.sides, unit=kpi.unit))
    moves = f"{read.difference}, likely {read.likely}"
    told = f"{kpi.name}: {found.state} since it took effect, {read.before} → {read.after} ({moves})"
    if not found.claim or found.claimed is None:
        return f"{told}. Claimed was: {action.expected_effect}."
    return f"{told}. Claimed was: {action.expected_effect}; that is {found.claim}."


def _definition(kept: Kept) -> KpiDefinition:
    kpi = kept.kpi
    ends = kpi.band_low, kpi.band_high
    return KpiDefinition(
        id=kpi.key,
        name=kpi.name,
        source="",
        at="",
        measure=str(kpi.definition.get("measure") or ""),
        unit=kpi.unit,
        direction=Direction(kpi.direction),
        target=kpi.target,
        band=(ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None,
        minimum_important_difference=kpi.minimum_important_difference,
    )


def _frame(kept: Kept) -> pd.DataFrame:
    """The series as step 5 takes it: index ``start``, columns ``end, value, n, numerator, denominator`` and flags."""
    made = pd.DataFrame({name: [one.get(name) for one in kept.series] for name in (*_NUMBERS, *_FLAGS)})
    made = made.astype(dict.fromkeys(_NUMBERS, float) | dict.fromkeys(_FLAGS, bool))
    moments = {name: pd.to_datetime([one[name] for one in kept.series], utc=True) for name in ("start", "end")}
    made.index = pd.DatetimeIndex(moments["start"]).tz_convert(kept.zone).rename("start")
    made["end"] = pd.DatetimeIndex(moments["end"]).tz_convert(kept.zone)
    return made
