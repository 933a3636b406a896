"""The figures of the shared data's README, each through ``csi run``'s own way: ``python -m tests.figures``.

Prints a line per figure: what the README says, what a study gives, right or wrong. What a README says of a whole file
is put together from the periods of the report (counts and sums added up, means weighted); of a median or a p90 the
share of rows up to it, and below it, tells whether it is right.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csi import evaluate

SHARED = Path(__file__).resolve().parents[2] / "shared"
_HALF = 0.5  # in the last place that a figure is written with
Series = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: how the series of a KPI gives it, what the README says, and within what."""

    of: str
    how: str
    kpi: str
    expected: float
    within: float = 1e-9


@dataclass(frozen=True, slots=True)
class Set:
    """A file, how it is read, by what periods, its KPIs, and their figures."""

    source: dict[str, Any]
    period: str
    kpis: dict[str, dict[str, Any]]
    figures: tuple[Figure, ...]
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Line:
    """A figure, and what was given."""

    file: str
    figure: Figure
    given: float

    @property
    def is_right(self) -> bool:
        """Whether it is what the README says."""
        return abs(self.given - self.figure.expected) <= self.figure.within


def _total(series: Series) -> float:
    return float(sum(one["value"] or 0 for one in series))


def _share(series: Series) -> float:
    below = sum(one["denominator"] or 0 for one in series)
    return 100 * sum(one["numerator"] or 0 for one in series) / below


def _mean(series: Series) -> float:
    return sum((one["value"] or 0) * one["n"] for one in series) / sum(one["n"] for one in series)


_HOW = {"total": _total, "share": _share, "mean": _mean, "periods": len}


def _given(how: str, series: Series) -> float:
    """By its name, or of one period by its number, or of the one that starts on a day."""
    if how in _HOW:
        return float(_HOW[how](series))
    if how.lstrip("-").isdigit():
        return float(series[int(how)]["value"])
    return float(next(one["value"] for one in series if one["start"].startswith(how)))


def _points(of: str, kpi: str, values: str, first: int = 0, within: float = 1e-9) -> tuple[Figure, ...]:
    """Values of consecutive periods as the README lists them."""
    numbers = [float(one) for one in values.replace(",", " ").split()]
    return tuple(
        Figure(f"{of} {place + 1}", str(place + first), kpi, number, within) for place, number in enumerate(numbers)
    )


RESOLVE = {"from": "opened_at", "to": "resolved_at", "unit": "h"}


def _up_to(name: str, value: dict[str, Any], at: str, figure: float, digits: int, where: str = "") -> dict[str, Any]:
    """The two shares that tell a quantile: of ended rows up to the figure, and below it; open ones would be late."""
    where = " and ".join(filter(None, (where, f"not {value['to']} is missing")))
    near = _HALF * 10.0**-digits
    plain = {"measure": "share", "at": at, "value": value, "unit": "%", "direction": "lower", "where": where}
    return {
        f"{name}_upto": {**plain, "good": f"value <= {figure + near!r}"},
        f"{name}_below": {**plain, "good": f"value < {figure - near!r}"},
    }


def _quantile(of: str, name: str, percent: float) -> tuple[Figure, ...]:
    return (
        Figure(f"{of}: as many up to it", "share", f"{name}_upto", 100, 100 - percent + 1e-9),
        Figure(f"{of}: no more below it", "share", f"{name}_below", 0, percent + 1e-9),
    )


def _count(where: str = "", at: str = "opened_at") -> dict[str, Any]:
    return {"measure": "count", "at": at, "where": where, "unit": "count", "direction": "lower"}


def _part(good: str, at: str = "opened_at", where: str = "") -> dict[str, Any]:
    return {"measure": "share", "at": at, "good": good, "where": where, "unit": "%", "direction": "higher"}


def _level(measure: str, value: Any, at: str, unit: str = "count") -> dict[str, Any]:
    return {"measure": measure, "at": at, "value": value, "unit": unit, "direction": "lower"}


_PRIORITIES = {
    "1 - Critical": (220, 2.273, 78.167),
    "2 - High": (337, 0.297, 48.317),
    "3 - Moderate": (19_554, 61.624, 24.292),
    "4 - Low": (658, 81.915, 22.85),
}
_KEYED = {"dates": "day_first", "missing": ["?"], "key": "number", "latest_by": "sys_updated_at", "timezone": "UTC"}


def _servicenow() -> Set:
    kpis = {
        "opened": _count(),
        "resolved": _count(at="resolved_at"),
        "sla": _part('made_sla == "true"'),
        "reopened": _part("reopen_count > 0"),
        "phone": _count('contact_type == "Phone"'),
        "problem": _count("not problem_id is missing"),
        "rfc": _count("not rfc is missing"),
        "caused": _count("not caused_by is missing"),
        "top": _count('assignment_group == "Group 70"'),
        "straight": _count("reassignment_count == 0"),
        "moved": _level("mean", "reassignment_count", "opened_at"),
        "hours": _level("mean", RESOLVE, "resolved_at", "h"),
        **_up_to("median", RESOLVE, "resolved_at", 24.6, 1),
        **_up_to("p90", RESOLVE, "resolved_at", 397.3667, 4),
    }
    figures = [
        Figure("incidents", "total", "opened", 20_769),
        Figure("made_sla", "share", "sla", 60.6433, 5e-5),
        Figure("reopened", "share", "reopened", 1.1267, 5e-5),
        Figure("by phone", "total", "phone", 20_733),
        Figure("problem_id set", "total", "problem", 324),
        Figure("rfc set", "total", "rfc", 157),
        Figure("caused_by set", "total", "caused", 2),
        Figure("Group 70", "total", "top", 7_369),
        Figure("never reassigned", "total", "straight", 10_926),
        Figure("reassignments", "mean", "moved", 0.98801, 5e-6),
        Figure("hours to resolve", "mean", "hours", 187.678, 5e-4),
        *_quantile("median hours", "median", 50),
        *_quantile("p90 hours", "p90", 90),
        *_points("opened in week", "opened", "1858 2073 1975 1686 2174 2008 1995 1401 2046 2064 1489"),
        *_points("resolved in week", "resolved", "813 1343 1693 1651 1880 2068 1970 1329"),
        *_points(
            "made_sla in week", "sla", "44.08 4.25 34.43 60.79 71.67 75.60 79.20 65.74 82.26 77.33 75.69", within=5e-3
        ),
    ]
    for number, (name, (rows, met, hours)) in enumerate(_PRIORITIES.items(), start=1):
        where = f'priority == "{name}"'
        kpis |= {f"of{number}": _count(where), f"sla{number}": _part('made_sla == "true"', where=where)}
        kpis |= _up_to(f"median{number}", RESOLVE, "resolved_at", hours, 3, where)
        figures += [
            Figure(f"of {name}", "total", f"of{number}", rows),
            Figure(f"made_sla of {name}", "share", f"sla{number}", met, 5e-4),
            *_quantile(f"median hours of {name}", f"median{number}", 50),
        ]
    return Set({"file": "servicenow_incident_event_log.csv.gz", **_KEYED}, "week", kpis, tuple(figures))


def _sets() -> Iterator[Set]:
    yield _servicenow()
    live = 'environment == "production"'
    at = "deployed_at"
    yield Set(
        {"file": "govuk_deployments_2025.csv.gz", "dates": "iso", "timezone": "UTC"},
        "month",
        {
            "integration": _count('environment == "integration"', at),
            "staging": _count('environment == "staging"', at),
            "production": _count(live, at),
            "whitehall": _count(f'{live} and service == "whitehall"', at),
            "frontend": _count(f'{live} and service == "frontend"', at),
        },
        (
            Figure("integration", "total", "integration", 14_899),
            Figure("staging", "total", "staging", 10_021),
            Figure("production", "total", "production", 9_443),
            Figure("whitehall", "total", "whitehall", 756),
            Figure("frontend", "total", "frontend", 470),
            *_points("production in month", "production", "1028 667 901 722 791 878 888 821 575 850 662 660"),
        ),
    )
    weekly = {"production": _count(live, at)}
    yield Set(
        {"file": "govuk_deployments_2025.csv.gz", "dates": "iso", "timezone": "UTC"},
        "week",
        weekly,
        (
            Figure("weeks", "periods", "production", 53),
            Figure("least: W52", "2025-12-22", "production", 60),
            Figure("most: W05", "2025-01-27", "production", 297),
            *_points("W", "production", "70 185 206 270"),
        ),
    )
    real = 'impact in ("minor", "major", "critical")'
    yield Set(
        {"file": "github_status_incidents_to_2023.csv", "dates": "iso", "timezone": "UTC", "key": "id"},
        "quarter",
        {
            "minor": _count('impact == "minor"', "started_at"),
            "major": _count('impact == "major"', "started_at"),
            "critical": _count('impact == "critical"', "started_at"),
            "none": _count('impact == "none"', "started_at"),
            "minutes": {**_level("mean", "duration_minutes", "started_at", "min"), "where": real},
            "longest": {**_level("max", "duration_minutes", "started_at", "min"), "where": real},
        },
        (
            Figure("minor", "total", "minor", 213),
            Figure("major", "total", "major", 39),
            Figure("critical", "total", "critical", 1),
            Figure("none", "total", "none", 12),
            Figure("mean minutes", "mean", "minutes", 98.4111, 5e-5),
        ),
    )
    yield Set(
        {"file": "aws_ec2_request_latency.csv", "dates": "iso", "timezone": "UTC"},
        "day",
        {"mean": _level("mean", "value", "timestamp", "points"), "rows": _count(at="timestamp")},
        (
            Figure("rows", "total", "rows", 4_032),
            Figure("days", "periods", "mean", 15),
            Figure("mean", "mean", "mean", 45.15587, 5e-6),
            *_points("mean of day", "mean", "44.6395 44.7512 44.9033", within=5e-5),
        ),
    )
    good = 'rating in ("Extremely likely", "Likely")'
    yield Set(
        {"file": "gp_friends_family_ratings.csv", "dates": "iso", "timezone": "UTC"},
        "month",
        {
            "answers": _count(at="time"),
            "good": _count(good, "time"),
            "satisfied": _part(good, "time"),
            "known": _part(good, "time", 'not rating == "Don\'t know"'),
            "bad": _count('rating in ("Unlikely", "Extremely unlikely")', "time"),
        },
        (
            Figure("answers", "total", "answers", 3_882),
            Figure("satisfied", "total", "good", 3_517),
            Figure("satisfied", "share", "satisfied", 90.5976, 5e-5),
            Figure("dissatisfied", "total", "bad", 165),
            Figure("satisfied of those who know", "share", "known", 91.0432, 5e-5),
            *_points("answers in month", "answers", "102 99 109 99 42 152 76 1876 1263 64"),
            *_points("satisfied in month", "good", "101 93 105 94 41 127 72 1687 1141 56"),
        ),
    )
    done = "Complete Timestamp"
    yield Set(
        {"file": "italian_helpdesk_events.csv.gz", "timezone": "UTC", "dates": "%Y/%m/%d %H:%M:%S.%f"},
        "quarter",
        {
            name: _count(f'Activity == "{activity}"', done)
            for name, activity in (
                ("charge", "Take in charge ticket"),
                ("resolve", "Resolve ticket"),
                ("serious", "Assign seriousness"),
                ("closed", "Closed"),
                ("wait", "Wait"),
            )
        },
        (
            Figure("Take in charge", "total", "charge", 5_060),
            Figure("Resolve", "total", "resolve", 4_983),
            Figure("Assign seriousness", "total", "serious", 4_938),
            Figure("Closed", "total", "closed", 4_574),
            Figure("Wait", "total", "wait", 1_463),
        ),
    )
    day = "ocorrencia_dia"
    yield Set(
        {"file": "cenipa_occurrences_latin1.csv.gz", "timezone": "UTC", "dates": "day_first", "encoding": "latin-1"},
        "quarter",
        {
            name: _count(f'ocorrencia_classificacao == "{kind}"', day)
            for name, kind in (("incident", "INCIDENTE"), ("accident", "ACIDENTE"), ("grave", "INCIDENTE GRAVE"))
        }
        | {"sao_paulo": _count('ocorrencia_cidade == "SÃO PAULO"', day)},
        (
            Figure("INCIDENTE", "total", "incident", 3_795),
            Figure("ACIDENTE", "total", "accident", 2_090),
            Figure("INCIDENTE GRAVE", "total", "grave", 884),
            Figure("SÃO PAULO", "total", "sao_paulo", 324),
        ),
    )
    joined = {
        "timezone": "UTC",
        "dates": "%d/%m/%Y %H.%M.%S",
        "decimal": ",",
        "missing": ["-200"],
        "join": {"at": ["Date", "Time"]},
    }
    yield Set(
        {"file": "air_quality_semicolon_decimal_comma.csv.gz", **joined},
        "month",
        {
            "co": _level("mean", "CO(GT)", "at", "points"),
            "t": _level("mean", "T", "at", "points"),
            "rows": _count(at="at"),
        },
        (
            Figure("rows", "total", "rows", 9_357),
            Figure("mean CO(GT)", "mean", "co", 2.15275, 5e-6),
            Figure("mean T", "mean", "t", 18.31783, 5e-6),
        ),
    )
    yield _anatel()


def _anatel() -> Set:
    group, name = "`GRUPO ECONÔMICO`", "`VARIÁVEL`"
    complaints = f'{name} == "Quantidade de reclamações"'
    sums = {"ALGAR": 2_178, "CLARO": 424_799, "OI": 283_087, "SERCOMTEL": 111, "TIM": 482_394, "VIVO": 476_337}
    total = {**_level("sum", "value", "month"), "where": complaints}
    kpis = {"all": total, **{one: {**total, "where": f'{complaints} and {group} == "{one}"'} for one in sums}}
    rate = f'{name} == "Taxa de Resolvidas em 5 dias Úteis" and {group} == "VIVO"'
    kpis |= {"vivo5": {**_level("mean", "value", "month", "%"), "where": rate}}
    vivo = "87.8188 86.1919 86.3513 86.9523 87.7847 86.5152 85.6199 85.9449 85.1519 85.8927 81.0424 84.0227"
    source = {
        "file": "anatel_ida_mobile_2015.ods",
        "timezone": "UTC",
        "melt": {"keep": ["GRUPO ECONÔMICO", "VARIÁVEL"], "name": "month", "value": "value"},
    }
    figures = (
        Figure("complaints", "total", "all", 1_668_906),
        Figure("complaints in January", "0", "all", 81_369),
        Figure("complaints in December", "11", "all", 150_036),
        *(Figure(f"complaints of {one}", "total", one, number) for one, number in sums.items()),
        *_points("VIVO within 5 days in month", "vivo5", vivo, within=5e-5),
    )
    return Set(source, "month", kpis, figures)


def lines(shared: Path = SHARED, only: str = "") -> Iterator[Line]:
    """Every figure of the sets whose file begins so, with what a study gives."""
    for one in _sets():
        if not one.source["file"].startswith(only):
            continue
        study = {
            "study": 1,
            "service": "figures",
            "timezone": one.timezone,
            "period": one.period,
            "sources": {"s": {**one.source, "file": str(shared / "data" / one.source["file"])}},
            "kpis": {name: {"source": "s", **_filled(kpi)} for name, kpi in one.kpis.items()},
        }
        found = evaluate(study).to_dict()["kpis"]
        for figure in one.figures:
            yield Line(one.source["file"], figure, _given(figure.how, found[figure.kpi]["series"]))


def _filled(kpi: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in kpi.items() if value not in ("", None)}


def main() -> int:
    """Print the table; the number of wrong figures is the exit status."""
    wrong = count = 0
    for line in lines(only=sys.argv[1] if len(sys.argv) > 1 else ""):
        count, wrong = count + 1, wrong + (not line.is_right)
        mark = "right" if line.is_right else "WRONG"
        print(f"{mark}  {line.file[:24]:24}  {line.figure.of:34} {line.figure.expected:>14,.5g} {line.given:>14,.7g}")
    print(f"{count - wrong} of {count} right")
    return min(wrong, 100)


if __name__ == "__main__":
    raise SystemExit(main())
