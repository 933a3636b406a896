"""Every combination of verdict, change, target and guard as it is read first: short, whole, adding up, said once."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from statistics import median

import pytest

from csi.analysis.aim import Aim
from csi.analysis.analysis import Note, Remark
from csi.analysis.assurance import STATES as TARGETS
from csi.analysis.change_state import NOT_DETECTED, STATES, WORSE
from csi.analysis.sentence import Subject, below, headline, summary
from csi.analysis.verdict import Facts, evidence, rule
from csi.terms import Direction, Period, Verdict
from csi.words.heading import MOST_WORDS, of_verdicts
from tests.analysis.told import FACTS, FELL, ROSE, SAME

NAME = "Median time to resolve"
CHANGES = {"improved": FELL, "worse": ROSE}
GUARDS = {
    "": {},
    "guard": {"guard": "Fewer cases are counted: ask what is left out."},
    "drift": {"drifting_before": True, "step": (-1.0, -2.0, 0.1)},
    "mix": {"mix": "priority"},
    "season": {"seasonal": True},
    "doubted": {"doubted": ("the target lies beyond what is possible",)},
    "lacking": {"lacking": ("the evaluation has 4 of the 6 weeks needed",)},
}
AIMS = {"h": Aim(Direction.LOWER, 20.0), "%": Aim(Direction.WITHIN, None, (20.0, 30.0)), "count": Aim(Direction.LOWER)}
NUMBER = r"[−+]?\d+(?:\.\d+)?"


def cases() -> list[tuple[Subject, Facts, Verdict]]:
    made = []
    for state, target, guard, unit in product(STATES, (*TARGETS, None), GUARDS, AIMS):
        change = replace(CHANGES.get(state, SAME), state=state)
        level = FACTS.before.level + change.difference
        facts = replace(
            FACTS,
            change=change,
            target_state=target if AIMS[unit].exists else None,
            unit=unit,
            after=replace(FACTS.after, level=level),
            better=state != WORSE,
            **GUARDS[guard],
        )
        made.append((Subject(NAME, unit, Period.WEEK, AIMS[unit]), facts, rule(facts).verdict))
    return made


CASES = cases()


@pytest.mark.parametrize("side", [False, True])
def test_headlines_have_at_most_twenty_words_whole_and_about_fifteen(side: bool) -> None:
    said = [headline(*case, has_side_effect=side) for case in CASES]
    words = [len(one.split()) for one in said]
    assert max(words) <= MOST_WORDS
    assert 10 <= median(words) <= 17
    assert all(one.endswith(".") and NAME in one for one in said if "…" not in one)
    assert {one for one in said if "…" in one} == {
        one for one in said if re.search(r"Median( time)?( to)?…", one)
    }  # only the name gives way


def test_every_verdict_is_reached_with_and_without_a_target() -> None:
    reached = {(verdict, facts.target_state is None) for _, facts, verdict in CASES}
    assert {verdict for verdict, _ in reached} == set(Verdict)
    assert {verdict for verdict, without in reached if without} == {
        Verdict.INCONCLUSIVE,
        Verdict.REGRESSED,
        Verdict.IMPROVED,
        Verdict.NO_CHANGE,
    }


def test_both_axes_are_said_wherever_something_is_concluded() -> None:
    for subject, facts, verdict in CASES:
        said = headline(subject, facts, verdict)
        if verdict is Verdict.INCONCLUSIVE:
            assert "→" not in said
            continue
        aim = facts.target_state or "no target is set"
        assert said.rstrip(".").endswith(aim)
        if verdict in (Verdict.ACHIEVED, Verdict.ACHIEVED_UNSTABLE):
            assert facts.change.state in said
        assert said.split(":")[0] == verdict.value


def test_the_numbers_of_headline_and_line_below_add_up() -> None:
    counted = 0
    for subject, facts, verdict in CASES:
        if verdict is Verdict.INCONCLUSIVE or facts.mix:
            continue
        levels = re.search(rf"({NUMBER}) → ({NUMBER})", headline(subject, facts, verdict))
        gap = re.match(rf"({NUMBER})", below(subject, facts, evidence(facts, verdict), ()))
        assert levels is not None
        assert gap is not None
        before, after, difference = (float(one.replace("−", "-")) for one in (*levels.groups(), gap.group(1)))
        assert round(after - before, 6) == difference
        counted += 1
    assert counted > 100


def test_the_line_below_repeats_nothing_and_has_one_caution() -> None:
    notes = (Note(Remark.CAUTION, "A caution."), Note(Remark.CAUTION, "Another one."))
    for subject, facts, verdict in CASES:
        under = below(subject, facts, evidence(facts, verdict), notes)
        assert under.endswith((".", "!"))
        assert under.count("caution") + under.count("Another") <= 1
        clauses = [part.strip() for part in re.split(r"[.;·] ", f"{summary(subject, facts, verdict)} {under}") if part]
        assert len(clauses) == len(set(clauses))


@pytest.mark.parametrize(
    ("verdicts", "unmeasured", "said"),
    [
        ([], 0, "No KPI has a verdict yet."),
        ([Verdict.ACHIEVED], 0, "1 KPI: 1 achieved."),
        ([Verdict.ACHIEVED, Verdict.REGRESSED, Verdict.ACHIEVED], 0, "3 KPIs: 1 regressed; 2 achieved."),
        ([Verdict.NO_CHANGE], 2, "3 KPIs: 1 without change; 2 not measured."),
    ],
)
def test_a_cycle_s_headline_counts_verdicts_urgent_ones_first(
    verdicts: list[Verdict], unmeasured: int, said: str
) -> None:
    assert of_verdicts(verdicts, unmeasured) == said


def test_a_cycle_with_all_of_them_still_has_twenty_words() -> None:
    every = of_verdicts([*Verdict] * 3, 4)
    assert len(every.split()) <= MOST_WORDS
    assert every.startswith("22 KPIs: 3 regressed; 3 without change; 3 inconclusive;")


def test_what_changed_less_than_can_be_told_is_no_change() -> None:
    assert (
        rule(replace(FACTS, change=replace(SAME, state=NOT_DETECTED), target_state=None)).verdict is Verdict.NO_CHANGE
    )
