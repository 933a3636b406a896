"""Two workspaces: whatever is pressed in one, with ids of the other, shows and changes nothing of it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from sqlmodel import Session, select

from bot.blocks import parts
from csi import register
from csi.models import (
    Batch,
    Csf,
    Cycle,
    Exclusion,
    Finding,
    Gap,
    Goal,
    Measurement,
    Opportunity,
    OutboxPost,
    Reminder,
    Report,
    Row,
    SlaClause,
    Source,
)
from csi.step2_can_measure import clauses
from csi.step7_correct import actions, baselines
from csi.terms import Measurability
from tests import turns
from tests.flows.conftest import World
from tests.turns import ALICE, BOB, DAVE, NOW

OTHER, MARK = "TOTHER", "Their secret"
FLAT = [30.0, 31.0, 29.0, 30.5, 30.0, 31.5, 29.5, 30.0, 22.0, 21.0, 22.5, 21.5, 22.0, 21.0]


def theirs(session: Session, team_id: str = OTHER) -> dict[str, str]:
    """A cycle of the other workspace with a bit of everything; per kind of row its number."""
    cycle = turns.begin(session, team_id=team_id, channel="COTHER", service=MARK)
    made = turns.kpi_fields(name=f"{MARK} KPI", owner=ALICE)
    kpi, proxy = turns.grow(session, cycle, made, turns.kpi_fields(name=f"{MARK} proxy", owner=ALICE))
    turns.jump(session, cycle, 2)
    turns.assess(session, cycle, kpi)
    turns.assess(session, cycle, proxy, Measurability.PROXY)
    turns.deliver(session, cycle)
    clauses.draft_clause(session, cycle, kpi_id=kpi.id, text=MARK, target=1.0, actor=ALICE, now=NOW)
    cycle.baseline_from, cycle.baseline_to = date(2026, 1, 5), date(2026, 3, 2)
    turns.jump(session, cycle, 7)
    turns.analyse(session, cycle, kpi, FLAT)
    session.add(
        Exclusion(
            team_id=team_id,
            cycle_id=cycle.id,
            kpi_id=kpi.id,
            start_at=NOW,
            end_at=NOW,
            reason=MARK,
            proposed_by=BOB,
            proposed_at=NOW,
        )
    )
    session.add(Reminder(team_id=team_id, key="k", kind="step_due", user_id=DAVE, cycle_id=cycle.id, due_at=NOW))
    session.add(
        Report(
            team_id=team_id,
            cycle_id=cycle.id,
            audience="suppliers",
            state="sent",
            made_by=DAVE,
            made_at=NOW,
            content={"verdicts": [], "items": []},
            ask=MARK,
        )
    )
    said = actions.ActionFields(
        title=MARK,
        kpi_id=kpi.id,
        finding_id=None,
        owner=BOB,
        due_on=date(2026, 12, 1),
        expected_effect=MARK,
        effect_by=date(2026, 12, 2),
        cost_class="low",
        failure_sign=MARK,
    )
    action = actions.propose(session, cycle, said, actor=DAVE, now=NOW)
    window = {"window_from": date(2026, 3, 2), "window_to": date(2026, 4, 13)}
    baseline = baselines.propose_baseline(session, cycle, kpi.id, reason=MARK, actor=DAVE, now=NOW, **window)
    register.raise_opportunity(session, cycle, register.Entry(title=MARK), actor=DAVE, now=NOW)
    session.flush()
    found = {"cycle": cycle.id, "action": action.id, "baseline": baseline.id, "kpi": kpi.id}
    for table in (
        Goal,
        Csf,
        Gap,
        SlaClause,
        Source,
        Batch,
        Exclusion,
        Reminder,
        Report,
        Opportunity,
        Finding,
        Measurement,
    ):
        row = session.exec(select(table).where(table.team_id == team_id)).first()
        found[str(table.__tablename__)] = row.id if row else 0
    return {name: str(number) for name, number in found.items()}


def values(ids: dict[str, str]) -> dict[str, str]:
    """What the buttons of the other workspace would say, by action."""
    by = {
        "goal": ("measure.edit_goal", "measure.remove_goal"),
        "csf": ("measure.edit_csf", "measure.remove_csf"),
        "kpi": (
            "measure.edit_kpi",
            "measure.remove_kpi",
            "assess.kpi",
            "process.trace",
            "process.rebase",
            "process.swap",
            "analyse.finding",
            "analyse.none",
            "analyse.why",
            "analyse.rebase",
            "act.propose",
            "act.baseline",
        ),
        "gap": ("assess.gap",),
        "sla_clause": ("sla.activate", "sla.retire"),
        "batch": ("gather.accept", "gather.remove"),
        "exclusion": ("process.exclusion",),
        "report": ("present.acknowledge", "present.decide"),
        "action": ("act.edit", "act.announce", "act.done", "act.review", "act.close", "act.benefit"),
        "baseline": ("act.approve_baseline",),
        "opportunity": ("register.move",),
        "source": ("source.edit", "source.collect", "source.token", "source.revoke"),
        "cycle": ("process.run", "process.windows", "process.exclude"),
    }
    said = {action: ids[kind] for kind, some in by.items() for action in some}
    return said | {
        "measure.approve": f"{ids['cycle']}:1",
        "act.approve": f"{ids['action']}:1",
        "present.how": f"{ids['report']}:grid",
        "reminder.snooze": f"mute:{ids['reminder']}",
        "process.decide": json.dumps({"id": int(ids["exclusion"]), "choice": "approve"}),
    }


def held(world: World) -> list[str]:
    """Everything of the other workspace but its posts, which go out meanwhile."""
    tables = [table for table in Row.__subclasses__() if table is not OutboxPost]
    with world.bot.kit.sessions.reading() as session:
        every = [one for table in tables for one in session.exec(select(table)) if one.team_id == OTHER]
        return sorted(f"{one.__tablename__} {one.model_dump_json()}" for one in every)


@pytest.mark.parametrize("step", [1, 2, 5, 7])
def test_no_button_reaches_another_workspace(world: World, step: int):
    world.begin()
    with world.bot.kit.sessions() as session:
        ids = theirs(session)
        own = session.exec(select(Cycle).where(Cycle.team_id != OTHER)).one()
        turns.grow(session, own, actor=world.alice.id)
        turns.jump(session, own, step)
        pressed = values(ids)
        buttons = [parts.button(action, action, value) for action, value in pressed.items()]
        rows = [parts.actions(buttons[start : start + 5]) for start in range(0, len(buttons), 5)]
        place = {"team_id": own.team_id, "channel": own.channel_id}
        world.bot.kit.outbox.post(session, key="forged", text="forged", blocks=rows, **place)
    before = held(world)
    dave = world.dave
    forged = dave.sees("forged", "service-desk")
    for action in pressed:
        assert dave.click(forged, action) == "", action
        world.idle()
        assert MARK not in json.dumps(dave.state()["views"]), action
        if dave.modal:
            dave.close(everything=True)
    world.settled()
    assert MARK not in json.dumps(dave.state())
    assert held(world) == before
