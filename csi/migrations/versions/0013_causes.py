"""what became of a cause, with its evidence

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep both; what there is stays a guess."""
    with op.batch_alter_table("finding") as table:
        table.add_column(sa.Column("cause_state", sqlmodel.AutoString(), nullable=False, server_default="hypothesis"))
        table.add_column(sa.Column("cause_evidence", sqlmodel.AutoString(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget both."""
    with op.batch_alter_table("finding") as table:
        for name in ("cause_state", "cause_evidence"):
            table.drop_column(name)
