"""A study taken over by a cycle: defined, mapped, fixed; what the step does not allow is said and left."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from csi import cycle as cycles
from csi.errors import Conflict, InvalidInputs, NotAllowed
from csi.keeping.study_archive import study_zip
from csi.measurement import mapping, of_cycle
from csi.models import Cycle, Kpi, Source
from csi.reading.files import FileStore
from csi.step2_can_measure.sources import name_source
from csi.step3_gather import batches, sources
from csi.step3_gather.intake import take_in
from csi.step4_process import computing
from csi.step5_analyse import results
from csi.storage import row, rows
from csi.study.plain import report_plain
from csi.study.reading import study_of
from csi.study.running import run
from csi.study.writing import study_yaml
from csi.taking_up.of_study import TakenOver, take_over
from tests import turns
from tests.databases import Database
from tests.turns import ALICE, ERIN, NOW, TEAM

STUDY = b"""
study: 1
service: Service desk
timezone: Europe/Lisbon
period: month
calendar: {hours: {mon-fri: ["09:00-17:00"]}, holidays: PT}
sources:
  Incident log: {file: log.csv, dates: day_first, missing: ["?"], key: number, latest_by: sys_updated_at}
kpis:
  median_time_to_resolve:
    name: Median time to resolve
    source: Incident log
    at: resolved_at
    measure: p90
    value: {from: opened_at, to: resolved_at, unit: h}
    unit: h
    direction: lower
    target: 18
  sla:
    name: Within SLA
    source: Incident log
    at: resolved_at
    measure: share
    good: made_sla == "true"
    unit: "%"
    direction: higher
    target: 75
baseline: {from: 2026-01-01, to: 2026-07-01}
evaluation: {from: 2026-07-01, to: 2026-11-01}
exclusions:
  - {kpi: sla, from: 2026-02-01, to: 2026-02-02, reason: move, approved_by: Ann}
"""


def _take(session: Session, cycle: Cycle, actor: str = ALICE) -> TakenOver:
    return take_over(session, cycle, study_of(STUDY), actor=actor, now=NOW)


def test_in_step_1_kpis_are_added_defined_and_the_windows_fixed(database: Database) -> None:
    with database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        made = _take(session, cycle)
        assert made.done == (
            "period, calendar set",
            "source Incident log mapped",
            "KPI Median time to resolve defined",
            "KPI Within SLA added; choose its CSF",
            "windows set",
        )
        assert made.left == (
            "KPI Median time to resolve: its unit, direction and target stay as agreed in step 1",
            "1 exclusions: each is proposed and approved in step 4",
        )
        kpi = row(session, Kpi, TEAM, key="median_time_to_resolve")
        assert (kpi.definition["measure"], kpi.definition["source"], kpi.target) == ("p90", "incident_log", 20)
        source = row(session, Source, TEAM, key="incident_log")
        assert source.mapping["latest_by"] == "sys_updated_at"
        assert source.mapping["options"] == {"moments": ["resolved_at", "opened_at"]}
        assert "file" not in source.mapping


def test_kpis_named_in_another_script_stay_two(sqlite_database: Database) -> None:
    named = STUDY.decode().replace("median_time_to_resolve:", "平均解決時間:").replace("  sla:", "  達成率:")
    study = study_of(named.replace("kpi: sla", "kpi: 達成率").encode())
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        take_over(session, cycle, study, actor=ALICE, now=NOW)
        take_over(session, cycle, study, actor=ALICE, now=NOW)
        held = {kpi.key: kpi.definition["measure"] for kpi in rows(session, Kpi, TEAM) if kpi.definition}
    assert {key: held[key] for key in ("平均解決時間", "達成率")} == {"平均解決時間": "p90", "達成率": "share"}


def test_a_second_time_nothing_is_left_to_do(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        _take(session, cycle)
        assert _take(session, cycle).done == ()
        assert len(rows(session, Source, TEAM)) == 1


def test_what_was_taken_over_is_the_study_again(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        _take(session, cycle)
        written = study_of(study_yaml(of_cycle.definition(session, cycle)).encode())
        wanted = study_of(STUDY)
        assert (written.period, written.baseline, written.evaluation) == (
            wanted.period,
            wanted.baseline,
            wanted.evaluation,
        )
        assert {key: (kpi.measure, kpi.at, kpi.good, kpi.target) for key, kpi in written.kpis.items()} == {
            key: (kpi.measure, kpi.at, kpi.good, kpi.target) for key, kpi in wanted.kpis.items()
        }


def test_later_the_tree_stays_and_that_is_said(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        turns.jump(session, cycle, 4)
        made = _take(session, cycle)
        assert "period, calendar: changed in steps 1 to 3 only" in made.left
        assert any("KPIs are added in step 1" in one for one in made.left)
        turns.jump(session, cycle, 5)
        with pytest.raises(Conflict, match="taken over in steps 1 to 4"):
            _take(session, cycle)


def test_a_reader_takes_nothing_over(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(NotAllowed):
            _take(session, cycle, ERIN)


def test_a_source_that_takes_no_files_is_left_as_it_is(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        kept = name_source(session, cycle, name="Incident log", actor=ALICE, now=NOW, kind="sql")
        kept.mapping = {"sql": "postgresql://reader@db/tickets"}
        session.flush()
        told = _take(session, cycle)
        assert any("takes no files" in one for one in told.left)
        assert kept.mapping == {"sql": "postgresql://reader@db/tickets"}


def test_of_several_sheets_it_is_said_that_one_is_read(sqlite_database: Database) -> None:
    text = STUDY.replace(b"file: log.csv,", b"file: [log.xlsx, old.xlsx], sheet: [Jan, Feb],")
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        turns.grow(session, cycle)
        taken = take_over(session, cycle, study_of(text), actor=ALICE, now=NOW)
        said = "source Incident log: one sheet is read of what is dropped; put its sheets into one"
        assert said in taken.left
        (source,) = [one for one in rows(session, Source, TEAM) if one.name == "Incident log"]
        assert not {"files", "sheets"} & {*source.mapping.get("options", {})}


def test_a_unit_longer_than_any_is_told(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        with pytest.raises(InvalidInputs, match="at most 20 characters"):
            turns.grow(session, cycle, turns.kpi_fields(unit="h" * 21))


MONEY = b"""
study: 1
service: Service desk
timezone: Europe/Lisbon
period: week
sources:
  spent: {file: "spent*.csv", timezone: Europe/Lisbon, key: id, units: {cost: {column: currency}}}
kpis:
  cost: {source: spent, at: paid_at, measure: sum, value: cost, unit: EUR, direction: lower, target: 900}
  each:
    {source: spent, at: paid_at, measure: ratio, value: {numerator: cost, denominator: tickets}, unit: EUR/ticket,
     direction: lower}
baseline: {from: 2026-01-05, to: 2026-03-16}
evaluation: {from: 2026-03-16, to: 2026-05-25}
rates:
  - {unit: USD, in: EUR, from: 2026-01-01, rate: 0.9, source: ECB}
  - {unit: USD, in: EUR, from: "2026-03-02T00:00:00+00:00", rate: 0.8}
"""


def _spent() -> bytes:
    """A payment a day, every second in dollars."""
    lines = ["id,paid_at,cost,currency,tickets"]
    for day in range(140):
        at, currency = date(2026, 1, 5) + timedelta(days=day), ("EUR", "USD")[day % 2]
        lines.append(f"P{day},{at} 10:00,{100 + day % 7},{currency},{3 + day % 5}")
    return "\n".join(lines).encode()


def test_rates_taken_over_give_the_figures_of_a_run_and_are_exported(database: Database, tmp_path: Path) -> None:
    (tmp_path / "spent.csv").write_bytes(_spent())
    (tmp_path / "study.yml").write_bytes(MONEY)
    wanted = report_plain(run(tmp_path / "study.yml"))["kpis"]
    files = FileStore(str(tmp_path / "kept"))
    with database.sessions() as session:
        cycle = turns.begin(session)
        told = take_over(session, cycle, study_of(MONEY), actor=ALICE, now=NOW)
        assert "2 rates of money set" in told.done
        assert not any("rates" in one for one in told.left)
        _delivered(session, cycle, files, _spent())
        found = report_plain(computing.evaluated(session, cycle, files))["kpis"]
        content, _ = study_zip(session, cycle, files)
        cycle_id = cycle.id
    assert found == wanted
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "out")
        held = {one.filename: one.date_time for one in archive.infolist()}
    assert held == dict.fromkeys(("study.yml", "data/spent-0001-spent.csv"), (1980, 1, 1, 0, 0, 0))
    assert (tmp_path / "out" / "data" / "spent-0001-spent.csv").read_bytes() == _spent()  # as it was delivered
    assert study_of((tmp_path / "out" / "study.yml").read_bytes()).rates == study_of(MONEY).rates
    assert report_plain(run(tmp_path / "out" / "study.yml"))["kpis"] == wanted
    results.recompute(database.sessions, files, team_id=TEAM, cycle_id=cycle_id, actor=ALICE, now=NOW)
    with database.sessions() as session:
        cycle = cycles.by_id(session, TEAM, cycle_id)
        assert all(results.fresh(session, cycle).values())
        assert take_over(session, cycle, study_of(MONEY), actor=ALICE, now=NOW).done == ()
        other = study_of(MONEY.replace(b"0.8", b"0.7"))
        assert "2 rates of money set" in take_over(session, cycle, other, actor=ALICE, now=NOW).done
        assert not any(results.fresh(session, cycle).values())


def _delivered(session: Session, cycle: Cycle, files: FileStore, content: bytes, to: str = "spent") -> None:
    """A file brought to a source as it is mapped."""
    source = row(session, Source, TEAM, key=to)
    mapped = sources.definition(source.key, source.mapping)
    typed = {name: mapped.options.get(name, []) for name in ("moments", "numbers")}
    came = take_in(files, TEAM, content, mapped, filename=f"{to}.csv", **typed)
    batches.record(session, source, came, actor=ALICE, now=NOW, cycle_id=cycle.id)


def test_what_a_kpi_is_compared_with_is_taken_over_whatever_the_order(sqlite_database: Database) -> None:
    compared = STUDY.replace(b"    target: 18\n", b"    target: 18\n    comparator: porto\n").replace(
        b"  sla:\n",
        b"  porto: {source: Incident log, at: resolved_at, measure: median, unit: h, direction: lower,\n"
        b"          value: {from: opened_at, to: resolved_at, unit: h}}\n  sla:\n",
    )
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        take_over(session, cycle, study_of(compared), actor=ALICE, now=NOW)
        assert row(session, Kpi, TEAM, key="median_time_to_resolve").comparator == "porto"
        assert of_cycle.definition(session, cycle).kpis["median_time_to_resolve"].comparator == "porto"


LINKED = b"""
study: 1
service: Delivery
timezone: UTC
period: week
sources:
  deploys: {file: deploys.csv, key: deploy, link: {source: changes, table: Pairs of ids, own: deploy, other: change}}
  changes: {file: changes.csv, key: id}
  Pairs of ids: {file: pairs.csv, key: deploy}
kpis:
  lead: {source: deploys, at: deployed_at, measure: median, unit: h, direction: lower, guards: [Flow],
         value: {from: changes.committed_at, to: deployed_at}, where: '`changes.kind` == "feature"'}
  Deploys: {source: deploys, at: deployed_at, measure: count, direction: higher}
  Changes made: {source: changes, at: committed_at, measure: count, direction: higher}
  Flow: {measure: ratio, value: {numerator: Deploys, denominator: Changes made}, unit: ratio, direction: higher}
"""
TABLES = {
    "deploys": "deploy,deployed_at\nd1,2026-03-03 12:00\nd2,2026-03-04 12:00\nd3,2026-03-05 12:00\n",
    "changes": "id,committed_at,kind\nc1,2026-03-03 08:00,feature\nc2,2026-03-04 06:00,feature\n",
    "pairs": "deploy,change\nd1,c1\nd2,c2\n",
}


def test_linked_sources_and_ratios_of_kpis_are_taken_over_whole(sqlite_database: Database, tmp_path: Path) -> None:
    (tmp_path / "study.yml").write_bytes(LINKED)
    for name, text in TABLES.items():
        (tmp_path / f"{name}.csv").write_text(text)
    wanted = run(tmp_path / "study.yml").kpis
    files = FileStore(str(tmp_path / "kept"))
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        assert take_over(session, cycle, study_of(LINKED), actor=ALICE, now=NOW).left == ()
        for name, text in TABLES.items():
            _delivered(session, cycle, files, text.encode(), "pairs_of_ids" if name == "pairs" else name)
        found = computing.evaluated(session, cycle, files).kpis
    assert set(found) == {"lead", "deploys", "changes_made", "flow"}
    assert found["lead"].processed.kpi.guards == ("flow",)
    for ours, theirs in (("lead", "lead"), ("flow", "Flow")):
        assert found[ours].processed.series.equals(wanted[theirs].processed.series)
    assert found["lead"].processed.series["value"].tolist() == [5.0]


def test_a_link_to_a_source_that_is_named_otherwise_here_is_said(sqlite_database: Database) -> None:
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        other = LINKED.replace(b"changes:", b"Change log:").replace(b"source: changes", b"source: Change log")
        other = other.replace(b"changes.", b"Change log.")
        told = take_over(session, cycle, study_of(other), actor=ALICE, now=NOW)
    assert "source deploys: its link; call Change log change_log in the study" in told.left


def test_the_column_whose_mix_may_shift_is_taken_over_and_kept(sqlite_database: Database) -> None:
    mixed = study_of(STUDY.replace(b"    good: made_sla", b"    strata: priority\n    good: made_sla"))
    with sqlite_database.sessions() as session:
        cycle = turns.begin(session)
        take_over(session, cycle, mixed, actor=ALICE, now=NOW)
        assert of_cycle.definition(session, cycle).kpis["sla"].strata == "priority"
        source = row(session, Source, TEAM, key="incident_log")
        assert "Within SLA" in mapping.columns_named(session, cycle, source)["priority"]
