"""Processing through the sandbox's Slack: the quality report, the way back to the rows, exclusions, windows, export."""

from __future__ import annotations

import io
import json
import re
import zipfile
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from bot.sandbox.person import reading
from csi.definition import hash_of
from csi.models import AnalysisResult, Batch, Cycle, Exclusion, Kpi
from csi.step4_process.trying import MOST_ROWS
from csi.storage import rows
from csi.study.plain import kpi_plain
from csi.study.running import run
from tests import turns
from tests.flows.conftest import World
from tests.step6_present import presentable

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
    assert "Coverage 100.0 % (its source gave rows in so many of the periods that are over), quality 100.0 %" in said
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


def _changed(world: World, key: str, **definition: object) -> int:
    with world.bot.kit.sessions() as session:
        [kpi] = rows(session, Kpi, world.team, key=key)
        kpi.definition = {**kpi.definition, **definition}
        session.add(kpi)
        return kpi.id


def test_what_is_meant_is_no_longer_asked_in_the_form_nor_in_the_next_report(delivered: World) -> None:
    bob, kpi = delivered.bob, _changed(delivered, "kept", good='kept == "Yes!"')
    report = processed(delivered)
    assert 'is good by `kept == "Yes!"`; kept holds' in reading(report)
    bob.click(report, f"measure.edit_kpi:{kpi}")
    assert "is good by" in reading(bob.wait_modal("measure.define"))
    bob.click(None, f"measure.meant:{kpi}.good")
    bob.wait(lambda: "is good by" not in reading(bob.modal), what="the form without its question")
    assert bob.modal["callback_id"] == "measure.define"
    bob.click(bob.sees("is meant so", "service-desk"), "cycle.open:process")
    bob.wait(lambda: ": this is meant" in reading(bob.last("service-desk")), what="the next report")
    assert results(delivered)[1].result["doubts"] == []


def test_a_doubt_is_settled_beside_its_verdict_and_analysed_anew(delivered: World) -> None:
    bob, kpi = delivered.bob, _changed(delivered, "kept", good='kept == "Yes!"')
    processed(delivered)
    with delivered.bot.kit.sessions() as session:
        turns.jump(session, rows(session, Cycle, delivered.team)[0], 5)
    bob.command("/csi", "analyse", channel="service-desk")
    bob.wait_modal("analyse.open")
    bob.wait(lambda: "is good by" in reading(bob.modal), what="the verdicts")
    bob.click(None, f"analyse.meant:{kpi}.good")
    bob.wait(lambda: "findings wait" in reading(bob.modal) and "is good by" not in reading(bob.modal), what="anew")
    assert "stale" not in reading(bob.modal)


def test_moments_the_wrong_way_round_are_turned_and_a_second_press_turns_nothing_back(delivered: World) -> None:
    bob = delivered.bob
    with delivered.bot.kit.sessions.reading() as session:
        value = rows(session, Kpi, delivered.team, key="hours")[0].definition["value"]
    kpi = _changed(delivered, "hours", value={**value, "from": value["to"], "to": value["from"]})
    report = processed(delivered)
    bob.click(report, f"process.swap:{kpi}")
    bob.wait(lambda: "look swapped" not in reading(bob.last("service-desk")), what="the next report")
    bob.click(report, f"process.swap:{kpi}")
    bob.sees("was changed meanwhile", "service-desk")
    with delivered.bot.kit.sessions.reading() as session:
        assert rows(session, Kpi, delivered.team, key="hours")[0].definition["value"] == value


def _with_flags(world: World) -> None:
    """The delivery has a column of zeros and ones, too."""
    header, *lines = presentable.tickets(presentable.IMPROVED).decode().splitlines()
    flags = [f"{line},{place % 2}" for place, line in enumerate(lines)]
    content = "\n".join([f"{header},flag", *flags]).encode()
    with world.bot.kit.sessions() as session:
        [batch] = rows(session, Batch, world.team)
        batch.raw_key, batch.sha256 = world.bot.kit.files.keep(world.team, content), sha256(content).hexdigest()
        session.add(batch)


def test_a_column_whose_unit_nobody_knows_is_asked_about_in_the_form_of_its_source(delivered: World) -> None:
    bob = delivered.bob
    kpi = _changed(delivered, "kept", measure="mean", value="flag", good="")
    _with_flags(delivered)
    report = processed(delivered)
    said = reading(report)
    assert "the numbers of 'flag' go from 0 to 1 and name no unit, the KPI is in %." in said
    assert "units:" not in said
    bob.click(report, f"gather.change:{kpi}")
    form = bob.wait_modal("gather.map")
    [asked] = [one["block_id"] for one in form["blocks"] if one.get("block_id", "").startswith("unit.")]
    bob.fill({"at": "resolved", asked: "ratio"})
    assert bob.submit() is None
    bob.sees("read again", "service-desk")
    bob.click(report, "process.run")
    bob.wait(lambda: "was not processed" not in reading(bob.last("service-desk")), what="the next report")


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


def _defined(world: World, key: str) -> dict:
    with world.bot.kit.sessions.reading() as session:
        return dict(rows(session, Kpi, world.team, key=key)[0].definition)


def test_how_a_kpi_is_computed_is_tried_on_the_rows_held_before_it_is_kept(delivered: World) -> None:
    bob, before = delivered.bob, _defined(delivered, "kept")
    bob.command("/csi", "kpi kept", channel="service-desk")
    bob.wait_modal("measure.define")
    bob.fill({"good": 'kept == "Yes!"'})
    bob.submit()
    assert 'is good by `kept == "Yes!"`' in reading(bob.modal)
    assert _defined(delivered, "kept") == before
    bob.fill({"meant_good": ["yes"]})
    assert bob.submit() is None
    assert _defined(delivered, "kept") == {**before, "good": 'kept == "Yes!"', "meant": ["good"]}


def test_of_more_rows_than_are_tried_at_once_the_next_report_says_it(delivered: World) -> None:
    bob = delivered.bob
    for count, is_asked in ((MOST_ROWS, True), (MOST_ROWS + 1, False)):
        with delivered.bot.kit.sessions() as session:
            first, *others = rows(session, Batch, delivered.team)
            first.rows_read = count - sum(one.rows_read for one in others)
            session.add(first)
        bob.command("/csi", "kpi kept", channel="service-desk")
        bob.wait_modal("measure.define")
        bob.fill({"good": 'kept == "Yes!"'})
        bob.submit()
        assert (_defined(delivered, "kept")["good"] != 'kept == "Yes!"') is is_asked


def test_swapped_moments_are_turned_round_in_the_form(delivered: World) -> None:
    bob = delivered.bob
    with delivered.bot.kit.sessions.reading() as session:
        [timed] = [one for one in rows(session, Kpi, delivered.team) if one.key != "kept"]
    value = timed.definition["value"]
    bob.command("/csi", f"kpi {timed.key}", channel="service-desk")
    bob.wait_modal("measure.define")
    bob.fill({"value": f"{value['to']} to {value['from']}"})
    bob.submit()
    assert "from and to look swapped" in reading(bob.modal)
    assert _defined(delivered, timed.key) == timed.definition
    bob.fill({"meant_value": ["swap"]})
    assert bob.submit() is None
    turned = _defined(delivered, timed.key)["value"]
    assert (turned["from"], turned["to"]) == (value["from"], value["to"])
