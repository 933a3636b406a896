"""Which tests are fast: what one runs after every change, without a Slack, a database server or another process."""

from __future__ import annotations

import pytest

from tests.ordering import TESTS

SLOW_FOLDERS = {"flows", "page", "sandbox", "benchmarks", "reference"}
SLOW_MARKS = {"slow", "postgres", "browser"}
SLOW_FIXTURES = {"sandbox", "postgres", "process", "scheduler", "world"}


def is_fast(item: pytest.Item) -> bool:
    """Told by the folder it lies in, its marks, and the fixtures it uses, whoever asks for them."""
    folder = item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""
    marks = {mark.name for mark in item.iter_markers()}
    fixtures = set(getattr(item, "fixturenames", ()))
    return folder not in SLOW_FOLDERS and not marks & SLOW_MARKS and not fixtures & SLOW_FIXTURES
