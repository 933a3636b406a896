"""What the team does, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bot.sandbox.reading import elements
from bot.sandbox.tour_team import CHANNEL, PATIENCE, Team, words_of

LOG = Path(__file__).with_name("tour_data") / "incidents.csv.gz"
# Twenty days before, from the day on which the share within SLA is no longer near nothing; then all that follows.
WINDOWS = {
    "baseline_from": "2016-03-16",
    "baseline_to": "2016-04-05",
    "evaluation_from": "2016-04-05",
    "evaluation_to": "2016-05-14",
}

# What the figures of the log come to; the tour fails when the analysis says otherwise.
VERDICTS = {
    "Resolved within SLA": "IMPROVED",
    "Reopened": "ACHIEVED, UNSTABLE",
    "Median time to resolve": "ACHIEVED, UNSTABLE",
}


def begin(team: Team) -> None:
    """Dave begins a cycle and gives the roles."""
    team.dave.types("start Service desk")
    team.dave.presses(team.dave.wait_modal("cycle.start"), "cycle.more")
    team.dave.wait(lambda: "'block_id': 'timezone'" in str(team.dave.modal), what="the rest of the form")
    team.dave.sends(
        "cycle.start",
        {
            "service_owner": team.alice.id,
            "data_owner": team.bob.id,
            "analyst": team.bob.id,
            "approver": [team.carol.id],
            "period": "day",
            "timezone": "Europe/Lisbon",
        },
    )
    team.alice.reads("step 1 of 7")


def should_measure(team: Team) -> None:
    """Going on with nothing agreed is refused; then the tree grows, and the business agrees."""
    team.dave.types("next")
    team.dave.reads("V1.1")
    team.alice.types("measure")
    tree = team.alice.wait_modal("measure.open")
    for kpi in _kpis(team):
        team.alice.presses(tree, "measure.add_kpi")
        team.alice.sends("measure.add_kpi", kpi)
        tree = team.alice.reads_in("measure.open", kpi["name"])
    team.alice.presses(tree, "measure.submit")
    team.alice.close(everything=True)
    question = team.carol.reads("asks whether this is what")
    team.carol.presses(question, "measure.approve")
    team.carol.sees("approved this")
    team.goes_on(2)


def _kpis(team: Team) -> list[dict[str, Any]]:
    until = (date.today() + timedelta(days=90)).isoformat()
    same = {"target_date": until, "owner": team.alice.id}
    return [
        same
        | {
            "goal": "Branches can work: incidents end when promised",
            "csf": "Incidents are resolved within what was agreed",
            "name": "Resolved within SLA",
            "unit": "%",
            "direction": "higher",
            "target": "75",
            "why": "validate",
            "kind": "quality",
            "measure": "share",
            "good": 'made_sla == "true"',
        },
        same
        | {
            "name": "Reopened",
            "unit": "%",
            "direction": "lower",
            "target": "2",
            "why": "intervene",
            "kind": "quality",
            "measure": "share",
            "good": "reopen_count > 0",
        },
        same
        | {
            "name": "Median time to resolve",
            "unit": "h",
            "direction": "lower",
            "target": "20",
            "why": "direct",
            "kind": "speed",
            "guards": ["reopened"],
            "measure": "median",
            "value": "opened_at to resolved_at",
        },
        same
        | {
            "name": "Satisfied branches",
            "unit": "%",
            "direction": "higher",
            "target": "80",
            "why": "validate",
            "kind": "satisfaction",
            "measure": "share",
            "good": 'answer == "satisfied"',
        },
    ]


def can_measure(team: Team) -> None:
    """Three KPIs can be measured, one cannot: that is a gap, and no clause of an SLA may promise it."""
    team.bob.types("assess")
    matrix = team.bob.wait_modal("assess.open")
    team.bob.presses_beside(matrix, "Satisfied branches", "assess.kpi")
    team.bob.sends("assess.kpi", {"measurability": "not measurable", "checked_by": team.bob.id})
    matrix = team.bob.reads_in("assess.open", "not measurable")
    team.bob.presses_beside(matrix, "Resolved within SLA", "assess.kpi")
    plan = {"source": "Incident log", "owner": team.bob.id, "backup": team.dave.id, "effort": "an export a week"}
    automatic = {"measurability": "measured automatically", "checked_by": team.bob.id}
    team.bob.sends("assess.kpi", automatic | plan | {"same": ["all"]})
    matrix = team.bob.reads_in("assess.open", "from *Incident log*")
    team.bob.presses_beside(matrix, "Satisfied branches", "assess.gap")
    decision = {"decision": "close", "owner": team.dave.id, "cost": "low: a question in the closing mail"}
    team.bob.sends("assess.gap", decision)
    team.bob.close(everything=True)
    _promise_what_is_not_measured(team)
    team.goes_on(3)


def _promise_what_is_not_measured(team: Team) -> None:
    team.alice.types("sla")
    clauses = team.alice.wait_modal("sla.open")
    team.alice.presses(clauses, "sla.draft")
    kpi = team.alice.choice("sla.draft", "kpi_id", "Satisfied branches")
    team.alice.sends("sla.draft", {"kpi_id": kpi, "text": "Four of five branches are satisfied", "target": "80"})
    clauses = team.alice.reads_in("sla.open", "Four of five branches")
    team.alice.presses(clauses, "sla.activate")
    team.alice.reads_in("notice", "does not belong in an SLA")
    team.alice.close(everything=True)


def gather(team: Team) -> None:
    """Bob drops the log; its one unreadable line goes to quarantine, and the rest counts."""
    team.bob.drops(LOG, "incidents.csv.gz")
    question = team.bob.reads("incidents.csv.gz")
    team.bob.presses(question, "gather.map")
    team.bob.presses(team.bob.wait_modal("gather.map"), "gather.more")
    team.bob.reads_in("gather.map", "Every column")
    columns = {
        field: team.bob.choice("gather.map", field, column)
        for field, column in (("at", "resolved_at"), ("key", "number"), ("latest_by", "sys_updated_at"))
    }
    said = {"dates": "day_first", "timezone": "Europe/Lisbon", "missing": "?"}
    team.bob.sends("gather.map", columns | said)
    team.bob.reads("109,377 of 109,378")
    team.bob.drops(LOG, "incidents-again.csv.gz")
    team.bob.reads("Nothing changes")
    _promise_what_is_measured(team)
    team.goes_on(4)


def _promise_what_is_measured(team: Team) -> None:
    team.alice.types("sla")
    clauses = team.alice.wait_modal("sla.open")
    team.alice.presses(clauses, "sla.draft")
    kpi = team.alice.choice("sla.draft", "kpi_id", "Resolved within SLA")
    promise = "Three of four incidents are resolved within what was agreed"
    team.alice.sends("sla.draft", {"kpi_id": kpi, "text": promise})
    clauses = team.alice.reads_in("sla.open", promise)
    team.alice.presses_under(clauses, promise, "sla.activate")
    team.alice.reads_in("sla.open", "active · ")
    team.alice.close(everything=True)


def process(team: Team) -> None:
    """One comparable series per KPI; what is compared with what is fixed before anybody sees a result."""
    team.bob.types("process")
    report = team.bob.reads("the data, made comparable")
    team.bob.presses(report, "process.windows")
    team.bob.sends("process.windows", WINDOWS)
    newer = team.bob.wait(lambda: _after(team, report), what="the series processed again", timeout=PATIENCE)
    team.bob.presses_beside(newer, "Resolved within SLA", "process.trace")
    team.bob.sends("process.traced", {})
    team.bob.reads_in("process.traced", "incidents.csv.gz")
    team.bob.close(everything=True)
    team.goes_on(5)


def _after(team: Team, report: dict[str, Any]) -> dict[str, Any] | None:
    newest = team.bob.find("the data, made comparable", CHANNEL)
    return newest if newest["ts"] > report["ts"] else None


def analyse(team: Team) -> None:
    """The bot drafts a finding per KPI; Bob reads, adds what he knows, and stands by it."""
    team.bob.types("analyse")
    shown = team.bob.reads_in("analyse.open", "wait for a person")
    for name, said in _findings().items():
        team.bob.presses_under(shown, name, "analyse.finding")
        team.bob.sends("analyse.finding", said)
        shown = team.bob.reads_after("analyse.open", name, "confirmed by")
    team.bob.presses_under(shown, "Satisfied branches", "analyse.none")
    team.bob.sends("analyse.none", {"none_because": "nobody asks the branches yet; that gap is being closed"})
    team.bob.reads_in("analyse.open", "Every finding is confirmed")
    team.bob.close(everything=True)
    team.goes_on(6)


def _findings() -> dict[str, dict[str, Any]]:
    return {
        "Resolved within SLA": {
            "cause": "Since mid-March the clock stops while the caller is asked something.",
            "impact": "Fewer branches wait beyond what was promised.",
            "impact_amount": "2000",
            "impact_unit": "cases",
        },
        "Reopened": {
            "cause": "No change known.",
            "impact": "About one incident in a hundred comes back.",
            "impact_amount": "90",
            "impact_unit": "cases",
        },
        "Median time to resolve": {
            "cause": "Second line takes its tickets in the morning instead of once a week.",
            "impact": "Half of the callers get their answer within a working day.",
            "impact_amount": "34",
            "impact_unit": "hours",
        },
    }


def present(team: Team) -> None:
    """The business gets every verdict, with charts, and one ask."""
    team.alice.types("present")
    ask = "May we keep the morning rota of second line for another quarter?"
    team.alice.sends("present.send", {"audience": "business and customers", "purpose": "decision", "ask": ask})
    report = team.carol.reads("did we get there?")
    for name, verdict in VERDICTS.items():
        team.carol.sees_picture(name, verdict)
    team.carol.presses(report, "present.acknowledge")
    team.carol.presses(report, "present.decide")
    team.carol.sends("present.decide", {"text": "Yes, until the end of the quarter."})
    team.carol.reads("decided: Yes")
    team.goes_on(7)


def correct(team: Team) -> None:
    """An action: not approved by its proposer, but by Carol; then a new baseline, and the next cycle."""
    team.alice.types("act")
    shown = team.alice.reads_in("act.open", "Resolved within SLA")
    team.alice.presses_under(shown, "Resolved within SLA", "act.propose")
    action = {"title": "Keep the morning rota of second line", "owner": team.bob.id, "scope": "second line only"}
    team.alice.sends("act.propose", action)
    team.alice.close(everything=True)
    question = team.alice.reads("do you approve action 1")
    team.alice.presses(question, "act.approve")
    team.alice.reads("proposed action 1; somebody else must approve it")
    team.carol.presses(question, "act.approve")
    team.carol.reads("*approved* by")
    _new_baseline(team)
    _close(team)


def _new_baseline(team: Team) -> None:
    team.alice.types("act")
    shown = team.alice.reads_in("act.open", "Median time to resolve")
    team.alice.presses_under(shown, "Median time to resolve", "act.baseline")
    team.alice.sends("act.baseline", {"reason": "The level after the change holds."})
    team.alice.close(everything=True)
    question = team.carol.reads("is this the new baseline of")
    team.carol.presses(question, "act.approve_baseline")
    team.carol.wait(lambda: "*approved*" in words_of(team.carol.find("is this the new baseline of", CHANNEL)), PATIENCE)


def _close(team: Team) -> None:
    team.dave.types("close")
    asked = team.dave.wait_modal("cycle.close")
    rules = [block["block_id"] for block, _ in elements(asked) if block["block_id"].startswith("V")]
    team.dave.sends("cycle.close", dict.fromkeys(rules, "Known, and right for this first cycle."))
    team.dave.reads("closed cycle 1")
    team.dave.reads("cycle 2 – step 1 of 7")


CHAPTERS: tuple[tuple[str, Callable[[Team], None]], ...] = (
    ("0 Begin a cycle", begin),
    ("1 What should you measure?", should_measure),
    ("2 What can you measure?", can_measure),
    ("3 Gather the data", gather),
    ("4 Process the data", process),
    ("5 Analyse the data", analyse),
    ("6 Present the information", present),
    ("7 Implement corrective action", correct),
)
