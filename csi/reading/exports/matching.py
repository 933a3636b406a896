"""Which columns of a header a profile knows, in which language, and whether the header is that program's at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from csi.reading.exports.folding import folded, is_repeat
from csi.reading.exports.meanings import Meaning
from csi.reading.exports.profile import ANY, ZONE, Known, Profile, Signature, Trapped

_A_QUESTION = re.compile(r"[?？]\s*$|\w+(?:\s+\w+){4,}")  # ends in a question mark, or is a sentence


@dataclass(frozen=True, slots=True)
class Header:
    """A file's columns by folded name, each its first one; numbered repeats stand behind."""

    names: tuple[str, ...]
    places: Mapping[str, str]

    @classmethod
    def of(cls, names: Sequence[str]) -> Header:
        """The header as a reader gives it."""
        there = frozenset(names)
        places: dict[str, str] = {}
        for name in sorted(names, key=lambda one: is_repeat(one, there)):
            places.setdefault(folded(name), name)
        return cls(tuple(names), places)

    def find(self, written: str) -> tuple[str, str]:
        """The file's column of that name, and the zone its name holds; both empty where there is none."""
        if ZONE not in written:
            return self.places.get(folded(written), ""), ""
        before, after = (re.escape(folded(part)) for part in written.split(ZONE, maxsplit=1))
        for place, name in self.places.items():
            if re.fullmatch(rf"{before}\s*\S.*{after}", place):
                return name, re.sub(r".*\(([^()]+)\)\s*$", r"\1", name.strip())
        return "", ""


@dataclass(frozen=True, slots=True)
class Hit:
    """One column of the file that a profile knows."""

    known: Known
    column: str
    language: str
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """A profile that fits a header.

    Attributes:
        hits: columns known, the language of most of the file first, in the profile's order of preference.
        language: that of most names; empty where every name is the same in all.
        signature: how many columns its signature asked for and found.
        columns: how many columns of the file it knows in that language.
    """

    profile: Profile
    hits: tuple[Hit, ...]
    language: str
    signature: int
    columns: int


def match(profile: Profile, header: Header) -> Match | None:
    """The header as that program's; None where its signature is not there."""
    found = {language: tuple(_hits(profile, header, language)) for language in profile.languages}
    best: Match | None = None
    for language in profile.languages:
        own = (*found[language], *(() if language == ANY else found.get(ANY, ())))
        signature = max((_signature(one, header, own) for one in profile.signatures), default=0)
        if not signature:
            continue
        others = tuple(hit for name, hits in found.items() if name not in (language, ANY) for hit in hits)
        hits = _by_preference(profile, own, others)
        columns = len({hit.column for hit in own})
        one = Match(profile, hits, "" if language == ANY else language, signature, columns)
        if best is None or (one.signature, one.columns) > (best.signature, best.columns):
            best = one
    return best


def _hits(profile: Profile, header: Header, language: str) -> Iterator[Hit]:
    for known in profile.columns:
        for written in known.names.get(language, ()):
            column, zone = header.find(written)
            if column:
                yield Hit(known, column, language, known.zone or zone)


def _by_preference(profile: Profile, own: Sequence[Hit], others: Sequence[Hit]) -> tuple[Hit, ...]:
    """First what the file's own language says, then of what is left what other languages say of it."""
    order = {id(known): place for place, known in enumerate(profile.columns)}
    taken = {hit.column for hit in own}
    rest: dict[str, Hit] = {}
    for hit in sorted(others, key=lambda hit: order[id(hit.known)]):
        if hit.column not in taken:
            rest.setdefault(hit.column, hit)
    return (*sorted(own, key=lambda hit: order[id(hit.known)]), *rest.values())


def _signature(one: Signature, header: Header, own: Sequence[Hit]) -> int:
    """How many of its columns are there; 0 where it does not fit."""
    meanings = {hit.known.means: hit.column for hit in own}
    needed = [_column(name, header, meanings) for name in one.all_of]
    some = [column for name in one.of if (column := _column(name, header, meanings))]
    if not all(needed) or len(some) < one.at_least or any(_column(name, header, meanings) for name in one.none_of):
        return 0
    first = _column(one.first, header, meanings) if one.first else ""
    if one.first and (not first or header.names[:1] != (first,)):
        return 0
    if one.question and not any(_A_QUESTION.search(name) for name in header.names if name != first):
        return 0
    return len({*needed, *some, *filter(None, (first,))})


def _column(name: str, header: Header, meanings: Mapping[Meaning, str]) -> str:
    if name.startswith("="):
        return meanings.get(Meaning(name.removeprefix("=")), "")
    return header.find(name)[0]


def trapped(profile: Profile, header: Header) -> Iterator[tuple[Trapped, str]]:
    """The columns of the file whose names mislead."""
    for one in profile.traps:
        names = [written for several in one.names.values() for written in several]
        columns = dict.fromkeys(header.find(written)[0] for written in names)
        yield from ((one, column) for column in columns if column)
