"""What is measured, and how: the frozen definition that a study file and the bot share.

The same definition, read from ``STUDY.yml`` or assembled from the tables, gives the same report to the byte.
``hash_of`` identifies it by the SHA-256 of its canonical JSON form.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from csi.terms import Direction, Period

MEANT = (
    "where",
    "good",
    "target",
    "value",
    "coverage",
)  # keys of a KPI that may look odd beside the data and be meant so


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDefinition:
    """Where rows come from and how their text is to be read.

    ``dates`` is ``iso``, ``day_first``, ``month_first``, ``year_first``, ``epoch`` or a strptime pattern;
    ``column_dates`` overrides it per column. ``timezone`` (IANA) holds for stamps without an offset; ``zones``
    overrides it per column. ``key`` is the natural id
    (empty: every row is one observation); ``latest_by`` decides which row of a key counts, then file order.
    ``cadence`` (``day``, ``5 min``) is how often rows are due: a longer silence is no data, a shorter one a true zero
    (``every period``: a KPI without a row of its own has no data; empty: by the median step of the rows).
    ``None`` for encoding, delimiter, decimal, sheet or header_row means: detect.
    """

    id: str
    file: str = ""
    url: str = ""
    sql: str = ""
    prometheus: str = ""
    timezone: str = "UTC"
    dates: str = "iso"
    column_dates: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    key: str = ""
    latest_by: str = ""
    cadence: str = ""
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def is_meant(self, column: str) -> bool:
        """Whether a person says that a column's dates are right as they are, odd as they look; of a joined one it may
        be said for a part of it."""
        said = self.options.get("meant") or ()
        return any(name in said for name in (column, *(self.options.get("join") or {}).get(column, ())))

    def zone_of(self, column: str) -> str:
        """The zone of a column's stamps without an offset; of a joined one it may be said for a part of it."""
        return next(iter(self._said_for(column, self.zones)), self.timezone)

    def order_of(self, column: str) -> str:
        """The order of a column's dates; of a joined one it may be said for a part of it."""
        return self.said_order(column) or self.dates

    def said_order(self, column: str) -> str:
        """The order that is said for a column, or for a part of a joined one; empty where none is."""
        return next(iter(self._said_for(column, self.column_dates)), "")

    def divided(self, said: Mapping[str, str]) -> str:
        """A joined moment for whose parts ``said`` (the zones or the date orders) has several; empty without one."""
        joined = self.options.get("join") or {}
        return next((name for name in joined if name not in said and len({*self._said_for(name, said)}) > 1), "")

    def told_twice(self, column: str, said: Mapping[str, str]) -> str:
        """That several are said for one joined moment, for people."""
        several = " and ".join(f"{said[name]} for {name}" for name in self.options["join"][column] if name in said)
        return f"says {several}, which are one moment ({column}); expected one for both, or one for {column}"

    def _said_for(self, column: str, said: Mapping[str, str]) -> list[str]:
        """What is said for a column, else for the parts it is joined of."""
        names = (column, *(self.options.get("join") or {}).get(column, ()))
        return [said[name] for name in names if name in said]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause by the columns of its two moments; one that has begun and not ended lasts until the duration's end."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class PausedFor:
    """A pause as a column with its length.

    ``unit`` is a unit of time (empty: the column's declared one, else minutes); ``clock`` says whether the length
    counts all hours (``wall``) or the agreed ones (``business``); empty: nobody said.
    """

    column: str
    unit: str = ""
    clock: str = ""


@dataclass(frozen=True, slots=True)
class Duration:
    """A value that is the time between two moments of a row, without its pauses.

    ``clock`` is ``wall`` or ``business``. Pauses by their moments are united; those given as a length are added up.
    """

    start: str
    end: str
    unit: str = "h"
    clock: str = "wall"
    pauses: tuple[Pause | PausedFor, ...] = ()

    @property
    def pause_moments(self) -> tuple[str, ...]:
        """The columns of the moments of pauses."""
        spans = [pause for pause in self.pauses if isinstance(pause, Pause)]
        return tuple(name for pause in spans for name in (pause.start, pause.end))

    @property
    def pause_lengths(self) -> tuple[str, ...]:
        """The columns that hold the lengths of pauses."""
        return tuple(pause.column for pause in self.pauses if isinstance(pause, PausedFor))


@dataclass(frozen=True, slots=True)
class RatioValue:
    """Numerator and denominator: columns of one source, or ids of KPIs of two sources."""

    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class EarlierTarget:
    """What was promised until a day: one target, or the two ends of a band."""

    until: date
    target: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiDefinition:
    """One KPI: its rows, its measure, its aim. ``band`` holds when ``direction`` is within.

    ``baseline`` and ``evaluation`` are its own windows, where they are not those of the study; ``earlier_targets``
    is what was promised before, the oldest first.
    """

    id: str
    name: str
    source: str
    at: str
    measure: str
    value: str | Duration | RatioValue | None = None
    where: str = ""
    good: str = ""
    unit: str = "count"
    direction: Direction = Direction.LOWER
    band: tuple[float, float] | None = None
    target: float | None = None
    target_date: date | None = None
    minimum_important_difference: float | None = None
    guards: tuple[str, ...] = ()
    catalogue: str = ""
    comparator: str = ""  # id of a KPI that did not get the change, in the same unit and direction
    strata: str = ""  # column whose mix may shift (priority): the KPI is also judged at constant mix
    baseline: Window | None = None
    evaluation: Window | None = None
    meant: tuple[str, ...] = ()  # of MEANT: what a person says is meant, odd as it looks beside the data
    earlier_targets: tuple[EarlierTarget, ...] = ()

    @property
    def aims(self) -> tuple[float, ...]:
        """The target, the two ends of the band, or nothing."""
        if self.direction is Direction.WITHIN and self.band:
            return self.band
        return () if self.target is None else (self.target,)

    def aims_on(self, day: date) -> tuple[float, ...]:
        """What was promised on a day: a new target never repaints old periods (V6.8)."""
        return next((one.target for one in self.earlier_targets if day < one.until), self.aims)


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span ``[start, end)`` of dates in the reporting zone."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class CalendarDefinition:
    """Agreed service hours. ``hours`` maps day ranges (``mon-fri``) to opening intervals (``09:00-12:30``).

    No hours means 24x7. ``holidays`` is a region of the holidays library (``PT``, ``GB-ENG``);
    ``closed`` and ``special`` are own days: closed all day, or with their own intervals.
    """

    hours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    holidays: str = ""
    closed: tuple[date, ...] = ()
    special: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # ISO date -> intervals
    timezone: str = ""  # empty: the reporting zone


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A span left out of a KPI (empty ``kpi``: of all), with its reason and who approved it."""

    kpi: str
    start: datetime | date
    end: datetime | date
    reason: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Rebase:
    """A KPI's limits begin anew at ``start``, for a recorded reason; the old ones stay on the chart before it."""

    start: date
    reason: str
    approved_by: str = ""
    kpi: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one ``unit`` of money is worth in ``wanted``, from a day or moment until the pair's next rate."""

    unit: str
    wanted: str
    start: datetime | date
    rate: float
    source: str = ""  # who published it


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDefinition:
    """One cycle's measurement: service, reporting zone and period, sources, KPIs, windows."""

    service: str
    timezone: str
    period: Period
    sources: Mapping[str, SourceDefinition]
    kpis: Mapping[str, KpiDefinition]
    calendar: CalendarDefinition = field(default_factory=CalendarDefinition)
    baseline: Window | None = None
    evaluation: Window | None = None
    exclusions: tuple[Exclusion, ...] = ()
    as_of: datetime | None = None  # moment up to which data is complete; None: the newest moment in the sources
    rates: tuple[ExchangeRate, ...] = ()
    rebases: tuple[Rebase, ...] = ()

    def of_kpi(self, kpi: KpiDefinition) -> StudyDefinition:
        """The study with the windows of one KPI."""
        if kpi.baseline is None and kpi.evaluation is None:
            return self
        return replace(self, baseline=kpi.baseline or self.baseline, evaluation=kpi.evaluation or self.evaluation)


def canonical(value: Any) -> Any:
    """The plain form of a definition: mappings sorted by key, dates as ISO text, empty fields left out."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        plain = {str(key): canonical(item) for key, item in value.items()}
        return {key: plain[key] for key in sorted(plain) if plain[key] not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def hash_of(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON form of a definition."""
    text = json.dumps(canonical(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
