"""Steps 1, 2 and 7 and the register in Slack: within its limits, and pinging nobody, whatever people typed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bot.blocks import register, step1_should_measure, step2_can_measure, step7_correct
from bot.sandbox.limits import MESSAGE_TEXT, message_problems, text_length, view_problems, view_too_large
from csi.errors import Breach
from csi.kpi_catalogue import catalogue
from csi.models import (
    Action,
    Baseline,
    CarryOver,
    Csf,
    Decision,
    Gap,
    Goal,
    Kpi,
    Opportunity,
    PlanRow,
    SlaClause,
    Source,
)
from csi.step1_should_measure.tree import CsfBranch, GoalBranch, Tree
from csi.step2_can_measure.assessing import Assessment, Line
from csi.step7_correct.loose_ends import ALLOWED, LooseEnd
from csi.terms import Measurability
from tests.bot.test_status_card import held

NOW = datetime(2016, 5, 4, 9, 0, tzinfo=UTC)
DAY = date(2016, 5, 4)
NASTY = "<!channel> & <@U1> " * 170  # more than 3,000 characters, all of them to be escaped
SHORT = NASTY[:300]
T: dict[str, Any] = {"team_id": "T"}


def kpi(number: int = 1, **changed: Any) -> Kpi:
    said: dict[str, Any] = {
        "id": number,
        "cycle_id": 1,
        "csf_id": 1,
        "key": f"kpi_{number}",
        "name": NASTY[:150],
        "unit": "<h>",
        "direction": "lower",
        "target": 20.0,
        "target_date": DAY,
        "owner": "UALICE",
        "why": "direct",
        "kind": "speed",
        "catalogue": "K03",
        "definition": {"measure": "median", "value": {"from": SHORT, "to": SHORT}, "where": SHORT},
        "measurability": "measured automatically",
        "checked_by": "UBOB",
    }
    return Kpi(**T, **(said | changed))


def tree(goals: int = 1, csfs: int = 1, kpis: int = 1, **changed: Any) -> Tree:
    made = []
    for goal in range(goals):
        branches = tuple(
            CsfBranch(Csf(id=one, cycle_id=1, goal_id=goal, text=SHORT, **T), tuple(kpi(n) for n in range(kpis)))
            for one in range(csfs)
        )
        made.append(GoalBranch(Goal(id=goal, cycle_id=1, text=SHORT, **T), branches))
    said: dict[str, Any] = {
        "vision": SHORT,
        "goals": tuple(made),
        "loose_csfs": (),
        "loose_kpis": (),
        "approvals": (),
        "submitted": True,
        "carried": (),
        "version": 3,
    }
    return Tree(**(said | changed))


def decision(choice: str = "approve", reason: str = "") -> Decision:
    return Decision(
        subject="tree", subject_id=1, user_id="UCAROL", role="approver", choice=choice, reason=reason, at=NOW, **T
    )


def action(**changed: Any) -> Action:
    said: dict[str, Any] = {
        "id": 1,
        "service_id": 1,
        "cycle_id": 1,
        "number": 12,
        "kpi_key": "mttr",
        "title": NASTY[:200],
        "scope": SHORT,
        "expected_effect": SHORT,
        "effect_by": DAY,
        "cost_class": "low",
        "failure_sign": SHORT,
        "proposer": "UBOB",
        "owner": "UALICE",
        "due_on": DAY,
        "quorum": 2,
        "expires_at": NOW,
        "proposed_at": NOW,
    }
    return Action(**T, **(said | changed))


def baseline(**changed: Any) -> Baseline:
    said: dict[str, Any] = {
        "id": 1,
        "service_id": 1,
        "cycle_id": 1,
        "kpi_key": "mttr",
        "number": 2,
        "window_from": DAY,
        "window_to": DAY,
        "unit": "<h>",
        "centre": 22.0,
        "lower": 0.0,
        "upper": 30.0,
        "points": 7,
        "coverage": 1.0,
        "reason": SHORT,
        "proposed_by": "UBOB",
        "proposed_at": NOW,
    }
    return Baseline(**T, **(said | changed))


def opportunity(**changed: Any) -> Opportunity:
    people = {"raised_by": "U", "actioned_by": "UBOB", "required_by": DAY}
    said: dict[str, Any] = {"id": 1, "service_id": 1, "number": 1, "raised_on": DAY, "title": NASTY[:200], **people}
    said["origin"] = "https://example.test/p1"
    return Opportunity(**T, **(said | changed))


def carry(number: int, kind: str = "gap") -> CarryOver:
    return CarryOver(id=number, cycle_id=2, from_cycle_id=1, step=2, kind=kind, text=SHORT, since=NOW, **T)


def line(number: int) -> Line:
    plan = PlanRow(
        cycle_id=1,
        kpi_id=number,
        period="week",
        timezone=SHORT[:60],
        calendar="24x7",
        owner="UBOB",
        backup="UFRANK",
        **T,
    )
    source = Source(id=1, service_id=1, key="i", name=SHORT[:80], created_at=NOW, **T)
    return Line(kpi=kpi(number), plan=plan, source=source, gap=None, deliveries=3, missing=("source", "backup owner"))


def gap(number: int, **changed: Any) -> Gap:
    return Gap(id=number, cycle_id=1, text=SHORT, opened_at=NOW, owner="UBOB", due_on=DAY, **T, **changed)


def clause(number: int, state: str) -> SlaClause:
    return SlaClause(
        id=number,
        service_id=1,
        cycle_id=1,
        kpi_key="mttr",
        text=SHORT,
        target=20,
        state=state,
        refused=SHORT,
        proposed_by="U",
        proposed_at=NOW,
        **T,
    )


CSFS = {str(number): NASTY for number in range(80)}
NAMES = {str(number): NASTY for number in range(90)}
DRAFT = step7_correct.Draft(
    title=NASTY[:200],
    kpi_id="1",
    owner="UALICE",
    due_on=DAY,
    expected_effect=SHORT,
    effect_by=DAY,
    cost_class="low",
    failure_sign=SHORT,
    scope=SHORT,
)
FOUND = [step7_correct.Found(n, NASTY[:150], "IMPROVED", NASTY, "", True) for n in range(30)]
STATES = ("proposed", "approved", "rejected", "expired", "done", "reviewed", "closed", "reopened")
ENTRY = catalogue.entry("K10")
SAID = Assessment(
    measurability=Measurability.AUTOMATIC,
    checked_by="UBOB",
    source_id=1,
    definition=SHORT,
    period="week",
    timezone=SHORT[:60],
    calendar="24x7",
    owner="UBOB",
    backup="UFRANK",
    cadence="",
    effort="e",
    cost="c",
)

VIEWS: dict[str, Any] = {
    "an empty tree": lambda: step1_should_measure.tree_view(tree(0), "{}", may_change=True),
    "a crowded tree": lambda: step1_should_measure.tree_view(
        tree(5, 5, 5, carried=tuple(carry(n) for n in range(60)), approvals=(decision(),)), "{}", may_change=True
    ),
    "another's tree": lambda: step1_should_measure.tree_view(
        tree(loose_csfs=tree().goals[0].csfs, loose_kpis=(kpi(9, target=None),)), "{}", may_change=False
    ),
    "the first KPI": lambda: step1_should_measure.kpi_form(metadata="{}", csfs={}, kpis={}, owner="U", target_date=DAY),
    "a KPI of the catalogue": lambda: step1_should_measure.kpi_form(
        metadata="{}", csfs=CSFS, kpis=NAMES, owner="U", target_date=DAY, entry=ENTRY
    ),
    "a KPI changed": lambda: step1_should_measure.kpi_form(
        metadata="{}",
        csfs=CSFS,
        kpis=NAMES,
        owner="U",
        target_date=DAY,
        kpi=kpi(direction="within", band_low=2, band_high=5),
    ),
    "what was carried over": lambda: step1_should_measure.carried_form(
        [carry(n) for n in range(60)], dict.fromkeys(range(60), ("adopt", "defer", "drop")), "{}"
    ),
    "a CSF": lambda: step1_should_measure.text_form(
        "measure.edit_csf", "Change a CSF", "csf", "What?", value=SHORT, goals=CSFS
    ),
    "a reason": lambda: step1_should_measure.reason_form("measure.reject", "Send back", "Why?", "1:3"),
    "an empty matrix": lambda: step2_can_measure.matrix_view([], [], [], "{}"),
    "a crowded matrix": lambda: step2_can_measure.matrix_view(
        [line(n) for n in range(40)], [gap(n, decision="close") for n in range(40)], [clause(1, "flagged")], "{}"
    ),
    "an assessment": lambda: step2_can_measure.assess_form(kpi(), SAID, NAMES, others=3, metadata="{}"),
    "a first assessment": lambda: step2_can_measure.assess_form(
        kpi(),
        Assessment(
            measurability=Measurability.AUTOMATIC, checked_by="UBOB", period="week", timezone="UTC", calendar="24x7"
        ),
        {},
        others=0,
        metadata="{}",
    ),
    "a gap": lambda: step2_can_measure.gap_form(gap(1, cost=SHORT[:100]), owner="U", metadata="{}"),
    "no clause": lambda: step2_can_measure.sla_view([], "{}"),
    "many clauses": lambda: step2_can_measure.sla_view(
        [clause(n, state) for n in range(15) for state in ("draft", "active", "flagged")], "{}"
    ),
    "a clause": lambda: step2_can_measure.clause_form(NAMES, "{}"),
    "nothing to act on": lambda: step7_correct.act_view([], [], [], "{}", names={}, may_close=False),
    "much to act on": lambda: step7_correct.act_view(
        FOUND,
        [action(id=n, state=state) for n in range(9) for state in STATES],
        [baseline(id=n) for n in range(30)],
        "{}",
        names={"mttr": NASTY},
        may_close=True,
    ),
    "an action": lambda: step7_correct.action_form(DRAFT, NAMES, NASTY, "{}"),
    "an action changed": lambda: step7_correct.action_form(DRAFT, NAMES, "", "{}", edit=True),
    "a baseline": lambda: step7_correct.baseline_form(NAMES, "1", (DAY, DAY), "{}"),
    "a baseline without a window": lambda: step7_correct.baseline_form(NAMES, "1", None, "{}"),
    "a rejection": lambda: step7_correct.reason_form("act.reject", "1:1"),
    "an end with nothing open": lambda: step7_correct.close_form([], ALLOWED, [], 1, "{}"),
    "an end with much open": lambda: step7_correct.close_form(
        [LooseEnd(kind, n, NASTY, ALLOWED[kind][0]) for n in range(30) for kind in ALLOWED],
        ALLOWED,
        [Breach(rule=f"V7.{n}", sentence=NASTY, blocks=False) for n in range(8)],
        1,
        "{}",
    ),
    "an empty register": lambda: register.view("Desk", [], "{}"),
    "a full register": lambda: register.view(SHORT, [opportunity(id=n) for n in range(60)], "{}"),
    "an opportunity": lambda: register.form(NAMES, "{}", title=NASTY, description=NASTY, alike=[opportunity()] * 9),
    "an opportunity moved on": lambda: register.move_form(opportunity(priority_reason="x"), "{}"),
}

MESSAGES: dict[str, Any] = {
    "the question to the business": lambda: step1_should_measure.approval(tree(5, 5, 5), SHORT, "1:3"),
    "its answers": lambda: step1_should_measure.approval(
        tree(approvals=(decision(), decision("reject", NASTY[:500]))), SHORT, "1:3"
    ),
    "an older question": lambda: step1_should_measure.superseded(step1_should_measure.approval(tree(), SHORT, "1:3")),
    "an action": lambda: step7_correct.action_post(action(), NASTY[:150]),
    "its question": lambda: step7_correct.question(action(), SHORT, [decision(), decision("reject", NASTY[:500])]),
    "a void question": lambda: step7_correct.void_question(SHORT),
    "an expired question": lambda: step7_correct.expired_question(SHORT),
    "a baseline": lambda: step7_correct.baseline_question(baseline(), SHORT, [decision()]),
    "a baseline without limits": lambda: step7_correct.baseline_question(
        baseline(lower=None, coverage=None), SHORT, []
    ),
    "all actions": lambda: step7_correct.listing([action(id=n) for n in range(60)], SHORT),
    "no action": lambda: step7_correct.listing([], "Desk"),
}

TEXTS: dict[str, Any] = {
    "an announcement": lambda: step7_correct.announcement(action(state="approved"), [decision()], ["UALICE", "UBOB"]),
    "a rejection": lambda: step7_correct.announcement(
        action(state="rejected"), [decision("reject", SHORT)], ["UALICE"]
    ),
    "the question": lambda: step7_correct.question_text(action(), ["UCAROL"], "UTC"),
    "nobody to ask": lambda: step7_correct.question_text(action(expires_at=None), [], "UTC"),
    "the action": lambda: step7_correct.action_text(action()),
    "a change": lambda: step7_correct.changed_text(action(), "UBOB"),
    "a step on": lambda: step7_correct.progress_text(action(state="done"), "UBOB", "1 June"),
    "the end": lambda: step7_correct.closed_text(NASTY, 1, [carry(n) for n in range(20)], 3, "UBOB"),
    "a flag": lambda: step2_can_measure.flagged_text(clause(1, "flagged"), ["UALICE"]),
    "an expiry": lambda: step7_correct.expired_text(action()),
    "the business asked": lambda: step1_should_measure.approval_text(NASTY[:80], 1, "UBOB", ["UCAROL"]),
    "a new entry": lambda: register.added(opportunity()),
}


def mrkdwn(node: Any) -> list[str]:
    """Every text of blocks that Slack would read for mentions."""
    if isinstance(node, list):
        return [text for one in node for text in mrkdwn(one)]
    if not isinstance(node, dict):
        return []
    own = [node["text"]] if node.get("type") == "mrkdwn" else []
    return own + [text for value in node.values() for text in mrkdwn(value)]


@pytest.mark.parametrize("name", VIEWS)
def test_every_modal_is_within_slacks_limits_and_pings_nobody(name: str):
    view = VIEWS[name]()
    assert view_problems(view, lambda _: None, "modal") == []
    assert not view_too_large(view)
    assert [text for text in mrkdwn(view) if "<!channel>" in text or "<@U1>" in text] == []


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_within_slacks_limits_and_pings_nobody(name: str):
    blocks = MESSAGES[name]()
    assert message_problems(blocks, lambda _: None) == []
    assert text_length(blocks) < MESSAGE_TEXT - 1000
    assert "<!channel>" not in json.dumps([text for text in mrkdwn(blocks) if text not in (SHORT, f"~{SHORT}~")])


@pytest.mark.parametrize("name", TEXTS)
def test_every_sentence_pings_only_whom_it_means(name: str):
    text = TEXTS[name]()
    assert "<!channel>" not in text
    assert "<@U1>" not in text
    assert "&lt;" in text or name == "nobody to ask" or "<@" in text


def test_an_actions_message_and_question_are_as_they_were_looked_at():
    plain = {
        "title": "Route database incidents to second line",
        "scope": "",
        "expected_effect": "2 h less",
        "failure_sign": "no lower median",
    }
    held("action", step7_correct.action_post(action(**plain), "Median time to resolve"))
    asked = step7_correct.question_text(action(**plain), ["UCAROL", "UDAVE"], "UTC")
    held("action_question", step7_correct.question(action(**plain), asked, [decision()]))


def test_the_tree_and_the_question_to_the_business_are_as_they_were_looked_at():
    plain = kpi(name="Median time to resolve", unit="h", definition={"measure": "median"})
    csf = CsfBranch(Csf(id=1, cycle_id=1, goal_id=1, text="Resolved quickly", **T), (plain,))
    grown = tree(goals=0, vision="IT that nobody waits for")
    grown = Tree(
        **{name: getattr(grown, name) for name in grown.__slots__}
        | {"goals": (GoalBranch(Goal(id=1, cycle_id=1, text="Users get help fast", **T), (csf,)),)}
    )
    held("tree", step1_should_measure.tree_view(grown, '{"cycle": 1}', may_change=True))
    text = step1_should_measure.approval_text("Service desk", 1, "UALICE", ["UCAROL"])
    held("tree_question", step1_should_measure.approval(grown, text, "1:3"))


def test_a_band_and_a_missing_target_are_said():
    assert (
        step1_should_measure.aim(SimpleNamespace(unit="h", direction="within", band_low=2.0, band_high=5.0))
        == "2 to 5 h"
    )
    assert (
        step1_should_measure.aim(SimpleNamespace(unit="h", direction="lower", target=None, band_low=None))
        == "_no target_"
    )


@pytest.mark.parametrize(
    ("approvers", "needed", "lacking"),
    [((), 1, True), (("U1",), 1, False), (("U1",), 2, True), (("U1", "U2"), 2, False), ((), 0, True)],
)
def test_an_approver_is_asked_for_while_too_few_may_agree(approvers, needed, lacking):
    assert step7_correct.too_few(approvers, needed) is lacking
    blocks = step7_correct.baseline_question(baseline(), SHORT, [], needed=needed, lacking=lacking)
    assert ("roles.open" in str(blocks)) is lacking


def test_an_entry_of_the_register_says_how_its_kpi_stands() -> None:
    judged = {"mttr": "Hours & co: IMPROVED · target not met"}
    made = str(register.view("Desk", [opportunity(kpi_key="mttr"), opportunity(id=2, kpi_key="")], "{}", judged=judged))
    assert made.count("Hours &amp; co: IMPROVED · target not met") == 1


def test_an_entry_says_who_does_it_by_when_or_by_when_it_is_needed() -> None:
    said = {"required_by": DAY, "raised_by": "UBOB", "raised_on": DAY}
    assert "· needed by 4 May 2016" in register.line(opportunity(**said, actioned_by=""))
    assert "<@UALICE> by 4 May 2016" in register.line(opportunity(**said, actioned_by="UALICE"))
