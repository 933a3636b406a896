"""Who holds a row: leases that end by themselves, and at once when their process on this machine is gone."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

_SPACES = (Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid"))


def _space() -> str:
    """Where process numbers mean something: one machine since its start, one container on it."""
    said = [socket.gethostname()]
    for path in _SPACES:
        with suppress(OSError):  # elsewhere than on Linux the name must do
            said.append(str(path.readlink() if path.is_symlink() else path.read_text().strip()))
    return sha256("\n".join(said).encode()).hexdigest()[:16]


_HOST = f"{socket.gethostname()}/{_space()}"


def holder() -> str:
    """A name for this worker: machine, process, and a mark of its own."""
    return f"{_HOST}:{os.getpid()}:{secrets.token_hex(3)}"


def free(held_by: str, since: datetime | None, lease: timedelta, now: datetime) -> bool:
    """Whether a row may be taken over: nobody holds it, or its holder is silent or gone."""
    return since is None or since + lease <= now or _gone(held_by)


def _gone(held_by: str) -> bool:
    host, _, rest = held_by.partition(":")
    number = rest.partition(":")[0]
    if host != _HOST or not number.isdigit():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
