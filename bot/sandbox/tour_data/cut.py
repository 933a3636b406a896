"""Makes the tour's incident log from the published one: fewer columns, every incident, one broken line added.

``python bot/sandbox/tour_data/cut.py servicenow_incident_event_log.csv.gz`` writes ``incidents.csv.gz`` beside this
file; the same input gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
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


def cut(source: Path) -> bytes:
    """The tour's log, gzipped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    with gzip.open(source, "rt", encoding="utf-8", newline="") as lines:
        writer.writerows([row[name] for name in COLUMNS] for row in csv.DictReader(lines))
    writer.writerow(BROKEN)
    return gzip.compress(text.getvalue().encode(), 9, mtime=0)


if __name__ == "__main__":
    Path(__file__).with_name("incidents.csv.gz").write_bytes(cut(Path(sys.argv[1])))
