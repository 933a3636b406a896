"""DataFrames as the rows of sources: what is handed over is checked, and read by the rules of every file."""

from __future__ import annotations

import io
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput, InvalidInputs, key_of_source
from csi.reading.columns import renamed
from csi.reading.pandas_periods import NAMED, frequency, named_periods
from csi.reading.readers import read
from csi.reading.reading import Reading
from csi.reading.wide import shape_of
from csi.series import further_moments
from csi.series.column_kinds import columns_needed
from csi.series.columns import columns_wanted
from csi.study.gathering import check_columns, check_set

_FORM: dict[str, Any] = {"encoding": None, "delimiter": None, "sheet": None, "header_row": None}
_EXAMPLE = 'expected rows by source, such as {"incidents": frame}'


def checked(frames: Any) -> dict[str, pd.DataFrame]:
    """The frames by their source, with what their indexes are called as columns.

    Raises:
        InvalidInputs: it is no mapping, or something in it is no table.
    """
    if frames is None:
        return {}
    if not isinstance(frames, Mapping):
        raise InvalidInputs([InvalidInput("frames", f"{_EXAMPLE}, not {_kind(frames)}")])
    if errors := [error for name, frame in frames.items() if (error := _wrong(name, frame))]:
        raise InvalidInputs(errors)
    return {name: _with_index(frame) for name, frame in frames.items()}


def _wrong(name: Any, frame: Any) -> InvalidInput | None:
    """Why a frame cannot be read."""
    place = f"frames.{name}"
    if not isinstance(name, str):
        return InvalidInput(place, f"is no name of a source; {_EXAMPLE}")
    if not isinstance(frame, pd.DataFrame):
        return InvalidInput(place, f"expected a pandas DataFrame, not {_kind(frame)}; pd.DataFrame(…) makes one")
    if frame.columns.nlevels > 1:
        levels = frame.columns.nlevels
        reason = f"has names of {levels} levels, such as {frame.columns[0]!r}; expected one name a column"
        return InvalidInput(place, f"{reason}: set frame.columns") if len(frame.columns) else None
    if frame.empty:
        return InvalidInput(place, "holds no row; expected at least one")
    return _twice(place, _with_index(frame))


def _twice(place: str, frame: pd.DataFrame) -> InvalidInput | None:
    names = [str(one) for one in frame.columns]
    twice = sorted({one for one in names if names.count(one) > 1})
    return InvalidInput(place, f"has {twice[0]!r} twice; expected each column once") if twice else None


def _kind(value: Any) -> str:
    kind = type(value).__name__
    return "None" if value is None else f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with what its index is called as columns: a series by its moments has them there."""
    named: Sequence[Hashable] = [name for name in frame.index.names if name is not None and name not in frame.columns]
    return frame.reset_index(level=list(named)) if named else frame


def sources_of(study: StudyDefinition, frames: Mapping[str, pd.DataFrame]) -> dict[str, SourceDefinition]:
    """The sources, with what a frame says of its columns: a timedelta is in seconds, whatever else is said."""
    found = dict(study.sources)
    for key, frame in frames.items():
        names = {str(name): found[key].columns.get(str(name), str(name)) for name in frame.columns}
        lengths = [name for name, kind in zip(names.values(), frame.dtypes, strict=True) if _is_length(kind)]
        if lengths:
            options = found[key].options
            units = {**dict(options.get("units") or {}), **dict.fromkeys(lengths, "s")}
            found[key] = replace(found[key], options={**options, "units": units})
    return found


def _is_length(kind: Any) -> bool:
    kind = kind.categories.dtype if isinstance(kind, pd.CategoricalDtype) else kind
    return isinstance(kind, np.dtype) and kind.kind == "m"


def check_frames(study: StudyDefinition, frames: Mapping[str, pd.DataFrame]) -> None:
    """Refuse every key of the study that names a column its frame has not.

    Raises:
        InvalidInputs: each with its key; and an index that may hold what is missing.
    """
    errors: list[InvalidInput] = []
    for key, frame in frames.items():
        source = study.sources[key]
        try:
            names = renamed([str(one) for one in frame.columns], source.columns)
            columns = shape_of(source.options).names(names, key)
            check_set(source, [columns])
            check_columns(study, source, columns)
        except InvalidInputs as error:
            errors += [*error.errors, *_nameless(key, frame)]
        except InvalidInput as error:
            about = key_of_source(key)
            errors += [InvalidInput(f"{about}, {error.field}", error.reason, about=about), *_nameless(key, frame)]
    if errors:
        raise InvalidInputs(errors)


def _nameless(key: str, frame: pd.DataFrame) -> list[InvalidInput]:
    """What is to be said of an index that holds something, but has no name and so is no column."""
    levels = [frame.index.get_level_values(place) for place in range(frame.index.nlevels)]
    moments = (pd.DatetimeIndex, pd.PeriodIndex, pd.TimedeltaIndex)
    if not any(isinstance(level, moments) and level.name is None for level in levels):
        return []
    reason = "its index has no name, so it is no column; expected one, as frame.rename_axis(…) gives it"
    return [InvalidInput(f"frames.{key}", reason)]


def reading_of(study: StudyDefinition, source: SourceDefinition, frame: pd.DataFrame) -> Reading:
    """A frame's rows, typed as those of a file are."""
    moments, numbers = columns_needed(study, source.id)
    plain, content = replace(source, file="", column_dates=_orders(source, frame), **_FORM), as_parquet(frame)
    columns = columns_wanted(study, source.id)
    further = further_moments.read_besides(study, source.id)
    return read(content, plain, moments=moments, numbers=numbers, filename=source.id, columns=columns, further=further)


def _orders(source: SourceDefinition, frame: pd.DataFrame) -> dict[str, str]:
    """The orders of a source's dates; periods are written in that of ISO, whatever is said of the others."""
    kinds = zip(map(str, frame.columns), frame.dtypes, strict=True)
    periods = [source.columns.get(name, name) for name, kind in kinds if frequency(kind) in NAMED]
    return {**source.column_dates, **dict.fromkeys(periods, "iso")}


def as_parquet(frame: pd.DataFrame) -> bytes:
    """A frame as a file, so that it goes through the same reading: columns by name, whatever their type."""
    columns = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns, names=[str(one) for one in frame.columns]), buffer)
    return buffer.getvalue()


def _column(column: pd.Series) -> pa.Array:
    """A column as Arrow holds it; what it has no type for, or holds things of several types, as text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = named_periods(column)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "m":
        column = column.dt.total_seconds()
    try:
        found = pa.array(column, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        found = pa.array(_texts(column), pa.string())
    if isinstance(found.type, pa.BaseExtensionType):
        return pa.array(_texts(column), pa.string())
    return pa.array([None] * len(column), pa.string()) if pa.types.is_null(found.type) else found


def _texts(column: pd.Series) -> list[str | None]:
    blank = column.isna().to_numpy()
    return [None if empty else _text(cell) for cell, empty in zip(column, blank, strict=True)]


def _text(cell: Any) -> str:
    """A cell as text: a moment in ISO, the first of a span, a truth as files write it."""
    if isinstance(cell, bool | np.bool_):
        return str(bool(cell)).lower()
    if isinstance(cell, pd.Period):
        return str(named_periods(pd.Series([cell])).iloc[0])
    is_moment = hasattr(cell, "isoformat") and not isinstance(cell, timedelta)
    return cell.isoformat() if is_moment else str(cell)
