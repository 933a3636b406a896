"""What an action brought: the change of its KPI since it took effect, against what was claimed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from csi.definition import Window
from csi.models import Action, Kpi
from csi.step7_correct import benefits
from csi.step7_correct.benefits import Benefit, Kept
from csi.step7_correct.claims import claim_of
from csi.terms import Evidence, Period
from tests import turns
from tests.turns import NOW

BEFORE = [30.7 + (-1, 0.4, 1, -0.3, 0.7, -0.8)[week % 6] for week in range(24)]
SINCE = [14.8 + (-0.6, 0.9, -0.2, 0.5, -0.7, 0.3)[week % 6] for week in range(12)]
DONE = date(2026, 1, 5) + timedelta(weeks=24)


def kept(values: list[float | None], **about: Any) -> Kept:
    said: dict[str, Any] = {
        "key": "mttr",
        "name": "Median time to resolve",
        "unit": "h",
        "direction": "lower",
        "target": 15.0,
    }
    kpi = Kpi(team_id="T1", cycle_id=1, definition={"measure": "median"}, **{**said, **about})
    return Kept(kpi, turns.weeks(values), Period.WEEK, "UTC", 0.99)


@pytest.mark.parametrize(
    ("values", "about", "state", "claim"),
    [
        ([*BEFORE, *SINCE], {}, "improved", "reached"),
        ([*BEFORE, *SINCE], {"direction": "higher"}, "worse", "not reached"),
        ([*BEFORE, *BEFORE[:12]], {}, "no detectable change", "not reached"),  # a target met proves no benefit
        ([*BEFORE, *BEFORE[:12]], {"target": 40.0}, "no detectable change", "not reached"),
        ([*BEFORE, *SINCE[:6]], {}, "improved", "reached"),
        ([*BEFORE, *SINCE[:5]], {}, "not judged yet", ""),
        (BEFORE, {}, "not judged yet", ""),
        ([], {}, "not judged yet", ""),
        ([None] * 24 + SINCE, {}, "not judged yet", ""),
    ],
)
def test_the_change_since_it_took_effect(values: list[float | None], about: dict[str, Any], state: str, claim: str):
    found = benefits.benefit(kept(values, **about), DONE, None, "5 h less")
    assert (found.state, found.claim, found.verified) == (state, claim, state == "improved")
    assert found.periods == max(len(values) - 24, 0)


def test_it_has_levels_interval_and_evidence():
    found = benefits.benefit(kept([*BEFORE, *SINCE]), DONE, None, "to 15 h")
    assert found.levels == pytest.approx((30.7, 14.83), abs=0.01)
    assert found.sides[0] < found.difference < found.sides[1] < -15
    assert (found.evidence, found.data_to) == (Evidence.STRONG, date(2026, 9, 14))


@pytest.mark.parametrize(
    ("expected", "claim"),
    [
        ("15 h less", "reached"),
        ("15.9 h less", "neither shown nor excluded"),
        ("17 h less", "not reached"),
        ("it helps", ""),
    ],
)
def test_a_claim_is_held_against_the_interval(expected: str, claim: str):
    assert benefits.benefit(kept([*BEFORE, *SINCE]), DONE, None, expected).claim == claim


@pytest.mark.parametrize(
    ("agreed", "start"),
    [
        (Window(date(2026, 3, 2), date(2026, 6, 22)), date(2026, 3, 2)),  # ends as the action takes effect
        (Window(date(2026, 3, 2), date(2026, 6, 23)), date(2026, 1, 5)),  # reaches into it
        (None, date(2026, 1, 5)),
    ],
)
def test_before_is_the_agreed_baseline_where_it_lies_before_the_action(agreed: Window | None, start: date):
    before, after = benefits.windows(kept([*BEFORE, *SINCE]), DONE, agreed)
    assert before is not None
    assert (before.start, before.end, after) == (start, DONE, Window(DONE, date(2026, 9, 14)))


@pytest.mark.parametrize(
    ("since", "confirmed"),
    [
        ([36.0, 36.4, 35.8, 36.1, 36.3, 35.9, 36.2], True),
        ([36.0, 36.4, 35.8, 36.1, 36.3, 35.9], False),
        ([30.5, 31.2, 30.1, 30.9, 30.4, 31, 30.6, 58], False),
    ],
)
def test_a_regression_is_confirmed_where_it_does_not_hang_on_the_newest_period(since: list[float], confirmed: bool):
    series = kept([*BEFORE, *since])
    assert benefits.is_worse(series, *benefits.windows(series, DONE, None)) is confirmed


@pytest.mark.parametrize(
    ("expected", "unit", "claimed"),
    [
        ("2 h less", "h", 2.0),
        ("-2 h", "h", 2.0),
        ("−2", "h", 2.0),
        ("down by 90 minutes", "h", 1.5),
        ("20 % less", "h", 6.0),
        ("20% faster", "h", 6.0),
        ("5 % more", "%", 5.0),
        ("5 points more", "%", 5.0),
        ("from 30 to 20 h", "h", 10.0),
        ("30 h → 20 h", "h", 10.0),
        ("30 -> 1200 min", "h", pytest.approx(19.5)),
        ("to 20 h", "h", 10.0),
        ("below 20,5 h", "h", 9.5),
        ("20 h", "h", None),  # a level or a gain?
        ("10 tickets less", "h", None),  # another unit
        ("5-10 h less", "h", None),
        ("it helps", "h", None),
        ("", "h", None),
    ],
)
def test_what_was_claimed_is_read_where_it_leaves_no_doubt(expected: str, unit: str, claimed: float | None):
    assert claim_of(expected, 30.0, unit) == claimed


def test_it_is_said_with_numbers_that_add_up_and_the_claim():
    about = kept([*BEFORE, *SINCE])
    named = {"title": "t", "proposer": "U", "proposed_at": NOW, "expected_effect": "2 h less"}
    action = Action(team_id="T1", service_id=1, cycle_id=1, number=1, **named)
    found = benefits.benefit(about, DONE, None, action.expected_effect)
    told = benefits.said(found, action, about.kpi, Period.WEEK)
    assert told.startswith("Median time to resolve: improved since it took effect, 30.7 h → 14.8 h (−15.9 h, likely ")
    assert told.endswith("Claimed was: 2 h less; that is reached.")
    none = benefits.said(Benefit(periods=1, data_to=date(2026, 6, 29)), action, about.kpi, Period.WEEK)
    assert none == (
        "What it brought cannot be judged yet: 1 week since it took effect, 6 are needed; the data end on 28 Jun 2026."
    )
