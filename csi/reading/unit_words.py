"""What units are called in the languages exports come in: the names CLDR has, and what programs write beside them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache

from babel.lists import format_list
from babel.units import format_unit, get_unit_name

from csi.reading.unit_table import find

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl")
# Whose words for a length of time are read in cells; where two of them differ, the other words of the cell decide.
_SPOKEN = (
    *LANGUAGES,
    "cs",
    "sk",
    "hu",
    "ro",
    "bg",
    "hr",
    "sr_Latn",
    "sr",
    "sl",
    "lt",
    "lv",
    "et",
    "da",
    "sv",
    "nb",
    "fi",
    "ca",
    "tr",
    "el",
    "ru",
    "uk",
    "ja",
    "ko",
    "zh",
    "zh_Hant",
    "vi",
    "id",
    "he",
    "ar",
    "hi",
    "th",
    "is",
    "eu",
    "gl",
    "fa",
    "af",
    "sq",
    "ka",
    "hy",
    "be",
)
# Source: CLDR, units of duration; canonical names as in the table.
_DURATIONS = {
    "year": "y",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
    "microsecond": "us",
    "nanosecond": "ns",
}
_COUNTS = (0, 1, 2, 5, 1.5)  # one of each plural form of these languages
# One letter means too much; these are what programs write. `m` in a length of time is minutes (Jira, Zendesk, systemd).
_LETTERS = {"y": "y", "w": "wk", "d": "d", "j": "d", "g": "d", "h": "h", "u": "h", "m": "min", "s": "s"}
_SHORT = {
    "mo": "mo",
    "mos": "mo",
    "hs": "h",
    "seg": "s",
    "segs": "s",
    "secs": "s",
    "msecs": "ms",
    "uren": "h",
    "hod": "h",
    "dagar": "d",
    "сутки": "d",
    "суток": "d",
    "gio": "h",
    "nanos": "ns",
    "micros": "us",
    "millis": "ms",
    "nsec": "ns",
}
# Cases that follow "in": CLDR has them, babel leaves them out.
_INFLECTED = {
    "tagen": "d",
    "monaten": "mo",
    "jahren": "y",
    "godzine": "h",
    "sekundach": "s",
    "minutach": "min",
    "godzinach": "h",
    "dniach": "d",
    "tygodniach": "wk",
    "miesiacach": "mo",
}
# Words that stand behind numbers for something else too: 5 st (pieces), 1 time, 12 mp, 95 perc, Sat.
OFTEN_OTHER = frozenset(
    {
        "time",
        "st",
        "sat",
        "nap",
        "jam",
        "val",
        "ur",
        "uri",
        "mp",
        "hf",
        "msn",
        "tim",
        "perc",
        "het",
        "man",
        "men",
        "any",
        "ar",
        "net",
        "dan",
        "den",
        "let",
        "ned",
        "nad",
        "sa",
        "tj",
        "sav",
        "vk",
        "pv",
        "mt",
        "ev",
        "dies",
        "р",
    }
)
_PERCENTAGES = ("percentage", "pct", "pourcentage", "porcentaje", "porcentagem", "percentual")


def folded(word: str) -> str:
    """A word without case, accents and the full stop of an abbreviation."""
    apart = unicodedata.normalize("NFKD", word.strip().rstrip(".")).casefold()
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@cache
def time_words() -> Mapping[str, str]:
    """Per folded word the unit of time it means; what means two in two languages is left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for word, unit in _of_cldr():
        found[word].add(unit)
    sure = {word: next(iter(units)) for word, units in found.items() if len(units) == 1 < len(word)}
    english = {word: one.name for word in ("mins", "hrs", "msec", "sec") if (one := find(word))}
    return {**sure, **english, **_SHORT, **_INFLECTED, **_LETTERS}


@cache
def words_by_language() -> Mapping[str, Mapping[str, str]]:
    """Per folded word the unit of time it means in each language that has it; no single Latin letter."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for language in _SPOKEN:
        for word, unit in _of_language(language):
            if len(word) > 1 or (word and not word.isascii()):
                found[word].setdefault(language, unit)
    return found


@cache
def spoken() -> Mapping[str, str]:
    """Per folded word of many languages the unit of time it means, where it means nothing else in any of them."""
    every = {word: set(units.values()) for word, units in words_by_language().items()}
    return {word: next(iter(units)) for word, units in every.items() if len(units) == 1 and word not in OFTEN_OTHER}


def time_unit(word: str, beside: Collection[str] = ()) -> str:
    """The unit of time a folded word means, the other words of its text beside it; empty where that is not told.

    ``година`` is a year or an hour: beside ``хвилин`` it is Ukrainian. Single letters are of no language.
    """
    if unit := time_words().get(word) or spoken().get(word):
        return unit
    languages = words_by_language().get(word, {})
    others = [words_by_language().get(one, {}) for one in beside if one != word and one not in _LETTERS]
    units = {unit for language, unit in languages.items() if others and all(language in one for one in others)}
    return next(iter(units)) if len(units) == 1 else ""


@cache
def several() -> frozenset[str]:
    """The words for more than one: a header that holds one of these says what it counts (``Day`` does not)."""
    alone = {word for language in LANGUAGES for unit in _DURATIONS for word in _written(unit, language, (1,), "long")}
    more = {word for language in LANGUAGES for unit in _DURATIONS for word in _written(unit, language, (2, 5), "long")}
    return frozenset(word for word in more - alone | {*_INFLECTED, "uren", "mins", "hrs", "secs", "minutos"} if word)


@cache
def joiners() -> frozenset[str]:
    """The words for "and" between the parts of a length of time."""
    joined = (format_list(["A", "B"], locale=language) for language in _SPOKEN)
    return frozenset(folded(text.removeprefix("A").removesuffix("B")) for text in joined)


@cache
def percent_words() -> frozenset[str]:
    """One word for per cent in each language, the sign among them."""
    named = {str(get_unit_name("concentr-percent", "long", locale=language)) for language in LANGUAGES}
    return frozenset({"%", *(folded(name) for name in named if " " not in name), *_PERCENTAGES})


def _of_cldr() -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        yield from _of_language(language)


def _of_language(language: str) -> Iterator[tuple[str, str]]:
    for unit, name in _DURATIONS.items():
        for length in ("long", "short", "narrow"):
            yield from ((word, name) for word in _written(unit, language, _COUNTS, length))
            if called := get_unit_name(f"duration-{unit}", length, locale=language):
                yield folded(called), name


def _written(unit: str, language: str, counts: tuple[float, ...], length: str) -> Iterator[str]:
    for count in counts:
        text = format_unit(count, f"duration-{unit}", length, locale=language)  # type: ignore[arg-type]
        yield folded(re.sub(r"[\d.,]*\d", "", text))
