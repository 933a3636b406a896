"""``csi``, or ``python -m csi``: a cycle's measurement as a file, from raw rows to report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from csi.command.drafting import Drafting, draft_all
from csi.command.group import PlainGroup
from csi.command.several import Asked, run_all
from csi.command.status import Status
from csi.command.unwanted import UnknownVerdict, unwanted
from csi.command.voice import Voice
from csi.errors import CsiError
from csi.reading.connectors import addresses
from csi.study.engines import Engine

app = typer.Typer(cls=PlainGroup, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Measure whether a service improved."""


@app.command("run")
def run_studies(
    studies: Annotated[list[str], typer.Argument(metavar="STUDY...", help="Study files (YAML); - is standard input.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the report; of several studies one below it each. Default: report, beside each."),
    ] = None,
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
    allow_folder: Annotated[
        str, typer.Option(envvar=addresses.FOLDERS, help="Folders, beside the study's, whose databases may be read.")
    ] = "",
    fail_on: Annotated[
        list[str] | None,
        typer.Option(help="Verdicts to end with status 3 for, such as REGRESSED,INCONCLUSIVE or SIDE EFFECT."),
    ] = None,
    charts: Annotated[bool, typer.Option("--charts/--no-charts", help="Whether pictures are drawn.")] = True,
    pdf: Annotated[bool, typer.Option("--pdf", help="A report on paper (A4), too.")] = False,
    svg: Annotated[bool, typer.Option("--svg", help="Pictures as lines (SVG), not as pixels (PNG).")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell how far it is, on standard error.")] = False,
) -> None:
    """Read the sources of studies, process, analyse, and write their reports.

    Ends with 0 when every verdict could be computed or was honestly INCONCLUSIVE; 2 when a study or a file cannot be
    read, or nothing in it; 3 when --fail-on names a verdict; of several studies with the worst, 2 before 3.
    """
    voice = Voice(quiet, verbose)
    try:
        policy = addresses.policy(allow, allow_folder, option="--allow")
        asked = Asked(
            studies=studies,
            out=out,
            engine=engine,
            scheduler=scheduler,
            policy=policy,
            environment=os.environ,
            unwanted=unwanted(fail_on or ()),
            charts=charts,
            pdf=pdf,
            svg=svg,
        )
    except UnknownVerdict as error:
        raise typer.BadParameter(str(error), param_hint="--fail-on") from None
    except CsiError as error:
        voice.fail(str(error))
        raise typer.Exit(Status.UNREADABLE) from None
    with voice.going_on():
        status = run_all(asked, voice, sys.stdin.buffer)
    raise typer.Exit(status)


@app.command("init")
def init_study(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exports: CSV, XLSX, ODS, JSON, Parquet.")],
    *,
    out: Annotated[Path | None, typer.Option(help="Where to write the study; default: standard output.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a study that is there.")] = False,
    timezone: Annotated[str, typer.Option(help="The zone reports are in (IANA), such as Europe/Lisbon.")] = "UTC",
    service: Annotated[str, typer.Option(help="The name of the service.")] = "",
) -> None:
    """Write a study from what the files show: every guess with its reason, what only you know left to fill in."""
    voice = Voice()
    try:
        text = draft_all(Drafting(files, out, timezone, service, force), voice)
    except CsiError as error:
        voice.fail(str(error))
        raise typer.Exit(Status.UNREADABLE) from None
    typer.echo(text if out is None else f"Written to {out}", nl=out is not None)


if __name__ == "__main__":
    app()
