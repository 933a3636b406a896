"""The audit log and the thresholds as people see them."""

from __future__ import annotations

from sqlmodel import select

from bot.sandbox.person import reading
from csi import rules
from csi.models import Workspace
from tests.flows.conftest import World


def test_the_log_says_who_did_what_and_that_its_chain_holds(world: World):
    world.begin()
    world.dave.command("/csi", "audit")
    shown = reading(world.dave.last())
    assert "The chain holds" in shown
    assert "started cycle" in shown
    world.erin.command("/csi", "audit")
    assert "To read the audit log one must be an administrator" in reading(world.erin.last())


def test_thresholds_are_changed_in_a_modal_and_wrong_ones_told(world: World):
    world.begin()
    world.dave.command("/csi", "settings")
    world.dave.wait_modal("settings.open")
    world.dave.fill({"coverage_least": "80", "settle_days": "ten"})
    assert "ten" in world.dave.submit()["settle_days"]
    world.dave.fill({"settle_days": "10"})
    assert "0 to 1" in world.dave.submit()["coverage_least"]
    world.dave.fill({"coverage_least": "0.7"})
    assert world.dave.submit() is None
    with world.bot.kit.sessions.reading() as session:
        team = session.exec(select(Workspace)).one().team_id
        assert rules.threshold(session, team, "settle_days") == 10
        assert rules.threshold(session, team, "coverage_least") == 0.7


def test_who_steers_one_service_of_several_sees_and_changes_nothing_of_the_workspace(world: World):
    world.begin()
    world.alice.invite("csi", "general")
    world.erin.command("/csi", "start Payroll", channel="general")
    world.erin.wait_modal("cycle.start")
    assert world.erin.submit() is None
    for command, doing in (("audit", "read the audit log"), ("settings", "change the thresholds")):
        world.erin.command("/csi", command, channel="general")
        world.erin.sees(f"To {doing} one must be an administrator", "general")
