"""Where step 4 computes: in memory, or per partition on Dask. The one place that loads Dask, and only when asked."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from csi.definition import StudyDefinition
from csi.errors import InvalidInput
from csi.reading.connectors.asked import Fetch
from csi.series import Made, process_study
from csi.study.gathering import gather, tasks
from csi.study.progress import Tell, silent


class Engine(StrEnum):
    """Where step 4 computes."""

    PANDAS = "pandas"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Means:
    """With what a study is run.

    Attributes:
        engine: where rows are processed.
        scheduler: address of a Dask scheduler whose workers see the same files; empty: a local cluster.
        fetch: what asks databases and addresses; None: only files are read.
        tell: hears how far the run is.
    """

    engine: Engine = Engine.PANDAS
    scheduler: str = ""
    fetch: Fetch | None = None
    tell: Tell = silent


def made(study: StudyDefinition, folder: Path, means: Means) -> Made:
    """Steps 3 and 4 of a study whose paths are relative to a folder.

    Raises:
        InvalidInputs: every file that cannot be read.
    """
    if means.engine is Engine.PANDAS:
        readings = gather(study, folder, means.fetch, means.tell)
        means.tell("processing")
        return process_study(study, readings)
    return _on_dask(study, folder, means)


def _on_dask(study: StudyDefinition, folder: Path, means: Means) -> Made:
    try:
        from csi.series.on_dask import cluster, process_on_dask  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        reason = f"needs the extra packages of dask ({error.name} is missing); expected pip install csi-bot[dask]"
        raise InvalidInput("engine", reason) from error
    # Workers elsewhere see the study's folder, for they read its files; they need not see this machine's.
    with _scratch(folder if means.scheduler else None) as scratch:
        parts = Path(scratch).resolve()
        wanted = tasks(study, folder, parts, means.fetch, means.tell)
        means.tell("reading and processing on Dask")
        with cluster(means.scheduler) as client:
            return process_on_dask(study, wanted, parts, client)


def _scratch(place: Path | None) -> tempfile.TemporaryDirectory[str]:
    """A folder for typed rows, gone afterwards.

    Raises:
        InvalidInput: none can be made there.
    """
    try:
        return tempfile.TemporaryDirectory(prefix=".csi-parts-", dir=place)
    except OSError as error:
        where = place or tempfile.gettempdir()
        reason = f"cannot write into {where} ({error.strerror}); expected room for the rows of all sources there"
        raise InvalidInput("engine", reason) from error
