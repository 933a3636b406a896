"""Several studies in one run: each read, computed and written for itself; none stops the others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from csi.charts.canvas import lacking
from csi.command.status import Status, worst
from csi.command.unwanted import Unwanted
from csi.command.voice import Voice
from csi.errors import CsiError
from csi.fetching import Fetcher, Secrets
from csi.reading.connectors.addresses import Policy
from csi.study import output
from csi.study.engines import Engine, Means
from csi.study.evaluation import Report
from csi.study.given import Given
from csi.study.output import Wanted
from csi.study.running import measured
from csi.words.heading import once

STDIN = "-"
TYPED = "standard input"
_ODD = re.compile(r"[^\w.-]+")
_FOLDER = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one call of the command asks for.

    Attributes:
        studies: paths, or ``-`` for what stands on standard input.
        out: where reports go; None: ``report`` beside each study.
        environment: values for ``${NAME}``.
        policy: which addresses and folders may be asked.
        unwanted: verdicts for which the run fails.
    """

    studies: Sequence[str]
    out: Path | None = None
    engine: Engine = Engine.PANDAS
    scheduler: str = ""
    policy: Policy = field(default_factory=Policy)
    environment: Mapping[str, str] = field(default_factory=dict)
    unwanted: Unwanted = field(default_factory=Unwanted)
    charts: bool = True
    pdf: bool = False
    svg: bool = False


def run_all(asked: Asked, voice: Voice, typed: IO[bytes]) -> Status:
    """Run every study, and say of each what came of it."""
    given: dict[str, Given | CsiError] = {text: _read(text, asked, typed) for text in dict.fromkeys(asked.studies)}
    read = {text: one for text, one in given.items() if isinstance(one, Given)}
    secrets = Secrets(asked.environment).of([source for one in read.values() for source in one.study.sources.values()])
    voice.hidden = secrets.hidden
    folders = _folders(list(given), asked.out)
    inputs = tuple(entry for one in read.values() for entry in one.inputs())
    wanted = Wanted(asked.charts, asked.pdf, asked.svg, inputs, secrets.hidden_in)
    found = []
    for text, one in given.items():
        if isinstance(one, CsiError):
            voice.fail(str(one))
            found.append(Status.UNREADABLE)
        else:
            found.append(_One(one, folders[text], asked, wanted, secrets, several=len(given) > 1).run(voice))
    return worst(found)


def _read(text: str, asked: Asked, typed: IO[bytes]) -> Given | CsiError:
    try:
        if text == STDIN:
            return Given.of_text(typed.read(), TYPED, Path(), asked.environment)
        return Given.of_file(Path(text), asked.environment)
    except CsiError as error:
        return error


SHOWN_LETTERS = 8


@dataclass(frozen=True, slots=True)
class _One:
    """One study of a call."""

    given: Given
    folder: Path
    asked: Asked
    wanted: Wanted
    secrets: Secrets
    several: bool

    def run(self, voice: Voice) -> Status:
        try:
            report = self._report(voice)
        except CsiError as error:
            voice.fail(str(self.secrets.hide(error)))
            return Status.UNREADABLE
        self._tell(report, voice)
        return self._judged(report, voice)

    def _report(self, voice: Voice) -> Report:
        output.check(self.folder, self.given.study.kpis, self.wanted)
        asked = self.asked
        fetch = Fetcher(asked.policy, secrets=self.secrets).within(self.given.folder)
        report = measured(self.given, Means(asked.engine, asked.scheduler, fetch, voice.stage))
        voice.stage(f"writing {self.folder}")
        output.write(report, self.folder, self.wanted)
        return report

    def _tell(self, report: Report, voice: Voice) -> None:
        """One line per KPI, and where the report lies."""
        if self.several:
            voice.say(f"{self.given.name}:")
        for note in report.notes:
            voice.warn(note)
        details = [one.analysis.detail for one in report.kpis.values()]
        lines = once((one.below, one.figures, one.caution) for one in details)
        for (name, one), line in zip(report.kpis.items(), lines, strict=True):
            voice.say(f"{name}: {one.analysis.headline}")
            voice.say(f"    {line}")
        if missing := self._boxes(report):
            voice.warn(f"In the pictures boxes stand for {missing}: no font here has them. Noto Sans CJK would.")
        voice.say(f"Written to {self.folder}")

    def _boxes(self, report: Report) -> str:
        """The letters of names that no picture can show; a few stand for all."""
        if not (self.wanted.charts or self.wanted.pdf):
            return ""
        names = [report.study.service, *(one.processed.kpi.name for one in report.kpis.values())]
        found = lacking("".join(names))
        return f"{found[:SHOWN_LETTERS]}{'…' if len(found) > SHOWN_LETTERS else ''}"

    def _judged(self, report: Report, voice: Voice) -> Status:
        found = self.asked.unwanted.among(report.kpis)
        for name, label in found.items():
            voice.fail(f"{self.given.name}, kpis.{name}: {label}, for which this run was asked to fail")
        return Status.UNWANTED if found else Status.DONE


def _folders(studies: Sequence[str], out: Path | None) -> dict[str, Path]:
    """Where each study's report goes: of several, into a folder of its own by the study's name."""
    if len(studies) == 1:
        return {text: out or _beside(text) for text in studies}
    folders: dict[str, Path] = {}
    for text in studies:
        above, name = out or _beside(text), _name(text)
        free, number = above / name, 2
        while str(free).lower() in {str(one).lower() for one in folders.values()}:
            free, number = above / f"{name}-{number}", number + 1
        folders[text] = free
    return folders


def _beside(text: str) -> Path:
    return Path(_FOLDER) if text == STDIN else Path(text).parent / _FOLDER


def _name(text: str) -> str:
    return "stdin" if text == STDIN else _ODD.sub("_", Path(text).stem) or "study"
