"""Sources of a study that are no files: fetched once for the span of its windows, then read like a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput
from csi.reading.connectors.asked import Asked, Fetch
from csi.reading.connectors.table import as_delivered
from csi.reading.reading import Reading
from csi.series.periods import moment_of
from csi.study.keys import as_moment

Read = Callable[[Path, SourceDefinition], Reading]


def fetched(study: StudyDefinition, source: SourceDefinition, fetch: Fetch, read: Read) -> list[Reading]:
    """The rows of a query or an address.

    Raises:
        InvalidInput: there are none.
    """
    with TemporaryDirectory(prefix="csi-fetch-") as folder:
        return [read(*collected(study, source, fetch, Path(folder)))]


def collected(
    study: StudyDefinition, source: SourceDefinition, fetch: Fetch, folder: Path
) -> tuple[Path, SourceDefinition]:
    """The file in a folder that holds the rows of a query or an address, and how it is to be read.

    Raises:
        InvalidInput: there are none.
    """
    since, until = span(study, source)
    found = fetch(
        Asked(source=source, folder=folder, period=study.period, timezone=study.timezone, since=since, until=until)
    )
    if found.path is None:
        raise InvalidInput("", "gives no rows; expected at least one")
    return found.path.rename(found.path.with_name(found.filename)), as_delivered(source)


def span(study: StudyDefinition, source: SourceDefinition) -> tuple[datetime | None, datetime | None]:
    """From ``from`` to ``to`` of the source, else from the first window's begin to the last one's end."""
    studies = (study, *(study.of_kpi(kpi) for kpi in study.kpis.values() if kpi.source == source.id))
    windows = [window for one in studies for window in (one.baseline, one.evaluation) if window]
    first = min((window.start for window in windows), default=None)
    last = max((window.end for window in windows), default=None)
    options = source.options
    return _moment(options.get("from") or first, study, "from"), _moment(options.get("to") or last, study, "to")


def _moment(said: Any, study: StudyDefinition, key: str) -> datetime | None:
    if said is None:
        return None
    found = as_moment(said)
    if found is None:
        raise InvalidInput(key, f"expected a date such as 2026-03-01, not {said!r}")
    return moment_of(found, study.timezone).to_pydatetime()
