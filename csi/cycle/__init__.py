"""The cycle: gates, step order, the spiral.

``of_channel``, ``open_in`` and ``by_id`` find one, ``start`` begins one, ``next_step`` and ``back`` move it,
``overview`` shows it, ``close`` ends it and drafts the next.
"""

from csi.cycle import changed, together
from csi.cycle.gates import breaches
from csi.cycle.opening import Start, running_in, start, workspace
from csi.cycle.order import back, next_step
from csi.cycle.overview import Brief, Overview, Waiting, brief, judged, overview
from csi.cycle.own import own
from csi.cycle.spiral import close
from csi.cycle.waits import Place, Waits
from csi.passages import (
    accountable,
    by_id,
    mark_stale,
    of_channel,
    of_service,
    open_cycles,
    open_in,
    passage,
    passages,
    service_of,
)

__all__ = [
    "Brief",
    "Overview",
    "Place",
    "Start",
    "Waiting",
    "Waits",
    "accountable",
    "back",
    "breaches",
    "brief",
    "by_id",
    "changed",
    "close",
    "judged",
    "mark_stale",
    "next_step",
    "of_channel",
    "of_service",
    "open_cycles",
    "open_in",
    "overview",
    "own",
    "passage",
    "passages",
    "running_in",
    "service_of",
    "start",
    "together",
    "workspace",
]
