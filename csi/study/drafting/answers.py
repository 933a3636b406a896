"""KPIs of columns that hold answers: ratings, recommendations, yes and no. What is good the file's own values tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

import pandas as pd

from csi.reading.exports import quoting
from csi.reading.rating_words import Answer
from csi.reading.ratings import Scale, ScaleKind, good_of, scale_of_values, where_of
from csi.series.net_promoter import shows_scale
from csi.series.truths import Pair, folded, pair_of, words_of
from csi.study.drafting.looked import Looked
from csi.study.drafting.offer import UNKNOWN, Offer, slug
from csi.study.drafting.outcomes import outcomes_of
from csi.study.drafting.wished import (
    HIGHER,
    asks_yes_or_no,
    direction_of,
    says_counted,
    says_rated,
    says_recommended,
    says_satisfied,
)

MOST = 8  # ratings offered from one file, and as many shares of yes; ours
_TOLD = 6  # values of a column named in a reason; ours
_BEST_UNSAID = "only a guess that the highest is the best: neither the name nor the cells say so"
# Letters that are nothing but yes and no; S and N are North and South as well, O and N on and no.
_PLAIN_LETTERS = (frozenset("yn"), frozenset("jn"), frozenset("tf"), frozenset("✓x"))
_WHOLE = re.compile(r"\d{1,2}")


def answers(file: Looked, at: str) -> Iterator[Offer]:
    """What can be measured of a file's answers, dated by a moment: ratings first, then yes and no."""
    rated = [offer for name in file.values if (offer := _rated(file, name, at))]
    yield from rated[:MOST]
    seen = {offer.column for offer in rated}
    said = [
        offer
        for name in file.values
        if name not in seen and (offer := _truths(file, name, at) or _promises(file, name, at))
    ]
    yield from said[:MOST]


def _rated(file: Looked, name: str, at: str) -> Offer | None:
    """The KPI of a column of ratings; None where it holds none."""
    scale = scale_of_values(pd.Series(file.values[name], dtype=object), name)
    if name in file.moments or scale is None or not quoting.is_sayable(name):
        return None
    if scale.may_be_nps and says_recommended(name) and shows_scale(_numbers(scale)):
        return _promoted(file, name, at)
    named = says_rated(name) or says_recommended(name)
    if scale.kind in (ScaleKind.NUMBERS, ScaleKind.PERCENT) and (not named or name in file.zeros):
        return None
    return _satisfied(file, name, at, scale) if scale.values(Answer.SATISFIED) else None


def _numbers(scale: Scale) -> list[int]:
    return [int(float(one.replace(",", "."))) for one, said in scale.answers.items() if said is not Answer.NONE]


def _promoted(file: Looked, name: str, at: str) -> Offer:
    keys = {
        "kpi": "K41",
        "name": f"Net promoter score by {name}",
        "source": file.id,
        "at": at,
        "measure": "nps",
        "value": name,
        "unit": "points",
        "direction": HIGHER,
    }
    why = f"its name asks for a recommendation, and its cells are whole numbers from 0 to 10: {_seen(file, name)}"
    return Offer(slug(f"nps {name}"), keys, why, column=name)


def _satisfied(file: Looked, name: str, at: str, scale: Scale) -> Offer:
    """The share of those who are content, by the file's own values."""
    entry = "K42" if scale.kind is ScaleKind.WORDS else "K16"
    keys = {
        "kpi": entry,
        "name": f"Satisfied by {name}",
        "source": file.id,
        "at": at,
        "measure": "share",
        "where": _answered(file, name, scale),
        "good": good_of(scale, name),
        "unit": "%",
        "direction": HIGHER,
    }
    asks = {}
    if not (scale.direction_said or says_satisfied(name)):
        asks["good"] = _BEST_UNSAID
    if scale.unknown:
        asks["where"] = f"counted as not satisfied, as nobody says what they mean: {_few(scale.unknown)}"
    return Offer(slug(f"satisfied {name}"), keys, f"its cells are answers: {_seen(file, name)}", asks, name)


def _answered(file: Looked, name: str, scale: Scale) -> str:
    """The condition that a row holds an answer: any, where all that the column holds are some."""
    told = {one for one, said in scale.answers.items() if said is not Answer.NONE} | {*scale.unknown}
    return quoting.filled(name) if {*file.values[name]} <= told else where_of(scale, name)


def _truths(file: Looked, name: str, at: str) -> Offer | None:
    """The share of yes among yes and no; None where a column holds something else."""
    words = file.values[name]
    pair = pair_of(words_of(words))
    if name in file.moments or pair is None or not quoting.is_sayable(name) or says_counted(name):
        return None
    yes, no = _side(words, pair, yes=True), _side(words, pair, yes=False)
    if not yes or not no:
        return None
    direction = direction_of(name)
    if _may_be_codes({*yes, *no}) and not (direction or asks_yes_or_no(name)):
        return None  # North and South, on and off: letters say yes and no where their name asks for it
    where = quoting.filled(name) if {*words} == {*yes, *no} else _among(name, (*yes, *no))
    keys = {
        "name": f"Share of {name}",
        "source": file.id,
        "at": at,
        "measure": "share",
        "where": where,
        "good": _among(name, yes),
        "unit": "%",
        "direction": direction or HIGHER,
    }
    asks = {} if direction else {"direction": UNKNOWN}
    return Offer(slug(f"share {name}"), keys, f"its cells say yes or no: {_seen(file, name)}", asks, name)


def _promises(file: Looked, name: str, at: str) -> Offer | None:
    """The share of promises that were kept; None where a column says that of none."""
    found = outcomes_of(file.values[name])
    if found is None or name in file.moments or not quoting.is_sayable(name):
        return None
    every = (*found.kept, *found.broken)
    keys = {
        "name": f"Share of {name}: {found.kept[0]}",
        "source": file.id,
        "at": at,
        "measure": "share",
        "where": quoting.filled(name) if len(every) == len(file.values[name]) else _among(name, every),
        "good": _among(name, found.kept),
        "unit": "%",
        "direction": HIGHER,
    }
    return Offer(slug(f"share {name}"), keys, f"its cells say what was kept: {_seen(file, name)}", {}, name)


def _may_be_codes(words: Set[str]) -> bool:
    """Whether the words of both sides are letters that are yes and no of some language, and mostly are codes."""
    small = {folded(word) for word in words}
    return all(len(one) == 1 and one.isalpha() for one in small) and not any(small <= pair for pair in _PLAIN_LETTERS)


def _side(words: Sequence[str], pair: Pair, *, yes: bool) -> tuple[str, ...]:
    """The file's own words for one of both."""
    return tuple(word for word in words if pair.side(folded(word)) is yes)


def _among(name: str, words: Sequence[str]) -> str:
    """The condition that a column holds some words; numbers stand without quotes."""
    if all(map(_WHOLE.fullmatch, words)):
        return f"{quoting.column(name)} in ({', '.join(words)})"
    return quoting.among(name, words)


def _seen(file: Looked, name: str) -> str:
    return f"{file.filled[name]:,} of {file.rows:,} filled, such as {_few(file.values[name])}"


def _few(values: Sequence[str]) -> str:
    more = len(values) - _TOLD
    return ", ".join(map(repr, values[:_TOLD])) + (f" and {more:,} more" if more > 0 else "")
