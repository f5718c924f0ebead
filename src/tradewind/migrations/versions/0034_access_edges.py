"""Single logout: what the provider calls a session, and how to end that there."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

APP_ROLE = "tradewind_app"
_PURPOSES = "CHECK (purpose IN ('sign_in', 'test'{}))"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE user_sessions"
        " ADD COLUMN sso_connection_id uuid REFERENCES sso_connections (id) ON DELETE SET NULL,"
        " ADD COLUMN sso_subject text, ADD COLUMN sso_session text, ADD COLUMN sso_handle_sealed text"
    )
    op.execute(
        "CREATE INDEX user_sessions_of_connection ON user_sessions (sso_connection_id, sso_subject)"
        " WHERE sso_connection_id IS NOT NULL"
    )
    # Sessions are isolated by user; a provider's word about them comes before any user is known.
    op.execute(
        "CREATE FUNCTION identity_sso_sessions(connection uuid, subject text, sessions text[])"
        " RETURNS TABLE (session_id uuid, user_id uuid) LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = public, pg_temp AS $$"
        " SELECT s.id, s.user_id FROM user_sessions s"
        " WHERE s.sso_connection_id = connection AND s.revoked_at IS NULL"
        " AND (subject IS NULL OR s.sso_subject = subject)"
        " AND (sessions IS NULL OR s.sso_session = ANY (sessions))"
        " AND (subject IS NOT NULL OR sessions IS NOT NULL) $$"
    )
    op.execute("REVOKE ALL ON FUNCTION identity_sso_sessions(uuid, text, text[]) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION identity_sso_sessions(uuid, text, text[]) TO {APP_ROLE}")
    for table in ("sso_requests", "sso_attempts"):
        _purposes(table, ", 'sign_out'")


def downgrade() -> None:
    for table in ("sso_requests", "sso_attempts"):
        op.execute(f"DELETE FROM {table} WHERE purpose = 'sign_out'")
        _purposes(table, "")
    op.execute("DROP FUNCTION identity_sso_sessions(uuid, text, text[])")
    op.execute(
        "ALTER TABLE user_sessions DROP COLUMN sso_connection_id, DROP COLUMN sso_subject, DROP COLUMN sso_session,"
        " DROP COLUMN sso_handle_sealed"
    )


def _purposes(table: str, more: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_purpose_check")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_purpose_check {_PURPOSES.format(more)}")
