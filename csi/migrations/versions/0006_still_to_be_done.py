"""indexes of what workers have still to do

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

UNSENT = sa.text("(status IN ('pending', 'sending') OR (status = 'sent' AND revision > sent_revision))")
UNDONE = sa.text("status IN ('pending', 'working')")


def upgrade() -> None:
    """Find the few posts and events that are not done without looking at all that ever were."""
    op.create_index("ix_outbox_post_unsent", "outbox_post", ["id"], sqlite_where=UNSENT, postgresql_where=UNSENT)
    op.create_index("ix_inbox_event_undone", "inbox_event", ["id"], sqlite_where=UNDONE, postgresql_where=UNDONE)


def downgrade() -> None:
    """Look at all of them again."""
    op.drop_index("ix_inbox_event_undone", "inbox_event")
    op.drop_index("ix_outbox_post_unsent", "outbox_post")
