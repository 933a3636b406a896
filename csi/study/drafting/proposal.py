"""What a file proposes to measure: KPIs that its columns can give, each computed from its rows before it is offered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csi.definition import KpiDefinition, SourceDefinition, StudyDefinition, canonical
from csi.errors import CsiError, InvalidInput
from csi.kpi_catalogue import entries
from csi.reading import exports
from csi.reading.column_headers import may_be_length
from csi.reading.exports import wording as export_words
from csi.reading.exports.meanings import Meaning
from csi.reading.layout import guess
from csi.reading.looks import Looks
from csi.series import Processed, SourceCounts, so_far
from csi.series.column_kinds import columns_needed
from csi.series.grouping import splits
from csi.study.drafting.candidates import SELDOM, Candidate, with_counters
from csi.study.drafting.looked import Looked, looked
from csi.study.drafting.marks import Mark, Stands, marks, with_marks
from csi.study.drafting.offer import Offer
from csi.study.drafting.offers import READABLE, first_moment, offers, untold_clocks
from csi.study.drafting.parts import Part
from csi.study.drafting.standing import Standing, standing
from csi.study.drafting.suited import suited
from csi.study.drafting.text import Draft, study_text
from csi.study.drafting.undated import why_undated
from csi.study.drafting.unique import unique
from csi.study.drafting.windows import Span
from csi.study.drafting.wished import says_agreed, says_first_answer, says_rated
from csi.study.engines import Means, made
from csi.study.given import Given
from csi.study.writing import study_mapping
from csi.terms import Period
from csi.words import drafting as drafting_words

MOST = 8  # KPIs proposed; Source: more are not looked at
PASSED = 4  # columns named that are not offered
LACKING = 4  # named that the file cannot give
SOURCE = "file"  # what the source is called within a proposal
_MEASURED = ("measure", "at", "value", "where", "good")


@dataclass(frozen=True, slots=True)
class Lack:
    """A KPI that the file cannot give, and what it would take; both for people."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person said of how a file is read; what is empty is guessed. ``key``: None: guessed, empty: none.

    ``zone`` is that of stamps that say none, where it is not that of the periods. ``clocks`` says per column whether
    its ``3:02`` is h:mm or min:s. ``latest`` is the moment by which the newest row of a key counts. ``marks`` are dates
    with what they stand for.
    """

    sheet: str = ""
    at: str = ""
    key: str | None = None
    dates: str = ""
    zone: str = ""
    clocks: Mapping[str, str] = field(default_factory=dict)
    latest: str = ""
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a file proposes.

    Attributes:
        looks: its counts, and the program whose export it looks like.
        timezone, period: what its periods are cut by.
        mapping: docs/study.md's keys of the source.
        at: the column that dates a row.
        candidates: KPIs, those that are surest first.
        lacking: KPIs that it cannot give.
        orders: the orders in which its dates can be read, where the file alone does not tell: a person has to say
            which before anything is proposed.
        columns: the names of all of its columns; ``moments`` are those that date something.
        sheets: the sheets of a workbook, ``sheet`` the one that is read.
        said: what a person said of how it is read.
        passed: columns that hold numbers and are not offered, each with why not.
        clocks: columns whose ``3:02`` may be hours or minutes, each with a cell.
        rows: how many were looked at.
        repeating: columns filled in all of these whose values repeat, each with how many differ.
        blanks: columns that are empty in some, each with in how many.
        marks: dates that may stand for "not yet", with what they are taken for.
        groups: columns that split its cases into a few groups, such as their priorities.
    """

    looks: Looks | None
    timezone: str
    period: Period
    mapping: Mapping[str, Any]
    at: str
    candidates: tuple[Candidate, ...] = ()
    lacking: tuple[Lack, ...] = ()
    orders: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    moments: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    said: Said = field(default_factory=Said)
    passed: tuple[Lack, ...] = ()
    clocks: Mapping[str, str] = field(default_factory=dict)
    undated: int = 0
    rows: int = 0
    repeating: Mapping[str, int] = field(default_factory=dict)
    blanks: Mapping[str, int] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    groups: tuple[str, ...] = ()

    def of(self, id: str) -> Candidate | None:
        """The candidate of an id; None where there is none."""
        return next((one for one in self.candidates if one.id == id), None)


def proposed(path: Path, timezone: str, period: Period | None = None, said: Said | None = None) -> Proposal:
    """What a file proposes.

    Args:
        path: the file, under the name it came with.
        timezone: of stamps that say none, and of the periods.
        period: what the periods are; None: those that suit the data.
        said: what a person said of how it is read.

    Raises:
        InvalidInput: it is no table, no column says when, or no KPI can be computed from it.
    """
    told = said or Said()
    file = _looked(path, timezone, told)
    _check_said(path.name, file, told)
    at = told.at if told.at in file.moments else first_moment(file)
    if not at:
        raise InvalidInput(path.name, why_undated(file))
    cut = Span(period or suited([(file, at)], timezone), *_ends(file.moments[at].values), 0)
    draft = Draft([file], path.parent, timezone, path.name.partition(".")[0], cut)
    if file.open and not told.dates:
        return replace(_as_read(file, at, draft, {}), orders=file.orders, said=told, marks=marks(file, told.marks))
    wanted = unique(offers(file))
    study, computed = _computed(draft, wanted)
    if study is None:
        raise InvalidInput(path.name, "no KPI could be computed from it; expected rows that have moments")
    totals = _totals_so_far(wanted, computed)
    candidates = [one for offer in wanted if offer.id not in totals and (one := _candidate(offer, study, computed))]
    if not candidates and totals:
        raise InvalidInput(path.name, f"it gives nothing to measure as it is: {next(iter(totals.values())).sentence}")
    if not candidates:
        raise InvalidInput(
            path.name,
            f"its rows fill no whole {cut.period}; expected those of one at least, and of several to tell a change",
        )
    found = with_counters(sorted(candidates, key=_last)[:MOST])
    given = _as_read(file, at, draft, _mapping(study, at), next(iter(computed.values())).counts.get(SOURCE))
    offered = {offer.column for offer in wanted if any(one.id == offer.id for one in found)}
    return replace(
        given,
        candidates=found,
        lacking=_lacking(file, found),
        passed=(*totals.values(), *_passed(file, offered))[:PASSED],
        said=told,
        marks=marks(file, told.marks),
    )


def _looked(path: Path, timezone: str, said: Said) -> Looked:
    """The file looked at as a person said it is read."""
    form = SourceDefinition(id="", sheet=said.sheet) if said.sheet else None
    layout = guess(path, path.name, form) if form else guess(path, path.name)
    part = Part(path, layout, layout.sheet if len(layout.sheets) > 1 else "")
    return looked([part], SOURCE, timezone, lambda guessed: _as_said(guessed, said))


def _check_said(filename: str, file: Looked, said: Said) -> None:
    """Refuse what a person said of a file that cannot be so, as it would be left out otherwise.

    Raises:
        InvalidInput: a column is not there, or tells no case or no moment.
    """
    there = {*file.layout.names, *file.moments}
    for name in (said.at, said.key, said.latest):
        if name and name not in there:
            raise InvalidInput(filename, f"it has no column ‘{name}’; expected one of those it has")
    if said.at and said.at not in file.moments:
        raise InvalidInput(filename, f"most cells of ‘{said.at}’ are no moments; expected a column that dates a row")
    if said.key and file.key != said.key:
        raise InvalidInput(
            filename,
            f"{file.rows:,} rows, {file.distinct.get(said.key, 0):,} different ‘{said.key}’ in "
            f"{file.filled.get(said.key, 0):,} of them; expected one in every row, and where they repeat the moment "
            "by which the newest row counts",
        )


def _as_said(source: SourceDefinition, said: Said) -> SourceDefinition:
    """The mapping that suggests itself, with what a person said of it."""
    options = dict(source.options)
    if said.at:
        options["moments"] = [said.at, *(name for name in options.get("moments", ()) if name != said.at)]
    if said.clocks:
        options["units"] = {**(options.get("units") or {}), **said.clocks}
    key = source.key if said.key is None else said.key
    return replace(
        with_marks(replace(source, options=options), said.marks),
        key=key,
        latest_by=(said.latest or (source.latest_by if key == source.key else "")) if key else "",
        dates=said.dates or source.dates,
        timezone=said.zone or source.timezone,
    )


def _ends(moments: np.ndarray) -> tuple[pd.Timestamp, pd.Timestamp]:
    known = moments[~np.isnat(moments)]
    return pd.Timestamp(known.min(), tz="UTC"), pd.Timestamp(known.max(), tz="UTC")


def _as_read(
    file: Looked, at: str, draft: Draft, mapping: Mapping[str, Any], counts: SourceCounts | None = None
) -> Proposal:
    """A proposal without candidates: how the file is read, and what it seems to hold; with the ``counts`` of its
    reading lines of totals are none of its rows."""
    export = exports.of_layout(file.layout)
    first, last = (one.to_pydatetime() for one in _ends(file.moments[at].values))
    rows, beside = file.rows, 0
    if counts and counts.no_rows and counts.first_at and counts.last_at:
        beside, first, last = counts.no_rows, counts.first_at, counts.last_at
        rows = counts.rows_read - beside
    cases = file.distinct[file.key] if file.key else 0
    seen = Looks(
        rows=rows,
        first_at=first,
        last_at=last,
        key=file.key,
        cases=cases,
        program=export.name if export else "",
        left_out=beside,
    )
    period = draft.span.period if draft.span else Period.WEEK
    clocks = {name: _cell(file, name) for name in file.numbers if _is_clock(file, name)}
    names = [name for name in file.layout.names if name in file.filled]
    return Proposal(
        looks=seen if file.whole else None,
        timezone=draft.timezone,
        period=period,
        mapping={**mapping, "sheet": file.layout.sheet} if len(file.layout.sheets) > 1 else mapping,
        at=at,
        columns=tuple(file.layout.names),
        moments=tuple(file.moments),
        sheets=tuple(file.layout.sheets),
        sheet=file.layout.sheet,
        clocks=clocks,
        undated=max(0, rows - file.filled[at]),
        rows=file.rows,
        repeating={
            name: file.distinct[name]
            for name in names
            if file.filled[name] == file.rows and file.distinct[name] < file.rows - file.repeats
        },
        blanks={name: file.rows - file.filled[name] for name in names if file.filled[name] < file.rows},
        groups=tuple(name for name in names if splits(name, file.values.get(name, ()), file.filled[name], file.rows)),
    )


def _is_clock(file: Looked, name: str) -> bool:
    """Whether a person says whether a column's ``3:02`` are hours or minutes: nothing in the file does."""
    return any(one.name == name and one.written.asks for one in file.layout.columns)


def _cell(file: Looked, name: str) -> str:
    cells = next(one.examples for one in file.layout.columns if one.name == name)
    return next((cell.strip() for cell in cells if ":" in cell), "3:02")


def _passed(file: Looked, offered: Collection[str]) -> tuple[Lack, ...]:
    """Columns of numbers that are not offered, each with why not; what nobody would take for a measure is left out."""
    clocks = untold_clocks(file)
    told = [Lack(name, drafting_words.untold_clock(_cell(file, name))) for name in clocks]
    told += [
        Lack(name, drafting_words.always(file.values_of(name)))
        for name in file.numbers
        if file.distinct[name] == 1 and (says_rated(name) or may_be_length(name)) and name not in clocks
    ]
    told += [
        Lack(name, drafting_words.readable(held.readable, held.filled))
        for name, held in file.numbers.items()
        if name not in (*clocks, *offered) and 0 < held.readable < READABLE * held.filled
    ]
    return tuple(one for one in told if one.name not in offered)[:PASSED]


def _totals_so_far(wanted: Sequence[Offer], computed: Mapping[str, Processed]) -> dict[str, Lack]:
    """Offers whose values count again what was there before, each with what to take instead."""
    told = {offer.id: so_far(computed[offer.id].doubts) for offer in wanted if offer.id in computed}
    return {offer.id: Lack(offer.column, f"{told[offer.id]}.") for offer in wanted if told.get(offer.id)}


def _computed(draft: Draft, wanted: Sequence[Offer]) -> tuple[StudyDefinition | None, Mapping[str, Processed]]:
    """The offers that compute: all at once, else each for itself and then those together; with their study."""
    try:
        return _made(draft, wanted)
    except CsiError:
        alone = [offer for offer in wanted if _computes(draft, offer)]
    return _made(draft, alone) if alone else (None, {})


def _computes(draft: Draft, offer: Offer) -> bool:
    try:
        return bool(_made(draft, [offer])[1])
    except CsiError:
        return False


def _made(draft: Draft, wanted: Sequence[Offer]) -> tuple[StudyDefinition, Mapping[str, Processed]]:
    given = Given.of_text(study_text(draft, wanted, (), settled=True).encode(), "the draft", draft.folder)
    return given.study, made(given.study, draft.folder, Means()).kpis


def _candidate(offer: Offer, study: StudyDefinition, computed: Mapping[str, Processed]) -> Candidate | None:
    """An offer that gives values, with where it stands; which hours count is said with the calendar, not asked here."""
    if offer.id not in computed:
        return None
    kpi = study.kpis[offer.id]
    direction = None if "direction" in offer.asks else kpi.direction
    found = standing(computed[offer.id], direction)
    if found is None:
        return None
    known = entries().get(kpi.catalogue)
    said = study_mapping(study)["kpis"][offer.id]
    name = kpi.name if known or "name" in offer.keys else _spoken(kpi.name)
    return Candidate(
        id=offer.id,
        name=name,
        unit=kpi.unit,
        direction=kpi.direction.value,
        catalogue=kpi.catalogue,
        aspect=known.aspect if known else _aspect(kpi),
        standing=found,
        asks={key: why for key, why in offer.asks.items() if key != "value"},
        definition={key: said[key] for key in _MEASURED if key in said},
    )


def _spoken(id: str) -> str:
    """A name made of an id, as people say it."""
    return id.replace("_", " ").capitalize()


def _aspect(kpi: KpiDefinition) -> str:
    """What a KPI without an entry of the catalogue looks at, as far as its measure says."""
    if not isinstance(kpi.value, str | None):
        return "speed"
    return "volume" if kpi.measure == "count" else ""


def _last(one: Candidate) -> tuple[bool, bool, bool]:
    """What a person has to say something of comes last, what no entry of the catalogue explains, how much there is."""
    return bool(one.asks), not one.catalogue, one.aspect in SELDOM


def _mapping(study: StudyDefinition, at: str) -> dict[str, Any]:
    """How the source is read, as a cycle keeps it: with every column typed that a KPI needs, what dates a row first."""
    source = study.sources[SOURCE]
    moments, numbers = columns_needed(study, SOURCE)
    ordered = [at, *(name for name in moments if name != at)]
    options = {**source.options, "moments": ordered, "numbers": list(numbers)}
    plain = canonical(replace(source, file="", options=options))
    return {name: value for name, value in plain.items() if name != "id"}


def _lacking(file: Looked, found: Iterable[Candidate]) -> tuple[Lack, ...]:
    """What the file cannot give of what such files are measured by, in words."""
    there = {one.catalogue for one in found}
    known = _known_otherwise(found)
    named = [
        one
        for one in exports.lacking(exports.of_layout(file.layout) or file.layout)
        if one.catalogue and one.catalogue not in there and not _is_there(one, known)
    ]
    told = [Lack(entries()[one.catalogue].name, export_words.lacking(one)) for one in named]
    return tuple(one for one in told if one.sentence)[:LACKING]


def _known_otherwise(found: Iterable[Candidate]) -> frozenset[Meaning]:
    """What the file says under other names, as the KPIs that are offered show: of these nothing is said to lack."""
    known: set[Meaning] = set()
    for one in found:
        value = one.definition.get("value")
        if isinstance(value, Mapping):
            known |= {Meaning.OPENED, Meaning.RESOLVED, Meaning.CLOSED, Meaning.RESOLVE_TOOK}
        elif one.definition.get("measure") == "share" and says_agreed(one.name):
            known |= {Meaning.RESOLVE_MET, Meaning.RESPONSE_MET}
        if says_first_answer(one.name):
            known |= {Meaning.FIRST_RESPONSE, Meaning.RESPONSE_TOOK}
    return frozenset(known)


def _is_there(lack: exports.Lacking, known: Set[Meaning]) -> bool:
    """Whether the file has by another name what a KPI would take."""
    return bool(known & {*lack.missing})


def to_plain(given: Proposal) -> dict[str, Any]:
    """A proposal as JSON holds it."""
    return dict(asdict(given))


def of_plain(kept: Mapping[str, Any]) -> Proposal:
    """The proposal that was kept so."""
    lists = {name: tuple(kept[name]) for name in ("orders", "columns", "moments", "sheets")}
    lists["groups"] = tuple(kept.get("groups") or ())
    seen = kept["looks"]
    ends = {name: _moment(seen[name]) for name in ("first_at", "last_at")} if seen else {}
    looks = seen and Looks(**{**seen, **ends, "kpis": tuple(seen["kpis"])})
    candidates = tuple(map(_of_plain, kept["candidates"]))
    lacking, passed = (tuple(Lack(**one) for one in kept[name]) for name in ("lacking", "passed"))
    return Proposal(
        **{
            **kept,
            **lists,
            "looks": looks,
            "period": Period(kept["period"]),
            "candidates": candidates,
            "lacking": lacking,
            "passed": passed,
            "said": Said(**{**kept["said"], "marks": _marks(kept["said"].get("marks", ()))}),
            "marks": _marks(kept.get("marks", ())),
        }
    )


def _marks(kept: Iterable[Mapping[str, Any]]) -> tuple[Mark, ...]:
    return tuple(Mark(**{**one, "stands": Stands(one["stands"])}) for one in kept)


def _of_plain(kept: Mapping[str, Any]) -> Candidate:
    seen = kept["standing"]
    found = seen and Standing(**{**seen, "newest": _moment(seen["newest"]), "values": tuple(seen["values"])})
    return Candidate(**{**kept, "counters": tuple(kept["counters"]), "standing": found})


def _moment(kept: Any) -> datetime | None:
    return datetime.fromisoformat(kept) if isinstance(kept, str) else kept
