"""``python -m csi run`` as a stranger would use it: what it writes, what it says, how it ends."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from csi.__main__ import app
from csi.errors import InvalidInputs
from csi.study.output import file_names, harmless, quarantine_csv
from csi.study.plain import report_json
from csi.study.running import run
from tests.reading.workbooks import sheet_xml, xlsx

ROOT = Path(__file__).resolve().parents[2]
SERIES = ["start", "end", "value", "n", "numerator", "denominator", "partial", "missing", "excluded", "refused"]
# Source: docs/study.md, report.json
KPI = {
    "name": None,
    "target_date": None,
    "windows": ["baseline", "evaluation"],
    "levels": ["before", "after"],
    "unit": None,
    "direction": None,
    "target": None,
    "series": SERIES,
    "quality": ["completeness", "timeliness", "validity", "uniqueness", "consistency", "overall"],
    "limits": ["kind", "centre", "lower", "upper", "n", "trial", "sigma_z"],
    "signals": ["start", "rule", "direction", "latest"],
    "trend": ["slope", "slope_lower", "slope_upper", "p", "judged", "reason"],
    "change": [
        "difference",
        "lower",
        "upper",
        "percent",
        "p",
        "p_adjusted",
        "hodges_lehmann",
        "smallest_detectable",
        "state",
    ],
    "target_state": None,
    "assurance": ["state", "hit_share", "lower", "upper", "reason", "misses_not_excluded"],
    "verdict": None,
    "change_axis": None,
    "target_axis": None,
    "headline": None,
    "side_effects": None,
    "evidence": None,
    "attribution": None,
    "warnings": None,
    "reasons": None,
    "sentence": None,
    "against_target": ["level", "lower", "upper", "likely", "more"],
    "where": ["column", "named", "kind", "groups", "suppressed", "sentences"],
}
SOURCE = [
    "sha256",
    "rows_read",
    "rows_kept",
    "repeated",
    "superseded",
    "conflicts",
    "quarantined",
    "first_at",
    "last_at",
]


def tickets(weeks: int = 20, each: int = 12) -> pd.DataFrame:
    opened = pd.date_range("2026-01-05 08:00", periods=weeks * each, freq=f"{7 * 24 * 60 // each}min")
    hours = np.where(np.arange(weeks * each) < weeks * each // 2, 30, 12) + np.arange(weeks * each) % 7
    return pd.DataFrame(
        {
            "id": [f"T{number}" for number in range(len(opened))],
            "opened_at": opened.strftime("%Y-%m-%d %H:%M"),
            "resolved_at": (opened + pd.to_timedelta(hours, unit="h")).strftime("%Y-%m-%d %H:%M"),
            "met": np.where(hours < 25, "yes", "no"),
            "cost": hours * 1.5,
        }
    )


STUDY: dict[str, Any] = {
    "study": 1,
    "service": "Service desk",
    "timezone": "Europe/Lisbon",
    "period": "week",
    "sources": {"tickets": {"file": "tickets.csv", "key": "id"}},
    "kpis": {
        "mttr": {
            "source": "tickets",
            "at": "opened_at",
            "measure": "median",
            "unit": "h",
            "direction": "lower",
            "value": {"from": "opened_at", "to": "resolved_at"},
            "target": 20,
            "guards": ["opened"],
        },
        "met": {
            "source": "tickets",
            "at": "opened_at",
            "measure": "share",
            "good": 'met == "yes"',
            "unit": "%",
            "direction": "higher",
            "target": 75,
        },
        "opened": {"source": "tickets", "at": "opened_at", "measure": "count", "direction": "lower"},
    },
    "baseline": {"from": "2026-01-05", "to": "2026-03-16"},
    "evaluation": {"from": "2026-03-16", "to": "2026-05-25"},
}


def laid_out(folder: Path, study: dict[str, Any], frame: pd.DataFrame | None = None) -> Path:
    (tickets() if frame is None else frame).to_csv(folder / "tickets.csv", index=False)
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(study, sort_keys=False))
    return path


def ran(path: Path) -> dict[str, Any]:
    """The report of a study, nothing drawn."""
    return json.loads(report_json(run(path)))


def refused(path: Path) -> str:
    """What is said of a study that cannot be run."""
    with pytest.raises(InvalidInputs) as caught:
        run(path)
    return str(caught.value)


def typed(path: Path) -> tuple[int, str]:
    """Status and words of the command."""
    done = CliRunner().invoke(app, ["run", str(path), "--out", str(path.parent / "out")])
    return done.exit_code, done.output


def with_kpi(**changes: Any) -> dict[str, Any]:
    """The study with one KPI only, changed."""
    kpi = {key: value for key, value in {**STUDY["kpis"]["opened"], **changes}.items() if value is not ...}
    return {**STUDY, "kpis": {"opened": kpi}}


def test_a_result_that_hangs_on_the_window_is_said_in_the_report(tmp_path: Path) -> None:
    weeks = pd.date_range("2025-01-06", periods=36, freq="7D").strftime("%Y-%m-%d")
    hours = [24.0, 26.0, 25.0, 27.0, 23.0, 25.5] * 4 + [25.0] * 4 + [21.0, 21.5, 20.5, 22.0, 21.0, 22.5, 27.0, 28.0]
    kpi = {**STUDY["kpis"]["opened"], "at": "week", "measure": "mean", "value": "hours", "unit": "h"}
    study = {
        **STUDY,
        "sources": {"tickets": {"file": "tickets.csv"}},
        "kpis": {"opened": kpi},
        "baseline": {"from": "2025-01-06", "to": "2025-06-23"},
        "evaluation": {"from": "2025-07-21", "to": "2025-09-01"},
    }
    path = laid_out(tmp_path, study, pd.DataFrame({"week": weeks, "hours": hours}))
    found = ran(path)["kpis"]["opened"]
    assert found["verdict"] == "IMPROVED"
    said = "moved 2 weeks later it would be “no detectable change” instead of “improved”."
    assert f"The result hangs on the window: {said}" in found["warnings"]
    assert typed(path)[0] == 0
    assert said in (tmp_path / "out" / "report.md").read_text()


def test_the_report_has_the_shape_that_is_written_down(tmp_path: Path) -> None:
    status, said = typed(laid_out(tmp_path, STUDY))
    assert status == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert list(report) == ["study", "sources", "kpis"]
    assert list(report["study"]) == ["hash", "service", "period", "timezone", "warnings"]
    assert list(report["sources"]["tickets"]) == SOURCE
    assert list(report["kpis"]) == ["mttr", "met", "opened"]
    for kpi in report["kpis"].values():
        assert list(kpi) == list(KPI)
        for name, keys in KPI.items():
            inner = kpi[name][0] if isinstance(kpi[name], list) and kpi[name] else kpi[name]
            assert keys is None or not inner or list(inner) == keys, name
    point = report["kpis"]["met"]["series"][0]
    assert (point["numerator"], point["denominator"], point["n"]) == (0, 12, 12)
    # The report goes into summer time: all of it is said in that offset, and the day is the one in Lisbon.
    assert point["start"] == "2026-01-05T01:00:00+01:00"
    assert report["kpis"]["met"]["series"][12]["start"] == "2026-03-30T00:00:00+01:00"
    assert report["kpis"]["mttr"]["verdict"].startswith("ACHIEVED")
    assert "mttr: ACHIEVED" in said
    names = {path.name for path in (tmp_path / "out").iterdir()}
    texts = {"report.json", "series.csv", "quarantine.csv", "report.md"}
    compared = {"mttr-before-after.png", "met-before-after.png", "opened-before-after.png", "met-budget.png"}
    assert names == texts | {"slam.png", "mttr.png", "met.png", "opened.png"} | compared
    assert (tmp_path / "out" / "mttr.png").read_bytes().startswith(b"\x89PNG")
    series = pd.read_csv(tmp_path / "out" / "series.csv")
    assert list(series.columns) == ["kpi", "unit", *SERIES]
    assert len(series) == sum(len(kpi["series"]) for kpi in report["kpis"].values())


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    path = laid_out(tmp_path, STUDY)
    typed(path)
    first = {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()}
    typed(path)
    assert {one.name: one.read_bytes() for one in (tmp_path / "out").iterdir()} == first


def test_it_runs_as_a_module_without_slack_or_database(tmp_path: Path) -> None:
    path = laid_out(tmp_path, STUDY)
    command = [sys.executable, "-m", "csi", "run", str(path), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    path.write_text("study: 1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "service: is missing" in done.stderr


def test_bad_lines_are_set_aside_and_never_disappear(tmp_path: Path) -> None:
    frame = tickets()
    frame.loc[3, "opened_at"] = "31/31/2026"
    frame.loc[5, "opened_at"] = "=cmd|' /C calc'!A0"
    report = run(laid_out(tmp_path, STUDY, frame))
    # Their other moment can be read: they count by it, and are refused where the opening is needed.
    assert report.sources["tickets"].quarantined == 0
    assert report.sources["tickets"].rows_kept == len(frame)
    assert report.kpis["opened"].processed.quality.validity.passed == len(frame) - 2
    aside = pd.read_csv(io.BytesIO(quarantine_csv(report)))
    assert aside["line"].tolist() == [5, 7]
    assert aside["column"].tolist() == ["opened_at", "opened_at"]
    assert aside["value"].tolist()[1].startswith("'=cmd")
    assert harmless("-1") == "'-1"


def test_the_quarantine_names_the_files_own_column_and_the_kpis_by_their_names(tmp_path: Path) -> None:
    frame = tickets().rename(columns={"opened_at": "Aberto em"})
    frame.loc[3, "Aberto em"] = "31/31/2026"
    source = {**STUDY["sources"]["tickets"], "columns": {"Aberto em": "opened_at"}}
    report = run(laid_out(tmp_path, {**STUDY, "sources": {"tickets": source}}, frame))
    [row] = pd.read_csv(io.BytesIO(quarantine_csv(report))).to_dict("records")
    assert (row["column"], row["file_column"]) == ("opened_at", "Aberto em")
    kpis = row["kpis"].split(", ")
    assert len(kpis) > 1
    assert row["kpi_names"] == ", ".join(report.study.kpis[one].name for one in kpis)


def test_of_a_wide_table_quarantine_counts_rows_of_the_file(tmp_path: Path) -> None:
    months = [f"2026-{month:02}" for month in range(1, 13)]
    wide = pd.DataFrame(
        [[f"team {team}", *(10.0 + team for _ in months)] for team in range(5)], columns=["team", *months]
    )
    wide = wide.astype(object)
    wide.loc[2, "2026-05"] = "soon"
    source = {"file": "tickets.csv", "options": {"melt": {"keep": ["team"], "name": "month", "value": "value"}}}
    kpi = {"source": "all", "at": "month", "measure": "sum", "value": "value", "direction": "lower"}
    study = {"study": 1, "service": "Desk", "timezone": "Europe/Lisbon", "period": "month", "kpis": {"sum": kpi}}
    report = ran(laid_out(tmp_path, {**study, "sources": {"all": source}}, wide))
    counts = report["sources"]["all"]
    assert (counts["rows_read"], counts["rows_kept"], counts["quarantined"]) == (5, 60, 0)
    assert report["kpis"]["sum"]["quality"]["validity"] == 59 / 60


def test_the_report_tells_every_dimension_of_quality_with_an_example(tmp_path: Path) -> None:
    frame = tickets()
    frame.loc[3, "opened_at"] = "31/31/2026"
    frame.loc[5, "resolved_at"] = "2020-01-01"
    run(laid_out(tmp_path, STUDY, frame), tmp_path / "out")
    told = (tmp_path / "out" / "report.md").read_text().partition("## mttr")[2].partition("## ")[0]
    for line in (
        "- Completeness: 20 of 20 finished periods with data.",
        "- Timeliness: 21 of 21 periods begun that the source has delivered for.",
        "- Validity: 238 of 240 rows it means that it can use (such as line 5: opened",
        "- Uniqueness: 240 of 240 keys with one content per version.",
        "- Consistency: 239 of 240 rows whose moments and versions follow each other (such as line 7: resolved",
        "accuracy not assessed",
    ):
        assert line in told, line


def test_a_row_that_a_kpi_does_not_mean_is_no_example_of_its_flaws(tmp_path: Path) -> None:
    frame = tickets()
    frame.loc[3, "resolved_at"] = "31/31/2026"
    others = f'id != "{frame.loc[3, "id"]}"'
    kpis = {**STUDY["kpis"], "others": {**STUDY["kpis"]["mttr"], "where": others}}
    run(laid_out(tmp_path, {**STUDY, "kpis": kpis}, frame), tmp_path / "out")
    said = [line for line in (tmp_path / "out" / "report.md").read_text().splitlines() if line.startswith("- Validity")]
    assert "- Validity: 239 of 239 rows it means that it can use." in said
    assert [line for line in said if line.startswith("- Validity: 239 of 240 rows it means that it can use (such as")]


@pytest.mark.parametrize(
    "changes",
    [
        {"baseline": ..., "evaluation": ...},
        {"evaluation": ...},
        {
            "baseline": {"from": "2030-01-07", "to": "2030-03-04"},
            "evaluation": {"from": "2030-03-04", "to": "2030-05-06"},
        },
        {"baseline": {"from": "2020-01-06", "to": "2020-03-02"}},
        {"period": "hour"},
        {"period": "quarter"},
        {"as_of": "2026-04-01"},
        {"calendar": {"hours": {"sat": ["09:00-10:00"]}, "holidays": "US-CA"}},
        {"exclusions": [{"from": "2026-01-01", "to": "2027-01-01", "reason": "all", "approved_by": "x"}]},
    ],
)
def test_whatever_is_absent_or_far_away_there_is_a_report(tmp_path: Path, changes: dict[str, Any]) -> None:
    study = {key: value for key, value in {**STUDY, **changes}.items() if value is not ...}
    report = ran(laid_out(tmp_path, study))
    verdicts = {kpi["verdict"] for kpi in report["kpis"].values()}
    assert verdicts <= {"INCONCLUSIVE", "ACHIEVED", "IMPROVED", "NO CHANGE", "REGRESSED", "ACHIEVED, UNSTABLE"}


@pytest.mark.parametrize(
    "changes",
    [
        {"target": ...},
        {"direction": [5, 20], "target": ...},
        {"measure": "p95", "value": "cost"},
        {"measure": "last", "value": "cost"},
        {"measure": "distinct", "value": "met"},
        {"measure": "backlog", "value": {"from": "opened_at", "to": "resolved_at"}},
        {"measure": "availability", "unit": "%", "value": {"from": "opened_at", "to": "resolved_at"}, "at": ...},
        {"measure": "share", "good": "value < 25", "unit": "%", "value": {"from": "opened_at", "to": "resolved_at"}},
        {"where": 'met == "maybe"'},
        {"measure": "mean", "value": "cost", "where": "cost > 1e9"},
        {"measure": "share", "good": 'met == "yes"', "unit": "%", "strata": "met"},
        {"kpi": "K21", "measure": "count"},
    ],
)
def test_any_kpi_that_can_be_written_gets_a_verdict_or_an_honest_inconclusive(tmp_path: Path, changes: dict) -> None:
    report = ran(laid_out(tmp_path, with_kpi(**changes)))
    assert report["kpis"]["opened"]["verdict"]
    assert report["kpis"]["opened"]["sentence"]


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        (with_kpi(where='mett == "yes"'), ["kpis.opened.where", "'mett'", "did you mean 'met'?"]),
        (with_kpi(at="opened"), ["kpis.opened.at", "did you mean 'opened_at'?"]),
        (with_kpi(measure="sum", value="price"), ["kpis.opened.value", "'price'"]),
        ({**STUDY, "sources": {"tickets": {"file": "none.csv"}}}, ["sources.tickets", "no file none.csv"]),
        ({**STUDY, "sources": {"tickets": {"file": "*.parquet"}}}, ["sources.tickets", "no file *.parquet"]),
        (with_kpi(where="met > opened_at"), ["kpis.opened", "cannot be compared"]),
        (with_kpi(where="met ="), ["kpis.opened.where", "^"]),
        (with_kpi(colour="red"), ["line", "kpis.opened.colour", "is not a key here"]),
    ],
)
def test_an_error_is_one_message_and_status_2(tmp_path: Path, study: dict[str, Any], expected: list[str]) -> None:
    said = refused(laid_out(tmp_path, study))
    for phrase in expected:
        assert phrase in said


def test_several_missing_columns_are_told_at_once(tmp_path: Path) -> None:
    study = with_kpi(at="when", where='kind == "x"', measure="sum", value="price")
    said = refused(laid_out(tmp_path, study))
    for key in ("kpis.opened.at", "kpis.opened.where", "kpis.opened.value"):
        assert key in said


@pytest.mark.parametrize("content", [b"", b"opened_at\n", b"\x00\x01\x02", b"<html>", b"%PDF-1.7"])
def test_a_file_that_is_no_table_is_told(tmp_path: Path, content: bytes) -> None:
    path = laid_out(tmp_path, STUDY)
    (tmp_path / "tickets.csv").write_bytes(content)
    said = refused(path)
    assert "tickets.csv" in said


@pytest.mark.parametrize("form", ["parquet", "jsonl", "xlsx", "tsv", "csv.gz"])
def test_every_format_gives_the_same_figures(tmp_path: Path, form: str) -> None:
    plain = ran(laid_out(tmp_path, STUDY))
    frame, name = tickets(), tmp_path / f"tickets.{form}"
    writers = {
        "parquet": lambda: frame.assign(opened_at=pd.to_datetime(frame["opened_at"])).to_parquet(name, index=False),
        "jsonl": lambda: frame.to_json(name, orient="records", lines=True),
        "xlsx": lambda: name.write_bytes(xlsx(Sheet=sheet_xml([frame.columns, *frame.itertuples(index=False)]))),
        "tsv": lambda: frame.to_csv(name, sep="\t", index=False),
        "csv.gz": lambda: frame.to_csv(name, index=False),
    }
    writers[form]()
    study = {**STUDY, "sources": {"tickets": {"file": name.name, "key": "id"}}}
    (tmp_path / "study.yml").write_text(yaml.safe_dump(study))
    other = ran(tmp_path / "study.yml")
    assert other["kpis"] == plain["kpis"]


def test_moments_as_seconds_since_1970(tmp_path: Path) -> None:
    frame = tickets()
    for name in ("opened_at", "resolved_at"):
        frame[name] = pd.to_datetime(frame[name]).astype("int64") // 10 ** (9 if frame[name].dtype == "M8[ns]" else 6)
    study = {**STUDY, "sources": {"tickets": {"file": "tickets.csv", "key": "id", "dates": "epoch"}}}
    report = ran(laid_out(tmp_path, study, frame))
    assert pd.Timestamp(report["sources"]["tickets"]["first_at"]) == pd.Timestamp("2026-01-05T08:00:00+00:00")


def test_several_files_are_one_source(tmp_path: Path) -> None:
    whole = ran(laid_out(tmp_path, STUDY))
    frame = tickets()
    for number, piece in enumerate((frame.iloc[:100], frame.iloc[90:], frame.iloc[90:]), start=1):
        piece.to_csv(tmp_path / f"part-{number}.csv", index=False)
    study = {**STUDY, "sources": {"tickets": {"file": "part-*.csv", "key": "id"}}}
    (tmp_path / "study.yml").write_text(yaml.safe_dump(study))
    parts = ran(tmp_path / "study.yml")
    assert parts["kpis"] == whole["kpis"]
    counts = parts["sources"]["tickets"]
    assert (counts["rows_kept"], counts["repeated"]) == (len(frame), 10)


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_file_of_a_set_without_a_row_is_a_period_without_events(tmp_path: Path, form: str) -> None:
    study = {**STUDY, "sources": {"tickets": {"file": f"part-*.{form}", "key": "id"}}}
    frame = tickets()
    write = {"csv": "to_csv", "xlsx": "to_excel", "parquet": "to_parquet"}[form]
    pieces = {"1": frame.iloc[:0], "2": frame.iloc[:120], "3": frame.iloc[:0, ::-1], "4": frame.iloc[120:]}
    for name, piece in pieces.items():
        getattr(piece, write)(tmp_path / f"part-{name}.{form}", index=False)
    whole, found = ran(laid_out(tmp_path, STUDY)), ran(laid_out(tmp_path, study))
    assert found["sources"]["tickets"]["rows_read"] == len(frame)
    assert found["kpis"] == whole["kpis"]
    for name in "24":
        (tmp_path / f"part-{name}.{form}").unlink()
    expected = f"part-*.{form}: none of its 2 files holds a row below its header. Expected at least one."
    assert expected in refused(tmp_path / "study.yml")
    (tmp_path / f"part-3.{form}").unlink()
    assert f"part-1.{form} holds no row below its header" in refused(tmp_path / "study.yml")


def test_what_is_wrong_with_files_of_a_set_is_told_of_each_by_its_name(tmp_path: Path) -> None:
    study = {**STUDY, "sources": {"tickets": {"file": "part-*.csv", "key": "id"}}}
    frame = tickets()
    frame.to_csv(tmp_path / "part-1.csv", index=False)
    frame.drop(columns="opened_at").to_csv(tmp_path / "part-2.csv", index=False)
    (tmp_path / "part-3.csv").write_bytes(b"%PDF-1.7")
    said = refused(laid_out(tmp_path, study)).splitlines()
    assert [line.split(":")[0].split(", ")[3] for line in said] == ["part-2.csv"] * (len(said) - 1) + ["part-3.csv"]
    assert "there is no column 'opened_at'" in said[0]


@pytest.mark.parametrize(
    ("key", "value"), [("sheet", "A"), ("delimiter", ";"), ("encoding", "utf-8"), ("header_row", 1)]
)
def test_a_key_of_no_use_to_the_file_is_told_and_in_a_set_only_where_no_file_has_one(
    tmp_path: Path, key: str, value: Any
) -> None:
    tickets().to_parquet(tmp_path / "part-1.parquet", index=False)
    study = {**STUDY, "sources": {"tickets": {"file": "part-*", "key": "id", key: value}}}
    assert f"sources.tickets, part-*, sources.tickets.{key}: is of no use to Parquet" in refused(
        laid_out(tmp_path, study)
    )
    frame = tickets().iloc[:5]
    if key == "sheet":
        (tmp_path / "part-2.xlsx").write_bytes(xlsx(A=sheet_xml([frame.columns, *frame.itertuples(index=False)])))
    else:
        frame.to_csv(tmp_path / "part-2.csv", index=False, sep=";")
    assert ran(tmp_path / "study.yml")["sources"]["tickets"]["rows_read"] == 245


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    path = laid_out(tmp_path, STUDY)
    (tmp_path / "out").write_text("a file")
    status, said = typed(path)
    assert (status, "cannot be written" in said) == (2, True)


def test_every_kpi_has_a_picture_of_its_own() -> None:
    names = file_names(["a/b", "a_b", "A_B", "slam", "kpi-slam", "../up"])
    assert list(names.values()) == [
        "a_b.png",
        "kpi-a_b.png",
        "A_B-2.png",
        "kpi-slam.png",
        "kpi-kpi-slam.png",
        ".._up.png",
    ]


def test_a_kpi_may_have_windows_of_its_own(tmp_path: Path) -> None:
    """Its verdict is that of a study with these windows alone; the others keep the study's."""
    own = {
        "baseline": {"from": "2026-01-05", "to": "2026-03-02"},
        "evaluation": {"from": "2026-03-09", "to": "2026-05-04"},
    }
    both = {**STUDY, "kpis": {**STUDY["kpis"], "mttr": {**STUDY["kpis"]["mttr"], **own}}}
    found = ran(laid_out(tmp_path, both))
    alone = ran(laid_out(tmp_path, {**STUDY, **own}))
    usual = ran(laid_out(tmp_path, STUDY))
    assert found["kpis"]["mttr"]["change"] == alone["kpis"]["mttr"]["change"]
    assert found["kpis"]["mttr"]["change"] != usual["kpis"]["mttr"]["change"]
    assert found["kpis"]["opened"]["change"] == usual["kpis"]["opened"]["change"]
    wrong = {**both["kpis"]["mttr"], "guards": [], "evaluation": {"from": "2026-03-01", "to": "2026-05-04"}}
    said = refused(laid_out(tmp_path, {**both, "kpis": {"mttr": wrong}}))
    assert "kpis.mttr.evaluation: starts on 2026-03-01, inside the baseline" in said
