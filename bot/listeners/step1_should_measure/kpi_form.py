"""The form of a KPI, read into its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from bot import forms
from bot.blocks import step1_should_measure as blocks
from bot.listeners.step1_should_measure.meaning import still_meant
from bot.listeners.step1_should_measure.pausing import paused
from csi.errors import InvalidInput
from csi.kpi_catalogue.entry import ASPECTS
from csi.models import Cycle, Kpi
from csi.step1_should_measure import growing, kpis
from csi.terms import Direction, Why

_BAND = re.compile(r"\s*(?:to|–|—|\.\.|…| - )\s*")


def some_words(limit: int = 500) -> forms.Reader:
    """Words that may be left out."""
    return forms.text(required=False, limit=limit)


KPI_FIELDS: dict[str, forms.Reader] = {
    "goal": some_words(growing.TEXT_LIMIT),
    "csf": some_words(growing.TEXT_LIMIT),
    "csf_id": forms.option(required=False),
    "name": forms.text(limit=kpis.NAME_LIMIT),
    "unit": forms.text(limit=20),
    "direction": forms.option(of=Direction),
    "target": some_words(40),
    "target_date": forms.date(),
    "owner": forms.user(),
    "why": forms.option(of=Why),
    "kind": forms.option(required=False),
    "guards": forms.options(),
    "level": forms.option(required=False),
    "matters": forms.number(required=False, low=0),
    "comparator": forms.option(required=False),
    "measure": forms.option(),
    "value": some_words(),
    "where": forms.condition(),
    "good": forms.condition(),
}


def fields_of(form: Mapping[str, Any], csf_id: int | None, entry: str, known: Mapping[str, Any]) -> kpis.KpiFields:
    """The fields of a KPI as its form was sent."""
    target, band = aim_typed(form["target"], form["direction"])
    guards = form["guards"]
    return kpis.KpiFields(
        name=form["name"],
        csf_id=csf_id,
        unit=form["unit"],
        direction=form["direction"],
        band=band,
        target=target,
        target_text=form["target"],
        target_date=form["target_date"],
        owner=form["owner"],
        why=form["why"],
        kind=form["kind"] if form["kind"] in ASPECTS else "",
        level=form["level"] or "",
        minimum_important_difference=form["matters"],
        counter=guards[0] if guards else "",
        guards=guards,
        comparator=form["comparator"] or "",
        catalogue=entry,
        definition=_typed(form, known),
    )


def with_known(session: Session, cycle: Cycle, known: Mapping[str, Any], fields: kpis.KpiFields) -> kpis.KpiFields:
    """An edited KPI keeps what the form does not show: its source, its moment, and its strata where it did not."""
    old: Kpi = growing.of_cycle(session, cycle, Kpi, int(known["kpi"]))
    kept = {key: value for key, value in old.definition.items() if key in ("source", "at", "strata")}
    said = {name: getattr(fields, name) for name in fields.__slots__}
    said |= {
        "catalogue": old.catalogue,
        "definition": {**kept, **fields.definition, **still_meant(old.definition, fields.definition)},
    }
    return kpis.KpiFields(**said)


def aim_typed(typed: str, direction: Direction) -> tuple[float | None, tuple[float, float] | None]:
    """Target and band as typed; a band is two numbers."""
    if not typed:
        return None, None
    if direction is not Direction.WITHIN:
        return forms.parse_number(typed, "target"), None
    ends = [part for part in _BAND.split(typed) if part]
    if len(ends) != 2:
        raise InvalidInput("target", "A band has two ends, such as 2 to 5.")
    return None, (forms.parse_number(ends[0], "target"), forms.parse_number(ends[1], "target"))


def definition(form: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as typed, without what was left empty."""
    return {key: value for key, value in _typed(form, known).items() if value}


def _typed(form: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what was emptied; a value left as it stood keeps what the form does not show (its clock)."""
    said: dict[str, Any] = {"measure": form["measure"], "where": form["where"], "good": form["good"]}
    before = known.get("value")
    unchanged = before and blocks.value_text(before) == form["value"]
    said["value"] = paused(before if unchanged else _value(form), before, form)
    return said


def _value(form: Mapping[str, Any]) -> Any:
    start, _, end = (part.strip() for part in form["value"].partition(" to "))
    top, _, bottom = (part.strip() for part in form["value"].partition(" / "))
    if end:
        return {"from": start, "to": end} | ({"unit": form["unit"]} if form["measure"] != "availability" else {})
    return {"numerator": top, "denominator": bottom} if bottom else form["value"]
