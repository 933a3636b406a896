"""Files: up in three steps, not ready at once; down with a token only."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import SCOPES, manifest
from tests.sandbox.test_messages import desk

PNG = b"\x89PNG\r\n\x1a\n not really a picture"


def download(url: str, token: str = "") -> tuple[str, bytes]:
    """Type and bytes of what an address gives."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(request) as response:
        return response.headers.get_content_type(), response.read()


def uploaded(web: WebClient, name: str = "chart.png") -> str:
    """A file taken through all three steps without a channel."""
    made = web.files_getUploadURLExternal(filename=name, length=len(PNG), alt_txt="A chart")
    with urllib.request.urlopen(urllib.request.Request(made["upload_url"], data=PNG, method="POST")) as response:
        assert response.status == 200
    web.files_completeUploadExternal(files=[{"id": made["file_id"], "title": "Chart"}])
    return str(made["file_id"])


def test_a_picture_can_be_shown_only_when_its_processing_is_done(sandbox: Sandbox, web: WebClient) -> None:
    file_id = uploaded(web)
    image = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "A chart"}
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[image])
    seen = [web.files_info(file=file_id)["file"]["mimetype"] for _ in range(3)]
    assert seen == ["", "", "image/png"]
    web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[image])
    alice = sandbox.person("alice")
    shown = alice.last("service-desk")["blocks"][0]
    assert download(sandbox.url + shown["image_url"]) == ("image/png", PNG)
    text = uploaded(web, "notes.txt")
    for _ in range(3):
        web.files_info(file=text)
    with pytest.raises(SlackApiError, match="invalid slack file"):
        web.chat_postMessage(channel=desk(sandbox), text="x", blocks=[image | {"slack_file": {"id": text}}])


def test_the_official_upload_shares_in_a_thread(sandbox: Sandbox, web: WebClient) -> None:
    root = web.chat_postMessage(channel=desk(sandbox), text="root")["ts"]
    web.files_upload_v2(
        channel=desk(sandbox), thread_ts=root, filename="a.csv", content="a,b\n", initial_comment="here"
    )
    reply = sandbox.person("bob").messages("service-desk", thread_ts=root)[0]
    assert (reply["text"], reply["files"][0]["name"]) == ("here", "a.csv")
    assert sandbox.person("bob").download(reply["files"][0]) == b"a,b\n"


def test_a_dropped_file_reaches_the_app_and_comes_down_with_its_token(
    sandbox: Sandbox, app: App, join: Callable[[], Any], web: WebClient
) -> None:
    heard: list[Any] = []

    @app.event("file_shared")
    def shared(event: Any) -> None:
        heard.append(event)

    app.event("message")(lambda: None)
    join()
    alice = sandbox.person("alice")
    alice.upload(b"number,opened\n1,2026-01-01\n", "incidents.csv", channel="service-desk", text="the week")
    event = alice.wait(lambda: heard and heard[0])
    assert (event["user_id"], event["channel_id"]) == (alice.id, desk(sandbox))
    file = web.files_info(file=event["file_id"])["file"]
    assert (file["mimetype"], file["size"]) == ("text/csv", 27)
    message = alice.last("service-desk")
    assert [one["ts"] for one in file["shares"]["public"][desk(sandbox)]] == [message["ts"]]
    assert file["channels"] == [desk(sandbox)]
    assert download(file["url_private_download"], sandbox.bot_token)[1].startswith(b"number,opened")
    assert download(file["url_private_download"])[0] == "text/html"
    assert alice.last("service-desk")["text"] == "the week"


def test_without_the_scope_a_download_is_a_sign_in_page(tmp_path: Path) -> None:
    scopes = [one for one in SCOPES if one != "files:read"]
    with Sandbox(manifest(tmp_path, scopes=scopes, events=[])) as bare:
        shared = bare.person("alice").upload(b"x", "x.csv", channel="service-desk")
        url = f"{bare.url}/files-pri/{bare.workspace.team_id}-{shared['id']}/download/x.csv"
        assert download(url, bare.bot_token)[0] == "text/html"


def test_the_bot_sees_no_file_of_a_channel_it_is_not_in(sandbox: Sandbox, web: WebClient) -> None:
    shared = sandbox.person("alice").upload(b"x", "x.csv", channel="general")
    with pytest.raises(SlackApiError, match="file_not_found"):
        web.files_info(file=shared["id"])


def test_an_upload_of_another_length_is_refused(web: WebClient) -> None:
    made = web.files_getUploadURLExternal(filename="x.png", length=3)
    request = urllib.request.Request(made["upload_url"], data=PNG, method="POST")
    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request)
    with pytest.raises(SlackApiError, match="file_not_found"):
        web.files_completeUploadExternal(files=[{"id": made["file_id"]}])
