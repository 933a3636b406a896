"""A source and its mapping: how its deliveries are to be read, remembered from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import audit
from csi.definition import SourceDefinition, canonical, hash_of
from csi.models import Source
from csi.reading.moments import check_order, zone
from csi.storage import lock, need

_KEYS = tuple(field.name for field in fields(SourceDefinition) if field.name != "id")
_TUPLES = frozenset({"missing"})


def definition(key: str, mapping: Mapping[str, Any]) -> SourceDefinition:
    """The definition a stored mapping stands for; keys it does not know are left alone."""
    known: dict[str, Any] = {name: mapping[name] for name in _KEYS if mapping.get(name) is not None}
    known |= {name: tuple(known[name]) for name in _TUPLES & set(known)}
    return SourceDefinition(id=key, **known)


def mapping_of(definition: SourceDefinition) -> dict[str, Any]:
    """The plain form of a definition: docs/study.md's keys of a source, empty ones left out."""
    return {name: value for name, value in canonical(definition).items() if name != "id"}


def mapping_hash(mapping: Mapping[str, Any]) -> str:
    """What identifies a mapping."""
    return hash_of(dict(mapping))


def remember(session: Session, source: Source, wanted: SourceDefinition, *, actor: str, now: datetime) -> bool:
    """Keep how a source is read; True when that is new.

    Raises:
        InvalidInput: there is no such zone or date order.
    """
    for name in (wanted.timezone, *wanted.zones.values()):
        zone(name)
    for order in (wanted.dates, *wanted.column_dates.values()):
        check_order(order)
    lock(session, f"source:{source.team_id}:{source.id}")
    kept = need(session, Source, source.team_id, source.id)
    new = mapping_of(wanted)
    if mapping_hash(new) == mapping_hash(kept.mapping):
        return False
    old, kept.mapping, kept.version = dict(kept.mapping), new, kept.version + 1
    session.add(kept)
    audit.record(
        session,
        team_id=kept.team_id,
        actor=actor,
        at=now,
        what="mapped source",
        subject=("source", kept.id),
        old={"mapping": old},
        new={"mapping": new, "version": kept.version},
    )
    return True
