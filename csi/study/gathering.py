"""Step 3 for a study: every source read from its file, set of files, query or address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
from pyarrow.parquet import read_schema

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import CsiError, InvalidInput, InvalidInputs, StudyKey, key_of_source
from csi.reading.columns import renamed
from csi.reading.connectors.asked import Fetch
from csi.reading.content import Content, Format, format_of
from csi.reading.layout import form_of, of_content
from csi.reading.mending import without_escapes
from csi.reading.moments import read_moments
from csi.reading.readers import read
from csi.reading.reading import REFUSED, Reading
from csi.reading.wide import shape_of
from csi.series import further_moments
from csi.series.column_kinds import columns_needed, event_columns
from csi.series.columns import columns_wanted, named_columns, set_columns
from csi.series.partition import Task, require_rows
from csi.study.earlier import is_of_report
from csi.study.fetching import collected, fetched
from csi.study.of_sheets import SHEETS, in_each, sheets_of
from csi.study.progress import Tell, silent
from csi.words.nearest import nearest

FILES = "files"  # of a source's options: files beside its first
_SHOWN = 40
_FILES = 3  # named in one error; ours
_NAME = 60  # characters of a column's name as an error shows it
_SHEETS = {form for form in Format if form.has_sheets}
_TEXTS = {Format.DELIMITED, Format.JSON, Format.JSON_LINES}
# Per key the forms of a file that it says something about.
_USED_BY: Mapping[str, tuple[set[Format], str]] = {
    "sheet": (_SHEETS, "a workbook"),
    "delimiter": ({Format.DELIMITED}, "CSV"),
    "header_row": ({Format.DELIMITED, *_SHEETS}, "CSV or a workbook"),
    "encoding": (_TEXTS, "a text such as CSV"),
}
_COMPARED = (".where", ".good", ".value.pauses")  # keys of a study that compare moments
T = TypeVar("T")


def gather(
    study: StudyDefinition, folder: Path, fetch: Fetch | None = None, tell: Tell = silent
) -> Mapping[str, list[Reading]]:
    """Read every source of a study.

    Args:
        study: the definition.
        folder: what its paths are relative to.
        fetch: what asks databases and addresses; None: only files are read.
        tell: hears which source is read.

    Raises:
        InvalidInputs: every source that cannot be read, in one message.
    """

    def readings(source: SourceDefinition) -> list[Reading]:
        tell(f"reading {source.id}{f' ({source.file})' if source.file else ''}")
        if fetch is not None and not source.file:
            return fetched(study, source, fetch, lambda path, form: _read(study, _collected(study, form, path)))
        found = _of_files(_whole(study, source, folder), lambda task: _read(study, task))
        require_rows(source, [one.rows_read for one in found])
        return found

    return _of_each(study, readings)


def tasks(
    study: StudyDefinition, folder: Path, scratch: Path, fetch: Fetch | None = None, tell: Tell = silent
) -> Mapping[str, list[Task]]:
    """What is to be read for every source, with its columns checked; what is no file is fetched into ``scratch``.

    Raises:
        InvalidInputs: every source that cannot be read, in one message.
    """

    def wanted(source: SourceDefinition) -> list[Task]:
        if fetch is not None and not source.file:
            tell(f"asking for {source.id}")
            place = scratch / f"fetched-{source.id}"
            place.mkdir()
            path, form = collected(study, source, fetch, place)
            return [_checked(study, _collected(study, form, path))]
        return _of_files(_whole(study, source, folder), lambda task: _checked(study, task))

    return _of_each(study, wanted)


def _whole(study: StudyDefinition, source: SourceDefinition, folder: Path) -> list[Task]:
    """What is to be read for a source of files, once each column it says something about is found in one of them."""
    found = _tasks(study, source, folder)
    check_set(source, map(_columns_there, found))
    return found


def _collected(study: StudyDefinition, source: SourceDefinition, path: Path) -> Task:
    """What is to be read of what was fetched."""
    (one,) = sheets_of(study, source, path)
    task = _task(study, one, path)
    check_set(source, map(_columns_there, [task]))
    return task


def _columns_there(task: Task) -> tuple[str, ...]:
    """The columns of a file; none of one that the reader will refuse, in its turn."""
    try:
        return columns_of_file(task.path, task.source)
    except CsiError:
        return ()


def _tasks(study: StudyDefinition, source: SourceDefinition, folder: Path) -> list[Task]:
    """One per file of a source; all of them type the same columns."""
    paths = paths_of(source, folder)
    _tell_useless(source, paths)
    each = zip(paths, in_each(source, paths), strict=True)
    tasks = [_task(study, one, path) for path, own in each for one in sheets_of(study, own, path)]
    if len(tasks) == 1:
        return tasks
    kinds = {(task.moments, task.numbers) for task in tasks}
    moments, numbers = kinds.pop() if len(kinds) == 1 else columns_needed(study, source.id)
    return [replace(task, moments=moments, numbers=numbers, among_others=True) for task in tasks]


def _tell_useless(source: SourceDefinition, paths: Sequence[Path]) -> None:
    """A key that none of the files has a use for is told."""
    forms = [found for path in paths if (found := _form(path, source)) is not None]
    errors = [
        _at(
            source.file,
            key_of_source(source.id, key),
            f"is of no use to {_listed(forms)}; expected {said}, or no such key",
        )
        for key, (used, said) in _USED_BY.items()
        if _says(source, key) and forms and not used & set(forms)
    ]
    if errors:
        raise InvalidInputs(errors)


def _says(source: SourceDefinition, key: str) -> bool:
    return getattr(source, key) is not None or (key == "sheet" and SHEETS in source.options)


def _listed(forms: Sequence[Format]) -> str:
    return " and ".join(sorted({form.told for form in forms}))


def _form(path: Path, source: SourceDefinition) -> Format | None:
    """What a file is, in the encoding stated; None where the reader will refuse it, in its turn."""
    try:
        return format_of(Content(path), source.encoding)
    except InvalidInput:
        return None


def _of_files(tasks: Sequence[Task], get: Callable[[Task], T]) -> list[T]:
    """What every file of a source gives, or the errors of all of them: what is wrong with many alike is told once."""
    found: list[T] = []
    wrong: dict[tuple[str, str], list[str]] = {}
    for task in tasks:
        try:
            found.append(get(task))
        except (InvalidInput, InvalidInputs) as error:
            several = error.errors if isinstance(error, InvalidInputs) else (error,)
            for one in several:
                wrong.setdefault((one.field, one.reason), []).append(task.told)
    if wrong:
        errors = [_at(_told(files, len(tasks)), field, reason) for (field, reason), files in wrong.items()]
        raise InvalidInputs(errors)
    return found


def _told(files: Sequence[str], of: int) -> str:
    """The files of which something is told: the first few by name, and how many there are."""
    if len(files) <= _FILES:
        return ", ".join(files)
    return f"{', '.join(files[:_FILES])} and {len(files) - _FILES:,} more of {of:,} files"


def _of_each(study: StudyDefinition, get: Callable[[SourceDefinition], list[T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    errors: list[InvalidInput] = []
    for name, source in study.sources.items():
        try:
            found[name] = get(source)
        except InvalidInputs as error:
            errors += [_at_source(name, one) for one in error.errors]
        except CsiError as error:
            errors.append(_at_source(name, error))
    if errors:
        raise InvalidInputs(errors)
    return found


def _task(study: StudyDefinition, source: SourceDefinition, path: Path) -> Task:
    moments, numbers = columns_needed(study, source.id)
    dated, counted = _version_typed(path, source)
    return Task(path.resolve(), source, (*moments, *dated), (*numbers, *counted))


def _checked(study: StudyDefinition, task: Task) -> Task:
    columns = columns_of_file(task.path, task.source)
    check_columns(study, task.source, columns)
    _check_once(study, task, columns)
    _check_compared(study, task)
    return task


def _read(study: StudyDefinition, task: Task) -> Reading:
    columns = columns_wanted(study, task.source.id)
    _check_compared(study, task)
    content, form = without_escapes(task.path, task.source)
    try:
        reading = read(
            content,
            form,
            moments=task.moments,
            numbers=task.numbers,
            filename=task.told,
            columns=columns,
            may_be_empty=task.among_others,
            further=further_moments.read_besides(study, task.source.id),
        )
    except InvalidInput:
        _checked(study, task)  # tells every missing column by its key
        raise
    check_columns(study, task.source, tuple(reading.frame.columns))
    _check_once(study, task, tuple(reading.frame.columns))
    own = reading.sha256 if content is task.path else Content(task.path).sha256()  # of the file, not of what it mends
    return replace(reading, sha256=task.digest(own))


def _check_compared(study: StudyDefinition, task: Task) -> None:
    """Refuse to compare with moments a column whose first cells are none: every row would go to quarantine."""
    compared = set(task.moments) - {*event_columns(study, task.source.id), task.source.latest_by}
    if not compared:
        return
    layout = of_content(Content(task.path), task.source)
    for name, column in zip(renamed(layout.names, task.source.columns), layout.columns, strict=True):
        cells = [cell for cell in column.examples if cell not in task.source.missing]
        if name in compared and cells and _no_moments(cells, task.source.order_of(name)):
            reason = f"{name} is compared with moments, but holds such as {cells[0]!r}: these cannot be compared"
            raise InvalidInput(_comparing(study, task.source.id, name), reason)


def _no_moments(cells: Sequence[str], order: str) -> bool:
    return bool(read_moments(pa.chunked_array([pa.array(cells, pa.string())]), order, "UTC").unreadable.all())


def _comparing(study: StudyDefinition, source: str, column: str) -> str:
    """The first key of the study that compares a column with moments."""
    keys = [key for key, name in named_columns(study, source) if name == column and key.endswith(_COMPARED)]
    return keys[0] if keys else key_of_source(source)


def columns_of_file(path: Path, source: SourceDefinition) -> tuple[str, ...]:
    """The columns a file has for a study: renamed, joined, melted."""
    layout = form_of(Content(path), source)
    return shape_of(source.options).names(renamed(layout.names, source.columns), path.name)


def check_columns(study: StudyDefinition, source: SourceDefinition, columns: Sequence[str]) -> None:
    """Refuse every key of the study that names a column which is not there.

    Raises:
        InvalidInputs: each with its key and the nearest column.
    """
    columns = [name for name in columns if name != REFUSED]
    errors = [
        InvalidInput(key, _no_column(name, columns))
        for key, name in named_columns(study, source.id)
        if name not in columns
    ]
    if errors:
        raise InvalidInputs(errors)


def _check_once(study: StudyDefinition, task: Task, columns: Sequence[str]) -> None:
    """Refuse every key of the study that names a column which the file has twice, where nothing says which is meant.

    Raises:
        InvalidInputs: each with its key, and how one of both is named.
    """
    used = named_columns(study, task.source.id)
    if any(f"{name}_2" in columns for _, name in used):  # else no name can stand twice, and nothing is looked into
        further = form_of(Content(task.path), task.source).further
        if errors := twice(used, further, task.source):
            raise InvalidInputs(errors)


def twice(
    used: Sequence[tuple[str, str]], further: Mapping[str, Sequence[str]], source: SourceDefinition
) -> list[InvalidInput]:
    """An error per key that names a column which stands more than once.

    Who renames one of its columns, or uses a further one beside it, knows of both.

    Args:
        used: each key with the column it names.
        further: per name that stands more than once what its further columns are called.
        source: says which columns are renamed.
    """
    known = {*source.columns, *(name for _, name in used)}
    unsaid = {name: others for name, others in further.items() if not known & {*others} and name not in source.columns}
    return [
        InvalidInput(
            key,
            f"the file has {name!r} twice; expected each column once: in the source, columns: "
            f"{{{name}: first}} calls the first so, {{{unsaid[name][0]}: second}} the second",
        )
        for key, name in used
        if name in unsaid
    ]


def check_set(source: SourceDefinition, files: Iterable[Sequence[str]]) -> None:
    """Refuse every key of a source that says how a column is read which is in none of its files.

    Args:
        source: the definition.
        files: the columns of each, one after the other; gone through only where there is such a key.

    Raises:
        InvalidInputs: each with its key and the nearest column.
    """
    sought = set_columns(source)
    there: dict[str, None] = {}
    known = tuple(part for parts in shape_of(source.options).join.values() for part in parts)
    for columns in files if sought else ():
        there |= dict.fromkeys((*columns, *known))
        if all(name in there for _, name in sought):
            return
    errors = [InvalidInput(key, _no_such(name, source, tuple(there))) for key, name in sought if name not in there]
    if errors and there:
        raise InvalidInputs(errors)


def _no_such(name: str, source: SourceDefinition, columns: Sequence[str]) -> str:
    if (now := source.columns.get(name)) is not None:
        return f"there is no column {name!r}: under columns: it is called {now!r}; expected that name"
    return _no_column(name, columns)


def _no_column(name: str, columns: Sequence[str]) -> str:
    if len(columns) == 1 and (signs := may_part(columns[0])):
        said = f"the file reads as one column, {columns[0][:_NAME]!r}"
        return f"there is no column {name!r}; {said}; expected delimiter: {' or '.join(map(repr, signs))} in the source"
    near = nearest(name, [one for one in columns if len(one) <= _NAME])
    hint = f"did you mean {near!r}? " if near else ""
    more = ", …" if len(columns) > _SHOWN else ""
    have = ", ".join(one if len(one) <= _NAME else f"{one[: _NAME - 1]}…" for one in columns[:_SHOWN])
    return f"there is no column {name!r}; {hint}expected one of {have}{more}"


def may_part(header: str) -> list[str]:
    """The signs in a header that may part it into several names."""
    signs = dict.fromkeys(re.findall(r"(?<=\w)\s*([^\w\s.'()\[\]]|\s)\s*(?=\w)", header))
    return list(signs)[:_FILES]


def _version_typed(path: Path, source: SourceDefinition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The version's column as moment or number where Parquet holds it so: no need to go through text."""
    if not source.latest_by or _form(path, source) is not Format.PARQUET or is_packed(path):
        return (), ()
    old = {new: name for name, new in source.columns.items()}.get(source.latest_by, source.latest_by)
    kind = _parquet_types(path).get(old, pa.string())
    if pa.types.is_timestamp(kind):
        return (source.latest_by,), ()
    return (), (source.latest_by,) if pa.types.is_integer(kind) or pa.types.is_floating(kind) else ()


def _parquet_types(path: Path) -> dict[str, pa.DataType]:
    """Type by column; none of a broken file, which the reader will refuse in its own words."""
    try:
        schema = read_schema(path)
    except (pa.ArrowInvalid, OSError):
        return {}
    return {field.name: field.type for field in schema}


def is_packed(path: Path) -> bool:
    """Whether a file is gzipped."""
    with path.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def paths_of(source: SourceDefinition, folder: Path) -> list[Path]:
    """The files of a source: one, a list of them, or all that fit a pattern such as ``incidents-*.csv``, by name.

    Raises:
        InvalidInput: one that is named is not there.
    """
    if not source.file:
        raise InvalidInput("", "is not a file; expected file: with a path relative to the study")
    found: dict[Path, None] = {}
    for name in (source.file, *source.options.get(FILES, ())):
        there = _there(folder, name)
        if not there:
            filled = "; ${NAME} is filled in where a source asks (url, sql, headers), not here" if "${" in name else ""
            raise InvalidInput("", f"there is no file {name}; expected it relative to {folder}{filled}")
        found |= dict.fromkeys(there)
    return list(found)


def _there(folder: Path, name: str) -> list[Path]:
    try:
        return _found(folder, name)
    except (OSError, ValueError):  # a name too long, or ** within a name
        return []


def _found(folder: Path, name: str) -> list[Path]:
    """The file of that name, else the files that fit it as a pattern, without what an earlier run wrote."""
    path = folder / name
    if path.is_file() or not any(sign in name for sign in "*?["):
        return [path] if path.is_file() else []
    anchor = Path(name).anchor
    fitting = sorted(one for one in Path(anchor or folder).glob(name.removeprefix(anchor)) if one.is_file())
    return [one for one in fitting if not is_of_report(one)]


def _at_source(name: str, error: CsiError) -> InvalidInput:
    """The error with the source in front of it."""
    field, reason = (error.field, error.reason) if isinstance(error, InvalidInput) else ("", str(error))
    place = key_of_source(name)
    return _at("" if field.startswith(f"{place}.") else place, field, reason)


def _at(*parts: str) -> InvalidInput:
    """An error at a place, told from the outside in; its reason comes last."""
    *places, reason = parts
    about = next((place for place in places if isinstance(place, StudyKey)), None)
    return InvalidInput(", ".join(dict.fromkeys(place for place in places if place)), reason, about=about)
