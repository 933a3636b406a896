"""The unit a column's header names: ``time in minutes``, ``(hrs)``, ``latency_ms``, ``Dauer [min]``, ``rate (%)``.

Only whole words count, and of these only what counts something: ``Day``, ``hour of day``, ``business hours`` in a
flag's name, ``4 hours`` of a target are none.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from csi.reading.currencies import SIGNS, currency, is_code
from csi.reading.durations import ShortClock
from csi.reading.scales import scaled_in
from csi.reading.unit_table import find
from csi.reading.unit_words import OFTEN_OTHER, folded, percent_words, several, spoken, time_words, words_by_language

_BRACKETED = re.compile(r"(?P<before>^|.)(?:\((?P<round>[^()]*)\)|\[(?P<square>[^\[\]]*)\])")
# What stands before a unit in these languages: time in minutes, temps en heures, tempo em minutos, czas w minutach.
_IN = frozenset({"in", "en", "em", "w", "as", "i", "v", "в"})
_NOT_BEFORE = frozenset(
    {
        "within",
        "outside",
        "during",
        "last",
        "per",
        "every",
        "by",
        "business",
        "opening",
        "office",
        "working",
        "of",
        "pro",
        "par",
        "por",
        "na",
        "after",
        "before",
        "under",
        "over",
        "max",
        "next",
        "past",
    }
)
_NOT_BEHIND = frozenset({"of", "da", "de", "del", "des", "di", "der", "van", "met", "flag", "only"})
# Letters and `min` are units only behind a word for a length of time; `min` is the least of anything else.
_LENGTHS = frozenset(
    {
        "time",
        "duration",
        "dur",
        "elapsed",
        "latency",
        "delay",
        "age",
        "wait",
        "hold",
        "response",
        "resolution",
        "resolve",
        "handle",
        "handling",
        "downtime",
        "uptime",
        "outage",
        "pause",
        "pauses",
        "talk",
        "ttr",
        "tta",
        "mttr",
        "mtta",
        "mttd",
        "mtbf",
        "runtime",
        "dauer",
        "zeit",
        "temps",
        "delai",
        "duree",
        "duracion",
        "tiempo",
        "demora",
        "duracao",
        "tempo",
        "durata",
        "duur",
        "tijd",
        "czas",
        "sla",
        "lead",
        "cycle",
        "queue",
        "close",
        "open",
        "spent",
        "minutes",
        "total",
        "avg",
        "mean",
        "median",
        "p50",
        "p90",
        "p95",
        "p99",
        "rt",
        "ack",
        "lock",
        "work",
        "worked",
        "service",
        "call",
        "acw",
        "aht",
        "asa",
        "lasted",
        "lag",
        "interval",
        "timeout",
        "ping",
        "espera",
        "atendimento",
        "solucao",
        "solucion",
        "resposta",
        "respuesta",
        "traitement",
        "attente",
        "bearbeitung",
        "wartezeit",
        "diff",
        "reaktionszeit",
        "losungszeit",
        "doorlooptijd",
        "wachttijd",
        "attesa",
        "risoluzione",
        "diferencia",
        "difference",
    }
)
_OF_CLOCKS = frozenset(
    {"hora", "heure", "ora", "hour", "stunde", "uhrzeit", "godzina", "saat", "klockslag", "klokkeslaet"}
)
_TIME_ALONE = frozenset(
    {"time", "zeit", "tijd", "tid", "czas", "tempo", "tiempo", "temps", "時刻", "時間", "时间", "시간"}
)
_BEGINNINGS = frozenset(
    {"start", "starts", "started", "begin", "begins", "beginn", "debut", "inicio", "inizio", "clock"}
)
# Parts of words for a length of time, without accents, in other languages and as the end of longer words.
_DURATION = re.compile(r"\bdur(?:ee|at|ac)|dauer\b|\bduur\b")
_LENGTH_PARTS = re.compile(
    r"dauer|zeit(?!punkt|stempel|zone)|tijd(?!stip)|(?<!ticke)tid(?:en|s)?\b|duur|varaktig|varighe|kesto|aika\b|aeg\b|kestus"
    r"|\bdoba|trvan|trajanj|vrijeme|vreme|trukm|ilgum|laikas|laiks|idotartam|\bido\b|\bdurat|timp|sure(?:si)?\b|kohez"
    r"|durasi|waktu|tempoh|thoi gian|zaman|iraupen|timi\b|\btook\b|\bspan\b|\bttx\b"
    r"|длит|продолж|врем|тривал|час\b|трајањ|διαρκ|χρονο|ժամանակ|დრო"
    r"|時間|时间|時長|时长|耗时|所要|시간|기간|ระยะเวลา|เวลา|مدة|المدة|وقت|زمان|مدت|משך|זמן|अवधि|समय"
)
# A day of work by one person, in the languages such plans come in; as letters only where the header is about effort.
_PERSON_DAYS = re.compile(
    r"(?:man|person|people|staff|dev)[\W_]*days?|(?:personen|mann|arbeits|mitarbeiter)[\W_]*tagen?"
    r"|jours?[\W_]*(?:homme|personne)s?|(?:d[ií]as?|dias?)[\W_]*(?:hombre|persona|homem|pessoa)s?"
    r"|(?:giorn[io]|giornat[ae])[\W_]*(?:uomo|persona)|(?:man|mens)[\W_]*dagen|osobodni|roboczodni|man[\W_]*dage",
    re.IGNORECASE,
)
_DAY_LETTERS = frozenset({"pt", "md", "mt", "jh", "pd"})
_EFFORTS = frozenset(
    {
        "effort",
        "aufwand",
        "workload",
        "charge",
        "estimate",
        "estimated",
        "planned",
        "booked",
        "budget",
        "schatzung",
        "plan",
        "ist",
        "soll",
        "estimacion",
        "esfuerzo",
        "esforco",
        "sforzo",
        "inspanning",
        "work",
        "arbeit",
        "naklad",
    }
)
_PER_MILLE = re.compile(r"‰|per[\W_]*mill?e\b|\bpromille\b|\bpour[\W_]*mille\b|\bpor[\W_]*mil\b", re.IGNORECASE)
_PPM = frozenset({"ppm", "dpmo"})
_WORDED = ("nanos", "micros", "millis", "nsec")
_CLOCK_PARTS = re.compile(r"(?<![\w:])[^\W\d_]+\.?(?:\s?:\s?[^\W\d_]+\.?){1,3}(?![\w:])")
# By the letters of its first part and how many parts there are, what numbers with colons are: jj:hh:mm, TT:SS:MM.
_FIRST_PARTS = {**dict.fromkeys("djtg", "d"), **dict.fromkeys("huo", "h"), "m": "min", "": ""}
_CLOCKS = {
    ("d", 3): ShortClock.DAYS,
    ("d", 4): ShortClock.DAYS_TO_SECONDS,
    ("h", 2): ShortClock.HOURS,
    ("min", 2): ShortClock.MINUTES,
}
# Days of which each has the hours that are worked: no 24.
_WORKED = re.compile(
    r"(?<!\d )(?<!\d)(?:(?:work|working|business|opening|office)[ \W_]*(?:days?)\b(?! flag)"
    r"|\bwerktag|\barbeitstag|\bgeschaftstag|jours? ouvr|jours? de travail|dias? (?:habil|laborab|uteis|util\b|de trab)"
    r"|giorn[io] lavorativ|giorn[io] di lavoro|giorn[io] feriali|werkdag|dni robocz"
    r"|pracovn\w* dn|arbejdsdag|arbetsdag|virkedag"
    r"|arkipaiv|tyopaiv|munkanap|zile lucratoare|radnih? dana|is gunu"
    r"|hari kerja|ngay lam viec"
    r"|рабоч\w* д|робоч\w* д|работни дни|εργασιμ|営業日|工作日|영업일|근무일|วันทำการ|أيام العمل|ימי עבודה)"
    r"|\b\d{1,2}(?:[.,]\d+)?[ -]?(?:h|hr|hrs|hour|hours|std|stunden|heures|horas|ore|uur|godz)[ -]{0,2}"
    r"(?:days?|tag|jours?|dias?|giorn|dag|dni)"
    r"|(?:days?|tagen?|jours?|dias?|giorn[io]|dagen|dni)\b (?:of|a|de|von|zu|da|di|van|po)"
    r" \d{1,2}(?:[.,]\d+)? ?(?:h|std|stunden|uur|ore|godz)"
)
_MONEY = rf"[A-Z]{{0,3}}[{SIGNS}]"
_WORD = re.compile(rf"%|‰|{_MONEY}(?![^\W_])|[^\W\d_]+|\d+")
_MANIFOLD = re.compile(r"(?i)k|t|m|mn|mio|mrd|bn|mld|tsd|tys|тыс|тис|mil|thousands?|milh\w+|mill\w+")
_NEW_WORD = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
# Words that are a unit where they stand alone, and behind a number often something else: (perc), (tim), (mn).
_SHORT_ALONE = {"perc": "min", "tim": "h", "mn": "min"}
_ADJECTIVE_AND_UNIT = 2  # words between brackets
_LONG = 4  # letters of a word between brackets that is a unit in a language of few exports; ours
_DATA = {name.casefold(): name for name in ("kB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB")}


def unit_in(header: str) -> str:
    """The canonical name of the unit a header names; empty where it names none."""
    header = unicodedata.normalize("NFKC", header)  # （分） as (分)
    if special := _person_day(header) or _tiny(header) or scaled_in(header):
        return special
    words = _words(_BRACKETED.sub(r"\g<before> ", header))
    lasts = _lasts(words) or not words or _names_length(header)
    for found in _BRACKETED.finditer(header):
        text = (found["round"] if found["round"] is not None else found["square"]).strip()
        is_letter = len(text) == 1 and text.isalpha() and text.isascii() and text != "h"
        is_cased = found["before"].lower() != found["before"].upper()
        is_plural = is_cased and len(text) <= 2 and text.isascii() and text != "h"  # Tag(e), but Time(h)
        if not is_plural and (lasts or not is_letter or found["square"]) and (unit := _alone(text)):
            return unit
        if lasts and len(several_words := text.split()) == _ADJECTIVE_AND_UNIT and (unit := _alone(several_words[1])):
            return unit  # (bus. hrs)
        if _names_length(header[: found.start() + 1]) and (unit := _of_language(folded(text))):
            return unit  # Durasi (jam), Trukmė (val.)
    return (
        _behind_comma(header, lasts)
        or _behind_in(words, lasts=lasts)
        or _counted(words)
        or ("" if _is_we(header, words) else _last(words))
    )


def header_with(header: str, below: str) -> str:
    """A header with the unit that stands in the row below it; empty where that is none."""
    bare = unicodedata.normalize("NFKC", below).strip().strip("()[]").strip()
    told = f"[{bare}]"
    return f"{header} {told}" if bare and (unit_in(told) or short_clock_in(bare)) else ""


def _is_we(header: str, words: list[str]) -> bool:
    """Whether ``us`` is the English word and no microseconds: would you recommend us? (but latency us, read_us)"""
    return words[-1:] == ["us"] and len(words) > 1 and "_us" not in header and folded(words[-2]) not in _LENGTHS


def says_length(header: str) -> bool:
    """Whether a header is one of a length of time (Durée, downtime) and not of a clock (Hora de atendimento)."""
    words = _words(unicodedata.normalize("NFKC", header))
    return _lasts(words) and not _OF_CLOCKS & {folded(word) for word in words}


def says_clock(header: str) -> bool:
    """Whether a header is one of a clock: of hours of the day, of a beginning, or ``Time`` alone."""
    words = {folded(word) for word in _words(unicodedata.normalize("NFKC", header))}
    return bool(words & _OF_CLOCKS) or words <= _TIME_ALONE or bool(words & _BEGINNINGS)


def may_be_length(header: str) -> bool:
    """Whether a header of numbers is one of a length of time, in the languages exports come in and further ones."""
    return says_length(header) or _names_length(header)


def says_duration(header: str) -> bool:
    """Whether a header is the word for a length of time itself (Durée, Dauer): no clock, whatever its cells are."""
    return may_be_length(header) and _DURATION.search(folded(header)) is not None


def _names_length(header: str) -> bool:
    return _LENGTH_PARTS.search(unicodedata.normalize("NFKC", folded(header))) is not None


def _lasts(words: list[str]) -> bool:
    return bool(_LENGTHS & {folded(word) for word in words})


def _person_day(header: str) -> str:
    if _PERSON_DAYS.search(header) or _WORKED.search(" ".join(folded(header).split())):
        return "person-day"
    words = {folded(word) for word in _words(header)}
    return "person-day" if words & _DAY_LETTERS and words & _EFFORTS else ""


def _tiny(header: str) -> str:
    """Parts of a thousand and of a million."""
    if _PER_MILLE.search(header):
        return "‰"
    return "ppm" if {folded(word) for word in _words(header)[-1:]} & _PPM else ""


def short_clock_in(header: str, unit: str = "") -> ShortClock:
    """What numbers with colons are in a column, where its header writes it (``hh:mm``) or names the larger unit.

    ``dd:hh:mm`` and ``days:hours:minutes`` count days first, in the languages exports come in.
    """
    for told in _CLOCK_PARTS.finditer(unicodedata.normalize("NFKC", header)):
        parts = [folded(part.strip(" .")) for part in told[0].split(":")]
        if len(parts) in (2, 3, 4) and _is_clock(parts):
            return _CLOCKS.get((_part(parts[0]), len(parts)), ShortClock.UNTOLD)
    return {"h": ShortClock.HOURS, "min": ShortClock.MINUTES}.get(unit, ShortClock.UNTOLD)


def _part(word: str) -> str:
    """The unit that one part of ``dd:hh:mm`` stands for, as a word or as its letter once or twice."""
    letter = word[:1] if len(word) <= 2 and word == word[:1] * len(word) else ""
    return _FIRST_PARTS.get(letter, "") or time_words().get(word, "")


def _is_clock(parts: list[str]) -> bool:
    """Whether all parts are units of time: letters once or twice, or words for them."""
    return all(len(part) <= 2 and part == part[:1] * len(part) for part in parts) or all(
        part in time_words() or part in ("min", "mins", "std", "sec", "secs", "hrs") for part in parts
    )


def _alone(text: str) -> str:
    """The unit that a text between brackets is, a word for "in" before it left out."""
    words = text.split()
    words = words[1:] if len(words) > 1 and folded(words[0]) in _IN else words
    if len(words) != 1:
        return ""
    word = folded(words[0])
    if word in percent_words() or (word in time_words() and (len(word) > 1 or word in "hsdj")):
        return time_words().get(word, "%")
    if unit := _elsewhere(word):
        return unit
    known = find(words[0])
    if known is not None and known.dimension not in ("count", "time"):
        return known.name
    return _DATA.get(word, "") or ("" if _is_capitals(words[0]) else currency(words[0]))


def _is_capitals(word: str) -> bool:
    """Whether a word is capitals that are no currency's code: (KM), (R)."""
    return word.isascii() and word.isalnum() and word.isupper() and not is_code(word)


def _elsewhere(word: str) -> str:
    """The unit of time a word is in a language of fewer exports; of short Latin ones only parts of a day: ``(dk)``."""
    if word == "ns":
        return word
    unit = _SHORT_ALONE.get(word) or spoken().get(word, "")
    return unit if len(word) >= _LONG or not word.isascii() or unit in ("h", "min", "s") else ""


def _of_language(word: str) -> str:
    """The hours, minutes or seconds that a word means in the languages that have it; empty where they differ."""
    units = {time_words().get(word, ""), *words_by_language().get(word, {}).values()} - {""}
    return (
        units.pop() if len(units) == 1 and units <= {"h", "min", "s"} and (len(word) > 1 or not word.isascii()) else ""
    )


def _words(header: str) -> list[str]:
    """The words of a header, ``SolutionInMin`` and ``DIFERENCIA_MINUTOS`` taken apart."""
    apart = header if header.isupper() else _NEW_WORD.sub(" ", header)
    return _WORD.findall(apart.replace("µ", "μ"))


def _behind_comma(header: str, lasts: bool) -> str:
    """The unit that ends a header behind a comma: Время, мин; no day, week, month or year (City, day)."""
    word = header.rpartition(",")[2].strip(" ._") if "," in header else ""
    unit = _alone(word) if word else ""
    is_plain = len(word) > 1 or not word.isascii() or lasts or word in ("%", *SIGNS)
    return unit if is_plain and unit not in ("d", "wk", "mo", "y") else ""


def _behind_in(words: list[str], *, lasts: bool) -> str:
    for before, word in pairwise(words):
        if folded(before) in _IN:
            unit = _alone(word)
            is_span = unit in ("d", "wk", "mo", "y") and folded(word) not in several()  # day in month
            if unit and not is_span and (len(word) > 1 or word == "%" or (lasts and word in "hs")):
                return unit
    return ""


def _counted(words: list[str]) -> str:
    """A word for several of a unit, or for per cent, that no number and no other word makes something else."""
    plain = [folded(word) for word in words]
    for place, word in enumerate(plain):
        before = plain[place - 1] if place else ""
        behind = plain[place + 1] if place + 1 < len(plain) else ""
        if before.isdecimal() or before in _NOT_BEFORE:
            continue
        if word in percent_words():
            return "%"
        of_length = behind in _NOT_BEHIND and bool(_LENGTHS & set(plain[place + 2 : place + 4]))  # Minutos de espera
        if word in several() and (of_length or behind not in _NOT_BEHIND | _NOT_BEFORE - {"by"}):
            return time_words()[word]
    return ""


def _last(words: list[str]) -> str:
    """The short name of a unit as the last of several words: ``latency_ms``, ``hold_min``, ``cost_eur``."""
    if len(words) < 2 or words[-2].isdecimal() or folded(words[-2]) in _NOT_BEFORE:
        return ""
    word, own = folded(words[-1]), words[-1]
    if word in ("h", "s", "d", "min"):
        return time_words()[word] if _LENGTHS & {folded(one) for one in words[:-1]} else ""
    of_length = word not in _OF_CLOCKS | OFTEN_OTHER and may_be_length(" ".join(words[:-1]))
    if of_length and (unit := _of_language(word) or _SHORT_ALONE.get(word, "")):
        return unit  # Dauer Std., Czas godz., Durée mn, Время ч
    if word in ("ms", "msec", "us", "μs", "sec", "secs", "hr", "ns", *_WORDED):
        return {"us": "us", "μs": "us", "ns": "ns"}.get(word) or time_words()[word]
    if word == "bytes":
        return "B"
    return _DATA.get(word, "") or ("" if _MANIFOLD.fullmatch(words[-2]) else _code(own))  # thousands are another unit


def _code(word: str) -> str:
    """The currency of a sign, or of a code that has a sign of its own in English, so that it is no word."""
    if re.fullmatch(_MONEY, word) or (not word.isascii() and len(word) < _LONG):  # Cena zł, 料金 円
        return currency(word)
    code = word.upper()
    return code if len(word) == 3 and is_code(code) and word in (code, code.lower()) and _has_sign(code) else ""


def _has_sign(code: str) -> bool:
    return code in ("USD", "EUR", "GBP", "JPY", "BRL", "CAD", "AUD", "CHF", "CNY", "INR", "MXN", "NZD", "PLN", "SEK")
