"""Where raw deliveries and their typed rows lie: any folder or store fsspec can reach."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any
from uuid import uuid4

import fsspec

from csi.errors import Altered, NotFound

_BLOCK = 1024 * 1024
_HASH = re.compile(r"(?:/raw/|\.)([0-9a-f]{64})(?:\.[a-z]+)?$")


class State(Enum):
    """What becomes of a stored file."""

    WELL = "what its key says"
    NAMED = "there; its key says nothing of its content"
    ALTERED = "not what its key says"
    MISSING = "not there"


class FileStore:
    """Files by key under one address (a folder, ``s3://…``, ``memory://…``).

    A file is written under another name first and then moved, so that it is whole or absent. Keys of deliveries
    are their content's hash: keeping the same bytes twice keeps them once. Whatever is read under a key that ends with
    a hash (``…/raw/<hash>``, ``….<hash>.parquet``) is held to it first.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._system: Any
        self._system, self._root = fsspec.core.url_to_fs(url)

    def keep(self, team_id: str, content: bytes | Path) -> str:
        """Keep a delivery exactly as it came; gives its key."""
        key = f"{team_id}/raw/{sha256_of(content)}"
        if self.state(key) is not State.WELL:
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
            Altered: it is not what its key says.
        """
        if self.state(key) is State.ALTERED:
            raise Altered(f"The stored file {key} is not what was kept. Put it back from a backup, or drop it again.")
        with self._stream(key) as stream:
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

    def state(self, key: str) -> State:
        """Whether a file is there, and is what its key says."""
        if not self.exists(key):
            return State.MISSING
        wanted = _HASH.search(key)
        if wanted is None:
            return State.NAMED
        with self._stream(key) as stream:
            digest = hashlib.sha256()
            while block := stream.read(_BLOCK):
                digest.update(block)
        return State.WELL if digest.hexdigest() == wanted[1] else State.ALTERED

    @contextmanager
    def _stream(self, key: str) -> Iterator[IO[bytes]]:
        try:
            stream = self._system.open(self._path(key), "rb")
        except FileNotFoundError as error:
            raise NotFound(f"The stored file {key} is not in the data folder any more.") from error
        with stream:
            yield stream

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

    def teams(self) -> list[str]:
        """The workspaces of which something is kept, sorted."""
        found = self._system.ls(self._root, detail=True) if self._system.exists(self._root) else []
        return sorted(str(one["name"]).rpartition("/")[2] for one in found if one["type"] == "directory")

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
        try:
            self._fill(part, content)
            self._system.mv(part, path)
        except OSError:  # a full disk is not to be filled with what nobody looks for
            with suppress(OSError):
                self._system.rm_file(part)
            raise

    def _fill(self, path: str, content: bytes | Path) -> None:
        with self._system.open(path, "wb") as target:
            if isinstance(content, Path):
                with content.open("rb") as source:
                    shutil.copyfileobj(source, target, _BLOCK)
            else:
                target.write(content)


def is_held_to_its_hash(key: str) -> bool:
    """Whether a key says what its file holds."""
    return _HASH.search(key) is not None


def sha256_of(content: bytes | Path) -> str:
    """The hash of some bytes, or of a file's."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
