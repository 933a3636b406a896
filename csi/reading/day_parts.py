"""The parts of a day that are no half of it: 凌晨, 晚上, sáng, de la tarde; from CLDR, by way of babel.

Each says in which hours it lies, and that tells which of the two turns of a 12-hour clock is meant. People stretch
the hours that CLDR gives, but no part of a day is stretched over noon or midnight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from babel import Locale

SIGNS = "\ue000-\ue0ff"  # of Unicode's private use: no letter of any language
_FIRST_SIGN = ord(SIGNS[0])
_HOUR, _NOON, _DAY = 3_600, 12, 24
_STRETCHED = 3  # hours
_SHORTEST = 4  # Latin letters; shorter words are days, zones and fillers elsewhere
_LEADING = re.compile(r"^(?:de la|del|de|da|do|di|in the|at|om|på|w|po|o|ใน|’s|'s)\s+|^(?:ใน|’s |'s )")


@dataclass(frozen=True, slots=True)
class DayPart:
    """Words for one part of a day.

    Attributes:
        sign: stands for them in a text.
        words: these, in small letters.
        hours: its own as bits 0 to 23, and with what people stretch it to as bits 24 to 47.
    """

    sign: str
    words: tuple[str, ...]
    hours: int


@cache
def day_parts(languages: tuple[str, ...], also: tuple[str, ...] = ()) -> tuple[DayPart, ...]:
    """All that some languages know, those of the same hours together; none that is half a day, as ``also`` are."""
    locales = [Locale.parse(name) for name in languages]
    halves = {_plain(str(texts.get(half, ""))) for one in locales for texts in _texts(one) for half in ("am", "pm")}
    halves.update(also)
    hours: dict[str, int] = {}
    for word, told in (named for one in locales for named in _named(one)):
        if word not in halves:
            hours[word] = hours.get(word, 0) | told
    groups: dict[int, list[str]] = {}
    for word, told in hours.items():
        groups.setdefault(told, []).append(word)
    return tuple(
        DayPart(chr(_FIRST_SIGN + place), tuple(groups[told]), told) for place, told in enumerate(sorted(groups))
    )


def _texts(locale: Locale) -> Iterator[Mapping[str, str]]:
    return (texts for widths in locale.day_periods.values() for texts in widths.values())


def _named(locale: Locale) -> Iterator[tuple[str, int]]:
    """The words as they stand, and without what leads to them."""
    rules = dict(locale.day_period_rules).get(None) or {}
    for texts in _texts(locale):
        for key, text in texts.items():
            if key in rules:
                whole = _plain(str(text))
                yield from ((word, _hours(rules[key])) for word in {whole, _LEADING.sub("", whole)} if _tells(word))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _tells(word: str) -> bool:
    return len(word) >= (_SHORTEST if fold(word).isascii() else 1) and "." not in word


def fold(word: str) -> str:
    """A word without accents."""
    parts = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _hours(rules: Iterable[Mapping[str, int]]) -> int:
    """The hours of a part of the day as bits, and above these the same stretched where it is more than a moment."""
    exact, wide = set[int](), set[int]()
    for rule in rules:
        first = (rule["at"] if "at" in rule else rule["from"]) // _HOUR
        last = first + 1 if "at" in rule else rule["before"] // _HOUR
        stretched = 0 if "at" in rule or last < first else _STRETCHED
        exact |= {hour % _DAY for hour in range(first, last + _DAY * (last < first))}
        earliest, latest = (_NOON if first >= _NOON else 0), (_NOON if last <= _NOON else _DAY)
        wide |= set(range(max(earliest, first - stretched), min(latest, last + stretched))) | exact
    return sum(1 << hour for hour in exact) | sum(1 << (hour + _DAY) for hour in wide)


def in_hours(hour: np.ndarray, hours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The hour of 24 that a clock of 12 or 24 shows in a part of the day, and whether exactly one can be meant.

    Twelve is taken by the hours of CLDR only: half past twelve ``de la mañana`` is said of noon and of midnight.

    Args:
        hour: as written.
        hours: per time the hours of its part of the day, as ``DayPart.hours``.
    """
    likely = np.stack([hour % 12, hour % 12 + 12])
    possible = (hour <= 12) | (likely == hour)
    exact = ((hours >> likely) & 1 == 1) & possible
    wide = ((hours >> (likely + _DAY)) & 1 == 1) & possible & (hour != 12)
    can_be = np.where(exact.any(axis=0), exact, wide)
    return np.where(can_be[0], likely[0], likely[1]), (can_be.sum(axis=0) == 1) & (hour < _DAY)
