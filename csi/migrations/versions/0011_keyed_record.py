"""seals in the audit log, and its head

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep what each change left, and where the log ends; what was written before is closed by the command itself."""
    op.add_column("audit_row", sa.Column("seals", sa.JSON(), nullable=False, server_default="{}"))
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sqlmodel.AutoString(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("hash", sqlmodel.AutoString(), nullable=False),
        sa.Column("closed", sqlmodel.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sa.UniqueConstraint("team_id", name=op.f("uq_audit_head_team_id")),
    )


def downgrade() -> None:
    """Rely on the chain alone."""
    op.drop_table("audit_head")
    op.drop_column("audit_row", "seals")
