"""The words of the product, each once: steps, verdicts, directions, roles."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

YEARS = range(1900, 2200)  # of the days people may name; ours: beyond lie slips, and what calendars cannot compute


def is_over(day: date, now: datetime, timezone: str) -> bool:
    """Whether a day that people name lies behind them."""
    return day < now.astimezone(ZoneInfo(timezone)).date()


class Step(IntEnum):
    """The seven steps, in order. ``title`` is what people read, ``command`` what they type after ``/csi``."""

    SHOULD_MEASURE = 1
    CAN_MEASURE = 2
    GATHER = 3
    PROCESS = 4
    ANALYSE = 5
    PRESENT = 6
    CORRECT = 7

    @property
    def title(self) -> str:
        """The step's name as people read it."""
        return _TITLES[self]

    @property
    def command(self) -> str:
        """The word after ``/csi`` that opens the step."""
        return _COMMANDS[self]


_TITLES = {
    Step.SHOULD_MEASURE: "What should you measure?",
    Step.CAN_MEASURE: "What can you measure?",
    Step.GATHER: "Gather the data",
    Step.PROCESS: "Process the data",
    Step.ANALYSE: "Analyse the data",
    Step.PRESENT: "Present the information",
    Step.CORRECT: "Implement corrective action",
}
_COMMANDS = {
    Step.SHOULD_MEASURE: "measure",
    Step.CAN_MEASURE: "assess",
    Step.GATHER: "gather",
    Step.PROCESS: "process",
    Step.ANALYSE: "analyse",
    Step.PRESENT: "present",
    Step.CORRECT: "act",
}


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"
    WITHIN = "within"


class Period(StrEnum):
    """The length of one point of a series."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


class Why(StrEnum):
    """Why a KPI is measured (ITIL): to validate, direct, justify or intervene."""

    VALIDATE = "validate"
    DIRECT = "direct"
    JUSTIFY = "justify"
    INTERVENE = "intervene"


class Measurability(StrEnum):
    """Step 2's answer for one KPI."""

    AUTOMATIC = "measured automatically"
    BY_HAND = "by hand"
    DERIVABLE = "derivable"
    PROXY = "proxy only"
    NOT_MEASURABLE = "not measurable"


class Role(StrEnum):
    """Roles a person can hold for a service."""

    CSI_MANAGER = "CSI manager"
    SERVICE_OWNER = "service owner"
    PROCESS_OWNER = "process owner"
    DATA_OWNER = "data owner"
    ANALYST = "reporting analyst"
    APPROVER = "approver"
    READER = "reader"


class Awaited(StrEnum):
    """What somebody is waited for."""

    STEP = "step"
    ASKING = "asking the business"
    TREE = "a tree that was sent back"
    TREE_APPROVAL = "approval of the tree"
    ACTION_APPROVAL = "approval of an action"
    ACTION = "action"
    REVIEW = "review of an action"
    BASELINE_APPROVAL = "approval of a baseline"
    DATA = "data"
    FINDING = "a finding to confirm"
    REPORT = "a report to read"
    BENEFIT = "a look at newer data"

    @property
    def is_approval(self) -> bool:
        """Whether a yes or a no is waited for."""
        return self in (Awaited.TREE_APPROVAL, Awaited.ACTION_APPROVAL, Awaited.BASELINE_APPROVAL)

    @property
    def stands_in_step_7(self) -> bool:
        """Whether step 7 shows it, whatever step the cycle is in."""
        return self in (Awaited.ACTION_APPROVAL, Awaited.ACTION, Awaited.REVIEW, Awaited.BASELINE_APPROVAL)


class Claim(StrEnum):
    """What a finding claims of a series beside its level."""

    NEITHER = "neither"
    SIGNAL = "signal"
    TREND = "trend"
    BOTH = "signal and trend"

    @property
    def of_a_signal(self) -> bool:
        """Whether a point or a run is said to be special."""
        return self in (Claim.SIGNAL, Claim.BOTH)

    @property
    def of_a_trend(self) -> bool:
        """Whether the series is said to rise or to fall."""
        return self in (Claim.TREND, Claim.BOTH)


class CauseState(StrEnum):
    """What is known of a cause: a guess, or settled by evidence either way."""

    HYPOTHESIS = "hypothesis"
    SUPPORTED = "supported"
    REFUTED = "refuted"

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to look into it again."""
        return self is not CauseState.HYPOTHESIS


class Verdict(StrEnum):
    """Did we get there? In the order in which they are tried."""

    INCONCLUSIVE = "INCONCLUSIVE"
    REGRESSED = "REGRESSED"
    ACHIEVED = "ACHIEVED"
    ACHIEVED_UNSTABLE = "ACHIEVED, UNSTABLE"
    IMPROVED = "IMPROVED"
    NO_CHANGE = "NO CHANGE"


def label(verdict: str, *, has_side_effect: bool = False) -> str:
    """A verdict as people read it; empty where there is none."""
    return f"{verdict} WITH SIDE EFFECT" if verdict and has_side_effect else str(verdict)


def other_axis(verdict: str, change: str | None, target: str | None) -> str:
    """What a verdict does not say itself: the change beside one on the target, the target beside one on the change.

    Empty where nothing is concluded, or neither was judged.

    Args:
        verdict: as it is, or with its side effect.
        change: the state of the change.
        target: the state against the target; None: there is none, or it was not judged.
    """
    plain = VERDICTS.get(verdict)
    if plain in (Verdict.ACHIEVED, Verdict.ACHIEVED_UNSTABLE):
        return change or ""
    if plain is None or plain is Verdict.INCONCLUSIVE:
        return ""
    return f"target {target}" if target else ""


def both_axes(verdict: str, change: str | None, target: str | None) -> str:
    """A verdict with both axes: ``IMPROVED · target too close to call``, ``ACHIEVED · no detectable change``."""
    return " · ".join(part for part in (verdict, other_axis(verdict, change, target)) if part)


# The verdict of each label.
VERDICTS = {label(verdict, has_side_effect=side): verdict for verdict in Verdict for side in (False, True)}


class Evidence(StrEnum):
    """How strong the evidence for a change is."""

    STRONG = "strong"
    MODERATE = "moderate"
    WEAK = "weak"
    NONE = "none"


class Audience(StrEnum):
    """For whom a report is rendered."""

    BUSINESS = "business and customers"
    SENIOR_IT = "senior IT management"
    OPERATIONS = "service and operations"
    SUPPLIERS = "suppliers"
