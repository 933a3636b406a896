"""The example that the documents point to: its data is what its script writes, and its report says what is told."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from bot.blocks.home import FINISHED
from csi.study.evaluation import Report
from csi.study.plain import report_json
from csi.study.running import run

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "service_desk"


@pytest.fixture(scope="module")
def report() -> Report:
    return run(FOLDER / "study.yml")


def test_its_data_is_what_its_script_writes(tmp_path: Path) -> None:
    runpy.run_path(str(FOLDER / "make.py"))["write"](tmp_path / "tickets.csv")
    assert (tmp_path / "tickets.csv").read_bytes() == (FOLDER / "tickets.csv").read_bytes()


def test_it_ends_as_is_told_of_it(report: Report) -> None:
    kpis = json.loads(report_json(report))["kpis"]
    assert {name: kpi["verdict"] for name, kpi in kpis.items()} == {
        "mttr": "ACHIEVED",
        "within_a_day": "IMPROVED",
        "reopened": "NO CHANGE",
        "nps": "NO CHANGE",
    }
    levels = kpis["mttr"]["levels"]
    assert (round(levels["before"]), round(levels["after"])) == (38, 16)


def test_what_the_home_tab_shows_of_a_finished_turn_is_what_it_gives(report: Report) -> None:
    kpis = json.loads(report_json(report))["kpis"]
    told = {name: verdict for name, verdict, _ in FINISHED}
    assert told == {kpis[key]["name"]: kpis[key]["verdict"] for key in ("mttr", "within_a_day")}
    said = {name: what for name, _, what in FINISHED}
    assert said["Median time to resolve"].startswith("from 38 h to about 16 h")


def test_what_its_file_holds_is_found(report: Report) -> None:
    assert json.loads(report_json(report))["sources"]["tickets"]["repeated"] == 1
    refused = report.quarantine
    assert list(zip(refused["column"], refused["value"], strict=True)) == [("Resolved", "31/04/2026 10:00")]
