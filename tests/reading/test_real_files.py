"""Every real export reads to the figures its README gives; they were computed by other code."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from csi.definition import SourceDefinition
from csi.reading.layout import guess
from csi.reading.readers import read


def _read(path: Path, source: SourceDefinition, *, moments: list[str], numbers: list[str]):
    return read(path, source, moments=moments, numbers=numbers)


def test_service_now_log(shared: Path) -> None:
    path = shared / "data/servicenow_incident_event_log.csv.gz"
    source = SourceDefinition(id="log", dates="day_first", missing=("?",), key="number", latest_by="sys_updated_at")
    started = time.process_time()
    reading = _read(path, source, moments=["opened_at", "resolved_at"], numbers=["reopen_count"])
    # 0.9 s measured on two cores; processor time, so that a busy machine changes little
    assert time.process_time() - started < 3
    assert reading.rows_read == len(reading.frame) == 119_998
    assert reading.quarantine.empty
    assert list(reading.frame.index[[0, -1]]) == [2, 119_999]
    last = reading.frame.groupby("number", sort=False).tail(1)
    assert len(last) == 20_769
    assert last["resolved_at"].isna().sum() == 1_418
    assert (last["made_sla"] == "true").sum() == 12_595
    assert (last["reopen_count"] > 0).sum() == 234
    assert last["opened_at"].min() == pd.Timestamp("2016-02-29 01:16", tz="UTC")
    assert last["opened_at"].max() == pd.Timestamp("2016-05-13 11:49", tz="UTC")
    hours = (last["resolved_at"] - last["opened_at"]).dt.total_seconds() / 3600
    assert hours.median() == pytest.approx(24.6)
    assert hours.mean() == pytest.approx(187.678, abs=5e-4)
    layout = guess(path)
    assert (layout.dates, layout.missing, layout.ambiguous) == ("day_first", ("?",), ())
    roles = {column.role: column.name for column in layout.columns if column.role}
    assert (roles["id"], roles["moment"], roles["updated"]) == ("number", "opened_at", "sys_mod_count")


def test_month_first_declared_for_a_day_first_log_fills_the_quarantine(shared: Path) -> None:
    path = shared / "data/servicenow_incident_event_log.csv.gz"
    source = SourceDefinition(id="log", dates="month_first", missing=("?",))
    reading = _read(path, source, moments=["opened_at"], numbers=[])
    assert len(reading.frame) + len(reading.quarantine) == reading.rows_read == 119_998
    assert len(reading.quarantine) == 57_039  # updates of incidents opened after the 12th of a month
    first = reading.quarantine.iloc[0]
    assert (first["line"], first["column"], first["value"]) == (2, "opened_at", "29/2/2016 01:16")
    assert "month first" in first["expected"]


def test_govuk_deployments(shared: Path) -> None:
    path = shared / "data/govuk_deployments_2025.csv.gz"
    reading = _read(path, SourceDefinition(id="d"), moments=["deployed_at"], numbers=[])
    assert reading.frame["environment"].value_counts().to_dict() == {
        "integration": 14_899,
        "staging": 10_021,
        "production": 9_443,
    }
    production = reading.frame[reading.frame["environment"] == "production"]
    months = production["deployed_at"].dt.month.value_counts().sort_index()
    assert list(months) == [1028, 667, 901, 722, 791, 878, 888, 821, 575, 850, 662, 660]


def test_github_status(shared: Path) -> None:
    path = shared / "data/github_status_incidents_to_2023.csv"
    reading = _read(path, SourceDefinition(id="g"), moments=["started_at"], numbers=["duration_minutes"])
    counted = reading.frame[reading.frame["impact"].isin(["minor", "major", "critical"])]
    assert len(reading.frame) == 275
    assert len(counted) == 253
    assert counted["duration_minutes"].median() == 57
    assert counted["duration_minutes"].mean() == pytest.approx(98.4111, abs=5e-5)
    assert reading.frame["components"].isna().sum() == 23
    assert reading.frame["started_at"].min() == pd.Timestamp("2022-03-24 19:11", tz="UTC")


def test_aws_latency(shared: Path) -> None:
    path = shared / "data/aws_ec2_request_latency.csv"
    reading = _read(path, SourceDefinition(id="a"), moments=["timestamp"], numbers=["value"])
    assert len(reading.frame) == 4_032
    assert reading.frame["value"].mean() == pytest.approx(45.15587, abs=5e-6)
    assert (reading.frame["timestamp"] == pd.Timestamp("2014-03-09 03:00", tz="UTC")).sum() == 12


def test_gp_ratings(shared: Path) -> None:
    path = shared / "data/gp_friends_family_ratings.csv"
    reading = _read(path, SourceDefinition(id="gp"), moments=["time"], numbers=[])
    assert reading.frame["rating"].value_counts().to_dict() == {
        "Extremely likely": 2616,
        "Likely": 901,
        "Neither likely nor unlikely": 181,
        "Unlikely": 94,
        "Extremely unlikely": 71,
        "Don't know": 19,
    }
    assert reading.frame["time"].max() == pd.Timestamp("2024-04-05 14:07:18", tz="UTC")
    assert reading.frame["surgery"].nunique() == 11


def test_italian_helpdesk_with_its_name_given_twice(shared: Path) -> None:
    path = shared / "data/italian_helpdesk_events.csv.gz"
    reading = _read(path, SourceDefinition(id="it"), moments=["Complete Timestamp"], numbers=[])
    assert len(reading.frame) == 21_348
    assert {"Variant", "Variant_2"} <= set(reading.frame)
    assert reading.frame["Case ID"].nunique() == 4_580
    assert reading.frame.duplicated().sum() == 127
    assert reading.frame["Complete Timestamp"].min() == pd.Timestamp("2010-01-13 08:40:25", tz="UTC")
    first = reading.frame.groupby("Case ID")["Complete Timestamp"].min().dt.year.value_counts().sort_index()
    assert first.to_dict() == {2010: 977, 2011: 1518, 2012: 1412, 2013: 673}


def test_cenipa_in_latin_1_with_two_date_orders(shared: Path) -> None:
    path = shared / "data/cenipa_occurrences_latin1.csv.gz"
    layout = guess(path)
    assert (layout.encoding, layout.delimiter) == ("cp1252", ";")
    orders = {column.name: column.dates for column in layout.columns if column.dates}
    assert orders == {"ocorrencia_dia": "day_first", "divulgacao_dia_publicacao": "iso"}
    source = SourceDefinition(
        id="c",
        dates="day_first",
        column_dates={"divulgacao_dia_publicacao": "iso"},
        missing=("NULL", "***", "****", "*****", "A DEFINIR"),
    )
    reading = _read(path, source, moments=list(orders), numbers=[])
    frame = reading.frame
    assert len(frame) == 6_769
    assert reading.quarantine.empty
    counts = frame["ocorrencia_classificacao"].value_counts().to_dict()
    assert counts == {"INCIDENTE": 3795, "ACIDENTE": 2090, "INCIDENTE GRAVE": 884}
    years = frame["ocorrencia_dia"].dt.year.value_counts().sort_index()
    assert list(years) == [552, 576, 647, 654, 569, 471, 403, 433, 445, 495, 509, 555, 460]
    assert (frame["ocorrencia_cidade"] == "SÃO PAULO").sum() == 324
    assert frame["divulgacao_dia_publicacao"].notna().sum() == 1_781
    assert frame["investigacao_status"].isna().sum() == 341


def test_air_quality_with_decimal_comma_and_joined_moment(shared: Path) -> None:
    path = shared / "data/air_quality_semicolon_decimal_comma.csv.gz"
    layout = guess(path)
    assert (layout.delimiter, layout.decimal, layout.missing) == (";", ",", ("-200",))
    source = SourceDefinition(id="q", dates="day_first", missing=("-200",), options={"join": {"at": ["Date", "Time"]}})
    frame = _read(path, source, moments=["at"], numbers=["CO(GT)", "T"]).frame
    assert len(frame) == 9_357
    assert "column_16" not in frame
    assert frame["at"].iloc[0] == pd.Timestamp("2004-03-10 18:00", tz="UTC")
    assert frame["at"].iloc[-1] == pd.Timestamp("2005-04-04 14:00", tz="UTC")
    assert (frame["at"].diff().dropna() == pd.Timedelta(hours=1)).all()
    assert frame["CO(GT)"].isna().sum() == 1_683
    assert frame["CO(GT)"].mean() == pytest.approx(2.15275, abs=5e-6)
    assert frame["T"].isna().sum() == 366
    assert frame["T"].mean() == pytest.approx(18.31783, abs=5e-6)


def test_anatel_sheet_with_titles_spacers_and_months_as_columns(shared: Path) -> None:
    path = shared / "data/anatel_ida_mobile_2015.ods"
    layout = guess(path)
    assert (layout.format, layout.header_row, layout.sheet) == ("ods", 9, "SMP")
    source = SourceDefinition(id="ida", options={"melt": {"keep": ["GRUPO ECONÔMICO", "VARIÁVEL"], "name": "month"}})
    reading = _read(path, source, moments=["month"], numbers=["value"])
    assert reading.rows_read == 72
    assert len(reading.frame) == 72 * 12
    complaints = reading.frame[reading.frame["VARIÁVEL"] == "Quantidade de reclamações"]
    assert complaints.groupby("GRUPO ECONÔMICO")["value"].sum().to_dict() == {
        "ALGAR": 2178,
        "CLARO": 424_799,
        "OI": 283_087,
        "SERCOMTEL": 111,
        "TIM": 482_394,
        "VIVO": 476_337,
    }
    by_month = complaints.groupby("month")["value"].sum()
    assert by_month[pd.Timestamp("2015-01-01", tz="UTC")] == 81_369
    assert by_month[pd.Timestamp("2015-12-01", tz="UTC")] == 150_036


def test_weekly_figures_name_their_week(shared: Path) -> None:
    path = shared / "data/servicenow_weekly_expected.csv"
    week = "iso_week_of_opened_at"
    frame = _read(path, SourceDefinition(id="w"), moments=[week], numbers=["opened", "sla_pct"]).frame
    assert len(frame) == 47
    assert frame[week].iloc[0] == pd.Timestamp("2016-02-29", tz="UTC")
    assert frame["opened"].iloc[:3].tolist() == [1858, 2073, 1975]
