"""Does the record hold? Every deviation of a workspace: of the chain, of what it covers, of the stored files.

Nothing is believed because it stands in the database: what counts is the key, and the ends of the log that were handed
out (in reports, exports, messages, the data folder).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlmodel import Session, col, select

from csi import audit, sealing
from csi.audit import GENESIS, Head, Keys
from csi.models import AuditHead, AuditRow, Report
from csi.reading.files import FileStore, State
from csi.states import ReportState
from csi.storage import row as first
from csi.storage import rows

_AT_ONCE = 2_000  # rows of the log held at once


class Fault(StrEnum):
    """What is not as it was."""

    ALTERED = "a row of the log was altered"
    MISSING = "rows of the log are missing"
    UNKEYED = "rows of the log were written without the key"
    OTHER_KEY = "rows of the log were closed with a key that is not here"
    FOUND = "the log had been found broken"
    CUT = "the log does not end where it was closed last"
    HEAD = "an end of the log that was handed out is not in it"
    CHANGED = "a row was changed past the log"
    ADDED = "a row was added past the log"
    REMOVED = "a row was removed past the log"
    FILE_ALTERED = "a stored file was altered"
    FILE_MISSING = "a stored file is missing"


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that is not as it was.

    ``first`` and ``last`` are numbers of rows of the log (``last`` of the change that a changed row was sealed by);
    ``table`` and ``number`` name a covered row, ``place`` a file or where an end of the log was handed out.
    """

    fault: Fault
    first: int = 0
    last: int = 0
    table: str = ""
    number: int = 0
    place: str = ""


@dataclass(slots=True)
class Proof:
    """What was looked at, and every deviation."""

    team_id: str
    head: Head | None = None
    changes: int = 0
    covered: int = 0
    files: int = 0
    deviations: list[Deviation] = field(default_factory=list)


@dataclass(slots=True)
class _Walk:
    """What is known of the log as far as it was read: by ordinal its hashes, by the row's name its newest seal."""

    keys: Keys
    expected: int = 1
    previous: str = GENESIS
    is_keyed: bool = False
    seals: dict[str, tuple[str, int]] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)


def prove(
    session: Session, team_id: str, keys: Keys, files: FileStore | None = None, heads: Mapping[str, str] | None = None
) -> Proof:
    """Look at all that the record covers.

    Args:
        session: one that only reads.
        team_id: the workspace.
        keys: of the record.
        files: where raw deliveries and their rows lie; None: they are not looked at.
        heads: ends of the log that were handed out, by where they stand; those in sent reports are looked at anyway.
    """
    proof, walk = Proof(team_id), _Walk(keys)
    proof.deviations += _merged(_chain(session, team_id, walk))
    proof.head, proof.changes = audit.head(session, team_id), len(walk.hashes)
    proof.deviations += _end(session, team_id, keys, proof.head)
    proof.deviations += _handed_out({**_in_reports(session, team_id), **(heads or {})}, walk)
    proof.deviations += _covered(session, team_id, walk, proof)
    if files is not None:
        proof.deviations += _files(session, team_id, files, proof)
    return proof


def broken_at(session: Session, team_id: str, keys: Keys) -> int | None:
    """The number of the first row of the log that was altered, left out or added by hand; None when all fit."""
    found = [*_chain(session, team_id, _Walk(keys)), *_end(session, team_id, keys, audit.head(session, team_id))]
    return min((one.first for one in found), default=None)


def _chain(session: Session, team_id: str, walk: _Walk) -> Iterator[Deviation]:
    """Walk along the log, row by row."""
    statement = select(AuditRow).where(AuditRow.team_id == team_id).order_by(col(AuditRow.ordinal))
    for row in session.exec(statement.execution_options(yield_per=_AT_ONCE)):
        if row.ordinal > walk.expected:
            yield Deviation(Fault.MISSING, walk.expected, row.ordinal - 1)
        fault = _fault(row, walk)
        if fault is not None:
            yield Deviation(fault, row.ordinal, row.ordinal)
        if fault in (None, Fault.FOUND):
            walk.seals |= {name: (seal, row.ordinal) for name, seal in row.seals.items()}
        walk.is_keyed = walk.is_keyed or audit.is_keyed(row.hash)
        walk.hashes[row.ordinal] = row.hash
        walk.expected, walk.previous = row.ordinal + 1, row.hash
        session.expunge(row)
    if walk.keys.secrets and walk.hashes and not walk.is_keyed:
        yield Deviation(Fault.UNKEYED, min(walk.hashes), max(walk.hashes))


def _fault(row: AuditRow, walk: _Walk) -> Fault | None:
    """What is wrong with one row, seen from those before it."""
    if not walk.keys.knows(row.hash):
        return Fault.OTHER_KEY
    if row.previous_hash != walk.previous or not audit.fits(row, walk.keys):
        return Fault.ALTERED
    is_keyed = audit.is_keyed(row.hash)
    is_first = is_keyed and not walk.is_keyed and walk.previous != GENESIS
    if (walk.is_keyed and not is_keyed) or (is_first and row.what != audit.CLOSED):
        return Fault.UNKEYED
    return Fault.FOUND if row.what == audit.FOUND_BROKEN else None


def _end(session: Session, team_id: str, keys: Keys, last: Head | None) -> Iterator[Deviation]:
    known = first(session, AuditHead, team_id)
    if (known is None and last is None) or (known is not None and audit.ends_with(known, last, keys)):
        return
    end = last.ordinal if last else 0
    if known is not None and not keys.knows(known.closed):
        yield Deviation(Fault.OTHER_KEY, end, end)
    else:
        yield Deviation(Fault.CUT, end + 1, max(end + 1, known.ordinal if known else 0))


def _in_reports(session: Session, team_id: str) -> dict[str, str]:
    sent = rows(session, Report, team_id, state=ReportState.SENT)
    return {f"report {one.id}": str(one.content["record"]) for one in sent if one.content.get("record")}


def _handed_out(heads: Mapping[str, str], walk: _Walk) -> Iterator[Deviation]:
    for place, told in heads.items():
        ordinal = audit.ordinal_of(told)
        if str(Head(ordinal, walk.hashes.get(ordinal, ""))) != told:
            yield Deviation(Fault.HEAD, ordinal, ordinal, place=place)


def _covered(session: Session, team_id: str, walk: _Walk, proof: Proof) -> Iterator[Deviation]:
    """Every covered row against its newest seal, and every seal against its row."""
    rest = dict(walk.seals)
    for name, table in sealing.COVERED.items():
        for values in sealing.held(session, table, team_id):
            proof.covered += 1
            number = int(values["id"])
            seal, ordinal = rest.pop(sealing.name_of(name, number), (sealing.GONE, 0))
            if seal == sealing.GONE:
                yield Deviation(Fault.ADDED, last=ordinal, table=name, number=number)
            elif not sealing.fits(table, values, seal):
                yield Deviation(Fault.CHANGED, last=ordinal, table=name, number=number)
    for name, (seal, ordinal) in rest.items():
        if seal != sealing.GONE:
            table_name, _, number_text = name.partition(":")
            yield Deviation(Fault.REMOVED, last=ordinal, table=table_name, number=int(number_text))


def _files(session: Session, team_id: str, files: FileStore, proof: Proof) -> Iterator[Deviation]:
    for values in sealing.held(session, sealing.COVERED["batch"], team_id):
        for key in (values["raw_key"], values["rows_key"], str((values["counts"] or {}).get("quarantine_key") or "")):
            if not key:
                continue
            proof.files += 1
            fault = _OF_FILES.get(files.state(key))
            if fault is not None:
                yield Deviation(fault, table="batch", number=int(values["id"]), place=key)


def _merged(found: Iterator[Deviation]) -> Iterator[Deviation]:
    """The same fault of rows that follow each other, told once."""
    held: Deviation | None = None
    for one in found:
        if held is not None and held.fault is one.fault and held.last + 1 >= one.first:
            held = replace(held, first=min(held.first, one.first), last=max(held.last, one.last))
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


_OF_FILES = {State.ALTERED: Fault.FILE_ALTERED, State.MISSING: Fault.FILE_MISSING}
