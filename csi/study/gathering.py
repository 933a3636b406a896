"""Step 3 for a study: every source read from its file, set of files, query or address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import CsiError, InvalidInput, InvalidInputs
from csi.step3_gather.readers import read
from csi.step3_gather.reading import Reading
from csi.step4_process import columns_needed


def gather(study: StudyDefinition, folder: Path) -> Mapping[str, list[Reading]]:
    """Read every source of a study.

    Args:
        study: the definition.
        folder: what its paths are relative to.

    Raises:
        InvalidInputs: every source that cannot be read, in one message.
    """
    found: dict[str, list[Reading]] = {}
    errors: list[InvalidInput] = []
    for name, source in study.sources.items():
        try:
            found[name] = _readings(study, source, folder)
        except InvalidInputs as error:
            errors += [_at_source(name, source, one) for one in error.errors]
        except CsiError as error:
            errors.append(_at_source(name, source, error))
    if errors:
        raise InvalidInputs(errors)
    return found


def _readings(study: StudyDefinition, source: SourceDefinition, folder: Path) -> list[Reading]:
    moments, numbers = columns_needed(study, source.id)
    return [
        read(path, source, moments=moments, numbers=numbers, filename=path.name) for path in paths_of(source, folder)
    ]


def paths_of(source: SourceDefinition, folder: Path) -> list[Path]:
    """The files of a source: one, or all that fit a pattern such as ``incidents-*.csv``, by name.

    Raises:
        InvalidInput: there is none.
    """
    if not source.file:
        raise InvalidInput("", "is not a file; expected file: with a path relative to the study")
    path = folder / source.file
    if any(sign in source.file for sign in "*?["):
        found = sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)) if path.anchor else str(path)))
    else:
        found = [path] if path.is_file() else []
    if not found:
        raise InvalidInput("", f"there is no file {source.file}; expected it relative to {folder}")
    return found


def _at_source(name: str, source: SourceDefinition, error: CsiError) -> InvalidInput:
    """The error with the source and file in front of it."""
    place = ", ".join(part for part in (f"sources.{name}", source.file) if part)
    inner = error.field if isinstance(error, InvalidInput) and error.field != source.file else ""
    reason = error.reason if isinstance(error, InvalidInput) else str(error)
    return InvalidInput(f"{place}, {inner}" if inner else place, reason)
