"""Words on their way to Slack: escaped, clipped; people, channels and addresses as it links them."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import quote

from csi.words.wording import day, when

# What clipping must not leave behind: half an entity, half a mention.
_EMOJI = re.compile(r"(?<!\S):(?:[+-]1|[a-z0-9_+-]*[a-z][a-z0-9_+-]*): ?")
_MARKED = re.compile(r"(?<!\w)[*_~`](\S(?:[^\n]*?\S)?)[*_~`](?!\w)")
_DANGLING = re.compile(r"(&[a-z]{0,4}|<[^<>]{0,300})$")
# What stands in an address as it is. Source: RFC 3986, sections 2.2 and 2.3; % because it may be written already.
_ADDRESS = ":/?#[]@!$&'()*+,;=-._~%"


def escape(text: str) -> str:
    """Text people typed, so that Slack shows it and does nothing else: ``<!channel>`` pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The text of a slash command as it was typed; Slack escapes it on the way, but not what is typed in a modal."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plainly(text: str) -> str:
    """A message's text where nothing is drawn of its marks (a file's title): no codes of emoji, no stars, no entities.

    What a person typed stays as it is but for that: marks are taken off only where they stand around words.
    """
    return unescape(_MARKED.sub(r"\1", _EMOJI.sub("", text))).strip()


def clip(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters; what was cut is marked with an ellipsis."""
    if len(text) <= limit:
        return text
    return _DANGLING.sub("", text[: limit - 1]).rstrip() + "…"


def mention(user_id: str) -> str:
    """A person by their id, as Slack shows and notifies them; nobody for an empty id."""
    return f"<@{user_id}>" if user_id else "nobody"


def day_of(moment: datetime) -> str:
    """The day of a moment, as Slack shows it in each reader's own zone."""
    return f"<!date^{int(moment.timestamp())}^{{date_short}}|{day(moment)}>"


def minute_of(moment: datetime) -> str:
    """A moment to the minute, in each reader's own zone."""
    return f"<!date^{int(moment.timestamp())}^{{date_short}}, {{time}}|{when(moment)} UTC>"


def channel_link(channel_id: str) -> str:
    """A channel by its id."""
    return f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    """A link with a label; the bare label when there is no address.

    The address may have been typed: what would end it, or begin a mention within it, is written as it is in addresses.
    """
    return f"<{escape(quote(url, safe=_ADDRESS))}|{escape(label)}>" if url else escape(label)
