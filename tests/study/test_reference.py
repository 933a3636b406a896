"""The study's reference names every key that is read, and none that is not."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from csi.study.reading import keys_read

REFERENCE = Path(__file__).resolve().parents[2] / "docs" / "study.md"
# Visits every place that a study has.
STUDY = b"""
study: 1
service: Desk
timezone: UTC
period: week
calendar: {hours: {mon-fri: ["09:00-17:00"]}}
sources:
  a: {file: a.csv, columns: {Opened: {name: opened_at, dates: iso}}, dates: {default: iso}, melt: {keep: [x]}}
kpis:
  one: {source: a, at: at, measure: median, value: {from: opened_at, to: at}, unit: h, direction: lower}
  two: {source: a, at: at, measure: ratio, value: {numerator: x, denominator: y}, direction: higher}
baseline: {from: 2026-01-05, to: 2026-03-02}
evaluation: {from: 2026-03-02, to: 2026-05-04}
exclusions: [{from: 2026-01-06, to: 2026-01-07, reason: r, approved_by: a}]
rates: [{unit: USD, in: EUR, from: 2026-01-01, rate: 0.9}]
rebases: [{kpi: one, from: 2026-03-02, reason: r}]
"""
PLACES = {"## Top": "", "## Sources": "sources.*", "## KPIs": "kpis.*", "## Calendar": "calendar"}
TYPED = ("sources", "kpis", "calendar.hours", "sources.*.columns")  # below these stand names of one's own


def read() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place, keys in keys_read(STUDY).items():
        if place not in TYPED:
            found["sources.*.columns.*" if place == "sources.*.columns.Opened" else place] |= keys
    return dict(found)


def written() -> dict[str, set[str]]:
    """The keys of the tables by their place: that of the heading above, or of the first cell."""
    found: dict[str, set[str]] = defaultdict(set)
    place: str | None = None
    for line in REFERENCE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            place = PLACES.get(line)
        cells = [re.findall(r"`([^`]+)`", cell) for cell in line.strip("|").split("|")[:2]] if line[:3] == "| `" else []
        if cells and place is not None:
            found[place] |= set(cells[0])
        elif cells and line.startswith(("| `sources.", "| `kpis.", "| `rates.", "| `re", "| `ex", "| `ba", "| `ev")):
            found[cells[0][0]] |= set(cells[1])
    return dict(found)


def test_every_key_that_is_read_is_in_the_reference_and_every_key_there_is_read() -> None:
    assert written() == read()
