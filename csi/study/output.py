"""What a run writes: report.json, series.csv, quarantine.csv, report.md, one PNG per KPI and slam.png."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import pandas as pd

from csi.step6_present import charts, facts
from csi.step6_present.report import markdown
from csi.step6_present.slam import slam_chart
from csi.study.evaluation import Report
from csi.study.plain import POINT, report_json, series_plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ODD = re.compile(r"[^\w.-]+")


def write(report: Report, folder: Path) -> list[Path]:
    """Write everything into a folder, made where it is not there; the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "report.json": report_json(report),
        "series.csv": series_csv(report),
        "quarantine.csv": quarantine_csv(report),
        **drawn(report),
    }
    paths = []
    for name, content in contents.items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def drawn(report: Report) -> dict[str, bytes]:
    """One PNG per KPI that has a point, the grid of clause and period, and the report in words."""
    base = facts.of(report.study, report.kpis, sources=report.sources)
    names = file_names([view.kpi.id for view in base.views])
    found = {names[view.kpi.id]: charts.draw(view).png for view in base.views if len(view.marks)}
    return {**found, "slam.png": slam_chart(base).png, "report.md": markdown(base).encode()}


def file_names(kpis: Sequence[str]) -> dict[str, str]:
    """Each KPI's file name: its id, with odd signs replaced; each once, also where case is no difference."""
    taken = {"slam"}
    names: dict[str, str] = {}
    for kpi in kpis:
        name = _ODD.sub("_", kpi)
        free = next(one for one in _candidates(name) if one.lower() not in taken)
        taken.add(free.lower())
        names[kpi] = f"{free}.png"
    return names


def _candidates(name: str) -> Iterator[str]:
    yield from (name, f"kpi-{name}")
    yield from (f"{name}-{number}" for number in count(2))


def series_csv(report: Report) -> bytes:
    """Every point of every KPI, one line each."""
    rows = [
        {"kpi": name, "unit": outcome.processed.kpi.unit, **point}
        for name, outcome in report.kpis.items()
        for point in series_plain(outcome.processed.series)
    ]
    return _csv(pd.DataFrame(rows, columns=["kpi", "unit", *POINT]))


def quarantine_csv(report: Report) -> bytes:
    """Every row set aside, with where it came from and why; safe to open in a spreadsheet."""
    return _csv(report.quarantine)


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.map(harmless).to_csv(index=False, lineterminator="\n").encode()


def harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
