"""Step 3: sources, deliveries, what could not be read, numbers typed or pushed; and exclusions."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field, Index, UniqueConstraint

from csi.models.row import Row, plain
from csi.states import BatchState, CellState, ProposalState


class Source(Row, table=True):
    """Where raw data comes from; ``mapping`` holds exactly docs/study.md's keys of a source.

    ``kind`` is file, url, sql, prometheus, push or typed. ``version`` goes up with each change of the mapping.
    ``progress`` is how far collecting has come: high-water mark, ETag, failures, when to try again; of a source of
    files the names of those that a study ``awaits``. ``token_hash`` is of the token with which a tool pushes.
    """

    __table_args__ = (UniqueConstraint("team_id", "service_id", "key"), Index(None, "team_id", "kind", "retired_at"))

    service_id: int = Field(foreign_key="service.id")
    key: str
    name: str = ""
    kind: str = "file"
    mapping: dict[str, Any] = plain()
    version: int = 1
    owner: str = ""
    backup: str = ""
    cadence: str = ""
    secret_encrypted: str = ""
    token_hash: str = ""
    progress: dict[str, Any] = plain()
    created_by: str = ""
    created_at: datetime
    retired_at: datetime | None = None


class Batch(Row, table=True):
    """One delivery, kept exactly as it came.

    ``sha256`` is of the bytes; ``raw_key`` and ``rows_key`` find them and their typed rows in the file store.
    ``ordinal`` counts a source's deliveries. ``mapping_hash`` says with which mapping it was read. The row is
    written last: a batch is there whole or not at all. ``state`` is current, waiting (too much in quarantine: a person
    has to say yes) or removed; only current ones count.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "source_id", "sha256"),
        UniqueConstraint("team_id", "source_id", "ordinal"),
    )

    source_id: int = Field(foreign_key="source.id")
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    ordinal: int
    way: str = "file"
    filename: str = ""
    size: int = 0
    sha256: str
    raw_key: str = ""
    rows_key: str = ""
    mapping_hash: str = ""
    mapping: dict[str, Any] = plain()
    delivered_by: str
    delivered_at: datetime
    rows_read: int = 0
    rows_kept: int = 0
    quarantined: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    counts: dict[str, Any] = plain()
    permalink: str = ""
    state: str = BatchState.CURRENT
    removed_by: str = ""
    removed_at: datetime | None = None
    removed_reason: str = ""


class QuarantinedRow(Row, table=True):
    """One cell that could not be read; ``state`` is open, corrected or accepted."""

    __table_args__ = (Index(None, "team_id", "batch_id", "line"),)

    batch_id: int = Field(foreign_key="batch.id")
    line: int
    column_name: str = ""
    value: str = ""
    reason: str
    expected: str = ""
    state: str = CellState.OPEN


class Measurement(Row, table=True):
    """A number somebody typed or a tool pushed, or null with the reason; a correction is a higher version.

    ``period_start`` is the first day of its period in the cycle's zone, ``at`` the moment where there is one.
    """

    __table_args__ = (
        UniqueConstraint("team_id", "source_id", "kpi_key", "at", "version"),
        Index(None, "team_id", "batch_id"),
        Index(None, "team_id", "source_id", "current", "kpi_key", "period_start"),
    )

    source_id: int = Field(foreign_key="source.id")
    batch_id: int | None = Field(default=None, foreign_key="batch.id")
    cycle_id: int | None = Field(default=None, foreign_key="cycle.id")
    kpi_key: str
    at: datetime
    period_start: date | None = None
    value: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    unit: str = ""
    reason: str = ""
    evidence: str = ""
    collector: str
    collected_at: datetime
    attested_by: str = ""
    version: int = 1
    current: bool = True


class Exclusion(Row, table=True):
    """A span left out of one KPI (or all), with its reason; it counts once approved."""

    __table_args__ = (Index(None, "team_id", "cycle_id"),)

    cycle_id: int = Field(foreign_key="cycle.id")
    kpi_id: int | None = Field(default=None, foreign_key="kpi.id")
    start_at: datetime
    end_at: datetime
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: str = ProposalState.PROPOSED
    approved_by: str = ""
    approved_at: datetime | None = None
