"""The ways in which a KPI can be drawn from an export, the best first: which meanings each needs, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from csi.kpi_catalogue import entries, entry
from csi.reading.exports import quoting
from csi.reading.exports.meanings import DATES_A_ROW, Meaning
from csi.reading.exports.profile import About, Clock
from csi.reading.exports.recognition import Export, Told

Definition = dict[str, Any]
_TOP = 5  # the best of a scale of one to five; Source: catalogue K16


class Note(StrEnum):
    """What one has to know of a KPI drawn this way."""

    CLOSED_FOR_RESOLVED = "closed_for_resolved"  # the file tells when it was closed, not when it was resolved
    DATED_BY_OPENING = "dated_by_opening"  # no moment tells when it was over
    DATED_BY_RESOLUTION = "dated_by_resolution"  # the answer has no moment of its own
    BUSINESS_CLOCK = "business_clock"  # measured by the program, on its own service hours
    CLOCK_UNSAID = "clock_unsaid"  # measured by the program, nobody knows on which clock
    BY_WORDS = "by_words"


@dataclass(frozen=True, slots=True)
class Way:
    """One way: the meanings it needs, which must be columns of the file, and the definition they make."""

    id: str
    needs: tuple[Meaning, ...]
    make: Callable[[Export, str], Definition]
    only: Meaning | None = (
        None  # what tells rows that count from others; needed as soon as the file has a column for it
    )

    @property
    def catalogue(self) -> str:
        """The catalogue's entry of that id; empty where it has none."""
        return self.id if self.id in entries() else ""


def end_of(export: Export) -> str:
    """The column that says when it was over: resolved, else closed, else nothing."""
    return export.column(Meaning.RESOLVED) or export.column(Meaning.CLOSED)


def dated_by(export: Export) -> str:
    """The column that puts a ticket into a period: when it was over, else when it began."""
    return end_of(export) or next((column for one in DATES_A_ROW if (column := export.column(one))), "")


def notes_of(way: Way, export: Export, definition: Definition) -> tuple[Note, ...]:
    """What has to be known of a KPI drawn this way from this file."""
    found = []
    closed, at = export.column(Meaning.CLOSED), definition.get("at", "")
    if closed and end_of(export) == closed and closed in (at, _ends(definition)):
        found.append(Note.CLOSED_FOR_RESOLVED)
    if way.catalogue in _OF_TICKETS and at == export.column(Meaning.OPENED):
        found.append(Note.DATED_BY_OPENING)
    if way.catalogue == "K16" and at == end_of(export):
        found.append(Note.DATED_BY_RESOLUTION)
    told = [export.columns[one] for one in way.needs if one in export.columns]
    clocks = [one.clock for one in told if one.unit]
    found += [Note.BUSINESS_CLOCK] * (Clock.BUSINESS in clocks) + [Note.CLOCK_UNSAID] * (Clock.UNSAID in clocks)
    return tuple(found + [Note.BY_WORDS] * any(one.means is Meaning.SATISFACTION and one.words.yes for one in told))


_OF_TICKETS = ("K01", "K02", "K03", "K08", "K09", "K09b", "K20")


def _ends(definition: Definition) -> str:
    value = definition.get("value")
    return str(value.get("to", "")) if isinstance(value, Mapping) else ""


def _formula(export: Export, id: str) -> Definition:
    """The catalogue's own formula, its columns called as in this file."""
    names = {meaning.catalogue_name: told.column for meaning, told in export.columns.items() if meaning.catalogue_name}
    names["resolved_at"] = end_of(export)
    names["deployed_at"] = export.column(Meaning.DEPLOYED)
    computed = dict(entry(id).computed)
    made: dict[str, Any] = {"at": names.get(computed["at"], "") or dated_by(export), "measure": computed["measure"]}
    value = computed.get("value")
    if isinstance(value, Mapping):
        made["value"] = {key: names.get(part, part) if key in ("from", "to") else part for key, part in value.items()}
    elif value:
        made["value"] = names[value]
    made |= {key: quoting.renamed(computed[key], names) for key in ("where", "good") if computed.get(key)}
    return made | {"unit": entry(id).unit}


def _column(means: Meaning) -> Callable[[Export, str], Definition]:
    """The catalogue's measure of a column in which the program wrote the length of time itself."""

    def make(export: Export, id: str) -> Definition:
        told = export.columns[means]
        happened = f"{quoting.column(told.column)} > 0" if told.never else quoting.filled(told.column)
        measure = entry(id).computed["measure"]
        return {
            "at": dated_by(export),
            "measure": measure,
            "value": told.column,
            "where": happened,
            "unit": entry(id).unit,
        }

    return make


def _flag(means: Meaning) -> Callable[[Export, str], Definition]:
    """The share of rows whose flag says that the promise was kept."""

    def make(export: Export, id: str) -> Definition:
        told = export.columns[means]
        return {
            "at": dated_by(export),
            "measure": "share",
            "where": quoting.filled(told.column),
            "good": _kept(told),
            "unit": entry(id).unit,
        }

    return make


def _kept(told: Told) -> str:
    """The condition that a promise was kept: its word, or, where the sample shows only broken ones, not theirs."""
    kept, broken = (told.words.no, told.words.yes) if told.reversed_ else (told.words.yes, told.words.no)
    return quoting.among(told.column, kept) if kept else f"not {quoting.among(told.column, broken)}"


def _left(means: Meaning) -> Callable[[Export, str], Definition]:
    """The share of rows that had time left: negative is over."""

    def make(export: Export, id: str) -> Definition:
        told = export.columns[means]
        name = quoting.column(told.column)
        agreed = f"{name} != 0" if told.never else quoting.filled(told.column)
        return {
            "at": dated_by(export),
            "measure": "share",
            "where": agreed,
            "good": f"{name} >= 0",
            "unit": entry(id).unit,
        }

    return make


def _satisfied(export: Export, id: str) -> Definition:
    """The share of content answers: by their words, or the two best of five."""
    told = export.columns[Meaning.SATISFACTION]
    at = export.column(Meaning.ANSWERED) or dated_by(export)
    name = quoting.column(told.column)
    made = {"at": at, "measure": "share", "unit": entry(id).unit}
    if told.words.yes or told.words.no:
        # What the sample did not show may stand below it: a share of good answers needs the bad ones, too.
        yes, no = told.words.yes or told.expected.yes, told.words.no or told.expected.no
        return made | {"where": quoting.among(told.column, (*yes, *no)), "good": quoting.among(told.column, yes)}
    best = f"{name} <= {_TOP - 3}" if told.low_is_best else f"{name} >= {_TOP - 1}"
    return made | {"where": quoting.filled(told.column), "good": best}


def _span(export: Export, id: str) -> Definition:
    """The catalogue's formula for what was down; planned outages are told by no export."""
    made = {key: value for key, value in _formula(export, id).items() if key != "where"}
    return made | _only(export, Meaning.IS_DOWN)


def _only(export: Export, means: Meaning) -> Definition:
    """The condition that a row is of the kind that counts; none where no column tells kinds apart."""
    told = export.columns.get(means)
    if told is None:
        return {}
    return {"where": quoting.among(told.column, tuple(dict.fromkeys((*told.words.yes, *told.expected.yes))))}


def _outage(export: Export, id: str) -> Definition:
    """How long an outage lasted, as its own row says: rows of up last, too, and are left out."""
    lasted = export.column(Meaning.LASTED)
    made = {"at": export.column(Meaning.STARTED), "measure": "mean", "value": lasted, "unit": entry(id).unit}
    return made | _only(export, Meaning.IS_DOWN)


def _deployed(export: Export, id: str) -> Definition:
    """The catalogue's formula for deployments that worked, where a column says so."""
    return {key: value for key, value in _formula(export, id).items() if key != "where"} | _only(
        export, Meaning.OUTCOME
    )


def _volume(export: Export, _id: str) -> Definition:
    """How many rows began in a period."""
    at = next((column for one in DATES_A_ROW if (column := export.column(one))), "")
    return {"at": at, "measure": "count", "unit": "count"}


def _handling_time(export: Export, _id: str) -> Definition:
    """How long a call or its handling took."""
    column = export.column(Meaning.HANDLE_TOOK)
    where = quoting.filled(column)
    return {"at": dated_by(export), "measure": "median", "value": column, "where": where, "unit": "min"}


_M = Meaning
_TICKETS = (
    Way("volume", (_M.OPENED,), _volume),
    Way("K10", (_M.OPENED, _M.RESOLVED), _formula),
    Way("K10", (_M.OPENED, _M.CLOSED), _formula),
    Way("K03", (_M.OPENED, _M.RESOLVED), _formula),
    Way("K03", (_M.OPENED, _M.CLOSED), _formula),
    Way("K03", (_M.RESOLVE_TOOK,), _column(_M.RESOLVE_TOOK)),
    Way("K03", (_M.CLOSE_TOOK,), _column(_M.CLOSE_TOOK)),
    Way("K02", (_M.OPENED, _M.FIRST_RESPONSE), _formula),
    Way("K02", (_M.RESPONSE_TOOK,), _column(_M.RESPONSE_TOOK)),
    Way("K01", (_M.OPENED, _M.ACKNOWLEDGED), _formula),
    Way("K01", (_M.ACKNOWLEDGE_TOOK,), _column(_M.ACKNOWLEDGE_TOOK)),
    Way("K09", (_M.RESOLVE_MET,), _flag(_M.RESOLVE_MET)),
    Way("K09", (_M.RESOLVE_LEFT,), _left(_M.RESOLVE_LEFT)),
    Way("K09", (_M.RESOLVE_DUE, _M.RESOLVED), _formula),
    Way("K09", (_M.RESOLVE_DUE, _M.CLOSED), _formula),
    Way("K09b", (_M.RESPONSE_MET,), _flag(_M.RESPONSE_MET)),
    Way("K09b", (_M.RESPONSE_LEFT,), _left(_M.RESPONSE_LEFT)),
    Way("K09b", (_M.RESPONSE_DUE, _M.FIRST_RESPONSE), _formula),
    Way("K08", (_M.REOPENS,), _formula),
    Way("K20", (_M.REASSIGNMENTS,), _formula),
    Way("K16", (_M.SATISFACTION,), _satisfied),
)
WAYS: Mapping[About, tuple[Way, ...]] = {
    About.TICKETS: _TICKETS,
    # A log of states or checks: what is no outage has to be told apart first.
    About.OUTAGES: (
        Way("K14", (_M.STARTED, _M.IS_DOWN, _M.LASTED), _span),
        Way("K04", (_M.STARTED, _M.IS_DOWN, _M.LASTED), _outage),
        Way("K13", (_M.STARTED, _M.ENDED, _M.IS_DOWN), _span),
    ),
    # An incident of a part is no outage of the whole: no availability.
    About.INCIDENTS: (
        Way("K14", (_M.STARTED,), _span, _M.IS_DOWN),
        Way("K04", (_M.STARTED, _M.ENDED), _span, _M.IS_DOWN),
    ),
    About.SURVEY: (Way("volume", (_M.ANSWERED,), _volume), Way("K16", (_M.ANSWERED, _M.SATISFACTION), _satisfied)),
    About.CALLS: (Way("volume", (_M.OPENED,), _volume), Way("handling_time", (_M.HANDLE_TOOK,), _handling_time)),
    About.DEPLOYMENTS: (
        Way("K29", (_M.DEPLOYED,), _deployed, _M.OUTCOME),
        Way("K30", (_M.COMMITTED, _M.DEPLOYED), _formula),
    ),
    About.CHANGES: (Way("volume", (_M.COMMITTED,), _volume),),
}
