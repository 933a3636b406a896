"""Why a delivery waits for a person's yes: typed, with its numbers, so that the question can name them."""

from __future__ import annotations

from collections import Counter

from csi.measurement.deliveries import Waits, Why
from csi.step3_gather.intake import Intake

_MOST_CELLS = 0.5  # of a column; above it something else is in it than was said
_ALIKE = 0.5  # of the cells that cannot be read; above it they fail for one cause
_SHORT = 60  # characters of a cell that is told


def reasons(intake: Intake, most_spoiled: float) -> tuple[Waits, ...]:
    """Why a delivery should not count before somebody says so, the gravest first; nothing where all is well."""
    dated = intake.cells_read.get(intake.moments[0], (1, 0)) if intake.moments else (1, 0)
    if intake.rows_read and (not intake.rows_kept or not dated[0]):
        return (Waits(Why.EMPTY, intake.rows_read, intake.rows_read),)
    found = [
        _unread(intake, column, refused, read + refused)
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


def _unread(intake: Intake, column: str, refused: int, of: int) -> Waits:
    """That most cells of a column cannot be read, with the cause where they fail alike."""
    failed = [(value, expected) for _, name, value, _, expected in intake.cells if name == column]
    alike = Counter(expected for _, expected in failed).most_common(1)
    if not alike or alike[0][1] <= _ALIKE * len(failed):
        return Waits(Why.CELLS, refused, of, column)
    wanted = alike[0][0]
    value = next(value for value, expected in failed if expected == wanted)
    return Waits(Why.CELLS, refused, of, column, value[:_SHORT], wanted)
