"""A key that leaves rows out as older versions says how many, and asks where they are most of all rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from csi.reading.layout import guess
from csi.study.drafting.drafted import drafted

LOGS = {
    "half": (2, "# 40 rows, 20 different", "# says which row of a key counts: the other 20 do not"),
    "most": (3, "# ? 60 rows, 20 different", "# ? says which row of a key counts: the other 40 do not"),
}


@pytest.mark.parametrize(("versions", "key", "latest"), LOGS.values(), ids=LOGS)
def test_most_rows_are_left_out_by_a_yes_only(tmp_path: Path, versions: int, key: str, latest: str) -> None:
    rows = [
        f"INC{case},2025-01-{case + 1:02} 10:00,2025-01-{case + 1:02} 1{row}:30,{'NY'[row % 2]}"
        for case in range(20)
        for row in range(versions)
    ]
    (tmp_path / "t.csv").write_text("\n".join(["Ticket,Opened,Updated,Answered (Y/N)", *rows]), encoding="utf-8")
    lines = [line.split("#") for line in drafted([tmp_path / "t.csv"], tmp_path, "UTC").text.splitlines()]
    said = {told[0].strip(): f"#{told[-1]}" for told in lines}
    assert said["key: Ticket"] == key
    assert said["latest_by: Updated"] == latest


@pytest.mark.parametrize(
    ("header", "is_key"), [("avg_response_s", False), ("Response", True), ("Durchschnitt Order", False)]
)
def test_what_many_cases_come_to_names_none(header: str, is_key: bool) -> None:
    rows = "".join(f"2025-03-{day:02},{day}.{100 + day}\n" for day in range(1, 29))
    told = next((one.role for one in guess(f"date,{header}\n{rows}".encode()).columns if one.name == header), "")
    assert (told == "id") is is_key


@pytest.mark.parametrize(
    ("header", "rows", "labels"),
    [
        ("Team;{};Summe", ["a;1;2;3;6", "b;2;3;4;9"], ["Team"]),
        ("Nr;Team;{};Ziel", ["1;a;1;2;3;95 %", "2;b;2;3;4;95 %"], ["Team"]),
        ("Team;Ort;{}", ["a;x;1;2;3", "a;y;2;3;4"], ["Team", "Ort"]),
        ("Team;Line;{}", ["a;1;1;2;3", "a;2;2;3;4"], ["Team", "Line"]),
        ("Team;Stufe;{}", ["a;A1;1;2;3", "b;B2;2;3;4"], ["Team", "Stufe"]),
        ("Store;{}", ["101;1;2;3", "102;2;3;4"], ["Store"]),
    ],
)
def test_figures_beside_periods_are_no_groups_where_others_tell_the_series_apart(
    tmp_path: Path, header: str, rows: list[str], labels: list[str]
) -> None:
    months = "2025-01;2025-02;2025-03"
    (tmp_path / "t.csv").write_text("\n".join([header.format(months), *rows]), encoding="utf-8")
    conditions = [line for line in drafted([tmp_path / "t.csv"], tmp_path, "UTC").text.splitlines() if "where:" in line]
    assert len(conditions) == 2
    for line in conditions:
        assert [
            name for name in ("Nr", "Team", "Ort", "Line", "Stufe", "Store", "Summe", "Ziel") if f"{name} ==" in line
        ] == labels


@pytest.mark.parametrize(
    ("header", "units"),
    [("Unit", ["h", "%", "count"]), ("Einheit", ["h", "%", "count"]), ("Team", ["count", "count", "count"])],
)
def test_units_that_stand_beside_a_measure_are_those_of_its_kpi(tmp_path: Path, header: str, units: list[str]) -> None:
    rows = [
        f"{name},2025-{month:02},{unit},{month + 1}.5"
        for month in range(1, 9)
        for name, unit in (("MTTR", "hours"), ("Availability", "%"), ("Offered", "#"))
    ]
    (tmp_path / "t.csv").write_text("\n".join([f"KPI,Month,{header},Value", *rows]), encoding="utf-8")
    text = drafted([tmp_path / "t.csv"], tmp_path, "UTC").text
    told = [line.split(":")[1].split("#")[0].strip() for line in text.splitlines() if line.startswith("    unit:")]
    assert [one.strip("'") for one in told] == units


def test_one_series_alone_needs_no_condition(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Team;2025-01;2025-02;2025-03\na;1;2;3", encoding="utf-8")
    assert "where:" not in drafted([tmp_path / "t.csv"], tmp_path, "UTC").text
