"""One KPI as it is shown: everything a chart and its alt text say, from the same facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from csi.analysis.analysis import Analysis
from csi.analysis.limits import FEWEST
from csi.charts.marks import Mark, Span, bound, gaps, marks, within
from csi.definition import Exclusion, KpiDefinition, Window, hash_of
from csi.series.processed import Processed
from csi.terms import Period
from csi.words import footnotes as words
from csi.words import heading
from csi.words.together import Move, Moved, moved
from csi.words.wording import amount, day, direction, exact, periods, point, sentence, spread

LIMITS = {
    "xmr": "XmR",
    "poisson": "Poisson",
    "p_prime": "Laney P′",
    "u_prime": "Laney U′",
    "nps_prime": "Laney's for a net score",
    "p": "p chart",
    "u": "u chart",
    "c": "c chart",
    "t": "t chart",
}
SHORT_HASH = 8
MANY_GAPS = 3
SHORT_UNIT = 8  # characters


class Stands(StrEnum):
    """How a guard KPI stands: whatever was improved, this must not be worse for it."""

    HELD = "held"
    WORSE = "got worse"
    UNKNOWN = "could not be judged"


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard KPI by its name, and how it stands."""

    name: str
    stands: Stands


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A KPI, its series and analysis, and what was fixed beforehand.

    ``min_n``: values of fewer cases than that are not shown, because they would tell about single people (V6.7).
    """

    kpi: KpiDefinition
    processed: Processed
    analysis: Analysis
    service: str
    source: str
    baseline: Window | None = None
    evaluation: Window | None = None
    exclusions: tuple[Exclusion, ...] = ()
    min_n: int = 0
    guards: tuple[Guard, ...] = ()
    marks: tuple[Mark, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "marks", marks(self.processed, self.analysis, min_n=self.min_n))

    @property
    def name(self) -> str:
        """The KPI's name, or its id."""
        return self.kpi.name or self.kpi.id

    @property
    def headline(self) -> str:
        """What is read first, with verdict and the whole name; of what has none, name and verdict."""
        known = self.analysis.detail.summary
        return heading.titled(self.name, sentence(heading.ruled(self.analysis.badge, known)))

    @property
    def said_of(self) -> str:
        """The same where name and verdict stand beside it."""
        return self.analysis.detail.summary or f"{self.analysis.both}."

    @property
    def unit(self) -> str:
        """The KPI's unit."""
        return self.kpi.unit

    @property
    def short_unit(self) -> str:
        """The unit where there is little room: a long one is said once, above the chart."""
        return shortly(self.kpi.unit)

    @property
    def period(self) -> Period:
        """The length of one point."""
        return self.processed.period

    @property
    def whole(self) -> tuple[Mark, ...]:
        """Finished periods with a value."""
        return tuple(mark for mark in self.marks if mark.whole)

    @property
    def latest(self) -> Mark | None:
        """The newest finished period with a value."""
        return self.whole[-1] if self.whole else None

    @property
    def targets(self) -> tuple[float, ...]:
        """The target, the edges of the band, or nothing."""
        return self.kpi.aims

    def levels(self, unit: str) -> tuple[str, str]:
        """The levels of baseline and evaluation as they are read beside each other; empty where there is none."""
        known, read = (self.analysis.detail.before.level, self.analysis.detail.after.level), self.read(unit)
        if read is not None and None not in known:
            return read.before, read.after
        before, after = ("" if level is None else amount(level, unit, self.targets) for level in known)
        return before, after

    def read(self, unit: str) -> Moved | None:
        """The move from baseline to evaluation as the sentence reads it; None where there is none."""
        change, detail = self.analysis.change, self.analysis.detail
        before, after, difference = detail.before.level, detail.after.level, change.difference
        if difference is None:
            return None
        sides = () if change.lower is None or change.upper is None else (change.lower, change.upper)
        matters = detail.minimum_important_difference or 0.0
        if before is None or after is None:
            return moved(
                Move(before=0.0, after=difference, difference=difference, sides=sides, unit=unit, matters=matters)
            )
        return moved(
            Move(
                before=before,
                after=after,
                difference=difference,
                sides=sides,
                unit=unit,
                aims=self.targets,
                matters=matters,
            )
        )

    def said(self, value: float | None) -> str:
        """A value of the KPI with its unit, in digits that tell it from the target."""
        return amount(value, self.unit, self.targets)

    def window(self, window: Window | None) -> Span | None:
        """Where a window lies in the series."""
        return within(self.marks, window)

    @property
    def centres(self) -> list[float | None]:
        """The centre at each mark: where limits begin anew, each stretch has its own."""
        begun = [one for one in self.analysis.detail.phases if one.begun]
        held = [[one.centre for one in begun if one.start <= mark.start.date()] for mark in self.marks]
        return [one[-1] for one in held] if begun else bound(self.analysis.limits.centre, len(self.marks))

    @property
    def own_limits(self) -> dict[str, list[float | None]]:
        """The evaluation's own limits and centre at each of its marks, where a change is known; else nothing."""
        own, span = self.analysis.detail.after_limits, self.window(self.evaluation)
        if own is None or span is None:
            return {}
        sides = {"lower limit": own.lower, "centre": own.centre, "upper limit": own.upper}
        wide = len(self.marks)
        return {
            name: [value if span.first <= at <= span.last else None for at, value in enumerate(bound(side, wide))]
            for name, side in sides.items()
        }

    @property
    def new_limits(self) -> list[int]:
        """The marks at which limits begin anew."""
        days = [one.start for one in self.analysis.detail.phases if one.begun][1:]
        after = ([mark.position for mark in self.marks if mark.start.date() >= day] for day in days)
        return [positions[0] for positions in after if positions]

    @property
    def new_promises(self) -> list[int]:
        """The marks from which on another target was promised."""
        promised = [self.kpi.aims_on(mark.start.date()) for mark in self.marks]
        return [at for at, (one, other) in enumerate(pairwise(promised), start=1) if one != other]

    def at(self, mark: Mark) -> str:
        """The name of a mark's period."""
        return point(mark.start, self.period)


def shortly(unit: str) -> str:
    """The unit, or nothing where it is a long one."""
    return unit if len(unit) <= SHORT_UNIT else ""


def kickers(view: View) -> list[str]:
    """What is charted: unit, period, direction, service, or less where there is no room; the headline has the name."""
    unit = "number" if view.unit in ("", "count") else view.unit
    what = f"{unit} per {view.period}, {direction(view.kpi.direction)}"
    return [f"{what} · {view.service}", what, f"{unit} per {view.period}"]


def definition(view: View) -> str:
    """The short hash by which the definition can be found again."""
    return hash_of(view.kpi)[:SHORT_HASH]


def sizes(view: View) -> str:
    """``n = 813–2,068 per week``."""
    known = [mark.n for mark in view.marks if mark.n is not None and mark.value is not None]
    return f"n = {spread(known)} per {view.period}"


def origin(view: View) -> str:
    """n and source, in one line."""
    return f"{sizes(view)} · source: {view.source}"


def provenance(view: View) -> str:
    """The same, with the definition's hash."""
    return f"{origin(view)} · definition {definition(view)}"


def limits_said(view: View) -> str:
    """What the limits rest on, for who asks for no more."""
    limits = view.analysis.limits
    if not limits.exist:
        return limits_text(view)
    trial = "; they are trial limits, as 12 are needed" if limits.trial else ""
    return f"The limits rest on {periods(limits.n, view.period)}{trial}"


def limits_text(view: View) -> str:
    """How the limits were made, or why there are none."""
    limits = view.analysis.limits
    kind = LIMITS.get(limits.kind, limits.kind)
    made = periods(limits.n, view.period)
    if not limits.exist:
        return f"No limits: {made} of the 6 they need" if limits.n < FEWEST else "No limits: too many gaps"
    begun = [one.start for one in view.analysis.detail.phases if one.begun][1:]
    text = f"Limits: {kind} on {made}" + (f" from {day(begun[-1])} on" if begun else "")
    if limits.sigma_z is not None:
        text += f", σz {amount(limits.sigma_z)}"
    if view.analysis.detail.clipped:
        text += f", lower limit clipped at {'−100' if view.kpi.measure == 'nps' else '0'}"
    return text + (" – trial (fewer than 12)" if limits.trial else "")


def windows_text(view: View, *, in_full: bool = False) -> str:
    """The windows that are compared, with their levels; ``in_full``: that the last day counts."""
    span = whole_span_of if in_full else span_of
    before, after = view.levels(view.unit)
    parts = [
        f"{name} {span(window)}" + (f": {level}" if level else "")
        for name, window, level in (("Baseline", view.baseline, before), ("Evaluation", view.evaluation, after))
        if window is not None
    ]
    missing = [] if view.baseline else ["No baseline agreed"]
    return " · ".join(parts + missing)


def span_of(window: Window) -> str:
    """``29 Feb – 3 Apr 2016``: first and last day of it."""
    last = window.end - timedelta(days=1)
    return f"{day(window.start, year=window.start.year != last.year)} – {day(last)}"


def whole_span_of(window: Window) -> str:
    """``29 Feb – 3 Apr 2016 (to the end of 3 Apr)``: it says that its last day counts; the end written does not."""
    last = window.end - timedelta(days=1)
    return f"{span_of(window)} (to the end of {day(last, year=False)})"


def target_text(view: View) -> str:
    """The target or band with its date, named."""
    found = target_of(view)
    return f"target {found}" if found else "no target"


def target_of(view: View) -> str:
    """``20 h by 1 Mar 2027``; empty without a target."""
    if not view.targets:
        return ""
    by = f" by {day(view.kpi.target_date)}" if view.kpi.target_date else ""
    unit = "" if view.unit == "count" else f" {view.unit}"
    return f"{'–'.join(exact(value) for value in view.targets)}{unit}{by}"


@dataclass(frozen=True, slots=True)
class Footnote:
    """A sentence below a chart; ``of_an_exclusion``: it has the sign by which excluded points are marked."""

    text: str
    of_an_exclusion: bool = False


def footnotes(view: View) -> list[str]:
    """What belongs under the chart in words: exclusions first, each once."""
    return [one.text for one in signed_footnotes(view)]


def signed_footnotes(view: View) -> list[Footnote]:
    """What belongs under the chart: exclusions first, each once."""
    below = [note for note in view.analysis.detail.notes if note.remark.of_the_limits]
    judged = [note.text for note in below if not note.remark.said_with_the_limits]
    left_out = view.processed.left_out
    counted = {one.exclusion for one in left_out}
    unsaid = [_exclusion(one) for one in view.exclusions if one not in counted]
    excluded = [*unsaid, *(one.text for one in left_out)]
    hidden = sum(mark.suppressed for mark in view.marks)
    few = [f"{periods(hidden, view.period)} with fewer than {view.min_n} cases not shown."] if hidden else []
    others = [*few, *_holes(view), *view.processed.notes, *judged]
    return list(dict.fromkeys([*(Footnote(one, True) for one in excluded), *map(Footnote, others)]))


def _holes(view: View) -> list[str]:
    """Many gaps in one sentence: a chart has no room to name each."""
    found = gaps(view.marks)
    missing = sum(span.last - span.first + 1 for span in found)
    return [f"{periods(missing, view.period)} without data, hatched."] if len(found) > MANY_GAPS else []


def _exclusion(one: Exclusion) -> str:
    return words.to_be_left_out(one.start, one.end, one.reason, one.approved_by)
