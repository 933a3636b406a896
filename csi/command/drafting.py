"""``csi init``: a study drafted from files, and where it is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from csi.command.voice import Voice
from csi.errors import CsiError, InvalidInput
from csi.reading.moments import zone
from csi.study.drafting import drafted
from csi.study.drafting.text import few

_YAML = (".yml", ".yaml")


@dataclass(frozen=True, slots=True)
class Drafting:
    """What one call asks for; ``out`` is None for standard output, where paths are relative to the present folder."""

    files: Sequence[Path]
    out: Path | None = None
    timezone: str = "UTC"
    service: str = ""
    force: bool = False


def draft_all(asked: Drafting, voice: Voice) -> str:
    """The study of the files, written where it was asked for; what is left to do is said.

    Returns:
        its text.

    Raises:
        CsiError: a file cannot be read, or the study would be written over something.
    """
    _check(asked)
    found = drafted(asked.files, asked.out.parent if asked.out else Path(), asked.timezone, asked.service)
    if asked.out is not None:
        _write(found.text, asked.out)
    for one in found.to_do:
        voice.warn(f"To do before it runs: {one}")
    if found.guessed:
        voice.warn(f"Only guessed, and marked with ?: look at {few(found.guessed)} before you trust a verdict")
    return found.text


def _check(asked: Drafting) -> None:
    try:
        zone(asked.timezone)
    except InvalidInput as error:
        raise CsiError(f"--timezone: {error.reason}") from error
    for path in asked.files:
        if not path.is_file():
            raise CsiError(f"{path}: there is no such file; expected an export such as incidents.csv")
        if path.suffix.lower() in _YAML:
            raise CsiError(f"{path}: is a study, or none of the data; expected an export. csi run {path} evaluates it")
    out = asked.out
    if out is None or not out.exists():
        return
    if any(out.samefile(one) for one in asked.files):
        raise CsiError(f"{out}: is one of the files that are read; expected another --out")
    if not asked.force:
        raise CsiError(f"{out}: is there already; expected another --out, or --force to write over it")


def _write(text: str, out: Path) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CsiError(f"{out}: cannot be written ({error.strerror}); expected a file to write to") from error
