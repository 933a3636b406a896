"""Numbers counted in thousands, millions or cents: ``Mio. EUR``, ``k€``, ``USD thousands``, ``千円``, ``тыс. руб.``.

The words come from CLDR's compact numbers. What means two in two languages (``mil``), or on two sides of a currency
(``m€``), stays as it is written: it converts into nothing, so that it is asked about.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import gcd

from babel import Locale

from csi.reading.currencies import SIGNS, currency, fits
from csi.reading.unit_table import find, scale
from csi.reading.unit_words import LANGUAGES, folded, time_unit

_NAMES = {
    10**3: "thousand",
    10**4: "10 thousand",
    10**5: "lakh",
    10**6: "million",
    10**7: "crore",
    10**8: "100 million",
    10**9: "billion",
    10**12: "trillion",
}
SCALES = frozenset(_NAMES.values())
_BY_NAME = {name: size for size, name in _NAMES.items()}
_COMPACT = (
    *LANGUAGES,
    "ru",
    "uk",
    "bg",
    "cs",
    "sk",
    "hu",
    "ro",
    "hr",
    "sr",
    "sl",
    "da",
    "sv",
    "nb",
    "fi",
    "el",
    "tr",
    "ja",
    "ko",
    "zh",
    "zh_Hant",
    "hi",
    "vi",
    "id",
    "th",
    "ca",
    "he",
    "ar",
)
# What people write and CLDR has not, or has in another meaning than the usual one (billion, which is rare in French).
_ALSO = {
    "tsd": 10**3,
    "thsd": 10**3,
    "thous": 10**3,
    "thousands": 10**3,
    "миллионах": 10**6,
    "тысячах": 10**3,
    "тис": 10**3,
    "tausend": 10**3,
    "miles": 10**3,
    "millier": 10**3,
    "milliers": 10**3,
    "migliaia": 10**3,
    "tysiacach": 10**3,
    "duizenden": 10**3,
    "milionach": 10**6,
    "mio": 10**6,
    "mill": 10**6,
    "millions": 10**6,
    "mln": 10**6,
    "mrd": 10**9,
    "mld": 10**9,
    "mlrd": 10**9,
    "mia": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "lakh": 10**5,
    "lakhs": 10**5,
    "lac": 10**5,
    "crore": 10**7,
    "crores": 10**7,
    "千": 10**3,
    "仟": 10**3,
    "百万": 10**6,
    "百萬": 10**6,
    "十億": 10**9,
    "万": 10**4,
    "萬": 10**4,
    "億": 10**8,
    "亿": 10**8,
    "천": 10**3,
    "만": 10**4,
    "백만": 10**6,
    "억": 10**8,
    "십억": 10**9,
}
# Only beside a currency, in front of it or behind: k€, EUR k; T€ is a thousand, $T is not told; £m are millions.
_BEFORE = {
    "k": (3,),
    "T": (3,),
    "t": (3,),
    "M": (6,),
    "mn": (6,),
    "MM": (6,),
    "mm": (6,),
    "Md": (9,),
    "Mds": (9,),
    "bn": (9,),
    "m": (6, -3),
    "mi": (6,),
    "tn": (3, 12),
    "bi": (9, 12),
}
_BEHIND = {**_BEFORE, "T": (3, 12), "t": (3, 12), "m": (6,), "B": (9,), "b": (9,)}
_LEAST_LETTERS = 3  # of a word of CLDR in our letters; shorter ones mean too much
_NUMBER = re.compile(r"[x×*]?\s?1(?P<zeros>(?:[.,'’   ]?000){1,4})s?|[x×*]?\s?(?:10\^|1e)(?P<power>3|6|9)|['’]?000'?s?")
_IN = re.compile(r"^(?:in|en|em|w|v|в|у|som|i|à)\s+", re.IGNORECASE)
_OF = re.compile(r"^(?:of|de|d[’']|di|von|da|do)\s*", re.IGNORECASE)
_SPANISH_IN = re.compile(r"e[nm]\s", re.IGNORECASE)
_BRACKETED = re.compile(r"[(\[{]([^()\[\]{}]+)[)\]}]")
# Behind these signs a part of its own begins: Сумма, тыс. руб.; Umsatz - TEUR; sales in millions; tickets x1000.
_WORDS = re.compile(rf"[A-Z]{{3}}(?![^\W\d_])|[^\W\d_]+|[{SIGNS}]")
_SIGNS = tuple(map(re.compile, (r"[,;:|]\s+|\s[-–—/]\s", r"\s(?=(?:in|en|em|w|v|в|i)\s)", r"\s(?=[x×*]\s?1)")))
_GLUED = re.compile(r"(?:[十百千]?[万億亿萬]|[千仟])[円元]$")
_ONLY_OWN = re.compile(r"\bcts?$|^[\d'’x×*]")  # user_ct; over 1000 EUR
_SPOKEN_WITH = {("mil", "BRL"): [10**3], ("mil", "CZK"): [10**6]}
_PER = re.compile(r"(?:\bper|\bpro|\bpar|\bpor|\bje|\bevery|\bна|\bза|/)\s*[\(\[]?\s*$", re.IGNORECASE)
_WRITTEN_ON = re.compile(
    r"(?i:USD|EUR|GBP|JPY|BRL|CAD|AUD|CHF|CNY|INR|MXN|NZD|PLN|SEK|NOK|DKK|CZK|HUF|RUB|TRY|ZAR|SGD|HKD|KRW)|kr"
)  # glued to a letter: kEUR, tkr; MALL and BALL are words
# What else tells of money at the end of a header; without it no word there is looked up.
_OF_MONEY = re.compile(
    rf"[^\x00-\x7f]|\$|{_WRITTEN_ON.pattern}|(?i:cent|pence|grosz|dollar|euro)|\b(?:Rs|[A-Z]{{2,3}})\b"
)
_DOLLARS = {
    "dollar": "$",
    "dollars": "$",
    "us dollar": "USD",
    "us dollars": "USD",
    "us$": "USD",
    "pesos": "$",
    "us": "USD",
    "euro": "EUR",
    "euros": "EUR",
    "euro's": "EUR",
    "reais": "BRL",
    "rubles": "RUB",
    "rs": "INR",
}
_CENTS = re.compile(
    r"(?:(?P<before>[\w$€£]{1,5})[\s-]?)?(?P<cent>cents?|ct|cts|centavos?|centimos?|centimes?|centesimi|¢|pence"
    r"|groszy?|groszach|копе\w*|коп)(?:\s(?P<behind>[a-z]{3}))?"
)
_HAVE_CENTS = {
    "pence": ("GBP",),
    "grosz": ("PLN",),
    "копе": ("RUB", "BYN", "UAH"),
    "коп": ("RUB", "BYN", "UAH"),
    "": ("EUR", "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "ZAR", "BRL", "MXN", "CHF", "ARS", "COP", "PHP", "TWD"),
}


@dataclass(frozen=True, slots=True)
class Scaled:
    """A unit that is ``above / below`` of another: ``of`` it (empty: not told), or of any of a few (of cents)."""

    above: int
    below: int = 1
    of: str = ""
    among: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As a study writes it: ``thousand EUR``."""
        told = "cent" if self.below > 1 and not self.cent else self.cent or _NAMES[self.above]
        return f"{told} {self.of}".rstrip()

    @property
    def cent(self) -> str:
        """The name of a part, where it is that of few currencies."""
        return "копеек" if "RUB" in self.among else {"GBP": "pence", "PLN": "grosz"}.get(next(iter(self.among), ""), "")


def scaled_in(header: str) -> str:
    """What numbers are counted in as their header says: ``thousand EUR``, ``million``; empty where it names no scale.

    A scale that can be read in two ways is given as it is written.
    """
    written = unicodedata.normalize("NFKC", header)
    told = next((told for part in _parts(written) if (told := _told(part))), "")
    if not told or find(told) is None:  # it names what it is of, or nothing; bare scales are units of their own
        return told
    return f"{told} {_currency_beside(written)}".rstrip()


def _currency_beside(header: str) -> str:
    """The currency that stands apart from the scale: ``Betrag in EUR (Tsd.)``; empty where none does, or several do."""
    codes = {
        code for word in _WORDS.findall(header)[1:] if (code := currency(word)) and (word == code or word in SIGNS)
    }
    return codes.pop() if len(codes) == 1 else ""


def ratio(unit: str, wanted: str) -> tuple[float, float] | None:
    """What a number is multiplied and then divided by to be in another unit, where one of both has a scale."""
    first, second = scaled(unit), scaled(wanted)
    if first is None and second is None:
        return None
    one, two = first or Scaled(1, of=unit), second or Scaled(1, of=wanted)
    beside = _beside(one, two)
    if beside is None:
        return None
    above, below = one.above * two.below, one.below * two.above
    common = gcd(above, below)
    return above / common * beside[0], below / common * beside[1]


def _beside(one: Scaled, two: Scaled) -> tuple[float, float] | None:
    """How the units that are scaled convert."""
    if one.among or two.among:
        shared = {*one.among, *two.among} & {one.of or two.of} if not (one.of and two.of) else {one.of} & {two.of}
        return (1.0, 1.0) if shared or one == two else None
    if one.of == two.of or fits(one.of, two.of) or fits(two.of, one.of):
        return 1.0, 1.0
    return scale(one.of or "count", two.of or "count")


@lru_cache(maxsize=1024)
def scaled(unit: str) -> Scaled | None:
    """A unit with a scale (``thousand EUR``, ``Mio. €``, ``cent``); None where it has none, or one of two meanings."""
    written = unicodedata.normalize("NFKC", unit).strip()
    found = list(_parsed(written)) if find(written) is None else []
    sizes = {one.above / one.below for one in found}
    return found[0] if len(sizes) == 1 and (_CENTS.fullmatch(folded(written)) or not currency(written)) else None


@lru_cache(maxsize=1024)
def _told(part: _Part) -> str:
    """The scale a part of a header names; empty where it names none."""
    written = _IN.sub("", part.written)
    if known := find(written):
        return known.name if part.is_own and known.name in ("thousand", "million") else ""
    if not (part.is_own or _OF_MONEY.search(written)) or time_unit(folded(written)):
        return ""
    found = [one for one in _parsed(written) if part.is_own or _is_money(one)]
    if not found or (not part.is_own and (written[-1:].isdigit() or _ONLY_OWN.search(written))):
        return ""
    if folded(written) == "miles" and not _SPANISH_IN.match(part.written):  # in miles
        return ""
    if not _CENTS.fullmatch(folded(written)) and currency(written):
        return ""
    return found[0].name if len({one.above / one.below for one in found}) == 1 else written


def _is_money(one: Scaled) -> bool:
    return bool(one.among or (one.of and currency(one.of)))


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a header that may name a scale; ``is_own``: nothing else stands in it, so it need be of no money."""

    written: str
    is_own: bool


def _parts(header: str) -> Iterator[_Part]:
    """The parts of a header that may name a scale: in brackets, behind a sign or a word for "in", its ends."""
    for found in _BRACKETED.finditer(header):
        if not _PER.search(header[: found.start()]):
            yield _Part(found[1].strip(), is_own=True)
            if "," in found[1]:
                yield _Part(found[1].rpartition(",")[2].strip(), is_own=True)
    bare = _BRACKETED.sub(" ", header).replace("_", " ").strip()
    for sign in _SIGNS:
        before, *behind = sign.split(bare)
        if behind and not _PER.search(before):
            yield _Part(behind[-1].strip(), is_own=True)
    words = bare.split()
    for size in (4, 3, 2, 1):
        if len(words) >= size and not _PER.search(" ".join(words[:-size])):
            yield _Part(" ".join(words[-size:]), is_own=False)
    if len(words) > 1:
        yield from (_Part(" ".join(words[:size]), is_own=False) for size in (1, 2))
    if told := _GLUED.search(bare):
        yield _Part(told[0], is_own=True)


def _parsed(text: str) -> Iterator[Scaled]:
    """Every reading of a whole text as a scale, with what it is of."""
    if cents := _CENTS.fullmatch(folded(text)):
        of = currency((cents["before"] or cents["behind"] or "").upper()) or _DOLLARS.get(cents["before"] or "", "")
        among = next(codes for start, codes in _HAVE_CENTS.items() if cents["cent"].startswith(start))
        if of or not (cents["before"] or cents["behind"]):
            yield Scaled(1, 100, of, among)
        return
    for size in _sizes(text):
        yield Scaled(size)
    found = list(_beside_currency(text))
    yield from found or _of_something(text)


def _beside_currency(text: str) -> Iterator[Scaled]:
    """What stands before a currency or behind one; between letters only where one side is plain: kEUR, 千円."""
    for place in range(1, len(text)):
        left, right = text[:place].rstrip(), text[place:].lstrip()
        is_glued = text[place - 1].isalpha() and text[place].isalpha()
        for part, other, letters in ((left, right, _BEFORE), (right, left, _BEHIND)):
            sizes = _sizes(part, letters)
            if not sizes or (is_glued and part.isascii() and not _WRITTEN_ON.fullmatch(other)):
                continue
            if of := _money(other):
                sizes = _SPOKEN_WITH.get((folded(part), of), sizes)
                yield from (Scaled(size, of=of) if size > 0 else Scaled(1, 10**-size, of=of) for size in sizes)


def _money(text: str) -> str:
    bare = _OF.sub("", text.strip(" .,-_"))
    return _DOLLARS.get(bare.casefold(), "") or currency(bare) or currency(f"{bare}.")


def _of_something(text: str) -> Iterator[Scaled]:
    """``Tsd. Stück``, ``thousand h``: a scale in words, and one word or two of what is counted."""
    first, _, rest = text.partition(" ")
    rest = _OF.sub("", rest.strip())
    if rest.startswith(("thousand ", "million ")):  # 10 thousand, 100 million
        first, rest = f"{first} {rest.split()[0]}", rest.partition(" ")[2]
    if not rest or len(rest.split()) > 2 or any(map(str.isdigit, rest)) or not rest[0].isalpha():
        return
    if first[:1].isdigit() and first not in _BY_NAME:
        return
    of = time_unit(folded(rest)) or rest
    if currency(of) or len(first) >= _LEAST_LETTERS or first in _BY_NAME:
        yield from (Scaled(size, of=currency(of) or of) for size in _sizes(first))


def _sizes(text: str, letters: Mapping[str, tuple[int, ...]] | None = None) -> list[int]:
    """The sizes a scale may mean; a negative power of ten is a part."""
    bare = text.strip(" .,-_")
    if bare in _BY_NAME:
        return [_BY_NAME[bare]]
    if letters is not None and (powers := letters.get(bare) or letters.get(bare.lower() if bare == "K" else "")):
        return [10**power if power > 0 else power for power in powers]
    if number := _NUMBER.fullmatch(bare):
        zeros = number["zeros"]
        power = int(number["power"] or 0) or (3 * zeros.count("000") if zeros else 3)
        is_scale = letters is not None or not bare.isdigit() or bare == "000"
        return [10**power] if is_scale else []
    if bare == "k":
        return [10**3]
    word = folded(bare)
    return [_own()[word]] if word in _own() else sorted(_words().get(word, ()))


@cache
def _own() -> Mapping[str, int]:
    """What people write, folded as headers are."""
    return {folded(word): size for word, size in _ALSO.items()}


@cache
def _words() -> Mapping[str, frozenset[int]]:
    """Per folded word of CLDR's compact numbers the sizes it means."""
    found: dict[str, set[int]] = defaultdict(set)
    for language in _COMPACT:
        for width in ("long", "short"):
            for patterns in Locale(language).compact_decimal_formats.get(width, {}).values():
                for number, pattern in patterns.items():
                    zeros, *words = re.findall(r"0+|[^\W\d_]+", str(pattern.pattern).replace("'", ""))[:3]
                    size = int(number) // 10 ** (len(zeros) - 1) if zeros.startswith("0") else 0
                    if len(words) == 1 and size in _NAMES and _is_telling(folded(words[0])):
                        found[folded(words[0])].add(size)
    return {word: frozenset(sizes) for word, sizes in found.items()}


def _is_telling(word: str) -> bool:
    return len(word) >= _LEAST_LETTERS or (bool(word) and not word.isascii() and not word[0].islower())
