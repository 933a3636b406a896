"""A real Chromium, and a sandbox with a tiny app joined to it."""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.sandbox.server import Sandbox
from tests.page.gallery_app import GalleryApp

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 20_000  # milliseconds on a busy machine; what is there sooner is not waited for
expect.set_options(timeout=PATIENCE)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        if os.environ.get("CSI_REQUIRE_ALL") == "1":
            pytest.fail("no Chromium here, and CSI_REQUIRE_ALL=1")
        pytest.skip("no Chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(Path(__file__).with_name("manifest.yml"))
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def gallery_app(sandbox: Sandbox) -> Iterator[GalleryApp]:
    app = GalleryApp(sandbox, picture())
    app.start()
    yield app
    app.stop()


def picture(width: int = 320, height: int = 140) -> bytes:
    """A small PNG: a slope on white."""
    rows = b"".join(
        b"\0"
        + b"".join(b"\x33\x44\x99" if abs(y - height * (1 - x / width)) < 3 else b"\xff\xff\xff" for x in range(width))
        for y in range(height)
    )

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Screen:
    """The page as one person has it open, in a channel of its own."""

    def __init__(self, page: Page, sandbox: Sandbox, channel: str) -> None:
        self.page, self.sandbox, self.channel = page, sandbox, channel

    def open(self, person: str = "alice") -> Page:
        self.page.goto(f"{self.sandbox.url.rstrip('/')}/?as={person}#{self.channel}")
        self.page.get_by_role("heading", level=1).wait_for()
        return self.page

    def say(self, text: str, inside: str = "main") -> None:
        box = self.page.locator(f"{inside} textarea.compose")
        box.fill(text)
        box.press("Enter")

    def act(self, person: str, kind: str, **request: Any) -> dict[str, Any]:
        url = f"{self.sandbox.url.rstrip('/')}/page/act"
        return self.page.request.post(url, data={"as": person, "kind": kind, **request}).json()


@pytest.fixture
def screen(browser: Browser, sandbox: Sandbox, gallery_app: GalleryApp) -> Iterator[Screen]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    screen = Screen(page, sandbox, "")
    screen.channel = screen.act("alice", "create", name=f"try-{uuid4().hex[:8]}")["channel"]
    for person in ("bob", gallery_app.app.client.auth_test()["user_id"]):
        screen.act("alice", "invite", channel=screen.channel, user=person)
    yield screen
    screen.act("alice", "close", all=True)
    context.close()
    assert not broken, broken
