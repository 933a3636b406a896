"""How a date is spelt: which of its digits are the year, which the day, which word is the month.

Texts of one *shape* (their digits all written 0) are spelt alike, so that each shape is looked at once, however many
texts have it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product

from csi.step3_gather import zone_words
from csi.step3_gather.calendar_words import ENGLISH, Meaning, Words, words
from csi.step3_gather.causes import Cause

LONGEST = 100  # characters; what is longer is prose
_MOST_READINGS = 24
_MOST_WORDS = 10
# Numbers of so many digits stand in no date but behind the decimal sign of its seconds, or as milliseconds.
_NO_DATE = re.compile(r"^(?!\\?/).*(?<![.,:0])(?:0{3}|0{5}|0{7}|0{9,})(?!0)", re.S)
_WORD = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f\u0e00-\u0e7f\u200c])+"
_ENGLISH_ONLY = re.compile(r"[\x00-\x7f]*")
_ERA = re.compile(r"令和|平成|昭和|大正|明治|民國|民国|(?:^|[^\w])[rhs]0{1,2}[./年]")
# .NET's and older JSON's dates: an instant, whatever offset is shown beside it.
_EPOCH = re.compile(r"\\?/date\((?P<sign>-?)(?P<millis>0+)(?:[+-]0000)?\)\\?/")
_PLAIN_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_SIGNS = str.maketrans(
    {"\ufffd": " ", "\u200b": "", "\u200e": "", "\u200f": "", "\ufeff": "", "\u202a": "", "\u202c": "", "\u2066": "",
     "\u2069": "", "−": "-", "–": "-", "،": ",", "·": " ", "、": ",", "’": "'", "`": "'", "´": "'"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spelling:
    """Where the parts of a date stand among the digits of its text.

    Attributes:
        digits: per part (``year``, ``month``, ``day``, ``hour`` …) its first digit and the one after its last.
        month: what the word for the month may mean; empty: a number.
        quarter: 1 to 4 where it stands in Roman numerals.
        half: ``A`` before noon, ``P`` after; empty: a 24-hour clock.
        offset: minutes east of UTC as a word says; None where none does.
        sign: of the offset in digits, or of ``millis`` since 1970: 1, -1, or 0 without one.
        zone: the abbreviation of a zone that means several.
        cause: why it is no date; ``NONE``: it is one.
    """

    digits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    month: str = ""
    meaning: Meaning = field(default_factory=dict)
    quarter: int = 0
    half: str = ""
    offset: int | None = None
    sign: int = 0
    zone: str = ""
    cause: Cause = Cause.NONE


@dataclass(frozen=True, slots=True)
class _Said:
    """A shape with its words told: ``M`` month, ``W`` week, ``Z`` zone and so on; digits are still 0."""

    text: str
    month: str = ""
    zone: str = ""
    quarter: int = 0


def _clock(number: str) -> str:
    """The time of day; the parts are named with a number, as they may stand in two places."""
    return (
        rf"(?:(?P<before{number}>[AP])\s*)?(?P<hour{number}>00?)"
        rf"(?:\s*[:.H]\s*(?P<minute{number}>00)(?:\s*[:.N]\s*(?P<second{number}>00)"
        rf"(?:[.,:](?P<fraction{number}>0{{1,9}}))?(?:\s*S)?)?(?:\s*[NH])?|\s*H|(?=\s*[AP]))"
        rf"(?:\s*(?P<half{number}>[AP]))?"
    )


_OFFSET = (
    r"(?:\s*(?:Z\s*)?(?P<sign>[+-])(?P<offset_hour>00)(?::?(?P<offset_minute>00))?"
    r"|\s*Z\s*(?P<sign1>[+-])(?P<offset_hour1>0)(?::(?P<offset_minute1>00))?|\s*Z)?"
)
_TAIL = rf"(?:(?:\s*[T,:]\s*|\s+-?\s*|(?<=D)|-(?=00[.:]00[.:]00)){_clock('')}{_OFFSET}|\s*Z)?"
_GAP = r"[-/.,\s]{0,3}"
_YEAR, _SHORT = "(?P<year>0000)", "'?(?P<year>0000|00)"
_MONTH, _DAY = "(?P<month>00?)", "(?P<day>00?)"
_ANY = (
    rf"{_YEAR}[-/.]\s?{_MONTH}[-/.]\s?{_DAY}\.?",
    rf"{_YEAR}[-/.]{_MONTH}",
    rf"{_YEAR}Y\s*{_MONTH}B(?:\s*{_DAY}D)?",
    rf"{_DAY}{_GAP}M{_GAP}{_SHORT}\.?",
    rf"M{_GAP}{_DAY}[,./\s-]\s*{_YEAR}",
    rf"{_YEAR}{_GAP}M{_GAP}{_DAY}\.?",
    rf"{_YEAR}{_GAP}{_DAY}{_GAP}M",
    rf"{_DAY}\s*G\s*{_MONTH}[,\s]\s*{_YEAR}",
    rf"(?:M|G\s*{_MONTH}){_GAP}{_YEAR}",
    r"M(?:-|\s?')(?P<year>00)",
    rf"{_YEAR}{_GAP}M",
    rf"{_MONTH}[-/]{_YEAR}",
    rf"{_YEAR}N(?P<month>00)",  # 2024M01, as Eurostat writes it
)
_PERIODS = (
    rf"{_YEAR}[-/, ]*W[-.\s]*(?P<week>00?)(?:-(?P<weekday>0))?",
    rf"W[-.\s]*(?P<week>00?)[-/,. ]*{_YEAR}",
    rf"(?P<week>00?)\.?\s*W[-/,. ]*{_YEAR}",
    rf"{_YEAR}[-/,. ]*[QT][-.\s]*(?P<quarter>0)",
    rf"[QT][-.\s]*(?P<quarter>0)[-/,. ]*{_YEAR}",
    rf"(?P<quarter>0)\.?\s*[QT][-/,. ]*{_YEAR}",
    rf"R\.?\s*[QW][-/,. ]*{_YEAR}",
)
_FORMATS = {
    "iso": (rf"{_YEAR}(?P<month>00)(?P<day>00)",),
    "day_first": (rf"{_DAY}[-/.]\s?{_MONTH}[-/.]\s?(?P<year>0000|00)\.?",),
    "month_first": (rf"{_MONTH}[-/.]\s?{_DAY}[-/.]\s?(?P<year>0000|00)\.?",),
}
_BASIC_CLOCK = (
    r"T(?P<hour>00)(?:(?P<minute>00)(?:(?P<second>00)(?:[.,](?P<fraction>0{1,9}))?)?)?"
    r"(?:\s*Z|(?P<sign>[+-])(?P<offset_hour>00)(?::?(?P<offset_minute>00))?)?"
)


def _patterns(order: str) -> tuple[re.Pattern[str], ...]:
    dates = (*_FORMATS[order], *_ANY)
    whole = [
        *(date + _TAIL for date in dates),
        # ISO 8601 without its signs: 20160229T0116; ctime: Jan 1 10:00:00 2024; a clock before its date.
        *([_FORMATS["iso"][0] + _BASIC_CLOCK] if order == "iso" else []),
        *(rf"{day},?\s+{_clock('')}{_OFFSET}\s+{_YEAR}" for day in (rf"M{_GAP}{_DAY}", rf"{_DAY}{_GAP}M")),
        *(rf"(?=[AP]?\s*00?\s*[:H]){_clock('')}(?:\s*Z)?[,\s]\s*-?\s*{date}" for date in dates),
        *_PERIODS,
    ]
    return tuple(re.compile(one) for one in whole)


_BY_ORDER = {order: _patterns(order) for order in _FORMATS}
_CLOCK_ONLY = re.compile(_clock("") + _OFFSET)
_NUMBER = re.compile(r"[+-]?0+(?:[.,]0+)?")
_NO_YEAR = re.compile(rf"(?:M{_GAP}00?|00?{_GAP}M|00?[/.]00?\.?){_TAIL}")


@lru_cache(maxsize=50_000)
def spelling(shape: str, order: str) -> Spelling:
    """How the texts of one shape are to be read in an order (``iso``, ``day_first``, ``month_first``)."""
    if "0" in shape and _ERA.search(shape[:LONGEST].casefold()):
        return Spelling(cause=Cause.ERA)
    if len(shape) > LONGEST or "0" not in shape or _NO_DATE.search(shape):
        return Spelling(cause=Cause.NUMBER if _NUMBER.fullmatch(shape) else Cause.NO_DATE)
    if told := _EPOCH.fullmatch(shape.casefold()):
        return Spelling({"millis": (0, len(told["millis"]))}, sign=-1 if told["sign"] else 1)
    plain, digits = _plain(shape), shape.count("0")
    if _has_strange_word(plain):
        return Spelling(cause=Cause.UNKNOWN_WORD)
    said: list[_Said] = []
    for vocabulary in _vocabularies(plain):
        said = list(_readings(plain, vocabulary))
        for one in said:
            if one.text.count("0") == digits and (found := _matched(one, order)):
                return found
    return Spelling(cause=_cause(said, order))


def _matched(said: _Said, order: str) -> Spelling | None:
    for pattern in _BY_ORDER[order]:
        if match := pattern.fullmatch(said.text):
            return _spelling(said, match)
    return None


def _spelling(said: _Said, match: re.Match[str]) -> Spelling:
    parts = {name: text for name, text in match.groupdict().items() if text}
    starts = {name.rstrip("1"): match.start(name) for name in parts}
    digits = {
        name: (said.text.count("0", 0, start), said.text.count("0", 0, start) + parts_of.count("0"))
        for name, start in starts.items()
        if "0" in (parts_of := parts.get(name) or parts[f"{name}1"])
    }
    sign = parts.get("sign") or parts.get("sign1") or ""
    minutes = {} if not said.zone else _minutes(said.zone)
    return Spelling(
        digits=digits,
        month=said.month if "M" in said.text else "",
        meaning=_meaning(said.month) if "M" in said.text else {},
        quarter=said.quarter,
        half=parts.get("half") or parts.get("before") or "",
        offset=next(iter(minutes)) if len(minutes) == 1 else None,
        sign={"+": 1, "-": -1}.get(sign, 0),
        zone=said.zone if len(minutes) > 1 else "",
    )


def _meaning(word: str) -> Meaning:
    return words(ENGLISH).months.get(word) or words().month(word)


def _minutes(zone: str) -> frozenset[int] | dict[int, None]:
    return {_PLAIN_ZONES[zone]: None} if zone in _PLAIN_ZONES else zone_words.known().get(zone, frozenset())


def _cause(said: list[_Said], order: str) -> Cause:
    """What a shape that is no date in this order most likely is."""
    if not said:
        return Cause.UNKNOWN_WORD
    fits = [other for other in _FORMATS if other != order and any(_matched(one, other) for one in said)]
    if {"day_first", "month_first"} <= set(fits):
        return Cause.DAY_OR_MONTH_FIRST
    for other, cause in (("iso", Cause.YEAR_FIRST), ("day_first", Cause.DAY_FIRST), ("month_first", Cause.MONTH_FIRST)):
        if other in fits:
            return cause
    for pattern, cause in ((_NUMBER, Cause.NUMBER), (_CLOCK_ONLY, Cause.CLOCK_ONLY), (_NO_YEAR, Cause.NO_YEAR)):
        if any(pattern.fullmatch(one.text) for one in said):
            return cause
    return Cause.NO_DATE


def _has_strange_word(text: str) -> bool:
    """Whether a word of Latin letters is in no vocabulary: what is left of prose, told without a closer look."""
    found = [word for word in re.findall(_WORD, re.sub(r"\(.*\)$|\[.*\]$", "", text)) if word.isascii()]
    if len(found) > _MOST_WORDS:
        return True
    return not all(map(_is_english, found)) and not known_words().issuperset(found)


@cache
def known_words() -> frozenset[str]:
    """Every Latin word that may stand in a date."""
    known = words()
    halves = re.findall(r"[a-z]+", " ".join(known.halves.values()).replace(r"[.\s?]{0,3}", ""))
    months = (*known.months, *known.folded, *known.cut)
    units = (word for one in known.units.values() for word in one)
    letters = (*"apmtz", "am", "pm", "st", "nd", "rd", "th", "er", "re", "o", "e")
    return frozenset((*months, *known.weekdays, *units, *known.fillers, *known.markers, *_ROMAN, *halves, *letters,
                      *"".join(halves), *zone_words.known()))  # fmt: skip


def _plain(shape: str) -> str:
    """A shape with one form of each sign and blank, without case and without what only wraps it."""
    text = unicodedata.normalize("NFKC", shape.translate(_SIGNS)).translate(_SIGNS).casefold()
    text = re.sub(r"\s+", " ", text).strip(" '\"")
    # Java and JavaScript name the zone again behind the offset.
    return re.sub(r"(?<=[z0])\s*(?:\[[\w/+-]+\]|\([^()0]*\))$", "", text) if re.search(r"[+-]0|z", text) else text


def _vocabularies(text: str) -> Iterator[Words | None]:
    """None for a text without words; English first, and alone where it reads the text: the others take a second."""
    found = re.findall(_WORD, text)
    if not found:
        yield None
    elif re.fullmatch(r"[^\W\d_]*0{4,}", text) is None:  # inc0001 is a name, no date
        if _ENGLISH_ONLY.fullmatch(text) and all(map(_is_english, found)):
            yield words(ENGLISH)
        yield words()


def _is_english(word: str) -> bool:
    english = words(ENGLISH)
    known = word in english.months or (word in english.weekdays and word not in zone_words.ALSO_DAYS)
    return known or word in _PLAIN_ZONES or word in ("t", "a", "p", "m", "am", "pm", "q", "w")


def _readings(text: str, vocabulary: Words | None) -> Iterator[_Said]:
    """What the words of a text may say, the likeliest first; nothing where one of them says nothing."""
    if vocabulary is None:
        yield _Said(text.strip(" ,"))
        return
    text = _with_halves(text, vocabulary)
    text = re.sub(r"(?<=0)\.?(?:st|nd|rd|th|er|ère|re|o|a|e)(?![^\W\d_])\.?", "", text)
    yield from _told(text, vocabulary)


def _with_halves(text: str, vocabulary: Words) -> str:
    """``A`` and ``P`` for what says before and after noon, behind the clock or before it."""
    for half, pattern in vocabulary.halves.items():
        text = re.sub(rf"(?:(?<=[:.h]00)|(?<=[.,:]000)|(?<=[:.]0))\s*{pattern}(?![^\W\d_])", f" {half}", text)
        text = re.sub(rf"(?<=0)\s*{half.lower()}[.\s?]{{0,3}}m\.?(?![^\W\d_])", f" {half}", text)
        text = re.sub(
            rf"(?:(?<![^\W\d_])|(?<=[日일号])){pattern}\s*(?=00?\s*(?:[:.]0|[時时点點시]))", f" {half} ", text
        )
        text = re.sub(rf"(?<=[:.]00){half.lower()}(?![^\W\d_])", f" {half}", text)
    return text


def _told(text: str, vocabulary: Words) -> Iterator[_Said]:
    places = list(re.finditer(_WORD, text))
    choices = []
    for place in places:
        if place[0] in ("A", "P"):
            choices.append([place[0]])
            continue
        choice = list(_meant(text, place, vocabulary))
        if not choice:
            return
        choices.append(choice)
    for number, chosen in enumerate(product(*choices)):
        if number >= _MOST_READINGS:
            return
        yield _said(text, places, chosen)


def _meant(text: str, place: re.Match[str], vocabulary: Words) -> Iterator[str]:
    """The letters a word may stand for."""
    word, before, after = place[0], text[: place.start()].rstrip(), text[place.end() :].lstrip()
    follows_digit = before.endswith("0")
    if word == "t" and follows_digit and after.startswith("0"):
        yield "T"
    if follows_digit and word in vocabulary.signs:
        yield vocabulary.signs[word]
        return
    if word in _PLAIN_ZONES or (re.search(r"0\s*[:h時]|h$|[:.]0", before) and _minutes(word)):
        yield "Z"
    if vocabulary.month(word):
        yield "M"
    if vocabulary.is_weekday(word):
        yield " "
    yield from _units(word, vocabulary, follows_digit=follows_digit)
    if word in _ROMAN:
        yield "R"
    if word in vocabulary.markers:
        yield "G"
    if word in vocabulary.fillers or word in vocabulary.units["year"]:
        yield " "


def _units(word: str, vocabulary: Words, *, follows_digit: bool) -> Iterator[str]:
    """``W`` week and ``Q`` quarter, before or behind their number; hours, minutes and seconds behind it."""
    known = (("week", "W"), ("quarter", "Q"), *((("hour", "H"), ("minute", "N"), ("second", "S")) * follows_digit))
    return (letter for unit, letter in known if word in vocabulary.units[unit])


def _said(text: str, places: list[re.Match[str]], chosen: tuple[str, ...]) -> _Said:
    """The text with each word as its letter; what says nothing goes, with its dot or comma."""
    pieces, end = [], 0
    month = zone = ""
    quarter = 0
    for place, letter in zip(places, chosen, strict=True):
        pieces += [text[end : place.start()], letter]
        end = place.end()
        month = place[0] if letter == "M" else month
        zone = place[0] if letter == "Z" else zone
        quarter = _ROMAN[place[0]] if letter == "R" else quarter
        if letter in " HNSWQG" and (swallowed := re.match(r"[.,]+", text[end:])):
            end += swallowed.end()
    joined = re.sub(r"\(\s*(.*?)\s*\)", r" \1 ", "".join((*pieces, text[end:])))
    return _Said(re.sub(r"\s+", " ", joined).strip(" ,"), month, zone, quarter)
