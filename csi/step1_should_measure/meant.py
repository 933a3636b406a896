"""A person's word that a KPI's condition or target is meant, though it looks odd beside the data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from csi import roles
from csi.definition import MEANT
from csi.errors import Conflict, InvalidInput
from csi.models import Cycle, Kpi
from csi.states import CycleState
from csi.step1_should_measure import growing

_AIM = ("unit", "direction", "band_low", "band_high", "target")


def confirm(session: Session, cycle: Cycle, kpi: Kpi, keys: Collection[str], *, actor: str, now: datetime) -> bool:
    """Note that some keys of a KPI are meant as they are, in any step; True when that is new.

    What is measured stays the same, so its version does, and baselines stay comparable; results are made anew.

    Raises:
        Conflict: the cycle is closed.
        InvalidInput: a key is none of those that are asked about.
        NotAllowed: the actor is no member.
    """
    roles.require(session, cycle, actor, roles.MEMBERS, "say that a KPI is meant as it is")
    if cycle.state != CycleState.OPEN:
        raise Conflict("This cycle is closed; what it found stays as it is.")
    if unknown := sorted(set(keys) - set(MEANT)):
        raise InvalidInput("meant", f"unknown {', '.join(unknown)}; expected some of {', '.join(MEANT)}")
    old = list(kpi.definition.get("meant") or [])
    new = [key for key in MEANT if key in keys or key in old]
    if new == old:
        return False
    kpi.definition = {**kpi.definition, "meant": new}
    session.add(kpi)
    growing.log(session, cycle, kpi, actor=actor, now=now, what="meant", old={"meant": old}, new={"meant": new})
    return True


def turned_round(definition: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with the two moments of its length of time swapped; rows dated by its end stay dated by its end.

    Raises:
        Conflict: it has no two moments.
    """
    value = definition.get("value")
    if not isinstance(value, Mapping) or not {"from", "to"} <= set(value):
        raise Conflict("It is not computed from two moments any more.")
    start, end = value["from"], value["to"]
    at = {"at": start} if definition.get("at") == end else {}
    return {**definition, "value": {**value, "from": end, "to": start}, **at}


def without_target(kpi: Kpi, values: Mapping[str, Any]) -> dict[str, Any]:
    """A KPI's new definition; that its target is meant was said of the old one."""
    definition = dict(values["definition"] or kpi.definition)
    changed = any(values[name] != getattr(kpi, name) for name in _AIM)
    kept = [key for key in definition.pop("meant", ()) if not (changed and key == "target")]
    return {**definition, "meant": kept} if kept else definition
