"""The cycle: gates, step order, the spiral.

``of_channel``, ``open_in`` and ``by_id`` find one, ``start`` begins one, ``next_step`` and ``back`` move it,
``overview`` shows it, ``close`` ends it and drafts the next.
"""

from csi.cycle.gates import breaches
from csi.cycle.opening import Start, by_id, of_channel, of_service, open_cycles, open_in, service_of, start, workspace
from csi.cycle.order import accountable, back, mark_stale, next_step, passage, passages
from csi.cycle.overview import Overview, Waiting, overview
from csi.cycle.spiral import close

__all__ = [
    "Overview",
    "Start",
    "Waiting",
    "accountable",
    "back",
    "breaches",
    "by_id",
    "close",
    "mark_stale",
    "next_step",
    "of_channel",
    "of_service",
    "open_cycles",
    "open_in",
    "overview",
    "passage",
    "passages",
    "service_of",
    "start",
    "workspace",
]
