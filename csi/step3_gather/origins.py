"""Setting up a source that is asked or pushed to: what is said of it, checked before anything is asked."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from csi import audit, roles
from csi.definition import SourceDefinition
from csi.errors import Conflict, InvalidInput, InvalidInputs
from csi.measures import measure_in
from csi.models import Cycle, Kpi, Source
from csi.reading.connectors import pages, queries, ranges
from csi.reading.connectors.masking import is_masked, masked
from csi.reading.json_paths import check_path
from csi.step1_should_measure import kpis
from csi.step2_can_measure.sources import name_source
from csi.step3_gather import sources
from csi.step3_gather.namesakes import namesake
from csi.storage import hold, rows
from csi.terms import Step

KINDS = ("sql", "url", "prometheus", "push")
ADDRESS_LIMIT = 2_000
QUERY_LIMIT = 3_000
_SQL = re.compile(r"^[a-z][a-z0-9+]*://\S+$")
_WEB = re.compile(r"^https?://[^\s/]+\S*$")
_START_OVER = ("sql", "url", "prometheus")
_ASKED_BY = ("query", "since", "step", "rows", "paging")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person said of a source; ``address`` is whole, masked (unchanged), or empty for a push."""

    kind: str
    name: str
    address: str = ""
    query: str = ""
    rows: str = ""
    paging: str = "none"
    paging_name: str = ""
    step: str = ""
    at: str = ""
    since: str = ""
    key: str = ""
    timezone: str = ""
    cadence: str = ""
    feeds: tuple[int, ...] = ()


def check(said: Said, *, is_dated: bool = True) -> None:
    """Refuse what cannot be asked; ``is_dated``: or whose rows nothing dates.

    Raises:
        InvalidInputs: every field that is wrong, with what was expected.
    """
    errors = []
    for look in (_address, _query, _rows, *((_column,) if is_dated else ()), _paging, _step):
        try:
            look(said)
        except InvalidInput as error:
            errors.append(error)
    if errors:
        raise InvalidInputs(errors)


def _address(said: Said) -> None:
    if said.kind == "push":
        return
    pattern, example = (
        (_SQL, "postgresql://reader:password@host/database")
        if said.kind == "sql"
        else (_WEB, "https://host.example.org/path")
    )
    if not pattern.match(said.address) or len(said.address) > ADDRESS_LIMIT:
        raise InvalidInput("address", f"Expected an address such as {example}.")
    if not _comes_apart(said):
        reason = "In a name or password write / as %2F, ? as %3F, # as %23, @ as %40"
        raise InvalidInput("address", f"Expected an address such as {example}. {reason}.")


def _comes_apart(said: Said) -> bool:
    """Whether host and port can be told; a password with signs of its own is cut in two, and its end shown."""
    try:
        if said.kind == "sql":
            return bool(make_url(said.address))
        parts = urlsplit(said.address)
        return bool(parts.hostname) and parts.port != 0
    except (ValueError, ArgumentError):
        return False


def _query(said: Said) -> None:
    if said.kind == "sql":
        kind = queries.kind_of(said.address)
        queries.query(said.query, kind, column=said.since, span={"since": "-", "until": "-"})
    if said.kind == "prometheus" and not said.query.strip():
        raise InvalidInput("query", "Expected a PromQL expression such as sum(increase(errors_total[1d])).")


def _rows(said: Said) -> None:
    if said.rows:
        check_path(said.rows, "rows")
    if said.paging == "next" and said.paging_name:
        check_path(said.paging_name, "paging_name")


def _column(said: Said) -> None:
    if said.kind in ("sql", "url") and not said.at:
        raise InvalidInput("at", "Please name the column that dates a row, such as resolved_at.")


def _paging(said: Said) -> None:
    if said.paging in ("next", "page") and not said.paging_name:
        raise InvalidInput("paging_name", "Expected the field or the parameter that leads to the next page.")
    if said.kind == "url":
        pages.paging_of(_options(said))


def _step(said: Said) -> None:
    if said.step:
        ranges.seconds_of(said.step)


def address_kept(said: Said, source: Source | None, known: str) -> str:
    """The whole address: as typed, or as kept when the masked one was left as it was.

    Raises:
        InvalidInput: a masked address was changed; its secret goes to no other place.
    """
    if not is_masked(said.address):
        return said.address
    if source is not None and said.address == masked(known):
        return known
    raise InvalidInput("address", "Please type the whole address again, with its secret part: it is not carried over.")


def definition(said: Said, timezone: str, before: SourceDefinition | None = None) -> SourceDefinition:
    """How such a source is asked and read."""
    base = before or SourceDefinition(id="", timezone=timezone)
    at = "start" if said.kind == "prometheus" else said.at
    typed = {"moments": [at] if at else [], "numbers": ["value"] if said.kind == "prometheus" else []}
    place: dict[str, Any] = {said.kind: masked(said.address)} if said.kind != "push" else {}
    return replace(
        base, **place, timezone=said.timezone or base.timezone, key=said.key, options={**_options(said), **typed}
    )


def _options(said: Said) -> dict[str, Any]:
    paging: Any = {"next": {"next": said.paging_name}, "page": {"page": said.paging_name}}.get(said.paging, said.paging)
    options = {"query": said.query.strip(), "rows": said.rows, "since": said.since, "step": said.step}
    options["paging"] = "" if paging == "none" else paging
    return {name: value for name, value in options.items() if value}


def set_up(
    session: Session, cycle: Cycle, said: Said, *, actor: str, now: datetime, source: Source | None = None
) -> Source:
    """Make a source, or change one; asked differently it starts from the beginning.

    Raises:
        InvalidInput, InvalidInputs: what was said cannot be.
        NotAllowed: the person is no member of the service's team.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "set up a source")
    # In step 1 the first delivery proposes what can be measured, and by which column.
    check(said, is_dated=cycle.step != Step.SHOULD_MEASURE or bool(said.feeds))
    kept = source or _named(session, cycle, said, actor=actor, now=now)
    hold(session, kept, f"source:{kept.team_id}:{kept.id}")
    before = dict(kept.mapping)
    kept.kind, kept.name, kept.cadence = said.kind, " ".join(said.name.split()) or kept.name, said.cadence
    session.add(kept)
    if said.kind != "push":
        known = sources.definition(kept.key, before) if before else None
        sources.remember(session, kept, definition(said, cycle.timezone, known), actor=actor, now=now)
        _start_over(kept, before)
    _feed(session, cycle, kept, said, actor=actor, now=now)
    return kept


def note_secret(session: Session, source: Source, *, actor: str, now: datetime) -> None:
    """Record that a source got another secret, and from whom; not which."""
    audit.record(
        session,
        team_id=source.team_id,
        actor=actor,
        at=now,
        what="gave source a secret",
        subject=("source", source.id),
    )


def retire(session: Session, cycle: Cycle, source: Source, *, actor: str, now: datetime) -> Source:
    """Ask and take in nothing any more; its secret and its token are forgotten, what it delivered stays.

    Raises:
        NotAllowed: the person is no member of the service's team.
        Conflict: a KPI of the cycle is measured from it.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "retire a source")
    hold(session, source, f"source:{source.team_id}:{source.id}")
    fed = feeds(session, cycle, source)
    if fed:
        names = ", ".join(kpi.name for kpi in list(fed)[:3])
        raise Conflict(f"{source.name or source.key} feeds {names}. Please choose another source for that first.")
    source.retired_at, source.secret_encrypted, source.token_hash = now, "", ""
    session.add(source)
    audit.record(
        session, team_id=source.team_id, actor=actor, at=now, what="retired source", subject=("source", source.id)
    )
    return source


def _named(session: Session, cycle: Cycle, said: Said, *, actor: str, now: datetime) -> Source:
    known = namesake(session, cycle, said.name)
    if known is not None and (known.source.kind != said.kind or known.source.retired_at is None):
        shown = known.source.name or known.source.key
        if known.source.kind != said.kind:
            raise InvalidInput("name", f"There is a source {shown} already, of another kind. Expected another name.")
        reason = f"There is a source {shown} already. Expected another name; to change that one, press Edit beside it."
        raise InvalidInput("name", reason)
    return name_source(session, cycle, name=said.name, actor=actor, now=now, kind=said.kind, owner=actor)


def _start_over(source: Source, before: dict[str, Any]) -> None:
    """Another place or another question has another high-water mark; a new schedule begins now, too."""
    old, new = _question(before), _question(source.mapping)
    source.progress = {} if old != new else {k: v for k, v in source.progress.items() if k != "next_at"}


def _question(mapping: dict[str, Any]) -> tuple[Any, ...]:
    options = mapping.get("options", {})
    return tuple(mapping.get(name) for name in _START_OVER) + tuple(options.get(name) for name in _ASKED_BY)


def _feed(session: Session, cycle: Cycle, source: Source, said: Said, *, actor: str, now: datetime) -> None:
    """Let the chosen KPIs be measured from this source, dated by its column where they do not say."""
    for kpi in rows(session, Kpi, cycle.team_id, cycle_id=cycle.id, id=said.feeds) if said.feeds else []:
        wanted = fed(kpi, source, said)
        if wanted != kpi.definition:
            kpis.define(session, cycle, kpi, wanted, actor=actor, now=now)


def fed(kpi: Kpi, source: Source, said: Said) -> dict[str, Any]:
    """A KPI's definition with this source; what a person said of its columns stays."""
    known = {**kpi.definition, "source": source.key}
    if known["source"] != kpi.definition.get("source"):
        known.pop("meant", None)  # it was said of other rows
    value = known.get("value")
    if said.kind == "push":
        return known
    if not known.get("at"):
        ends = value if isinstance(value, dict) else {}
        known["at"] = "start" if said.kind == "prometheus" else ends.get("to") or said.at
    if said.kind == "prometheus" and not value and measure_in(known).needs_column:
        known["value"] = "value"
    return known


def feeds(session: Session, cycle: Cycle, source: Source) -> Collection[Kpi]:
    """The KPIs of a cycle that name this source."""
    every = rows(session, Kpi, cycle.team_id, cycle_id=cycle.id)
    return [kpi for kpi in every if kpi.definition.get("source") == source.key]
