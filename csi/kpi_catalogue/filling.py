"""Fills what a KPI of a study leaves out from its catalogue entry (``kpi: K09``)."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from csi.kpi_catalogue.catalogue import entry
from csi.kpi_catalogue.entry import Entry
from csi.measures import is_measure, measure_of
from csi.terms import Direction


def fill(kpi: Mapping[str, Any]) -> dict[str, Any]:
    """The KPI's mapping with docs/study.md's keys, completed from the entry its ``kpi`` names.

    What is written wins, key by key and whole: a ``value`` of the study replaces the entry's. Another
    ``measure`` than the entry's brings its own ``value`` and ``good``, so these two are not filled then.
    A mapping without ``kpi`` comes back as it is.

    Raises:
        NotFound: the catalogue has no such entry.
    """
    if kpi.get("kpi") in (None, ""):
        return dict(kpi)
    known = entry(str(kpi["kpi"]))
    return {**_defaults(known, kpi), **kpi, "kpi": known.id}


def _defaults(known: Entry, kpi: Mapping[str, Any]) -> dict[str, Any]:
    computed = deepcopy(dict(known.computed))
    other = _shape(str(kpi.get("measure", ""))) not in ("", _shape(str(computed.get("measure", ""))))
    if other:
        computed = {key: value for key, value in computed.items() if key in ("at", "where")}
    direction = _direction(known)
    return {"name": known.name, "unit": known.unit, **computed} | ({"direction": direction} if direction else {})


def _direction(known: Entry) -> str | list[float] | None:
    if known.direction is not Direction.WITHIN:
        return known.direction.value
    return list(known.band) if known.band else None


def _shape(measure: str) -> str:
    """Mean, median and percentiles of the same value are one shape: P90 of K03 keeps K03's value."""
    return measure_of(measure).shape if is_measure(measure) else measure
