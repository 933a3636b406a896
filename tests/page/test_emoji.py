"""The page knows every shortcode the bot writes."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHORTCODE = re.compile(r"(?<![\w:/}]):([a-z][a-z0-9_]{2,}):(?![\w:`])")


def test_every_shortcode_the_bot_writes_is_drawn():
    known = set(re.findall(r"(?:^|[|`\n])([a-z0-9_+-]+) ", (ROOT / "bot/sandbox/page/emoji.js").read_text(), re.M))
    written = {
        (name, path.name)
        for folder in ("blocks", "listeners")
        for path in (ROOT / "bot" / folder).glob("*.py")
        for name in SHORTCODE.findall(path.read_text())
    }
    assert len(written) > 10
    assert sorted(one for one in written if one[0] not in known) == []
