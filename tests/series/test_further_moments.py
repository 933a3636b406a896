"""A file may have been cut by a moment that its study does not name: it is looked for among the other columns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csi.definition import KpiDefinition, Window
from csi.series.coverage import Cut, Pairs, cuts_of, merged
from csi.series.further_moments import Further, further_of, wanted
from csi.series.periods import MISSING, edges, microseconds
from csi.study.engines import Engine
from csi.study.evaluation import evaluate
from csi.study.frames import evaluate as evaluate_frames
from csi.study.plain import report_json
from csi.study.running import run
from csi.terms import Period, Verdict
from tests.series.studies import RESOLVE, kpi, made, reading, study

DAY = 86_400_000_000
FIRST = int(microseconds(pd.DatetimeIndex([pd.Timestamp("2026-01-05", tz="UTC")]))[0])
MADE_SLA = kpi("sla", "share", at="resolved_at", good='made_sla == "true"', unit="%")
Log = tuple[np.ndarray, np.ndarray]


def log(seed: int, *, days: int = 240, per_day: float = 20, mean_days: float = 8.0) -> Log:
    """Beginnings and ends (us) of cases that begin by chance and last exponentially."""
    random = np.random.default_rng(seed)
    begun = np.sort(random.uniform(0, days, random.poisson(per_day * days)))
    ended = begun + random.exponential(mean_days, len(begun))
    return FIRST + (begun * DAY).astype(np.int64), FIRST + (ended * DAY).astype(np.int64)


def at(day: float) -> int:
    return FIRST + int(day * DAY)


def seen(own: np.ndarray, other: np.ndarray, period: Period = Period.WEEK) -> Cut | None:
    """The first cut that is told."""
    return next(iter(cuts(own, other, period)), None)


def cuts(own: np.ndarray, other: np.ndarray, period: Period = Period.WEEK) -> tuple[Cut, ...]:
    dated = own[own != MISSING].astype("datetime64[us]")
    first, last = (pd.Timestamp(one).tz_localize("UTC") for one in (dated.min(), dated.max()))
    axis = microseconds(edges(first, last, period, "UTC"))
    return cuts_of(kpi("k", "share", at="own", good="x == 1"), Pairs("other", own, other), axis, "UTC")


def _opened_until(one: Log) -> Log:
    begun, ended = one
    return ended[begun < at(168)], begun[begun < at(168)]


def _resolved_from(one: Log) -> Log:
    begun, ended = one
    return begun[ended >= at(72)], ended[ended >= at(72)]


def _resolved_until(one: Log) -> Log:
    begun, ended = one
    return begun[ended < at(168)], ended[ended < at(168)]


@pytest.mark.parametrize(
    ("cut", "at_end", "quick"),
    [(_opened_until, True, False), (_resolved_from, False, False), (_resolved_until, True, True)],
)
@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK])
def test_cut_exports_are_seen(cut: Callable[[Log], Log], at_end: bool, quick: bool, period: Period) -> None:
    """Measured over 100 other seeds: all, but 97 of those cut by resolution and judged by the day of opening."""
    found = [seen(*cut(log(seed)), period) for seed in range(20)]
    assert sum(one is not None and (one.at_end, one.quick) == (at_end, quick) for one in found) >= 19


def _known_now(one: Log) -> Log:
    begun, ended = one
    there = begun <= at(216)
    return begun[there], np.where(ended[there] <= at(216), ended[there], MISSING)


def _whole_by_resolution(one: Log) -> Log:
    begun, ended = _known_now(one)
    return ended, begun


def _resolved_in_a_window(one: Log) -> Log:
    begun, ended = one
    there = (ended >= at(48)) & (ended < at(216))
    return ended[there], begun[there]


def _opened_in_a_window(one: Log) -> Log:
    begun, ended = one
    there = (begun >= at(48)) & (begun < at(168))
    return begun[there], ended[there]


def _the_same_day(one: Log) -> Log:
    begun, _ = one
    opened = begun // DAY * DAY + DAY * 9 // 24 + begun % DAY // 4
    return opened + DAY // 8, opened


def _the_same_day_by_opening(one: Log) -> Log:
    ended, begun = _the_same_day(one)
    return begun, ended


def _with_a_lead_time(one: Log) -> Log:
    begun, ended = one
    ended = ended + 20 * DAY
    there = (ended >= at(60)) & (ended < at(200))
    return ended[there], begun[there]


def _with_a_date_due(one: Log) -> Log:
    return one[0], one[0] + 5 * DAY


def _with_the_start_of_a_contract(one: Log) -> Log:
    begun, _ = one
    random = np.random.default_rng(len(begun))
    contract = at(-400) + (random.uniform(0, 380, 60) * DAY).astype(np.int64) // DAY * DAY
    return begun, contract[random.integers(0, 60, len(begun))]


def _closed_once_a_month(one: Log) -> Log:
    begun, _ = one
    ended = FIRST + ((begun - FIRST) // (28 * DAY) + 1) * 28 * DAY
    return begun[ended <= at(196)], ended[ended <= at(196)]


def _of_a_growing_service(one: Log) -> Log:
    begun, ended = one
    kept = np.random.default_rng(1).random(len(begun)) * 240 < (begun - FIRST) / DAY
    there = kept & (ended < at(200))
    return ended[there], begun[there]


WHOLE = [
    _known_now,
    _resolved_in_a_window,
    _opened_in_a_window,
    _the_same_day,
    _the_same_day_by_opening,
    _with_a_lead_time,
    _with_a_date_due,
    _with_the_start_of_a_contract,
    _closed_once_a_month,
    _of_a_growing_service,
]


@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK])
def test_whole_exports_are_not_taken_for_cut(period: Period) -> None:
    """200 files of ten kinds; of 600 others none was, by days, by weeks or by months."""
    found = [seen(*whole(log(seed)), period) for whole in WHOLE for seed in range(20)]
    assert sum(one is not None for one in found) <= 2


@pytest.mark.parametrize(
    ("mean_days", "period", "periods"),
    [
        (8.0, Period.WEEK, {3}),
        (8.0, Period.DAY, {21, 22, 23, 24}),
        (20.0, Period.WEEK, {7, 8}),
        (20.0, Period.MONTH, {2}),
    ],
)
def test_what_began_lately_holds_quick_ones_first(mean_days: float, period: Period, periods: set[int]) -> None:
    """A service begun then, or a file of what was opened from then on: no row there can have lasted longer."""
    for seed in range(5):
        (one,) = cuts(*_whole_by_resolution(log(seed, mean_days=mean_days)), period)
        assert (one.at_end, one.quick, one.moment.date()) == (False, True, date(2026, 1, 5))
        marked = int(one.periods.sum())
        assert marked in periods
        assert one.periods[:marked].all()


@pytest.mark.parametrize(("mean_days", "period"), [(0.3, Period.DAY), (2.0, Period.WEEK), (8.0, Period.MONTH)])
def test_short_against_the_period_loses_nothing(mean_days: float, period: Period) -> None:
    """95 in 100 last at most a period; at 0.35 days or 3 days most files would lose their first one."""
    assert [cuts(*_whole_by_resolution(log(seed, mean_days=mean_days)), period) for seed in range(5)] == [()] * 5


def test_what_became_slower_was_whole_before() -> None:
    """Quick at first, twenty days later on: as many rows end in the first weeks as in others."""
    begun, ended = _known_now(log(1))
    first = begun < at(60)
    ended[first] = begun[first] + (ended[first] - begun[first]) // 20
    assert cuts(ended, begun) == ()


def _resolved_between(one: Log) -> Log:
    begun, ended = one
    there = (ended >= at(72)) & (ended < at(196))
    return begun[there], ended[there]


def _opened_between(one: Log) -> Log:
    begun, ended = one
    there = (begun >= at(30)) & (begun < at(154))
    return ended[there], begun[there]


@pytest.mark.parametrize(
    ("cut", "expected"),
    [(_resolved_between, [(False, False), (True, True)]), (_opened_between, [(True, False), (False, True)])],
)
@pytest.mark.parametrize("mean_days", [4.0, 8.0, 20.0])
@pytest.mark.parametrize("period", [Period.DAY, Period.WEEK])
def test_both_ends_of_a_cut_export_are_seen(
    cut: Callable[[Log], Log], expected: list[tuple[bool, bool]], mean_days: float, period: Period
) -> None:
    found = [cuts(*cut(log(seed, mean_days=mean_days)), period) for seed in range(10)]
    assert sum([(one.at_end, one.quick) for one in each] == expected for each in found) >= 9


def test_slips_are_forgiven_and_other_columns_tell_nothing() -> None:
    resolved, opened = _opened_until(log(3))
    slips = opened.copy()
    slips[: len(slips) // 250] += 400 * DAY  # before the cut they lie; four in a thousand after their end
    assert seen(resolved, np.where(slips > at(168), resolved + 1, slips)) is not None
    mixed = opened.copy()
    mixed[::50] = resolved[::50] + 1
    assert seen(resolved, mixed) is None
    assert seen(resolved, np.where(np.arange(len(opened)) % 25 == 0, MISSING, opened)) is not None
    assert seen(resolved, np.where(np.arange(len(opened)) % 15 == 0, MISSING, opened)) is None


def test_a_date_without_a_clock_may_lie_after_the_moment_of_its_day() -> None:
    opened, resolved = _resolved_from(log(4))
    assert seen(opened, resolved // DAY * DAY) is not None


def test_pairs_of_partitions_add_up() -> None:
    own, other = _opened_until(log(5))
    parts = [Pairs("other", own[one::3], other[one::3]) for one in (2, 0, 1)]
    whole = merged(parts)
    assert sorted(zip(whole.own, whole.other, strict=True)) == sorted(zip(own, other, strict=True))
    found, in_parts = seen(own, other), seen(whole.own, whole.other)
    assert found is not None
    assert in_parts is not None
    assert found.periods.tolist() == in_parts.periods.tolist()


def test_pairs_are_those_known_at_a_moment() -> None:
    pairs = Pairs("other", np.array([1, 5, 6]), np.array([7, 6, 1])).until(5)
    assert (pairs.own.tolist(), pairs.other.tolist()) == ([1, 5], [MISSING, MISSING])


# ── from a file ────────────────────────────────────────────────────────────────────────────────────────────────────


def rows(seed: int = 6, *, per_day: float = 20) -> pd.DataFrame:
    """A file cut by opening: the SLA is met by whoever was resolved within eight days."""
    resolved, opened = _opened_until(log(seed, per_day=per_day))
    met = np.where(resolved - opened < 8 * DAY, "true", "false")
    frame = pd.DataFrame({"Opened": opened, "resolved_at": resolved, "made_sla": met})
    return frame.assign(**{name: pd.to_datetime(frame[name], unit="us") for name in ("Opened", "resolved_at")})


STUDY = """
study: 1
service: Desk
timezone: UTC
period: week
sources: {tickets: {file: tickets.csv}}
kpis:
  sla: {source: tickets, at: resolved_at, measure: share, good: made_sla == "true", unit: "%", direction: higher}
baseline: {from: 2026-02-02, to: 2026-04-27}
evaluation: {from: 2026-04-27, to: 2026-08-03}
"""


def laid_out(folder: Path, *, dates: str = "%Y-%m-%d %H:%M:%S", meant: str = "") -> Path:
    frame = rows()
    frame["Opened"] = frame["Opened"].dt.strftime(dates)
    frame.to_csv(folder / "tickets.csv", index=False)
    (folder / "study.yml").write_text(STUDY.replace("direction: higher", f"direction: higher{meant}"))
    return folder / "study.yml"


@pytest.mark.parametrize("dates", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M"])
def test_a_share_by_resolution_of_a_file_cut_by_opening_gets_no_verdict(tmp_path: Path, dates: str) -> None:
    one = run(laid_out(tmp_path, dates=dates)).kpis["sla"]
    assert one.verdict is Verdict.INCONCLUSIVE
    told = " ".join(one.analysis.reasons)
    assert "he export holds only rows whose Opened lies until 21 Jun 2026: those whose resolved_at lies later" in told
    later = one.series["n"][one.series.index >= pd.Timestamp("2026-06-22", tz="UTC")].sum()
    assert f"({later:,} of {one.series['n'].sum():,} rows)" in told
    assert "meant: [coverage]" in told
    assert one.series["partial"][one.series.index >= pd.Timestamp("2026-06-22", tz="UTC")].all()


def test_somebody_may_say_that_it_is_meant(tmp_path: Path) -> None:
    one = run(laid_out(tmp_path, meant=", meant: [coverage]")).kpis["sla"]
    assert one.processed.cuts == ()
    assert one.verdict is not Verdict.INCONCLUSIVE


@pytest.mark.slow
def test_both_engines_see_it_alike(tmp_path: Path, scheduler: str) -> None:
    path = laid_out(tmp_path)
    assert report_json(run(path, engine=Engine.DASK, scheduler=scheduler)) == report_json(run(path))


def test_a_frame_is_seen_alike() -> None:
    report = evaluate_frames(STUDY.replace("{file: tickets.csv}", "{}"), {"tickets": rows()})
    assert report.kpis["sla"].verdict is Verdict.INCONCLUSIVE


def test_under_a_key_it_is_seen_too() -> None:
    frame = rows().assign(number=lambda one: [f"T{row}" for row in range(len(one))])
    frame["Opened"] = frame["Opened"].dt.strftime("%d.%m.%Y %H:%M").astype("str")
    frame["resolved_at"] = frame["resolved_at"].dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    windows = {
        "baseline": Window(date(2026, 2, 2), date(2026, 4, 27)),
        "evaluation": Window(date(2026, 4, 27), date(2026, 8, 3)),
    }
    report = evaluate(study(MADE_SLA, source={"key": "number"}, **windows), {"tickets": [reading(frame)]})
    assert report.kpis["sla"].verdict is Verdict.INCONCLUSIVE


def test_lengths_dated_by_the_resolution_are_seen_too() -> None:
    frame = rows().assign(hours=lambda one: (one["resolved_at"] - one["Opened"]) / pd.Timedelta(hours=1))
    frame["Opened"] = frame["Opened"].astype("str")
    frame["resolved_at"] = frame["resolved_at"].dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    hours = kpi("hours", "median", at="resolved_at", value="hours", unit="h")
    found = made(study(hours), reading(frame))["hours"].cuts[0]
    assert (found.column, found.moment.date()) == ("Opened", date(2026, 6, 21))


# ── which columns, and which rows ──────────────────────────────────────────────────────────────────────────────────


def test_what_is_looked_at_is_what_the_study_does_not_name() -> None:
    texts = {
        "resolved_at": ["2026-01-05 10:00"],
        "created": ["2026-01-04"],
        "due": ["31/01/2026"],
        "first": ["01/02/2026"],
        "note": ["none"],
        "made_sla": ["true"],
    }
    head = pd.DataFrame(texts, dtype="str")
    assert further_of(study(MADE_SLA), "tickets", [head], 10) == Further(
        {"created": "iso", "due": "day_first", "first": "day_first"}
    )
    american = study(MADE_SLA, source={"dates": "month_first", "column_dates": {"due": "%d/%m/%Y"}})
    found = further_of(american, "tickets", [head], 59_999)
    assert found == Further({"created": "iso", "due": "%d/%m/%Y", "first": "month_first"}, 2)
    joined = {"options": {"join": {"first": ["Day", "Time"]}}, "column_dates": {"Day": "month_first"}}
    assert further_of(study(MADE_SLA, source=joined), "tickets", [head], 10).orders["first"] == "month_first"


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (MADE_SLA, True),
        (kpi("mttr", "median", at="resolved_at", value=RESOLVE, unit="h"), False),
        (kpi("sla", "share", at="resolved_at", good="x == 1", meant=("coverage",)), False),
        (kpi("backlog", "backlog", at="", value=RESOLVE), False),
    ],
)
def test_a_study_that_names_the_moment_looks_at_no_others(one: KpiDefinition, expected: bool) -> None:
    assert wanted(study(one), "tickets") is expected


def test_one_row_in_so_many_is_looked_at_by_its_line() -> None:
    assert Further(every=3).sampled(np.array([2, 3, 4, 6, 9, 10])).tolist() == [1, 3, 4]
