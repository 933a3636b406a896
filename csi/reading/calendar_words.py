"""The words of dates in many languages: months, weekdays, halves of the day, units; from CLDR, by way of babel.

What is here beside CLDR are spellings that programs write and CLDR does not have. Words are compared without case,
dots and, where nothing fits with them, accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from csi.reading.day_parts import DayPart, day_parts

# Of a language with several spellings the others by their region.
LANGUAGES = (
    "en",
    "en_AU",
    "en_CA",
    "de",
    "de_AT",
    "fr",
    "fr_CA",
    "es",
    "es_CO",
    "es_MX",
    "pt",
    "pt_PT",
    "it",
    "it_CH",
    "nl",
    "pl",
    "cs",
    "sk",
    "sl",
    "hr",
    "sr_Latn",
    "sr",
    "da",
    "sv",
    "nb",
    "fi",
    "et",
    "lv",
    "lt",
    "hu",
    "ro",
    "bg",
    "tr",
    "ru",
    "uk",
    "el",
    "ja",
    "zh",
    "zh_Hant",
    "ko",
    "vi",
    "id",
    "ms",
    "ca",
    "gl",
    "eu",
    "th",
    "he",
    "ar",
    "fa",
    "hi",
    "sq",
    "mk",
    "is",
    "ga",
    "az",
    "kk",
    "af",
    "bs",
    "be",
    "ka",
    "hy",
    "sw",
    "fil",
    "bn",
    "ta",
    "te",
    "mr",
    "ne",
    "ur",
    "mn",
    "lo",
    "km",
    "uz",
)
ENGLISH = LANGUAGES[:3]
# Signs above, below and around letters: accents, those of India, Thailand, Laos, Burma and Cambodia.
BESIDE_LETTERS = (
    r"\u0300-\u036f\u0900-\u0965\u0970-\u09e5\u09f0-\u0a65\u0a70-\u0ae5\u0af0-\u0b65\u0b70-\u0be5"
    r"\u0bf0-\u0c65\u0c70-\u0ce5\u0cf0-\u0d65\u0d70-\u0de5\u0df0-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17df"
)
# Windows, Excel and databases: short forms that CLDR has not, by the language whose column they may stand in.
_ALSO_MONTHS = {
    "de": {"mrz": 3, "mär": 3, "maerz": 3, "mae": 3, "jaen": 1, "jän": 1, "feber": 2, "sept": 9},
    "en": {"sept": 9, "febr": 2},
    "fr": {"fevr": 2, "janv": 1, "juil": 7, "jul": 7, "jun": 6},
    "nl": {"mrt": 3, "maa": 3},
    "es": {"set": 9, "sept": 9, "setiembre": 9},
    "cs": {"čer": 6, "čvc": 7, "čec": 7},
    "pl": {"sty": 1, "wrze": 9},
    "hu": {"sze": 9},
    "nb": {"sept": 9},
    "el": {"μαι": 5},
}
# What older CLDR, and with it Java, and Windows write: Bulgarian, Hebrew, Hindi, Estonian.
_ALSO_HALVES = {
    "A": ("am", "пр об", "לפנה״צ", "पूर्वाह्न", "el"),
    "P": ("pm", "сл об", "אחה״צ", "अपराह्न", "pl"),
}
# What stands between the parts of a date and says nothing: CLDR has some of them as literals of its patterns.
_ALSO_FILLERS = (
    "um",
    "at",
    "à",
    "às",
    "a",
    "las",
    "los",
    "la",
    "le",
    "alle",
    "ore",
    "kl",
    "den",
    "der",
    "am",
    "om",
    "o",
    "w",
    "v",
    "de",
    "del",
    "di",
    "d",
    "of",
    "on",
    "the",
    "dnia",
    "godz",
    "ob",
    "du",
    "klo",
    "r",
)
_ALSO_UNITS = {
    "hour": ("h", "hs", "hr", "hrs", "uhr", "ч", "ώρα", "ura", "t", "u", "g", "น"),
    "minute": ("min", "m"),
    "second": ("s", "sec", "sek"),
    "week": ("w", "wk", "kw", "cw", "s", "sem", "sett", "uge", "uke", "v", "tyd", "нед"),
    "quarter": ("q", "t", "k", "ç", "τ", "qu", "qtr", "tri", "trim", "кв", "kv"),
}
_GERESH, _IN_HEBREW = "׳", "ב"  # the sign of a cut Hebrew word; “in”, written together with the month
_SHORTEST = 3  # letters a name may be cut to


def fold(word: str) -> str:
    """A word without accents: ``märz`` and ``marz`` are one."""
    parts = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(sign for sign in parts if not unicodedata.combining(sign)))


def plain(text: str) -> str:
    """Text as words are compared: one form of each sign, no case, no dots."""
    return unicodedata.normalize("NFKC", text).casefold().replace(".", "").strip()


Meaning = Mapping[int, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Months (1 to 12, each with the languages that call it so) and weekdays by name; what else may stand in a date.

    ``halves`` are patterns of what says before (``A``) and after (``P``) noon; ``signs`` the letters behind a number
    that say what it is (年: year); ``markers`` words before a month's number (``tháng``); ``dotted`` patterns of names
    with dots inside (``ม.ค.``) with the name as one word; ``parts`` are the parts of a day.
    """

    months: Mapping[str, Meaning]
    folded: Mapping[str, Meaning]
    cut: Mapping[str, Meaning]
    weekdays: frozenset[str]
    halves: Mapping[str, str]
    fillers: frozenset[str]
    units: Mapping[str, frozenset[str]]
    signs: Mapping[str, str]
    markers: frozenset[str]
    dotted: Mapping[str, str]
    parts: tuple[DayPart, ...]

    def month(self, word: str) -> Meaning:
        """The months a word may mean, each with the languages in which it does; none for any other word."""
        return self.months.get(word) or self.folded.get(fold(word)) or self.cut.get(fold(word)) or {}

    def hours(self, sign: str) -> int:
        """The hours of the part of a day that a sign stands for, as bits; 0 for any other sign."""
        return next((part.hours for part in self.parts if part.sign == sign), 0)

    def is_weekday(self, word: str) -> bool:
        """Whether a word is a day of the week."""
        return word in self.weekdays or fold(word) in self.weekdays


@cache
def words(languages: tuple[str, ...] = LANGUAGES) -> Words:
    """All of some languages; read once, when the first date with a word in it is met."""
    locales = {name: Locale.parse(name) for name in languages}
    named = [(word, number, name) for name, locale in locales.items() for word, number in _months(name, locale)]
    wide = [(word, number, name) for name, locale in locales.items() for word, number in _wide_months(locale)]
    days = {word for locale in locales.values() for word in _weekdays(locale)}
    return Words(
        months=_meanings(named),
        folded=_meanings((fold(word), number, name) for word, number, name in named),
        cut=_meanings(
            (word[:end], number, name)
            for full, number, name in wide
            for word in (fold(full),)
            for end in range(_SHORTEST, len(word) + 1)
        ),
        weekdays=frozenset(days | {fold(day) for day in days}),
        halves=_halves(locales.values()),
        fillers=frozenset({*_ALSO_FILLERS, *(word for one in locales.values() for word in _literals(one))}),
        units={unit: _unit_words(unit, locales.values()) for unit in (*_ALSO_UNITS, "month", "year", "day")},
        signs=_signs(locales),
        markers=frozenset(marker for locale in locales.values() for marker in _markers(locale)),
        dotted=dict(dotted for locale in locales.values() for dotted in _dotted(locale)),
        parts=() if languages == ENGLISH else day_parts(languages, _ALSO_HALVES["A"] + _ALSO_HALVES["P"]),
    )


def _meanings(named: Iterable[tuple[str, int, str]]) -> dict[str, Meaning]:
    found: dict[str, dict[int, set[str]]] = {}
    for word, number, language in named:
        found.setdefault(word, {}).setdefault(number, set()).add(language)
    return {
        word: {number: frozenset(languages) for number, languages in meant.items()} for word, meant in found.items()
    }


def _months(name: str, locale: Locale) -> Iterator[tuple[str, int]]:
    for widths in locale.months.values():
        for width in ("wide", "abbreviated"):
            for number, text in widths[width].items():
                if (word := plain(text)).isalpha() or (not word.isascii() and not any(map(str.isdigit, word))):
                    bare = word.replace(_GERESH, "")
                    yield bare, number
                    if name == "he":
                        yield _IN_HEBREW + bare, number
    yield from _ALSO_MONTHS.get(name, {}).items()


def _wide_months(locale: Locale) -> Iterator[tuple[str, int]]:
    for widths in locale.months.values():
        yield from ((plain(text), number) for number, text in widths["wide"].items() if plain(text).isalpha())


def _weekdays(locale: Locale) -> Iterator[str]:
    for widths in locale.days.values():
        for width in ("wide", "abbreviated", "short"):
            for text in widths[width].values():
                yield from (plain(text), plain(text).split("-")[0])


def _dotted(locale: Locale) -> Iterator[tuple[str, str]]:
    """``ม.ค.`` as a pattern, and as one word."""
    for widths in locale.months.values():
        for text in widths["abbreviated"].values():
            letters = [one for one in unicodedata.normalize("NFKC", text).casefold().split(".") if one]
            if len(letters) > 1 and not any(sign.isascii() or sign.isdigit() for one in letters for sign in one):
                yield r"\s?\.\s?".join(map(re.escape, letters)) + r"\.?", "".join(letters)


def _markers(locale: Locale) -> Iterator[str]:
    """``tháng`` of ``tháng 1``."""
    for widths in locale.months.values():
        for text in (*widths["wide"].values(), *widths["abbreviated"].values()):
            if told := re.fullmatch(r"([^\W\d_]+)\s*\d+", plain(text)):
                yield told[1]


def _halves(locales: Iterable[Locale]) -> dict[str, str]:
    found: dict[str, set[str]] = {half: set(also) for half, also in _ALSO_HALVES.items()}
    for locale in locales:
        for widths in locale.day_periods.values():
            for texts in widths.values():
                for half, key in (("A", "am"), ("P", "pm")):
                    found[half].add(_as_one(plain(texts.get(key, ""))))
    both = found["A"] & found["P"]
    return {half: _any_of(words - both) for half, words in found.items()}


def _as_one(text: str) -> str:
    """Single letters together: ``a m`` is ``am``; words stay apart."""
    parts = text.split()
    return "".join(parts) if all(len(part) < 2 for part in parts) else text


def _any_of(words_: Iterable[str]) -> str:
    """A pattern of any of some words, with dots, blanks or lost signs between the letters of the short ones."""
    spread = [
        r"[.\s?]{0,3}".join(map(re.escape, word)) if len(word) <= 3 else _joined(word)
        for word in sorted(words_, key=len, reverse=True)
        if len(word) > 1 or (word and not word.isascii())
    ]
    return rf"(?:{'|'.join(spread)})\.?"


def _joined(word: str) -> str:
    """A pattern of the parts of a word, with a dot, a blank or neither between them; ``״`` may be a plain quote."""
    return r"\.?\s?".join(re.escape(part).replace("״", '[״"]') for part in word.split())


def _literals(locale: Locale) -> Iterator[str]:
    """Words between the parts of a whole date: ``de`` of ``d 'de' MMMM``, ``um`` of ``{1} 'um' {0}``."""
    forms = [pattern.pattern for pattern in locale.date_formats.values()] + list(locale.datetime_formats.values())
    for form in map(str, forms):
        for quoted in re.findall(r"'([^']+)'", form):
            yield from (plain(word) for word in re.findall(r"[^\W\d_]+", quoted))
        yield from (plain(word) for word in re.findall(r"[^\W\d_]+", form) if not word.isascii())


def _unit_words(unit: str, locales: Iterable[Locale]) -> frozenset[str]:
    return frozenset(_said_units(unit, locales)) - {*_ALSO_FILLERS} | {*_ALSO_UNITS.get(unit, ())}


def _said_units(unit: str, locales: Iterable[Locale]) -> Iterator[str]:
    for locale in locales:
        for key in (f"{unit}", f"{unit}-short", f"{unit}-narrow"):
            yield from _long(_letters(locale._data["date_fields"].get(key, {}).get("name", "")))
        for patterns in locale._data["unit_patterns"].get(f"duration-{unit}", {}).values():
            yield from _long(word for case, text in patterns.items() if case != "per" for word in _letters(str(text)))
        if unit == "quarter":
            for widths in locale.quarters.values():
                for text in (*widths["wide"].values(), *widths["abbreviated"].values()):
                    yield from _long(_letters(text)[-1:])


def _long(words_: Iterable[str]) -> Iterator[str]:
    """Without single letters, which mean too much; those that are usual stand above."""
    return (word for word in words_ if len(word) > 1 or (not word.isascii() and not word.islower()))


def _letters(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", plain(str(text).replace("{0}", " ")))


def _signs(locales: Mapping[str, Locale]) -> dict[str, str]:
    """年, 月, 日, 時, 分, 秒 and their like, by the letter of the part they follow."""
    found: dict[str, str] = {"点": "H", "點": "H", "号": "D", "时": "H"}
    for locale in (locales[name] for name in ("ja", "zh", "zh_Hant", "ko") if name in locales):
        forms = [locale.date_formats["long"].pattern, locale.time_formats["full"].pattern]
        for part, letter in (("y", "Y"), ("M", "B"), ("d", "D"), ("[Hh]", "H"), ("m", "N"), ("s", "S")):
            for form in forms:
                found |= dict.fromkeys(re.findall(rf"(?:{part})+([^\W\d_a-zA-Z])", form), letter)
    return found | {"월": "B", "月": "B"}
