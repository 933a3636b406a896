"""Currencies by code and by sign, as CLDR has them: ``$`` is many currencies, ``€`` one."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_currency_name, get_currency_symbol, get_territory_currencies

from csi.reading.unit_words import LANGUAGES, folded, time_unit
from csi.reading.unseen import without_unseen

_LONGEST = 10
_SHORTEST_NAME = 4  # characters of a sign that no language near writes
SIGNS = "".join(sign for sign in map(chr, range(0x3000)) if unicodedata.category(sign) == "Sc")
# A currency that was replaced since stands in files yet: kuna, litas, leva.
_SINCE = date(2010, 1, 1)
# What people write and CLDR has not: short for what it names (руб. of рублей, грн of гривень), and without accents.
_ALSO = {
    "Fr": ("CHF",),
    "SFr": ("CHF",),
    "sFr": ("CHF",),
    "руб": ("RUB", "BYN"),
    "р": ("RUB", "BYN"),
    "грн": ("UAH",),
    "TL": ("TRY",),
    "원": ("KRW",),
    "lei": ("RON", "MDL"),
    "đ": ("VND",),
    "zl": ("PLN",),
    "Kc": ("CZK",),
    "тг": ("KZT",),
    "元": ("CNY", "TWD", "HKD"),
    "Bs": ("BOB", "VES"),
    "Rs": ("INR", "PKR", "LKR", "NPR", "MUR", "SCR"),
    "บาท": ("THB",),
    "đồng": ("VND",),
    "VNĐ": ("VND",),
    "дин": ("RSD",),
    "din": ("RSD",),
    "ريال": ("SAR", "QAR", "OMR", "YER"),
    "درهم": ("AED", "MAD"),
    "جنيه": ("EGP", "SDG"),
    "دينار": ("KWD", "BHD", "IQD", "JOD", "DZD", "LYD", "TND"),
    "שקל": ("ILS",),
    "ש״ח": ("ILS",),
    'ש"ח': ("ILS",),
    "ringgit": ("MYR",),
}
_NAMING = (*LANGUAGES, "ja", "zh", "zh_Hant", "ru", "el", "uk", "bg")


def is_code(text: str) -> bool:
    """Whether a text is a currency's code (ISO 4217)."""
    return len(text) == 3 and text in _english()


def currency(text: str) -> str:
    """The currency that a sign or code beside a number means: a code, the sign where several share it, else empty."""
    bare = without_unseen(unicodedata.normalize("NFKC", text)).strip()
    if is_code(bare):
        return bare
    if bare.islower() and _english().get(bare.upper(), bare.upper()) != bare.upper():  # usd: CLDR has a sign for it
        return bare.upper()
    if not bare or len(bare) > _LONGEST:
        return ""
    dotted = () if time_unit(folded(bare)) else (f"{bare}.",)  # ден is a day, ден. may be a denar
    sign = next((one for one in (bare.rstrip("."), bare, *dotted) if _codes(one)), "")
    codes = _codes(sign)
    if not codes:
        return ""
    return next(iter(codes)) if len(codes) == 1 and not _is_shared(sign) else sign


def _codes(sign: str) -> frozenset[str]:
    """The currencies that a sign or a name of one word stands for."""
    told = _near().get(sign, frozenset()) | frozenset(_ALSO.get(sign, ())) or _named().get(sign.casefold())
    return told or (_everywhere().get(sign, frozenset()) if _may_be_sign(sign) else frozenset())


def fits(sign: str, code: str) -> bool:
    """Whether a sign such as ``$`` may stand for a currency: CLDR writes it so where it is paid with, or in English."""
    return is_code(code) and (
        sign.rstrip(".") in {one.rstrip(".") for one in _signs(code)} or code in _ALSO.get(sign, ())
    )


@cache
def _english() -> Mapping[str, str]:
    return {code: sign for code, sign in Locale("en").currency_symbols.items() if code != "XXX"}


@cache
def _near() -> Mapping[str, frozenset[str]]:
    """Signs and the codes they stand for in the languages exports come in."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in LANGUAGES:
        for code, sign in Locale(language).currency_symbols.items():
            if code in _english() and sign != code:
                found[sign].add(code)
    return {sign: frozenset(codes) for sign, codes in found.items()}


@cache
def _named() -> Mapping[str, frozenset[str]]:
    """Names of one word and their codes: euros, 円."""
    found: dict[str, set[str]] = defaultdict(set)
    for language in _NAMING:
        for code in _paid_with():
            names = {str(get_currency_name(code, count, language)) for count in (None, 1, 2, 5)}
            for name in names:
                if name.isalpha() and not is_code(name):
                    found[name.casefold()].add(code)
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _everywhere() -> Mapping[str, frozenset[str]]:
    """The same, by what every territory writes: a second to load, so only for a sign that is not near."""
    found: dict[str, set[str]] = defaultdict(set)
    for code in _english():
        for locale in _locales(code):
            found[_sign(code, locale)].add(code)
    return {sign: frozenset(codes) for sign, codes in found.items()}


def _may_be_sign(text: str) -> bool:
    """Whether it is worth looking far: capitals alone are a ticket's letters (``INC0012``) far more often."""
    is_name = text.isascii() and text.isalpha() and text.isupper()
    return len(text) <= _SHORTEST_NAME and not is_name and not any(sign.isspace() or sign.isdigit() for sign in text)


def _is_shared(sign: str) -> bool:
    """``$`` is, for ``CA$`` and ``A$`` are written with it."""
    return any(sign != other and other.endswith(sign) for other in _english().values())


def _signs(code: str) -> Iterator[str]:
    for locale in (*(Locale(language) for language in LANGUAGES), *_locales(code)):
        yield _sign(code, locale)


def _sign(code: str, locale: Locale) -> str:
    """A currency's sign, a wide one (``￥``) as the plain one."""
    return without_unseen(unicodedata.normalize("NFKC", get_currency_symbol(code, locale)))


@cache
def _paid_with() -> Mapping[str, tuple[str, ...]]:
    """Per currency the territories it is paid with in."""
    found: dict[str, list[str]] = defaultdict(list)
    for territory in get_global("territory_currencies"):
        for code in get_territory_currencies(territory, start_date=_SINCE, end_date=date.max):
            found[str(code)].append(territory)
    return {code: tuple(territories) for code, territories in found.items()}


@cache
def _locales(code: str) -> tuple[Locale, ...]:
    likely = get_global("likely_subtags")
    tags = ((likely.get(f"und_{territory}", "en"), territory) for territory in _paid_with().get(code, ()))
    found = (_locale(tag.split("_"), territory) for tag, territory in tags)
    return tuple(one for one in found if one is not None)


def _locale(parts: list[str], territory: str) -> Locale | None:
    """The locale of a territory's most spoken language, with its script where CLDR parts them by it."""
    for subtags in ([*parts[:2], territory], [parts[0], territory]):
        try:
            return Locale.parse("_".join(dict.fromkeys(subtags)), resolve_likely_subtags=False)
        except (UnknownLocaleError, ValueError):
            continue
    return None
