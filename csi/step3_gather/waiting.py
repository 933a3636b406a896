"""Why a delivery waits for a person's yes: typed, with its numbers, so that the question can name them."""

from __future__ import annotations

from csi.measurement.deliveries import Waits, Why
from csi.step3_gather.intake import Intake

_MOST_CELLS = 0.5  # of a column; above it something else is in it than was said


def reasons(intake: Intake, most_spoiled: float) -> tuple[Waits, ...]:
    """Why a delivery should not count before somebody says so, the gravest first; nothing where all is well."""
    dated = intake.cells_read.get(intake.moments[0], (1, 0)) if intake.moments else (1, 0)
    if intake.rows_read and (not intake.rows_kept or not dated[0]):
        return (Waits(Why.EMPTY, intake.rows_read, intake.rows_read),)
    found = [
        Waits(Why.CELLS, refused, read + refused, column)
        for column, (read, refused) in intake.cells_read.items()
        if refused > _MOST_CELLS * (read + refused)
    ]
    if intake.left_out:
        found.append(Waits(Why.KEY, intake.left_out, intake.rows_kept, str(intake.mapping.get("key", ""))))
    if intake.keys.older:
        found.append(Waits(Why.OLDER, intake.keys.older, intake.rows_kept, str(intake.mapping.get("key", ""))))
    if intake.share_spoiled > most_spoiled:
        found.append(Waits(Why.QUARANTINE, intake.lost_rows, intake.rows_read - intake.no_rows))
    return tuple(found)
