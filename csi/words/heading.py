"""What is read first: of a KPI a headline of at most twenty words and one line below it, of many how many verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csi.terms import VERDICTS, Evidence, Period, Verdict
from csi.words.messages import counted, mark, said
from csi.words.together import Moved
from csi.words.wording import of_unit, periods, sentence

MOST_WORDS = 20  # of a headline
MET = (mark("reliably met"), mark("met on average"))
STATES = (*MET, mark("too close to call"), mark("not met"))  # against the target
CHANGES = (mark("improved"), mark("worse"), mark("no meaningful change"), mark("no detectable change"))
_LABELS = (
    mark("INCONCLUSIVE"),
    mark("REGRESSED"),
    mark("ACHIEVED"),
    mark("ACHIEVED, UNSTABLE"),
    mark("IMPROVED"),
    mark("NO CHANGE"),
    mark("INCONCLUSIVE WITH SIDE EFFECT"),
    mark("REGRESSED WITH SIDE EFFECT"),
    mark("ACHIEVED WITH SIDE EFFECT"),
    mark("ACHIEVED, UNSTABLE WITH SIDE EFFECT"),
    mark("IMPROVED WITH SIDE EFFECT"),
    mark("NO CHANGE WITH SIDE EFFECT"),
    mark("NOT MEASURED"),
)
_CONCLUDED, _NOTHING_YET = mark("{label}: {name} {rest}"), mark("{label}: {name}, {rest}")
_JUDGED_BY_TARGET = (Verdict.ACHIEVED, Verdict.ACHIEVED_UNSTABLE)
_EVIDENCE = {
    Evidence.STRONG: mark("strong evidence"),
    Evidence.MODERATE: mark("moderate evidence"),
    Evidence.WEAK: mark("weak evidence"),
    Evidence.NONE: mark("no evidence of a change"),
}
_OF_A_CHANGE = {
    Evidence.STRONG: mark("strong evidence of a change"),
    Evidence.MODERATE: mark("moderate evidence of a change"),
    Evidence.WEAK: mark("weak evidence of a change"),
    Evidence.NONE: mark("no evidence of a change"),
}
# How many KPIs have each verdict, what asks for attention first.
_COUNTED = {
    Verdict.REGRESSED: (mark("{count} regressed"), mark("{count} regressed")),
    Verdict.NO_CHANGE: (mark("{count} without change"), mark("{count} without change")),
    Verdict.INCONCLUSIVE: (mark("{count} inconclusive"), mark("{count} inconclusive")),
    Verdict.IMPROVED: (mark("{count} improved"), mark("{count} improved")),
    Verdict.ACHIEVED_UNSTABLE: (mark("{count} achieved, unstable"), mark("{count} achieved, unstable")),
    Verdict.ACHIEVED: (mark("{count} achieved"), mark("{count} achieved")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a headline tells.

    Attributes:
        label: the verdict with its side effect.
        name: the KPI's.
        unit: its unit.
        read: its levels before and after, as they are read; None where nothing is concluded.
        change: the state of the change.
        target: ``target 20 h``; empty where none is set.
        state: against the target.
        why: why nothing is concluded, in a few words.
        held: the change is told at the mix before, which the levels are not.
    """

    label: str
    name: str
    unit: str
    read: Moved | None
    change: str = ""
    target: str = ""
    state: str = ""
    why: str = ""
    held: bool = False

    @property
    def verdict(self) -> Verdict:
        """What is ruled, whatever its side effect."""
        return VERDICTS[self.label]


def headline(told: Told) -> str:
    """``IMPROVED: Median time to resolve 24.6 → 19.8 h; target 20 h is too close to call.``"""
    whole, rest = _CONCLUDED if told.read else _NOTHING_YET, summary(told)
    label, words = said(told.label), told.name.split()
    if _room(whole, label, rest) < 1:  # the line below says what mix the change is told at
        rest = summary(told, briefly=True)
    room = max(_room(whole, label, rest), 1)
    name = told.name if len(words) <= room else f"{' '.join(words[:room])}…"
    return said(whole, label=label, name=name, rest=rest)


def ruled(label: str, text: str) -> str:
    """A verdict with its summary: ``NO CHANGE. Stays at 24.6 h; no target is set.``"""
    if not text:
        return said(label)
    return said("{label}. {text}", label=said(label), text=text[:1].upper() + text[1:])


def titled(name: str, text: str) -> str:
    """What is said of a KPI, under the whole of its name."""
    return said("{name}: {text}", name=name, text=text)


def _room(whole: str, label: str, rest: str) -> int:
    """How many words a name may have."""
    return MOST_WORDS - _words(said(whole, label=label, name="", rest=rest))


def _words(text: str) -> int:
    return len(text.split())


def summary(told: Told, *, briefly: bool = False) -> str:
    """The same where verdict and name stand before it: ``24.6 → 19.8 h; target 20 h is too close to call.``"""
    if told.read is None:
        return said("{why}.", why=told.why)
    return said("{moves}; {aim}.", moves=_moves(told, told.read, briefly=briefly), aim=_against(told))


def _moves(told: Told, read: Moved, *, briefly: bool) -> str:
    """``24.6 → 19.8 h``, and the change where the verdict does not say it."""
    if read.stayed:
        moves = said("stays at {level}", level=read.after)
    else:
        moves = said("{before} → {after}", before=read.before.removesuffix(of_unit(told.unit)), after=read.after)
    held = told.held and not briefly
    if not told.change or (told.verdict not in _JUDGED_BY_TARGET and not held):
        return moves
    change = said(told.change)
    if held:
        return said("{moves}, at constant mix {change}", moves=moves, change=change)
    return said("{moves}, {change}", moves=moves, change=change)


def _against(told: Told) -> str:
    if not told.target or not told.state:
        return said("no target is set")
    if told.verdict is Verdict.REGRESSED and told.state in MET:
        return said("{target} is still {state}", target=told.target, state=said(told.state))
    return said("{target} is {state}", target=told.target, state=said(told.state))


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """What stands under a headline.

    Attributes:
        read: the levels and their difference as they are read; None where no change was judged.
        evidence: for the change.
        before, after: how many periods.
        period: their length.
        claimed: whether a change is claimed, for which there is evidence; else it is what there is of one.
        allows: what the difference allows for, such as the mix before; empty: for nothing.
        cautions: what a reader must know beside it, the one that matters most first.
    """

    read: Moved | None
    evidence: Evidence
    before: int
    after: int
    period: Period
    claimed: bool = True
    allows: str = ""
    cautions: Sequence[str] = ()


def below(told: Below) -> str:
    """The line under a headline: difference with interval, evidence, number of periods, the caution that matters."""
    return " ".join(one for one in (figures(told), *told.cautions[:1]) if one)


def once(lines: Iterable[tuple[str, str, str]]) -> list[str]:
    """Lines under several headlines on one screen: a caution that stands there already is not said again.

    Args:
        lines: of each the line, the same without its caution, and that caution.
    """
    said_already: set[str] = set()
    shown = []
    for whole, alone, caution in lines:
        shown.append(alone if alone and caution in said_already else whole)
        said_already |= {caution} - {""}
    return shown


def figures(told: Below) -> str:
    """The line under a headline without its caution; empty where no window is agreed."""
    if not told.before and not told.after:
        return ""
    many = said("{periods} against {before}", periods=periods(told.after, told.period), before=told.before)
    if told.read is not None:
        gap = said("{difference} {allows}", difference=told.read.difference, allows=told.allows)
        gap = gap if told.allows else told.read.difference
        likely = said("{gap}, likely {interval}", gap=gap, interval=told.read.likely) if told.read.sides else gap
        evidence = _EVIDENCE[told.evidence] if told.claimed else _OF_A_CHANGE[told.evidence]
        many = " · ".join((likely, said(evidence), many))
    return sentence(many)


def of_verdicts(verdicts: Iterable[Verdict], unmeasured: int = 0) -> str:
    """A cycle in a line, by its verdicts: ``4 KPIs: 1 regressed, 2 without change, 1 achieved.``"""
    found = list(verdicts)
    every = len(found) + unmeasured
    if not every:
        return said("No KPI has a verdict yet.")
    each = [(*_COUNTED[verdict], found.count(verdict)) for verdict in _COUNTED]
    said_each = [counted(one, many, number) for one, many, number in each if number]
    none = counted("{count} not measured", "{count} not measured", unmeasured)
    parts = "; ".join([*said_each, *([none] if unmeasured else [])])
    return counted("{count} KPI: {parts}.", "{count} KPIs: {parts}.", every, parts=parts)
