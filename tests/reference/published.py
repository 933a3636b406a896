"""Published numbers, each with its source, tolerance and where its expected values come from (published.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("published.json")


@dataclass(frozen=True, slots=True)
class Case:
    """One published example."""

    name: str
    kind: str
    source: str
    provenance: str
    notes: str
    tolerance: dict[str, float]
    expected: Any
    data: Any

    def numbers(self, key: str = "x") -> np.ndarray:
        """One of its series, null as NaN."""
        return np.array([np.nan if value is None else value for value in self.data[key]], dtype=float)

    def check(self, name: str, found: float, expected: float | None = None) -> None:
        """Hold one figure against the published one, at the case's own tolerance."""
        wanted = self.expected[name] if expected is None else expected
        near = np.isclose(found, wanted, rtol=self.tolerance.get("rel", 0.0), atol=self.tolerance.get("abs", 0.0))
        assert near, f"{self.name}: {name} is {found!r}, published {wanted!r} ({self.source})"


@cache
def cases() -> dict[str, Case]:
    """All cases by name."""
    return {case["name"]: Case(**case) for case in json.loads(FILE.read_text(encoding="utf-8"))}


def case(name: str) -> Case:
    """One case."""
    return cases()[name]
