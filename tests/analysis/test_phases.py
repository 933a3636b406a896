"""Limits begun anew: only for a sustained run, with a reason, never to change the verdict."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from csi.analysis import Analysis
from csi.analysis.phases import Run, check, runs, shift
from csi.definition import Rebase
from csi.errors import InvalidInput
from csi.terms import Verdict
from tests.analysis.series import analyse, frame, noise, step

MOVED = step(-12.0, before=24, after=24)
DAYS = [moment.date() for moment in frame(MOVED).index]
START = DAYS[24]


def late(analysis: Analysis) -> list[date]:
    return [signal.start.date() for signal in analysis.signals if signal.start.date() >= START]


def test_phases_have_their_own_limits_and_the_old_ones_stay():
    found, plain = analyse(MOVED, rebases=(Rebase(START, "new tool"),)), analyse(MOVED)
    assert found.limits.n == 24
    assert found.limits.upper[0] == plain.limits.upper
    assert found.limits.upper[0] - found.limits.upper[-1] == pytest.approx(12, abs=2.5)
    assert [(one.start, one.n, one.begun) for one in found.detail.phases] == [(DAYS[0], 24, True), (START, 24, True)]
    assert found.detail.phases[0].centre == plain.limits.centre
    assert found.detail.phases[1].centre == pytest.approx(MOVED[24:].mean())
    assert len(late(found)) < len(late(plain)) / 2
    assert any("Limits begin anew on 23 Jun 2025: new tool." in text for text in found.warnings)


def test_no_run_goes_on_from_the_old_limits_into_the_new_ones():
    values = MOVED.copy()
    values[22:24] = values[:24].mean() - 1
    plain, anew = analyse(values), analyse(values, rebases=(Rebase(START, "new tool"),))
    assert {DAYS[22], DAYS[23]} <= {signal.start.date() for signal in plain.signals}
    assert not {DAYS[22], DAYS[23]} & {signal.start.date() for signal in anew.signals}


@pytest.mark.parametrize("target", [None, 14.0, 30.0])
@pytest.mark.parametrize("size", [-12.0, 12.0])
def test_new_limits_never_change_the_verdict(size: float, target: float | None):
    values = step(size, before=24, after=9)
    plain, anew = (analyse(values, target=target, rebases=those) for those in ((), (Rebase(START, "new tool"),)))
    assert anew.detail.phases[1].begun
    assert (anew.verdict, anew.evidence, anew.sentence) == (plain.verdict, plain.evidence, plain.sentence)
    assert (anew.target_state, anew.assurance, anew.change) == (plain.target_state, plain.assurance, plain.change)
    assert anew.detail.gates == plain.detail.gates


def test_a_worse_level_cannot_be_rebased_away():
    worse = analyse(step(12.0), rebases=(Rebase(START, "we got used to it"),))
    assert worse.verdict is Verdict.REGRESSED


def test_new_limits_are_in_trial_until_twelve_points_lie_after_them():
    early = analyse(step(-12.0, before=24, after=9), rebases=(Rebase(START, "new tool"),))
    assert (early.limits.n, early.limits.trial) == (9, True)
    assert not analyse(step(-12.0, before=24, after=12), rebases=(Rebase(START, "new tool"),)).limits.trial


def test_new_limits_without_a_sustained_run_are_not_drawn_and_that_is_said():
    quiet, plain = analyse(noise(36, seed=5), rebases=(Rebase(START, "a hope"),)), analyse(noise(36, seed=5))
    assert (quiet.limits, quiet.signals) == (plain.limits, plain.signals)
    [phase] = quiet.detail.phases
    assert (phase.begun, phase.centre) == (False, None)
    assert any("New limits from 23 Jun 2025 on (a hope) are not drawn" in text for text in quiet.warnings)


def test_limits_begin_anew_twice_and_what_nothing_stands_behind_is_passed_over():
    values = np.concatenate([noise(24, seed=1), noise(12, seed=2) - 12, noise(12, seed=3) - 24])
    asked = [Rebase(DAYS[36], "second"), Rebase(DAYS[24], "first"), Rebase(DAYS[30], "nothing")]
    found = analyse(values, rebases=tuple(asked))
    assert [(one.reason, one.begun) for one in found.detail.phases] == [
        ("", True),
        ("first", True),
        ("second", True),
        ("nothing", False),
    ]
    assert found.detail.phases[1].n == 12
    assert found.limits.centre == pytest.approx(values[36:].mean())


@pytest.mark.parametrize("rebase", [Rebase(date(1990, 1, 1), "before all"), Rebase(date(2090, 1, 1), "after all")])
def test_a_day_outside_the_series_harms_nothing(rebase: Rebase):
    assert analyse(MOVED, rebases=(rebase,)).verdict is analyse(MOVED).verdict
    assert analyse([], rebases=(rebase,)).verdict is Verdict.INCONCLUSIVE


def test_a_run_has_seven_points_in_a_row_on_one_side():
    values = np.array([1.0] * 6 + [-1.0] * 8 + [0.0] + [1.0] * 3 + [np.nan] + [1.0] * 7)
    assert runs(values, 0.0) == [Run(6, 8, -1), Run(19, 7, 1)]
    assert runs(values, float("nan")) == []


def test_a_rebase_needs_a_reason_and_a_sustained_run():
    centre = float(MOVED[:24].mean())
    check(Rebase(START, "new tool"), DAYS, MOVED, centre)
    with pytest.raises(InvalidInput, match="reason"):
        check(Rebase(START, "  "), DAYS, MOVED, centre)
    with pytest.raises(InvalidInput, match="sustained run"):
        check(Rebase(DAYS[42], "too late"), DAYS, MOVED, centre)
    with pytest.raises(InvalidInput, match="sustained run"):
        check(Rebase(START, "we feel better"), DAYS, noise(48, seed=5), 25.0)


def test_a_day_long_before_the_run_is_refused_and_not_drawn():
    early = Rebase(DAYS[14], "a hope")
    with pytest.raises(InvalidInput, match="the sustained run begins on 2025-06-23"):
        check(early, DAYS, MOVED, float(MOVED[:24].mean()))
    assert not analyse(MOVED, rebases=(early,)).detail.phases[0].begun
    check(Rebase(DAYS[21], "taking hold"), DAYS, MOVED, float(MOVED[:24].mean()))


def test_a_step_far_outside_the_limits_is_a_run_too():
    # Each of its points breaks the rule "outside" first; the run behind them still counts.
    found = analyse(MOVED)
    assert {signal.rule for signal in found.signals if signal.start.date() >= START} == {"outside"}
    check(Rebase(START, "new tool"), DAYS, MOVED, found.limits.centre)


def test_the_day_suggested_is_the_runs_first_or_the_change_point_inside_it():
    values = np.array([0.0, 1, -1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    days = DAYS[: len(values)]
    assert shift(days, values, 0.0, None).start == days[3]
    assert shift(days, values, 0.0, days[5]).start == days[5]
    assert shift(days, values, 0.0, days[6]).start == days[3]
    assert shift(days, values, 0.0, days[1]).start == days[3]
    assert (shift(days, values, 0.0, None).periods, shift(days, values, 0.0, None).side) == (9, 1)
    assert shift(days, np.tile([1.0, -1.0], 6), 0.0, None) is None
