"""What killed processes left in the folder for temporary files: removed by the next that starts."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import time

AGE = timedelta(days=1)  # longer than anything is read or fetched
_OURS = ("csi-collect-", "csi-drop-", "csi-fetch-", "csi-intake-", "csi-local-", "csi-proposal-")


def remove(folder: Path | None = None, moment: float | None = None) -> int:
    """Remove our own files and folders that nobody has written to for a day; how many.

    Args:
        folder: of temporary files; the system's without.
        moment: now, in seconds of the epoch.
    """
    before = (time() if moment is None else moment) - AGE.total_seconds()
    ours = (one for one in (folder or Path(tempfile.gettempdir())).iterdir() if one.name.startswith(_OURS))
    return sum(_removed(one, before) for one in ours)


def _removed(path: Path, before: float) -> bool:
    with suppress(OSError):
        seen = path.lstat()
        if seen.st_uid != os.getuid() or seen.st_mtime >= before:
            return False
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
        return True
    return False
