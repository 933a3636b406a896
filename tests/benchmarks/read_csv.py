"""``csi run``'s reading and processing of a CSV against a hand-written pandas script that does only what is asked.

Both read the same file (a million rows, dates ISO or day first with and without a clock), keep the newest row of each
number, and give a weekly count, share, median and p90; they alternate in one run, and the median of the ratios is
printed.
Without a key and a duration the dates that the study does not name are looked at; what that costs is printed, too.
Nothing is asserted: a timed test is a coin thrown.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from csi.definition import Duration, KpiDefinition, SourceDefinition, StudyDefinition
from csi.series import process_study
from csi.study.gathering import gather
from csi.terms import Period
from tests.benchmarks.process import peak, seconds
from tests.benchmarks.tickets import tickets

# How the dates are written, each with its order.
DATES = {
    "iso": ("iso", "%Y-%m-%d %H:%M:%S"),
    "slashed": ("day_first", "%d/%m/%Y %H:%M:%S"),
    "dotted": ("day_first", "%d.%m.%Y %H:%M"),
    "days": ("day_first", "%d/%m/%Y"),
}
MOMENTS = ("opened_at", "resolved_at", "updated_at")
RESOLVE = Duration("opened_at", "resolved_at")
ROUNDS = 3


def written(folder: Path, rows: int, form: str) -> Path:
    """The tickets as a CSV with their dates written in a form."""
    path = folder / f"tickets-{form}-{rows}.csv"
    if not path.exists():
        frame = tickets(rows)
        for name in MOMENTS:
            frame[name] = frame[name].dt.strftime(DATES[form][1])
        frame.to_csv(path, index=False)
    return path


def study(path: Path) -> StudyDefinition:
    """A weekly count, share, median and p90 by resolution."""
    file, order = path.name, DATES[form_of(path)][0]
    source = SourceDefinition(
        id="tickets", file=file, timezone="UTC", key="number", latest_by="updated_at", dates=order
    )
    plain = {"name": "", "source": "tickets", "at": "resolved_at"}
    kpis = [
        KpiDefinition(id="count", measure="count", **plain),
        KpiDefinition(id="share", measure="share", good='made_sla == "true"', unit="%", **plain),
        KpiDefinition(id="median", measure="median", value=RESOLVE, unit="h", **plain),
        KpiDefinition(id="p90", measure="p90", value=RESOLVE, unit="h", **plain),
    ]
    return StudyDefinition(
        service="desk",
        timezone="UTC",
        period=Period.WEEK,
        sources={"tickets": source},
        kpis={one.id: one for one in kpis},
    )


def form_of(path: Path) -> str:
    """How a file's dates are written, by its name."""
    return path.stem.split("-")[1]


def ours(path: Path) -> dict[str, pd.Series]:
    """Steps 3 and 4."""
    return series(study(path), path)


def series(definition: StudyDefinition, path: Path) -> dict[str, pd.Series]:
    """What a study makes of a file."""
    made = process_study(definition, gather(definition, path.parent))
    return {name: one.series["value"] for name, one in made.kpis.items()}


def by_hand(path: Path) -> pd.DataFrame:
    """The same figures and nothing else."""
    columns = ["number", "made_sla", *MOMENTS]
    rows = pd.read_csv(path, usecols=columns, dtype="str")
    for name in MOMENTS:
        rows[name] = pd.to_datetime(rows[name], format=DATES[form_of(path)][1])
    rows = rows.sort_values("updated_at", kind="stable").drop_duplicates("number", keep="last")
    rows = rows[rows["resolved_at"].notna()]
    week = rows["resolved_at"].dt.normalize() - pd.to_timedelta(rows["resolved_at"].dt.day_of_week, unit="D")
    hours = (rows["resolved_at"] - rows["opened_at"]) / pd.Timedelta(hours=1)
    groups = pd.DataFrame({"week": week, "good": rows["made_sla"] == "true", "hours": hours}).groupby("week")
    found = groups.agg(count=("good", "size"), share=("good", "mean"))
    quantiles = groups["hours"].quantile([0.5, 0.9]).unstack()
    return found.assign(median=quantiles[0.5], p90=quantiles[0.9])


def agree(path: Path) -> None:
    """Both give the same figures, or the comparison would mean nothing."""
    mine, theirs = ours(path), by_hand(path)
    for name in ("count", "median", "p90"):
        here = mine[name].dropna()
        here = here[here != 0] if name == "count" else here
        assert np.allclose(here.to_numpy(), theirs[name].to_numpy()), name


def compare(path: Path, rows: int) -> None:
    """Alternate both and print the median of the ratios."""
    pairs = [(seconds(lambda: ours(path)), seconds(lambda: by_hand(path))) for _ in range(ROUNDS)]
    wall = statistics.median(mine[0] / theirs[0] for mine, theirs in pairs)
    process = statistics.median(mine[1] / theirs[1] for mine, theirs in pairs)
    mine, theirs = (statistics.median(pair[side][1] for pair in pairs) for side in (0, 1))
    print(
        f"{rows:>9,} rows of CSV, {form_of(path)}: ratio {wall:.2f} (≤ 2), of processor time {process:.2f} "
        f"({mine:.2f} and {theirs:.2f} s)"
    )


def looked_at(path: Path) -> None:
    """What a date costs that the study does not name, where it is looked at."""
    whole = study(path)
    share = whole.kpis["share"]
    plain = replace(whole.sources["tickets"], key="", latest_by="")
    looked, meant = (
        replace(whole, sources={"tickets": plain}, kpis={"share": replace(share, meant=one)})
        for one in ((), ("coverage",))
    )
    pairs = [(seconds(lambda: series(looked, path)), seconds(lambda: series(meant, path))) for _ in range(ROUNDS)]
    ratio = statistics.median(with_it[1] / without[1] for with_it, without in pairs)
    print(f"{'':>9} dates that no key names, looked at: {100 * (ratio - 1):.0f} % more processor time (≤ 10 %)")


def main(rows: int = 1_000_000) -> None:
    """Print all ratios."""
    with tempfile.TemporaryDirectory() as folder:
        for form in DATES:
            path, few = written(Path(folder), rows, form), written(Path(folder), 1_000, form)
            agree(few)
            compare(path, rows)
            looked_at(path)
            print(
                f"{'':>9} peak memory {peak(ours, path, few) / 1e6:.0f} MB above the start for a file of "
                f"{path.stat().st_size / 1e6:.0f} MB"
            )
