"""Step 4 against a hand-written pandas script that does only what is asked: weekly count, share, p50, p90 by priority.

Both read the same Parquet file, read zones, keep the newest row of each number, and alternate in one run; the ratio
of their medians is printed. Nothing is asserted: a timed test is a coin thrown.
"""

from __future__ import annotations

import gc
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from csi.definition import CalendarDefinition, Duration, KpiDefinition, SourceDefinition, StudyDefinition
from csi.series import process_study
from csi.series.calendar import open_time
from csi.series.periods import microseconds
from csi.study.gathering import gather
from csi.terms import Period
from tests.benchmarks.tickets import PRIORITIES, tickets, written

ZONE = "Europe/Lisbon"
RESOLVE = Duration("opened_at", "resolved_at")
ROUNDS = 5


def study(file: str) -> StudyDefinition:
    """Four measures for each of four priorities, by week of resolution."""
    source = SourceDefinition(id="tickets", file=file, timezone="UTC", key="number", latest_by="updated_at")
    kpis = [
        KpiDefinition(
            id=f"{measure}{number}",
            name="",
            source="tickets",
            at="resolved_at",
            measure=measure,
            where=f'priority == "{name}"',
            **more,
        )
        for number, name in enumerate(PRIORITIES, start=1)
        for measure, more in (
            ("count", {}),
            ("share", {"good": 'made_sla == "true"', "unit": "%"}),
            ("median", {"value": RESOLVE, "unit": "h"}),
            ("p90", {"value": RESOLVE, "unit": "h"}),
        )
    ]
    return StudyDefinition(
        service="desk",
        timezone=ZONE,
        period=Period.WEEK,
        sources={"tickets": source},
        kpis={one.id: one for one in kpis},
    )


def ours(path: Path) -> dict[str, pd.Series]:
    """Steps 3 and 4."""
    definition = study(path.name)
    made = process_study(definition, gather(definition, path.parent))
    return {name: one.series["value"] for name, one in made.kpis.items()}


def by_hand(path: Path) -> pd.DataFrame:
    """The same figures and nothing else."""
    columns = ["number", "opened_at", "resolved_at", "updated_at", "priority", "made_sla"]
    rows = pd.read_parquet(path, columns=columns)
    rows = rows.sort_values("updated_at", kind="stable").drop_duplicates("number", keep="last")
    rows = rows[rows["resolved_at"].notna()]
    local = rows["resolved_at"].dt.tz_localize("UTC").dt.tz_convert(ZONE).dt.tz_localize(None)
    week = local.dt.normalize() - pd.to_timedelta(local.dt.day_of_week, unit="D")
    hours = (rows["resolved_at"] - rows["opened_at"]) / pd.Timedelta(hours=1)
    frame = pd.DataFrame(
        {"week": week, "priority": rows["priority"], "good": rows["made_sla"] == "true", "hours": hours}
    )
    groups = frame.groupby(["priority", "week"], observed=True)
    found = groups.agg(count=("good", "size"), share=("good", "mean"))
    quantiles = groups["hours"].quantile([0.5, 0.9]).unstack()
    return found.assign(median=quantiles[0.5], p90=quantiles[0.9])


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall-clock and process seconds of one call."""
    gc.collect()
    wall, process = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - process


def agree(path: Path) -> None:
    """Both give the same figures, or the comparison would mean nothing."""
    mine, theirs = ours(path), by_hand(path)
    for number, name in enumerate(PRIORITIES, start=1):
        for measure in ("count", "median", "p90"):
            here = mine[f"{measure}{number}"].dropna()
            there = theirs.loc[name][measure]
            there.index = there.index.tz_localize(ZONE)
            here = here[here != 0] if measure == "count" else here
            assert np.allclose(here.to_numpy(), there.loc[here.index].to_numpy()), (measure, name)


def compare(path: Path, rows: int) -> None:
    """Alternate both and print the ratio."""
    mine, theirs = [], []
    for _ in range(ROUNDS):
        mine.append(seconds(lambda: ours(path)))
        theirs.append(seconds(lambda: by_hand(path)))
    wall = [statistics.median(one[0] for one in times) for times in (mine, theirs)]
    process = [statistics.median(one[1] for one in times) for times in (mine, theirs)]
    wanted = f"ratio {wall[0] / wall[1]:.2f} (≤ 1.2)" if rows >= 1_000_000 else f"ratio {wall[0] / wall[1]:.2f}"
    print(
        f"{rows:>9,} rows: ours {wall[0]:.3f} s, by hand {wall[1]:.3f} s, {wanted}; "
        f"process time {process[0]:.3f} (10⁵: < 0.5) and {process[1]:.3f} s"
    )


def business_hours(rows: int) -> None:
    """Open time of a million tickets."""
    frame = tickets(rows)
    ends = frame["resolved_at"].fillna(frame["opened_at"])
    calendar = CalendarDefinition(hours={"mon-fri": ("09:00-12:30", "13:30-18:00")}, holidays="PT")
    first, last = (pd.Timestamp(moment).tz_localize("UTC") for moment in (frame["opened_at"].min(), ends.max()))
    starts_us, ends_us = (microseconds(moments.dt.tz_localize("UTC")) for moments in (frame["opened_at"], ends))
    times = [seconds(lambda: open_time(calendar, first, last, ZONE).between(starts_us, ends_us)) for _ in range(ROUNDS)]
    print(
        f"{rows:>9,} tickets: business hours in {statistics.median(one[0] for one in times):.3f} s (< 0.5), "
        f"the table made anew each time"
    )


def memory(path: Path, few: Path, rows: int) -> None:
    """Peak of a process of its own above what it holds after a few rows, in frames; the same for the other script."""
    size = int(pd.read_parquet(path).memory_usage(deep=True).sum())
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as pool:
        mine, theirs = (pool.submit(peak, work, path, few).result() for work in (ours, by_hand))
    print(
        f"{rows:>9,} rows: peak memory {mine / 1e6:.0f} MB above the start, by hand {theirs / 1e6:.0f} MB, "
        f"frame {size / 1e6:.0f} MB, ratio {mine / size:.2f} (≤ 3), by hand {theirs / size:.2f}"
    )


def peak(work: Callable[[Path], object], path: Path, few: Path) -> int:
    """The most memory a process held while it worked, above what it held after a few rows (bytes)."""
    work(few)
    before = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    work(path)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before


def main() -> None:
    """Print all ratios."""
    with tempfile.TemporaryDirectory() as folder:
        million, fewer = written(Path(folder), 1_000_000), written(Path(folder), 100_000)
        memory(million, written(Path(folder), 1_000), 1_000_000)
        agree(fewer)
        compare(million, 1_000_000)
        compare(fewer, 100_000)
        business_hours(1_000_000)
