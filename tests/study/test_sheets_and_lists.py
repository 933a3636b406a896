"""Several files and several sheets of one source, and a workbook in which nothing says which sheet is meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from csi.definition import SourceDefinition
from csi.reading.mending import MARKS, without_escapes
from csi.study.engines import Engine
from csi.study.of_sheets import sheets_in
from csi.study.reading import study_of
from csi.study.running import run
from csi.study.writing import study_yaml
from tests.study.test_run import STUDY, laid_out, refused, tickets


def study_over(folder: Path, **source: object) -> Path:
    return laid_out(folder, {**STUDY, "sources": {"tickets": {"key": "id", **source}}})


def book(path: Path, sheets: dict[str, pd.DataFrame], hidden: str = "") -> None:
    with pd.ExcelWriter(path, engine="xlsxwriter") as made:
        for name, frame in sheets.items():
            frame.to_excel(made, sheet_name=name, index=False)
        if hidden:
            made.book.get_worksheet_by_name(hidden).hide()


def months() -> dict[str, pd.DataFrame]:
    rows = tickets()
    return dict(iter(rows.groupby(rows["opened_at"].str[:7])))


def test_a_sheet_that_is_not_said_is_asked_for_where_several_fit(tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", {"2025": tickets(), "2026": tickets(weeks=21), "Notes": pd.DataFrame({"a": [1]})})
    said = refused(study_over(tmp_path, file="b.xlsx"))
    assert "line 6, sources.tickets.sheet: is not said, and 2 sheets have all the columns that are named: " in said
    assert "'2025' and '2026'; expected one of them, or several as a list, such as [2025, 2026]" in said


@pytest.mark.parametrize("hides", [True, False])
def test_a_sheet_that_is_hidden_or_lacks_a_column_is_not_asked_about(tmp_path: Path, hides: bool) -> None:
    other = tickets(weeks=2) if hides else tickets(weeks=2).drop(columns="met")
    book(tmp_path / "b.xlsx", {"Data": tickets(), "Old": other}, hidden="Old" if hides else "")
    assert run(study_over(tmp_path, file="b.xlsx")).sources["tickets"].rows_read == len(tickets())


def test_a_sheet_that_is_said_is_read(tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", {"Data": tickets(), "Old": tickets(weeks=2)})
    assert run(study_over(tmp_path, file="b.xlsx", sheet="Old")).sources["tickets"].rows_read == len(tickets(weeks=2))


def test_sheets_as_a_list_are_one_source(tmp_path: Path, engine: dict[str, Any]) -> None:
    parts = months()
    assert len(parts) > 3
    book(tmp_path / "b.xlsx", parts)
    tickets().to_csv(tmp_path / "all.csv", index=False)
    report = run(study_over(tmp_path, file="b.xlsx", sheet=list(parts)), **engine)
    whole = run(study_over(tmp_path, file="all.csv"))
    assert report.sources["tickets"].rows_kept == len(tickets())
    for name, one in whole.kpis.items():
        pd.testing.assert_frame_equal(report.kpis[name].series, one.series)


def test_a_sheet_of_a_list_that_is_not_there_is_told_and_one_that_is_wrong_is_named(tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", {"Jan": tickets(), "Feb": tickets().drop(columns="met")})
    assert "b.xlsx has no sheet ‘Mar’" in refused(study_over(tmp_path, file="b.xlsx", sheet=["Jan", "Mar"]))
    said = refused(study_over(tmp_path, file="b.xlsx", sheet=["Jan", "Feb"]))
    assert "b.xlsx, sheet Feb" in said
    assert "there is no column 'met'" in said


def test_files_as_a_list_are_one_source(tmp_path: Path) -> None:
    names = [f"{name}.csv" for name in months()]
    for name, part in zip(names, months().values(), strict=True):
        part.to_csv(tmp_path / name, index=False)
    (tmp_path / "2026-99.csv").write_text("no,table\n")  # in the folder, not in the list
    assert run(study_over(tmp_path, file=names)).sources["tickets"].rows_kept == len(tickets())


def test_a_list_is_read_as_it_is_written_and_each_name_is_looked_for(tmp_path: Path) -> None:
    path = study_over(tmp_path, file=["a.csv", "b.csv"], sheet=["x", "y"])
    study = study_of(path.read_bytes(), "study.yml")
    again = study_of(study_yaml(study).encode(), "again")
    assert (again, again.sources["tickets"].options) == (study, {"files": ["b.csv"], "sheets": ["x", "y"]})
    assert yaml.safe_load(study_yaml(study))["sources"]["tickets"]["file"] == ["a.csv", "b.csv"]
    (tmp_path / "a.csv").write_text("id\n1\n")
    assert "there is no file b.csv" in refused(path)
    assert "sources.tickets.file: is an empty list; expected a text, or several" in refused(
        study_over(tmp_path, file=[])
    )


@pytest.mark.slow
def test_a_mended_quarantine_is_read_as_its_rows_were(tmp_path: Path, scheduler: str) -> None:
    """Each row once though it has two marks, and what was escaped for spreadsheets as it was."""
    rows = tickets()
    rows.to_csv(tmp_path / "part-1.csv", index=False)
    bad = rows.tail(1).assign(id="'-77")
    marks = pd.DataFrame([["0" * 12, 400, column, "x", "y", "z"] for column in ("met", "cost")], columns=list(MARKS))
    twice = pd.concat([marks, pd.concat([bad, bad], ignore_index=True)], axis=1)
    twice.to_csv(tmp_path / "part-2.csv", index=False, encoding="utf-8-sig")
    for engine in Engine:
        report = run(study_over(tmp_path, file="part-*.csv"), engine=engine, scheduler=scheduler)
        assert report.sources["tickets"].rows_kept == len(rows) + 1
        assert report.sources["tickets"].repeated == 0
    content, _ = without_escapes(tmp_path / "part-2.csv", SourceDefinition(id="tickets"))
    assert isinstance(content, bytes)
    assert (b",-77," in content, b"'-77" in content) == (True, False)
    assert without_escapes(tmp_path / "part-1.csv", SourceDefinition(id="tickets"))[0] == tmp_path / "part-1.csv"


def test_files_with_a_sheet_a_month_are_each_read_from_their_own(tmp_path: Path) -> None:
    parts = months()
    for name, frame in parts.items():
        book(tmp_path / f"part-{name}.xlsx", {"About": pd.DataFrame({"a": [1]}), name: frame})
    tickets().to_csv(tmp_path / "all.csv", index=False)
    report = run(study_over(tmp_path, file="part-*.xlsx", sheet=list(parts)))
    whole = run(study_over(tmp_path, file="all.csv"))
    assert report.sources["tickets"].rows_kept == len(tickets())
    for name, one in whole.kpis.items():
        pd.testing.assert_frame_equal(report.kpis[name].series, one.series)


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        (["Jan", "Feb", "Mar"], "no sheet ‘Feb’. It has: Jan"),  # one that no file has
        (["Jan"], "no sheet ‘Jan’. It has: Mai"),  # a file that has none of them
    ],
)
def test_a_sheet_in_no_file_and_a_file_without_any_are_refused(tmp_path: Path, sheets: list[str], told: str) -> None:
    book(tmp_path / "part-1.xlsx", {"Jan": tickets(weeks=2)})
    book(tmp_path / "part-2.xlsx", {"Mai" if len(sheets) == 1 else "Mar": tickets(weeks=3)})
    assert told in refused(
        study_over(tmp_path, file="part-*.xlsx", sheet=sheets if len(sheets) > 1 else [*sheets, "Mai2"][:1])
    )


def test_the_sheets_of_what_is_no_workbook_are_none(tmp_path: Path) -> None:
    book(tmp_path / "b.xlsx", {"Jan": tickets(weeks=2), "Feb": tickets(weeks=2)})
    assert sheets_in(tmp_path / "b.xlsx") == ("Jan", "Feb")
    assert sheets_in(b"a,b\n1,2\n") == ()
    assert sheets_in(b"PK\x03\x04broken") == ()


def test_a_sheet_of_what_is_no_workbook_is_told_with_its_line(tmp_path: Path) -> None:
    said = refused(study_over(tmp_path, file="tickets.csv", sheet=["a", "b"]))
    assert (
        "line 9, sources.tickets, tickets.csv, sources.tickets.sheet: is of no use to CSV; expected a workbook" in said
    )
