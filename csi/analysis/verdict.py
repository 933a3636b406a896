"""Did we get there? The first rule that applies, and how strong the evidence is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from csi.analysis.aim import CONCERN, IMPROVEMENT
from csi.analysis.analysis import Against, Assurance, Change, Gate, WindowSummary
from csi.analysis.assurance import ON_AVERAGE, RELIABLY, REPETITIVE, TOO_FEW
from csi.analysis.change_state import IMPROVED, NOT_MEANINGFUL, WORSE
from csi.terms import Evidence, Period, Verdict
from csi.words import wording
from csi.words.together import Move, Moved, moved
from csi.words.wording import percent

FEWEST_BEFORE, FEWEST_AFTER = 8, 6  # Source: docs/verdicts.md, The verdict
QUALITY_NEEDED, QUALITY_STRONG = 0.80, 0.95
STRONG_BEFORE, STRONG_AFTER = 12, 7  # Source: docs/verdicts.md, Evidence
HIGH_PHI = 0.3  # from here 12 + 12 points still deceive now and then. Source: docs/verdicts.md, Change
STRONG_P, MODERATE_P = 0.01, 0.05


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that the verdict rests on.

    Attributes:
        before, after: the windows in numbers.
        comparability: sentences that say what is not comparable.
        lacking: sentences that say which data are missing and when they will be there.
        quality: 0 to 1, None: not assessed.
        change: with its state; ``matters`` is the minimum important difference.
        target_state, assurance: against the target; None: no target.
        sustained: ``improvement`` or ``concern`` where a run against the frozen limits still holds, else empty.
        run: periods in that run.
        better: whether the difference is for the better.
        met_before: whether the baseline's level was on target.
        drifting_before: the baseline already had a trend.
        phi: autocorrelation met.
        step: what is left of the change beyond the baseline's drift, with its interval.
        seasonal: whether the change allows for a season of the year.
        mix: the column at whose mix before the change is told; empty where the mix stayed as it was.
        guard: the sentence of the guard against fooling oneself that matters most, where one fired.
        guards: names of guard KPIs that got worse.
        unit, period: what the numbers are in, and the length of one point.
        doubted: sentences that say what in the definition does not fit the data.
        against: the level with its interval against the target.
        aims: the target, or the ends of the band.
    """

    before: WindowSummary
    after: WindowSummary
    comparability: tuple[str, ...]
    lacking: tuple[str, ...]
    quality: float | None
    change: Change
    matters: float
    target_state: str | None
    assurance: Assurance
    sustained: str = ""
    run: int = 0
    better: bool = False
    met_before: bool = False
    drifting_before: bool = False
    phi: float = 0.0
    step: tuple[float, float, float] | None = None
    guards: tuple[str, ...] = ()
    unit: str = ""
    period: Period = Period.WEEK
    doubted: tuple[str, ...] = ()
    guard: str = ""
    seasonal: bool = False
    mix: str = ""
    against: Against = field(default_factory=Against)
    aims: tuple[float, ...] = ()

    @cached_property
    def read(self) -> Moved:
        """The levels, their difference and its interval as they are read, wherever they are said."""
        change = self.change
        sides = () if change.lower is None or change.upper is None else (change.lower, change.upper)
        before, after = self.before.level or 0.0, self.after.level or 0.0
        return moved(
            Move(
                before=before,
                after=after,
                difference=change.difference or 0.0,
                sides=sides,
                unit=self.unit,
                aims=self.aims,
                matters=self.matters,
            )
        )

    @property
    def crude(self) -> float:
        """The difference of the levels as they are, whatever the mix or the season."""
        return (self.after.level or 0.0) - (self.before.level or 0.0)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """Sentences that say why nothing is concluded, the cause of others first; none where something can be."""
        return (*self.doubted, *self.comparability, *self.lacking)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The verdict with the gates tried up to it, in order."""

    verdict: Verdict
    gates: tuple[Gate, ...]


def lacking_quality(quality: float | None, refused_for: str = "") -> tuple[str, ...]:
    """The sentence for data too poor to judge, if they are; with the reason where one says most of it."""
    if quality is None or quality >= QUALITY_NEEDED:
        return ()
    return (
        f"the data's quality is {percent(quality)}, and 80 % are needed: {refused_for or 'mend what step 4 lists'}",
    )


def rule(facts: Facts) -> Ruling:
    """The first verdict that applies. Source: docs/verdicts.md, The verdict"""
    gates: list[Gate] = []
    for verdict, name, applies, finding in _questions(facts):
        gates.append(Gate(name, finding, applies))
        if applies:
            return Ruling(verdict, tuple(gates))
    return Ruling(Verdict.NO_CHANGE, tuple(gates))


def _questions(facts: Facts) -> Iterator[tuple[Verdict, str, bool, str]]:
    """The gates in their order; the words of one are made only when it is tried."""
    state, target = facts.change.state, facts.target_state
    if facts.doubted:
        yield Verdict.INCONCLUSIVE, "Does the definition fit the data?", True, "; ".join(facts.doubted)
    comparable = "; ".join(facts.comparability) or "nothing found that differs"
    yield Verdict.INCONCLUSIVE, "Are before and after comparable?", bool(facts.comparability), comparable
    lacking = "; ".join(facts.lacking) or _enough(facts)
    yield Verdict.INCONCLUSIVE, "Are there enough data?", bool(facts.lacking) or state is None, lacking
    yield Verdict.REGRESSED, "Did it get worse?", state == WORSE, _worse(facts)
    yield Verdict.ACHIEVED, "Is the target reliably met?", target == RELIABLY, _reliably(facts)
    yield Verdict.ACHIEVED_UNSTABLE, "Is it met on average?", target == ON_AVERAGE, _on_average(facts)
    yield Verdict.IMPROVED, "Did it improve?", state == IMPROVED, _moved(facts)
    yield Verdict.NO_CHANGE, "What is left?", True, _moved(facts)


def _enough(facts: Facts) -> str:
    quality = "not assessed" if facts.quality is None else percent(facts.quality)
    before = wording.periods(facts.before.periods, facts.period)
    return f"{before} before, {facts.after.periods} after, quality {quality}"


def _worse(facts: Facts) -> str:
    run = f"; a run of {facts.run} for the {_WAY[facts.sustained]} holds at the latest point" if facts.sustained else ""
    return f"{_moved(facts)}{run}"


_WAY = {IMPROVEMENT: "better", CONCERN: "worse"}


def _moved(facts: Facts) -> str:
    """The state with the numbers it rests on, in the KPI's unit."""
    change = facts.change
    if change.difference is None or change.lower is None or change.upper is None:
        return str(change.state)
    told = f"{facts.read.difference}, likely {facts.read.likely}"
    return f"{change.state}: {told}, and {size(facts, facts.matters)} would matter"


def size(facts: Facts, value: float) -> str:
    """How large a difference is, without a sign: ``2.0 h``, ``1.4 points``."""
    return facts.read.scale.showing(value).size(value)


def _reliably(facts: Facts) -> str:
    if facts.target_state is None:
        return "no target is set"
    if facts.target_state == RELIABLY:
        misses = facts.assurance.misses_not_excluded
        left = "" if misses is None else f"misses of up to {few(misses)} are not excluded yet"
        return f"{RELIABLY}: {_hits(facts)}, and {left or 'the limits lie clear of it'}"
    return f"no, it is {facts.assurance.state}: {_hits(facts)}{but(facts)}"


def few(share: float) -> str:
    """A small share with two figures: ``22 %``, ``0.25 %``."""
    return f"{wording.number(100 * share, min(4, wording.decimals(100 * share) - 1) if share < 0.1 else 0)} %"


def but(facts: Facts) -> str:
    """Why a target cannot be relied on, where not for its variation alone."""
    if facts.assurance.reason == TOO_FEW:
        return f", but {wording.periods(facts.after.periods, facts.period)} are too few yet to promise it"
    if facts.assurance.reason == REPETITIVE:
        return f", but each {facts.period.value} is too much like the one before it to promise it"
    return ""


def _on_average(facts: Facts) -> str:
    level = facts.after.level
    if level is None or facts.target_state is None:
        return facts.target_state or "no target is set"
    return f"{facts.target_state}: the level is {facts.read.after}, {_hits(facts)}"


def _hits(facts: Facts) -> str:
    return f"{facts.after.met} of {wording.periods(facts.after.periods, facts.period)} on target"


def evidence(facts: Facts, verdict: Verdict) -> Evidence:
    """How strongly the numbers speak for a change. Source: docs/verdicts.md, Evidence."""
    change = facts.change
    if verdict is Verdict.INCONCLUSIVE or not change.difference:
        return Evidence.NONE
    if facts.guard or facts.drifting_before:  # Source: docs/verdicts.md: a guard that fires reaches the headline
        return Evidence.NONE if change.state == NOT_MEANINGFUL and not detected(change) else Evidence.WEAK
    large = abs(change.difference) >= facts.matters
    if large and shifted(facts) and _strong(facts):
        return Evidence.STRONG
    if large and (_below(change.p_adjusted, MODERATE_P) or shifted(facts)):
        return Evidence.MODERATE
    return Evidence.NONE if change.state == NOT_MEANINGFUL and not detected(change) else Evidence.WEAK


def shifted(facts: Facts) -> bool:
    """Whether a sustained run says the same as the change."""
    return bool(facts.sustained) and (facts.sustained == IMPROVEMENT) == facts.better


def detected(change: Change) -> bool:
    """Whether the interval excludes no change at all."""
    return change.lower is not None and change.upper is not None and (change.lower > 0 or change.upper < 0)


def _strong(facts: Facts) -> bool:
    return (
        _below(facts.change.p_adjusted, STRONG_P)
        and facts.before.periods >= STRONG_BEFORE
        and facts.after.periods >= STRONG_AFTER
        and facts.quality is not None
        and facts.quality >= QUALITY_STRONG
        and not facts.guards
        and not capped(facts)
    )


def capped(facts: Facts) -> bool:
    """Whether short and repetitive series keep the evidence at moderate."""
    short = max(facts.before.periods, facts.after.periods) <= STRONG_BEFORE
    return facts.change.state is not None and short and facts.phi >= HIGH_PHI


def _below(p: float | None, level: float) -> bool:
    return p is not None and p < level


def parted(whole: int) -> int:
    """How many of some whole periods stand before, where nothing says when something was changed: two thirds, as far as
    both sides have the fewest that a verdict takes."""
    return max(FEWEST_BEFORE, min(whole - FEWEST_AFTER, round(2 * whole / 3)))
