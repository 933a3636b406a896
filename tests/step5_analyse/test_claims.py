"""What a finding lacks and what it claims, as tables."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from csi.models import AnalysisResult, Cycle, Finding, Kpi
from csi.step5_analyse import findings, results, rules
from csi.storage import rows
from csi.terms import CauseState, Claim, Step
from tests import turns
from tests.databases import Database
from tests.turns import BOB, NOW, TEAM, broken

WHOLE = dict.fromkeys(findings.PARTS, "said") | {"impact_amount": 3.0, "impact_unit": "hours"}


JUDGED = {"limits": {"centre": 5.0}, "trend": {"judged": True}}
LIMITS, TREND = {**JUDGED, "trend": {"judged": False}}, {**JUDGED, "limits": {"centre": None}}
SIGNALS = {"signals": [{"rule": "shift"}]}


@pytest.mark.parametrize(
    ("result", "finding", "too_much"),
    [
        ({}, None, False),
        ({}, {"claim": "trend"}, True),
        ({}, {"claim": "signal"}, True),
        ({}, {"claim": "neither"}, False),
        ({}, {"claim": ""}, False),
        (LIMITS, {"claim": "signal"}, False),
        (LIMITS, {"claim": "trend"}, True),
        (LIMITS, {"claim": "signal and trend"}, True),
        (TREND, {"claim": "trend"}, False),
        (TREND, {"claim": "signal"}, True),
        (TREND, {"claim": "signal and trend"}, True),
        (JUDGED, {"claim": "signal and trend"}, False),
        ({}, {"claim": "trend", "state": "draft"}, False),  # nobody stands by it yet
        ({}, {"claim": "trend", "state": "stale"}, False),
        ({}, {"claim": "trend", "none_because": "the tool is down"}, False),
        (SIGNALS, None, True),
        ({**TREND, **SIGNALS}, None, False),
        ({**LIMITS, **SIGNALS}, None, False),
    ],
)
def test_v5_3_nothing_is_claimed_that_was_not_judged(
    result: dict[str, Any], finding: dict[str, Any] | None, too_much: bool
) -> None:
    known = (
        None
        if finding is None
        else Finding(team_id=TEAM, cycle_id=1, kpi_id=1, drafted_at=NOW, **{"state": "confirmed", **finding})
    )
    assert rules._claims_too_much(result, known) is too_much


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({}, []),
        ({"cause": "  "}, ["the likely cause"]),
        ({"impact_amount": None}, ["one figure of the business impact"]),
        ({"impact_unit": ""}, ["one figure of the business impact"]),
        ({"impact_amount": 0.0}, []),
        ({"variation": "", "impact_unit": ""}, ["variation and trend", "one figure of the business impact"]),
    ],
)
def test_what_a_finding_lacks_is_named(changed: dict[str, Any], lacking: list[str]) -> None:
    assert (
        rules._lacking(Finding(team_id=TEAM, cycle_id=1, kpi_id=1, drafted_at=NOW, **{**WHOLE, **changed})) == lacking
    )


@pytest.fixture
def session(sqlite_database: Database):
    with sqlite_database.sessions() as opened:
        yield opened


@pytest.fixture
def cycle(session: Session) -> Cycle:
    made = turns.begin(session)
    turns.grow(session, made)
    return turns.jump(session, made, Step.ANALYSE)


def kpi_of(session: Session, cycle: Cycle) -> Kpi:
    return rows(session, Kpi, TEAM, cycle_id=cycle.id)[0]


def put(session: Session, cycle: Cycle, result: dict[str, Any], **finding: Any) -> Finding:
    """A result and a finding on it, as they are."""
    kpi = kpi_of(session, cycle)
    session.add(
        AnalysisResult(team_id=TEAM, cycle_id=cycle.id, kpi_id=kpi.id, input_hash="", made_at=NOW, result=result)
    )
    made = Finding(team_id=TEAM, cycle_id=cycle.id, kpi_id=kpi.id, drafted_at=NOW, **finding)
    session.add(made)
    session.flush()
    return made


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        ({**WHOLE, "state": "confirmed"}, ""),
        ({**WHOLE, "state": "draft"}, "Nobody has confirmed"),
        ({**WHOLE, "state": "stale"}, ""),
        ({"state": "confirmed"}, "does not say"),
        ({"state": "stale"}, ""),
        ({"state": "confirmed", "none_because": "the tool is down"}, ""),
    ],
)
def test_v5_2_who_stands_by_a_finding_says_all_of_it(
    session: Session, cycle: Cycle, finding: dict[str, Any], sentence: str
) -> None:
    put(session, cycle, {}, **finding)
    said = broken(session, cycle, "V5.2")
    assert [sentence in one for one in said] == ([True] if sentence else [])


OWN = {"cause": "Mondays", "impact": "It cost us", "impact_amount": 4.0, "impact_unit": "hours"}


@pytest.mark.parametrize(("confirmed_by", "outlive"), [(BOB, True), ("", False)])
def test_only_words_that_somebody_stood_by_outlive_new_data(
    session: Session, cycle: Cycle, confirmed_by: str, outlive: bool
) -> None:
    kpi = kpi_of(session, cycle)
    known = Finding(
        team_id=TEAM, cycle_id=cycle.id, kpi_id=kpi.id, drafted_at=NOW, state="stale", confirmed_by=confirmed_by, **OWN
    )
    made = findings._drafted(session, cycle, kpi, (known, None), NOW)
    assert (made.cause, made.impact, made.impact_amount) == (
        ("Mondays", "It cost us", 4.0) if outlive else ("", "", 4.0)
    )
    assert (made.state, made.confirmed_by, made.none_because != "") == ("draft", "", True)


@pytest.mark.parametrize(
    ("state", "hash", "stale", "drafted"),
    [
        ("draft", "now", False, False),
        ("confirmed", "now", False, False),
        ("stale", "now", False, True),
        ("draft", "then", False, True),
        ("draft", "then", True, False),
        ("stale", "now", True, False),
    ],
)
def test_a_finding_is_drafted_anew_for_another_result_only(
    session: Session, cycle: Cycle, state: str, hash: str, stale: bool, drafted: bool
) -> None:
    kpi = kpi_of(session, cycle)
    result = turns.analyse(session, cycle, kpi, [20.0] * 20)
    known = findings.of_cycle(session, cycle)[kpi.id]
    known.state, known.input_hash, result.input_hash, result.stale = state, hash, "now", stale
    made = findings._drafted(session, cycle, kpi, (known, result), NOW)
    assert (made is known, made is None) == (drafted, not drafted)
    if drafted:
        assert (made.state, made.input_hash) == ("draft", "now")


def test_what_could_not_be_computed_this_time_is_stale_and_nothing_else(session: Session, cycle: Cycle) -> None:
    (first,) = rows(session, Kpi, TEAM, cycle_id=cycle.id)
    (other,) = turns.grow(session, turns.jump(session, cycle, Step.SHOULD_MEASURE), turns.kpi_fields(name="Reopened"))
    one, two = (turns.analyse(session, cycle, kpi, [20.0] * 20) for kpi in (first, other))
    results._outdate(session, cycle, [first.id, 999])
    assert (one.stale, two.stale) == (True, False)


def test_a_cause_is_a_hypothesis_until_said_otherwise() -> None:
    words = {name: WHOLE[name] for name in (*findings.PARTS, "impact_amount", "impact_unit")}
    assert findings.Said(**words, claim=Claim.NEITHER).cause_state is CauseState.HYPOTHESIS
