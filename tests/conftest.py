"""Fixtures used everywhere: the shared folder, databases."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real exports and reference numbers; absent elsewhere."""
    if not SHARED.is_dir():
        pytest.skip("the folder with the shared data is not here")
    return SHARED
