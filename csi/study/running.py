"""``python -m csi run``: a study from its file to its report, steps 3 to 6 without Slack or database."""

from __future__ import annotations

from pathlib import Path

from csi.errors import CsiError, InvalidInput, InvalidInputs
from csi.step3_gather.connectors.asked import Fetch
from csi.study.engines import Engine, Means, made
from csi.study.evaluation import Report, judged
from csi.study.output import write
from csi.study.reading import read_study


def run(
    path: Path,
    out: Path | None = None,
    engine: Engine = Engine.PANDAS,
    scheduler: str = "",
    fetch: Fetch | None = None,
) -> Report:
    """Run a study and write its report.

    Args:
        path: the study.
        out: the folder to write to; None: nothing is written.
        engine: where step 4 computes.
        scheduler: address of a Dask scheduler; empty: a local cluster.
        fetch: what asks databases and addresses; None: only files are read.

    Raises:
        InvalidInputs: the study or a file cannot be read; every such error in one message.
    """
    study = read_study(path, with_files=True)
    try:
        done = made(study, path.parent, Means(engine, scheduler, fetch))
        report = judged(study, done.kpis, done.sources, done.quarantine)
    except InvalidInputs as error:
        raise InvalidInputs([_in_file(path, one) for one in error.errors]) from error
    except InvalidInput as error:
        raise InvalidInputs([_in_file(path, error)]) from error
    if out is not None:
        _write(report, out)
    return report


def _in_file(path: Path, error: InvalidInput) -> InvalidInput:
    return InvalidInput(f"{path.name}, {error.field}" if error.field else path.name, error.reason)


def _write(report: Report, out: Path) -> None:
    try:
        write(report, out)
    except OSError as error:
        raise CsiError(f"{out}: cannot be written ({error.strerror}); expected a folder to write to") from error
