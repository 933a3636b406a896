"""``python -m tests.page.pictures [NAME …]``: the guides' pictures, taken in Chromium while the tour is played."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bot import clock
from bot.__main__ import _running, sandbox_settings
from bot.app import build_app
from bot.manifest import MANIFEST
from bot.sandbox.eyes import Eyes
from bot.sandbox.server import Sandbox
from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import CHANNEL, Team
from bot.sandbox.tour_transcript import Transcript
from bot.scheduler import Scheduler
from csi import storage
from tests.page.conftest import ARGUMENTS, CHROMIUM

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "guides"
COLOURS = 160  # of the palette: a page of text, with small signs in colour
SIZE = (1120, 760)  # pixels of the page


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture, and when it is taken: just before somebody of the tour does something.

    Attributes:
        picture: name of the file in ``docs/guides``, without its ending.
        who: whose page is looked at.
        actor, act: who is about to do what; ``act`` is the beginning of the transcript's line.
        within: the chapter in which that happens.
        shown: words of the message that is looked at, in its thread where it has one; none: a modal is in front.
    """

    picture: str
    who: str
    actor: str
    act: str
    within: str
    shown: str = ""


MOMENTS = (
    Moment("service-owner", "alice", "carol", "presses “Acknowledge”", "6", "did we get there?"),
    Moment("data-owner", "bob", "bob", "drops incidents-again", "3", "109,377 of 109,378"),
    Moment("analyst", "bob", "bob", "fills in “Finding”", "5"),
    Moment("approver", "carol", "carol", "presses “Approve”", "7", "do you approve action 1"),
)


class Camera(Transcript):
    """A transcript that takes each picture at its moment."""

    def __init__(self, page: Page, sandbox: Sandbox, wanted: tuple[Moment, ...]) -> None:
        super().__init__(lambda line: print(line, file=sys.stderr))
        self._page, self._sandbox = page, sandbox
        self._chapter = ""
        self.waiting = list(wanted)

    def chapter(self, name: str) -> None:
        """A new step begins."""
        self._chapter = name
        super().chapter(name)

    def did(self, who: str, what: str) -> None:
        """Somebody is about to act: the moment for a picture, where one is waited for."""
        for moment in [one for one in self.waiting if self._is_now(one, who, what)]:
            self.waiting.remove(moment)
            _write(moment, self._look(moment))
        super().did(who, what)

    def _is_now(self, moment: Moment, who: str, what: str) -> bool:
        return who == moment.actor and what.startswith(moment.act) and self._chapter.startswith(moment.within)

    def _look(self, moment: Moment) -> bytes:
        eyes = Eyes(self._sandbox.url, moment.who)
        channel = eyes.channel(CHANNEL)["id"]
        seen = eyes.find(moment.shown, CHANNEL) if moment.shown else {}
        thread = seen.get("thread_ts") if seen.get("thread_ts") != seen.get("ts") else None
        self._page.goto("about:blank")
        self._page.goto(f"{self._sandbox.url}/?as={moment.who}#{channel}{f'/{thread}' if thread else ''}")
        self._page.get_by_role("heading", level=1).first.wait_for()
        if moment.shown:
            messages = self._page.locator("article.message").filter(visible=True)
            messages.filter(has_text=moment.shown).last.evaluate("one => one.scrollIntoView({block: 'start'})")
        else:
            self._page.get_by_role("dialog").wait_for()
        self._page.wait_for_load_state("networkidle")
        return self._page.screenshot()


def take(names: list[str]) -> list[str]:
    """Write the pictures of these names (none: all); give those whose moment never came."""
    wanted = tuple(one for one in MOMENTS if not names or one.picture in names)
    with _bot() as sandbox, _page() as page:
        camera = Camera(page, sandbox, wanted)
        team = Team(sandbox, camera, pause=0.0)
        for name, play in CHAPTERS:
            if camera.waiting:
                camera.chapter(name)
                play(team)
    return [one.picture for one in camera.waiting]


@contextmanager
def _bot() -> Iterator[Sandbox]:
    """A local Slack with the whole bot in it."""
    with Sandbox(MANIFEST, 0) as sandbox, tempfile.TemporaryDirectory(prefix="csi-") as folder:
        settings = sandbox_settings(sandbox, Path(folder))
        settings.reach_directly()
        storage.migrate(settings.csi_database_url)
        bot = build_app(settings)
        with _running(bot, settings):
            ticking = Scheduler(bot.kit, clock.now)
            ticking.start()
            yield sandbox
            ticking.stop()


@contextmanager
def _page() -> Iterator[Page]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        sys.exit("No Chromium here; expected one of " + ", ".join(CHROMIUM) + ".")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="light")
        browser.close()


def _write(moment: Moment, screen: bytes) -> None:
    picture = Image.open(io.BytesIO(screen)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = FOLDER / f"{moment.picture}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(FOLDER.parents[1])}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    missed = take(sys.argv[1:])
    sys.exit(f"The tour came to no moment for: {', '.join(missed)}." if missed else 0)
