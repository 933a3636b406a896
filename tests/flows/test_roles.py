"""``/csi roles``: seen by all, changed by those who steer."""

from __future__ import annotations

from tests.flows.conftest import World


def test_roles_are_changed_in_one_modal_and_said_in_the_thread(world: World):
    world.begin()
    world.alice.command("/csi", "roles")
    view = world.alice.wait_modal("roles.save")
    chosen = {block["block_id"]: block["element"].get("initial_users", []) for block in view["blocks"][1:]}
    assert chosen["approver"] == [world.carol.id]
    assert chosen["csi_manager"] == [world.dave.id]
    world.alice.fill({"approver": [world.carol.id, world.erin.id], "backup": [world.dave.id]})
    assert world.alice.submit() is None
    said = world.alice.wait(
        lambda: next((one for one in world.card()["replies"] if "approver" in one["text"]), None), what="the change"
    )
    assert f"<@{world.erin.id}>" in said["text"]
    assert f"<@{world.carol.id}>" not in said["text"]


def test_a_reader_cannot_change_roles_and_the_last_manager_stays(world: World):
    world.begin()
    world.erin.command("/csi", "roles")
    world.erin.wait_modal("roles.save")
    assert "To change roles one must be" in str(world.erin.submit())
    world.dave.command("/csi", "roles")
    world.dave.wait_modal("roles.save")
    world.dave.fill({"csi_manager": []})
    assert "at least one" in str(world.dave.submit())
