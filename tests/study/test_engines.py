"""Dask gives the same report as memory, to the byte: every measure, several files, repeats, exclusions, strata."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.errors import InvalidInput, InvalidInputs
from csi.study.engines import Engine, Means, made
from csi.study.plain import report_json
from csi.study.reading import read_study
from csi.study.running import run
from tests.benchmarks.tickets import tickets

ROWS = 130_000  # the last file has 104,000: more than are read at once, so several partitions
STUDY = """
study: 1
service: Service desk
timezone: Europe/Lisbon
period: week
calendar:
  hours: {mon-fri: ["09:00-12:30", "13:30-18:00"]}
  holidays: PT
sources:
  tickets:
    file: tickets-*.FORMAT
    timezone: UTC
    key: number
    latest_by: updated_at
    units: {weight: {column: currency}, hold: min}
  outages: {file: outages.csv, timezone: Europe/Lisbon}
kpis:
  opened: {source: tickets, at: opened_at, measure: count, direction: lower}
  resolved: {source: tickets, at: resolved_at, measure: count, direction: higher}
  flow: {measure: ratio, value: {numerator: resolved, denominator: opened}, unit: ratio, direction: higher}
  groups: {source: tickets, at: opened_at, measure: distinct, value: assignment_group, direction: lower}
  sla:
    {source: tickets, at: resolved_at, measure: share, good: made_sla == "true", unit: "%", direction: higher,
     target: 72, strata: priority}
  late:
    {source: tickets, at: resolved_at, measure: share, good: value <= 40, unit: "%", direction: higher,
     value: {from: opened_at, to: resolved_at}}
  median: &hours
    {source: tickets, at: resolved_at, measure: median, unit: h, direction: lower, target: 12, guards: [sla],
     value: {from: opened_at, to: resolved_at, unit: h}, where: priority != "4 - Low", strata: priority}
  office:
    {source: tickets, at: resolved_at, measure: p90, unit: h, direction: lower,
     value: {from: opened_at, to: resolved_at, unit: min, clock: business}}
  paused:
    {source: tickets, at: resolved_at, measure: mean, unit: h, direction: lower, target: 12,
     value: {from: opened_at, to: resolved_at, clock: business, pauses: [{from: hold_from, to: hold_to},
             {column: hold, clock: business}]}}
  unpaused:
    {source: tickets, at: resolved_at, measure: share, good: value <= 40, unit: "%", direction: higher,
     value: {from: opened_at, to: resolved_at, clock: business, pauses: {column: hold, unit: min}}}
  in_time:
    {source: tickets, at: resolved_at, measure: share, good: value <= 40, unit: "%", direction: higher,
     value: {from: opened_at, to: resolved_at, pauses: [{from: hold_from, to: hold_to}, hold]}}
  nps: {source: tickets, at: resolved_at, measure: nps, value: score, direction: higher, strata: priority, target: 20}
  mean: {<<: *hours, measure: mean, strata: ""}
  total: {<<: *hours, measure: sum, unit: d, strata: ""}
  longest: {<<: *hours, measure: max, strata: ""}
  shortest: {<<: *hours, measure: min, strata: ""}
  newest: {<<: *hours, measure: last, strata: ""}
  touched: {source: tickets, at: opened_at, measure: mean, value: reopen_count, direction: lower}
  rate:
    {source: tickets, at: opened_at, measure: ratio, unit: ratio, direction: lower,
     value: {numerator: reopen_count, denominator: weight}}
  paid: {source: tickets, at: opened_at, measure: sum, value: weight, unit: EUR, direction: lower}
  backlog: {source: tickets, measure: backlog, value: {from: opened_at, to: resolved_at}, direction: lower}
  up: {source: outages, measure: availability, value: {from: from, to: to}, unit: "%", direction: higher, target: 99}
baseline: {from: 2025-01-06, to: 2025-06-02}
evaluation: {from: 2025-06-09, to: 2025-12-29}
rates:
  - {unit: USD, in: EUR, from: 2025-02-01, rate: 0.96, source: ECB}
  - {unit: USD, in: EUR, from: 2025-07-01, rate: 0.85, source: ECB}
exclusions:
  - {kpi: median, from: 2025-03-03, to: 2025-03-10, reason: move, approved_by: owner}
  - {from: 2025-07-01, to: 2025-07-02, reason: strike, approved_by: owner}
"""


def laid_out(folder: Path, form: str, rows: int) -> Path:
    """The study with its rows in three files, the second brought twice, some moments the wrong way round."""
    frame = tickets(rows).assign(weight=np.linspace(0.1, 2.9, rows))
    frame["currency"] = np.where(np.arange(rows) % 50 == 0, "USD", "EUR")
    frame["score"] = np.where(np.arange(rows) % 61 == 0, 11, (np.arange(rows) * 7) % 11)
    frame["hold_from"] = frame["opened_at"].where(np.arange(rows) % 3 > 0) + pd.Timedelta(hours=1)
    lasting = pd.to_timedelta(np.arange(rows) % 90 * 20 - 60, unit="min")  # some end before they begin
    frame["hold_to"] = (frame["hold_from"] + lasting).where(np.arange(rows) % 5 > 0)
    frame["hold"] = np.where(np.arange(rows) % 4 == 0, np.arange(rows) % 50, 0)
    backward = frame.index[::997]
    frame.loc[backward, "resolved_at"] = frame.loc[backward, "opened_at"] - pd.Timedelta(hours=1)
    pieces = [frame.iloc[: rows // 10], frame.iloc[rows // 10 : rows // 5], frame.iloc[rows // 5 :]]
    for name, piece in zip(("1", "2", "3", "2b"), [*pieces, pieces[1]], strict=True):
        path = folder / f"tickets-{name}.{form}"
        if form == "csv":
            piece.to_csv(path, index=False)
            with path.open("a") as stream:
                stream.write("INC9,yesterday,,2025-02-01 10:00,1 - Critical,true,0,Group 1,1,EUR,9,,,0\n")
        else:
            piece.to_parquet(path, index=False)
    outages = "from,to\n2025-02-03 10:00,2025-02-03 12:00\n2025-02-03 11:00,2025-02-03 13:00\n2025-11-03 09:00,\n"
    (folder / "outages.csv").write_text(outages)
    study = folder / f"{form}.yml"
    study.write_text(STUDY.replace("FORMAT", form))
    return study


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_dask_writes_the_same_report_to_the_byte(tmp_path: Path, form: str, request: pytest.FixtureRequest) -> None:
    study = laid_out(tmp_path, form, ROWS if form == "parquet" else 6_000)
    scheduler = request.getfixturevalue("scheduler") if form == "csv" else ""  # the large one begins its own
    in_memory, on_dask = run(study), run(study, engine=Engine.DASK, scheduler=scheduler)
    assert report_json(on_dask) == report_json(in_memory)
    assert on_dask.quarantine.equals(in_memory.quarantine)
    for name, (processed, _) in on_dask.kpis.items():
        assert processed.footnotes == in_memory.kpis[name].processed.footnotes
        assert processed.quality == in_memory.kpis[name].processed.quality
        assert processed.open_past_target == in_memory.kpis[name].processed.open_past_target
    counts = in_memory.sources["tickets"]
    assert counts.superseded > 0
    assert (counts.quarantined > 0) == (form == "csv")  # of the tables only moments that follow wrongly are refused
    assert on_dask.quarantine["reason"].str.contains("before the first rate of USD in EUR").any()
    assert in_memory.kpis["sla"].processed.strata is not None
    assert in_memory.kpis["median"].processed.open_past_target is not None
    for name in ("paused", "in_time", "nps"):
        refused = in_memory.kpis[name].processed.series["refused"]
        assert 0 < refused.sum() < in_memory.kpis[name].processed.series["n"].sum(), name
    assert in_memory.kpis["unpaused"].processed.series["n"].sum() == 0


REFUSED = """
study: 1
service: Desk
timezone: UTC
period: day
sources:
  t: {file: "t-*.csv"}
  keyed: {file: t-1.csv, key: team}
kpis:
  opened: {source: t, at: opened, measure: count, direction: lower}
  mttr: {source: t, at: resolved, measure: median, value: {from: opened, to: resolved}, unit: h, direction: lower}
  score: {source: t, at: resolved, measure: mean, value: score, unit: points, direction: higher, where: score < 90}
  good: {source: t, at: opened, measure: share, good: score >= 4, direction: higher, unit: "%"}
  teams: {source: keyed, at: opened, measure: count, direction: lower}
"""


def refused(folder: Path) -> Path:
    """Two files with cells that cannot be read and rows out of order, and the first row of the first come back mended;
    cut by opening."""
    for number in (1, 2):
        lines = ["team,opened,resolved,score"]
        for row in range(400):
            day, hour = 1 + row // 40, row % 24
            end = f"2026-01-{day + row % 17:02} {hour:02}:30" if row % 90 else "soon"
            score = str(row % 7) if row % 11 else "n.a."
            start = f"2026-01-{day:02} {hour:02}:00" if row % 70 else "?"
            lines.append(f"{row % 9},{start},{end},{score}")
        lines.append("1,2026-01-05 10:00,2026-01-05 09:00,3")
        (folder / f"t-{number}.csv").write_text("\n".join(lines) + f"\n{number},2026-01-06 01:00,,5\n")
    digest = hashlib.sha256((folder / "t-1.csv").read_bytes()).hexdigest()
    marks = "csi_batch,csi_line,team,opened,resolved,score"
    mended = [f"{digest[:12]},2,0,2026-01-01 00:00,2026-01-01 00:30,6", f"{digest[:12]},3,1,2026-01-01 01:00,,x"]
    (folder / "t-3.csv").write_text("\n".join([marks, *mended]))
    (folder / "study.yml").write_text(REFUSED)
    return folder / "study.yml"


@pytest.mark.slow
def test_what_is_refused_cut_thrown_away_or_mended_is_told_alike(tmp_path: Path, scheduler: str) -> None:
    study = refused(tmp_path)
    in_memory, on_dask = run(study), run(study, engine=Engine.DASK, scheduler=scheduler)
    assert report_json(on_dask) == report_json(in_memory)
    assert on_dask.quarantine.equals(in_memory.quarantine)
    for name, (processed, _) in on_dask.kpis.items():
        assert processed.footnotes == in_memory.kpis[name].processed.footnotes, name
        assert processed.quality == in_memory.kpis[name].processed.quality, name
    made = {name: one.processed for name, one in in_memory.kpis.items()}
    assert made["mttr"].cuts
    assert made["score"].series["refused"].sum() > 0
    assert made["teams"].quality.uniqueness.ratio == 9 / (402 - 6)  # six have no moment
    first = in_memory.quarantine[(in_memory.quarantine["source"] == "t") & (in_memory.quarantine["batch"] == 0)]
    assert 2 not in first["line"].tolist()
    assert in_memory.sources["t"].superseded == 2


@pytest.mark.slow
def test_files_without_rows_and_with_columns_of_their_own_give_the_same_report(tmp_path: Path, scheduler: str) -> None:
    study = laid_out(tmp_path, "csv", 1_500)
    first, second = tmp_path / "tickets-1.csv", tmp_path / "tickets-2.csv"
    (tmp_path / "tickets-0.csv").write_text(first.read_text().splitlines()[0] + "\n")
    frame = pd.read_csv(second, dtype=str)
    frame.assign(note="seen").iloc[:, ::-1].to_csv(second, index=False)
    in_memory, on_dask = run(study), run(study, engine=Engine.DASK, scheduler=scheduler)
    assert report_json(on_dask) == report_json(in_memory)
    assert on_dask.quarantine.equals(in_memory.quarantine)


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_told_alike(tmp_path: Path, scheduler: str) -> None:
    study = laid_out(tmp_path, "parquet", 1_000)
    (tmp_path / "tickets-3.parquet").write_bytes(b"PAR1 broken")
    said = []
    for engine in Engine:
        with pytest.raises(InvalidInputs) as caught:
            run(study, engine=engine, scheduler=scheduler)
        said.append(str(caught.value))
    assert "tickets-" in said[0]
    assert said[0].split(":")[0] == said[1].split(":")[0]


def test_a_folder_where_rows_cannot_be_kept_is_told(tmp_path: Path) -> None:
    pytest.importorskip("csi.series.on_dask", reason="dask is an extra")
    study = read_study(laid_out(tmp_path, "csv", 30))
    means = Means(Engine.DASK, scheduler="tcp://127.0.0.1:1")
    with pytest.raises(InvalidInput, match=r"engine: cannot write into .*gone \(No such file or directory\)"):
        made(study, tmp_path / "gone", means)


LINKED = """
study: 1
service: Delivery
timezone: Europe/Lisbon
period: week
sources:
  deploys: {file: deploys-*.csv, key: deploy, link: {source: changes, table: pairs, own: deploy, other: change}}
  changes: {file: changes-*.csv, key: id, latest_by: version}
  pairs: {file: pairs-*.csv}
kpis:
  lead: {source: deploys, at: deployed_at, measure: p90, unit: h, direction: lower, strata: changes.kind, target: 60,
         value: {from: changes.committed_at, to: deployed_at}, where: '`changes.size` < 90'}
  by_commit: {source: deploys, at: changes.committed_at, measure: mean, value: changes.size, direction: lower}
  unlinked: {source: deploys, at: deployed_at, measure: share, good: "`changes.committed_at` is missing", unit: "%",
             direction: lower}
  changes: {source: changes, at: committed_at, measure: count, direction: higher}
"""


def linked(folder: Path, rows: int = 900) -> Path:
    """Deploys, changes and their pairs, each in several files; some repeated, some that lead nowhere or have no id."""
    numbers = np.arange(rows)
    committed = pd.Timestamp("2026-01-05") + pd.to_timedelta(numbers * 97, unit="min")
    changes = pd.DataFrame(
        {
            "id": [f"c{n}" for n in numbers],
            "committed_at": committed,
            "size": numbers % 100,
            "kind": np.where(numbers % 3, "fix", "feature"),
            "version": 1,
        }
    )
    changes.loc[changes.index[::50], "id"] = None
    deployed = committed + pd.to_timedelta(60 + numbers % 4_000, unit="min")
    deploys = pd.DataFrame({"deploy": [f"d{n}" for n in numbers], "deployed_at": deployed})
    pairs = pd.DataFrame({"deploy": deploys["deploy"], "change": [f"c{n * 7 % (rows + 90)}" for n in numbers]})
    newer = changes.iloc[5::9].assign(version=2, size=55)
    pieces = {
        "deploys": [deploys[::2], deploys[1::2], deploys[3:40]],
        "pairs": [pairs[40:], pairs[:40]],
        "changes": [changes[::-1], newer],
    }
    for name, frames in pieces.items():
        for number, frame in enumerate(frames):
            frame.to_csv(folder / f"{name}-{number}.csv", index=False)
    study = folder / "linked.yml"
    study.write_text(LINKED)
    return study


@pytest.mark.slow
def test_linked_sources_give_the_same_report_on_dask(tmp_path: Path, scheduler: str) -> None:
    study = linked(tmp_path)
    in_memory, on_dask = run(study), run(study, engine=Engine.DASK, scheduler=scheduler)
    assert report_json(on_dask) == report_json(in_memory)
    lead = in_memory.kpis["lead"].processed
    assert lead.strata is not None
    assert on_dask.kpis["lead"].processed.strata.equals(lead.strata)
    unlinked = in_memory.kpis["unlinked"].processed.series
    assert unlinked["denominator"].sum() == 900
    assert 0 < unlinked["numerator"].sum() < 200


AS_OF = """
study: 1
service: Desk
timezone: Europe/Berlin
period: week
sources:
  tickets: {file: tickets.csv, timezone: Europe/Berlin}
kpis:
  opened: {source: tickets, at: opened, measure: count, direction: lower}
  open: {source: tickets, measure: backlog, value: {from: opened, to: closed}, direction: lower}
  hours: {source: tickets, at: closed, measure: median, value: {from: opened, to: closed}, unit: h, direction: lower}
  down: {source: tickets, measure: availability, value: {from: opened, to: closed}, unit: "%", direction: higher}
baseline: {from: 2026-01-05, to: 2026-01-19}
evaluation: {from: 2026-01-19, to: 2026-02-16}
as_of: 2026-01-28T12:00:00
"""


def test_what_begins_after_the_moment_data_is_complete_to_is_left_out(tmp_path: Path, engine: dict[str, Any]) -> None:
    """One ticket a day at noon, closed two days later, from 5 January to 15 February; as of noon on the 28th."""
    opened = pd.date_range("2026-01-05 12:00", periods=42, freq="D")
    frame = pd.DataFrame({"opened": opened, "closed": opened + pd.Timedelta(days=2)})
    frame.to_csv(tmp_path / "tickets.csv", index=False)
    (tmp_path / "study.yml").write_text(AS_OF)
    report = run(tmp_path / "study.yml", **engine)
    for kpi in report.kpis.values():
        starts = kpi.processed.series.index
        assert [f"{start:%m-%d}" for start in starts] == ["01-05", "01-12", "01-19", "01-26"]  # none begins later
        assert list(kpi.processed.series["partial"])[1:] == [False, False, True]
    # The last week until the 28th at noon: opened on 26, 27 and, at that very moment, 28; closed are those of 24 to 26.
    assert list(report.kpis["opened"].processed.series["n"]) == [7, 7, 7, 3]
    assert list(report.kpis["hours"].processed.series["n"]) == [5, 7, 7, 3]
    # Open then: those of 27 and 28, as that of 26 is closed at that very moment; at a week's end its last two.
    assert list(report.kpis["open"].processed.series["value"])[:3] == [2, 2, 2]
    assert report.kpis["open"].processed.series["value"].iloc[-1] == 2
    assert report.kpis["opened"].analysis.detail.after.periods == 1  # one whole week of the evaluation
    whole = run(_without_as_of(tmp_path), **engine)
    assert list(whole.kpis["opened"].processed.series["n"]) == [7] * 6


def _without_as_of(folder: Path) -> Path:
    path = folder / "whole.yml"
    path.write_text(AS_OF.partition("as_of")[0])
    return path
