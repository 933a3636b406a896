"""what the data of a KPI gave when they were tried

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep beside each row of the plan what its data gave."""
    op.add_column("plan_row", sa.Column("tested", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("plan_row", "tested")
