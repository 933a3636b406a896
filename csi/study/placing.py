"""Putting a report where it belongs: as a whole or not at all, over nothing that is read, beside what is not ours."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from csi.errors import CsiError
from csi.study.swapping import swap

Inputs = Sequence[tuple[str, Path]]


def check(folder: Path, names: Collection[str], inputs: Inputs) -> None:
    """Refuse a folder that is none, or in which a file would be written over what is read.

    Raises:
        CsiError: it names both.
    """
    if folder.exists() and not folder.is_dir():
        raise CsiError(f"{folder}: cannot be written (it is a file); expected a folder to write to")
    for name in names:
        for what, path in inputs:
            if _same(folder / name, path):
                raise CsiError(
                    f"{folder / name}: is {what}, which is read and would be written over; expected another --out"
                )


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, by whatever links or spelling."""
    with suppress(OSError):
        return one.samefile(other)
    return Path(os.path.realpath(one)) == Path(os.path.realpath(other))


def place(made: Mapping[str, bytes], folder: Path, earlier: Collection[str], inputs: Inputs = ()) -> None:
    """Put files into a folder in place of what an earlier run wrote there.

    All of them are written beside the folder first, then the two change places: whoever looks, or stops it, finds the
    old report or the new one. Where the folder holds more than a report (an analyst's own notes), its own files stay:
    they are linked into the new one; a folder that cannot change places (somebody stands in it, it is mounted, it
    holds folders or what is read) gets its files one by one, each whole.

    Raises:
        OSError: they cannot be written.
    """
    folder = Path(os.path.realpath(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    stale = [name for name in earlier if name not in made and not any(_same(folder / name, path) for _, path in inputs)]
    if not _as_a_whole(made, folder, {*made, *stale}, inputs):
        _one_by_one(made, folder, stale)


def _as_a_whole(made: Mapping[str, bytes], folder: Path, ours: set[str], inputs: Inputs) -> bool:
    """Whether the files could be put there in one step."""
    kept = _kept(folder, ours, inputs)
    if kept is None:
        return False
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError:  # the folder may be written to, and what it lies in not
        return False
    try:
        _write(made, fresh)
        try:
            for path in kept:
                os.link(path, fresh / path.name)
            shutil.copymode(folder, fresh) if folder.exists() else fresh.chmod(_usual_mode())
            swap(fresh, folder)
        except OSError:
            return False
        _give_back(fresh, folder, ours)
        return True
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _give_back(old: Path, folder: Path, ours: set[str]) -> None:
    """What somebody put into the old folder meanwhile goes on into the new one."""
    for path in old.iterdir() if old.exists() else ():
        if path.name not in ours and not (folder / path.name).exists():
            path.rename(folder / path.name)


def _kept(folder: Path, ours: set[str], inputs: Inputs) -> list[Path] | None:
    """Files in the folder that are nobody's report; None where it must stay the folder it is."""
    if not folder.exists():
        return []
    if os.path.ismount(folder) or _holds(folder, [Path.cwd(), *(path for _, path in inputs)]):
        return None
    others = [path for path in folder.iterdir() if path.name not in ours]
    return None if any(path.is_symlink() or not path.is_file() for path in others) else others


def _holds(folder: Path, paths: Sequence[Path]) -> bool:
    return any(Path(os.path.realpath(path)).is_relative_to(folder) for path in paths)


def _usual_mode() -> int:
    """What a new folder of this process is open to; the one made aside is its own only."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o777 & ~mask


def _write(made: Mapping[str, bytes], folder: Path) -> None:
    for name, content in made.items():
        with (folder / name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())


def _one_by_one(made: Mapping[str, bytes], folder: Path, stale: Sequence[str]) -> None:
    """Each file in one step, once all are written."""
    folder.mkdir(exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".report-", dir=folder))
    try:
        _write(made, aside)
        for name in made:
            (aside / name).replace(folder / name)
        for name in stale:
            (folder / name).unlink(missing_ok=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
