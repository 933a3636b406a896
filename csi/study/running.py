"""``csi run``: a study from its file to its report, steps 3 to 6 without Slack or database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from csi.definition import StudyDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.reading.connectors.asked import Fetch
from csi.series import Made
from csi.study.engines import Engine, Means, made
from csi.study.evaluation import Report, judged
from csi.study.given import Given
from csi.study.output import Wanted, write
from csi.study.readable import begins_after, unreadable


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
        CsiError: the report cannot be written.
    """
    given = Given.of_file(path)
    report = measured(given, Means(engine, scheduler, fetch))
    if out is not None:
        write(report, out, Wanted(inputs=tuple(given.inputs())))
    return report


def measured(given: Given, means: Means) -> Report:
    """The report of a study, steps 3 to 5.

    Raises:
        InvalidInputs: a source cannot be read, or nothing in any.
    """
    study = given.study
    with told_with(given):
        done = made(study, given.folder, means)
    done = readable(study, done, given.name)
    means.tell(f"judging {len(study.kpis)} KPI{'s' * (len(study.kpis) != 1)}")
    with told_with(given):
        return judged(study, done.kpis, done.sources, done.quarantine)


def readable(study: StudyDefinition, done: Made, name: str) -> Made:
    """What was processed, where there is anything to go by.

    Raises:
        InvalidInputs: nothing could be read; ``name`` is the study's.
    """
    if nothing := unreadable(study, done):
        said = "; ".join(str(one) for one in nothing)
        raise InvalidInputs([InvalidInput("", f"Nothing could be read for {name}: {said}")])
    if first := begins_after(study, done):
        day = f"{first:%Y-%m-%d}"
        reason = f"{study.as_of:%Y-%m-%d} leaves every row out, as the data begin on {day}; expected {day} or later"
        raise InvalidInputs([InvalidInput(f"{name}, as_of", reason)])
    return done


@contextmanager
def told_with(given: Given) -> Iterator[None]:
    """Every error with the study it is of in front, and the line of its key."""
    try:
        yield
    except InvalidInputs as error:
        raise InvalidInputs([_in_file(given, one) for one in error.errors]) from error
    except InvalidInput as error:
        raise InvalidInputs([_in_file(given, error)]) from error


def _in_file(given: Given, error: InvalidInput) -> InvalidInput:
    return InvalidInput(given.place_of(error.field), error.reason, about=error.about)
