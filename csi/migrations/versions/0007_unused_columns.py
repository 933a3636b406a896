"""columns that nothing uses

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An escalation is a reminder of its own; manifest.yml asks for tokens that stay as they are; a baseline's state
    says whether it is agreed."""
    with op.batch_alter_table("reminder") as table:
        table.drop_column("escalated")
    with op.batch_alter_table("installation") as table:
        table.drop_column("refresh_token")
        table.drop_column("token_expires_at")
    with op.batch_alter_table("baseline") as table:
        table.drop_column("provisional")


def downgrade() -> None:
    """Have them again, empty."""
    with op.batch_alter_table("baseline") as table:
        table.add_column(sa.Column("provisional", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("installation") as table:
        table.add_column(sa.Column("refresh_token", sqlmodel.AutoString(), nullable=False, server_default=""))
        table.add_column(sa.Column("token_expires_at", sqlmodel.UTCDateTime(), nullable=True))
    with op.batch_alter_table("reminder") as table:
        table.add_column(sa.Column("escalated", sa.Boolean(), nullable=False, server_default=sa.false()))
