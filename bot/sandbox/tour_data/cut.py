"""Makes the tour's incident log from the published one: fewer columns, no late stragglers, one broken line added.

``python bot/sandbox/tour_data/cut.py servicenow_incident_event_log.csv.gz`` writes ``incidents.csv.gz`` beside this
file; the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from datetime import datetime
from pathlib import Path

COLUMNS = (
    "number",
    "incident_state",
    "reassignment_count",
    "reopen_count",
    "made_sla",
    "opened_at",
    "sys_updated_at",
    "priority",
    "resolved_at",
)
# Ours, so that the tour has something to quarantine: there is no 31 April.
BROKEN = [
    "INC9000001",
    "Closed",
    "0",
    "0",
    "true",
    "31/4/2016 10:15",
    "31/4/2016 11:00",
    "3 - Moderate",
    "31/4/2016 10:45",
]


# The log's last incident was opened on 13 May; what was resolved later is what was left over, not a day's work.
LAST = datetime(2016, 5, 14)


def in_time(resolved_at: str) -> bool:
    """Whether an incident was resolved before the log ends, or nobody knows when."""
    return resolved_at == "?" or datetime.strptime(resolved_at, "%d/%m/%Y %H:%M") < LAST


def cut(source: Path) -> bytes:
    """The tour's log, gzipped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        kept = (row for row in csv.DictReader(lines) if in_time(row["resolved_at"]))
        writer.writerows([row[name] for name in COLUMNS] for row in kept)
    writer.writerow(BROKEN)
    return gzip.compress(text.getvalue().encode(), 9, mtime=0)


if __name__ == "__main__":
    Path(__file__).with_name("incidents.csv.gz").write_bytes(cut(Path(sys.argv[1])))
