"""Facts for every verdict, to read the sentences they give."""

from __future__ import annotations

from dataclasses import replace

from csi.analysis.aim import Aim
from csi.analysis.analysis import Against, Assurance, Change, WindowSummary
from csi.analysis.sentence import GapClosed, Subject, sentence
from csi.analysis.verdict import Facts
from csi.terms import Direction, Evidence, Period, Verdict

SUBJECT = Subject("Median time to resolve", "h", Period.WEEK, Aim(Direction.LOWER, 20.0))
REOPENED = "Reopened rose from 1.1 % to 3.2 % (+2.1 points, likely +0.9 to +3.3)"
CLOSED = GapClosed(0.4, 0.2, 0.61)

FELL = Change(
    difference=-4.8,
    lower=-7.1,
    upper=-2.4,
    percent=-19.5,
    p=0.0004,
    p_adjusted=0.0008,
    hodges_lehmann=-4.9,
    smallest_detectable=3.1,
    state="improved",
)
ROSE = Change(
    difference=4.8,
    lower=2.4,
    upper=7.1,
    percent=19.5,
    p=0.0004,
    p_adjusted=0.0008,
    hodges_lehmann=4.9,
    smallest_detectable=3.1,
    state="worse",
)
SAME = Change(
    difference=-0.4,
    lower=-2.4,
    upper=1.6,
    percent=-1.6,
    p=0.7,
    p_adjusted=0.7,
    hodges_lehmann=-0.4,
    smallest_detectable=2.9,
    state="no detectable change",
)
LESS = replace(FELL, difference=-1.8, lower=-2.8, upper=-0.9, percent=-7.3)
HARDLY = replace(SAME, difference=-1.8, lower=-3.8, upper=0.2, percent=-7.3)

FACTS = Facts(
    before=WindowSummary(24, 4800, 24.6, 1),
    after=WindowSummary(6, 1200, 19.8, 4),
    comparability=(),
    lacking=(),
    quality=0.99,
    change=FELL,
    matters=2.0,
    target_state="met on average",
    assurance=Assurance("hit or miss", 4 / 6, 0.3, 0.9),
    better=True,
    unit="h",
)


def after(level: float, met: int, state: str, change: Change, **more: object) -> Facts:
    """The facts with another outcome."""
    return replace(FACTS, after=WindowSummary(6, 1200, level, met), target_state=state, change=change, **more)


OUTCOMES: dict[Verdict, Facts] = {
    Verdict.INCONCLUSIVE: replace(
        FACTS,
        change=Change(difference=-4.8, percent=-19.5),
        lacking=("the evaluation has 4 of the 6 weeks needed; 2 weeks more, complete with data up to 16 May 2016",),
    ),
    Verdict.REGRESSED: replace(
        after(29.4, 0, "not met", ROSE, better=False, sustained="concern", run=7),
        after=WindowSummary(9, 1800, 29.4, 0),
    ),
    Verdict.ACHIEVED: after(17.8, 6, "reliably met", replace(FELL, difference=-6.8, lower=-9.1, upper=-4.4)),
    Verdict.ACHIEVED_UNSTABLE: FACTS,
    Verdict.IMPROVED: after(22.8, 1, "not met", replace(FELL, difference=-1.8, lower=-2.8, upper=-0.9)),
    Verdict.NO_CHANGE: after(24.2, 0, "not met", SAME),
}


STILL = after(24.2, 6, "reliably met", SAME)
EASY = Subject("Median time to resolve", "h", Period.WEEK, Aim(Direction.LOWER, 30.0))
EASIER = Subject("Median time to resolve", "h", Period.WEEK, Aim(Direction.LOWER, 23.0))
GOOD = WindowSummary(24, 4800, 14.2, 24)
VARIANTS: dict[str, tuple[Subject, Verdict, Facts]] = {
    "already there": (EASY, Verdict.ACHIEVED, replace(STILL, met_before=True)),
    "not shown to be an improvement": (EASY, Verdict.ACHIEVED, STILL),
    "worse, still reliably met": (SUBJECT, Verdict.REGRESSED, after(19.0, 6, "reliably met", ROSE, before=GOOD)),
    "worse, still met on average": (SUBJECT, Verdict.REGRESSED, after(19.0, 4, "met on average", ROSE, before=GOOD)),
    "too close to call": (
        EASIER,
        Verdict.IMPROVED,
        after(22.8, 4, "too close to call", LESS, against=Against(22.8, 21.6, 24.0, 0.72, 9)),
    ),
    "too close to call for good": (
        EASIER,
        Verdict.NO_CHANGE,
        after(22.8, 3, "too close to call", HARDLY, against=Against(22.8, 21.6, 24.0, 0.554)),
    ),
    "better lately": (
        SUBJECT,
        Verdict.IMPROVED,
        after(23.9, 0, "not met", replace(SAME, difference=-0.7, state="improved"), sustained="improvement", run=7),
    ),
    "never missed": (
        Subject("Resolved within SLA", "%", Period.WEEK, Aim(Direction.HIGHER, 100.0)),
        Verdict.ACHIEVED,
        replace(
            STILL,
            before=WindowSummary(24, 4800, 100.0, 24),
            after=WindowSummary(6, 1200, 100.0, 6),
            change=Change(
                difference=0.0,
                lower=-0.2,
                upper=0.1,
                percent=0.0,
                p=1.0,
                p_adjusted=1.0,
                hodges_lehmann=0.0,
                smallest_detectable=0.3,
                state="no detectable change",
            ),
            assurance=Assurance("consistently met", 1.0, 0.6, 1.0, "", 0.0025),
            met_before=True,
            unit="%",
        ),
    ),
    "met every time, though not reliably": (
        SUBJECT,
        Verdict.ACHIEVED_UNSTABLE,
        after(19.8, 6, "met on average", FELL),
    ),
    "met every time in few periods": (
        SUBJECT,
        Verdict.ACHIEVED_UNSTABLE,
        after(19.8, 6, "met on average", FELL, assurance=Assurance("hit or miss", 1.0, 0.6, 1.0, "too few periods")),
    ),
    "the level is the same, the latest weeks are not": (
        SUBJECT,
        Verdict.REGRESSED,
        replace(
            after(24.6, 0, "not met", replace(ROSE, difference=0.0, lower=-2.4, upper=2.4), sustained="concern", run=7),
            after=WindowSummary(12, 2400, 24.6, 0),
        ),
    ),
    "nothing varies": (
        SUBJECT,
        Verdict.NO_CHANGE,
        replace(
            after(
                24.6,
                0,
                "not met",
                Change(
                    difference=0.0,
                    lower=0.0,
                    upper=0.0,
                    percent=0.0,
                    p=1.0,
                    p_adjusted=1.0,
                    hodges_lehmann=0.0,
                    smallest_detectable=0.0,
                    state="no meaningful change",
                ),
            ),
            matters=0.0,
        ),
    ),
    "no meaningful change": (
        SUBJECT,
        Verdict.NO_CHANGE,
        after(24.5, 0, "not met", replace(SAME, difference=-0.1, lower=-0.5, upper=0.4, state="no meaningful change")),
    ),
    "detected, but too small to matter": (
        SUBJECT,
        Verdict.NO_CHANGE,
        after(
            23.6,
            0,
            "not met",
            replace(SAME, difference=-1.0, lower=-2.6, upper=-0.3, state="no meaningful change"),
            better=True,
        ),
    ),
    "detected, a little worse": (
        SUBJECT,
        Verdict.NO_CHANGE,
        after(
            25.6,
            0,
            "not met",
            replace(SAME, difference=1.0, lower=0.3, upper=2.6, state="no meaningful change"),
            better=False,
        ),
    ),
    "no target": (SUBJECT, Verdict.IMPROVED, replace(FACTS, target_state=None)),
    "the baseline was moving": (
        SUBJECT,
        Verdict.IMPROVED,
        after(
            22.8,
            1,
            "not met",
            replace(FELL, difference=-1.8, lower=-2.8, upper=-0.9),
            drifting_before=True,
            step=(-1.1, -3.0, 0.8),
        ),
    ),
    "the baseline was moving, too short for a step": (
        SUBJECT,
        Verdict.IMPROVED,
        after(22.8, 1, "not met", replace(FELL, difference=-1.8, lower=-2.8, upper=-0.9), drifting_before=True),
    ),
    "not comparable": (
        SUBJECT,
        Verdict.INCONCLUSIVE,
        replace(FACTS, comparability=("the unit changed from min to h",)),
    ),
    "a share": (
        Subject("Resolved within SLA", "%", Period.MONTH, Aim(Direction.HIGHER, 75.0)),
        Verdict.ACHIEVED_UNSTABLE,
        replace(
            FACTS,
            before=WindowSummary(24, 4800, 69.4, 1),
            after=WindowSummary(12, 2400, 76.1, 8),
            change=Change(
                difference=6.7,
                lower=2.1,
                upper=11.2,
                percent=9.6,
                p=0.004,
                p_adjusted=0.008,
                hodges_lehmann=6.6,
                smallest_detectable=6.3,
                state="improved",
            ),
            unit="%",
        ),
    ),
    "a count": (
        Subject("Major incidents", "count", Period.WEEK, Aim(Direction.LOWER, 1500.0), counted=True),
        Verdict.NO_CHANGE,
        replace(
            FACTS,
            before=WindowSummary(24, 4800, 1928.0, 1),
            after=WindowSummary(12, 2400, 1951.5, 0),
            target_state="not met",
            change=Change(
                difference=23.5,
                lower=-180.0,
                upper=226.0,
                percent=1.2,
                p=0.8,
                p_adjusted=0.8,
                hodges_lehmann=20.0,
                smallest_detectable=290.0,
                state="no detectable change",
            ),
            unit="count",
        ),
    ),
    "a band": (
        Subject("Open tickets", "count", Period.DAY, Aim(Direction.WITHIN, band=(80.0, 120.0))),
        Verdict.ACHIEVED,
        replace(
            FACTS,
            before=WindowSummary(24, 4800, 141.0, 1),
            after=WindowSummary(12, 2400, 99.0, 12),
            target_state="reliably met",
            change=Change(
                difference=-42.0,
                lower=-55.0,
                upper=-29.0,
                percent=-29.8,
                p=0.001,
                p_adjusted=0.001,
                hodges_lehmann=-41.0,
                smallest_detectable=17.0,
                state="improved",
            ),
            unit="count",
        ),
    ),
}


def variants() -> list[str]:
    """One line for every other thing a sentence can say."""
    return [
        f"{name} | {sentence(subject, facts, verdict, Evidence.MODERATE)}"
        for name, (subject, verdict, facts) in VARIANTS.items()
    ]


def lines() -> list[str]:
    """One line for every verdict, strength of evidence and side effect."""
    return [
        f"{verdict} | {strength} | {'side effect' if effects else '–'} | {told(verdict, strength, effects)}"
        for verdict in Verdict
        for strength in Evidence
        for effects in ((), (REOPENED,))
    ]


def told(verdict: Verdict, strength: Evidence, effects: tuple[str, ...]) -> str:
    """The sentence of one outcome."""
    return sentence(SUBJECT, OUTCOMES[verdict], verdict, strength, closed=CLOSED, side_effects=effects)
