"""A study over DataFrames, for a notebook: ``report = evaluate("study.yml", {"incidents": frame})``."""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csi.charts import facts
from csi.charts.report import markdown
from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, key_of_source
from csi.series import process_study
from csi.study import output
from csi.study.evaluation import Report, judged
from csi.study.frame_rows import check_frames, checked, reading_of, sources_of
from csi.study.gathering import gather
from csi.study.given import Given
from csi.study.output import Wanted
from csi.study.plain import report_plain
from csi.study.reading import bytes_of, study_from, study_of
from csi.study.running import readable, told_with

Study = str | PathLike[str] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evaluated(Report):
    """A report as a notebook holds it: ``kpis["mttr"].verdict``, ``.sentence``, ``.series``; and shown in a cell.

    ``inputs`` are the paths it was read from, with what each is: nothing is written over them.
    """

    inputs: tuple[tuple[str, Path], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The report as ``report.json`` holds it."""
        return report_plain(self)

    def write(self, folder: str | PathLike[str]) -> list[Path]:
        """Write the report's files into a folder; their paths.

        Raises:
            CsiError: it cannot be written, or something that was read would be written over.
        """
        return output.write(self, Path(folder), Wanted(inputs=self.inputs))

    def _repr_markdown_(self) -> str:
        return markdown(facts.of(self.study, self.kpis, sources=self.sources, notes=self.notes))

    def _repr_html_(self) -> str:
        base = facts.of(self.study, self.kpis, sources=self.sources, notes=self.notes)
        cells = [(view.name, view.analysis.both, view.analysis.detail.summary) for view in base.ordered()]
        head = "".join(f"<th>{name}</th>" for name in ("KPI", "verdict", "in short"))
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
        title = html.escape(f"{base.service}: did we get there?")
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        counts = html.escape(base.headline)
        return f"<p><strong>{title}</strong> {counts}</p>{notes}<table><tr>{head}</tr>{rows}</table>"


def evaluate(study: Study, frames: Mapping[str, pd.DataFrame] | None = None) -> Evaluated:
    """Steps 3 to 5 over a study and the rows it is about.

    Args:
        study: a path, the text of a study, or a mapping with its keys.
        frames: rows by source; such a source needs no ``file`` in the study. The others are read from their files,
            relative to the study's folder, or to the present one where the study is no file.

    Raises:
        InvalidInputs: all that is wrong with the study or the frames, a column that cannot be read, or nothing in any.
    """
    held = checked(frames)
    given = _given(study, held)
    _check_sources(given.study, held)
    definition = replace(given.study, sources=sources_of(given.study, held))
    others = {key: source for key, source in definition.sources.items() if key not in held}
    with told_with(given):
        check_frames(definition, held)
        readings = dict(gather(replace(definition, sources=others), given.folder))
        readings |= {key: [reading_of(definition, definition.sources[key], frame)] for key, frame in held.items()}
        processed = process_study(definition, readings)
    made = readable(definition, processed, given.name)
    with told_with(given):
        report = judged(definition, made.kpis, made.sources, made.quarantine)
    inputs = tuple(replace(given, study=replace(definition, sources=others)).inputs())
    return Evaluated(report.study, report.sources, report.kpis, report.known, report.quarantine, inputs=inputs)


def _check_sources(study: StudyDefinition, held: Collection[str]) -> None:
    """Every frame is of a source, and every source has a frame or a file."""
    known = ", ".join(study.sources)
    reason = f"is no source of the study; expected one of {known}"
    errors = [InvalidInput(f"frames.{one}", reason) for one in sorted(set(held) - set(study.sources))]
    errors += [_asked(key) for key, one in study.sources.items() if key not in held and _is_asked(one)]
    if errors:
        raise InvalidInputs(errors)


def _is_asked(source: SourceDefinition) -> bool:
    return bool(source.url or source.sql or source.prometheus)


def _asked(key: str) -> InvalidInput:
    reason = "is asked for at an address, which only csi run does; expected its rows among the frames"
    return InvalidInput(key_of_source(key), reason)


def _given(study: Any, held: Collection[str]) -> Given:
    """The definition, with the folder its paths are relative to."""
    if isinstance(study, Mapping):
        return Given("study", Path(), study_from(_plain(study), "study", held=held))
    if isinstance(study, str) and "\n" in study:
        return Given("study", Path(), study_of(study.encode(), "study", held=held))
    if not isinstance(study, str | PathLike) or not str(study).strip():
        kind = "an empty text" if isinstance(study, str) else type(study).__name__
        reason = f"expected the path of a study, its text, or a mapping with its keys, not {kind}"
        raise InvalidInputs([InvalidInput("study", reason)])
    path = Path(study)
    return Given(path.name, path.parent, study_of(bytes_of(path), path.name, held=held), path)


def _plain(value: Any) -> Any:
    """A mapping as YAML would give it: with plain numbers, moments and lists for those of numpy and pandas."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(one) for one in value]
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime(warn=False)
    return value.item() if isinstance(value, np.generic) else value
