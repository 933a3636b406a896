"""V6.1 to V6.7 in the gate of step 6, and what a report may not hold, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from csi import reminders
from csi.errors import Conflict, GateRefused, InvalidInput, NotAllowed
from csi.models import AnalysisResult, Cycle, Kpi, Report, ReportClick, SlaClause
from csi.step6_present import reports
from csi.step6_present.reports import ACKNOWLEDGE, DECIDE, QUESTION, Wish
from csi.storage import row, rows
from csi.terms import Audience, Direction
from tests.turns import ALICE, BOB, CAROL, DAVE, ERIN, NOW, TEAM, analyse, begin, blocks, broken, grow, jump, kpi_fields

INFORM = Wish(Audience.BUSINESS, for_information=True)


def turn(session: Session, *verdicts: str) -> tuple[Cycle, list[Kpi]]:
    """A cycle in step 6 with one analysed KPI per verdict."""
    cycle = begin(session)
    kpis = grow(session, cycle, *(kpi_fields(name=f"KPI {at}") for at in range(len(verdicts))))
    for kpi, verdict in zip(kpis, verdicts, strict=True):
        analyse(session, cycle, kpi, [30.0, 20.0, 10.0], verdict)
    return jump(session, cycle, 6), kpis


def verdict_line(kpi: Kpi, result: AnalysisResult, **changed: object) -> dict:
    point = result.result["series"][-1]
    latest = {name: point[name] for name in ("start", "value", "n")}
    said = {"kpi": kpi.key, "name": kpi.name, "verdict": result.verdict, "label": result.verdict}
    return said | {"sentence": "", "unit": "h", "target": "target 20 h", "evidence": "weak", "latest": latest} | changed


def item(kpi: Kpi, result: AnalysisResult, **changed: object) -> dict:
    points = [{name: one[name] for name in ("start", "value", "n")} for one in result.result["series"]]
    said = {"kpi": kpi.key, "name": kpi.name, "label": result.verdict, "sentence": "It moved.", "alt_text": "Chart."}
    beside = {
        "unit": "h",
        "target": "target 20 h",
        "baseline": "30 h",
        "period": "week",
        "n": "n = 50",
        "source": "log",
    }
    return said | beside | {"footnotes": [], "points": points, "min_n": 5, "details": [], "how": []} | changed


def content(session: Session, cycle: Cycle, kpis: list[Kpi], shown: int = 5) -> dict:
    results = {kpi.id: row(session, AnalysisResult, TEAM, cycle_id=cycle.id, kpi_id=kpi.id) for kpi in kpis}
    return {
        "verdicts": [verdict_line(kpi, results[kpi.id]) for kpi in kpis],
        "items": [item(kpi, results[kpi.id]) for kpi in kpis[:shown]],
    }


def presented(session: Session, cycle: Cycle, said: dict, wish: Wish = INFORM) -> Report:
    report = reports.ask_for(session, cycle, wish, actor=BOB, now=NOW)
    assert reports.send(session, report, said, now=NOW)
    return report


def all_broken(session: Session, cycle: Cycle) -> set[str]:
    return {rule for rule in ("V6.1", "V6.2", "V6.3", "V6.4", "V6.5", "V6.6", "V6.7") if broken(session, cycle, rule)}


def test_a_complete_report_lets_the_cycle_go_on(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "IMPROVED", "REGRESSED")
        presented(session, cycle, content(session, cycle, kpis))
        assert all_broken(session, cycle) == set()


def test_v6_1_a_figure_that_is_no_point_of_the_series_blocks(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "IMPROVED")
        said = content(session, cycle, kpis)
        said["verdicts"][0]["latest"]["value"] = 9.0
        presented(session, cycle, said)
        assert broken(session, cycle, "V6.1") == [
            "The report for business and customers shows figures of KPI 0 that the data now held does not have."
        ]
        assert blocks(session, cycle, "V6.1") == [True]


def test_v6_1_a_report_on_a_stale_analysis_blocks(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "IMPROVED")
        presented(session, cycle, content(session, cycle, kpis))
        [result] = rows(session, AnalysisResult, TEAM)
        result.stale = True
        assert broken(session, cycle, "V6.1")


def test_v6_2_nothing_presented_blocks_and_names_what_would_stay_unsaid(database):
    with database.sessions() as session:
        cycle, _ = turn(session, "IMPROVED", "REGRESSED")
        assert broken(session, cycle, "V6.2") == ["Nothing has been presented yet. KPI 1 would stay unsaid."]
        assert blocks(session, cycle, "V6.2") == [True]


@pytest.mark.parametrize("verdict", ["REGRESSED", "NO CHANGE", "INCONCLUSIVE"])
def test_v6_2_a_missed_or_inconclusive_kpi_that_is_left_out_blocks(sqlite_database, verdict):
    with sqlite_database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED", verdict)
        presented(session, cycle, content(session, cycle, kpis[:1]))
        assert broken(session, cycle, "V6.2") == ["The report for business and customers leaves out KPI 1."]


def test_v6_2_a_chart_for_the_met_and_none_for_the_missed_is_refused_when_sent(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED", "REGRESSED")
        report = reports.ask_for(session, cycle, INFORM, actor=BOB, now=NOW)
        with pytest.raises(GateRefused, match=r"V6.2: KPI 1 left out beside KPI 0"):
            reports.send(session, report, content(session, cycle, kpis, shown=1), now=NOW)


def test_v6_3_more_than_five_items_are_refused(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        said = content(session, cycle, kpis)
        said["items"] *= 6
        report = reports.ask_for(session, cycle, INFORM, actor=BOB, now=NOW)
        with pytest.raises(GateRefused, match=r"V6.3: The report has 6 charts"):
            reports.send(session, report, said, now=NOW)


@pytest.mark.parametrize("wish", [Wish(Audience.BUSINESS), Wish(Audience.BUSINESS, "Decide", for_information=True)])
def test_v6_3_neither_an_ask_nor_for_information_or_both_is_refused(sqlite_database, wish):
    with sqlite_database.sessions() as session:
        cycle, _ = turn(session, "ACHIEVED")
        with pytest.raises(InvalidInput, match=r"V6.3"):
            reports.ask_for(session, cycle, wish, actor=BOB, now=NOW)


@pytest.mark.parametrize("lacking", ["target", "baseline", "unit", "period", "n", "source", "alt_text"])
def test_v6_4_a_chart_that_lacks_something_is_refused_by_name(sqlite_database, lacking):
    with sqlite_database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        said = content(session, cycle, kpis)
        said["items"][0][lacking] = ""
        report = reports.ask_for(session, cycle, INFORM, actor=BOB, now=NOW)
        with pytest.raises(GateRefused, match=f"V6.4.*{lacking.replace('_', ' ')}"):
            reports.send(session, report, said, now=NOW)


def clause(session: Session, cycle: Cycle, key: str, target: float) -> None:
    session.add(
        SlaClause(
            team_id=TEAM,
            service_id=cycle.service_id,
            cycle_id=cycle.id,
            kpi_key=key,
            text="Promised",
            target=target,
            state="active",
            proposed_by=ALICE,
            proposed_at=NOW,
        )
    )
    session.flush()


def unhappy(session: Session) -> Cycle:
    """A met clause on hours, and satisfaction that got worse."""
    cycle = begin(session)
    content = kpi_fields(name="Satisfaction", unit="%", direction=Direction.HIGHER, kind="satisfaction")
    hours, happy = grow(session, cycle, kpi_fields(name="Hours"), content)
    analyse(session, cycle, hours, [30.0, 10.0], "ACHIEVED")
    result = analyse(session, cycle, happy, [90.0, 80.0], "REGRESSED")
    result.result = {**result.result, "change": {"state": "worse"}}
    clause(session, cycle, hours.key, 20.0)
    return jump(session, cycle, 6)


def test_v6_5_every_clause_green_while_satisfaction_falls_warns(database):
    with database.sessions() as session:
        cycle = unhappy(session)
        assert "while Satisfaction falls" in broken(session, cycle, "V6.5")[0]
        assert blocks(session, cycle, "V6.5") == [False]


def test_v6_5_a_red_clause_or_a_steady_satisfaction_does_not_warn(database):
    with database.sessions() as session:
        cycle = unhappy(session)
        [promised] = rows(session, SlaClause, TEAM)
        promised.target = 5.0
        assert not broken(session, cycle, "V6.5")
        promised.target = 20.0
        for result in rows(session, AnalysisResult, TEAM):
            result.result = {**result.result, "change": {"state": "no detectable change"}}
        assert not broken(session, cycle, "V6.5")
        for result in rows(session, AnalysisResult, TEAM):
            falling = {"judged": True, "slope_lower": -2.0, "slope_upper": -1.0}
            result.result = {**result.result, "trend": falling}
        assert broken(session, cycle, "V6.5")


def test_v6_6_two_days_of_silence_warn_until_somebody_else_answers(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        report = presented(session, cycle, content(session, cycle, kpis))
        assert not broken(session, cycle, "V6.6", NOW + timedelta(days=1))
        later = NOW + timedelta(days=3)
        assert blocks(session, cycle, "V6.6", later) == [False]
        reports.press(session, report, kind=ACKNOWLEDGE, actor=BOB, now=later)
        assert broken(session, cycle, "V6.6", later), "the presenter's own click is no answer"
        reports.press(session, report, kind=ACKNOWLEDGE, actor=ERIN, now=later)
        assert not broken(session, cycle, "V6.6", later)


def test_v6_6_a_second_click_changes_nothing_and_questions_are_all_kept(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        report = presented(session, cycle, content(session, cycle, kpis))
        assert reports.press(session, report, kind=ACKNOWLEDGE, actor=ERIN, now=NOW)[1]
        assert not reports.press(session, report, kind=ACKNOWLEDGE, actor=ERIN, now=NOW + timedelta(1))[1]
        for text in ("Why?", "Since when?", "Why?"):
            reports.press(session, report, kind=QUESTION, actor=ERIN, text=text, now=NOW)
        kept = {click.kind: click for click in rows(session, ReportClick, TEAM)}
        assert kept[ACKNOWLEDGE].at == NOW
        assert kept[QUESTION].text == "Why?\nSince when?"


def test_deciding_is_for_those_who_approve_at_that_moment(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        ask = Wish(Audience.SENIOR_IT, "A second shift?")
        report = presented(session, cycle, content(session, cycle, kpis), ask)
        with pytest.raises(NotAllowed, match="decide on a report"):
            reports.press(session, report, kind=DECIDE, actor=ERIN, text="Yes", now=NOW)
        assert reports.press(session, report, kind=DECIDE, actor=CAROL, text="Yes", now=NOW)[1]


def test_v6_7_a_figure_of_fewer_than_five_cases_is_refused(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        said = content(session, cycle, kpis)
        said["items"][0]["points"][0]["n"] = 4
        report = reports.ask_for(session, cycle, INFORM, actor=BOB, now=NOW)
        with pytest.raises(GateRefused, match=r"V6.7: KPI 0 shows a figure of 4 cases; at least 5"):
            reports.send(session, report, said, now=NOW)


def test_what_was_sent_is_frozen_and_sent_once(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        report = presented(session, cycle, content(session, cycle, kpis))
        frozen = report.content_hash
        other = content(session, cycle, kpis) | {"service": "Another"}
        assert not reports.send(session, report, other, now=NOW)
        assert (report.content_hash, report.state) == (frozen, "sent")
        assert not reports.fail(session, report, why="late", now=NOW)


def test_readers_cannot_answer_what_was_not_sent_and_presenting_waits_for_step_6(database):
    with database.sessions() as session:
        cycle, _ = turn(session, "ACHIEVED")
        report = reports.ask_for(session, cycle, INFORM, actor=DAVE, now=NOW)
        with pytest.raises(Conflict, match="has not been sent"):
            reports.press(session, report, kind=ACKNOWLEDGE, actor=ERIN, now=NOW)
        jump(session, cycle, 5)
        with pytest.raises(Conflict, match="step 5"):
            reports.ask_for(session, cycle, INFORM, actor=DAVE, now=NOW)


def test_another_workspace_sees_none_of_it(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        presented(session, cycle, content(session, cycle, kpis))
        assert rows(session, Report, "T2") == []


@pytest.mark.parametrize(
    ("rule", "spoil"),
    [
        ("V6.3", lambda said: said | {"items": said["items"] * 6}),
        ("V6.4", lambda said: said | {"items": [said["items"][0] | {"source": ""}]}),
        ("V6.7", lambda said: said | {"items": [said["items"][0] | {"min_n": 51}]}),
    ],
)
def test_the_gate_looks_at_what_was_sent_not_at_what_should_have_been(sqlite_database, rule, spoil):
    with sqlite_database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        report = presented(session, cycle, content(session, cycle, kpis))
        assert not broken(session, cycle, rule)
        report.content = spoil(report.content)
        assert blocks(session, cycle, rule) == [True]


def nudged(session: Session, cycle: Cycle) -> list[str]:
    return [one.user_id for one in reminders.wanted(session, cycle) if one.kind == "report"]


def test_v6_6_readers_and_approvers_are_nudged_until_they_answer(database):
    with database.sessions() as session:
        cycle, kpis = turn(session, "ACHIEVED")
        assert nudged(session, cycle) == []
        report = presented(session, cycle, content(session, cycle, kpis))
        assert sorted(nudged(session, cycle)) == sorted([CAROL, ERIN])
        made = [one for one in reminders.refresh(session, TEAM, NOW) if one.kind == "report"]
        assert {one.due_at.date() for one in made} == {(NOW + timedelta(days=2)).date()}
        assert all(reminders.stands(session, one, NOW) for one in made)
        reports.press(session, report, kind=ACKNOWLEDGE, actor=ERIN, now=NOW)
        assert nudged(session, cycle) == [CAROL]
        assert [one.user_id for one in made if reminders.stands(session, one, NOW)] == [CAROL]
