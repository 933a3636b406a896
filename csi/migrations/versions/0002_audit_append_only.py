"""audit append only

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_POSTGRESQL = (
    """
    CREATE FUNCTION audit_row_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'DELETE' OR coalesce(current_setting('csi.erasing', true), '') <> 'on' THEN
            RAISE EXCEPTION 'the audit log is append-only';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER audit_row_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_row
    FOR EACH STATEMENT EXECUTE FUNCTION audit_row_append_only()
    """,
)
_SQLITE = tuple(
    f"CREATE TRIGGER audit_row_no_{word.lower()} BEFORE {word} ON audit_row "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
    for word in ("UPDATE", "DELETE")
)


def upgrade() -> None:
    """Let the database itself refuse to change or remove a row of the audit log."""
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Rely on the chain of hashes alone."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_row_append_only ON audit_row")
        op.execute("DROP FUNCTION audit_row_append_only()")
    else:
        op.execute("DROP TRIGGER audit_row_no_update")
        op.execute("DROP TRIGGER audit_row_no_delete")
