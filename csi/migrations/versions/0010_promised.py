"""what a KPI promised before, and windows of its own

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("promised", "windows")


def upgrade() -> None:
    """Keep both; of the KPIs there are nothing is known of either."""
    with op.batch_alter_table("kpi") as table:
        for name in COLUMNS:
            table.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget both."""
    with op.batch_alter_table("kpi") as table:
        for name in COLUMNS:
            table.drop_column(name)
