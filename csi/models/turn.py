"""One turn of the seven steps: the cycle, its passage through the steps, the tree, what was carried over."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import CycleState


class Cycle(Row, table=True):
    """One turn of the seven steps for one service in one channel.

    ``state`` is open or closed; ``step`` is 1 to 7. ``version`` goes up with every passage, so that of two people
    pressing Next at once one is told that the other was first. ``tree_version`` goes up with every change of the
    tree and voids earlier approvals of it. ``open_channel`` and ``open_service`` are empty once the cycle is closed:
    a channel and a service have one open cycle each. The windows are half-open dates in ``timezone``;
    ``calendar`` holds docs/study.md's calendar keys (empty: 24x7), ``rates`` its list of what money is worth.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "service_id", "number"),
        UniqueConstraint("team_id", "open_channel"),
        UniqueConstraint("team_id", "open_service"),
        Index(None, "team_id", "channel_id"),
        Index(None, "team_id", "state", "closed_at"),
    )

    service_id: int = Field(foreign_key="service.id")
    number: int
    channel_id: str
    open_channel: str | None = None
    open_service: int | None = None
    previous_id: int | None = Field(default=None, foreign_key="cycle.id")
    state: str = CycleState.OPEN
    step: int = 1
    version: int = 1
    tree_version: int = 1
    timezone: str = "UTC"
    period: str = "week"
    calendar: dict[str, Any] = plain()
    rates: list[dict[str, Any]] = plain(list)
    baseline_from: date | None = None
    baseline_to: date | None = None
    evaluation_from: date | None = None
    evaluation_to: date | None = None
    started_by: str
    started_at: datetime
    closed_by: str = ""
    closed_at: datetime | None = None


class StepPassage(Row, table=True):
    """A cycle's stay in one step: who is accountable, due when, entered, left, and with which reasons.

    ``stale`` is set when somebody went back to an earlier step: the result must be made again.
    ``reasons`` maps the id of a WARN rule to the reason it was passed with.
    """

    __table_args__ = (UniqueConstraint("team_id", "cycle_id", "step"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    step: int
    owner: str = ""
    due_on: date | None = None
    entered_at: datetime | None = None
    left_at: datetime | None = None
    left_by: str = ""
    stale: bool = False
    reasons: dict[str, Any] = plain()


class Goal(Row, table=True):
    """What the business wants of the service."""

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    text: str
    ordinal: int = 1


class Csf(Row, table=True):
    """A critical success factor: what must go well for a goal."""

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    goal_id: int | None = Field(default=None, foreign_key="goal.id")
    text: str
    ordinal: int = 1


class Kpi(Row, table=True):
    """One KPI of a cycle.

    ``key`` is the short name people type and the id in a study file. ``direction`` is higher, lower or within
    (then ``band_low`` and ``band_high``). ``target_text`` keeps what was typed. ``kind`` is what it looks at
    (speed, cost, volume, quality, availability, satisfaction); ``level`` is service or component.
    ``counter`` is the key of the counter-metric, ``guards`` are keys of KPIs that must not get worse,
    ``comparator`` that of one that did not get the change.
    ``definition`` holds measure, source, at, value, where, good exactly as in docs/study.md; ``definition_version``
    goes up with each change of it. ``measurability`` is step 2's answer. ``promised`` is the target that was agreed
    last and those before it (``csi/measurement/promises.py``); ``windows`` holds its own baseline and
    evaluation as ``{from, to}``, where they are not the cycle's.
    """

    __table_args__ = (UniqueConstraint("team_id", "cycle_id", "key"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    csf_id: int | None = Field(default=None, foreign_key="csf.id")
    key: str
    name: str
    unit: str = ""
    direction: str = ""
    band_low: float | None = None
    band_high: float | None = None
    target: float | None = None
    target_text: str = ""
    target_date: date | None = None
    owner: str = ""
    why: str = ""
    kind: str = ""
    level: str = "service"
    counter: str = ""
    guards: list[str] = plain(list)
    comparator: str = ""
    catalogue: str = ""
    minimum_important_difference: float | None = None
    definition: dict[str, Any] = plain()
    definition_version: int = 1
    measurability: str = ""
    checked_by: str = ""
    checked_at: datetime | None = None
    effort: str = ""
    cost: str = ""
    origin: str = ""
    promised: dict[str, Any] = plain()
    windows: dict[str, Any] = plain()


class CarryOver(Row, table=True):
    """Something the last cycle left open, for the step that must take it up.

    ``disposition`` is adopt, defer or drop (for a target met and stable: tighten, hold or retire), empty until
    decided. ``subject`` and ``subject_id`` name the row it comes from; ``since`` is when that was first open.
    """

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    from_cycle_id: int = Field(foreign_key="cycle.id")
    step: int
    kind: str
    text: str
    kpi_key: str = ""
    subject: str = ""
    subject_id: int | None = None
    permalink: str = ""
    since: datetime | None = None
    disposition: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
