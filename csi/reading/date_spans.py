"""Spans written in one cell, of which the beginning places a row: ``30.12.2024 - 05.01.2025``, ``Week of Feb 3, 2025``.

Texts are shapes, their digits all written 0: a beginning has the same digits in the same places as its span.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Between two dates or times: a dash between blanks, a wave, a word, and the stroke of ISO 8601.
_BETWEEN = re.compile(
    r"\s+[-\u2013\u2014\u2212]\s+|\s*[~\u301c\uff5e]\s*|(?<=0)/(?=0000-)"
    r"|\s+(?:to|till?|until|through|thru|bis|au|al?|à|às|até|ao|hasta|tot|t/m|do|fino al|по|から|至|到)\s+",
    re.IGNORECASE,
)
_WEEK_OF = re.compile(
    r"\s*(?:(?:week|wk)\s*(?:of|from|commencing|beginning|starting|start)?|w/[cb]|(?:woche|kw)\s+(?:vom|ab|von)"
    r"|semaine\s+(?:du|de)|semana\s+(?:del?|do|da)|settimana\s+del|week\s+van(?:af)?|tydzień\s+od)[\s:]+(?P<rest>\S.*)",
    re.IGNORECASE,
)


def beginnings(shape: str) -> Iterator[tuple[str, str]]:
    """What may be the beginning and the end of a span, in every way it can be parted."""
    for between in _BETWEEN.finditer(shape):
        yield shape[: between.start()], shape[between.end() :]


def week_of(shape: str) -> str:
    """The date behind words that say it is the first of a week; empty where none do."""
    told = _WEEK_OF.fullmatch(shape)
    return told["rest"] if told else ""


def says_first_of_week(header: str) -> bool:
    """Whether a header says that its dates are the first of weeks: ``Week starting``, ``Semaine du``; not ``Week``."""
    name = header.strip().casefold()
    return name not in ("week", "wk") and week_of(f"{name} 0") == "0"
