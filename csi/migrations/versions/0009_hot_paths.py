"""indexes of what is asked at every tick, click and opened page

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DONE = sa.text("status = 'done'")
INDEXES = (
    ("action", ("team_id", "state")),
    ("action", ("team_id", "service_id", "kpi_key")),
    ("analysis_result", ("team_id", "kpi_id", "made_at")),
    ("analysis_result", ("team_id", "verdict")),
    ("cycle", ("team_id", "state", "closed_at")),
    ("measurement", ("team_id", "source_id", "current", "kpi_key", "period_start")),
    ("source", ("team_id", "kind", "retired_at")),
)


def _name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table}_{'_'.join(columns)}"


def upgrade() -> None:
    """Find what is asked for without looking at all there ever was."""
    for table, columns in INDEXES:
        op.create_index(_name(table, columns), table, list(columns))
    op.create_index("ix_inbox_event_done", "inbox_event", ["done_at"], sqlite_where=DONE, postgresql_where=DONE)


def downgrade() -> None:
    """Look at all of it again."""
    op.drop_index("ix_inbox_event_done", "inbox_event")
    for table, columns in reversed(INDEXES):
        op.drop_index(_name(table, columns), table)
