"""The answers of a rating that count as good: found in the data, said in the form of how a KPI is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from bot.blocks.step1_should_measure import Answers, place_of
from bot.context import Kit
from csi.models import Cycle, Kpi
from csi.reading.rating_words import Answer
from csi.reading.ratings import Scale, are_in, good_of, those, where_of
from csi.reading.trying import scales_held
from csi.series.expression import columns_of
from csi.step3_gather.columns import newest_delivery


def scale_of(session: Session, kit: Kit, cycle: Cycle, kpi: Kpi) -> tuple[str, Scale] | None:
    """The column of a share's data that holds ratings, and their scale: the one its conditions name, else the first."""
    newest = newest_delivery(session, cycle, kpi) if kpi.definition.get("measure") == "share" else None
    if newest is None or not newest.rows_key:
        return None
    with kit.files.local(newest.rows_key) as path:
        found = scales_held(path)
    named = [name for part in ("good", "where") for name in columns_of(str(kpi.definition.get(part) or ""))]
    if kpi.definition.get("good") and not set(named) & set(found):
        return None  # it is about something else
    column = next((name for name in named if name in found), next(iter(found), ""))
    return (column, found[column]) if column else None


def answers_of(column: str, scale: Scale, good: str) -> Answers:
    """What a form shows of a scale; ``good`` is the condition as it stands."""
    satisfied = scale.values(Answer.SATISFIED)
    if good in ("", good_of(scale, column)):
        chosen: Sequence[str] = satisfied
    else:
        chosen = are_in(scale, good)
    return Answers(column, scale.values(Answer.SATISFIED, Answer.NEUTRAL, Answer.DISSATISFIED), chosen, scale.unknown)


def with_answers(form: Mapping[str, Any], known: Mapping[str, Any], column: str, scale: Scale) -> dict[str, Any]:
    """The conditions as the menu says them; a typed one goes first, a menu left as it was changes nothing."""
    before = str(known.get("good") or "")
    shown = answers_of(column, scale, before)
    chosen = [value for value in (*shown.values, *shown.unknown) if place_of(value) in form["answers"]]
    is_as_it_was = set(chosen) == set(shown.good) and before
    if form["good"] != before or not chosen or is_as_it_was:
        return {}
    is_usual = set(chosen) == set(scale.values(Answer.SATISFIED))
    usual = where_of(scale, column)
    good = good_of(scale, column) if is_usual else those(scale, column, chosen)
    is_theirs = form["where"] not in ("", usual)  # a condition of their own stays
    return {"good": good, **({} if is_theirs else {"where": usual})}
