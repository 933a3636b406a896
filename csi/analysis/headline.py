"""What is read first of a KPI: a headline of at most twenty words, and one line below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from csi.terms import Evidence, Period, Verdict
from csi.words.together import Moved
from csi.words.wording import of_unit, periods, sentence

MOST_WORDS = 20  # of a headline
_JUDGED_BY_TARGET = (Verdict.ACHIEVED, Verdict.ACHIEVED_UNSTABLE)


@dataclass(frozen=True, slots=True)
class Told:
    """What a headline tells.

    Attributes:
        verdict: of the KPI.
        label: the same with its side effect.
        name: the KPI's.
        unit: its unit.
        read: its levels before and after, as they are read; None where nothing is concluded.
        change: the state of the change.
        target: ``target 20 h``; empty where none is set.
        state: against the target.
        why: why nothing is concluded, in a few words.
        held: the change is told at the mix before, which the levels are not.
    """

    verdict: Verdict
    label: str
    name: str
    unit: str
    read: Moved | None
    change: str = ""
    target: str = ""
    state: str = ""
    why: str = ""
    held: bool = False


def headline(told: Told) -> str:
    """``IMPROVED: Median time to resolve 24.6 → 19.8 h; target 20 h is too close to call.``"""
    if told.verdict is Verdict.INCONCLUSIVE or told.read is None:
        return _with_name(told, f", {told.why}.")
    read = told.read
    moves = (
        f"stays at {read.after}" if read.stayed else f"{read.before.removesuffix(of_unit(told.unit))} → {read.after}"
    )
    known = told.change if told.verdict in _JUDGED_BY_TARGET or told.held else ""
    known = f"{'at constant mix ' if told.held else ''}{known}" if known else ""
    aim = f"{told.target} {_against(told)}" if told.target and told.state else "no target is set"
    return _with_name(told, f" {moves}{f', {known}' if known else ''}; {aim}.")


def _against(told: Told) -> str:
    if told.verdict is Verdict.REGRESSED and told.state in ("reliably met", "met on average"):
        return f"is still {told.state}"
    return f"is {told.state}"


def _with_name(told: Told, rest: str) -> str:
    """The KPI's name as far as there is room: of a long one the first words, told to be cut."""
    room = max(MOST_WORDS - _words(f"{told.label}{rest}"), 1)
    words = told.name.split()
    name = told.name if len(words) <= room else f"{' '.join(words[:room])}…"
    return f"{told.label}: {name}{rest}"


def _words(text: str) -> int:
    return len(text.split())


def below(
    read: Moved | None,
    evidence: Evidence,
    counts: tuple[int, int],
    period: Period,
    cautions: Sequence[str] = (),
    *,
    allows: str = "",
) -> str:
    """The line under a headline: difference with interval, evidence, number of periods, the caution that matters.

    Args:
        read: the levels and their difference as they are read; None where no change was judged.
        evidence: for the change.
        counts: periods before and after.
        period: their length.
        allows: what the difference allows for, such as the mix before; empty: for nothing.
        cautions: what a reader must know beside it, the one that matters most first.
    """
    many = f"{periods(counts[1], period)} against {counts[0]}"
    strength = "no evidence of a change" if evidence is Evidence.NONE else f"{evidence} evidence"
    told = f"{read.difference}{allows}, likely {read.likely} · {strength} · {many}" if read is not None else many
    return f"{sentence(told)} {cautions[0]}" if cautions else sentence(told)
