"""A day that people read of a moment is the day where they are, never UTC's: nothing takes one without a zone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from csi.words import wording

ROOT = Path(__file__).resolve().parents[2]
STEPS = sorted(str(one.relative_to(ROOT)) for one in (ROOT / "csi").glob("step*"))
PLACES = ("csi/cycle", "csi/reminders", "bot/blocks", "bot/listeners", *STEPS)
UNREAD = {"record.py"}  # the day in a job's key, of a whole workspace: nobody reads it
MOMENTS = ("at", "since", "now")


def _is_moment(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name = node.func.attr
    return name.endswith("_at") or name in MOMENTS


def bare(code: str) -> Iterator[int]:
    """The lines where a moment becomes a day without a zone."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "date" and isinstance(node.func, ast.Attribute) and not node.args and _is_moment(node.func.value):
            yield node.lineno
        if name == "day" and node.args and _is_moment(node.args[0]):
            yield node.lineno


@pytest.mark.parametrize("place", PLACES)
def test_no_moment_becomes_a_day_without_a_zone(place: str) -> None:
    found = [
        f"{path.name}:{line}"
        for path in sorted((ROOT / place).rglob("*.py"))
        if path.name not in UNREAD
        for line in bare(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("code", ["one.opened_at.date()", "kit.now().date()", "wording.day(report.sent_at)"])
def test_a_bare_day_is_seen(code: str) -> None:
    assert list(bare(code)) == [1]


def test_a_day_in_dublin_s_summer_is_dublin_s() -> None:
    before_midnight = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)
    assert wording.day_in(before_midnight, "Europe/Dublin") == "7 Jul 2026"
    assert wording.day_in(before_midnight, "UTC") == "6 Jul 2026"
