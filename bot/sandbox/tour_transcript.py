"""What happened on the tour, as lines for the terminal and as a file with its pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

LONGEST = 400
Shape = dict[str, Any]
Fetch = Callable[[Shape], bytes]
TITLE = """# A turn of the seven steps

Played on the incident log of `bot/sandbox/tour_data` (CC BY 4.0, see ATTRIBUTION.md there).
"""


class Transcript:
    """Collects what was done and what the bot answered."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._lines: list[str] = [TITLE]
        self._heard: set[str] = set()
        self.names: dict[str, str] = {}

    def chapter(self, name: str) -> None:
        """A new step begins."""
        self._add(f"\n== {name}", f"\n## {name}\n")

    def did(self, who: str, what: str) -> None:
        """Somebody acted."""
        self._add(f"  {who}: {what}", f"- **{who}** {what}")

    def answered(self, text: str) -> None:
        """The bot said something to the person who acted."""
        short = shorten(text, self.names)
        self._heard.add(short)
        self._add(f"    → {short}", f"  > {short}")

    def posted(self, text: str) -> None:
        """Something the bot has posted for all; told once."""
        short = shorten(text, self.names)
        if short not in self._heard:
            self._heard.add(short)
            self._add(f"  # {short}", f"\n> {short}\n")

    def note(self, text: str) -> None:
        """A remark of the tour itself."""
        self._add(f"  {text}", f"\n{text}")

    def failure(self, problem: Exception) -> None:
        """A step did not go as written."""
        self._add(f"  FAILED: {type(problem).__name__}: {problem}", f"\n**Failed**: {problem}")

    def _add(self, line: str, written: str) -> None:
        self._say(line)
        self._lines.append(written)

    def write(self, folder: Path, messages: Iterable[Shape], fetch: Fetch) -> None:
        """Writes ``transcript.md`` and the pictures of the channel's messages, oldest first."""
        folder.mkdir(parents=True, exist_ok=True)
        pictures = list(_pictures(messages, fetch))
        for name, content, _ in pictures:
            (folder / name).write_bytes(content)
        shown = [f"\n![{alt}]({name})" for name, _, alt in pictures]
        text = "\n".join([*self._lines, "\n## Pictures", *shown]) + "\n"
        (folder / "transcript.md").write_text(text, encoding="utf-8")


def shorten(text: str, names: Mapping[str, str] | None = None) -> str:
    """One line of readable text from mrkdwn; ``names`` are those behind ids."""
    known = names or {}
    plain = re.sub(r"<[@#](\w+)(?:\|[^>]*)?>", lambda found: known.get(found[1], found[1]), text)
    plain = re.sub(r"<[^|>]+\|([^>]+)>", r"\1", plain)
    plain = re.sub(r":[a-z][a-z0-9_+-]*: ?", "", plain).replace("*", "")
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    line = re.sub(r"\s*\n\s*", " · ", plain.strip())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _pictures(messages: Iterable[Shape], fetch: Fetch) -> Iterator[tuple[str, bytes, str]]:
    """(file name, bytes, alt text) of each picture."""
    number = 0
    for message in messages:
        for address, alt in _images(message):
            number += 1
            title = re.sub(r"\W+", "-", alt.partition(" for ")[0]).strip("-").lower()[:60]
            yield f"{number:02}-{title or 'picture'}.png", fetch({"page_url": address}), alt


def _images(message: Shape) -> Iterator[tuple[str, str]]:
    for block in message.get("blocks") or []:
        if block["type"] == "image" and block["image_url"].startswith("/files/"):
            yield block["image_url"], block["alt_text"]
    for file in message.get("files") or []:
        if str(file.get("mimetype", "")).startswith("image/"):
            yield file["page_url"], file.get("alt_txt") or file["title"]
