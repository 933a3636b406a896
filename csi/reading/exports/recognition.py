"""Recognises which program wrote a file, and offers what its columns mean as far as the data bear it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from csi.errors import InvalidInput
from csi.reading.exports.matching import Header, Hit, Match, match, trapped
from csi.reading.exports.meanings import Caution, Meaning, Trap
from csi.reading.exports.profile import NO_WORDS, About, Clock, Known, Profile, Words, profiles
from csi.reading.exports.sample import Doubt, Sample, doubt_of, order_of, repeats, words_seen
from csi.reading.layout import Column, Layout
from csi.reading.moments import zone as zone_named


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One column of this file and what it stands for.

    Attributes:
        unit: of its numbers (``min``); empty where there is none, or where its cells say it.
        zone: IANA name, where its moments are in another zone than the file's.
        order: how its moments are written, where the file alone does not tell (``epoch``).
        words: the words for yes (met, good) and no that were seen in it; ``expected`` are those it may hold besides.
        reversed_: whether its yes means that the promise was broken.
        never: whether its 0 means that it did not happen.
    """

    means: Meaning
    column: str
    language: str
    unit: str = ""
    clock: Clock = Clock.UNSAID
    zone: str = ""
    order: str = ""
    words: Words = NO_WORDS
    expected: Words = NO_WORDS
    reversed_: bool = False
    never: bool = False
    low_is_best: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """A column that is named like a meaning but does not hold it."""

    means: Meaning
    column: str
    why: Doubt


@dataclass(frozen=True, slots=True)
class Misleading:
    """A column that is there and is not to be taken for what its name says."""

    column: str
    why: Trap


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file recognised as a program's export.

    Attributes:
        program: the profile's id (``jira``); ``name`` is what people call it.
        languages: of its column names, the one of most first; empty where they are field names.
        signature: how many columns of the profile's signature are there: how sure it is.
        known: how many columns of the file the profile knows.
        columns: meaning -> the column of this file that stands for it, tested on the sample.
        dropped: what was named alike and failed the test.
        misleading: columns not to be used as their names suggest.
        missing: markers for "nothing here" that this program writes and the sample shows.
    """

    program: str
    name: str
    about: About
    languages: tuple[str, ...]
    signature: int
    known: int
    columns: Mapping[Meaning, Told]
    dropped: tuple[Dropped, ...] = ()
    misleading: tuple[Misleading, ...] = ()
    missing: tuple[str, ...] = ()
    cautions: tuple[Caution, ...] = ()
    sample: Sample = field(default=Sample((), ()), repr=False)

    def column(self, meaning: Meaning) -> str:
        """The column of this file that stands for a meaning; empty where there is none."""
        told = self.columns.get(meaning)
        return told.column if told else ""

    @property
    def spoken_for(self) -> frozenset[str]:
        """Columns the profile knows, for what they are or for what they are not: no guess by name may take them."""
        of_meaning = [told.column for told in self.columns.values()]
        return frozenset([*of_meaning, *(one.column for one in self.dropped), *(one.column for one in self.misleading)])

    @property
    def names(self) -> dict[str, str]:
        """Column of the file -> what the KPI catalogue calls it: a proposal, not yet part of any mapping."""
        pairs = ((told.column, meaning.catalogue_name) for meaning, told in self.columns.items())
        return {column: name for column, name in pairs if name}

    @property
    def zones(self) -> dict[str, str]:
        """Column -> zone of its moments, where it is not the file's."""
        return {told.column: told.zone for told in self.columns.values() if told.zone}

    @property
    def units(self) -> dict[str, str]:
        """Column -> unit of its numbers."""
        return {told.column: told.unit for told in self.columns.values() if told.unit}


def of_layout(layout: Layout) -> Export | None:
    """The program whose export a delivery is, judged by all that its layout sampled; None where none is known."""
    return recognised(layout.names, layout.examples, layout.columns)


def recognised(
    names: Sequence[str], examples: Sequence[Sequence[str]] = (), columns: Sequence[Column] = ()
) -> Export | None:
    """The program that wrote a file with these columns; None where none is known to.

    Args:
        names: the header, made usable.
        examples: some rows of cells; the more, the better what is proposed is tested.
        columns: what a layout found in a larger sample, where there is one.
    """
    header = Header.of(names)
    found = [one for one in (match(profile, header) for profile in profiles()) if one]
    if not found:
        return None
    best = max(found, key=lambda one: (one.columns, one.signature))
    return _export(best, header, Sample.of(names, examples, columns))


def _export(found: Match, header: Header, sample: Sample) -> Export:
    profile = found.profile
    markers = tuple(one for one in profile.missing if _shows(one, sample))
    columns, dropped = _tested(found.hits, sample, profile.missing)
    several, dropped = _keyed(columns, dropped, sample)
    usual = {told.column for told in columns.values()}
    misled = [Misleading(column, one.why) for one, column in trapped(profile, header) if column not in usual]
    languages = [told.language for told in columns.values() if told.language != "any"]
    return Export(
        program=profile.id,
        name=profile.name,
        about=profile.about,
        languages=tuple(dict.fromkeys([*filter(None, (found.language,)), *languages])),
        signature=found.signature,
        known=len({hit.column for hit in found.hits} | {one.column for one in misled}),
        columns=MappingProxyType(columns),
        dropped=tuple(dropped),
        misleading=tuple(misled),
        missing=markers,
        cautions=_cautions(profile, several=several),
        sample=sample,
    )


def _shows(marker: str, sample: Sample) -> bool:
    return any(marker in (cell.strip() for cell in column.examples) for column in sample.columns) or any(
        marker in (cell.strip() for cell in row) for row in sample.rows
    )


def _tested(hits: Sequence[Hit], sample: Sample, missing: Sequence[str]) -> tuple[dict[Meaning, Told], list[Dropped]]:
    """The first column of each meaning that passes its test, and those that failed it."""
    columns: dict[Meaning, Told] = {}
    dropped = []
    for hit in hits:
        meaning = hit.known.means
        if meaning in columns:
            continue
        doubt = doubt_of(hit.known, hit.column, sample, missing)
        if doubt:
            dropped.append(Dropped(meaning, hit.column, doubt))
        else:
            columns[meaning] = _told(hit, sample, missing)
    return columns, dropped


def _told(hit: Hit, sample: Sample, missing: Sequence[str]) -> Told:
    known: Known = hit.known
    values = sample.values(hit.column, missing)
    column = sample.column(hit.column)
    bare = column.kind == "number"
    return Told(
        means=known.means,
        column=hit.column,
        language=hit.language,
        unit=(column.unit or known.unit) if bare else "",
        clock=known.clock,
        zone=_zone(hit.zone),
        order=order_of(known.means, known, column),
        words=words_seen(known, values),
        expected=known.words.in_each_case(),
        reversed_=known.reversed_,
        never=known.never,
        low_is_best=known.low_is_best,
    )


def _zone(name: str) -> str:
    """A zone that exists; a header may name any."""
    try:
        return zone_named(name).key if name else ""
    except InvalidInput:
        return ""


def _keyed(columns: dict[Meaning, Told], dropped: Sequence[Dropped], sample: Sample) -> tuple[bool, list[Dropped]]:
    """Whether several rows share a key; such a key is dropped unless a column says which row is the latest."""
    key = columns.get(Meaning.KEY)
    if key is None or not repeats(key.column, sample):
        return False, list(dropped)
    if Meaning.VERSION in columns or Meaning.UPDATED in columns:
        return True, list(dropped)
    del columns[Meaning.KEY]
    return True, [*dropped, Dropped(Meaning.KEY, key.column, Doubt.REPEATS)]


def _cautions(profile: Profile, *, several: bool) -> tuple[Caution, ...]:
    """What a program's files are known for; that a key repeats, only where this file's does."""
    per_key = Caution.SEVERAL_ROWS_PER_KEY
    known = tuple(one for one in profile.cautions if one is not per_key)
    return (*known, per_key) if several else known
