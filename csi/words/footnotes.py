"""What stands below a chart: what was left out of it, for which reason, by whose word."""

from __future__ import annotations

from datetime import date, datetime

from csi.words.messages import counted, said, said_as
from csi.words.wording import day


def left_out(start: date | datetime, end: date | datetime, reason: str, approved_by: str, rows: int) -> str:
    """A span that was left out, with the number of rows that were."""
    return counted(
        "Left out {start} to {end} ({count} row): {reason} (approved by {approved_by}).",
        "Left out {start} to {end} ({count} rows): {reason} (approved by {approved_by}).",
        rows,
        start=_written(start),
        end=_written(end),
        reason=reason,
        approved_by=approved_by,
    )


def to_be_left_out(start: date | datetime, end: date | datetime, reason: str, approved_by: str) -> str:
    """A span that is left out, of which step 4 says no more."""
    return said(
        "Left out {start} to before {end}: {reason} (approved by {approved_by}).",
        start=day(start),
        end=day(end),
        reason=reason,
        approved_by=approved_by or said_as("approved by", "nobody"),
    )


def _written(moment: date | datetime) -> str:
    return str(moment).removesuffix("T00:00:00").removesuffix(" 00:00:00")
