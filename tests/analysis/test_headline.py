"""What is read first: verdict, levels and target in at most twenty words; below it one line; always both axes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.blocks.step6_present import UNMEASURED, sign
from csi.analysis.analysis import Note, Remark
from csi.analysis.assurance import STATES as TARGETS
from csi.analysis.change_state import STATES as CHANGES
from csi.analysis.sentence import Subject, below, headline
from csi.analysis.verdict import Facts, evidence
from csi.terms import VERDICTS, Evidence, Period, Verdict, both_axes
from csi.words.heading import once
from tests.analysis.series import analyse, noise, step
from tests.analysis.told import FACTS, OUTCOMES, SAME, STILL, SUBJECT

SAID = {
    Verdict.INCONCLUSIVE: "INCONCLUSIVE: Median time to resolve, not enough data to judge a change.",
    Verdict.REGRESSED: "REGRESSED: Median time to resolve 24.6 → 29.4 h; target 20 h is not met.",
    Verdict.ACHIEVED: "ACHIEVED: Median time to resolve 24.6 → 17.8 h, improved; target 20 h is reliably met.",
    Verdict.ACHIEVED_UNSTABLE: "ACHIEVED, UNSTABLE: Median time to resolve 24.6 → 19.8 h, improved; target 20 h is met on average.",  # noqa: E501
    Verdict.IMPROVED: "IMPROVED: Median time to resolve 24.6 → 22.8 h; target 20 h is not met.",
    Verdict.NO_CHANGE: "NO CHANGE: Median time to resolve 24.6 → 24.2 h; target 20 h is not met.",
}


@pytest.mark.parametrize("verdict", SAID)
def test_a_headline_of_every_verdict(verdict: Verdict):
    assert headline(SUBJECT, OUTCOMES[verdict], verdict) == SAID[verdict]


@pytest.mark.parametrize(
    ("facts", "verdict", "said"),
    [
        (STILL, Verdict.ACHIEVED, "24.6 → 24.2 h, no detectable change; target 20 h is reliably met."),
        (replace(STILL, target_state="met on average"), Verdict.REGRESSED, "; target 20 h is still met on average."),
        (replace(STILL, target_state="too close to call"), Verdict.REGRESSED, "; target 20 h is too close to call."),
        (replace(STILL, target_state=None), Verdict.IMPROVED, "24.6 → 24.2 h; no target is set."),
        (
            replace(STILL, mix="priority"),
            Verdict.NO_CHANGE,
            "h, at constant mix no detectable change; target 20 h is reliably met.",
        ),
        (replace(FACTS, comparability=("x",)), Verdict.INCONCLUSIVE, ", before and after are not comparable."),
        (replace(FACTS, doubted=("x",)), Verdict.INCONCLUSIVE, ", its definition does not fit the data."),
    ],
)
def test_what_a_headline_ends_with(facts: Facts, verdict: Verdict, said: str):
    assert headline(SUBJECT, facts, verdict).endswith(said)


@pytest.mark.parametrize("words", [1, 5, 9, 40])
@pytest.mark.parametrize("verdict", OUTCOMES)
@pytest.mark.parametrize("side", [False, True])
@pytest.mark.parametrize("mix", ["", "priority"])
def test_a_headline_has_at_most_twenty_words(words: int, verdict: Verdict, side: bool, mix: str):
    subject: Subject = replace(SUBJECT, name=" ".join(["resolving"] * words))
    said = headline(subject, replace(OUTCOMES[verdict], mix=mix), verdict, has_side_effect=side)
    assert len(said.split()) <= 20 or said.count("resolving") == 1
    assert ("…" in said) is (said.count("resolving") < words)


def test_below_stand_interval_evidence_number_and_the_caution_that_matters_most():
    facts = OUTCOMES[Verdict.IMPROVED]
    notes = (Note(Remark.FOOTNOTE, "The limits."), Note(Remark.CAUTION, "Beware."), Note(Remark.CAUTION, "And."))
    numbers = "−1.8 h, likely −2.8 to −0.9"
    assert below(SUBJECT, facts, Evidence.WEAK, ()) == f"{numbers} · weak evidence · 6 weeks against 24."
    assert below(SUBJECT, facts, Evidence.NONE, ()) == f"{numbers} · no evidence of a change · 6 weeks against 24."
    still = below(SUBJECT, OUTCOMES[Verdict.NO_CHANGE], Evidence.WEAK, ())
    assert still == "−0.4 h, likely −2.4 to +1.6 · weak evidence of a change · 6 weeks against 24."
    assert below(SUBJECT, facts, Evidence.WEAK, notes).endswith("against 24. Beware.")
    guarded = replace(facts, guard="One period carries the difference.")
    assert below(SUBJECT, guarded, Evidence.WEAK, notes).endswith("against 24. One period carries the difference.")
    mixed = below(SUBJECT, replace(facts, mix="priority"), Evidence.WEAK, ())
    assert mixed.startswith("−1.8 h at the baseline's mix of priority, likely")
    lacking = OUTCOMES[Verdict.INCONCLUSIVE]
    assert below(SUBJECT, lacking, Evidence.NONE, ()).startswith("6 weeks against 24. The evaluation has 4 of the 6")


def test_without_windows_only_what_is_missing_is_said():
    facts = replace(OUTCOMES[Verdict.INCONCLUSIVE], lacking=("no window is agreed",))
    none = replace(facts, before=replace(facts.before, periods=0), after=replace(facts.after, periods=0))
    assert below(SUBJECT, none, Evidence.NONE, ()) == "No window is agreed."
    one = replace(none, after=replace(facts.after, periods=1))
    assert below(SUBJECT, one, Evidence.NONE, ()).startswith("1 week against 0. ")


def test_a_caution_of_several_is_said_once_on_a_screen():
    lines = [
        ("A. Beware.", "A.", "Beware."),
        ("B. Beware.", "B.", "Beware."),
        ("C. Else.", "C.", "Else."),
        ("D.", "D.", ""),
    ]
    assert once(lines) == ["A. Beware.", "B.", "C. Else.", "D."]
    assert once([("Beware.", "", "Beware.")] * 2) == ["Beware."] * 2
    assert once([("A.", "", ""), ("B.", "", "")]) == ["A.", "B."]  # made by earlier versions


def test_an_analysis_holds_its_line_with_and_without_the_caution():
    detail = analyse(step(-5.0), target=20.0).detail
    assert detail.below == f"{detail.figures} {detail.caution}"
    assert detail.figures.endswith("12 weeks against 24.")
    assert detail.caution.startswith("A yearly season")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"step": (-1.0, -2.0, 0.1)},
            "Beyond the way the baseline was already going it is −1.0 h (likely −2.0 to +0.1).",
        ),
        ({"step": (-1.0, -2.0, 0.1), "drifting_before": True}, "overstates: beyond that drift it is −1.0 h"),
        ({"drifting_before": True}, "so the plain difference overstates."),
    ],
)
def test_a_baseline_that_drifted_is_told_below_the_headline(more: dict[str, object], said: str):
    facts = replace(FACTS, **more)
    assert said in below(SUBJECT, facts, evidence(facts, Verdict.NO_CHANGE), ())
    same = replace(facts, change=SAME)
    assert ("Beyond the way" in below(SUBJECT, same, Evidence.NONE, ())) is False


@pytest.mark.parametrize(
    ("verdict", "change", "target", "said"),
    [
        ("ACHIEVED", "improved", "reliably met", "ACHIEVED · improved"),
        ("ACHIEVED, UNSTABLE", "no detectable change", "met on average", "ACHIEVED, UNSTABLE · no detectable change"),
        ("IMPROVED", "improved", "too close to call", "IMPROVED · target too close to call"),
        ("IMPROVED WITH SIDE EFFECT", "improved", "not met", "IMPROVED WITH SIDE EFFECT · target not met"),
        ("REGRESSED", "worse", "reliably met", "REGRESSED · target reliably met"),
        ("NO CHANGE", "no detectable change", None, "NO CHANGE"),
        ("INCONCLUSIVE", None, "met on average", "INCONCLUSIVE"),
        ("", None, None, ""),
    ],
)
def test_a_label_says_the_axis_that_the_verdict_does_not(
    verdict: str, change: str | None, target: str | None, said: str
):
    assert both_axes(verdict, change, target) == said


def test_every_label_has_the_sign_of_its_verdict():
    for label in VERDICTS:
        for change in CHANGES:
            assert {sign(both_axes(label, change, target)) for target in (*TARGETS, None)} == {sign(label)}
    assert sign("NOT MEASURED") == UNMEASURED


def test_an_analysis_holds_headline_line_and_both_axes():
    found = analyse(step(-5.0), target=20.0)
    plain = found.as_plain()
    assert (plain["change_axis"], plain["target_axis"]) == ("improved", "too close to call")
    assert plain["headline"].startswith("IMPROVED: ")
    assert found.both == "IMPROVED · target too close to call"
    assert " · strong evidence · 12 weeks against 24." in found.detail_plain()["below"]
    halved, same = analyse(step(-12.0), target=40.0), analyse(noise(36), target=40.0)
    assert [halved.both, same.both] == ["ACHIEVED · improved", "ACHIEVED · no detectable change"]
    assert Period.WEEK.value in same.detail.below
