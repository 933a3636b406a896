"""The audit log and the thresholds as people see them."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from bot.sandbox.person import reading
from csi import audit, rules
from csi.models import AuditRow, Cycle, Installation, Row, Workspace
from csi.proving import prove
from tests import turns
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


def exported(world: World, form: str) -> bytes:
    """The file that ``/csi export`` brings into the channel, chosen by its button."""
    world.begin("=cmd() & <!channel>")
    with world.bot.kit.sessions() as session:
        turns.grow(session, session.exec(select(Cycle)).one(), actor=world.alice.id)
    world.bob.command("/csi", "export")
    asked = world.bob.sees("Everybody in the channel sees the file", "service-desk")
    world.bob.click(asked, f"cycle.open:export:{form}")
    shared = world.erin.sees(f"as {form.upper()}, for", "service-desk")
    return world.erin.download(shared["files"][0])


def test_an_export_as_json_holds_every_table_and_no_secret(world: World):
    content = exported(world, "json")
    tables = json.loads(content)
    assert tables["service"][0]["name"] == "=cmd() & <!channel>"
    assert tables["kpi"][0]["name"] == "Median time to resolve"
    assert "added kpi" in [one["what"] for one in tables["audit_row"]]
    assert b"secret" not in content
    assert b"token" not in content


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_cell_of_an_exported_table_is_a_formula(world: World, form: str):
    content = exported(world, form)
    if form == "csv":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            services = archive.read("service.csv").decode("utf-8-sig")
            assert "kpi.csv" in archive.namelist()
        assert "'=cmd() & <!channel>" in services.split("\r\n")[1].split(",")
    else:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names, values = book.get_sheet_by_name("service").to_python()
        assert values[names.index("name")] == "'=cmd() & <!channel>"
        assert book.get_sheet_by_name("kpi").to_python()[1][names.index("id")] == 1


def test_an_export_is_for_the_services_people(world: World):
    world.begin()
    world.erin.command("/csi", "export json")
    world.erin.sees("To export what is kept of this service one must be", "service-desk")


@pytest.mark.parametrize(("form", "missing"), [("study", "none is yet"), ("pdf", "There is nothing to present")])
def test_an_export_without_data_says_what_is_missing(world: World, form: str, missing: str):
    world.begin()
    world.bob.command("/csi", f"export {form}")
    world.bob.sees(missing, "service-desk")


def test_all_data_of_a_workspace_is_deleted_when_that_is_typed_and_of_no_other(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        turns.begin(session, team_id="TOTHER")
    team_id = world.sandbox.workspace.team_id
    world.bot.kit.files.keep(team_id, b"raw")
    world.dave.command("/csi", "settings")
    world.dave.wait_modal("settings.open")
    world.dave.click(None, "settings.erase")
    world.dave.wait_modal("settings.erase")
    world.dave.fill({"sure": "yes"})
    assert "delete everything" in world.dave.submit()["sure"]
    world.dave.fill({"sure": "Delete everything"})
    assert world.dave.submit() is None
    world.dave.sees("Everything I kept of this workspace is deleted", world.dave.bot_channel)
    with world.bot.kit.sessions.reading() as session:
        for mapper in Row.__subclasses__():
            held = [one for one in session.exec(select(mapper)) if one.team_id == team_id]
            assert held == [] or mapper is Installation, mapper
        assert session.exec(select(AuditRow)).first() is not None
        assert prove(session, "TOTHER", world.bot.kit.keys).deviations == []
    assert world.bot.kit.files.keys(team_id) == []
    world.dave.command("/csi", "start Again", channel="service-desk")
    world.dave.wait_modal("cycle.start")
    assert world.dave.submit() is None


def test_who_does_not_steer_all_of_it_deletes_nothing(world: World):
    world.begin()
    world.erin.command("/csi", "settings")
    world.erin.sees("one must be an administrator", "service-desk")


def test_the_log_is_turned_page_by_page_in_its_place(world: World):
    world.begin()
    with world.bot.kit.sessions() as session:
        cycle = session.exec(select(Cycle)).one()
        for number in range(20):
            audit.record(
                session,
                team_id=cycle.team_id,
                actor="",
                at=world.now(),
                what=f"tried {number:02}",
                subject=("cycle", cycle.id),
            )
    world.dave.command("/csi", "audit")
    shown = world.dave.sees("tried 19", "service-desk")
    assert "tried 04" not in reading(shown)
    world.dave.click(shown, "audit.page:earlier")
    earlier = world.dave.sees("tried 04", "service-desk")
    assert "tried 05" not in reading(earlier)
    assert "started cycle" in reading(earlier)
    world.dave.click(earlier, "audit.page:newest")
    world.dave.sees("tried 19", "service-desk")


def test_where_the_record_ends_is_sent_where_the_workspace_wants_it(world: World):
    world.begin()
    world.dave.command("/csi", "settings")
    world.dave.wait_modal("settings.open")
    channel = world.sandbox.workspace.channel("service-desk").id
    world.dave.fill({rules.RECORD_TO: channel})
    assert world.dave.submit() is None
    world.tick()
    world.bob.sees("It ends with", "service-desk")
    with world.bot.kit.sessions.reading() as session:
        assert rules.record_goes_to(session, world.team) == channel
