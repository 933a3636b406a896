"""How a date is spelt: which of its digits are the year, which the day, which word is the month.

Texts of one *shape* (their digits all written 0) are spelt alike, so that each shape is looked at once, however many
texts have it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import product

from csi.reading import zone_words
from csi.reading.calendar_words import BESIDE_LETTERS, ENGLISH, LANGUAGES, Meaning, Words, words
from csi.reading.causes import Cause
from csi.reading.date_spans import beginnings, week_of
from csi.reading.day_parts import SIGNS as DAY_PARTS
from csi.reading.half_years import ALSO_WEEKS, HALF_SIGNS, HALF_YEARS, is_half_year, with_half_signs
from csi.reading.unseen import UNSEEN
from csi.reading.zone_names import split_zone

LONGEST = 100  # characters; what is longer is prose
_MOST_READINGS = 24
_MOST_WORDS = 10
# Numbers of so many digits stand in no date but behind the decimal sign of its seconds, or as milliseconds.
_SCORE = re.compile(r"0 out of 0", re.IGNORECASE)  # no October in Portuguese: 8 out de 10
_NO_DATE = re.compile(
    r"(?i)^(?!\\?/)(?!0{12}(?:00(?:\.?0{3}|\.?0{6})?)?z?$).*(?<![.,:0])(?:0{3}|0{5}|0{7}|0{9,})(?!0)", re.S
)
_WORD = rf"(?:[^\W\d_]|[{BESIDE_LETTERS}\u200c])+"
_ENGLISH_ONLY = re.compile(r"[\x00-\x7f]*")
_ERA = re.compile(r"令和|平成|昭和|大正|明治|民國|民国|(?:^|[^\w])[rhs]0{1,2}[./年]")
# .NET's and older JSON's dates: an instant, whatever offset is shown beside it.
_EPOCH = re.compile(r"\\?/date\((?P<sign>-?)(?P<millis>0+)(?:[+-]0000)?\)\\?/")
_PLAIN_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ut": 0}
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_QUARTERS = ("i", "ii", "iii", "iv")
_AT_OCLOCK = ("g", "godz")  # Polish, before a clock; behind a number g is the hour elsewhere
# Before noon in Vietnamese, and Saturday in English and German: the column's other cells say which.
SA = "\ue100"
_HALVES = f"[AP{DAY_PARTS}{SA}]"
_ORDINAL_QUARTER = re.compile(r"第?([一二三四])(?:季度|季|四半期)$")
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_THAI = re.compile(r"[\u0e00-\u0e7f]")
_SIGNS = str.maketrans(
    {
        **dict.fromkeys(UNSEEN, ""),
        "\ufffd": " ",
        "׳": "",
        "−": "-",
        "–": "-",
        "،": ",",
        "·": " ",
        "、": ",",
        "ª": "o",
        "’": "'",
        "`": "'",
        "´": "'",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelling:
    """Where the parts of a date stand among the digits of its text.

    Attributes:
        digits: per part (``year``, ``month``, ``day``, ``hour`` …) its first digit and the one after its last.
        month: what the word for the month may mean; empty: a number.
        quarter: 1 to 4 where it stands in Roman numerals.
        half: ``A`` before noon, ``P`` after, ``SA`` one of these or a Saturday; empty: a 24-hour clock.
        hours: of the part of the day it says, as ``DayPart.hours``; 0: none.
        offset: minutes east of UTC as a word says; None where none does.
        sign: of the offset in digits, or of ``millis`` since 1970: 1, -1, or 0 without one.
        zone: the abbreviation of a zone that means several.
        place: the IANA name of the zone it names.
        half_year: 1 or 2 where words say which it is (上半期), or Roman numerals.
        of_week: whether its day is said to be the first of a week.
        until: how the last day of a span is spelt that it begins; None where it is none.
        may_be_half: whether its week is named as half-years are, too: S1.
        is_thai: whether words say that its year may be one of the Buddhist calendar.
        cause: why it is no date; ``NONE``: it is one.
    """

    digits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    month: str = ""
    meaning: Meaning = field(default_factory=dict)
    quarter: int = 0
    half: str = ""
    hours: int = 0
    offset: int | None = None
    sign: int = 0
    zone: str = ""
    place: str = ""
    is_thai: bool = False
    half_year: int = 0
    may_be_half: bool = False
    of_week: bool = False
    until: Spelling | None = None
    cause: Cause = Cause.NONE


@dataclass(frozen=True, slots=True)
class _Said:
    """A shape with its words told: ``M`` month, ``W`` week, ``Z`` zone and so on; digits are still 0."""

    text: str
    month: str = ""
    zone: str = ""
    quarter: int = 0
    week: str = ""


def _clock(number: str) -> str:
    """The time of day; the parts are named with a number, as they may stand in two places."""
    return (
        rf"(?:(?P<before{number}>{_HALVES})\s*)?(?P<hour{number}>00?)"
        rf"(?:\s*[:.H]\s*(?P<minute{number}>00)(?:\s*[:.N]\s*(?P<second{number}>00)"
        rf"(?:[.,:](?P<fraction{number}>0{{1,9}}))?(?:\s*S)?)?(?:\s*[NH])?|\s*H|(?=\s*{_HALVES}))"
        rf"(?:\s*(?P<half{number}>{_HALVES}))?"
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
    rf"{_YEAR}(?!/00\s){_GAP}{_DAY}{_GAP}M\.?",  # not 2023/24 Jan, which is a fiscal year
    rf"{_DAY}\s*G\s*{_MONTH}[,\s]\s*{_YEAR}",
    rf"(?:M|G\s*{_MONTH}){_GAP}{_YEAR}\.?",
    r"M(?:\.?[-/]|\s?')(?P<year>00)",  # as workbooks write a month: Jan-23, janv.-23, jan/23
    rf"{_YEAR}{_GAP}M\.?",
    rf"{_MONTH}[-/]{_YEAR}",
    rf"(?P<month>00)\.{_YEAR}",
    rf"{_YEAR}N(?P<month>00)",  # 2024M01, as Eurostat writes it
)
_PERIODS = (
    rf"{_YEAR}[-/, ]*W[-.\s]*(?P<week>00?)",
    rf"{_YEAR}-?W(?P<week>00)-(?P<weekday>0){_TAIL}",  # ISO 8601: 2025-W02-1T07:41Z
    rf"W[-.\s]*(?P<week>00?)[-/,. ]*{_YEAR}",
    rf"(?P<week>00?)\.?\s*W[-/,. ]*{_YEAR}",
    rf"{_YEAR}[-/,. ]*[QT][-.\s]*(?P<quarter>0)",
    rf"[QT][-.\s]*(?P<quarter>0)[-/,. ]*{_YEAR}",
    rf"(?P<quarter>0)\.?\s*[QT][-/,. ]*{_YEAR}",
    rf"R\.?\s*[QW][-/,. ]*{_YEAR}",
    rf"Q\s?R[-/,. ]*{_YEAR}",
    rf"{_YEAR}Y?[-/,. ]*(?:(?P<quarter>0)(?:/0)?|R)\.?\s*Q",
    # Of two-digit years only where a Q says what they are, and half-years: 1Q24, Q1'24, 24Q1, H1 2024, 1H24.
    r"Q(?P<quarter>0)[-/' ]{1,2}(?P<year>00)",
    r"(?P<quarter>0)\.?\s?Q[-/' ]{0,2}(?P<year>00)",
    r"(?P<year>00)[-/' ]{0,2}Q(?P<quarter>0)",
    r"J[-.\s]*(?P<semester>0)[-/,.' ]{1,3}(?P<year>0000|00)",
    r"(?P<semester>0)\.?\s?J[-/,.' ]{0,2}(?P<year>0000|00)",
    r"(?P<year>0000|00)[-/,.' ]{0,3}J[-.\s]*(?P<semester>0)",
    r"(?P<year>0000|00)[-/,.' ]{1,3}(?P<semester>0)\.?\s?J",
    rf"R\.?\s*J[-/,. ]*{_YEAR}",
    rf"{_YEAR}Y?\s?[{HALF_SIGNS}]",
    rf"[{HALF_SIGNS}]\s?{_YEAR}Y?",
)
_FORMATS = {
    "iso": (rf"{_YEAR}(?P<month>00)(?P<day>00)",),
    "day_first": (rf"{_DAY}[-/.]\s?{_MONTH}[-/.]\s?(?P<year>0000|00)\.?",),
    "month_first": (rf"{_MONTH}[-/.]\s?{_DAY}[-/.]\s?(?P<year>0000|00)\.?",),
    "year_first": (rf"(?P<year>00)[-/.]\s?{_MONTH}[-/.]\s?{_DAY}\.?",),
}
_BASIC_CLOCK = (
    r"T(?P<hour>00)(?:(?P<minute>00)(?:(?P<second>00)(?:[.,](?P<fraction>0{1,9}))?)?)?"
    r"(?:\s*Z|(?P<sign>[+-])(?P<offset_hour>00)(?::?(?P<offset_minute>00))?)?"
)


# Stamps without any sign: 20250405101500.
_STAMP_CLOCK = r"(?P<hour>00)(?P<minute>00)(?:(?P<second>00)(?:\.?(?P<fraction>0{3}|0{6}))?)?(?:\s*Z)?"
_STAMP = re.compile(r"0{8}(?:\s?0{4}(?:00(?:\.?(?:0{3}|0{6}))?)?)?Z?", re.I)


def _patterns(order: str) -> tuple[re.Pattern[str], ...]:
    dates = (*_FORMATS[order], *_ANY)
    whole = [
        *(date + _TAIL for date in dates),
        # ISO 8601 without its signs: 20160229T0116; ctime: Jan 1 10:00:00 2024; a clock before its date.
        *([_FORMATS["iso"][0] + clock for clock in (_BASIC_CLOCK, _STAMP_CLOCK)] if order == "iso" else []),
        *(rf"{day},?\s+{_clock('')}{_OFFSET}\s+{_YEAR}" for day in (rf"M{_GAP}{_DAY}", rf"{_DAY}{_GAP}M")),
        *(rf"(?={_HALVES}?\s*00?\s*[:H]){_clock('')}(?:\s*Z)?[,\s]\s*-?\s*{date}" for date in dates),
        *_PERIODS,
    ]
    return tuple(re.compile(one) for one in whole)


_BY_ORDER = {order: _patterns(order) for order in _FORMATS}
_CLOCK_ONLY = re.compile(_clock("") + _OFFSET)
_NUMBER = re.compile(r"[+-]?0+(?:[.,]0+)?")
_NO_YEAR = re.compile(rf"(?:M{_GAP}00?|00?{_GAP}M|00?[/.]00?\.?){_TAIL}")


@lru_cache(maxsize=50_000)
def spelling(shape: str, order: str) -> Spelling:
    """How the texts of one shape are to be read in an order (``iso``, or which of day, month and year is first)."""
    shape, place = split_zone(shape)
    found = _of_week(shape, order) or _spelling_of(shape, order)
    if found.cause is not Cause.NONE:
        found = _of_span(shape, order) or found
    return replace(found, place=place) if place and found.cause is Cause.NONE else found


def _of_week(shape: str, order: str) -> Spelling | None:
    """Of the day a week begins with: Week of Feb 03, 2025."""
    found = _spelling_of(rest, order) if (rest := week_of(shape)) else None
    return replace(found, of_week=True) if found is not None and "day" in found.digits else None


def _of_span(shape: str, order: str) -> Spelling | None:
    """Of the beginning of a span whose end is written as it is, or as a time of the same day."""
    for first, last in beginnings(shape):
        begin = _spelling_of(first, order)
        if begin.cause is not Cause.NONE or "year" not in begin.digits:
            continue
        if _CLOCK_ONLY.fullmatch(_plain(last)) and "hour" in begin.digits:
            return begin
        end = _spelling_of(last, order)
        if end.cause is Cause.NONE and end.digits.keys() == begin.digits.keys():
            behind = first.count("0")
            places = {name: (start + behind, stop + behind) for name, (start, stop) in end.digits.items()}
            return replace(begin, until=replace(end, digits=places) if "day" in places else None)
    return None


def _spelling_of(shape: str, order: str) -> Spelling:
    if "0" in shape and _ERA.search(shape[:LONGEST].casefold()):
        return Spelling(cause=Cause.ERA)
    if len(shape) > LONGEST or "0" not in shape or _NO_DATE.search(shape) or _SCORE.search(shape):
        stamp = Cause.STAMP if _STAMP.fullmatch(shape) else Cause.NUMBER
        return Spelling(cause=stamp if _NUMBER.fullmatch(shape) else Cause.NO_DATE)
    if told := _EPOCH.fullmatch(shape.casefold()):
        return Spelling(digits={"millis": (0, len(told["millis"]))}, sign=-1 if told["sign"] else 1)
    plain, digits = _plain(shape), shape.count("0")
    if _has_strange_word(plain):
        return Spelling(cause=Cause.UNKNOWN_WORD)
    said: list[_Said] = []
    for vocabulary in _vocabularies(plain):
        said = list(_readings(plain, vocabulary))
        for one in said:
            if one.text.count("0") == digits and (found := _matched(one, order)):
                return replace(found, is_thai=_THAI.search(plain) is not None)
    return Spelling(cause=_cause(said, order))


def _matched(said: _Said, order: str) -> Spelling | None:
    for pattern in _BY_ORDER[order]:
        if match := pattern.fullmatch(said.text):
            return _spelling(said, match)
    return None


def _spelling(said: _Said, match: re.Match[str]) -> Spelling:
    parts = {name: text for name, text in match.groupdict().items() if text}
    half_year = next((number for number, sign in enumerate(HALF_SIGNS, 1) if sign in match[0]), 0)
    half_year = half_year or (said.quarter if said.quarter and "J" in said.text else 0)
    starts = {name.rstrip("1"): match.start(name) for name in parts}
    digits = {
        name: (said.text.count("0", 0, start), said.text.count("0", 0, start) + parts_of.count("0"))
        for name, start in starts.items()
        if "0" in (parts_of := parts.get(name) or parts[f"{name}1"])
    }
    sign = parts.get("sign") or parts.get("sign1") or ""
    half = parts.get("half") or parts.get("before") or ""
    minutes = {} if not said.zone else _minutes(said.zone)
    return Spelling(
        digits=digits,
        month=said.month if "M" in said.text else "",
        meaning=_meaning(said.month) if "M" in said.text else {},
        quarter=0 if half_year else said.quarter,
        half_year=half_year,
        may_be_half=said.week in ALSO_WEEKS and len(parts.get("week", "")) == 1,
        half=half if half in ("A", "P", SA) else "",
        hours=words().hours(half) if half and half not in "AP" else 0,
        offset=next(iter(minutes)) if len(minutes) == 1 else None,
        sign={"+": 1, "-": -1}.get(sign, 0),
        zone=said.zone if len(minutes) > 1 else "",
    )


def _meaning(word: str) -> Meaning:
    if word in _ROMAN:
        return {_ROMAN[word]: frozenset(LANGUAGES)}
    return words(ENGLISH).months.get(word) or words().month(word)


def _minutes(zone: str) -> frozenset[int] | dict[int, None]:
    return {_PLAIN_ZONES[zone]: None} if zone in _PLAIN_ZONES else zone_words.known().get(zone, frozenset())


def _cause(said: list[_Said], order: str) -> Cause:
    """What a shape that is no date in this order most likely is."""
    if not said:
        return Cause.UNKNOWN_WORD
    fits = [other for other in _FORMATS if other != order and any(_matched(one, other) for one in said)]
    if order != "year_first" and {"day_first", "month_first", "year_first"} <= {*fits, order}:
        return Cause.DAY_MONTH_OR_YEAR_FIRST
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
    parts = re.findall(r"[a-z]+", " ".join(word for part in known.parts for word in part.words))
    months = (*known.months, *known.folded, *known.cut)
    units = (word for one in known.units.values() for word in one)
    letters = (*"apmtz", "am", "pm", "st", "nd", "rd", "th", "er", "re", "o", "e")
    return frozenset(
        (
            *HALF_YEARS,
            *months,
            *known.weekdays,
            *units,
            *known.fillers,
            *known.markers,
            *_ROMAN,
            *halves,
            *parts,
            *letters,
            *"".join(halves),
            *zone_words.known(),
        )
    )


def _plain(shape: str) -> str:
    """A shape with one form of each sign and blank, without case and without what only wraps it."""
    text = unicodedata.normalize("NFKC", shape.translate(_SIGNS)).translate(_SIGNS).casefold()
    text = with_half_signs(text)
    text = re.sub(r"\((00?[:.]00(?:[:.]00)?)\)", r" \1", text)
    text = re.sub(r"(?<![^\W\d_])d'(?=[^\W\d_])", "de ", text)
    text = re.sub(r"\s+", " ", text).strip(" '\"")
    text = re.sub(r"^\[([^][]*)\]$", r"\1", text)  # as web servers log it
    text = _ORDINAL_QUARTER.sub(lambda told: f" {_QUARTERS['一二三四'.index(told[1])]} q ", text)
    text = re.sub(r"第(?=0)|(?<=0)°(?=\s?[^\W\d_])", " ", text)
    # Java and JavaScript name the zone again behind the offset.
    return re.sub(r"(z|[0t]\s*[+-]00?(?::?00)?)\s*(?:\[[\w/+-]+\]|\([^()0]*\))$", r"\1", text)


def _vocabularies(text: str) -> Iterator[Words | None]:
    """None for a text without words; English first, and alone where it reads the text: the others take a second."""
    found = re.findall(_WORD, text)
    if any(map(is_half_year, found)):
        yield words()
    elif not found:
        yield None
    elif re.fullmatch(r"[^\W\d_]*0{4,}", text) is None:  # inc0001 is a name, no date
        if _ENGLISH_ONLY.fullmatch(text) and all(map(_is_english, found)):
            yield words(ENGLISH)
        yield words()


def _is_english(word: str) -> bool:
    english = words(ENGLISH)
    known = word in english.months or (word in english.weekdays and word not in (*zone_words.ALSO_DAYS, "sa"))
    return known or word in _PLAIN_ZONES or word in ("t", "a", "p", "m", "am", "pm", "q", "w")


def _readings(text: str, vocabulary: Words | None) -> Iterator[_Said]:
    """What the words of a text may say, the likeliest first; nothing where one of them says nothing."""
    if vocabulary is None:
        yield _Said(text.strip(" ,"))
        return
    text = _with_halves(_with_day_parts(_without_dots(text, vocabulary), vocabulary), vocabulary)
    text = re.sub(r"(?<=0)(?<!:00)\.?(?:st|nd|rd|th|er|ère|re|ème|eme|o|a|e)(?![^\W\d_])\.?", "", text)
    yield from _told(text, vocabulary)


def _without_dots(text: str, vocabulary: Words) -> str:
    """Names with dots inside as one word, and eras whose year tells them gone (ค.ศ. 2025)."""
    text = re.sub(r"[คพ]\s?\.\s?ศ\s?\.?", " ", text)
    for pattern, word in vocabulary.dotted.items():
        text = re.sub(rf"(?<![^\W\d_.]){pattern}", word, text)
    return text


_BEHIND_CLOCK = r"(?:(?<=[:.h]00)|(?<=[.,:]000)|(?<=[:.]0))\s*"
_WORD_ENDS = rf"(?![^\W\d_]|[{BESIDE_LETTERS}])"
_BEFORE_CLOCK = r"(?:(?<![^\W\d_])|(?<=[日일号號]))"
_CLOCK_AHEAD = r"\s*(?=00?\s*(?::0|\.00(?![-/.0])|[時时点點시]))"


def _with_halves(text: str, vocabulary: Words) -> str:
    """``A`` and ``P`` for what says before and after noon, behind the clock or before it."""
    text = re.sub(rf"{_BEHIND_CLOCK}sa(?![^\W\d_])", f" {SA}", text)
    text = re.sub(r"(?<![^\W\d_])sa\s*(?=00?:00)", f" {SA} ", text)
    for half, pattern in vocabulary.halves.items():
        text = re.sub(rf"{_BEHIND_CLOCK}{pattern}{_WORD_ENDS}", f" {half}", text)
        text = re.sub(rf"(?<=0)\s*{half.lower()}[.\s?]{{0,3}}m\.?(?![^\W\d_])", f" {half}", text)
        text = re.sub(rf"{_BEFORE_CLOCK}{pattern}{_CLOCK_AHEAD}", f" {half} ", text)
        text = re.sub(rf"(?:(?<=[:.]00)|(?<=:00)\s){half.lower()}(?![^\W\d_])", f" {half}", text)
        text = re.sub(rf"(?<=0000)(,?\s|,)(00?){half.lower()}$", rf"\1\2 {half}", text)
        text = re.sub(rf"(?<=0[/.-]00)(,?\s|,)(00?){half.lower()}$", rf"\1\2 {half}", text)
    return text


def _with_day_parts(text: str, vocabulary: Words) -> str:
    """The sign of a part of the day for its words, behind the clock or before it."""
    if not vocabulary.parts:
        return text
    behind, ahead, signs = _part_patterns()
    text = behind.sub(lambda told: f" {signs[told['part']]}", text)
    return ahead.sub(lambda told: f" {signs[told['part']]} ", text)


@cache
def _part_patterns() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Patterns of all parts of the day behind a clock and before one, and the sign of each word."""
    signs = {word: part.sign for part in words().parts for word in part.words}
    part = rf"(?P<part>{'|'.join(re.escape(word) for word in sorted(signs, key=len, reverse=True))})"
    behind = rf"(?:{_BEHIND_CLOCK}|(?<=[時时点點시h])\s+){part}{_WORD_ENDS}"
    return re.compile(behind), re.compile(rf"{_BEFORE_CLOCK}{part}{_CLOCK_AHEAD}"), signs


# A Latin letter alone behind a clock with colons says nothing but a zone, an hour or a second.
_CLOCK_LETTER = re.compile(r"(?![hstz])[a-z\u00df-\u024f]")
_GLUED = re.compile(r"(?:-[^\W\d_]+|^[a-z])0$")  # as one with the number behind it, and nothing before
_CLOCK_BEFORE = re.compile(r":\s?00(?:[.,]0+)?$")


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
    is_untold = _CLOCK_LETTER.fullmatch(word) or word in zone_words.OF_AMERICA
    if is_untold and _CLOCK_BEFORE.search(before):
        return  # half a day in an unknown language (9:14 p. may be 21:14); Pacific Time, and in Polish a Friday
    if word == "t" and follows_digit and after.startswith("0"):
        yield "T"
    if follows_digit and word in vocabulary.signs:
        yield vocabulary.signs[word]
        return
    if word in _PLAIN_ZONES or (re.search(r"0\s*[:h時]|h$|[:.]0", before) and _minutes(word)):
        yield "Z"
    if vocabulary.month(word) or (word in _ROMAN and _is_roman_month(text, place)):
        yield "M"
    if _is_half_year(text, place):
        yield "J"
    if word in _AT_OCLOCK and re.match(r"\.?\s?00?[:.]0", text[place.end() :]):
        yield " "
    is_glued = _GLUED.search(text[: place.end() + 1]) is not None  # 2025-w02-1, s2-2024: it says something
    if vocabulary.is_weekday(word) and not is_glued and (len(word) > 1 or not before or _CJK.match(word)):
        yield " "
    yield from _units(word, vocabulary, follows_digit=follows_digit)
    if not is_glued:
        yield from _little(word, before, after, vocabulary)


def _little(word: str, before: str, after: str, vocabulary: Words) -> Iterator[str]:
    """Numerals of quarters, markers of months, and what says nothing."""
    if word in _QUARTERS:
        yield "R"
    if word in vocabulary.markers:
        yield "G"
    # Behind the clock, at the end of all, an unknown word may say which half of the day is meant.
    ends_clock = not re.search(r"[^\W_]", after) and re.search(r"(?::|h)\s?00[^0]*$", before) is not None
    if (word in vocabulary.fillers and not ends_clock) or word in vocabulary.units["year"]:
        yield " "


def _is_half_year(text: str, place: re.Match[str]) -> bool:
    """Whether a word, or H, names a half of a year: H1 2024, 2024-H1, 1H24."""
    if place[0] != "h":
        return is_half_year(place[0])
    before, after = text[: place.start()].rstrip(), text[place.end() :].lstrip()
    if re.fullmatch(r"0\.?", before):
        return re.fullmatch(r"[-/,.' ]{0,2}00(?:00)?", after) is not None
    return after.startswith("0") and (not before or before[-1] in "0-/'")


def _is_roman_month(text: str, place: re.Match[str]) -> bool:
    """Whether Roman numerals stand between a day and a year: 12-IV-2025, 12 IV 2025."""
    before, after = text[: place.start()], text[place.end() :]
    return bool(re.search(r"(?:^|\D)00?[-./ ]{1,2}$", before) and re.match(r"[-./ ]{1,2}(?:0000|00)(?!0)", after))


def _units(word: str, vocabulary: Words, *, follows_digit: bool) -> Iterator[str]:
    """``W`` week and ``Q`` quarter, before or behind their number; hours, minutes and seconds behind it."""
    known = (("week", "W"), ("quarter", "Q"), *((("hour", "H"), ("minute", "N"), ("second", "S")) * follows_digit))
    return (letter for unit, letter in known if word in vocabulary.units[unit])


def _said(text: str, places: list[re.Match[str]], chosen: tuple[str, ...]) -> _Said:
    """The text with each word as its letter; what says nothing goes, with its dot or comma."""
    pieces, end = [], 0
    month = zone = week = ""
    quarter = 0
    for place, letter in zip(places, chosen, strict=True):
        pieces += [text[end : place.start()], letter]
        end = place.end()
        month = place[0] if letter == "M" else month
        zone = place[0] if letter == "Z" else zone
        week = place[0] if letter == "W" else week
        quarter = _ROMAN[place[0]] if letter == "R" else quarter
        if letter in " HNSWQGJ" and (swallowed := re.match(r"[.,]+", text[end:])):
            end += swallowed.end()
    joined = re.sub(r"\(\s*(.*?)\s*\)", r" \1 ", "".join((*pieces, text[end:])))
    return _Said(re.sub(r"\s+", " ", joined).strip(" ,"), month, zone, quarter, week)
