"""Two folders change places in one step, where the system can; else in two, with the old one put back on failure."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_AT_FDCWD, _EXCHANGE = -100, 2  # Source: linux/fcntl.h; linux/fs.h, RENAME_EXCHANGE
_SWAP = 2  # Source: sys/stdio.h of macOS, RENAME_SWAP


def swap(fresh: Path, folder: Path) -> None:
    """Put ``fresh`` in the place of ``folder``; what was there is at ``fresh`` afterwards, or gone.

    Raises:
        OSError: it could not be done; everything is where it was.
    """
    if not folder.exists():
        fresh.rename(folder)
    elif not _exchanged(fresh, folder):
        _in_two_steps(fresh, folder)


def _exchanged(fresh: Path, folder: Path) -> bool:
    """Whether the system let both change places at once."""
    first, second = os.fsencode(fresh), os.fsencode(folder)
    library = ctypes.CDLL(None) if os.name == "posix" else None
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return library is not None and library.renamex_np(first, second, ctypes.c_uint(_SWAP)) == 0
    if hasattr(library, "renameat2"):
        flags = ctypes.c_uint(_EXCHANGE)
        return library is not None and library.renameat2(_AT_FDCWD, first, _AT_FDCWD, second, flags) == 0
    return False


def _in_two_steps(fresh: Path, folder: Path) -> None:
    old = fresh.with_name(f"{fresh.name}-old")
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    old.rename(fresh)
