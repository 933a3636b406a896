"""what a finding claims of a series

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep whether a finding claims a signal or a trend; of those there are nobody was asked."""
    with op.batch_alter_table("finding") as table:
        table.add_column(sa.Column("claim", sqlmodel.AutoString(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("finding") as table:
        table.drop_column("claim")
