"""Fetching a file somebody dropped: only from Slack, only as large as is read, only what Slack really gave."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from slack_sdk import WebClient

from bot import trust
from csi.errors import InvalidInput
from csi.reading.bounds import Bounds, check_size

_BLOCK = 1024 * 1024
_SECONDS = 120


def fetch(client: WebClient, file: Mapping[str, Any], folder: Path, bounds: Bounds) -> Path:
    """The file's bytes, in ``folder``.

    Raises:
        InvalidInput: it lies elsewhere, is too large, or Slack answers with a page instead of the file.
    """
    name = str(file.get("name") or "file")
    url = str(file.get("url_private_download") or "")
    check_size(name, int(file.get("size") or 1), bounds)
    _check_host(client, url, name)
    path = folder / "delivery"
    headers = {"Authorization": f"Bearer {client.token}"}
    asked = httpx.stream("GET", url, headers=headers, timeout=_SECONDS, follow_redirects=False, verify=trust.files())
    with asked as answer:
        _check_answer(answer, name, str(file.get("mimetype") or ""))
        with path.open("wb") as target:
            _copy(answer, target, name, bounds)
    return path


def _check_host(client: WebClient, url: str, name: str) -> None:
    """The token goes to the workspace's own host and nowhere else."""
    place, home = urlsplit(url), urlsplit(client.base_url)
    host = place.hostname or ""
    is_home = (place.scheme, host, place.port) == (home.scheme, home.hostname, home.port)
    is_slack = place.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))
    if not (is_home or is_slack):
        raise InvalidInput("file", f"{name} does not lie in Slack; drop the file itself into the channel.")


def _check_answer(answer: httpx.Response, name: str, mimetype: str) -> None:
    if answer.status_code != httpx.codes.OK:
        raise InvalidInput("file", f"Slack did not hand out {name} (status {answer.status_code}). Drop it again.")
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html") and "html" not in mimetype:
        raise InvalidInput("file", f"Slack did not let me read {name}: I lack the permission files:read.")


def _copy(answer: httpx.Response, target: Any, name: str, bounds: Bounds) -> None:
    seen = 0
    for block in answer.iter_bytes(_BLOCK):
        seen += len(block)
        check_size(name, seen, bounds)
        target.write(block)
    check_size(name, seen, bounds)
