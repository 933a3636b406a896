"""V5.1 to V5.6 and the findings behind them, on a real database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.analysis.analysis import Remark
from csi.cycle import left_over
from csi.errors import Conflict, GateRefused, InvalidInput, NotAllowed
from csi.measurement import mapping as measurement
from csi.models import AnalysisResult, AuditRow, Cycle, Finding, Kpi
from csi.step1_should_measure import kpis
from csi.step5_analyse import findings
from csi.step6_present import presenting
from csi.storage import row, rows
from csi.terms import CauseState, Claim, Step
from tests import turns
from tests.analysis.series import kpi_input, plain_result, step
from tests.databases import Database
from tests.turns import ALICE, BOB, DAVE, ERIN, NOW, blocks, broken

STALE = "Median time to resolve has no finding of the data and definition now held."


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
    return rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)[0]


def analysed(session: Session, cycle: Cycle, **changed: Any) -> AnalysisResult:
    """A real result, some of its parts replaced."""
    result = {**plain_result(kpi_input(step(-5.0), target=20.0)), **changed}
    made = AnalysisResult(
        team_id=cycle.team_id,
        cycle_id=cycle.id,
        kpi_id=kpi_of(session, cycle).id,
        made_at=NOW,
        input_hash=measurement.input_hash(session, cycle),
        result=result,
        verdict=result["verdict"],
    )
    session.add(made)
    session.flush()
    return made


def drafted(session: Session, cycle: Cycle, **changed: Any) -> Finding:
    analysed(session, cycle, **changed)
    [finding] = findings.redraft(session, cycle, actor=BOB, now=NOW)
    return finding


def said(finding: Finding, **changed: Any) -> findings.Said:
    words = {name: getattr(finding, name) for name in (*findings.PARTS, "impact_amount", "impact_unit")}
    return findings.Said(**{**words, "claim": Claim(finding.claim), **changed})


def test_v5_1_a_kpi_without_a_finding_refuses(session: Session, cycle: Cycle):
    assert broken(session, cycle, "V5.1") == ["Median time to resolve is not analysed yet."]
    analysed(session, cycle)
    assert "no finding of the data and definition now held" in broken(session, cycle, "V5.1")[0]
    findings.redraft(session, cycle, actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.1") == []


def test_v5_1_no_finding_because_is_an_answer_once_a_person_gives_it(session: Session, cycle: Cycle):
    [finding] = findings.redraft(session, cycle, actor=BOB, now=NOW)
    assert finding.none_because == "it is not measured yet"
    assert broken(session, cycle, "V5.2")
    findings.none(session, cycle, finding.kpi_id, "the tool is down", actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.1") == broken(session, cycle, "V5.2") == []


def test_v5_1_new_data_make_the_finding_stale(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    result = row(session, AnalysisResult, cycle.team_id, kpi_id=finding.kpi_id)
    result.stale = True
    session.add(result)
    session.flush()
    assert broken(session, cycle, "V5.1") == [STALE]
    with pytest.raises(Conflict, match="analyse again"):
        findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)


def test_v5_1_what_an_earlier_version_made_is_to_be_made_again(session: Session, cycle: Cycle):
    turns.assess(session, turns.jump(session, cycle, Step.CAN_MEASURE), kpi_of(session, cycle))
    turns.jump(session, cycle, Step.ANALYSE)
    finding = drafted(session, cycle)
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    result = row(session, AnalysisResult, cycle.team_id, kpi_id=finding.kpi_id)
    assert presenting.refusal(session, cycle) == broken(session, cycle, "V5.1") == []
    old = {name: value for name, value in result.result["detail"].items() if name != "notes"}
    for detail in ({"detail": old}, {"detail": None}):
        result.result = {**result.result, **detail}
        session.add(result)
        session.flush()
        told = ["Median time to resolve was analysed by an earlier version of this bot."]
        assert broken(session, cycle, "V5.1") == told
        assert measurement.fresh(session, cycle) == {finding.kpi_id: False}
        [refused] = presenting.refusal(session, cycle)
        assert refused.sentence == "Analysed by an earlier version of this bot: Median time to resolve."


def redefine(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    kpis.define(session, cycle, kpi, {**kpi.definition, "measure": "p90"}, actor=BOB, now=NOW)


def aim_elsewhere(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    kpis.edit_kpi(session, cycle, kpi.id, turns.kpi_fields(csf_id=kpi.csf_id, target=30.0), actor=ALICE, now=NOW)


def name_another_guard(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    kpi.guards = ["reopened"]


def count_on_workdays(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    cycle.calendar = {"hours": {"mon-fri": ["09:00-17:00"]}}


def deliver_to_another_source(session: Session, cycle: Cycle, kpi: Kpi) -> None:
    turns.deliver(session, cycle)


CHANGES = [redefine, aim_elsewhere, name_another_guard, count_on_workdays, deliver_to_another_source]


@pytest.mark.parametrize("change", CHANGES)
def test_v5_1_a_change_of_the_definition_alone_makes_every_finding_stale(session: Session, change: Any):
    cycle = turns.begin(session)
    kpi, reopened = turns.grow(session, cycle, turns.kpi_fields(), turns.kpi_fields(name="Reopened"))
    turns.jump(session, cycle, Step.CAN_MEASURE)
    for one in (kpi, reopened):
        turns.assess(session, cycle, one)
    turns.jump(session, cycle, Step.ANALYSE)
    for one in (kpi, reopened):
        turns.analyse(session, cycle, one, [20.0] * 20)
    findings.redraft(session, cycle, actor=BOB, now=NOW)
    drafts = findings.of_cycle(session, cycle)
    findings.none(session, cycle, kpi.id, "a try", actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.1") == []
    turns.jump(session, cycle, Step.SHOULD_MEASURE)
    change(session, cycle, kpi)
    turns.jump(session, cycle, Step.ANALYSE)
    assert broken(session, cycle, "V5.1") == [STALE, STALE.replace("Median time to resolve", "Reopened")]
    assert set(blocks(session, cycle, "V5.1")) == {True}
    with pytest.raises(GateRefused, match="no finding of the data and definition"):
        cycles.next_step(session, cycle, actor=DAVE, now=NOW)
    assert len(drafts) == 2
    with pytest.raises(Conflict, match="analyse again"):
        findings.none(session, cycle, reopened.id, "too late", actor=BOB, now=NOW)


def test_v5_1_a_kpi_that_can_be_computed_since_needs_its_analysis(session: Session, cycle: Cycle):
    [finding] = findings.redraft(session, cycle, actor=BOB, now=NOW)
    findings.none(session, cycle, finding.kpi_id, "the tool is down", actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.1") == []
    turns.assess(session, turns.jump(session, cycle, Step.CAN_MEASURE), kpi_of(session, cycle))
    turns.jump(session, cycle, Step.ANALYSE)
    assert broken(session, cycle, "V5.1") == ["Median time to resolve is not analysed yet."]


def test_v5_2_a_draft_nobody_confirmed_refuses(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    assert broken(session, cycle, "V5.2") == ["Nobody has confirmed the finding on Median time to resolve yet."]
    assert blocks(session, cycle, "V5.2") == [True]
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.2") == []
    assert (finding.state, finding.confirmed_by) == ("confirmed", BOB)


@pytest.mark.parametrize("part", [*findings.PARTS, "impact_unit"])
def test_v5_2_every_part_is_asked_for(session: Session, cycle: Cycle, part: str):
    finding = drafted(session, cycle)
    with pytest.raises(InvalidInput) as refused:
        findings.confirm(session, cycle, finding.kpi_id, said(finding, **{part: "  "}), actor=BOB, now=NOW)
    assert refused.value.field == part


def test_v5_2_a_finding_without_a_figure_is_told(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    finding.impact_amount = None
    session.add(finding)
    session.flush()
    assert "one figure of the business impact" in broken(session, cycle, "V5.2")[0]


def test_v5_2_a_reader_cannot_confirm(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    with pytest.raises(NotAllowed):
        findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=ERIN, now=NOW)
    assert finding.state == "draft"


def test_v5_3_no_trend_is_claimed_from_too_few_points(session: Session, cycle: Cycle):
    few = {"limits": {"centre": None, "n": 4}, "trend": {"judged": False, "reason": "4 of 12 weeks"}, "signals": []}
    finding = drafted(session, cycle, **few)
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.3") == []
    findings.confirm(session, cycle, finding.kpi_id, said(finding, claim=Claim.TREND), actor=BOB, now=NOW)
    assert "too few points" in broken(session, cycle, "V5.3")[0]


SEEN = {"centre": 20.0, "n": 8}, {"judged": True}
UNSEEN = {"centre": None, "n": 4}, {"judged": False}
SPECIAL = [{"start": "2026-11-02T00:00:00+00:00", "rule": "outside", "direction": "concern", "latest": False}]


@pytest.mark.parametrize(
    ("limits", "trend", "too_much"),
    [
        (SEEN[0], SEEN[1], ()),
        (SEEN[0], UNSEEN[1], (Claim.TREND, Claim.BOTH)),
        (UNSEEN[0], SEEN[1], (Claim.SIGNAL, Claim.BOTH)),
        (UNSEEN[0], UNSEEN[1], (Claim.SIGNAL, Claim.TREND, Claim.BOTH)),
    ],
)
@pytest.mark.parametrize("claim", Claim)
def test_v5_3_a_claim_rests_on_what_was_judged(session, cycle, limits, trend, too_much, claim):
    finding = drafted(session, cycle, limits=limits, trend=trend, signals=[])
    rising = said(finding, claim=claim, variation="a rising trend, a special cause, a signal")
    findings.confirm(session, cycle, finding.kpi_id, rising, actor=BOB, now=NOW)
    assert len(broken(session, cycle, "V5.3")) == (claim in too_much)


@pytest.mark.parametrize(
    ("limits", "trend", "refused"), [(*UNSEEN, 1), (SEEN[0], UNSEEN[1], 0), (UNSEEN[0], SEEN[1], 0)]
)
def test_v5_3_a_signal_of_the_result_needs_limits_or_a_trend(session, cycle, limits, trend, refused):
    analysed(session, cycle, limits=limits, trend=trend, signals=SPECIAL)
    assert len(broken(session, cycle, "V5.3")) == refused


def test_v5_3_only_a_confirmed_claim_counts_and_one_nobody_was_asked_for_is_none(session, cycle):
    finding = drafted(session, cycle, limits=UNSEEN[0], trend=UNSEEN[1], signals=[])
    finding.claim = Claim.TREND.value
    assert broken(session, cycle, "V5.3") == []
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    assert broken(session, cycle, "V5.3") != []
    finding.claim = ""
    assert broken(session, cycle, "V5.3") == []
    finding.claim, finding.none_because = Claim.TREND.value, "the tool is down"
    assert broken(session, cycle, "V5.3") == []


@pytest.mark.parametrize(
    ("signals", "now", "claim"),
    [
        ([], "", Claim.NEITHER),
        (SPECIAL, "", Claim.SIGNAL),
        ([], "rising", Claim.TREND),
        (SPECIAL, "falling", Claim.BOTH),
        ([], "flat", Claim.NEITHER),
    ],
)
def test_a_draft_claims_what_the_numbers_show(session, cycle, signals, now, claim):
    assert findings.shown({"signals": signals, "detail": {"trend_now": now}}) == claim
    assert drafted(session, cycle, signals=signals, detail={"trend_now": now}).claim == claim


def noted(remark: Remark) -> dict[str, Any]:
    """What stands behind a result with one note, in whatever words."""
    return {"notes": [{"remark": remark.value, "text": "in other words."}]}


@pytest.mark.parametrize("remark", [Remark.BREACH_AHEAD, Remark.IMPROVING])
def test_v5_4_drift_against_the_verdict_warns(session: Session, cycle: Cycle, remark: Remark):
    analysed(session, cycle, detail=noted(remark))
    assert broken(session, cycle, "V5.4") == ["Median time to resolve: in other words."]
    assert blocks(session, cycle, "V5.4") == [False]


@pytest.mark.parametrize("remark", [one for one in Remark if one not in (Remark.BREACH_AHEAD, Remark.IMPROVING)])
def test_v5_4_nothing_else_is_drift(session: Session, cycle: Cycle, remark: Remark):
    analysed(session, cycle, detail=noted(remark), warnings=["Met but heading for a breach: these are only words."])
    assert broken(session, cycle, "V5.4") == []


def test_v5_5_a_worse_counter_metric_makes_the_improvement_suspect(session: Session, cycle: Cycle):
    analysed(session, cycle, side_effects=["reopened"])
    assert broken(session, cycle, "V5.5") == ["reopened got worse: the result of Median time to resolve is suspect."]
    assert blocks(session, cycle, "V5.5") == [False]


def test_v5_6_a_mix_that_flips_the_sign_warns(session: Session, cycle: Cycle):
    analysed(session, cycle, detail=noted(Remark.MIX_FLIPS))
    assert blocks(session, cycle, "V5.6") == [False]


def test_v5_6_a_caution_in_those_words_is_none(session: Session, cycle: Cycle):
    analysed(session, cycle, detail=noted(Remark.CAUTION), warnings=["The mix moved and the sign flips at all."])
    assert broken(session, cycle, "V5.6") == []


def test_a_persons_own_words_outlive_new_data_and_the_rest_is_drafted_anew(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    mine = said(finding, cause="Hypothesis: Mondays", impact="It cost us", against_target="old words")
    findings.confirm(session, cycle, finding.kpi_id, mine, actor=BOB, now=NOW)
    count_on_workdays(session, cycle, kpi_of(session, cycle))
    result = row(session, AnalysisResult, cycle.team_id, kpi_id=finding.kpi_id)
    result.input_hash = measurement.input_hash(session, cycle)
    session.add(result)
    session.flush()
    [again] = findings.redraft(session, cycle, actor=BOB, now=NOW)
    assert (again.cause, again.impact, again.state) == ("Hypothesis: Mondays", "It cost us", "draft")
    assert again.against_target != "old words"
    assert findings.redraft(session, cycle, actor=BOB, now=NOW) == []


def test_each_confirmation_is_in_the_audit(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    findings.confirm(session, cycle, finding.kpi_id, said(finding), actor=BOB, now=NOW)
    session.commit()
    assert "confirmed finding" in [one.what for one in rows(session, AuditRow, cycle.team_id)]


def test_findings_and_rules_work_on_both_databases(database: Database):
    with database.sessions() as opened:
        made = turns.begin(opened)
        turns.grow(opened, made)
        turns.jump(opened, made, Step.ANALYSE)
        finding = drafted(opened, made)
        findings.confirm(opened, made, finding.kpi_id, said(finding), actor=BOB, now=NOW)
        assert [broken(opened, made, f"V5.{number}") for number in (1, 2, 3, 5, 6)] == [[]] * 5


@pytest.mark.parametrize("state", [CauseState.SUPPORTED, CauseState.REFUTED])
def test_a_cause_is_settled_by_evidence_and_stays_settled(session: Session, cycle: Cycle, state: CauseState) -> None:
    finding, kpi = drafted(session, cycle), kpi_of(session, cycle)
    told = said(finding, cause="Mondays", cause_state=state)
    with pytest.raises(InvalidInput, match=f"what shows that the cause is {state}"):
        findings.confirm(session, cycle, kpi.id, told, actor=BOB, now=NOW)
    shown = replace(told, cause_evidence="No Monday differs.")
    made = findings.confirm(session, cycle, kpi.id, shown, actor=BOB, now=NOW)
    assert (made.cause_is_hypothesis, made.cause_state) == (False, state)
    for _ in range(2):  # nobody has to stand by it again
        made.state = "stale"
        made = findings._drafted(session, cycle, kpi, (made, None), NOW)
        assert (made.cause, made.cause_state, made.cause_evidence) == ("Mondays", state, "No Monday differs.")
    assert list(left_over._causes(session, cycle)) == []


@pytest.mark.parametrize(("state", "again"), [(CauseState.REFUTED, False), (CauseState.SUPPORTED, True)])
def test_a_cause_that_an_earlier_cycle_refuted_is_not_drafted_again(
    session: Session, cycle: Cycle, state: CauseState, again: bool
) -> None:
    kpi, result = kpi_of(session, cycle), analysed(session, cycle)
    guess = findings._words(cycle, kpi, result)["cause"]
    before = Cycle(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        number=9,
        channel_id="C0",
        state="closed",
        started_by=BOB,
        started_at=NOW,
    )
    session.add(before)
    session.flush()
    old = Kpi(team_id=cycle.team_id, cycle_id=before.id, key=kpi.key, name=kpi.name)
    session.add(old)
    session.flush()
    known = {"cause": guess, "cause_state": state, "drafted_at": NOW}
    session.add(Finding(team_id=cycle.team_id, cycle_id=before.id, kpi_id=old.id, **known))
    session.flush()
    [made] = findings.redraft(session, cycle, actor=BOB, now=NOW)
    assert guess
    assert (made.cause == guess) is again


# several at once


def test_a_draft_that_leaves_but_its_cause_to_say_is_confirmed_as_it_stands(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    said = findings.as_drafted(finding, " a new rota ")
    assert said is not None
    assert (said.cause, said.impact, said.impact_amount) == ("a new rota", finding.impact, finding.impact_amount)
    assert (said.claim, said.cause_state) == (finding.claim, CauseState.HYPOTHESIS)
    made = findings.confirm(session, cycle, finding.kpi_id, said, actor=BOB, now=NOW)
    assert (made.state, made.cause, made.cause_is_hypothesis) == (findings.CONFIRMED, "a new rota", True)
    assert findings.as_drafted(finding, "") is not None  # that it wants a cause is told at its field


@pytest.mark.parametrize(
    "lacking", ["against_target", "against_baseline", "variation", "impact", "impact_unit", "claim"]
)
def test_a_draft_that_leaves_more_to_say_is_read_by_itself(session: Session, cycle: Cycle, lacking: str):
    finding = drafted(session, cycle)
    setattr(finding, lacking, "")
    assert findings.as_drafted(finding, "a new rota") is None


def test_a_draft_without_a_figure_is_read_by_itself(session: Session, cycle: Cycle):
    finding = drafted(session, cycle)
    finding.impact_amount = None
    assert findings.as_drafted(finding, "a new rota") is None
    finding.impact_amount = 0.0  # that nothing was lost is a figure
    assert findings.as_drafted(finding, "a new rota") is not None


def test_each_refusal_opens_the_finding_it_is_about(session: Session, cycle: Cycle):
    finding = drafted(session, cycle, side_effects=["other"])
    ways = {one.rule: (one.mend, one.mend_value) for one in cycles.breaches(session, cycle, NOW)}
    assert ways["V5.2"] == ("analyse.finding", str(finding.kpi_id))
    assert ways["V5.5"] == ("analyse.why", str(finding.kpi_id))
    finding.state = findings.STALE  # nothing to read any more: all of it is made anew
    session.flush()
    ways = {one.rule: (one.mend, one.mend_value) for one in cycles.breaches(session, cycle, NOW)}
    assert ways["V5.1"] == ("cycle.open", "analyse")
