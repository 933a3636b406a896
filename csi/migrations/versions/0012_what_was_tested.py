"""what the data of a KPI gave when they were tried

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep beside each row of the plan what its data gave."""
    op.add_column("plan_row", sa.Column("tested", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("plan_row", "tested")
