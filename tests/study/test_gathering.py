"""The files of a source: what is wrong with many is told once, and what a run wrote is none of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from csi.definition import SourceDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.study.earlier import is_of_report
from csi.study.gathering import paths_of
from csi.study.given import Given
from tests.study.test_run import STUDY, laid_out, refused, tickets

PARTS = {**STUDY, "sources": {"tickets": {"file": "part-*.csv", "key": "id"}}}


def parts(tmp_path: Path, count: int, **renamed: str) -> Path:
    path = laid_out(tmp_path, PARTS)
    for number in range(count):
        tickets().rename(columns=renamed).to_csv(tmp_path / f"part-{number:02}.csv", index=False)
    return path


def test_what_is_wrong_with_many_files_is_told_once(tmp_path: Path) -> None:
    said = refused(parts(tmp_path, 5, resolved_at="solved_at"))
    lines = [line for line in said.splitlines() if "kpis.mttr.value.to" in line]
    assert len(lines) == 1
    assert (
        "sources.tickets, part-00.csv, part-01.csv, part-02.csv and 2 more of 5 files, kpis.mttr.value.to: " in lines[0]
    )


def test_a_few_files_are_all_named(tmp_path: Path) -> None:
    path = parts(tmp_path, 3, resolved_at="solved_at")
    tickets().rename(columns={"opened_at": "begun_at"}).to_csv(tmp_path / "part-01.csv", index=False)
    said = refused(path)
    assert "sources.tickets, part-00.csv, part-02.csv, kpis.mttr.value.to: there is no column 'resolved_at'" in said
    assert "sources.tickets, part-01.csv, kpis.opened.at: there is no column 'opened_at'" in said


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("id#opened_at#x", "the file reads as one column, 'id#opened_at#x'; expected delimiter: '#' in the source"),
        ("id opened_at", "expected delimiter: ' ' in the source"),
        ("id!opened_at%x", "expected delimiter: '!' or '%' in the source"),
        ("opened", "expected one of opened"),
    ],
)
def test_a_file_that_reads_as_one_column_asks_for_its_delimiter(tmp_path: Path, header: str, told: str) -> None:
    path = laid_out(tmp_path, {**STUDY, "sources": {"tickets": {"file": "one.csv"}}})
    (tmp_path / "one.csv").write_text(f"{header}\n1\n2\n")
    lines = [line for line in refused(path).splitlines() if "kpis.opened.at" in line]
    assert told in lines[0]


def test_the_columns_told_are_the_files_own(tmp_path: Path) -> None:
    frame = tickets()
    frame.loc[3, "opened_at"] = "31/31/2026"  # a cell that cannot be read is noted beside its row
    kpis = {**STUDY["kpis"], "met": {**STUDY["kpis"]["met"], "good": "mett == 1"}}
    said = refused(laid_out(tmp_path, {**STUDY, "kpis": kpis}, frame))
    assert said.rpartition("expected one of ")[2].split(", ") == list(frame.columns)


@pytest.mark.parametrize("name", ["series.csv", "quarantine.csv"])
def test_what_an_earlier_run_wrote_fits_no_pattern(tmp_path: Path, name: str) -> None:
    path = laid_out(tmp_path, {**STUDY, "sources": {"tickets": {"file": "*.csv"}}})
    (tmp_path / name).write_text("a\n1\n")
    found = {path.name for _, path in Given.of_file(path).inputs()}
    assert found == {"study.yml", "tickets.csv", name}  # nothing says that it is a report's
    report = {"study": {}, "sources": {}, "kpis": {}}
    (tmp_path / "report.json").write_text(json.dumps(report))
    assert {path.name for _, path in Given.of_file(path).inputs()} == {"study.yml", "tickets.csv"}
    assert (is_of_report(tmp_path / name), is_of_report(tmp_path / "tickets.csv")) == (True, False)
    (tmp_path / "report.json").write_text(json.dumps({"study": {}, "kpis": {}}))
    assert not is_of_report(tmp_path / name)


def test_a_pattern_that_fits_a_report_alone_fits_nothing(tmp_path: Path) -> None:
    path = laid_out(tmp_path, {**STUDY, "sources": {"tickets": {"file": "out/*.csv"}}})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "series.csv").write_text("a\n1\n")
    (tmp_path / "out" / "report.json").write_text(json.dumps({"study": {}, "sources": {}, "kpis": {}}))
    with pytest.raises(InvalidInputs, match=r"there is no file out/\*\.csv"):
        Given.of_file(path)


def test_a_name_that_is_not_filled_in_for_files_is_told(tmp_path: Path) -> None:
    told = r"there is no file \$\{FILE\}; expected it relative to .*; \$\{NAME\} is filled in where a source asks"
    with pytest.raises(InvalidInput, match=told):
        paths_of(SourceDefinition(id="s", file="${FILE}"), tmp_path)
