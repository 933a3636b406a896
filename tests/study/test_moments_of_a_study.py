"""Zones per column, moments from parts, dates for "not yet", stray dates: from a study to its report, both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from csi.errors import InvalidInputs
from csi.study.engines import Engine
from csi.study.evaluation import Report
from csi.study.plain import report_json
from csi.study.reading import read_study
from csi.study.running import run
from csi.study.writing import study_yaml

_HEAD = "study: 1\nservice: Desk\ntimezone: {zone}\nperiod: {period}\n"


def _study(folder: Path, rows: str, body: str, *, zone: str = "UTC", period: str = "week") -> Path:
    (folder / "t.csv").write_text(rows, encoding="utf-8")
    (folder / "s.yml").write_text(_HEAD.format(zone=zone, period=period) + body, encoding="utf-8")
    return folder / "s.yml"


def _values(report: Report, kpi: str) -> dict[str, float]:
    series = report.kpis[kpi].processed.series
    return {str(start.date()): value for start, value in series["value"].dropna().items()}


_TWO_ZONES = "id,Created,First\n1,05/May/25 8:00 PM,2025-05-05 20:15\n2,06/Jan/25 8:00 PM,2025-01-06 20:15\n"
_FIRST = """sources:
  t: {file: t.csv, key: id, dates: day_first, zones: {First: UTC}}
kpis:
  first:
    {source: t, at: Created, measure: median, value: {from: Created, to: First, unit: min}, unit: min, direction: lower}
"""


def test_a_column_may_be_in_a_zone_of_its_own(tmp_path: Path, engine: dict[str, Any]) -> None:
    report = run(_study(tmp_path, _TWO_ZONES, _FIRST, zone="Europe/London"), **engine)
    # London is one hour ahead of UTC in May, and is UTC in January.
    assert _values(report, "first") == {"2025-05-05": 75, "2025-01-06": 15}


@pytest.mark.parametrize(
    ("zones", "day"),
    [("Day: UTC", 3), ("Hour: UTC", 3), ("at: UTC", 3), ("at: UTC, Day: Europe/London", 3), ("", 2)],
)
def test_the_zone_of_a_joined_moment_may_be_said_for_a_part_of_it(tmp_path: Path, zones: str, day: int) -> None:
    rows = "id,Day,Hour,v\n1,2025-06-02,23:30,7\n"  # half past eleven in UTC is the next day in London's summer
    body = f"""sources:
  t: {{file: t.csv, key: id, zones: {{{zones}}}, join: {{at: [Day, Hour]}}}}
kpis:
  v: {{source: t, at: at, measure: last, value: v, direction: lower}}
"""
    report = run(_study(tmp_path, rows, body, zone="Europe/London", period="day"))
    assert _values(report, "v") == {f"2025-06-0{day}": 7}


def test_zones_are_written_again_and_a_wrong_one_is_told(tmp_path: Path) -> None:
    path = _study(tmp_path, _TWO_ZONES, _FIRST)
    study = read_study(path)
    assert study.sources["t"].zones == {"First": "UTC"}
    assert (study.sources["t"].zone_of("First"), study.sources["t"].zone_of("Created")) == ("UTC", "UTC")
    again = tmp_path / "again.yml"
    again.write_text(study_yaml(study), encoding="utf-8")
    assert read_study(again).sources == study.sources
    path.write_text(path.read_text().replace("{First: UTC}", "{First: Mars/Olympus}"))
    with pytest.raises(InvalidInputs, match=r"zones\.First.*‘Mars/Olympus’ is no time zone"):
        read_study(path)


def test_the_version_of_a_row_is_in_its_columns_zone(tmp_path: Path, engine: dict[str, Any]) -> None:
    # Lisbon's clock skips that hour, so that both would be 02:00 there and conflict; in UTC one is the later.
    rows = "id,at,changed,v\n1,2025-03-31,2025-03-30 01:30,2\n1,2025-03-31,2025-03-30 01:50,5\n"
    body = """sources:
  t: {file: t.csv, key: id, latest_by: changed, zones: {changed: UTC}}
kpis:
  v: {source: t, at: at, measure: last, value: v, direction: lower}
"""
    assert _values(run(_study(tmp_path, rows, body, zone="Europe/Lisbon"), **engine), "v") == {"2025-03-31": 5}


def test_a_date_for_not_yet_is_missing_and_told_beside_the_kpi_that_reads_it(
    tmp_path: Path, engine: dict[str, Any]
) -> None:
    rows = "id,opened,closed\n1,2025-01-06,2025-01-07\n2,2025-01-07,2099-12-31\n3,2025-01-08,2099-12-31\n"
    body = """sources:
  t: {file: t.csv, key: id}
kpis:
  mttr: {source: t, at: closed, measure: mean, value: {from: opened, to: closed, unit: h}, unit: h, direction: lower}
  opened: {source: t, at: opened, measure: count, direction: lower}
"""
    report = run(_study(tmp_path, rows, body), **engine)
    said = "closed: 2 cells hold 2099-12-31 and count as empty (first: line 3)."
    assert said in report.kpis["mttr"].processed.footnotes
    assert said not in report.kpis["opened"].processed.footnotes
    assert _values(report, "mttr") == {"2025-01-06": 24}
    assert _values(report, "opened") == {"2025-01-06": 3}


def test_a_stray_date_is_told_with_file_line_and_column(tmp_path: Path, engine: dict[str, Any]) -> None:
    rows = "id,opened\n1,2025-01-06\n2,2425-01-07\n3,2225-01-07\n4,2025-01-05\n"
    body = """sources:
  t: {file: t.csv, key: id}
kpis:
  opened: {source: t, at: opened, measure: count, direction: lower}
"""
    path = _study(tmp_path, rows, body, period="hour")
    with pytest.raises(InvalidInputs) as error:
        run(path, **engine)
    assert str(error.value) == (
        "s.yml, line 6, sources.t, t.csv: ‘opened’ runs from 2025-01-05 (opened, line 5) to 2225-01-07 "
        "(opened, line 4): more than 200,000 periods of one hour; one of the two may be a stray date"
    )


def test_a_year_and_its_week_are_a_moment(tmp_path: Path, engine: dict[str, Any]) -> None:
    body = """sources:
  t: {file: t.csv, join: {at: [Year, Week]}}
kpis:
  delay: {source: t, at: at, measure: last, value: Delay, unit: min, direction: lower}
"""
    rows = "Year;Week;Delay\n2024;52;31\n2025;1;32\n2025;2;33\n"
    report = run(_study(tmp_path, rows, body), **engine)
    assert _values(report, "delay") == {"2024-12-23": 31, "2024-12-30": 32, "2025-01-06": 33}


@pytest.mark.slow
@pytest.mark.slow
def test_both_engines_write_the_same_bytes(tmp_path: Path, scheduler: str) -> None:
    rows = "id,opened,closed\n1,3. Mrz 2025 10:00 Uhr,4. Mrz 2025\n2,5. März 2025 9 Uhr,31.12.9999\n"
    body = """sources:
  t: {file: t.csv, key: id, dates: day_first, zones: {closed: Asia/Tokyo}}
kpis:
  mttr: {source: t, at: closed, measure: mean, value: {from: opened, to: closed, unit: h}, unit: h, direction: lower}
"""
    path = _study(tmp_path, rows, body, zone="Europe/Berlin")
    assert report_json(run(path)) == report_json(run(path, engine=Engine.DASK, scheduler=scheduler))


_JOINED = "id,Day,Hour,v\n1,03/02/2025,23:30,7\n"
_SET = """sources:
  t:
    file: t.csv
    columns: {{id: ticket}}
    join: {{at: [Day, Hour]}}
    dates: {{default: day_first}}
    {said}
kpis:
  v: {{source: t, at: at, measure: last, value: v, direction: lower}}
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("zones: {Dey: UTC}", r"line 11, sources\.t\.zones\.Dey: there is no column 'Dey'; did you mean 'Day'\?"),
        ("column_dates: {aat: iso}", r"line 11, sources\.t\.column_dates\.aat: .*did you mean 'at'\?"),
        ("units: {w: h}", r"line 11, sources\.t\.units\.w: there is no column 'w'; expected one of ticket, Day"),
        ("zones: {id: UTC}", r"line 11, sources\.t\.zones\.id: .*under columns: it is called 'ticket'"),
        ("options: {moments: [Dey]}", r"sources\.t\.moments: there is no column 'Dey'"),
    ],
)
def test_a_column_that_is_not_there_is_told_where_its_reading_is_said(tmp_path: Path, said: str, told: str) -> None:
    with pytest.raises(InvalidInputs, match=told):
        run(_study(tmp_path, _JOINED, _SET.format(said=said)))


def test_the_order_of_a_column_that_is_not_there_is_told_as_it_is_written(tmp_path: Path) -> None:
    body = _SET.format(said="").replace("{default: day_first}", "{default: day_first, Dey: iso}")
    with pytest.raises(InvalidInputs, match=r"line 10, sources\.t\.dates\.Dey: there is no column 'Dey'"):
        run(_study(tmp_path, _JOINED, body))


def test_a_column_of_one_file_of_several_may_be_said_something_about(tmp_path: Path) -> None:
    body = _SET.format(said="zones: {late: UTC}").replace("t.csv", "t*.csv")
    path = _study(tmp_path, _JOINED, body)
    (tmp_path / "t2.csv").write_text("id,Day,Hour,v,late\n2,03/02/2025,23:40,8,\n")
    assert _values(run(path), "v") == {"2025-02-03": 8}


@pytest.mark.parametrize(
    ("key", "said", "told"),
    [
        ("zones", "{Day: UTC, Hour: Europe/London}", "UTC for Day and Europe/London for Hour"),
        ("column_dates", "{Day: iso, Hour: day_first}", "iso for Day and day_first for Hour"),
    ],
)
def test_two_readings_of_one_joined_moment_are_refused(tmp_path: Path, key: str, said: str, told: str) -> None:
    with pytest.raises(InvalidInputs, match=rf"line 11, sources\.t\.{key}: says {told}, which are one moment \(at\)"):
        read_study(_study(tmp_path, _JOINED, _SET.format(said=f"{key}: {said}")))


@pytest.mark.parametrize("said", ["{Day: UTC, Hour: UTC}", "{at: UTC, Day: UTC, Hour: Europe/London}"])
def test_one_zone_for_both_parts_or_one_for_the_moment_is_no_contradiction(tmp_path: Path, said: str) -> None:
    assert read_study(_study(tmp_path, _JOINED, _SET.format(said=f"zones: {said}"))).sources["t"].zone_of("at") == "UTC"


def test_the_order_of_a_joined_moment_may_be_said_for_a_part_of_it(tmp_path: Path) -> None:
    body = _SET.format(said="").replace("{default: day_first}", "{default: iso, Day: month_first}")
    assert _values(run(_study(tmp_path, _JOINED, body)), "v") == {"2025-02-24": 7}
