"""What an earlier run left in a folder: known by the report that lies there."""

from __future__ import annotations

import json
from pathlib import Path

JSON = "report.json"
TEXTS = (JSON, "series.csv", "quarantine.csv", "report.md")


def kpis_of_report(folder: Path) -> list[str] | None:
    """The KPIs of the report in a folder; None where there is none."""
    try:
        said = json.loads((folder / JSON).read_bytes())
        return list(map(str, said["kpis"])) if {"study", "sources", "kpis"} <= set(said) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def is_of_report(path: Path) -> bool:
    """Whether a file is a text that a run wrote beside its report: a pattern such as ``*.csv`` does not mean it."""
    return path.name in TEXTS and kpis_of_report(path.parent) is not None
