"""One honest sentence per KPI: the number, its unit, how many periods, and the interval. No p-values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from csi.analysis.aim import CONCERN, IMPROVEMENT, Aim
from csi.analysis.analysis import Note, Remark
from csi.analysis.assurance import ON_AVERAGE, RELIABLY, TOO_CLOSE
from csi.analysis.change_state import IMPROVED, NOT_MEANINGFUL, WORSE
from csi.analysis.verdict import Facts, but, detected, few, size
from csi.terms import VERDICTS, Evidence, Period, Verdict, label
from csi.words import heading, wording
from csi.words.messages import mark, said
from csi.words.together import keeping, share


@dataclass(frozen=True, slots=True)
class Subject:
    """What the sentence is about; ``counted`` where the level is a number of things a period."""

    name: str
    unit: str
    period: Period
    aim: Aim
    counted: bool = False


@dataclass(frozen=True, slots=True)
class GapClosed:
    """Share of the distance between baseline and target that was closed, with its 95 % interval."""

    share: float
    lower: float
    upper: float


def sentence(
    subject: Subject,
    facts: Facts,
    verdict: Verdict,
    evidence: Evidence,
    *,
    closed: GapClosed | None = None,
    side_effects: tuple[str, ...] = (),
) -> str:
    """What happened, in words a service owner understands.

    Args:
        subject: the KPI.
        facts: what the verdict rests on.
        verdict: the ruling.
        evidence: its strength, said when a change is claimed.
        closed: how much of the gap was closed, for IMPROVED.
        side_effects: a clause per guard KPI that got worse.
    """
    effect = f" Side effect: {wording.listed(side_effects)}." if side_effects else ""
    if verdict is Verdict.INCONCLUSIVE:
        return _inconclusive(subject, facts) + effect
    lately = _lately(subject, facts) if facts.change.state in (IMPROVED, WORSE) else ""
    parts = [_moved(subject, facts) + lately, _against(subject, facts, verdict), _closed(closed, verdict)]
    text = "; ".join(part for part in parts if part) + "."
    if facts.change.state in (IMPROVED, WORSE):
        text += f" The evidence is {evidence}." if evidence is not Evidence.NONE else ""
        text += _overstated(facts)
    return text + effect + (f" {facts.guard}" if facts.guard and not facts.drifting_before else "")


def headline(subject: Subject, facts: Facts, verdict: Verdict, *, has_side_effect: bool = False) -> str:
    """What is read first: verdict, levels, target, in at most twenty words."""
    return heading.headline(_told(subject, facts, label(verdict, has_side_effect=has_side_effect)))


def summary(subject: Subject, facts: Facts, verdict: Verdict) -> str:
    """The same where verdict and name stand beside it."""
    return heading.summary(_told(subject, facts, label(verdict)))


def _told(subject: Subject, facts: Facts, said_as: str) -> heading.Told:
    return heading.Told(
        label=said_as,
        name=subject.name,
        unit=subject.unit,
        read=None if VERDICTS[said_as] is Verdict.INCONCLUSIVE else facts.read,
        change=facts.change.state or "",
        target=_aim(subject),
        state=facts.target_state or "",
        why=said(_why(facts)),
        held=bool(facts.mix),
    )


def _why(facts: Facts) -> str:
    """Why nothing is concluded, in a few words."""
    if facts.doubted:
        return mark("its definition does not fit the data")
    if facts.comparability:
        return mark("before and after are not comparable")
    return mark("not enough data to judge a change")


def below(subject: Subject, facts: Facts, evidence: Evidence, notes: Sequence[Note]) -> str:
    """The line under the headline: interval, evidence, number of periods, and the caution that matters most."""
    return heading.below(under(subject, facts, evidence, notes))


def under(subject: Subject, facts: Facts, evidence: Evidence, notes: Sequence[Note]) -> heading.Below:
    """What that line tells."""
    judged = facts.change.state is not None and not facts.unjudged
    told = _overstated(facts).strip() if judged else ""
    if judged and not told and facts.step is not None and detected(facts.change):
        left, likely = _beyond(facts, facts.step)
        told = f"Beyond the way the baseline was already going it is {left} (likely {likely})."
    why = [text[:1].upper() + text[1:] + "." for text in facts.unjudged[:1]]
    cautions = [note.text for note in notes if note.remark in (Remark.CAUTION, Remark.MIX_FLIPS, Remark.BREACH_AHEAD)]
    first = [one for one in (*why, facts.guard, told, *cautions) if one]
    allowed = (
        said("at the baseline's mix of {column}", column=facts.mix) if facts.mix else "",
        said("allowing for the season of the year") if facts.seasonal else "",
    )
    return heading.Below(
        read=facts.read if judged else None,
        evidence=evidence,
        before=facts.before.periods,
        after=facts.after.periods,
        period=subject.period,
        claimed=facts.change.state in (IMPROVED, WORSE),
        allows=" ".join(one for one in allowed if one),
        cautions=first,
    )


def _moved(subject: Subject, facts: Facts) -> str:
    """``Median time to resolve fell from 24.6 h to 19.8 h (−4.8 h, likely −7.1 to −2.4)``."""
    was, now = facts.before.level or 0.0, facts.after.level or 0.0
    told, read = facts.change.state in (IMPROVED, WORSE), facts.read
    verb = ("rose" if now > was else "fell") if told else "went"
    there = f"stayed at {read.after}" if read.stayed else f"{verb} from {read.before} to {read.after}"
    per = f" a {subject.period.value}" if subject.counted else ""
    season = " allowing for the season of the year" if facts.seasonal else ""
    text = f"{subject.name} {there}{per} ({_at_mix(facts)}{read.difference}{season}, likely {read.likely})"
    return text if told else f"{text}, {_no_change(subject, facts)}"


def _at_mix(facts: Facts) -> str:
    """The change as counted, before the one at the baseline's mix, where that decides."""
    if not facts.mix:
        return ""
    counted = facts.read.scale.gap(facts.crude)
    return f"{counted}; at the baseline's mix of {facts.mix} "


def _overstated(facts: Facts) -> str:
    if not facts.drifting_before:
        return ""
    text = " The baseline was already moving this way, so the plain difference overstates"
    if facts.step is None:
        return text + "."
    left, likely = _beyond(facts, facts.step)
    return f"{text}: beyond that drift it is {left} (likely {likely})."


def _beyond(facts: Facts, step: Sequence[float]) -> tuple[str, str]:
    """What is left of a change beyond the baseline's drift, and its interval."""
    left, *sides = step
    scale = keeping(facts.read.scale, left, tuple(sides))
    return scale.gap(left), scale.likely(tuple(sides))


def _lately(subject: Subject, facts: Facts) -> str:
    """What a change rests on beside the levels: the run at the latest point, which alone may have decided."""
    worse = facts.change.state == WORSE
    if facts.sustained != (CONCERN if worse else IMPROVEMENT):
        return ", which is worse" if worse else ""
    latest = f"the latest {wording.periods(facts.run, subject.period)} all lie on the "
    latest += f"{'wrong' if worse else 'good'} side of the baseline"
    if worse:
        return f", but it got worse lately: {latest}" if _only_lately(facts) else f", which is worse: {latest}"
    return "" if detected(facts.change) and facts.better else f", but it got better lately: {latest}"


def _only_lately(facts: Facts) -> bool:
    """Whether the window as a whole is not worse than the baseline, and only its latest run is."""
    return facts.better or facts.read.stayed


def _no_change(subject: Subject, facts: Facts) -> str:
    weeks = f"in {wording.periods(facts.after.periods, subject.period)}"
    if facts.change.state == NOT_MEANINGFUL and detected(facts.change):
        return f"{_small(subject, facts)} {weeks}, less than the {size(facts, facts.matters)} that would matter"
    if facts.change.state == NOT_MEANINGFUL:
        least = f" (that would be {size(facts, facts.matters)} or more)" if facts.matters else ""
        return f"no change that matters {weeks}{least}"
    if detected(facts.change) and facts.step:
        left, likely = _beyond(facts, facts.step)
        return f"no detectable change {weeks} beyond the way the baseline was already going ({left}, likely {likely})"
    seen = facts.change.smallest_detectable
    could = f" (one of {size(facts, seen)} or more would probably have been seen)" if seen else ""
    return f"no detectable change {weeks}{could}"


def _small(subject: Subject, facts: Facts) -> str:
    was, now = (subject.aim.distance(window.level or 0.0) for window in (facts.before, facts.after))
    return "a small improvement" if now < was else "a small step for the worse" if now > was else "a small move"


def _against(subject: Subject, facts: Facts, verdict: Verdict) -> str:
    if facts.target_state is None:
        return (
            f"no target is set ({wording.periods(facts.after.periods, subject.period)} against {facts.before.periods})"
        )
    aim = _target(subject)
    hits = f"{facts.after.met} of {wording.periods(facts.after.periods, subject.period)}"
    if facts.target_state == RELIABLY:
        return f"{aim} is {_reliably(facts, verdict)}: {hits}{_not_excluded(facts)}"
    if facts.target_state == ON_AVERAGE:
        still = (
            "still met on average, but worse" if verdict is Verdict.REGRESSED else "met on average, not yet reliably"
        )
        return f"{aim} is {still}: {hits}{_although_met(facts, verdict, subject.aim.target)}"
    if facts.target_state == TOO_CLOSE:
        return f"{aim} is too close to call: {hits} on target{_settled(facts, subject)}"
    return f"{aim} is not met{' yet' if verdict is Verdict.IMPROVED else ''}: {hits} on target"


def _although_met(facts: Facts, verdict: Verdict, target: float | None) -> str:
    """Why a target that every period met is not relied on."""
    if facts.after.met != facts.after.periods or verdict is Verdict.REGRESSED:
        return ""
    if but(facts):
        return but(facts)
    if not facts.change.difference and facts.after.level == target:
        return ", but with nothing to spare"
    return ", but the usual variation reaches as far as the target"


def _not_excluded(facts: Facts) -> str:
    misses = facts.assurance.misses_not_excluded
    return "" if misses is None else f"; misses of up to {few(misses)} are not excluded yet"


def _settled(facts: Facts, subject: Subject) -> str:
    """How likely the level is on target, and what would settle it."""
    found = facts.against
    if found.likely is None:
        return ""
    likely = f", the level meets it with a likelihood of {wording.share(min(max(found.likely, 0.01), 0.99))}"
    if found.more is None:
        return f"{likely}; it stays so unless the level moves"
    return f"{likely}; about {wording.periods(found.more, subject.period)} more like these would settle it"


def _reliably(facts: Facts, verdict: Verdict) -> str:
    if verdict is Verdict.REGRESSED:
        return "still met, but worse"
    if facts.change.state == IMPROVED:
        return "reliably met"
    if facts.met_before:
        return "reliably met, as it was before"
    return "reliably met, though an improvement is not shown"


def _target(subject: Subject) -> str:
    return f"the {'band' if subject.aim.banded else 'target'} of {_aimed_at(subject)}"


def _aim(subject: Subject) -> str:
    """``target 20 h``, ``band 20–30 %``; empty where there is none."""
    aim = subject.aim
    if not aim.exists:
        return ""
    if not aim.band:
        return said("target {level}", level=_aimed_at(subject))
    low, high = aim.band
    close = low >= 0  # a dash before a minus cannot be read
    ends = f"{wording.exact(low)}–{wording.exact(high, subject.unit)}" if close else _aimed_at(subject)
    return said("band {ends}", ends=ends)


def _aimed_at(subject: Subject) -> str:
    aim, unit = subject.aim, subject.unit
    ends = aim.band if aim.banded and aim.band else (aim.target or 0.0,)
    return " to ".join(wording.exact(end, unit) for end in ends)


def _closed(closed: GapClosed | None, verdict: Verdict) -> str:
    if verdict is not Verdict.IMPROVED or closed is None:
        return ""
    part, likely = share(closed.share, (closed.lower, closed.upper))
    return f"{part} of the gap is closed (likely {likely})"


def _inconclusive(subject: Subject, facts: Facts) -> str:
    differing = (f"before and after are not comparable: {'; '.join(facts.comparability)}",)
    found = (*facts.doubted, *(differing if facts.comparability else ()))
    why = "; ".join(found or facts.lacking) or "the change was not judged"
    return f"Nothing can be concluded about {subject.name} yet: {why}."


def side_effect(subject: Subject, facts: Facts) -> str:
    """A guard KPI that got worse, as a clause."""
    return _moved(subject, facts)


def mattering(facts: Facts) -> str:
    """What the smallest difference is that matters."""
    if not facts.matters:
        return "Any difference matters: the baseline does not vary."
    return f"The smallest difference that matters is {size(facts, facts.matters)}."
