"""A study as it was given: a file or a text, with its name, its folder, and every path it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput
from csi.study.gathering import paths_of
from csi.study.reading import bytes_of, study_of

_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Given:
    """A study with what its paths are relative to; ``name`` stands in front of its errors, ``path`` is its file."""

    name: str
    folder: Path
    study: StudyDefinition
    path: Path | None = None

    @classmethod
    def of_file(cls, path: Path, environment: Mapping[str, str] | None = None) -> Given:
        """The study of a file; the files it names must be there.

        Raises:
            InvalidInputs: all that is wrong with it, in one message.
        """
        study = study_of(bytes_of(path), path.name, path.parent, environment=environment)
        return cls(path.name, path.parent, study, path)

    @classmethod
    def of_text(cls, content: bytes, name: str, folder: Path, environment: Mapping[str, str] | None = None) -> Given:
        """The study of a text that is no file.

        Raises:
            InvalidInputs: all that is wrong with it, in one message.
        """
        return cls(name, folder, study_of(content, name, folder, environment=environment))

    def inputs(self) -> Iterator[tuple[str, Path]]:
        """Every path of this machine that is read, with what it is."""
        if self.path is not None:
            yield "the study", self.path
        for name, source in self.study.sources.items():
            for path in _paths(source, self.folder):
                yield f"sources.{name}", path


def _paths(source: SourceDefinition, folder: Path) -> list[Path]:
    if source.sql.startswith(_SQLITE):
        return [folder / source.sql.removeprefix(_SQLITE).partition("?")[0]]
    try:
        return paths_of(source, folder) if source.file else []
    except InvalidInput:  # told when it is read
        return []
