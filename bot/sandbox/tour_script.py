"""What the team does, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from bot.sandbox.tour_team import Team


def begin(team: Team) -> None:
    """Dave begins a cycle and gives the roles."""
    team.dave.types("start Service desk")
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
            "counter": "reopened",
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


CHAPTERS: tuple[tuple[str, Callable[[Team], None]], ...] = (
    ("0 Begin a cycle", begin),
    ("1 What should you measure?", should_measure),
    ("2 What can you measure?", can_measure),
)
