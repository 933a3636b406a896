"""What reading one delivery gives: typed rows, and a quarantine for what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

QUARANTINE_COLUMNS = ("line", "column", "value", "reason", "expected")


@dataclass(frozen=True, slots=True)
class Reading:
    """The rows of one delivery.

    Attributes:
        frame: index ``line`` (int, 1-based line where the row starts; sheet row or record number where there are
            no lines), in file order. Moment columns are ``datetime64[us, UTC]`` (NaT: missing), number columns
            ``float64`` (NaN: missing), all others text (missing is NaN).
        quarantine: columns ``line, column, value, reason, expected`` (text but ``line``), in file order.
            A row with an unreadable moment or number that is needed is here and not in ``frame``.
        rows_read: data rows seen, good and bad.
        moments: per moment column, counts of ``ambiguous`` and ``nonexistent`` local times.
        sha256: of the bytes as delivered.
        spoiled: the cells of quarantined rows as delivered, by ``line``, so that they can be mended.
        units: per number column the unit its values are in, as declared or found; empty where nothing says.
    """

    frame: pd.DataFrame
    quarantine: pd.DataFrame
    rows_read: int
    sha256: str = ""
    moments: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    spoiled: pd.DataFrame = field(default_factory=pd.DataFrame)
    units: Mapping[str, str] = field(default_factory=dict)
