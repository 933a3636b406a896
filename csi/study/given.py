"""A study as it was given: a file or a text, with its name, its folder, and every path it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from csi.definition import SourceDefinition, StudyDefinition
from csi.errors import InvalidInput
from csi.study.gathering import paths_of
from csi.study.keys import line_of
from csi.study.reading import bytes_of, lines_in, study_of

_SQLITE = "sqlite:///"
_ALSO = (".column_dates.", ".dates.")  # where the order of one column may stand, too


@dataclass(frozen=True, slots=True)
class Given:
    """A study with what its paths are relative to.

    ``name`` stands in front of its errors, ``path`` is its file, ``text`` what it holds: it tells where a key stands.
    """

    name: str
    folder: Path
    study: StudyDefinition
    path: Path | None = None
    text: bytes = b""

    @classmethod
    def of_file(cls, path: Path, environment: Mapping[str, str] | None = None) -> Given:
        """The study of a file; the files it names must be there.

        Raises:
            InvalidInputs: all that is wrong with it, in one message.
        """
        text = bytes_of(path)
        return cls(path.name, path.parent, study_of(text, path.name, path.parent, environment=environment), path, text)

    @classmethod
    def of_text(cls, content: bytes, name: str, folder: Path, environment: Mapping[str, str] | None = None) -> Given:
        """The study of a text that is no file.

        Raises:
            InvalidInputs: all that is wrong with it, in one message.
        """
        return cls(name, folder, study_of(content, name, folder, environment=environment), None, content)

    def place_of(self, field: str) -> str:
        """Where an error stands, for people: the study, the line of the innermost key it names, and its place."""
        lines = lines_in(self.text) if field and self.text else {}
        before, sign, key = field.rpartition(", ")
        if key not in lines and (other := key.replace(*_ALSO)) in lines:
            field, key = f"{before}{sign}{other}", other
        line = next((found for part in reversed(field.split(", ")) if (found := line_of(part, lines))), 0)
        return ", ".join(part for part in (self.name, f"line {line}" if line else "", field) if part)

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
