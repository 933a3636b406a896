"""The last of a period where several rows share its moment: they may differ, and none of them is the last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from csi.series.tally import Tally


@dataclass(frozen=True, slots=True)
class Shared:
    """Of periods with a value how many have several rows at their last moment that differ.

    ``rows`` and ``span`` are how many rows and their ends, in the newest such period.
    """

    periods: int
    differing: int
    rows: int
    span: tuple[float, float]


def shared_last(found: Tally) -> Shared | None:
    """What the rows of each period's last moment show; None of a measure that takes no last one."""
    if found.latest is None or found.latest_least is None or found.latest_rows is None:
        return None
    differing = np.flatnonzero(found.latest_least < found.latest)
    held = int((~np.isnan(found.latest)).sum())
    if not len(differing):
        return Shared(held, 0, 0, (0.0, 0.0))
    newest = differing[-1]
    ends = float(found.latest_least[newest]), float(found.latest[newest])
    return Shared(held, len(differing), int(found.latest_rows[newest]), ends)
