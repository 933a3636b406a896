"""A file is fetched only from Slack, only as large as is read, only what Slack really gave."""

from __future__ import annotations

import io
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient

from bot.delivery import downloads
from csi.errors import InvalidInput
from csi.reading.bounds import Bounds

HOME = WebClient("xoxb", base_url="http://127.0.0.1:8080/api/")


@pytest.mark.parametrize(
    ("url", "is_let"),
    [
        ("https://files.slack.com/x", True),
        ("https://slack.com/x", True),
        ("http://files.slack.com/x", False),
        ("https://evilslack.com/x", False),
        ("https://slack.com.evil.org/x", False),
        ("http://127.0.0.1:8080/files/x", True),
        ("http://127.0.0.1:8081/files/x", False),
        ("https://127.0.0.1:8080/files/x", False),
        ("http://127.0.0.2:8080/files/x", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slack_and_nowhere_else(url: str, is_let: bool) -> None:
    if is_let:
        downloads._check_host(HOME, url, "a.csv")
        return
    with pytest.raises(InvalidInput, match="does not lie in Slack"):
        downloads._check_host(HOME, url, "a.csv")


@pytest.mark.parametrize(
    ("status", "kind", "mimetype", "refused"),
    [
        (200, "text/csv", "text/csv", ""),
        (200, "", "text/csv", ""),
        (200, "text/html; charset=utf-8", "text/html", ""),
        (200, "text/html; charset=utf-8", "text/csv", "lack the permission files:read"),
        (404, "text/csv", "text/csv", r"did not hand out a.csv \(status 404\)"),
        (302, "text/csv", "text/csv", "status 302"),
        (206, "text/csv", "text/csv", "status 206"),
    ],
)
def test_only_what_slack_really_gave_is_kept(status: int, kind: str, mimetype: str, refused: str) -> None:
    answer = httpx.Response(status, headers={"content-type": kind} if kind else {})
    if not refused:
        downloads._check_answer(answer, "a.csv", mimetype)
        return
    with pytest.raises(InvalidInput, match=refused):
        downloads._check_answer(answer, "a.csv", mimetype)


@pytest.mark.parametrize(("size", "is_let"), [(1, True), (1024, True), (1025, False), (0, False)])
def test_it_is_counted_while_it_comes_whatever_slack_said_of_its_size(size: int, is_let: bool) -> None:
    target, answer = io.BytesIO(), httpx.Response(200, content=b"x" * size)
    bounds = Bounds(file_bytes=1024)
    if is_let:
        downloads._copy(answer, target, "a.csv", bounds)
        assert target.getvalue() == b"x" * size
        return
    with pytest.raises(InvalidInput):
        downloads._copy(answer, target, "a.csv", bounds)


@pytest.mark.parametrize(
    "file",
    [
        {"name": "a.csv", "size": 2000, "url_private_download": "https://files.slack.com/x"},
        {"name": "a.csv", "size": 5},
        {"size": 5, "url_private_download": "https://elsewhere.org/x"},
    ],
)
def test_what_is_too_large_or_lies_elsewhere_is_not_even_asked_for(file: dict[str, Any], tmp_path: Any) -> None:
    with pytest.raises(InvalidInput):
        downloads.fetch(HOME, file, tmp_path, Bounds(file_bytes=1024))
    assert list(tmp_path.iterdir()) == []
