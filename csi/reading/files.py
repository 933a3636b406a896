"""Where raw deliveries and their typed rows lie: any folder or store fsspec can reach."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from uuid import uuid4

import fsspec

from csi.errors import NotFound

_BLOCK = 1024 * 1024


class FileStore:
    """Files by key under one address (a folder, ``s3://…``, ``memory://…``).

    A file is written under another name first and then moved, so that it is whole or absent. Keys of deliveries
    are their content's hash: keeping the same bytes twice keeps them once.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._system: Any
        self._system, self._root = fsspec.core.url_to_fs(url)

    def keep(self, team_id: str, content: bytes | Path) -> str:
        """Keep a delivery exactly as it came; gives its key."""
        key = f"{team_id}/raw/{_sha256(content)}"
        if not self.exists(key):
            self._put(key, content)
        return key

    def write(self, key: str, content: bytes | Path) -> None:
        """Write or replace a file."""
        self._put(key, content)

    @contextmanager
    def open(self, key: str) -> Iterator[IO[bytes]]:
        """A stream of a file's bytes.

        Raises:
            NotFound: there is no such file.
        """
        try:
            stream = self._system.open(self._path(key), "rb")
        except FileNotFoundError as error:
            raise NotFound(f"The stored file {key} is not in the data folder any more.") from error
        with stream:
            yield stream

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        """A file as one on this machine, for as long as it is used: read in bounded memory, wherever it lies.

        Raises:
            NotFound: there is no such file.
        """
        with NamedTemporaryFile(prefix="csi-local-") as target:
            with self.open(key) as stream:
                shutil.copyfileobj(stream, target, _BLOCK)
            target.flush()
            yield Path(target.name)

    def read(self, key: str) -> bytes:
        """A file's bytes."""
        with self.open(key) as stream:
            return stream.read()

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return bool(self._system.exists(self._path(key)))

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no error."""
        if self.exists(key):
            self._system.rm_file(self._path(key))

    def delete_team(self, team_id: str) -> None:
        """Remove everything kept for a workspace."""
        path = self._path(team_id)
        if self._system.exists(path):
            self._system.rm(path, recursive=True)

    def keys(self, prefix: str) -> list[str]:
        """Keys below a prefix, sorted."""
        found = self._system.find(self._path(prefix))
        return sorted(str(path)[len(self._root) :].lstrip("/") for path in found)

    def older(self, prefix: str, than: datetime) -> list[str]:
        """Keys below a prefix that were written last before a moment (UTC), sorted."""
        found = []
        for key in self.keys(prefix):
            try:
                written: datetime = self._system.modified(self._path(key))
            except FileNotFoundError:  # gone meanwhile
                continue
            if written.replace(tzinfo=written.tzinfo or UTC) < than:
                found.append(key)
        return found

    def _path(self, key: str) -> str:
        parts = key.split("/")
        if {"..", ".", ""} & set(parts) or "\x00" in key:
            raise NotFound(f"{key} is no key of a stored file.")
        return "/".join([self._root.rstrip("/"), *parts])

    def _put(self, key: str, content: bytes | Path) -> None:
        path = self._path(key)
        self._system.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        part = f"{path}.{uuid4().hex}.part"
        with self._system.open(part, "wb") as target:
            if isinstance(content, Path):
                with content.open("rb") as source:
                    shutil.copyfileobj(source, target, _BLOCK)
            else:
                target.write(content)
        self._system.mv(part, path)


def _sha256(content: bytes | Path) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
