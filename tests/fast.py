"""Which tests are fast: what one runs after every change, in less than a minute of one core.

``alone`` are those without a Slack, a database server or another process; ``fast`` those of them that take moments.
``python -m tests.fast results.xml`` writes tests/dear.txt anew from a run with ``--junitxml=results.xml``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.ordering import TESTS

SLOW_FOLDERS = {"flows", "page", "sandbox", "benchmarks", "reference"}
SLOW_MARKS = {"slow", "postgres", "browser"}
SLOW_FIXTURES = {"sandbox", "postgres", "process", "scheduler", "world"}
MOMENT = 0.06  # seconds on a quiet machine that the longest case of a fast test takes
DEAR = TESTS / "dear.txt"


def marks(item: pytest.Item) -> list[str]:
    """The marks that a test has for being fast."""
    if not is_alone(item):
        return []
    return ["alone"] if _named(item) in dear() else ["alone", "fast"]


def is_alone(item: pytest.Item) -> bool:
    """Told by the folder it lies in, its marks, and the fixtures it uses, whoever asks for them."""
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    given = {mark.name for mark in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    return folder not in SLOW_FOLDERS and not given & SLOW_MARKS and not fixtures & SLOW_FIXTURES


def passes_over(folder: Path, wanted: str) -> bool:
    """Whether none of a folder's tests is wanted, so that they need not even be loaded."""
    return wanted in ("alone", "fast") and folder.parent == TESTS and folder.name in SLOW_FOLDERS


@cache
def dear() -> frozenset[str]:
    """The tests that take more than a moment: ``analysis/test_laws.py::test_…``."""
    return frozenset(DEAR.read_text(encoding="utf-8").split())


def dear_of(timed: Iterable[tuple[str, str, float]]) -> list[str]:
    """The dear ones among cases: each its module, its name and its seconds."""
    return sorted(
        {
            f"{'/'.join(module.split('.')[1:])}.py::{name.partition('[')[0]}"
            for module, name, seconds in timed
            if seconds > MOMENT and module.split(".")[1] not in SLOW_FOLDERS
        }
    )


def _named(item: pytest.Item) -> str:
    place = item.path.relative_to(TESTS).as_posix() if item.path.is_relative_to(TESTS) else ""
    return f"{place}::{item.name.partition('[')[0]}"


if __name__ == "__main__":
    cases = ElementTree.parse(sys.argv[1]).iter("testcase")
    timed = [(case.attrib["classname"], case.attrib["name"], float(case.attrib["time"])) for case in cases]
    DEAR.write_text("\n".join(dear_of(timed)) + "\n", encoding="utf-8")
