"""Processing through the sandbox's Slack: the quality report, the way back to the rows, exclusions, windows, export."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import httpx
import pytest

from bot.sandbox.person import reading
from csi.definition import hash_of
from csi.models import AnalysisResult, Exclusion, Kpi
from csi.storage import rows
from csi.study.plain import kpi_plain
from csi.study.running import run
from tests.flows.conftest import World

REPORT = "the data, made comparable"


@pytest.fixture
def delivered(world: World) -> World:
    """A cycle in step 4 with its data delivered."""
    world.deliver(4)
    return world


def processed(world: World) -> dict:
    assert world.bob.command("/csi", "process", channel="service-desk") == ""
    return world.bob.sees(REPORT, "service-desk")


def results(world: World) -> list[AnalysisResult]:
    with world.bot.kit.sessions.reading() as session:
        return rows(session, AnalysisResult, world.team)


def test_processing_says_how_good_the_data_are_and_leads_back_to_the_rows(delivered: World) -> None:
    report = processed(delivered)
    said = reading(report)
    assert "Coverage 100.0 %, quality 100.0 %" in said
    assert "tickets: 160 rows read, 160 count" in said
    assert "accuracy: not assessed" in said
    assert all(not one.stale for one in results(delivered))
    delivered.erin.click(report, "process.trace:1")
    delivered.erin.wait_modal("process.traced")
    delivered.erin.submit()
    delivered.erin.wait(lambda: "SHA-256" in str(delivered.erin.modal), what="the rows")
    shown = str(delivered.erin.modal["blocks"])
    assert "made of 8 rows in 1 delivery" in shown
    assert "tickets.csv" in shown


def test_a_kpi_whose_column_is_missing_is_told_with_a_way_out_and_the_others_are_processed(delivered: World) -> None:
    with delivered.bot.kit.sessions() as session:
        [kpi] = rows(session, Kpi, delivered.team, key="kept")
        kpi.definition = {**kpi.definition, "good": 'keppt == "yes"'}
        session.add(kpi)
    report = processed(delivered)
    said = reading(report)
    assert "*Kept our word* was not processed:" in said
    assert "What counts as good: there is no column 'keppt'; did you mean 'kept'?" in said
    assert "tickets: 160 rows read, 160 count" in said
    assert [one.kpi_id for one in results(delivered)] == [1]
    delivered.bob.click(report, f"measure.edit_kpi:{kpi.id}")
    view = delivered.bob.wait_modal("measure.define")
    assert "keppt" in str(view)


def test_v4_4_what_is_left_out_needs_a_reason_and_somebody_elses_yes(delivered: World) -> None:
    report = processed(delivered)
    bob, carol = delivered.bob, delivered.carol
    bob.click(report, "process.exclude")
    bob.wait_modal("process.exclude")
    bob.fill({"start_on": "2026-02-10", "end_on": "2026-02-10", "reason": "<!channel> move"})
    assert "end_on" in bob.submit()
    bob.fill({"end_on": "2026-02-11"})
    assert bob.submit() is None
    proposal = carol.sees("proposes to leave out", "service-desk")
    assert "<!channel>" not in json.dumps(proposal["blocks"])
    assert "V4.4" in _refusal(delivered)
    bob.click(proposal, "process.decide:approved")
    bob.wait(lambda: "somebody else must approve" in str(bob.everything()), what="the refusal")
    carol.click(proposal, "process.decide:approved")
    carol.sees("Approved by", "service-desk")
    with delivered.bot.kit.sessions.reading() as session:
        [kept] = rows(session, Exclusion, delivered.team)
    assert (kept.state, kept.approved_by) == ("approved", carol.id)
    assert all(one.stale for one in results(delivered))
    assert "V4.3" in _refusal(delivered)


def _refusal(world: World) -> str:
    return world.dave.command("/csi", "next", channel="service-desk") + str(world.dave.everything())


def test_windows_are_fixed_in_order_and_processing_follows(delivered: World) -> None:
    report = processed(delivered)
    bob = delivered.bob
    bob.click(report, "process.windows")
    assert re.search(
        r"The data holds \d+ whole weeks, from \d+ \w+ 2026 until", reading(bob.wait_modal("process.windows"))
    )
    bob.fill({"evaluation_from": "2026-02-01"})
    assert "evaluation_from" in bob.submit()
    bob.fill({"evaluation_from": "2026-03-23"})
    assert bob.submit() is None
    bob.wait(lambda: len([one for one in bob.messages("service-desk") if REPORT in reading(one)]) == 2, what="a report")


def test_an_exported_study_gives_the_same_figures(delivered: World, tmp_path: Path) -> None:
    report = processed(delivered)
    delivered.bob.click(report, "process.export")
    shared = delivered.bob.sees("as a study", "service-desk")
    [held] = shared["files"]
    content = httpx.get(f"{delivered.sandbox.url}{held['page_url']}").content
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    again = run(tmp_path / "study.yml")
    with delivered.bot.kit.sessions.reading() as session:
        keys = {kpi.id: kpi.key for kpi in rows(session, Kpi, delivered.team)}
    stored = {keys[one.kpi_id]: one for one in results(delivered)}
    for key, outcome in again.kpis.items():
        assert kpi_plain(outcome) == {name: stored[key].result[name] for name in kpi_plain(outcome)}
    assert {one.study_hash for one in stored.values()} == {hash_of(again.study)}


def test_before_step_4_nothing_is_processed(world: World) -> None:
    world.begin()
    assert "Processing is step 4" in world.bob.command("/csi", "process", channel="service-desk") + str(
        world.bob.everything()
    )
