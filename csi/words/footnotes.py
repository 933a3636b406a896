"""What stands below a chart: what was left out of it, for which reason, by whose word."""

from __future__ import annotations

from datetime import date, datetime

from csi.words.wording import day


def left_out(start: date | datetime, end: date | datetime, reason: str, approved_by: str, rows: int) -> str:
    """A span that was left out, with the number of rows that were."""
    span = f"{_written(start)} to {_written(end)} ({rows} row{'' if rows == 1 else 's'})"
    return f"Left out {span}: {reason} (approved by {approved_by})."


def to_be_left_out(start: date | datetime, end: date | datetime, reason: str, approved_by: str) -> str:
    """A span that is left out, of which step 4 says no more."""
    return f"Left out {day(start)} to before {day(end)}: {reason} (approved by {approved_by or 'nobody'})."


def _written(moment: date | datetime) -> str:
    return str(moment).removesuffix("T00:00:00").removesuffix(" 00:00:00")
