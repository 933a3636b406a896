"""The figures of the shared data's README, computed there by hand-written code that shares nothing with this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from csi.definition import Duration, KpiDefinition, RatioValue, SourceDefinition, StudyDefinition
from csi.reading.readers import read
from csi.reading.reading import Reading
from csi.series import Processed, columns_needed, process_study, trace
from csi.terms import Period
from tests.series.studies import RESOLVE, kpi, values


def series(shared: Path, definition: StudyDefinition) -> dict[str, Processed]:
    readings: dict[str, list[Reading]] = {}
    for name, source in definition.sources.items():
        moments, numbers = columns_needed(definition, name)
        readings[name] = [read(shared / "data" / source.file, source, moments=moments, numbers=numbers)]
    return dict(process_study(definition, readings).kpis)


def study_of(source: SourceDefinition, *kpis: KpiDefinition, **fields: Any) -> StudyDefinition:
    plain: dict[str, Any] = {"service": "x", "timezone": "UTC", "period": Period.WEEK}
    sources = {source.id: source}
    return StudyDefinition(**{**plain, "sources": sources, **fields}, kpis={one.id: one for one in kpis})


SERVICENOW = SourceDefinition(
    id="tickets",
    file="servicenow_incident_event_log.csv.gz",
    dates="day_first",
    missing=("?",),
    key="number",
    latest_by="sys_updated_at",
)
PRIORITIES = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")


@pytest.fixture(scope="module")
def servicenow(shared: Path) -> dict[str, Processed]:
    by_priority = [
        one
        for number, name in enumerate(PRIORITIES, start=1)
        for one in (
            kpi(f"opened{number}", where=f'priority == "{name}"'),
            kpi(f"sla{number}", "share", good='made_sla == "true"', unit="%", where=f'priority == "{name}"'),
            kpi(f"median{number}", "median", value=RESOLVE, unit="h", where=f'priority == "{name}"'),
        )
    ]
    return series(
        shared,
        study_of(
            SERVICENOW,
            kpi("opened"),
            kpi("with_resolution", where="not resolved_at is missing"),
            kpi("resolved", at="resolved_at"),
            kpi("median", "median", value=RESOLVE, unit="h"),
            kpi("p90", "p90", value=RESOLVE, unit="h"),
            kpi("mean", "mean", value=RESOLVE, unit="h"),
            kpi("closing", "median", value=Duration("opened_at", "closed_at"), unit="h"),
            kpi("sla", "share", good="made_sla == true", unit="%"),
            kpi("reopened", "share", good="reopen_count > 0", unit="%"),
            kpi("reassigned", "mean", value="reassignment_count"),
            kpi("untouched", where="reassignment_count == 0"),
            kpi("phone", where='contact_type == "Phone"'),
            kpi("problems", where="not problem_id is missing"),
            kpi("changes", where="not rfc is missing"),
            kpi("caused", where="not caused_by is missing"),
            kpi("group70", where='assignment_group == "Group 70"'),
            kpi("groups", "distinct", value="assignment_group"),
            *by_priority,
        ),
    )


def test_weeks_agree_with_the_expected_table_week_by_week(servicenow: dict[str, Processed], shared: Path) -> None:
    expected = pd.read_csv(shared / "data" / "servicenow_weekly_expected.csv", index_col=0)
    columns = {
        "opened": "opened",
        "with_resolution": "opened_with_resolution",
        "median": "median_resolve_hours",
        "mean": "mean_resolve_hours",
        "resolved": "resolved_in_week",
        "sla": "sla_pct",
    }
    for name, column in columns.items():
        found = _by_iso_week(servicenow[name])
        wanted = expected[column].loc[[week for week in expected.index if week in found.index]]
        assert len(wanted) == (11 if name != "resolved" else 47), name
        assert found[wanted.index].to_numpy() == pytest.approx(wanted.to_numpy(), abs=5e-5), name
    met = _by_iso_week(servicenow["sla"], "numerator")
    assert (met == expected["sla_met"].loc[met.index]).all()
    reopened = _by_iso_week(servicenow["reopened"], "numerator")
    assert (reopened == expected["reopened"].loc[reopened.index]).all()


def _by_iso_week(processed: Processed, column: str = "value") -> pd.Series:
    return processed.series[column].rename(index=lambda start: start.strftime("%G-W%V"))


def test_a_week_without_a_resolution_is_a_true_zero_as_the_log_goes_on(servicenow: dict[str, Processed]) -> None:
    week = servicenow["resolved"].series.loc["2016-11-14"]
    assert (week["value"].item(), bool(week["missing"].item())) == (0, False)


def test_the_last_week_is_partial_and_the_first_is_not(servicenow: dict[str, Processed]) -> None:
    assert values(servicenow["opened"], "partial") == [False] * 10 + [True]


def test_totals_of_the_log(servicenow: dict[str, Processed]) -> None:
    def total(name: str, column: str = "n") -> float:
        return float(servicenow[name].series[column].sum())

    assert total("opened") == 20_769
    assert [total(f"opened{number}") for number in (1, 2, 3, 4)] == [220, 337, 19_554, 658]
    assert (total("phone"), total("problems"), total("changes"), total("caused")) == (20_733, 324, 157, 2)
    assert (total("untouched"), total("group70")) == (10_926, 7_369)
    assert 100 * total("sla", "numerator") / total("sla", "denominator") == pytest.approx(60.6433, abs=5e-5)
    assert 100 * total("reopened", "numerator") / total("reopened", "denominator") == pytest.approx(1.1267, abs=5e-5)
    shares = [total(f"sla{number}", "numerator") / total(f"sla{number}", "denominator") for number in (1, 2, 3, 4)]
    assert [100 * share for share in shares] == pytest.approx([2.273, 0.297, 61.624, 81.915], abs=5e-4)
    reassigned = servicenow["reassigned"].series
    assert (reassigned["value"] * reassigned["n"]).sum() / reassigned["n"].sum() == pytest.approx(0.98801, abs=5e-6)


def test_shares_and_counts_of_the_weeks(servicenow: dict[str, Processed]) -> None:
    assert values(servicenow["sla"]) == pytest.approx(
        [44.08, 4.25, 34.43, 60.79, 71.67, 75.60, 79.20, 65.74, 82.26, 77.33, 75.69], abs=5e-3
    )
    assert values(servicenow["opened"]) == [1858, 2073, 1975, 1686, 2174, 2008, 1995, 1401, 2046, 2064, 1489]
    assert values(servicenow["resolved"])[:8] == [813, 1343, 1693, 1651, 1880, 2068, 1970, 1329]


def test_one_row_per_update_is_not_one_per_ticket(servicenow: dict[str, Processed]) -> None:
    counts = servicenow["opened"].counts["tickets"]
    assert (counts.rows_read, counts.rows_kept) == (119_998, 20_769)
    aside = counts.repeated + counts.superseded + counts.conflicts + counts.quarantined
    assert aside == 119_998 - 20_769
    assert counts.first_at == pd.Timestamp("2016-02-29 01:16", tz="UTC")
    assert counts.last_at == pd.Timestamp("2016-05-13 11:49", tz="UTC")


def test_a_point_leads_back_to_its_lines(servicenow: dict[str, Processed], shared: Path) -> None:
    lines = trace(servicenow["opened1"], servicenow["opened1"].series.index[0])["line"]
    log = pd.read_csv(shared / "data" / SERVICENOW.file, dtype=str, keep_default_na=False)
    rows = log.iloc[lines.to_numpy() - 2]
    assert len(rows) == servicenow["opened1"].series["n"].iloc[0]
    assert set(rows["priority"]) == {"1 - Critical"}
    opened = pd.to_datetime(rows["opened_at"], format="%d/%m/%Y %H:%M")
    assert opened.between("2016-02-29", "2016-03-07", inclusive="left").all()


@pytest.mark.parametrize(
    ("measure", "value", "where", "expected"),
    [
        ("median", RESOLVE, "", 24.6),
        ("mean", RESOLVE, "", 187.678),
        ("p90", RESOLVE, "", 397.3667),
        ("median", Duration("opened_at", "closed_at"), "", 153.9167),
        ("median", RESOLVE, 'priority == "1 - Critical"', 78.167),
        ("median", RESOLVE, 'priority == "2 - High"', 48.317),
        ("median", RESOLVE, 'priority == "3 - Moderate"', 24.292),
        ("median", RESOLVE, 'priority == "4 - Low"', 22.85),
        ("distinct", "assignment_group", "", 64),  # 65 with the marker of the missing, which is no group
    ],
)
def test_figures_over_the_whole_log(
    one_period: Callable[[KpiDefinition], float], measure: str, value: Any, where: str, expected: float
) -> None:
    unit = "h" if isinstance(value, Duration) else "count"
    assert one_period(kpi("k", measure, value=value, where=where, unit=unit)) == pytest.approx(expected, abs=5e-4)


@pytest.fixture(scope="module")
def one_period(shared: Path) -> Callable[[KpiDefinition], float]:
    """The log put into a single period: its moments of opening are all moved into one quarter."""
    needed = {"moments": ("opened_at", "resolved_at", "closed_at"), "numbers": ()}
    log = read(shared / "data" / SERVICENOW.file, SERVICENOW, **needed)
    frame = log.frame.assign(moved=pd.Timestamp("2016-05-01", tz="UTC").as_unit("us"))
    moved = replace(log, frame=frame)

    def value(one: KpiDefinition) -> float:
        definition = study_of(SERVICENOW, replace(one, at="moved"), period=Period.QUARTER)
        return float(process_study(definition, {"tickets": [moved]}).kpis["k"].series["value"].iloc[0])

    return value


def test_months_of_the_log(shared: Path) -> None:
    found = series(shared, study_of(SERVICENOW, kpi("opened"), period=Period.MONTH))
    assert values(found["opened"]) == [207, 8_995, 7_934, 3_633]


GOVUK = SourceDefinition(id="tickets", file="govuk_deployments_2025.csv.gz")


def deployments(environment: str, **fields: Any) -> KpiDefinition:
    return kpi(environment, at="deployed_at", where=f'environment == "{environment}"', **fields)


def test_deployments_per_environment_and_month(shared: Path) -> None:
    found = series(
        shared,
        study_of(GOVUK, *(deployments(name) for name in ("integration", "staging", "production")), period=Period.MONTH),
    )
    months = [1028, 667, 901, 722, 791, 878, 888, 821, 575, 850, 662, 660]
    assert values(found["production"]) == months
    totals = {name: sum(values(one)) for name, one in found.items()}
    assert totals == {"integration": 14_899, "staging": 10_021, "production": 9_443}


def test_deployments_per_week_and_day(shared: Path) -> None:
    services = kpi("services", "distinct", at="deployed_at", value="service", where='environment == "production"')
    weekly = series(shared, study_of(GOVUK, deployments("production"), services))["production"]
    by_week = _by_iso_week(weekly)
    assert len(by_week) == 53
    busiest = {"whitehall": 756, "publishing-api": 480, "frontend": 470, "govuk-chat": 440, "publisher": 368}
    alone = 'environment == "production" and service == '
    each = [kpi(name, at="deployed_at", where=f'{alone}"{name}"') for name in busiest]
    year = series(shared, study_of(GOVUK, *each, period=Period.QUARTER))
    assert {name: one.series["value"].sum() for name, one in year.items()} == busiest
    assert by_week.mean() == pytest.approx(178.17, abs=5e-3)
    assert by_week.median() == 185
    assert by_week[["2025-W01", "2025-W02", "2025-W03", "2025-W04"]].tolist() == [70, 185, 206, 270]
    assert (by_week["2025-W52"], by_week["2025-W05"]) == (by_week.min(), by_week.max()) == (60, 297)
    assert weekly.series["partial"].iloc[[0, -1]].all()  # the year begins and ends in the middle of a week
    daily = series(shared, study_of(GOVUK, deployments("production"), timezone="Europe/London", period=Period.DAY))
    days = daily["production"].series
    assert int((days["value"] > 0).sum()) == 257
    by_weekday = days.groupby(days.index.day_of_week)["value"].sum()
    assert by_weekday.tolist() == [1683, 2020, 2083, 2110, 1540, 2, 5]


OUTAGES = Duration("downtime_start", "downtime_end", unit="min")
GITHUB = SourceDefinition(id="tickets", file="github_status_incidents_to_2023.csv")
UNPLANNED = 'impact in ("minor", "major", "critical")'


def test_github_downtime_counts_overlaps_once(shared: Path) -> None:
    up = kpi("up", "availability", at="", value=OUTAGES, unit="%", where=UNPLANNED)
    grave = replace(up, id="grave", where='impact in ("major", "critical")')
    found = series(shared, study_of(GITHUB, up, grave, period=Period.MONTH))
    for name, expected, down in (("up", 97.05803, 15_463), ("grave", 99.46613, 2_806)):
        year = found[name].series.loc["2023-01-01":"2023-12-01"]
        agreed = year["denominator"].sum()
        assert agreed == 525_600
        assert agreed - year["numerator"].sum() == pytest.approx(down, abs=1e-6)
        assert 100 * year["numerator"].sum() / agreed == pytest.approx(expected, abs=5e-6)


def test_github_durations(shared: Path) -> None:
    at = "started_at"
    kpis = [
        kpi(name, name, at=at, value="duration_minutes", unit="min", where=UNPLANNED)
        for name in ("median", "mean", "p95", "max")
    ]
    counts = kpi("count", at=at, where=UNPLANNED)
    found = series(shared, study_of(GITHUB, counts, *kpis, period=Period.QUARTER))
    years = found["count"].series["value"].groupby(found["count"].series.index.year).sum()
    assert years.to_dict() == {2022: 94, 2023: 159}
    assert found["max"].series["value"].max() == 1175
    mean = found["mean"].series
    by_year = (mean["value"] * mean["n"]).groupby(mean.index.year).sum() / mean["n"].groupby(mean.index.year).sum()
    assert by_year.to_dict() == pytest.approx({2022: 100.053, 2023: 97.44}, abs=5e-3)


def test_satisfaction_shares_keep_what_looks_like_repeats(shared: Path) -> None:
    source = SourceDefinition(id="tickets", file="gp_friends_family_ratings.csv", dates="iso")
    happy = 'rating in ("Extremely likely", "Likely")'
    moment = "time"
    found = series(
        shared,
        study_of(
            source,
            kpi("csat", "share", at=moment, good=happy, unit="%"),
            kpi("known", "share", at=moment, good=happy, unit="%", where='rating != "Don\'t know"'),
            kpi("sad", at=moment, where='rating in ("Unlikely", "Extremely unlikely")'),
            period=Period.MONTH,
        ),
    )
    answers = [102, 99, 109, 99, 42, 152, 76, 1876, 1263, 64]
    satisfied = [101, 93, 105, 94, 41, 127, 72, 1687, 1141, 56]
    assert values(found["csat"], "denominator") == answers
    assert values(found["csat"], "numerator") == satisfied
    assert 100 * sum(satisfied) / sum(answers) == pytest.approx(90.5976, abs=5e-5)
    known = found["known"].series
    assert 100 * known["numerator"].sum() / known["denominator"].sum() == pytest.approx(91.0432, abs=5e-5)
    assert sum(values(found["sad"])) == 165
    assert found["csat"].counts["tickets"].rows_kept == 3_882


LATENCY = SourceDefinition(id="tickets", file="aws_ec2_request_latency.csv", timezone="America/New_York")


def test_latency_over_the_clock_change(shared: Path) -> None:
    kpis = [kpi(name, name, at="timestamp", value="value", unit="ms") for name in ("mean", "median", "p95", "max")]
    count = kpi("count", at="timestamp")
    utc = study_of(replace(LATENCY, timezone="UTC"), count, *kpis, period=Period.DAY)
    found = series(shared, utc)
    means = values(found["mean"])
    assert len(means) == 15
    assert means[:3] == pytest.approx([44.6395, 44.7512, 44.9033], abs=5e-5)
    assert np.mean(means) == pytest.approx(45.0874, abs=5e-5)
    assert sum(values(found["count"])) == 4_032
    assert max(values(found["max"])) == pytest.approx(99.248)
    whole = found["mean"].series
    assert (whole["value"] * whole["n"]).sum() / whole["n"].sum() == pytest.approx(45.15587, abs=5e-6)
    local = series(shared, replace(utc, timezone="America/New_York", sources={"tickets": LATENCY}))
    whole = series(shared, replace(utc, period=Period.QUARTER))
    figures = [values(whole[name])[0] for name in ("mean", "median", "p95", "max")]
    assert figures == pytest.approx([45.15587, 45.017, 48.4369, 99.248], abs=5e-6)
    midnight = pd.Timestamp("2014-03-09", tz="America/New_York")
    spring = local["count"].series.loc[midnight]
    assert spring["end"] - midnight == pd.Timedelta(hours=23)
    assert spring["n"] == 288  # the hour that was skipped lies collapsed in one stamp, and none of its rows is lost


def test_hourly_sensor_values_without_their_sentinel(shared: Path) -> None:
    source = SourceDefinition(
        id="tickets",
        file="air_quality_semicolon_decimal_comma.csv.gz",
        dates="%d/%m/%Y %H.%M.%S",
        missing=("-200",),
        options={"join": {"at": ["Date", "Time"]}},
    )
    found = series(
        shared,
        study_of(
            source,
            kpi("co", "mean", at="at", value="CO(GT)", unit="mg"),
            kpi("t", "mean", at="at", value="T", unit="degC"),
            period=Period.MONTH,
        ),
    )
    co, temperature = found["co"].series, found["t"].series
    assert (co["value"] * co["n"]).sum() / co["n"].sum() == pytest.approx(2.15275, abs=5e-6)
    assert (temperature["value"] * temperature["n"]).sum() / temperature["n"].sum() == pytest.approx(18.31783, abs=5e-6)
    assert found["co"].quality.completeness.total - found["co"].quality.completeness.passed == 1_683


def test_reopened_and_closing_of_the_helpdesk(shared: Path) -> None:
    source = SourceDefinition(
        id="tickets",
        file="italian_helpdesk_events.csv.gz",
        dates="iso",
        columns={"Case ID": "case", "Activity": "activity", "Complete Timestamp": "done_at"},
    )
    kpis = [
        kpi(name, at="done_at", where=f'activity == "{activity}"')
        for name, activity in (
            ("take", "Take in charge ticket"),
            ("closed", "Closed"),
            ("wait", "Wait"),
            ("resolve", "Resolve ticket"),
            ("assign", "Assign seriousness"),
        )
    ]
    cases = kpi("cases", "distinct", at="done_at", value="case")
    found = series(shared, study_of(source, *kpis, cases, period=Period.QUARTER))
    totals = {name: sum(filter(None, values(one))) for name, one in found.items() if name != "cases"}
    assert totals == {"take": 5_060, "closed": 4_574, "wait": 1_463, "resolve": 4_983, "assign": 4_938}
    assert found["take"].counts["tickets"].rows_kept == 21_348


def test_telecom_complaints_of_a_wide_sheet(shared: Path) -> None:
    source = SourceDefinition(
        id="tickets",
        file="anatel_ida_mobile_2015.ods",
        dates="iso",
        header_row=9,
        options={"melt": {"keep": ["GRUPO ECONÔMICO", "VARIÁVEL"], "name": "month", "value": "value"}},
    )
    groups = ("ALGAR", "CLARO", "OI", "SERCOMTEL", "TIM", "VIVO")
    told = 'VARIÁVEL == "Quantidade de reclamações"'
    wanted = {"complaints": told, "reopened": 'VARIÁVEL == "Quantidade de reabertas"'}
    wanted |= {name: f'{told} and `GRUPO ECONÔMICO` == "{name}"' for name in groups}
    sums = [kpi(name, "sum", at="month", value="value", where=where) for name, where in wanted.items()]
    quick = 'VARIÁVEL == "Taxa de Resolvidas em 5 dias Úteis" and `GRUPO ECONÔMICO` == "VIVO"'
    vivo = kpi("vivo", "last", at="month", value="value", unit="%", where=quick)
    found = series(shared, study_of(source, *sums, vivo, period=Period.MONTH))
    assert sum(values(found["complaints"])) == 1_668_906
    assert (values(found["complaints"])[0], values(found["complaints"])[-1]) == (81_369, 150_036)
    assert sum(values(found["reopened"])) == 127_951
    of_groups = {name: sum(values(found[name])) for name in groups}
    assert of_groups == {
        "ALGAR": 2_178,
        "CLARO": 424_799,
        "OI": 283_087,
        "SERCOMTEL": 111,
        "TIM": 482_394,
        "VIVO": 476_337,
    }
    within = [
        87.8188,
        86.1919,
        86.3513,
        86.9523,
        87.7847,
        86.5152,
        85.6199,
        85.9449,
        85.1519,
        85.8927,
        81.0424,
        84.0227,
    ]
    assert values(found["vivo"]) == pytest.approx(within, abs=5e-5)


def test_a_ratio_of_two_counts(shared: Path) -> None:
    definition = study_of(
        SERVICENOW,
        kpi("opened"),
        kpi("resolved", at="resolved_at"),
        KpiDefinition(
            id="flow",
            name="Net flow",
            source="",
            at="",
            measure="ratio",
            value=RatioValue("resolved", "opened"),
            unit="ratio",
        ),
    )
    found = series(shared, definition)["flow"]
    assert values(found)[0] == pytest.approx(813 / 1858)
    assert values(found, "denominator")[0] == 1858
    assert values(found)[-1] is None  # nobody knows how many were opened then


def test_occurrences_in_latin_1_with_two_date_orders(shared: Path) -> None:
    source = SourceDefinition(
        id="tickets",
        file="cenipa_occurrences_latin1.csv.gz",
        dates="day_first",
        column_dates={"divulgacao_dia_publicacao": "iso"},
        missing=("NULL", "***", "****", "*****"),
    )
    where = {
        "all": "",
        "minor": 'ocorrencia_classificacao == "INCIDENTE"',
        "accident": 'ocorrencia_classificacao == "ACIDENTE"',
        "grave": 'ocorrencia_classificacao == "INCIDENTE GRAVE"',
        "paulo": 'ocorrencia_cidade == "SÃO PAULO"',
        "done": 'investigacao_status == "FINALIZADA"',
        "active": 'investigacao_status == "ATIVA"',
        "unknown": "investigacao_status is missing",
    }
    kpis = [kpi(name, at="ocorrencia_dia", where=text) for name, text in where.items()]
    published = kpi("published", at="divulgacao_dia_publicacao")
    found = series(shared, study_of(source, *kpis, published, period=Period.QUARTER))
    totals = {name: one.series["value"].sum() for name, one in found.items()}
    assert totals == {
        "all": 6_769,
        "minor": 3_795,
        "accident": 2_090,
        "grave": 884,
        "paulo": 324,
        "done": 6_013,
        "active": 415,
        "unknown": 341,
        "published": 1_781,
    }
    years = found["all"].series["value"].groupby(found["all"].series.index.year).sum()
    assert years.tolist() == [552, 576, 647, 654, 569, 471, 403, 433, 445, 495, 509, 555, 460]
