"""The key of the record: from the settings, else a file in the data folder, made where there is none yet."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import fsspec

from bot.settings import Settings
from csi.audit import Keys
from csi.errors import InvalidInput

SETTING = "CSI_RECORD_KEY"
FILE = "record.key"  # in the data folder; nobody but the bot's own account may read it
_SHORTEST = 32  # characters


def keys(settings: Settings, *, make: bool = True) -> Keys:
    """The keys of the record; several in the setting, separated by commas: the first closes, each checks.

    Args:
        settings: of this process.
        make: whether to make one where there is none.

    Raises:
        InvalidInput: a key is too short, or the file cannot be read or written.
    """
    given = [one.strip() for one in settings.csi_record_key.split(",") if one.strip()]
    found = given or _of_file(settings.csi_data_url, make=make)
    if any(len(one) < _SHORTEST for one in found):
        raise InvalidInput(SETTING, f"expected at least {_SHORTEST} characters that nobody can guess")
    return Keys(tuple(one.encode() for one in found))


def _of_file(data_url: str, *, make: bool) -> list[str]:
    try:
        system, root = fsspec.core.url_to_fs(data_url)
        path = f"{root.rstrip('/')}/{FILE}"
        if not system.exists(path):
            if not make:
                return []
            system.makedirs(root, exist_ok=True)
            _make(system, path)
        return [system.cat_file(path).decode("ascii").strip()]
    except (OSError, ValueError) as error:
        raise InvalidInput(SETTING, f"{FILE} in the data folder cannot be used: {error}") from error


def _make(system: Any, path: str) -> None:
    """Write a new key, unless another process was first."""
    made = secrets.token_urlsafe(48)
    if "file" not in system.protocol:
        system.pipe_file(path, made.encode())
        return
    part = Path(f"{path}.{secrets.token_hex(8)}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(made)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
