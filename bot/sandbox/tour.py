"""The tour: a team's whole turn of the seven steps, played through the page's own door as people would.

It needs nothing of the bot but what can be read and pressed. Each chapter of ``bot.sandbox.tour_script`` is one
step; the first that does not go as written ends the tour.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.server import Sandbox
from bot.sandbox.tour_script import CHAPTERS
from bot.sandbox.tour_team import Team
from bot.sandbox.tour_transcript import Transcript

SLOW_SECONDS = 1.2  # between two acts, when somebody watches
LEAD_SECONDS = 8.0  # for opening the page


def run(sandbox: Sandbox, *, out: Path | None, slowly: bool, say: Callable[[str], None]) -> str:
    """Plays all chapters; gives the name of the one that failed, or nothing.

    Args:
        sandbox: where a bot has joined.
        out: a folder for ``transcript.md`` and every picture posted, or nothing.
        slowly: pause between acts so that the page can be watched.
        say: prints a line.
    """
    transcript = Transcript(say)
    team = Team(sandbox, transcript, pause=SLOW_SECONDS if slowly else 0.0)
    if slowly:
        say(f"Watch it at {sandbox.url}/?follow – it begins in {LEAD_SECONDS:.0f} seconds.")
        time.sleep(LEAD_SECONDS)
    failed = ""
    began = time.monotonic()
    for name, play in CHAPTERS:
        transcript.chapter(name)
        if not _played(play, team, transcript):
            failed = name
            break
    transcript.note(f"{'Stopped' if failed else 'Done'} after {time.monotonic() - began:.0f} s.")
    if out is not None:
        transcript.write(out, team.everything(), team.alice.download)
    return failed


def _played(play: Callable[[Team], None], team: Team, transcript: Transcript) -> bool:
    try:
        play(team)
    except Exception as problem:  # noqa: BLE001  whatever went wrong, the step that failed is to be named
        transcript.failure(problem)
        return False
    finally:
        team.read_channel()
    return True
