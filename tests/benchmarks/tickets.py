"""Made-up tickets of any number, the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

PRIORITIES = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low")
WEEKS = 52


def tickets(rows: int, seed: int = 7) -> pd.DataFrame:
    """Tickets of a year, about one in fifty superseded by a later row of the same number."""
    random = np.random.default_rng(seed)
    ids = np.arange(rows)
    again = random.choice(rows, rows // 50, replace=False)
    ids[again] = np.maximum(again - 1, 0)
    opened = np.datetime64("2025-01-06T00:00:00", "us") + random.integers(0, WEEKS * 7 * 86_400, rows) * np.timedelta64(
        1_000_000, "us"
    )
    lasting = (random.lognormal(2.5, 1.2, rows) * 3600).astype(np.int64) * np.timedelta64(1_000_000, "us")
    resolved = np.where(random.random(rows) < 0.97, opened + lasting, np.datetime64("NaT", "us"))
    return pd.DataFrame(
        {
            "number": pd.array([f"INC{number:08}" for number in ids], dtype="str"),
            "opened_at": opened,
            "resolved_at": resolved,
            "updated_at": opened + np.arange(rows) * np.timedelta64(1, "us"),
            "priority": pd.array(np.array(PRIORITIES)[random.choice(4, rows, p=[0.02, 0.08, 0.7, 0.2])], dtype="str"),
            "made_sla": pd.array(np.where(random.random(rows) < 0.7, "true", "false"), dtype="str"),
            "reopen_count": random.poisson(0.05, rows),
            "assignment_group": pd.array([f"Group {one}" for one in random.integers(0, 60, rows)], dtype="str"),
        }
    )


def written(folder: Path, rows: int) -> Path:
    """The tickets as a Parquet file."""
    path = folder / f"tickets-{rows}.parquet"
    if not path.exists():
        tickets(rows).to_parquet(path, index=False)
    return path
