"""``csi run`` as a process: several studies, standard input, how it ends, and what it says where."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from csi.command.status import Status, worst
from csi.command.unwanted import UnknownVerdict, Unwanted, unwanted
from csi.terms import Verdict
from tests.command.conftest import Csi, write
from tests.study.test_run import STUDY, tickets


def test_several_studies_have_a_folder_each_and_none_stops_the_others(folder: Path, csi: Csi) -> None:
    write(folder / "broken.yml", {**STUDY, "period": "fortnight"})
    write(folder / "second.yml", STUDY)
    done = csi("run", "broken.yml", "study.yml", "second.yml", "--out", "out", "--no-charts")
    assert done.returncode == 2
    assert "broken.yml, line 4, period" in done.stderr
    assert sorted(one.name for one in (folder / "out").iterdir()) == ["second", "study"]
    assert "study.yml:\nmttr: ACHIEVED" in done.stdout
    assert (folder / "out" / "study" / "report.json").read_bytes() == (
        folder / "out" / "second" / "report.json"
    ).read_bytes()


def test_studies_of_one_name_in_two_folders_do_not_share_one(folder: Path, csi: Csi) -> None:
    (folder / "b").mkdir()
    tickets().to_csv(folder / "b" / "tickets.csv", index=False)
    write(folder / "b" / "study.yml", STUDY)
    done = csi("run", "study.yml", "b/study.yml", "--out", "out", "--no-charts")
    assert (done.returncode, sorted(one.name for one in (folder / "out").iterdir())) == (0, ["study", "study-2"])


def test_a_study_on_standard_input_reads_paths_from_the_present_folder(folder: Path, csi: Csi, process: Csi) -> None:
    done = process("run", "-", "--no-charts", typed=(folder / "study.yml").read_text())
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "report" / "report.json").exists()
    done = csi("run", "-", typed="study: 1\n")
    assert done.returncode == 2
    assert done.stderr.startswith("standard input, ")


@pytest.mark.parametrize(
    ("names", "status"),
    [
        ("REGRESSED", 0),
        ("achieved", 3),
        ("ACHIEVED, UNSTABLE", 0),
        ("improved,achieved-unstable", 0),
        ("improved,achieved", 3),
        ("SIDE EFFECT", 0),
    ],
)
def test_a_verdict_that_is_named_ends_with_three(folder: Path, csi: Csi, names: str, status: int) -> None:
    done = csi("run", "study.yml", "--no-charts", "--fail-on", names)
    assert done.returncode == status
    assert ("study.yml, kpis.mttr: ACHIEVED" in done.stderr) == (status == 3)
    assert (folder / "report" / "report.json").exists()  # the report is there for whoever looks why


def test_what_is_unreadable_is_worse_than_what_is_unwanted() -> None:
    assert worst([Status.DONE, Status.UNWANTED, Status.UNREADABLE]) is Status.UNREADABLE
    assert worst([Status.DONE, Status.UNWANTED]) is Status.UNWANTED
    assert (worst([]), worst([Status.DONE])) == (Status.DONE, Status.DONE)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (["REGRESSED,INCONCLUSIVE"], Unwanted(frozenset({Verdict.REGRESSED, Verdict.INCONCLUSIVE}))),
        (["ACHIEVED, UNSTABLE"], Unwanted(frozenset({Verdict.ACHIEVED_UNSTABLE}))),
        (["achieved-unstable", "achieved"], Unwanted(frozenset({Verdict.ACHIEVED_UNSTABLE, Verdict.ACHIEVED}))),
        (["with side effect"], Unwanted(side_effect=True)),
        (["no_change,side-effect"], Unwanted(frozenset({Verdict.NO_CHANGE}), side_effect=True)),
        ([], Unwanted()),
    ],
)
def test_verdicts_are_named_in_any_spelling(typed: list[str], found: Unwanted) -> None:
    assert unwanted(typed) == found


def test_a_word_that_is_no_verdict_is_told_with_all_that_are(folder: Path, csi: Csi) -> None:
    with pytest.raises(
        UnknownVerdict, match=r"'WORSE' is no verdict; expected one or more of .*REGRESSED.*SIDE EFFECT"
    ):
        unwanted(["REGRESSED,worse"])
    with pytest.raises(UnknownVerdict, match="names no verdict"):
        unwanted([""])
    assert unwanted([]) == Unwanted()
    done = csi("run", "study.yml", "--fail-on", "worse")
    assert (done.returncode, (folder / "report").exists()) == (2, False)
    assert "--fail-on" in done.stderr


def test_quiet_says_errors_only_and_verbose_how_far_it_is(folder: Path, csi: Csi) -> None:
    done = csi("run", "study.yml", "--no-charts", "--quiet")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = csi("run", "study.yml", "--no-charts", "--verbose")
    stages = [line.partition(" s  ")[2] for line in done.stderr.splitlines()]
    assert stages == ["reading tickets (tickets.csv)", "processing", "judging 3 KPIs", "writing report"]
    (folder / "tickets.csv").unlink()
    done = csi("run", "study.yml", "--quiet")
    assert (done.returncode, "there is no file tickets.csv" in done.stderr) == (2, True)


def test_nothing_readable_ends_with_two_and_is_said_first(folder: Path, process: Csi) -> None:
    frame = tickets()
    frame["opened_at"] = ["n/a on call"] * 5 + ["01/02/2026 10:00 a. m."] * (len(frame) - 5)
    frame.to_csv(folder / "tickets.csv", index=False)
    done = process("run", "study.yml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Nothing could be read for study.yml: tickets.csv (sources.tickets): 0 of 240 rows")
    assert "line 2, column opened_at: ‘n/a on call’ – not a moment" in done.stderr
    assert "window" not in done.stderr
    assert not (folder / "report").exists()


def test_one_row_that_can_be_read_is_something(folder: Path, csi: Csi) -> None:
    frame = tickets()
    frame.loc[1:, "opened_at"] = "n/a"
    frame.to_csv(folder / "tickets.csv", index=False)
    done = csi("run", "study.yml", "--no-charts")
    assert done.returncode == 0
    assert "INCONCLUSIVE" in done.stdout


def test_a_condition_that_no_row_meets_is_not_an_unreadable_file(folder: Path, csi: Csi) -> None:
    write(folder / "study.yml", {**STUDY, "kpis": {"opened": {**STUDY["kpis"]["opened"], "where": 'met == "never"'}}})
    assert "Nothing could be read" not in csi("run", "study.yml", "--no-charts").stderr


def test_no_charts_and_a_report_on_paper(folder: Path, csi: Csi) -> None:
    done = csi("run", "study.yml", "--no-charts", "--pdf")
    assert done.returncode == 0
    assert {one.name for one in (folder / "report").iterdir()} == {
        "report.json",
        "series.csv",
        "quarantine.csv",
        "report.md",
        "report.pdf",
    }
    pdf = (folder / "report" / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 595.44 841.68 ]" in pdf  # A4 in points, to the hundredth of an inch
    assert "![" not in (folder / "report" / "report.md").read_text()
    csi("run", "study.yml", "--no-charts", "--pdf")
    assert (folder / "report" / "report.pdf").read_bytes() == pdf


def test_pictures_may_be_lines(folder: Path, csi: Csi) -> None:
    csi("run", "study.yml")
    assert csi("run", "study.yml", "--svg").returncode == 0
    names = {one.name for one in (folder / "report").iterdir()}
    assert {"mttr.svg", "met.svg", "opened.svg", "slam.svg"} <= names
    assert not [name for name in names if name.endswith(".png")]
    text = (folder / "report" / "report.md").read_text()
    assert "](slam.svg)" in text
    assert "](mttr.svg)" in text
    drawn = (folder / "report" / "mttr.svg").read_text()
    assert drawn.startswith("<?xml")
    assert "Control chart: " in drawn  # its words for those who don't see it


def test_the_report_shows_its_charts_guards_and_windows(folder: Path, csi: Csi) -> None:
    write(
        folder / "study.yml",
        {
            **STUDY,
            "baseline": {"from": "2026-01-05", "to": "2026-03-18"},
            "evaluation": {"from": "2026-03-18", "to": "2026-05-25"},
        },
    )
    done = csi("run", "study.yml")
    text = (folder / "report" / "report.md").read_text()
    for name in ("mttr.png", "met.png", "opened.png", "slam.png"):
        assert f"]({name})" in text
        assert (folder / "report" / name).exists()
    assert "- Guards: opened held." in text
    assert "Baseline 5 Jan – 17 Mar 2026 (to the end of 17 Mar)" in text
    cut = (
        "The baseline ends before 18 Mar 2026, which cuts the week of 16 Mar 2026 in two: that week is not counted "
        "in it. The nearest whole dates are 16 Mar 2026 and 23 Mar 2026."
    )
    assert cut in text
    assert cut in done.stderr
    report = json.loads((folder / "report" / "report.json").read_text())
    assert report["study"]["warnings"][0] == cut
    assert len(report["study"]["warnings"]) == 2


def test_a_report_is_read_by_pandas_across_a_change_of_the_clock(folder: Path, csi: Csi) -> None:
    write(
        folder / "study.yml",
        {
            **STUDY,
            "kpis": {"mttr": {**STUDY["kpis"]["mttr"], "guards": [], "name": "Hours", "target_date": "2026-06-01"}},
        },
    )
    csi("run", "study.yml", "--no-charts")
    kpi = json.loads((folder / "report" / "report.json").read_text())["kpis"]["mttr"]
    starts = pd.to_datetime([point["start"] for point in kpi["series"]])
    expected = pd.date_range("2026-01-05", periods=len(starts), freq="W-MON", tz="Europe/Lisbon")
    assert list(starts.tz_convert("Europe/Lisbon")) == list(expected)
    assert [point["start"][:10] for point in kpi["series"]] == [f"{day:%Y-%m-%d}" for day in expected]
    table = pd.read_csv(folder / "report" / "series.csv")
    assert list(pd.to_datetime(table["end"]).dt.tz_convert("Europe/Lisbon"))[:-1] == list(expected[1:])
    again = pd.read_json(io.StringIO(json.dumps(kpi["series"])), dtype=False)
    assert list(pd.to_datetime(again["start"]).dt.tz_convert("Europe/Lisbon")) == list(expected)
    assert (kpi["name"], kpi["target_date"]) == ("Hours", "2026-06-01")
    window = kpi["windows"]["evaluation"]
    assert pd.to_datetime([window["start"], window["end"]]).tz_convert("Europe/Lisbon").strftime("%F").tolist() == [
        "2026-03-16",
        "2026-05-25",
    ]
    level = pd.Series([point["value"] for point in kpi["series"]][:10]).mean()
    assert kpi["levels"]["before"] == pytest.approx(level)
    assert kpi["change"]["difference"] == pytest.approx(kpi["levels"]["after"] - kpi["levels"]["before"])
