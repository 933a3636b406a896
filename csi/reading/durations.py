"""Lengths of time written as text: ``27 d 19 h``, ``PT4H``, ``02:35:10``, ``1 dia 2 horas``; their shapes few.

A text's shape is what is left once each run of digits is one ``#``. A shape is understood once, and all the texts of
that shape are then read together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from csi.reading.calendar_words import BESIDE_LETTERS
from csi.reading.unit_table import find
from csi.reading.unit_words import folded, joiners, time_unit

_LONGEST = 100  # characters of a text that may be a length of time; ours
_MOST_RUNS = 10
_NANOSECONDS = 1_000_000_000
_DAY = 86_400.0
# A sign, a digit or the P of ISO 8601 begins it; else words, digits and the marks between them.
_MAY_BE = r"^[+-]? ?p?[+-]?\d[\d.,:+ \-()\pL\pM\x{200c};]*$|^[+-]?pt\d[\d.,hms]*$"
_WORD = rf"(?:[^\W\d_]|[{BESIDE_LETTERS}\u200c])+"
_ISO = re.compile(
    r"p(?:(#)y)?(?:(#)m)?(?:(#)w)?(?:(#(?:[.,]#)?)d)?(?:t(?:(#(?:[.,]#)?)h)?(?:(#(?:[.,]#)?)m)?(?:(#(?:[.,]#)?)s)?)?"
)
_ISO_SECONDS = (0.0, 0.0, 7 * _DAY, _DAY, 3_600.0, 60.0, 1.0)
_CLOCK = re.compile(rf"(?:#(?P<days>\.| |(?: ?(?P<word>{_WORD}),?) )(?P<sign>[+-])?)?#:#(?P<seconds>:#(?:[.,]#)?)?")
_PART = re.compile(rf"#(?P<fraction>[.,]#)? ?(?:de )?(?P<word>{_WORD}\.?)")  # 30 de minute (Romanian)
# 34h53', 53'10": minutes and seconds by their signs, which stand behind the last number, as those of thousands do not.
_PRIMES = (
    (r"^([+-]? ?(?:[0-9]+ ?h ?)?[0-9]+) ?['’′] ?([0-9]+) ?(?:[\"”]|''|′′)$", r"\1 min \2 s"),
    (r"^([+-]? ?(?:[0-9]+ ?h ?)?[0-9]+) ?['’′]$", r"\1 min"),
)
_IN_1970 = re.compile("#-#-#[ t]#:#:#")
# 2:30 h, 12:05:10 hrs, 2:30 min: the unit is that of the first number.
_NAMED_CLOCK = re.compile(rf"#:#(?P<more>:#)?(?P<fraction>[.,]#)? ?(?P<word>{_WORD}\.?)")
_OPEN_END = re.compile(rf"# ?(?P<word>{_WORD}\.?) ?#")  # 2 h 05
_BETWEEN = re.compile(rf"[ ,;:]*(?:(?P<word>{_WORD}) )?")


_LONE = frozenset("mguwy")  # letters that mean much else where they stand behind one number alone


class ShortClock(StrEnum):
    """What numbers with colons between them are: nothing tells ``3:02`` apart, nor days before hours in ``1:04:30``."""

    UNTOLD = ""
    HOURS = "h:mm"
    MINUTES = "min:s"
    DAYS = "d:hh:mm"
    DAYS_TO_SECONDS = "d:hh:mm:ss"

    @property
    def counts_days(self) -> bool:
        """Whether the first number is one of days."""
        return self in (ShortClock.DAYS, ShortClock.DAYS_TO_SECONDS)


_OF_DAYS = {"#:#:#": ShortClock.DAYS, "#:#:#:#": ShortClock.DAYS_TO_SECONDS}


@dataclass(frozen=True, slots=True)
class Run:
    """One number of a shape: what it is worth in seconds, below what it must stay, whether it stands after a comma."""

    seconds: float
    below: float = np.inf
    is_fraction: bool = False
    digits: int = 0  # as many as it is written with; 0: any number


@dataclass(frozen=True, slots=True)
class Lengths:
    """Texts as lengths of time.

    Attributes:
        seconds: NaN where a text is none.
        is_clock: which are written with colons.
        is_short: which are two numbers with a colon between them, told or not.
    """

    seconds: np.ndarray
    is_clock: np.ndarray
    is_short: np.ndarray


def lengths(texts: pa.Array, short: ShortClock = ShortClock.UNTOLD, *, lone: bool = False) -> Lengths:
    """Read distinct texts as lengths of time; calendar days of 24 hours, weeks of seven of them.

    ``lone``: whether a letter alone behind a number is one, too, for that is how their column is written (``5 m``).
    """
    plain = _plain(texts)
    seconds = np.full(len(plain), np.nan)
    is_clock, is_short = (np.zeros(len(plain), dtype=bool) for _ in range(2))
    may_be = pc.and_(pc.match_substring_regex(plain, _MAY_BE), pc.less_equal(pc.utf8_length(plain), _LONGEST))
    where = np.flatnonzero(pc.fill_null(may_be, False).to_numpy(zero_copy_only=False))
    candidates = plain.take(pa.array(where))
    shapes = pc.dictionary_encode(pc.replace_substring_regex(candidates, r"[0-9]+", "#"))
    places = shapes.indices.to_numpy()
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(shapes.dictionary) + 1))
    for number, shape in enumerate(shapes.dictionary.to_pylist()):
        mine = order[starts[number] : starts[number + 1]]
        is_clock[where[mine]] = ":" in shape and not _NAMED_CLOCK.fullmatch(shape.lstrip("+- "))
        is_short[where[mine]] = shape.lstrip("+- ") == "#:#"
        runs = understood(shape, short, lone=lone)
        if runs:
            seconds[where[mine]] = _worth(candidates.take(pa.array(mine)), shape, runs)
        elif _IN_1970.fullmatch(shape):
            seconds[where[mine]] = _since_1970(candidates.take(pa.array(mine)))
    return Lengths(seconds, is_clock, is_short)


def _since_1970(texts: pa.Array) -> np.ndarray:
    """``1970-01-02 04:23:17``: a length of time as ServiceNow's interface writes it, so long after 1970."""
    in_year = pc.if_else(pc.starts_with(texts, "1970-"), texts, pa.scalar(None, pa.string()))
    moments = pd.to_datetime(in_year.to_pandas(), format="ISO8601", errors="coerce")
    return np.asarray((moments - pd.Timestamp(0)).dt.total_seconds(), dtype=float)


def _plain(texts: pa.Array) -> pa.Array:
    """Lower case, one blank where there are several, the minus sign as a hyphen, ``hour(s)`` as ``hours``."""
    text = pc.utf8_lower(pc.utf8_normalize(texts, "NFKC"))
    text = pc.replace_substring_regex(text, r"[−‐‑–]", "-")
    text = pc.replace_substring_regex(text, r"(\pL)\((\pL{1,2})\)", r"\1\2")
    for written, in_words in _PRIMES:
        text = pc.replace_substring_regex(text, written, in_words)
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(text, r"\s+", " "))


def _worth(texts: pa.Array, shape: str, runs: tuple[Run, ...]) -> np.ndarray:
    """Texts of one shape in seconds; NaN where a number is larger than can stand there."""
    pieces = re.split("#", shape)
    numbered = "".join(rf"{_quoted(piece)}(?P<n{place}>[0-9]{{1,15}})" for place, piece in enumerate(pieces[:-1]))
    found = pc.extract_regex(texts, f"^{numbered}{_quoted(pieces[-1])}$")
    total = np.zeros(len(texts))
    for place, run in enumerate(runs):
        digits = pc.struct_field(found, f"n{place}")
        number = pc.fill_null(pc.cast(digits, pa.float64()), np.nan).to_numpy(zero_copy_only=False)
        if run.is_fraction:
            number = number / 10.0 ** pc.fill_null(pc.utf8_length(digits), 0).to_numpy(zero_copy_only=False)
        is_right = number < run.below
        if run.digits:
            is_right &= pc.equal(pc.utf8_length(digits), run.digits).to_numpy(zero_copy_only=False)
        total += np.where(is_right, number * run.seconds, np.nan)
    return total


def _quoted(piece: str) -> str:
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", piece)


@lru_cache(maxsize=20_000)
def understood(shape: str, short: ShortClock, *, lone: bool = False) -> tuple[Run, ...]:
    """What each number of a shape is worth; nothing where it is no length of time."""
    if shape.count("#") > _MOST_RUNS:
        return ()
    sign = -1.0 if shape.startswith("-") else 1.0
    bare = shape.lstrip("+-").lstrip()
    runs = _iso(bare) or _clock(bare, short, sign) or _named_clock(bare, sign) or _words(bare, sign, lone=lone)
    return runs if sign > 0 or not _iso(bare) else tuple(_times(run, sign) for run in runs)


def _times(run: Run, sign: float) -> Run:
    return Run(run.seconds * sign, run.below, run.is_fraction)


def _iso(shape: str) -> tuple[Run, ...]:
    """ISO 8601: ``P1DT4H30M``; years and months only as zero, for they have no fixed length."""
    told = _ISO.fullmatch(shape)
    if not told or not any(told.groups()) or shape.endswith("t"):
        return ()
    runs: list[Run] = []
    for text, seconds in zip(told.groups(), _ISO_SECONDS, strict=True):
        if text:
            runs += _with_fraction(seconds, has_fraction=len(text) > 1, below=np.inf if seconds else 1.0)
    return tuple(runs)


def _with_fraction(seconds: float, *, has_fraction: bool, below: float = np.inf) -> list[Run]:
    return [Run(seconds, below), *([Run(seconds, is_fraction=True)] if has_fraction else [])]


def _clock(shape: str, short: ShortClock, sign: float) -> tuple[Run, ...]:
    """``02:35:10``, ``1.02:35:10``, ``2 days 02:35``; ``-1 day, 2:00:00`` is a day less two hours (Python, pandas)."""
    if short.counts_days and (shape in _OF_DAYS or shape == "#:#"):
        return _of_days(shape, short, sign)
    told = _CLOCK.fullmatch(shape)
    if not told:
        return ()
    word, has_days = told["word"], told["days"] is not None
    if word and time_unit(folded(word)) != "d":
        return ()
    if told["seconds"] is None and not has_days:
        return _short(short, sign)
    if told["days"] == "." and told["seconds"] is None:  # 1.02:35 is a number too many, or too few
        return ()
    own = sign if not has_days or not (word or told["sign"]) else -1.0 if told["sign"] == "-" else 1.0
    days = [Run(sign * _DAY)] if has_days else []
    hours = Run(own * 3_600.0, 24.0 if has_days else np.inf)
    seconds = _with_fraction(own, has_fraction=len(told["seconds"]) > 2, below=60.0) if told["seconds"] else []
    return (*days, hours, Run(own * 60.0, 60.0), *seconds)


def _of_days(shape: str, short: ShortClock, sign: float) -> tuple[Run, ...]:
    """``1:04:30`` in a column of days, hours and minutes; nothing where a number is missing or one too many."""
    if _OF_DAYS.get(shape) is not short:
        return ()
    smaller = (Run(sign * 3_600.0, 24.0), Run(sign * 60.0, 60.0), Run(sign, 60.0))
    return Run(sign * _DAY), *smaller[: shape.count(":")]


def _short(short: ShortClock, sign: float) -> tuple[Run, ...]:
    if short is ShortClock.UNTOLD:
        return ()
    first = 3_600.0 if short is ShortClock.HOURS else 60.0
    return Run(sign * first), Run(sign * first / 60.0, 60.0)


def _named_clock(shape: str, sign: float) -> tuple[Run, ...]:
    """``2:30 h`` is hours and minutes, ``2:30 min`` minutes and seconds: the unit is that of the first number."""
    told = _NAMED_CLOCK.fullmatch(shape)
    first = {"h": 3_600.0, "min": 60.0}.get(time_unit(folded(told["word"])), 0.0) if told else 0.0
    if told is None or not first or told["word"] == "m":
        return ()
    last = 1.0 if told["more"] else first / 60.0
    if (told["more"] and first < 3_600.0) or (told["fraction"] and last > 1.0):
        return ()
    more = [Run(sign * first / 60.0, 60.0)] if told["more"] else []
    return (Run(sign * first), *more, *_with_fraction(sign * last, has_fraction=bool(told["fraction"]), below=60.0))


def _open_end(shape: str, sign: float) -> tuple[Run, ...]:
    """``2 h 05`` and ``5 min 30``: two digits behind a unit are of the next smaller one; ``3h5`` is glued."""
    told = _OPEN_END.fullmatch(shape)
    unit = time_unit(folded(told["word"])) if told else ""
    first = {"h": 3_600.0, "min": 60.0}.get(unit, 0.0)
    if told is None or not first or told["word"] == "m":
        return ()
    return Run(sign * first), Run(sign * first / 60.0, 60.0, digits=0 if shape == "#h#" else 2)


def _words(shape: str, sign: float, *, lone: bool) -> tuple[Run, ...]:
    """Numbers each with its unit, the large ones first: ``1 dia, 2 horas e 5 minutos``; ``3h05`` too."""
    if opened := _open_end(shape, sign):
        return opened
    runs: list[Run] = []
    largest = np.inf
    for seconds, has_fraction in _parts(shape, lone=lone):
        if not seconds < largest:
            return ()
        largest = seconds
        runs += _with_fraction(sign * seconds, has_fraction=has_fraction)
    return tuple(runs)


def _parts(shape: str, *, lone: bool) -> Iterator[tuple[float, bool]]:
    """Seconds of each unit, and whether its number has decimals; infinite where something is no unit of time."""
    place, words = 0, [folded(part["word"]) for part in _PART.finditer(shape)]
    while place < len(shape):
        part = _PART.match(shape, place)
        seconds = _seconds(part, words, lone=lone) if part else np.inf
        yield seconds, bool(part and part["fraction"])
        if part is None or seconds == np.inf:
            return
        between = _BETWEEN.match(shape, part.end())
        is_joined = between is not None and (not between["word"] or folded(between["word"]) in joiners())
        place = between.end() if between is not None and is_joined else part.end()
        if not is_joined:
            yield np.inf, False
            return


def _seconds(part: re.Match[str], words: Sequence[str], *, lone: bool) -> float:
    """Seconds of a unit behind a number; a letter alone means much (``5 m``, ``1.5M``)."""
    word = folded(part["word"])
    is_day = word == "t" and len(words) > 1 and any(time_unit(one, words) == "h" for one in words)  # 2 T 4 h
    unit = find("d" if is_day else time_unit(word, words) or "-")
    if unit is None or unit.dimension != "time" or (not lone and len(words) == 1 and word in _LONE):
        return np.inf
    return unit.factor / _NANOSECONDS
