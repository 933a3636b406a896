"""What goes into an analysis and what comes out: frozen, typed, ready for the report and the bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition, Rebase, Window
from csi.series.doubts import Doubt
from csi.series.grouping import Groups
from csi.terms import Evidence, Period, Verdict, both_axes, label
from csi.words.signals import SignalRule


@dataclass(frozen=True, slots=True)
class FrozenLimits:
    """Limits approved with an earlier baseline: they stay as they were. ``sigma`` is one third of their half-width."""

    centre: float
    sigma: float
    n: int
    kind: str = "xmr"
    sigma_z: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiInput:
    """One KPI's series with everything that was fixed beforehand.

    Attributes:
        definition: the KPI with its direction, target, minimum important difference and guards.
        series: step 4's frame: index ``start`` (reporting zone), columns ``end, value, n, numerator, denominator,
            partial, missing, excluded``; a missing value is NaN.
        quality: the series' overall quality, 0 to 1; None: not assessed.
        refused_for: why most refused rows are refused, where there is one such reason.
        baseline, evaluation: half-open windows; None: what they decide is not judged.
        period: the length of one point.
        frozen: limits of an approved earlier baseline, used instead of new ones.
        provisional: the baseline is not agreed.
        comparability: sentences, each naming a difference (definition, unit, calendar, source mix) between windows.
        excluded_share: share of rows left out before and after; None: taken from the series.
        strata: index ``(start, stratum)``, columns ``value, n``: the same KPI split by priority or the like.
        groups: the same KPI split by each column that was found to hold a few groups.
        cases: finished cases' values after the change, in the KPI's unit, to look for bunching under the target.
        open_past_target: share of cases still open past their target, before and after.
        reopened: share of cases reopened soon after closing, before and after.
        events: moments of rare events, for the chart of the time between.
        rebases: recorded new phases; they change what is drawn and signalled, never the verdict.
        other_changes: what else changed in the evaluation window.
        doubts: what speaks against its conditions and its target; an open one is settled before anything is concluded.
        in_file: the definition stands in a file, where what is meant is written; else a person is asked.
    """

    definition: KpiDefinition
    series: pd.DataFrame
    quality: float | None
    baseline: Window | None
    evaluation: Window | None
    period: Period
    frozen: FrozenLimits | None = None
    provisional: bool = False
    comparability: tuple[str, ...] = ()
    refused_for: str = ""
    excluded_share: tuple[float, float] | None = None
    strata: pd.DataFrame | None = None
    groups: tuple[Groups, ...] = ()
    cases: np.ndarray | None = None
    open_past_target: tuple[float, float] | None = None
    reopened: tuple[float, float] | None = None
    events: tuple[datetime, ...] = ()
    rebases: tuple[Rebase, ...] = ()
    other_changes: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    in_file: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Natural process limits. ``lower`` and ``upper`` are tuples, one per series point, where they vary.

    ``kind`` is ``xmr``, ``p_prime``, ``u_prime``, ``nps_prime``, ``p``, ``u``, ``c``, ``poisson`` (low
    counts, negative binomial) or ``t``. With fewer than 6
    points there are none: centre, lower and upper are None.
    """

    kind: str
    centre: float | None
    lower: float | tuple[float | None, ...] | None
    upper: float | tuple[float | None, ...] | None
    n: int
    trial: bool
    sigma_z: float | None = None

    @property
    def exist(self) -> bool:
        """Whether there were enough points for limits."""
        return self.centre is not None


@dataclass(frozen=True, slots=True)
class Signal:
    """A point that belongs to a signal.

    ``direction`` is ``improvement``, ``concern`` or ``neither``; ``latest`` says it is at the latest point.
    """

    start: datetime
    rule: SignalRule
    direction: str
    latest: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """Theil–Sen slope per period with its 95 % interval; ``judged`` is False when there are too few points."""

    slope: float | None = None
    slope_lower: float | None = None
    slope_upper: float | None = None
    p: float | None = None
    judged: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Evaluation against baseline, in the KPI's unit; ``percent`` is of the baseline.

    ``state`` is ``improved``, ``no detectable change``, ``no meaningful change``, ``worse`` or None: not judged.
    """

    difference: float | None = None
    lower: float | None = None
    upper: float | None = None
    percent: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    hodges_lehmann: float | None = None
    smallest_detectable: float | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Assurance:
    """Can the target be relied on? ``hit_share`` of the periods met it, with Wilson's 95 % interval.

    ``state`` is ``consistently met``, ``consistently missed``, ``hit or miss`` or None: no target or no points.
    ``reason`` says why it cannot be relied on: ``variation``, ``too few periods``, ``repetitive`` or empty;
    ``misses_not_excluded`` is the share of misses that periods without one leave open, on a natural bound.
    """

    state: str | None = None
    hit_share: float | None = None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""
    misses_not_excluded: float | None = None


@dataclass(frozen=True, slots=True)
class Against:
    """The evaluation's level with its 95 % interval against the target.

    ``likely`` is how likely the level is on target; ``more`` how many further periods like these would settle it where
    it is too close to call, None where waiting will not.
    """

    level: float | None = None
    lower: float | None = None
    upper: float | None = None
    likely: float | None = None
    more: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """One question on the way to the verdict, in order: what was asked, what the numbers said, did it decide."""

    name: str
    finding: str
    decided: bool


@dataclass(frozen=True, slots=True)
class WindowSummary:
    """One window in numbers: periods used, cases in them, level (pooled where it is a share), periods on target."""

    periods: int = 0
    cases: float | None = None
    level: float | None = None
    met: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch with limits of its own, from ``start`` on.

    The first one has no reason. ``begun`` is False where a recorded one has no sustained run behind it: the limits
    before it stay in force.
    """

    start: date
    centre: float | None
    n: int
    trial: bool
    reason: str = ""
    approved_by: str = ""
    begun: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """The t chart of rare events, in days: its limits, the latest time between two, and the time since the last.

    ``state`` says where the latest time, or the time since, is longer or shorter than chance would make it.
    """

    centre: float
    lower: float
    upper: float
    n: int
    trial: bool
    latest: float
    since: float
    state: str = ""
    kind: str = "t"


class Remark(StrEnum):
    """What a note beside the verdict is about, where something is decided by it."""

    BREACH_AHEAD = "met but heading for a breach"
    IMPROVING = "missed but improving"
    MIX_FLIPS = "the sign flips at constant mix"
    CAUTION = "caution"
    RECLASSIFIED = "the named mix moved"
    MIX_FOUND = "a mix explains the change"
    SPIKE = "baseline at a bad moment"
    LEFT_OPEN = "open cases left out"
    BUNCHED = "cases just under the limit"
    DRIFTING = "drifting before"
    NO_LIMITS = "no limits"
    TRIAL_LIMITS = "trial limits"
    CLIPPED = "limit clipped"
    FOOTNOTE = "footnote"

    @property
    def of_the_limits(self) -> bool:
        """Whether it stands below a chart, as it says what the limits rest on."""
        return self in (Remark.NO_LIMITS, Remark.TRIAL_LIMITS, Remark.CLIPPED, Remark.FOOTNOTE)

    @property
    def is_guard(self) -> bool:
        """Whether it is a guard against fooling oneself that caps the evidence."""
        return self in GUARDS

    @property
    def said_with_the_limits(self) -> bool:
        """Whether the line that names the limits says it already."""
        return self in (Remark.NO_LIMITS, Remark.TRIAL_LIMITS, Remark.CLIPPED)


# The guards that cap the evidence, the one that matters most first.
GUARDS = (Remark.RECLASSIFIED, Remark.MIX_FOUND, Remark.DRIFTING, Remark.SPIKE, Remark.LEFT_OPEN, Remark.BUNCHED)


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence beside the verdict, with what it is about."""

    remark: Remark
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """What stands behind the report's fields; shown on demand, not part of report.json."""

    before: WindowSummary = WindowSummary()
    after: WindowSummary = WindowSummary()
    sigma: float | None = None
    minimum_important_difference: float | None = None
    autocorrelation: float | None = None
    hodges_lehmann_lower: float | None = None
    hodges_lehmann_upper: float | None = None
    method: str = ""
    sustained_shift: str = ""  # improvement, concern or empty
    trend_before: str = ""
    trend_now: str = ""
    gap_closed: float | None = None
    gap_closed_lower: float | None = None
    gap_closed_upper: float | None = None
    interrupted_level: float | None = None
    interrupted_lower: float | None = None
    interrupted_upper: float | None = None
    change_point: datetime | None = None
    forecast: float | None = None
    forecast_reason: str = ""
    budget_consumed: float | None = None
    burn_rate: float | None = None
    burn_alarm: bool | None = None  # None: too few failures are due to tell
    clipped: bool = False
    notes: tuple[Note, ...] = ()
    gates: tuple[Gate, ...] = ()
    phases: tuple[Phase, ...] = ()
    between: Between | None = None
    spread_times: float | None = None  # how many times as far neighbouring points lie apart as before
    spread: str = ""  # wider, narrower or empty
    moving_average: float | None = None  # a second look for small shifts, never a verdict
    moving_average_shift: str = ""  # improvement, concern or empty
    below: str = ""  # the line under the headline
    figures: str = ""  # the same without its caution
    caution: str = ""
    after_limits: Limits | None = None  # the evaluation's own, where a change is known
    seasonal: bool = False  # whether the change allows for a season of the year
    summary: str = ""  # the headline where verdict and name stand beside it
    guards: tuple[Remark, ...] = ()  # against fooling oneself, that fired and cap the evidence; what matters most first


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMoved:
    """One group: its levels and numbers of cases before and after, its change with its 95 % interval.

    Attributes:
        apart: it moved otherwise than the others do.
        reach: how far from the change of all it may lie by chance; 0 where that is not how it is told apart.
        weight: what it brings of what a Pareto counts.
    """

    name: str
    before: float
    after: float
    cases_before: int
    cases_after: int
    difference: float
    lower: float
    upper: float
    apart: bool = False
    reach: float = 0.0
    weight: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A KPI's change over one column.

    Attributes:
        column: named as the study's strata, or found.
        named: whether it is the study's.
        kind: ``funnel``, ``ranked`` or ``pareto``.
        groups: what changed most for the better or the worse first, of causes the weightiest; of at least five cases
            before and after.
        suppressed: how many groups have fewer.
        sentences: at most three.
        centre: the change of all groups together.
        counted: what a Pareto counts.
    """

    column: str
    named: bool
    kind: str
    groups: tuple[GroupMoved, ...]
    suppressed: int
    sentences: tuple[str, ...]
    centre: float = 0.0
    counted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What one KPI's series says; the fields are those of ``kpis.<id>`` in report.json."""

    limits: Limits
    signals: tuple[Signal, ...]
    trend: Trend
    change: Change
    target_state: str | None
    assurance: Assurance
    verdict: Verdict
    change_axis: str | None
    target_axis: str | None
    headline: str
    side_effects: tuple[str, ...]
    evidence: Evidence
    attribution: str
    warnings: tuple[str, ...]
    reasons: tuple[str, ...]
    sentence: str
    against_target: Against
    detail: Detail = field(default_factory=Detail)
    where: Where | None = None

    @property
    def label(self) -> str:
        """The verdict as people read it, with its side effect."""
        return label(self.verdict, has_side_effect=bool(self.side_effects))

    @property
    def badge(self) -> str:
        """The label as it stands beside the summary, which says both axes; without one it says them itself."""
        return self.label if self.detail.summary else self.both

    @property
    def both(self) -> str:
        """The same with both axes, change and target."""
        return both_axes(self.label, self.change_axis, self.target_axis)

    def as_plain(self) -> dict[str, Any]:
        """The report's fields as plain JSON values: missing is None, moments are ISO 8601 with offset."""
        return {item.name: plain(getattr(self, item.name)) for item in fields(self) if item.name != "detail"}

    def detail_plain(self) -> dict[str, Any]:
        """What stands behind the report's fields, as plain JSON values."""
        return {item.name: plain(getattr(self.detail, item.name)) for item in fields(self.detail)}


def plain(value: Any) -> Any:
    """A value as JSON knows it; what is not a finite number becomes None."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return _number(value)


def _number(value: Any) -> Any:
    """A numpy number as a Python one; NaN and infinities as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
