"""A study over DataFrames, for a notebook: ``report = evaluate("study.yml", {"incidents": frame})``."""

from __future__ import annotations

import html
import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs
from csi.step3_gather.readers import read
from csi.step3_gather.reading import Reading
from csi.step4_process import further_moments, process_study
from csi.step4_process.column_kinds import columns_needed
from csi.step4_process.columns import columns_wanted
from csi.step6_present import facts
from csi.step6_present.report import markdown
from csi.step6_present.view import target_text
from csi.study import output
from csi.study.evaluation import Report, judged
from csi.study.gathering import gather
from csi.study.plain import report_plain
from csi.study.reading import bytes_of, study_from, study_of

Study = str | PathLike[str] | Mapping[str, Any]
_FORM: dict[str, Any] = {"encoding": None, "delimiter": None, "sheet": None, "header_row": None}


@dataclass(frozen=True, slots=True)
class Evaluated(Report):
    """A report as a notebook holds it: ``kpis["mttr"].verdict``, ``.sentence``, ``.series``; and shown in a cell."""

    def to_dict(self) -> dict[str, Any]:
        """The report as ``report.json`` holds it."""
        return report_plain(self)

    def write(self, folder: str | PathLike[str]) -> list[Path]:
        """Write the report's files into a folder; their paths."""
        return output.write(self, Path(folder))

    def _repr_markdown_(self) -> str:
        return markdown(facts.of(self.study, self.kpis, sources=self.sources, notes=self.notes))

    def _repr_html_(self) -> str:
        base = facts.of(self.study, self.kpis, sources=self.sources, notes=self.notes)
        cells = [(view.name, view.analysis.label, target_text(view), view.analysis.sentence) for view in base.ordered()]
        head = "".join(f"<th>{name}</th>" for name in ("KPI", "verdict", "target", "what there is to say"))
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in cells)
        title = html.escape(f"{base.service}: did we get there?")
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return f"<p><strong>{title}</strong></p>{notes}<table><tr>{head}</tr>{rows}</table>"


def evaluate(study: Study, frames: Mapping[str, pd.DataFrame] | None = None) -> Evaluated:
    """Steps 3 to 5 over a study and the rows it is about.

    Args:
        study: a path, the text of a study, or a mapping with its keys.
        frames: rows by source; such a source needs no ``file`` in the study. The others are read from their files,
            relative to the study's folder, or to the present one where the study is no file.

    Raises:
        InvalidInputs: all that is wrong with the study, or a column that cannot be read.
    """
    held = dict(frames or {})
    definition, folder = _definition(study, held)
    if unknown := sorted(set(held) - set(definition.sources)):
        reason = f"is no source of the study; expected one of {', '.join(definition.sources)}"
        raise InvalidInputs([InvalidInput(f"frames.{one}", reason) for one in unknown])
    definition = replace(definition, sources=_sources(definition, held))
    others = {key: source for key, source in definition.sources.items() if key not in held}
    readings = dict(gather(replace(definition, sources=others), folder))
    readings |= {key: [_reading(definition, definition.sources[key], frame)] for key, frame in held.items()}
    made = process_study(definition, readings)
    report = judged(definition, made.kpis, made.sources, made.quarantine)
    return Evaluated(report.study, report.sources, report.kpis, report.known, report.quarantine)


def _definition(study: Study, held: Mapping[str, pd.DataFrame]) -> tuple[StudyDefinition, Path]:
    """The definition, and the folder its paths are relative to."""
    if isinstance(study, Mapping):
        return study_from(study, "study", held=held), Path()
    if isinstance(study, str) and "\n" in study:
        return study_of(study.encode(), "study", held=held), Path()
    path = Path(study)
    return study_of(bytes_of(path), path.name, held=held), path.parent


def _sources(study: StudyDefinition, held: Mapping[str, pd.DataFrame]) -> dict[str, SourceDefinition]:
    """The sources, with what a frame says of its columns' units: a timedelta is a length of time, read in seconds."""
    found = dict(study.sources)
    for key, frame in held.items():
        lengths = [str(name) for name, kind in frame.dtypes.items() if kind.kind == "m"]
        if lengths:
            options = found[key].options
            units = {**dict.fromkeys(lengths, "s"), **dict(options.get("units") or {})}
            found[key] = replace(found[key], options={**options, "units": units})
    return found


def _reading(study: StudyDefinition, source: SourceDefinition, frame: pd.DataFrame) -> Reading:
    """A frame's rows, typed as those of a file are."""
    moments, numbers = columns_needed(study, source.id)
    plain, content = replace(source, file="", **_FORM), as_parquet(frame, source.id)
    columns = columns_wanted(study, source.id)
    further = further_moments.wanted(study, source.id)
    return read(content, plain, moments=moments, numbers=numbers, filename=source.id, columns=columns, further=further)


def as_parquet(frame: pd.DataFrame, name: str = "frame") -> bytes:
    """A frame as a file, so that it goes through the same reading: columns by name, whatever their type.

    Raises:
        InvalidInput: two columns have one name.
    """
    whole = _with_index(frame)
    names = [str(one) for one in whole.columns]
    if twice := sorted({one for one in names if names.count(one) > 1}):
        raise InvalidInput(f"frames.{name}", f"has {twice[0]!r} twice; expected each column once")
    columns = [_column(whole.iloc[:, place]) for place in range(len(names))]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, names=names), buffer)
    return buffer.getvalue()


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what its index is called as columns: a series by its moments has them there."""
    named: Sequence[Hashable] = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return frame.reset_index(level=list(named)) if named else frame


def _column(column: pd.Series) -> pa.Array:
    """A column as Arrow holds it; what it has no type for, or holds things of several types, as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.start_time
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "m":
        column = column.dt.total_seconds()
    try:
        found = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        found = pa.array(_texts(column), pa.string())
    return pa.array([None] * len(column), pa.string()) if pa.types.is_null(found.type) else found


def _texts(column: pd.Series) -> list[str | None]:
    blank = column.isna().to_numpy()
    return [None if empty else _text(cell) for cell, empty in zip(column, blank, strict=True)]


def _text(cell: Any) -> str:
    """A cell as text: a moment in ISO, a truth as files write it."""
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell)).lower()
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
