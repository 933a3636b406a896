"""Words on their way to Slack: escaped, clipped, numbers and dates as people read them."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

# What clipping must not leave behind: half an entity, half a mention.
_DANGLING = re.compile(r"(&[a-z]{0,4}|<[^<>]{0,300})$")
# What stands in an address as it is. Source: RFC 3986, sections 2.2 and 2.3; % because it may be written already.
_ADDRESS = ":/?#[]@!$&'()*+,;=-._~%"
_UNNAMED = {"", "count"}


def escape(text: str) -> str:
    """Text people typed, so that Slack shows it and does nothing else: ``<!channel>`` pings nobody."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The text of a slash command as it was typed; Slack escapes it on the way, but not what is typed in a modal."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def clip(text: str, limit: int) -> str:
    """Text of at most ``limit`` characters; what was cut is marked with an ellipsis."""
    if len(text) <= limit:
        return text
    return _DANGLING.sub("", text[: limit - 1]).rstrip() + "…"


def number(value: float | None, unit: str = "") -> str:
    """A number as people read it: at most four significant figures, thousands grouped, unit behind it."""
    if value is None or math.isnan(value):
        return "–"
    shown = _digits(float(value))
    if unit in _UNNAMED:
        return shown
    return f"{shown} {unit}"


def _digits(value: float) -> str:
    size = abs(value)
    places = 0 if size >= 1000 or value == int(value) else 1 if size >= 100 else 2 if size >= 1 else 3
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def mention(user_id: str) -> str:
    """A person by their id, as Slack shows and notifies them; nobody for an empty id."""
    return f"<@{user_id}>" if user_id else "nobody"


def channel_link(channel_id: str) -> str:
    """A channel by its id."""
    return f"<#{channel_id}>"


def link(url: str, label: str) -> str:
    """A link with a label; the bare label when there is no address.

    The address may have been typed: what would end it, or begin a mention within it, is written as it is in addresses.
    """
    return f"<{escape(quote(url, safe=_ADDRESS))}|{escape(label)}>" if url else escape(label)


def when(moment: date | datetime | None, zone: str = "UTC") -> str:
    """A day or a moment as people read it: ``4 April 2016``, ``4 April 2016, 14:05``."""
    if moment is None:
        return "no date"
    if isinstance(moment, datetime):
        local = moment.astimezone(ZoneInfo(zone)) if moment.tzinfo else moment
        return f"{local.day} {local:%B %Y, %H:%M}"
    return f"{moment.day} {moment:%B %Y}"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 row``, ``3 rows``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(words: list[str]) -> str:
    """Words as a list in a sentence: ``a, b and c``."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""
