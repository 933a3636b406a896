"""The catalogue searched by the words people have: ``how fast do we answer`` finds what measures it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from csi.kpi_catalogue.catalogue import entries
from csi.kpi_catalogue.entry import Entry

_WORD = re.compile(r"[^\W_]+")
_LEAST = 3  # letters of a word that counts; ids are shorter
_STEM = 5  # letters by which two forms of a word are one: answer, answered
_COMMON = frozenset(
    {
        "the",
        "and",
        "for",
        "our",
        "are",
        "how",
        "what",
        "who",
        "why",
        "does",
        "did",
        "many",
        "much",
        "per",
        "with",
        "until",
        "not",
        "all",
        "any",
        "can",
        "was",
        "has",
        "have",
        "its",
        "their",
    }
)
# What people say of what a KPI looks at.
_SAID = {
    "speed": "fast quick quickly slow speed time long wait waiting delay soon response duration hours",
    "quality": "good well right first mistake error wrong quality reopened again",
    "cost": "cost money expensive cheap price budget spend",
    "volume": "many number count volume amount load demand",
    "flow": "backlog queue open pile stuck flow waiting waits",
    "availability": "available availability down downtime outage uptime reliable failure",
    "satisfaction": "happy content satisfied satisfaction survey feedback rating csat nps like",
}


def search(typed: str, most: int = 20) -> list[Entry]:
    """Entries that fit what was typed, the best first; all, in their order, for nothing.

    A word in the name counts more than one in the question, and that more than what the KPI looks at.
    """
    wanted = [word for word in _words(typed) if word not in _COMMON]
    if not wanted:
        return list(entries().values())[:most]
    scored = [(_score(one, wanted), one) for one in entries().values()]
    return [one for score, one in sorted(scored, key=lambda pair: -pair[0]) if score][:most]


def _score(one: Entry, wanted: Sequence[str]) -> int:
    places = ((6, [one.id]), (4, [one.name]), (3, [one.question]), (2, one.csfs), (1, [_SAID[one.aspect], one.formula]))
    return sum(weight for word in wanted for weight, texts in places if any(_has(text, word) for text in texts))


def _has(text: str, word: str) -> bool:
    return any(_alike(word, other) for other in _words(text))


def _alike(one: str, other: str) -> bool:
    """Whether two words are the same, or forms of one."""
    return (
        one == other
        or (min(len(one), len(other)) >= _LEAST and one[:_STEM] == other[:_STEM])
        or (len(one) >= _LEAST and other.startswith(one))
    )


def _words(text: str) -> list[str]:
    return [word for word in map(str.lower, _WORD.findall(text)) if len(word) >= _LEAST or word[:1] == "k"]
