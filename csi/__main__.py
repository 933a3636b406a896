"""``python -m csi run STUDY.yml``: a cycle's measurement as a file, from raw rows to report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from csi.errors import CsiError
from csi.fetching import Fetcher
from csi.step3_gather.connectors import addresses
from csi.study.engines import Engine
from csi.study.evaluation import Report
from csi.study.running import run

UNREADABLE = 2  # exit status: a study or a file that cannot be read

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Measure whether a service improved."""


@app.command("run")
def run_study(
    study: Annotated[Path, typer.Argument(help="The study file (YAML).")],
    out: Annotated[Path | None, typer.Option(help="Folder for the report; default: report, beside the study.")] = None,
    engine: Annotated[Engine, typer.Option(help="Where rows are processed.")] = Engine.PANDAS,
    scheduler: Annotated[
        str, typer.Option(envvar="CSI_DASK_SCHEDULER", help="Address of a Dask scheduler; default: a local cluster.")
    ] = "",
    allow: Annotated[
        str,
        typer.Option(
            envvar=addresses.SETTING,
            help="Private networks and hosts that sources may be asked at, such as 10.0.0.0/8,localhost.",
        ),
    ] = "",
) -> None:
    """Read a study's sources, process, analyse, and write the report."""
    folder = out or study.parent / "report"
    try:
        fetch = Fetcher(addresses.policy(allow)).within(study.parent)
        report = run(study, folder, engine, scheduler, fetch)
    except CsiError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNREADABLE) from None
    tell(report, folder)


def tell(report: Report, folder: Path) -> None:
    """One line per KPI, and where the report lies."""
    for name, (_, analysis) in report.kpis.items():
        typer.echo(f"{name}: {analysis.label}. {analysis.sentence}")
    typer.echo(f"Written to {folder}")


if __name__ == "__main__":
    app()
