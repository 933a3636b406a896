"""Conditions of a study over files as people have them: text in which dates and numbers are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from csi.errors import InvalidInputs
from csi.study.evaluation import Report
from csi.study.running import run

FILE = """id;opened_at;resolved_at;sla_res_due;closed_at;passed_on;reopened;allowed
1;1/3/2026 08:00;1/3/2026 12:00;2/3/2026 08:00;10/3/2026 09:00;10;9;8
2;1/3/2026 09:00;9/3/2026 12:00;10/3/2026 08:00;11/3/2026 09:00;2;10;2
3;2/3/2026 08:00;10/3/2026 12:00;9/3/2026 08:00;2/4/2026 09:00;3;1;300
4;2/3/2026 09:00;;3/3/2026 08:00;;0;0;1
5;2/3/2026 10:00;;30/12/2026 08:00;;1;0;100000
"""


def made(
    folder: Path,
    file: str = "tickets.csv",
    calendar: Any = None,
    engine: dict[str, Any] | None = None,
    **kpis: dict[str, Any],
) -> Report:
    (folder / "tickets.csv").write_text(FILE, encoding="utf-8")
    study = {
        "study": 1,
        "service": "desk",
        "timezone": "UTC",
        "period": "month",
        "sources": {"tickets": {"file": file, "dates": "day_first", "key": "id"}},
        "calendar": calendar,
        "kpis": {name: {"source": "tickets", "direction": "higher"} | one for name, one in kpis.items()},
    }
    path = folder / "study.yml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    return run(path, **(engine or {}))


def march(report: Report, name: str) -> tuple[Any, ...]:
    point = report.kpis[name].processed.series.loc["2026-03"].iloc[0]
    return point["value"], point["numerator"], point["denominator"]


def test_the_sla_of_the_catalogue_is_measured_on_a_file_with_written_dates(tmp_path: Path) -> None:
    """Ticket 4 is still open past its time and counts as a breach; 5 is not due yet."""
    report = made(tmp_path, sla={"kpi": "K09"})
    assert march(report, "sla") == (50.0, 2, 4)
    processed = report.kpis["sla"].processed
    assert len(processed.series) == 1  # the deadline in December is no sign of life
    assert report.sources["tickets"].last_at == pd.Timestamp("2026-03-10 12:00", tz="UTC")


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ('closed_at < "2026-04-01"', 2),
        ('closed_at >= "2026-03-11 09:00"', 2),
        ('"2026-03-10 09:00" == closed_at and closed_at < "2027-01-01"', 1),
        ("passed_on > reopened", 3),
        ("passed_on <= reopened", 2),
        ("sla_res_due < resolved_at", 1),
        ("resolved_at <= sla_res_due or resolved_at is missing", 4),
        ("opened_at < sla_res_due and sla_res_due < closed_at", 3),
    ],
)
def test_dates_are_compared_as_dates_and_numbers_as_numbers(tmp_path: Path, where: str, count: int) -> None:
    assert march(made(tmp_path, k={"at": "opened_at", "measure": "count", "where": where}), "k")[0] == count


def test_a_limit_that_stands_in_each_row_makes_open_rows_late(tmp_path: Path) -> None:
    value = {"from": "opened_at", "to": "resolved_at", "unit": "h"}
    one = {"at": "resolved_at", "measure": "share", "value": value, "good": "value <= allowed", "unit": "%"}
    assert march(made(tmp_path, k=one), "k") == (50.0, 2, 4)


TWO_WRONG = {
    "first": {"at": "opened_at", "measure": "count", "where": 'opened_at == "soon"'},
    "second": {
        "at": "opened_at",
        "measure": "sum",
        "value": "passed_on",
        "unit": "h",
        "where": "opened_at > passed_on",
    },
}


def test_all_conditions_that_do_not_fit_the_data_are_told_at_once(tmp_path: Path, engine: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputs) as caught:
        made(tmp_path, engine=engine, **TWO_WRONG)
    assert [(one.field, one.reason.partition(" at character ")[0]) for one in caught.value.errors] == [
        ("study.yml, line 8, kpis.first.where", 'expected a moment such as "2026-03-01 08:00"'),
        (
            "study.yml, line 16, kpis.second.where",
            "opened_at holds moments and passed_on numbers: these cannot be compared",
        ),
    ]


def test_a_file_that_is_not_there_is_told_with_what_else_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputs) as caught:
        made(tmp_path, file="nowhere.csv", k={"at": "opened_at", "measure": "mode"})
    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert "sources.tickets.file: there is no file nowhere.csv; expected it relative to" in lines[0]
    assert "kpis.k.measure: 'mode' is not known" in lines[1]


@pytest.mark.parametrize("good", ["value <= 1e300", "value <= -1e300", "value <= 8"])
def test_a_limit_beyond_all_time_and_a_desk_that_never_opens_are_no_breach(tmp_path: Path, good: str) -> None:
    value = {"from": "opened_at", "to": "resolved_at", "unit": "wk", "clock": "business"}
    one = {"at": "resolved_at", "measure": "share", "value": value, "good": good, "unit": "%"}
    report = made(tmp_path, calendar={"hours": {"mon-sun": []}}, k=one)
    assert march(report, "k")[1] == (0 if "-" in good else 3)
