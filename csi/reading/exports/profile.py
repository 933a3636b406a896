"""A program's export as a file of facts: read once, checked against its schema, never trusted over the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from csi.errors import InvalidInput, InvalidInputs
from csi.reading.exports.meanings import Caution, Meaning, Trap

FOLDER = Path(__file__).parent
ANY = "any"  # a name that is the same whatever the language: field names, API names
LANGUAGES = (ANY, "en", "de", "fr", "es", "pt", "it", "nl", "pl", "ja")
UNITS = ("s", "min", "h", "d")
ZONE = "{zone}"  # stands in a name for the time zone that the header itself names


class About(StrEnum):
    """What one row is."""

    TICKETS = "tickets"
    OUTAGES = "outages"
    INCIDENTS = "incidents"  # with a start and an end, of a part of a service
    SURVEY = "survey"
    CALLS = "calls"
    DEPLOYMENTS = "deployments"
    CHANGES = "changes"


class Mark(StrEnum):
    """How a fact was checked."""

    FILE = "F"  # seen in a real file
    SOURCE = "S"  # seen in the program's own source
    DOCUMENTATION = "D"
    CODE = "P"  # seen in public code or fixtures that read this export


class Clock(StrEnum):
    """Which clock a column's durations were measured on; empty: nothing says."""

    UNSAID = ""
    WALL = "wall"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a column of verdicts: those that mean yes (met, good), and those that mean no; as written."""

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    def in_each_case(self) -> Words:
        """The same as they may be written: as known, and in small letters."""
        both = (tuple(dict.fromkeys((*words, *map(str.lower, words)))) for words in (self.yes, self.no))
        return Words(*both)


NO_WORDS = Words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One column a program is known to write.

    Attributes:
        names: per language the names it is written under, the usual one first.
        unit: of a duration (``min``); empty: its cells say it, or nothing does.
        zone: IANA name where its moments are in another zone than the file's.
        reversed_: a flag whose yes means that the promise was broken.
        never: a 0 that means "did not happen", or that nothing was agreed.
        low_is_best: a rating whose 1 is the best.
        epoch: moments counted since 1970.
    """

    means: Meaning
    names: Mapping[str, tuple[str, ...]]
    unit: str = ""
    clock: Clock = Clock.UNSAID
    zone: str = ""
    reversed_: bool = False
    words: Words = NO_WORDS
    never: bool = False
    low_is_best: bool = False
    epoch: bool = False


@dataclass(frozen=True, slots=True)
class Trapped:
    """A column whose name misleads, in each language, and why."""

    why: Trap
    names: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Signature:
    """What must be in a header: all of these, and a number of those.

    An entry is a column's name, or ``=meaning`` for whichever name it has in the file's language. ``first`` must be
    the first column; ``question`` asks for a header that is a question.
    """

    all_of: tuple[str, ...] = ()
    at_least: int = 0
    of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    first: str = ""
    question: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """How a fact was checked, and against what."""

    mark: Mark
    against: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All that is known of one program's export."""

    id: str
    name: str
    about: About
    signatures: tuple[Signature, ...]
    columns: tuple[Known, ...]
    sources: tuple[Checked, ...]
    traps: tuple[Trapped, ...] = ()
    missing: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it has names in."""
        used = {language for one in self.columns for language in one.names}
        used |= {language for one in self.traps for language in one.names}
        return tuple(one for one in LANGUAGES if one in used)


@cache
def profiles() -> tuple[Profile, ...]:
    """Every program known, by file name.

    Raises:
        InvalidInputs: lists what is wrong in which file.
    """
    paths = sorted(FOLDER.glob("*.yml"))
    return tuple(read(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))) for path in paths)


_KEYS = {"name", "about", "signatures", "columns", "traps", "missing", "cautions", "sources", "wraps"}
_OF_COLUMN = {"means", "unit", "clock", "zone", "reversed", "yes", "no", "never", "low_is_best", "epoch", "wrapped"}
_OF_SIGNATURE = {"all_of", "at_least", "of", "none_of", "first", "question"}


def read(id: str, written: Mapping[str, Any]) -> Profile:
    """One program's facts as written in its file.

    Raises:
        InvalidInputs: lists all that does not fit the schema.
    """
    if errors := list(_errors(id, written)):
        raise InvalidInputs(errors)
    wraps = written.get("wraps") or {}
    return Profile(
        id=id,
        name=written["name"],
        about=About(written["about"]),
        signatures=tuple(_signature(one) for one in written["signatures"]),
        columns=tuple(_known(one, wraps) for one in written["columns"]),
        sources=tuple(Checked(Mark(mark), text) for one in written["sources"] for mark, text in one.items()),
        traps=tuple(Trapped(Trap(one["why"]), _names(one, wraps)) for one in written.get("traps") or ()),
        missing=tuple(written.get("missing") or ()),
        cautions=tuple(Caution(one) for one in written.get("cautions") or ()),
    )


def _signature(one: Mapping[str, Any]) -> Signature:
    lists = {name: tuple(one.get(name) or ()) for name in ("all_of", "of", "none_of")}
    return Signature(
        **lists, at_least=one.get("at_least", 0), first=one.get("first", ""), question=one.get("question", False)
    )


def _known(one: Mapping[str, Any], wraps: Mapping[str, str]) -> Known:
    return Known(
        means=Meaning(one["means"]),
        names=_names(one, wraps),
        unit=one.get("unit", ""),
        clock=Clock(one.get("clock", "")),
        zone=one.get("zone", ""),
        reversed_=one.get("reversed", False),
        words=Words(_several(one.get("yes")), _several(one.get("no"))),
        never=one.get("never", False),
        low_is_best=one.get("low_is_best", False),
        epoch=one.get("epoch", False),
    )


def _names(one: Mapping[str, Any], wraps: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Names by language; what is ``wrapped`` stands in every language's own brackets: ``Custom field (…)``."""
    made = {language: _several(one[language]) for language in LANGUAGES if language in one}
    for language, pattern in wraps.items():
        inner = tuple(pattern.replace("{}", name) for name in _several(one.get("wrapped")))
        if inner:
            made[language] = (*made.get(language, ()), *inner)
    return made


def _several(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


def _errors(id: str, written: Mapping[str, Any]) -> Iterator[InvalidInput]:
    needed = ("name", "about", "signatures", "columns", "sources")
    yield from (InvalidInput(f"{id}.{key}", "is missing.") for key in needed if not written.get(key))
    yield from (InvalidInput(f"{id}.{key}", "is no key of an export.") for key in written if key not in _KEYS)
    yield from _unknown(f"{id}.about", [written.get("about")], About)
    yield from _unknown(f"{id}.cautions", written.get("cautions") or (), Caution)
    for one in written.get("sources") or ():
        yield from _unknown(f"{id}.sources", list(one), Mark)
    for place, one in enumerate(written.get("columns") or (), start=1):
        yield from _column_errors(f"{id}.columns.{place}", one)
    for place, one in enumerate(written.get("traps") or (), start=1):
        yield from _unknown(f"{id}.traps.{place}.why", [one.get("why")], Trap)
        yield from _strays(f"{id}.traps.{place}", one, {"why", "wrapped", *LANGUAGES})
    for place, one in enumerate(written.get("signatures") or (), start=1):
        yield from _signature_errors(f"{id}.signatures.{place}", one, written)


def _column_errors(place: str, one: Mapping[str, Any]) -> Iterator[InvalidInput]:
    yield from _strays(place, one, {*_OF_COLUMN, *LANGUAGES})
    yield from _unknown(f"{place}.means", [one.get("means")], Meaning)
    yield from _unknown(f"{place}.clock", [one.get("clock", "")], Clock)
    if one.get("unit", UNITS[0]) not in UNITS:
        yield InvalidInput(f"{place}.unit", f"is no unit of time. Expected one of {', '.join(UNITS)}.")
    if not {"wrapped", *LANGUAGES} & set(one):
        yield InvalidInput(place, f"has no name. Expected one under a language: {', '.join(LANGUAGES)}.")


def _signature_errors(place: str, one: Mapping[str, Any], written: Mapping[str, Any]) -> Iterator[InvalidInput]:
    yield from _strays(place, one, _OF_SIGNATURE)
    if not (one.get("all_of") or one.get("at_least") or one.get("first")):
        yield InvalidInput(place, "asks for no column.")
    if one.get("at_least", 0) > len(one.get("of") or ()):
        yield InvalidInput(f"{place}.at_least", "is more than the columns under ‘of’.")
    there = {f"={column.get('means')}" for column in written.get("columns") or ()}
    named = [*(one.get("all_of") or ()), *(one.get("of") or ()), one.get("first", "")]
    yield from (
        InvalidInput(place, f"names {name}, which no column stands for.")
        for name in named
        if name.startswith("=") and name not in there
    )


def _strays(place: str, one: Mapping[str, Any], keys: set[str]) -> Iterator[InvalidInput]:
    return (InvalidInput(f"{place}.{key}", "is no key that is known here.") for key in one if key not in keys)


def _unknown(place: str, values: Any, kind: type[StrEnum]) -> Iterator[InvalidInput]:
    known = [one.value for one in kind]
    return (
        InvalidInput(place, f"‘{value}’ is not known. Expected one of {', '.join(known)}.")
        for value in values
        if value not in known
    )
