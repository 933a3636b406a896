"""The CSI register: opportunities, from the day they are raised to the benefit they brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel import Session

from csi import audit
from csi.errors import Conflict, InvalidInput
from csi.models import Cycle, Opportunity
from csi.states import EntryState
from csi.storage import need, next_number, rows

SCALE = range(1, 6)
STATES = tuple(EntryState)
_ALIKE = 0.75
_TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is said of an opportunity when it is raised; the four estimates go from 1 to 5."""

    title: str
    description: str = ""
    impact: int = 3
    confidence: int = 3
    urgency: int = 3
    effort: int = 3
    size: str = ""
    timescale: str = ""
    kpi_key: str = ""
    justification: str = ""
    actioned_by: str = ""
    required_by: date | None = None
    cost: str = ""
    origin: str = ""
    parent_id: int | None = None
    benefit_claimed: str = ""


class Shown(StrEnum):
    """Which entries of a register are looked at."""

    ALL = "all"
    UNSETTLED = "unsettled"
    MINE = "mine"
    LATE = "late"
    SETTLED = "settled"


class Order(StrEnum):
    """What comes first in a register."""

    PRIORITY = "priority"
    NEWEST = "newest"
    NEEDED = "needed"


SETTLED = (EntryState.DONE, EntryState.DROPPED)


@dataclass(frozen=True, slots=True)
class Look:
    """How a register is looked at; ``search`` is words that an entry must all hold."""

    shown: Shown = Shown.ALL
    order: Order = Order.PRIORITY
    search: str = ""


def looked_at(entries: Sequence[Opportunity], look: Look, *, me: str, today: date) -> list[Opportunity]:
    """The entries that are looked at, in their order: what is settled comes last, of equals the newest first."""
    words = look.search.casefold().split()
    kept = [one for one in entries if _is_shown(one, look.shown, me, today) and _holds(one, words)]
    newest = sorted(kept, key=lambda one: -one.number)
    if look.order is Order.PRIORITY:
        newest = sorted(newest, key=lambda one: -one.priority)
    if look.order is Order.NEEDED:
        newest = sorted(newest, key=lambda one: one.required_by or date.max)
    return sorted(newest, key=lambda one: one.state in SETTLED)


def _is_shown(one: Opportunity, shown: Shown, me: str, today: date) -> bool:
    is_settled = one.state in SETTLED
    if shown is Shown.MINE:
        return not is_settled and me in (one.raised_by, one.actioned_by)
    if shown is Shown.LATE:
        return not is_settled and one.required_by is not None and one.required_by < today
    return shown is Shown.ALL or is_settled == (shown is Shown.SETTLED)


def _holds(one: Opportunity, words: Sequence[str]) -> bool:
    said = f"{one.number} {one.title} {one.description} {one.justification}".casefold()
    return all(word in said for word in words)


def raise_opportunity(session: Session, cycle: Cycle, entry: Entry, *, actor: str, now: datetime) -> Opportunity:
    """Enter an opportunity; its number is the workspace's next."""
    title = _checked_title(entry.title)
    made = Opportunity(
        team_id=cycle.team_id,
        service_id=cycle.service_id,
        cycle_id=cycle.id,
        parent_id=entry.parent_id,
        number=next_number(session, Opportunity, cycle.team_id, "number"),
        raised_on=now.astimezone(ZoneInfo(cycle.timezone)).date(),
        title=title,
        description=entry.description.strip(),
        impact=entry.impact,
        confidence=entry.confidence,
        urgency=entry.urgency,
        effort=entry.effort,
        priority=priority(entry.impact, entry.confidence, entry.urgency, entry.effort),
        size=entry.size,
        timescale=entry.timescale,
        kpi_key=entry.kpi_key,
        justification=entry.justification,
        raised_by=actor,
        actioned_by=entry.actioned_by,
        required_by=entry.required_by,
        cost=entry.cost,
        origin=entry.origin,
        benefit_claimed=entry.benefit_claimed,
    )
    session.add(made)
    session.flush()
    _log(session, made, actor=actor, now=now, what="raised opportunity")
    return made


def change(session: Session, opportunity: Opportunity, entry: Entry, *, actor: str, now: datetime) -> Opportunity:
    """Say more of an entry, or other things; a priority that nobody set by hand follows its estimates."""
    values = {name: value for name, value in asdict(entry).items() if name not in ("origin", "cost")}
    values["title"] = _checked_title(entry.title)
    values["description"] = entry.description.strip()
    if entry.parent_id == opportunity.id:
        raise InvalidInput("parent_id", "an entry is no part of itself; choose another")
    if not opportunity.priority_reason:
        values["priority"] = priority(entry.impact, entry.confidence, entry.urgency, entry.effort)
    audit.alter(session, opportunity, values, actor=actor, at=now, what="changed opportunity")
    return opportunity


def _checked_title(typed: str) -> str:
    title = " ".join(typed.split())
    if not title or len(title) > _TITLE_LIMIT:
        raise InvalidInput("title", f"expected 1 to {_TITLE_LIMIT} characters")
    return title


def priority(impact: int, confidence: int, urgency: int, effort: int) -> float:
    """impact × confidence × urgency ÷ effort, each from 1 to 5. Source: docs/rules.md, The CSI register."""
    for name, value in (("impact", impact), ("confidence", confidence), ("urgency", urgency), ("effort", effort)):
        if value not in SCALE:
            raise InvalidInput(name, "expected a whole number from 1 to 5")
    return round(impact * confidence * urgency / effort, 2)


def override_priority(
    session: Session, opportunity: Opportunity, *, value: float, reason: str, actor: str, now: datetime
) -> Opportunity:
    """Set another priority than the formula gives; only with a reason."""
    if not reason.strip():
        raise InvalidInput("reason", "please say why it differs from the formula")
    opportunity.priority, opportunity.priority_reason = value, reason.strip()
    session.add(opportunity)
    _log(session, opportunity, actor=actor, now=now, what="overrode priority", reason=reason.strip())
    return opportunity


def set_state(
    session: Session, opportunity: Opportunity, *, state: str, reason: str, actor: str, now: datetime
) -> Opportunity:
    """Move an opportunity on; parking and dropping need a reason."""
    if state not in STATES:
        raise InvalidInput("state", f"expected one of {', '.join(STATES)}")
    if state in ("parked", "dropped") and not reason.strip():
        raise InvalidInput("reason", "please say why")
    if opportunity.state != state:
        opportunity.state, opportunity.disposition = state, ""
        session.add(opportunity)
        _log(session, opportunity, actor=actor, now=now, what=f"{state} opportunity", reason=reason.strip())
    return opportunity


def verify_benefit(
    session: Session, opportunity: Opportunity, *, benefit: str, actor: str, now: datetime
) -> Opportunity:
    """Say which benefit has shown itself, beside the one that was claimed."""
    values = {"benefit_verified": " ".join(benefit.split())}
    audit.alter(session, opportunity, values, actor=actor, at=now, what="verified benefit")
    return opportunity


def of_service(session: Session, team_id: str, service_id: int) -> list[Opportunity]:
    """The whole register of a service, the highest priority first."""
    return rows(session, Opportunity, team_id, service_id=service_id, order="-priority")


def entry_of(session: Session, cycle: Cycle, opportunity_id: int) -> Opportunity:
    """One entry of the register of the cycle's service.

    Raises:
        Conflict: it is another service's.
    """
    found = need(session, Opportunity, cycle.team_id, opportunity_id)
    if found.service_id != cycle.service_id:
        raise Conflict("That entry belongs to another service.")
    return found


def likely_duplicates(known: Sequence[Opportunity], title: str) -> list[Opportunity]:
    """Entries whose titles read much like this one."""
    return [one for one in known if _alike(one.title, title) >= _ALIKE]


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, " ".join(one.lower().split()), " ".join(other.lower().split())).ratio()


def _log(session: Session, row: Opportunity, *, actor: str, now: datetime, what: str, reason: str = "") -> None:
    new = {"number": row.number, "title": row.title, "priority": row.priority, "state": row.state, "reason": reason}
    subject = ("opportunity", row.id)
    audit.record(session, team_id=row.team_id, actor=actor, at=now, what=what, subject=subject, new=new)
